//! A new start: the last board at once as stale, then live; still signed in; no secret on the disk.

use std::fs;
use std::path::Path;

use presence::setup::installation::Installation;
use presence::snapshot::{Freshness, SourceState};
use sandbox::{Fault, FaultKind, Place};
use tests::bench::{Bench, is_live, until};
use tests::guide::all_right;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_restart_the_last_board_is_there_at_once_as_stale_and_then_live() {
    let bench = Bench::start(250).await;
    let handle = bench.live().await;
    let before =
        until(&handle, "contacts", |snapshot| is_live(snapshot) && snapshot.matches.matched > 0).await;
    handle.stop().await;

    bench.control().replace_faults(vec![Fault::new(Place::Everything, FaultKind::Drop)]);
    let handle = bench.drive();
    let snapshot = until(&handle, "the last board", |snapshot| !snapshot.people.is_empty()).await;
    assert_ne!(snapshot.source.state, SourceState::Live);
    assert!(!snapshot.complete);
    all_right(&snapshot, bench.control());
    for state in snapshot.people.iter() {
        assert_eq!(snapshot.freshness(state), Freshness::Stale, "{}", state.card.person.name);
        let earlier = before.people.iter().find(|earlier| earlier.id() == state.id()).unwrap();
        assert_eq!(state.card, earlier.card, "also what 8x8 says");
        let since = |state: &presence::snapshot::PersonState| {
            state.teams.as_ref().map(|teams| teams.since.wall.as_millisecond())
        };
        assert_eq!(since(state), since(earlier), "and since when");
    }
    until(&handle, "the outage", |snapshot| snapshot.source.state == SourceState::Offline).await;
    bench.control().clear_faults();
    let snapshot = until(&handle, "the live board", is_live).await;
    assert!(snapshot.people.iter().all(|state| snapshot.freshness(state) == Freshness::Fresh));
    assert_eq!(bench.browser.opened().len(), 1, "nobody had to sign in again");
    assert!(bench.requests("delta").iter().all(|request| request.status != 410), "the track is kept");
    handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_organisation_starts_with_an_empty_board_and_nobody_signed_in() {
    let bench = Bench::start(30).await;
    bench.live().await.stop().await;
    let mut parts = bench.parts();
    parts.installation = Installation::by_hand("brightwater.onmicrosoft.example", bench.sandbox.client_id());
    let handle = presence::driver::start(parts).unwrap();
    let snapshot = until(&handle, "the keychain's word", |snapshot| {
        snapshot.session == presence::session::Session::SignedOut
    })
    .await;
    assert!(snapshot.people.is_empty());
}

/// Everything in a folder, as bytes.
fn files(folder: &Path, found: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push((path.display().to_string(), fs::read(&path).unwrap()));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_token_and_no_key_is_anywhere_on_the_disk() {
    let bench = Bench::start(100).await;
    let log = presence::log::start(&bench.profile().logs()).expect("the only test that logs");
    let handle = bench.live().await;
    bench.control().expire_access_tokens();
    let renewed = || bench.vault.refresh_tokens().len() == 2;
    tests::bench::wait_for("the renewed sign-in", renewed).await;
    // Failures are what logs tell of.
    bench.control().revoke(None).unwrap();
    bench.control().expire_access_tokens();
    until(&handle, "the end of the sign-in", |snapshot| snapshot.source.state == SourceState::SignInNeeded)
        .await;
    handle.stop().await;
    drop(log);

    let mut secrets: Vec<String> = bench.vault.refresh_tokens();
    secrets.push(bench.sandbox.key().to_owned());
    let address = bench.browser.opened().remove(0);
    let query = address.split_once('?').unwrap().1.to_owned();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if ["state", "nonce", "code_challenge"].contains(&name.as_ref()) {
            secrets.push(value.into_owned());
        }
    }
    assert!(secrets.len() == 6 && secrets.iter().all(|secret| secret.len() >= 16), "{}", secrets.len());
    let mut found = Vec::new();
    files(bench.folder(), &mut found);
    assert!(found.iter().any(|(name, _)| name.ends_with("board.db")));
    let logged = found
        .iter()
        .any(|(name, bytes)| name.contains("presence-sync") && name.ends_with(".log") && !bytes.is_empty());
    assert!(
        logged,
        "there is a log to look at: {:?}",
        found.iter().map(|(name, _)| name).collect::<Vec<_>>()
    );
    for (name, bytes) in &found {
        for secret in &secrets {
            // A piece of it would be bad enough.
            for piece in secret.as_bytes().chunks(24).filter(|piece| piece.len() >= 16) {
                let there = bytes.windows(piece.len()).any(|window| window == piece);
                assert!(!there, "a secret is in {name}");
            }
        }
    }
}
