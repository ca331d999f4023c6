//! One run of the loop: everything that a driver has while nothing fails.

use std::sync::Arc;

use jiff::tz::TimeZone;
use tokio::sync::mpsc;

use super::effects::Effects;
use super::installer::Installer;
use super::sync::Sync;
use super::{FAREWELL, Heard, Seed};
use crate::clock::Clock;
use crate::desk::{self, Desk};
use crate::engine::event::{Event, Intent};
use crate::engine::quiet::{Lever, QuietWrite};
use crate::engine::{Engine, Rules};
use crate::error::Problem;
use crate::moment::{Moment, Uptime};
use crate::settings::Profile;
use crate::setup::installation::Installation;
use crate::setup::{self, Setup};
use crate::snapshot::{Snapshot, SourceState};

/// While states are not fresh it is looked this often whether there is a network again.
const ALERT: std::time::Duration = std::time::Duration::from_secs(2);

/// A disk that refused is asked again after so long.
const KEEP_AGAIN: std::time::Duration = std::time::Duration::from_secs(30);

/// Another computer's clock may differ by so much; signatures and certificates bear no more (Entra allows five minutes).
const CLOCK_BEARABLE: jiff::SignedDuration = jiff::SignedDuration::from_mins(4);

pub(super) struct Round {
    pub(super) sync: Sync,
    pub(super) setup: Setup,
    pub(super) desk: Desk,
    installer: Installer,
    profile: Profile,
    rules: Rules,
    clock: Arc<Clock>,
    publish: Arc<tokio::sync::watch::Sender<Arc<Snapshot>>>,
    revision: u64,
    /// The wizard and the desk as the newest picture has them.
    shown: (Arc<Setup>, Arc<desk::Picture>),
    clock_is_wrong: bool,
    unkept: Unkept,
}

/// What the disk refused so far.
#[derive(Debug, Default)]
struct Unkept {
    desk: bool,
    preferences: bool,
    tried: Option<Moment>,
}

impl Round {
    /// A loop from what a driver is made of; its first picture is there at once, so that no surface ever sees an empty
    /// one before it.
    pub(super) fn start(
        seed: &Seed,
        installation: Installation,
        mut desk: Desk,
        now: Moment,
    ) -> Result<Self, Problem> {
        let setup = Setup::new(installation, seed.fixed_cloud, now);
        let preferences = Arc::clone(&desk.picture().preferences);
        if let Err(problem) = seed.shared.set_network(preferences.network.clone()) {
            tracing::warn!(code = %problem.code, detail = ?problem.detail, "the network settings could not be used");
            desk.tell(problem);
        }
        let mut rules = seed.rules.clone();
        if seed.follows_preferences {
            rules.interval = preferences.interval_at(now, &TimeZone::system());
        }
        let sync = Sync::start(&seed.shared, &seed.profile, rules.clone(), &setup.installation, now)?;
        let mut own = Self {
            sync,
            setup,
            desk,
            installer: Installer::new(seed.shared.clone(), seed.profile.clone()),
            profile: seed.profile.clone(),
            rules,
            clock: Arc::clone(&seed.shared.clock),
            publish: Arc::clone(&seed.publish),
            revision: seed.publish.borrow().revision,
            shown: Default::default(),
            clock_is_wrong: false,
            unkept: Unkept::default(),
        };
        own.draw(now);
        own.ask_about_login(None);
        Ok(own)
    }

    pub(super) fn hear(&mut self, heard: Heard, now: Moment) {
        match heard {
            Heard::Sync(event) => {
                // The sign-in is the sync's; that it happened is news for the wizard too.
                let step = match &event {
                    Event::Session(step) => Some(step.clone()),
                    Event::Intent(Intent::SignOut) => Some(crate::session::Step::SignedOut),
                    Event::Intent(Intent::CancelSignIn) => Some(crate::session::Step::Cancelled),
                    _ => None,
                };
                self.sync.handle(event, now);
                if let Some(step) = step {
                    self.advise(setup::event::Event::Session(step), now);
                }
            }
            Heard::Setup(event) => self.advise(event, now),
            Heard::Desk(wish) => {
                let effects = self.desk.wish(wish, now);
                self.arrange(effects, now);
            }
            Heard::StartsAtLogin(starts, problem) => self.desk.starts_at_login(starts, problem),
            // Heard by whoever runs the loop.
            Heard::Crashed => {}
        }
    }

