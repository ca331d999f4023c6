//! Words and numbers that several surfaces share.

use jiff::tz::TimeZone;

use super::board::State;
use crate::locale::Writing;
use crate::moment::Moment;

/// A last known state in the past tense: "Was available".
#[must_use]
pub fn was(state: State) -> String {
    match state {
        State::Unknown => "Unknown".into(),
        other => format!("Was {}", other.label().to_lowercase()),
    }
}

/// A span in at most two units: `12 s`, `4 min`, `1 h 20`, `3 d`.
#[must_use]
pub fn span(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 if seconds % 3_600 < 60 => format!("{} h", seconds / 3_600),
        3_600..86_400 => format!("{} h {:02}", seconds / 3_600, seconds % 3_600 / 60),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// A whole number with groups of three digits.
#[must_use]
pub fn count(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A time of day on this computer's clock, written as in this region: `14:09`, with the date in front when it is another day than `now`.
#[must_use]
pub fn clock(moment: Moment, now: Moment) -> String {
    let zone = TimeZone::system();
    let (then, today) = (moment.wall.to_zoned(zone.clone()), now.wall.to_zoned(zone));
    let writing = Writing::here();
    let time = writing.time(then.time());
    if then.date() == today.date() { time } else { format!("{} {time}", writing.day(then.date())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_counts_read_as_on_the_board() {
        let spans = [3, 59, 60, 1_080, 3_600, 4_800, 7_500, 345_600].map(span);
        assert_eq!(spans, ["3 s", "59 s", "1 min", "18 min", "1 h", "1 h 20", "2 h 05", "4 d"]);
        assert_eq!([0, 999, 1_248, 1_000_000].map(count), ["0", "999", "1,248", "1,000,000"]);
    }
}
