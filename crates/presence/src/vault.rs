//! Where secrets live: the system's keychain, or memory if a person says so.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use keyring_core::{CredentialStore, Entry, Error};
use thiserror::Error as ThisError;

use crate::error::Problem;
use crate::secret::Secret;

/// Why the vault could not be used.
#[derive(Clone, Debug, PartialEq, Eq, ThisError)]
pub enum VaultError {
    /// There is no keychain on this computer, or it is not running.
    #[error("there is no keychain: {0}")]
    Missing(String),
    /// The keychain is locked, or nobody answered its question.
    #[error("the keychain is locked: {0}")]
    Locked(String),
    /// The keychain refused.
    #[error("the keychain refused: {0}")]
    Refused(String),
}

impl VaultError {
    /// In words.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let (code, what, cause, remedy, detail) = match self {
            Self::Missing(detail) => (
                "vault.missing",
                "There is no keychain.",
                "This computer runs no keychain service (Secret Service) in which the sign-in could be kept.",
                "Install and start one, such as GNOME Keyring or KWallet; or start with --vault memory and sign in each time.",
                detail,
            ),
            Self::Locked(detail) => (
                "vault.locked",
                "Your keychain is locked.",
                "The sign-in is kept in it and was not lost.",
                "Unlock it and we go on by ourselves.",
                detail,
            ),
            Self::Refused(detail) => (
                "vault.refused",
                "The keychain refused.",
                "It would not give or take the entry of Presence Sync.",
                "Look at the entry in your keychain's own program, and allow Presence Sync to use it.",
                detail,
            ),
        };
        Problem::new(code, what, cause, remedy).detail(detail.clone())
    }
}

/// A place for secrets. Calls may wait for a person, so they are made through [`blocking`].
pub trait Vault: Send + Sync {
    /// The secret of that name.
    ///
    /// # Errors
    /// When the vault can not be read.
    fn get(&self, name: &str) -> Result<Option<Secret>, VaultError>;

    /// Stores a secret, in place of the one before: at any moment one of the two is there, whole.
    ///
    /// # Errors
    /// When the vault can not be written.
    fn set(&self, name: &str, secret: &Secret) -> Result<(), VaultError>;

    /// Removes a secret; it need not be there.
    ///
    /// # Errors
    /// When the vault can not be written.
    fn delete(&self, name: &str) -> Result<(), VaultError>;
}

/// A keychain that asks a question nobody answers counts as locked after this long.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// Makes a call to a vault without holding up anything else.
///
/// # Errors
/// Those of the call, and [`VaultError::Locked`] when it does not come back in time.
pub async fn blocking<T: Send + 'static>(
    call: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, VaultError> {
    let task = tokio::task::spawn_blocking(call);
    match tokio::time::timeout(ANSWER_LIMIT, task).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(VaultError::Refused("the call ended unexpectedly".into())),
        Err(_) => Err(VaultError::Locked("no answer in time".into())),
    }
}

/// Secrets in memory: gone when the program ends.
#[derive(Default)]
pub struct MemoryVault(Mutex<HashMap<String, Secret>>);

impl Vault for MemoryVault {
    fn get(&self, name: &str) -> Result<Option<Secret>, VaultError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned())
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), VaultError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.into(), secret.clone());
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<(), VaultError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        Ok(())
    }
}

/// The system's keychain: Secret Service, macOS Keychain or Windows Credential Manager.
///
/// Credential Manager takes 2,560 bytes an entry, and a sign-in can be larger. A secret is therefore cut into parts;
/// a head entry names the newest set of parts, so that replacing it is one step.
pub struct SystemVault {
    service: String,
}

/// Bytes of a part: Credential Manager stores text at two bytes a letter.
const PART: usize = 1_000;

/// No secret of ours has more parts than this.
const MOST_PARTS: usize = 64;

impl SystemVault {
    /// The keychain's entries of one profile; profiles with different names share nothing.
    #[must_use]
    pub fn new(profile: &str) -> Self {
        Self { service: format!("Presence Sync ({profile})") }
    }

    /// Writes, reads and removes a probe, for `doctor`.
    ///
    /// # Errors
    /// What the keychain can not do.
    pub fn probe(&self) -> Result<(), VaultError> {
        let secret = Secret::new("probe".into());
        self.set("probe", &secret)?;
        let read = self.get("probe")?;
        self.delete("probe")?;
        match read {
            Some(read) if read.expose() == secret.expose() => Ok(()),
            _ => Err(VaultError::Refused("what was written could not be read back".into())),
        }
    }

    fn entry(&self, store: &Arc<CredentialStore>, name: &str) -> Result<Entry, VaultError> {
        store.build(&self.service, name, None).map_err(|error| told(&error))
    }

    fn read(&self, store: &Arc<CredentialStore>, name: &str) -> Result<Option<String>, VaultError> {
        match self.entry(store, name)?.get_password() {
            Ok(text) => Ok(Some(text)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(told(&error)),
        }
    }

    fn remove(&self, store: &Arc<CredentialStore>, name: &str) -> Result<(), VaultError> {
        match self.entry(store, name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(told(&error)),
        }
    }

    fn head(&self, store: &Arc<CredentialStore>, name: &str) -> Result<Option<Head>, VaultError> {
        Ok(self.read(store, name)?.and_then(|text| Head::parse(&text)))
    }
}

/// Names a set of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Head {
    set: u32,
    parts: usize,
}

impl Head {
    fn parse(text: &str) -> Option<Self> {
        let (set, parts) = text.strip_prefix("parts:")?.split_once(':')?;
        let parts = parts.parse().ok().filter(|parts| *parts <= MOST_PARTS)?;
        Some(Self { set: set.parse().ok()?, parts })
    }

