//! The import of contacts: what would be done, how far it is, and whom it leaves out.

use serde::Serialize;

use super::text::{clock, count, span};
use crate::error::Problem;
use crate::imports::{ImportWish, Phase};
use crate::snapshot::Snapshot;

/// The panel of the import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename = "ImportView", rename_all = "camelCase"))]
pub struct Import {
    /// "12 contacts would be written", "Importing: 40 of 120".
    pub title: String,
    /// Below it, a paragraph each.
    pub text: Vec<String>,
    /// Name and number: "New", "Changed".
    pub counts: Vec<Count>,
    /// Written and refused so far, of how many; none when nothing runs.
    pub progress: Option<ImportProgress>,
    /// Whoever is not imported, by name.
    pub clashes: Vec<ClashLine>,
    /// What went wrong last.
    pub problem: Option<Problem>,
    /// Buttons, the primary one first.
    pub buttons: Vec<ImportButton>,
}

/// A number with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename = "ImportCount"))]
pub struct Count {
    /// Of what.
    pub label: String,
    /// How many.
    pub count: usize,
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ImportProgress {
    /// Written or refused.
    pub done: usize,
    /// Of so many.
    pub total: usize,
}

/// Somebody who is not imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename = "ImportClash"))]
pub struct ClashLine {
    /// Name.
    pub name: String,
    /// Address.
    pub address: String,
    /// Why.
    pub why: String,
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct ImportButton {
    /// What it asks for.
    pub wish: ImportWish,
    /// On it.
    pub label: String,
    /// Whether it is the one.
    pub primary: bool,
}

/// The import of a picture; none when it is not installed.
#[must_use]
pub fn import(snapshot: &Snapshot) -> Option<Import> {
    let picture = snapshot.import.as_deref()?;
    let plan = &picture.plan;
    let progress = picture.progress;
    let button = |wish, label: &str, primary| ImportButton { wish, label: label.into(), primary };
    let mut counts = vec![
        ("New", plan.creates),
        ("Changed", plan.updates),
        ("To be removed", plan.removals),
        ("Gone, in their time of grace", plan.waiting),
        ("As they should be", plan.unchanged),
        ("Left out", plan.clashes.len()),
    ];
    let per_minute = snapshot.setup.installation.options.contacts.per_minute;
    let writes = plan.creates + plan.updates + plan.removals;
    let takes = span(plan.takes.as_secs());
    let done = progress.done + progress.failed;
    let total = done + progress.left;
    let running = ImportProgress { done, total };
    let (title, text, progress, buttons) = match &picture.phase {
        Phase::Idle => {
            counts.clear();
            let title = if picture.enabled {
                "New people are imported by themselves."
            } else {
                "Nothing is imported yet."
            };
            let last = picture.finished.map(|at| format!("Last run at {}.", clock(at, snapshot.at)));
            let mut text: Vec<String> = last.into_iter().collect();
            text.push("First you see what would be done; nothing is written before.".into());
            let mut buttons = vec![button(ImportWish::Preview, "Compare now", true)];
            if picture.enabled {
                buttons.push(button(ImportWish::Cancel, "Stop importing", false));
            }
            (title.to_owned(), text, None, buttons)
        }
        Phase::Reading => {
            counts.clear();
            let buttons = vec![button(ImportWish::Cancel, "Cancel", false)];
            ("Reading the 8x8 directory…".to_owned(), Vec::new(), None, buttons)
        }
        Phase::Preview if writes == 0 => {
            let buttons = vec![
                button(ImportWish::Start, "Keep it that way by itself", true),
                button(ImportWish::Cancel, "Close", false),
            ];
            ("Everything is as it should be.".to_owned(), Vec::new(), None, buttons)
        }
        Phase::Preview => {
            let title = format!("{} contacts would be written, in about {takes}", count(writes));
            let mut text = vec![
                format!("All integrations of your company share 60 requests a minute at 8x8; this takes {per_minute} of them."),
                "Only contacts that this program made are ever changed or removed. Afterwards new people follow by themselves.".into(),
            ];
            let mut buttons = vec![button(ImportWish::Start, "Import", true)];
            if plan.many_removals {
                text.push(format!(
                    "{} of our contacts would be removed at once. That is many: look first whether the directory is complete.",
                    count(plan.removals)
                ));
                buttons = vec![
                    button(ImportWish::Start, "Import, and remove nobody", true),
                    button(ImportWish::StartWithRemovals, "Import, and remove them", false),
                ];
            }
            buttons.push(button(ImportWish::Cancel, "Cancel", false));
            (title, text, None, buttons)
        }
        Phase::Running => {
            let title = format!("Importing: {} of {}", count(done), count(total));
            let text = vec!["It goes on with the window closed, and after a restart.".into()];
            let buttons =
                vec![button(ImportWish::Pause, "Pause", false), button(ImportWish::Cancel, "Cancel", false)];
            (title, text, Some(running), buttons)
        }
        Phase::Paused => {
            let title = format!("Paused: {} of {}", count(done), count(total));
            let buttons =
                vec![button(ImportWish::Resume, "Go on", true), button(ImportWish::Cancel, "Cancel", false)];
            (title, Vec::new(), Some(running), buttons)
        }
    };
    let clashes = if counts.is_empty() { &[][..] } else { &plan.clashes[..] };
    let clashes = clashes
        .iter()
        .map(|clash| ClashLine {
            name: clash.name.clone(),
            address: clash.address.clone(),
            why: clash.why.clone(),
        })
        .collect();
    let counts = counts
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(label, count)| Count { label: label.into(), count })
        .collect();
    let problem = picture.problem.as_deref().cloned();
    Some(Import { title, text, counts, progress, clashes, problem, buttons })
}
