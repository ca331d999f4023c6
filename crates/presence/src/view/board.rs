//! The board: a window onto everybody, sorted with who is free first.
//!
//! The page asks for a window (search, filters, group, sort, offset, limit) and gets only those rows and the counts,
//! so a directory of any size costs the page the same.

pub mod line;
mod section;

use serde::{Deserialize, Serialize};

use crate::mapping::{Presence, Row};
use crate::person::{PersonId, fold};
use crate::preferences::{Group, Sort};
use crate::snapshot::{PersonState, Snapshot};
pub use line::{Line, call_sources, line};
pub use section::Kind;
use section::Section;

/// What the board shows for a person, in the order of the filter chips.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum State {
    /// Free.
    Available,
    /// Occupied.
    Busy,
    /// On a call or in a meeting.
    OnCall,
    /// Wants no calls.
    DoNotDisturb,
    /// Not at the desk.
    Away,
    /// Not there.
    Offline,
    /// Not known.
    Unknown,
}

impl State {
    /// All, in the order of the chips.
    pub const ALL: [Self; 7] = [
        Self::Available,
        Self::Busy,
        Self::OnCall,
        Self::DoNotDisturb,
        Self::Away,
        Self::Offline,
        Self::Unknown,
    ];

    /// What the board shows for a person. Unlike 8x8, it tells "Status unknown" from offline.
    #[must_use]
    pub fn of(snapshot: &Snapshot, person: &PersonState) -> Self {
        let row = person.teams.as_ref().map(|teams| teams.mapping.row);
        match snapshot.presence(person) {
            Presence::Unknown => Self::Unknown,
            Presence::Offline if row == Some(Row::StatusUnknown) => Self::Unknown,
            Presence::Offline => Self::Offline,
            Presence::Available => Self::Available,
            Presence::Busy => Self::Busy,
            Presence::OnCall => Self::OnCall,
            Presence::DoNotDisturb => Self::DoNotDisturb,
            Presence::Away => Self::Away,
        }
    }

    /// In words, as on the chips.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Available => "Available",
            Self::Busy => "Busy",
            Self::OnCall => "On call",
            Self::DoNotDisturb => "Do not disturb",
            Self::Away => "Away",
            Self::Offline => "Offline",
            Self::Unknown => "Unknown",
        }
    }

    /// Place in a list that starts with who is free, then with who may be free soonest.
    #[must_use]
    pub fn rank(self) -> usize {
        match self {
            Self::Available => 0,
            Self::OnCall => 1,
            Self::Busy => 2,
            Self::DoNotDisturb => 3,
            Self::Away => 4,
            Self::Offline => 5,
            Self::Unknown => 6,
        }
    }
}

/// Most rows given at once, whatever is asked for.
pub const MOST_ROWS: usize = 500;

/// Which part of the board is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct Query {
    /// Words that name, department, extension, title or address must contain.
    pub search: String,
    /// Only these states; all when empty.
    pub states: Vec<State>,
    /// How rows are put together.
    pub group: Group,
    /// How rows are ordered.
    pub sort: Sort,
    /// Whether whoever is offline is left out, unless a search or a filter asks for them.
    pub hide_offline: bool,
    /// Keys of groups that are folded: their people are counted, not listed.
    pub collapsed: Vec<String>,
    /// First row wanted, from 0, counted without group headings.
    pub offset: usize,
    /// Rows wanted, at most [`MOST_ROWS`].
    pub limit: usize,
    /// A person whose position is asked for, so that the choice stays when rows move.
    pub chosen: Option<String>,
    /// The marks of the rows that the page has, from `offset` on: of a row that is still the same only the ages are
    /// sent again.
    pub known: Vec<u32>,
}

