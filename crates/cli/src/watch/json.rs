//! `watch --json`: one snapshot, then a line for each change.

use std::collections::HashMap;
use std::io::{self, Write};

use jiff::Timestamp;
use presence::mapping::Presence;
use presence::person::PersonId;
use presence::session::Session;
use presence::snapshot::{Freshness, People, PersonState, Snapshot, SourceState};
use presence::view::board::call_sources;
use serde::Serialize;

use super::Surface;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase")]
enum Line<'a> {
    Snapshot { revision: u64, at: Timestamp, source: Source, people: Vec<Person<'a>> },
    Change { revision: u64, person: Person<'a> },
    Removed { revision: u64, id: String },
    Source { revision: u64, at: Timestamp, source: Source },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    state: &'static str,
    age_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_seconds: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Person<'a> {
    id: String,
    name: &'a str,
    email: &'a str,
    extension: Option<&'a str>,
    presence: Presence,
    out_of_office: bool,
    teams: Option<Teams<'a>>,
    on_call_in: Vec<&'static str>,
    since: Option<Timestamp>,
    observed_at: Option<Timestamp>,
    stale: bool,
}

#[derive(Serialize)]
struct Teams<'a> {
    availability: &'a str,
    activity: &'a str,
    row: &'static str,
}

/// Remembers what was said, and says only what is new.
pub(super) struct Stream<W> {
    out: W,
    said: Option<Said>,
}

struct Said {
    people: People,
    by_person: HashMap<PersonId, Known>,
    source: SourceState,
}

/// What a reader knows of a person; two equal ones need no line.
#[derive(PartialEq, Eq)]
struct Known {
    card: usize,
    presence: Presence,
    out_of_office: bool,
    availability: String,
    activity: String,
    stale: bool,
}

impl<W: Write> Stream<W> {
    pub(super) fn new(out: W) -> Self {
        Self { out, said: None }
    }

    fn line(&mut self, line: &Line<'_>) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, line)?;
        self.out.write_all(b"\n")
    }

    /// The first line says what is known as soon as that is anything worth saying.
    fn first(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        let ready = snapshot.complete && snapshot.source.state == SourceState::Live;
        let wrong = matches!(snapshot.source.state, SourceState::Offline | SourceState::Throttled)
            || matches!(snapshot.session, Session::Needed(_));
        // A first round under way is not told: half of it would look like a small organisation.
        let mut seen = snapshot.people.iter().filter_map(|state| state.teams.as_ref());
        let restored = seen.any(|teams| teams.observed.is_restored());
        if !(ready || wrong || restored) {
            return Ok(());
        }
        let people = snapshot.people.iter().map(|state| person(snapshot, state)).collect();
        self.line(&Line::Snapshot {
            revision: snapshot.revision,
            at: snapshot.at.wall,
            source: source(snapshot),
            people,
        })?;
        let by_person = snapshot.people.iter().map(|state| (state.id(), known_of(snapshot, state))).collect();
        self.said = Some(Said { people: snapshot.people.clone(), by_person, source: snapshot.source.state });
        Ok(())
    }

    fn changes(&mut self, mut said: Said, snapshot: &Snapshot) -> io::Result<Said> {
        if said.source != snapshot.source.state {
            said.source = snapshot.source.state;
            self.line(&Line::Source {
                revision: snapshot.revision,
                at: snapshot.at.wall,
                source: source(snapshot),
            })?;
        }
        // While the source is live only pages that changed can hold news; otherwise time alone makes people stale.
        let settled = snapshot.source.state == SourceState::Live;
        let all = (!settled).then(|| snapshot.people.iter()).into_iter().flatten();
        let moved = settled.then(|| snapshot.people.unshared(&said.people)).into_iter().flatten();
        for state in all.chain(moved) {
            let known = known_of(snapshot, state);
            if said.by_person.get(&state.id()) != Some(&known) {
                self.line(&Line::Change { revision: snapshot.revision, person: person(snapshot, state) })?;
                said.by_person.insert(state.id(), known);
            }
        }
        if said.by_person.len() > snapshot.people.len() {
            let present: std::collections::HashSet<PersonId> =
                snapshot.people.iter().map(PersonState::id).collect();
            let gone: Vec<PersonId> =
                said.by_person.keys().filter(|id| !present.contains(id)).copied().collect();
            for id in gone {
                said.by_person.remove(&id);
                self.line(&Line::Removed { revision: snapshot.revision, id: id.to_string() })?;
            }
        }
        said.people = snapshot.people.clone();
        Ok(said)
    }
}

impl<W: Write> Surface for Stream<W> {
    fn show(&mut self, snapshot: &Snapshot) -> io::Result<()> {
        match self.said.take() {
            None => self.first(snapshot)?,
            Some(said) => self.said = Some(self.changes(said, snapshot)?),
        }
        self.out.flush()
    }
}

fn source(snapshot: &Snapshot) -> Source {
    let source = &snapshot.source;
    Source {
        state: source.state.as_str(),
        age_seconds: source.last_success.map(|last| snapshot.at.since(last).as_secs()),
        retry_seconds: source.retry_at.map(|at| at.since(snapshot.at).as_secs()),
        problem: source.problem.as_ref().map(|problem| problem.code.clone()),
        notice: snapshot.notice.as_deref().map(Into::into),
    }
}

fn person<'a>(snapshot: &Snapshot, state: &'a PersonState) -> Person<'a> {
    let teams = state.teams.as_ref();
    let presence = snapshot.presence(state);
    let extension = state.card.extension();
    Person {
        id: state.id().to_string(),
        name: &state.card.person.name,
        email: state.card.person.email(),
        extension: (!extension.is_empty()).then_some(extension),
        presence,
        out_of_office: teams.is_some_and(|teams| teams.mapping.out_of_office),
        teams: teams.map(|teams| Teams {
            availability: teams.availability.as_str(),
            activity: teams.activity.as_str(),
            row: teams.mapping.row.as_str(),
        }),
        on_call_in: if presence == Presence::OnCall { on_call_in(state) } else { Vec::new() },
        since: teams.map(|teams| teams.since.wall),
        observed_at: teams.map(|teams| teams.observed.wall),
        stale: snapshot.freshness(state) != Freshness::Fresh,
    }
}

fn on_call_in(state: &PersonState) -> Vec<&'static str> {
    let names = call_sources(state).into_iter();
    names.map(|source| if source == "8x8" { "eight" } else { "teams" }).collect()
}

fn known_of(snapshot: &Snapshot, state: &PersonState) -> Known {
    let teams = state.teams.as_ref();
    Known {
        // Cards are made anew when a name, department or extension changes.
        card: std::sync::Arc::as_ptr(&state.card).addr(),
        presence: snapshot.presence(state),
        out_of_office: teams.is_some_and(|teams| teams.mapping.out_of_office),
        availability: teams.map_or_else(String::new, |teams| teams.availability.to_string()),
        activity: teams.map_or_else(String::new, |teams| teams.activity.to_string()),
        stale: snapshot.freshness(state) != Freshness::Fresh,
    }
}
