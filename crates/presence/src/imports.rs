//! Enhanced Presence Sync: people of Teams who have no 8x8 user become contacts of the 8x8 directory.
//!
//! A pure machine: what is there is compared with what should be there, a person sees what would be done, and then it is done one
//! contact at a time within the customer's limit. Each run begins with looking, so that neither a crash in the middle of one
//! nor an answer that got lost leads to a double or to a loss. Only what carries our mark is ever changed or removed.

mod plan;
mod terms;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

pub use plan::{Clash, CompanyContact, ContactWrite, Directory, Fields, Plan, fields};
pub use terms::{ImportEffect, ImportWish, Kept, Phase, Picture, Progress, WriteFault};

use crate::error::{Failure, Problem};
use crate::moment::{Moment, Uptime};
use crate::person::PersonId;

/// The value of our mark, in the tag [`MARK_TAG`] of each contact that is ours.
pub const MARK: &str = "presence-sync";

/// The tag that holds our mark.
pub const MARK_TAG: &str = "customField9";

/// The tag that holds the Microsoft object id.
pub const ID_TAG: &str = "customField10";

/// The tag that holds the last mapped presence, where an administrator wants that.
pub const STATE_TAG: &str = "customField8";

/// A run that nobody asked for begins this long after the last one.
const AGAIN: Duration = Duration::from_hours(6);

/// A run that left a question open is followed by the next one this soon.
const SOON: Duration = Duration::from_secs(30);

/// A contact that could not be written is tried so often.
const ATTEMPTS: u32 = 4;

/// What an administrator sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Requests a minute, out of the 60 that all integrations of a customer share.
    pub per_minute: u32,
    /// A contact is removed when its person was gone for so long.
    pub grace: Duration,
    /// More removals than this share of our contacts, in percent, need a person's word.
    pub most_removals: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_minute: 30, grace: Duration::from_hours(24 * 7), most_removals: 10 }
    }
}

impl Limits {
    /// Time between two writes.
    fn pace(&self) -> Duration {
        Duration::from_mins(1) / self.per_minute.clamp(1, 60)
    }
}

/// One write, and how often it was tried.
#[derive(Clone, Debug)]
struct Pending {
    write: ContactWrite,
    attempts: u32,
}

/// The machine.
#[derive(Debug)]
pub struct Import {
    limits: Limits,
    kept: Kept,
    phase: Phase,
    /// Whether the run under way begins without being looked at.
    by_itself: bool,
    plan: Plan,
    queue: VecDeque<Pending>,
    in_flight: Option<Pending>,
    /// Reading waits for the write under way, so that it sees what came of that.
    reading_waits: bool,
    /// Whose creation got no answer, and how often: each is looked for before it is tried again.
    doubts: HashMap<PersonId, u32>,
    /// Whether this run left such a question open.
    look_again: bool,
    /// Writes that failed one after another.
    misses: u32,
    progress: Progress,
    due: Option<Uptime>,
    again: Uptime,
    finished: Option<Moment>,
    problem: Option<Arc<Problem>>,
}

impl Import {
    /// Goes on with what was kept.
    #[must_use]
    pub fn new(limits: Limits, kept: Kept, now: Moment) -> Self {
        Self {
            limits,
            // After a crash in the middle of a run the next one begins soon.
            again: now.uptime.plus(Duration::from_mins(1)),
            kept,
            phase: Phase::Idle,
            by_itself: false,
            plan: Plan::default(),
            queue: VecDeque::new(),
            in_flight: None,
            reading_waits: false,
            doubts: HashMap::new(),
            look_again: false,
            misses: 0,
            progress: Progress::default(),
            due: None,
            finished: None,
            problem: None,
        }
    }

    /// Goes on with other limits, from the next write on.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// What it shows.
    #[must_use]
    pub fn picture(&self) -> Picture {
        Picture {
            phase: self.phase.clone(),
            plan: self.plan.clone(),
            progress: self.progress,
            enabled: self.kept.enabled,
            finished: self.finished,
            problem: self.problem.clone(),
        }
    }

