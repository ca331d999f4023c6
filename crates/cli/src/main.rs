//! Presence Sync on the command line: the same engine as the desktop application, for terminals and servers.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is what a command line does")]

mod doctor;
mod explain;
mod options;
mod profile;
mod report;
mod sandbox;
mod setup;
mod stop;
mod watch;

use std::process::ExitCode;

use clap::Parser;
use presence::error::Problem;

use options::{Command, Options};

/// How a command ended.
pub(crate) type Outcome = Result<ExitCode, Problem>;

fn main() -> ExitCode {
    // Wrong usage ends here with exit code 2, as clap does by itself.
    let options = Options::parse();
    let outcome = match options.command {
        Command::Explain(explain) => Ok(explain::run(&explain)),
        Command::Watch(watch) => with_runtime(watch::run(options.common, watch)),
        Command::Setup(setup) => with_runtime(setup::run(options.common, setup)),
        Command::Report(report) => with_runtime(report::run(options.common, report)),
        Command::Sandbox(sandbox) => with_runtime(sandbox::run(sandbox)),
        Command::Doctor(doctor) => with_runtime(doctor::run(options.common, doctor)),
    };
    outcome.unwrap_or_else(|problem| {
        eprintln!("{problem}");
        ExitCode::FAILURE
    })
}

fn with_runtime(work: impl Future<Output = Outcome>) -> Outcome {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| {
        let cause = "The system gave no threads.";
        Problem::new(
            "cli.runtime",
            "Presence Sync could not start.",
            cause,
            "Close other programs and try again.",
        )
        .detail(error.to_string())
    })?;
    let outcome = runtime.block_on(work);
    // A browser or keychain that still thinks about its answer must not keep the command from ending.
    runtime.shutdown_background();
    outcome
}
