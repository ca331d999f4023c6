//! Carries out what the wizard asks for.

mod browser;
mod certificates;
mod tasks;

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use tokio::sync::mpsc::Sender;
use tokio::task::{AbortHandle, JoinSet};

use super::Heard;
use super::eight::Side;
use crate::checkup::Checkup;
use crate::clock::Clock;
use crate::desktop::Desktop;
use crate::eight::keys::Credential;
use crate::endpoints::{Cloud, Endpoints};
use crate::error::{Failure, Problem};
use crate::microsoft::administration::Administration;
use crate::microsoft::{Connection, Microsoft};
use crate::preferences::Network;
use crate::secret::Secret;
use crate::settings::Profile;
use crate::setup::check::{self, Check};
use crate::setup::event::{Effect, Event};
use crate::setup::installation::{Installation, Key, Organisation};
use crate::setup::integration::Integration;
use crate::setup::options::CenterName;
use crate::vault::Vault;

/// What the wizard's work is done with.
pub(super) struct Installer {
    pub(super) shared: Shared,
    profile: Profile,
    /// Everything under way; dropping it ends it all.
    tasks: JoinSet<()>,
    browser: Option<AbortHandle>,
    checking: Option<AbortHandle>,
    asking: Option<AbortHandle>,
    checkup: Option<Arc<Checkup>>,
}

/// What tasks take with them.
#[derive(Clone)]
pub(super) struct Shared {
    pub(super) http: crate::http::Client,
    pub(super) clock: Arc<Clock>,
    pub(super) endpoints: Endpoints,
    pub(super) vault: Arc<dyn Vault>,
    pub(super) desktop: Arc<dyn Desktop>,
    pub(super) events: Sender<Heard>,
    /// The administrator's token: in memory, and only while it is used.
    administration: Arc<Mutex<Option<Arc<Administration>>>>,
    /// How the network is reached, for connections that are made later.
    network: Arc<Mutex<Network>>,
}

impl Shared {
    pub(super) fn new(
        http: crate::http::Client,
        clock: Arc<Clock>,
        endpoints: Endpoints,
        vault: Arc<dyn Vault>,
        desktop: Arc<dyn Desktop>,
        events: Sender<Heard>,
    ) -> Self {
        Self {
            http,
            clock,
            endpoints,
            vault,
            desktop,
            events,
            administration: Arc::default(),
            network: Arc::default(),
        }
    }