/// A part of the board.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct Window {
    /// The snapshot it was made from.
    #[cfg_attr(test, ts(type = "number"))]
    pub revision: u64,
    /// Everybody on the board.
    pub everybody: usize,
    /// People who fit the search, whatever their state, by state in the order of the chips.
    pub counts: [usize; 7],
    /// People who fit the search and the filters.
    pub found: usize,
    /// Rows that can be listed: those found without those in folded groups, and whom a search suggests besides.
    pub listed: usize,
    /// The groups in order; one without a name when rows are not grouped.
    pub groups: Vec<Heading>,
    /// First row in `rows`.
    pub offset: usize,
    /// The rows; none where the page has the same row already.
    pub rows: Vec<Option<Line>>,
    /// Seconds since each of the rows was confirmed; none when nothing was ever seen.
    #[cfg_attr(test, ts(type = "(number | null)[]"))]
    pub ages: Vec<Option<u64>>,
    /// Where the chosen person is, if listed.
    pub chosen: Option<usize>,
    /// Whether all that is shown is equally old, because the source is not live.
    pub all_stale: bool,
}

/// A group of rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct Heading {
    /// What puts its people together.
    pub kind: Kind,
    /// Names it among all groups, to fold it.
    pub key: String,
    /// Name of the department or site; empty for people without one.
    pub name: String,
    /// Available people in it that fit search and filters.
    pub free: usize,
    /// People in it that fit search and filters.
    pub total: usize,
    /// Whether it is folded.
    pub collapsed: bool,
    /// Whether anyone in it is waited for.
    pub watched: bool,
}

/// Answers a query.
#[must_use]
pub fn window(snapshot: &Snapshot, query: &Query) -> Window {
    let words: Vec<String> = fold(&query.search).split_whitespace().map(Into::into).collect();
    let chosen = query.chosen.as_deref().and_then(PersonId::parse);
    let mut counts = [0; 7];
    let mut found = 0;
    let hidden = |state: State| query.hide_offline && words.is_empty() && state == State::Offline;
    let wanted = |state: State| {
        if query.states.is_empty() { !hidden(state) } else { query.states.contains(&state) }
    };
    let mut sections = section::Sections::new(snapshot, query, &words);
    for person in snapshot.people.by_name() {
        if !words.is_empty() && !person.card.matches(&words) {
            continue;
        }
        let state = State::of(snapshot, person);
        counts[state as usize] += 1;
        if wanted(state) {
            found += 1;
            sections.add(person, state);
        }
    }
    let limit = query.limit.min(MOST_ROWS);
    let mut window = Window {
        revision: snapshot.revision,
        everybody: snapshot.people.len(),
        counts,
        found,
        listed: 0,
        groups: Vec::new(),
        offset: query.offset,
        rows: Vec::with_capacity(limit.min(found)),
        ages: Vec::with_capacity(limit.min(found)),
        chosen: None,
        all_stale: snapshot.source.state != crate::snapshot::SourceState::Live,
    };
    for section in sections.finish() {
        fill(&mut window, snapshot, query, &section, &words, chosen, limit);
    }
    window
}

fn fill(
    window: &mut Window,
    snapshot: &Snapshot,
    query: &Query,
    section: &Section<'_>,
    words: &[String],
    chosen: Option<PersonId>,
    limit: usize,
) {
    let heading = section.heading(snapshot, query);
    let collapsed = heading.collapsed;
    window.groups.push(heading);
    if collapsed {
        return;
    }
    let start = window.listed;
    window.listed += section.total();
    if chosen.is_some() && window.chosen.is_none() {
        let at = section.people().position(|person| Some(person.id()) == chosen);
        window.chosen = at.map(|at| start + at);
    }
    let skip = query.offset.saturating_sub(start).min(section.total());
    let room = limit - window.rows.len();
    for person in section.people().skip(skip).take(room) {
        let mut line = line(snapshot, person);
        line.highlights = line::highlights(&line.name, words);
        line.mark = line.fingerprint(person);
        window.ages.push(line.age_seconds);
        let same = query.known.get(window.rows.len()) == Some(&line.mark);
        window.rows.push((!same).then_some(line));
    }
}

/// The badge of a row of the guide's table.
pub(crate) fn state_of_row(row: Row) -> State {
    match row.presence() {
        Presence::Available => State::Available,
        Presence::OnCall => State::OnCall,
        Presence::Busy => State::Busy,
        Presence::DoNotDisturb => State::DoNotDisturb,
        Presence::Away => State::Away,
        Presence::Offline if row != Row::StatusUnknown => State::Offline,
        Presence::Offline | Presence::Unknown => State::Unknown,
    }
}
