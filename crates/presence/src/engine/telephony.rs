//! Everything that 8x8 tells, brought together: phone systems, contact centre and ring groups, joined to people.
//!
//! Sources merge as 8x8's own words do: on a call by any of them is on a call; beside that the most occupied word wins.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::calls::{self, Calls, Lines};
use super::center::{self, Center};
use super::effect::Change;
use super::event::Heard;
use super::quiet::{Lever, SETTLING};
use super::reader::Reader;
use super::talking::{Changes, Talking};
use crate::center::{RingGroup, RingGroupsRead};
use crate::error::Failure;
use crate::mapping::Presence;
use crate::moment::{Moment, Uptime};
use crate::person::{ById, PersonId};
use crate::setup::options::Options;
use crate::snapshot::{AgentLine, CallsPicture, CenterPicture, SetAside, Source, SourceOf};

/// Ring groups change rarely, except by our own hand, which is followed without reading.
const GROUPS_INTERVAL: Duration = Duration::from_mins(1);

/// What is to be read next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// Of the phone systems.
    Calls(calls::Due),
    /// Of the contact centre.
    Center(center::Due),
    /// The ring groups.
    Groups,
}

/// 8x8's side.
#[derive(Debug)]
pub struct Telephony {
    options: Arc<Options>,
    pub(super) calls: Option<Calls>,
    pub(super) center: Option<Center>,
    groups: Option<Reader>,
    members: Vec<RingGroup>,
    /// When the newest reading of them, or the one under way, was asked for.
    groups_asked: Option<Moment>,
    /// When the reading they are from was asked for.
    groups_seen: Option<Moment>,
    /// When a change of ours can be seen.
    look: Option<Uptime>,
    /// Who has the extensions of members.
    lines: Arc<Lines>,
    talking: Talking,
    /// What 8x8 says of people beside calls.
    words: ById<Presence>,
}

impl Telephony {
    /// Knows nothing yet.
    #[must_use]
    pub fn new(
        options: Arc<Options>,
        calls: Option<Calls>,
        center: Option<Center>,
        groups: Option<Reader>,
        now: Moment,
    ) -> Self {
        let mut telephony = Self {
            options: Arc::default(),
            calls,
            center,
            groups,
            members: Vec::new(),
            groups_asked: None,
            groups_seen: None,
            look: None,
            lines: Arc::default(),
            talking: Talking::default(),
            words: ById::default(),
        };
        telephony.set_options(options, now);
        telephony
    }

    /// Goes on with other options.
    pub fn set_options(&mut self, options: Arc<Options>, now: Moment) {
        if let Some(calls) = &mut self.calls {
            calls.read_activity(options.activity, now);
        }
        self.options = options;
    }

    /// Looks this often at each phone system from now on.
    pub fn set_interval(&mut self, interval: Duration) {
        if let Some(calls) = &mut self.calls {
            calls.set_interval(interval);
        }
    }

    /// Goes on listening where an earlier run stopped.
    pub fn resume(&mut self, position: Option<(Arc<str>, Timestamp)>) {
        if let (Some(center), Some(position)) = (&mut self.center, position) {
            center.resume(position);
        }
    }

    /// Whether anything of 8x8's is read beside contacts.
    #[must_use]
    pub fn is_read(&self) -> bool {
        self.calls.is_some() || self.center.is_some() || self.groups.is_some()
    }

    /// What is due; it counts as being read from here on.
    pub fn take(&mut self, now: Moment) -> Vec<Due> {
        if self.look.is_some_and(|at| at <= now.uptime) {
            self.look = None;
            self.hurry(now);
        }
        let calls = self.calls.iter_mut().flat_map(|calls| calls.take(now)).map(Due::Calls);
        let center = self.center.iter_mut().flat_map(|center| center.take(now)).map(Due::Center);
        let due = self.groups.as_mut().is_some_and(|reader| reader.take(now));
        if due {
            self.groups_asked = Some(now);
        }
        let groups = due.then_some(Due::Groups);
        calls.chain(center).chain(groups).collect()
    }

    /// When something is due, or knowledge runs out.
    #[must_use]
    pub fn wake_at(&self) -> Option<Uptime> {
        let calls = self.calls.as_ref().and_then(Calls::wake_at);
        let center = self.center.as_ref().and_then(Center::wake_at);
        let groups = self.groups.as_ref().and_then(Reader::wake_at);
        [calls, center, groups, self.look].into_iter().flatten().min()
    }

