//! The application as a process, seen from outside.

use std::path::PathBuf;
use std::process::{Command, ExitStatus};

use super::processes::{Group, Process};
use super::until;

/// The folder of everything that is built.
pub(crate) fn target() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    // target/debug/deps/desktop-…
    test.ancestors().nth(3).unwrap().to_owned()
}

/// Where the build has put the application: beside the tests.
pub(crate) fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    // A test is in a folder of its own below; the bench is not.
    let beside = test.ancestors().skip(1).take(2).map(|folder| folder.join("presence-sync-desktop"));
    let file = beside
        .into_iter()
        .find(|file| file.exists())
        .unwrap_or_else(|| test.with_file_name("presence-sync-desktop"));
    assert!(file.exists(), "{} is missing: cargo build -p presence-sync-desktop", file.display());
    file
}

/// The application, started without a driver.
pub struct Program {
    group: Group,
}

impl Program {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self { group: Group::start(command) }
    }

    /// How it ended, if it did.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.group.ended()
    }

    /// Waits until it ends.
    pub async fn end(&mut self) -> ExitStatus {
        until("the end of the program", async || self.group.ended().ok_or("it runs")).await
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        let members = self.group.members();
        let own = members.iter().find(|process| process.name == "presence-sync-desktop");
        own.and_then(|process| u32::try_from(process.id).ok()).expect("the application runs")
    }

    /// The processes of WebKit that it has started and that still run.
    pub fn web_processes(&self) -> Vec<Process> {
        self.group.members().into_iter().filter(|process| process.name.starts_with("WebKit")).collect()
    }
}
