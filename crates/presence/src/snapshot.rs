//! One immutable picture of everything that is known. Every surface is a function of it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::center::AgentStatus;
use crate::day::Day;
use crate::desk;
use crate::engine::center::Heard;
use crate::error::{Failure, Problem};
use crate::imports;
use crate::mapping::{Mapping, Presence, Row, Term};
use crate::matches::Report;
use crate::moment::Moment;
use crate::person::{Card, PersonId};
use crate::session::Session;
use crate::setup::Setup;

/// What Teams said about a person, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// Graph's `availability`, kept as it came.
    pub availability: Term,
    /// Graph's `activity`, kept as it came.
    pub activity: Term,
    /// `outOfOfficeSettings.isOutOfOffice`.
    pub out_of_office: bool,
    /// Graph's version stamp; compared as text.
    pub sequence: Option<Arc<str>>,
    /// What the three values mean.
    pub mapping: Mapping,
    /// Since when they are so, as far as we saw.
    pub since: Moment,
    /// When they were last confirmed.
    pub observed: Moment,
}

/// How far knowledge can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Freshness {
    /// Confirmed within the last polls.
    Fresh,
    /// Polls were missed: it was so, and may be so still.
    Stale,
    /// So old that it says nothing about now; or never known.
    Lost,
}

/// A person and what is known about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonState {
    /// Who.
    pub card: Arc<Card>,
    /// What Teams last said, if it ever did.
    pub teams: Option<Observation>,
    /// Whether the newest successful answer left this person out, which is neither offline nor unknown.
    pub absent: bool,
    /// Since when 8x8 says that this person is on a call, as far as we saw.
    pub call: Option<Moment>,
    /// Whether what Teams says is our own word coming back, and no Teams call.
    pub ours: bool,
    /// What 8x8 says beside calls, where it says anything.
    pub eight: Option<Presence>,
    /// What the last 24 hours looked like.
    pub day: Arc<Day>,
}

impl PersonState {
    /// The person's id.
    #[must_use]
    pub fn id(&self) -> PersonId {
        self.card.person.id
    }

    /// What the board would show now, whatever its age: what a day is made of.
    #[must_use]
    pub fn standing(&self) -> Presence {
        match &self.teams {
            _ if self.call.is_some() => Presence::OnCall,
            Some(teams) if teams.mapping.row != Row::StatusUnknown => teams.mapping.presence,
            _ => Presence::Unknown,
        }
    }

    /// Whether Teams itself says that this person is on a call.
    #[must_use]
    pub fn in_teams_call(&self) -> bool {
        !self.ours && self.teams.as_ref().is_some_and(|teams| teams.mapping.presence == Presence::OnCall)
    }
}

/// How many people share a page: as many as one presence call may ask for
/// (learn.microsoft.com, "cloudCommunications: getPresencesByUserId").
pub const PAGE: usize = 650;

/// Everybody, in pages that a snapshot shares with the engine until one of them changes.
///
/// The order of the pages is that of the polls, not of names; [`People::by_name`] has that.
#[derive(Clone, Debug, Default)]
pub struct People {
    pub(crate) pages: Vec<Arc<Vec<PersonState>>>,
    pub(crate) by_name: Arc<Vec<u32>>,
}

impl People {
    /// How many people.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    /// Whether nobody is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// The person at a position.
    #[must_use]
    pub fn get(&self, position: usize) -> Option<&PersonState> {
        self.pages.get(position / PAGE)?.get(position % PAGE)
    }

    /// Everybody in the order of the polls.
    pub fn iter(&self) -> impl Iterator<Item = &PersonState> {
        self.pages.iter().flat_map(|page| page.iter())
    }

    /// Everybody in order of name.
    pub fn by_name(&self) -> impl Iterator<Item = &PersonState> {
        self.by_name.iter().filter_map(|&position| self.get(position as usize))
    }

    /// The people on pages that an earlier picture does not share: whoever changed or moved is among them.
    pub fn unshared<'a>(&'a self, earlier: &'a Self) -> impl Iterator<Item = &'a PersonState> {
        let shared =
            |number: usize, page| earlier.pages.get(number).is_some_and(|other| Arc::ptr_eq(page, other));
        self.pages
            .iter()
            .enumerate()
            .filter(move |(number, page)| !shared(*number, *page))
            .flat_map(|(_, page)| page.iter())
    }
}

