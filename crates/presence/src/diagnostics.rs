//! What is exported for support: an archive of texts from which names, addresses, numbers and secrets are left out.
//!
//! Every text goes through one place, [`Archive::add`], and is scrubbed there: no file can forget to be.

mod scrub;

use std::fmt::Write as _;
use std::fs;
use std::io::{Cursor, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::error::Problem;
use crate::preferences::Preferences;
use crate::settings::Profile;
use crate::snapshot::{IncidentKind, Snapshot};
use crate::view::board::State;
use crate::view::health;
use crate::view::text::{count, span};
use scrub::Scrub;

/// Of each log the newest part is taken.
const LARGEST_FILE: u64 = 512 << 10;

/// No more files of a kind are taken.
const MOST_FILES: usize = 20;

/// An archive that is not packed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archive {
    /// Its file name, without an ending.
    pub name: String,
    /// What is in it.
    pub files: Vec<File>,
    /// How many names, addresses, numbers and secrets were left out.
    pub hidden: usize,
}

/// A text of the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name.
    pub name: String,
    /// What it is.
    pub about: &'static str,
    /// The text, as it is saved.
    pub text: String,
}

/// Puts an archive together. Without a picture, as before the first run, there are only files.
#[must_use]
pub fn collect(snapshot: Option<&Snapshot>, profile: &Profile) -> Archive {
    let mut archive = Archive { name: name(snapshot), files: Vec::new(), hidden: 0 };
    let scrub = Scrub::new(snapshot, profile);
    archive.add(
        &scrub,
        "summary.txt".into(),
        "Version, system, what is installed, how the sources are doing",
        &summary(snapshot),
    );
    let preferences = snapshot.map_or_else(
        || profile.settings().preferences,
        |snapshot| Preferences::clone(&snapshot.desk.preferences),
    );
    archive.add(&scrub, "settings.toml".into(), "Your settings, without addresses", &settings(preferences));
    for path in newest(&profile.logs()) {
        let name = format!("logs/{}", file_name(&path));
        archive.add(&scrub, name, "What happened on a day", &tail(&path));
    }
    for path in newest(&profile.crashes()) {
        let name = format!("crashes/{}", file_name(&path));
        archive.add(&scrub, name, "Where the program failed", &tail(&path));
    }
    archive
}

impl Archive {
    /// The one way in.
    fn add(&mut self, scrub: &Scrub, name: String, about: &'static str, text: &str) {
        let (text, hidden) = scrub.text(text);
        self.hidden += hidden;
        self.files.push(File { name, about, text });
    }

    /// The archive as a ZIP file.
    ///
    /// # Errors
    /// When it can not be packed.
    pub fn pack(&self) -> Result<Vec<u8>, Problem> {
        let failed = |error: &dyn std::fmt::Display| {
            let cause = "The files could not be packed.";
            Problem::new("diagnostics.pack", "Nothing was exported.", cause, "Try again.")
                .detail(error.to_string())
        };
        let mut packed = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default();
        for file in &self.files {
            packed.start_file(&*file.name, options).map_err(|error| failed(&error))?;
            packed.write_all(file.text.as_bytes()).map_err(|error| failed(&error))?;
        }
        Ok(packed.finish().map_err(|error| failed(&error))?.into_inner())
    }
}

fn name(snapshot: Option<&Snapshot>) -> String {
    let day = snapshot.map(|snapshot| snapshot.at.wall.strftime("-%Y%m%d-%H%M").to_string());
    format!("presence-sync-diagnostics{}", day.unwrap_or_default())
}

/// Facts without anybody in them.
fn summary(snapshot: Option<&Snapshot>) -> String {
    let mut text = format!(
        "presence-sync {} {} {}\n",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    );
    let Some(snapshot) = snapshot else {
        text.push_str("not set up\n");
        return text;
    };
    let mut line = |words: String| {
        // Writing to a text never fails.
        let _ = writeln!(text, "{words}");
    };
    line(format!("at {}", snapshot.at.wall));
    line(format!("running for {}", span(u64::try_from(snapshot.at.uptime.0 / 1_000).unwrap_or(0))));
    line(format!("people {}", count(snapshot.people.len())));
    for state in State::ALL {
        let people = snapshot.people.iter().filter(|person| State::of(snapshot, person) == state).count();
        line(format!("  {} {}", state.label().to_lowercase(), count(people)));
    }
    line(format!(
        "pinned {}, waited for {}, notes {}",
        snapshot.desk.kept.pinned.len(),
        snapshot.desk.kept.watches.len(),
        snapshot.desk.kept.notes.len()
    ));
    line(format!(
        "interval {} s, at work {}, paused {}",
        snapshot.interval.as_secs(),
        snapshot.desk.at_work,
        snapshot.paused.is_some()
    ));
    let installation = &snapshot.setup.installation;
    line(format!(
        "cloud {:?}, reading {:?}, making {:?}",
        installation.cloud, installation.reading, installation.making
    ));
    for (integration, progress) in &installation.progress {
        line(format!(
            "integration {integration:?}: begun {}, verified {}, disabled {}",
            progress.begun,
            progress.verified.is_some(),
            progress.disabled
        ));
    }
    for key in &installation.keys {
        line(format!("key for {}: kept", key.product()));
    }
    let health = health::health(snapshot);
    line("\nsources".into());
    for source in &health.sources {
        let age = source.age_seconds.map_or_else(|| "never".into(), |age| format!("{} ago", span(age)));
        let took = source.latency.as_deref().unwrap_or("not measured");
        line(format!("  {}: {}, last {age}, took {took}", source.name, source.state));
        if let Some(problem) = &source.problem {
            line(format!("    {problem}"));
        }
    }
    line("\nfacts".into());
    for fact in &health.facts {
        line(format!("  {}: {}", fact.name, fact.value));
    }
    line("\nincidents".into());
    for incident in snapshot.incidents.iter() {
        let what = match &incident.what {
            IncidentKind::Live(after) => format!("live after {}", span(after.as_secs())),
            IncidentKind::Throttled(wait) => format!("asked to wait {}", span(wait.as_secs())),
            IncidentKind::Offline => "offline".into(),
            IncidentKind::SignInNeeded => "sign-in needed".into(),
            IncidentKind::Broken => "answers that could not be used".into(),
            IncidentKind::Woke => "woke".into(),
            IncidentKind::Network => "another network".into(),
            IncidentKind::Paused => "paused".into(),
            IncidentKind::Crashed => "failed and started again".into(),
        };
        line(format!("  {} {what}", incident.at.wall));
    }
    text
}

fn settings(mut preferences: Preferences) -> String {
    for text in [&mut preferences.network.address, &mut preferences.network.authorities] {
        if !text.is_empty() {
            *text = "[set]".into();
        }
    }
    toml::to_string(&preferences).unwrap_or_default()
}

/// The newest files of a folder, the newest first: their names begin alike and end with their time.
fn newest(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    files.sort_unstable_by(|one, other| other.cmp(one));
    files.truncate(MOST_FILES);
    files
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The end of a file, from the beginning of a line on.
fn tail(path: &Path) -> String {
    let read = || -> std::io::Result<Vec<u8>> {
        let mut file = fs::File::open(path)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(LARGEST_FILE)))?;
        let mut bytes = Vec::new();
        file.take(LARGEST_FILE).read_to_end(&mut bytes)?;
        if length > LARGEST_FILE {
            let line = bytes.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            bytes.drain(..line);
        }
        Ok(bytes)
    };
    read().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}