    /// Takes what 8x8 told; gives what the store is to keep of it.
    pub fn hear(&mut self, heard: Heard, set_aside: &mut SetAside, now: Moment) -> Option<Change> {
        match (heard, &mut self.calls, &mut self.center) {
            (Heard::Systems(Ok(systems)), Some(calls), _) => calls.systems_read(systems, now),
            (Heard::Systems(Err(failure)), Some(calls), _) => calls.systems_failed(&failure, now),
            (Heard::Calls(system, Ok(read)), Some(calls), _) => {
                set_aside.entries += read.set_aside;
                calls.calls_read(&system, &read, now);
            }
            (Heard::Calls(system, Err(failure)), Some(calls), _) => {
                calls.calls_failed(&system, &failure, now);
            }
            (Heard::Activity(system, Ok(read)), Some(calls), _) => {
                set_aside.entries += read.set_aside;
                calls.activity_read(&system, read, now);
            }
            (Heard::Activity(system, Err(failure)), Some(calls), _) => {
                calls.activity_failed(&system, &failure, now);
            }
            (Heard::Agents(Ok(read)), _, Some(center)) => {
                set_aside.entries += read.set_aside;
                center.agents_read(&read, now);
            }
            (Heard::Agents(Err(failure)), _, Some(center)) => center.agents_failed(&failure, now),
            (Heard::StreamOpened, _, Some(center)) => center.opened(now),
            (Heard::StreamAlive, _, Some(center)) => center.quiet(now),
            (Heard::Streamed(messages), _, Some(center)) => {
                let unread = messages.iter().filter(|message| message.set_aside).count();
                set_aside.entries += u64::try_from(unread).unwrap_or(u64::MAX);
                let (id, at) = center.told(&messages, now)?;
                return Some(Change::Stream { id, at });
            }
            (Heard::StreamEnded(failure), _, Some(center)) => center.ended(&failure, now),
            (Heard::Groups(Ok(read)), ..) => {
                set_aside.entries += read.set_aside;
                self.groups_read(read, now);
            }
            (Heard::Groups(Err(failure)), ..) => self.groups_failed(&failure, now),
            // An answer to a question of somebody who is not there any more.
            _ => {}
        }
        None
    }

    /// The ring groups are known.
    fn groups_read(&mut self, read: RingGroupsRead, now: Moment) {
        if let Some(reader) = &mut self.groups {
            reader.succeeded(GROUPS_INTERVAL, now);
            self.members = read.groups;
            self.groups_seen = self.groups_asked;
        }
    }

    /// They could not be read.
    fn groups_failed(&mut self, failure: &Failure, now: Moment) {
        if let Some(reader) = &mut self.groups {
            reader.failed(failure, now);
        }
    }

    /// The ring groups, and when they were asked for.
    #[must_use]
    pub fn groups(&self) -> (&[RingGroup], Option<Moment>) {
        (&self.members, self.groups_seen)
    }

    /// Whether 8x8 has something to keep calls away with, as far as it has been read.
    #[must_use]
    pub fn may_have(&self, lever: &Lever) -> bool {
        match lever {
            Lever::Agent(id) => self.center.as_ref().is_none_or(|center| center.may_have(id)),
            Lever::Member { group, extension_id } => {
                let members =
                    self.members.iter().filter(|known| known.id == *group).flat_map(|known| &known.members);
                self.groups_seen.is_none()
                    || members.into_iter().any(|known| known.extension_id == *extension_id)
            }
        }
    }

    /// Whose extension a member of a ring group has.
    #[must_use]
    pub fn member(&self, extension: &str) -> Option<PersonId> {
        self.lines.anywhere(extension)
    }

    /// Something was changed inside 8x8: what it says is to be read once it can be believed.
    pub fn look_again(&mut self, now: Moment) {
        self.look = Some(now.uptime.plus(SETTLING + Duration::from_secs(1)));
    }

    fn hurry(&mut self, now: Moment) {
        if let Some(center) = &mut self.center {
            center.hurry(now);
        }
        if let Some(groups) = &mut self.groups {
            groups.hurry(now);
        }
    }

    /// Works out who is on a call now; tells what changed.
    pub fn settle(&mut self, lines: &Arc<Lines>, now: Moment) -> Changes {
        self.lines = Arc::clone(lines);
        let phones = self.calls.iter_mut().flat_map(|calls| calls.talking(lines, now));
        let mut named: Vec<(PersonId, bool)> = phones.map(|person| (person, true)).collect();
        if let Some(center) = &mut self.center {
            let always = !self.options.only_available;
            let mapped = center
                .on_call(now)
                .into_iter()
                .filter_map(|one| Some((self.options.person(&one.agent)?, always || one.by_the_rule)));
            named.extend(mapped);
        }
        self.words = self.say(lines, now);
        self.talking.settle(named, now)
    }

    fn say(&self, lines: &Lines, now: Moment) -> ById<Presence> {
        let mut words: ById<Presence> = ById::default();
        let mut say = |person: PersonId, word: Presence| {
            let known = words.entry(person).or_insert(word);
            if rank(word) > rank(*known) {
                *known = word;
            }
        };
        for (person, activity) in self.calls.iter().flat_map(|calls| calls.activity(lines)) {
            if let Some(status) = &activity.status {
                say(person, user_status(status));
            }
        }
        if let Some(center) = &self.center {
            for agent in self.options.agents.keys() {
                if let (Some(person), Some(word)) = (self.options.person(agent), center.presence(agent, now))
                {
                    say(person, word);
                }
            }
        }
        words
    }

