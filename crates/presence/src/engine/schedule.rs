//! When which page of people is asked about next.
//!
//! Pages are spread evenly over the interval, so that a directory of any size makes an even load. A failing vendor is
//! asked by one request at a time until it answers; a vendor that asks for a pause gets it.

use std::time::Duration;

use super::backoff;
use crate::moment::Uptime;

/// Requests under way at once, so that the first board comes fast and no vendor is flooded.
pub const MOST_IN_FLIGHT: usize = 4;

/// For so long after waking, or on a new network, the way to a vendor may be about to open.
const BRISK: Duration = Duration::from_mins(2);

/// So long it is waited for then between two tries.
const BRISK_WAIT: Duration = Duration::from_secs(2);

/// The interval is never stretched beyond this.
const LONGEST_INTERVAL: Duration = Duration::from_mins(1);

/// Calm rounds after which a stretched interval is halved again.
const CALM_ROUNDS: u32 = 3;

/// The plan for all pages.
#[derive(Clone, Debug)]
pub struct Schedule {
    base: Duration,
    interval: Duration,
    origin: Uptime,
    pages: Vec<Page>,
    in_flight: usize,
    /// Nothing is asked before this time.
    hold: Option<Uptime>,
    /// Failures in a row that concern everything.
    failures: u32,
    calm: u32,
    seed: u64,
    /// Until then a vendor that can not be reached is tried again soon: the network is about to come back.
    brisk: Option<Uptime>,
}

#[derive(Clone, Copy, Debug)]
struct Page {
    due: Uptime,
    asked: bool,
    answered: Option<Uptime>,
    failures: u32,
}

impl Schedule {
    /// A plan with one request a page in each `interval`; `seed` spreads the retries of many desktops.
    #[must_use]
    pub fn new(interval: Duration, seed: u64, now: Uptime) -> Self {
        Self {
            base: interval,
            interval,
            origin: now,
            pages: Vec::new(),
            in_flight: 0,
            hold: None,
            failures: 0,
            calm: 0,
            seed,
            brisk: None,
        }
    }

    /// Asks once in each `interval` from now on.
    pub fn set_interval(&mut self, interval: Duration, now: Uptime) {
        if self.base == interval {
            return;
        }
        let (stretched, sooner) = (self.interval > self.base, interval < self.base);
        self.base = interval;
        self.interval = if stretched { self.interval.max(interval) } else { interval };
        self.origin = now;
        for number in 0..self.pages.len() {
            // What was fresh enough for a longer interval is old for a shorter one.
            let slot = self.slot(number, now);
            self.pages[number].due = if sooner { now } else { self.pages[number].due.min(slot) };
        }
    }

    /// The network has gone or come, or the machine woke.
    pub fn hurry_back(&mut self, now: Uptime) {
        self.brisk = Some(now.plus(BRISK));
    }

    /// Time between two polls of a page, as it is now.
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// Until when nothing may be asked, if that lies ahead.
    #[must_use]
    pub fn hold(&self, now: Uptime) -> Option<Uptime> {
        self.hold.filter(|hold| *hold > now)
    }

    /// Whether every page was answered since the last [`Schedule::restart`].
    #[must_use]
    pub fn complete(&self) -> bool {
        self.pages.iter().all(|page| page.answered.is_some())
    }

    /// When the page that waits longest was answered, if every page was since the last [`Schedule::restart`].
    #[must_use]
    pub fn oldest_answer(&self) -> Option<Uptime> {
        self.pages.iter().map(|page| page.answered).min().flatten()
    }

    /// Fits the plan to a number of pages; new ones are due at once.
    pub fn resize(&mut self, pages: usize, now: Uptime) {
        for page in self.pages.drain(pages.min(self.pages.len())..) {
            self.in_flight -= usize::from(page.asked);
        }
        self.pages.resize(pages, Page { due: now, asked: false, answered: None, failures: 0 });
    }

    /// Everything is due now, and nothing counts as answered: after a sign-in, a sleep, or when a person asks.
    ///
    /// A pause that a vendor asked for stays (`keep_hold`).
    pub fn restart(&mut self, now: Uptime, keep_hold: bool) {
        if !keep_hold {
            self.hold = None;
        }
        self.failures = 0;
        self.origin = now;
        for page in &mut self.pages {
            page.due = now;
            page.failures = 0;
        }
    }

    /// Marks everything unanswered, as after a long silence.
    pub fn forget_answers(&mut self) {
        for page in &mut self.pages {
            page.answered = None;
        }
    }

