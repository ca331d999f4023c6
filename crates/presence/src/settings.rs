//! One profile: its folder, its settings, and the lock that keeps a second program out.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use directories::ProjectDirs;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::Problem;
use crate::setup::installation::{self, Installation};

/// What the program is used with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Mode {
    /// A real organisation.
    Organisation,
    /// The sandbox tenant, installed already.
    Sandbox,
    /// The sandbox tenant with nothing installed, to rehearse the installation.
    Rehearsal,
}

/// The settings of a profile; no secret is among them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Version of the file.
    pub version: u32,
    /// What was chosen; nothing on first run.
    pub mode: Option<Mode>,
    /// Tenant id or domain, as versions before the wizard kept it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// The application's client id, the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

/// The version this program writes.
const VERSION: u32 = 1;

/// A settings file is never larger than this.
const LARGEST: u64 = 4 << 20;

/// A folder with everything of one profile.
#[derive(Clone, Debug)]
pub struct Profile {
    folder: PathBuf,
    name: String,
}

impl Profile {
    /// The profile of this user, or in `folder`. The sandbox tenant has its own and shares nothing.
    ///
    /// # Errors
    /// When the folder can not be made.
    pub fn open(folder: Option<&Path>, sandbox: bool) -> Result<Self, Problem> {
        Self::open_below(folder, sandbox.then_some("sandbox"))
    }

    /// The profile of the rehearsal, which shares nothing with any other.
    ///
    /// # Errors
    /// When the folder can not be made.
    pub fn open_rehearsal(folder: Option<&Path>) -> Result<Self, Problem> {
        Self::open_below(folder, Some("rehearsal"))
    }

    fn open_below(folder: Option<&Path>, below: Option<&str>) -> Result<Self, Problem> {
        let folder = match folder {
            Some(folder) => folder.to_owned(),
            None => ProjectDirs::from("", "", "Presence Sync")
                .map(|dirs| dirs.data_local_dir().to_owned())
                .ok_or_else(|| {
                trouble("settings.folder", Path::new("~"), "this user has no home folder")
            })?,
        };
        let folder = below.map_or_else(|| folder.clone(), |below| folder.join(below));
        fs::create_dir_all(&folder)
            .map_err(|error| trouble("settings.folder", &folder, &error.to_string()))?;
        let folder = folder.canonicalize().unwrap_or(folder);
        private(&folder).map_err(|error| trouble("settings.folder", &folder, &error.to_string()))?;
        Ok(Self { name: folder.display().to_string(), folder })
    }

    /// Names the profile's entries in the keychain.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The last known board.
    #[must_use]
    pub fn store(&self) -> PathBuf {
        self.folder.join("board.db")
    }

