//! 8x8's side for the loop: its clients, each made with what the vault holds when it is first needed.

use std::sync::Arc;

use tokio::sync::{OnceCell, oneshot};

use super::installer::Shared;
use crate::center::{AgentStatus, ChangeFault};
use crate::checkup;
use crate::eight::keys::Credential;
use crate::eight::{Agents, Analytics, Company, Events, Groups, events};
use crate::engine::calls;
use crate::engine::center;
use crate::engine::event::{Event, Heard};
use crate::engine::quiet::{Before, Lever, QuietWrite};
use crate::engine::telephony::Due;
use crate::error::{Failure, Problem};
use crate::secret::Secret;
use crate::setup::installation::Key;
use crate::setup::options::CenterName;

/// The clients of one configuration.
pub(super) struct Side {
    shared: Shared,
    name: CenterName,
    analytics: OnceCell<Analytics>,
    company: OnceCell<Company>,
    agents: OnceCell<Agents>,
    events: OnceCell<Events>,
    groups: OnceCell<Groups>,
}

impl Side {
    pub(super) fn new(shared: Shared, name: CenterName) -> Self {
        Self {
            shared,
            name,
            analytics: OnceCell::new(),
            company: OnceCell::new(),
            agents: OnceCell::new(),
            events: OnceCell::new(),
            groups: OnceCell::new(),
        }
    }

    /// Asks 8x8 whether a key of options is good, by the first thing it is for.
    pub(super) async fn test(
        shared: &Shared,
        name: CenterName,
        key: Key,
        secret: Secret,
    ) -> Result<(), Failure> {
        let side = Self::new(shared.clone(), name);
        let (http, clock, api) = side.parts();
        match key {
            Key::Agents => {
                let base = shared.endpoints.eight.contact_center(&side.name.platform);
                Agents::new(http, clock, base, side.name.tenant, secret).read().await.map(drop)
            }
            Key::Events => {
                let events = side.make_events(secret)?;
                let (sender, opened) = oneshot::channel();
                let mut sender = Some(sender);
                let hear = |heard: events::Heard| {
                    if matches!(heard, events::Heard::Open)
                        && let Some(sender) = sender.take()
                    {
                        // Nobody waits any more only if the stream has ended already.
                        let _ = sender.send(());
                    }
                    std::future::ready(())
                };
                tokio::select! {
                    Ok(()) = opened => Ok(()),
                    failure = events.listen(None, hear) => Err(failure),
                }
            }
            Key::Groups => Groups::new(http, clock, api, secret).read().await.map(drop),
            Key::Search | Key::Management | Key::Analytics => Ok(()),
        }
    }

    /// Reads what is due; of the stream, everything until it ends.
    pub(super) async fn read(&self, due: Due) -> Heard {
        match due {
            Due::Calls(calls::Due::Systems) => {
                Heard::Systems(async { self.analytics().await?.phone_systems().await }.await)
            }
            Due::Calls(calls::Due::Calls(system)) => {
                let read = async { self.analytics().await?.active_calls(&system).await }.await;
                Heard::Calls(system, read)
            }
            Due::Calls(calls::Due::Activity(system)) => {
                let read = async { self.analytics().await?.agent_activity(&system).await }.await;
                Heard::Activity(system, read)
            }
            Due::Center(center::Due::Agents) => {
                Heard::Agents(async { self.agents().await?.read().await }.await)
            }
            Due::Center(center::Due::Stream(from)) => Heard::StreamEnded(self.listen(from.as_deref()).await),
            Due::Groups => Heard::Groups(async { self.groups().await?.read().await }.await),
        }
    }

    /// Keeps calls away from somebody, or lets them come again.
    pub(super) async fn change(&self, write: &QuietWrite) -> Result<(), ChangeFault> {
        let (lever, to) = match write {
            QuietWrite::Quiet { lever } => (lever, None),
            QuietWrite::Restore { lever, to } => (lever, Some(to)),
        };
        match (lever, to) {
            (Lever::Agent(id), to) => {
                let agents = self.agents().await.map_err(ChangeFault::Failed)?;
                match to {
                    Some(Before::Agent { status, reason }) => agents.set(id, *status, reason.as_ref()).await,
                    _ => agents.set(id, AgentStatus::WORK_OFFLINE, None).await,
                }
            }
            (Lever::Member { group, extension_id }, to) => {
                let groups = self.groups().await.map_err(ChangeFault::Failed)?;
                groups.log(group, extension_id, to.is_some()).await
            }
        }
    }

