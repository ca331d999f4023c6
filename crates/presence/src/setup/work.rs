//! What the wizard has under way.

use std::sync::Arc;

use super::installation::Key;
use super::integration::Integration;
use super::registration::Registration;
use super::step::StepId;
use super::task::Task;
use crate::endpoints::Cloud;
use crate::error::Problem;
use crate::moment::Uptime;

/// What is under way. One thing at a time.
#[derive(Clone, Debug, Default)]
pub enum Work {
    /// Nothing.
    #[default]
    Idle,
    /// The organisation is looked up.
    Discovering {
        /// In which cloud.
        cloud: Cloud,
    },
    /// The browser is open.
    Browser {
        /// For which integration.
        integration: Integration,
        /// What for.
        visit: Visit,
        /// Where it was sent; none until it is known.
        address: Option<Arc<str>>,
        /// Why it could not be opened.
        missing: Option<Arc<Problem>>,
    },
    /// The wizard works at Microsoft.
    Tasks(Run),
    /// The checks run.
    Checks {
        /// Of which integration.
        integration: Integration,
        /// Since when.
        since: Uptime,
        /// How often the one that waits for Microsoft was tried.
        attempts: u32,
        /// When it is tried again.
        retry_at: Option<Uptime>,
    },
    /// A key is tested.
    Key {
        /// For which integration.
        integration: Integration,
        /// Which.
        key: Key,
    },
    /// The sync's own sign-in is waited for.
    SignIn,
}

/// What the browser was opened for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visit {
    /// An administrator signs in, for these tasks.
    Administrator(Vec<Task>),
    /// An administrator consents to a registration.
    Consent(Registration),
}

/// A run of tasks.
#[derive(Clone, Debug)]
pub struct Run {
    /// For which integration.
    pub integration: Integration,
    /// In which step it was asked for.
    pub step: StepId,
    /// Everything to be done, and how each stands.
    pub items: Vec<Item>,
    /// How often the current one was tried.
    pub attempts: u32,
    /// When the current one began.
    pub since: Uptime,
    /// When it is tried again.
    pub retry_at: Option<Uptime>,
}

/// A task of a run.
#[derive(Clone, Debug)]
pub struct Item {
    /// Which.
    pub task: Task,
    /// How it stands.
    pub state: ItemState,
}

/// How a task stands.
#[derive(Clone, Debug)]
pub enum ItemState {
    /// Its turn has not come.
    Waiting,
    /// Under way.
    Running,
    /// Tried, and to be tried again, because of this.
    Retrying(Arc<Problem>),
    /// Done; whether something was made just now.
    Done {
        /// Whether something was made just now, and not found.
        made: bool,
    },
    /// It failed.
    Failed,
}
