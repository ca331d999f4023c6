//! What outlives a run: pins, notes, and who is waited for.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::person::{PersonId, plain};

/// The version of the file that this program writes.
pub const VERSION: u32 = 1;

/// More pins are no help to anybody.
const MOST_PINS: usize = 200;

/// More people are not waited for at once.
const MOST_WATCHES: usize = 100;

/// More notes are not kept.
const MOST_NOTES: usize = 1_500;

/// Longest note, in characters.
pub const LONGEST_NOTE: usize = 2_000;

/// Who is waited for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase", rename = "WatchTarget"))]
pub enum Target {
    /// One person.
    Person(#[cfg_attr(test, ts(type = "string"))] PersonId),
    /// Anyone in a department.
    Department(String),
}

/// Somebody is waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// Who.
    pub target: Target,
    /// Since when.
    pub since: Timestamp,
}

/// Everything on the desk that is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// Version of the file.
    pub version: u32,
    /// Who is pinned, in the order of pinning.
    pub pinned: Vec<PersonId>,
    /// Who is waited for, in the order of asking.
    pub watches: Vec<Watch>,
    /// The operator's own notes.
    pub notes: BTreeMap<PersonId, String>,
}

impl Kept {
    /// The same within its bounds, as after somebody edited the file.
    #[must_use]
    pub fn sound(mut self) -> Self {
        let mut seen = std::collections::HashSet::new();
        self.pinned.retain(|person| seen.insert(*person));
        self.pinned.truncate(MOST_PINS);
        let mut seen = std::collections::HashSet::new();
        self.watches.retain(|watch| seen.insert(watch.target.clone()));
        self.watches.truncate(MOST_WATCHES);
        for note in self.notes.values_mut() {
            *note = written(note);
        }
        self.notes.retain(|_, note| !note.is_empty());
        self
    }

    /// Whether somebody is pinned.
    #[must_use]
    pub fn is_pinned(&self, person: PersonId) -> bool {
        self.pinned.contains(&person)
    }

    /// Whether somebody is waited for.
    #[must_use]
    pub fn is_watched(&self, target: &Target) -> bool {
        self.watches.iter().any(|watch| watch.target == *target)
    }

    pub(super) fn pin(&mut self, person: PersonId, wanted: bool) {
        self.pinned.retain(|pinned| *pinned != person);
        if wanted && self.pinned.len() < MOST_PINS {
            self.pinned.push(person);
        }
    }

    pub(super) fn note(&mut self, person: PersonId, text: &str) {
        let text = written(text);
        if text.is_empty() {
            self.notes.remove(&person);
        } else if self.notes.len() < MOST_NOTES || self.notes.contains_key(&person) {
            self.notes.insert(person, text);
        }
    }

    pub(super) fn watch(&mut self, target: Target, wanted: bool, since: Timestamp) {
        let target = match target {
            Target::Department(name) => Target::Department(plain(&name)),
            person @ Target::Person(_) => person,
        };
        let known = self.is_watched(&target);
        if !wanted {
            self.watches.retain(|watch| watch.target != target);
        } else if !known && self.watches.len() < MOST_WATCHES {
            self.watches.push(Watch { target, since });
        }
    }

    pub(super) fn fulfil(&mut self, targets: &[Target]) {
        self.watches.retain(|watch| !targets.contains(&watch.target));
    }
}

/// A note without control characters, but with its lines.
fn written(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(plain_line).collect();
    lines.join("\n").trim().chars().take(LONGEST_NOTE).collect()
}

fn plain_line(line: &str) -> String {
    line.chars().filter(|sign| !sign.is_control() || *sign == '\t').collect::<String>().trim_end().into()
}
