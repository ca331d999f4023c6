//! A laptop that sleeps, changes its network, and whose clock or disk is not what it should be.

use std::sync::Arc;

use jiff::SignedDuration;
use presence::clock::Clock;
use presence::desk::Wish;
use presence::driver::{self, Handle};
use presence::snapshot::{IncidentKind, SourceState};
use sandbox::{Fault, FaultKind, Place};
use tests::bench::{Bench, is_live, until, wait_for};

/// A live board on a clock that the test can turn.
async fn live(bench: &Bench) -> (Handle, Arc<Clock>) {
    bench.live().await.stop().await;
    let parts = bench.parts();
    let clock = Arc::clone(&parts.clock);
    let handle = driver::start(parts).unwrap();
    until(&handle, "the live board", is_live).await;
    (handle, clock)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_night_asleep_the_board_is_live_again_without_a_burst_and_without_a_word() {
    let bench = Bench::start(120).await;
    let (handle, clock) = live(&bench).await;
    // The last call before the sleep never gets its answer.
    let hangs =
        Fault { times: Some(1), ..Fault::new(Place::Presence, FaultKind::Latency { milliseconds: 600_000 }) };
    bench.control().replace_faults(vec![hangs]);
    let polls = bench.requests("presence").len();
    wait_for("a call that hangs", || bench.requests("presence").len() > polls).await;
    bench.control().clear_requests();
    clock.turn(SignedDuration::from_hours(9));
    let woken = until(&handle, "the news of waking", |snapshot| {
        snapshot.incidents.iter().any(|incident| incident.what == IncidentKind::Woke)
    })
    .await;
    assert!(woken.people.iter().all(|person| person.teams.is_some()), "the last board stays");
    let live = until(&handle, "the live board", is_live).await;
    // Interrupted and made anew, not waited for.
    let polls = bench.requests("presence").len();
    assert!((1..=3).contains(&polls), "{polls} polls for one page of people");
    assert!(live.incidents.iter().all(|incident| incident.what != IncidentKind::Offline));
    assert_eq!(bench.browser.notified(), []);
    assert_eq!(bench.browser.opened().len(), 1);
    handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_comes_late_after_waking_is_found_at_once() {
    let mut bench = Bench::start(60).await;
    bench.rules.interval = std::time::Duration::from_mins(1);
    let (handle, clock) = live(&bench).await;
    bench.control().replace_faults(vec![Fault::new(Place::Everything, FaultKind::Drop)]);
    clock.turn(SignedDuration::from_hours(1));
    until(&handle, "the outage", |snapshot| snapshot.source.state == SourceState::Offline).await;
    // Long enough for the usual patience to be a minute.
    clock.pause(std::time::Duration::from_secs(12)).await;
    bench.control().clear_faults();
    bench.control().clear_requests();
    let back = clock.now();
    let live = until(&handle, "the live board", is_live).await;
    println!("live {:?} after the network came back", live.at.since(back));
    assert_eq!(bench.requests("presence").len(), 1);
    assert_eq!(bench.browser.notified(), []);
    handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_wrong_is_told_and_so_is_its_end() {
    let bench = Bench::start(30).await;
    let (handle, _clock) = live(&bench).await;
    bench.control().replace_faults(vec![Fault::new(Place::Graph, FaultKind::ClockSkew { seconds: 3_600 })]);
    let told = until(&handle, "the wrong clock", |snapshot| snapshot.local.is_some()).await;
    let problem = told.local.as_ref().unwrap();
    assert_eq!(problem.code, "clock.wrong");
    assert!(
        problem.cause.starts_with("It is 59 minutes behind")
            || problem.cause.starts_with("It is 60 minutes behind"),
        "{}",
        problem.cause
    );
    bench.control().clear_faults();
    until(&handle, "the right clock", |snapshot| snapshot.local.is_none() && is_live(snapshot)).await;
    handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_not_be_kept_is_told_until_it_can() {
    let bench = Bench::start(30).await;
    let (handle, _clock) = live(&bench).await;
    // Nothing can take the place of a folder that holds something.
    let file = bench.folder().join("desk.toml");
    std::fs::create_dir_all(file.join("in-the-way")).unwrap();
    let person = handle.snapshot().people.iter().next().unwrap().id();
    let pin = |wanted| handle.desk(Wish::Pin { person, wanted });
    pin(true);
    let told = until(&handle, "the trouble with the disk", |snapshot| snapshot.desk.disk.is_some()).await;
    assert_eq!(told.desk.disk.as_ref().unwrap().code, "settings.disk");
    assert!(told.desk.kept.is_pinned(person), "it holds for this run");
    std::fs::remove_dir_all(&file).unwrap();
    pin(false);
    pin(true);
    until(&handle, "room on the disk", |snapshot| snapshot.desk.disk.is_none()).await;
    handle.stop().await;
    assert!(bench.profile().kept().is_pinned(person));
}
