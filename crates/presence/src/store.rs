//! What outlives a run: the last known board, in SQLite.
//!
//! It is a cache. A file that can not be used is set aside under another name, never deleted, and the board is read
//! anew. Writing happens on a thread of its own; each change is one transaction of a write-ahead log, so a crash at any
//! point leaves the state before or after it.

mod reading;
mod schema;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use jiff::Timestamp;
use rusqlite::{Connection, Transaction, params};
use tokio::sync::oneshot;

use crate::day::KEPT;
use crate::engine::effect::Change;
use crate::engine::event::{Restored, StoredObservation};
use crate::engine::quiet::{Held, Lever};
use crate::error::Problem;
use crate::mapping::Presence;
use crate::person::{Person, PersonId};

/// The event stream's row among the cursors.
const STREAM: &str = "stream";

/// The store of one profile.
#[derive(Debug)]
pub struct Store {
    changes: Option<Sender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Store {
    /// Opens or makes the file, and gives back what the last run knew.
    ///
    /// The board of another `owner` is not given back but removed: it would be shown to the wrong organisation.
    ///
    /// `report` hears of writes that fail, and of the first one that works again.
    ///
    /// # Errors
    /// When the file can neither be used nor set aside.
    pub fn open(
        path: &Path,
        owner: &str,
        report: impl Fn(Option<Arc<Problem>>) + Send + 'static,
    ) -> Result<(Self, Restored), Problem> {
        let (connection, restored) = match load(path, owner) {
            Ok(loaded) => loaded,
            Err(error) => {
                let aside = set_aside(path).map_err(|error| disk(path, &error.to_string()))?;
                tracing::warn!(%error, aside = %aside.display(), "the store could not be used and was set aside");
                load(path, owner).map_err(|error| disk(path, &error.to_string()))?
            }
        };
        let (sender, receiver) = channel();
        let path = path.to_owned();
        let thread = std::thread::Builder::new()
            .name("store".into())
            .spawn(move || write(connection, &receiver, &path, &report))
            .map_err(|error| disk(Path::new("store"), &error.to_string()))?;
        Ok((Self { changes: Some(sender), thread: Some(thread) }, restored))
    }

    /// Writes a change soon; it does not wait for the disk.
    pub fn write(&self, change: Change) {
        if let Some(changes) = &self.changes {
            // The thread ends only when this sender is gone.
            let _ = changes.send(Job { change, done: None });
        }
    }

    /// Writes a change, and tells when it is on the disk; dropped unsaid when the disk refuses.
    #[must_use]
    pub fn write_first(&self, change: Change) -> oneshot::Receiver<()> {
        let (sender, receiver) = oneshot::channel();
        if let Some(changes) = &self.changes {
            let _ = changes.send(Job { change, done: Some(sender) });
        }
        receiver
    }
}

/// A change on its way to the thread.
#[derive(Debug)]
struct Job {
    change: Change,
    done: Option<oneshot::Sender<()>>,
}

impl Drop for Store {
    /// Waits until everything is written.
    fn drop(&mut self) {
        self.changes = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn load(path: &Path, owner: &str) -> rusqlite::Result<(Connection, Restored)> {
    let connection = Connection::open(path)?;
    schema::prepare(&connection)?;
    schema::belong(&connection, owner)?;
    let restored = reading::restore(&connection)?;
    Ok((connection, restored))
}

/// The thread: takes all that is waiting as one transaction.
fn write(
    mut connection: Connection,
    changes: &Receiver<Job>,
    path: &Path,
    report: &dyn Fn(Option<Arc<Problem>>),
) {
    let mut failing = false;
    while let Ok(first) = changes.recv() {
        let waiting: Vec<Job> = std::iter::once(first).chain(changes.try_iter()).collect();
        match apply(&mut connection, &waiting) {
            Ok(()) => {
                for done in waiting.into_iter().filter_map(|job| job.done) {
                    // Whoever waited may have gone.
                    let _ = done.send(());
                }
                if std::mem::take(&mut failing) {
                    report(None);
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the store could not be written");
                if !failing {
                    failing = true;
                    report(Some(Arc::new(disk(path, &error.to_string()))));
                }
            }
        }
    }
}

fn apply(connection: &mut Connection, jobs: &[Job]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    for job in jobs {
        match &job.change {
            Change::Directory { people, removed, cursor } => {
                directory(&transaction, people, removed, cursor.as_deref())?;
            }
            Change::Contacts(contacts) => {
                transaction.execute("DELETE FROM contact", [])?;
                let mut insert =
                    transaction.prepare_cached("INSERT INTO contact (position, card) VALUES (?1, ?2)")?;
                for (position, contact) in (0_i64..).zip(contacts.iter()) {
                    insert.execute(params![position, json(contact)?])?;
                }
            }
            Change::Import(kept) => meta(&transaction, "import", Some(&json(kept)?))?,
            Change::Ledger { added, removed } => {
                ledger(&transaction, added, removed)?;
            }
            Change::Quiet { added, removed } => {
                quiet(&transaction, added, removed)?;
            }
            Change::Stream { id, at } => {
                transaction.execute(
                    "INSERT OR REPLACE INTO cursor (name, value, at) VALUES (?1, ?2, ?3)",
                    params![STREAM, id, at.as_millisecond()],
                )?;
            }
            Change::Observations { people, confirmed, days } => {
                day(&transaction, days, *confirmed)?;
                for (id, observation) in people {
                    upsert(&transaction, *id, observation)?;
                }
                meta(&transaction, "confirmed", Some(&confirmed.to_string()))?;
            }
        }
    }
    transaction.commit()
}

fn directory(
    transaction: &Transaction<'_>,
    people: &[Arc<Person>],
    removed: &[PersonId],
    cursor: Option<&str>,
) -> rusqlite::Result<()> {
    let mut insert =
        transaction.prepare_cached("INSERT OR REPLACE INTO person (id, card) VALUES (?1, ?2)")?;
    for person in people {
        insert.execute(params![person.id.as_bytes(), json(person)?])?;
    }
    for table in ["person", "observation", "day"] {
        let mut delete = transaction.prepare_cached(&format!("DELETE FROM {table} WHERE id = ?1"))?;
        for id in removed {
            delete.execute([id.as_bytes()])?;
        }
    }
    meta(transaction, "cursor", cursor)
}

fn ledger(
    transaction: &Transaction<'_>,
    added: &[(PersonId, Timestamp)],
    removed: &[PersonId],
) -> rusqlite::Result<()> {
    let mut insert =
        transaction.prepare_cached("INSERT OR REPLACE INTO ledger (id, since) VALUES (?1, ?2)")?;
    for (id, since) in added {
        insert.execute(params![id.as_bytes(), since.as_millisecond()])?;
    }
    let mut delete = transaction.prepare_cached("DELETE FROM ledger WHERE id = ?1")?;
    for id in removed {
        delete.execute([id.as_bytes()])?;
    }
    Ok(())
}

fn quiet(transaction: &Transaction<'_>, added: &[Held], removed: &[Lever]) -> rusqlite::Result<()> {
    let mut insert =
        transaction.prepare_cached("INSERT OR REPLACE INTO quiet (lever, held) VALUES (?1, ?2)")?;
    for held in added {
        insert.execute(params![json(&held.lever)?, json(held)?])?;
    }
    let mut delete = transaction.prepare_cached("DELETE FROM quiet WHERE lever = ?1")?;
    for lever in removed {
        delete.execute([json(lever)?])?;
    }
    Ok(())
}

/// Adds to people's days, and removes what is too old to be shown again.
fn day(
    transaction: &Transaction<'_>,
    days: &[(PersonId, Timestamp, Presence)],
    now: Timestamp,
) -> rusqlite::Result<()> {
    if days.is_empty() {
        return Ok(());
    }
    let mut insert =
        transaction.prepare_cached("INSERT OR REPLACE INTO day (id, since, presence) VALUES (?1, ?2, ?3)")?;
    let mut forget = transaction.prepare_cached("DELETE FROM day WHERE id = ?1 AND since < ?2")?;
    // One more day than is shown, so that the state that reaches into it is known.
    let oldest = now.as_second() - 2 * KEPT.as_secs();
    for (id, since, presence) in days {
        insert.execute(params![id.as_bytes(), since.as_second(), presence.as_str()])?;
        forget.execute(params![id.as_bytes(), oldest])?;
    }
    Ok(())
}

fn upsert(
    transaction: &Transaction<'_>,
    id: PersonId,
    observation: &StoredObservation,
) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare_cached(
        "INSERT OR REPLACE INTO observation (id, availability, activity, out_of_office, since, observed, absent)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    insert.execute(params![
        id.as_bytes(),
        observation.availability.as_str(),
        observation.activity.as_str(),
        observation.out_of_office,
        observation.since.as_millisecond(),
        observation.observed.as_millisecond(),
        observation.absent,
    ])?;
    Ok(())
}

fn meta(transaction: &Transaction<'_>, key: &str, value: Option<&str>) -> rusqlite::Result<()> {
    match value {
        Some(value) => {
            transaction.execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)", [key, value])?;
        }
        None => {
            transaction.execute("DELETE FROM meta WHERE key = ?1", [key])?;
        }
    }
    Ok(())
}

fn json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// Moves the file and its log out of the way, to the first name that is free.
fn set_aside(path: &Path) -> std::io::Result<PathBuf> {
    let beside = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let aside = (1..).map(|number| beside(&format!(".unusable-{number}"))).find(|name| !name.exists());
    let aside = aside.ok_or_else(|| std::io::Error::from(std::io::ErrorKind::AlreadyExists))?;
    std::fs::rename(path, &aside)?;
    for log in ["-wal", "-shm"] {
        match std::fs::remove_file(beside(log)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(aside)
}

fn disk(path: &Path, error: &str) -> Problem {
    Problem::new(
        "store.disk",
        "The last known board can not be written.",
        format!("The file {} can not be used.", path.display()),
        "Check that the disk is not full and that you may write there. Live states are shown all the same.",
    )
    .detail(error)
}

#[cfg(test)]
mod tests;