    /// The next page to ask about now, which counts as asked from here on.
    pub fn take(&mut self, now: Uptime) -> Option<usize> {
        let most = if self.failures > 0 { 1 } else { MOST_IN_FLIGHT };
        if self.hold(now).is_some() || self.in_flight >= most {
            return None;
        }
        let waiting = self.pages.iter().enumerate().filter(|(_, page)| !page.asked && page.due <= now);
        let (number, _) = waiting.min_by_key(|(number, page)| (page.due, *number))?;
        self.pages[number].asked = true;
        self.in_flight += 1;
        Some(number)
    }

    /// The page was answered.
    pub fn answered(&mut self, number: usize, now: Uptime) {
        self.failures = 0;
        self.hold = self.hold(now);
        let Some(due) = self.returned(number).then(|| self.slot(number, now)) else { return };
        let page = &mut self.pages[number];
        page.answered = Some(now);
        page.failures = 0;
        page.due = due;
        self.ease();
    }

    /// The page's answer can not be used, through nobody's fault: it is asked about again at once.
    pub fn interrupted(&mut self, number: usize, now: Uptime) {
        if self.returned(number) {
            self.pages[number].due = now;
        }
    }

    /// The page could not be answered, for a reason of its own.
    pub fn failed(&mut self, number: usize, now: Uptime) {
        if self.returned(number) {
            self.pages[number].failures += 1;
            let wait = self.backoff(self.pages[number].failures);
            self.pages[number].due = now.plus(wait);
        }
    }

    /// The page could not be answered, for a reason that concerns all pages: one probe at a time from here on.
    pub fn unreachable(&mut self, number: usize, now: Uptime) {
        if self.returned(number) {
            self.pages[number].due = now;
        }
        self.failures = self.failures.saturating_add(1);
        let brisk = self.brisk.is_some_and(|until| now < until);
        let wait = self.backoff(self.failures);
        let until = now.plus(if brisk { wait.min(BRISK_WAIT) } else { wait });
        self.hold = Some(self.hold(now).map_or(until, |hold| hold.max(until)));
    }

    /// The vendor wants silence for `wait`; polls are also made rarer for a while.
    pub fn throttled(&mut self, number: Option<usize>, wait: Duration, now: Uptime) {
        if let Some(number) = number.filter(|number| self.returned(*number)) {
            self.pages[number].due = now;
        }
        let fresh = self.hold(now).is_none();
        let until = now.plus(wait);
        self.hold = Some(self.hold(now).map_or(until, |hold| hold.max(until)));
        if fresh {
            self.interval = (self.interval * 2).min(LONGEST_INTERVAL.max(self.base));
            self.calm = 0;
        }
    }

    /// Nothing may be asked for `wait`, for a reason that asking again soon would not change.
    pub fn refused(&mut self, number: usize, wait: Duration, now: Uptime) {
        if self.returned(number) {
            self.pages[number].due = now;
        }
        self.failures = self.failures.saturating_add(1);
        self.hold = Some(now.plus(wait));
    }

    /// When [`Schedule::take`] may next give a page; `None` while it waits for answers.
    #[must_use]
    pub fn wake_at(&self, now: Uptime) -> Option<Uptime> {
        let most = if self.failures > 0 { 1 } else { MOST_IN_FLIGHT };
        if self.in_flight >= most {
            return None;
        }
        let due = self.pages.iter().filter(|page| !page.asked).map(|page| page.due).min()?;
        Some(self.hold(now).map_or(due, |hold| hold.max(due)))
    }

    fn returned(&mut self, number: usize) -> bool {
        let Some(page) = self.pages.get_mut(number).filter(|page| page.asked) else { return false };
        page.asked = false;
        self.in_flight -= 1;
        true
    }

    /// The page's own place in the next round: at least half an interval ahead, at most one and a half.
    fn slot(&self, number: usize, now: Uptime) -> Uptime {
        let interval = i64::try_from(self.interval.as_millis()).unwrap_or(i64::MAX).max(1);
        let count = i64::try_from(self.pages.len().max(1)).unwrap_or(i64::MAX);
        let phase = interval.saturating_mul(i64::try_from(number).unwrap_or(0)) / count;
        let earliest = now.0 + interval / 2;
        let first = self.origin.0 + phase;
        let rounds = (earliest - first).div_euclid(interval) + 1;
        Uptime(first + rounds * interval)
    }

    /// Doubles from one second up to the interval, off by up to a fifth so that many desktops do not come together.
    fn backoff(&self, failures: u32) -> Duration {
        let wait = backoff::doubled(failures.saturating_sub(1).min(6), self.interval);
        backoff::spread(wait, self.seed, failures)
    }

    fn ease(&mut self) {
        if self.interval > self.base {
            self.calm += 1;
            if self.calm as usize >= CALM_ROUNDS as usize * self.pages.len().max(1) {
                self.interval = (self.interval / 2).max(self.base);
                self.calm = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests;
