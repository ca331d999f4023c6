//! 8x8's directory beside Microsoft's: extensions, the match report, and failures that concern nobody else.

use presence::matches::Reason;
use presence::snapshot::SourceState;
use sandbox::{Fault, FaultKind, Place};
use tests::bench::{Bench, is_live, until};
use tests::guide::all_right;

/// The code of what is wrong with 8x8's directory.
fn trouble(snapshot: &presence::snapshot::Snapshot) -> &str {
    let problem = snapshot.contacts.as_ref().and_then(|source| source.problem.as_ref());
    problem.map_or("", |problem| problem.code.as_str())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contacts_bring_extensions_and_whoever_is_ambiguous_is_reported() {
    let bench = Bench::start(250).await;
    let handle = bench.live().await;
    let snapshot =
        until(&handle, "matched contacts", |snapshot| is_live(snapshot) && snapshot.matches.matched > 0)
            .await;
    let with = snapshot.people.iter().filter(|state| !state.card.extension().is_empty()).count();
    assert!((200..250).contains(&with), "{with} of 250 have an extension");
    let mut extensions: Vec<&str> =
        snapshot.people.iter().map(|state| state.card.extension()).filter(|text| !text.is_empty()).collect();
    extensions.sort_unstable();
    extensions.dedup();
    assert_eq!(extensions.len(), with, "nobody shares an extension");
    for state in snapshot.people.iter() {
        let Some(contact) = &state.card.contact else { continue };
        let person = &state.card.person;
        let own: Vec<String> = [Some(&person.user_name), person.mail.as_ref()]
            .into_iter()
            .flatten()
            .chain(&person.proxy_addresses)
            .map(|address| address.to_lowercase())
            .collect();
        assert!(
            contact.emails.iter().any(|email| own.contains(&email.to_lowercase())),
            "{contact:?}, {own:?}"
        );
    }

    let of = |reason: Reason| snapshot.matches.unmatched.iter().filter(move |line| line.reason == reason);
    let double: Vec<&str> = of(Reason::Ambiguous).map(|line| line.name.as_str()).collect();
    assert_eq!(double.len(), 2, "{double:?}");
    let name = double.iter().find_map(|name| name.strip_suffix(" (old)")).expect("the second phone");
    assert!(double.contains(&name), "both claims to one address are reported: {double:?}");
    let claimed = snapshot.people.iter().find(|state| state.card.person.name == name).unwrap();
    assert_eq!(claimed.card.extension(), "", "nobody guesses which of the two is right");
    assert!(of(Reason::NoUser).any(|line| line.name.starts_with("Contractor")));
    assert!(of(Reason::NoContact).next().is_some() && of(Reason::Guest).next().is_some());
    all_right(&snapshot, bench.control());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_contacts_than_fit_a_page_are_all_read() {
    let bench = Bench::start(1_500).await;
    let handle = bench.live().await;
    let snapshot = until(&handle, "contacts", |snapshot| snapshot.matches.matched > 0).await;
    assert!(snapshot.matches.matched > 1_300, "{}", snapshot.matches.matched);
    let pages =
        bench.control().exchanges().into_iter().filter(|exchange| exchange.request.endpoint == "eight");
    let queries: Vec<String> = pages.map(|exchange| exchange.query).collect();
    assert!(queries.iter().any(|query| query.contains("scrollId=")), "{queries:?}");
    handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_of_8x8_leaves_the_board_alone_and_heals() {
    let bench = Bench::start(250).await;
    for (kind, expected) in [
        (FaultKind::Drop, "eight.offline"),
        (FaultKind::Status { status: 503 }, "eight.unavailable"),
        (FaultKind::Malformed, "eight.malformed"),
        (FaultKind::Forbidden, "eight.forbidden"),
    ] {
        bench.control().replace_faults(vec![Fault::new(Place::Eight, kind)]);
        let handle = if bench.browser.opened().is_empty() { bench.live().await } else { bench.drive() };
        let snapshot =
            until(&handle, expected, |snapshot| is_live(snapshot) && trouble(snapshot) == expected).await;
        assert_eq!(snapshot.source.problem, None);
        all_right(&snapshot, bench.control());
        handle.stop().await;
    }
    bench.control().clear_faults();
    let handle = bench.drive();
    let snapshot = until(&handle, "contacts", |snapshot| snapshot.matches.matched > 0).await;
    assert_eq!(snapshot.contacts.as_ref().unwrap().state, SourceState::Live);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_of_8x8_that_can_not_be_read_harm_no_other() {
    let bench = Bench::start(250).await;
    bench.control().replace_faults(vec![
        Fault::new(Place::Eight, FaultKind::WrongTypes),
        Fault::new(Place::Eight, FaultKind::UnknownValues),
    ]);
    let handle = bench.live().await;
    let snapshot = until(&handle, "contacts", |snapshot| snapshot.matches.matched > 0).await;
    assert!((50..240).contains(&snapshot.matches.matched), "{}", snapshot.matches.matched);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_key_is_told_as_8x8s_problem_alone() {
    let mut bench = Bench::start(100).await;
    bench.key = Some("not-the-key".into());
    let handle = bench.live().await;
    let snapshot = until(&handle, "the refused key", |snapshot| trouble(snapshot) == "eight.forbidden").await;
    let problem = snapshot.contacts.as_ref().unwrap().problem.clone().unwrap();
    assert!(problem.cause.contains("key") && !problem.to_string().contains("not-the-key"), "{problem}");
    until(&handle, "a live board", is_live).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_key_8x8_is_not_asked() {
    let mut bench = Bench::start(30).await;
    bench.key = None;
    let handle = bench.live().await;
    assert!(handle.snapshot().contacts.is_none());
    assert!(bench.requests("eight").is_empty());
}
