//! The checks of the wizard and of `doctor`, one thing after the other, without opening a browser or changing anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::eight::Contacts;
use crate::eight::keys::Credential;
use crate::endpoints::Endpoints;
use crate::engine::event::DirectoryRead;
use crate::error::{Failure, Problem};
use crate::http;
use crate::locale::Writing;
use crate::matches;
use crate::microsoft::{Connection, Microsoft};
use crate::person::{Contact, Person, PersonId, plain};
use crate::secret::Secret;
use crate::setup::CONSENT_CODE;
use crate::setup::check::{self, Check, Fault, Finding};
use crate::setup::installation::{Configuration, Installation, Key, Reading};
use crate::setup::integration::Integration;
use crate::setup::registration::Registration;
use crate::vault::{SystemVault, Vault};
use crate::view::text::count;

/// One thing that was looked at, for `doctor`.
#[derive(Clone, Debug)]
pub struct Line {
    /// What.
    pub name: String,
    /// What was found, or what is wrong.
    pub result: Result<String, Problem>,
}

/// Checks the keychain by writing and removing a probe.
#[must_use]
pub fn vault(profile: &str) -> Line {
    let result = SystemVault::new(profile).probe().map(|()| "The keychain keeps and gives back.".to_owned());
    Line { name: "Keychain".into(), result: result.map_err(|error| error.problem()) }
}

/// What checks are made with. What one of them read the next ones use.
pub struct Checkup {
    http: http::Client,
    clock: Arc<Clock>,
    endpoints: Endpoints,
    vault: Arc<dyn Vault>,
    installation: Arc<Installation>,
    reader: Option<Arc<Microsoft>>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    people: Option<Vec<Arc<Person>>>,
    contacts: Option<Vec<Contact>>,
}

/// A connection to Microsoft for an installation's reader.
pub(crate) fn connection(
    http: &http::Client,
    clock: &Arc<Clock>,
    endpoints: &Endpoints,
    configuration: &Configuration,
) -> Arc<Connection> {
    let endpoints = endpoints.clone().in_cloud(configuration.cloud).microsoft;
    let (tenant, client_id) = (configuration.tenant.clone(), configuration.client_id.clone());
    Arc::new(Connection::new(http.clone(), Arc::clone(clock), endpoints, tenant, client_id))
}

/// The client that reads, as the installation says.
pub(crate) fn reader(
    http: &http::Client,
    clock: &Arc<Clock>,
    endpoints: &Endpoints,
    vault: &Arc<dyn Vault>,
    configuration: &Configuration,
) -> Arc<Microsoft> {
    let connection = connection(http, clock, endpoints, configuration);
    Arc::new(match configuration.reading {
        Reading::StatusUser => Microsoft::new(connection, Arc::clone(vault)),
        Reading::Alone => Microsoft::alone(connection, Arc::clone(vault), Registration::Reader),
    })
}

/// The client of a registration that acts alone with its certificate; none before it is made.
pub(crate) fn alone(
    (http, clock): (http::Client, Arc<Clock>),
    endpoints: &Endpoints,
    vault: &Arc<dyn Vault>,
    installation: &Installation,
    registration: Registration,
) -> Option<Arc<Microsoft>> {
    let client_id = installation.record(registration).client_id?;
    let tenant = installation.organisation.as_ref()?.tenant.clone();
    let endpoints = endpoints.clone().in_cloud(installation.cloud).microsoft;
    let connection = Arc::new(Connection::new(http, clock, endpoints, tenant, client_id));
    Some(Arc::new(Microsoft::alone(connection, Arc::clone(vault), registration)))
}

/// The key for directory contacts: one that an endpoints file names, or the vault's.
pub(crate) async fn search_key(
    endpoints: &Endpoints,
    vault: &Arc<dyn Vault>,
) -> Result<Option<Secret>, Failure> {
    if let Some(key) = &endpoints.eight.key {
        return Ok(Some(key.clone()));
    }
    let loaded = Credential::load(vault, Key::Search).await;
    let loaded = loaded.map_err(|error| Failure::Vault(Arc::new(error.problem())))?;
    Ok(loaded.map(|credential| credential.key))
}

