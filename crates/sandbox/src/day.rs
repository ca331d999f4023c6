//! The simulated working day: who does what, when.
//!
//! A person's time is cut into slots of five to twelve minutes, each slot into two segments of uneven length,
//! and each segment shows one row. All of it comes from `(seed, person, slot)`, so the state at any moment is
//! found in constant time.
//!
//! On top of that a changing **cast** of fourteen people plays the fourteen rows in every five-minute act,
//! so that whoever watches for ten minutes sees each row at least once, however small the organisation.

use crate::chance::{Purpose, below, draw};
use crate::row::{Pair, Row};

/// One act of the cast, in simulated milliseconds.
const ACT_MS: u64 = 300_000;
/// The day runs from 09:00 to 18:00, then the next working day begins.
const DAY_MS: u64 = 9 * 3_600_000;
/// Noon, from the beginning of the day.
const NOON_MS: u64 = 3 * 3_600_000;

/// What people at work do, as weights. A list of pairs keeps the rarest visible at the end.
const AT_WORK: &[(Row, u64)] = &[
    (Row::Available, 380),
    (Row::InMeeting, 150),
    (Row::OnCall, 110),
    (Row::Busy, 90),
    (Row::Away, 90),
    (Row::DoNotDisturb, 40),
    (Row::BeRightBack, 40),
    (Row::Focusing, 35),
    (Row::Offline, 30),
    (Row::Presenting, 25),
    (Row::AvailableOutOfOffice, 6),
    (Row::OnCallOutOfOffice, 4),
];
const AT_LUNCH: &[(Row, u64)] =
    &[(Row::Away, 50), (Row::BeRightBack, 20), (Row::Available, 20), (Row::Offline, 10)];
const OUT_OF_OFFICE: &[(Row, u64)] =
    &[(Row::OutOfOffice, 85), (Row::AvailableOutOfOffice, 10), (Row::OnCallOutOfOffice, 5)];

/// What a person shows, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Segment {
    /// The row of 8x8's table.
    pub(crate) row: Row,
    /// What Graph reports for it.
    pub(crate) pair: Pair,
    /// When it began, in simulated milliseconds.
    pub(crate) since_ms: u64,
}

/// The day of one organisation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Day {
    seed: u64,
    cast: u64,
    stride: u64,
}

impl Day {
    /// The day of an organisation of `people`, of whom the first three fifths may join the cast.
    pub(crate) fn new(seed: u64, people: u64) -> Self {
        let cast = Self::cast_size(people);
        let mut stride = (cast * 3 / 5).max(1);
        while common_divisor(stride, cast.max(1)) != 1 {
            stride += 1;
        }
        Self { seed, cast, stride }
    }

    /// How many people may join the cast. They never leave the company by themselves.
    pub(crate) fn cast_size(people: u64) -> u64 {
        (people * 3 / 5).max(people.min(Row::ALL.len() as u64))
    }

    /// What `person` shows at `now_ms` of simulated time.
    pub(crate) fn segment(&self, person: u64, now_ms: u64) -> Segment {
        let own = self.own_segment(person, now_ms);
        let mut act = now_ms / ACT_MS;
        loop {
            if let Some((row, from, until)) = self.part(person, act) {
                if (from..until).contains(&now_ms) {
                    return Segment { row, pair: self.pair(person, row, from), since_ms: from };
                }
                if until <= now_ms {
                    return Segment { since_ms: own.since_ms.max(until), ..own };
                }
            }
            // An earlier act only matters while it may have ended after the person's own segment began.
            if act == 0 || act * ACT_MS <= own.since_ms {
                return own;
            }
            act -= 1;
        }
    }

    /// What the person would show if nobody had to play a part.
    fn own_segment(&self, person: u64, now_ms: u64) -> Segment {
        let slot_ms = 300_000 + below(draw(self.seed, Purpose::Rhythm, person, 0), 420_000);
        let phase = below(draw(self.seed, Purpose::Rhythm, person, 1), slot_ms);
        let slot = (now_ms + phase) / slot_ms;
        let begin = slot * slot_ms;
        let split = slot_ms * (30 + below(draw(self.seed, Purpose::Split, person, slot), 40)) / 100;
        let second_half = now_ms + phase >= begin + split;
        let from = if second_half { begin + split } else { begin };
        let number = slot * 2 + u64::from(second_half);
        // At day break everybody's character is drawn anew, in the middle of a segment if need be.
        let since_ms = from.saturating_sub(phase).max(now_ms / DAY_MS * DAY_MS);
        let row = self.own_row(person, number, since_ms);
        Segment { row, pair: self.pair(person, row, number), since_ms }
    }

