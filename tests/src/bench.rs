//! A sandbox tenant, and a driver in front of it, as the shells put it together.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use presence::clock::Clock;
use presence::driver::{self, Handle, Parts};
use presence::endpoints::Endpoints;
use presence::engine::Rules;
use presence::engine::event::Intent;
use presence::secret::Secret;
use presence::session::Session;
use presence::settings::Profile;
use presence::setup::installation::Installation;
use presence::snapshot::{Snapshot, SourceState};
use sandbox::{Control, Options, Request, Sandbox};
use tempfile::TempDir;

use crate::PATIENCE;
use crate::browser::{Browser, Habit};
use crate::vaults::Drawer;

/// So slow that the working day stands still: whoever is to change is changed by hand.
pub const STILL: f64 = 0.001;

/// A sandbox tenant and everything that a driver needs for it. Folder and keychain outlive the driver.
pub struct Bench {
    /// The tenant.
    pub sandbox: Sandbox,
    /// Who sits at the browser.
    pub browser: Arc<Browser>,
    /// The keychain.
    pub vault: Arc<Drawer>,
    /// The rules of time; short, so that tests are.
    pub rules: Rules,
    /// The tenant that is asked for; the sandbox's own unless changed.
    pub tenant: String,
    /// The 8x8 key; the sandbox's own unless changed.
    pub key: Option<String>,
    folder: TempDir,
    clock: Clock,
}

impl Bench {
    /// An organisation whose day stands still.
    pub async fn start(people: usize) -> Self {
        Self::with(Options { people, pace: STILL, ..Options::default() }).await
    }

    /// Any organisation; whole exchanges are always recorded.
    pub async fn with(options: Options) -> Self {
        Self::unrecorded(Options { record: true, ..options }).await
    }

    /// Any organisation, recorded only if the options say so.
    pub async fn unrecorded(options: Options) -> Self {
        let clock = Clock::start();
        let sandbox = Sandbox::start(options).await.unwrap();
        let rules = Rules {
            interval: Duration::from_secs(1),
            directory_interval: Duration::from_secs(1),
            listing_interval: Duration::from_secs(1),
            contacts_interval: Some(Duration::from_secs(1)),
            ..Rules::default()
        };
        Self {
            browser: Arc::new(Browser::new(Habit::SignIn(sandbox.status_user().to_owned()))),
            vault: Arc::default(),
            rules,
            tenant: sandbox.tenant().to_owned(),
            key: Some(sandbox.key().to_owned()),
            folder: tempfile::tempdir().unwrap(),
            clock,
            sandbox,
        }
    }

    /// The switches.
    #[must_use]
    pub fn control(&self) -> &Control {
        self.sandbox.control()
    }

    /// The profile's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The profile.
    #[must_use]
    pub fn profile(&self) -> Profile {
        Profile::open(Some(self.folder()), false).unwrap()
    }

    /// The parts of a driver.
    #[must_use]
    pub fn parts(&self) -> Parts {
        let mut endpoints = Endpoints::parse(&self.sandbox.endpoints()).unwrap();
        endpoints.eight.key = self.key.clone().map(Secret::new);
        Parts {
            profile: self.profile(),
            endpoints,
            installation: Installation::by_hand(&self.tenant, self.sandbox.client_id()),
            vault: Arc::clone(&self.vault) as _,
            desktop: Arc::clone(&self.browser) as _,
            rules: self.rules.clone(),
            clock: Arc::new(Clock::start()),
        }
    }

    /// Starts a driver; nobody is signed in unless the keychain says so.
    #[must_use]
    pub fn drive(&self) -> Handle {
        driver::start(self.parts()).unwrap()
    }

    /// Starts a driver and presses "Sign in" as soon as that makes sense.
    pub async fn sign_in(&self) -> Handle {
        let handle = self.drive();
        until(&handle, "the keychain's word", |snapshot| snapshot.session == Session::SignedOut).await;
        handle.send(Intent::SignIn);
        handle
    }

    /// Starts a driver, signs in and waits for the first live board.
    pub async fn live(&self) -> Handle {
        let handle = self.sign_in().await;
        until(&handle, "the first live board", is_live).await;
        handle
    }

    /// This moment in milliseconds, on the scale of the request log: never behind it.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        u64::try_from(self.clock.now().uptime.0).unwrap()
    }

    /// The requests of one kind so far.
    #[must_use]
    pub fn requests(&self, endpoint: &str) -> Vec<Request> {
        self.control().requests().into_iter().filter(|request| request.endpoint == endpoint).collect()
    }
}

/// Everybody is known and everything is fresh.
#[must_use]
pub fn is_live(snapshot: &Snapshot) -> bool {
    snapshot.source.state == SourceState::Live && snapshot.complete && !snapshot.people.is_empty()
}

/// The code of what is wrong with the source.
#[must_use]
pub fn code(snapshot: &Snapshot) -> &str {
    snapshot.source.problem.as_ref().map_or("", |problem| problem.code.as_str())
}

/// Waits for a picture that fits.
///
/// # Panics
/// When none comes in time; the message says what was awaited and what the newest picture was.
pub async fn until(handle: &Handle, what: &str, mut fits: impl FnMut(&Snapshot) -> bool) -> Arc<Snapshot> {
    let mut snapshots = handle.snapshots();
    let waited = tokio::time::timeout(PATIENCE, async {
        loop {
            let snapshot = Arc::clone(&snapshots.borrow_and_update());
            if fits(&snapshot) {
                return Ok(snapshot);
            }
            if snapshots.changed().await.is_err() {
                return Err(());
            }
        }
    });
    match waited.await {
        Ok(Ok(snapshot)) => snapshot,
        Ok(Err(())) => panic!("the driver ended while a test waited for {what}"),
        Err(_) => panic!("{what} did not come in {PATIENCE:?}; instead: {}", told(&handle.snapshot())),
    }
}

/// A picture in one line, for messages.
#[must_use]
pub fn told(snapshot: &Snapshot) -> String {
    let known = snapshot.people.iter().filter(|state| state.teams.is_some()).count();
    format!(
        "revision {}, {:?}, {} people ({known} known), complete {}, session {:?}, problem {:?}, contacts {:?}, local {:?}, \
         set aside {:?}",
        snapshot.revision,
        snapshot.source.state,
        snapshot.people.len(),
        snapshot.complete,
        snapshot.session,
        snapshot.source.problem.as_deref().map(ToString::to_string),
        snapshot
            .contacts
            .as_ref()
            .map(|source| (source.state, source.problem.as_deref().map(ToString::to_string))),
        snapshot.local.as_deref().map(ToString::to_string),
        snapshot.set_aside,
    )
}

/// Waits for something that is no picture, looking again now and then.
///
/// # Panics
/// When it does not come in time.
pub async fn wait_for(what: &str, mut there: impl FnMut() -> bool) {
    let waited = tokio::time::timeout(PATIENCE, async {
        while !there() {
            presence::clock::pause(Duration::from_millis(20)).await;
        }
    });
    assert!(waited.await.is_ok(), "{what} did not come in {PATIENCE:?}");
}
