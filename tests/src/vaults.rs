//! A keychain that can be missing, locked, or slow at the worst moment.

use std::sync::{Mutex, PoisonError};

use presence::secret::Secret;
use presence::vault::{MemoryVault, Vault, VaultError};

/// What the keychain does when it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// It works.
    Open,
    /// There is none.
    Missing,
    /// It is locked.
    Locked,
    /// It says no.
    Refused,
    /// It can be read, but a write does not come through, as when the program is killed just before it.
    ReadOnly,
}

type Watcher = Box<dyn Fn() + Send + Sync>;

/// A keychain in memory that misbehaves on demand and outlives the driver.
pub struct Drawer {
    inner: MemoryVault,
    mood: Mutex<Mood>,
    written: Mutex<Vec<String>>,
    watcher: Mutex<Option<Watcher>>,
}

impl Default for Drawer {
    fn default() -> Self {
        Self {
            inner: MemoryVault::default(),
            mood: Mutex::new(Mood::Open),
            written: Mutex::default(),
            watcher: Mutex::default(),
        }
    }
}

impl Drawer {
    /// Changes what it does from now on.
    pub fn turn(&self, mood: Mood) {
        *self.mood.lock().unwrap_or_else(PoisonError::into_inner) = mood;
    }

    /// Has `watcher` called at the end of each write, before the writer goes on.
    pub fn watch(&self, watcher: impl Fn() + Send + Sync + 'static) {
        *self.watcher.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(watcher));
    }

    /// Everything that was written or tried to be, oldest first.
    #[must_use]
    pub fn written(&self) -> Vec<String> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The refresh tokens that were written, oldest first.
    #[must_use]
    pub fn refresh_tokens(&self) -> Vec<String> {
        let token = |text: String| {
            let kept: serde_json::Value = serde_json::from_str(&text).ok()?;
            Some(kept.get("refresh_token")?.as_str()?.to_owned())
        };
        self.written().into_iter().filter_map(token).collect()
    }

    fn mood(&self, writing: bool) -> Result<(), VaultError> {
        match *self.mood.lock().unwrap_or_else(PoisonError::into_inner) {
            Mood::ReadOnly if writing => Err(VaultError::Locked("killed on the way".into())),
            Mood::Open | Mood::ReadOnly => Ok(()),
            Mood::Missing => Err(VaultError::Missing("no service".into())),
            Mood::Locked => Err(VaultError::Locked("closed".into())),
            Mood::Refused => Err(VaultError::Refused("denied".into())),
        }
    }
}

impl Vault for Drawer {
    fn get(&self, name: &str) -> Result<Option<Secret>, VaultError> {
        self.mood(false)?;
        self.inner.get(name)
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), VaultError> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).push(secret.expose().to_owned());
        self.mood(true)?;
        self.inner.set(name, secret)?;
        if let Some(watcher) = &*self.watcher.lock().unwrap_or_else(PoisonError::into_inner) {
            watcher();
        }
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<(), VaultError> {
        self.mood(true)?;
        self.inner.delete(name)
    }
}
