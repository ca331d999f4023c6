//! The real driver with its real schedule: what it costs while it runs, and how soon it shows a change.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use presence::clock::pause;
use presence::desktop::Desktop;
use presence::driver::{self, Handle, Parts};
use presence::engine::Rules;
use presence::engine::event::Intent;
use presence::error::Problem;
use presence::mapping::Term;
use presence::session::Session;
use presence::settings::Profile;
use presence::setup::installation::Installation;
use presence::snapshot::{PAGE, Snapshot, SourceState};
use presence::vault::MemoryVault;

use super::Outcome;
use super::figures::{FIRST_WALL, Figures, LIVE_CPU};
use super::stages;
use super::stopwatch::{Stopwatch, instant};
use super::tenant::{STATUS_USER, Tenant};

/// A picture that takes longer than this never comes.
const PATIENCE: Duration = Duration::from_mins(3);

/// Time over which the running driver is measured: two polls of everybody.
const SPAN: Duration = Duration::from_secs(20);

/// Changes whose way to the board is timed.
const CHANGES: usize = 30;

/// A prime beyond the number of changes, so that every one has its turn.
const STRIDE: usize = 47;

/// They are made this far apart, so that they fall on all parts of the interval.
const CHANGE_PACE: Duration = Duration::from_millis(430);

/// What nobody's day leads to often, so that it is known when it comes.
const AVAILABILITY: Term = Term::DoNotDisturb;
const ACTIVITY: Term = Term::UrgentInterruptionsOnly;

/// How often the shell tells the page of news, as `src-tauri/src/app.rs` has it.
const LIVELY: Duration = Duration::from_millis(100);
/// The same for more people than [`LARGE`].
const CALM: Duration = Duration::from_secs(1);
const LARGE: usize = 20_000;

/// Measures a driver that reads `tenant`.
pub(crate) async fn measure(tenant: &Tenant, figures: &mut Figures) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let people = Some(tenant.people);
    let handle = start(tenant, folder.path())?;

    let session = until(&handle, |snapshot| snapshot.session == Session::SignedOut).await;
    session?;
    let watch = Stopwatch::start();
    handle.send(Intent::SignIn);
    until(&handle, |snapshot| matches!(snapshot.session, Session::SignedIn(_))).await?;
    figures.time("driver: sign-in", people, Some(watch.wall()));
    let watch = Stopwatch::start();
    until(&handle, |snapshot| snapshot.directory.last_success.is_some()).await?;
    figures.time("driver: reading the directory, wall", people, Some(watch.wall()));
    figures.time("driver: reading the directory, CPU", people, watch.cpu());
    let watch = Stopwatch::start();
    until(&handle, |snapshot| snapshot.complete && snapshot.source.state == SourceState::Live).await?;
    figures.time(FIRST_WALL, people, Some(watch.wall()));
    figures.time("driver: first full poll, CPU", people, watch.cpu());
    let contacts = |snapshot: &Snapshot| {
        snapshot.contacts.as_ref().is_none_or(|contacts| contacts.last_success.is_some())
    };
    until(&handle, contacts).await?;
    // Until every page is asked in its own turn.
    pause(Duration::from_secs(15)).await;

    let pages = handle.snapshot().people.len().div_ceil(PAGE);
    let unseen = steady(tenant, pages).await?;
    figures.time("driver: CPU a poll, no board open", people, unseen);
    let page = tokio::spawn(look(handle.snapshots()));
    let seen = steady(tenant, pages).await?;
    page.abort();
    figures.time(LIVE_CPU, people, seen);
    let (snapshot, now) = (handle.snapshot(), handle.now());
    let ages = snapshot.people.iter().filter_map(|person| person.teams.as_ref());
    figures.time(
        "driver: oldest state on the board",
        people,
        ages.map(|teams| now.since(teams.observed)).max(),
    );

    let (mut to_snapshot, mut to_window) = changes(tenant, &handle).await?;
    figures.times("change to snapshot", tenant.people, &mut to_snapshot);
    figures.times("change to window as JSON", tenant.people, &mut to_window);
    handle.stop().await;
    Ok(())
}

fn start(tenant: &Tenant, folder: &std::path::Path) -> Outcome<Handle> {
    let endpoints = tenant.endpoints()?;
    let parts = Parts {
        profile: Profile::open(Some(folder), false)?,
        installation: Installation::by_hand(
            endpoints.microsoft.tenant.as_deref().unwrap_or_default(),
            endpoints.microsoft.client_id.as_deref().unwrap_or_default(),
        ),
        endpoints,
        vault: Arc::new(MemoryVault::default()),
        desktop: Arc::new(Visitor(tokio::runtime::Handle::current())),
        rules: Rules::default(),
        clock: Arc::new(presence::clock::Clock::start()),
    };
    Ok(driver::start(parts)?)
}

