//! What Microsoft's directory and presence answered.

use std::sync::Arc;

use super::backoff::FORBIDDEN_WAIT;
use super::effect::{Change, Effect};
use super::event::{DirectoryRead, PresenceRead};
use super::{Engine, STORE_INTERVAL};
use crate::error::Failure;
use crate::moment::Moment;
use crate::session::Step;

impl Engine {
    pub(super) fn directory_read(&mut self, read: DirectoryRead, now: Moment, effects: &mut Vec<Effect>) {
        let listed = read.cursor.is_none();
        let cursor = read.cursor.clone();
        self.set_aside.entries += read.set_aside;
        let moved = self.cursor != cursor;
        self.cursor.clone_from(&cursor);
        let (people, removed) = self.roster.apply(read);
        if moved || !people.is_empty() || !removed.is_empty() {
            effects.push(Effect::Store(Change::Directory { people, removed, cursor }));
        }
        // One page of a listing is as cheap as a look at the changes.
        let small = self.roster.people().len() < 900;
        let interval = match (listed, small) {
            (false, _) | (true, true) => self.rules.directory_interval,
            (true, false) => self.rules.listing_interval,
        };
        self.directory.succeeded(interval, now);
        self.fit(now);
    }

    pub(super) fn directory_failed(&mut self, failure: &Failure, now: Moment, effects: &mut Vec<Effect>) {
        match failure {
            Failure::Reset => self.cursor = None,
            Failure::Throttled { wait, .. } => {
                self.schedule.throttled(None, *wait, now.uptime);
                self.failure = Some(failure.clone());
            }
            _ => {}
        }
        self.directory.failed(failure, now);
        self.sign_in_or_vault(failure, now, effects);
    }

    pub(super) fn presence_read(&mut self, read: &PresenceRead, now: Moment, effects: &mut Vec<Effect>) {
        // An answer that was given before the machine slept says nothing about now.
        if self.before_sleep.remove(&read.page) {
            self.schedule.interrupted(read.page, now.uptime);
            return;
        }
        self.schedule.answered(read.page, now.uptime);
        if let Some(asked) = self.asked.remove(&read.page) {
            self.source.latencies.note(now.since(asked));
        }
        // An answer that was under way when the vendor asked for a pause does not end the pause.
        let pausing = matches!(self.failure, Some(Failure::Throttled { .. }));
        if !pausing || self.schedule.hold(now.uptime).is_none() {
            self.failure = None;
        }
        self.vault = None;
        self.source.last_success = Some(now);
        self.set_aside.entries += read.set_aside;
        let observed = self.roster.observe(read, self.schedule.interval(), now);
        self.hear_our_own_words(true, now);
        self.set_aside.unknown_values += observed.unknown_values;
        self.set_aside.late += observed.late;
        self.unstored.extend(observed.changed);
        if now.uptime.since(self.stored) >= STORE_INTERVAL {
            effects.extend(self.flush(now));
        }
    }

    /// What the store does not have yet: to be written before the end, and now and then by the engine itself.
    pub fn flush(&mut self, now: Moment) -> Option<Effect> {
        self.stored = now.uptime;
        let confirmed = self.source.last_success?.wall;
        let people = std::mem::take(&mut self.unstored);
        let days = self.roster.take_days();
        Some(Effect::Store(Change::Observations { people, confirmed, days }))
    }

    pub(super) fn presence_failed(
        &mut self,
        page: usize,
        failure: Failure,
        now: Moment,
        effects: &mut Vec<Effect>,
    ) {
        self.before_sleep.remove(&page);
        self.asked.remove(&page);
        match &failure {
            Failure::Throttled { wait, .. } => self.schedule.throttled(Some(page), *wait, now.uptime),
            Failure::Forbidden(_) => self.schedule.refused(page, FORBIDDEN_WAIT, now.uptime),
            Failure::Broken(_) | Failure::Reset => self.schedule.failed(page, now.uptime),
            Failure::Offline(_) | Failure::SignInNeeded(_) | Failure::Vault(_) => {
                self.schedule.unreachable(page, now.uptime);
            }
        }
        self.sign_in_or_vault(&failure, now, effects);
        self.failure = Some(failure);
    }

    pub(super) fn sign_in_or_vault(&mut self, failure: &Failure, now: Moment, effects: &mut Vec<Effect>) {
        match failure {
            Failure::SignInNeeded(problem) => self.step(Step::Ended(Arc::clone(problem)), now, effects),
            Failure::Vault(problem) => self.vault = Some(Arc::clone(problem)),
            _ => {}
        }
    }
}
