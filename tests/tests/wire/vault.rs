//! The keychain: missing, locked and refused are told apart, and none of them loses the sign-in.

use presence::engine::event::Intent;
use presence::session::Session;
use presence::snapshot::SourceState;
use tests::bench::{Bench, code, is_live, until};
use tests::vaults::Mood;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn missing_locked_and_refused_have_their_own_words() {
    for (mood, code, word) in [
        (Mood::Missing, "vault.missing", "--vault memory"),
        (Mood::Locked, "vault.locked", "Unlock"),
        (Mood::Refused, "vault.refused", "allow"),
    ] {
        let bench = Bench::start(10).await;
        bench.vault.turn(mood);
        let handle = bench.drive();
        let snapshot = until(&handle, code, |snapshot| snapshot.local.is_some()).await;
        let problem = snapshot.local.clone().unwrap();
        assert_eq!(problem.code, code);
        assert!(problem.remedy.contains(word), "{problem}");
        assert_eq!(snapshot.session, Session::Unknown, "nobody knows whether there is a sign-in");
        assert!(bench.browser.opened().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_keychain_that_is_unlocked_later_goes_on_by_itself() {
    let bench = Bench::start(100).await;
    bench.live().await.stop().await;
    bench.vault.turn(Mood::Locked);
    let handle = bench.drive();
    let snapshot = until(&handle, "the locked keychain", |snapshot| snapshot.local.is_some()).await;
    assert_eq!(snapshot.people.len(), 100, "the last board is shown meanwhile");
    assert_ne!(snapshot.source.state, SourceState::Live);
    bench.vault.turn(Mood::Open);
    let snapshot = until(&handle, "the board", is_live).await;
    assert_eq!(snapshot.local, None);
    assert_eq!(bench.browser.opened().len(), 1, "nobody had to sign in again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_who_has_unlocked_it_need_not_wait() {
    let bench = Bench::start(100).await;
    bench.live().await.stop().await;
    bench.vault.turn(Mood::Locked);
    let handle = bench.drive();
    until(&handle, "the locked keychain", |snapshot| snapshot.local.is_some()).await;
    bench.vault.turn(Mood::Open);
    let before = handle.now();
    handle.send(Intent::SyncNow);
    let snapshot =
        until(&handle, "the sign-in", |snapshot| matches!(snapshot.session, Session::SignedIn(_))).await;
    assert!(snapshot.at.since(before).as_millis() < 4_000, "asked again at once, not at the next turn");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_in_that_can_not_be_kept_is_not_taken() {
    let bench = Bench::start(30).await;
    let handle = bench.drive();
    until(&handle, "the keychain's word", |snapshot| snapshot.session == Session::SignedOut).await;
    bench.vault.turn(Mood::Missing);
    handle.send(Intent::SignIn);
    let snapshot = until(&handle, "the refusal", |snapshot| code(snapshot) == "vault.missing").await;
    assert!(matches!(snapshot.session, Session::Needed(_)));
    assert!(bench.requests("presence").is_empty() && bench.requests("delta").is_empty());
    bench.vault.turn(Mood::Open);
    handle.send(Intent::SignIn);
    until(&handle, "the board", is_live).await;
}
