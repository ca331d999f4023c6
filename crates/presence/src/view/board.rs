//! The board: a window onto everybody, sorted with who is free first.
//!
//! The page asks for a window (search, filters, group, sort, offset, limit) and gets only those rows and the counts,
//! so a directory of any size costs the page the same.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::mapping::{Presence, Row};
use crate::person::{PersonId, fold};
use crate::snapshot::{Freshness, PersonState, Snapshot};

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

/// How rows are put together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum Group {
    /// Under their department.
    #[default]
    Department,
    /// In one list.
    None,
}

/// How rows are ordered within a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum Sort {
    /// Who is free first.
    #[default]
    State,
    /// By name.
    Name,
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
    /// Names of groups that are folded: their people are counted, not listed.
    pub collapsed: Vec<String>,
    /// First row wanted, from 0, counted without group headings.
    pub offset: usize,
    /// Rows wanted, at most [`MOST_ROWS`].
    pub limit: usize,
    /// A person whose position is asked for, so that the choice stays when rows move.
    pub chosen: Option<String>,
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
    /// Rows that can be listed: `found` without those in folded groups.
    pub listed: usize,
    /// The groups in order; one without a name when rows are not grouped.
    pub groups: Vec<Heading>,
    /// First row in `rows`.
    pub offset: usize,
    /// The rows.
    pub rows: Vec<Line>,
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
    /// Name of the department; empty for people without one.
    pub name: String,
    /// Available people in it that fit search and filters.
    pub free: usize,
    /// People in it that fit search and filters.
    pub total: usize,
    /// Whether it is folded.
    pub collapsed: bool,
}

/// One person's row.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct Line {
    /// Id to ask for the detail with.
    pub id: String,
    /// Display name: hostile until escaped.
    pub name: String,
    /// Job title.
    pub title: String,
    /// Extension; empty when there is none.
    pub extension: String,
    /// What the badge shows.
    pub state: State,
    /// What the row says: "Available", or "Was available" when stale.
    pub label: String,
    /// Teams' finer word, when it adds something.
    pub detail: String,
    /// Where a call comes from: "Teams", "8x8".
    pub tags: Vec<String>,
    /// Whether the out-of-office sign is drawn.
    pub out_of_office: bool,
    /// Whether the state is older than it should be.
    pub stale: bool,
    /// Seconds in this state, as far as we saw; none when nothing was ever seen.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub for_seconds: Option<u64>,
    /// Seconds since it was confirmed; none when nothing was ever seen.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub age_seconds: Option<u64>,
}

/// Answers a query.
#[must_use]
pub fn window(snapshot: &Snapshot, query: &Query) -> Window {
    let words: Vec<String> = fold(&query.search).split_whitespace().map(Into::into).collect();
    let chosen = query.chosen.as_deref().and_then(PersonId::parse);
    let mut counts = [0; 7];
    let mut found = 0;
    let mut sections: HashMap<&str, Section<'_>> = HashMap::new();
    let wanted = |state: State| query.states.is_empty() || query.states.contains(&state);
    for person in snapshot.people.by_name() {
        if !words.is_empty() && !person.card.matches(&words) {
            continue;
        }
        let state = State::of(snapshot, person);
        counts[state as usize] += 1;
        if !wanted(state) {
            continue;
        }
        found += 1;
        let name = if query.group == Group::Department { person.card.department() } else { "" };
        let section = sections.entry(name).or_default();
        section.total += 1;
        section.free += usize::from(state == State::Available);
        let rank = if query.sort == Sort::State { state.rank() } else { 0 };
        section.ranks[rank].push(person);
    }

    // People without a department come last, not first.
    let mut sections: Vec<(&str, Section<'_>)> = sections.into_iter().collect();
    sections.sort_unstable_by_key(|(name, _)| (name.is_empty(), *name));
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
        chosen: None,
        all_stale: snapshot.source.state != crate::snapshot::SourceState::Live,
    };
    for (name, section) in sections {
        let collapsed = query.group != Group::None && query.collapsed.iter().any(|folded| folded == name);
        window.groups.push(Heading {
            name: name.into(),
            free: section.free,
            total: section.total,
            collapsed,
        });
        if collapsed {
            continue;
        }
        let start = window.listed;
        window.listed += section.total;
        if chosen.is_some() && window.chosen.is_none() {
            let at = section.people().position(|person| Some(person.id()) == chosen);
            window.chosen = at.map(|at| start + at);
        }
        let skip = query.offset.saturating_sub(start).min(section.total);
        let room = limit - window.rows.len();
        window.rows.extend(section.people().skip(skip).take(room).map(|person| line(snapshot, person)));
    }
    window
}

