//! Nothing answers for a while: the last board stays, says how old it is, and is live soon after.

use presence::snapshot::{Freshness, SourceState};
use sandbox::{Fault, FaultKind, Place};
use tests::bench::{Bench, code, is_live, until};
use tests::guide::{all_right, mistakes};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_keeps_the_board_marks_it_stale_and_heals_within_one_interval() {
    let bench = Bench::start(1_500).await;
    let handle = bench.live().await;
    // Knowledge counts as stale after two polls and five seconds.
    bench.control().replace_faults(vec![Fault::new(Place::Everything, FaultKind::Drop).lasting(9.0)]);
    let began = handle.now();
    let snapshot =
        until(&handle, "the outage", |snapshot| snapshot.source.state == SourceState::Offline).await;
    assert_eq!(code(&snapshot), "microsoft.offline");
    all_right(&snapshot, bench.control());
    let snapshot = until(&handle, "a stale board", |snapshot| {
        snapshot.people.iter().all(|state| snapshot.freshness(state) == Freshness::Stale)
    })
    .await;
    assert_ne!(snapshot.source.state, SourceState::Live);
    all_right(&snapshot, bench.control());

    let somebody = bench.control().people().swap_remove(0);
    bench.control().set_presence(&somebody.id, "Busy", "InACall", false, f64::INFINITY).unwrap();
    let snapshot = until(&handle, "the board after the outage", |snapshot| {
        is_live(snapshot)
            && snapshot.people.iter().all(|state| snapshot.freshness(state) == Freshness::Fresh)
            && mistakes(snapshot, bench.control()).is_empty()
    })
    .await;
    // One interval is one second here; a try that was under way may take its own pauses of up to two.
    let healed = snapshot.at.since(began).as_millis();
    assert!((9_000..13_000).contains(&healed), "live {healed} ms after an outage of 9000 ms began");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_5xx_is_told_as_microsofts_own_problem_and_passes() {
    let bench = Bench::start(250).await;
    let handle = bench.live().await;
    for status in [500, 502, 503] {
        bench.control().replace_faults(vec![Fault::new(Place::Graph, FaultKind::Status { status })]);
        let snapshot =
            until(&handle, "the failure", |snapshot| code(snapshot) == "microsoft.unavailable").await;
        assert_eq!(snapshot.source.state, SourceState::Stale);
        let problem = snapshot.source.problem.clone().unwrap();
        assert!(problem.cause.contains(&status.to_string()), "{problem}");
        all_right(&snapshot, bench.control());
        bench.control().clear_faults();
        until(&handle, "the board after the failure", is_live).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_from_the_start_is_told_and_the_sign_in_can_be_tried_again() {
    let bench = Bench::start(30).await;
    bench.control().replace_faults(vec![Fault::new(Place::Everything, FaultKind::Drop)]);
    let handle = bench.sign_in().await;
    let snapshot =
        until(&handle, "the failed sign-in", |snapshot| code(snapshot) == "microsoft.offline").await;
    assert_eq!(snapshot.source.state, SourceState::SignInNeeded);
    assert!(bench.browser.opened().is_empty(), "a page that can not open is not opened");
    bench.control().clear_faults();
    handle.send(presence::engine::event::Intent::SignIn);
    until(&handle, "the board", is_live).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_come_late_are_taken_all_the_same() {
    let bench = Bench::start(250).await;
    let latency = FaultKind::Latency { milliseconds: 400 };
    bench.control().replace_faults(vec![Fault::new(Place::Everything, latency)]);
    let handle = bench.live().await;
    let snapshot =
        until(&handle, "a true board", |snapshot| mistakes(snapshot, bench.control()).is_empty()).await;
    assert_eq!(snapshot.source.problem, None);
}
