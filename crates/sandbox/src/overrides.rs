//! Presence set by hand, through the control interface, on top of the simulated day.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::RwLock;

use crate::day::Segment;
use crate::guard::{read, write};

/// What somebody shows at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) availability: Cow<'static, str>,
    pub(crate) activity: Cow<'static, str>,
    pub(crate) out_of_office: bool,
    /// Since when the person's own clients say so, in simulated milliseconds.
    pub(crate) since_ms: u64,
    /// How many changes sessions have made; together with `since_ms` it orders what is shown.
    pub(crate) changes: u64,
}

impl From<Segment> for Shown {
    fn from(segment: Segment) -> Self {
        let (availability, activity, out_of_office) = segment.pair;
        Self {
            availability: availability.into(),
            activity: activity.into(),
            out_of_office,
            since_ms: segment.since_ms,
            changes: 0,
        }
    }
}

struct Override {
    shown: Shown,
    until_ms: u64,
}

/// All presences set by hand, by the account's place in the directory.
#[derive(Default)]
pub(crate) struct Overrides {
    by_place: RwLock<HashMap<usize, Override>>,
}

impl Overrides {
    /// Sets what somebody shows until `until_ms` of simulated time.
    pub(crate) fn set(&self, place: usize, mut shown: Shown, until_ms: u64) {
        let mut overrides = write(&self.by_place);
        if let Some(earlier) = overrides.get(&place) {
            // Two changes within one millisecond are still two changes, in their order.
            shown.since_ms = shown.since_ms.max(earlier.shown.since_ms + 1);
        }
        overrides.insert(place, Override { shown, until_ms });
    }

    /// What is shown instead of, or after the end of, something set by hand.
    pub(crate) fn apply(&self, place: usize, own: Shown, now_ms: u64) -> Shown {
        match read(&self.by_place).get(&place) {
            Some(set) if now_ms < set.until_ms => set.shown.clone(),
            Some(set) => Shown { since_ms: own.since_ms.max(set.until_ms), ..own },
            None => own,
        }
    }
}
