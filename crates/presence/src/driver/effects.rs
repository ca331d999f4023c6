//! Carries out what the engine asks for. Each effect is a task of its own; its result comes back as an event.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::Sender;
use tokio::task::{AbortHandle, JoinSet};

use crate::desktop::Desktop;
use crate::eight::Contacts;
use crate::engine::effect::Effect;
use crate::engine::event::Event;
use crate::error::Failure;
use crate::microsoft::{Microsoft, auth};
use crate::session::{Account, Step};
use crate::store::Store;

/// Does things for the engine.
pub(super) struct Effects {
    microsoft: Arc<Microsoft>,
    contacts: Option<Arc<Contacts>>,
    store: Store,
    desktop: Arc<dyn Desktop>,
    events: Sender<Event>,
    /// Everything under way; dropping it ends it all.
    tasks: JoinSet<()>,
    sign_in: Option<AbortHandle>,
    /// Who signed in last: signing in again is for the same account.
    account: Arc<Mutex<Option<Account>>>,
}

impl Effects {
    pub(super) fn new(
        microsoft: Arc<Microsoft>,
        contacts: Option<Arc<Contacts>>,
        store: Store,
        desktop: Arc<dyn Desktop>,
        events: Sender<Event>,
    ) -> Self {
        let tasks = JoinSet::new();
        Self { microsoft, contacts, store, desktop, events, tasks, sign_in: None, account: Arc::default() }
    }

    pub(super) fn perform(&mut self, effects: Vec<Effect>) {
        while self.tasks.try_join_next().is_some() {}
        for effect in effects {
            match effect {
                Effect::ReadDirectory { cursor } => self.read_directory(cursor),
                Effect::ReadPresence { page, people } => self.read_presence(page, people),
                Effect::ReadContacts => self.read_contacts(),
                Effect::FindSignIn => self.find_sign_in(),
                Effect::BeginSignIn => self.begin_sign_in(),
                Effect::StopSignIn => self.stop_sign_in(),
                Effect::ForgetSignIn => self.forget_sign_in(),
                Effect::Store(change) => self.store.write(change),
            }
        }
    }

    fn spawn(&mut self, work: impl Future<Output = Event> + Send + 'static) -> AbortHandle {
        let events = self.events.clone();
        self.tasks.spawn(async move {
            let event = work.await;
            // The loop has ended; nobody wants to know any more.
            let _ = events.send(event).await;
        })
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

    fn read_presence(&mut self, page: usize, people: Arc<[crate::person::PersonId]>) {
        let microsoft = Arc::clone(&self.microsoft);
        self.spawn(async move {
            match microsoft.read_presence(page, people).await {
                Ok(read) => Event::PresenceRead(read),
                Err(failure) => Event::PresenceFailed { page, failure },
            }
        });
    }

    fn read_contacts(&mut self) {
        let Some(contacts) = self.contacts.clone() else { return };
        self.spawn(async move {
            match contacts.read().await {
                Ok(contacts) => Event::ContactsRead(contacts),
                Err(failure) => Event::ContactsFailed(failure),
            }
        });
    }

    /// Asks the vault; a vault that is closed is asked again when the engine says so.
    pub(super) fn find_sign_in(&mut self) {
        let (microsoft, known) = (Arc::clone(&self.microsoft), Arc::clone(&self.account));
        self.spawn(async move {
            match microsoft.tokens.find().await {
                Ok(Some(account)) => {
                    remember(&known, &account);
                    Event::Session(Step::Found(Arc::new(account)))
                }
                Ok(None) => Event::Session(Step::NotFound),
                Err(error) => Event::VaultClosed(Arc::new(error.problem())),
            }
        });
    }

    fn begin_sign_in(&mut self) {
        let expected = self.account.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (microsoft, known) = (Arc::clone(&self.microsoft), Arc::clone(&self.account));
        let (desktop, events) = (Arc::clone(&self.desktop), self.events.clone());
        let task = self.spawn(async move {
            match sign_in(&microsoft, desktop, &events, expected).await {
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
        *self.account.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let microsoft = Arc::clone(&self.microsoft);
        self.spawn(async move {
            match microsoft.tokens.forget().await {
                Ok(()) => Event::Tick,
                Err(error) => Event::Local(Some(Arc::new(error.problem()))),
            }
        });
    }
}

fn remember(known: &Mutex<Option<Account>>, account: &Account) {
    *known.lock().unwrap_or_else(PoisonError::into_inner) = Some(account.clone());
}

async fn sign_in(
    microsoft: &Microsoft,
    desktop: Arc<dyn Desktop>,
    events: &Sender<Event>,
    expected: Option<Account>,
) -> Result<Account, Failure> {
    let pending = auth::begin(&microsoft.connection, expected.as_ref()).await?;
    let address: Arc<str> = pending.address.as_str().into();
    let _ = events.send(Event::Session(Step::Opened(Arc::clone(&address)))).await;
    tokio::task::spawn_blocking(move || {
        if let Err(problem) = desktop.open_address(&address) {
            tracing::warn!(code = %problem.code, detail = ?problem.detail, "no browser");
        }
    });
    let (account, answer) = auth::finish(&microsoft.connection, pending, expected.as_ref()).await?;
    let adopted = microsoft.tokens.adopt(account.clone(), answer).await;
    adopted.map_err(|error| Failure::Vault(Arc::new(error.problem())))?;
    tracing::info!("signed in");
    Ok(account)
}
