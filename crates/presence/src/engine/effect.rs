//! What the engine asks the driver to do.

use std::sync::Arc;

use jiff::Timestamp;

use super::event::StoredObservation;
use super::quiet::{Held, Lever, QuietWrite};
use super::telephony::Due;
use super::writer::Write;
use crate::imports::{self, ContactWrite};
use crate::mapping::Presence;
use crate::person::{Contact, Person, PersonId};

/// One thing to do. Its result, if any, comes back as an event.
#[derive(Debug)]
pub enum Effect {
    /// Read the directory, from the cursor on if there is one.
    ReadDirectory {
        /// Where the last reading ended.
        cursor: Option<Arc<str>>,
    },
    /// Read the presence of these people, at most as many as one call takes.
    ReadPresence {
        /// To be handed back with the answer.
        page: usize,
        /// Who.
        people: Arc<[PersonId]>,
    },
    /// Read all corporate contacts of 8x8.
    ReadContacts,
    /// Read something of 8x8's side, or listen to it.
    Eight(Due),
    /// Write to Teams, after the ledger has it.
    WritePresence {
        /// At most as many as one request takes.
        writes: Vec<Write>,
        /// For the ledger: from when the new ones count.
        at: Timestamp,
    },
    /// Keep calls away inside 8x8, or let them come again, after the ledger has it.
    Quiet {
        /// What.
        write: QuietWrite,
        /// For the ledger: what is to be restored.
        held: Option<Held>,
    },
    /// Write a state into the tag of a contact.
    WriteTag {
        /// Whose.
        person: PersonId,
        /// The contact as a whole.
        write: ContactWrite,
    },
    /// Read 8x8's company contacts.
    ReadCompany,
    /// Write a company contact.
    WriteContact(ContactWrite),
    /// Ask the keychain for a sign-in of an earlier run.
    FindSignIn,
    /// Open the browser and wait for the answer.
    BeginSignIn,
    /// Stop waiting.
    StopSignIn,
    /// Remove the sign-in from the vault.
    ForgetSignIn,
    /// Begin with new connections: those that stand may lead nowhere. Readings under way are given up.
    Reconnect,
    /// Write to the store.
    Store(Change),
}

/// A change of what the store keeps; each is written as one transaction.
#[derive(Debug)]
pub enum Change {
    /// The directory moved.
    Directory {
        /// New or changed.
        people: Vec<Arc<Person>>,
        /// Gone.
        removed: Vec<PersonId>,
        /// Where to go on.
        cursor: Option<Arc<str>>,
    },
    /// Who stands in Teams by our word.
    Ledger {
        /// To be written before anything is sent.
        added: Vec<(PersonId, Timestamp)>,
        /// Cleared.
        removed: Vec<PersonId>,
    },
    /// What calls are kept away with by us.
    Quiet {
        /// To be written before anything is sent.
        added: Vec<Held>,
        /// Restored, or not ours any more.
        removed: Vec<Lever>,
    },
    /// Up to where the event stream was heard.
    Stream {
        /// Where it can be resumed.
        id: Arc<str>,
        /// When that was.
        at: Timestamp,
    },
    /// What the import of contacts keeps.
    Import(imports::Kept),
    /// All contacts.
    Contacts(Arc<Vec<Contact>>),
    /// States that changed, and when everything else was last confirmed.
    Observations {
        /// The changes.
        people: Vec<(PersonId, StoredObservation)>,
        /// Whoever is not absent was seen as it stands at this time.
        confirmed: Timestamp,
        /// From when on people were in which state.
        days: Vec<(PersonId, Timestamp, Presence)>,
    },
}
