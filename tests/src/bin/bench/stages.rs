//! A poll from bytes to board, in the stages that can be told apart; and merely parsing the same bytes.

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use presence::engine::event::PresenceRead;
use presence::microsoft::wire;
use presence::person::PersonId;
use presence::snapshot::Snapshot;
use presence::view::board::{Query, window};
use serde::Deserialize;

use super::Outcome;
use super::stopwatch::Stopwatch;

/// CPU time spent in each stage, over one or several polls.
#[derive(Default)]
pub(crate) struct Stages {
    pub(crate) parse: Duration,
    pub(crate) handle: Duration,
    pub(crate) snapshot: Duration,
    pub(crate) window: Duration,
    /// For each reply, wall time from its last byte to the snapshot that shows it.
    pub(crate) to_snapshot: Vec<Duration>,
    /// The same to the page's window as JSON, where one was made.
    pub(crate) to_window: Vec<Duration>,
}

/// Parses a reply as the client does.
pub(crate) fn read(page: usize, asked: Arc<[PersonId]>, body: &[u8]) -> Outcome<PresenceRead> {
    let (readings, set_aside) = wire::presences(body)?;
    Ok(PresenceRead { page, asked, readings, set_aside })
}

/// What the page asks for when it shows the top of the board, and gets as JSON.
pub(crate) fn board(snapshot: &Snapshot) -> Outcome<()> {
    let query = Query { limit: 60, ..Query::default() };
    black_box(serde_json::to_string(&window(snapshot, &query))?);
    Ok(())
}

/// The yardstick: every field of the reply in a plain struct.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "reading the fields is all that is measured")]
struct Plain {
    id: String,
    availability: String,
    activity: String,
    out_of_office_settings: Option<PlainOutOfOffice>,
    status_message: Option<String>,
    sequence_number: String,
    work_location: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "reading the fields is all that is measured")]
struct PlainOutOfOffice {
    message: Option<String>,
    is_out_of_office: bool,
}

#[derive(Deserialize)]
struct PlainReply {
    value: Vec<Plain>,
}

/// Merely parses the replies; gives CPU time and wall time.
pub(crate) fn bare(replies: &[Vec<u8>]) -> Outcome<(Option<Duration>, Duration)> {
    let watch = Stopwatch::start();
    for reply in replies {
        let parsed: PlainReply = serde_json::from_slice(reply)?;
        black_box(parsed.value.len());
        drop(black_box(parsed));
    }
    Ok((watch.cpu(), watch.wall()))
}
