//! From the first sign-in to a board that is true, and stays so.

use std::collections::BTreeSet;
use std::time::Duration;

use presence::engine::Rules;
use presence::engine::event::Intent;
use sandbox::Row;
use tests::bench::{Bench, is_live, until};
use tests::guide::{GUIDE, all_right, find, mistakes, presence_of};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_sign_in_leads_to_a_board_on_which_everybody_is_right() {
    let bench = Bench::start(250).await;
    let handle = bench.live().await;
    let snapshot = until(&handle, "a board without a mistake", |snapshot| {
        is_live(snapshot) && mistakes(snapshot, bench.control()).is_empty()
    })
    .await;
    assert_eq!(snapshot.people.len(), 250, "guests, rooms, former and the status user are left out");
    let rows: BTreeSet<&str> = snapshot
        .people
        .iter()
        .flat_map(|state| &state.teams)
        .map(|teams| teams.mapping.row.as_str())
        .collect();
    assert!(rows.len() >= 8, "an organisation shows many rows at once, not only {rows:?}");
    assert!(snapshot.notice.as_ref().is_some_and(|notice| notice.contains("Sandbox tenant")));
    assert_eq!(bench.browser.opened().len(), 1);
    handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_row_of_the_guide_arrives_as_the_guide_says() {
    let pairs = [
        ("Available", "Available", false, "Available"),
        ("Available", "OutOfOffice", true, "Available, Out of Office"),
        ("BusyIdle", "Inactive", false, "Busy"),
        ("Busy", "InAConferenceCall", false, "On a call"),
        ("Busy", "InAMeeting", false, "In a meeting"),
        ("Busy", "InACall", true, "On a call, out of office"),
        ("DoNotDisturb", "UrgentInterruptionsOnly", false, "Do not disturb"),
        ("DoNotDisturb", "Presenting", false, "Presenting"),
        ("DoNotDisturb", "Focusing", false, "Focusing"),
        ("Away", "Inactive", false, "Away"),
        ("BeRightBack", "BeRightBack", false, "Be right back"),
        ("Offline", "OffWork", false, "Offline"),
        ("PresenceUnknown", "PresenceUnknown", false, "Status unknown"),
        ("Offline", "OutOfOffice", true, "Out of Office"),
    ];
    assert_eq!(pairs.map(|(.., row)| row), GUIDE.map(|(row, _)| row), "each row once, in the guide's order");
    assert_eq!(GUIDE.map(|(row, _)| row), Row::ALL.map(Row::name));
    let bench = Bench::start(20).await;
    let people = bench.control().people();
    for ((availability, activity, away, _), person) in pairs.iter().zip(&people) {
        bench.control().set_presence(&person.id, availability, activity, *away, f64::INFINITY).unwrap();
    }
    let handle = bench.live().await;
    let snapshot =
        until(&handle, "a true board", |snapshot| mistakes(snapshot, bench.control()).is_empty()).await;
    for ((.., row), person) in pairs.iter().zip(&people) {
        let state = find(&snapshot, &person.id).unwrap();
        assert_eq!(state.teams.as_ref().unwrap().mapping.row.as_str(), *row);
        assert_eq!(snapshot.presence(state).as_str(), presence_of(row), "{row}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_arrives_and_the_time_in_the_state_starts_anew() {
    let bench = Bench::start(250).await;
    let handle = bench.live().await;
    let person = bench.control().people().swap_remove(3);
    for (availability, activity, row) in [("Busy", "InACall", "On a call"), ("Away", "Away", "Away")] {
        let before = handle.now();
        bench.control().set_presence(&person.id, availability, activity, false, f64::INFINITY).unwrap();
        let snapshot = until(&handle, row, |snapshot| {
            let teams = find(snapshot, &person.id).and_then(|state| state.teams.as_ref());
            teams.is_some_and(|teams| teams.mapping.row.as_str() == row)
        })
        .await;
        let teams = find(&snapshot, &person.id).unwrap().teams.clone().unwrap();
        assert!(teams.since.uptime >= before.uptime && teams.observed.uptime >= teams.since.uptime);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifteen_hundred_people_take_three_calls_a_round() {
    let mut bench = Bench::start(1_500).await;
    let long = Duration::from_secs(600);
    bench.rules = Rules { interval: long, directory_interval: long, ..bench.rules };
    let handle = bench.live().await;
    assert_eq!(handle.snapshot().people.len(), 1_500);
    assert_eq!(bench.requests("presence").len(), 3);
    all_right(&handle.snapshot(), bench.control());

    let before = handle.now();
    handle.send(Intent::SyncNow);
    until(&handle, "a second round", |snapshot| {
        let seen = |state: &presence::snapshot::PersonState| {
            state.teams.as_ref().is_some_and(|teams| teams.observed.uptime > before.uptime)
        };
        snapshot.people.iter().all(seen)
    })
    .await;
    assert_eq!(bench.requests("presence").len(), 6);
}
