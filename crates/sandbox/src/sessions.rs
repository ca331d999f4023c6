//! Presence that is written: one session for each application, a preferred state, and what is shown of both.
//!
//! Sources: learn.microsoft.com, "Manage presence state using the Microsoft Graph API", "presence: setPresence",
//! "presence: clearPresence", "presence: setUserPreferredPresence". The person's own Teams clients are the
//! simulated day; they count as one session while the person is signed in.

use std::collections::HashMap;
use std::sync::RwLock;

use uuid::Uuid;

use crate::guard::{read, write};
use crate::overrides::Shown;

/// An available session that is not set again becomes inactive, and away after as much again.
const FADE_MS: u64 = 300_000;

/// What an application says of a user, in simulated milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) availability: String,
    pub(crate) activity: String,
    /// When the pair was said first.
    pub(crate) since_ms: u64,
    /// When it was said last.
    pub(crate) set_ms: u64,
    pub(crate) expires_ms: u64,
}

/// What a person has chosen to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Preferred {
    pub(crate) availability: String,
    pub(crate) activity: String,
    pub(crate) until_ms: u64,
}

/// All that is written about one person.
#[derive(Debug, Default)]
struct Written {
    sessions: HashMap<Uuid, Session>,
    preferred: Option<Preferred>,
    /// How many changes there were, those by time not counted.
    changes: u64,
}

/// Everything written, by the account's place in the directory.
#[derive(Default)]
pub(crate) struct Sessions {
    by_place: RwLock<HashMap<usize, Written>>,
}

impl Sessions {
    /// Begins or renews a session.
    pub(crate) fn set(&self, place: usize, client: Uuid, mut session: Session) {
        let mut all = write(&self.by_place);
        let written = all.entry(place).or_default();
        if let Some(earlier) = written.sessions.get(&client) {
            let passed = earlier.passed(session.set_ms);
            let same = earlier.availability == session.availability && earlier.activity == session.activity;
            if same && passed == 0 {
                session.since_ms = earlier.since_ms;
            } else {
                written.changes += passed + 1;
            }
        } else {
            written.changes += 1;
        }
        written.sessions.insert(client, session);
    }

    /// Ends a session; false if there was none.
    pub(crate) fn clear(&self, place: usize, client: Uuid, now_ms: u64) -> bool {
        let mut all = write(&self.by_place);
        let Some(written) = all.get_mut(&place) else { return false };
        let Some(session) = written.sessions.remove(&client) else { return false };
        written.changes += session.passed(now_ms) + 1;
        session.expires_ms > now_ms
    }

    /// Sets what the person prefers to show, or takes it back.
    pub(crate) fn prefer(&self, place: usize, preferred: Option<Preferred>, now_ms: u64) {
        let mut all = write(&self.by_place);
        let written = all.entry(place).or_default();
        let ended = written.preferred.as_ref().is_some_and(|earlier| earlier.until_ms <= now_ms);
        written.changes += 1 + u64::from(ended);
        written.preferred = preferred;
    }

    /// The sessions that have not ended, in the order of their users.
    pub(crate) fn list(&self, now_ms: u64) -> Vec<(usize, Uuid, Session)> {
        let all = read(&self.by_place);
        let mut open: Vec<_> = all
            .iter()
            .flat_map(|(place, written)| {
                written.sessions.iter().map(|(client, session)| (*place, *client, session.clone()))
            })
            .filter(|(_, _, session)| session.expires_ms > now_ms)
            .collect();
        open.sort_by_key(|(place, client, _)| (*place, *client));
        open
    }

    /// What is shown of somebody whose Teams clients say `own`. `call_reads_busy` hides that a session is a call.
    pub(crate) fn apply(&self, place: usize, own: Shown, now_ms: u64, call_reads_busy: bool) -> Shown {
        let all = read(&self.by_place);
        let Some(written) = all.get(&place) else { return own };
        let changes = written.changes_at(now_ms);
        let mut shown = written.shown(own, now_ms, call_reads_busy);
        shown.changes = shown.changes.saturating_add(changes);
        shown
    }
}

impl Written {
    /// Never falls, and grows with each change, whether by a call or by time.
    fn changes_at(&self, now_ms: u64) -> u64 {
        let passed: u64 = self.sessions.values().map(|session| session.passed(now_ms)).sum();
        let ended = self.preferred.as_ref().is_some_and(|preferred| preferred.until_ms <= now_ms);
        self.changes + passed + u64::from(ended)
    }

    fn shown(&self, own: Shown, now_ms: u64, call_reads_busy: bool) -> Shown {
        let open = self.sessions.values().filter(|session| session.expires_ms > now_ms);
        // Of two equally strong sessions, the one that said so last is shown.
        let strongest = open
            .map(|session| (session.pair(now_ms), session.since_ms))
            .max_by_key(|((availability, _), since_ms)| (strength(availability), *since_ms));
        let signed_in = strength(&own.availability) > 0;
        let preferred = self.preferred.as_ref().filter(|preferred| preferred.until_ms > now_ms);
        if let Some(preferred) = preferred {
            let (availability, activity) = match strongest.is_some() || signed_in {
                true => (preferred.availability.clone(), preferred.activity.clone()),
                false => ("Offline".to_owned(), "Offline".to_owned()),
            };
            return Shown { availability: availability.into(), activity: activity.into(), ..own };
        }
        let Some(((availability, activity), since_ms)) = strongest else { return own };
        if (strength(&own.availability), own.since_ms) > (strength(&availability), since_ms) {
            return own;
        }
        let activity = match activity.as_str() {
            "InACall" | "InAConferenceCall" if call_reads_busy => "Busy".to_owned(),
            _ => activity,
        };
        Shown { availability: availability.into(), activity: activity.into(), ..own }
    }
}

