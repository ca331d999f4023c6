//! Tokens: one renewal at a time, stored before it is used, and a sign-in that somebody ended.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use presence::engine::Rules;
use presence::engine::event::Intent;
use presence::session::Session;
use presence::snapshot::{Freshness, SourceState};
use sandbox::{Fault, FaultKind, Place, Request};
use tests::bench::{Bench, is_live, until, wait_for};
use tests::guide::all_right;
use tests::vaults::Mood;

/// The requests to Graph that were answered well after the newest token call.
fn used(requests: &[Request]) -> Vec<&Request> {
    let renewal = requests.iter().rposition(|request| request.endpoint == "token").expect("a token call");
    let graph = |request: &&Request| request.path.starts_with("/graph") && request.status == 200;
    requests[renewal..].iter().filter(graph).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_expired_token_is_renewed_once_for_everybody_who_waits() {
    let mut bench = Bench::start(2_500).await;
    // Nothing is sent but what is asked for below.
    let long = Duration::from_secs(600);
    bench.rules = Rules { interval: long, directory_interval: long, ..bench.rules };
    let handle = bench.live().await;
    bench.control().clear_requests();
    // So slow that the calls for four pages and the directory are all under way when the first one is refused.
    let slow = |place| Fault::new(place, FaultKind::Latency { milliseconds: 300 });
    bench.control().replace_faults(vec![slow(Place::Graph), slow(Place::Token)]);
    bench.control().expire_access_tokens();
    handle.send(Intent::SyncNow);
    wait_for("a round with the new token", || {
        bench.requests("presence").iter().filter(|request| request.status == 200).count() >= 4
    })
    .await;
    let refused = bench.control().requests().iter().filter(|request| request.status == 401).count();
    assert_eq!(refused, 5, "all of them met the dead token");
    assert_eq!(bench.requests("token").len(), 1);
    until(&handle, "a live board", is_live).await;
    assert_eq!(handle.snapshot().source.problem, None);
    assert_eq!(bench.browser.opened().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revoked_sign_in_is_a_state_and_keeps_the_last_board() {
    let bench = Bench::start(1_500).await;
    let handle = bench.live().await;
    bench.control().revoke(None).unwrap();
    bench.control().expire_access_tokens();
    bench.control().clear_requests();
    let snapshot =
        until(&handle, "the end of the sign-in", |snapshot| matches!(snapshot.session, Session::Needed(_)))
            .await;
    assert_eq!(snapshot.source.state, SourceState::SignInNeeded);
    let problem = snapshot.source.problem.clone().unwrap();
    assert!(problem.cause.contains(bench.sandbox.status_user()), "{problem}");
    assert!(problem.detail.as_ref().is_some_and(|detail| detail.contains("AADSTS50173")), "{problem}");
    all_right(&snapshot, bench.control());

    let snapshot = until(&handle, "a stale board", |snapshot| {
        snapshot.people.iter().all(|state| snapshot.freshness(state) == Freshness::Stale)
    })
    .await;
    assert_eq!(snapshot.source.state, SourceState::SignInNeeded);
    assert_eq!(bench.browser.opened().len(), 1, "no browser opens by itself");
    let asked = bench.requests("token").len();
    assert!(asked <= 4, "a dead token was tried {asked} times");

    handle.send(Intent::SignIn);
    until(&handle, "the board after signing in again", is_live).await;
    assert_eq!(bench.browser.opened().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_refused_although_it_is_new_needs_a_person() {
    let bench = Bench::start(100).await;
    let handle = bench.live().await;
    bench.control().replace_faults(vec![Fault::new(Place::Presence, FaultKind::ExpiredToken)]);
    let snapshot =
        until(&handle, "the end of the sign-in", |snapshot| matches!(snapshot.session, Session::Needed(_)))
            .await;
    assert_eq!(snapshot.people.len(), 100);
    assert_eq!(bench.browser.opened().len(), 1);
    bench.control().clear_faults();
    handle.send(Intent::SignIn);
    until(&handle, "the board", is_live).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_token_is_stored_before_its_access_token_is_used() {
    let bench = Bench::start(1_500).await;
    let seen: Arc<Mutex<Vec<Vec<Request>>>> = Arc::default();
    let (control, log) = (bench.control().clone(), Arc::clone(&seen));
    bench.vault.watch(move || {
        // Whoever would use the token too early has the time to.
        std::thread::sleep(Duration::from_millis(300));
        log.lock().unwrap().push(control.requests());
    });
    let handle = bench.live().await;
    bench.control().expire_access_tokens();
    handle.send(Intent::SyncNow);
    wait_for("the renewed sign-in", || seen.lock().unwrap().len() == 2).await;
    wait_for("its use", || !used(&bench.control().requests()).is_empty()).await;
    let seen = seen.lock().unwrap();
    for (at, requests) in seen.iter().enumerate() {
        assert_eq!(used(requests), Vec::<&Request>::new(), "used before write {at} had come through");
    }
    let tokens = bench.vault.refresh_tokens();
    assert_eq!(tokens.len(), 2);
    assert_ne!(tokens[0], tokens[1], "the renewal brought a new refresh token");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_between_renewal_and_writing_leaves_a_sign_in_that_works() {
    let bench = Bench::start(250).await;
    let handle = bench.live().await;
    bench.vault.turn(Mood::ReadOnly);
    bench.control().clear_requests();
    bench.control().expire_access_tokens();
    until(&handle, "the failed write", |snapshot| snapshot.local.is_some()).await;
    assert_eq!(used(&bench.control().requests()), Vec::<&Request>::new(), "what is not stored is not used");
    // Nothing is said and nothing is waited for: the process is gone.
    drop(handle);

    bench.vault.turn(Mood::Open);
    let handle = bench.drive();
    until(&handle, "the board after the crash", is_live).await;
    assert_eq!(bench.browser.opened().len(), 1, "nobody had to sign in again");
    handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_that_failed_is_made_up_for_without_another_renewal() {
    let bench = Bench::start(250).await;
    let handle = bench.live().await;
    bench.vault.turn(Mood::ReadOnly);
    bench.control().clear_requests();
    bench.control().expire_access_tokens();
    let snapshot = until(&handle, "the failed write", |snapshot| snapshot.local.is_some()).await;
    assert_eq!(snapshot.local.as_ref().unwrap().code, "vault.locked");
    assert!(matches!(snapshot.session, Session::SignedIn(_)), "the sign-in itself is not lost");
    bench.vault.turn(Mood::Open);
    let snapshot =
        until(&handle, "the board", |snapshot| is_live(snapshot) && snapshot.local.is_none()).await;
    all_right(&snapshot, bench.control());
    assert_eq!(bench.requests("token").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_asks_for_a_token_before_the_keychain_was_asked_finds_the_sign_in() {
    use std::sync::Arc;

    use presence::clock::Clock;
    use presence::microsoft::{Connection, Microsoft};

    let bench = Bench::start(30).await;
    bench.live().await.stop().await;
    let parts = bench.parts();
    let (tenant, client) = (bench.tenant.clone(), bench.sandbox.client_id().to_owned());
    let clock = Arc::new(Clock::start());
    let connection =
        Connection::new(presence::http::client(), clock, parts.endpoints.microsoft, tenant, client);
    let microsoft = Microsoft::new(Arc::new(connection), parts.vault);
    assert!(microsoft.read_directory(None).await.is_ok());
}
