//! Memory of the desktop application in the sandbox tenant: in the tray, and with its window open.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use presence::clock::pause;

use super::figures::Figures;
use super::tenant::end;
use super::{Outcome, memory};

/// The board is live and everything drawn after this long, on a slow machine too.
const SETTLED: Duration = Duration::from_secs(30);

/// Measures both, where there is a display.
pub(crate) async fn measure(program: &Path, figures: &mut Figures) -> Outcome<()> {
    if !cfg!(target_os = "linux") || std::env::var_os("DISPLAY").is_none() {
        eprintln!("the desktop application is not measured: that needs Linux and DISPLAY");
        return Ok(());
    }
    for (what, options) in [
        ("desktop: memory in the tray (PSS, all processes)", &["--hidden", "--sandbox"][..]),
        ("desktop: memory, window open (PSS, all processes)", &["--sandbox"][..]),
    ] {
        let folder = tempfile::tempdir()?;
        let mut process = Command::new(program)
            .args(options)
            .arg("--profile")
            .arg(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{} can not be started: {error}", program.display()))?;
        pause(SETTLED).await;
        let ended = process.try_wait()?;
        let memory = memory::of_tree(process.id());
        end(&mut process);
        if let Some(status) = ended {
            return Err(format!("{} ended early: {status}", program.display()).into());
        }
        figures.bytes(what, None, memory);
    }
    Ok(())
}