    /// Whether 8x8 is asked or written to now.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self.phase, Phase::Reading | Phase::Running)
    }

    /// When it wants to go on.
    #[must_use]
    pub fn wake_at(&self) -> Option<Uptime> {
        match self.phase {
            Phase::Running if self.in_flight.is_none() => self.due,
            Phase::Idle if self.kept.enabled => Some(self.again),
            _ => None,
        }
    }

    /// A person asks for something.
    pub fn wish(&mut self, wish: ImportWish, now: Moment) -> Vec<ImportEffect> {
        match (wish, &self.phase) {
            (ImportWish::Preview, Phase::Idle | Phase::Preview) => {
                self.by_itself = false;
                self.read()
            }
            (ImportWish::Start | ImportWish::StartWithRemovals, Phase::Preview) => {
                if wish == ImportWish::Start && self.plan.many_removals {
                    self.remove_nobody();
                }
                self.kept.enabled = true;
                self.run(now);
                vec![ImportEffect::Keep(self.kept.clone())]
            }
            (ImportWish::Pause, Phase::Running) => {
                self.phase = Phase::Paused;
                Vec::new()
            }
            (ImportWish::Resume, Phase::Paused) => {
                self.run(now);
                Vec::new()
            }
            (ImportWish::Cancel, _) => {
                self.phase = Phase::Idle;
                self.reading_waits = false;
                self.queue.clear();
                self.progress.left = 0;
                let was = std::mem::take(&mut self.kept.enabled);
                if was { vec![ImportEffect::Keep(self.kept.clone())] } else { Vec::new() }
            }
            _ => Vec::new(),
        }
    }

    /// Goes on with time.
    pub fn tick(&mut self, now: Moment) -> Vec<ImportEffect> {
        match self.phase {
            Phase::Idle if self.kept.enabled && self.again <= now.uptime => {
                self.by_itself = true;
                self.read()
            }
            Phase::Running if self.in_flight.is_none() && self.due.is_some_and(|due| due <= now.uptime) => {
                self.next(now)
            }
            _ => Vec::new(),
        }
    }

    fn read(&mut self) -> Vec<ImportEffect> {
        self.phase = Phase::Reading;
        self.problem = None;
        self.reading_waits = self.in_flight.is_some();
        if self.reading_waits { Vec::new() } else { vec![ImportEffect::Read] }
    }

    /// Writes from now on, or from when the last request is long enough ago.
    fn run(&mut self, now: Moment) {
        self.phase = Phase::Running;
        self.due = Some(self.due.map_or(now.uptime, |due| due.max(now.uptime)));
    }

    fn remove_nobody(&mut self) {
        self.queue.retain(|pending| !matches!(pending.write, ContactWrite::Remove { .. }));
        self.progress.left = self.queue.len();
    }

    /// 8x8's directory is known: compares it with who should be there.
    pub fn compared(&mut self, directory: &Directory, wanted: &[Fields], now: Moment) -> Vec<ImportEffect> {
        if self.phase != Phase::Reading {
            return Vec::new();
        }
        let Some(customer) = directory.customer.clone() else {
            return self.failed(
                &Failure::Broken(Arc::new(Problem::new(
                    "import.customer",
                    "Nothing can be imported.",
                    "8x8's directory names no customer id: it has no 8x8 user yet.",
                    "Look whether the directory has users, then try again.",
                ))),
                now,
            );
        };
        let before = self.kept.missing.clone();
        let (plan, writes) =
            plan::compare(directory, wanted, &customer, &mut self.kept.missing, &self.limits, now);
        self.progress = Progress::default();
        self.plan = plan;
        self.queue = writes.into_iter().map(|write| Pending { write, attempts: 0 }).collect();
        self.settle_doubts();
        self.progress.left = self.queue.len();
        let mut effects = Vec::new();
        if self.kept.missing != before {
            effects.push(ImportEffect::Keep(self.kept.clone()));
        }
        // Reading counts against the limit as writing does.
        self.due = Some(now.uptime.plus(self.limits.pace()));
        if self.by_itself {
            if self.plan.many_removals {
                // Somebody has to look: perhaps the directory is not what it seems.
                self.remove_nobody();
            }
            self.run(now);
        } else {
            self.phase = Phase::Preview;
        }
        effects
    }

    /// Whoever was found is in doubt no more; whoever got no answer too often is left out until another day.
    fn settle_doubts(&mut self) {
        let creates = self.queue.iter().filter_map(|pending| match &pending.write {
            ContactWrite::Create { fields, .. } => Some(fields.person),
            _ => None,
        });
        let creates: HashSet<PersonId> = creates.collect();
        self.doubts.retain(|person, _| creates.contains(person));
        let (doubts, plan, progress) = (&self.doubts, &mut self.plan, &mut self.progress);
        self.queue.retain(|pending| match &pending.write {
            ContactWrite::Create { fields, .. }
                if doubts.get(&fields.person).is_some_and(|tries| *tries >= ATTEMPTS) =>
            {
                progress.failed += 1;
                plan.clash(fields, "8x8 never said what came of this contact, and does not show it.");
                false
            }
            _ => true,
        });
    }

    fn next(&mut self, now: Moment) -> Vec<ImportEffect> {
        let Some(mut pending) = self.queue.pop_front() else {
            self.end(now);
            return Vec::new();
        };
        pending.attempts += 1;
        let write = pending.write.clone();
        self.in_flight = Some(pending);
        vec![ImportEffect::Write(write)]
    }

    /// Nothing is left to be written: what is in doubt is looked for soon, everything else after its time.
    fn end(&mut self, now: Moment) {
        self.phase = Phase::Idle;
        self.finished = Some(now);
        self.due = None;
        let open = std::mem::take(&mut self.look_again);
        self.again = now.uptime.plus(if open { SOON } else { AGAIN });
        if !open {
            self.doubts.clear();
        }
    }

    /// A contact was written, or not.
    pub fn written(&mut self, result: Result<(), WriteFault>, now: Moment) -> Vec<ImportEffect> {
        let Some(pending) = self.in_flight.take() else { return Vec::new() };
        // Counted from the answer: however long requests are under way, no minute of 8x8's has more of them.
        self.due = Some(now.uptime.plus(self.limits.pace()));
        let mut effects = Vec::new();
        if std::mem::take(&mut self.reading_waits) {
            effects.push(ImportEffect::Read);
        }
        // Of a run that somebody cancelled only what is so counts: nothing of it is tried again.
        let over = !matches!(self.phase, Phase::Running | Phase::Paused);
        match result {
            Ok(()) => {
                self.misses = 0;
                if let ContactWrite::Remove { person, .. } = &pending.write
                    && self.kept.missing.remove(&person.to_string()).is_some()
                {
                    effects.push(ImportEffect::Keep(self.kept.clone()));
                }
                if !over {
                    self.progress.done += 1;
                    self.problem = None;
                }
            }
            Err(_) if over => {}
            Err(WriteFault::Refused(problem)) => {
                self.misses = 0;
                self.progress.failed += 1;
                if let ContactWrite::Create { fields, .. } | ContactWrite::Update { fields, .. } =
                    &pending.write
                {
                    self.plan.clash(fields, &problem.cause);
                }
            }
            Err(WriteFault::Unsent(failure)) => {
                self.wait_after(&failure, now);
                if matches!(failure, Failure::Forbidden(_)) {
                    // The key is no longer good: nothing else would go better.
                    self.phase = Phase::Paused;
                }
                // It was not even tried.
                self.queue.push_front(Pending { attempts: pending.attempts - 1, ..pending });
            }
            Err(WriteFault::Lost(failure)) => {
                self.wait_after(&failure, now);
                self.lost(pending);
            }
        }
        if !over {
            self.progress.left = self.queue.len();
        }
        effects
    }

    /// The more goes wrong in a row, the slower it goes on.
    fn wait_after(&mut self, failure: &Failure, now: Moment) {
        self.problem = failure.problem().cloned();
        self.misses = self.misses.saturating_add(1);
        let wait = match failure {
            Failure::Throttled { wait, .. } => *wait,
            _ => Duration::from_secs(5) * 2_u32.pow(self.misses.min(6)),
        };
        self.due = Some(now.uptime.plus(wait.max(self.limits.pace())));
    }

    /// A change or a removal does no harm when it is done twice. A creation might make a double: whether it is there,
    /// the next reading tells.
    fn lost(&mut self, pending: Pending) {
        let tries = match &pending.write {
            ContactWrite::Create { fields, .. } => {
                let tries = self.doubts.entry(fields.person).or_default();
                *tries += 1;
                self.look_again = true;
                return;
            }
            ContactWrite::Update { .. } | ContactWrite::Remove { .. } => pending.attempts,
        };
        if tries < ATTEMPTS {
            self.queue.push_front(pending);
        } else {
            self.progress.failed += 1;
        }
    }

    /// 8x8's directory could not be read.
    pub fn failed(&mut self, failure: &Failure, now: Moment) -> Vec<ImportEffect> {
        if self.phase == Phase::Reading {
            self.phase = Phase::Idle;
            self.problem = failure.problem().cloned();
            let wait = match failure {
                Failure::Throttled { wait, .. } => (*wait).max(Duration::from_mins(1)),
                _ => Duration::from_mins(15),
            };
            self.again = now.uptime.plus(wait);
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests;
