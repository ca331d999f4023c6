//! The groups of the board: who is pinned, departments or sites, and what a search found.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Heading, Query, State};
use crate::desk::kept::Target;
use crate::person::PersonId;
use crate::preferences::{Group, Sort};
use crate::snapshot::{PersonState, Snapshot};

/// What puts people together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase", rename = "GroupKind"))]
pub enum Kind {
    /// The operator pinned them.
    Pinned,
    /// A search found them.
    Found,
    /// Colleagues of whom a search found first, who are free.
    Besides,
    /// A department.
    Department,
    /// A site.
    Site,
    /// Nothing: one list.
    All,
}

/// Whom a search suggests besides is no more than this.
const MOST_BESIDES: usize = 5;

/// With more found than this nobody is suggested besides.
const MOST_FOUND: usize = 20;

/// The people of a group by rank; within a rank they keep the order of names in which they came.
pub(super) struct Section<'a> {
    kind: Kind,
    name: &'a str,
    free: usize,
    ranks: Vec<Vec<&'a PersonState>>,
}

impl<'a> Section<'a> {
    fn new(kind: Kind, name: &'a str) -> Self {
        Self { kind, name, free: 0, ranks: Vec::new() }
    }

    fn add(&mut self, person: &'a PersonState, state: State, rank: usize) {
        if self.ranks.len() <= rank {
            self.ranks.resize_with(rank + 1, Vec::new);
        }
        self.ranks[rank].push(person);
        self.free += usize::from(state == State::Available);
    }

    pub(super) fn total(&self) -> usize {
        self.ranks.iter().map(Vec::len).sum()
    }

    pub(super) fn people(&self) -> impl Iterator<Item = &'a PersonState> {
        self.ranks.iter().flatten().copied()
    }

    pub(super) fn heading(&self, snapshot: &Snapshot, query: &Query) -> Heading {
        let letter = match self.kind {
            Kind::Pinned => "p",
            Kind::Found => "f",
            Kind::Besides => "b",
            Kind::Department => "d",
            Kind::Site => "s",
            Kind::All => "a",
        };
        let key = format!("{letter}:{}", self.name);
        let foldable = matches!(self.kind, Kind::Pinned | Kind::Department | Kind::Site);
        let watched = self.kind == Kind::Department
            && !self.name.is_empty()
            && snapshot.desk.kept.is_watched(&Target::Department(self.name.into()));
        Heading {
            kind: self.kind,
            collapsed: foldable && query.collapsed.contains(&key),
            key,
            name: self.name.into(),
            free: self.free,
            total: self.total(),
            watched,
        }
    }
}

/// All groups while people are put into them.
pub(super) struct Sections<'a> {
    snapshot: &'a Snapshot,
    group: Group,
    sort: Sort,
    words: &'a [String],
    pinned: &'a [PersonId],
    by_name: BTreeMap<(Kind, bool, &'a str), Section<'a>>,
}

impl<'a> Sections<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, query: &Query, words: &'a [String]) -> Self {
        let pinned = &snapshot.desk.kept.pinned;
        Self { snapshot, group: query.group, sort: query.sort, words, pinned, by_name: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, person: &'a PersonState, state: State) {
        let by_state = if self.sort == Sort::State { state.rank() } else { 0 };
        let (kind, name, rank) = if self.words.is_empty() {
            let (kind, name) = match self.group {
                _ if self.pinned.contains(&person.id()) => (Kind::Pinned, ""),
                Group::Department => (Kind::Department, person.card.department()),
                Group::Site => (Kind::Site, person.card.site()),
                Group::None => (Kind::All, ""),
            };
            (kind, name, by_state)
        } else {
            // How well the name fits comes before the state: a search is for somebody.
            (Kind::Found, "", fit(person, self.words, self.pinned) * 7 + by_state)
        };
        // People without a department come last, not first.
        let section = self.by_name.entry((kind, name.is_empty(), name));
        section.or_insert_with(|| Section::new(kind, name)).add(person, state, rank);
    }

    pub(super) fn finish(self) -> Vec<Section<'a>> {
        let besides = self.besides();
        self.by_name.into_values().chain(besides).collect()
    }

    /// Free colleagues of whom a search found first: if that one is not free, somebody may want them instead.
    fn besides(&self) -> Option<Section<'a>> {
        let found = self.by_name.get(&(Kind::Found, true, ""))?;
        let first = found.people().next()?;
        if found.total() > MOST_FOUND || State::of(self.snapshot, first) == State::Available {
            return None;
        }
        let place = match self.group {
            Group::Site => first.card.site(),
            Group::Department | Group::None => first.card.department(),
        };
        if place.is_empty() {
            return None;
        }
        let mut section = Section::new(Kind::Besides, place);
        let here = |person: &PersonState| match self.group {
            Group::Site => person.card.site() == place,
            Group::Department | Group::None => person.card.department() == place,
        };
        let others = self.snapshot.people.by_name().filter(|person| {
            here(person)
                && !person.card.matches(self.words)
                && State::of(self.snapshot, person) == State::Available
        });
        for person in others.take(MOST_BESIDES) {
            section.add(person, State::Available, 0);
        }
        (section.total() > 0).then_some(section)
    }
}

/// How well a name fits: it begins so, a word of it does, it is pinned or holds the words, or something else does.
fn fit(person: &PersonState, words: &[String], pinned: &[PersonId]) -> usize {
    let name = person.card.sort_key();
    let Some(first) = words.first() else { return 0 };
    let begins = |word: &String| name.split([' ', '-']).any(|part| part.starts_with(word.as_str()));
    if name.starts_with(first.as_str()) && words.iter().all(begins) {
        0
    } else if words.iter().all(begins) {
        1
    } else if pinned.contains(&person.id()) || words.iter().all(|word| name.contains(word.as_str())) {
        2
    } else {
        3
    }
}