    /// The folder of the logs.
    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.folder.join("logs")
    }

    /// Reads the settings. A file that can not be used is set aside, and the defaults stand in for it.
    #[must_use]
    pub fn settings(&self) -> Settings {
        self.read("settings.toml", |settings: &Settings| settings.version <= VERSION).unwrap_or_default()
    }

    /// Reads what is installed; what an earlier version kept in the settings is taken over.
    #[must_use]
    pub fn installation(&self) -> Installation {
        let current = |installation: &Installation| installation.version <= installation::VERSION;
        self.read("installation.toml", current).unwrap_or_else(|| {
            let settings = self.settings();
            match (settings.tenant, settings.client_id) {
                (Some(tenant), Some(client_id)) => Installation::by_hand(&tenant, &client_id),
                _ => Installation::new(),
            }
        })
    }

    /// Writes what is installed: whole, or not at all.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn save_installation(&self, installation: &Installation) -> Result<(), Problem> {
        self.write(
            "installation.toml",
            &Installation { version: installation::VERSION, ..installation.clone() },
        )
    }

    /// A file of the profile; one that can not be used is set aside.
    fn read<T: DeserializeOwned>(&self, name: &str, fits: impl Fn(&T) -> bool) -> Option<T> {
        let path = self.folder.join(name);
        let text = match fs::metadata(&path) {
            Err(_) => return None,
            Ok(file) if file.len() > LARGEST => Err("it is absurdly large".to_owned()),
            Ok(_) => fs::read_to_string(&path).map_err(|error| error.to_string()),
        };
        let parsed =
            text.and_then(|text| toml::from_str::<T>(&text).map_err(|error| error.message().to_owned()));
        let reason = match parsed {
            Ok(value) if fits(&value) => return Some(value),
            Ok(_) => "it is from a newer version".to_owned(),
            Err(reason) => reason,
        };
        let aside = self.folder.join(format!("{name}.unusable"));
        tracing::warn!(%reason, aside = %aside.display(), "a file of the profile could not be used and was set aside");
        if let Err(error) = fs::rename(&path, &aside) {
            tracing::warn!(%error, "it could not be set aside");
        }
        None
    }

    fn write(&self, name: &str, value: &impl Serialize) -> Result<(), Problem> {
        let path = self.folder.join(name);
        toml::to_string(value)
            .map_err(io::Error::other)
            .and_then(|text| replace(&path, text.as_bytes()))
            .map_err(|error| trouble("settings.disk", &path, &error.to_string()))
    }

    /// Writes the settings: whole, or not at all.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn save(&self, settings: &Settings) -> Result<(), Problem> {
        self.write("settings.toml", &Settings { version: VERSION, ..settings.clone() })
    }

    /// Keeps the profile to this program until the lock is dropped.
    ///
    /// # Errors
    /// Who holds it, if somebody does.
    pub fn lock(&self, program: &str) -> Result<Lock, Problem> {
        let path = self.folder.join("lock");
        let failed = |error: &io::Error| trouble("settings.lock", &path, &error.to_string());
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|error| failed(&error))?;
        let holder = self.folder.join("lock-holder");
        match file.try_lock() {
            Ok(()) => {
                let words = format!("{program}, process {}", std::process::id());
                replace(&holder, words.as_bytes()).map_err(|error| failed(&error))?;
                Ok(Lock { _file: file })
            }
            Err(TryLockError::WouldBlock) => {
                let words = fs::read_to_string(&holder).unwrap_or_else(|_| "another program".into());
                Err(Problem::new(
                    "settings.locked",
                    "This profile is in use.",
                    format!("It is held by {}.", crate::person::plain(&words)),
                    "Quit that program first, or choose another folder with --profile.",
                ))
            }
            Err(TryLockError::Error(error)) => Err(failed(&error)),
        }
    }
}

/// Held as long as it lives; the system releases it even after a crash.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Replaces a file in one step: written beside it, flushed, renamed.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension(format!("new-{}", std::process::id()));
    let mut file = File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&beside, path)
}

#[cfg(unix)]
fn private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

/// Folders below a user's own are private on the other systems.
#[cfg(not(unix))]
fn private(_folder: &Path) -> io::Result<()> {
    Ok(())
}

fn trouble(code: &str, path: &Path, error: &str) -> Problem {
    let cause = format!("{} can not be used.", path.display());
    Problem::new(code, "The settings can not be kept.", cause, "Check that you may write there.")
        .detail(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Profile {
        let folder = std::env::temp_dir().join(format!("presence-profile-{}", uuid::Uuid::new_v4()));
        Profile::open(Some(&folder), false).unwrap()
    }

    #[test]
    fn settings_come_back_as_they_were_saved() {
        let profile = profile();
        assert_eq!(profile.settings(), Settings::default());
        let settings = Settings {
            mode: Some(Mode::Organisation),
            tenant: Some("x.example".into()),
            ..Settings::default()
        };
        profile.save(&settings).unwrap();
        assert_eq!(profile.settings(), Settings { version: 1, ..settings });
    }

    #[test]
    fn settings_that_can_not_be_used_are_set_aside() {
        let profile = profile();
        for text in ["mode = 7", "version = 99", "\u{0}\u{1}", &"x".repeat(100_000)] {
            fs::write(profile.folder.join("settings.toml"), text).unwrap();
            assert_eq!(profile.settings(), Settings::default());
            assert!(profile.folder.join("settings.toml.unusable").exists());
        }
    }

    #[test]
    fn a_second_program_is_told_who_holds_the_profile() {
        let profile = profile();
        let lock = profile.lock("presence-sync").unwrap();
        let problem = profile.lock("presence-sync-desktop").unwrap_err();
        assert!(problem.cause.contains(&format!("presence-sync, process {}", std::process::id())));
        drop(lock);
        assert!(profile.lock("presence-sync-desktop").is_ok());
    }
}
