//! What the agents of the contact centre do: heard as events, and read as a whole now and then.
//!
//! Events tell who is on a call at once; the status of all agents is read beside them, slowly while events come and faster while
//! they do not, so that nothing depends on one source alone. What can not be heard or read any more ages, and after a minute
//! says nothing.

mod agent;
mod stream;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use agent::{Known, may_talk, presence};
use stream::{Stream, silence};

use super::reader::Reader;
use crate::center::{Agent, AgentStatus, AgentsRead, CallStep, CenterEvent, StatusReason, StreamMessage};
use crate::error::Failure;
use crate::mapping::Presence;
use crate::moment::{Moment, Uptime};
use crate::snapshot::{Source, SourceState};

/// After so long without a word an agent's call is not believed any more.
pub const WORD_LIFE: Duration = Duration::from_mins(1);

/// The same for the stream: what it vouches for, its last sign of life vouched for some seconds before.
const STREAM_LIFE: Duration = Duration::from_secs(40);

/// Between two readings of all agents while events come.
const CALM_INTERVAL: Duration = Duration::from_secs(45);

/// The same while none can be heard.
const ALONE_INTERVAL: Duration = Duration::from_secs(15);

/// A stream that was left for longer is not replayed: the agents are read anew, and it goes on from now.
const REPLAY_LIMIT: Duration = Duration::from_mins(3);

/// Silence that makes one think of the wrong region.
const LONG_SILENCE: Duration = Duration::from_mins(20);

/// The position in the stream is kept so often.
const STORE_INTERVAL: Duration = Duration::from_secs(2);

/// Calls that are followed at once; more than any contact centre has.
const MOST_CALLS: usize = 50_000;

/// What is to be done next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Due {
    /// Read the status of all agents.
    Agents,
    /// Listen to the stream, from after a message on, or from now on.
    Stream(Option<Arc<str>>),
}

/// How the event stream did, for the health page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// Events that were applied.
    pub applied: u64,
    /// Messages that were sent again.
    pub repeated: u64,
}

/// A telephone interaction.
#[derive(Clone, Debug, Default)]
struct Interaction {
    agents: BTreeSet<Arc<str>>,
    at: i64,
    /// When an event told of it last.
    heard: Option<Moment>,
}

/// An agent as the match report and the effects need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentView {
    /// Agent id.
    pub id: Arc<str>,
    /// Name.
    pub name: String,
    /// What the agent does.
    pub status: AgentStatus,
    /// Why.
    pub reason: Option<StatusReason>,
    /// When 8x8 was asked, or the event came.
    pub observed: Moment,
}

/// An agent who is on a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnCall {
    /// Agent id.
    pub agent: Arc<str>,
    /// Whether 8x8's own rule lets it show in Teams: available before the call, and not changed by hand since.
    pub by_the_rule: bool,
}

/// The contact centre.
#[derive(Debug)]
pub struct Center {
    reading: Option<Reader>,
    stream: Option<Stream>,
    agents: BTreeMap<Arc<str>, Known>,
    calls: HashMap<Arc<str>, Interaction>,
    heard: Heard,
    /// When the reading under way, or the newest one, was asked for.
    asked: Option<Moment>,
    /// When somebody's call is not believed any more, if nobody vouches for it.
    end: Option<Uptime>,
}

impl Center {
    /// Knows nothing yet.
    #[must_use]
    pub fn new(agents: bool, events: bool, seed: u64, now: Moment) -> Self {
        Self {
            reading: agents.then(|| Reader::new(now).spread(seed)),
            stream: events.then(|| Stream::new(seed, now)),
            agents: BTreeMap::new(),
            calls: HashMap::new(),
            heard: Heard::default(),
            asked: None,
            end: None,
        }
    }

    /// Goes on listening where an earlier run stopped.
    pub fn resume(&mut self, position: (Arc<str>, Timestamp)) {
        if let Some(stream) = &mut self.stream {
            stream.position = Some(position);
        }
    }

    /// What is due; it counts as under way from here on.
    pub fn take(&mut self, now: Moment) -> Vec<Due> {
        let mut due = Vec::new();
        if self.reading.as_mut().is_some_and(|reader| reader.take(now)) {
            self.asked = Some(now);
            due.push(Due::Agents);
        }
        if let Some(stream) = &mut self.stream
            && stream.reader.take(now)
        {
            let fresh = |at: &Timestamp| {
                let gap = now.wall.as_second().saturating_sub(at.as_second());
                u64::try_from(gap).is_ok_and(|gap| gap <= REPLAY_LIMIT.as_secs())
            };
            let from = stream.position.as_ref().filter(|(_, at)| fresh(at)).map(|(id, _)| Arc::clone(id));
            if from.is_none() {
                // What happened in between is not told again: only the agents themselves know.
                self.calls.clear();
                if let Some(reader) = &mut self.reading {
                    reader.hurry(now);
                }
            }
            due.push(Due::Stream(from));
        }
        due
    }

