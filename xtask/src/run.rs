//! `cargo xtask run`: the sandbox tenant, in the window where there is a display and in the terminal where there is none.

use std::path::Path;
use std::process::ExitCode;

use crate::consent::Consent;
use crate::console;
use crate::failure::Failure;
use crate::page;
use crate::process::Process;
use crate::requirement::Purpose;
use crate::setup;
use crate::workspace::{self, Profile, Workspace};

/// Prepares, builds and becomes the program.
pub(crate) fn run(
    workspace: &Workspace,
    terminal: bool,
    consent: Consent,
    arguments: &[String],
) -> Result<ExitCode, Failure> {
    if terminal || !workspace::has_display() {
        in_terminal(workspace, terminal, consent, arguments)
    } else {
        in_window(workspace, consent, arguments)
    }
}

fn in_window(workspace: &Workspace, consent: Consent, arguments: &[String]) -> Result<ExitCode, Failure> {
    setup::prepare(workspace, &[Purpose::Window], consent)?;
    console::heading("the window's page");
    page::build(workspace)?;
    console::heading("the application (the first build takes about five minutes, later ones seconds)");
    let program = workspace.program(Profile::Development, "presence-sync-desktop");
    Process::cargo(workspace).arguments(["build", "--locked", "-p", "presence-sync-desktop"]).run()?;
    console::heading("Presence Sync in the sandbox tenant (Ctrl-C ends it)");
    let process = Process::new(workspace, program).arguments(in_sandbox(&[], arguments));
    // Without a graphics device WebKit's fast path shows an empty window.
    let process = if cfg!(target_os = "linux")
        && !Path::new("/dev/dri").exists()
        && std::env::var_os("WEBKIT_DISABLE_DMABUF_RENDERER").is_none()
    {
        process.environment("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
    } else {
        process
    };
    process.become_it()
}

fn in_terminal(
    workspace: &Workspace,
    chosen: bool,
    consent: Consent,
    arguments: &[String],
) -> Result<ExitCode, Failure> {
    if !chosen {
        console::heading("no display here (DISPLAY and WAYLAND_DISPLAY are not set): using this terminal");
        console::line("For the window, start `cargo xtask run` again from a desktop session.");
    }
    setup::prepare(workspace, &[Purpose::CommandLine], consent)?;
    console::heading("the command line (the first build takes a minute or two, later ones seconds)");
    Process::cargo(workspace).arguments(["build", "--locked", "-p", "presence-sync"]).run()?;
    console::heading("the sandbox tenant's board (Ctrl-C ends it)");
    Process::new(workspace, workspace.program(Profile::Development, "presence-sync"))
        .arguments(in_sandbox(&["watch"], arguments))
        .become_it()
}

/// The arguments, with `--sandbox` exactly once.
fn in_sandbox(command: &[&str], arguments: &[String]) -> Vec<String> {
    let others = arguments.iter().filter(|argument| *argument != "--sandbox").cloned();
    command.iter().map(|&word| word.to_owned()).chain(["--sandbox".to_owned()]).chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sandbox_is_asked_for_exactly_once() {
        let arguments = ["--json".to_owned(), "--sandbox".to_owned()];
        assert_eq!(in_sandbox(&["watch"], &arguments), ["watch", "--sandbox", "--json"]);
        assert_eq!(in_sandbox(&[], &[]), ["--sandbox"]);
    }
}
