//! Signing in: the wrong account, second thoughts, and an organisation that is not there.

use std::net::TcpListener;

use presence::engine::event::Intent;
use presence::session::Session;
use presence::snapshot::SourceState;
use sandbox::{Fault, FaultKind, Place};
use tests::bench::{Bench, code, is_live, until, wait_for};
use tests::browser::Habit;
use tests::guide::all_right;

const ADMINISTRATOR: &str = "admin@brightwater.example";

/// The port that an address names as the redirect's.
fn port(address: &str) -> u16 {
    let (_, query) = address.split_once('?').unwrap();
    let redirect = form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "redirect_uri")
        .map(|(_, value)| value.into_owned())
        .unwrap();
    redirect.strip_prefix("http://localhost:").expect("a redirect to this computer").parse().unwrap()
}

/// Waits until the listener of a sign-in is gone.
async fn closed(address: &str) {
    let port = port(address);
    wait_for("the listener's end", || TcpListener::bind(("127.0.0.1", port)).is_ok()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_wrong_account_is_refused_with_both_names_and_nothing_is_kept() {
    let bench = Bench::start(100).await;
    let handle = bench.live().await;
    bench.control().revoke(None).unwrap();
    bench.control().expire_access_tokens();
    until(&handle, "the end of the sign-in", |snapshot| matches!(snapshot.session, Session::Needed(_))).await;

    let written = bench.vault.written().len();
    bench.browser.change(Habit::SignIn(ADMINISTRATOR.into()));
    handle.send(Intent::SignIn);
    let snapshot = until(&handle, "the refusal", |snapshot| code(snapshot) == "signIn.wrongAccount").await;
    let words = snapshot.source.problem.as_ref().unwrap().to_string();
    assert!(words.contains(ADMINISTRATOR) && words.contains(bench.sandbox.status_user()), "{words}");
    assert_eq!(snapshot.source.state, SourceState::SignInNeeded);
    all_right(&snapshot, bench.control());
    assert_eq!(bench.vault.written().len(), written, "nothing of the wrong account is stored");
    assert!(bench.browser.opened()[1].contains("login_hint="), "the page is told who is meant");

    bench.browser.change(Habit::SignIn(bench.sandbox.status_user().into()));
    handle.send(Intent::SignIn);
    until(&handle, "the board of the right account", is_live).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_ends_the_listener_and_the_next_sign_in_works() {
    let bench = Bench::start(30).await;
    bench.browser.change(Habit::Nothing);
    let handle = bench.sign_in().await;
    let waiting = |snapshot: &presence::snapshot::Snapshot| {
        matches!(&snapshot.session, Session::Waiting { address: Some(_), .. })
    };
    until(&handle, "the open page", waiting).await;
    wait_for("the browser", || bench.browser.opened().len() == 1).await;
    let address = bench.browser.opened().remove(0);
    assert!(TcpListener::bind(("127.0.0.1", port(&address))).is_err(), "the listener waits");

    handle.send(Intent::CancelSignIn);
    until(&handle, "the end of waiting", |snapshot| snapshot.session == Session::SignedOut).await;
    closed(&address).await;
    bench.browser.change(Habit::SignIn(bench.sandbox.status_user().into()));
    handle.send(Intent::SignIn);
    until(&handle, "the board", is_live).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn declining_is_told_and_the_next_sign_in_works() {
    let bench = Bench::start(30).await;
    bench.browser.change(Habit::Decline);
    let handle = bench.sign_in().await;
    let snapshot =
        until(&handle, "the refusal", |snapshot| matches!(snapshot.session, Session::Needed(_))).await;
    let problem = snapshot.source.problem.clone().unwrap();
    assert!(problem.cause.contains("declined"), "{problem}");
    assert!(problem.detail.as_ref().is_some_and(|detail| detail.contains("AADSTS65004")), "{problem}");
    closed(&bench.browser.opened()[0]).await;
    assert!(bench.vault.written().is_empty());
    bench.browser.change(Habit::SignIn(bench.sandbox.status_user().into()));
    handle.send(Intent::SignIn);
    until(&handle, "the board", is_live).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_organisation_that_is_not_there_is_named_and_opens_no_browser() {
    let mut bench = Bench::start(30).await;
    bench.tenant = "nowhere.example".into();
    let handle = bench.sign_in().await;
    let snapshot = until(&handle, "the refusal", |snapshot| code(snapshot) == "microsoft.tenant").await;
    let problem = snapshot.source.problem.clone().unwrap();
    assert!(problem.cause.contains("nowhere.example"), "{problem}");
    assert!(bench.browser.opened().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_domain_of_the_organisation_does_as_well_as_its_id() {
    let mut bench = Bench::start(30).await;
    bench.tenant = "brightwater.example".into();
    let handle = bench.live().await;
    assert_eq!(handle.snapshot().people.len(), 30);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_far_off_is_told_and_a_small_difference_is_forgiven() {
    let bench = Bench::start(30).await;
    let skew = |seconds| vec![Fault::new(Place::Everything, FaultKind::ClockSkew { seconds })];
    bench.control().replace_faults(skew(7_200));
    let handle = bench.sign_in().await;
    let snapshot = until(&handle, "the refusal", |snapshot| code(snapshot) == "signIn.token").await;
    let problem = snapshot.source.problem.clone().unwrap();
    assert!(problem.remedy.contains("date and time"), "{problem}");
    assert!(bench.vault.written().is_empty());
    bench.control().replace_faults(skew(-120));
    handle.send(Intent::SignIn);
    until(&handle, "the board", is_live).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_removes_the_sign_in() {
    let bench = Bench::start(30).await;
    let handle = bench.live().await;
    handle.send(Intent::SignOut);
    until(&handle, "the end", |snapshot| snapshot.session == Session::SignedOut).await;
    let vault = std::sync::Arc::clone(&bench.vault);
    let empty = move || {
        use presence::vault::Vault;
        vault.get("microsoft-sign-in").is_ok_and(|kept| kept.is_none())
    };
    wait_for("the empty keychain", empty).await;
    handle.stop().await;
    let handle = bench.drive();
    until(&handle, "the keychain's word", |snapshot| snapshot.session == Session::SignedOut).await;
}
