//! An organisation where nothing is installed, and a person who installs: the real wizard against the sandbox tenant.

mod graph;
mod person;

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use presence::desktop::Desktop;
use presence::driver::{self, Handle, Parts};
use presence::endpoints::Endpoints;
use presence::engine::Rules;
use presence::error::Problem;
use presence::settings::Profile;
use presence::setup::event::{Act, Request};
use presence::setup::integration::{Integration, Standing};
use presence::setup::step::StepId;
use presence::snapshot::Snapshot;
use sandbox::{Options, Sandbox, Visit, visit_as};
use tempfile::TempDir;
use tokio::runtime;

use crate::PATIENCE;
use crate::bench::{STILL, wait_for};
use crate::vaults::Drawer;
pub use graph::Graph;
pub use person::{open_step, page, primary};

/// What a person does when a browser opens.
#[derive(Clone, Debug)]
pub enum Habit {
    /// Goes through the pages like this.
    Visit(Visit),
    /// Closes the browser.
    Close,
    /// There is no browser.
    Missing,
}

/// A browser with plans for its next visits.
pub struct Planned {
    plans: Mutex<VecDeque<Habit>>,
    opened: Mutex<Vec<String>>,
    trouble: Mutex<Vec<String>>,
    returned: Mutex<Vec<String>>,
    runtime: runtime::Handle,
}

impl Planned {
    fn new() -> Self {
        let runtime = runtime::Handle::current();
        Self {
            plans: Mutex::default(),
            opened: Mutex::default(),
            trouble: Mutex::default(),
            returned: Mutex::default(),
            runtime,
        }
    }

    /// What is done on the next visit that has no plan yet.
    pub fn plan(&self, habit: Habit) {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner).push_back(habit);
    }

    /// What is done on the next visit, whatever was planned before.
    pub fn next(&self, habit: Habit) {
        let mut plans = self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        plans.clear();
        plans.push_back(habit);
    }

    /// The next visit is this account's, who agrees to everything.
    pub fn agree(&self, account: &str) {
        self.plan(Habit::Visit(Visit::of(account)));
    }

    /// Where it was sent.
    #[must_use]
    pub fn opened(&self) -> Vec<String> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits until it was sent to this address: its plan is taken then.
    ///
    /// # Panics
    /// When it is never sent there.
    pub async fn sent_to(&self, address: &str) {
        wait_for("the browser", || self.opened().iter().any(|opened| opened == address)).await;
    }

    /// The addresses at which it came back, with what Microsoft sent along.
    #[must_use]
    pub fn returned(&self) -> Vec<String> {
        self.returned.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Pages that refused.
    #[must_use]
    pub fn trouble(&self) -> Vec<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Desktop for Planned {
    fn open_address(&self, address: &str) -> Result<(), Problem> {
        let habit = self.plans.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        // Only now: whoever waits for the visit may make the next plan at once.
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).push(address.to_owned());
        match habit {
            Some(Habit::Visit(visit)) => {
                match self.runtime.block_on(visit_as(address, &visit)) {
                    Ok(address) => self.returned.lock().unwrap_or_else(PoisonError::into_inner).push(address),
                    Err(error) => {
                        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).push(error.to_string());
                    }
                }
                Ok(())
            }
            Some(Habit::Close) | None => Ok(()),
            Some(Habit::Missing) => Err(Problem::new(
                "desktop.browser",
                "No browser could be opened.",
                "There is none.",
                "Copy the link.",
            )),
        }
    }
}

/// A place to install at. Folder and keychain outlive the driver.
pub struct Site {
    /// The tenant.
    pub sandbox: Sandbox,
    /// The browser.
    pub browser: Arc<Planned>,
    /// The keychain.
    pub vault: Arc<Drawer>,
    /// The profile's folder.
    pub folder: TempDir,
    /// The rules of time; those of the product unless changed.
    pub rules: Rules,
}

impl Site {
    /// A small organisation without delays.
    pub async fn start() -> Self {
        Self::with(Options::default()).await
    }

    /// A small organisation where nothing is installed, whose day stands still.
    ///
    /// # Panics
    /// When the sandbox can not start.
    pub async fn with(options: Options) -> Self {
        Self::as_large_as(Options { people: 30, pace: STILL, record: true, ..options }).await
    }

    /// The same, of whatever size and pace.
    ///
    /// # Panics
    /// When the sandbox can not start.
    pub async fn as_large_as(options: Options) -> Self {
        let options = Options { installed: false, ..options };
        let sandbox = Sandbox::start(options).await.expect("the sandbox starts");
        Self {
            browser: Arc::new(Planned::new()),
            vault: Arc::default(),
            folder: tempfile::tempdir().expect("a folder"),
            rules: Rules::default(),
            sandbox,
        }
    }

