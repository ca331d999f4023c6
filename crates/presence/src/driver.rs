//! The one loop: waits, feeds the engine, carries out its effects, publishes one snapshot.

mod effects;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::desktop::Desktop;
use crate::eight::Contacts;
use crate::endpoints::Endpoints;
use crate::engine::event::{Event, Intent};
use crate::engine::{Engine, Rules};
use crate::error::Problem;
use crate::http;
use crate::microsoft::{Connection, Microsoft};
use crate::moment::Moment;
use crate::settings::Profile;
use crate::snapshot::Snapshot;
use crate::store::Store;
use crate::vault::Vault;
use effects::Effects;

/// Events that wait to be taken; whoever sends more waits.
const QUEUE: usize = 256;

/// What a driver is made of.
pub struct Parts {
    /// Where settings and store are; the caller holds its lock.
    pub profile: Profile,
    /// Where the vendors are.
    pub endpoints: Endpoints,
    /// Tenant id or domain.
    pub tenant: String,
    /// The application's client id.
    pub client_id: String,
    /// Where the sign-in is kept.
    pub vault: Arc<dyn Vault>,
    /// Opens the browser.
    pub desktop: Arc<dyn Desktop>,
    /// The rules of time.
    pub rules: Rules,
}

/// A running driver. It stops when the last handle is dropped; [`Handle::stop`] also waits for it.
#[derive(Clone)]
pub struct Handle(Arc<Inner>);

struct Inner {
    events: mpsc::Sender<Event>,
    snapshots: watch::Receiver<Arc<Snapshot>>,
    stopping: Arc<AtomicBool>,
    clock: Arc<Clock>,
    microsoft: Arc<Microsoft>,
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
        let _ = self.0.events.try_send(Event::Intent(intent));
    }

    /// Ends the loop and everything under way, and waits until the store is written.
    pub async fn stop(self) {
        self.0.ask_to_stop();
        let task = self.0.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task {
            let _ = task.await;
        }
    }

    /// Stops, and removes the sign-in from the vault.
    ///
    /// # Errors
    /// When the vault can not be written; the driver has stopped all the same.
    pub async fn leave(self) -> Result<(), Problem> {
        let microsoft = Arc::clone(&self.0.microsoft);
        self.stop().await;
        microsoft.tokens.forget().await.map_err(|error| error.problem())
    }
}

impl Inner {
    fn ask_to_stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        // Wakes the loop; if the queue is full it is awake.
        let _ = self.events.try_send(Event::Tick);
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
    let reports = sender.clone();
    let report = move |problem| {
        // The loop hears of it with the next failure if it is too busy now.
        let _ = reports.try_send(Event::Local(problem));
    };
    // Another organisation's people are nobody's business here.
    let owner = format!("{} {}", parts.tenant, parts.client_id);
    let (store, restored) = Store::open(&parts.profile.store(), &owner, report)?;

    let client = http::client();
    let mut rules = parts.rules;
    rules.notice = parts.endpoints.notice().map(Arc::from);
    rules.seed = rand::random();
    let contacts = parts.endpoints.eight.key.map(|key| {
        Arc::new(Contacts::new(client.clone(), Arc::clone(&clock), parts.endpoints.eight.api, key))
    });
    if contacts.is_none() {
        rules.contacts_interval = None;
    }
    let connection =
        Connection::new(client, Arc::clone(&clock), parts.endpoints.microsoft, parts.tenant, parts.client_id);
    let microsoft = Arc::new(Microsoft::new(Arc::new(connection), parts.vault));

    let (now, _) = clock.look();
    let mut engine = Engine::new(rules, now);
    let mut effects = Effects::new(Arc::clone(&microsoft), contacts, store, parts.desktop, sender.clone());
    // The last known board is the very first picture: no surface ever sees an empty one before it.
    effects.perform(engine.handle(Event::Restored(Box::new(restored)), now));
    let (publish, snapshots) = watch::channel(Arc::new(engine.snapshot(now)));
    let stopping = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&stopping);
    let own = Loop { engine, effects, clock: Arc::clone(&clock), events: receiver, publish, stop };
    let task = Mutex::new(Some(tokio::spawn(run(own))));
    Ok(Handle(Arc::new(Inner { events: sender, snapshots, stopping, clock, microsoft, task })))
}

struct Loop {
    engine: Engine,
    effects: Effects,
    clock: Arc<Clock>,
    events: mpsc::Receiver<Event>,
    publish: watch::Sender<Arc<Snapshot>>,
    stop: Arc<AtomicBool>,
}

async fn run(mut own: Loop) {
    own.effects.find_sign_in();
    let mut events = Vec::new();
    loop {
        let (now, slept) = own.clock.look();
        if slept {
            tracing::info!("the clock ran ahead, as after sleep: everything is read again");
            events.insert(0, Event::Woke);
        }
        for event in events.drain(..) {
            let effects = own.engine.handle(event, now);
            own.effects.perform(effects);
        }
        if own.engine.changed() {
            let snapshot = own.engine.snapshot(now);
            own.publish.send_replace(Arc::new(snapshot));
        }
        if own.stop.load(Ordering::Relaxed) {
            own.effects.perform(own.engine.flush(now).into_iter().collect());
            return;
        }
        let wake = own.engine.wake_at(now);
        tokio::select! {
            event = own.events.recv() => events.extend(event),
            () = own.clock.nap(wake) => {}
        }
        // Whatever else has come in the meantime is taken together and makes one picture.
        while let Ok(event) = own.events.try_recv() {
            events.push(event);
        }
        if events.is_empty() {
            events.push(Event::Tick);
        }
    }
}
