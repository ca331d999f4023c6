//! The `presence-sync` command as people run it: its output, its exit codes, its terminal.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can not go on should panic")]

mod doctor;
mod explain;
mod kill;
mod setup;
mod snapshot;
mod terminal;
mod usage;
mod watch;

use std::path::{Path, PathBuf};

use tests::command::command;
use tokio::process::Command;

/// The browser that signs in.
const VISITOR: &str = env!("CARGO_BIN_EXE_visitor");

/// A tenant in this process, and a profile for the commands that watch it.
struct Tenant {
    sandbox: sandbox::Sandbox,
    folder: tempfile::TempDir,
}

impl Tenant {
    async fn start(options: sandbox::Options) -> Self {
        let sandbox = sandbox::Sandbox::start(options).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("endpoints.toml"), sandbox.endpoints()).unwrap();
        Self { sandbox, folder }
    }

    /// An organisation whose day stands still.
    async fn still(people: usize) -> Self {
        let pace = tests::bench::STILL;
        Self::start(sandbox::Options { people, pace, ..sandbox::Options::default() }).await
    }

    fn profile(&self) -> PathBuf {
        self.folder.path().join("profile")
    }

    /// A command with this tenant's profile and endpoints, a keychain in memory and a browser that signs in.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = command(words);
        command.env("BROWSER", VISITOR).arg("--profile").arg(self.profile());
        command.args(["--vault", "memory"]).arg("--endpoints").arg(self.folder.path().join("endpoints.toml"));
        command
    }

    /// How many requests of one kind came in.
    fn requests(&self, endpoint: &str) -> usize {
        self.sandbox.control().requests().iter().filter(|request| request.endpoint == endpoint).count()
    }
}

/// A command with its own profile in `folder`.
fn apart(folder: &Path, words: &[&str]) -> Command {
    let mut command = command(words);
    command.arg("--profile").arg(folder.join("profile"));
    command
}