    /// The profile.
    ///
    /// # Panics
    /// When the folder is gone.
    #[must_use]
    pub fn profile(&self) -> Profile {
        Profile::open(Some(self.folder.path()), false).expect("a profile")
    }

    /// Starts a driver with what is installed.
    ///
    /// # Panics
    /// When it can not start.
    #[must_use]
    pub fn drive(&self) -> Handle {
        let profile = self.profile();
        let endpoints = Endpoints::parse(&self.sandbox.endpoints()).expect("endpoints");
        let (vault, desktop) = (Arc::clone(&self.vault) as _, Arc::clone(&self.browser) as _);
        let (installation, rules) = (profile.installation(), self.rules.clone());
        let clock = Arc::new(presence::clock::Clock::start());
        driver::start(Parts { profile, endpoints, installation, vault, desktop, rules, clock })
            .expect("a driver")
    }
}

/// A person at the wizard.
pub struct Installer {
    /// The driver.
    pub handle: Handle,
    /// How long they wait for anything.
    patience: Duration,
    asked: AtomicU64,
}

impl Installer {
    /// Somebody who begins, or goes on, where the folder and the keychain of a site stand.
    #[must_use]
    pub fn at(site: &Site) -> Self {
        Self { handle: site.drive(), patience: PATIENCE, asked: AtomicU64::new(0) }
    }

    /// The same, who waits longer.
    #[must_use]
    pub fn patient(site: &Site, patience: Duration) -> Self {
        Self { patience, ..Self::at(site) }
    }

    /// Asks for something.
    pub fn ask(&self, integration: Integration, act: Act, values: &[(&str, &str)]) {
        let mut request = Request::new(integration, act);
        for (name, value) in values {
            request = request.with(name, value);
        }
        self.send(request);
    }

    /// Asks for something that is put together already.
    pub fn send(&self, request: Request) {
        self.asked.fetch_add(1, Ordering::Relaxed);
        self.handle.ask(request);
    }

    /// Whether a picture shows the end of everything that was asked for.
    fn at_rest(&self, snapshot: &Snapshot) -> bool {
        snapshot.setup.is_idle() && snapshot.setup.heard >= self.asked.load(Ordering::Relaxed)
    }

    /// Asks for something in a step that needs to be named.
    pub fn ask_in(&self, integration: Integration, step: StepId, act: Act, values: &[(&str, &str)]) {
        let mut request = Request { step: Some(step), ..Request::new(integration, act) };
        for (name, value) in values {
            request = request.with(name, value);
        }
        self.send(request);
    }

    /// Waits until a step is open and nothing is under way, and gives the picture.
    ///
    /// # Panics
    /// When something goes wrong before: the message says what.
    pub async fn reach(&self, integration: Integration, step: StepId) -> Arc<Snapshot> {
        let what = format!("step {step:?} of {integration:?}");
        self.until(&what, |snapshot| {
            self.at_rest(snapshot) && snapshot.setup.current(integration) == Some(step)
        })
        .await
    }

    /// Waits until an integration stands like this.
    ///
    /// # Panics
    /// When it does not come to that.
    pub async fn stands(&self, integration: Integration, standing: Standing) -> Arc<Snapshot> {
        let what = format!("{integration:?} as {standing:?}");
        self.until(&what, |snapshot| {
            self.at_rest(snapshot) && snapshot.setup.standing(integration) == standing
        })
        .await
    }

    /// Waits for the problem of an integration.
    ///
    /// # Panics
    /// When none comes.
    pub async fn problem(&self, integration: Integration) -> Problem {
        let there = |snapshot: &Snapshot| {
            self.at_rest(snapshot) && snapshot.setup.problems.contains_key(&integration)
        };
        let snapshot = self.until("a problem", there).await;
        Problem::clone(&snapshot.setup.problems[&integration].1)
    }

    /// Waits for a picture that fits.
    ///
    /// # Panics
    /// When none comes; the message tells how the wizard stands.
    pub async fn until(&self, what: &str, mut fits: impl FnMut(&Snapshot) -> bool) -> Arc<Snapshot> {
        let mut snapshots = self.handle.snapshots();
        let waited = tokio::time::timeout(self.patience, async {
            loop {
                let snapshot = Arc::clone(&snapshots.borrow_and_update());
                if fits(&snapshot) {
                    return snapshot;
                }
                assert!(snapshots.changed().await.is_ok(), "the driver ended before {what}");
            }
        });
        let caught = waited.await;
        caught.unwrap_or_else(|_| panic!("{what} did not come: {}", told(&self.handle.snapshot())))
    }
}

/// How the wizard stands, for messages.
fn told(snapshot: &Snapshot) -> String {
    let setup = &snapshot.setup;
    format!(
        "work {:?}, problems {:?}, checks {:?}, session {:?}",
        setup.work, setup.problems, setup.checks, snapshot.session
    )
}
