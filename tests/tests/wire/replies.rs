//! Replies that are not as documented: whoever is told right stays right.

use std::time::Duration;

use presence::engine::event::Intent;
use presence::snapshot::{Freshness, SourceState};
use presence::view::board::State;
use sandbox::{Fault, FaultKind, Place};
use tests::bench::{Bench, code, is_live, until};
use tests::guide::{all_right, find, mistakes};

/// A live board, then one kind of fault in every presence answer.
async fn struck(kind: FaultKind) -> (Bench, presence::driver::Handle) {
    let bench = Bench::start(250).await;
    let handle = bench.live().await;
    bench.control().replace_faults(vec![Fault::new(Place::Presence, kind)]);
    (bench, handle)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_no_json_is_told_and_harms_nobody() {
    for kind in [FaultKind::Malformed, FaultKind::HalfBody] {
        let (bench, handle) = struck(kind.clone()).await;
        let snapshot =
            until(&handle, "the unreadable answer", |snapshot| code(snapshot) == "microsoft.malformed").await;
        assert_eq!(snapshot.source.state, SourceState::Stale, "{kind:?}");
        all_right(&snapshot, bench.control());
        bench.control().clear_faults();
        until(&handle, "the board afterwards", is_live).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_broken_answer_is_asked_for_again_before_anybody_hears_of_it() {
    let bench = Bench::start(250).await;
    let once = |kind| Fault::new(Place::Everything, kind).times(1);
    bench.control().replace_faults(vec![once(FaultKind::HalfBody), once(FaultKind::Drop)]);
    let handle = bench.live().await;
    assert!(bench.control().faults().is_empty(), "both faults have struck");
    until(&handle, "a true board", |snapshot| mistakes(snapshot, bench.control()).is_empty()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_of_wrong_types_are_set_aside_and_the_others_are_taken() {
    let (bench, handle) = struck(FaultKind::WrongTypes).await;
    let snapshot = until(&handle, "entries set aside", |snapshot| snapshot.set_aside.entries > 0).await;
    let absent: Vec<String> =
        snapshot.people.iter().filter(|state| state.absent).map(|state| state.id().to_string()).collect();
    assert!((1..250).contains(&absent.len()), "{} are without an answer", absent.len());
    all_right(&snapshot, bench.control());

    let lucky = bench.control().people().into_iter().find(|truth| !absent.contains(&truth.id)).unwrap();
    bench.control().set_presence(&lucky.id, "DoNotDisturb", "Presenting", false, f64::INFINITY).unwrap();
    until(&handle, "a change of somebody else", |snapshot| {
        let teams = find(snapshot, &lucky.id).and_then(|state| state.teams.as_ref());
        teams.is_some_and(|teams| teams.mapping.row.as_str() == "Presenting")
    })
    .await;
    bench.control().clear_faults();
    until(&handle, "everybody's answer", |snapshot| snapshot.people.iter().all(|state| !state.absent)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn values_not_yet_invented_read_as_unknown_and_never_as_available() {
    let (bench, handle) = struck(FaultKind::UnknownValues).await;
    let strange = |state: &presence::snapshot::PersonState| {
        state.teams.as_ref().is_some_and(|teams| teams.availability.as_str() == "InHolographicSpace")
    };
    let snapshot = until(&handle, "a strange value", |snapshot| snapshot.people.iter().any(strange)).await;
    assert!(snapshot.set_aside.unknown_values > 0);
    let hurt: Vec<_> = snapshot.people.iter().filter(|state| strange(state)).collect();
    assert!((1..250).contains(&hurt.len()));
    for state in &hurt {
        assert_eq!(state.teams.as_ref().unwrap().mapping.row.as_str(), "Status unknown");
        assert_eq!(State::of(&snapshot, state), State::Unknown);
    }
    let wrong = mistakes(&snapshot, bench.control());
    assert_eq!(wrong.len(), hurt.len(), "only those with a strange value differ");
    assert_eq!(snapshot.source.state, SourceState::Live, "a new word is no failure");
    bench.control().clear_faults();
    until(&handle, "a true board", |snapshot| mistakes(snapshot, bench.control()).is_empty()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_an_answer_leaves_out_is_absent_and_not_offline() {
    let (bench, handle) = struck(FaultKind::MissingIds).await;
    let snapshot =
        until(&handle, "somebody left out", |snapshot| snapshot.people.iter().any(|state| state.absent))
            .await;
    let absent = snapshot.people.iter().filter(|state| state.absent).count();
    assert!((1..250).contains(&absent));
    all_right(&snapshot, bench.control());

    // What nobody confirms grows old, while the others stay fresh.
    let snapshot = until(&handle, "stale absentees", |snapshot| {
        let old = |state: &_| snapshot.freshness(state) == Freshness::Stale;
        snapshot.people.iter().filter(|state| state.absent).all(old)
            && snapshot.people.iter().any(|state| state.absent)
    })
    .await;
    let fresh = |state: &_| snapshot.freshness(state) == Freshness::Fresh;
    assert!(snapshot.people.iter().filter(|state| !state.absent).all(fresh));
    bench.control().clear_faults();
    until(&handle, "everybody's answer", |snapshot| {
        is_live(snapshot) && snapshot.people.iter().all(|state| !state.absent)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_bad_id_is_found_by_halving_and_costs_nobody_else_their_answer() {
    let mut bench = Bench::start(250).await;
    bench.rules.interval = Duration::from_secs(20);
    let handle = bench.live().await;
    bench.control().clear_requests();
    // 250, 125, 62, 31, 15, 7, 3, 1: as if the first of them were bad.
    bench
        .control()
        .replace_faults(vec![Fault::new(Place::Presence, FaultKind::Status { status: 400 }).times(8)]);
    let before = handle.now();
    handle.send(Intent::SyncNow);
    let snapshot =
        until(&handle, "the bad id", |snapshot| snapshot.people.iter().any(|state| state.absent)).await;
    let absent: Vec<_> = snapshot.people.iter().filter(|state| state.absent).collect();
    assert_eq!((absent.len(), snapshot.set_aside.entries), (1, 1));
    assert_eq!(Some(absent[0].id()), snapshot.people.iter().next().map(|state| state.id()));
    let anew = |state: &&presence::snapshot::PersonState| {
        state.teams.as_ref().is_some_and(|teams| teams.observed.uptime > before.uptime)
    };
    assert_eq!(snapshot.people.iter().filter(anew).count(), 249);
    assert_eq!(snapshot.source.state, SourceState::Live);
    assert_eq!(bench.requests("presence").len(), 15);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn if_every_question_is_refused_it_is_not_about_single_people() {
    let mut bench = Bench::start(250).await;
    bench.rules.interval = Duration::from_secs(20);
    let handle = bench.live().await;
    bench.control().clear_requests();
    bench.control().replace_faults(vec![Fault::new(Place::Presence, FaultKind::Status { status: 400 })]);
    handle.send(Intent::SyncNow);
    let snapshot = until(&handle, "the refusal", |snapshot| code(snapshot) == "microsoft.malformed").await;
    assert!(snapshot.people.iter().all(|state| !state.absent), "nobody is blamed");
    assert!(bench.requests("presence").len() <= 200, "{} calls", bench.requests("presence").len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_missing_permission_is_named() {
    let (bench, handle) = struck(FaultKind::Forbidden).await;
    let snapshot = until(&handle, "the refusal", |snapshot| code(snapshot) == "microsoft.forbidden").await;
    assert!(snapshot.source.problem.as_ref().unwrap().cause.contains("Presence.Read.All"));
    all_right(&snapshot, bench.control());
    bench.control().clear_faults();
    handle.send(Intent::SyncNow);
    until(&handle, "the board after the grant", is_live).await;
}
