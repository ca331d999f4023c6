//! The contact centre and its stream of events.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Control, ControlError};
use crate::chance::{Purpose, draw};
use crate::eight::center::{CODES, LAST_STATE, State};
use crate::guard::{read, write};
use crate::tenant::milliseconds;

/// An agent of the contact centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentTruth {
    /// The agent's id, as the agent status tells it.
    pub id: String,
    /// The user name of the person; nothing of 8x8 tells it.
    pub user: String,
    /// The name as shown.
    pub name: String,
    /// The extension in the contact centre.
    pub extension: String,
    /// The group, as `groupId` asks for it.
    pub group: u32,
    /// The code of the state, from 0 to 11.
    pub status: u8,
    /// The item of the list of codes that says why, such as 1722.
    pub reason: Option<u32>,
}

/// An open stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamTruth {
    /// Numbered from nought as they are opened.
    pub id: u64,
    /// Such as `event-v1/all`.
    pub topic: String,
    /// None for a reader.
    pub subscription: Option<String>,
    /// How many frames were sent.
    pub delivered: u64,
    /// How many of them were acknowledged.
    pub acknowledged: u64,
    /// How many of them were not.
    pub unacknowledged: usize,
}

/// What all streams together have done since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamCounts {
    /// How many streams were opened.
    pub opened: u64,
    /// How many frames were sent.
    pub delivered: u64,
    /// How many of them were sent before.
    pub redelivered: u64,
    /// How many were acknowledged.
    pub acknowledged: u64,
    /// How many the open streams have not acknowledged.
    pub unacknowledged: usize,
    /// What clients said that could not be understood or belongs to nothing.
    pub not_understood: u64,
    /// How many pings were answered.
    pub pongs: u64,
}

impl Control {
    /// Lets 8x8 enable the contact centre, or not: the agent status (403 while off), and the agents' extensions
    /// in the contacts.
    pub fn set_contact_center(&self, on: bool) {
        self.tenant.center.switch(on);
    }

    /// Lets agents change their status by themselves, with calls they take, or not.
    pub fn let_agents_work(&self, works: bool) {
        self.tenant.center.let_work(works);
    }

    /// The agents, in the order of the people.
    pub fn agents(&self) -> Vec<AgentTruth> {
        self.tenant.center.settle(&self.tenant);
        let agents = self.tenant.center.agents(&self.tenant);
        self.tenant.with_directory(|directory| {
            let all = agents.iter().enumerate().filter_map(|(index, agent)| {
                let state = self.tenant.center.state(index);
                Some(AgentTruth {
                    id: agent.id.clone(),
                    user: directory.account(agent.place)?.user_principal_name.clone(),
                    name: agent.name.clone(),
                    extension: agent.extension.clone(),
                    group: agent.group,
                    status: state.code,
                    reason: state.reason,
                })
            });
            all.collect()
        })
    }

    /// Sets what an agent does, named by id or as a user, and tells it on the stream. The reason is an item of
    /// list 801: 1722 Meet, 1726 Train, 1730 Lunch, 1734 Break.
    pub fn set_agent_status(&self, agent: &str, status: u8, reason: Option<u32>) -> Result<(), ControlError> {
        let index = self.agent(agent)?;
        if status > LAST_STATE || reason.is_some_and(|item| CODES.iter().all(|(known, _)| *known != item)) {
            return Err(ControlError::Impossible { value: format!("{status} {reason:?}") });
        }
        self.tenant.center.set(&self.tenant, index, State { code: status, reason });
        Ok(())
    }

    /// An agent takes a telephone call, with all events of it. Gives the conversation's id.
    pub fn begin_interaction(&self, agent: &str) -> Result<String, ControlError> {
        Ok(self.tenant.center.begin(&self.tenant, self.agent(agent)?))
    }

    /// The other side of a conversation is put on hold or taken back.
    pub fn hold_interaction(&self, id: &str, on: bool) -> Result<(), ControlError> {
        let known = self.tenant.center.hold(&self.tenant, id, on);
        known.then_some(()).ok_or_else(|| ControlError::UnknownCall { id: id.to_owned() })
    }

    /// A conversation ends, with all events up to the agent being available again.
    pub fn end_interaction(&self, id: &str) -> Result<(), ControlError> {
        let known = self.tenant.center.end(&self.tenant, id);
        known.then_some(()).ok_or_else(|| ControlError::UnknownCall { id: id.to_owned() })
    }

    /// Makes a new Action Request Token, which ends the one before.
    pub fn renew_action_token(&self) -> String {
        let number = self.tenant.clock.stamp().unsigned_abs();
        let half = |part| draw(self.tenant.organisation.seed, Purpose::Keys, number, part);
        let token = format!("sandbox_{:016x}{:016x}", half(0), half(1));
        write(&self.tenant.center.token).clone_from(&token);
        token
    }

    /// The Action Request Token that is good now.
    pub fn action_token(&self) -> String {
        read(&self.tenant.center.token).clone()
    }

    /// Tells an event, `{"<family>": {…}}`, to all who listen. Gives its message id.
    pub fn publish(&self, event: Value) -> String {
        self.tenant.streams.publish(&self.tenant, event)
    }

    /// The streams that are open, oldest first.
    pub fn streams(&self) -> Vec<StreamTruth> {
        let open = self.tenant.streams.open().into_iter();
        open.map(|(id, listener, tally)| StreamTruth {
            id,
            topic: listener.topic.name(),
            subscription: listener.subscription,
            delivered: tally.delivered,
            acknowledged: tally.acknowledged,
            unacknowledged: tally.pending,
        })
        .collect()
    }

    /// What all streams have done.
    pub fn stream_counts(&self) -> StreamCounts {
        let (sums, unacknowledged) = self.tenant.streams.sums();
        StreamCounts {
            opened: sums.opened,
            delivered: sums.delivered,
            redelivered: sums.redelivered,
            acknowledged: sums.acknowledged,
            unacknowledged,
            not_understood: sums.unknown,
            pongs: sums.pongs,
        }
    }

    /// Breaks all streams off, without a word.
    pub fn drop_streams(&self) {
        self.tenant.streams.drop_all();
    }

    /// Closes all streams with a code.
    pub fn close_streams(&self, code: u16) {
        self.tenant.streams.close_all(code);
    }

    /// Lets streams be silent, as those of a wrong region are; what was told meanwhile comes afterwards.
    pub fn silence_streams(&self, silent: bool) {
        self.tenant.streams.silence(silent);
    }

    /// Sends a frame that is no event, such as `{"type":"…"}`, to all who listen.
    pub fn send_control_frame(&self, frame: &Value) {
        self.tenant.streams.send_all(frame);
    }

    /// Sets how often the server pings, in real time.
    pub fn set_ping_interval(&self, every: Duration) {
        self.tenant.streams.set_ping(milliseconds(every));
    }

    fn agent(&self, name: &str) -> Result<usize, ControlError> {
        let agents = self.tenant.center.agents(&self.tenant);
        let by_id = agents.iter().position(|agent| agent.id == name);
        let found = by_id.or_else(|| {
            let place = self.place(name).ok()?;
            agents.iter().position(|agent| agent.place == place)
        });
        found.ok_or_else(|| ControlError::UnknownAgent { agent: name.to_owned() })
    }
}
