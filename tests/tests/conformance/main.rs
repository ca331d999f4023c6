//! Every request the clients make and every reply the sandbox gives, held to the vendors' specifications.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that can not go on should panic, and one that is skipped should say so"
)]

mod calls;
mod center;
mod installation;

use std::collections::{BTreeMap, HashMap};

use presence::checkup;
use presence::engine::event::Intent;
use presence::session::Session;
use presence::snapshot::SourceState;
use sandbox::{Exchange, Fault, FaultKind, Place};
use tests::bench::{Bench, code, is_live, until, wait_for};
use tests::browser::Habit;
use tests::guide::find;
use tests::specs::{Spec, folder};

/// Both vendors' files; nothing, told aloud, where they are not.
fn specs() -> Option<[Spec; 2]> {
    let Some(folder) = folder() else {
        println!("SKIPPED: the specifications are neither in PRESENCE_SYNC_SPECS nor in ../shared/specs");
        return None;
    };
    let graph = Spec::read(&folder.join("microsoft/graph-presence-sync.openapi.json"), "/graph/v1.0");
    let eight = Spec::read(&folder.join("8x8/directory-contacts-v3.yaml"), "/8x8/directory-contacts");
    Some([graph, eight])
}

/// Lives through a day with `bench`: reading, people who come and go, and one failure of each kind.
async fn day(bench: &Bench) {
    let handle = bench.live().await;
    until(&handle, "contacts", |snapshot| snapshot.matches.matched > 0).await;
    let joiner = bench.control().join();
    until(&handle, "the joiner", |snapshot| find(snapshot, &joiner.id).is_some()).await;
    bench.control().leave(&joiner.id).unwrap();
    until(&handle, "the leaver's going", |snapshot| find(snapshot, &joiner.id).is_none()).await;
    bench.control().reset_delta();
    wait_for("the lost track", || bench.requests("delta").iter().any(|request| request.status == 410)).await;
    bench.control().replace_faults(vec![Fault::new(Place::Presence, FaultKind::ExpiredToken).times(1)]);
    wait_for("the refused token", || bench.requests("presence").iter().any(|request| request.status == 401))
        .await;
    until(&handle, "the board", is_live).await;
    for (place, kind, told) in [
        (Place::Graph, FaultKind::Status { status: 503 }, "microsoft.unavailable"),
        (Place::Presence, FaultKind::Forbidden, "microsoft.forbidden"),
        (Place::Presence, FaultKind::Throttle { retry_after: 1 }, "microsoft.throttled"),
    ] {
        bench.control().replace_faults(vec![Fault::new(place, kind)]);
        handle.send(Intent::SyncNow);
        until(&handle, told, |snapshot| code(snapshot) == told).await;
        bench.control().clear_faults();
        handle.send(Intent::SyncNow);
        until(&handle, "the board afterwards", is_live).await;
    }
    bench.control().replace_faults(vec![Fault::new(Place::Eight, FaultKind::Throttle { retry_after: 1 })]);
    until(&handle, "8x8's pause", |snapshot| {
        snapshot.contacts.as_ref().is_some_and(|source| source.state == SourceState::Throttled)
    })
    .await;
    bench.control().clear_faults();

    bench.control().revoke(None).unwrap();
    bench.control().expire_access_tokens();
    until(&handle, "the end of the sign-in", |snapshot| matches!(snapshot.session, Session::Needed(_))).await;
    bench.browser.change(Habit::Decline);
    handle.send(Intent::SignIn);
    until(&handle, "the refusal", |snapshot| {
        snapshot.source.problem.as_ref().is_some_and(|problem| problem.cause.contains("declined"))
    })
    .await;
    bench.browser.change(Habit::SignIn(bench.sandbox.status_user().into()));
    handle.send(Intent::SignIn);
    until(&handle, "the board", is_live).await;
    handle.stop().await;
}

/// The list, which only those with fewer permissions use, and what `doctor` looks at.
async fn modest(bench: &Bench) {
    bench.control().scopes(["User.Read", "User.ReadBasic.All", "Presence.Read.All"].map(Into::into).into());
    bench.live().await.stop().await;
    let parts = bench.parts();
    let checkup = checkup::standalone(parts.endpoints, parts.vault, parts.installation);
    let checks = checkup.everything().await;
    assert!(checks.iter().all(|check| check.result.is_ok()), "{checks:?}");
}

