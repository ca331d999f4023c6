//! The one owner of time in the sandbox: real time, simulated time and time stamps.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

static HTTP_DATE: DateTimePrinter = DateTimePrinter::new();

/// Tells three times apart.
///
/// * **wall** time is the computer's: what `Date` headers and tokens carry;
/// * **elapsed** time is real time since the start plus whatever was skipped: rate limits and faults use it;
/// * **simulated** time is elapsed time at the sandbox's pace: the working day runs on it.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    pace: f64,
    skipped_ms: AtomicU64,
    last_stamp: AtomicI64,
    opened_at: Timestamp,
}

impl Clock {
    /// Starts at simulated zero. `pace` is simulated seconds per real second; nonsense counts as 1.
    pub(crate) fn start(pace: f64) -> Self {
        let pace = if pace.is_finite() && pace > 0.0 { pace } else { 1.0 };
        Self {
            started: instant(),
            pace,
            skipped_ms: AtomicU64::new(0),
            last_stamp: AtomicI64::new(0),
            opened_at: wall(),
        }
    }

    /// Wall time of the start.
    pub(crate) fn opened_at(&self) -> Timestamp {
        self.opened_at
    }

    /// Milliseconds since the start, skipped time included.
    pub(crate) fn elapsed_ms(&self) -> u64 {
        self.real_ms().saturating_add(self.skipped_ms.load(Ordering::Relaxed))
    }

    /// Milliseconds of the simulated day since it began.
    pub(crate) fn simulated_ms(&self) -> u64 {
        let paced = (self.real_ms() as f64 * self.pace) as u64;
        paced.saturating_add(self.skipped_ms.load(Ordering::Relaxed))
    }

    /// Skips time. A negative or meaningless number skips nothing: time never runs backwards.
    pub(crate) fn advance(&self, seconds: f64) {
        if seconds.is_finite() && seconds > 0.0 {
            self.skipped_ms.fetch_add((seconds * 1000.0) as u64, Ordering::Relaxed);
        }
    }

    /// Wall time as the computer has it.
    pub(crate) fn wall(&self) -> Timestamp {
        wall()
    }

    /// Wall time in milliseconds, made strictly increasing so that "issued before" has no ties.
    pub(crate) fn stamp(&self) -> i64 {
        let now = wall().as_millisecond();
        let previous = self.last_stamp.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |last| {
            Some(if now > last { now } else { last.saturating_add(1) })
        });
        match previous {
            Ok(last) | Err(last) if now <= last => last.saturating_add(1),
            _ => now,
        }
    }

    fn real_ms(&self) -> u64 {
        u64::try_from(instant().duration_since(self.started).as_millis()).unwrap_or(u64::MAX)
    }
}

/// A moment in the form of the `Date` header (RFC 9110).
pub(crate) fn http_date(at: Timestamp) -> String {
    HTTP_DATE.timestamp_to_rfc9110_string(&at).unwrap_or_default()
}

/// A moment `seconds` later; the ends of the calendar are never crossed.
pub(crate) fn shifted(at: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_second(at.as_second().saturating_add(seconds)).unwrap_or(at)
}

/// Waits in real time. Only the latency fault and the visitor use it.
#[expect(clippy::disallowed_methods, reason = "the sandbox's one owner of waiting")]
pub(crate) async fn pause(length: Duration) {
    tokio::time::sleep(length).await;
}

#[expect(clippy::disallowed_methods, reason = "the sandbox's one owner of time")]
fn instant() -> Instant {
    Instant::now()
}

#[expect(clippy::disallowed_methods, reason = "the sandbox's one owner of time")]
fn wall() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_never_repeat() {
        let clock = Clock::start(1.0);
        let stamps: Vec<i64> = (0..1000).map(|_| clock.stamp()).collect();
        assert!(stamps.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn time_skips_forward_only() {
        let clock = Clock::start(f64::NAN);
        clock.advance(60.0);
        clock.advance(-3600.0);
        clock.advance(f64::INFINITY);
        assert!((60_000..120_000).contains(&clock.simulated_ms()));
    }

    #[test]
    fn the_date_header_has_its_prescribed_form() {
        let at = Timestamp::from_second(784_111_777).unwrap();
        assert_eq!(http_date(at), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
