//! A launch agent of the user, which launchd starts at the next login.

use std::env;
use std::fs;
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};

use directories::BaseDirs;
use serde::{Deserialize, Serialize};

use super::HIDDEN;

/// The bundle's identifier, under which the system's settings show whose agent it is.
const NAME: &str = "app.presence-sync.desktop";

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Agent {
    label: String,
    program_arguments: Vec<String>,
    run_at_load: bool,
    #[serde(default)]
    disabled: bool,
    #[serde(default)]
    limit_load_to_session_type: String,
    #[serde(default)]
    process_type: String,
    #[serde(default)]
    associated_bundle_identifiers: Vec<String>,
}

pub(super) fn is_set() -> Option<bool> {
    let agent: Option<Agent> = plist::from_file(file()?).ok();
    Some(agent.is_some_and(|agent| {
        let program = agent.program_arguments.first();
        agent.run_at_load && !agent.disabled && program.is_some_and(|path| Path::new(path).is_file())
    }))
}

pub(super) fn set() -> Result<()> {
    let file = file().ok_or(ErrorKind::NotFound)?;
    let program = env::current_exe()?.into_os_string().into_string();
    let program = program.map_err(|_| Error::from(ErrorKind::InvalidFilename))?;
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    let agent = Agent {
        label: NAME.into(),
        program_arguments: vec![program, HIDDEN.into()],
        run_at_load: true,
        disabled: false,
        // Not without a desktop, as over ssh.
        limit_load_to_session_type: "Aqua".into(),
        // Other agents are held back as work that nobody looks at.
        process_type: "Interactive".into(),
        associated_bundle_identifiers: vec![NAME.into()],
    };
    let unfinished = file.with_extension("new");
    plist::to_file_xml(&unfinished, &agent).map_err(Error::other)?;
    fs::rename(&unfinished, &file)
}

pub(super) fn remove() -> Result<()> {
    match file().map(fs::remove_file) {
        Some(Err(error)) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn file() -> Option<PathBuf> {
    let folders = BaseDirs::new()?;
    Some(folders.home_dir().join("Library/LaunchAgents").join(format!("{NAME}.plist")))
}
