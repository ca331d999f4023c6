//! Enhanced Presence Sync: people of Teams who have no 8x8 user become contacts of the 8x8 directory.
//!
//! A pure machine: what is there is compared with what should be there, a person sees what would be done, and then it is done one
//! contact at a time within the customer's limit. Each run begins with looking, so that a crash in the middle of one leads
//! neither to a double nor to a loss. Only what carries our mark is ever changed or removed.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{Failure, Problem};
use crate::moment::{Moment, Uptime};
use crate::person::{Person, PersonId};

/// The value of our mark, in the tag [`MARK_TAG`] of each contact that is ours.
pub const MARK: &str = "presence-sync";

/// The tag that holds our mark.
pub const MARK_TAG: &str = "customField9";

/// The tag that holds the Microsoft object id.
pub const ID_TAG: &str = "customField10";

/// Limits of 8x8's fields in characters (developer.8x8.com, "Contact object structure").
const LONGEST_FIRST: usize = 128;
const LONGEST_LAST: usize = 30;
const LONGEST_DEPARTMENT: usize = 100;
const LONGEST_TITLE: usize = 128;

/// A run that nobody asked for begins this long after the last one.
const AGAIN: Duration = Duration::from_hours(6);

/// A contact that could not be written is tried so often.
const ATTEMPTS: u32 = 4;

/// Clashes that are told by name.
const MOST_CLASHES: usize = 200;

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

/// What we write of a contact.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fields {
    /// Whose.
    pub person: PersonId,
    /// First name; may be empty.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Address.
    pub email: String,
    /// Department; may be empty.
    pub department: String,
    /// Job title; may be empty.
    pub title: String,
}

/// A contact of the kind that customers write, as 8x8 has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompanyContact {
    /// Contact id.
    pub id: String,
    /// Whose it is, if it is ours.
    pub ours: Option<PersonId>,
    /// What stands there; the person is ours only if `ours` says so.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// All addresses.
    pub emails: Vec<String>,
    /// Department.
    pub department: String,
    /// Job title.
    pub title: String,
}

/// What 8x8 has.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    /// The customer's id, which new contacts must carry.
    pub customer: Option<String>,
    /// All contacts of this kind.
    pub contacts: Vec<CompanyContact>,
    /// Entries that could not be read.
    pub set_aside: u64,
}

/// One thing to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContactWrite {
    /// A new contact.
    Create {
        /// The customer's id.
        customer: String,
        /// What.
        fields: Fields,
    },
    /// A contact of ours, replaced as a whole.
    Update {
        /// Contact id.
        id: String,
        /// The customer's id.
        customer: String,
        /// What.
        fields: Fields,
    },
    /// A contact of ours, removed.
    Remove {
        /// Contact id.
        id: String,
        /// Whose it was.
        person: PersonId,
    },
}

/// Why a contact was not written.
#[derive(Clone, Debug)]
pub enum WriteFault {
    /// 8x8 has something that clashes, or does not take the values.
    Refused(Arc<Problem>),
    /// It could not be done now.
    Failed(Failure),
}

/// Somebody who is not imported, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// Name.
    pub name: String,
    /// Address.
    pub address: String,
    /// Why, in words.
    pub why: String,
}

/// What would be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// New contacts.
    pub creates: usize,
    /// Contacts that changed.
    pub updates: usize,
    /// Contacts to be removed now.
    pub removals: usize,
    /// Contacts whose person is gone, and whose time has not come.
    pub waiting: usize,
    /// Contacts that are as they should be.
    pub unchanged: usize,
    /// Whoever can not be imported.
    pub clashes: Vec<Clash>,
    /// Whether the removals need a person's word.
    pub many_removals: bool,
    /// How long it takes, about.
    pub takes: Duration,
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

