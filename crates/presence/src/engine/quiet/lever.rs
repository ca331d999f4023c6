//! What calls can be kept away with inside 8x8, and what 8x8 says of it.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::center::{AgentStatus, StatusReason};
use crate::moment::Moment;

/// What calls are kept away from somebody with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Lever {
    /// An agent of the contact centre works offline.
    Agent(Arc<str>),
    /// A member of a ring group is logged out.
    Member {
        /// Id of the group.
        group: Arc<str>,
        /// Id of the member's extension.
        extension_id: Arc<str>,
    },
}

/// What 8x8 says now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Of an agent.
    Agent {
        /// What the agent does.
        status: AgentStatus,
        /// Why, if that was said.
        reason: Option<StatusReason>,
    },
    /// Of a member of a ring group.
    Member {
        /// Whether calls of the group ring there.
        logged_in: bool,
        /// Whether members of the group may log in and out.
        may_log_out: bool,
    },
}

impl Standing {
    /// Whether no calls come that way, whoever saw to it.
    #[must_use]
    pub fn is_quiet(&self) -> bool {
        match self {
            Self::Agent { status, .. } => *status == AgentStatus::WORK_OFFLINE,
            Self::Member { logged_in, .. } => !logged_in,
        }
    }

    /// What would have to be restored if calls were kept away from now on; none where that can not be done.
    #[must_use]
    pub fn before(&self) -> Option<Before> {
        match self {
            Self::Agent { status, reason } if status.is_movable() && !self.is_quiet() => {
                Some(Before::Agent { status: *status, reason: reason.clone() })
            }
            Self::Member { logged_in: true, may_log_out: true } => Some(Before::LoggedIn),
            _ => None,
        }
    }
}

/// How something stood before calls were kept away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Before {
    /// An agent waited for work, or was on break.
    Agent {
        /// Which of the two.
        status: AgentStatus,
        /// Why, if that was said.
        reason: Option<StatusReason>,
    },
    /// A member was logged in.
    LoggedIn,
}

impl Before {
    /// What 8x8 says once it is restored.
    pub(super) fn restored(&self) -> Standing {
        match self {
            Self::Agent { status, reason } => Standing::Agent { status: *status, reason: reason.clone() },
            Self::LoggedIn => Standing::Member { logged_in: true, may_log_out: true },
        }
    }

    /// What 8x8 says while calls are kept away.
    pub(super) fn quiet(&self) -> Standing {
        match self {
            Self::Agent { .. } => Standing::Agent { status: AgentStatus::WORK_OFFLINE, reason: None },
            Self::LoggedIn => Standing::Member { logged_in: false, may_log_out: true },
        }
    }
}

/// What the ledger keeps of calls that we keep away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// With what.
    pub lever: Lever,
    /// What is to be restored.
    pub before: Before,
    /// Since when.
    pub since: Timestamp,
}

impl Held {
    /// Whether it can be restored: a ledger that was damaged must not move anybody anywhere.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let fits = matches!(
            (&self.lever, &self.before),
            (Lever::Agent(_), Before::Agent { .. }) | (Lever::Member { .. }, Before::LoggedIn)
        );
        fits && self.before.restored().before().is_some()
    }
}

/// One change inside 8x8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuietWrite {
    /// Keep calls away.
    Quiet {
        /// With what.
        lever: Lever,
    },
    /// Let them come again.
    Restore {
        /// With what.
        lever: Lever,
        /// How it stood before.
        to: Before,
    },
}

impl QuietWrite {
    /// What it moves.
    #[must_use]
    pub fn lever(&self) -> &Lever {
        match self {
            Self::Quiet { lever } | Self::Restore { lever, .. } => lever,
        }
    }
}

/// What is known of a lever now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// Which.
    pub lever: Lever,
    /// What 8x8 says.
    pub standing: Standing,
    /// When 8x8 was asked, which is before it answered; for an event when it happened.
    pub observed: Moment,
    /// Whether the person's Teams says do-not-disturb; none where that is not known well enough to act on.
    pub do_not_disturb: Option<bool>,
}
