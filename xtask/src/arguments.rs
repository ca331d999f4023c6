//! The command line.

use std::fmt::Write as _;

use crate::consent::Consent;
use crate::failure::Failure;
use crate::requirement::Purpose;
use crate::stage::Stage;

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Help,
    Setup { purposes: Vec<Purpose>, consent: Consent },
    Run { terminal: bool, consent: Consent, arguments: Vec<String> },
    Test { stages: Vec<Stage>, consent: Consent },
    Check { consent: Consent },
    Bench { desktop: bool, consent: Consent, arguments: Vec<String> },
    Screenshots { consent: Consent },
    Ui { consent: Consent },
    Bindings,
}

impl Command {
    /// Understands the words after `cargo xtask`.
    pub(crate) fn parse(words: impl IntoIterator<Item = String>) -> Result<Self, Failure> {
        let mut words = words.into_iter();
        let Some(name) = words.next() else { return Ok(Self::Help) };
        let mut rest = Rest(words.collect());
        if !matches!(name.as_str(), "run" | "bench") && rest.0.iter().any(|word| is_help(word)) {
            return Ok(Self::Help);
        }
        let command = match name.as_str() {
            "help" | "--help" | "-h" => return Ok(Self::Help),
            "run" => {
                return Ok(Self::Run {
                    terminal: rest.take("--terminal"),
                    consent: rest.consent(),
                    arguments: rest.passed_on(),
                });
            }
            "bench" => {
                return Ok(Self::Bench {
                    desktop: rest.take("--desktop"),
                    consent: rest.consent(),
                    arguments: rest.passed_on(),
                });
            }
            "setup" => {
                let dry_run = rest.take("--dry-run");
                let consent = rest.consent();
                Self::Setup {
                    consent: if dry_run { Consent::DryRun } else { consent },
                    purposes: rest.purposes()?,
                }
            }
            "test" => Self::Test { consent: rest.consent(), stages: rest.stages()? },
            "check" => Self::Check { consent: rest.consent() },
            "screenshots" => Self::Screenshots { consent: rest.consent() },
            "ui" => Self::Ui { consent: rest.consent() },
            "bindings" => Self::Bindings,
            _ => return Err(Failure::usage("unknown command", format!("`{name}` is none of this tool's"))),
        };
        rest.nothing_more(&name)?;
        Ok(command)
    }
}

fn is_help(word: &str) -> bool {
    matches!(word, "--help" | "-h")
}

/// The words after the command's name, taken out as they are understood.
struct Rest(Vec<String>);

impl Rest {
    /// Takes an option out, up to a `--`; says whether it was there.
    fn take(&mut self, option: &str) -> bool {
        let end = self.0.iter().position(|word| word == "--").unwrap_or(self.0.len());
        match self.0[..end].iter().position(|word| word == option) {
            Some(position) => {
                self.0.remove(position);
                true
            }
            None => false,
        }
    }

    fn consent(&mut self) -> Consent {
        if self.take("--yes") { Consent::Given } else { Consent::Ask }
    }

    /// What goes to the program that is started.
    fn passed_on(mut self) -> Vec<String> {
        if let Some(position) = self.0.iter().position(|word| word == "--") {
            self.0.remove(position);
        }
        self.0
    }

    /// The stages after each `--only`, several with commas between; all without one.
    fn stages(&mut self) -> Result<Vec<Stage>, Failure> {
        let mut chosen = Vec::new();
        while let Some(position) = self.0.iter().position(|word| word == "--only") {
            if position + 1 == self.0.len() {
                return Err(Failure::usage("no stage was named", "`--only` needs the name of one"));
            }
            let names = self.0.remove(position + 1);
            self.0.remove(position);
            for name in names.split(',') {
                let stage = Stage::named(name).ok_or_else(|| {
                    Failure::usage("unknown stage", format!("`{name}` is none of this tool's"))
                })?;
                chosen.push(stage);
            }
        }
        if chosen.is_empty() {
            return Ok(Stage::ALL.to_vec());
        }
        Ok(Stage::ALL.into_iter().filter(|stage| chosen.contains(stage)).collect())
    }

    /// The purposes that are named; all when none is.
    fn purposes(&mut self) -> Result<Vec<Purpose>, Failure> {
        let mut purposes = Vec::new();
        for name in self.0.drain(..) {
            let purpose =
                Purpose::ALL.into_iter().find(|purpose| purpose.name() == name).ok_or_else(|| {
                    Failure::usage("unknown purpose", format!("`{name}` is nothing that can be set up"))
                })?;
            purposes.push(purpose);
        }
        if purposes.is_empty() {
            purposes.extend(Purpose::ALL);
        }
        Ok(purposes)
    }

