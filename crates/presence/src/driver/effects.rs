//! Carries out what the engine asks for. Each effect is a task of its own; its result comes back as an event.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use jiff::Timestamp;
use tokio::task::{AbortHandle, JoinSet};

use super::Heard;
use super::eight::Side;
use super::installer::Shared;
use crate::center::ChangeFault;
use crate::checkup;
use crate::eight::Contacts;
use crate::engine::effect::{Change, Effect};
use crate::engine::event::Event;
use crate::engine::quiet::{Held, QuietWrite};
use crate::engine::telephony::Due;
use crate::engine::writer::{BATCH, Kind, Write, Written};
use crate::error::{Failure, Problem};
use crate::imports::{ContactWrite, WriteFault};
use crate::microsoft::expected::Expected;
use crate::microsoft::{Microsoft, auth};
use crate::person::Contact;
use crate::person::PersonId;
use crate::session::{Account, Step};
use crate::setup::installation::Configuration;
use crate::store::Store;

/// Where the key for 8x8's directory is.
pub(super) enum ContactsKey {
    /// An endpoints file named it.
    Known(Arc<Contacts>),
    /// It is taken from the vault when it is first needed.
    InVault,
}

/// Does things for the engine.
pub(super) struct Effects {
    microsoft: Arc<Microsoft>,
    contacts: ContactsKey,
    /// Writes presence; none before it is set up.
    writer: Option<Arc<Microsoft>>,
    /// 8x8's clients.
    side: Arc<Side>,
    shared: Shared,
    store: Store,
    /// Everything under way; dropping it ends it all.
    tasks: JoinSet<()>,
    sign_in: Option<AbortHandle>,
    /// Whose sign-in is expected: whoever signed in last, or whom the installation names.
    expected: Arc<Mutex<Expected>>,
    /// Whom the installation names.
    named: Expected,
}

impl Effects {
    pub(super) fn new(
        shared: &Shared,
        configuration: &Configuration,
        contacts: ContactsKey,
        writer: Option<Arc<Microsoft>>,
        store: Store,
        named: Expected,
    ) -> Self {
        let microsoft =
            checkup::reader(&shared.http, &shared.clock, &shared.endpoints, &shared.vault, configuration);
        Self {
            microsoft,
            contacts,
            writer,
            side: Arc::new(Side::new(shared.clone(), configuration.center.name.clone())),
            shared: shared.clone(),
            store,
            tasks: JoinSet::new(),
            sign_in: None,
            expected: Arc::new(Mutex::new(named.clone())),
            named,
        }
    }

    /// The client that reads.
    pub(super) fn microsoft(&self) -> &Arc<Microsoft> {
        &self.microsoft
    }

    pub(super) fn perform(&mut self, effects: Vec<Effect>) {
        while self.tasks.try_join_next().is_some() {}
        for effect in effects {
            match effect {
                Effect::ReadDirectory { cursor } => self.read_directory(cursor),
                Effect::ReadPresence { page, people } => self.read_presence(page, people),
                Effect::ReadContacts => self.read_contacts(),
                Effect::ReadCompany => self.read_company(),
                Effect::WriteContact(write) => self.write_contact(write),
                Effect::Eight(due) => self.read_eight(due),
                Effect::Quiet { write, held } => self.keep_quiet(write, held),
                Effect::WriteTag { person, write } => self.write_tag(person, write),
                Effect::WritePresence { writes, at } => self.write_presence(writes, at),
                Effect::FindSignIn => self.find_sign_in(),
                Effect::BeginSignIn => self.begin_sign_in(),
                Effect::StopSignIn => self.stop_sign_in(),
                Effect::ForgetSignIn => self.forget_sign_in(),
                Effect::Reconnect => self.reconnect(),
                Effect::Store(change) => self.store.write(change),
            }
        }
    }

    fn spawn(&mut self, work: impl Future<Output = Event> + Send + 'static) -> AbortHandle {
        let events = self.shared.events.clone();
        self.tasks.spawn(async move {
            let heard = match AssertUnwindSafe(work).catch_unwind().await {
                Ok(event) => Heard::Sync(event),
                // Whoever waits for its result would wait for ever.
                Err(_) => Heard::Crashed,
            };
            // The loop has ended; nobody wants to know any more.
            let _ = events.send(heard).await;
        })
    }

    /// Connections of before the sleep, or of another network, lead nowhere; what waits on one goes over a new one.
    fn reconnect(&self) {
        if let Err(problem) = self.shared.http.renew(&self.shared.network()) {
            tracing::warn!(code = %problem.code, "connections could not be made anew");
        }
    }

