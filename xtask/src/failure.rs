//! What a developer reads when something did not work: what happened, why, and what to do about it.

use std::fmt;

/// The exit code of a wrong command line.
const USAGE: u8 = 2;

/// One failure, with its cause and its remedy.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    what: String,
    cause: String,
    remedy: String,
    code: u8,
}

impl Failure {
    /// A failure of the work itself: exit code 1.
    pub(crate) fn new(what: impl Into<String>, cause: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { what: what.into(), cause: cause.into(), remedy: remedy.into(), code: 1 }
    }

    /// A command line that could not be understood: exit code 2.
    pub(crate) fn usage(what: impl Into<String>, cause: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            cause: cause.into(),
            remedy: "`cargo xtask help` lists the commands and their options".into(),
            code: USAGE,
        }
    }

    /// The same failure, seen from the larger work that it ended, with a hint on how to come back to it.
    pub(crate) fn within(self, work: &str, hint: &str) -> Self {
        Self { what: format!("{work}: {}", self.what), remedy: format!("{}; {hint}", self.remedy), ..self }
    }

    /// The exit code that this failure ends the program with.
    pub(crate) fn code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "error: {}", self.what)?;
        writeln!(formatter, "  why: {}", self.cause)?;
        write!(formatter, "  do:  {}", self.remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_what_why_and_what_to_do() {
        let failure = Failure::new("the page was not built", "npm is missing", "install Node.js");
        assert_eq!(
            failure.to_string(),
            "error: the page was not built\n  why: npm is missing\n  do:  install Node.js"
        );
        assert_eq!(failure.code(), 1);
        assert_eq!(Failure::usage("unknown command", "`rn` is none").code(), 2);
    }
}
