//! The sync as a process of its own, to be killed: what is installed in a profile's folder runs until then.
//!
//! It is the command line's `watch` without its output, with a keychain of files instead of the system's, because that
//! one belongs to whoever runs the tests, and with an interval of the test's.
#![allow(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "whoever looks for the cause of a failed test looks here"
)]

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use presence::desktop::SystemBrowser;
use presence::driver::{self, Handle, Parts};
use presence::endpoints::Endpoints;
use presence::engine::Rules;
use presence::error::Problem;
use presence::settings::Profile;
use tests::vaults::Files;

#[tokio::main]
async fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [endpoints, profile, vault, milliseconds] = &words[..] else {
        eprintln!("follower: endpoints, profile, vault and interval are needed");
        return ExitCode::from(2);
    };
    match begin(Path::new(endpoints), Path::new(profile), Path::new(vault), milliseconds) {
        Ok(handle) => {
            let mut snapshots = handle.snapshots();
            while snapshots.changed().await.is_ok() {}
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("follower: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn begin(endpoints: &Path, profile: &Path, vault: &Path, milliseconds: &str) -> Result<Handle, Problem> {
    let profile = Profile::open(Some(profile), false)?;
    let interval = Duration::from_millis(milliseconds.parse().unwrap_or(10_000));
    driver::start(Parts {
        installation: profile.installation(),
        profile,
        endpoints: Endpoints::read(endpoints)?,
        vault: Arc::new(Files::of(vault)),
        desktop: Arc::new(SystemBrowser),
        rules: Rules { interval, ..Rules::default() },
        clock: Arc::new(presence::clock::Clock::start()),
    })
}