    fn own_row(&self, person: u64, number: u64, at_ms: u64) -> Row {
        let day = at_ms / DAY_MS;
        let dice = draw(self.seed, Purpose::Segment, person, number);
        match below(draw(self.seed, Purpose::DayCharacter, person, day), 1000) {
            0..30 => weighted(OUT_OF_OFFICE, dice),
            30..70 => Row::Offline,
            70..78 => Row::Unknown,
            _ if self.at_lunch(person, at_ms) => weighted(AT_LUNCH, dice),
            _ => weighted(AT_WORK, dice),
        }
    }

    fn at_lunch(&self, person: u64, at_ms: u64) -> bool {
        let habit = draw(self.seed, Purpose::Lunch, person, at_ms / DAY_MS);
        let from = NOON_MS + below(habit, 3_600_000);
        let length = 1_500_000 + below(habit.rotate_left(32), 1_800_000);
        (from..from + length).contains(&(at_ms % DAY_MS))
    }

    /// The part of `person` in an act: its row, and from when until when.
    fn part(&self, person: u64, act: u64) -> Option<(Row, u64, u64)> {
        if person >= self.cast {
            return None;
        }
        let dice = draw(self.seed, Purpose::Cast, act, 0);
        let place = (person * self.stride + below(dice, self.cast)) % self.cast;
        let row = *Row::ALL.get(usize::try_from(place).ok()?)?;
        let begin = act * ACT_MS + 12_000 + place * 5_000;
        let length = 120_000 + below(draw(self.seed, Purpose::Cast, act, person + 1), 90_000);
        Some((row, begin, begin + length))
    }

    fn pair(&self, person: u64, row: Row, number: u64) -> Pair {
        let pairs = row.pairs();
        let dice = draw(self.seed, Purpose::Segment, person, number ^ (1 << 62));
        pairs[below(dice, pairs.len() as u64) as usize]
    }
}

fn weighted(rows: &[(Row, u64)], dice: u64) -> Row {
    let total = rows.iter().map(|(_, weight)| weight).sum();
    let mut rest = below(dice, total);
    for (row, weight) in rows {
        if rest < *weight {
            return *row;
        }
        rest -= weight;
    }
    Row::Available
}

fn common_divisor(first: u64, second: u64) -> u64 {
    if second == 0 { first } else { common_divisor(second, first % second) }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_day() {
        let (one, other) = (Day::new(7, 250), Day::new(7, 250));
        let stranger = Day::new(8, 250);
        let mut differences = 0;
        for person in 0..250 {
            assert_eq!(one.segment(person, 1_234_567), other.segment(person, 1_234_567));
            differences +=
                u32::from(one.segment(person, 1_234_567).row != stranger.segment(person, 1_234_567).row);
        }
        assert!(differences > 50);
    }

    #[test]
    fn every_row_is_seen_in_any_ten_minutes() {
        for (seed, people) in [(7, 50), (1, 50), (2, 51), (3, 64), (4, 97), (5, 250)] {
            let day = Day::new(seed, people);
            for window in 0..40 {
                let from = window * 173_000 + window * window * 31_000;
                let seen: HashSet<Row> = (from..from + 600_000)
                    .step_by(15_000)
                    .flat_map(|now| (0..people).map(move |person| day.segment(person, now).row))
                    .collect();
                assert_eq!(seen.len(), Row::ALL.len(), "seed {seed}, {people} people, from {from}: {seen:?}");
            }
        }
    }

    #[test]
    fn several_of_250_people_change_every_ten_seconds() {
        let day = Day::new(7, 250);
        for step in 0..100_u64 {
            let (before, after) = (step * 10_000, step * 10_000 + 10_000);
            let changes =
                (0..250).filter(|p| day.segment(*p, before).pair != day.segment(*p, after).pair).count();
            assert!(changes >= 2, "only {changes} changes at {before}");
        }
    }

    #[test]
    fn what_is_shown_began_in_the_past_and_never_earlier_than_what_was_shown_before() {
        let day = Day::new(11, 60);
        for person in 0..60 {
            let mut last = day.segment(person, 0);
            for now in (0..7_200_000).step_by(1_000) {
                let segment = day.segment(person, now);
                assert!(segment.since_ms <= now);
                assert!(segment.since_ms >= last.since_ms);
                if (segment.row, segment.pair) != (last.row, last.pair) {
                    assert!(segment.since_ms > last.since_ms, "person {person} at {now}");
                }
                last = segment;
            }
        }
    }

    #[test]
    fn tiny_organisations_have_a_day_too() {
        for people in 0..15 {
            let day = Day::new(7, people);
            for person in 0..people {
                day.segment(person, 3_600_000);
            }
        }
    }
}
