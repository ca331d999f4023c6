//! The tray: icon, tooltip and menu as plain data.

use std::time::Duration;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::board::line;
use super::status::sentence;
use crate::desk::kept::Target;
use crate::engine::event::Intent;
use crate::moment::Moment;
use crate::person::PersonId;
use crate::session::Session;
use crate::snapshot::{PersonState, Snapshot, SourceState};

/// Which icon; the outline of each tells the state, colour only repeats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Icon {
    /// States are fresh.
    Live,
    /// Starting, or catching up.
    Syncing,
    /// A person paused it.
    Paused,
    /// A person has to act.
    Attention,
    /// No connection, or told to wait; it mends itself.
    Offline,
}

/// What choosing an entry asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Choice {
    /// Show the window with the board.
    OpenBoard,
    /// Show the window with the health page.
    OpenHealth,
    /// Show the window with the wizard.
    OpenSetup,
    /// Show the window with the settings.
    OpenSettings,
    /// Show the window with a person.
    OpenPerson(PersonId),
    /// Copy somebody's extension.
    CopyExtension(PersonId),
    /// Open the browser to sign in.
    SignIn,
    /// Stop waiting for the browser.
    CancelSignIn,
    /// Poll at once.
    SyncNow,
    /// Pause for an hour.
    PauseHour,
    /// Pause until the next morning.
    PauseTomorrow,
    /// Pause until resumed.
    Pause,
    /// End the pause.
    Resume,
    /// End the program.
    Quit,
}

impl Choice {
    /// What it asks of the engine; nothing when it is about the window or the program.
    #[must_use]
    pub fn intent(&self, now: Moment) -> Option<Intent> {
        match self {
            Self::OpenBoard
            | Self::OpenHealth
            | Self::OpenSetup
            | Self::OpenSettings
            | Self::OpenPerson(_)
            | Self::CopyExtension(_)
            | Self::Quit => None,
            Self::SignIn => Some(Intent::SignIn),
            Self::CancelSignIn => Some(Intent::CancelSignIn),
            Self::SyncNow => Some(Intent::SyncNow),
            Self::PauseHour => Some(Intent::Pause(Some(Duration::from_hours(1)))),
            Self::PauseTomorrow => Some(Intent::Pause(Some(until_morning(now)))),
            Self::Pause => Some(Intent::Pause(None)),
            Self::Resume => Some(Intent::Resume),
        }
    }
}

/// Until seven o'clock of the next day, on this computer's clock.
fn until_morning(now: Moment) -> Duration {
    let zoned = now.wall.to_zoned(TimeZone::system());
    let morning = zoned.tomorrow().and_then(|tomorrow| tomorrow.with().hour(7).minute(0).second(0).build());
    let span = morning.ok().and_then(|morning| Duration::try_from(zoned.duration_until(&morning)).ok());
    span.unwrap_or(Duration::from_hours(12))
}

/// An entry of the menu.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Entry {
    /// Words that can not be chosen.
    Words(String),
    /// A line.
    Line,
    /// Something to choose.
    Choice(String, Choice),
    /// More entries behind a word.
    Below(String, Vec<Self>),
}

/// The tray in full; equal menus need not be drawn again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Menu {
    /// The icon.
    pub icon: Icon,
    /// The words when the pointer rests on it.
    pub tooltip: String,
    /// The entries.
    pub entries: Vec<Entry>,
}

fn choice(words: &str, choice: Choice) -> Entry {
    Entry::Choice(words.into(), choice)
}

/// Before anything is chosen.
#[must_use]
pub fn first_run() -> Menu {
    Menu {
        icon: Icon::Attention,
        tooltip: "Presence Sync: not set up".into(),
        entries: vec![
            Entry::Words("Not set up".into()),
            Entry::Line,
            choice("Set up…", Choice::OpenBoard),
            Entry::Line,
            choice("Quit Presence Sync", Choice::Quit),
        ],
    }
}

