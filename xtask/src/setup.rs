//! Puts on the machine what a purpose needs: says what and why, asks before using root, installs in plain sight.

use std::path::Path;

use crate::consent::{Circumstances, Consent, Decision};
use crate::console;
use crate::distribution::{Distribution, Family};
use crate::failure::Failure;
use crate::node;
use crate::page;
use crate::process::{self, Process};
use crate::requirement::{self, Probe, Purpose, Requirement};
use crate::workspace::Workspace;

/// `cargo xtask setup`: prepares, and says so when nothing was to be done.
pub(crate) fn everything(
    workspace: &Workspace,
    purposes: &[Purpose],
    consent: Consent,
) -> Result<(), Failure> {
    let names: Vec<_> = purposes.iter().map(|purpose| purpose.name()).collect();
    console::heading(&format!("set-up for: {}", names.join(", ")));
    prepare(workspace, purposes, consent)?;
    console::line(match consent {
        Consent::DryRun => "dry run: nothing was changed",
        Consent::Ask | Consent::Given => "ready",
    });
    Ok(())
}

/// Makes the machine fit for these purposes. Says nothing when it already is.
pub(crate) fn prepare(workspace: &Workspace, purposes: &[Purpose], consent: Consent) -> Result<(), Failure> {
    let page = requirement::wanted(purposes, Purpose::Page);
    if cfg!(target_os = "linux") {
        system_packages(workspace, purposes, consent)?;
    } else if page && process::find("node").is_none() {
        return Err(elsewhere());
    }
    if page {
        node::prepare(workspace, consent)?;
        if consent != Consent::DryRun {
            page::install(workspace)?;
        }
    }
    Ok(())
}

/// What to install where this tool does not install system software itself.
fn elsewhere() -> Failure {
    let remedy = if cfg!(windows) {
        "install Node.js 22 or newer from https://nodejs.org, the \"Desktop development with C++\" workload of the Visual \
         Studio Build Tools, and on Windows 10 the WebView2 runtime from https://developer.microsoft.com/microsoft-edge/webview2"
    } else {
        "install Node.js 22 or newer from https://nodejs.org, and Apple's command line tools with `xcode-select --install`"
    };
    Failure::new("the window's page can not be built", "Node.js is not on the search path", remedy)
}

fn system_packages(workspace: &Workspace, purposes: &[Purpose], consent: Consent) -> Result<(), Failure> {
    let is_met = |probe| is_met(workspace, probe);
    let missing = requirement::missing(purposes, is_met);
    let npm_missing = requirement::wanted(purposes, Purpose::Page) && !is_met(requirement::NPM.probe);
    if missing.is_empty() && !npm_missing {
        return Ok(());
    }
    let distribution = Distribution::current();
    let Some(family) = distribution.family else {
        list(Family::Debian, &missing, npm_missing, &distribution.name);
        console::line(
            "Names above are Debian's: this tool installs packages on Debian, Ubuntu and Fedora only.",
        );
        console::line("Install their like with your own package program. Going on without them for now.");
        return Ok(());
    };
    list(family, &missing, npm_missing, &distribution.name);

    let mut packages: Vec<_> = missing.iter().map(|requirement| requirement.package(family)).collect();
    let node_missing = missing.iter().any(|requirement| requirement.probe == Probe::Program(&["node"]));
    if npm_missing && !node_missing {
        packages.push(requirement::NPM.package(family));
    }
    if !install(workspace, family, &packages, consent)? {
        return Ok(());
    }
    // Only now it shows whether this Node.js came with its npm.
    if node_missing && !is_met(requirement::NPM.probe) {
        install(workspace, family, &[requirement::NPM.package(family)], Consent::Given)?;
    }
    let mut left = requirement::missing(purposes, is_met);
    if requirement::wanted(purposes, Purpose::Page) && !is_met(requirement::NPM.probe) {
        left.push(&requirement::NPM);
    }
    if left.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = left.iter().map(|requirement| requirement.package(family)).collect();
    Err(Failure::new(
        format!("still missing after the installation: {}", names.join(", ")),
        format!("the packages of {} did not bring what they should", distribution.name),
        "install them by hand, then start again",
    ))
}

fn list(family: Family, missing: &[&Requirement], npm_missing: bool, system: &str) {
    console::heading(&format!("missing on {system}"));
    let npm = npm_missing.then_some(&requirement::NPM);
    for requirement in missing.iter().copied().chain(npm) {
        console::line(format!("{:<24} {}", requirement.package(family), requirement.why));
    }
    println!();
}

/// Installs packages as far as the consent goes; says whether it did.
fn install(
    workspace: &Workspace,
    family: Family,
    packages: &[&str],
    consent: Consent,
) -> Result<bool, Failure> {
    let circumstances = Circumstances::current();
    let sudo = (!circumstances.root).then(|| "sudo".to_owned());
    let commands: Vec<Vec<String>> = family
        .installation(packages)
        .into_iter()
        .map(|command| sudo.iter().cloned().chain(command).collect())
        .collect();
    let typed = commands.iter().map(|command| command.join(" ")).collect::<Vec<_>>().join(" && ");
    let declined = |cause: &str| Failure::new("packages are missing", cause, format!("run: {typed}"));

    match consent.decide(circumstances) {
        Decision::Tell => {
            console::line(format!("would run: {typed}"));
            return Ok(false);
        }
        Decision::Stop => {
            return Err(declined(
                "installing them needs root, and nobody is at a terminal to be asked (`--yes` goes on without asking)",
            ));
        }
        Decision::Ask if !console::ask(&format!("   This runs: {typed}\n   Install them now?")) => {
            return Err(declined("you chose not to install them"));
        }
        Decision::Ask | Decision::Go => {}
    }
    if sudo.is_some() && process::find("sudo").is_none() {
        return Err(Failure::new(
            "packages are missing",
            "installing them needs root, and there is no sudo on this machine",
            format!("run as root: {}", typed.replace("sudo ", "")),
        ));
    }
    for (position, command) in commands.iter().enumerate() {
        let is_last = position + 1 == commands.len();
        match Process::new(workspace, &command[0]).arguments(&command[1..]).run() {
            // A list of packages that could not be renewed may still be good enough to install from.
            Err(_) if !is_last => console::line("going on with the packages that the system knows of"),
            result => result?,
        }
    }
    Ok(true)
}

fn is_met(workspace: &Workspace, probe: Probe) -> bool {
    match probe {
        Probe::Program(names) => names.iter().any(|name| process::find_in(&workspace.path(), name).is_some()),
        Probe::Library(name) => {
            Process::new(workspace, "pkg-config").arguments(["--exists", name]).output().is_some()
        }
        Probe::Service(name) => {
            let services = Path::new("/usr/share/dbus-1/services");
            services.join(format!("{name}.service")).is_file()
        }
    }
}

/// Makes sure that the formatter and the linter of the pinned toolchain are there.
pub(crate) fn rust_component(workspace: &Workspace, component: &str) -> Result<(), Failure> {
    let subcommand = if component == "rustfmt" { "fmt" } else { component };
    if Process::cargo(workspace).arguments([subcommand, "--version"]).output().is_some() {
        return Ok(());
    }
    if process::find("rustup").is_none() {
        return Err(Failure::new(
            format!("`cargo {subcommand}` is missing"),
            format!("this Rust came without its {component} component, and not by rustup"),
            format!("install {component} the way Rust was installed, or use https://rustup.rs"),
        ));
    }
    Process::new(workspace, "rustup").arguments(["component", "add", component]).run()
}
