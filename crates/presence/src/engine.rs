//! The pure engine: events in, effects out, one snapshot to look at.
//!
//! All rules about time and trust live here: who is known, what Teams last said, what counts as stale, when to ask
//! next, and what the state of the whole is called. There is no IO, no clock and no randomness: the same events at the
//! same moments give the same picture.

pub mod backoff;
pub mod calls;
pub mod center;
pub mod effect;
pub mod event;
pub mod inside;
mod polls;
pub mod quiet;
pub mod reader;
pub mod roster;
pub mod schedule;
mod sides;
mod standing;
pub mod tags;
pub mod talking;
pub mod telephony;
pub mod writer;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use calls::{Calls, Lines};
use center::Center;
use effect::{Change, Effect};
use event::{Event, Intent, StoredObservation};
use inside::Inside;
use reader::Reader;
use roster::Roster;
use schedule::Schedule;
use telephony::Telephony;
use writer::Writer;

use crate::error::{Failure, Problem};
use crate::imports::{Import, ImportEffect, Kept};
use crate::moment::{Moment, Uptime};
use crate::person::PersonId;
use crate::session::{Session, Step, Wish};
use crate::setup::options::Options;
use crate::snapshot::{CenterPicture, Incident, IncidentKind, SetAside, Snapshot, Source, SourceState};

/// What the engine is told once.
#[derive(Clone, Debug)]
pub struct Rules {
    /// Time between two polls of one person; 8x8's own service takes ten seconds.
    pub interval: Duration,
    /// Time between two looks at the directory when only changes are read.
    pub directory_interval: Duration,
    /// The same when the whole directory has to be listed for it.
    pub listing_interval: Duration,
    /// Time between two readings of 8x8's contacts; `None` when there is no key.
    pub contacts_interval: Option<Duration>,
    /// Time between two looks at a phone system; `None` when calls are not read.
    pub calls_interval: Option<Duration>,
    /// Whether calls are shown in Teams.
    pub writes: bool,
    /// Whether contacts are imported.
    pub imports: bool,
    /// Whether the status of the contact centre's agents is read.
    pub agents: bool,
    /// Whether the contact centre's events are heard.
    pub events: bool,
    /// Whether ring groups are read.
    pub groups: bool,
    /// What the administrator set.
    pub options: Arc<Options>,
    /// Spreads the retries of many desktops.
    pub seed: u64,
    /// Told in every surface when the endpoints are none of the known clouds.
    pub notice: Option<Arc<str>>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(10),
            directory_interval: Duration::from_secs(30),
            listing_interval: Duration::from_mins(5),
            contacts_interval: Some(Duration::from_mins(10)),
            calls_interval: None,
            writes: false,
            imports: false,
            agents: false,
            events: false,
            groups: false,
            options: Arc::default(),
            seed: 0,
            notice: None,
        }
    }
}

/// While the source is not live, a new picture is made this often, so that ages go on.
const DEGRADED_TICK: Duration = Duration::from_secs(5);

/// A keychain that is locked or missing is asked again this often.
const VAULT_WAIT: Duration = Duration::from_secs(5);

/// States are written together this often: the store is a cache, and a crash may cost it seconds.
const STORE_INTERVAL: Duration = Duration::from_secs(3);

/// Nobody looks further back.
const MOST_INCIDENTS: usize = 100;

/// For "until I resume".
const FOR_EVER: Duration = Duration::from_hours(24 * 365 * 10);