/// The tray of a picture.
#[must_use]
pub fn menu(snapshot: &Snapshot) -> Menu {
    let words = sentence(snapshot);
    let mut entries = Vec::new();
    match &snapshot.session {
        _ if !snapshot.configured => entries.push(choice("Set up…", Choice::OpenSetup)),
        Session::SignedOut | Session::Needed(_) => entries.push(choice("Sign in…", Choice::SignIn)),
        Session::Waiting { .. } => entries.push(choice("Cancel sign-in", Choice::CancelSignIn)),
        Session::Unknown | Session::SignedIn(_) => {}
    }
    entries.push(Entry::Words(words.clone()));
    if let Some(notice) = &snapshot.notice {
        entries.push(Entry::Words(notice.to_string()));
    }
    entries.push(Entry::Line);
    entries.push(choice("Open board", Choice::OpenBoard));
    entries.extend(pinned(snapshot));
    entries.extend(waiting(snapshot));
    entries.push(Entry::Line);
    if snapshot.session.account().is_some() {
        if snapshot.paused.is_some() {
            entries.push(choice("Resume", Choice::Resume));
        } else {
            entries.push(choice("Sync now", Choice::SyncNow));
            let spans = vec![
                choice("For an hour", Choice::PauseHour),
                choice("Until tomorrow", Choice::PauseTomorrow),
                choice("Until I resume", Choice::Pause),
            ];
            entries.push(Entry::Below("Pause".into(), spans));
        }
        entries.push(Entry::Line);
    }
    entries.push(choice("Setup…", Choice::OpenSetup));
    entries.push(choice("Health…", Choice::OpenHealth));
    entries.push(choice("Settings…", Choice::OpenSettings));
    entries.push(Entry::Line);
    entries.push(choice("Quit Presence Sync", Choice::Quit));
    Menu { icon: icon(snapshot), tooltip: format!("Presence Sync: {words}"), entries }
}

/// More people than this nobody looks for in a menu.
const MOST_PEOPLE: usize = 20;

/// Who is pinned, with their state.
fn pinned(snapshot: &Snapshot) -> Option<Entry> {
    let kept = &snapshot.desk.kept.pinned;
    let people: Vec<&PersonState> =
        kept.iter().filter_map(|id| snapshot.people.iter().find(|person| person.id() == *id)).collect();
    if people.is_empty() {
        return None;
    }
    let mut entries: Vec<Entry> =
        people.iter().take(MOST_PEOPLE).map(|person| somebody(snapshot, person)).collect();
    entries.extend(more(people.len()));
    entries.push(Entry::Line);
    entries.push(Entry::Words("Choose a name to copy the extension".into()));
    Some(Entry::Below("Pinned".into(), entries))
}

/// A person with their state; choosing them copies the extension, or shows them if there is none.
fn somebody(snapshot: &Snapshot, person: &PersonState) -> Entry {
    let extension = person.card.extension();
    if extension.is_empty() {
        Entry::Choice(words(snapshot, person), Choice::OpenPerson(person.id()))
    } else {
        let words = format!("{}  {extension}", words(snapshot, person));
        Entry::Choice(words, Choice::CopyExtension(person.id()))
    }
}

/// Who is waited for, with their state.
fn waiting(snapshot: &Snapshot) -> Option<Entry> {
    let watches = &snapshot.desk.kept.watches;
    if watches.is_empty() {
        return None;
    }
    let line = |target: &Target| {
        Some(match target {
            Target::Department(name) => Entry::Choice(format!("Anyone in {name}"), Choice::OpenBoard),
            Target::Person(id) => {
                somebody(snapshot, snapshot.people.iter().find(|person| person.id() == *id)?)
            }
        })
    };
    let mut entries: Vec<Entry> =
        watches.iter().filter_map(|watch| line(&watch.target)).take(MOST_PEOPLE).collect();
    entries.extend(more(watches.len()));
    entries.push(Entry::Line);
    entries.push(Entry::Words("Choose a name to copy the extension".into()));
    Some(Entry::Below("Waiting to be free".into(), entries))
}

fn more(people: usize) -> Option<Entry> {
    let rest = people.checked_sub(MOST_PEOPLE).filter(|rest| *rest > 0)?;
    Some(Entry::Choice(format!("And {rest} more…"), Choice::OpenBoard))
}

/// "Anna Keller: On call, in a meeting".
fn words(snapshot: &Snapshot, person: &PersonState) -> String {
    let line = line(snapshot, person);
    let mut detail = line.detail;
    // A brand keeps its capital.
    if !detail.starts_with("Teams")
        && let Some(first) = detail.get_mut(..1)
    {
        first.make_ascii_lowercase();
    }
    let detail =
        if detail.is_empty() || detail.starts_with("8x8") { String::new() } else { format!(", {detail}") };
    format!("{}: {}{detail}", line.name, line.label)
}

fn icon(snapshot: &Snapshot) -> Icon {
    let forbidden =
        snapshot.source.problem.as_ref().is_some_and(|problem| problem.code.ends_with(".forbidden"));
    match snapshot.source.state {
        _ if !snapshot.configured => Icon::Attention,
        _ if snapshot.paused.is_some() => Icon::Paused,
        _ if snapshot.local.is_some() => Icon::Attention,
        SourceState::SignInNeeded => Icon::Attention,
        SourceState::Live => Icon::Live,
        SourceState::Throttled | SourceState::Offline => Icon::Offline,
        SourceState::Stale if forbidden => Icon::Attention,
        SourceState::Stale => Icon::Syncing,
    }
}
