//! What is written to Teams: "In a call" for whoever is on an 8x8 call, and its end.
//!
//! Each write stands in the store's ledger before it is sent and is taken out after it is cleared. What Graph reports of
//! such a person in between is our own word coming back, until Graph confirms the end. Sessions are short and renewed,
//! so that a crash heals by itself (learn.microsoft.com, "presence: setPresence").

use std::time::Duration;

use super::backoff::hold_after;
use crate::error::Failure;
use crate::moment::{Moment, Uptime};
use crate::person::{ById, PersonId};
use crate::snapshot::{Source, SourceState};

/// How long Teams keeps a session that nobody renews: the shortest that Graph takes.
pub const SESSION: Duration = Duration::from_mins(5);

/// A session is renewed this long after it was set.
const RENEWAL: Duration = Duration::from_mins(4);

/// Writes that share one request (learn.microsoft.com, "Combine multiple HTTP requests using JSON batching").
pub const BATCH: usize = 20;

/// Requests with writes that are under way at once.
const MOST_BATCHES: usize = 4;

/// What an earlier run wrote is judged after every phone system answered, or after this long.
const JUDGEMENT: Duration = Duration::from_secs(20);

/// Whoever can not be written for is left alone this long.
const LEAVE_ALONE: Duration = Duration::from_hours(1);

/// What is written for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Busy, in a call.
    Set,
    /// The end of it.
    Clear,
}

/// One write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Write {
    /// For whom.
    pub person: PersonId,
    /// What.
    pub kind: Kind,
}

/// What came of a write.
#[derive(Clone, Debug)]
pub enum Written {
    /// It is so; a session that was gone already is as good.
    Done,
    /// Microsoft has no such person, or none with Teams.
    NoSuchPerson,
    /// It could not be done now.
    Failed(Failure),
}

/// A session of ours at Microsoft.
#[derive(Clone, Debug)]
struct Entry {
    wanted: bool,
    /// When it was last set, as far as we know; an earlier run's may be older than this run.
    set: Option<Uptime>,
    due: Uptime,
    in_flight: Option<Kind>,
    /// When the write under way, or the last one, was sent.
    sent: Option<Moment>,
    tries: u32,
    since: Moment,
}

/// All sessions of ours.
#[derive(Debug, Default)]
pub struct Writer {
    entries: ById<Entry>,
    /// Cleared, and not confirmed by Graph yet: until when what Graph says may still be ours.
    ghosts: ById<Uptime>,
    left_alone: ById<Uptime>,
    hold: Option<Uptime>,
    /// When what an earlier run left behind is judged; none once it was.
    judgement: Option<Uptime>,
    source: Source,
    /// When the last write whose time was taken was sent.
    noted: Option<Moment>,
    written: u64,
}

impl Writer {
    /// Takes over what an earlier run left in the ledger.
    pub fn restore(&mut self, people: impl IntoIterator<Item = PersonId>, now: Moment) {
        for person in people {
            let entry = Entry {
                wanted: true,
                set: None,
                due: now.uptime.plus(RENEWAL),
                in_flight: None,
                sent: None,
                tries: 0,
                since: now,
            };
            self.entries.insert(person, entry);
        }
        if !self.entries.is_empty() {
            self.judgement = Some(now.uptime.plus(JUDGEMENT));
        }
    }

    /// Somebody is on an 8x8 call. Whether the ledger has to learn of it.
    pub fn begin(&mut self, person: PersonId, now: Moment) -> bool {
        if self.left_alone.get(&person).is_some_and(|until| *until > now.uptime) {
            return false;
        }
        self.ghosts.remove(&person);
        match self.entries.get_mut(&person) {
            Some(entry) => {
                if !entry.wanted {
                    entry.wanted = true;
                    entry.due = now.uptime;
                    entry.tries = 0;
                }
                false
            }
            None => {
                let entry = Entry {
                    wanted: true,
                    set: None,
                    due: now.uptime,
                    in_flight: None,
                    sent: None,
                    tries: 0,
                    since: now,
                };
                self.entries.insert(person, entry);
                true
            }
        }
    }

    /// Somebody's call ended.
    pub fn end(&mut self, person: PersonId, now: Moment) {
        if let Some(entry) = self.entries.get_mut(&person)
            && entry.wanted
        {
            entry.wanted = false;
            entry.due = now.uptime;
            entry.tries = 0;
        }
    }

    /// Ends everything that is ours: the integration is switched off, or the program ends.
    pub fn end_all(&mut self, now: Moment) {
        let people: Vec<PersonId> = self.entries.keys().copied().collect();
        for person in people {
            self.end(person, now);
        }
        self.judgement = None;
    }

    /// Judges what an earlier run left behind, once it is known who is on a call.
    pub fn judge(&mut self, everybody_answered: bool, talking: impl Fn(&PersonId) -> bool, now: Moment) {
        let due = self.judgement.is_some_and(|at| everybody_answered || at <= now.uptime);
        if !due {
            return;
        }
        self.judgement = None;
        let people: Vec<PersonId> = self.entries.keys().copied().collect();
        for person in people {
            if !talking(&person) {
                self.end(person, now);
            } else if let Some(entry) = self.entries.get_mut(&person).filter(|entry| entry.set.is_none()) {
                // How old that session is nobody knows: it may have ended while nothing ran.
                entry.due = now.uptime;
            }
        }
    }

