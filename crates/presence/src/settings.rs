//! One profile: its folder, its settings, and the lock that keeps a second program out.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use directories::ProjectDirs;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::desk::kept::{self, Kept};
use crate::error::Problem;
use crate::preferences::Preferences;
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
    /// What the operator set.
    pub preferences: Preferences,
}

/// The version this program writes.
const VERSION: u32 = 1;

/// A settings file is never larger than this.
const LARGEST: u64 = 16 << 20;

/// A folder with everything of one profile.
#[derive(Clone, Debug)]
pub struct Profile {
    folder: PathBuf,
    name: String,
    /// What went wrong with its files, until somebody is told.
    told: Arc<Mutex<Option<Problem>>>,
    /// The folder, where it stands in for one that can not be written.
    stand_in: Option<Arc<StandIn>>,
}

/// A folder for one run.
#[derive(Debug)]
struct StandIn(PathBuf);

impl Drop for StandIn {
    fn drop(&mut self) {
        // What is left of it is the system's to clear away.
        let _ = fs::remove_dir_all(&self.0);
    }
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
        let made = fs::create_dir_all(&folder);
        let folder = folder.canonicalize().unwrap_or(folder);
        let name = folder.display().to_string();
        let told = Arc::default();
        if let Err(error) = private(&folder) {
            // Some disks know no such rights, and some folders are somebody else's.
            tracing::warn!(%error, "the folder of the profile can not be made private");
        }
        match made.and_then(|()| probe(&folder)) {
            Ok(()) => Ok(Self { name, folder, told, stand_in: None }),
            Err(error) if is_read_only(&error) => {
                let problem = unkept(&folder, &error);
                let folder = stand_in(&folder)
                    .map_err(|error| trouble("settings.folder", &folder, &error.to_string()))?;
                let stand_in = Some(Arc::new(StandIn(folder.clone())));
                Ok(Self { name, folder, told: Arc::new(Mutex::new(Some(problem))), stand_in })
            }
            Err(error) => Err(trouble("settings.folder", &folder, &error.to_string())),
        }
    }

    /// What went wrong with the profile's files since the last time somebody asked.
    #[must_use]
    pub fn take_problem(&self) -> Option<Problem> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).take()
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

    /// The folder of what is written when the program fails.
    #[must_use]
    pub fn crashes(&self) -> PathBuf {
        self.folder.join("crashes")
    }

    /// Reads what the operator keeps; what can not be used is set aside.
    #[must_use]
    pub fn kept(&self) -> Kept {
        self.read("desk.toml", |kept: &Kept| kept.version <= kept::VERSION).unwrap_or_default()
    }

    /// Writes what the operator keeps: whole, or not at all.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn save_kept(&self, kept: &Kept) -> Result<(), Problem> {
        self.write("desk.toml", &Kept { version: kept::VERSION, ..kept.clone() })
    }

    /// Writes what the operator set, and leaves the other settings as they are.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn save_preferences(&self, preferences: &Preferences) -> Result<(), Problem> {
        self.save(&Settings { preferences: preferences.clone(), ..self.settings() })
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
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => return self.unread(name, &error),
            Ok(file) if file.len() > LARGEST => Err("it is absurdly large".to_owned()),
            Ok(_) => match fs::read_to_string(&path) {
                Ok(text) => Ok(text),
                Err(error) if error.kind() == io::ErrorKind::InvalidData => Err("it is no text".to_owned()),
                // A disk that does not answer now may hold a good file.
                Err(error) => return self.unread(name, &error),
            },
        };
        // The parser's own words may quote what stands in the file.
        let place = |error: &toml::de::Error| {
            error.span().map_or_else(
                || "it can not be understood".into(),
                |at| format!("it can not be understood at byte {}", at.start),
            )
        };
        let parsed = text.and_then(|text| toml::from_str::<T>(&text).map_err(|error| place(&error)));
        let reason = match parsed {
            Ok(value) if fits(&value) => return Some(value),
            Ok(_) => "it is from a newer version".to_owned(),
            Err(reason) => reason,
        };
        // What was set aside before stays.
        let aside = (1..1_000).map(|number| self.folder.join(format!("{name}.unusable-{number}")));
        let aside = aside.into_iter().find(|path| !path.exists())?;
        tracing::warn!(%reason, aside = %aside.display(), "a file of the profile could not be used and was set aside");
        if let Err(error) = fs::rename(&path, &aside) {
            tracing::warn!(%error, "it could not be set aside");
        }
        let what = match name {
            "settings.toml" => "Your settings could not be read.",
            "desk.toml" => "Your pins, notes and requests could not be read.",
            _ => "What is installed could not be read.",
        };
        let cause = format!("The file {name} was damaged, or comes from a newer version.");
        let remedy = format!("It was kept as {}. Everything else is as before.", aside.display());
        let problem = Problem::new("settings.setAside", what, cause, remedy).detail(reason);
        self.told.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(problem);
        None
    }

    /// A file that may be good, and can not be read now.
    fn unread<T>(&self, name: &str, error: &io::Error) -> Option<T> {
        tracing::warn!(%error, name, "a file of the profile could not be read");
        let problem = Problem::new(
            "settings.unread",
            "A file of your profile could not be read.",
            format!("The disk did not give {name}."),
            "Check the disk and start again before you change anything, or it is written anew.",
        );
        let problem = problem.detail(error.to_string());
        self.told.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(problem);
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

    /// Removes everything that is kept, also what was set aside, but the logs.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn erase(&self) -> Result<(), Problem> {
        let failed = |error: &io::Error| trouble("settings.disk", &self.folder, &error.to_string());
        for entry in fs::read_dir(&self.folder).map_err(|error| failed(&error))? {
            let path = entry.map_err(|error| failed(&error))?.path();
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let ours = ["settings.", "installation.", "desk.", "board.db"];
            if ours.iter().any(|start| name.starts_with(start)) && path.is_file() {
                fs::remove_file(&path).map_err(|error| failed(&error))?;
            }
        }
        Ok(())
    }

    /// Removes what lasts for one run only, at its end.
    pub fn tidy(&self) {
        if let Some(stand_in) = &self.stand_in {
            let _ = fs::remove_dir_all(&stand_in.0);
        }
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
                // It only names the holder: a full disk is no reason not to start.
                if let Err(error) = replace(&holder, words.as_bytes()) {
                    tracing::warn!(%error, "who holds the profile could not be written down");
                }
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
            // Some disks on a network know no locks; the program must start all the same.
            Err(TryLockError::Error(error)) => {
                tracing::warn!(%error, "this disk knows no locks: nothing keeps a second program out");
                Ok(Lock { _file: file })
            }
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

/// Whether files can be written there.
fn probe(folder: &Path) -> io::Result<()> {
    let path = folder.join(format!(".probe-{}", std::process::id()));
    match File::create(&path) {
        Ok(_) => fs::remove_file(&path),
        // A full disk may have room again soon, and is told when something is lost.
        Err(error) if is_full(&error) => Ok(()),
        Err(error) => Err(error),
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

fn is_read_only(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied)
}

/// A folder for this run, with whatever of the profile can be read.
fn stand_in(folder: &Path) -> io::Result<PathBuf> {
    let own = std::env::temp_dir().join(format!("presence-sync-{}", uuid::Uuid::new_v4()));
    fs::create_dir(&own)?;
    private(&own)?;
    for name in ["settings.toml", "installation.toml", "desk.toml", "board.db"] {
        // What is not there, or can not be read, begins anew.
        let _ = fs::copy(folder.join(name), own.join(name));
    }
    Ok(own)
}

fn unkept(folder: &Path, error: &io::Error) -> Problem {
    Problem::new(
        "settings.readOnly",
        "Nothing is kept after this run.",
        format!("The folder {} can not be written.", folder.display()),
        "Allow writing there, or choose another folder with --profile. Until then settings, pins and notes last until you quit.",
    )
    .detail(error.to_string())
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
            assert_eq!(profile.take_problem().unwrap().code, "settings.setAside");
        }
        // None of them took the place of another.
        assert!(
            (1..=4).all(|number| profile.folder.join(format!("settings.toml.unusable-{number}")).exists())
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_can_not_be_written_is_told_and_stood_in_for() {
        // Nobody can make a folder there, whatever their rights.
        let profile = Profile::open(Some(Path::new("/sys/presence-sync")), false).unwrap();
        let problem = profile.take_problem().unwrap();
        assert_eq!(problem.code, "settings.readOnly");
        assert!(problem.cause.contains("/sys/presence-sync"));
        let settings = Settings { tenant: Some("x.example".into()), ..Settings::default() };
        profile.save(&settings).unwrap();
        assert_eq!(profile.settings().tenant.as_deref(), Some("x.example"));
        assert_eq!(
            profile.name(),
            "/sys/presence-sync",
            "the keychain's entries are found under the same name"
        );
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
