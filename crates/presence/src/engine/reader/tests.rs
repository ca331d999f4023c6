use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::error::Problem;

fn at(milliseconds: i64) -> Moment {
    let wall = Timestamp::from_millisecond(1_800_000_000_000 + milliseconds).unwrap();
    Moment { uptime: Uptime(milliseconds), wall }
}

fn problem() -> Arc<Problem> {
    Arc::new(Problem::new("x", "", "", ""))
}

/// Milliseconds between the attempts at a source that fails ten times in a row.
fn waits(mut reader: Reader, failure: &Failure) -> Vec<i64> {
    let (mut now, mut waits) = (0, Vec::new());
    for _ in 0..10 {
        assert!(reader.take(at(now)));
        reader.failed(failure, at(now));
        let due = reader.wake_at().unwrap().0;
        assert_eq!(reader.source().retry_at, Some(at(due)), "what is shown is what is done");
        waits.push(due - now);
        now = due;
    }
    waits
}

#[test]
fn waits_double_to_a_minute_and_lose_at_most_a_fifth() {
    let broken = Failure::Broken(problem());
    let plain = waits(Reader::new(at(0)), &broken);
    assert_eq!(plain, [2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000, 60_000, 60_000]);
    let spread = waits(Reader::new(at(0)).spread(7), &broken);
    for (spread, plain) in spread.iter().zip(&plain) {
        assert!(spread <= plain && spread * 5 >= plain * 4, "{spread} of {plain}");
    }
    assert_eq!(spread, waits(Reader::new(at(0)).spread(7), &broken), "nothing is random");
    assert_ne!(spread, waits(Reader::new(at(0)).spread(8), &broken), "desktops do not come together");
}

#[test]
fn a_network_that_comes_and_goes_is_asked_every_ten_seconds() {
    let longest = waits(Reader::new(at(0)).spread(3), &Failure::Offline(problem())).pop().unwrap();
    assert!((8_000..=10_000).contains(&longest), "{longest}");
}

#[test]
fn what_a_vendor_asks_for_is_never_shortened() {
    let throttled = Failure::Throttled { wait: Duration::from_secs(30), problem: problem() };
    assert!(waits(Reader::new(at(0)).spread(7), &throttled).iter().all(|wait| *wait == 30_000));
    let forbidden = Failure::Forbidden(problem());
    assert!(waits(Reader::new(at(0)).spread(7), &forbidden).iter().all(|wait| *wait == 900_000));
}