fn check(specs: &mut [Spec], exchanges: &[Exchange], counts: &mut BTreeMap<String, BTreeMap<u16, usize>>) {
    let mut wrong = Vec::new();
    for exchange in exchanges.iter().filter(|exchange| !exchange.request.path.starts_with("/login")) {
        let mut known = false;
        for spec in specs.iter_mut() {
            match spec.check(exchange) {
                Ok(None) => {}
                Ok(Some(operation)) => {
                    known = true;
                    *counts.entry(operation).or_default().entry(exchange.request.status).or_default() += 1;
                }
                Err(error) => {
                    known = true;
                    let request = &exchange.request;
                    wrong.push(format!("{} {}?{}: {error}", request.method, request.path, exchange.query));
                }
            }
        }
        if !known {
            wrong.push(format!("{} {} is in no file", exchange.request.method, exchange.request.path));
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{} kinds of disagreement:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_exchange_is_as_the_vendors_document_it() {
    let Some(mut specs) = specs() else { return };
    let mut counts = BTreeMap::new();
    // More people than a page of the directory, of presence and of contacts takes.
    let bench = Bench::start(1_500).await;
    day(&bench).await;
    check(&mut specs, &bench.control().exchanges(), &mut counts);
    let bench = Bench::start(1_500).await;
    modest(&bench).await;
    check(&mut specs, &bench.control().exchanges(), &mut counts);

    for (operation, statuses) in &counts {
        let statuses: Vec<String> =
            statuses.iter().map(|(status, count)| format!("{count} with {status}")).collect();
        println!("{operation}: {}", statuses.join(", "));
    }
    println!("{} exchanges checked", counts.values().flat_map(BTreeMap::values).sum::<usize>());
    for (operation, statuses) in [
        ("communications.getPresencesByUserId", [200, 401, 403, 429, 503].as_slice()),
        ("users.delta", [200, 410].as_slice()),
        ("users.user.ListUser", [200].as_slice()),
        ("searchContacts", [200, 429].as_slice()),
    ] {
        for status in statuses {
            let count = counts.get(operation).and_then(|found| found.get(status)).copied().unwrap_or(0);
            assert!(count > 0, "{operation} was never answered with {status}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_organisation_is_as_documented() {
    use std::sync::Arc;

    use presence::clock::Clock;
    use presence::microsoft::{Connection, Microsoft};

    let Some(mut specs) = specs() else { return };
    let bench = Bench::start(30).await;
    bench.live().await.stop().await;
    let parts = bench.parts();
    let connection = Connection::new(
        presence::http::client(),
        Arc::new(Clock::start()),
        parts.endpoints.microsoft,
        bench.tenant.clone(),
        bench.sandbox.client_id().to_owned(),
    );
    let microsoft = Microsoft::new(Arc::new(connection), parts.vault);
    microsoft.tokens.find().await.unwrap();
    assert_eq!(microsoft.organization().await.unwrap(), "Brightwater");
    let mut counts = BTreeMap::new();
    check(&mut specs, &bench.control().exchanges(), &mut counts);
    assert_eq!(counts["organization.organization.ListOrganization"], BTreeMap::from([(200, 1)]));
}

/// Names and values of a form or query.
fn form(text: &str) -> HashMap<String, String> {
    form_urlencoded::parse(text.as_bytes()).into_owned().collect()
}

/// No file describes Entra; RFC 6749, RFC 7636, RFC 8252 and OpenID Connect do.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sign_in_is_the_authorization_code_flow_with_proof_of_possession() {
    let bench = Bench::start(30).await;
    let handle = bench.live().await;
    bench.control().expire_access_tokens();
    wait_for("the renewal", || bench.requests("token").len() == 2).await;
    handle.stop().await;
    let exchanges = bench.control().exchanges();
    let ends = |end: &'static str| {
        exchanges.iter().filter(move |exchange| exchange.request.path.ends_with(end)).collect::<Vec<_>>()
    };
    assert_eq!(ends("/v2.0/.well-known/openid-configuration").len(), 1);
    let [authorize] = ends("/oauth2/v2.0/authorize").try_into().expect("one sign-in");
    let asked = form(&authorize.query);
    for (name, value) in [
        ("client_id", bench.sandbox.client_id()),
        ("response_type", "code"),
        ("response_mode", "query"),
        ("code_challenge_method", "S256"),
        ("prompt", "select_account"),
    ] {
        assert_eq!(asked.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert!(!asked.contains_key("login_hint"), "a hint and a choice exclude each other");
    assert_eq!(asked["code_challenge"].len(), 43);
    assert!(asked["state"].len() >= 16 && asked["nonce"].len() >= 16 && asked["state"] != asked["nonce"]);
    assert!(asked["redirect_uri"].starts_with("http://localhost:"));
    let scopes: Vec<&str> = asked["scope"].split(' ').collect();
    for scope in ["openid", "profile", "offline_access", "User.ReadBasic.All", "Presence.Read.All"] {
        assert!(scopes.contains(&scope), "{scope} is not asked for");
    }

    let [redeem, renew] = ends("/oauth2/v2.0/token").try_into().expect("a code and a renewal");
    let redeemed = form(&redeem.request_body);
    assert_eq!(redeemed["grant_type"], "authorization_code");
    assert_eq!(redeemed["redirect_uri"], asked["redirect_uri"]);
    assert!(redeemed.contains_key("code") && redeemed.contains_key("code_verifier"));
    let renewed = form(&renew.request_body);
    assert_eq!(renewed["grant_type"], "refresh_token");
    for form in [&redeemed, &renewed] {
        assert_eq!(form["client_id"], bench.sandbox.client_id());
        assert!(!form.contains_key("client_secret"), "a public client has no secret");
    }
    for exchange in [redeem, renew] {
        let reply: serde_json::Value = serde_json::from_str(&exchange.response_body).unwrap();
        assert_eq!(reply["token_type"], "Bearer");
        assert!(reply["expires_in"].as_u64().is_some_and(|seconds| seconds > 300));
        for name in ["access_token", "refresh_token", "scope"] {
            assert!(reply[name].is_string(), "{name}");
        }
    }
}
