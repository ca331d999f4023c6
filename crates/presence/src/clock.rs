//! The one owner of time.
//!
//! Everything else is given a [`Moment`]. The scale it measures with counts the time the machine slept: some systems
//! stop their monotonic clock then (tokio issue 2784), so a wall clock that ran ahead of it is taken as sleep. A person
//! who puts the clock forward looks the same, and costs one refresh.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::moment::{Moment, Uptime};

/// The wall clock may run ahead of the monotonic one by this much before it counts as sleep.
const DRIFT: Duration = Duration::from_secs(30);

/// No wait is longer than this, so that a sleep is noticed soon after waking.
const LONGEST_NAP: Duration = Duration::from_secs(5);

/// Gives moments.
#[derive(Debug)]
pub struct Clock {
    origin: Instant,
    /// The wall at the origin.
    wall: Timestamp,
    /// Seconds of this clock in one second of the world.
    pace: f64,
    /// By how many milliseconds the wall was turned, as a person or a sleep turns it.
    turned: AtomicI64,
    scale: Mutex<Scale>,
    /// How many milliseconds others' clocks are ahead of the wall, as they last said.
    ahead: Mutex<Option<i64>>,
}

/// Both clocks as they were last read.
#[derive(Debug)]
struct Scale {
    elapsed: Duration,
    wall: Timestamp,
    slept: Duration,
}

impl Scale {
    /// Takes a reading of both clocks; tells the uptime, and whether the machine slept since the last one.
    fn read(&mut self, elapsed: Duration, wall: Timestamp, longest: Duration) -> (Uptime, bool) {
        let ran = elapsed.saturating_sub(self.elapsed);
        let passed =
            u64::try_from(wall.as_millisecond().saturating_sub(self.wall.as_millisecond())).unwrap_or(0);
        let ahead = Duration::from_millis(passed).saturating_sub(ran);
        if ahead > DRIFT {
            self.slept += ahead;
        }
        // Where the monotonic clock goes on during sleep, as on Windows, nobody was there to look at it.
        let slept = ahead > DRIFT || ran > longest;
        self.elapsed = elapsed;
        self.wall = wall;
        (Uptime::default().plus(elapsed + self.slept), slept)
    }
}

impl Clock {
    /// A clock whose zero is now.
    #[must_use]
    pub fn start() -> Self {
        Self::at_pace(1.0)
    }

    /// A clock on which a day passes in minutes: to live through one.
    #[must_use]
    pub fn at_pace(pace: f64) -> Self {
        let (origin, wall) = read();
        Self {
            origin,
            wall,
            pace,
            turned: AtomicI64::new(0),
            scale: Mutex::new(Scale { elapsed: Duration::ZERO, wall, slept: Duration::ZERO }),
            ahead: Mutex::new(None),
        }
    }

    /// This moment, and whether the machine slept since the last one that was asked for.
    pub fn look(&self) -> (Moment, bool) {
        let (elapsed, wall) = self.read();
        let mut scale = self.scale.lock().unwrap_or_else(PoisonError::into_inner);
        // On a fast clock a breath of the machine is a long time.
        let longest = if self.is_real() { LONGEST_NAP + DRIFT } else { Duration::MAX };
        let (uptime, slept) = scale.read(elapsed, wall, longest);
        (Moment { uptime, wall }, slept)
    }

    /// This moment, for those who need not know of sleep.
    pub fn now(&self) -> Moment {
        let (elapsed, wall) = self.read();
        let scale = self.scale.lock().unwrap_or_else(PoisonError::into_inner);
        Moment { uptime: Uptime::default().plus(elapsed + scale.slept), wall }
    }

    /// Waits until `then`, or a few seconds if that is sooner: the caller looks again and may wait again.
    pub async fn nap(&self, then: Option<Uptime>) {
        let now = self.now().uptime;
        let span = then.map_or(LONGEST_NAP, |then| then.since(now).min(LONGEST_NAP));
        self.pause(span).await;
    }

