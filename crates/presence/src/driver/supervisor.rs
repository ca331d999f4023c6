//! Runs the loop, and runs it again when it fails: the sync goes on by itself, each time a little later.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::mpsc;

use super::network::Network;
use super::round::Round;
use super::{Heard, Seed};
use crate::desk::alerts;
use crate::engine::event::Event;
use crate::error::Problem;
use crate::moment::Moment;
use crate::setup::installation::Installation;
use crate::snapshot::{Snapshot, SourceState};

/// How long to wait before each new start, if failures follow one another.
const WAITS: [Duration; 5] = [
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(10),
];

/// Whoever has run for so long is taken to be well again.
const WELL: Duration = Duration::from_mins(10);

/// From so many failures on a person is told.
const TOLD: u32 = 2;

/// How a run ended.
enum End {
    Stopped,
    Crashed,
}

/// Runs until somebody stops it.
pub(super) async fn run(seed: Seed, mut round: Round, mut events: mpsc::Receiver<Heard>) {
    let mut crashes = 0_u32;
    let mut waiting = VecDeque::new();
    loop {
        let (began, _) = seed.shared.clock.look();
        let turning = turn(&seed, &mut round, &mut events, &mut waiting);
        if matches!(AssertUnwindSafe(turning).catch_unwind().await, Ok(End::Stopped)) {
            return;
        }
        let (failed, _) = seed.shared.clock.look();
        crashes = if failed.since(began) >= WELL { 1 } else { crashes.saturating_add(1) };
        tracing::error!(crashes, "the sync failed and is started again");
        let Some(again) = rise(&seed, round, &mut events, &mut waiting, &mut crashes).await else { return };
        round = again;
    }
}

/// Puts a new loop in the place of one that failed; nothing when somebody stopped it in the meantime.
async fn rise(
    seed: &Seed,
    fallen: Round,
    events: &mut mpsc::Receiver<Heard>,
    waiting: &mut VecDeque<Heard>,
    crashes: &mut u32,
) -> Option<Round> {
    let installation = Installation::clone(&fallen.setup.installation);
    let mut desk = fallen.desk.clone();
    desk.begin_again();
    // Everything under way ends, and the store is closed, before they are opened again.
    drop(fallen);
    // What it heard from its own tasks was for it alone; what a person wants is for whoever comes.
    waiting.retain(is_wish);
    loop {
        let problem = trouble(*crashes);
        if *crashes >= TOLD {
            desk.tell(problem.clone());
        }
        if *crashes == TOLD {
            seed.shared.desktop.notify(&alerts::crashed(*crashes));
        }
        let step = usize::try_from(*crashes - 1).unwrap_or(usize::MAX).min(WAITS.len() - 1);
        stand_still(seed, &problem, WAITS[step]);
        if !rest(seed, events, waiting, WAITS[step]).await {
            return None;
        }
        let (now, _) = seed.shared.clock.look();
        let starting = AssertUnwindSafe(|| Round::start(seed, installation.clone(), desk.clone(), now));
        match std::panic::catch_unwind(starting) {
            Ok(Ok(mut round)) => {
                round.sync.handle(Event::Crashed(Arc::new(problem)), now);
                return Some(round);
            }
            Ok(Err(problem)) => {
                tracing::error!(code = %problem.code, detail = ?problem.detail, "the sync could not start");
            }
            Err(_) => tracing::error!("the sync failed while it started"),
        }
        *crashes = crashes.saturating_add(1);
    }
}

/// What a person wants, which is not lost with the loop that should have heard it.
fn is_wish(heard: &Heard) -> bool {
    matches!(
        heard,
        Heard::Desk(_) | Heard::Sync(Event::Intent(_)) | Heard::Setup(crate::setup::event::Event::Request(_))
    )
}

/// While nothing runs, nothing is live: the last picture stays, and says why it grows old.
fn stand_still(seed: &Seed, problem: &Problem, wait: Duration) {
    let now = seed.shared.clock.now();
    let mut snapshot = Snapshot::clone(&seed.publish.borrow());
    snapshot.revision += 1;
    snapshot.at = now;
    let (retry, problem) = (Some(now.plus(wait)), Some(Arc::new(problem.clone())));
    snapshot.source.stands(SourceState::Stale, retry, problem, now);
    seed.publish.send_replace(Arc::new(snapshot));
}

/// Waits; whether nobody stopped it.
async fn rest(
    seed: &Seed,
    events: &mut mpsc::Receiver<Heard>,
    wishes: &mut VecDeque<Heard>,
    wait: Duration,
) -> bool {
    let waiting = seed.shared.clock.pause(wait);
    tokio::pin!(waiting);
    loop {
        if seed.stop.load(Ordering::Relaxed) {
            return false;
        }
        tokio::select! {
            () = &mut waiting => return true,
            heard = events.recv() => match heard {
                Some(heard) => wishes.extend(Some(heard).filter(is_wish)),
                None => return false,
            },
        }
    }
}

/// The loop itself: waits, feeds the engine, carries out its effects, publishes one snapshot.
async fn turn(
    seed: &Seed,
    own: &mut Round,
    events: &mut mpsc::Receiver<Heard>,
    waiting: &mut VecDeque<Heard>,
) -> End {
    let mut network = Network::new();
    loop {
        let (now, slept) = seed.shared.clock.look();
        if slept {
            own.woke(now);
        }
        if network.is_new(now) && !slept {
            own.changed_network(now);
        }
        // One at a time: if one of them is what the loop fails at, the others are still there.
        while let Some(heard) = waiting.pop_front() {
            if matches!(heard, Heard::Crashed) {
                return End::Crashed;
            }
            own.hear(heard, now);
        }
        own.settle(now);
        if seed.stop.load(Ordering::Relaxed) {
            own.say_farewell(events, now).await;
            own.finish(now);
            return End::Stopped;
        }
        take(seed, own, events, waiting, now).await;
    }
}

/// Waits for something to happen. Whatever else has come in the meantime is taken together and makes one picture.
async fn take(
    seed: &Seed,
    own: &Round,
    events: &mut mpsc::Receiver<Heard>,
    waiting: &mut VecDeque<Heard>,
    now: Moment,
) {
    tokio::select! {
        event = events.recv() => waiting.extend(event),
        () = seed.shared.clock.nap(own.wake_at(now)) => {}
    }
    while let Ok(event) = events.try_recv() {
        waiting.push_back(event);
    }
    if waiting.is_empty() {
        waiting.push_back(Heard::Sync(Event::Tick));
    }
}

fn trouble(crashes: u32) -> Problem {
    let times = if crashes == 1 { "once".into() } else { format!("{crashes} times in a row") };
    Problem::new(
        "sync.crashed",
        "The sync failed and was started again.",
        format!("A fault of this program ended it {times}."),
        "Nothing to do: it goes on by itself. If it happens again, export the diagnostics under Settings and send them to us.",
    )
}