    fn text(self) -> String {
        format!("parts:{}:{}", self.set, self.parts)
    }

    fn part(self, name: &str, number: usize) -> String {
        format!("{name}.{}.{number}", self.set)
    }
}

impl Vault for SystemVault {
    fn get(&self, name: &str) -> Result<Option<Secret>, VaultError> {
        let store = open()?;
        let Some(head) = self.head(&store, name)? else { return Ok(None) };
        let mut text = String::new();
        for number in 0..head.parts {
            match self.read(&store, &head.part(name, number))? {
                Some(part) => text.push_str(&part),
                None => return Ok(None),
            }
        }
        Ok(Some(Secret::new(text)))
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), VaultError> {
        let store = open()?;
        let before = self.head(&store, name)?;
        let parts = split(secret.expose());
        if parts.len() > MOST_PARTS {
            return Err(VaultError::Refused("the secret is too large".into()));
        }
        let head = Head { set: before.map_or(0, |head| (head.set + 1) % 2), parts: parts.len() };
        for (number, part) in parts.iter().enumerate() {
            self.entry(&store, &head.part(name, number))?.set_password(part).map_err(|error| told(&error))?;
        }
        self.entry(&store, name)?.set_password(&head.text()).map_err(|error| told(&error))?;
        // What is left of the set before does no harm if this is interrupted: nothing names it any more.
        if let Some(before) = before {
            for number in 0..before.parts {
                self.remove(&store, &before.part(name, number))?;
            }
        }
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<(), VaultError> {
        let store = open()?;
        let head = self.head(&store, name)?;
        self.remove(&store, name)?;
        if let Some(head) = head {
            for number in 0..head.parts {
                self.remove(&store, &head.part(name, number))?;
            }
        }
        Ok(())
    }
}

fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for letter in text.chars() {
        if let Some(last) = parts.last_mut().filter(|last| last.len() + letter.len_utf8() <= PART) {
            last.push(letter);
        } else {
            parts.push(letter.into());
        }
    }
    parts
}

/// Connects to the keychain, anew each time: it may have been started or unlocked in the meantime.
#[cfg(target_os = "linux")]
fn open() -> Result<Arc<CredentialStore>, VaultError> {
    match zbus_secret_service_keyring_store::Store::new() {
        Ok(store) => Ok(store),
        Err(error) => Err(match told(&error) {
            // Whatever keeps us from talking to the service at all means that there is none to talk to.
            VaultError::Refused(detail) => VaultError::Missing(detail),
            other => other,
        }),
    }
}

#[cfg(target_os = "macos")]
fn open() -> Result<Arc<CredentialStore>, VaultError> {
    match apple_native_keyring_store::keychain::Store::new() {
        Ok(store) => Ok(store),
        Err(error) => Err(told(&error)),
    }
}

#[cfg(windows)]
fn open() -> Result<Arc<CredentialStore>, VaultError> {
    match windows_native_keyring_store::Store::new() {
        Ok(store) => Ok(store),
        Err(error) => Err(told(&error)),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
fn open() -> Result<Arc<CredentialStore>, VaultError> {
    Err(VaultError::Missing("this system has no keychain that is known here".into()))
}

/// The keychain's error by what a person must do. The text of some errors holds the data itself: those are not told.
fn told(error: &Error) -> VaultError {
    match error {
        Error::NoStorageAccess(source) => VaultError::Locked(source.to_string()),
        Error::PlatformFailure(source) => {
            let text = source.to_string();
            let lower = text.to_lowercase();
            let absent =
                ["serviceunknown", "not provided by any", "no such file", "unavailable", "spawn", "address"];
            if lower.contains("locked") || lower.contains("prompt") || lower.contains("dismissed") {
                VaultError::Locked(text)
            } else if absent.iter().any(|word| lower.contains(word)) {
                VaultError::Missing(text)
            } else {
                VaultError::Refused(text)
            }
        }
        Error::NoDefaultStore => VaultError::Missing("no store".into()),
        Error::TooLong(what, limit) => {
            VaultError::Refused(format!("{what} may have {limit} letters at most"))
        }
        _ => VaultError::Refused("the entry is not as expected".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_secret_is_cut_into_parts_that_every_keychain_takes() {
        let text = "å".repeat(2_001);
        let parts = split(&text);
        assert!(parts.iter().all(|part| part.len() <= PART));
        assert_eq!(parts.concat(), text);
    }

    #[test]
    fn a_head_that_is_not_ours_is_no_head() {
        let head = Head { set: 1, parts: 3 };
        assert_eq!(Head::parse(&head.text()), Some(head));
        for text in ["", "parts:", "parts:0:9999", "token", "parts:x:1"] {
            assert_eq!(Head::parse(text), None);
        }
    }

    #[test]
    fn missing_locked_and_refused_are_told_apart() {
        let failure = |text: &str| Error::PlatformFailure(text.to_owned().into());
        let missing = told(&failure(
            "org.freedesktop.DBus.Error.ServiceUnknown: The name was not provided by any .service files",
        ));
        assert_eq!(missing.problem().code, "vault.missing");
        assert_eq!(told(&Error::NoStorageAccess("locked".to_owned().into())).problem().code, "vault.locked");
        assert_eq!(told(&Error::BadEncoding(b"s3cret".to_vec())).problem().code, "vault.refused");
        assert!(!told(&Error::BadEncoding(b"s3cret".to_vec())).to_string().contains("s3cret"));
    }
}