    /// Waits so long on this clock.
    pub async fn pause(&self, span: Duration) {
        pause(span.div_f64(self.pace)).await;
    }

    /// Turns the wall by so much, back or ahead, as a sleep or a person does: time that does not pass otherwise.
    pub fn turn(&self, span: SignedDuration) {
        let milliseconds = i64::try_from(span.as_millis()).unwrap_or(0);
        self.turned.fetch_add(milliseconds, Ordering::Relaxed);
    }

    /// Takes note of what somebody else's clock says now.
    pub fn hear(&self, wall: Timestamp) {
        // A day that passes in minutes is nobody else's.
        if self.is_real() {
            let (_, own) = self.read();
            let ahead = wall.as_millisecond().saturating_sub(own.as_millisecond());
            *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) = Some(ahead);
        }
    }

    /// How far others' clocks are ahead of this computer's, or behind, as the last of them said.
    #[must_use]
    pub fn ahead(&self) -> Option<SignedDuration> {
        let ahead = *self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        ahead.map(SignedDuration::from_millis)
    }

    /// Whether a second is a second.
    fn is_real(&self) -> bool {
        (self.pace - 1.0).abs() < f64::EPSILON
    }

    /// Time since the origin, and the wall.
    fn read(&self) -> (Duration, Timestamp) {
        let (instant, now) = read();
        let elapsed = instant.saturating_duration_since(self.origin).mul_f64(self.pace);
        let turned = SignedDuration::from_millis(self.turned.load(Ordering::Relaxed));
        let wall = if self.is_real() {
            now
        } else {
            let passed = SignedDuration::try_from(elapsed).unwrap_or(SignedDuration::MAX);
            self.wall.checked_add(passed).unwrap_or(Timestamp::MAX)
        };
        (elapsed, wall.checked_add(turned).unwrap_or(wall))
    }
}

/// Waits.
pub async fn pause(span: Duration) {
    #[expect(clippy::disallowed_methods, reason = "the one owner of time")]
    tokio::time::sleep(span).await;
}

fn read() -> (Instant, Timestamp) {
    #[expect(clippy::disallowed_methods, reason = "the one owner of time")]
    (Instant::now(), Timestamp::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale() -> Scale {
        Scale { elapsed: Duration::ZERO, wall: Timestamp::UNIX_EPOCH, slept: Duration::ZERO }
    }

    fn wall(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).unwrap()
    }

    #[test]
    fn a_night_asleep_counts_although_the_monotonic_clock_stood_still() {
        let mut scale = scale();
        let mut read =
            |seconds, at| scale.read(Duration::from_secs(seconds), wall(at), Duration::from_secs(35));
        assert_eq!(read(10, 10), (Uptime(10_000), false));
        assert_eq!(read(11, 28_811), (Uptime(28_811_000), true));
        assert_eq!(read(12, 28_812), (Uptime(28_812_000), false));
    }

    #[test]
    fn a_night_asleep_is_noticed_where_the_monotonic_clock_goes_on() {
        let mut scale = scale();
        let mut read =
            |seconds, at| scale.read(Duration::from_secs(seconds), wall(at), Duration::from_secs(35));
        assert_eq!(read(10, 10), (Uptime(10_000), false));
        assert_eq!(read(28_810, 28_810), (Uptime(28_810_000), true), "and it is counted once");
        assert_eq!(read(28_815, 28_815), (Uptime(28_815_000), false));
    }

    #[test]
    fn a_clock_put_back_stops_nothing() {
        let mut scale = scale();
        let longest = Duration::from_secs(35);
        scale.read(Duration::from_secs(10), wall(100_000), longest);
        let (before, _) = scale.read(Duration::from_secs(11), wall(100_001), longest);
        let (after, slept) = scale.read(Duration::from_secs(21), wall(5), longest);
        assert_eq!((after.since(before), slept), (Duration::from_secs(10), false));
    }
}
