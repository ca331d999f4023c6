//! `watch`: the engine without a window, as a live table, as lines, or as JSON.

mod json;
mod lines;
mod table;

use std::io::IsTerminal;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use presence::clock::pause;
use presence::driver::{self, Handle};
use presence::engine::event::Intent;
use presence::error::Problem;
use presence::log;
use presence::session::Session;
use presence::snapshot::{Snapshot, SourceState};

use crate::options::{Common, Watch};
use crate::{Outcome, profile};

/// `--once` waits so long for a complete picture, sign-in not counted.
const PATIENCE: Duration = Duration::from_mins(2);

/// What shows snapshots.
trait Surface {
    /// Shows a picture; tells what the person asked for, if the surface can hear them.
    fn show(&mut self, snapshot: &Snapshot) -> std::io::Result<()>;
}

pub(crate) async fn run(common: Common, watch: Watch) -> Outcome {
    let tenant = if watch.sandbox {
        let options = sandbox::Options { people: watch.people, ..sandbox::Options::default() };
        Some(crate::sandbox::start(options).await?)
    } else {
        None
    };
    let parts = match &tenant {
        Some(tenant) => profile::sandbox_parts(&common, tenant)?,
        None => profile::parts(&common, &watch.organisation)?,
    };
    let _lock = parts.profile.lock("presence-sync watch")?;
    let _log = log::start(&parts.profile.logs());
    let handle = driver::start(parts)?;
    let outcome = tokio::select! {
        outcome = show(&handle, &watch) => outcome,
        () = crate::stop::asked() => Ok(ExitCode::SUCCESS),
        () = limit(watch.span) => Ok(ExitCode::SUCCESS),
    };
    handle.stop().await;
    if let Some(tenant) = tenant {
        tenant.stop().await;
    }
    outcome
}

async fn limit(span: Option<Duration>) {
    match span {
        Some(span) => pause(span).await,
        None => std::future::pending().await,
    }
}

async fn show(handle: &Handle, watch: &Watch) -> Outcome {
    if watch.once {
        let snapshot = complete(handle).await?;
        let mut out = std::io::stdout().lock();
        let shown = if watch.json {
            json::Stream::new(&mut out).show(&snapshot)
        } else {
            lines::once(&mut out, &snapshot)
        };
        return shown.map(|()| ExitCode::SUCCESS).or_else(|error| unwritable(&error));
    }
    if watch.json {
        return follow(handle, json::Stream::new(std::io::stdout())).await;
    }
    if std::io::stdout().is_terminal() {
        return table::run(handle).await;
    }
    follow(handle, lines::Lines::new(std::io::stdout())).await
}

async fn follow(handle: &Handle, mut surface: impl Surface) -> Outcome {
    let mut snapshots = handle.snapshots();
    let mut start = Start::default();
    loop {
        let snapshot = Arc::clone(&snapshots.borrow_and_update());
        start.sign_in(handle, &snapshot);
        if let Err(error) = surface.show(&snapshot) {
            return unwritable(&error);
        }
        if snapshots.changed().await.is_err() {
            return Err(ended());
        }
    }
}

/// Waits for the first picture in which everybody was asked about.
pub(crate) async fn complete(handle: &Handle) -> Result<Arc<Snapshot>, Problem> {
    let mut snapshots = handle.snapshots();
    let mut start = Start::default();
    let mut patience = Box::pin(pause(PATIENCE));
    loop {
        let snapshot = Arc::clone(&snapshots.borrow_and_update());
        // A refusal from before the sign-in was asked for is no answer to it.
        let asked = start.asked;
        start.sign_in(handle, &snapshot);
        let contacts = snapshot
            .contacts
            .as_ref()
            .is_none_or(|source| source.last_success.is_some() || source.problem.is_some());
        if snapshot.complete && snapshot.source.state == SourceState::Live && contacts {
            return Ok(snapshot);
        }
        if let (Session::Needed(problem), true) = (&snapshot.session, asked) {
            return Err(Problem::clone(problem));
        }
        if matches!(snapshot.session, Session::Waiting { .. }) {
            patience = Box::pin(pause(PATIENCE));
        }
        tokio::select! {
            changed = snapshots.changed() => changed.map_err(|_| ended())?,
            () = &mut patience => {
                let cause = "Not everybody could be asked about in two minutes.";
                let told = snapshot.local.clone().or_else(|| snapshot.source.problem.clone());
                return Err(told.map_or_else(
                    || Problem::new("watch.incomplete", "There is no complete picture.", cause, "Try `presence-sync doctor`."),
                    |problem| Problem::clone(&problem),
                ));
            }
        }
    }
}

/// A foreground command may open the browser, once, before anything was live; later a person has to ask for it.
#[derive(Default)]
struct Start {
    asked: bool,
    live: bool,
}

impl Start {
    fn sign_in(&mut self, handle: &Handle, snapshot: &Snapshot) {
        self.live |= snapshot.source.state == SourceState::Live;
        let needed = matches!(snapshot.session, Session::SignedOut | Session::Needed(_));
        if needed && !self.asked && !self.live {
            self.asked = true;
            handle.send(Intent::SignIn);
        }
    }
}

/// Whoever reads our output has enough: that is no failure.
pub(crate) fn unwritable(error: &std::io::Error) -> Outcome {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        return Ok(ExitCode::SUCCESS);
    }
    let cause = "The terminal or file takes no more.";
    Err(Problem::new(
        "watch.output",
        "The output could not be written.",
        cause,
        "Check the disk, or where the output goes.",
    )
    .detail(error.to_string()))
}

fn ended() -> Problem {
    Problem::new(
        "watch.ended",
        "The sync ended unexpectedly.",
        "Its loop has stopped.",
        "Start again; the log in the profile's folder says more.",
    )
}
