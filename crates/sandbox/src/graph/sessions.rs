//! Presence, written: one session for each application and user (Microsoft Graph: presence: setPresence,
//! presence: clearPresence).

use std::collections::HashMap;
use std::sync::Mutex;

use hyper::StatusCode;
use jiff::{SignedDuration, Span};
use serde::Deserialize;
use uuid::Uuid;

use super::error::GraphError;
use super::{Visit, presence};
use crate::guard::lock;
use crate::message::Reply;

/// What may be set.
const PAIRS: &[(&str, &str)] = &[
    ("Available", "Available"),
    ("Busy", "InACall"),
    ("Busy", "InAConferenceCall"),
    ("Away", "Away"),
    ("DoNotDisturb", "Presenting"),
];
const SHORTEST: SignedDuration = SignedDuration::from_mins(5);
const LONGEST: SignedDuration = SignedDuration::from_hours(4);

/// What an application says of a user.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) availability: String,
    pub(crate) activity: String,
    expires_ms: u64,
}

/// All sessions, by user and application.
#[derive(Default)]
pub(crate) struct Sessions {
    all: Mutex<HashMap<(Uuid, Uuid), Session>>,
}

impl Sessions {
    /// The sessions that have not ended, in the order of their users.
    pub(crate) fn list(&self, now_ms: u64) -> Vec<((Uuid, Uuid), Session)> {
        let all = lock(&self.all);
        let mut open: Vec<_> = all
            .iter()
            .filter(|(_, session)| session.expires_ms > now_ms)
            .map(|(key, session)| (*key, session.clone()))
            .collect();
        open.sort_by_key(|(key, _)| *key);
        open
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    session_id: Option<String>,
    availability: Option<String>,
    activity: Option<String>,
    expiration_duration: Option<String>,
}

/// `POST /users/{id}/presence/setPresence`.
pub(super) fn set(visit: &Visit<'_>, id: &str) -> Result<Reply, GraphError> {
    let (user, body) = begin(visit, id)?;
    let availability = body.availability.unwrap_or_default();
    let activity = body.activity.unwrap_or_default();
    if !PAIRS.contains(&(availability.as_str(), activity.as_str())) {
        return Err(GraphError::presence_request());
    }
    let life = match body.expiration_duration {
        None => SHORTEST,
        Some(text) => text
            .parse::<Span>()
            .ok()
            .and_then(|span| SignedDuration::try_from(span).ok())
            .filter(|life| (SHORTEST..=LONGEST).contains(life))
            .ok_or_else(GraphError::presence_request)?,
    };
    let life_ms = u64::try_from(life.as_millis()).unwrap_or_default();
    let expires_ms = visit.tenant.clock.elapsed_ms().saturating_add(life_ms);
    let session = Session { availability, activity, expires_ms };
    lock(&visit.tenant.sessions.all).insert((user, visit.access.client), session);
    Ok(Reply::empty(StatusCode::OK))
}

/// `POST /users/{id}/presence/clearPresence`.
pub(super) fn clear(visit: &Visit<'_>, id: &str) -> Result<Reply, GraphError> {
    let (user, _) = begin(visit, id)?;
    let ended = lock(&visit.tenant.sessions.all).remove(&(user, visit.access.client));
    let now_ms = visit.tenant.clock.elapsed_ms();
    match ended.filter(|session| session.expires_ms > now_ms) {
        Some(_) => Ok(Reply::empty(StatusCode::OK)),
        None => Err(GraphError::no_session()),
    }
}

/// Whose presence it is, and what is said of it. A signed-in person may only write the own one.
fn begin(visit: &Visit<'_>, id: &str) -> Result<(Uuid, Body), GraphError> {
    presence::pass(visit)?;
    if visit.access.app_only {
        visit.need(&["Presence.ReadWrite.All"])?;
    } else {
        visit.need(&["Presence.ReadWrite"])?;
    }
    let user = presence::guid(id).ok_or_else(|| GraphError::no_user(id))?;
    if !visit.access.app_only && user != visit.access.user {
        return Err(GraphError::other_presence());
    }
    visit
        .tenant
        .with_directory(|directory| directory.place_of_id(user))
        .ok_or_else(|| GraphError::no_user(id))?;
    let body: Body = serde_json::from_slice(&visit.call.body).map_err(|_| GraphError::presence_request())?;
    let own = visit.access.client.to_string();
    if !body.session_id.as_deref().is_some_and(|session| session.eq_ignore_ascii_case(&own)) {
        return Err(GraphError::presence_request());
    }
    Ok((user, body))
}
