//! Points in time as the pure code sees them: given, never taken.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Milliseconds on a scale that only moves forward, whatever happens to the wall clock.
///
/// Zero is the start of the program; what an earlier run knew lies below zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Uptime(pub i64);

impl Uptime {
    /// This point, later by `span`.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(milliseconds(span)))
    }

    /// How long ago `earlier` was; zero if it lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

/// One instant on both scales: `uptime` to measure with, `wall` to show to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// For ages and schedules.
    pub uptime: Uptime,
    /// For clocks on the wall and for files that outlive this run.
    pub wall: Timestamp,
}

impl Moment {
    /// How long ago `earlier` was; zero if it lies ahead.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        self.uptime.since(earlier.uptime)
    }

    /// This moment, later by `span`.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        let span_wall = SignedDuration::from_millis(milliseconds(span));
        Self {
            uptime: self.uptime.plus(span),
            wall: self.wall.checked_add(span_wall).unwrap_or(Timestamp::MAX),
        }
    }

    /// The moment of a wall-clock time that an earlier run wrote down: always below zero, see [`Moment::is_restored`].
    ///
    /// A time ahead of `self` means the clock was put back since: it counts as now, because knowledge can not come
    /// from the future.
    #[must_use]
    pub fn restored(self, wall: Timestamp) -> Self {
        let age = self.wall.as_millisecond().saturating_sub(wall.as_millisecond()).max(0);
        Self { uptime: Uptime(self.uptime.0.saturating_sub(age).min(-1)), wall: wall.min(self.wall) }
    }

    /// Whether it comes from an earlier run.
    #[must_use]
    pub fn is_restored(self) -> bool {
        self.uptime.0 < 0
    }
}

fn milliseconds(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(uptime: i64, wall: &str) -> Moment {
        Moment { uptime: Uptime(uptime), wall: wall.parse().unwrap() }
    }

    #[test]
    fn what_an_earlier_run_saw_keeps_its_age() {
        let now = at(5_000, "2026-11-23T09:10:00Z");
        let seen = now.restored("2026-11-23T09:04:00Z".parse().unwrap());
        assert_eq!(now.since(seen), Duration::from_secs(360));
        assert!(seen.is_restored() && !now.is_restored());
    }

    #[test]
    fn a_clock_put_back_never_makes_knowledge_younger_than_now() {
        let now = at(5_000, "2026-11-23T09:10:00Z");
        let seen = now.restored("2026-11-23T11:00:00Z".parse().unwrap());
        assert_eq!((now.since(seen).as_secs(), seen.wall), (5, now.wall));
    }
}
