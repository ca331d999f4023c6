//! The contact centre and the queues of 8x8, as both its clients and the engine speak of them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The status of an agent, by 8x8's number (developer.8x8.com, "Managing agent status").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AgentStatus(pub u8);

impl AgentStatus {
    /// Not logged in.
    pub const LOGGED_OUT: Self = Self(1);
    /// Logged in, and not ready for work.
    pub const LOGGED_IN: Self = Self(2);
    /// On break; a program may set it.
    pub const ON_BREAK: Self = Self(3);
    /// Waits for work; a program may set it.
    pub const AVAILABLE: Self = Self(4);
    /// Works, and takes nothing new; a program may set it.
    pub const WORK_OFFLINE: Self = Self(5);
    /// Handles an interaction, which need not be a call.
    pub const HANDLING: Self = Self(7);
    /// Busy, which need not be a call.
    pub const BUSY: Self = Self(9);
    /// On a call that is no interaction.
    pub const DIRECT_CALL: Self = Self(10);

    /// 8x8's word for it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self.0 {
            1 => "Logged out",
            2 => "Logged in",
            3 => "On break",
            4 => "Available",
            5 => "Working offline",
            6 => "Being offered",
            7 => "Handling",
            8 => "Wrapping up",
            9 => "Busy",
            10 => "On a direct call",
            11 => "On e-mail",
            _ => "Unknown",
        }
    }

    /// Whether 8x8 lets a program change it: only out of break, available and offline.
    #[must_use]
    pub fn is_movable(self) -> bool {
        matches!(self, Self::ON_BREAK | Self::AVAILABLE | Self::WORK_OFFLINE)
    }
}

/// Why an agent does not work: an entry of the customer's list of codes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StatusReason {
    /// `status-code-list-id`.
    pub list: u32,
    /// `status-code-item-id`.
    pub item: u32,
    /// `status-code-item-short-code`.
    pub short_code: String,
}

/// An agent as the agent status tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Agent id.
    pub id: Arc<str>,
    /// Name; there is no address.
    pub name: String,
    /// What the agent does.
    pub status: AgentStatus,
    /// Why, if that was said.
    pub reason: Option<StatusReason>,
}

/// Every agent at a moment.
#[derive(Clone, Debug, Default)]
pub struct AgentsRead {
    /// The agents.
    pub agents: Vec<Agent>,
    /// Entries that could not be read.
    pub set_aside: u64,
}

/// One message of the event stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamMessage {
    /// Where the stream can be resumed after it.
    pub id: Arc<str>,
    /// What it tells, if that concerns us.
    pub event: Option<CenterEvent>,
    /// Whether it was sent before: 8x8 was not sure that it arrived.
    pub redelivered: bool,
    /// Whether it could not be read.
    pub set_aside: bool,
}

/// Something that happened in the contact centre.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CenterEvent {
    /// An agent's status changed.
    Status {
        /// Agent id.
        agent: Arc<str>,
        /// To what.
        status: AgentStatus,
        /// When, in milliseconds of the epoch; 0 when that was not said.
        at: i64,
    },
    /// A telephone interaction moved on. Other media are left out: nobody is on a call for them.
    Call {
        /// Id of the interaction.
        id: Arc<str>,
        /// How.
        step: CallStep,
        /// When, in milliseconds of the epoch; 0 when that was not said.
        at: i64,
    },
}

/// How a telephone interaction moved on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CallStep {
    /// These agents are connected or on hold; whoever was before stays.
    Connected(Vec<Arc<str>>),
    /// These agents take part now, and nobody else.
    Participants(Vec<Arc<str>>),
    /// An agent left it: nothing is left to do but wrapping up.
    Left(Arc<str>),
    /// It is over for everybody.
    Over,
}

/// What 8x8 says of somebody who is in a queue, beside calls (developer.8x8.com, "Work Analytics Agent Activity").
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Extension, within the phone system that was asked.
    pub extension: String,
    /// Name.
    pub name: String,
    /// `userStatus` as it came, such as `AWAY`; an open list.
    pub status: Option<String>,
    /// Whether this agent talks or holds the line.
    pub talking: bool,
    /// Extensions of the queues this agent is logged in to.
    pub queues: Vec<String>,
}

/// Everybody of a phone system who is in a queue.
#[derive(Clone, Debug, Default)]
pub struct ActivityRead {
    /// The agents.
    pub agents: Vec<Activity>,
    /// Entries that could not be read.
    pub set_aside: u64,
}

/// A ring group (developer.8x8.com, "Ring Group Management API"; open to participants of the beta only).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingGroup {
    /// Id.
    pub id: Arc<str>,
    /// Name.
    pub name: String,
    /// Extension of the group itself.
    pub extension: String,
    /// Whether members may log in and out (`allowLogInLogOut`).
    pub may_log_out: bool,
    /// Members.
    pub members: Vec<RingGroupMember>,
}

/// A member of a ring group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingGroupMember {
    /// Id of the extension, which changes are made by.
    pub extension_id: Arc<str>,
    /// The extension itself.
    pub extension: String,
    /// Name.
    pub name: String,
    /// Whether calls of the group ring there.
    pub logged_in: bool,
}

/// All ring groups at a moment.
#[derive(Clone, Debug, Default)]
pub struct RingGroupsRead {
    /// The groups.
    pub groups: Vec<RingGroup>,
    /// Entries that could not be read.
    pub set_aside: u64,
}

/// Why a change inside 8x8 did not happen.
#[derive(Clone, Debug)]
pub enum ChangeFault {
    /// 8x8 does not want it: the agent is in the middle of something, or the member is gone. Asking again would not help.
    Refused(Arc<crate::error::Problem>),
    /// It could not be done now.
    Failed(crate::error::Failure),
}
