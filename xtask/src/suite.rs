//! `cargo xtask test`: the stages in order, each with its commands and its time, up to the first that fails.

use std::process::ExitCode;
use std::time::Duration;

use crate::clock::{Stopwatch, spoken};
use crate::consent::Consent;
use crate::console;
use crate::failure::Failure;
use crate::setup;
use crate::stage::{Outcome, Stage};
use crate::workspace::Workspace;

/// A stage that was reached.
struct Entry {
    stage: Stage,
    result: Result<Outcome, ()>,
    took: Duration,
}

/// Prepares the machine for all these stages at once, then runs them.
pub(crate) fn run(workspace: &Workspace, stages: &[Stage], consent: Consent) -> Result<ExitCode, Failure> {
    let whole = Stopwatch::start();
    let mut purposes = Vec::new();
    for purpose in stages.iter().filter_map(|stage| stage.purpose()) {
        if !purposes.contains(&purpose) {
            purposes.push(purpose);
        }
    }
    setup::prepare(workspace, &purposes, consent)?;

    let mut entries = Vec::new();
    let mut failed = None;
    for &stage in stages {
        console::heading(&format!("{}: {}", stage.name(), stage.about()));
        let watch = Stopwatch::start();
        let outcome = stage.run(workspace);
        let took = watch.elapsed();
        let result = match outcome {
            Ok(outcome) => Ok(outcome),
            Err(failure) => {
                failed = Some((stage, failure));
                Err(())
            }
        };
        let entry = Entry { stage, result, took };
        console::line(entry.line());
        entries.push(entry);
        if failed.is_some() {
            break;
        }
    }

    console::heading("summary");
    for &stage in stages {
        console::line(
            entries
                .iter()
                .find(|entry| entry.stage == stage)
                .map_or_else(|| format!("{:<8} not run", stage.name()), Entry::line),
        );
    }
    console::line(format!("total    {}", spoken(whole.elapsed())));
    match failed {
        None => Ok(ExitCode::SUCCESS),
        Some((stage, failure)) => {
            let name = stage.name();
            let hint = format!("`cargo xtask test --only {name}` runs this stage alone");
            Err(failure.within(&format!("stage {name} failed"), &hint))
        }
    }
}

impl Entry {
    fn line(&self) -> String {
        let name = self.stage.name();
        let took = spoken(self.took);
        match self.result {
            Ok(Outcome::Passed) => format!("{name:<8} passed   {took}"),
            Ok(Outcome::Skipped(why)) => format!("{name:<8} skipped  {why}"),
            Err(()) => format!("{name:<8} FAILED   {took}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(result: Result<Outcome, ()>) -> String {
        Entry { stage: Stage::Core, result, took: Duration::from_secs(75) }.line()
    }

    #[test]
    fn a_line_says_how_a_stage_ended() {
        assert_eq!(line(Ok(Outcome::Passed)), "core     passed   1 min 15 s");
        assert_eq!(line(Ok(Outcome::Skipped("no tool"))), "core     skipped  no tool");
        assert_eq!(line(Err(())), "core     FAILED   1 min 15 s");
    }
}
