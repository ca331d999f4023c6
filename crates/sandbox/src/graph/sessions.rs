//! Presence, written (Microsoft Graph: presence: setPresence, presence: clearPresence,
//! presence: setUserPreferredPresence, presence: clearUserPreferredPresence).

use hyper::StatusCode;
use jiff::{SignedDuration, Span};
use serde::Deserialize;

use super::error::GraphError;
use super::{Visit, presence};
use crate::message::Reply;
use crate::sessions::{Preferred, Session};

/// What an application may say.
const PAIRS: &[(&str, &str)] = &[
    ("Available", "Available"),
    ("Busy", "InACall"),
    ("Busy", "InAConferenceCall"),
    ("Away", "Away"),
    ("DoNotDisturb", "Presenting"),
];
/// What a person may prefer.
const PREFERENCES: &[(&str, &str)] = &[
    ("Available", "Available"),
    ("Busy", "Busy"),
    ("DoNotDisturb", "DoNotDisturb"),
    ("BeRightBack", "BeRightBack"),
    ("Away", "Away"),
    ("Offline", "OffWork"),
];
const SHORTEST: SignedDuration = SignedDuration::from_mins(5);
const LONGEST: SignedDuration = SignedDuration::from_hours(4);
const DAY: SignedDuration = SignedDuration::from_hours(24);
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    session_id: Option<String>,
    availability: Option<String>,
    activity: Option<String>,
    expiration_duration: Option<String>,
}

impl Body {
    fn pair(&self, allowed: &[(&str, &str)]) -> Result<(String, String), GraphError> {
        let availability = self.availability.as_deref().unwrap_or_default();
        let activity = self.activity.as_deref().unwrap_or_default();
        if allowed.contains(&(availability, activity)) {
            Ok((availability.to_owned(), activity.to_owned()))
        } else {
            Err(GraphError::presence_request())
        }
    }

    fn life_ms(
        &self,
        default: SignedDuration,
        allowed: impl Fn(&SignedDuration) -> bool,
    ) -> Result<u64, GraphError> {
        let life = match &self.expiration_duration {
            None => Some(default),
            Some(text) => text.parse::<Span>().ok().and_then(length).filter(allowed),
        };
        life.and_then(|life| u64::try_from(life.as_millis()).ok()).ok_or_else(GraphError::presence_request)
    }

    /// A session is named after the application that speaks.
    fn is_of(&self, visit: &Visit<'_>) -> Result<(), GraphError> {
        let own = visit.access.client.to_string();
        match &self.session_id {
            Some(session) if session.eq_ignore_ascii_case(&own) => Ok(()),
            _ => Err(GraphError::presence_request()),
        }
    }
}

/// `POST /users/{id}/presence/{action}`.
pub(super) fn act(visit: &Visit<'_>, id: &str, action: &str) -> Result<Reply, GraphError> {
    if !matches!(
        action,
        "setPresence" | "clearPresence" | "setUserPreferredPresence" | "clearUserPreferredPresence"
    ) {
        return Err(GraphError::no_segment(action));
    }
    let place = begin(visit, id)?;
    let now_ms = visit.tenant.clock.simulated_ms();
    let sessions = &visit.tenant.sessions;
    match action {
        "setPresence" => {
            let body = body(visit)?;
            body.is_of(visit)?;
            let (availability, activity) = body.pair(PAIRS)?;
            let life_ms = body.life_ms(SHORTEST, |life| (SHORTEST..=LONGEST).contains(life))?;
            let expires_ms = now_ms.saturating_add(life_ms);
            let session = Session { availability, activity, since_ms: now_ms, set_ms: now_ms, expires_ms };
            sessions.set(place, visit.access.client, session);
        }
        "clearPresence" => {
            body(visit)?.is_of(visit)?;
            if !sessions.clear(place, visit.access.client, now_ms) {
                return Err(GraphError::no_session());
            }
        }
        "setUserPreferredPresence" => {
            let body = body(visit)?;
            let (availability, activity) = body.pair(PREFERENCES)?;
            let default = if matches!(availability.as_str(), "Busy" | "DoNotDisturb") { DAY } else { WEEK };
            let until_ms = now_ms.saturating_add(body.life_ms(default, |life| *life > SignedDuration::ZERO)?);
            sessions.prefer(place, Some(Preferred { availability, activity, until_ms }), now_ms);
        }
        _ => sessions.prefer(place, None, now_ms),
    }
    let no_content = visit.tenant.contradictions().presence_no_content;
    Ok(Reply::empty(if no_content { StatusCode::NO_CONTENT } else { StatusCode::OK }))
}

/// Where the user is. A signed-in person may only write the own presence.
fn begin(visit: &Visit<'_>, id: &str) -> Result<usize, GraphError> {
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
    let place = visit.tenant.with_directory(|directory| directory.place_of_id(user));
    place.ok_or_else(|| GraphError::no_user(id))
}

fn body(visit: &Visit<'_>) -> Result<Body, GraphError> {
    serde_json::from_slice(&visit.call.body).map_err(|_| GraphError::presence_request())
}

/// Days have 24 hours here.
fn length(span: Span) -> Option<SignedDuration> {
    span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()
}