    /// How the network is reached.
    pub(super) fn network(&self) -> Network {
        self.network.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reaches the network like this from now on.
    pub(super) fn set_network(&self, network: Network) -> Result<(), Problem> {
        self.http.renew(&network)?;
        *self.network.lock().unwrap_or_else(PoisonError::into_inner) = network;
        Ok(())
    }

    /// A connection in an installation's organisation, for any of its applications.
    fn connection(&self, installation: &Installation, client_id: &str) -> Option<Arc<Connection>> {
        let tenant = installation.organisation.as_ref()?.tenant.clone();
        let endpoints = self.endpoints.clone().in_cloud(installation.cloud).microsoft;
        let (http, clock) = (self.http.clone(), Arc::clone(&self.clock));
        Some(Arc::new(Connection::new(http, clock, endpoints, tenant, client_id.to_owned())))
    }

    fn hold(&self, administration: Option<Administration>) {
        *self.administration.lock().unwrap_or_else(PoisonError::into_inner) = administration.map(Arc::new);
    }

    fn administration(&self) -> Option<Arc<Administration>> {
        self.administration.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn tell(&self, event: Event) {
        // The loop has ended; nobody wants to know any more.
        let _ = self.events.send(Heard::Setup(event)).await;
    }

    /// Opens the browser. Failing at that is told and waited through: the address can be copied.
    pub(super) fn open_browser(&self, address: Arc<str>) {
        let shared = self.clone();
        // A browser that does not come back must not hold up the listener.
        tokio::spawn(async move {
            let desktop = Arc::clone(&shared.desktop);
            let opened = tokio::task::spawn_blocking(move || desktop.open_address(&address)).await;
            if let Ok(Err(problem)) = opened {
                tracing::warn!(code = %problem.code, detail = ?problem.detail, "no browser");
                shared.tell(Event::BrowserMissing(Arc::new(problem))).await;
            }
        });
    }
}

impl Installer {
    pub(super) fn new(shared: Shared, profile: Profile) -> Self {
        Self {
            shared,
            profile,
            tasks: JoinSet::new(),
            browser: None,
            checking: None,
            asking: None,
            checkup: None,
        }
    }

    /// Carries out one effect that is not the loop's own.
    pub(super) fn perform(&mut self, effect: Effect, reader: Option<&Arc<Microsoft>>) {
        while self.tasks.try_join_next().is_some() {}
        let shared = self.shared.clone();
        match effect {
            Effect::Save(installation) => self.save(&installation),
            Effect::Discover { cloud, entered } => {
                let task = self.spawn(async move {
                    let result = discover(&shared, cloud, entered).await;
                    Event::Discovered(result.map_err(|failure| told(&failure)))
                });
                self.asking = Some(task);
            }
            Effect::OpenAdministrator { client_id, scopes, installation } => {
                let scope = scopes.join(" ");
                let task = self.spawn(async move {
                    let result = browser::administrator(&shared, &installation, &client_id, &scope).await;
                    Event::Administrator(result.map_err(|failure| told(&failure)))
                });
                self.browser = Some(task);
            }
            Effect::OpenConsent { registration, installation } => {
                let task = self.spawn(async move {
                    let result = browser::consent(&shared, &installation, registration).await;
                    Event::Consented { registration, result: result.map_err(|failure| told(&failure)) }
                });
                self.browser = Some(task);
            }
            Effect::CloseBrowser => {
                // The listener goes with the task.
                if let Some(task) = self.browser.take() {
                    task.abort();
                }
            }
            Effect::Perform { task, begun, installation } => {
                self.spawn(async move {
                    let administration = shared.administration();
                    let result = tasks::perform(&shared, administration, task, begun, &installation).await;
                    Event::Performed { task, result }
                });
            }
            Effect::DropAdministrator => self.shared.hold(None),
            Effect::Check { integration, check, installation } => {
                self.check(integration, check, installation, reader);
            }
            Effect::StopAsking => {
                if let Some(task) = self.asking.take() {
                    task.abort();
                }
            }
            Effect::StopChecks => {
                if let Some(task) = self.checking.take() {
                    task.abort();
                }
            }
            Effect::TestKey { key, secret, login, center } => {
                let task = self.spawn(async move {
                    let result = test_key(&shared, key, secret, login, center).await;
                    Event::KeyTested { key, result: result.map_err(|failure| told(&failure)) }
                });
                self.asking = Some(task);
            }
            Effect::MakeCertificate(registration) => {
                self.spawn(async move {
                    let result = certificates::offer(&shared, registration).await;
                    Event::CertificateReady { registration, result }
                });
            }
            Effect::RenewCertificate { registration, installation } => {
                self.spawn(async move {
                    let result = certificates::renew(&shared, &installation, registration).await;
                    Event::CertificateReady { registration, result }
                });
            }
            Effect::ForgetCertificate(registration) => {
                self.spawn(async move {
                    let vault = Arc::clone(&shared.vault);
                    let entry = registration.certificate_entry();
                    if let Err(error) = crate::vault::blocking(move || vault.delete(entry)).await {
                        tracing::warn!(%error, "a certificate could not be removed from the keychain");
                    }
                    Event::Tick
                });
            }
            Effect::ForgetKey(key) => {
                self.spawn(async move {
                    if let Err(error) = Credential::forget(&shared.vault, key).await {
                        tracing::warn!(%error, "a key could not be removed from the keychain");
                    }
                    Event::Tick
                });
            }
            Effect::SignOut => {
                // The sync would forget it, but does not run.
                self.spawn(async move {
                    if let Err(error) = crate::auth::tokens::forget(&shared.vault).await {
                        tracing::warn!(%error, "the sign-in could not be removed from the keychain");
                    }
                    Event::Tick
                });
            }
            // The loop's own.
            Effect::Adopt(_) | Effect::Tune(_) | Effect::SignIn | Effect::CancelSignIn => {}
        }
    }

    fn spawn(&mut self, work: impl Future<Output = Event> + Send + 'static) -> AbortHandle {
        let shared = self.shared.clone();
        self.tasks.spawn(async move {
            match AssertUnwindSafe(work).catch_unwind().await {
                Ok(event) => shared.tell(event).await,
                // Whoever waits for its result would wait for ever.
                Err(_) => _ = shared.events.send(Heard::Crashed).await,
            }
        })
    }

    /// On the disk before anything that follows is begun: that is what a crash is survived with.
    fn save(&self, installation: &Installation) {
        if let Err(problem) = self.profile.save_installation(installation) {
            tracing::error!(code = %problem.code, detail = ?problem.detail, "the installation could not be kept");
            let local = crate::engine::event::Event::Local(Some(Arc::new(problem)));
            let _ = self.shared.events.try_send(Heard::Sync(local));
        }
    }

    fn check(
        &mut self,
        integration: Integration,
        check: Check,
        installation: Arc<Installation>,
        reader: Option<&Arc<Microsoft>>,
    ) {
        let first = check::checks(&installation, integration).first() == Some(&check);
        let shared = &self.shared;
        let checkup = match &self.checkup {
            Some(checkup) if !first => Arc::clone(checkup),
            _ => Arc::new(Checkup::new(
                shared.http.clone(),
                Arc::clone(&shared.clock),
                shared.endpoints.clone(),
                Arc::clone(&shared.vault),
                installation,
                reader.cloned(),
            )),
        };
        self.checkup = Some(Arc::clone(&checkup));
        let task = self.spawn(async move {
            let result = checkup.run(check).await;
            Event::Checked { integration, check, result }
        });
        self.checking = Some(task);
    }
}

async fn discover(shared: &Shared, cloud: Cloud, entered: String) -> Result<Organisation, Failure> {
    let endpoints = shared.endpoints.clone().in_cloud(cloud);
    let known_cloud = endpoints.is_known_cloud();
    let login = endpoints.microsoft.login.clone();
    let (http, clock) = (shared.http.clone(), Arc::clone(&shared.clock));
    let connection = Connection::new(http, clock, endpoints.microsoft, entered.clone(), String::new());
    let authority = connection.authority().await?;
    if let Some(other) = authority.cloud_instance_name.as_deref().filter(|name| !login.ends_with(name))
        && known_cloud
    {
        let cause = format!("It lives in the cloud {}.", crate::person::plain(other));
        let remedy = "Choose that cloud, then check again.";
        let problem = Problem::new("setup.cloud", "This organisation is in another cloud.", cause, remedy);
        return Err(Failure::SignInNeeded(Arc::new(problem)));
    }
    let tenant = authority.tenant().unwrap_or_else(|| entered.clone());
    Ok(Organisation { tenant, entered, name: None, initial_domain: None })
}

async fn test_key(
    shared: &Shared,
    key: Key,
    secret: Secret,
    login: Option<(Secret, Secret)>,
    center: CenterName,
) -> Result<(), Failure> {
    let credential = Credential { key: secret, login };
    if key.is_optional() {
        // A key of options is tested by the first thing it is for.
        Side::test(shared, center, key, credential.key.clone()).await?;
    } else {
        credential.test(&shared.http, &shared.clock, &shared.endpoints.eight.api, key).await?;
    }
    let saved = credential.save(&shared.vault, key).await;
    saved.map_err(|error| Failure::Vault(Arc::new(error.problem())))
}

fn told(failure: &Failure) -> Arc<Problem> {
    failure.problem().cloned().unwrap_or_else(|| {
        Arc::new(Problem::new(
            "setup.interrupted",
            "That was interrupted.",
            "Microsoft asked to begin anew.",
            "Try again.",
        ))
    })
}
