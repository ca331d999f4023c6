//! The last known presence as a tag of a contact: of the company contacts that the import made, and of no others.
//!
//! 8x8 lets a customer make few requests a minute, over everything that asks. So a state is written only when it
//! differs from what stands there and has lasted a while, evenly paced, and whoever waits longest comes first.

use std::collections::VecDeque;
use std::time::Duration;

use super::backoff::{self, hold_after};
use crate::error::Failure;
use crate::imports::WriteFault;
use crate::moment::{Moment, Uptime};
use crate::person::{ById, PersonId};
use crate::snapshot::{Source, SourceState};

/// A state is written after it lasted so long.
pub const STANDS: Duration = Duration::from_secs(10);

/// Whoever 8x8 refuses is left alone this long.
const LEAVE_ALONE: Duration = Duration::from_hours(1);

/// Longest wait after failures in a row.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// A tag.
#[derive(Debug, Default)]
struct Tag {
    /// What stands there, as far as is known.
    known: Option<String>,
    /// What should stand there, and since when; none for whoever has no contact of ours.
    wanted: Option<(&'static str, Uptime)>,
    /// The settling that wanted it last.
    round: u64,
    queued: bool,
    left_alone: Option<Uptime>,
    wrote: Option<Uptime>,
}

impl Tag {
    fn differs(&self) -> bool {
        self.wanted.is_some_and(|(word, _)| self.known.as_deref() != Some(word))
    }

    fn ready_at(&self) -> Option<Uptime> {
        let (_, since) = self.wanted?;
        Some(self.left_alone.map_or(since.plus(STANDS), |until| until.max(since.plus(STANDS))))
    }
}

/// All tags.
#[derive(Debug)]
pub struct Tags {
    /// Time between two writes; none when nothing may be written.
    pace: Option<Duration>,
    tags: ById<Tag>,
    /// Whoever waits, the longest first.
    queue: VecDeque<PersonId>,
    round: u64,
    in_flight: Option<(PersonId, &'static str)>,
    /// Nothing is written before this.
    due: Uptime,
    failures: u32,
    source: Source,
    written: u64,
    refused: u64,
}

impl Tags {
    /// Nothing is known yet; at most `per_minute` are written in any minute.
    #[must_use]
    pub fn new(per_minute: u32, now: Moment) -> Self {
        let minute = Duration::from_mins(1).as_millis();
        let pace = (per_minute > 0).then(|| {
            let milliseconds = minute.div_ceil(u128::from(per_minute));
            Duration::from_millis(u64::try_from(milliseconds).unwrap_or(u64::MAX))
        });
        Self {
            pace,
            tags: ById::default(),
            queue: VecDeque::new(),
            round: 0,
            in_flight: None,
            due: now.uptime,
            failures: 0,
            source: Source::default(),
            written: 0,
            refused: 0,
        }
    }

    /// Takes what stands in the contacts, which was `read` from that moment on.
    ///
    /// What was written after that is known better already.
    pub fn restore(&mut self, known: impl Iterator<Item = (PersonId, String)>, read: Moment) {
        for (person, word) in known {
            let under_way = self.in_flight.is_some_and(|(other, _)| other == person);
            let tag = self.tags.entry(person).or_default();
            if !under_way && tag.wrote.is_none_or(|wrote| wrote < read.uptime) {
                tag.known = Some(word);
            }
        }
    }

    /// A contact was replaced or removed by something else: nothing is known of its tag.
    pub fn lost(&mut self, person: &PersonId) {
        if let Some(tag) = self.tags.get_mut(person) {
            tag.known = None;
        }
    }