    fn read_directory(&mut self, cursor: Option<Arc<str>>) {
        let microsoft = Arc::clone(&self.microsoft);
        self.spawn(async move {
            match microsoft.read_directory(cursor.as_deref()).await {
                Ok(read) => Event::DirectoryRead(read),
                Err(failure) => Event::DirectoryFailed(failure),
            }
        });
    }

    fn read_presence(&mut self, page: usize, people: Arc<[PersonId]>) {
        let microsoft = Arc::clone(&self.microsoft);
        self.spawn(async move {
            match microsoft.read_presence(page, people).await {
                Ok(read) => Event::PresenceRead(read),
                Err(failure) => Event::PresenceFailed { page, failure },
            }
        });
    }

    fn read_contacts(&mut self) {
        let known = match &self.contacts {
            ContactsKey::Known(contacts) => Some(Arc::clone(contacts)),
            ContactsKey::InVault => None,
        };
        let shared = self.shared.clone();
        self.spawn(async move {
            let read = match known {
                Some(contacts) => contacts.read().await,
                None => read_with_vault(&shared).await,
            };
            match read {
                Ok(contacts) => Event::ContactsRead(contacts),
                Err(failure) => Event::ContactsFailed(failure),
            }
        });
    }

    fn read_company(&mut self) {
        let side = Arc::clone(&self.side);
        self.spawn(async move {
            let read = async { side.company().await?.read().await };
            match read.await {
                Ok(directory) => Event::CompanyRead(directory),
                Err(failure) => Event::CompanyFailed(failure),
            }
        });
    }

    fn write_contact(&mut self, write: ContactWrite) {
        let side = Arc::clone(&self.side);
        self.spawn(async move {
            Event::ContactWritten(match side.company().await {
                Ok(company) => company.write(&write).await,
                Err(failure) => Err(WriteFault::Unsent(failure)),
            })
        });
    }

    /// Reads something of 8x8's side, or listens to it until it ends.
    fn read_eight(&mut self, due: Due) {
        let side = Arc::clone(&self.side);
        self.spawn(async move { Event::Eight(side.read(due).await) });
    }

    /// The ledger is on the disk before anything is sent: what a crash leaves behind is known to the next run.
    fn write_presence(&mut self, writes: Vec<Write>, at: Timestamp) {
        let added =
            writes.iter().filter(|write| write.kind == Kind::Set).map(|write| (write.person, at)).collect();
        let kept = self.store.write_first(Change::Ledger { added, removed: Vec::new() });
        let writer = self.writer.clone();
        self.spawn(async move {
            let all = |failure: &Failure| {
                writes.iter().map(|write| (*write, Written::Failed(failure.clone()))).collect::<Vec<_>>()
            };
            Event::Written(match writer {
                None => all(&nobody_writes()),
                Some(_) if kept.await.is_err() => all(&not_kept()),
                Some(writer) => writer.write_presence(&writes).await,
            })
        });
    }

    /// The ledger is on the disk first, as with what is written to Teams.
    fn keep_quiet(&mut self, write: QuietWrite, held: Option<Held>) {
        let kept =
            held.map(|held| self.store.write_first(Change::Quiet { added: vec![held], removed: Vec::new() }));
        let side = Arc::clone(&self.side);
        self.spawn(async move {
            let is_kept = match kept {
                Some(kept) => kept.await.is_ok(),
                None => true,
            };
            let result =
                if is_kept { side.change(&write).await } else { Err(ChangeFault::Failed(not_kept())) };
            Event::Quieted(write, result)
        });
    }

    fn write_tag(&mut self, person: PersonId, write: ContactWrite) {
        let side = Arc::clone(&self.side);
        self.spawn(async move {
            let result = match side.company().await {
                Ok(company) => company.write(&write).await,
                Err(failure) => Err(WriteFault::Unsent(failure)),
            };
            Event::TagWritten(person, result)
        });
    }

    /// Lets calls come again where they were kept away by our hand, beside everything else: its key is about to go.
    pub(super) fn restore_beside(&self, owed: Vec<QuietWrite>) {
        let side = Arc::clone(&self.side);
        tokio::spawn(async move {
            for write in owed {
                // What fails stays as it is, and a person sees it in 8x8.
                let _ = side.change(&write).await;
            }
        });
    }