/// State of the source as `watch --json` names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum SourceState {
    /// Everything known is fresh.
    Live,
    /// Starting, or the newest answers could not be used: what is shown is older than it should be.
    #[default]
    Stale,
    /// A person has to sign in.
    SignInNeeded,
    /// The vendor asked for a pause.
    Throttled,
    /// The vendor can not be reached.
    Offline,
}

impl SourceState {
    /// The name in `watch --json`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Stale => "stale",
            Self::SignInNeeded => "signInNeeded",
            Self::Throttled => "throttled",
            Self::Offline => "offline",
        }
    }
}

/// How a source of knowledge is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// In one word.
    pub state: SourceState,
    /// Since when in that state.
    pub since: Option<Moment>,
    /// The newest answer that could be used.
    pub last_success: Option<Moment>,
    /// When the next attempt is made, while it is held back.
    pub retry_at: Option<Moment>,
    /// What is wrong, if anything.
    pub problem: Option<Arc<Problem>>,
    /// How long the newest answers took.
    pub latencies: Latencies,
}

impl Source {
    /// Says how it is doing now.
    pub fn stands(
        &mut self,
        state: SourceState,
        retry_at: Option<Moment>,
        problem: Option<Arc<Problem>>,
        now: Moment,
    ) {
        if self.state != state {
            self.since = Some(now);
        }
        self.state = state;
        self.retry_at = retry_at;
        self.problem = problem;
    }
}

impl From<&Failure> for SourceState {
    fn from(failure: &Failure) -> Self {
        match failure {
            Failure::Throttled { .. } => Self::Throttled,
            Failure::Offline(_) => Self::Offline,
            Failure::SignInNeeded(_) => Self::SignInNeeded,
            Failure::Forbidden(_) | Failure::Broken(_) | Failure::Vault(_) | Failure::Reset => Self::Stale,
        }
    }
}

/// How long the newest answers of a source took, in milliseconds, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Latencies(VecDeque<u32>);

impl Latencies {
    /// So many are kept.
    pub const KEPT: usize = 40;

    /// Takes note of one.
    pub fn note(&mut self, took: Duration) {
        if self.0.len() == Self::KEPT {
            self.0.pop_front();
        }
        self.0.push_back(u32::try_from(took.as_millis()).unwrap_or(u32::MAX));
    }

    /// All of them, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.0.iter().copied()
    }
}

/// Counters of what was set aside, for the health page; they only grow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SetAside {
    /// Entries of replies that could not be read.
    pub entries: u64,
    /// Values that are not documented; they are kept and shown.
    pub unknown_values: u64,
    /// Updates older than what was known already.
    pub late: u64,
}

/// Something that happened to the reading of states, worth looking up later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// When.
    pub at: Moment,
    /// What.
    pub what: IncidentKind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IncidentKind {
    /// States are fresh again after so long.
    Live(Duration),
    /// Microsoft asked for a pause of so long.
    Throttled(Duration),
    /// There was no connection.
    Offline,
    /// Somebody has to sign in.
    SignInNeeded,
    /// What came could not be used.
    Broken,
    /// The machine woke.
    Woke,
    /// The network became another one.
    Network,
    /// Somebody paused.
    Paused,
    /// The sync failed and started again.
    Crashed,
}

/// How reading 8x8's calls and writing to Teams are doing.
#[derive(Clone, Debug)]
pub struct CallsPicture {
    /// The list of phone systems; `None` when only the contact centre is read.
    pub discovery: Option<Source>,
    /// Each phone system by name.
    pub systems: Vec<(Arc<str>, Source)>,
    /// Writing to Teams.
    pub writer: Source,
    /// People for whom something of ours stands in Teams.
    pub ledger: usize,
    /// People on an 8x8 call.
    pub talking: usize,
}

/// A source beside the phone systems.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceOf {
    /// Agent activity of a phone system.
    Activity(Arc<str>),
    /// The status of the contact centre's agents.
    Agents,
    /// The contact centre's events.
    Events,
    /// Ring groups.
    Groups,
    /// What is changed inside 8x8 while Teams says do-not-disturb.
    Quiet,
    /// What is written into the tags of contacts.
    Tags,
}

