//! Who is on an 8x8 call: phone systems read one by one, joined to people by extension within the system.
//!
//! The rule is that of 8x8's own words: talking or on hold is on a call, ringing is not. A start counts after one
//! sighting, an end after one absence from a good answer; what can not be read any more ages, and after a minute says
//! nothing.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::reader::Reader;
use crate::center::{Activity, ActivityRead};
use crate::error::Failure;
use crate::moment::{Moment, Uptime};
use crate::person::PersonId;
use crate::snapshot::Source;

/// After so long without a good answer nobody of a phone system counts as on a call.
pub const CALL_LIFE: Duration = Duration::from_mins(1);

/// Phone systems come and go rarely.
const SYSTEMS_INTERVAL: Duration = Duration::from_mins(10);

/// Between two readings of agent activity, which refines what calls tell.
const ACTIVITY_INTERVAL: Duration = Duration::from_secs(30);

/// The longest time between two looks at a phone system that asks for less.
const LONGEST_INTERVAL: Duration = Duration::from_mins(1);

/// A phone system (PBX).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneSystem {
    /// Opaque id.
    pub id: Arc<str>,
    /// Name, as contacts have it.
    pub name: Arc<str>,
}

/// Every call of a phone system at a moment.
#[derive(Clone, Debug, Default)]
pub struct CallsRead {
    /// The calls.
    pub calls: Vec<Call>,
    /// Entries that could not be read.
    pub set_aside: u64,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Its id.
    pub id: String,
    /// When it began to ring, in milliseconds of the epoch; 0 when that was not said.
    pub started: i64,
    /// When somebody answered, the same.
    pub connected: Option<i64>,
    /// 8x8's word for what it does now, such as `TALKING`; an open list.
    pub label: Option<String>,
    /// Extensions or outside numbers of who takes part, as far as 8x8 says.
    pub parties: Vec<String>,
}

impl Call {
    /// Whether its parties are talking, or hold the line.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        match self.label.as_deref() {
            Some(label) => label.eq_ignore_ascii_case("TALKING") || label.eq_ignore_ascii_case("ONHOLD"),
            None => self.connected.is_some(),
        }
    }
}

/// Who has which extension, within each phone system.
#[derive(Debug, Default)]
pub struct Lines {
    by_system: HashMap<(String, String), PersonId>,
    anywhere: HashMap<String, Option<PersonId>>,
}

impl Lines {
    /// Takes note of an extension. Without a phone system it counts only where there is one system.
    pub fn add(&mut self, system: Option<&str>, extension: &str, person: PersonId) {
        if let Some(system) = system {
            self.by_system.insert((system.to_lowercase(), extension.to_owned()), person);
        }
        let other = self.anywhere.entry(extension.to_owned()).or_insert(Some(person));
        if *other != Some(person) {
            // The same short extension in two systems belongs to nobody without a system.
            *other = None;
        }
    }

    /// Who has an extension of a phone system.
    #[must_use]
    pub fn find(&self, system: &PhoneSystem, only: bool, extension: &str) -> Option<PersonId> {
        let key = |name: &str| (name.to_lowercase(), extension.to_owned());
        let known = self.by_system.get(&key(&system.name)).or_else(|| self.by_system.get(&key(&system.id)));
        known.copied().or_else(|| self.anywhere.get(extension).copied().flatten().filter(|_| only))
    }
}

impl Lines {
    /// Who has an extension, if only one person has it in all phone systems.
    #[must_use]
    pub fn anywhere(&self, extension: &str) -> Option<PersonId> {
        self.anywhere.get(extension).copied().flatten()
    }
}

/// What is to be read next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// The list of phone systems.
    Systems,
    /// The calls of one.
    Calls(Arc<str>),
    /// What people in its queues do.
    Activity(Arc<str>),
}

/// All phone systems and who is on a call.
#[derive(Debug)]
pub struct Calls {
    interval: Duration,
    discovery: Reader,
    /// Whether agent activity is read too.
    activity: bool,
    systems: Vec<System>,
}

#[derive(Debug)]
struct System {
    system: PhoneSystem,
    reader: Reader,
    interval: Duration,
    connected: Vec<String>,
    /// Agent activity; not read unless somebody wants it.
    activity: Reader,
    agents: Vec<Activity>,
}

impl System {
    /// What nobody vouches for any more says nothing.
    fn forget(&mut self, now: Moment) {
        let over =
            |reader: &Reader| reader.source().last_success.is_none_or(|last| now.since(last) >= CALL_LIFE);
        if over(&self.reader) {
            self.connected.clear();
        }
        if over(&self.activity) {
            self.agents.clear();
        }
    }
}

impl Calls {
    /// Knows nothing yet, and asks for the phone systems at once.
    #[must_use]
    pub fn new(interval: Duration, now: Moment) -> Self {
        Self { interval, discovery: Reader::new(now), activity: false, systems: Vec::new() }
    }

    /// Looks this often at each phone system from now on.
    pub fn set_interval(&mut self, interval: Duration) {
        self.interval = interval;
        for one in &mut self.systems {
            one.interval = interval;
        }
    }

    /// Says whether agent activity is read.
    pub fn read_activity(&mut self, wanted: bool, now: Moment) {
        if wanted && !self.activity {
            self.systems.iter_mut().for_each(|one| one.activity.hurry(now));
        }
        self.activity = wanted;
        if !wanted {
            self.systems.iter_mut().for_each(|one| one.agents.clear());
        }
    }

