//! `cargo xtask bench`: builds what is measured as it ships, and starts the measuring program.

use std::ffi::OsString;
use std::process::ExitCode;

use crate::consent::Consent;
use crate::console;
use crate::failure::Failure;
use crate::page;
use crate::process::Process;
use crate::requirement::Purpose;
use crate::setup;
use crate::workspace::{Profile, Workspace};

/// Builds and measures; `desktop` adds the window's memory and start-up, which need a Linux desktop's parts.
pub(crate) fn run(
    workspace: &Workspace,
    desktop: bool,
    consent: Consent,
    arguments: &[String],
) -> Result<ExitCode, Failure> {
    let purpose = if desktop { Purpose::DesktopTests } else { Purpose::CommandLine };
    setup::prepare(workspace, &[purpose], consent)?;

    console::heading("release builds (about nine minutes for the window, three without it, once)");
    let build = |package: &str| {
        Process::cargo(workspace).arguments(["build", "--release", "--locked", "-p", package])
    };
    build("presence-sync").run()?;
    let features: &[&str] = if desktop { &["--features", "desktop"] } else { &[] };
    build("tests")
        .arguments(["--bin", "bench", "--bin", "follower"])
        .arguments(features.iter().copied())
        .run()?;
    let mut measured: Vec<OsString> =
        vec!["--presence-sync".into(), workspace.program(Profile::Release, "presence-sync").into()];
    if desktop {
        page::build(workspace)?;
        build("presence-sync-desktop").run()?;
        measured.push("--desktop".into());
        measured.push(workspace.program(Profile::Release, "presence-sync-desktop").into());
    }

    console::heading("measuring");
    if !desktop {
        console::line("without the window; `cargo xtask bench --desktop` measures it too");
    }
    Process::new(workspace, workspace.program(Profile::Release, "bench"))
        .arguments(measured)
        .arguments(arguments)
        .become_it()
}