/// The engine.
#[derive(Debug)]
pub struct Engine {
    rules: Rules,
    roster: Roster,
    schedule: Schedule,
    directory: Reader,
    contacts: Option<Reader>,
    telephony: Telephony,
    inside: Inside,
    lines: Option<Arc<Lines>>,
    writer: Writer,
    import: Option<Import>,
    /// The contact centre as it was last drawn.
    center: Option<Arc<CenterPicture>>,
    center_moved: bool,
    cursor: Option<Arc<str>>,
    session: Session,
    source: Source,
    /// When each page that is waited for was asked about.
    asked: BTreeMap<usize, Moment>,
    /// Pages that were asked about before the machine slept, and not answered yet.
    before_sleep: BTreeSet<usize>,
    /// Why the newest presence call brought nothing, until one brings something.
    failure: Option<Failure>,
    vault_due: Option<Uptime>,
    local: Option<Arc<Problem>>,
    /// What is wrong with this computer's clock.
    clock: Option<Arc<Problem>>,
    incidents: Arc<VecDeque<Incident>>,
    vault: Option<Arc<Problem>>,
    paused: Option<Moment>,
    set_aside: SetAside,
    unstored: Vec<(PersonId, StoredObservation)>,
    stored: Uptime,
    revision: u64,
    changed: bool,
    drawn: Uptime,
}

impl Engine {
    /// An engine that knows nothing yet.
    #[must_use]
    pub fn new(rules: Rules, now: Moment) -> Self {
        Self {
            roster: Roster::default(),
            schedule: Schedule::new(rules.interval, rules.seed, now.uptime),
            directory: Reader::new(now),
            contacts: rules.contacts_interval.map(|_| Reader::new(now)),
            telephony: telephony(&rules, now),
            inside: inside(&rules, now),
            lines: None,
            writer: Writer::default(),
            import: rules.imports.then(|| Import::new(rules.options.contacts.import(), Kept::default(), now)),
            center: None,
            center_moved: true,
            cursor: None,
            session: Session::default(),
            source: Source { since: Some(now), ..Source::default() },
            asked: BTreeMap::new(),
            before_sleep: BTreeSet::new(),
            failure: None,
            vault_due: None,
            local: None,
            clock: None,
            incidents: Arc::default(),
            vault: None,
            paused: None,
            set_aside: SetAside::default(),
            unstored: Vec::new(),
            stored: Uptime(i64::MIN),
            revision: 0,
            changed: true,
            drawn: now.uptime,
            rules,
        }
    }

