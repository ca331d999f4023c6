//! How the sources are doing, for the health page and `doctor`.

use std::time::Duration;

use serde::Serialize;

use super::status::Tone;
use super::text::{clock, count};
use crate::error::Problem;
use crate::imports::{Phase, Picture};
use crate::locale::Writing;
use crate::matches::Reason;
use crate::session::Session;
use crate::snapshot::{Incident, IncidentKind, Latencies, Snapshot, Source, SourceOf, SourceState};

/// The health page.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct Health {
    /// The snapshot it was made from.
    #[cfg_attr(test, ts(type = "number"))]
    pub revision: u64,
    /// One line a source, in the order in which data flows.
    pub sources: Vec<SourceHealth>,
    /// Facts: name and value.
    pub facts: Vec<Fact>,
    /// 8x8 contacts joined to a Teams user.
    pub matched: usize,
    /// Who is not, by reason.
    pub unmatched: Vec<UnmatchedCount>,
    /// What happened since the start, the newest first.
    pub incidents: Vec<IncidentLine>,
    /// Until when it is paused: "until 07:00"; none when it is not.
    pub paused: Option<String>,
    /// How long the program has run: "9 d".
    pub running: String,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct IncidentLine {
    /// When: `14:09`.
    pub at: String,
    /// What, in words.
    pub words: String,
    /// How urgent it was.
    pub tone: Tone,
}

/// A source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct SourceHealth {
    /// "Teams presence", "Microsoft directory", "8x8 directory", "Sign-in".
    pub name: String,
    /// How urgent.
    pub tone: Tone,
    /// In a word or two.
    pub state: String,
    /// Seconds since the last success.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub age_seconds: Option<u64>,
    /// What is wrong.
    pub problem: Option<Problem>,
    /// Seconds until it is asked again, while it is held back.
    #[cfg_attr(test, ts(type = "number | null"))]
    pub retry_seconds: Option<u64>,
    /// How long the newest answers took, in milliseconds, the oldest first.
    pub latencies: Vec<u32>,
    /// The same in words: "120 ms; at most 480 ms".
    pub latency: Option<String>,
}

/// A fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Fact {
    /// What.
    pub name: String,
    /// Its value, ready to show.
    pub value: String,
}

/// How many are unmatched for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct UnmatchedCount {
    /// Why.
    pub reason: Reason,
    /// In words, with what can be done about it.
    pub words: String,
    /// How many.
    pub count: usize,
}

/// So many incidents are shown.
const SHOWN_INCIDENTS: usize = 12;