    /// What 8x8 says of people beside calls, as of the last [`Telephony::settle`].
    #[must_use]
    pub fn words(&self) -> &ById<Presence> {
        &self.words
    }

    /// Who is on a call.
    #[must_use]
    pub fn talking(&self) -> &Talking {
        &self.talking
    }

    /// Whether every source has answered at least once, so that who is not named is on no call.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.calls.as_ref().is_none_or(Calls::is_known) && self.center.as_ref().is_none_or(Center::is_known)
    }

    /// The queues and ring groups of people, by name where there is one.
    #[must_use]
    pub fn queues(&self, lines: &Lines) -> BTreeMap<PersonId, Vec<String>> {
        let mut queues: BTreeMap<PersonId, Vec<String>> = BTreeMap::new();
        for (person, activity) in self.calls.iter().flat_map(|calls| calls.activity(lines)) {
            let named = activity.queues.iter().map(|queue| format!("Queue {queue}"));
            queues.entry(person).or_default().extend(named);
        }
        for group in &self.members {
            for member in group.members.iter().filter(|member| member.logged_in) {
                if let Some(person) = lines.anywhere(&member.extension) {
                    queues.entry(person).or_default().push(group.name.clone());
                }
            }
        }
        for names in queues.values_mut() {
            names.sort_unstable();
            names.dedup();
        }
        queues.retain(|_, names| !names.is_empty());
        queues
    }

    /// How reading the phone systems and writing to Teams are doing; `None` when calls are not read.
    #[must_use]
    pub fn calls_picture(&self, writer: Source, ledger: usize) -> Option<CallsPicture> {
        let calls = self.calls.as_ref();
        if calls.is_none() && self.center.is_none() {
            return None;
        }
        Some(CallsPicture {
            discovery: calls.map(|calls| calls.discovery().clone()),
            systems: calls.map(Calls::sources).unwrap_or_default(),
            writer,
            ledger,
            talking: self.talking.count(),
        })
    }

    /// The contact centre, the queues and how their sources are doing; `None` when nothing of it is read.
    #[must_use]
    pub fn center_picture(
        &self,
        lines: &Lines,
        (inside, held): (Vec<(SourceOf, Source)>, usize),
    ) -> Option<CenterPicture> {
        let activity = self.calls.as_ref().map(Calls::activity_sources).unwrap_or_default();
        if self.center.is_none() && self.groups.is_none() && activity.is_empty() && inside.is_empty() {
            return None;
        }
        let mut sources: Vec<(SourceOf, Source)> =
            activity.into_iter().map(|(name, source)| (SourceOf::Activity(name), source)).collect();
        if let Some(center) = &self.center {
            sources.extend(center.reading().map(|source| (SourceOf::Agents, source.clone())));
            sources.extend(center.stream().map(|source| (SourceOf::Events, source.clone())));
        }
        sources.extend(self.groups.as_ref().map(|reader| (SourceOf::Groups, reader.source().clone())));
        sources.extend(inside);
        let agents = self.center.iter().flat_map(Center::agents).map(|agent| AgentLine {
            decided: self.options.agents.contains_key(&*agent.id),
            person: self.options.person(&agent.id),
            id: agent.id,
            name: agent.name,
            status: agent.status,
        });
        Some(CenterPicture {
            agents: agents.collect(),
            queues: self.queues(lines),
            sources,
            heard: self.center.as_ref().map(Center::heard).unwrap_or_default(),
            held,
        })
    }
}

/// The order in which words of several sources win (h.3 of 8x8's values).
fn rank(presence: Presence) -> u8 {
    match presence {
        Presence::Unknown => 0,
        Presence::Offline => 1,
        Presence::Available => 2,
        Presence::Away => 3,
        Presence::Busy => 4,
        Presence::DoNotDisturb => 5,
        Presence::OnCall => 6,
    }
}

/// `userStatus` of agent activity. Whoever hides must look offline, and what is not known says nothing better.
fn user_status(status: &str) -> Presence {
    match status.to_ascii_uppercase().as_str() {
        "AVAILABLE" => Presence::Available,
        "BUSY" => Presence::Busy,
        "ON_CALL" => Presence::OnCall,
        "DND" => Presence::DoNotDisturb,
        "AWAY" | "AUTO_AWAY" => Presence::Away,
        _ => Presence::Offline,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_occupied_word_wins_and_whoever_hides_looks_offline() {
        use Presence::{Available, Away, Busy, DoNotDisturb, Offline, OnCall};
        let order = [Offline, Available, Away, Busy, DoNotDisturb, OnCall];
        assert!(order.windows(2).all(|pair| rank(pair[0]) < rank(pair[1])));
        assert_eq!(user_status("INVISIBLE"), Offline);
        assert_eq!(user_status("auto_away"), Away);
        assert_eq!(user_status("SOMETHING NEW"), Offline);
    }
}
