//! The one loop: waits, feeds the engine, carries out its effects, publishes one snapshot.

mod effects;
mod eight;
mod installer;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::checkup;
use crate::clock::Clock;
use crate::desktop::Desktop;
use crate::eight::Contacts;
use crate::eight::keys::Credential;
use crate::endpoints::Endpoints;
use crate::engine::event::{Event, Intent};
use crate::engine::quiet::{Lever, QuietWrite};
use crate::engine::{Engine, Rules};
use crate::error::Problem;
use crate::http;
use crate::microsoft::expected::Expected;
use crate::moment::Moment;
use crate::secret::Secret;
use crate::settings::Profile;
use crate::setup::event::Request;
use crate::setup::installation::{Configuration, Installation, Key};
use crate::setup::registration::Registration;
use crate::setup::{self, Setup};
use crate::snapshot::Snapshot;
use crate::store::Store;
use crate::vault::{self, Vault};
use effects::Effects;
use installer::{Installer, Shared};

/// Events that wait to be taken; whoever sends more waits.
const QUEUE: usize = 256;

/// Quitting waits so long for what has to be cleared at Microsoft.
const FAREWELL: std::time::Duration = std::time::Duration::from_secs(5);

/// What a driver is made of.
pub struct Parts {
    /// Where settings and store are; the caller holds its lock.
    pub profile: Profile,
    /// Where the vendors are.
    pub endpoints: Endpoints,
    /// What is installed: organisation, registrations, how it reads.
    pub installation: Installation,
    /// Where the sign-in is kept.
    pub vault: Arc<dyn Vault>,
    /// Opens the browser.
    pub desktop: Arc<dyn Desktop>,
    /// The rules of time.
    pub rules: Rules,
}

/// What the loop hears.
enum Heard {
    /// For the engine of the sync.
    Sync(Event),
    /// For the wizard.
    Setup(setup::event::Event),
}

/// A running driver. It stops when the last handle is dropped; [`Handle::stop`] also waits for it.
#[derive(Clone)]
pub struct Handle(Arc<Inner>);

struct Inner {
    events: mpsc::Sender<Heard>,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    stopping: Arc<AtomicBool>,
    clock: Arc<Clock>,
    vault: Arc<dyn Vault>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Handle {
    /// The newest picture, and a way to wait for the next one; waiting fails once the driver has ended.
    #[must_use]
    pub fn snapshots(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.0.snapshots.clone()
    }

    /// The newest picture.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.0.snapshots.borrow())
    }

    /// This moment, on the scale of the snapshots: for surfaces that show ages between two of them.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.0.clock.now()
    }

    /// Says what a person wants; it is heard soon, or never if the driver has stopped.
    pub fn send(&self, intent: Intent) {
        // Full means that hundreds of wishes are waiting already.
        let _ = self.0.events.try_send(Heard::Sync(Event::Intent(intent)));
    }

    /// Says what a person wants of the wizard; heard as [`Handle::send`] is.
    pub fn ask(&self, request: Request) {
        let _ = self.0.events.try_send(Heard::Setup(setup::event::Event::Request(request)));
    }

    /// Ends the loop and everything under way, and waits until the store is written.
    pub async fn stop(self) {
        self.0.ask_to_stop();
        let task = self.0.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            let _ = task.await;
        }
    }

    /// Stops, and removes the sign-in, the keys and the certificates from the vault.
    ///
    /// # Errors
    /// When the vault can not be written; the driver has stopped all the same.
    pub async fn leave(self) -> Result<(), Problem> {
        let vault = Arc::clone(&self.0.vault);
        self.stop().await;
        let told = |error: vault::VaultError| error.problem();
        crate::auth::tokens::forget(&vault).await.map_err(told)?;
        for key in Key::ALL {
            Credential::forget(&vault, key).await.map_err(told)?;
        }
        for registration in Registration::ALL {
            let vault = Arc::clone(&vault);
            vault::blocking(move || vault.delete(registration.certificate_entry())).await.map_err(told)?;
        }
        Ok(())
    }
}

