//! `kill -9` at any moment: the next start shows the last board at once as stale, then live.
#![cfg(target_os = "linux")]

use std::time::Duration;

use serde_json::Value;
use tests::command::{Running, later, say};

use super::Tenant;

/// Moments after the first line, in milliseconds: chosen once by a seeded draw, so that a failure comes again.
fn moments(seed: u64) -> impl Iterator<Item = u64> {
    std::iter::successors(Some(seed), |last| {
        Some(last.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407))
    })
    .skip(1)
    .map(|draw| (draw >> 33) % 1_500)
}

/// The first line must be the last board, whole and stale.
fn restored(line: &Value) {
    assert_eq!(line["type"], "snapshot", "{line}");
    assert_ne!(line["source"]["state"], "live", "the last board comes before the live one");
    let people = line["people"].as_array().unwrap();
    // Somebody may have joined or left meanwhile.
    assert!((245..=255).contains(&people.len()), "the whole board, not {}", people.len());
    for person in people {
        assert_eq!(person["stale"], true, "{person}");
        assert!(person["teams"]["row"].is_string(), "{person}");
    }
}

#[tokio::test]
async fn the_last_board_survives_being_killed_at_any_moment() {
    let tenant = Tenant::start(sandbox::Options { people: 250, pace: 5.0, ..Default::default() }).await;
    let said = say(&mut tenant.command(&["watch", "--json", "--once"])).await;
    assert_eq!(said.code, Some(0), "{}", said.err);

    for moment in moments(2_026).take(6) {
        let mut watch = Running::start(&mut tenant.command(&["watch", "--json"]));
        restored(&watch.json(|_| true).await);
        later(Duration::from_millis(moment)).await;
        watch.kill().await;
    }

    let mut watch = Running::start(&mut tenant.command(&["watch", "--json"]));
    restored(&watch.json(|_| true).await);
    let line = watch.json(|line| line["type"] == "source" && line["source"]["state"] == "live").await;
    assert!(line["source"]["ageSeconds"].as_u64().unwrap() <= 10);
    watch.signal("INT");
    assert_eq!(watch.ended().await.code(), Some(0));
    assert!(
        std::fs::read_dir(tenant.profile())
            .unwrap()
            .all(|entry| { !entry.unwrap().file_name().to_string_lossy().contains("unusable") }),
        "no board was ever found broken"
    );
}
