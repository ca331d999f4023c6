//! What a person's day looked like: one state after another.

use std::collections::VecDeque;

use jiff::Timestamp;

use crate::mapping::Presence;

/// Nothing older is kept.
pub const KEPT: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// A day has fewer changes than this, or nobody could read them.
const MOST: usize = 500;

/// The states of the last 24 hours, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Day(VecDeque<(i64, Presence)>);

impl Day {
    /// Takes note of a state from a moment on; the same state as before is nothing new.
    ///
    /// Returns whether anything is to be kept. A moment before the newest one, as after a clock was put back, ends what
    /// came after it.
    pub fn note(&mut self, from: Timestamp, presence: Presence) -> bool {
        let second = from.as_second();
        while self.0.back().is_some_and(|(last, _)| *last > second) {
            self.0.pop_back();
        }
        if self.0.back().is_some_and(|(_, last)| *last == presence) {
            return false;
        }
        if self.0.back().is_some_and(|(last, _)| *last == second) {
            self.0.pop_back();
        }
        self.0.push_back((second, presence));
        let oldest = second - KEPT.as_secs();
        // The state that reaches into the window stays.
        while self.0.len() > MOST || self.0.get(1).is_some_and(|(next, _)| *next <= oldest) {
            self.0.pop_front();
        }
        true
    }

    /// The newest state.
    #[must_use]
    pub fn last(&self) -> Option<Presence> {
        self.0.back().map(|(_, presence)| *presence)
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each state with the moments between which it held; the newest one until `now`.
    pub fn spans(&self, now: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp, Presence)> {
        let ends = self.0.iter().skip(1).map(|(from, _)| *from).chain(std::iter::once(now.as_second()));
        self.0.iter().zip(ends).filter(|((from, _), to)| from < to).filter_map(|((from, presence), to)| {
            Some((Timestamp::from_second(*from).ok()?, Timestamp::from_second(to).ok()?, *presence))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn spans(day: &Day, now: i64) -> Vec<(i64, i64, Presence)> {
        let since = |time: Timestamp| time.as_second() - 1_800_000_000;
        day.spans(at(now)).map(|(from, to, presence)| (since(from), since(to), presence)).collect()
    }

    #[test]
    fn a_day_is_one_state_after_another() {
        let mut day = Day::default();
        assert!(day.note(at(0), Presence::Available));
        assert!(!day.note(at(10), Presence::Available));
        assert!(day.note(at(60), Presence::OnCall));
        assert!(day.note(at(90), Presence::Available));
        let expected =
            [(0, 60, Presence::Available), (60, 90, Presence::OnCall), (90, 100, Presence::Available)];
        assert_eq!(spans(&day, 100), expected);
        // Put back, the clock begins again where it stands now.
        day.note(at(30), Presence::Away);
        assert_eq!(spans(&day, 40), [(0, 30, Presence::Available), (30, 40, Presence::Away)]);
    }

    #[test]
    fn what_is_older_than_a_day_or_too_much_goes() {
        let mut day = Day::default();
        day.note(at(-90_000), Presence::Offline);
        day.note(at(-88_000), Presence::Away);
        day.note(at(0), Presence::Available);
        assert_eq!(spans(&day, 1)[0].2, Presence::Away);
        for second in 1..5_000 {
            day.note(at(second), if second % 2 == 0 { Presence::Busy } else { Presence::Away });
        }
        assert_eq!(day.0.len(), MOST);
    }
}
