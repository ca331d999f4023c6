//! The stages of the test suite: what each proves, what it needs, what it runs.

use crate::failure::Failure;
use crate::page;
use crate::process::{self, Process};
use crate::requirement::Purpose;
use crate::setup;
use crate::workspace::Workspace;

/// One stage of `cargo xtask test`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Fmt,
    Clippy,
    Ui,
    Deny,
    Core,
    Wire,
    Desktop,
}

/// How a stage that did not fail ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Passed,
    /// Not run, and why.
    Skipped(&'static str),
}

/// What runs the tests of the window, to be followed by which of them.
pub(crate) const DESKTOP_TESTS: &str = "test --locked -p tests --features desktop --test desktop";

/// Builds what those tests start.
pub(crate) fn build_window(workspace: &Workspace) -> Result<(), Failure> {
    page::build(workspace)?;
    let build = "build --locked -p presence-sync-desktop -p presence-sync";
    Process::cargo(workspace).arguments(build.split(' ')).run()
}

impl Stage {
    /// Every stage, cheapest proof first.
    pub(crate) const ALL: [Self; 7] =
        [Self::Fmt, Self::Clippy, Self::Ui, Self::Deny, Self::Core, Self::Wire, Self::Desktop];

    /// The name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Clippy => "clippy",
            Self::Ui => "ui",
            Self::Deny => "deny",
            Self::Core => "core",
            Self::Wire => "wire",
            Self::Desktop => "desktop",
        }
    }

    /// What the stage proves.
    pub(crate) fn about(self) -> &'static str {
        match self {
            Self::Fmt => "the code is formatted",
            Self::Clippy => "no lint complains, in any crate",
            Self::Ui => "the page's types, lints, unit tests and build",
            Self::Deny => "licences and sources of the dependencies",
            Self::Core => "the crates' own tests, without a window",
            Self::Wire => "the real clients against the sandbox tenant's servers",
            Self::Desktop => "the real window on an invisible desktop (Linux)",
        }
    }

    /// The stage of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }

    /// What the machine must be fit for.
    pub(crate) fn purpose(self) -> Option<Purpose> {
        match self {
            Self::Fmt | Self::Deny => None,
            Self::Ui => Some(Purpose::Page),
            Self::Clippy => Some(Purpose::Window),
            Self::Core | Self::Wire => Some(Purpose::CommandLine),
            Self::Desktop => cfg!(target_os = "linux").then_some(Purpose::DesktopTests),
        }
    }

    /// Runs the stage.
    pub(crate) fn run(self, workspace: &Workspace) -> Result<Outcome, Failure> {
        let cargo = |words: &str| Process::cargo(workspace).arguments(words.split(' ')).run();
        match self {
            Self::Fmt => {
                setup::rust_component(workspace, "rustfmt")?;
                cargo("fmt --all --check")?;
            }
            Self::Clippy => {
                setup::rust_component(workspace, "clippy")?;
                // The shell embeds the built page when it is compiled.
                page::build(workspace)?;
                let features = if cfg!(target_os = "linux") { " --features tests/desktop" } else { "" };
                cargo(&format!("clippy --workspace --all-targets --locked{features} -- -D warnings"))?;
            }
            Self::Ui => {
                page::check(workspace)?;
                page::build(workspace)?;
            }
            Self::Deny => {
                if process::find("cargo-deny").is_none() {
                    return Ok(Outcome::Skipped(
                        "cargo-deny is not installed; the workflow has a job for it",
                    ));
                }
                cargo("deny check licenses bans sources")?;
            }
            Self::Core => cargo("test --locked")?,
            Self::Wire => {
                cargo("build --locked -p presence-sync")?;
                cargo("test --locked -p tests")?;
            }
            Self::Desktop => {
                if !cfg!(target_os = "linux") {
                    return Ok(Outcome::Skipped("the invisible desktop exists on Linux only"));
                }
                build_window(workspace)?;
                cargo("test --locked -p presence-sync-desktop")?;
                cargo(DESKTOP_TESTS)?;
            }
        }
        Ok(Outcome::Passed)
    }
}