    /// Lets the wizard hear something, and does what it asks for.
    pub(super) fn advise(&mut self, event: setup::event::Event, now: Moment) {
        use setup::event::Effect;
        for effect in self.setup.handle(event, now) {
            match effect {
                Effect::Adopt(installation) => self.adopt(&installation, now),
                Effect::Tune(installation) => {
                    let options = Arc::new(installation.options.clone());
                    self.sync.handle(Event::Options(options), now);
                }
                Effect::SignIn => {
                    // A sign-in that Microsoft ended and nobody noticed yet would be taken for a good one.
                    if self.sync.engine.is_signed_in() {
                        self.sync.handle(Event::Intent(Intent::SignOut), now);
                    }
                    self.sync.handle(Event::Intent(Intent::SignIn), now);
                }
                Effect::CancelSignIn => self.sync.handle(Event::Intent(Intent::CancelSignIn), now),
                Effect::SignOut if self.sync.effects.is_some() => {
                    self.sync.handle(Event::Intent(Intent::SignOut), now);
                }
                other => {
                    let reader = self.sync.effects.as_ref().map(Effects::microsoft);
                    self.installer.perform(other, reader);
                }
            }
        }
    }

    /// Does what the desk asks for.
    fn arrange(&mut self, effects: Vec<desk::Effect>, now: Moment) {
        for effect in effects {
            match effect {
                desk::Effect::Keep(_) => {
                    self.unkept.desk = true;
                    self.keep(now);
                }
                desk::Effect::Prefer(_) => {
                    self.unkept.preferences = true;
                    self.keep(now);
                }
                desk::Effect::Notify(notification) => self.installer.shared.desktop.notify(&notification),
                desk::Effect::StartAtLogin(wanted) => self.ask_about_login(Some(wanted)),
                desk::Effect::Interval(interval) => {
                    self.rules.interval = interval;
                    self.sync.handle(Event::Interval(interval), now);
                }
                desk::Effect::Network(network) => match self.installer.shared.set_network(network) {
                    Ok(()) => self.sync.handle(Event::Network, now),
                    Err(problem) => self.desk.tell(problem),
                },
            }
        }
    }

    /// Writes what is not on the disk yet, each file for itself.
    fn keep(&mut self, now: Moment) {
        self.unkept.tried = Some(now);
        let picture = self.desk.picture().clone();
        let mut problem = None;
        if self.unkept.desk {
            let saved = self.profile.save_kept(&picture.kept);
            self.unkept.desk = saved.is_err();
            problem = saved.err();
        }
        if self.unkept.preferences {
            let saved = self.profile.save_preferences(&picture.preferences);
            self.unkept.preferences = saved.is_err();
            problem = problem.or(saved.err());
        }
        self.desk.kept(problem);
    }

    /// Asks the system whether the program starts at login, after changing that if so wished. It may take its time.
    fn ask_about_login(&self, wanted: Option<bool>) {
        let shared = self.installer.shared.clone();
        tokio::spawn(async move {
            let desktop = Arc::clone(&shared.desktop);
            let asked = tokio::task::spawn_blocking(move || {
                let problem = wanted.and_then(|wanted| desktop.set_start_at_login(wanted).err());
                (desktop.starts_at_login(), problem)
            });
            if let Ok((starts, problem)) = asked.await {
                // The loop has ended; nobody wants to know any more.
                let _ = shared.events.send(Heard::StartsAtLogin(starts, problem)).await;
            }
        });
    }

    /// The machine slept.
    pub(super) fn woke(&mut self, now: Moment) {
        tracing::info!("the clock ran ahead, as after sleep: everything is read again");
        self.desk.woke(now);
        self.sync.handle(Event::Woke, now);
    }

    /// The network is another one.
    pub(super) fn changed_network(&mut self, now: Moment) {
        tracing::info!("the network is another one: connections are made anew");
        self.desk.woke(now);
        self.sync.handle(Event::Network, now);
    }

    /// Lets whoever has to look at the time do so, and publishes what is new.
    pub(super) fn settle(&mut self, now: Moment) {
        self.advise(setup::event::Event::Tick, now);
        self.look_at_the_clock(now);
        if self.sync.engine.changed() || self.setup.changed() || self.desk.take_changed() {
            self.draw(now);
        }
        let unkept = self.unkept.desk || self.unkept.preferences;
        if unkept && self.unkept.tried.is_some_and(|tried| now.since(tried) >= KEEP_AGAIN) {
            self.keep(now);
        }
        let snapshot = Snapshot { at: now, ..Snapshot::clone(&self.publish.borrow()) };
        let effects = self.desk.look(&snapshot, &TimeZone::system());
        self.arrange(effects, now);
        if self.desk.take_changed() {
            self.draw(now);
        }
    }

    fn look_at_the_clock(&mut self, now: Moment) {
        let ahead = self.clock.ahead().filter(|ahead| ahead.abs() > CLOCK_BEARABLE);
        if ahead.is_some() != self.clock_is_wrong {
            self.clock_is_wrong = ahead.is_some();
            let problem = ahead.map(|ahead| Arc::new(wrong_clock(ahead)));
            self.sync.handle(Event::Clock(problem), now);
        }
    }

