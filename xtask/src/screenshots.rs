//! `cargo xtask screenshots`: the pictures in `docs`, taken anew from the real window.

use std::process::ExitCode;

use crate::consent::Consent;
use crate::console;
use crate::failure::Failure;
use crate::process::Process;
use crate::requirement::Purpose;
use crate::setup;
use crate::stage;
use crate::workspace::Workspace;

/// Builds the window, and visits every screen in light and in dark.
pub(crate) fn run(workspace: &Workspace, consent: Consent) -> Result<ExitCode, Failure> {
    if !cfg!(target_os = "linux") {
        return Err(Failure::new(
            "the pictures can not be taken here",
            "they are taken on an invisible desktop, which exists on Linux only",
            "use a Linux machine, a virtual one will do",
        ));
    }
    setup::prepare(workspace, &[Purpose::DesktopTests], consent)?;
    console::heading("the window");
    stage::build_window(workspace)?;
    let folder = workspace.root().join("docs");
    console::heading(&format!(
        "every screen, in light and in dark, into {} (some minutes)",
        folder.display()
    ));
    Process::cargo(workspace)
        .arguments(stage::DESKTOP_TESTS.split(' '))
        .arguments(["pictures", "--", "--ignored", "--nocapture"])
        .environment("PRESENCE_SYNC_PICTURES", &folder.display().to_string())
        .run()?;
    console::line("`git diff --stat docs` tells which of them look different now");
    Ok(ExitCode::SUCCESS)
}