impl Checkup {
    /// For an installation; `reader` is the sync's own client, if it runs.
    #[must_use]
    pub fn new(
        http: http::Client,
        clock: Arc<Clock>,
        endpoints: Endpoints,
        vault: Arc<dyn Vault>,
        installation: Arc<Installation>,
        reader: Option<Arc<Microsoft>>,
    ) -> Self {
        let known = Mutex::default();
        let configuration = installation.configuration();
        // One client for all checks: what one of them found in the vault the next ones need.
        let reader = reader.or_else(|| {
            configuration.map(|configuration| {
                crate::checkup::reader(&http, &clock, &endpoints, &vault, &configuration)
            })
        });
        Self { http, clock, endpoints, vault, installation, reader, known }
    }

    /// Runs one check.
    ///
    /// # Errors
    /// Cause and remedy, and whether consent or only time is missing.
    pub async fn run(&self, check: Check) -> Result<Finding, Fault> {
        let words = match check {
            Check::SignIn => self.sign_in().await,
            Check::Certificate(registration) => self.certificate(registration).await,
            Check::Permission => self.permission().await,
            Check::Directory => self.directory().await,
            Check::Presence => return self.presence().await.map_err(|failure| fault(&failure)),
            Check::Key(key) => return self.key(key).await.map_err(|failure| fault(&failure)),
            Check::Matches => return self.matches().await.map_err(|failure| fault(&failure)),
            Check::Write => self.write().await,
            Check::Chat => self.chat(),
        };
        words.map(|words| Finding { words, ..Finding::default() }).map_err(|failure| fault(&failure))
    }

    async fn sign_in(&self) -> Result<String, Failure> {
        let microsoft = self.reading()?;
        let account = microsoft.tokens.find().await;
        let account = account.map_err(|error| Failure::Vault(Arc::new(error.problem())))?;
        microsoft.tokens.access().await?;
        let who = account.map(|account| account.user_name).unwrap_or_default();
        Ok(format!("{who} is signed in. It renews by itself."))
    }

    async fn certificate(&self, registration: Registration) -> Result<String, Failure> {
        let microsoft = self.alone(registration)?;
        microsoft.tokens.renewed().await?;
        let expires = self.installation.record(registration).certificate.map(|known| known.expires);
        let until = expires.map(|at| Writing::here().date_of(at)).unwrap_or_default();
        Ok(format!("Microsoft accepts the certificate. It is good until {until} and renews by itself."))
    }

    /// Only a call proves a permission: tokens are not ours to read.
    async fn permission(&self) -> Result<String, Failure> {
        let microsoft = self.reading()?;
        microsoft.tokens.renewed().await?;
        if self.installation.reading == Reading::StatusUser && !microsoft.tokens.grants("Presence.Read.All") {
            return Err(missing("Presence.Read.All"));
        }
        let nobody = PersonId::parse(&uuid::Uuid::new_v4().to_string());
        if let Some(nobody) = nobody {
            microsoft.read_presence(0, Arc::from([nobody])).await?;
        }
        let full = microsoft.tokens.grants("User.Read.All");
        let directory = if full { "User.Read.All" } else { "User.ReadBasic.All" };
        Ok(format!("Presence.Read.All and {directory} are granted."))
    }

    async fn directory(&self) -> Result<String, Failure> {
        let people = self.people().await?;
        let counted = people.iter().filter(|person| person.left_out().is_none()).count();
        Ok(format!("{} people can be read, of {} user objects.", count(counted), count(people.len())))
    }

    async fn presence(&self) -> Result<Finding, Failure> {
        let microsoft = self.reading()?;
        let people = self.people().await?;
        let mut three: Vec<&Arc<Person>> =
            people.iter().filter(|person| person.left_out().is_none()).collect();
        three.sort_by_cached_key(|person| person.name.to_lowercase());
        three.truncate(3);
        let asked: Arc<[PersonId]> = three.iter().map(|person| person.id).collect();
        let read = microsoft.read_presence(0, asked).await?;
        let sample: Vec<[String; 3]> = three
            .iter()
            .filter_map(|person| {
                let reading = read.readings.iter().find(|reading| reading.id == person.id)?;
                let mapping =
                    crate::mapping::map(&reading.availability, &reading.activity, reading.out_of_office);
                let eight = mapping.presence.label().to_owned();
                Some([person.name.clone(), mapping.row.as_str().to_owned(), eight])
            })
            .collect();
        if sample.is_empty() {
            let cause = "Microsoft answered, but named none of the people that were asked about.";
            let remedy = "Look whether these people have Teams, then try again.";
            let problem = Problem::new("setup.presence", "No presence could be read.", cause, remedy);
            return Err(Failure::Broken(Arc::new(problem)));
        }
        let words = "Compare with what you see in Teams.".to_owned();
        Ok(Finding { words, sample, left_out: false })
    }

