//! What was written to the directory contacts, and how often they were asked.

use std::sync::atomic::Ordering;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Control;
use crate::eight::contacts::id;
use crate::guard::read;

/// A company contact that is there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WrittenContact {
    /// Its id.
    pub id: String,
    /// How many times it was written.
    pub writes: u64,
    /// The body as it was written last; fields that were left out are null.
    pub body: Value,
}

/// How many requests for contacts there were, refused ones included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactsLoad {
    /// In the last minute.
    pub last_minute: usize,
    /// In the fullest minute since the start.
    pub busiest_minute: usize,
}

impl Control {
    /// The company contacts that are there, oldest first.
    pub fn contacts_written(&self) -> Vec<WrittenContact> {
        let book = read(&self.tenant.book);
        let written = book.all().map(|(number, entry)| WrittenContact {
            id: id(number),
            writes: entry.writes,
            body: serde_json::to_value(&entry.company).unwrap_or_default(),
        });
        written.collect()
    }

    /// Limits contacts to 60 requests in a rolling minute, or not.
    pub fn set_contacts_limit(&self, on: bool) {
        self.tenant.contacts_limit.store(on, Ordering::Relaxed);
    }

    /// How many requests for contacts there were.
    pub fn contacts_load(&self) -> ContactsLoad {
        let (last_minute, busiest_minute) = self.tenant.contacts_load.minutes(self.tenant.clock.elapsed_ms());
        ContactsLoad { last_minute, busiest_minute }
    }
}