impl Inner {
    fn ask_to_stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        // Wakes the loop; if the queue is full it is awake.
        let _ = self.events.try_send(Heard::Sync(Event::Tick));
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.ask_to_stop();
    }
}

/// Starts a driver on the current tokio runtime.
///
/// # Errors
/// When the profile's store can not be used.
pub fn start(parts: Parts) -> Result<Handle, Problem> {
    let clock = Arc::new(Clock::start());
    let (sender, receiver) = mpsc::channel(QUEUE);
    let mut rules = parts.rules;
    rules.notice = parts.endpoints.notice().map(Arc::from);
    rules.seed = rand::random();
    let fixed_cloud = !parts.endpoints.is_known_cloud();
    let (now, _) = clock.look();
    let setup = Setup::new(parts.installation, fixed_cloud, now);
    let shared = Shared::new(
        http::client(),
        Arc::clone(&clock),
        parts.endpoints,
        Arc::clone(&parts.vault),
        parts.desktop,
        sender.clone(),
    );
    let mut sync = Sync::start(&shared, &parts.profile, rules.clone(), &setup.installation, now)?;
    let (publish, snapshots) = watch::channel(Arc::new(sync.engine.snapshot(now)));
    let installer = Installer::new(shared, parts.profile.clone());
    let stopping = Arc::new(AtomicBool::new(false));
    let mut own = Loop {
        sync,
        setup,
        installer,
        profile: parts.profile,
        rules,
        clock: Arc::clone(&clock),
        events: receiver,
        publish,
        stop: Arc::clone(&stopping),
        revision: 0,
        shown: Arc::default(),
    };
    // The last known board is the very first picture: no surface ever sees an empty one before it.
    own.draw(now);
    let task = Mutex::new(Some(tokio::spawn(run(own))));
    let vault = parts.vault;
    Ok(Handle(Arc::new(Inner { events: sender, snapshots, stopping, clock, vault, task })))
}

/// The engine with everything it runs on, for one configuration.
struct Sync {
    engine: Engine,
    /// None while there is nothing to read with.
    effects: Option<Effects>,
}

impl Sync {
    fn start(
        shared: &Shared,
        profile: &Profile,
        mut rules: Rules,
        installation: &Installation,
        now: Moment,
    ) -> Result<Self, Problem> {
        let Some(configuration) = installation.configuration() else {
            return Ok(Self { engine: Engine::new(rules, now), effects: None });
        };
        let key = shared.endpoints.eight.key.clone();
        if key.is_none() && !installation.keys.contains(&Key::Search) {
            rules.contacts_interval = None;
        }
        rules.calls_interval = configuration.calls.then_some(rules.interval);
        rules.writes = configuration.writes;
        rules.imports = configuration.imports;
        rules.agents = configuration.center.agents;
        rules.events = configuration.center.events;
        rules.groups = configuration.center.groups;
        rules.options = Arc::new(installation.options.clone());
        let reports = shared.events.clone();
        let report = move |problem| {
            // The loop hears of it with the next failure if it is too busy now.
            let _ = reports.try_send(Heard::Sync(Event::Local(problem)));
        };
        // Another organisation's people are nobody's business here.
        let owner = format!("{} {}", configuration.tenant, configuration.client_id);
        let (store, restored) = Store::open(&profile.store(), &owner, report)?;
        let mut engine = Engine::new(rules, now);
        let parts = (shared.http.clone(), Arc::clone(&shared.clock));
        let writer =
            checkup::alone(parts, &shared.endpoints, &shared.vault, installation, Registration::Writer);
        let (contacts, named) = (contacts(shared, key), expected(&configuration));
        let mut effects = Effects::new(shared, &configuration, contacts, writer, store, named);
        effects.perform(engine.handle(Event::Restored(Box::new(restored)), now));
        effects.find_sign_in();
        Ok(Self { engine, effects: Some(effects) })
    }

