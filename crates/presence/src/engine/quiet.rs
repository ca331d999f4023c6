//! Keeps calls away inside 8x8 while Teams says do-not-disturb: an agent works offline, a member of a ring group is
//! logged out.
//!
//! No rule here is more important than this one: whoever changes it by hand has the last word, as in 8x8's own products,
//! and is left alone until that do-not-disturb ended. So a change stands in the store's ledger before it is sent, with
//! what was before; only what 8x8 still shows as we set it is ever restored; and what is not known changes nothing.

mod course;
mod lever;

use std::collections::BTreeMap;
use std::sync::Arc;

use course::Course;
pub use course::{DEBOUNCE, SETTLING, UNKNOWN_LIFE};
pub use lever::{Before, Held, Lever, QuietWrite, Sighting, Standing};

use super::backoff::hold_after;
use crate::center::ChangeFault;
use crate::error::{Failure, Problem};
use crate::moment::{Moment, Uptime};
use crate::snapshot::{Source, SourceState};

/// Changes that are under way at once.
pub const MOST_IN_FLIGHT: usize = 20;

/// All levers of ours.
#[derive(Debug, Default)]
pub struct Quiet {
    courses: BTreeMap<Lever, Course>,
    /// Whether everything is to be restored, and nothing set.
    ending: bool,
    hold: Option<Uptime>,
    source: Source,
    written: u64,
    refused: u64,
}

impl Quiet {
    /// Takes over what an earlier run left in the ledger; what can not be restored from it is left out.
    #[must_use]
    pub fn restore(kept: Vec<Held>, now: Moment) -> Self {
        let sound = kept.into_iter().filter(Held::is_sound);
        let courses = sound.map(|held| (held.lever, Course::restored(held.before, now))).collect();
        Self { courses, ..Self::default() }
    }

    /// Takes all that is known now; gives what leaves the ledger, because a person changed it by hand or it never came
    /// to stand.
    ///
    /// A lever that is left out is neither moved nor forgotten until it is seen again.
    pub fn settle(&mut self, sightings: &[Sighting], now: Moment) -> Vec<Lever> {
        let mut out = Vec::new();
        for course in self.courses.values_mut() {
            course.unseen();
        }
        for sighting in sightings {
            if !self.courses.contains_key(&sighting.lever) {
                if sighting.do_not_disturb != Some(true) {
                    continue;
                }
                self.courses.insert(sighting.lever.clone(), Course::new(now));
            }
            if let Some(course) = self.courses.get_mut(&sighting.lever)
                && course.see(sighting, now)
            {
                out.push(sighting.lever.clone());
            }
        }
        self.tidy(now);
        out
    }

    /// A whole good reading: what is not there any more can not be restored. Gives what leaves the ledger.
    pub fn retain(&mut self, exists: impl Fn(&Lever) -> bool) -> Vec<Lever> {
        let gone = |lever: &Lever, course: &Course| !exists(lever) && !course.is_in_flight();
        let (gone, kept): (BTreeMap<_, _>, _) =
            std::mem::take(&mut self.courses).into_iter().partition(|(lever, course)| gone(lever, course));
        self.courses = kept;
        gone.into_iter().filter(|(_, course)| course.is_ours()).map(|(lever, _)| lever).collect()
    }

    /// What to write now, and what must be in the ledger before that; it counts as being written from here on.
    pub fn take(&mut self, now: Moment) -> Vec<(QuietWrite, Option<Held>)> {
        if self.hold.is_some_and(|until| until > now.uptime) {
            return Vec::new();
        }
        self.hold = None;
        let room = MOST_IN_FLIGHT.saturating_sub(self.in_flight());
        let ready = |course: &Course| course.ready_at(self.ending).filter(|at| *at <= now.uptime);
        let mut due: Vec<(Uptime, Lever)> = self
            .courses
            .iter()
            .filter_map(|(lever, course)| ready(course).map(|at| (at, lever.clone())))
            .collect();
        due.sort_unstable();
        due.truncate(room);
        due.iter()
            .filter_map(|(_, lever)| {
                self.courses.get_mut(lever).and_then(|course| course.begin(lever, now.wall))
            })
            .collect()
    }