    /// When something has to happen, if nothing is heard before.
    pub(super) fn wake_at(&self, now: Moment) -> Option<Uptime> {
        let running = self.sync.effects.is_some();
        let alert = running && self.publish.borrow().source.state != SourceState::Live;
        let wake = self.sync.engine.wake_at(now).filter(|_| running);
        wake.into_iter()
            .chain(self.setup.wake_at())
            .chain(self.desk.wake_at())
            .chain(alert.then(|| now.uptime.plus(ALERT)))
            .min()
    }

    /// Writes what is not written yet.
    pub(super) fn finish(&mut self, now: Moment) {
        self.keep(now);
        let last = self.sync.engine.flush(now);
        if let Some(effects) = &mut self.sync.effects {
            effects.perform(last.into_iter().collect());
        }
    }

    /// Runs the sync with what is installed now. What the old one had under way ends with it.
    fn adopt(&mut self, installation: &Installation, now: Moment) {
        if let Some(effects) = &mut self.sync.effects {
            effects.perform(self.sync.engine.flush(now).into_iter().collect());
        }
        let ours = self.sync.engine.written_for();
        if let Some(effects) = &self.sync.effects
            && installation.configuration().is_none()
            && !ours.is_empty()
        {
            effects.clear_beside(ours);
        }
        let center =
            installation.configuration().map(|configuration| configuration.center).unwrap_or_default();
        let lost: Vec<QuietWrite> = self
            .sync
            .engine
            .owed_inside()
            .into_iter()
            .filter(|write| match write.lever() {
                Lever::Agent(_) => !center.agents,
                Lever::Member { .. } => !center.groups,
            })
            .collect();
        if let Some(effects) = self.sync.effects.as_ref().filter(|_| !lost.is_empty()) {
            effects.restore_beside(lost);
        }
        // The store is closed before it is opened again.
        self.sync.effects = None;
        // The new engine has to be told again.
        self.clock_is_wrong = false;
        let shared = self.installer.shared.clone();
        match Sync::start(&shared, &self.profile, self.rules.clone(), installation, now) {
            Ok(sync) => self.sync = sync,
            Err(problem) => {
                tracing::error!(code = %problem.code, detail = ?problem.detail, "the sync could not start");
                self.sync.engine = Engine::new(self.rules.clone(), now);
                let event = Event::Local(Some(Arc::new(problem)));
                // Nothing runs, and the picture says why.
                let _ = self.sync.engine.handle(event, now);
            }
        }
    }

    /// Ends what stands in Teams by our word, within a time that nobody minds waiting.
    pub(super) async fn say_farewell(&mut self, events: &mut mpsc::Receiver<Heard>, now: Moment) {
        let Some(effects) = &mut self.sync.effects else { return };
        if !self.sync.engine.owes() {
            return;
        }
        effects.perform(self.sync.engine.farewell(now));
        let clearing = async {
            while self.sync.engine.owes() {
                let Some(heard) = events.recv().await else { return };
                if let Heard::Sync(event) = heard {
                    let (now, _) = self.clock.look();
                    effects.perform(self.sync.engine.handle(event, now));
                }
            }
        };
        // Whatever is left ends by itself within minutes, and the next run clears it.
        let _ = tokio::time::timeout(FAREWELL, clearing).await;
    }

    fn draw(&mut self, now: Moment) {
        self.revision += 1;
        if self.setup.take_changed() {
            self.shown.0 = Arc::new(self.setup.clone());
        }
        if *self.shown.1 != *self.desk.picture() {
            self.shown.1 = Arc::new(self.desk.picture().clone());
        }
        let snapshot = self.sync.engine.snapshot(now);
        let snapshot = Snapshot {
            revision: self.revision,
            setup: Arc::clone(&self.shown.0),
            desk: Arc::clone(&self.shown.1),
            configured: self.sync.effects.is_some(),
            ..snapshot
        };
        self.publish.send_replace(Arc::new(snapshot));
    }
}

fn wrong_clock(ahead: jiff::SignedDuration) -> Problem {
    let way = if ahead.is_positive() { "behind" } else { "ahead" };
    let minutes = ahead.abs().as_secs() / 60;
    let by = if minutes < 120 { format!("{minutes} minutes") } else { format!("{} hours", minutes / 60) };
    Problem::new(
        "clock.wrong",
        "This computer's clock is wrong.",
        format!("It is {by} {way} of the vendors' clocks, so sign-ins and certificates may be refused."),
        "Let the system set date and time by itself. States are shown all the same.",
    )
}