/// The people of a group by rank; within a rank they keep the order of names in which they came.
#[derive(Default)]
struct Section<'a> {
    total: usize,
    free: usize,
    ranks: [Vec<&'a PersonState>; 7],
}

impl<'a> Section<'a> {
    fn people(&self) -> impl Iterator<Item = &'a PersonState> {
        self.ranks.iter().flatten().copied()
    }
}

/// A person as a row.
#[must_use]
pub fn line(snapshot: &Snapshot, person: &PersonState) -> Line {
    let state = State::of(snapshot, person);
    // A call that the phone system tells of is known now, whatever Teams last said.
    let stale =
        person.call.is_none() && person.teams.is_some() && snapshot.freshness(person) != Freshness::Fresh;
    let teams = person.teams.as_ref();
    Line {
        id: person.id().to_string(),
        name: person.card.person.name.clone(),
        title: person.card.title().into(),
        extension: person.card.extension().into(),
        state,
        label: if stale { super::text::was(state) } else { state.label().into() },
        detail: detail(snapshot, person, state),
        tags: tags(person, state),
        out_of_office: teams.is_some_and(|teams| teams.mapping.out_of_office),
        stale,
        for_seconds: person
            .call
            .or_else(|| teams.map(|teams| teams.since))
            .map(|since| snapshot.at.since(since).as_secs()),
        age_seconds: teams.map(|teams| snapshot.at.since(teams.observed).as_secs()),
    }
}

/// Where a call comes from.
fn tags(person: &PersonState, state: State) -> Vec<String> {
    if state != State::OnCall {
        return Vec::new();
    }
    call_sources(person).into_iter().map(Into::into).collect()
}

/// "Teams", "8x8", or both. What Teams repeats of our own word is 8x8's call.
#[must_use]
pub fn call_sources(person: &PersonState) -> Vec<&'static str> {
    let eight = person.call.is_some() || person.ours;
    let sources = [(person.in_teams_call(), "Teams"), (eight, "8x8")];
    sources.into_iter().filter(|(there, _)| *there).map(|(_, name)| name).collect()
}

/// The words after the label: only what the label does not say already.
fn detail(snapshot: &Snapshot, person: &PersonState, state: State) -> String {
    let Some(teams) = &person.teams else {
        return if person.absent { "Teams gives no state".into() } else { String::new() };
    };
    if person.call.is_some() && !person.in_teams_call() {
        return "On an 8x8 call".into();
    }
    if snapshot.freshness(person) == Freshness::Lost {
        return format!("Last seen {}", state_of_row(teams.mapping.row).label().to_lowercase());
    }
    match teams.mapping.row {
        Row::OnACall => "In a call".into(),
        Row::OnACallOutOfOffice => "In a call, out of office".into(),
        Row::InAMeeting if teams.mapping.out_of_office => "In a meeting, out of office".into(),
        Row::InAMeeting => "In a meeting".into(),
        Row::Presenting => "Presenting".into(),
        Row::Focusing => "Focusing".into(),
        Row::BeRightBack => "Be right back".into(),
        Row::StatusUnknown if state == State::Unknown => "Teams does not know".into(),
        _ if teams.mapping.out_of_office => "Out of office".into(),
        _ => String::new(),
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
