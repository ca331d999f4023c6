//! A local Microsoft Graph (v1.0): organisation, users, roles, registrations, grants, presence and batch.
//!
//! Sources: learn.microsoft.com, the Graph v1.0 reference pages of each resource, "Microsoft Graph error
//! responses and resource types", "Microsoft Graph throttling guidance".

mod applications;
mod batch;
mod delta;
mod error;
mod grants;
mod odata;
mod organization;
mod people;
mod policies;
mod presence;
mod principals;
mod roles;
mod sessions;
mod user;
mod users;

use hyper::{Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
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

    /// Refuses an application that acts for itself: it is nobody.
    pub(crate) fn need_user(&self) -> Result<(), GraphError> {
        if self.access.app_only {
            return Err(GraphError::request("/me request is only valid with delegated authentication flow."));
        }
        Ok(())
    }

    /// Refuses unless the signed-in person has one of these directory roles. An application that acts for
    /// itself needs none: its permissions say all.
    pub(crate) fn need_role(&self, any_of: &[Uuid]) -> Result<(), GraphError> {
        if self.access.app_only || self.tenant.has_role(self.access.user, any_of) {
            Ok(())
        } else {
            Err(GraphError::denied())
        }
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

/// A request's body; the error says what is wrong with it.
fn body<T: DeserializeOwned>(visit: &Visit<'_>) -> Result<T, GraphError> {
    serde_json::from_slice(&visit.call.body)
        .map_err(|cause| GraphError::request(format!("Invalid request body: {cause}.")))
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
        (&Method::POST, ["users"]) => people::create(&visit),
        (&Method::PATCH, ["users", id]) => people::update(&visit, id),
        (&Method::DELETE, ["users", id]) => people::delete(&visit, id),
        (&Method::POST, ["users", id, "presence", action] | ["communications", "presences", id, action]) => {
            sessions::act(&visit, id, action)
        }
        (&Method::POST, ["me", "presence", action]) => {
            visit.need_user()?;
            sessions::act(&visit, &visit.access.user.to_string(), action)
        }
        (&Method::POST, ["me", "checkMemberObjects"]) => roles::check(&visit),
        (&Method::GET, ["domains"]) => organization::domains(&visit),
        (&Method::GET, ["policies", "authorizationPolicy"]) => policies::authorization(&visit),
        _ => register(&visit, rest, &segments),
    }
}

/// The calls for what is registered: applications, grants, roles.
fn register(visit: &Visit<'_>, rest: &str, segments: &[&str]) -> Result<Reply, GraphError> {
    // A key may stand in brackets after the collection: `servicePrincipals(appId='…')`.
    let mut segments = segments.to_vec();
    let keyed = segments.first().and_then(|first| first.strip_suffix(')')?.split_once('('));
    if let Some((collection, key)) = keyed {
        segments.splice(..1, [collection, key]);
    }
    match (&visit.call.method, segments.as_slice()) {
        (&Method::GET, ["applications"]) => applications::list(visit),
        (&Method::POST, ["applications"]) => applications::create(visit),
        (&Method::GET, ["applications", id]) => applications::one(visit, id),
        (&Method::PATCH, ["applications", id]) => applications::update(visit, id),
        (&Method::DELETE, ["applications", id]) => applications::delete(visit, id),
        (&Method::GET, ["applications", id, "owners", "$ref"]) => applications::owners(visit, id),
        (&Method::POST, ["applications", id, "addKey"]) => applications::add_key(visit, id),
        (&Method::POST, ["applications", id, "removeKey"]) => applications::remove_key(visit, id),
        (&Method::GET, ["servicePrincipals"]) => principals::list(visit),
        (&Method::POST, ["servicePrincipals"]) => principals::create(visit),
        (&Method::GET, ["servicePrincipals", id]) => principals::one(visit, id),
        (&Method::DELETE, ["servicePrincipals", id]) => principals::delete(visit, id),
        (&Method::GET, ["servicePrincipals", id, "appRoleAssignedTo"]) => {
            principals::assignments(visit, id, true)
        }
        (&Method::GET, ["servicePrincipals", id, "appRoleAssignments"]) => {
            principals::assignments(visit, id, false)
        }
        (&Method::POST, ["servicePrincipals", id, "appRoleAssignedTo"]) => {
            principals::assign(visit, id, true)
        }
        (&Method::POST, ["servicePrincipals", id, "appRoleAssignments"]) => {
            principals::assign(visit, id, false)
        }
        (&Method::GET, ["servicePrincipals", id, "appRoleAssignedTo", one]) => {
            principals::assignment(visit, id, one)
        }
        (&Method::DELETE, ["servicePrincipals", id, "appRoleAssignedTo" | "appRoleAssignments", one]) => {
            principals::withdraw(visit, id, one)
        }
        (&Method::GET, ["servicePrincipals", id, "oauth2PermissionGrants"]) => grants::list(visit, Some(id)),
        (&Method::GET, ["oauth2PermissionGrants"]) => grants::list(visit, None),
        (&Method::POST, ["oauth2PermissionGrants"]) => grants::create(visit),
        (&Method::GET, ["oauth2PermissionGrants", id]) => grants::one(visit, id),
        (&Method::PATCH, ["oauth2PermissionGrants", id]) => grants::update(visit, id),
        (&Method::DELETE, ["oauth2PermissionGrants", id]) => grants::delete(visit, id),
        (&Method::GET, ["roleManagement", "directory", "roleAssignments"]) => roles::list(visit),
        (&Method::POST, ["roleManagement", "directory", "roleAssignments"]) => roles::create(visit),
        (&Method::GET, ["roleManagement", "directory", "roleAssignments", id]) => roles::one(visit, id),
        (&Method::DELETE, ["roleManagement", "directory", "roleAssignments", id]) => roles::delete(visit, id),
        (&Method::GET, ["roleManagement", "directory", "roleDefinitions"]) => roles::definitions(visit),
        (&Method::GET, ["roleManagement", "directory", "roleDefinitions", id]) => {
            roles::one_definition(visit, id)
        }
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