    async fn listen(&self, from: Option<&str>) -> Failure {
        let events = match self.events().await {
            Ok(events) => events,
            Err(failure) => return failure,
        };
        let tell = |heard: events::Heard| {
            let heard = match heard {
                events::Heard::Open => Heard::StreamOpened,
                events::Heard::Messages(messages) => Heard::Streamed(messages),
                events::Heard::Quiet => Heard::StreamAlive,
            };
            let listener = self.shared.events.clone();
            async move {
                // The loop has ended; nobody wants to know any more.
                let _ = listener.send(super::Heard::Sync(Event::Eight(heard))).await;
            }
        };
        events.listen(from, tell).await
    }

    /// The client for calls.
    async fn analytics(&self) -> Result<&Analytics, Failure> {
        let make = || async {
            let credential = self.credential(Key::Analytics).await?;
            let (http, clock, api) = self.parts();
            Ok(Analytics::new(http, clock, api, credential))
        };
        self.analytics.get_or_try_init(make).await
    }

    /// The client for company contacts.
    pub(super) async fn company(&self) -> Result<&Company, Failure> {
        let make = || async {
            let management = self.key(Key::Management).await?;
            let search = checkup::search_key(&self.shared.endpoints, &self.shared.vault).await?;
            let search = search.ok_or_else(|| missing(Key::Search))?;
            let (http, clock, api) = self.parts();
            Ok(Company::new(http, clock, api, search, management))
        };
        self.company.get_or_try_init(make).await
    }

    /// The client for the status of agents.
    pub(super) async fn agents(&self) -> Result<&Agents, Failure> {
        let make = || async {
            let token = self.key(Key::Agents).await?;
            let (http, clock, _) = self.parts();
            let base = self.shared.endpoints.eight.contact_center(&self.name.platform);
            Ok(Agents::new(http, clock, base, self.name.tenant.clone(), token))
        };
        self.agents.get_or_try_init(make).await
    }

    /// The client for the contact centre's events.
    async fn events(&self) -> Result<&Events, Failure> {
        let make = || async { self.make_events(self.key(Key::Events).await?) };
        self.events.get_or_try_init(make).await
    }

    fn make_events(&self, key: Secret) -> Result<Events, Failure> {
        let base = self.shared.endpoints.eight.events(&self.name.platform);
        let base = base.ok_or_else(|| Failure::Forbidden(Arc::new(no_events(&self.name.platform))))?;
        let (http, clock, _) = self.parts();
        Ok(Events::new(http, clock, base, self.name.tenant.clone(), key))
    }

    /// The client for ring groups.
    pub(super) async fn groups(&self) -> Result<&Groups, Failure> {
        let make = || async {
            let key = self.key(Key::Groups).await?;
            let (http, clock, api) = self.parts();
            Ok(Groups::new(http, clock, api, key))
        };
        self.groups.get_or_try_init(make).await
    }

    fn parts(&self) -> (crate::http::Client, Arc<crate::clock::Clock>, String) {
        let shared = &self.shared;
        (shared.http.clone(), Arc::clone(&shared.clock), shared.endpoints.eight.api.clone())
    }

    async fn key(&self, key: Key) -> Result<Secret, Failure> {
        Ok(self.credential(key).await?.key)
    }

    async fn credential(&self, key: Key) -> Result<Credential, Failure> {
        let loaded = Credential::load(&self.shared.vault, key).await;
        let credential = loaded.map_err(|error| Failure::Vault(Arc::new(error.problem())))?;
        credential.ok_or_else(|| missing(key))
    }
}

fn missing(key: Key) -> Failure {
    let cause = format!("No key for “{}” is in the keychain.", key.product());
    Failure::Forbidden(Arc::new(Problem::new(
        "eight.missing",
        "A key is missing.",
        cause,
        "Enter it in Setup.",
    )))
}

/// 8x8 has no stream of events for a platform.
fn no_events(platform: &str) -> Problem {
    Problem::new(
        "eight.noStream",
        "8x8 has no events for this platform.",
        format!("Its documentation names no address for “{platform}”."),
        "Check the platform. The status of agents can be read all the same, every fifteen seconds.",
    )
}
