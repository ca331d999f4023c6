//! The agent status of the contact centre (developer.8x8.com, "Managing agent status").

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::center::{Agent, CODE_LIST, CODES, LOGGED_OUT, ON_BREAK, State, WAIT_TRANSACT, WORK_OFFLINE};
use crate::contradictions::{AgentHost, BulkMethod};
use crate::faults::Refusal;
use crate::guard::read;
use crate::message::{Call, Reply};
use crate::organisation::CONTACT_CENTER;
use crate::tenant::Tenant;

/// What an API may make of an agent.
const SETTABLE: &[u8] = &[LOGGED_OUT, ON_BREAK, WAIT_TRANSACT, WORK_OFFLINE];
/// The most agents of one change.
const MOST: usize = 100;

/// A change of status as a request gives it.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Change {
    agent_id: Option<String>,
    agent_status: Option<u8>,
    status_code_list_id: Option<u32>,
    status_code_item_id: Option<u32>,
    status_code_item_short_code: Option<String>,
}

#[derive(Deserialize)]
struct Bulk {
    agents: Vec<Change>,
}

/// Answers a request for agents.
pub(super) fn answer(tenant: &Tenant, call: &Call) -> Reply {
    let host = tenant.contradictions().agent_host;
    let played = match call.path.trim_start_matches("/8x8/").split('/').next() {
        Some("vcc-na12") => host != AgentHost::Bare,
        Some("na12") => host != AgentHost::Prefixed,
        Some("api") => true,
        _ => false,
    };
    let rest = call.path.split_once("/api/v1/tenants/").map(|(_, rest)| rest.trim_end_matches('/'));
    let Some((named, rest)) = rest.filter(|_| played).and_then(|rest| rest.split_once('/')) else {
        return problem(StatusCode::NOT_FOUND);
    };
    if !tenant.center.is_on() {
        return xml(StatusCode::FORBIDDEN);
    }
    if !is_authorized(tenant, call) {
        return xml(StatusCode::UNAUTHORIZED).header("www-authenticate", "Basic realm=\"8x8\"");
    }
    if named != CONTACT_CENTER {
        return xml(StatusCode::FORBIDDEN);
    }
    tenant.center.settle(tenant);
    let bulk = tenant.contradictions().agent_bulk;
    match (&call.method, rest.split('/').collect::<Vec<_>>().as_slice()) {
        (&Method::GET, ["agentstatus", "agents"]) => list(tenant, call.parameters().get("groupId")),
        (&Method::PUT, ["agentstatus", "agents", "bulk"]) if bulk != BulkMethod::Post => many(tenant, call),
        (&Method::POST, ["agentstatus", "agents", "bulk"]) if bulk != BulkMethod::Put => many(tenant, call),
        (_, ["agentstatus", "agents", "bulk"]) => problem(StatusCode::METHOD_NOT_ALLOWED),
        (&Method::GET, ["agentstatus", "agents", id]) => match find(tenant, id) {
            Some((index, agent)) => Reply::json(StatusCode::OK, &show(agent, tenant.center.state(index))),
            None => problem(StatusCode::NOT_FOUND),
        },
        (&Method::PUT, ["agentstatus", "agents", id]) => one(tenant, call, id),
        (_, ["agentstatus", "agents", ..]) => problem(StatusCode::METHOD_NOT_ALLOWED),
        _ => problem(StatusCode::NOT_FOUND),
    }
}

/// What a fault prescribes.
pub(super) fn refused(refusal: Refusal) -> Reply {
    match refusal {
        Refusal::Throttle { retry_after } => {
            problem(StatusCode::TOO_MANY_REQUESTS).header("retry-after", &retry_after.to_string())
        }
        Refusal::Status(status) => {
            problem(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
        }
        Refusal::ExpiredToken => xml(StatusCode::UNAUTHORIZED),
        Refusal::Forbidden => xml(StatusCode::FORBIDDEN),
    }
}

fn is_authorized(tenant: &Tenant, call: &Call) -> bool {
    let value = call.header("authorization").and_then(|value| value.strip_prefix("Basic "));
    let decoded = value.and_then(|value| STANDARD.decode(value.trim()).ok());
    let expected = format!("{CONTACT_CENTER}:{}", read(&tenant.center.token));
    decoded.is_some_and(|decoded| decoded == expected.as_bytes())
}

fn find<'t>(tenant: &'t Tenant, id: &str) -> Option<(usize, &'t Agent)> {
    tenant.center.agents(tenant).iter().enumerate().find(|(_, agent)| agent.id == id)
}

