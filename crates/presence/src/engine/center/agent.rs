//! What is known of an agent, and what a status says.

use crate::center::{Agent, AgentStatus, StatusReason};
use crate::mapping::Presence;
use crate::moment::Moment;

/// What is known of an agent.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) name: String,
    pub(super) status: AgentStatus,
    pub(super) reason: Option<StatusReason>,
    /// The newest status that has nothing to do with a call.
    pub(super) rest: Option<AgentStatus>,
    /// When the newest event was told, in milliseconds of the epoch.
    pub(super) at: i64,
    /// When we heard that event.
    pub(super) heard: Option<Moment>,
    /// When we learned the status, from wherever.
    pub(super) seen: Moment,
    /// When it was true: when 8x8 was asked, or the event came.
    pub(super) observed: Moment,
    /// Whether this agent changed by hand during the call that lasts.
    pub(super) by_hand: bool,
}

impl Known {
    pub(super) fn new(agent: &Agent, now: Moment) -> Self {
        Self {
            name: agent.name.clone(),
            status: agent.status,
            reason: agent.reason.clone(),
            rest: None,
            at: 0,
            heard: None,
            seen: now,
            observed: now,
            by_hand: false,
        }
    }

    pub(super) fn told(&mut self, status: AgentStatus, now: Moment) {
        self.status = status;
        self.observed = now;
        self.seen = now;
        if !may_talk(status) && status != AgentStatus::LOGGED_IN {
            self.rest = Some(status);
        }
    }
}

/// Whether an agent of this status may be on a call: being offered, handling, wrapping up, busy, on a direct call.
pub(super) fn may_talk(status: AgentStatus) -> bool {
    matches!(status.0, 6..=10)
}

/// The table of `newState` and the agent status (h.3 of 8x8's values), without calls: those are known from elsewhere.
pub(super) fn presence(status: AgentStatus) -> Presence {
    match status.0 {
        2 | 7 | 8 | 9 | 11 => Presence::Busy,
        3 => Presence::Away,
        4 | 6 => Presence::Available,
        5 => Presence::DoNotDisturb,
        10 => Presence::OnCall,
        _ => Presence::Offline,
    }
}
