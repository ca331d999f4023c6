//! The switches of presence that is written, and of 8x8.

use hyper::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Control, Refused, body, no_switch};
use crate::UserStatus;
use crate::control::Call as Placed;
use crate::message::{Call, Reply};

/// The names of these switches, for `GET /control`.
pub(super) const NAMES: &[&str] = &[
    "contradictions",
    "preferred",
    "calls",
    "simulated-calls",
    "memberships",
    "user-status",
    "contact-center",
    "agents-work",
    "agents",
    "agent-status",
    "interactions",
    "publish",
    "streams",
    "stream-counts",
    "drop-streams",
    "close-streams",
    "silence-streams",
    "contacts-written",
    "contacts-load",
    "contacts-limit",
    "fail-operations",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct On {
    on: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Count {
    count: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Preferred {
    user: String,
    availability: Option<String>,
    activity: Option<String>,
    #[serde(default)]
    for_seconds: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct To {
    to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AgentStatus {
    agent: String,
    status: u8,
    reason: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Agent {
    agent: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Status {
    user: String,
    status: UserStatus,
}

/// What there is to see.
pub(super) fn show(control: &Control, path: &str) -> Result<Reply, Refused> {
    let status = StatusCode::OK;
    Ok(match path {
        "contradictions" => Reply::json(status, &control.contradictions()),
        "calls" => Reply::json(status, &control.calls()),
        "memberships" => Reply::json(status, &control.memberships()),
        "agents" => Reply::json(status, &control.agents()),
        "streams" => Reply::json(status, &control.streams()),
        "stream-counts" => Reply::json(status, &control.stream_counts()),
        "contacts-written" => Reply::json(status, &control.contacts_written()),
        "contacts-load" => Reply::json(status, &control.contacts_load()),
        _ => return Err(no_switch()),
    })
}

/// What there is to do.
pub(super) fn act(control: &Control, call: &Call, path: &str) -> Result<Reply, Refused> {
    let made = |id: String| Ok(Reply::json(StatusCode::CREATED, &json!({ "id": id })));
    match (&call.method, path.split('/').collect::<Vec<_>>().as_slice()) {
        (&Method::PUT, ["contradictions"]) => control.set_contradictions(body(call)?),
        (&Method::PUT, ["preferred"]) => {
            let Preferred { user, availability, activity, for_seconds } = body(call)?;
            let pair = availability.as_deref().zip(activity.as_deref());
            control.set_preferred(&user, pair, for_seconds)?;
        }
        (&Method::PUT, ["simulated-calls"]) => {
            control.set_simulated_calls(body::<Count>(call)?.count as usize);
        }
        (&Method::POST, ["calls"]) => return made(control.place_call(&body::<Placed>(call)?)?),
        (&Method::POST, ["calls", id, action]) => match *action {
            "answer" => control.answer(id)?,
            "hold" => control.hold(id)?,
            "resume" => control.resume(id)?,
            "voicemail" => control.voicemail(id)?,
            "hang-up" => control.hang_up(id)?,
            "transfer" => control.transfer(id, &body::<To>(call)?.to)?,
            "conference" => control.conference(id, &body::<To>(call)?.to)?,
            _ => return Err(no_switch()),
        },
        (&Method::PUT, ["user-status"]) => {
            let Status { user, status } = body(call)?;
            control.set_user_status(&user, status)?;
        }
        (&Method::PUT, ["contact-center"]) => control.set_contact_center(body::<On>(call)?.on),
        (&Method::PUT, ["agents-work"]) => control.let_agents_work(body::<On>(call)?.on),
        (&Method::PUT, ["agent-status"]) => {
            let AgentStatus { agent, status, reason } = body(call)?;
            control.set_agent_status(&agent, status, reason)?;
        }
        (&Method::POST, ["interactions"]) => {
            return made(control.begin_interaction(&body::<Agent>(call)?.agent)?);
        }
        (&Method::PUT, ["interactions", id, "hold"]) => control.hold_interaction(id, body::<On>(call)?.on)?,
        (&Method::DELETE, ["interactions", id]) => control.end_interaction(id)?,
        (&Method::POST, ["publish"]) => return made(control.publish(body::<Value>(call)?)),
        (&Method::POST, ["drop-streams"]) => control.drop_streams(),
        (&Method::POST, ["close-streams"]) => {
            let code = u16::try_from(body::<Count>(call)?.count);
            control.close_streams(code.map_err(|cause| Refused(StatusCode::BAD_REQUEST, cause.to_string()))?);
        }
        (&Method::PUT, ["silence-streams"]) => control.silence_streams(body::<On>(call)?.on),
        (&Method::PUT, ["contacts-limit"]) => control.set_contacts_limit(body::<On>(call)?.on),
        (&Method::PUT, ["fail-operations"]) => control.fail_operations(body::<Count>(call)?.count),
        _ => return Err(no_switch()),
    }
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}