    /// Takes what should stand there, of everybody who has a contact of ours.
    pub fn settle(&mut self, wanted: impl Iterator<Item = (PersonId, &'static str)>, now: Moment) {
        self.round += 1;
        for (person, word) in wanted {
            let tag = self.tags.entry(person).or_default();
            tag.round = self.round;
            if tag.wanted.is_none_or(|(before, _)| before != word) {
                tag.wanted = Some((word, now.uptime));
            }
            let under_way = self.in_flight.is_some_and(|(other, _)| other == person);
            if tag.differs() && !tag.queued && !under_way {
                tag.queued = true;
                self.queue.push_back(person);
            }
        }
        for tag in self.tags.values_mut().filter(|tag| tag.round != self.round) {
            tag.wanted = None;
        }
        let tags = &mut self.tags;
        self.queue.retain(|person| {
            tags.get_mut(person).is_some_and(|tag| {
                tag.queued = tag.differs();
                tag.queued
            })
        });
    }

    /// Whose tag to write now, and what; it counts as being written from here on.
    pub fn take(&mut self, now: Moment) -> Option<(PersonId, String)> {
        let pace = self.pace.filter(|_| self.in_flight.is_none() && self.due <= now.uptime)?;
        let ready = |person: &PersonId| self.tags.get(person).and_then(Tag::ready_at);
        let place = self.queue.iter().position(|person| ready(person).is_some_and(|at| at <= now.uptime))?;
        let person = self.queue.remove(place)?;
        let tag = self.tags.get_mut(&person)?;
        tag.queued = false;
        let (word, _) = tag.wanted?;
        self.in_flight = Some((person, word));
        self.due = now.uptime.plus(pace);
        Some((person, word.to_owned()))
    }

    /// A write came to its end.
    pub fn written(&mut self, person: PersonId, result: Result<(), WriteFault>, now: Moment) {
        let Some((_, word)) = self.in_flight.take_if(|(other, _)| *other == person) else { return };
        let tag = self.tags.entry(person).or_default();
        tag.wrote = Some(now.uptime);
        match result {
            Ok(()) => {
                tag.known = Some(word.to_owned());
                tag.left_alone = None;
                self.written += 1;
                self.failures = 0;
                self.source.last_success = Some(now);
                self.source.stands(SourceState::Live, None, None, now);
                self.queue_again(person, false);
            }
            Err(WriteFault::Refused(problem)) => {
                tag.left_alone = Some(now.uptime.plus(LEAVE_ALONE));
                self.refused += 1;
                self.failures = 0;
                self.source.stands(SourceState::Live, None, Some(problem), now);
                self.queue_again(person, false);
            }
            Err(WriteFault::Unsent(failure)) => self.failed(person, &failure, false, now),
            Err(WriteFault::Lost(failure)) => self.failed(person, &failure, true, now),
        }
    }

    fn failed(&mut self, person: PersonId, failure: &Failure, perhaps: bool, now: Moment) {
        self.failures = self.failures.saturating_add(1);
        let doubled = backoff::doubled(self.failures, LONGEST_WAIT);
        let wait = hold_after(failure).unwrap_or(doubled);
        self.due = self.due.max(now.uptime.plus(wait));
        let retry = now.plus(self.due.since(now.uptime));
        self.source.stands(failure.into(), Some(retry), failure.problem().cloned(), now);
        if perhaps && let Some(tag) = self.tags.get_mut(&person) {
            // 8x8 may have written it all the same.
            tag.known = None;
        }
        // What may be wrong with one contact alone must not keep all others waiting.
        self.queue_again(person, !matches!(failure, Failure::Broken(_)));
    }

    /// Whoever still has something to be written waits again: at the old place, or as the last one.
    fn queue_again(&mut self, person: PersonId, first: bool) {
        let Some(tag) = self.tags.get_mut(&person).filter(|tag| tag.differs() && !tag.queued) else { return };
        tag.queued = true;
        if first {
            self.queue.push_front(person);
        } else {
            self.queue.push_back(person);
        }
    }

    /// When there is something to write, as far as is known.
    #[must_use]
    pub fn wake_at(&self) -> Option<Uptime> {
        if self.in_flight.is_some() || self.pace.is_none() {
            return None;
        }
        let ready = |person: &PersonId| self.tags.get(person).and_then(Tag::ready_at);
        let mut earliest: Option<Uptime> = None;
        for at in self.queue.iter().filter_map(ready) {
            if at <= self.due {
                return Some(self.due);
            }
            earliest = Some(earliest.map_or(at, |earliest| earliest.min(at)));
        }
        earliest
    }

    /// How writing is doing.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Tags that were written.
    #[must_use]
    pub fn written_count(&self) -> u64 {
        self.written
    }

    /// Tags that 8x8 refused.
    #[must_use]
    pub fn refused_count(&self) -> u64 {
        self.refused
    }

    /// How many differ from what should stand there, and are not under way.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.len()
    }
}

#[cfg(test)]
mod tests;
