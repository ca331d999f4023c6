use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

fn explain(availability: &str, activity: &str, out_of_office: bool) -> (u8, &'static str, Presence, bool) {
    let mapping = map(&Term::parse(availability), &Term::parse(activity), out_of_office);
    (mapping.rule, mapping.row.as_str(), mapping.presence, mapping.out_of_office)
}

#[test]
fn each_rule_speaks_for_its_own_case() {
    use Presence::{Available, Away, Busy, DoNotDisturb, Offline, OnCall};
    let cases = [
        ("Busy", "InACall", true, (1, "On a call, out of office", OnCall, true)),
        ("Busy", "InAConferenceCall", true, (1, "On a call, out of office", OnCall, true)),
        ("Busy", "InACall", false, (2, "On a call", OnCall, false)),
        ("Busy", "InAConferenceCall", false, (3, "On a call", OnCall, false)),
        ("DoNotDisturb", "Presenting", false, (4, "Presenting", DoNotDisturb, false)),
        ("Busy", "Focusing", true, (5, "Focusing", DoNotDisturb, true)),
        ("DoNotDisturb", "UrgentInterruptionsOnly", false, (6, "Do not disturb", DoNotDisturb, false)),
        ("DoNotDisturb", "InAMeeting", false, (7, "Do not disturb", DoNotDisturb, false)),
        ("Busy", "InAMeeting", false, (8, "In a meeting", OnCall, false)),
        ("Available", "OutOfOffice", false, (9, "Available, Out of Office", Available, true)),
        ("AvailableIdle", "Available", true, (9, "Available, Out of Office", Available, true)),
        ("BusyIdle", "Inactive", true, (10, "Busy", Busy, true)),
        ("AvailableIdle", "Inactive", false, (11, "Available", Available, false)),
        ("BeRightBack", "BeRightBack", false, (12, "Be right back", Away, false)),
        ("Away", "OutOfOffice", false, (13, "Out of Office", Offline, true)),
        ("Away", "Inactive", true, (14, "Away", Away, true)),
        ("Offline", "OffWork", true, (15, "Out of Office", Offline, true)),
        ("OutOfOffice", "", false, (15, "Out of Office", Offline, true)),
        ("Offline", "OffWork", false, (16, "Offline", Offline, false)),
        ("PresenceUnknown", "OutOfOffice", false, (17, "Out of Office", Offline, true)),
        ("", "", true, (17, "Out of Office", Offline, true)),
        ("PresenceUnknown", "PresenceUnknown", false, (18, "Status unknown", Offline, false)),
        ("Teleporting", "Available", false, (18, "Status unknown", Offline, false)),
    ];
    for (availability, activity, out_of_office, expected) in cases {
        assert_eq!(explain(availability, activity, out_of_office), expected, "{availability}/{activity}");
    }
}

#[test]
fn every_row_of_the_guide_and_every_rule_is_reachable() {
    let mut rows = BTreeSet::new();
    let mut rules = BTreeSet::new();
    let terms = || Term::KNOWN.iter().chain([&Term::Missing]);
    for availability in terms() {
        for activity in terms() {
            for out_of_office in [false, true] {
                let mapping = map(availability, activity, out_of_office);
                rows.insert(mapping.row.as_str());
                rules.insert(mapping.rule);
                assert_eq!(mapping.presence, mapping.row.presence());
            }
        }
    }
    assert_eq!(rows, Row::ALL.iter().map(|row| row.as_str()).collect());
    assert_eq!(rules, (1..=18).collect());
}

#[test]
fn only_an_available_name_reads_as_available() {
    let available = [Term::Available, Term::AvailableIdle, Term::AvailableInactive];
    for availability in Term::KNOWN.iter().filter(|term| !available.contains(term)) {
        for activity in Term::KNOWN {
            assert_ne!(map(availability, activity, false).presence, Presence::Available);
        }
    }
}

proptest! {
    #[test]
    fn letter_case_never_matters(index in 0..Term::KNOWN.len(), flips in any::<u32>()) {
        let name = Term::KNOWN[index].as_str();
        let shuffled: String = name
            .chars()
            .enumerate()
            .map(|(at, letter)| if flips >> (at % 32) & 1 == 1 { letter.to_ascii_uppercase() } else { letter.to_ascii_lowercase() })
            .collect();
        prop_assert_eq!(Term::parse(&shuffled), Term::KNOWN[index].clone());
    }

    #[test]
    fn any_text_is_kept_and_never_reads_as_available(text in "\\PC{0,80}", activity in "\\PC{0,80}", away in any::<bool>()) {
        let term = Term::parse(&text);
        prop_assume!(!Term::KNOWN.contains(&term));
        let mapping = map(&term, &Term::parse(&activity), away);
        prop_assert_ne!(mapping.presence, Presence::Available);
        prop_assert!(text.trim().starts_with(term.as_str()));
    }
}