    async fn key(&self, key: Key) -> Result<Finding, Failure> {
        let api = &self.endpoints.eight.api;
        if key == Key::Search {
            let Some(secret) = search_key(&self.endpoints, &self.vault).await? else {
                let words = "No key is set: extensions are not shown, and nobody is matched.".to_owned();
                return Ok(Finding { words, left_out: true, ..Finding::default() });
            };
            let client = Contacts::new(self.http.clone(), Arc::clone(&self.clock), api.clone(), secret);
            let contacts = client.read().await?;
            let words = format!("{} corporate contacts can be read.", count(contacts.len()));
            self.known.lock().await.contacts = Some(contacts);
            return Ok(Finding { words, ..Finding::default() });
        }
        let loaded = Credential::load(&self.vault, key).await;
        let Some(credential) = loaded.map_err(|error| Failure::Vault(Arc::new(error.problem())))? else {
            let cause = format!("No key with the product “{}” is in the keychain.", key.product());
            let problem = Problem::new("eight.missing", "A key is missing.", cause, "Enter it in Setup.");
            return Err(Failure::Forbidden(Arc::new(problem)));
        };
        let words = credential.test(&self.http, &self.clock, api, key).await?;
        Ok(Finding { words, ..Finding::default() })
    }

    async fn matches(&self) -> Result<Finding, Failure> {
        let people = self.people().await?;
        let known = self.known.lock().await;
        let Some(contacts) = &known.contacts else {
            let words = "Not known without the 8x8 key.".to_owned();
            return Ok(Finding { words, left_out: true, ..Finding::default() });
        };
        let (_, report) = matches::join(&people, contacts);
        let counted = people.iter().filter(|person| person.left_out().is_none()).count();
        if report.matched == 0 && counted > 0 && !contacts.is_empty() {
            let cause = "No 8x8 user has the email address of a Microsoft user.";
            let remedy =
                "In 8x8 Admin Console, make the email of each user the same as the Microsoft user name.";
            let problem = Problem::new("setup.matches", "Nobody is matched.", cause, remedy);
            return Err(Failure::Forbidden(Arc::new(problem)));
        }
        let words = format!("{} of {} people have an 8x8 user.", count(report.matched), count(counted));
        Ok(Finding { words, ..Finding::default() })
    }

    /// Clearing a presence that was never set changes nothing, and needs the same permission as setting one
    /// (learn.microsoft.com, "presence: clearPresence": 404 when there is no session).
    async fn write(&self) -> Result<String, Failure> {
        let microsoft = self.alone(Registration::Writer)?;
        let someone = match self.installation.status_user.id.clone() {
            Some(id) => id,
            None => {
                let people = self.people().await?;
                let someone = people.iter().find(|person| person.left_out().is_none());
                someone.map(|person| person.id.to_string()).ok_or_else(no_reader)?
            }
        };
        microsoft.tokens.renewed().await?;
        microsoft.clear_presence(&someone).await?;
        Ok("Presence.ReadWrite.All is granted. Nothing was written.".into())
    }

    fn chat(&self) -> Result<String, Failure> {
        let granted = self.installation.record(Registration::Chat).granted;
        let at = granted.ok_or_else(|| missing("Chat.Create, ChatMessage.Send and Chat.Read"))?;
        let day = Writing::here().date_of(at);
        Ok(format!("Granted for the organisation on {day}. Each operator connects an account of their own."))
    }

