//! The event stream as the engine sees it: where it stands, and what was heard already.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;

use super::super::reader::Reader;
use crate::error::Problem;
use crate::moment::{Moment, Uptime};
use crate::snapshot::Source;

/// Message ids that are remembered, so that none is applied twice: more than 8x8 sends without an acknowledgement.
const REMEMBERED: usize = 4_096;

/// The stream.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) reader: Reader,
    pub(super) open: bool,
    /// When anything came last: a message, or a sign of life.
    pub(super) alive: Option<Moment>,
    /// When an event came last, or it was opened.
    pub(super) told: Option<Moment>,
    pub(super) position: Option<(Arc<str>, Timestamp)>,
    pub(super) stored: Option<Uptime>,
    recent: VecDeque<Arc<str>>,
    known: HashSet<Arc<str>>,
    pub(super) source: Source,
}

impl Stream {
    /// Nothing is heard yet.
    pub(super) fn new(seed: u64, now: Moment) -> Self {
        Self {
            reader: Reader::new(now).spread(seed),
            open: false,
            alive: None,
            told: None,
            position: None,
            stored: None,
            recent: VecDeque::new(),
            known: HashSet::new(),
            source: Source { since: Some(now), ..Source::default() },
        }
    }

    /// Whether a message is new; it is known from here on.
    pub(super) fn remember(&mut self, id: &Arc<str>) -> bool {
        if !self.known.insert(Arc::clone(id)) {
            return false;
        }
        self.recent.push_back(Arc::clone(id));
        if self.recent.len() > REMEMBERED
            && let Some(oldest) = self.recent.pop_front()
        {
            self.known.remove(&oldest);
        }
        true
    }
}

pub(super) fn silence() -> Problem {
    Problem::new(
        "eight.silentStream",
        "The contact centre's events are silent.",
        "The connection stands, but nothing has come for twenty minutes although agents are logged in. A platform of another region connects and tells nothing.",
        "Compare the platform in Setup with the address of 8x8 Configuration Manager.",
    )
}