/// The machine.
#[derive(Debug)]
pub struct Import {
    limits: Limits,
    kept: Kept,
    phase: Phase,
    /// Whether the run under way begins without being looked at.
    by_itself: bool,
    plan: Plan,
    queue: VecDeque<ContactWrite>,
    in_flight: Option<(ContactWrite, u32)>,
    progress: Progress,
    due: Option<Uptime>,
    again: Uptime,
    finished: Option<Moment>,
    problem: Option<Arc<Problem>>,
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
            progress: Progress::default(),
            due: None,
            finished: None,
            problem: None,
        }
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
                    self.queue.retain(|write| !matches!(write, ContactWrite::Remove { .. }));
                    self.progress.left = self.queue.len();
                }
                self.kept.enabled = true;
                self.phase = Phase::Running;
                self.due = Some(now.uptime);
                vec![ImportEffect::Keep(self.kept.clone())]
            }
            (ImportWish::Pause, Phase::Running) => {
                self.phase = Phase::Paused;
                Vec::new()
            }
            (ImportWish::Resume, Phase::Paused) => {
                self.phase = Phase::Running;
                self.due = Some(now.uptime);
                Vec::new()
            }
            (ImportWish::Cancel, _) => {
                self.phase = Phase::Idle;
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
        vec![ImportEffect::Read]
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
        let (plan, queue) = self.compare(directory, wanted, &customer, now);
        self.progress = Progress { done: 0, failed: 0, left: queue.len() };
        self.plan = plan;
        self.queue = queue;
        let mut effects = Vec::new();
        if self.kept.missing != before {
            effects.push(ImportEffect::Keep(self.kept.clone()));
        }
        if self.by_itself {
            if self.plan.many_removals {
                // Somebody has to look: perhaps the directory is not what it seems.
                self.queue.retain(|write| !matches!(write, ContactWrite::Remove { .. }));
                self.progress.left = self.queue.len();
            }
            self.phase = Phase::Running;
            self.due = Some(now.uptime);
        } else {
            self.phase = Phase::Preview;
        }
        effects
    }

    fn compare(
        &mut self,
        directory: &Directory,
        wanted: &[Fields],
        customer: &str,
        now: Moment,
    ) -> (Plan, VecDeque<ContactWrite>) {
        let mut plan = Plan::default();
        let (mut creates, mut updates, mut removals) = (VecDeque::new(), VecDeque::new(), Vec::new());
        let mut ours: HashMap<PersonId, &CompanyContact> = HashMap::new();
        for contact in &directory.contacts {
            if let Some(person) = contact.ours {
                // A double of ours, whatever made it, goes at once.
                if let Some(double) = ours.insert(person, contact) {
                    removals.push(ContactWrite::Remove { id: double.id.clone(), person });
                }
            }
        }
        let foreign: HashSet<String> = directory
            .contacts
            .iter()
            .filter(|contact| contact.ours.is_none())
            .flat_map(|contact| contact.emails.iter().map(|email| email.to_lowercase()))
            .collect();
        let mut seen = HashSet::new();
        for fields in wanted {
            let email = fields.email.to_lowercase();
            self.kept.missing.remove(&fields.person.to_string());
            let known = ours.remove(&fields.person);
            let clash = if foreign.contains(&email) {
                Some("A contact that is not ours has this address.")
            } else if !seen.insert(email) {
                Some("Somebody else of this import has this address.")
            } else {
                None
            };
            match (known, clash) {
                (_, Some(why)) => {
                    if plan.clashes.len() < MOST_CLASHES {
                        let name = format!("{} {}", fields.first_name, fields.last_name).trim().to_owned();
                        plan.clashes.push(Clash { name, address: fields.email.clone(), why: why.into() });
                    }
                }
                (Some(contact), None) if same(contact, fields) => plan.unchanged += 1,
                (Some(contact), None) => updates.push_back(ContactWrite::Update {
                    id: contact.id.clone(),
                    customer: customer.to_owned(),
                    fields: fields.clone(),
                }),
                (None, None) => {
                    creates.push_back(ContactWrite::Create {
                        customer: customer.to_owned(),
                        fields: fields.clone(),
                    });
                }
            }
        }
        // Who is left has nobody any more.
        let total = plan.unchanged + updates.len() + ours.len();
        let still: HashSet<String> = ours.keys().map(ToString::to_string).collect();
        self.kept.missing.retain(|id, _| still.contains(id));
        let mut gone: Vec<(&PersonId, &&CompanyContact)> = ours.iter().collect();
        gone.sort_unstable_by_key(|(person, _)| **person);
        for (person, contact) in gone {
            let since = *self.kept.missing.entry(person.to_string()).or_insert(now.wall);
            let seconds = now.wall.as_second() - since.as_second();
            if u64::try_from(seconds).is_ok_and(|seconds| seconds >= self.limits.grace.as_secs()) {
                removals.push(ContactWrite::Remove { id: contact.id.clone(), person: *person });
            } else {
                plan.waiting += 1;
            }
        }
        plan.creates = creates.len();
        plan.updates = updates.len();
        plan.removals = removals.len();
        let share = u32::try_from(removals.len() * 100 / total.max(1)).unwrap_or(u32::MAX);
        plan.many_removals = removals.len() > 5 && share > self.limits.most_removals;
        let writes = plan.creates + plan.updates + plan.removals;
        plan.takes = self.pace() * u32::try_from(writes).unwrap_or(u32::MAX);
        let queue = creates.into_iter().chain(updates).chain(removals).collect();
        (plan, queue)
    }

    /// Time between two writes.
    fn pace(&self) -> Duration {
        Duration::from_mins(1) / self.limits.per_minute.clamp(1, 60)
    }

    fn next(&mut self, now: Moment) -> Vec<ImportEffect> {
        let Some(write) = self.queue.pop_front() else {
            self.phase = Phase::Idle;
            self.finished = Some(now);
            self.again = now.uptime.plus(AGAIN);
            self.due = None;
            return Vec::new();
        };
        self.due = Some(now.uptime.plus(self.pace()));
        self.in_flight = Some((write.clone(), 1));
        vec![ImportEffect::Write(write)]
    }

    /// A contact was written, or not.
    pub fn written(&mut self, result: Result<(), WriteFault>, now: Moment) -> Vec<ImportEffect> {
        let Some((write, attempts)) = self.in_flight.take() else { return Vec::new() };
        let mut effects = Vec::new();
        match result {
            Ok(()) => {
                self.progress.done += 1;
                self.problem = None;
                if let ContactWrite::Remove { person, .. } = &write
                    && self.kept.missing.remove(&person.to_string()).is_some()
                {
                    effects.push(ImportEffect::Keep(self.kept.clone()));
                }
            }
            Err(WriteFault::Refused(problem)) => {
                self.progress.failed += 1;
                if let ContactWrite::Create { fields, .. } | ContactWrite::Update { fields, .. } = &write
                    && self.plan.clashes.len() < MOST_CLASHES
                {
                    let name = format!("{} {}", fields.first_name, fields.last_name).trim().to_owned();
                    let why = problem.cause.clone();
                    self.plan.clashes.push(Clash { name, address: fields.email.clone(), why });
                }
            }
            Err(WriteFault::Failed(failure)) => {
                self.problem = failure.problem().cloned();
                let wait = match &failure {
                    Failure::Throttled { wait, .. } => *wait,
                    _ => Duration::from_secs(5) * 2_u32.pow(attempts.min(6)),
                };
                self.due = Some(now.uptime.plus(wait.max(self.pace())));
                let patient = matches!(failure, Failure::Throttled { .. } | Failure::Offline(_));
                if matches!(failure, Failure::Forbidden(_)) {
                    // The key is no longer good: nothing else would go better.
                    self.phase = Phase::Paused;
                    self.queue.push_front(write);
                } else if patient || attempts < ATTEMPTS {
                    self.retry(write, attempts);
                } else {
                    self.progress.failed += 1;
                }
            }
        }
        self.progress.left = self.queue.len();
        effects
    }

    /// A creation whose answer was lost is not repeated blindly: the next run looks whether it is there.
    fn retry(&mut self, write: ContactWrite, attempts: u32) {
        if matches!(write, ContactWrite::Create { .. }) && attempts > 1 {
            self.progress.failed += 1;
        } else {
            self.queue.push_front(write);
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

/// A person as a contact; none without an address.
#[must_use]
pub fn fields(person: &Person) -> Option<Fields> {
    let email = person.mail.as_deref().unwrap_or(&person.user_name);
    if !email.contains('@') {
        return None;
    }
    // Whoever has one name has it as the last one, which 8x8 wants.
    let (first, last) = person.name.rsplit_once(' ').unwrap_or(("", person.name.as_str()));
    Some(Fields {
        person: person.id,
        first_name: shortened(first, LONGEST_FIRST),
        last_name: shortened(last, LONGEST_LAST),
        email: email.to_owned(),
        department: shortened(person.department.as_deref().unwrap_or_default(), LONGEST_DEPARTMENT),
        title: shortened(person.title.as_deref().unwrap_or_default(), LONGEST_TITLE),
    })
}

/// At most so many characters, cut between words where there are any, and marked as cut.
fn shortened(text: &str, longest: usize) -> String {
    let text = text.trim();
    if text.chars().count() <= longest {
        return text.to_owned();
    }
    let cut: String = text.chars().take(longest - 1).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    // Only if enough is left to be recognised.
    let kept = if whole.chars().count() * 2 >= longest { whole } else { &cut };
    format!("{}…", kept.trim_end())
}

fn same(contact: &CompanyContact, fields: &Fields) -> bool {
    contact.first_name == fields.first_name
        && contact.last_name == fields.last_name
        && contact.department == fields.department
        && contact.title == fields.title
        && contact.emails.len() == 1
        && contact.emails[0].eq_ignore_ascii_case(&fields.email)
}

#[cfg(test)]
mod tests;