    /// A write came to its end; gives what leaves the ledger.
    pub fn written(
        &mut self,
        write: &QuietWrite,
        result: Result<(), ChangeFault>,
        now: Moment,
    ) -> Option<Lever> {
        let course = self.courses.get_mut(write.lever()).filter(|course| course.awaits(write))?;
        let out = match &result {
            Ok(()) => {
                self.written += 1;
                course.done(now)
            }
            Err(ChangeFault::Refused(problem)) => {
                self.refused += 1;
                course.refused(problem, now)
            }
            Err(ChangeFault::Failed(failure)) => {
                // Of these an answer may have been lost on the way back.
                let perhaps = matches!(failure, Failure::Offline(_) | Failure::Broken(_) | Failure::Reset);
                course.failed(perhaps, now)
            }
        };
        match result {
            Ok(()) => {
                self.source.last_success = Some(now);
                self.answered(None, now);
            }
            Err(ChangeFault::Refused(problem)) => self.answered(Some(problem), now),
            Err(ChangeFault::Failed(failure)) => self.failed(&failure, now),
        }
        self.tidy(now);
        out.then(|| write.lever().clone())
    }

    /// 8x8 takes changes, though perhaps not this one.
    fn answered(&mut self, problem: Option<Arc<Problem>>, now: Moment) {
        let problem = problem.or_else(|| self.refusal());
        self.source.stands(SourceState::Live, None, problem, now);
    }

    fn failed(&mut self, failure: &Failure, now: Moment) {
        let hold = hold_after(failure);
        // Of several that came back together the longest counts.
        let until = hold.map(|wait| now.uptime.plus(wait));
        self.hold = self.hold.max(until).filter(|until| *until > now.uptime);
        let retry = self.hold.map(|until| now.plus(until.since(now.uptime)));
        self.source.stands(failure.into(), retry, failure.problem().cloned(), now);
    }

    /// Forgets whatever has come to its end.
    fn tidy(&mut self, now: Moment) {
        self.courses.retain(|_, course| !course.is_over(now));
    }

    /// Why somebody is left alone, if that is so for a refusal.
    fn refusal(&self) -> Option<Arc<Problem>> {
        self.courses.values().find_map(Course::refusal).cloned()
    }

    fn in_flight(&self) -> usize {
        self.courses.values().filter(|course| course.is_in_flight()).count()
    }

    /// Restores everything that is still ours, and sets nothing any more: it is switched off, or the program ends.
    ///
    /// What 8x8 has not shown since stays in the ledger for the next run.
    pub fn end_all(&mut self) {
        self.ending = true;
    }

    /// When there is something to write, as far as is known.
    #[must_use]
    pub fn wake_at(&self) -> Option<Uptime> {
        if self.in_flight() >= MOST_IN_FLIGHT {
            return None;
        }
        let ready = self.courses.values().filter_map(|course| course.ready_at(self.ending)).min()?;
        Some(self.hold.map_or(ready, |hold| hold.max(ready)))
    }

    /// How changing 8x8 is doing.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// How many are in the ledger.
    #[must_use]
    pub fn held(&self) -> usize {
        self.levers().count()
    }

    /// What is in the ledger.
    pub fn levers(&self) -> impl Iterator<Item = &Lever> {
        self.courses.iter().filter(|(_, course)| course.is_ours()).map(|(lever, _)| lever)
    }

    /// What would restore everything that is in the ledger.
    #[must_use]
    pub fn restorations(&self) -> Vec<QuietWrite> {
        let owed = self.courses.iter().filter_map(|(lever, course)| Some((lever, course.before()?)));
        owed.map(|(lever, to)| QuietWrite::Restore { lever: lever.clone(), to: to.clone() }).collect()
    }

    /// Changes that 8x8 made for us.
    #[must_use]
    pub fn written_count(&self) -> u64 {
        self.written
    }

    /// Changes that 8x8 refused.
    #[must_use]
    pub fn refused_count(&self) -> u64 {
        self.refused
    }
}

#[cfg(test)]
mod tests;
