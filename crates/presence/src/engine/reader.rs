//! A source that is read whole now and then, such as a directory: when it is due, and how it is doing.

use std::time::Duration;

use super::backoff::{self, FORBIDDEN_WAIT};
use crate::error::Failure;
use crate::moment::{Moment, Uptime};
use crate::snapshot::{Source, SourceState};

/// Longest wait between two attempts at a source that fails otherwise.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// The same where the vendor could not be reached: it is back as soon as the network is.
const LONGEST_OFFLINE: Duration = Duration::from_secs(10);

/// The plan for one such source.
#[derive(Debug)]
pub struct Reader {
    due: Uptime,
    in_flight: bool,
    /// When it was asked for last.
    asked: Option<Moment>,
    failures: u32,
    /// Shortens the waits after failures; none leaves them as they are.
    seed: Option<u64>,
    source: Source,
}

impl Reader {
    /// Due at once.
    #[must_use]
    pub fn new(now: Moment) -> Self {
        let source = Source { since: Some(now), ..Source::default() };
        Self { due: now.uptime, in_flight: false, asked: None, failures: 0, seed: None, source }
    }

    /// With waits after failures that differ from desktop to desktop.
    #[must_use]
    pub fn spread(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// How it is doing.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// When it is due; `None` while it is being read.
    #[must_use]
    pub fn wake_at(&self) -> Option<Uptime> {
        (!self.in_flight).then_some(self.due)
    }

    /// Whether to read it now; it counts as being read from here on.
    pub fn take(&mut self, now: Moment) -> bool {
        let ready = !self.in_flight && self.due <= now.uptime;
        self.in_flight |= ready;
        if ready {
            self.asked = Some(now);
        }
        ready
    }

    /// Due at once, unless the vendor asked for a pause.
    pub fn hurry(&mut self, now: Moment) {
        if self.source.state != SourceState::Throttled {
            self.due = self.due.min(now.uptime);
        }
    }

    /// It was read; the next time is `interval` from now.
    pub fn succeeded(&mut self, interval: Duration, now: Moment) {
        self.in_flight = false;
        self.failures = 0;
        self.due = now.uptime.plus(interval);
        self.took(now);
        self.source.stands(SourceState::Live, None, None, now);
    }

    /// A source that stays open is open; it stays under way until it fails.
    pub fn opened(&mut self, now: Moment) {
        self.failures = 0;
        self.took(now);
        self.source.stands(SourceState::Live, None, None, now);
    }

    /// It could not be read; gives when it is tried again.
    pub fn failed(&mut self, failure: &Failure, now: Moment) {
        self.in_flight = false;
        self.failures = self.failures.saturating_add(1);
        let wait = match failure {
            Failure::Throttled { wait, .. } => *wait,
            Failure::Offline(_) => self.wait(LONGEST_OFFLINE),
            Failure::Forbidden(_) => FORBIDDEN_WAIT,
            Failure::SignInNeeded(_) | Failure::Broken(_) | Failure::Vault(_) => self.wait(LONGEST_WAIT),
            Failure::Reset => Duration::ZERO,
        };
        let until = now.plus(wait);
        self.due = until.uptime;
        self.source.stands(failure.into(), Some(until), failure.problem().cloned(), now);
    }

    /// Doubles with each failure in a row.
    fn wait(&self, longest: Duration) -> Duration {
        let wait = backoff::doubled(self.failures, longest);
        self.seed.map_or(wait, |seed| backoff::spread(wait, seed, self.failures))
    }

    /// Nothing is under way any more: its answer will not come.
    pub fn abandon(&mut self) {
        self.in_flight = false;
    }

    fn took(&mut self, now: Moment) {
        self.source.last_success = Some(now);
        if let Some(asked) = self.asked.take() {
            self.source.latencies.note(now.since(asked));
        }
    }
}

#[cfg(test)]
mod tests;
