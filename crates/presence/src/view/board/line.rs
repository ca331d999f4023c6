//! One person as a row of the board.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use serde::Serialize;

use super::{State, state_of_row};
use crate::desk::kept::Target;
use crate::mapping::Row;
use crate::person::fold;
use crate::snapshot::{Freshness, PersonState, Snapshot};

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
    /// Whether the operator pinned this person.
    pub pinned: bool,
    /// Whether this person is waited for.
    pub watched: bool,
    /// Parts of the name that a search found, as UTF-16 places from and to.
    pub highlights: Vec<(usize, usize)>,
    /// Changes with everything above but the ages; tells the page's row from a newer one.
    pub mark: u32,
}

impl Line {
    /// The row without its ages, as a number.
    pub(super) fn fingerprint(&self, person: &PersonState) -> u32 {
        let mut hasher = DefaultHasher::new();
        let since = person.call.or_else(|| person.teams.as_ref().map(|teams| teams.since));
        (&self.id, &self.name, &self.title, &self.extension, self.state as u8, &self.label, &self.detail)
            .hash(&mut hasher);
        (
            &self.tags,
            self.out_of_office,
            self.stale,
            since.map(|since| since.wall),
            self.age_seconds.is_none(),
        )
            .hash(&mut hasher);
        (self.pinned, self.watched, &self.highlights).hash(&mut hasher);
        // Nought is what the page has for a row that it does not know.
        ((hasher.finish() >> 32) as u32).max(1)
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
        label: if stale { crate::view::text::was(state) } else { state.label().into() },
        detail: detail(snapshot, person, state),
        tags: tags(person, state),
        out_of_office: teams.is_some_and(|teams| teams.mapping.out_of_office),
        stale,
        for_seconds: person
            .call
            .or_else(|| teams.map(|teams| teams.since))
            .map(|since| snapshot.at.since(since).as_secs()),
        age_seconds: teams.map(|teams| snapshot.at.since(teams.observed).as_secs()),
        pinned: snapshot.desk.kept.is_pinned(person.id()),
        watched: snapshot.desk.kept.is_watched(&Target::Person(person.id())),
        highlights: Vec::new(),
        mark: 0,
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

/// The parts of a name that a search found, as UTF-16 places, which is how the page counts.
pub(super) fn highlights(name: &str, words: &[String]) -> Vec<(usize, usize)> {
    if words.is_empty() {
        return Vec::new();
    }
    // Each letter folded by itself, so that places in what was folded lead back to the name.
    let mut folded = String::new();
    let mut places = Vec::new();
    let mut at = 0;
    for letter in name.chars() {
        let piece = fold(letter.encode_utf8(&mut [0; 4]));
        places.extend(std::iter::repeat_n(at, piece.len()));
        folded.push_str(&piece);
        at += letter.len_utf16();
    }
    places.push(at);
    let mut found: Vec<(usize, usize)> = Vec::new();
    for word in words {
        if let Some(start) = begin(&folded, word) {
            found.push((places[start], places[start + word.len()]));
        }
    }
    found.sort_unstable();
    found.dedup_by(|next, before| {
        let touches = next.0 <= before.1;
        if touches {
            before.1 = before.1.max(next.1);
        }
        touches
    });
    found
}

/// Where a word stands: at the beginning of a word of the name if it can.
fn begin(folded: &str, word: &str) -> Option<usize> {
    let mut places = folded.match_indices(word).map(|(at, _)| at);
    let starts = |at: &usize| *at == 0 || folded[..*at].ends_with([' ', '-']);
    let mut copy = places.clone();
    copy.find(starts).or_else(|| places.next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_search_found_is_marked_in_the_name_as_it_is_written() {
        let marked = |name: &str, words: &[&str]| {
            highlights(name, &words.iter().map(|word| fold(word)).collect::<Vec<_>>())
        };
        assert_eq!(marked("Anna Keller", &["ann"]), [(0, 3)]);
        assert_eq!(marked("Johanna Ann", &["ann"]), [(8, 11)]);
        assert_eq!(marked("Joanna", &["ann"]), [(2, 5)]);
        assert_eq!(marked("Zo\u{eb} \u{c5}str\u{f6}m", &["astrom", "zoe"]), [(0, 3), (4, 10)]);
        assert_eq!(marked("\u{1f600} Anna", &["anna"]), [(3, 7)]);
        assert_eq!(marked("Anna", &["an", "nna"]), [(0, 4)]);
        assert_eq!(marked("Anna", &["sales"]), []);
    }
}
