//! One lever's course: from a do-not-disturb to its end, past whatever people and calls do meanwhile.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::lever::{Before, Held, Lever, QuietWrite, Sighting, Standing};
use crate::engine::backoff;
use crate::error::Problem;
use crate::moment::{Moment, Uptime};

/// A do-not-disturb counts after so long: people try the button.
pub const DEBOUNCE: Duration = Duration::from_secs(5);

/// When nobody knows for so long whether do-not-disturb lasts, calls come again.
pub const UNKNOWN_LIFE: Duration = Duration::from_hours(12);

/// For so long after a change 8x8 may still tell what was before it.
pub const SETTLING: Duration = Duration::from_secs(3);

/// For so long a reading may still come in that was begun before our change.
const LATE: Duration = Duration::from_mins(1);

/// Longest wait between two attempts.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// A restoration that 8x8 refuses so often is given up.
const MOST_REFUSALS: u32 = 5;

/// Who sees to it that calls come or do not.
#[derive(Debug)]
enum Stage {
    /// Nobody but the person.
    Free,
    /// The person, by hand, or 8x8, which refused: nothing is done until this do-not-disturb ended.
    LeftAlone(Option<Arc<Problem>>),
    /// We do: it is in the ledger.
    Ours { before: Before, certainty: Certainty },
}

/// How sure it is that what is in the ledger stands in 8x8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Certainty {
    /// 8x8 said so.
    Sure,
    /// An answer was lost: the next sighting tells.
    Doubtful,
    /// An earlier run left it: the first sighting tells.
    Restored,
}

/// Which of the two changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Quiet,
    Restore,
}

impl Direction {
    fn of(write: &QuietWrite) -> Self {
        match write {
            QuietWrite::Quiet { .. } => Self::Quiet,
            QuietWrite::Restore { .. } => Self::Restore,
        }
    }
}

/// One lever's course.
#[derive(Debug)]
pub(super) struct Course {
    stage: Stage,
    in_flight: Option<Direction>,
    /// The newest word of 8x8 that no change of ours overtook.
    standing: Option<Standing>,
    /// Whether the newest reading has it.
    seen: bool,
    /// When a change of ours last came to its end, whatever came of it.
    wrote: Option<Uptime>,
    /// Since when Teams says do-not-disturb, as far as is known.
    began: Option<Uptime>,
    /// What Teams says.
    do_not_disturb: Option<bool>,
    /// Since when that is not known.
    unknown: Option<Uptime>,
    /// Nothing is tried before this.
    due: Uptime,
    tries: u32,
    refusals: u32,
}

impl Course {
    pub(super) fn new(now: Moment) -> Self {
        Self {
            stage: Stage::Free,
            in_flight: None,
            standing: None,
            seen: false,
            wrote: None,
            began: None,
            do_not_disturb: None,
            unknown: None,
            due: now.uptime,
            tries: 0,
            refusals: 0,
        }
    }

    /// Takes over what an earlier run left in the ledger.
    pub(super) fn restored(before: Before, now: Moment) -> Self {
        let stage = Stage::Ours { before, certainty: Certainty::Restored };
        Self { stage, unknown: Some(now.uptime), ..Self::new(now) }
    }

    /// The newest reading does not have it.
    pub(super) fn unseen(&mut self) {
        self.seen = false;
    }

    /// Takes what is known now; tells whether it is out of the ledger.
    pub(super) fn see(&mut self, sighting: &Sighting, now: Moment) -> bool {
        self.hear(sighting.do_not_disturb, now);
        self.seen = true;
        let observed = sighting.observed.uptime;
        let overtaken = self.wrote.is_some_and(|wrote| observed <= wrote.plus(SETTLING));
        if self.in_flight.is_some() || overtaken {
            return false;
        }
        self.standing = Some(sighting.standing.clone());
        let is_quiet = sighting.standing.is_quiet();
        match &mut self.stage {
            Stage::Ours { certainty, .. } if is_quiet => *certainty = Certainty::Sure,
            Stage::Ours { certainty, .. } => {
                // What never came to stand may be tried again; what stood was changed by hand.
                let by_hand = *certainty != Certainty::Doubtful && self.do_not_disturb != Some(false);
                self.stage = if by_hand { Stage::LeftAlone(None) } else { Stage::Free };
                return true;
            }
            Stage::Free if is_quiet && self.began.is_some_and(|began| began <= observed) => {
                self.stage = Stage::LeftAlone(None);
            }
            Stage::Free | Stage::LeftAlone(_) => {}
        }
        false
    }

    fn hear(&mut self, do_not_disturb: Option<bool>, now: Moment) {
        self.do_not_disturb = do_not_disturb;
        match do_not_disturb {
            Some(true) => {
                self.began.get_or_insert(now.uptime);
                self.unknown = None;
            }
            Some(false) => {
                self.unknown = None;
                self.over();
            }
            None => {
                let unknown = *self.unknown.get_or_insert(now.uptime);
                if unknown.plus(UNKNOWN_LIFE) <= now.uptime {
                    self.over();
                }
            }
        }
    }

    /// This do-not-disturb ended.
    fn over(&mut self) {
        self.began = None;
        if matches!(self.stage, Stage::LeftAlone(_)) {
            self.stage = Stage::Free;
        }
    }