/// An agent of the contact centre.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentLine {
    /// Agent id.
    pub id: Arc<str>,
    /// Name.
    pub name: String,
    /// What the agent does.
    pub status: AgentStatus,
    /// Who that is, if somebody said so.
    pub person: Option<PersonId>,
    /// Whether somebody decided it, be it for nobody.
    pub decided: bool,
}

/// The contact centre, queues and ring groups.
#[derive(Clone, Debug, Default)]
pub struct CenterPicture {
    /// The agents in the order of their ids.
    pub agents: Vec<AgentLine>,
    /// Who is logged in to which queues and ring groups.
    pub queues: BTreeMap<PersonId, Vec<String>>,
    /// How the sources are doing.
    pub sources: Vec<(SourceOf, Source)>,
    /// What was heard of events.
    pub heard: Heard,
    /// For how many calls are kept away inside 8x8 by our hand.
    pub held: usize,
}

/// The picture.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Grows by one with each picture.
    pub revision: u64,
    /// When it was made.
    pub at: Moment,
    /// Everybody on the board.
    pub people: People,
    /// Microsoft presence, as a whole.
    pub source: Source,
    /// Microsoft's directory.
    pub directory: Source,
    /// 8x8's directory; `None` when no key is set.
    pub contacts: Option<Source>,
    /// The sign-in.
    pub session: Session,
    /// Who is joined to whom.
    pub matches: Arc<Report>,
    /// What was set aside.
    pub set_aside: SetAside,
    /// Until when the person wants no polls; far in the future for "until I resume".
    pub paused: Option<Moment>,
    /// Time between two polls of one person, as it is now.
    pub interval: Duration,
    /// Whether every person has been asked about since the start.
    pub complete: bool,
    /// Told in every surface when the endpoints are none of the known clouds.
    pub notice: Option<Arc<str>>,
    /// What went wrong on this computer: keychain or disk.
    pub local: Option<Arc<Problem>>,
    /// 8x8's calls and what is written to Teams; `None` when that is not installed.
    pub calls: Option<Arc<CallsPicture>>,
    /// The contact centre, queues and ring groups; `None` when nothing of it is read.
    pub center: Option<Arc<CenterPicture>>,
    /// The import of contacts; `None` when that is not installed.
    pub import: Option<Arc<imports::Picture>>,
    /// Whether there is anything to read with; if not, only the wizard is worth showing.
    pub configured: bool,
    /// The wizard.
    pub setup: Arc<Setup>,
    /// What the operator keeps and set.
    pub desk: Arc<desk::Picture>,
    /// What happened since the start, the newest last.
    pub incidents: Arc<VecDeque<Incident>>,
}

impl Snapshot {
    /// How far knowledge about a person can be relied on at this picture's moment.
    #[must_use]
    pub fn freshness(&self, state: &PersonState) -> Freshness {
        let Some(teams) = &state.teams else { return Freshness::Lost };
        let known = freshness(self.at.since(teams.observed), self.interval);
        // What the last run knew was never confirmed by this one, however short the time between them.
        if teams.observed.is_restored() { known.max(Freshness::Stale) } else { known }
    }

    /// What our surfaces show: the mapped presence, or unknown where nothing is known that could be relied on.
    #[must_use]
    pub fn presence(&self, state: &PersonState) -> Presence {
        match &state.teams {
            _ if state.call.is_some() => Presence::OnCall,
            Some(teams) if self.freshness(state) != Freshness::Lost => teams.mapping.presence,
            _ => Presence::Unknown,
        }
    }
}

/// After this long a last known state says nothing about now.
pub const LOST_AFTER: Duration = Duration::from_hours(24);

/// Two polls may be missed, and a little more, before knowledge counts as stale.
#[must_use]
pub fn stale_after(interval: Duration) -> Duration {
    interval * 2 + Duration::from_secs(5)
}

/// How far knowledge of this age can be relied on.
#[must_use]
pub fn freshness(age: Duration, interval: Duration) -> Freshness {
    if age >= LOST_AFTER {
        Freshness::Lost
    } else if age > stale_after(interval) {
        Freshness::Stale
    } else {
        Freshness::Fresh
    }
}