/// The health page of a picture.
#[must_use]
pub fn health(snapshot: &Snapshot) -> Health {
    let mut sources = vec![session(snapshot)];
    sources.push(source(snapshot, "Teams presence", &snapshot.source));
    sources.push(source(snapshot, "Microsoft directory", &snapshot.directory));
    if let Some(contacts) = &snapshot.contacts {
        sources.push(source(snapshot, "8x8 directory", contacts));
    }
    if let Some(calls) = &snapshot.calls {
        if let Some(discovery) = &calls.discovery {
            sources.push(source(snapshot, "8x8 phone systems", discovery));
        }
        for (name, one) in &calls.systems {
            sources.push(source(snapshot, &format!("8x8 calls: {name}"), one));
        }
        let mut writing = source(snapshot, "Writing to Teams", &calls.writer);
        if calls.writer.last_success.is_none() && calls.writer.problem.is_none() {
            writing.state = "Nothing to write yet".into();
        }
        sources.push(writing);
    }
    for (of, one) in snapshot.center.iter().flat_map(|center| &center.sources) {
        let name = match of {
            SourceOf::Activity(system) => format!("8x8 queue users: {system}"),
            SourceOf::Agents => "8x8 agent status".into(),
            SourceOf::Events => "8x8 contact centre events".into(),
            SourceOf::Groups => "8x8 ring groups".into(),
            SourceOf::Quiet => "Do not disturb inside 8x8".into(),
            SourceOf::Tags => "States in 8x8 contacts".into(),
        };
        let mut line = source(snapshot, &name, one);
        let writes = matches!(of, SourceOf::Quiet | SourceOf::Tags);
        if writes && one.last_success.is_none() && one.problem.is_none() {
            line.state = "Nothing to write yet".into();
        }
        sources.push(line);
    }
    sources.extend(snapshot.import.as_deref().map(|import| importing(snapshot, import)));
    let fact = |name: &str, value: String| Fact { name: name.into(), value };
    let set_aside = snapshot.set_aside;
    let mut facts = vec![
        fact("People on the board", count(snapshot.people.len())),
        fact("Time between two polls", format!("{} s", snapshot.interval.as_secs())),
        fact("Entries set aside", count(usize::try_from(set_aside.entries).unwrap_or(usize::MAX))),
        fact("Values not known yet", count(usize::try_from(set_aside.unknown_values).unwrap_or(usize::MAX))),
        fact("Late updates dropped", count(usize::try_from(set_aside.late).unwrap_or(usize::MAX))),
        fact(
            "On an 8x8 call",
            snapshot.calls.as_ref().map_or_else(|| "not read".into(), |calls| count(calls.talking)),
        ),
        fact(
            "Shown in Teams by us",
            snapshot.calls.as_ref().map_or_else(|| "nobody".into(), |calls| count(calls.ledger)),
        ),
        fact("Kept quiet in 8x8 by us", count(snapshot.center.as_ref().map_or(0, |center| center.held))),
        fact("Version", env!("CARGO_PKG_VERSION").into()),
    ];
    for (registration, record) in &snapshot.setup.installation.registrations {
        if let Some(certificate) = record.certificate.as_ref().filter(|known| known.uploaded) {
            let name = format!("Certificate of {}", registration.name());
            facts.push(fact(&name, format!("good until {}", Writing::here().date_of(certificate.expires))));
        }
    }
    let report = &snapshot.matches;
    let reasons = [
        (Reason::NoContact, "Teams users without an 8x8 contact: give the 8x8 user the same e-mail address"),
        (Reason::NoUser, "8x8 contacts without a Teams user: their e-mail address is no Microsoft user name"),
        (Reason::NoAddress, "8x8 contacts without an e-mail address"),
        (Reason::Ambiguous, "Several with the same address: make the addresses unique"),
        (Reason::Guest, "Guests: their presence is in their own organisation"),
        (Reason::Disabled, "Disabled accounts, rooms and shared mailboxes"),
    ];
    let number = |reason: Reason| report.unmatched.iter().filter(|line| line.reason == reason).count();
    let unmatched = reasons
        .into_iter()
        .map(|(reason, words)| UnmatchedCount { reason, words: words.into(), count: number(reason) })
        .filter(|line| line.count > 0)
        .collect();
    Health {
        revision: snapshot.revision,
        sources,
        facts,
        matched: report.matched,
        unmatched,
        incidents: snapshot
            .incidents
            .iter()
            .rev()
            .take(SHOWN_INCIDENTS)
            .map(|one| incident(snapshot, one))
            .collect(),
        paused: snapshot.paused.map(|until| super::status::pause_words(snapshot, until)),
        running: super::text::span(u64::try_from(snapshot.at.uptime.0 / 1_000).unwrap_or(0)),
    }
}

fn incident(snapshot: &Snapshot, incident: &Incident) -> IncidentLine {
    let lasted = |span: Duration| super::text::span(span.as_secs());
    let (words, tone) = match &incident.what {
        IncidentKind::Live(after) => (format!("Live again after {}", lasted(*after)), Tone::Good),
        IncidentKind::Throttled(wait) => (format!("Microsoft: slow down, {}", lasted(*wait)), Tone::Warning),
        IncidentKind::Offline => ("No connection".into(), Tone::Warning),
        IncidentKind::SignInNeeded => ("Microsoft ended the sign-in".into(), Tone::Bad),
        IncidentKind::Broken => ("Answers that could not be used".into(), Tone::Warning),
        IncidentKind::Woke => ("Woke from sleep".into(), Tone::Plain),
        IncidentKind::Network => ("Another network".into(), Tone::Plain),
        IncidentKind::Paused => ("Paused".into(), Tone::Plain),
        IncidentKind::Crashed => ("The sync failed and started again".into(), Tone::Bad),
    };
    IncidentLine { at: clock(incident.at, snapshot.at), words, tone }
}