    /// Whether what Graph says of a person may be our own word.
    #[must_use]
    pub fn is_ours(&self, person: &PersonId, now: Moment) -> bool {
        self.entries.contains_key(person) || self.ghosts.get(person).is_some_and(|until| *until > now.uptime)
    }

    /// Whoever what Graph says may be our own word for.
    #[must_use]
    pub fn people(&self) -> Vec<PersonId> {
        self.entries.keys().chain(self.ghosts.keys()).copied().collect()
    }

    /// Forgets ends that were never confirmed and whose time is over.
    pub fn forget_ghosts(&mut self, now: Moment) {
        self.ghosts.retain(|_, until| *until > now.uptime);
        self.left_alone.retain(|_, until| *until > now.uptime);
    }

    /// Graph says something else than our word: the end is confirmed.
    pub fn confirmed(&mut self, person: &PersonId) {
        self.ghosts.remove(person);
    }

    /// What to write now, in batches; it counts as being written from here on.
    pub fn take(&mut self, now: Moment) -> Vec<Vec<Write>> {
        if self.hold.is_some_and(|until| until > now.uptime) {
            return Vec::new();
        }
        self.hold = None;
        let under_way = self.entries.values().filter(|entry| entry.in_flight.is_some()).count();
        let room = (BATCH * MOST_BATCHES).saturating_sub(under_way);
        let mut due: Vec<(Uptime, PersonId)> = self
            .entries
            .iter()
            .filter(|(_, entry)| entry.in_flight.is_none() && entry.due <= now.uptime)
            .map(|(person, entry)| (entry.due, *person))
            .collect();
        due.sort_unstable();
        due.truncate(room);
        let mut writes = Vec::with_capacity(due.len());
        for (_, person) in due {
            if let Some(entry) = self.entries.get_mut(&person) {
                let kind = if entry.wanted { Kind::Set } else { Kind::Clear };
                entry.in_flight = Some(kind);
                entry.sent = Some(now);
                writes.push(Write { person, kind });
            }
        }
        writes.chunks(BATCH).map(<[Write]>::to_vec).collect()
    }

    /// A write came to its end; whether the person is out of the ledger now.
    pub fn written(&mut self, write: Write, result: &Written, window: Duration, now: Moment) -> bool {
        let Some(entry) = self.entries.get_mut(&write.person) else { return false };
        entry.in_flight = None;
        match result {
            Written::Done => {
                // One answer for a whole batch is one answer.
                if let Some(sent) = entry.sent.filter(|sent| self.noted != Some(*sent)) {
                    self.noted = Some(sent);
                    self.source.latencies.note(now.since(sent));
                }
                self.written += 1;
                self.source.last_success = Some(now);
                self.source.stands(SourceState::Live, None, None, now);
            }
            Written::NoSuchPerson => {}
            Written::Failed(failure) => return self.failed(write, failure, now),
        }
        let Some(entry) = self.entries.get_mut(&write.person) else { return false };
        entry.tries = 0;
        match (write.kind, result) {
            (Kind::Set, Written::Done) => {
                entry.set = Some(now.uptime);
                // A call that ended while it was being set is cleared at once.
                entry.due = if entry.wanted { now.uptime.plus(RENEWAL) } else { now.uptime };
                false
            }
            (Kind::Set, _) => {
                self.entries.remove(&write.person);
                self.left_alone.insert(write.person, now.uptime.plus(LEAVE_ALONE));
                true
            }
            (Kind::Clear, _) if entry.wanted => {
                // Another call began meanwhile: it is set again, and stays in the ledger.
                entry.due = now.uptime;
                false
            }
            (Kind::Clear, _) => {
                self.entries.remove(&write.person);
                self.ghosts.insert(write.person, now.uptime.plus(window));
                true
            }
        }
    }

    fn failed(&mut self, write: Write, failure: &Failure, now: Moment) -> bool {
        let problem = failure.problem().cloned();
        let hold = hold_after(failure);
        self.hold = hold.map(|wait| now.uptime.plus(wait)).or(self.hold);
        let Some(entry) = self.entries.get_mut(&write.person) else { return false };
        entry.tries = entry.tries.saturating_add(1);
        let wait = Duration::from_secs(1 << entry.tries.min(5));
        entry.due = now.uptime.plus(wait);
        // A session that nobody renewed has ended by itself.
        let expired =
            entry.set.is_none_or(|set| now.uptime.since(set) >= SESSION) && now.since(entry.since) >= SESSION;
        let gone = !entry.wanted && expired;
        if gone {
            self.entries.remove(&write.person);
        }
        let retry =
            self.hold.filter(|until| *until > now.uptime).map(|until| now.plus(until.since(now.uptime)));
        self.source.stands(failure.into(), retry, problem, now);
        gone
    }

    /// When there is something to write, to judge or to forget.
    #[must_use]
    pub fn wake_at(&self) -> Option<Uptime> {
        let due =
            self.entries.values().filter(|entry| entry.in_flight.is_none()).map(|entry| entry.due).min();
        let due = due.map(|due| self.hold.map_or(due, |hold| hold.max(due)));
        due.into_iter().chain(self.judgement).min()
    }

    /// How writing is doing.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Who is in the ledger.
    #[must_use]
    pub fn ledgered(&self) -> Vec<PersonId> {
        self.entries.keys().copied().collect()
    }

    /// How many sessions are in the ledger.
    #[must_use]
    pub fn ledger(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests;
