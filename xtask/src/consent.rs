//! Whether software may be installed on this machine, and who says so.

use std::io::{self, IsTerminal};

/// What the command line says about installing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consent {
    /// Nothing: the person at the terminal is asked.
    Ask,
    /// `--yes`: go on without asking.
    Given,
    /// `--dry-run`: only say what would be done.
    DryRun,
}

/// What follows from the consent and the circumstances.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Install.
    Go,
    /// Ask first.
    Ask,
    /// Nobody can be asked: say the command and stop.
    Stop,
    /// Say the command and go no further, without calling it a failure.
    Tell,
}

/// What decides when the command line does not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    /// `CI` is set: an automatic build, on a machine made for it.
    pub(crate) ci: bool,
    /// There is a person at the keyboard.
    pub(crate) terminal: bool,
    /// This process may already do everything.
    pub(crate) root: bool,
}

impl Circumstances {
    /// The circumstances of this process.
    pub(crate) fn current() -> Self {
        Self {
            ci: std::env::var("CI").is_ok_and(|value| !value.is_empty() && value != "false" && value != "0"),
            terminal: io::stdin().is_terminal() && io::stdout().is_terminal(),
            root: is_root(),
        }
    }
}

impl Consent {
    /// Decides whether to install now.
    pub(crate) fn decide(self, circumstances: Circumstances) -> Decision {
        match self {
            Self::DryRun => Decision::Tell,
            Self::Given => Decision::Go,
            Self::Ask if circumstances.ci => Decision::Go,
            Self::Ask if circumstances.terminal => Decision::Ask,
            Self::Ask if circumstances.root => Decision::Go,
            Self::Ask => Decision::Stop,
        }
    }
}

#[cfg(target_os = "linux")]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    // The kernel shows a process's folder as owned by the user it acts as.
    std::fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

#[cfg(not(target_os = "linux"))]
fn is_root() -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const DESK: Circumstances = Circumstances { ci: false, terminal: true, root: false };
    const CONTAINER: Circumstances = Circumstances { ci: false, terminal: false, root: true };
    const SERVICE: Circumstances = Circumstances { ci: false, terminal: false, root: false };

    #[test]
    fn a_person_is_asked_even_when_root() {
        assert_eq!(Consent::Ask.decide(DESK), Decision::Ask);
        assert_eq!(Consent::Ask.decide(Circumstances { root: true, ..DESK }), Decision::Ask);
    }

    #[test]
    fn yes_and_automatic_builds_and_containers_are_not_asked() {
        assert_eq!(Consent::Given.decide(DESK), Decision::Go);
        assert_eq!(Consent::Ask.decide(Circumstances { ci: true, ..DESK }), Decision::Go);
        assert_eq!(Consent::Ask.decide(CONTAINER), Decision::Go);
    }

    #[test]
    fn without_anybody_to_ask_and_without_root_nothing_is_installed() {
        assert_eq!(Consent::Ask.decide(SERVICE), Decision::Stop);
    }

    #[test]
    fn a_dry_run_only_tells() {
        assert_eq!(Consent::DryRun.decide(Circumstances { ci: true, ..CONTAINER }), Decision::Tell);
    }
}