    fn nothing_more(&self, command: &str) -> Result<(), Failure> {
        match self.0.first() {
            None => Ok(()),
            Some(word) => Err(Failure::usage(
                "the command line was not understood",
                format!("`{command}` has no use for `{word}`"),
            )),
        }
    }
}

/// What `cargo xtask help` prints.
pub(crate) fn help() -> String {
    let mut text = String::from(
        "\
cargo xtask COMMAND

  run [--terminal] [-- ARGUMENTS]   the sandbox tenant in the window, or in the terminal where there is no display
  test [--only STAGE[,STAGE]]       every check and test, up to the first failure
  check                             the stages fmt and clippy only
  bench [--desktop] [-- ARGUMENTS]  measures release builds; --desktop adds the window
  setup [PURPOSE...] [--dry-run]    installs what is missing (the others do so themselves)
  screenshots                       takes the pictures in docs anew, from the real window (Linux)
  ui                                builds the window's page into ui/dist
  bindings                          writes the page's TypeScript types anew from the Rust types
  help                              this text

  --yes                             install missing packages without asking (so does the environment's CI=true)

stages of test:
",
    );
    for stage in Stage::ALL {
        let _ = writeln!(text, "  {:<10} {}", stage.name(), stage.about());
    }
    let purposes: Vec<_> = Purpose::ALL.iter().map(|purpose| purpose.name()).collect();
    let _ = writeln!(text, "\npurposes of setup: {} (all when none is named)", purposes.join(", "));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command, Failure> {
        Command::parse(line.split_whitespace().map(str::to_owned))
    }

    fn refusal(line: &str) -> Option<u8> {
        parse(line).err().map(|failure| failure.code())
    }

    #[test]
    fn nothing_and_help_are_help() {
        for line in ["", "help", "--help", "-h", "test --help", "setup -h"] {
            assert_eq!(parse(line), Ok(Command::Help), "{line}");
        }
    }

    #[test]
    fn run_keeps_its_own_options_and_passes_the_others_on() {
        let run = |terminal, consent, words: &[&str]| {
            Ok(Command::Run {
                terminal,
                consent,
                arguments: words.iter().map(|&word| word.to_owned()).collect(),
            })
        };
        assert_eq!(parse("run"), run(false, Consent::Ask, &[]));
        assert_eq!(parse("run --yes --terminal --json"), run(true, Consent::Given, &["--json"]));
        assert_eq!(
            parse("run -- --terminal --hidden"),
            run(false, Consent::Ask, &["--terminal", "--hidden"])
        );
        assert_eq!(parse("run --help"), run(false, Consent::Ask, &["--help"]));
    }

    #[test]
    fn test_runs_all_stages_or_the_chosen_ones_in_their_order() {
        let test = |stages: &[Stage]| Ok(Command::Test { stages: stages.to_vec(), consent: Consent::Ask });
        assert_eq!(parse("test"), test(&Stage::ALL));
        assert_eq!(parse("test --only core"), test(&[Stage::Core]));
        assert_eq!(parse("test --only wire,fmt"), test(&[Stage::Fmt, Stage::Wire]));
        assert_eq!(parse("test --only wire --only fmt"), test(&[Stage::Fmt, Stage::Wire]));
    }

    #[test]
    fn setup_takes_purposes_and_can_be_dry() {
        assert_eq!(
            parse("setup window --dry-run"),
            Ok(Command::Setup { purposes: vec![Purpose::Window], consent: Consent::DryRun })
        );
        assert_eq!(
            parse("setup --yes"),
            Ok(Command::Setup { purposes: Purpose::ALL.to_vec(), consent: Consent::Given })
        );
    }

    #[test]
    fn screenshots_takes_all_of_them() {
        assert_eq!(parse("screenshots"), Ok(Command::Screenshots { consent: Consent::Ask }));
        assert_eq!(parse("screenshots --yes"), Ok(Command::Screenshots { consent: Consent::Given }));
        assert_eq!(parse("screenshots --help"), Ok(Command::Help));
    }

    #[test]
    fn what_is_not_understood_is_a_usage_error() {
        for line in [
            "rnu",
            "test --only",
            "test --only everything",
            "test core",
            "setup kitchen",
            "bindings now",
            "check --fast",
            "screenshots board",
        ] {
            assert_eq!(refusal(line), Some(2), "{line}");
        }
    }

    #[test]
    fn the_help_names_every_stage_and_purpose() {
        let text = help();
        for stage in Stage::ALL {
            assert!(text.contains(stage.about()), "{}", stage.name());
        }
        for purpose in Purpose::ALL {
            assert!(text.contains(purpose.name()));
        }
    }
}
