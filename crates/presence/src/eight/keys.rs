//! 8x8's keys: kept in the vault, and tested before they are kept.

use std::sync::Arc;

use reqwest::StatusCode;
use serde::{Deserialize, Serialize};

use super::directory::Form;
use super::problem::{refused, trouble, unavailable};
use super::{Analytics, Contacts};
use crate::clock::Clock;
use crate::error::Failure;
use crate::http::{self, Gate};
use crate::secret::Secret;
use crate::setup::installation::Key;
use crate::vault::{Vault, VaultError, blocking};

/// A key with what belongs to it.
#[derive(Clone, Debug)]
pub struct Credential {
    /// The API key.
    pub key: Secret,
    /// 8x8 user name and password, for Work Analytics.
    pub login: Option<(Secret, Secret)>,
}

/// The vault's text of a key with a login.
#[derive(Serialize, Deserialize)]
struct Kept {
    version: u32,
    key: String,
    user: Option<String>,
    password: Option<String>,
}

const VERSION: u32 = 1;

impl Credential {
    /// Reads one from the vault.
    ///
    /// # Errors
    /// When the vault can not be read.
    pub async fn load(vault: &Arc<dyn Vault>, key: Key) -> Result<Option<Self>, VaultError> {
        let vault = Arc::clone(vault);
        let text = blocking(move || vault.get(key.entry())).await?;
        let kept = text.and_then(|text| serde_json::from_str::<Kept>(text.expose()).ok());
        Ok(kept.filter(|kept| kept.version == VERSION).map(|kept| Self {
            key: Secret::new(kept.key),
            login: kept.user.map(Secret::new).zip(kept.password.map(Secret::new)),
        }))
    }

    /// Keeps it in the vault.
    ///
    /// # Errors
    /// When the vault refuses.
    pub async fn save(&self, vault: &Arc<dyn Vault>, key: Key) -> Result<(), VaultError> {
        let of = |part: fn(&(Secret, Secret)) -> &Secret| {
            self.login.as_ref().map(|login| part(login).expose().to_owned())
        };
        let kept = Kept {
            version: VERSION,
            key: self.key.expose().to_owned(),
            user: of(|login| &login.0),
            password: of(|login| &login.1),
        };
        let text = serde_json::to_string(&kept).map_err(|error| VaultError::Refused(error.to_string()))?;
        let (vault, text) = (Arc::clone(vault), Secret::new(text));
        blocking(move || vault.set(key.entry(), &text)).await
    }

    /// Forgets it.
    ///
    /// # Errors
    /// When the vault can not be reached.
    pub async fn forget(vault: &Arc<dyn Vault>, key: Key) -> Result<(), VaultError> {
        let vault = Arc::clone(vault);
        blocking(move || vault.delete(key.entry())).await
    }

    /// Asks 8x8 whether it is good; in words, what it opens.
    ///
    /// # Errors
    /// Cause and remedy.
    pub async fn test(
        &self,
        http: &http::Client,
        clock: &Arc<Clock>,
        api: &str,
        key: Key,
    ) -> Result<String, Failure> {
        match key {
            Key::Search => {
                let contacts =
                    Contacts::new(http.clone(), Arc::clone(clock), api.to_owned(), self.key.clone());
                contacts.probe().await?;
                Ok("8x8's directory can be read.".into())
            }
            Key::Management => self.test_management(http, clock, api).await,
            Key::Analytics => self.test_analytics(http, clock, api).await,
            // These are good for a contact centre or a beta, which only the options name.
            Key::Agents | Key::Events | Key::Groups => Err(refused(key, 0)),
        }
    }

    /// A change of a contact that can not exist: refused for the contact's sake when the key is good, for the key's sake when
    /// it is not, and changing nothing in either case.
    async fn test_management(
        &self,
        http: &http::Client,
        clock: &Arc<Clock>,
        api: &str,
    ) -> Result<String, Failure> {
        let nobody = uuid::Uuid::new_v4();
        // Nobody's customer, either: the field is required, and at most so long.
        let (id, customer) = (nobody.to_string(), nobody.simple().to_string());
        let body = serde_json::json!({ "id": id, "customerId": customer, "contactType": "company" });
        let address = Form::Hyphen.address(api, Some(&id))?;
        let request = || Form::Hyphen.sign(http.put(address.clone()), &self.key).json(&body);
        let answer = http::call(&Gate::default(), clock, request).await.map_err(trouble)?;
        match answer.status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(refused(Key::Management, answer.status.as_u16()))
            }
            status if status.is_server_error() => Err(unavailable(status.as_u16())),
            _ => Ok("8x8 takes the key for changing contacts.".into()),
        }
    }

    /// Signs in, and lists the phone systems (developer.8x8.com, "Work Analytics: authentication" and "customer data").
    async fn test_analytics(
        &self,
        http: &http::Client,
        clock: &Arc<Clock>,
        api: &str,
    ) -> Result<String, Failure> {
        let client = Analytics::new(http.clone(), Arc::clone(clock), api.to_owned(), self.clone());
        let count = client.phone_systems().await?.len();
        let noun = if count == 1 { "phone system" } else { "phone systems" };
        Ok(format!("Signed in; {count} {noun} can be read."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::MemoryVault;

    #[tokio::test]
    async fn a_key_comes_back_from_the_vault_with_its_login_and_prints_nothing() {
        let vault: Arc<dyn Vault> = Arc::new(MemoryVault::default());
        let secret = |text: &str| Secret::new(text.into());
        let login = Some((secret("sync@x.example"), secret("pass word")));
        let credential = Credential { key: secret("eght_1"), login };
        credential.save(&vault, Key::Analytics).await.unwrap();
        let read = Credential::load(&vault, Key::Analytics).await.unwrap().unwrap();
        assert_eq!(read.login.as_ref().unwrap().1.expose(), "pass word");
        assert_eq!(read.key.expose(), "eght_1");
        assert!(!format!("{read:?}").contains("eght_1"));
        Credential::forget(&vault, Key::Analytics).await.unwrap();
        assert!(Credential::load(&vault, Key::Analytics).await.unwrap().is_none());
    }
}
