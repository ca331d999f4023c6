//! `explain`: every combination has an answer.

use presence::mapping::{Term, map};
use serde_json::Value;
use tests::command::{command, json, say};
use tests::guide::{GUIDE, presence_of};

/// Graph's names, in both fields and as both documents spell them.
const NAMES: [&str; 20] = [
    "Available",
    "AvailableIdle",
    "AvailableInactive",
    "Away",
    "BeRightBack",
    "Busy",
    "BusyIdle",
    "DoNotDisturb",
    "Focusing",
    "InACall",
    "InAConferenceCall",
    "InAMeeting",
    "Inactive",
    "Offline",
    "OffWork",
    "OutOfOffice",
    "PresenceUnknown",
    "Presenting",
    "UrgentInterruptionsOnly",
    "",
];

fn spellings(name: &str) -> [String; 4] {
    let camel = name.chars().take(1).flat_map(char::to_lowercase).chain(name.chars().skip(1)).collect();
    [name.to_owned(), name.to_lowercase(), name.to_uppercase(), camel]
}

async fn explain(availability: &str, activity: &str, away: bool) -> Value {
    let mut words = vec!["explain", "--availability", availability, "--activity", activity];
    words.extend(away.then_some("--out-of-office"));
    let said = say(&mut command(&words)).await;
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{words:?}");
    assert_eq!(said.out.lines().count(), 1);
    json(&said.out)
}

#[test]
fn every_pair_in_any_spelling_has_a_row_of_the_guide() {
    for availability in NAMES {
        for activity in NAMES {
            for away in [false, true] {
                let first = map(&Term::parse(availability), &Term::parse(activity), away);
                assert!((1..=18).contains(&first.rule));
                let row = first.row.as_str();
                assert!(GUIDE.iter().any(|(name, _)| *name == row), "{row}");
                assert_eq!(first.presence.as_str(), presence_of(row));
                // The sandbox reads the guide by its own code.
                let other = sandbox::Row::of(availability, activity, away).name();
                assert_eq!(row, other, "{availability}/{activity}/{away}");
                for (availability, activity) in spellings(availability).iter().zip(&spellings(activity)) {
                    let again = map(&Term::parse(availability), &Term::parse(activity), away);
                    assert_eq!(again, first, "{availability}/{activity}/{away}");
                }
            }
        }
    }
}

#[tokio::test]
async fn the_command_answers_as_the_design_shows() {
    let answer = explain("Busy", "InAMeeting", false).await;
    let expected = serde_json::json!({"rule":8,"row":"In a meeting","presence":"onCall","outOfOffice":false});
    assert_eq!(answer, expected);
    let line =
        say(&mut command(&["explain", "--availability", "Busy", "--activity", "InAMeeting"])).await.out;
    assert_eq!(line, "{\"rule\":8,\"row\":\"In a meeting\",\"presence\":\"onCall\",\"outOfOffice\":false}\n");
}

#[tokio::test]
async fn the_command_says_what_the_mapping_says() {
    for (number, availability) in NAMES.into_iter().enumerate() {
        // A walk through the table that meets each name in both places.
        let activity = NAMES[(number * 7 + 3) % NAMES.len()];
        let away = number % 2 == 1;
        let spelling = number % 4;
        let answer = explain(&spellings(availability)[spelling], &spellings(activity)[spelling], away).await;
        let mapping = map(&Term::parse(availability), &Term::parse(activity), away);
        assert_eq!(answer, serde_json::to_value(mapping).unwrap(), "{availability}/{activity}/{away}");
    }
}

#[tokio::test]
async fn words_not_yet_invented_are_no_error_and_never_available() {
    for (availability, activity) in
        [("Levitating", "Juggling"), ("🫥", "?!"), ("Levitating", "Available"), ("", "Hologram")]
    {
        let answer = explain(availability, activity, false).await;
        assert_eq!(answer["row"], "Status unknown", "{availability}/{activity}");
        assert_ne!(answer["presence"], "available");
    }
    assert_eq!(explain("Available", "Hologram", false).await["row"], "Available");
    let said = say(&mut command(&["explain"])).await;
    assert_eq!(json(&said.out)["rule"], 18);
}
