//! A person's day as a strip: which state from when to when, on this computer's clock.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::board::State;
use super::text::span;
use crate::mapping::Presence;
use crate::snapshot::{Freshness, PersonState, Snapshot};

/// Today, as far as it was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase", rename = "Today"))]
pub struct Today {
    /// One state after another.
    pub spans: Vec<DaySpan>,
    /// Now, in seconds since midnight.
    pub now: u32,
    /// How long each state lasted, in the order of the chips: "Available 3 h 27, On call 1 h 20".
    pub summary: String,
}

/// A state for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct DaySpan {
    /// Which.
    pub state: State,
    /// From, in seconds since midnight.
    pub from: u32,
    /// To, in seconds since midnight.
    pub to: u32,
}

/// A person's today.
#[must_use]
pub fn today(snapshot: &Snapshot, person: &PersonState) -> Today {
    let zone = TimeZone::system();
    let now = snapshot.at.wall;
    let Ok(midnight) = now.to_zoned(zone).start_of_day() else { return Today::default() };
    // What nobody confirmed since is not drawn as if it went on.
    let known = person.call.is_some() || snapshot.freshness(person) == Freshness::Fresh;
    let last = person.teams.as_ref().map(|teams| teams.observed.wall).filter(|_| !known);
    since(person.day.spans(last.unwrap_or(now)), midnight.timestamp(), now)
}

fn since(
    spans: impl Iterator<Item = (Timestamp, Timestamp, Presence)>,
    midnight: Timestamp,
    now: Timestamp,
) -> Today {
    let second = |at: Timestamp| u32::try_from(at.duration_since(midnight).as_secs()).unwrap_or(0);
    let mut today = Today { spans: Vec::new(), now: second(now), summary: String::new() };
    let mut totals = [SignedDuration::ZERO; 7];
    for (from, to, presence) in spans.filter(|(_, to, _)| *to > midnight) {
        let from = from.max(midnight);
        let state = state(presence);
        totals[state as usize] += to.duration_since(from);
        today.spans.push(DaySpan { state, from: second(from), to: second(to) });
    }
    // How long nobody knew anything is no news.
    let parts = State::ALL.into_iter().filter(|state| *state != State::Unknown).filter_map(|state| {
        let seconds = u64::try_from(totals[state as usize].as_secs()).unwrap_or(0);
        (seconds >= 60).then(|| format!("{} {}", state.label(), span(seconds)))
    });
    today.summary = parts.collect::<Vec<_>>().join(", ");
    today
}

fn state(presence: Presence) -> State {
    match presence {
        Presence::Available => State::Available,
        Presence::OnCall => State::OnCall,
        Presence::Busy => State::Busy,
        Presence::DoNotDisturb => State::DoNotDisturb,
        Presence::Away => State::Away,
        Presence::Offline => State::Offline,
        Presence::Unknown => State::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn today_begins_at_midnight_and_says_how_long_each_state_lasted() {
        let at = |hours: i64| Timestamp::from_second(1_800_000_000 + hours * 3_600).unwrap();
        let spans = [
            (at(-3), at(-1), Presence::Available),
            (at(-1), at(1), Presence::Offline),
            (at(1), at(3), Presence::Available),
            (at(3), at(4), Presence::Unknown),
            (at(4), at(5), Presence::OnCall),
        ];
        let today = since(spans.into_iter(), at(0), at(5));
        assert_eq!(today.spans[0], DaySpan { state: State::Offline, from: 0, to: 3_600 });
        assert_eq!((today.spans.len(), today.now), (4, 18_000));
        assert_eq!(today.summary, "Available 2 h, On call 1 h, Offline 1 h");
    }
}