    /// Takes one event and gives what is to be done about it, and about the time.
    #[must_use]
    pub fn handle(&mut self, event: Event, now: Moment) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.changed |= !matches!(event, Event::Tick);
        match event {
            Event::Tick => {}
            Event::Woke => {
                self.note(IncidentKind::Woke, now);
                self.before_sleep.extend(std::mem::take(&mut self.asked).into_keys());
                self.schedule.forget_answers();
                self.begin_again(now, &mut effects);
            }
            Event::Network => {
                self.note(IncidentKind::Network, now);
                self.begin_again(now, &mut effects);
            }
            Event::Interval(interval) => {
                self.rules.interval = interval;
                self.schedule.set_interval(interval, now.uptime);
                if self.rules.calls_interval.is_some() {
                    self.rules.calls_interval = Some(interval);
                    self.telephony.set_interval(interval);
                }
            }
            Event::Clock(problem) => self.clock = problem,
            Event::Crashed(_) => self.note(IncidentKind::Crashed, now),
            Event::Restored(restored) => {
                self.cursor.clone_from(&restored.cursor);
                self.writer.restore(restored.ledger.iter().copied(), now);
                let limits = self.rules.options.contacts.import();
                self.import = self.rules.imports.then(|| Import::new(limits, restored.import.clone(), now));
                self.telephony.resume(restored.stream.clone());
                self.inside.restore(restored.quiet.clone(), now);
                if !self.rules.writes {
                    // Nothing of ours is wanted any more, whoever put it there.
                    self.writer.end_all(now);
                }
                self.roster.restore(*restored, now);
                self.source.last_success = self
                    .roster
                    .people()
                    .iter()
                    .filter_map(|state| state.teams.as_ref())
                    .map(|teams| teams.observed)
                    .max_by_key(|moment| moment.uptime);
                self.fit(now);
            }
            Event::Session(step) => self.step(step, now, &mut effects),
            Event::DirectoryRead(read) => self.directory_read(read, now, &mut effects),
            Event::DirectoryFailed(failure) => self.directory_failed(&failure, now, &mut effects),
            Event::PresenceRead(read) => self.presence_read(&read, now, &mut effects),
            Event::PresenceFailed { page, failure } => self.presence_failed(page, failure, now, &mut effects),
            Event::ContactsRead(contacts) => {
                let interval = self.rules.contacts_interval.unwrap_or(FOR_EVER);
                if let Some(reader) = &mut self.contacts {
                    reader.succeeded(interval, now);
                }
                if self.roster.set_contacts(contacts) {
                    effects.push(Effect::Store(Change::Contacts(Arc::clone(self.roster.contacts()))));
                    self.fit(now);
                }
            }
            Event::ContactsFailed(failure) => {
                if let Some(reader) = &mut self.contacts {
                    reader.failed(&failure, now);
                }
            }
            Event::Eight(heard) => self.hear(heard, now, &mut effects),
            Event::Options(options) => self.set_options(options, now),
            Event::Written(results) => self.written(&results, now, &mut effects),
            Event::Quieted(write, result) => {
                if result.is_ok() {
                    self.telephony.look_again(now);
                }
                self.center_moved = true;
                effects.extend(self.inside.quieted(&write, result, now).map(Effect::Store));
            }
            Event::TagWritten(person, result) => {
                self.center_moved = true;
                self.inside.marked(person, result, now);
            }
            Event::CompanyRead(directory) => {
                self.set_aside.entries += directory.set_aside;
                self.inside.targets_read(&directory, now);
                let wanted = self.roster.without_contact();
                let asked = self.import.as_mut().map(|import| import.compared(&directory, &wanted, now));
                carry_out(asked, &mut effects);
            }
            Event::CompanyFailed(failure) => {
                self.inside.targets_failed(&failure, now);
                let asked = self.import.as_mut().map(|import| import.failed(&failure, now));
                carry_out(asked, &mut effects);
            }
            Event::ContactWritten(result) => {
                self.inside.targets_changed(now);
                let asked = self.import.as_mut().map(|import| import.written(result, now));
                carry_out(asked, &mut effects);
            }
            Event::VaultClosed(problem) => {
                self.vault = Some(problem);
                self.vault_due = Some(now.uptime.plus(VAULT_WAIT));
            }
            Event::Local(problem) => self.local = problem,
            Event::Intent(intent) => self.intend(&intent, now, &mut effects),
        }
        self.follow_calls(now);
        self.follow_teams(now, &mut effects);
        self.plan(now, &mut effects);
        effects
    }

    /// When the engine wants to be woken with a [`Event::Tick`], if nothing happens before.
    #[must_use]
    pub fn wake_at(&self, now: Moment) -> Option<Uptime> {
        let polls = [
            self.schedule.wake_at(now.uptime),
            self.directory.wake_at().map(|due| due.max(self.schedule.hold(now.uptime).unwrap_or(due))),
            self.contacts.as_ref().and_then(Reader::wake_at),
            self.telephony.wake_at(),
            self.import.as_ref().and_then(Import::wake_at),
            self.inside.reading_at().filter(|_| !self.is_importing()),
        ];
        let running = self.session.account().is_some() && self.paused.is_none();
        let polls = polls.into_iter().flatten().filter(|_| running);
        let tick = (self.source.state != SourceState::Live).then(|| self.drawn.plus(DEGRADED_TICK));
        polls
            .chain(tick)
            .chain(self.writer.wake_at())
            .chain(self.inside.wake_at())
            .chain(self.vault_due)
            .chain(self.paused.map(|until| until.uptime))
            .min()
    }

    /// Whether somebody is signed in, as far as is known.
    #[must_use]
    pub fn is_signed_in(&self) -> bool {
        self.session.account().is_some()
    }

    /// Whether there is a new picture to look at.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.changed
    }

    /// The picture.
    pub fn snapshot(&mut self, now: Moment) -> Snapshot {
        self.revision += 1;
        self.changed = false;
        self.drawn = now.uptime;
        Snapshot {
            revision: self.revision,
            at: now,
            people: self.roster.people().clone(),
            source: self.source.clone(),
            directory: self.directory.source().clone(),
            contacts: self.contacts.as_ref().map(|reader| reader.source().clone()),
            session: self.session.clone(),
            matches: Arc::clone(self.roster.report()),
            set_aside: self.set_aside,
            paused: self.paused,
            interval: self.schedule.interval(),
            complete: self.directory.source().last_success.is_some() && self.schedule.complete(),
            notice: self.rules.notice.clone(),
            local: self.vault.clone().or_else(|| self.local.clone()).or_else(|| self.clock.clone()),
            calls: self
                .telephony
                .calls_picture(self.writer.source().clone(), self.writer.ledger())
                .map(Arc::new),
            center: self.center.clone(),
            import: self.import.as_ref().map(|import| Arc::new(import.picture())),
            // The driver knows of these.
            configured: true,
            setup: Arc::default(),
            desk: Arc::default(),
            incidents: Arc::clone(&self.incidents),
        }
    }

    fn step(&mut self, step: Step, now: Moment, effects: &mut Vec<Effect>) {
        self.vault_due = None;
        self.vault = None;
        match self.session.step(step) {
            Wish::Nothing => {}
            Wish::Begin => effects.push(Effect::BeginSignIn),
            Wish::Stop => effects.push(Effect::StopSignIn),
            Wish::Forget => effects.push(Effect::ForgetSignIn),
            Wish::Start => {
                self.failure = None;
                self.schedule.restart(now.uptime, false);
                self.schedule.forget_answers();
                self.directory.abandon();
                self.hurry(now);
            }
        }
        let own = self.session.account().and_then(|account| PersonId::parse(&account.id));
        if own.is_some() {
            self.roster.set_own(own);
            self.fit(now);
        }
    }

    fn intend(&mut self, intent: &Intent, now: Moment, effects: &mut Vec<Effect>) {
        match intent {
            Intent::SignIn => self.step(Step::Asked, now, effects),
            Intent::CancelSignIn => self.step(Step::Cancelled, now, effects),
            Intent::SignOut => self.step(Step::SignedOut, now, effects),
            Intent::SyncNow => {
                self.schedule.restart(now.uptime, self.is_throttled());
                self.hurry(now);
                if self.vault.is_some() {
                    self.vault_due = Some(now.uptime);
                }
            }
            Intent::Pause(span) => {
                self.note(IncidentKind::Paused, now);
                self.paused = Some(now.plus(span.unwrap_or(FOR_EVER)));
            }
            Intent::Resume => self.resume(now),
            Intent::Import(wish) => {
                let asked = self.import.as_mut().map(|import| import.wish(*wish, now));
                carry_out(asked, effects);
            }
        }
    }

    fn resume(&mut self, now: Moment) {
        if self.paused.take().is_some() {
            self.changed = true;
            self.schedule.restart(now.uptime, true);
            self.hurry(now);
        }
    }

    /// Whatever stood between here and the vendors may be another now: connections are made anew, everything is read
    /// once, and a way that is still closed is tried again soon. A pause that a vendor asked for stays.
    fn begin_again(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        self.schedule.restart(now.uptime, self.is_throttled());
        self.schedule.hurry_back(now.uptime);
        self.hurry(now);
        if self.vault.is_some() {
            self.vault_due = Some(now.uptime);
        }
        effects.push(Effect::Reconnect);
    }

    fn is_throttled(&self) -> bool {
        matches!(self.failure, Some(Failure::Throttled { .. }))
    }

    /// Takes note of something for whoever wonders later.
    fn note(&mut self, what: IncidentKind, at: Moment) {
        let incidents = Arc::make_mut(&mut self.incidents);
        if incidents.len() == MOST_INCIDENTS {
            incidents.pop_front();
        }
        incidents.push_back(Incident { at, what });
    }

    fn hurry(&mut self, now: Moment) {
        self.directory.hurry(now);
        if let Some(reader) = &mut self.contacts {
            reader.hurry(now);
        }
    }

    fn fit(&mut self, now: Moment) {
        // People or their contacts moved, and with them who has which extension.
        self.lines = None;
        self.schedule.resize(self.roster.pages(), now.uptime);
    }

    /// Asks for whatever is due, and names the state of the whole.
    fn plan(&mut self, now: Moment, effects: &mut Vec<Effect>) {
        if self.paused.is_some_and(|until| until.uptime <= now.uptime) {
            self.resume(now);
        }
        if self.vault_due.is_some_and(|due| due <= now.uptime) {
            self.vault_due = None;
            effects.push(Effect::FindSignIn);
        }
        if self.session.account().is_some() && self.paused.is_none() {
            // What one call learned of Microsoft's limits holds for all of them.
            if self.schedule.hold(now.uptime).is_none() && self.directory.take(now) {
                effects.push(Effect::ReadDirectory { cursor: self.cursor.clone() });
            }
            while let Some(page) = self.schedule.take(now.uptime) {
                self.asked.insert(page, now);
                effects.push(Effect::ReadPresence { page, people: self.roster.page(page) });
            }
            if self.contacts.as_mut().is_some_and(|reader| reader.take(now)) {
                effects.push(Effect::ReadContacts);
            }
            effects.extend(self.telephony.take(now).into_iter().map(Effect::Eight));
            if !self.is_importing() && self.inside.reads_targets(now) {
                effects.push(Effect::ReadCompany);
            }
        }
        // A directory that is not known yet would have everybody removed.
        if self.session.account().is_some()
            && self.paused.is_none()
            && self.directory.source().last_success.is_some()
        {
            let asked = self.import.as_mut().map(|import| import.tick(now));
            carry_out(asked, effects);
        }
        effects.extend(self.inside.take(now));
        // What is ours is renewed and ended whoever is signed in to read.
        self.plan_writes(now, effects);
        self.assess(now);
        self.changed |=
            self.source.state != SourceState::Live && now.uptime.since(self.drawn) >= DEGRADED_TICK;
    }

    /// Whether the import asks or writes now: its own readings and writes come first.
    fn is_importing(&self) -> bool {
        self.import.as_ref().is_some_and(Import::is_busy)
    }
}

/// What is changed inside 8x8, as far as the options want it.
fn inside(rules: &Rules, now: Moment) -> Inside {
    let mut inside = Inside::default();
    inside.set_options(&rules.options, rules.imports, now);
    inside
}

/// 8x8's side, as far as the rules want it read.
fn telephony(rules: &Rules, now: Moment) -> Telephony {
    let calls = rules.calls_interval.map(|interval| Calls::new(interval, now));
    let heard = rules.agents || rules.events;
    let center = heard.then(|| Center::new(rules.agents, rules.events, rules.seed, now));
    let groups = rules.groups.then(|| Reader::new(now));
    Telephony::new(Arc::clone(&rules.options), calls, center, groups, now)
}

/// What the import asks for, as effects.
fn carry_out(asked: Option<Vec<ImportEffect>>, effects: &mut Vec<Effect>) {
    for one in asked.unwrap_or_default() {
        effects.push(match one {
            ImportEffect::Read => Effect::ReadCompany,
            ImportEffect::Write(write) => Effect::WriteContact(write),
            ImportEffect::Keep(kept) => Effect::Store(Change::Import(kept)),
        });
    }
}

#[cfg(test)]
mod tests;
