//! What can happen, as the engine hears it.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::calls::{CallsRead, PhoneSystem};
use super::quiet::{Held, QuietWrite};
use super::writer::{Write, Written};
use crate::center::{ActivityRead, AgentsRead, ChangeFault, RingGroupsRead, StreamMessage};
use crate::error::{Failure, Problem};
use crate::imports::{self, Directory, ImportWish, WriteFault};
use crate::mapping::{Presence, Term};
use crate::person::{Contact, Person, PersonId};
use crate::session::Step;
use crate::setup::options::Options;

/// One thing that happened.
#[derive(Debug)]
pub enum Event {
    /// The store gave back what the last run knew.
    Restored(Box<Restored>),
    /// The sign-in moved.
    Session(Step),
    /// The directory was read.
    DirectoryRead(DirectoryRead),
    /// The directory could not be read.
    DirectoryFailed(Failure),
    /// The presence of one page of people was read.
    PresenceRead(PresenceRead),
    /// It could not be read.
    PresenceFailed {
        /// Which page.
        page: usize,
        /// Why.
        failure: Failure,
    },
    /// All corporate contacts of 8x8.
    ContactsRead(Vec<Contact>),
    /// They could not be read.
    ContactsFailed(Failure),
    /// Calls were kept away inside 8x8, or let come again, or not.
    Quieted(QuietWrite, Result<(), ChangeFault>),
    /// A tag was written, or not.
    TagWritten(PersonId, Result<(), WriteFault>),
    /// Something of 8x8's side.
    Eight(Heard),
    /// The administrator set something.
    Options(Arc<Options>),
    /// Something was written to Teams, or not.
    Written(Vec<(Write, Written)>),
    /// 8x8's company contacts were read, to be compared.
    CompanyRead(Directory),
    /// They could not be read.
    CompanyFailed(Failure),
    /// A company contact was written, or not.
    ContactWritten(Result<(), WriteFault>),
    /// The keychain would not say whether there is a sign-in.
    VaultClosed(Arc<Problem>),
    /// The disk failed; `None` when it works again.
    Local(Option<Arc<Problem>>),
    /// A person wants something.
    Intent(Intent),
    /// The machine slept, or its clock jumped: everything known is older than it seemed.
    Woke,
    /// The network is another one, or there is one again.
    Network,
    /// States are to be read this often from now on.
    Interval(Duration),
    /// This computer's clock differs from Microsoft's too much, or no longer does.
    Clock(Option<Arc<Problem>>),
    /// The sync failed and was started again.
    Crashed(Arc<Problem>),
    /// Time passed.
    Tick,
}

/// What 8x8's side tells, or why it does not.
#[derive(Debug)]
pub enum Heard {
    /// The phone systems.
    Systems(Result<Vec<PhoneSystem>, Failure>),
    /// Every call of a phone system.
    Calls(Arc<str>, Result<CallsRead, Failure>),
    /// What people in its queues do.
    Activity(Arc<str>, Result<ActivityRead, Failure>),
    /// The status of all agents.
    Agents(Result<AgentsRead, Failure>),
    /// The contact centre's events can be heard.
    StreamOpened,
    /// They can be heard, and there are none.
    StreamAlive,
    /// Events, in their order.
    Streamed(Vec<StreamMessage>),
    /// They can not be heard, or not any more.
    StreamEnded(Failure),
    /// All ring groups.
    Groups(Result<RingGroupsRead, Failure>),
}

/// What a person can ask for, from whatever surface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Sign in with the browser.
    SignIn,
    /// Stop waiting for the browser.
    CancelSignIn,
    /// Forget the sign-in.
    SignOut,
    /// Poll everything at once.
    SyncNow,
    /// Stop polling for so long; `None` until resumed.
    Pause(Option<Duration>),
    /// Go on polling.
    Resume,
    /// Something about importing contacts.
    Import(ImportWish),
}

/// The last known board.
#[derive(Debug, Default)]
pub struct Restored {
    /// Every user object that was known, also those that are left out of the board.
    pub people: Vec<(Person, Option<StoredObservation>)>,
    /// 8x8's contacts.
    pub contacts: Vec<Contact>,
    /// Where reading the directory can go on.
    pub cursor: Option<Arc<str>>,
    /// Who stands in Teams as on a call by our word.
    pub ledger: Vec<PersonId>,
    /// What calls are kept away with by us.
    pub quiet: Vec<Held>,
    /// Up to where the event stream was heard, and when.
    pub stream: Option<(Arc<str>, Timestamp)>,
    /// What the import of contacts keeps.
    pub import: imports::Kept,
    /// What people's last 24 hours looked like, in order of time.
    pub days: Vec<(PersonId, Timestamp, Presence)>,
}

/// What the store keeps of an observation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredObservation {
    /// Graph's `availability`.
    pub availability: Term,
    /// Graph's `activity`.
    pub activity: Term,
    /// `outOfOfficeSettings.isOutOfOffice`.
    pub out_of_office: bool,
    /// Since when, on the wall.
    pub since: Timestamp,
    /// Last confirmed, on the wall.
    pub observed: Timestamp,
    /// Whether the newest answer left this person out.
    pub absent: bool,
}

/// The result of reading the directory.
#[derive(Debug, Default)]
pub struct DirectoryRead {
    /// Whether `people` are everybody, so that who is missing is gone.
    pub full: bool,
    /// User objects that are new or changed.
    pub people: Vec<Person>,
    /// User objects that are gone.
    pub removed: Vec<PersonId>,
    /// Where to go on next time, if the permission for that is there.
    pub cursor: Option<Arc<str>>,
    /// Entries that could not be read.
    pub set_aside: u64,
}

/// The presence of one page of people.
#[derive(Debug, Default)]
pub struct PresenceRead {
    /// Which page was asked for.
    pub page: usize,
    /// Who was asked about.
    pub asked: Arc<[PersonId]>,
    /// The answers, in any order.
    pub readings: Vec<Reading>,
    /// Entries that could not be read, and ids that Microsoft refused.
    pub set_aside: u64,
}

/// What Graph says about one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Who.
    pub id: PersonId,
    /// `availability`.
    pub availability: Term,
    /// `activity`.
    pub activity: Term,
    /// `outOfOfficeSettings.isOutOfOffice`.
    pub out_of_office: bool,
    /// `sequenceNumber`.
    pub sequence: Option<Box<str>>,
}