/// The person with the browser.
struct Visitor(tokio::runtime::Handle);

impl Desktop for Visitor {
    fn open_address(&self, address: &str) -> Result<(), Problem> {
        self.0.block_on(sandbox::visit(address, STATUS_USER)).map_err(|error| {
            Problem::new(
                "bench.visit",
                "The sign-in failed.",
                error.to_string(),
                "Look at the sandbox tenant.",
            )
        })
    }
}

/// Waits for a picture.
async fn until(handle: &Handle, wanted: impl Fn(&Snapshot) -> bool) -> Outcome<()> {
    let mut snapshots = handle.snapshots();
    let found = async { snapshots.wait_for(|snapshot| wanted(snapshot)).await.map(|_| ()) };
    tokio::select! {
        found = found => Ok(found?),
        () = pause(PATIENCE) => {
            let snapshot = handle.snapshot();
            Err(format!(
                "the driver does not get on: session {:?}, source {:?}, directory {:?}",
                snapshot.session, snapshot.source, snapshot.directory
            )
            .into())
        }
    }
}

/// CPU time of one poll of everybody, while nothing else goes on.
async fn steady(tenant: &Tenant, pages: usize) -> Outcome<Option<Duration>> {
    tenant.clear_requests().await?;
    let watch = Stopwatch::start();
    pause(SPAN).await;
    let cpu = watch.cpu();
    let polls = tenant.presence_calls().await? as f64 / pages as f64;
    Ok(cpu.map(|cpu| cpu.div_f64(polls)))
}

/// A page that shows the top of the board: it asks anew when it is told of news, as often as the shell tells it.
async fn look(mut snapshots: tokio::sync::watch::Receiver<Arc<Snapshot>>) -> Outcome<()> {
    loop {
        snapshots.changed().await?;
        let snapshot = Arc::clone(&snapshots.borrow_and_update());
        stages::board(&snapshot)?;
        pause(if snapshot.people.len() > LARGE { CALM } else { LIVELY }).await;
    }
}

/// Makes changes and times their way to the board: to the snapshot, and to the page's window.
async fn changes(tenant: &Tenant, handle: &Handle) -> Outcome<(Vec<Duration>, Vec<Duration>)> {
    let shows = |snapshot: &Snapshot, position: usize| {
        snapshot
            .people
            .get(position)
            .and_then(|person| person.teams.as_ref())
            .is_some_and(|teams| teams.availability == AVAILABILITY && teams.activity == ACTIVITY)
    };
    let snapshot = handle.snapshot();
    let step = (snapshot.people.len() / CHANGES).max(1);
    let free = (0..snapshot.people.len()).step_by(step).filter(|at| !shows(&snapshot, *at));
    let free: Vec<usize> = free.take(CHANGES).collect();
    // In an order that has nothing to do with the polls, or they would run before or behind them all the time.
    let chosen: Vec<usize> =
        (0..free.len()).map(|number| number * STRIDE % free.len()).map(|number| free[number]).collect();
    let ids: Vec<String> = chosen
        .iter()
        .filter_map(|at| snapshot.people.get(*at))
        .map(|person| person.id().to_string())
        .collect();

    // When each change was asked for; none before.
    let made: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let making = async {
        for id in &ids {
            let before = instant();
            tenant.set_presence(id, AVAILABILITY.as_str(), ACTIVITY.as_str()).await?;
            made.lock().unwrap_or_else(PoisonError::into_inner).push(before);
            pause(CHANGE_PACE).await;
        }
        Outcome::Ok(())
    };
    let seeing = async {
        let mut snapshots = handle.snapshots();
        let mut waiting: Vec<usize> = (0..chosen.len()).collect();
        let (mut to_snapshot, mut to_window) = (Vec::new(), Vec::new());
        while !waiting.is_empty() {
            snapshots.changed().await?;
            let snapshot = Arc::clone(&snapshots.borrow_and_update());
            let seen = instant();
            let made = made.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let news: Vec<Instant> = waiting
                .extract_if(.., |number| *number < made.len() && shows(&snapshot, chosen[*number]))
                .map(|number| made[number])
                .collect();
            if news.is_empty() {
                continue;
            }
            stages::board(&snapshot)?;
            let drawn = instant();
            to_snapshot.extend(news.iter().map(|made| seen.saturating_duration_since(*made)));
            to_window.extend(news.iter().map(|made| drawn.saturating_duration_since(*made)));
        }
        Outcome::Ok((to_snapshot, to_window))
    };
    let both = async { tokio::try_join!(making, seeing) };
    tokio::select! {
        done = both => Ok(done?.1),
        () = pause(PATIENCE) => Err("not every change was shown".into()),
    }
}
