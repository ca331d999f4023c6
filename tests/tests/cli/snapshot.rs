//! One snapshot of the sandbox tenant, and what each of its lines must hold.

use std::collections::BTreeSet;

use presence::mapping::{Term, map};
use serde_json::Value;
use tests::command::say;
use tests::guide::presence_of;

use super::apart;

pub(crate) fn people(snapshot: &Value) -> &Vec<Value> {
    assert_eq!(snapshot["type"], "snapshot");
    snapshot["people"].as_array().unwrap()
}

pub(crate) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

/// A person's line must follow from what Teams said.
pub(crate) fn check(person: &Value) {
    let teams = &person["teams"];
    let away = person["outOfOffice"].as_bool().unwrap();
    let mapped =
        |away| map(&Term::parse(text(teams, "availability")), &Term::parse(text(teams, "activity")), away);
    // The flag of the line is the mapped one, so either value of Graph's may be behind it.
    let row = text(teams, "row");
    let fits = [mapped(false), mapped(true)]
        .iter()
        .any(|mapping| (mapping.row.as_str(), mapping.out_of_office) == (row, away));
    assert!(fits, "{person}");
    let presence = text(person, "presence");
    assert_eq!(presence, presence_of(row), "{person}");
    let calls: Vec<&str> = person["onCallIn"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(calls, if presence == "onCall" { vec!["teams"] } else { vec![] }, "{person}");
    for name in ["since", "observedAt"] {
        text(person, name).parse::<jiff::Timestamp>().unwrap_or_else(|error| panic!("{error}: {person}"));
    }
}

#[tokio::test]
async fn one_snapshot_of_the_sandbox_has_two_hundred_and_fifty_people_who_follow_the_guide() {
    let folder = tempfile::tempdir().unwrap();
    let said = say(&mut apart(folder.path(), &["watch", "--sandbox", "--json", "--once"])).await;
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    let [snapshot] = said.lines().try_into().expect("one line");
    assert_eq!(text(&snapshot["source"], "state"), "live");
    assert!(snapshot["source"]["ageSeconds"].as_u64().unwrap() <= 10);
    assert!(text(&snapshot["source"], "notice").contains("Sandbox tenant"));
    assert!(snapshot["revision"].as_u64().unwrap() > 0);
    text(&snapshot, "at").parse::<jiff::Timestamp>().unwrap();
    let people = people(&snapshot);
    assert_eq!(people.len(), 250);
    for person in people {
        check(person);
        assert_eq!(person["stale"], false);
        assert!(!text(person, "name").is_empty() && text(person, "email").contains('@'));
    }
    let ids: BTreeSet<&str> = people.iter().map(|person| text(person, "id")).collect();
    assert_eq!(ids.len(), 250);
    let with = people.iter().filter(|person| person["extension"].is_string()).count();
    assert!(with > 200, "{with} have an extension");
}