    /// When something is due, or knowledge runs out.
    #[must_use]
    pub fn wake_at(&self) -> Option<Uptime> {
        let stream = self.stream.as_ref();
        let reads = [self.reading.as_ref(), stream.map(|stream| &stream.reader)].into_iter().flatten();
        self.end.into_iter().chain(reads.filter_map(Reader::wake_at)).min()
    }

    /// The status of all agents.
    pub fn agents_read(&mut self, read: &AgentsRead, now: Moment) {
        let calm = self.stream.as_ref().is_some_and(|stream| stream.open);
        if let Some(reader) = &mut self.reading {
            reader.succeeded(if calm { CALM_INTERVAL } else { ALONE_INTERVAL }, now);
        }
        let present: HashSet<&Arc<str>> = read.agents.iter().map(|agent| &agent.id).collect();
        self.agents.retain(|id, _| present.contains(id));
        for agent in &read.agents {
            self.learn(agent, now);
        }
    }

    fn learn(&mut self, agent: &Agent, now: Moment) {
        // What was heard while the answer was on its way is newer than the answer.
        let before = |heard: Option<Moment>| match (heard, self.asked) {
            (Some(heard), Some(asked)) => heard.uptime <= asked.uptime,
            _ => true,
        };
        let known = self.agents.entry(Arc::clone(&agent.id)).or_insert_with(|| Known::new(agent, now));
        known.name.clone_from(&agent.name);
        if !before(known.heard) {
            return;
        }
        known.told(agent.status, now);
        known.observed = self.asked.unwrap_or(now);
        known.reason.clone_from(&agent.reason);
        // Whoever waits, is on break or gone is on no call, whatever the last event said.
        if !may_talk(agent.status) {
            for call in self.calls.values_mut().filter(|call| before(call.heard)) {
                call.agents.remove(&agent.id);
            }
            self.calls.retain(|_, call| !call.agents.is_empty());
        }
    }

    /// They could not be read.
    pub fn agents_failed(&mut self, failure: &Failure, now: Moment) {
        if let Some(reader) = &mut self.reading {
            reader.failed(failure, now);
        }
    }

    /// The agents are to be read soon: something was changed there.
    pub fn hurry(&mut self, now: Moment) {
        if let Some(reader) = &mut self.reading {
            reader.hurry(now);
        }
    }

    /// The stream is open.
    pub fn opened(&mut self, now: Moment) {
        let Some(stream) = &mut self.stream else { return };
        stream.open = true;
        stream.alive = Some(now);
        stream.told = Some(now);
        stream.reader.opened(now);
        stream.source.last_success = Some(now);
        stream.source.stands(SourceState::Live, None, None, now);
    }

    /// The stream is open and has nothing to tell.
    pub fn quiet(&mut self, now: Moment) {
        let Some(stream) = &mut self.stream else { return };
        stream.alive = Some(now);
        stream.source.last_success = Some(now);
        let working = self.agents.values().any(|known| known.status != AgentStatus::LOGGED_OUT);
        let silent = stream.told.is_some_and(|told| now.since(told) >= LONG_SILENCE);
        if silent && working {
            stream.source.stands(SourceState::Stale, None, Some(Arc::new(silence())), now);
        }
    }

    /// Messages came, in their order. Gives where the stream can be resumed, when that is to be kept.
    pub fn told(&mut self, messages: &[StreamMessage], now: Moment) -> Option<(Arc<str>, Timestamp)> {
        let Some(stream) = &mut self.stream else { return None };
        stream.alive = Some(now);
        stream.told = Some(now);
        stream.source.last_success = Some(now);
        stream.source.stands(SourceState::Live, None, None, now);
        let mut fresh = Vec::with_capacity(messages.len());
        for message in messages {
            if !stream.remember(&message.id) {
                self.heard.repeated += 1;
                continue;
            }
            stream.position = Some((Arc::clone(&message.id), now.wall));
            fresh.extend(&message.event);
        }
        let due = stream.stored.is_none_or(|at| now.uptime.since(at) >= STORE_INTERVAL);
        let keep = if due {
            stream.stored = Some(now.uptime);
            stream.position.clone()
        } else {
            None
        };
        for event in fresh {
            self.heard.applied += 1;
            self.apply(event, now);
        }
        keep
    }

    /// Where the stream was left, to be kept before the end.
    #[must_use]
    pub fn position(&self) -> Option<(Arc<str>, Timestamp)> {
        self.stream.as_ref()?.position.clone()
    }

    fn apply(&mut self, event: &CenterEvent, now: Moment) {
        match event {
            CenterEvent::Status { agent, status, at } => {
                let unknown = || {
                    Known::new(
                        &Agent {
                            id: Arc::clone(agent),
                            name: agent.to_string(),
                            status: *status,
                            reason: None,
                        },
                        now,
                    )
                };
                let known = self.agents.entry(Arc::clone(agent)).or_insert_with(unknown);
                if *at >= known.at || *at == 0 {
                    known.at = *at;
                    known.heard = Some(now);
                    known.told(*status, now);
                    known.reason = None;
                }
            }
            CenterEvent::Call { id, step, at } => self.step(id, step, *at, now),
        }
    }