    fn handle(&mut self, event: Event, now: Moment) {
        match &mut self.effects {
            Some(effects) => effects.perform(self.engine.handle(event, now)),
            // Nothing is read, but what is wrong with this computer is told all the same.
            None if matches!(event, Event::Local(_)) => {
                let _ = self.engine.handle(event, now);
            }
            None => {}
        }
    }
}

/// Who has to sign in, as the installation knows it.
fn expected(configuration: &Configuration) -> Expected {
    match &configuration.expected {
        Some((user_name, id)) => {
            Expected::Account { user_name: user_name.clone(), id: id.clone(), first: true }
        }
        None => Expected::Anybody,
    }
}

/// How 8x8's directory is read: with the key of the endpoints file, or with the vault's.
fn contacts(shared: &Shared, key: Option<Secret>) -> effects::ContactsKey {
    let build = |key: Secret| {
        let api = shared.endpoints.eight.api.clone();
        Arc::new(Contacts::new(shared.http.clone(), Arc::clone(&shared.clock), api, key))
    };
    key.map_or(effects::ContactsKey::InVault, |key| effects::ContactsKey::Known(build(key)))
}

struct Loop {
    sync: Sync,
    setup: Setup,
    installer: Installer,
    profile: Profile,
    rules: Rules,
    clock: Arc<Clock>,
    events: mpsc::Receiver<Heard>,
    publish: watch::Sender<Arc<Snapshot>>,
    stop: Arc<AtomicBool>,
    revision: u64,
    /// The wizard as the newest picture has it.
    shown: Arc<Setup>,
}

impl Loop {
    fn hear(&mut self, heard: Heard, now: Moment) {
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
        }
    }

    /// Lets the wizard hear something, and does what it asks for.
    fn advise(&mut self, event: setup::event::Event, now: Moment) {
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
    async fn say_farewell(&mut self, now: Moment) {
        let Some(effects) = &mut self.sync.effects else { return };
        if !self.sync.engine.owes() {
            return;
        }
        effects.perform(self.sync.engine.farewell(now));
        let clearing = async {
            while self.sync.engine.owes() {
                let Some(heard) = self.events.recv().await else { return };
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
            self.shown = Arc::new(self.setup.clone());
        }
        let snapshot = self.sync.engine.snapshot(now);
        let snapshot = Snapshot {
            revision: self.revision,
            setup: Arc::clone(&self.shown),
            configured: self.sync.effects.is_some(),
            ..snapshot
        };
        self.publish.send_replace(Arc::new(snapshot));
    }
}

async fn run(mut own: Loop) {
    let mut events = Vec::new();
    loop {
        let (now, slept) = own.clock.look();
        if slept {
            tracing::info!("the clock ran ahead, as after sleep: everything is read again");
            events.insert(0, Heard::Sync(Event::Woke));
        }
        for heard in events.drain(..) {
            own.hear(heard, now);
        }
        own.advise(setup::event::Event::Tick, now);
        if own.sync.engine.changed() || own.setup.changed() {
            own.draw(now);
        }
        if own.stop.load(Ordering::Relaxed) {
            own.say_farewell(now).await;
            let last = own.sync.engine.flush(now);
            if let Some(effects) = &mut own.sync.effects {
                effects.perform(last.into_iter().collect());
            }
            return;
        }
        let running = own.sync.effects.is_some();
        let wake = own.sync.engine.wake_at(now).filter(|_| running);
        let wake = wake.into_iter().chain(own.setup.wake_at()).min();
        tokio::select! {
            event = own.events.recv() => events.extend(event),
            () = own.clock.nap(wake) => {}
        }
        // Whatever else has come in the meantime is taken together and makes one picture.
        while let Ok(event) = own.events.try_recv() {
            events.push(event);
        }
        if events.is_empty() {
            events.push(Heard::Sync(Event::Tick));
        }
    }
}
