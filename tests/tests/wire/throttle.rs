//! A vendor's wish for silence holds for every call to it.

use presence::snapshot::SourceState;
use sandbox::{Fault, FaultKind, Place, Request};
use tests::bench::{Bench, code, is_live, until, wait_for};
use tests::guide::all_right;

/// A request that was sent just before the 429 became known is on its way for this long at most.
const ON_THE_WAY_MS: u64 = 300;

/// Three seconds of silence after a 429 from `place`.
async fn silence(place: Place) {
    let bench = Bench::start(1_500).await;
    let handle = bench.live().await;
    bench.control().clear_requests();
    bench.control().replace_faults(vec![Fault::new(place, FaultKind::Throttle { retry_after: 3 }).times(1)]);
    if place == Place::Token {
        bench.control().expire_access_tokens();
    }
    let snapshot =
        until(&handle, "the pause", |snapshot| snapshot.source.state == SourceState::Throttled).await;
    let known = bench.now_ms();
    assert_eq!(code(&snapshot), "microsoft.throttled");
    let retry = snapshot.source.retry_at.expect("the board says when it goes on");
    assert!(retry.since(snapshot.at).as_millis() <= 3_000);
    all_right(&snapshot, bench.control());

    until(&handle, "the board after the pause", is_live).await;
    assert_eq!(broken_silence(&bench, known), Vec::new());
}

/// What was sent to Microsoft although the client had known, since then, that it wanted silence.
fn broken_silence(bench: &Bench, known: u64) -> Vec<Request> {
    let requests = bench.control().requests();
    let asked = requests.iter().find(|request| request.status == 429).expect("the 429 was met").at_ms;
    assert!(known < asked + 2_500, "this machine is too busy to see a silence of three seconds");
    let silence = known + ON_THE_WAY_MS..asked + 3_000;
    requests
        .into_iter()
        .filter(|request| request.endpoint != "eight" && silence.contains(&request.at_ms))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reading_of_many_pages_that_is_under_way_falls_silent_too() {
    let bench = Bench::start(2_500).await;
    let handle = bench.live().await;
    // Reading everybody again takes four pages of a second each.
    let slow = Fault::new(Place::Delta, FaultKind::Latency { milliseconds: 1_000 });
    bench.control().replace_faults(vec![slow.clone()]);
    bench.control().reset_delta();
    bench.control().clear_requests();
    let pages = || bench.requests("delta").iter().filter(|request| request.status == 200).count();
    wait_for("the first page", || pages() >= 1).await;
    let throttle = Fault::new(Place::Presence, FaultKind::Throttle { retry_after: 3 }).times(1);
    bench.control().replace_faults(vec![slow, throttle]);
    until(&handle, "the pause", |snapshot| snapshot.source.state == SourceState::Throttled).await;
    let known = bench.now_ms();
    assert!(pages() < 3, "the reading was still under way");
    bench.control().clear_faults();
    until(&handle, "the board after the pause", is_live).await;
    assert_eq!(broken_silence(&bench, known), Vec::new());
    until(&handle, "the directory", |snapshot| snapshot.directory.state == SourceState::Live).await;
    all_right(&handle.snapshot(), bench.control());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_429_to_a_presence_call_nothing_is_sent_to_microsoft() {
    silence(Place::Presence).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_429_to_a_directory_call_nothing_is_sent_to_microsoft() {
    silence(Place::Delta).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_429_to_a_token_call_nothing_is_sent_to_microsoft() {
    silence(Place::Token).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_429_of_8x8_silences_nobody_but_8x8() {
    let bench = Bench::start(250).await;
    bench.control().replace_faults(vec![Fault::new(Place::Eight, FaultKind::Throttle { retry_after: 60 })]);
    let handle = bench.live().await;
    let snapshot = until(&handle, "8x8's pause", |snapshot| {
        is_live(snapshot)
            && snapshot.contacts.as_ref().is_some_and(|source| source.state == SourceState::Throttled)
    })
    .await;
    let before = snapshot.source.last_success.unwrap();
    until(&handle, "the next answer of Microsoft", |snapshot| {
        snapshot.source.last_success.is_some_and(|last| last.uptime > before.uptime)
    })
    .await;
    assert_eq!(bench.requests("eight").len(), 1);
}