    fn step(&mut self, id: &Arc<str>, step: &CallStep, at: i64, now: Moment) {
        if self.calls.len() >= MOST_CALLS && !self.calls.contains_key(id) {
            return;
        }
        let call = self.calls.entry(Arc::clone(id)).or_default();
        // An older word than the one we have, as after a redelivery.
        if at != 0 && at < call.at {
            return;
        }
        call.at = at.max(call.at);
        call.heard = Some(now);
        match step {
            CallStep::Connected(agents) => call.agents.extend(agents.iter().cloned()),
            CallStep::Participants(agents) => call.agents = agents.iter().cloned().collect(),
            CallStep::Left(agent) => {
                call.agents.remove(agent);
            }
            CallStep::Over => call.agents.clear(),
        }
        // What is over is remembered for a moment, so that an older word does not bring it back.
        if self.calls.len() > 1_024 {
            self.calls.retain(|_, call| {
                !call.agents.is_empty() || call.heard.is_some_and(|heard| now.since(heard) < WORD_LIFE)
            });
        }
    }

    /// The stream ended, or could not be opened.
    pub fn ended(&mut self, failure: &Failure, now: Moment) {
        let Some(stream) = &mut self.stream else { return };
        stream.open = false;
        if matches!(failure, Failure::Reset) {
            // The position is not known there any more.
            stream.position = None;
        }
        stream.reader.failed(failure, now);
        let reader = stream.reader.source().clone();
        stream.source.stands(reader.state, reader.retry_at, reader.problem, now);
        // Nobody tells any more, so somebody has to ask.
        if let Some(reader) = &mut self.reading {
            reader.hurry(now);
        }
    }

    /// Who is on a call now. Calls that nobody vouches for any more are forgotten, and what belonged to them.
    pub fn on_call(&mut self, now: Moment) -> Vec<OnCall> {
        let alive = self.stream.as_ref().and_then(|stream| stream.alive);
        if alive.is_none_or(|alive| now.since(alive) >= STREAM_LIFE) {
            self.calls.clear();
        }
        let mut talking: BTreeSet<Arc<str>> =
            self.calls.values().flat_map(|call| call.agents.iter().cloned()).collect();
        let listening = alive.map(|alive| alive.uptime.plus(STREAM_LIFE)).filter(|end| *end > now.uptime);
        self.end = listening.filter(|_| !talking.is_empty());
        for (id, known) in self.agents.iter().filter(|(_, known)| known.status == AgentStatus::DIRECT_CALL) {
            let read = known.seen.uptime.plus(WORD_LIFE);
            let end = listening.map_or(read, |listening| listening.max(read));
            if end > now.uptime {
                talking.insert(Arc::clone(id));
                self.end = Some(self.end.map_or(end, |other| other.min(end)));
            }
        }
        for (id, known) in &mut self.agents {
            if !talking.contains(id) {
                known.by_hand = false;
            }
        }
        talking
            .into_iter()
            .map(|agent| {
                let known = self.agents.get_mut(&agent);
                let by_the_rule = known.is_some_and(|known| {
                    // Break, offline or gone in the middle of a call is a person's own word.
                    known.by_hand |= !may_talk(known.status) && known.status != AgentStatus::AVAILABLE;
                    known.rest == Some(AgentStatus::AVAILABLE) && !known.by_hand
                });
                OnCall { agent, by_the_rule }
            })
            .collect()
    }

    /// What 8x8 says of an agent, beside calls; nothing when that is too old.
    #[must_use]
    pub fn presence(&self, agent: &str, now: Moment) -> Option<Presence> {
        let known = self.agents.get(agent)?;
        let vouched = self.stream.as_ref().is_some_and(|stream| stream.open);
        (vouched || now.since(known.seen) < WORD_LIFE).then(|| presence(known.status))
    }

    /// Every agent that is known, in the order of ids.
    pub fn agents(&self) -> impl Iterator<Item = AgentView> {
        self.agents.iter().map(|(id, known)| AgentView {
            id: Arc::clone(id),
            name: known.name.clone(),
            status: known.status,
            reason: known.reason.clone(),
            observed: known.observed,
        })
    }

    /// Whether there is such an agent, as far as the agents have been read.
    #[must_use]
    pub fn may_have(&self, agent: &str) -> bool {
        let read = self.reading.as_ref().is_some_and(|reader| reader.source().last_success.is_some());
        !read || self.agents.contains_key(agent)
    }

    /// Whether it is known who is on a call: the stream is open, or the agents were read.
    #[must_use]
    pub fn is_known(&self) -> bool {
        let read = self.reading.as_ref().is_some_and(|reader| reader.source().last_success.is_some());
        read || self.stream.as_ref().is_some_and(|stream| stream.open)
    }

    /// How reading the agents is doing; none without a token.
    #[must_use]
    pub fn reading(&self) -> Option<&Source> {
        self.reading.as_ref().map(Reader::source)
    }

    /// How the stream is doing; none without a key.
    #[must_use]
    pub fn stream(&self) -> Option<&Source> {
        self.stream.as_ref().map(|stream| &stream.source)
    }

    /// What was heard.
    #[must_use]
    pub fn heard(&self) -> Heard {
        self.heard
    }
}

#[cfg(test)]
mod tests;
