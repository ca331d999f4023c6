//! A local Microsoft Graph (v1.0): organisation, users, delta query, presence and batch.
//!
//! Sources: learn.microsoft.com, the Graph v1.0 reference pages of each resource, "Microsoft Graph error
//! responses and resource types", "Microsoft Graph throttling guidance".

mod batch;
mod delta;
mod error;
mod organization;
mod presence;
mod user;
mod users;

use hyper::{Method, StatusCode};
use serde::Serialize;
use uuid::Uuid;

use crate::clock::shifted;
use crate::faults::{Effects, Refusal};
use crate::login::{Access, bearer};
use crate::message::{Call, Endpoint, Reply};
use crate::tenant::Tenant;
use error::GraphError;

/// How Graph names its JSON.
const JSON: &str =
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";

/// A request with a good token.
pub(crate) struct Visit<'a> {
    pub(crate) tenant: &'a Tenant,
    pub(crate) call: &'a Call,
    pub(crate) effects: &'a Effects,
    pub(crate) access: Access,
}

impl Visit<'_> {
    /// Refuses unless one of these permissions was granted.
    pub(crate) fn need(&self, any_of: &[&str]) -> Result<(), GraphError> {
        if self.has(any_of) { Ok(()) } else { Err(GraphError::denied()) }
    }

    /// Whether one of these permissions was granted.
    pub(crate) fn has(&self, any_of: &[&str]) -> bool {
        any_of.iter().any(|name| self.access.scopes.contains(*name))
    }

    /// The address of something below `/graph/v1.0/`.
    pub(crate) fn address(&self, rest: &str) -> String {
        format!("{}/graph/v1.0/{rest}", self.tenant.base)
    }

    /// What `@odata.context` says.
    pub(crate) fn context(&self, rest: &str) -> String {
        self.address(&format!("$metadata#{rest}"))
    }
}

/// A collection, written entry by entry into the body's buffer.
pub(crate) fn ok(value: &impl Serialize) -> Reply {
    let mut reply = Reply::json(StatusCode::OK, value);
    reply.headers.insert("content-type", hyper::header::HeaderValue::from_static(JSON));
    reply.header("odata-version", "4.0")
}

/// Answers a request below `/graph/`.
pub(crate) fn answer(tenant: &Tenant, call: &Call, effects: &Effects) -> Reply {
    let request_id = Uuid::new_v4().to_string();
    let client_id = call.header("client-request-id").unwrap_or(&request_id).to_owned();
    let reply = handle(tenant, call, effects).unwrap_or_else(|error| {
        let now = shifted(tenant.clock.wall(), effects.skew_seconds);
        error.reply(now, &request_id, &client_id)
    });
    reply
        .header("request-id", &request_id)
        .header("client-request-id", &client_id)
        .header("cache-control", "no-cache")
        .header("vary", "Accept-Encoding")
}

fn handle(tenant: &Tenant, call: &Call, effects: &Effects) -> Result<Reply, GraphError> {
    match effects.refusal {
        None => {}
        Some(Refusal::Throttle { retry_after }) => return Err(GraphError::throttled(retry_after)),
        Some(Refusal::Status(status)) => return Err(GraphError::of_status(status)),
        Some(Refusal::ExpiredToken) => {
            return Err(GraphError::token("Lifetime validation failed, the token is expired."));
        }
        Some(Refusal::Forbidden) => return Err(GraphError::denied()),
    }
    let access = bearer(tenant, call, effects).ok_or_else(|| match call.header("authorization") {
        Some(_) => GraphError::token("The access token is malformed, expired or revoked."),
        None => GraphError::token("Access token is empty."),
    })?;
    let visit = Visit { tenant, call, effects, access };
    let path = decoded(&call.path);
    let rest = path.strip_prefix("/graph/v1.0/").ok_or_else(|| GraphError::no_segment(&path))?;
    let segments: Vec<&str> = rest.trim_end_matches('/').split('/').collect();
    match (&call.method, segments.as_slice()) {
        (&Method::GET, ["organization"]) => organization::list(&visit),
        (&Method::GET, ["me"]) => users::me(&visit),
        (&Method::GET, ["me", "presence"]) => presence::own(&visit),
        (&Method::GET, ["users"]) => users::list(&visit),
        (&Method::GET, ["users", "delta" | "delta()"]) => delta::query(&visit),
        (&Method::GET, ["users", id]) => users::one(&visit, id),
        (&Method::GET, ["users", id, "presence"] | ["communications", "presences", id]) => {
            presence::one(&visit, id)
        }
        (&Method::POST, ["communications", "getPresencesByUserId"]) => presence::many(&visit),
        (&Method::POST, ["$batch"]) => batch::run(&visit),
        _ => Err(GraphError::no_segment(rest)),
    }
}

/// Answers one part of a batch, with the faults of the part's own place.
fn answer_part(tenant: &Tenant, mut call: Call) -> Reply {
    call.endpoint = Endpoint::of(&call.path);
    let effects = tenant.faults.strike(call.endpoint, true, tenant.clock.elapsed_ms());
    answer(tenant, &call, &effects)
}

/// A path without percent escapes; `+` is itself there.
fn decoded(path: &str) -> String {
    if !path.contains('%') {
        return path.to_owned();
    }
    let plain = path.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(plain.as_bytes()).map(|(name, _)| name.into_owned()).collect()
}
