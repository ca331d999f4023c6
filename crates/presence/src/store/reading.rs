//! Reading the whole store, at the start of a run.

use std::sync::Arc;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension};

use super::STREAM;
use crate::engine::event::{Restored, StoredObservation};
use crate::engine::quiet::Held;
use crate::mapping::{Presence, Term};
use crate::person::{Contact, Person, PersonId};

/// What the last run knew. Rows that make no sense are left out.
pub(super) fn restore(connection: &Connection) -> rusqlite::Result<Restored> {
    let meta = |key: &str| {
        connection
            .query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get::<_, String>(0))
            .optional()
    };
    let cursor = meta("cursor")?.map(Arc::from);
    let confirmed = meta("confirmed")?.and_then(|text| text.parse::<Timestamp>().ok());
    let mut people = Vec::new();
    let mut statement = connection.prepare(
        "SELECT person.card, availability, activity, out_of_office, since, observed, absent
         FROM person LEFT JOIN observation USING (id)",
    )?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let Ok(person) = serde_json::from_str::<Person>(&row.get::<_, String>(0)?) else { continue };
        let observation = match row.get::<_, Option<String>>(1)? {
            Some(availability) => observation(row, &availability, confirmed)?,
            None => None,
        };
        people.push((person, observation));
    }
    let mut contacts = Vec::new();
    let mut statement = connection.prepare("SELECT card FROM contact ORDER BY position")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        if let Ok(contact) = serde_json::from_str::<Contact>(&row.get::<_, String>(0)?) {
            contacts.push(contact);
        }
    }
    let mut ledger = Vec::new();
    let mut statement = connection.prepare("SELECT id FROM ledger")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        ledger.extend(PersonId::from_slice(&row.get::<_, Vec<u8>>(0)?));
    }
    let stream = connection
        .query_row("SELECT value, at FROM cursor WHERE name = ?1", [STREAM], |row| {
            Ok((row.get::<_, String>(0).ok(), row.get::<_, i64>(1).ok()))
        })
        .optional()?;
    let stream = stream.and_then(|(id, at)| Some((Arc::from(id?), Timestamp::from_millisecond(at?).ok()?)));
    let quiet = quiet(connection)?;
    let import = meta("import")?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
    let days = days(connection)?;
    Ok(Restored { people, contacts, cursor, ledger, quiet, stream, import, days })
}

fn days(connection: &Connection) -> rusqlite::Result<Vec<(PersonId, Timestamp, Presence)>> {
    let mut days = Vec::new();
    let mut statement = connection.prepare("SELECT id, since, presence FROM day ORDER BY since")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id = row.get::<_, Vec<u8>>(0).ok().and_then(|id| PersonId::from_slice(&id));
        let since = row.get::<_, i64>(1).ok().and_then(|at| Timestamp::from_second(at).ok());
        let presence = row.get::<_, String>(2).ok().map(|text| Presence::parse(&text));
        days.extend(id.zip(since).zip(presence).map(|((id, since), presence)| (id, since, presence)));
    }
    Ok(days)
}

fn quiet(connection: &Connection) -> rusqlite::Result<Vec<Held>> {
    let mut held = Vec::new();
    let mut statement = connection.prepare("SELECT held FROM quiet")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        // Even a value that is no text at all.
        let text = row.get::<_, String>(0).ok();
        let one = text.and_then(|text| serde_json::from_str::<Held>(&text).ok());
        held.extend(one.filter(Held::is_sound));
    }
    Ok(held)
}

fn observation(
    row: &rusqlite::Row<'_>,
    availability: &str,
    confirmed: Option<Timestamp>,
) -> rusqlite::Result<Option<StoredObservation>> {
    let time = |column: usize| row.get::<_, i64>(column).map(|at| Timestamp::from_millisecond(at).ok());
    let (Some(since), Some(written)) = (time(4)?, time(5)?) else { return Ok(None) };
    let absent = row.get::<_, bool>(6)?;
    // A row is written when a state changes; that it was still so later is written once for everybody.
    let observed = confirmed.filter(|_| !absent).map_or(written, |confirmed| confirmed.max(written));
    Ok(Some(StoredObservation {
        availability: Term::parse(availability),
        activity: Term::parse(&row.get::<_, String>(2)?),
        out_of_office: row.get(3)?,
        since,
        observed,
        absent,
    }))
}