fn session(snapshot: &Snapshot) -> SourceHealth {
    let (tone, state, problem) = match &snapshot.session {
        Session::Unknown => (Tone::Plain, "Asking the keychain".into(), None),
        Session::SignedOut => (Tone::Bad, "Nobody is signed in".into(), None),
        Session::Waiting { .. } => (Tone::Warning, "Waiting for your browser".into(), None),
        Session::SignedIn(account) => (Tone::Good, format!("Signed in as {}", account.user_name), None),
        Session::Needed(problem) => (Tone::Bad, "Sign-in needed".into(), Some(Problem::clone(problem))),
    };
    let problem = problem.or_else(|| snapshot.local.as_deref().cloned());
    SourceHealth {
        name: "Sign-in".into(),
        tone,
        state,
        age_seconds: None,
        problem,
        retry_seconds: None,
        latencies: Vec::new(),
        latency: None,
    }
}

/// The import of contacts as a writer.
fn importing(snapshot: &Snapshot, import: &Picture) -> SourceHealth {
    let (tone, state) = match &import.phase {
        _ if import.problem.is_some() => (Tone::Warning, "Held up"),
        Phase::Idle if import.enabled => (Tone::Good, "By itself"),
        Phase::Idle | Phase::Preview => (Tone::Plain, "Nothing to write"),
        Phase::Reading | Phase::Running => (Tone::Good, "Under way"),
        Phase::Paused => (Tone::Plain, "Paused"),
    };
    SourceHealth {
        name: "Importing contacts".into(),
        tone,
        state: state.into(),
        age_seconds: import.finished.map(|at| snapshot.at.since(at).as_secs()),
        problem: import.problem.as_deref().cloned(),
        retry_seconds: None,
        latencies: Vec::new(),
        latency: None,
    }
}

fn source(snapshot: &Snapshot, name: &str, source: &Source) -> SourceHealth {
    let (tone, state) = match source.state {
        SourceState::Live => (Tone::Good, "Live"),
        SourceState::Stale if source.problem.is_some() => (Tone::Warning, "Cannot be read"),
        SourceState::Stale => (Tone::Plain, "Not read yet"),
        SourceState::SignInNeeded => (Tone::Bad, "Sign-in needed"),
        SourceState::Throttled => (Tone::Warning, "Slowed down"),
        SourceState::Offline => (Tone::Warning, "Offline"),
    };
    SourceHealth {
        name: name.into(),
        tone,
        state: state.into(),
        age_seconds: source.last_success.map(|last| snapshot.at.since(last).as_secs()),
        problem: source.problem.as_deref().cloned(),
        retry_seconds: source
            .retry_at
            .filter(|at| at.uptime > snapshot.at.uptime)
            .map(|at| at.uptime.since(snapshot.at.uptime).as_secs()),
        latency: latency(&source.latencies),
        latencies: source.latencies.iter().collect(),
    }
}

/// The middle one and the longest of the newest answers.
fn latency(latencies: &Latencies) -> Option<String> {
    let mut sorted: Vec<u32> = latencies.iter().collect();
    sorted.sort_unstable();
    let (middle, longest) = (sorted.get(sorted.len() / 2)?, sorted.last()?);
    // Of one answer there is nothing more to say.
    let most = if sorted.len() > 1 { format!("; at most {}", span(*longest)) } else { String::new() };
    Some(format!("{}{most}", span(*middle)))
}

fn span(milliseconds: u32) -> String {
    if milliseconds < 1_000 {
        format!("{milliseconds} ms")
    } else {
        format!("{:.1} s", f64::from(milliseconds) / 1_000.0)
    }
}