    /// Ends what stands in Teams by our word, beside everything else and for as long as it takes.
    pub(super) fn clear_beside(&self, people: Vec<PersonId>) {
        let Some(writer) = self.writer.clone() else { return };
        tokio::spawn(async move {
            let writes: Vec<Write> =
                people.into_iter().map(|person| Write { person, kind: Kind::Clear }).collect();
            for batch in writes.chunks(BATCH) {
                // What fails ends by itself within minutes.
                let _ = writer.write_presence(batch).await;
            }
        });
    }

    /// Asks the vault; a vault that is closed is asked again when the engine says so.
    pub(super) fn find_sign_in(&mut self) {
        let (microsoft, expected) = (Arc::clone(&self.microsoft), Arc::clone(&self.expected));
        self.spawn(async move {
            match microsoft.tokens.find().await {
                Ok(Some(account)) => {
                    remember(&expected, &account);
                    Event::Session(Step::Found(Arc::new(account)))
                }
                Ok(None) => Event::Session(Step::NotFound),
                Err(error) => Event::VaultClosed(Arc::new(error.problem())),
            }
        });
    }

    fn begin_sign_in(&mut self) {
        let expected = self.expected.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (microsoft, known) = (Arc::clone(&self.microsoft), Arc::clone(&self.expected));
        let shared = self.shared.clone();
        let task = self.spawn(async move {
            match sign_in(&microsoft, &shared, expected).await {
                Ok(account) => {
                    remember(&known, &account);
                    Event::Session(Step::Done(Arc::new(account)))
                }
                Err(failure) => {
                    let problem = failure.problem().cloned().unwrap_or_else(|| Arc::new(auth::refused()));
                    tracing::warn!(code = %problem.code, detail = ?problem.detail, "the sign-in failed");
                    Event::Session(Step::Failed(problem))
                }
            }
        });
        self.sign_in = Some(task);
    }

    fn stop_sign_in(&mut self) {
        // The listener goes with the task.
        if let Some(task) = self.sign_in.take() {
            task.abort();
        }
    }

    fn forget_sign_in(&mut self) {
        *self.expected.lock().unwrap_or_else(PoisonError::into_inner) = self.named.clone();
        let microsoft = Arc::clone(&self.microsoft);
        self.spawn(async move {
            match microsoft.tokens.forget().await {
                Ok(()) => Event::Tick,
                Err(error) => Event::Local(Some(Arc::new(error.problem()))),
            }
        });
    }
}

fn remember(expected: &Mutex<Expected>, account: &Account) {
    let same = Expected::Account {
        user_name: account.user_name.clone(),
        id: Some(account.id.clone()),
        first: false,
    };
    *expected.lock().unwrap_or_else(PoisonError::into_inner) = same;
}

fn nobody_writes() -> Failure {
    let cause = "The registration “8x8 Write Presence” is not there any more.";
    let remedy = "Open Setup and install 8x8 to Teams presence again.";
    Failure::Forbidden(Arc::new(Problem::new(
        "setup.reader",
        "Nothing can be written to Teams.",
        cause,
        remedy,
    )))
}

fn not_kept() -> Failure {
    let cause = "What is written there has to be kept on this computer's disk first, and the disk refused.";
    let remedy = "Check that the disk is not full and that you may write there.";
    Failure::Broken(Arc::new(Problem::new("store.ledger", "Nothing was written to Teams.", cause, remedy)))
}

async fn read_with_vault(shared: &Shared) -> Result<Vec<Contact>, Failure> {
    let Some(key) = checkup::search_key(&shared.endpoints, &shared.vault).await? else {
        return Ok(Vec::new());
    };
    let api = shared.endpoints.eight.api.clone();
    Contacts::new(shared.http.clone(), Arc::clone(&shared.clock), api, key).read().await
}

async fn sign_in(microsoft: &Microsoft, shared: &Shared, expected: Expected) -> Result<Account, Failure> {
    let pending = auth::begin(&microsoft.connection, &auth::scope(), &expected).await?;
    let address: Arc<str> = pending.address.as_str().into();
    let opened = Event::Session(Step::Opened(Arc::clone(&address)));
    let _ = shared.events.send(Heard::Sync(opened)).await;
    shared.open_browser(address);
    let (account, answer) = auth::finish(&microsoft.connection, pending, &expected).await?;
    let adopted = microsoft.tokens.adopt(account.clone(), answer).await;
    adopted.map_err(|error| Failure::Vault(Arc::new(error.problem())))?;
    tracing::info!("signed in");
    Ok(account)
}
