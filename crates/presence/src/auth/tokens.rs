//! The sign-in that is kept: one renewal at a time, stored before it is used.

use std::sync::{Arc, Mutex as StandardMutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::error::{Failure, Problem};
use crate::http;
use crate::microsoft::Connection;
use crate::microsoft::auth::{SCOPES, refused, trouble};
use crate::microsoft::wire::{TokenAnswer, grants};
use crate::moment::Uptime;
use crate::secret::Secret;
use crate::session::Account;
use crate::vault::{Vault, VaultError};

/// A token is renewed when it has less than this to live.
const AHEAD: Duration = Duration::from_mins(5);

/// Name of the vault's entry.
const ENTRY: &str = "microsoft-sign-in";

/// The sign-in, as the vault keeps it.
#[derive(Serialize, Deserialize)]
struct Kept {
    version: u32,
    /// As they were asked for: a sign-in of another organisation or application is none here.
    tenant: String,
    client_id: String,
    account: Account,
    refresh_token: String,
}

/// The tokens of one sign-in.
///
/// Entra answers each renewal with a new refresh token and lets the old one live. The new one is in the vault before
/// the access token that came with it is used, so a crash at any point leaves a sign-in that works.
pub struct Tokens {
    connection: Arc<Connection>,
    vault: Arc<dyn Vault>,
    held: Mutex<Held>,
    scope: StandardMutex<String>,
}

#[derive(Default)]
struct Held {
    account: Option<Account>,
    refresh: Option<Secret>,
    access: Option<Access>,
    /// The refresh token is newer than the one in the vault.
    unsaved: bool,
    /// Why Microsoft ended this sign-in: whoever waited for the same renewal need not ask again.
    ended: Option<Arc<Problem>>,
}

#[derive(Clone)]
struct Access {
    token: Arc<Secret>,
    expires: Uptime,
}

impl Tokens {
    /// Tokens that are found in `vault` when they are first needed.
    #[must_use]
    pub fn new(connection: Arc<Connection>, vault: Arc<dyn Vault>) -> Self {
        Self { connection, vault, held: Mutex::default(), scope: StandardMutex::default() }
    }

    /// Looks into the vault for a sign-in of an earlier run.
    ///
    /// # Errors
    /// When the vault can not be read; the sign-in is then not lost.
    pub async fn find(&self) -> Result<Option<Account>, VaultError> {
        let mut held = self.held.lock().await;
        if held.refresh.is_none() {
            let Some(text) = read(&self.vault).await? else { return Ok(None) };
            let Ok(kept) = serde_json::from_str::<Kept>(text.expose()) else {
                tracing::warn!("the sign-in in the vault can not be read and counts as none");
                return Ok(None);
            };
            if kept.tenant != self.connection.tenant || kept.client_id != self.connection.client_id {
                return Ok(None);
            }
            held.account = Some(kept.account);
            held.refresh = Some(Secret::new(kept.refresh_token));
        }
        Ok(held.account.clone())
    }

    /// Takes over a new sign-in, and stores it first.
    ///
    /// # Errors
    /// When the vault refuses it; then nothing is taken over.
    pub async fn adopt(&self, account: Account, answer: TokenAnswer) -> Result<(), VaultError> {
        let mut held = self.held.lock().await;
        let mut new = Held { account: Some(account), ..Held::default() };
        self.take(&mut new, answer);
        self.save(&mut new).await?;
        *held = new;
        Ok(())
    }

    /// Removes the sign-in from memory and vault.
    ///
    /// # Errors
    /// When the vault can not be reached; memory is empty then all the same.
    pub async fn forget(&self) -> Result<(), VaultError> {
        *self.held.lock().await = Held::default();
        let vault = Arc::clone(&self.vault);
        crate::vault::blocking(move || vault.delete(ENTRY)).await
    }

    /// A token that lives for some minutes more. Whoever asks while it is renewed waits for the same renewal.
    ///
    /// # Errors
    /// [`Failure::SignInNeeded`] when Microsoft ended the sign-in, [`Failure::Vault`] when the vault is closed.
    pub async fn access(&self) -> Result<Arc<Secret>, Failure> {
        let mut held = self.held.lock().await;
        if held.unsaved {
            self.save(&mut held).await.map_err(|error| Failure::Vault(Arc::new(error.problem())))?;
        }
        let now = self.connection.clock.now().uptime;
        if let Some(access) = held.access.as_ref().filter(|access| access.expires > now.plus(AHEAD)) {
            return Ok(Arc::clone(&access.token));
        }
        if let Some(problem) = &held.ended {
            return Err(Failure::SignInNeeded(Arc::clone(problem)));
        }
        let failure = self.renew(&mut held).await.err();
        if let Some(Failure::SignInNeeded(problem)) = &failure {
            held.ended = Some(Arc::clone(problem));
        }
        match (&held.access, failure) {
            // A renewal that fails for a passing reason does not spoil a token that still lives.
            (Some(access), None | Some(Failure::Offline(_) | Failure::Broken(_))) if access.expires > now => {
                Ok(Arc::clone(&access.token))
            }
            (_, Some(failure)) => Err(failure),
            (_, None) => Err(Failure::SignInNeeded(Arc::new(refused()))),
        }
    }

    /// Says that a token was refused, so that the next one is a new one.
    pub async fn discard(&self, token: &Secret) {
        let mut held = self.held.lock().await;
        if held.access.as_ref().is_some_and(|access| access.token.expose() == token.expose()) {
            held.access = None;
        }
    }

    /// Whether the newest token carries a permission.
    #[must_use]
    pub fn grants(&self, permission: &str) -> bool {
        grants(&self.scope.lock().unwrap_or_else(PoisonError::into_inner), permission)
    }

    async fn renew(&self, held: &mut Held) -> Result<(), Failure> {
        let Some(refresh) = held.refresh.clone() else {
            return Err(Failure::SignInNeeded(Arc::new(refused())));
        };
        let connection = &self.connection;
        let endpoint = connection.authority().await?.token_endpoint.clone();
        let form = [
            ("client_id", connection.client_id.as_str()),
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.expose()),
            ("scope", &SCOPES.join(" ")),
        ];
        let answer =
            http::call(&connection.gate, &connection.clock, || connection.http.post(&endpoint).form(&form))
                .await
                .map_err(trouble)?;
        let name = held.account.as_ref().map(|account| account.user_name.as_str());
        let answer = crate::microsoft::auth::token_answer(&answer, name)?;
        self.take(held, answer);
        self.save(held).await.map_err(|error| Failure::Vault(Arc::new(error.problem())))
    }

    fn take(&self, held: &mut Held, answer: TokenAnswer) {
        let now = self.connection.clock.now().uptime;
        held.access = Some(Access {
            token: Arc::new(answer.access_token),
            expires: now.plus(Duration::from_secs(answer.expires_in)),
        });
        *self.scope.lock().unwrap_or_else(PoisonError::into_inner) = answer.scope;
        if let Some(refresh) = answer.refresh_token {
            held.refresh = Some(refresh);
            held.unsaved = true;
        }
    }

    async fn save(&self, held: &mut Held) -> Result<(), VaultError> {
        let (Some(account), Some(refresh)) = (&held.account, &held.refresh) else { return Ok(()) };
        let kept = Kept {
            version: 1,
            tenant: self.connection.tenant.clone(),
            client_id: self.connection.client_id.clone(),
            account: account.clone(),
            refresh_token: refresh.expose().to_owned(),
        };
        let text = serde_json::to_string(&kept).map_err(|error| VaultError::Refused(error.to_string()))?;
        let (vault, text) = (Arc::clone(&self.vault), Secret::new(text));
        crate::vault::blocking(move || vault.set(ENTRY, &text)).await?;
        held.unsaved = false;
        Ok(())
    }
}

async fn read(vault: &Arc<dyn Vault>) -> Result<Option<Secret>, VaultError> {
    let vault = Arc::clone(vault);
    crate::vault::blocking(move || vault.get(ENTRY)).await
}
