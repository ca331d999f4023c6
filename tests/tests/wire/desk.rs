//! What the operator keeps and set: over a restart, with damaged files, and applied at once.

use std::time::Duration;

use presence::desk::Wish;
use presence::desk::kept::Target;
use presence::engine::Rules;
use presence::preferences::{Preferences, Theme};
use tests::bench::{Bench, is_live, until, wait_for};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pins_notes_requests_and_preferences_outlive_a_restart() {
    let bench = Bench::start(40).await;
    let handle = bench.live().await;
    let person = handle.snapshot().people.iter().next().unwrap().id();
    let mut preferences = Preferences::default();
    (preferences.look.theme, preferences.interval) = (Theme::Dark, 5);
    handle.desk(Wish::Prefer { preferences: Box::new(preferences.clone()) });
    handle.desk(Wish::Pin { person, wanted: true });
    handle.desk(Wish::Note { person, text: "Prefers a message.".into() });
    handle.desk(Wish::Watch { target: Target::Department("Nowhere".into()), wanted: true });
    until(&handle, "all of it", |snapshot| !snapshot.desk.kept.watches.is_empty()).await;
    handle.stop().await;

    let handle = bench.drive();
    let desk = handle.snapshot().desk.clone();
    assert_eq!(*desk.preferences, preferences);
    assert!(desk.kept.is_pinned(person) && desk.kept.notes[&person] == "Prefers a message.");
    assert!(desk.kept.is_watched(&Target::Department("Nowhere".into())));
    handle.stop().await;

    // Damaged settings cost the settings, and nothing else.
    std::fs::write(bench.folder().join("settings.toml"), "preferences = [ \u{0}").unwrap();
    let handle = bench.drive();
    let desk = handle.snapshot().desk.clone();
    assert_eq!(*desk.preferences, Preferences::default());
    assert!(desk.kept.is_pinned(person));
    assert_eq!(desk.problem.as_ref().unwrap().code, "settings.setAside");
    handle.desk(Wish::Dismiss);
    until(&handle, "its end", |snapshot| snapshot.desk.problem.is_none()).await;
    handle.stop().await;
    assert!(bench.folder().join("settings.toml.unusable-1").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_interval_holds_at_once() {
    let mut bench = Bench::start(40).await;
    bench.rules = Rules::default();
    let handle = bench.live().await;
    assert_eq!(handle.snapshot().interval, Duration::from_secs(10));
    handle
        .desk(Wish::Prefer { preferences: Box::new(Preferences { interval: 3, ..Preferences::default() }) });
    until(&handle, "the new interval", |snapshot| snapshot.interval == Duration::from_secs(3)).await;
    let before = bench.requests("presence").len();
    wait_for("polls at the new interval", || bench.requests("presence").len() >= before + 2).await;
    until(&handle, "the live board", is_live).await;
    handle.stop().await;
}