impl Session {
    /// What it says now.
    fn pair(&self, now_ms: u64) -> (String, String) {
        let age_ms = now_ms.saturating_sub(self.set_ms);
        let (availability, activity) = match self.availability.as_str() {
            "Available" if age_ms >= 2 * FADE_MS => ("Away", "Away"),
            "Available" if age_ms >= FADE_MS => ("Available", "AvailableInactive"),
            _ => (self.availability.as_str(), self.activity.as_str()),
        };
        (availability.to_owned(), activity.to_owned())
    }

    /// How many changes time has made since it was set.
    fn passed(&self, now_ms: u64) -> u64 {
        let fades = [self.set_ms + FADE_MS, self.set_ms + 2 * FADE_MS];
        let fades = fades.into_iter().filter(|at| self.availability == "Available" && *at < self.expires_ms);
        fades.chain([self.expires_ms]).filter(|at| *at <= now_ms).count() as u64
    }
}

/// Who is stronger is shown; nought is nobody.
fn strength(availability: &str) -> u8 {
    match availability {
        "DoNotDisturb" => 4,
        "Busy" | "BusyIdle" => 3,
        "Available" | "AvailableIdle" => 2,
        "Away" | "BeRightBack" => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own(availability: &'static str) -> Shown {
        Shown {
            availability: availability.into(),
            activity: availability.into(),
            out_of_office: false,
            since_ms: 0,
            changes: 0,
        }
    }

    fn session(availability: &str, activity: &str, set_ms: u64, life_ms: u64) -> Session {
        Session {
            availability: availability.into(),
            activity: activity.into(),
            since_ms: set_ms,
            set_ms,
            expires_ms: set_ms + life_ms,
        }
    }

    fn pair(shown: &Shown) -> (&str, &str) {
        (&shown.availability, &shown.activity)
    }

    #[test]
    fn the_strongest_session_is_shown() {
        let sessions = Sessions::default();
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        sessions.set(0, one, session("Busy", "InACall", 10, 300_000));
        for (client, expected) in [
            ("Offline", ("Busy", "InACall")),
            ("Away", ("Busy", "InACall")),
            ("Available", ("Busy", "InACall")),
            ("Busy", ("Busy", "InACall")),
            ("DoNotDisturb", ("DoNotDisturb", "DoNotDisturb")),
        ] {
            assert_eq!(pair(&sessions.apply(0, own(client), 20, false)), expected);
        }
        let newer = Shown { since_ms: 15, ..own("Busy") };
        assert_eq!(pair(&sessions.apply(0, newer, 20, false)), ("Busy", "Busy"));
        assert_eq!(pair(&sessions.apply(0, own("Away"), 20, true)), ("Busy", "Busy"));
        sessions.set(0, two, session("DoNotDisturb", "Presenting", 12, 300_000));
        assert_eq!(pair(&sessions.apply(0, own("Busy"), 20, false)), ("DoNotDisturb", "Presenting"));
        assert!(sessions.clear(0, two, 20) && sessions.clear(0, one, 20) && !sessions.clear(0, one, 20));
        assert_eq!(pair(&sessions.apply(0, own("Away"), 20, false)), ("Away", "Away"));
    }

    #[test]
    fn a_preferred_state_needs_a_session() {
        let sessions = Sessions::default();
        let preferred =
            Preferred { availability: "BeRightBack".into(), activity: "BeRightBack".into(), until_ms: 100 };
        sessions.prefer(0, Some(preferred), 0);
        assert_eq!(pair(&sessions.apply(0, own("DoNotDisturb"), 20, false)), ("BeRightBack", "BeRightBack"));
        assert_eq!(pair(&sessions.apply(0, own("Offline"), 20, false)), ("Offline", "Offline"));
        assert_eq!(pair(&sessions.apply(0, own("Busy"), 100, false)), ("Busy", "Busy"));
    }

    #[test]
    fn an_available_session_fades_unless_it_is_set_again() {
        let sessions = Sessions::default();
        let client = Uuid::from_u128(1);
        sessions.set(0, client, session("Available", "Available", 0, 3_600_000));
        let shown = |now| {
            let shown = sessions.apply(0, own("Offline"), now, false);
            (shown.activity.into_owned(), shown.changes)
        };
        let seen: Vec<(String, u64)> = [0, 299_999, 300_000, 600_000, 3_600_000].map(shown).into();
        let words: Vec<&str> = seen.iter().map(|(word, _)| word.as_str()).collect();
        assert_eq!(words, ["Available", "Available", "AvailableInactive", "Away", "Offline"]);
        assert_eq!(seen.iter().map(|(_, changes)| *changes).collect::<Vec<_>>(), [1, 1, 2, 3, 4]);
        sessions.set(0, client, session("Available", "Available", 3_700_000, 3_600_000));
        assert_eq!(shown(3_700_000), ("Available".to_owned(), 5));
        sessions.set(0, client, session("Available", "Available", 3_800_000, 3_600_000));
        assert_eq!(shown(4_050_000), ("Available".to_owned(), 5), "a renewal is no change");
    }
}
