//! The sign-in that is kept: one renewal at a time, stored before it is used.

use std::sync::{Arc, Mutex as StandardMutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::error::{Failure, Problem};
use crate::http;
use crate::microsoft::Connection;
use crate::microsoft::auth::{SCOPES, refused, trouble};
use crate::microsoft::certificate::Certificate;
use crate::microsoft::wire::{TokenAnswer, grants};
use crate::moment::Uptime;
use crate::secret::Secret;
use crate::session::Account;
use crate::setup::installation::Reading;
use crate::setup::registration::Registration;
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
    proof: Proof,
    held: Mutex<Held>,
    scope: StandardMutex<String>,
}

/// What new tokens are asked for with.
enum Proof {
    /// The refresh token of somebody who signed in.
    SignIn,
    /// The certificate of the registration itself: nobody signs in.
    Certificate(Registration),
}

#[derive(Default)]
struct Held {
    account: Option<Account>,
    certificate: Option<Certificate>,
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
        let (held, scope) = (Mutex::default(), StandardMutex::default());
        Self { connection, vault, proof: Proof::SignIn, held, scope }
    }

    /// Tokens of a registration that acts alone, with the certificate that is in `vault`.
    #[must_use]
    pub fn alone(connection: Arc<Connection>, vault: Arc<dyn Vault>, registration: Registration) -> Self {
        let (held, scope) = (Mutex::default(), StandardMutex::default());
        Self { connection, vault, proof: Proof::Certificate(registration), held, scope }
    }

    /// Looks into the vault for a sign-in of an earlier run.
    ///
    /// # Errors
    /// When the vault can not be read; the sign-in is then not lost.
    pub async fn find(&self) -> Result<Option<Account>, VaultError> {
        let mut held = self.held.lock().await;
        if let Proof::Certificate(registration) = &self.proof {
            self.load(&mut held, *registration).await?;
            return Ok(held.account.clone());
        }
        self.recall(&mut held).await?;
        Ok(held.account.clone())
    }

    /// Takes the sign-in that the vault holds, if it is one for us and none is known yet.
    async fn recall(&self, held: &mut Held) -> Result<(), VaultError> {
        if held.refresh.is_some() {
            return Ok(());
        }
        let Some(text) = read(&self.vault).await? else { return Ok(()) };
        let Ok(kept) = serde_json::from_str::<Kept>(text.expose()) else {
            tracing::warn!("the sign-in in the vault can not be read and counts as none");
            return Ok(());
        };
        if kept.tenant == self.connection.tenant && kept.client_id == self.connection.client_id {
            held.account = Some(kept.account);
            held.refresh = Some(Secret::new(kept.refresh_token));
        }
        Ok(())
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

    /// Removes the sign-in, or the certificate, from memory and vault.
    ///
    /// # Errors
    /// When the vault can not be reached; memory is empty then all the same.
    pub async fn forget(&self) -> Result<(), VaultError> {
        // Nobody finds it between here and there.
        let mut held = self.held.lock().await;
        *held = Held::default();
        let entry = match &self.proof {
            Proof::SignIn => ENTRY,
            Proof::Certificate(registration) => registration.certificate_entry(),
        };
        let vault = Arc::clone(&self.vault);
        crate::vault::blocking(move || vault.delete(entry)).await
    }

    /// A token that was asked for just now, so that it carries what was granted a moment ago.
    ///
    /// # Errors
    /// As [`Tokens::access`].
    pub async fn renewed(&self) -> Result<Arc<Secret>, Failure> {
        {
            let mut held = self.held.lock().await;
            held.access = None;
            held.ended = None;
        }
        self.access().await
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

    /// The certificate of a registration that acts alone stands for an account of its own.
    async fn load(&self, held: &mut Held, registration: Registration) -> Result<(), VaultError> {
        if held.certificate.is_some() {
            return Ok(());
        }
        let vault = Arc::clone(&self.vault);
        let text = crate::vault::blocking(move || vault.get(registration.certificate_entry())).await?;
        let Some(certificate) = text.as_ref().and_then(Certificate::parse) else { return Ok(()) };
        held.certificate = Some(certificate);
        held.account = Some(Account {
            tenant: self.connection.tenant.clone(),
            id: self.connection.client_id.clone(),
            user_name: registration.name().to_owned(),
            name: format!("{} (application)", registration.name()),
        });
        Ok(())
    }

    /// Client credentials with a certificate
    /// (learn.microsoft.com, "OAuth 2.0 client credentials flow on the Microsoft identity platform").
    async fn prove(&self, held: &mut Held, registration: Registration) -> Result<(), Failure> {
        // It may have been renewed since: the vault has the one that counts. While it is closed, the known one does.
        let known = held.certificate.take();
        let loaded = self.load(held, registration).await;
        if held.certificate.is_none() {
            held.certificate = known;
        }
        if let (None, Err(error)) = (&held.certificate, loaded) {
            return Err(Failure::Vault(Arc::new(error.problem())));
        }
        let Some(certificate) = &held.certificate else {
            let problem = Problem::new(
                "certificate.missing",
                "The certificate is missing.",
                "It is not in this computer's keychain.",
                "Open Setup and prepare the integration again: another one is made and given to Microsoft.",
            );
            return Err(Failure::SignInNeeded(Arc::new(problem)));
        };
        let connection = &self.connection;
        let endpoint = connection.authority().await?.token_endpoint.clone();
        let scope = format!("{}/.default", connection.endpoints.graph);
        let make = || certificate.assertion(&connection.client_id, &endpoint, connection.clock.now().wall);
        let assertion = make().map_err(|problem| Failure::SignInNeeded(Arc::new(problem)))?;
        let form = [
            ("client_id", connection.client_id.as_str()),
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion.expose()),
            ("scope", &scope),
        ];
        let answer =
            http::call(&connection.gate, &connection.clock, || connection.http.post(&endpoint).form(&form))
                .await
                .map_err(trouble)?;
        let mut answer = crate::microsoft::auth::token_answer(&answer, Some(registration.name()))?;
        // Tokens of this kind say nothing of their permissions; what the registration asks for is tried.
        let permissions = registration.permissions(Reading::Alone).iter();
        answer.scope = permissions.map(|permission| permission.name).collect::<Vec<_>>().join(" ");
        answer.refresh_token = None;
        self.take(held, answer);
        Ok(())
    }

    async fn renew(&self, held: &mut Held) -> Result<(), Failure> {
        if let Proof::Certificate(registration) = &self.proof {
            return self.prove(held, *registration).await;
        }
        // Whoever asks before anybody looked into the vault is not told that nobody is signed in.
        self.recall(held).await.map_err(|error| Failure::Vault(Arc::new(error.problem())))?;
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

/// Removes whatever sign-in the vault holds.
///
/// # Errors
/// When the vault can not be reached.
pub async fn forget(vault: &Arc<dyn Vault>) -> Result<(), VaultError> {
    let vault = Arc::clone(vault);
    crate::vault::blocking(move || vault.delete(ENTRY)).await
}
