//! The one loop: waits, feeds the engine, carries out its effects, publishes one snapshot.

mod effects;
mod eight;
mod installer;
mod network;
mod round;
mod supervisor;
mod sync;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::desk::{self, Desk};
use crate::desktop::Desktop;
use crate::eight::keys::Credential;
use crate::endpoints::Endpoints;
use crate::engine::event::{Event, Intent};
use crate::engine::{Engine, Rules};
use crate::error::Problem;
use crate::http;
use crate::moment::Moment;
use crate::settings::Profile;
use crate::setup;
use crate::setup::event::Request;
use crate::setup::installation::{Installation, Key};
use crate::setup::registration::Registration;
use crate::snapshot::Snapshot;
use crate::vault::{self, Vault};
use installer::Shared;
use round::Round;

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
    /// What time it is.
    pub clock: Arc<Clock>,
}

/// What the loop hears.
enum Heard {
    /// For the engine of the sync.
    Sync(Event),
    /// For the wizard.
    Setup(setup::event::Event),
    /// For the desk.
    Desk(desk::Wish),
    /// Whether the program starts at login, and what went wrong with changing that.
    StartsAtLogin(Option<bool>, Option<Problem>),
    /// Something under way failed for a reason that is ours.
    Crashed,
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

    /// Says what a person wants of the desk; heard as [`Handle::send`] is.
    pub fn desk(&self, wish: desk::Wish) {
        let _ = self.0.events.try_send(Heard::Desk(wish));
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

/// What a driver can be started with again, after it failed.
struct Seed {
    profile: Profile,
    shared: Shared,
    rules: Rules,
    fixed_cloud: bool,
    /// Whether the time between two polls is the operator's to choose.
    follows_preferences: bool,
    publish: Arc<watch::Sender<Arc<Snapshot>>>,
    stop: Arc<AtomicBool>,
}

/// Starts a driver on the current tokio runtime.
///
/// # Errors
/// When the profile's store can not be used.
pub fn start(parts: Parts) -> Result<Handle, Problem> {
    let clock = parts.clock;
    let (sender, receiver) = mpsc::channel(QUEUE);
    let follows_preferences = parts.rules.interval == Rules::default().interval;
    let mut rules = parts.rules;
    rules.notice = parts.endpoints.notice().map(Arc::from);
    rules.seed = rand::random();
    let fixed_cloud = !parts.endpoints.is_known_cloud();
    let (now, _) = clock.look();
    let shared = Shared::new(
        http::client(),
        Arc::clone(&clock),
        parts.endpoints,
        Arc::clone(&parts.vault),
        parts.desktop,
        sender.clone(),
    );
    let profile = parts.profile;
    let (kept, settings) = (profile.kept(), profile.settings());
    let desk = Desk::new(kept, settings.preferences, profile.take_problem(), now);
    let empty = Arc::new(Engine::new(rules.clone(), now).snapshot(now));
    let (publish, snapshots) = watch::channel(empty);
    let stopping = Arc::new(AtomicBool::new(false));
    let publish = Arc::new(publish);
    let seed = Seed {
        profile,
        shared,
        rules,
        fixed_cloud,
        follows_preferences,
        publish,
        stop: Arc::clone(&stopping),
    };
    let round = Round::start(&seed, parts.installation, desk, now)?;
    let task = Mutex::new(Some(tokio::spawn(supervisor::run(seed, round, receiver))));
    let vault = parts.vault;
    Ok(Handle(Arc::new(Inner { events: sender, snapshots, stopping, clock, vault, task })))
}