    /// From when on there is something to write, as far as is known; `ending` when everything is to be restored.
    pub(super) fn ready_at(&self, ending: bool) -> Option<Uptime> {
        if self.in_flight.is_some() || !self.seen {
            return None;
        }
        match &self.stage {
            Stage::Free if !ending && self.do_not_disturb == Some(true) => {
                self.standing.as_ref()?.before()?;
                self.began.map(|began| began.plus(DEBOUNCE).max(self.due))
            }
            Stage::Ours { certainty: Certainty::Sure, .. } => match self.do_not_disturb {
                Some(true) if !ending => None,
                None if !ending => self.unknown.map(|unknown| unknown.plus(UNKNOWN_LIFE).max(self.due)),
                _ => Some(self.due),
            },
            _ => None,
        }
    }

    /// Begins what [`Course::ready_at`] told, with what the ledger must have before.
    pub(super) fn begin(&mut self, lever: &Lever, since: Timestamp) -> Option<(QuietWrite, Option<Held>)> {
        if let Stage::Ours { before, .. } = &self.stage {
            self.in_flight = Some(Direction::Restore);
            return Some((QuietWrite::Restore { lever: lever.clone(), to: before.clone() }, None));
        }
        let before = self.standing.as_ref()?.before()?;
        self.in_flight = Some(Direction::Quiet);
        self.stage = Stage::Ours { before: before.clone(), certainty: Certainty::Doubtful };
        let held = Held { lever: lever.clone(), before, since };
        Some((QuietWrite::Quiet { lever: lever.clone() }, Some(held)))
    }

    /// Whether it waits for the answer to this.
    pub(super) fn awaits(&self, write: &QuietWrite) -> bool {
        self.in_flight == Some(Direction::of(write))
    }

    /// 8x8 did it; tells whether it is out of the ledger.
    pub(super) fn done(&mut self, now: Moment) -> bool {
        let direction = self.returned(now);
        (self.tries, self.refusals, self.due) = (0, 0, now.uptime);
        let Stage::Ours { before, certainty } = &mut self.stage else { return false };
        if direction == Some(Direction::Quiet) {
            *certainty = Certainty::Sure;
            self.standing = Some(before.quiet());
            return false;
        }
        self.standing = Some(before.restored());
        self.stage = Stage::Free;
        if self.do_not_disturb.is_none() {
            // Whatever Teams says after so long a silence is a new do-not-disturb.
            self.began = None;
        }
        true
    }

    /// 8x8 does not want it; tells whether it is out of the ledger.
    pub(super) fn refused(&mut self, problem: &Arc<Problem>, now: Moment) -> bool {
        let restores = self.returned(now) == Some(Direction::Restore);
        self.refusals = self.refusals.saturating_add(1);
        if restores && self.refusals < MOST_REFUSALS {
            // Most likely it stands otherwise by now, which the next sighting tells.
            self.doubt();
            self.wait(now);
            return false;
        }
        self.stage =
            if self.began.is_some() { Stage::LeftAlone(Some(Arc::clone(problem))) } else { Stage::Free };
        true
    }

    /// It could not be done now; `perhaps` when 8x8 may have done it all the same. Whether it is out of the ledger.
    pub(super) fn failed(&mut self, perhaps: bool, now: Moment) -> bool {
        let direction = self.returned(now);
        self.wait(now);
        if perhaps {
            self.doubt();
        } else if direction == Some(Direction::Quiet) {
            self.stage = Stage::Free;
            return true;
        }
        false
    }

    fn returned(&mut self, now: Moment) -> Option<Direction> {
        let direction = self.in_flight.take()?;
        self.wrote = Some(now.uptime);
        Some(direction)
    }

    fn doubt(&mut self) {
        if let Stage::Ours { certainty, .. } = &mut self.stage {
            *certainty = Certainty::Doubtful;
        }
    }

    fn wait(&mut self, now: Moment) {
        self.tries = self.tries.saturating_add(1);
        self.due = now.uptime.plus(backoff::doubled(self.tries, LONGEST_WAIT));
    }

    pub(super) fn is_in_flight(&self) -> bool {
        self.in_flight.is_some()
    }

    /// Whether it is in the ledger.
    pub(super) fn is_ours(&self) -> bool {
        matches!(self.stage, Stage::Ours { .. })
    }

    /// What is to be restored, if it is in the ledger.
    pub(super) fn before(&self) -> Option<&Before> {
        match &self.stage {
            Stage::Ours { before, .. } => Some(before),
            _ => None,
        }
    }

    /// What 8x8 refused it for.
    pub(super) fn refusal(&self) -> Option<&Arc<Problem>> {
        match &self.stage {
            Stage::LeftAlone(problem) => problem.as_ref(),
            _ => None,
        }
    }

    /// Whether there is nothing left to remember.
    pub(super) fn is_over(&self, now: Moment) -> bool {
        let late = self.wrote.is_some_and(|wrote| wrote.plus(LATE) > now.uptime);
        matches!(self.stage, Stage::Free) && self.in_flight.is_none() && self.began.is_none() && !late
    }
}