    /// What is due; it counts as being read from here on.
    pub fn take(&mut self, now: Moment) -> Vec<Due> {
        let mut due = Vec::new();
        if self.discovery.take(now) {
            due.push(Due::Systems);
        }
        for one in &mut self.systems {
            if one.reader.take(now) {
                due.push(Due::Calls(Arc::clone(&one.system.id)));
            }
            if self.activity && one.activity.take(now) {
                due.push(Due::Activity(Arc::clone(&one.system.id)));
            }
        }
        due
    }

    /// When something is due, or knowledge runs out.
    #[must_use]
    pub fn wake_at(&self) -> Option<Uptime> {
        let reads = self.systems.iter().filter_map(|one| one.reader.wake_at());
        let activity = self.systems.iter().filter(|_| self.activity).filter_map(|one| one.activity.wake_at());
        let end = |reader: &Reader| reader.source().last_success.map(|last| last.uptime.plus(CALL_LIFE));
        // What has run out is forgotten then, and so wakes nobody twice.
        let ends = self.systems.iter().flat_map(|one| {
            let calls = end(&one.reader).filter(|_| !one.connected.is_empty());
            let agents = end(&one.activity).filter(|_| !one.agents.is_empty());
            calls.into_iter().chain(agents)
        });
        reads.chain(activity).chain(ends).chain(self.discovery.wake_at()).min()
    }

    /// The phone systems are known.
    pub fn systems_read(&mut self, systems: Vec<PhoneSystem>, now: Moment) {
        self.discovery.succeeded(SYSTEMS_INTERVAL, now);
        self.systems.retain(|one| systems.contains(&one.system));
        for system in systems {
            if !self.systems.iter().any(|one| one.system == system) {
                self.systems.push(System {
                    system,
                    reader: Reader::new(now),
                    interval: self.interval,
                    connected: Vec::new(),
                    activity: Reader::new(now),
                    agents: Vec::new(),
                });
            }
        }
    }

    /// They could not be read.
    pub fn systems_failed(&mut self, failure: &Failure, now: Moment) {
        self.discovery.failed(failure, now);
    }

    /// The calls of a phone system are known.
    pub fn calls_read(&mut self, system: &str, read: &CallsRead, now: Moment) {
        let interval = self.interval;
        let Some(one) = self.systems.iter_mut().find(|one| &*one.system.id == system) else { return };
        // Back to the usual pace step by step, after a vendor that wanted less.
        one.interval = (one.interval / 2).max(interval);
        one.reader.succeeded(one.interval, now);
        let connected = read.calls.iter().filter(|call| call.is_connected());
        one.connected = connected.flat_map(|call| call.parties.iter().cloned()).collect();
        one.connected.sort_unstable();
        one.connected.dedup();
    }

    /// They could not be read: what is known ages.
    pub fn calls_failed(&mut self, system: &str, failure: &Failure, now: Moment) {
        let Some(one) = self.systems.iter_mut().find(|one| &*one.system.id == system) else { return };
        if matches!(failure, Failure::Throttled { .. }) {
            one.interval = (one.interval * 2).min(LONGEST_INTERVAL);
        }
        one.reader.failed(failure, now);
    }

    /// What people in queues do is known.
    pub fn activity_read(&mut self, system: &str, read: ActivityRead, now: Moment) {
        let Some(one) = self.systems.iter_mut().find(|one| &*one.system.id == system) else { return };
        one.activity.succeeded(ACTIVITY_INTERVAL, now);
        one.agents = if self.activity { read.agents } else { Vec::new() };
    }

    /// It could not be read: what is known ages.
    pub fn activity_failed(&mut self, system: &str, failure: &Failure, now: Moment) {
        if let Some(one) = self.systems.iter_mut().find(|one| &*one.system.id == system) {
            one.activity.failed(failure, now);
        }
    }

    /// Who is on a call now. Knowledge that has run out is forgotten.
    pub fn talking(&mut self, lines: &Lines, now: Moment) -> Vec<PersonId> {
        let only = self.systems.len() == 1;
        let mut talking = Vec::new();
        for one in &mut self.systems {
            one.forget(now);
            let by_activity = one.agents.iter().filter(|agent| agent.talking).map(|agent| &agent.extension);
            for extension in one.connected.iter().chain(by_activity) {
                talking.extend(lines.find(&one.system, only, extension));
            }
        }
        talking
    }

    /// What 8x8 says of people in queues, and which queues they are logged in to.
    pub fn activity(&self, lines: &Lines) -> Vec<(PersonId, &Activity)> {
        let only = self.systems.len() == 1;
        let of = |one: &'_ System| -> Vec<(PersonId, usize)> {
            let agents = one.agents.iter().enumerate();
            agents
                .filter_map(|(at, agent)| Some((lines.find(&one.system, only, &agent.extension)?, at)))
                .collect()
        };
        self.systems
            .iter()
            .flat_map(|one| of(one).into_iter().map(|(person, at)| (person, &one.agents[at])))
            .collect()
    }

    /// Whether every phone system has answered at least once.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.discovery.source().last_success.is_some()
            && self.systems.iter().all(|one| one.reader.source().last_success.is_some())
    }

    /// How the sources are doing: the list of phone systems, and each of them by name.
    #[must_use]
    pub fn sources(&self) -> Vec<(Arc<str>, Source)> {
        self.systems.iter().map(|one| (Arc::clone(&one.system.name), one.reader.source().clone())).collect()
    }

    /// How reading agent activity is doing, by phone system; empty unless it is read.
    #[must_use]
    pub fn activity_sources(&self) -> Vec<(Arc<str>, Source)> {
        let systems = self.systems.iter().filter(|_| self.activity);
        systems.map(|one| (Arc::clone(&one.system.name), one.activity.source().clone())).collect()
    }

    /// How the list of phone systems is doing.
    #[must_use]
    pub fn discovery(&self) -> &Source {
        self.discovery.source()
    }
}

#[cfg(test)]
mod tests;
