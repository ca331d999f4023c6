//! Tables of the store, by version. A version once released never changes; a new one is a step after it.

use rusqlite::{Connection, OptionalExtension};

const FIRST: &str = "
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE person (id BLOB PRIMARY KEY, card TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE observation (
        id BLOB PRIMARY KEY,
        availability TEXT NOT NULL,
        activity TEXT NOT NULL,
        out_of_office INTEGER NOT NULL,
        since INTEGER NOT NULL,
        observed INTEGER NOT NULL,
        absent INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE contact (position INTEGER PRIMARY KEY, card TEXT NOT NULL);
";

/// Who stands in Teams as on a call by our word.
const SECOND: &str = "
    CREATE TABLE ledger (id BLOB PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID;
";

/// What calls are kept away with by us, and up to where event streams were heard.
const THIRD: &str = "
    CREATE TABLE quiet (lever TEXT PRIMARY KEY, held TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE cursor (name TEXT PRIMARY KEY, value TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
";

/// What people's day looked like. Sites and phone numbers are asked for since, so the directory is read anew.
const FOURTH: &str = "
    CREATE TABLE day (id BLOB NOT NULL, since INTEGER NOT NULL, presence TEXT NOT NULL, PRIMARY KEY (id, since))
        WITHOUT ROWID;
    DELETE FROM meta WHERE key = 'cursor';
";

/// What leads to each version from the one before; this program writes the last.
const STEPS: [&str; 4] = [FIRST, SECOND, THIRD, FOURTH];

/// Brings a file to this program's version.
///
/// # Errors
/// When it is no such file, or was written by a newer program.
pub(super) fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    // The profile is this program's alone. Alone, the log needs no shared memory, which disks on a network do not have.
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match usize::try_from(version).ok().and_then(|done| STEPS.get(done..)) {
        Some([]) => Ok(()),
        Some(steps) => connection.execute_batch(&format!(
            "BEGIN; {} PRAGMA user_version = {}; COMMIT;",
            steps.concat(),
            STEPS.len(),
        )),
        None => Err(rusqlite::Error::IntegralValueOutOfRange(0, version)),
    }
}

/// Makes the file this owner's, and empties it if it was another's.
pub(super) fn belong(connection: &Connection, owner: &str) -> rusqlite::Result<()> {
    let read = "SELECT value FROM meta WHERE key = 'owner'";
    let before: Option<String> = connection.query_row(read, [], |row| row.get(0)).optional()?;
    if before.as_deref() == Some(owner) {
        return Ok(());
    }
    let transaction = connection.unchecked_transaction()?;
    for table in ["meta", "person", "observation", "contact", "ledger", "quiet", "cursor", "day"] {
        transaction.execute(&format!("DELETE FROM {table}"), [])?;
    }
    transaction.execute("INSERT INTO meta (key, value) VALUES ('owner', ?1)", [owner])?;
    transaction.commit()
}

/// A file as an older program made it.
#[cfg(test)]
pub(super) fn older(connection: &Connection, version: usize) -> rusqlite::Result<()> {
    connection.execute_batch(&STEPS[..version].concat())?;
    connection.execute_batch(&format!("PRAGMA user_version = {version}"))
}
