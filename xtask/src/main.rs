//! Everything a developer types: `cargo xtask help` lists it.
//!
//! This crate has no dependencies on purpose. It is the first thing that a newcomer compiles, on a machine where perhaps
//! nothing else works yet, so it must build in seconds from the standard library alone.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "the terminal is this program's only surface")]

mod arguments;
mod bench;
mod clock;
mod consent;
mod console;
mod distribution;
mod failure;
mod fingerprint;
mod node;
mod page;
mod process;
mod requirement;
mod run;
mod screenshots;
mod setup;
mod stage;
mod suite;
mod workspace;

use std::process::ExitCode;

use arguments::Command;
use failure::Failure;
use process::Process;
use stage::Stage;
use workspace::Workspace;

fn main() -> ExitCode {
    match Command::parse(std::env::args().skip(1)).and_then(carry_out) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("\n{failure}");
            ExitCode::from(failure.code())
        }
    }
}

fn carry_out(command: Command) -> Result<ExitCode, Failure> {
    let workspace = Workspace::locate()?;
    match command {
        Command::Help => {
            print!("{}", arguments::help());
            Ok(ExitCode::SUCCESS)
        }
        Command::Setup { purposes, consent } => {
            setup::everything(&workspace, &purposes, consent).map(|()| ExitCode::SUCCESS)
        }
        Command::Run { terminal, consent, arguments } => run::run(&workspace, terminal, consent, &arguments),
        Command::Test { stages, consent } => suite::run(&workspace, &stages, consent),
        Command::Check { consent } => suite::run(&workspace, &[Stage::Fmt, Stage::Clippy], consent),
        Command::Bench { desktop, consent, arguments } => {
            bench::run(&workspace, desktop, consent, &arguments)
        }
        Command::Screenshots { consent } => screenshots::run(&workspace, consent),
        Command::Ui { consent } => {
            setup::prepare(&workspace, &[requirement::Purpose::Page], consent)?;
            page::build(&workspace).map(|()| ExitCode::SUCCESS)
        }
        Command::Bindings => Process::cargo(&workspace)
            .arguments(["test", "--locked", "-p", "presence", "export_bindings"])
            .run()
            .map(|()| ExitCode::SUCCESS),
    }
}
