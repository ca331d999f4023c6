//! Presence, read (Microsoft Graph: presence, getPresencesByUserId).

use std::borrow::Cow;

use serde::ser::{SerializeSeq, Serializer};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::GraphError;
use super::{Visit, ok};
use crate::directory::Directory;
use crate::message::Reply;

/// The most ids of one call.
const MOST_IDS: usize = 650;
/// The second one is an application permission only.
const OTHERS: &[&str] = &["Presence.Read.All", "Presence.ReadWrite.All"];
const OWN: &[&str] = &["Presence.Read", "Presence.Read.All", "Presence.ReadWrite", "Presence.ReadWrite.All"];

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PresenceBody<'a> {
    #[serde(rename = "@odata.context", skip_serializing_if = "Option::is_none")]
    context: Option<&'a str>,
    id: Uuid,
    availability: &'a str,
    activity: &'a str,
    status_message: Option<()>,
    out_of_office_settings: OutOfOffice,
    sequence_number: &'a str,
    work_location: Option<()>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OutOfOffice {
    message: Option<&'static str>,
    is_out_of_office: bool,
}

#[derive(Serialize)]
struct Collection<'a> {
    #[serde(rename = "@odata.context")]
    context: String,
    value: Presences<'a>,
}

struct Presences<'a> {
    visit: &'a Visit<'a>,
    directory: &'a Directory,
    ids: &'a [Uuid],
}

impl Serialize for Presences<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(None)?;
        let now_ms = self.visit.tenant.clock.simulated_ms();
        // The order is not promised, so it is the other way round: who relies on it finds out here.
        for id in self.ids.iter().rev() {
            // Nor is every id: one that is not known is left out without a word.
            if let Some(place) = self.directory.place_of_id(*id) {
                write(self.visit, self.directory, place, now_ms, None, |body| {
                    sequence.serialize_element(body)
                })
                .unwrap_or(Ok(()))?;
            }
        }
        sequence.end()
    }
}

/// Puts together one presence and hands it to `take`; none if there is no such place.
fn write<T>(
    visit: &Visit<'_>,
    directory: &Directory,
    place: usize,
    now_ms: u64,
    context: Option<&str>,
    take: impl FnOnce(&PresenceBody<'_>) -> T,
) -> Option<T> {
    let account = directory.account(place)?;
    let shown = visit.tenant.shown(place, account.kind, now_ms);
    // Sorts as text, grows with each change, and goes on growing after a restart of the sandbox.
    let opened = visit.tenant.clock.opened_at().as_millisecond();
    let sequence_number = format!("{opened:013}{:013}", shown.since_ms.saturating_add(shown.changes));
    let message = shown.out_of_office.then_some("I am out of the office. My colleagues will gladly help.");
    Some(take(&PresenceBody {
        context,
        id: account.id,
        availability: &shown.availability,
        activity: &shown.activity,
        status_message: None,
        out_of_office_settings: OutOfOffice { message, is_out_of_office: shown.out_of_office },
        sequence_number: &sequence_number,
        work_location: None,
    }))
}

/// `POST /communications/getPresencesByUserId`.
pub(crate) fn many(visit: &Visit<'_>) -> Result<Reply, GraphError> {
    #[derive(Deserialize)]
    struct Ids<'a> {
        #[serde(borrow)]
        ids: Vec<Cow<'a, str>>,
    }
    pass(visit)?;
    visit.need(OTHERS)?;
    let asked: Ids<'_> =
        serde_json::from_slice(&visit.call.body).map_err(|_| GraphError::presence_request())?;
    if asked.ids.is_empty() || asked.ids.len() > MOST_IDS {
        return Err(GraphError::presence_request());
    }
    let ids = asked.ids.iter().map(|id| guid(id)).collect::<Option<Vec<Uuid>>>();
    let ids = ids.ok_or_else(GraphError::presence_request)?;
    Ok(visit.tenant.with_directory(|directory| {
        ok(&Collection {
            context: visit.context("Collection(microsoft.graph.presence)"),
            value: Presences { visit, directory, ids: &ids },
        })
    }))
}

/// `GET /users/{id}/presence` and `GET /communications/presences/{id}`. A user name does not do.
pub(crate) fn one(visit: &Visit<'_>, id: &str) -> Result<Reply, GraphError> {
    pass(visit)?;
    let id = guid(id).ok_or_else(|| GraphError::no_user(id))?;
    visit.need(if id == visit.access.user { OWN } else { OTHERS })?;
    show(visit, id)
}

/// `GET /me/presence`.
pub(crate) fn own(visit: &Visit<'_>) -> Result<Reply, GraphError> {
    pass(visit)?;
    visit.need_user()?;
    visit.need(OWN)?;
    show(visit, visit.access.user)
}

fn show(visit: &Visit<'_>, id: Uuid) -> Result<Reply, GraphError> {
    let now_ms = visit.tenant.clock.simulated_ms();
    let context = visit.context("presence/$entity");
    visit.tenant.with_directory(|directory| {
        let place = directory.place_of_id(id);
        place
            .and_then(|place| write(visit, directory, place, now_ms, Some(&context), |body| ok(body)))
            .ok_or_else(|| GraphError::no_user(&id.to_string()))
    })
}

/// Counts the request against the limit of the app.
pub(super) fn pass(visit: &Visit<'_>) -> Result<(), GraphError> {
    visit
        .tenant
        .presence_window
        .pass(visit.tenant.clock.elapsed_ms())
        .map_err(|wait_ms| GraphError::throttled(wait_ms.div_ceil(1000).max(1)))
}

/// A GUID in the form with hyphens; other spellings are refused, as Graph does.
pub(super) fn guid(text: &str) -> Option<Uuid> {
    if text.len() == 36 { text.parse().ok() } else { None }
}