    async fn people(&self) -> Result<Vec<Arc<Person>>, Failure> {
        let mut known = self.known.lock().await;
        if let Some(people) = &known.people {
            return Ok(people.clone());
        }
        let DirectoryRead { people, .. } = self.reading()?.read_directory(None).await?;
        let people: Vec<Arc<Person>> = people.into_iter().map(Arc::new).collect();
        known.people = Some(people.clone());
        Ok(people)
    }

    fn reading(&self) -> Result<Arc<Microsoft>, Failure> {
        self.reader.clone().ok_or_else(no_reader)
    }

    /// The client of a registration that acts alone.
    fn alone(&self, registration: Registration) -> Result<Arc<Microsoft>, Failure> {
        let parts = (self.http.clone(), Arc::clone(&self.clock));
        alone(parts, &self.endpoints, &self.vault, &self.installation, registration).ok_or_else(no_reader)
    }

    /// Runs all checks of everything that is installed, as `doctor` does.
    pub async fn everything(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        let network = match self.reading() {
            Ok(microsoft) => microsoft.connection.authority().await.map(|_| ()),
            Err(failure) => Err(failure),
        };
        let reached = network.is_ok();
        let words = network.map(|()| "Microsoft's sign-in service answers.".to_owned());
        lines.push(Line { name: "Network".into(), result: words.map_err(|failure| told(&failure)) });
        for integration in Integration::ALL {
            let progress = self.installation.progress(integration);
            let first = integration == Integration::TeamsToEight;
            if first || (progress.begun && !progress.disabled) {
                self.all_of(integration, reached, &mut lines).await;
            }
        }
        lines
    }

    /// Runs the checks of an integration; without Microsoft only those that need nothing of it.
    async fn all_of(&self, integration: Integration, reached: bool, lines: &mut Vec<Line>) {
        let mut failed: BTreeMap<Check, ()> = BTreeMap::new();
        for check in check::checks(&self.installation, integration) {
            if !reached && !matches!(check, Check::Key(_)) {
                continue;
            }
            if check.needs().iter().any(|needed| failed.contains_key(needed)) {
                failed.insert(check, ());
                continue;
            }
            let result = self.run(check).await;
            if result.is_err() {
                failed.insert(check, ());
            }
            let first = integration == Integration::TeamsToEight;
            let name =
                if first { check.name().into() } else { format!("{}: {}", integration.name(), check.name()) };
            let result = result.map(|finding| finding.words).map_err(|fault| Problem::clone(&fault.problem));
            lines.push(Line { name, result });
        }
    }
}

fn no_reader() -> Failure {
    Failure::Forbidden(Arc::new(Problem::new(
        "setup.reader",
        "Nothing is set up to read with.",
        "Teams to 8x8 presence is not installed, or switched off.",
        "Open Setup and install it first.",
    )))
}

pub(crate) fn missing(permission: &str) -> Failure {
    Failure::Forbidden(Arc::new(Problem::new(
        "setup.permission",
        &format!("{permission} is missing."),
        "An administrator has not granted it, removed it, or the grant has not spread yet (up to 5 minutes).",
        "Sign in as an administrator and grant consent.",
    )))
}

/// Codes of failures that a consent mends.
const CONSENT: [&str; 3] = [CONSENT_CODE, "setup.permission", "microsoft.forbidden"];

/// Codes of failures that mend themselves when something was made a moment ago.
const NOT_YET: [&str; 2] = ["signIn.registration", "signIn.certificate"];

fn fault(failure: &Failure) -> Fault {
    let problem = Arc::new(told(failure));
    let code = problem.code.as_str();
    Fault { consent: CONSENT.contains(&code), not_yet: NOT_YET.contains(&code), problem }
}

fn told(failure: &Failure) -> Problem {
    failure.problem().map_or_else(
        || Problem::new("microsoft.reset", "Microsoft asks to read everything again.", "", "Try again."),
        |problem| Problem { what: plain(&problem.what), ..Problem::clone(problem) },
    )
}

/// A checkup outside of a running sync, for `doctor`.
#[must_use]
pub fn standalone(endpoints: Endpoints, vault: Arc<dyn Vault>, installation: Installation) -> Checkup {
    let clock = Arc::new(Clock::start());
    Checkup::new(http::client(), clock, endpoints, vault, Arc::new(installation), None)
}
