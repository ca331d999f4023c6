//! A value under the user's `Run` key, and what the Task Manager says about it.

use std::env;
use std::io::{Error, Result};
use std::path::Path;

use windows_registry::{CURRENT_USER, Key};

use super::HIDDEN;

const NAME: &str = "Presence Sync";

const RUN: &str = r"Software\Microsoft\Windows\CurrentVersion\Run";

/// Where the Task Manager notes what a person switched off, with an odd first byte.
const APPROVED: &str = r"Software\Microsoft\Windows\CurrentVersion\Explorer\StartupApproved\Run";

pub(super) fn is_set() -> Option<bool> {
    let command = CURRENT_USER.open(RUN).and_then(|key| key.get_string(NAME));
    let there = command.is_ok_and(|command| program(&command).is_some_and(|path| Path::new(path).is_file()));
    let noted = CURRENT_USER.open(APPROVED).and_then(|key| key.get_value(NAME));
    let switched_off = noted.is_ok_and(|noted| noted.first().is_some_and(|byte| byte % 2 == 1));
    Some(there && !switched_off)
}

pub(super) fn set() -> Result<()> {
    let program = env::current_exe()?;
    let command = format!("\"{}\" {HIDDEN}", program.display());
    CURRENT_USER.create(RUN).and_then(|key| key.set_string(NAME, command)).map_err(Error::from)?;
    // Otherwise it would stay switched off.
    absent(APPROVED)
}

pub(super) fn remove() -> Result<()> {
    absent(RUN)?;
    absent(APPROVED)
}

/// Removes the value, if it is there.
fn absent(path: &str) -> Result<()> {
    let Ok(key) = CURRENT_USER.options().read().write().open(path) else { return Ok(()) };
    if !is_there(&key) {
        return Ok(());
    }
    key.remove_value(NAME).map_err(Error::from)
}

fn is_there(key: &Key) -> bool {
    key.get_type(NAME).is_ok()
}

/// The program of a command as [`set`] writes it.
fn program(command: &str) -> Option<&str> {
    command.strip_prefix('"')?.split('"').next()
}
