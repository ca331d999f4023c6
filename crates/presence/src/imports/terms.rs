//! What the import and the rest of the program tell each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ContactWrite, Plan};
use crate::error::{Failure, Problem};
use crate::moment::Moment;

/// Why a contact was not written.
#[derive(Clone, Debug)]
pub enum WriteFault {
    /// 8x8 has something that clashes, or does not take the values.
    Refused(Arc<Problem>),
    /// It never got to 8x8, or 8x8 turned it away unread.
    Unsent(Failure),
    /// It may have been done all the same: what came of it is not known.
    Lost(Failure),
}

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Written.
    pub done: usize,
    /// Refused or given up.
    pub failed: usize,
    /// Still to be written.
    pub left: usize,
}

/// Where the import stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// Nothing is under way.
    #[default]
    Idle,
    /// 8x8's directory is read.
    Reading,
    /// A person looks at what would be done.
    Preview,
    /// Contacts are written.
    Running,
    /// A person paused it.
    Paused,
}

/// What a person can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum ImportWish {
    /// Compare, and show what would be done.
    Preview,
    /// Do it, now and from now on.
    Start,
    /// Do it although many would be removed.
    StartWithRemovals,
    /// Stop for a while.
    Pause,
    /// Go on.
    Resume,
    /// Stop, and do not begin by itself any more.
    Cancel,
}

/// What outlives a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// Whether it goes on by itself.
    pub enabled: bool,
    /// Since when the person of a contact of ours is gone.
    pub missing: BTreeMap<String, Timestamp>,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportEffect {
    /// Read 8x8's directory of company contacts.
    Read,
    /// Write one.
    Write(ContactWrite),
    /// Keep this.
    Keep(Kept),
}

/// What the import shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Picture {
    /// Where it stands.
    pub phase: Phase,
    /// What would be done, or is being done.
    pub plan: Plan,
    /// How far it is.
    pub progress: Progress,
    /// Whether it goes on by itself.
    pub enabled: bool,
    /// When the last run ended.
    pub finished: Option<Moment>,
    /// What went wrong last.
    pub problem: Option<Arc<Problem>>,
}
