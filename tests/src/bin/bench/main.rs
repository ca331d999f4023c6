//! Measures what a poll, a change, a start and a running program cost, and says so as a table and as JSON.
//!
//! `cargo xtask bench` builds everything as it ships and starts this program. The sandbox tenant runs in a process of
//! its own, so that its work is never counted as ours. Ratios are of figures of one run; nothing here fails because
//! something was slow.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is what this program does")]

mod calls;
#[cfg(feature = "desktop")]
mod desktop;
mod figures;
mod live;
mod memory;
mod poll;
mod program;
mod stages;
mod stopwatch;
mod tenant;

use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use figures::Figures;
use tenant::Tenant;

/// What fails, fails with words.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Measures Presence Sync; release builds are assumed.
#[derive(Debug, Parser)]
#[command(name = "bench")]
struct Options {
    /// The command line program to measure.
    #[arg(long, value_name = "PATH")]
    presence_sync: PathBuf,
    /// The desktop application to measure, beside this program.
    #[arg(long, value_name = "PATH")]
    desktop: Option<PathBuf>,
    /// Sizes of the organisation.
    #[arg(long, value_delimiter = ',', default_value = "1000,10000,100000")]
    people: Vec<usize>,
    /// Where the figures go as JSON.
    #[arg(long, value_name = "FILE", default_value = "target/bench.json")]
    json: PathBuf,
    /// Only the tight loop over polls: seconds instead of minutes.
    #[arg(long)]
    polls_only: bool,
    /// Only the desktop application: some minutes.
    #[arg(long, requires = "desktop")]
    desktop_only: bool,
    /// Only many calls at a time: some minutes.
    #[arg(long, conflicts_with = "polls_only")]
    calls_only: bool,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> ExitCode {
    match Box::pin(run(&Options::parse())).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(options: &Options) -> Outcome<()> {
    let mut figures = Figures::new(&options.people);
    let sizes = if options.calls_only || options.desktop_only { &[][..] } else { &options.people };
    for &people in sizes {
        eprintln!("{people} people: polls");
        let tenant = Tenant::start(&options.presence_sync, people)?;
        Box::pin(poll::measure(&tenant, &mut figures)).await?;
        if options.polls_only {
            continue;
        }
        eprintln!("{people} people: the running driver");
        live::measure(&tenant, &mut figures).await?;
        eprintln!("{people} people: the running program");
        program::memory(&options.presence_sync, &tenant, &mut figures).await?;
        drop(tenant);
        program::starts(&options.presence_sync, people, &mut figures).await?;
    }
    if !options.polls_only && !options.desktop_only {
        eprintln!("many calls at a time");
        calls::measure(&mut figures).await?;
    }
    if let Some(desktop) = &options.desktop {
        #[cfg(feature = "desktop")]
        {
            eprintln!("the desktop application");
            Box::pin(desktop::measure(desktop, &mut figures)).await?;
        }
        #[cfg(not(feature = "desktop"))]
        return Err(format!("{} can not be measured by this build", desktop.display()).into());
    }
    println!("{}", figures.table());
    if let Some(folder) = options.json.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&options.json, serde_json::to_vec_pretty(&figures)?)?;
    println!("JSON: {}", options.json.display());
    Ok(())
}
