//! Runs the loop, and runs it again when it fails: the sync goes on by itself, each time a little later.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::mpsc;

use super::network::Network;
use super::round::Round;
use super::{Heard, Seed};
use crate::desk::{Desk, alerts};
use crate::engine::event::Event;
use crate::error::Problem;
use crate::moment::Moment;

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
    loop {
        let (began, _) = seed.shared.clock.look();
        let turning = AssertUnwindSafe(turn(&seed, &mut round, &mut events)).catch_unwind().await;
        if matches!(turning, Ok(End::Stopped)) {
            return;
        }
        let (failed, _) = seed.shared.clock.look();
        crashes = if failed.since(began) >= WELL { 1 } else { crashes.saturating_add(1) };
        tracing::error!(crashes, "the sync failed and is started again");
        let Some(again) = rise(&seed, round, &mut events, crashes).await else { return };
        round = again;
    }
}

/// Puts a new loop in the place of one that failed; nothing when somebody stopped it in the meantime.
async fn rise(seed: &Seed, fallen: Round, events: &mut mpsc::Receiver<Heard>, crashes: u32) -> Option<Round> {
    let installation = crate::setup::installation::Installation::clone(&fallen.setup.installation);
    let picture = fallen.desk.picture().clone();
    // Everything under way ends, and the store is closed, before they are opened again.
    drop(fallen);
    let step = usize::try_from(crashes - 1).unwrap_or(usize::MAX).min(WAITS.len() - 1);
    let mut wait = WAITS[step];
    loop {
        if !rest(seed, events, wait).await {
            return None;
        }
        let (now, _) = seed.shared.clock.look();
        let desk = Desk::resumed(picture.clone(), now);
        match Round::start(seed, installation.clone(), desk, now) {
            Ok(mut round) => {
                let problem = trouble(crashes);
                round.sync.handle(Event::Crashed(std::sync::Arc::new(problem.clone())), now);
                if crashes >= TOLD {
                    round.desk.tell(problem);
                    seed.shared.desktop.notify(&alerts::crashed(crashes));
                }
                return Some(round);
            }
            Err(problem) => {
                tracing::error!(code = %problem.code, detail = ?problem.detail, "the sync could not start");
                wait = WAITS[WAITS.len() - 1];
            }
        }
    }
}

/// Waits; whether nobody stopped it. What is heard meanwhile was for the loop that failed.
async fn rest(seed: &Seed, events: &mut mpsc::Receiver<Heard>, wait: Duration) -> bool {
    let waiting = seed.shared.clock.pause(wait);
    tokio::pin!(waiting);
    loop {
        if seed.stop.load(Ordering::Relaxed) {
            return false;
        }
        tokio::select! {
            () = &mut waiting => return true,
            heard = events.recv() => if heard.is_none() { return false },
        }
    }
}

/// The loop itself: waits, feeds the engine, carries out its effects, publishes one snapshot.
async fn turn(seed: &Seed, own: &mut Round, events: &mut mpsc::Receiver<Heard>) -> End {
    let mut network = Network::new();
    let mut waiting = Vec::new();
    loop {
        let (now, slept) = seed.shared.clock.look();
        if slept {
            own.woke(now);
        }
        if network.is_new(now) && !slept {
            own.changed_network(now);
        }
        for heard in waiting.drain(..) {
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
        take(seed, own, events, &mut waiting, now).await;
    }
}

/// Waits for something to happen. Whatever else has come in the meantime is taken together and makes one picture.
async fn take(
    seed: &Seed,
    own: &Round,
    events: &mut mpsc::Receiver<Heard>,
    waiting: &mut Vec<Heard>,
    now: Moment,
) {
    tokio::select! {
        event = events.recv() => waiting.extend(event),
        () = seed.shared.clock.nap(own.wake_at(now)) => {}
    }
    while let Ok(event) = events.try_recv() {
        waiting.push(event);
    }
    if waiting.is_empty() {
        waiting.push(Heard::Sync(Event::Tick));
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