fn list(tenant: &Tenant, group: Option<&str>) -> Reply {
    let agents = tenant.center.agents(tenant).iter().enumerate();
    let wanted = agents.filter(|(_, agent)| group.is_none_or(|group| agent.group.to_string() == group));
    let data: Vec<Value> = wanted.map(|(index, agent)| show(agent, tenant.center.state(index))).collect();
    Reply::json(StatusCode::OK, &json!({ "data": data }))
}

fn show(agent: &Agent, state: State) -> Value {
    let short = state.reason.and_then(|item| CODES.iter().find(|(known, _)| *known == item));
    json!({
        "agent-id": agent.id,
        "agent-status": state.code,
        "status-code-list-id": state.reason.map_or(0, |_| CODE_LIST),
        "status-code-item-id": state.reason.unwrap_or_default(),
        "status-code-item-short-code": short.map(|(_, short)| short).unwrap_or(&""),
        "name": agent.name,
        "agent-sub-status": "none",
    })
}

fn one(tenant: &Tenant, call: &Call, id: &str) -> Reply {
    let Some((index, _)) = find(tenant, id) else { return problem(StatusCode::NOT_FOUND) };
    let outcome = match serde_json::from_slice::<Change>(&call.body) {
        Ok(change) => apply(tenant, index, &change),
        Err(_) => Err("The body is not valid.".to_owned()),
    };
    let (status, body) = tell(outcome);
    Reply::json(status, &body)
}

fn many(tenant: &Tenant, call: &Call) -> Reply {
    let bulk = serde_json::from_slice::<Bulk>(&call.body).ok();
    let Some(bulk) = bulk.filter(|bulk| bulk.agents.len() <= MOST) else {
        return problem(StatusCode::BAD_REQUEST);
    };
    let data = bulk.agents.iter().map(|change| {
        let id = change.agent_id.as_deref().unwrap_or_default();
        let (_, mut body) = match find(tenant, id) {
            Some((index, _)) => tell(apply(tenant, index, change)),
            None => tell(Err("The agent does not exist.".to_owned())),
        };
        body["agent-id"] = id.into();
        body
    });
    Reply::json(StatusCode::MULTI_STATUS, &json!({ "data": data.collect::<Vec<_>>() }))
}

fn tell(outcome: Result<(), String>) -> (StatusCode, Value) {
    match outcome {
        Ok(()) => (
            StatusCode::OK,
            json!({ "reason": "OK", "change-status": 200, "message": "Agent status change successful" }),
        ),
        Err(message) => (
            StatusCode::BAD_REQUEST,
            json!({ "reason": "Bad Request", "change-status": 400, "message": message }),
        ),
    }
}

/// Break, available and offline follow upon each other in any order; out of them one can be logged out, and
/// nobody can be logged in.
fn apply(tenant: &Tenant, agent: usize, change: &Change) -> Result<(), String> {
    let code = change.agent_status.ok_or("The agent status is missing.")?;
    if !SETTABLE.contains(&code) {
        return Err("The agent status can not be set.".to_owned());
    }
    let complete = change.status_code_list_id.is_some()
        && change.status_code_item_id.is_some()
        && change.status_code_item_short_code.is_some();
    if tenant.contradictions().agent_all_fields && !complete {
        return Err("The status code is missing.".to_owned());
    }
    if change.status_code_list_id.is_some_and(|list| list != CODE_LIST && list != 0) {
        return Err("The status code list id is invalid.".to_owned());
    }
    let item = change.status_code_item_id.filter(|item| *item != 0);
    let known = |item: &u32| CODES.iter().find(|(known, _)| known == item);
    if item.is_some_and(|item| known(&item).is_none()) {
        return Err("The status code item id is invalid.".to_owned());
    }
    let before = tenant.center.state(agent).code;
    if !matches!(before, ON_BREAK | WAIT_TRANSACT | WORK_OFFLINE) {
        return Err(format!("The agent status can not be changed from {before} to {code}."));
    }
    tenant.center.set(tenant, agent, State { code, reason: item });
    Ok(())
}

/// The one error with a documented body: XML, whatever was asked for.
fn xml(status: StatusCode) -> Reply {
    let reason = status.canonical_reason().unwrap_or_default();
    let body = format!("<API><Error>{} - {reason}.</Error></API>", status.as_u16());
    Reply::with_body(status, "application/xml", body.into_bytes())
}

fn problem(status: StatusCode) -> Reply {
    let title = status.canonical_reason().unwrap_or_default();
    Reply::json(status, &json!({ "type": "about:blank", "title": title, "status": status.as_u16() }))
}
