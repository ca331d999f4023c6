//! A keychain that can be missing, locked, or slow at the worst moment, and one that outlives a process that is killed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use presence::secret::Secret;
use presence::vault::{Vault, VaultError};

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
    entries: Mutex<BTreeMap<String, Secret>>,
    mood: Mutex<Mood>,
    written: Mutex<Vec<String>>,
    watcher: Mutex<Option<Watcher>>,
}

impl Default for Drawer {
    fn default() -> Self {
        Self {
            entries: Mutex::default(),
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

    /// Puts everything that is in it into a keychain of files.
    ///
    /// # Panics
    /// When a file can not be written.
    pub fn copy_to(&self, files: &Files) {
        for (name, secret) in &*self.entries.lock().unwrap_or_else(PoisonError::into_inner) {
            files.set(name, secret).expect("a file");
        }
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
        Ok(self.entries.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned())
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), VaultError> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner).push(secret.expose().to_owned());
        self.mood(true)?;
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).insert(name.into(), secret.clone());
        if let Some(watcher) = &*self.watcher.lock().unwrap_or_else(PoisonError::into_inner) {
            watcher();
        }
        Ok(())
    }

    fn delete(&self, name: &str) -> Result<(), VaultError> {
        self.mood(true)?;
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
        Ok(())
    }
}

/// A keychain of files, for a program that is killed and started again. Of tests only: nothing in it is encrypted.
pub struct Files(PathBuf);

impl Files {
    /// Those in a folder, which is made if it is not there.
    ///
    /// # Panics
    /// When it can not be made.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).expect("a folder");
        Self(folder.to_owned())
    }
}

impl Vault for Files {
    fn get(&self, name: &str) -> Result<Option<Secret>, VaultError> {
        Ok(std::fs::read_to_string(self.0.join(name)).ok().map(Secret::new))
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), VaultError> {
        // Whole or not at all, as a keychain does it, whenever the program is killed.
        let draft = self.0.join(format!("{name}.new"));
        let written = std::fs::write(&draft, secret.expose());
        let written = written.and_then(|()| std::fs::rename(&draft, self.0.join(name)));
        written.map_err(|error| VaultError::Refused(error.to_string()))
    }

    fn delete(&self, name: &str) -> Result<(), VaultError> {
        match std::fs::remove_file(self.0.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(VaultError::Refused(error.to_string()))
            }
            _ => Ok(()),
        }
    }
}
