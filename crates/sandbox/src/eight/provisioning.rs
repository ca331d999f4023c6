//! Admin provisioning: ring groups, users, operations (developer.8x8.com, "Ring group management API guide",
//! "User management API guide", "Operations").
//!
//! Writes are asynchronous: they are answered with an operation that has to be asked after.

mod groups;
mod users;

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::keys::{self, Product};
use crate::chance::{Purpose, below, draw};
use crate::clock::shifted;
use crate::faults::Refusal;
use crate::guard::lock;
use crate::message::{Call, Reply};
use crate::organisation::CUSTOMER;
use crate::tenant::Tenant;
use crate::window::Window;
pub(crate) use groups::{Delta, members};

const ROOT: &str = "/8x8/admin-provisioning/";
const GROUPS: &str = "application/vnd.ringgroups.v1+json";
const USERS: &str = "application/vnd.users.v1+json";
const OPERATIONS: &str = "application/vnd.operations.v1+json";
/// How many operations may be under way.
const MOST_OPERATIONS: usize = 10;
const LIMIT: usize = 100;

/// A change under way.
#[derive(Debug, Clone)]
struct Operation {
    kind: &'static str,
    resource_type: &'static str,
    resource: String,
    begun_ms: u64,
    done_ms: u64,
    /// The change to a ring group, until it is carried out.
    delta: Option<(u64, Delta)>,
    failed: bool,
}

/// The state of admin provisioning.
pub(crate) struct Provisioning {
    operations: Mutex<BTreeMap<String, Operation>>,
    /// Who was put in, taken out, or logged in and out since the start: by ring group and place.
    pub(crate) changes: Mutex<HashMap<(u64, usize), Option<bool>>>,
    /// How many of the next operations fail.
    failing: Mutex<u32>,
    /// 100 requests in a minute, of which 20 in ten seconds.
    minute: Window,
    burst: Window,
}

impl Default for Provisioning {
    fn default() -> Self {
        Self {
            operations: Mutex::default(),
            changes: Mutex::default(),
            failing: Mutex::default(),
            minute: Window::new(LIMIT, 60_000),
            burst: Window::new(20, 10_000),
        }
    }
}

/// Why a call fails: the status, the code, a line about it.
struct Refused(StatusCode, &'static str, String);

impl Provisioning {
    /// Lets the next operations fail.
    pub(crate) fn fail(&self, count: u32) {
        *lock(&self.failing) = count;
    }

    /// Carries out what is done by now.
    pub(crate) fn settle(&self, tenant: &Tenant) {
        let now_ms = tenant.clock.simulated_ms();
        let mut ready = Vec::new();
        for operation in lock(&self.operations).values_mut() {
            if operation.done_ms <= now_ms && !operation.failed {
                ready.extend(operation.delta.take());
            }
        }
        for (group, delta) in ready {
            delta.apply(&mut lock(&self.changes), group);
        }
    }

    /// Begins an operation and shows it.
    fn begin(
        &self,
        tenant: &Tenant,
        (kind, resource_type): (&'static str, &'static str),
        resource: &str,
        delta: Option<(u64, Delta)>,
    ) -> Result<Value, Refused> {
        let now_ms = tenant.clock.simulated_ms();
        let mut operations = lock(&self.operations);
        let under_way = operations.values().filter(|operation| operation.done_ms > now_ms);
        if under_way.clone().any(|operation| operation.resource == resource) {
            let text = "The resource was modified concurrently; retry with the current member list";
            return Err(Refused(StatusCode::CONFLICT, "CONFLICT", text.to_owned()));
        }
        if under_way.count() >= MOST_OPERATIONS {
            return Err(too_many("Too many operations are under way"));
        }
        let number = operations.len() as u64;
        let id = format!("op-{:016x}", draw(tenant.organisation.seed, Purpose::Operation, number, 0));
        let length = 2_000 + below(draw(tenant.organisation.seed, Purpose::Operation, number, 1), 13_000);
        let mut failing = lock(&self.failing);
        let failed = *failing > 0;
        *failing = failing.saturating_sub(1);
        let operation = Operation {
            kind,
            resource_type,
            resource: resource.to_owned(),
            begun_ms: now_ms,
            done_ms: now_ms + length,
            delta,
            failed,
        };
        let shown = show(tenant, &id, &operation, now_ms);
        operations.insert(id, operation);
        Ok(shown)
    }
}

/// Answers a request below `/8x8/admin-provisioning/`.
pub(super) fn answer(tenant: &Tenant, call: &Call) -> Reply {
    tenant.provisioning.settle(tenant);
    let reply = handle(tenant, call).unwrap_or_else(|refused| error(tenant, call, refused));
    reply.header("x-response-id", &uuid::Uuid::new_v4().to_string())
}

/// What a fault prescribes.
pub(super) fn refused(tenant: &Tenant, call: &Call, refusal: Refusal) -> Reply {
    let refused = match refusal {
        Refusal::Throttle { retry_after } => {
            let reset = shifted(tenant.clock.wall(), i64::try_from(retry_after).unwrap_or(i64::MAX));
            return error(tenant, call, too_many("Rate limit exceeded"))
                .header("x-ratelimit-reset", &reset.as_second().to_string());
        }
        Refusal::Status(status) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Refused(status, "SERVICE_UNAVAILABLE", "The service can not answer at the moment".to_owned())
        }
        Refusal::ExpiredToken => return super::invalid_key(),
        Refusal::Forbidden => {
            Refused(StatusCode::FORBIDDEN, "FORBIDDEN", "Access denied to this resource".to_owned())
        }
    };
    error(tenant, call, refused)
}

fn handle(tenant: &Tenant, call: &Call) -> Result<Reply, Refused> {
    let rest = call.path.strip_prefix(ROOT).unwrap_or_default().trim_end_matches('/');
    let segments: Vec<&str> = rest.split('/').collect();
    let (product, media) = match segments[0] {
        "ring-groups" => (Product::RingGroups, GROUPS),
        "users" => (Product::Users, USERS),
        "operations" => (Product::Operations, OPERATIONS),
        _ => return Err(not_found("The resource")),
    };
    let Some(key) = call.header("x-api-key") else { return Ok(super::invalid_key()) };
    if let Some(reply) = keys::refusal(tenant, key, product) {
        return Ok(reply);
    }
    let now_ms = tenant.clock.elapsed_ms();
    let passed =
        tenant.provisioning.minute.pass(now_ms).and_then(|()| tenant.provisioning.burst.pass(now_ms));
    if let Err(wait_ms) = passed {
        let seconds = i64::try_from(wait_ms.div_ceil(1_000)).unwrap_or_default();
        let reset = shifted(tenant.clock.wall(), seconds).as_second();
        return Ok(error(tenant, call, too_many("Rate limit exceeded"))
            .header("x-ratelimit-limit", &LIMIT.to_string())
            .header("x-ratelimit-remaining", "0")
            .header("x-ratelimit-reset", &reset.to_string()));
    }
    media_types(tenant, call, media, segments.last() == Some(&"update-members"))?;
    let value = match (&call.method, segments.as_slice()) {
        (&Method::GET, ["ring-groups"]) => groups::list(tenant, call)?,
        (&Method::GET, ["ring-groups", id]) => groups::one(tenant, id)?,
        (&Method::PUT, ["ring-groups", id]) => return accepted(&groups::replace(tenant, call, id)?, media),
        (&Method::POST, ["ring-groups", id, "update-members"]) => {
            return accepted(&groups::update_members(tenant, call, id)?, media);
        }
        (&Method::GET, ["users"]) => users::list(tenant, call)?,
        (&Method::GET, ["users", id]) => users::one(tenant, id)?,
        (&Method::PUT, ["users", id]) if tenant.contradictions().put_users => {
            return accepted(&users::replace(tenant, id)?, media);
        }
        (&Method::GET, ["operations", id]) => operation(tenant, id)?,
        _ => {
            let text = "The method is not implemented".to_owned();
            return Err(Refused(StatusCode::METHOD_NOT_ALLOWED, "BAD_REQUEST", text));
        }
    };
    Ok(typed(Reply::json(StatusCode::OK, &value), media))
}

fn accepted(operation: &Value, media: &str) -> Result<Reply, Refused> {
    Ok(typed(Reply::json(StatusCode::ACCEPTED, operation), media))
}

fn typed(reply: Reply, media: &str) -> Reply {
    reply.header("content-type", media)
}

/// Since September 2026 a request must name the version it understands and sends.
fn media_types(tenant: &Tenant, call: &Call, media: &str, update: bool) -> Result<(), Refused> {
    if !tenant.contradictions().versioned_media {
        return Ok(());
    }
    let named = |header: &str, wanted: &str| {
        let value = call.header(header).unwrap_or_default();
        value.split(',').any(|part| part.split(';').next().unwrap_or_default().trim() == wanted)
    };
    if call.method == Method::GET && !named("accept", media) {
        let text = format!("'Accept: {media}' is needed");
        return Err(Refused(StatusCode::NOT_ACCEPTABLE, "BAD_REQUEST", text));
    }
    let sent = if update { "application/vnd.ringgroups.update-members.v1+json" } else { media };
    if call.method != Method::GET && !named("content-type", sent) {
        let text = format!("'Content-Type: {sent}' is needed");
        return Err(Refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_REQUEST", text));
    }
    Ok(())
}

fn operation(tenant: &Tenant, id: &str) -> Result<Value, Refused> {
    let operations = lock(&tenant.provisioning.operations);
    let operation = operations.get(id).ok_or_else(|| not_found(&format!("Operation {id}")))?;
    Ok(show(tenant, id, operation, tenant.clock.simulated_ms()))
}

fn show(tenant: &Tenant, id: &str, operation: &Operation, now_ms: u64) -> Value {
    let done = now_ms >= operation.done_ms;
    let status = match (done, operation.failed) {
        (true, false) => "COMPLETED",
        (true, true) => "FAILED",
        (false, _) if now_ms < operation.begun_ms + 1_000 => "PENDING",
        (false, _) => "IN_PROGRESS",
    };
    let at = |ms: u64| {
        let seconds = i64::try_from(ms / 1_000).unwrap_or_default();
        shifted(tenant.clock.opened_at(), seconds).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    let folder = if operation.resource_type == "USER" { "users" } else { "ring-groups" };
    let mut shown = json!({
        "operationId": id,
        "status": status,
        "customerId": CUSTOMER,
        "resourceType": operation.resource_type,
        "resourceId": operation.resource,
        "operationType": operation.kind,
        "createdTime": at(operation.begun_ms),
        "completedTime": done.then(|| at(operation.done_ms)),
        "_links": {
            "self": { "href": format!("{}{ROOT}operations/{id}", tenant.base) },
            "resource": { "href": format!("{}{ROOT}{folder}/{}", tenant.base, operation.resource) },
        },
    });
    if status == "FAILED" {
        shown["error"] = json!({ "status": 500, "title": "Operation failed", "errors": [
            { "code": "UNKNOWN", "message": "Unable to complete request due to downstream service failure" },
        ]});
    }
    shown
}

/// One page of a list. `scrollId` says how much was shown already.
fn page(tenant: &Tenant, call: &Call, all: Vec<Value>) -> Result<Value, Refused> {
    let parameters = call.parameters();
    let scroll = parameters.get("scrollId");
    let first = ["pageSize", "filter", "sort"].into_iter().find(|name| parameters.given(name).is_some());
    let lenient = tenant.contradictions().scroll_with_page_size;
    if let (Some(_), Some(name), false) = (scroll, first, lenient) {
        let text = format!("Cannot use scrollId with other first-page query parameters ({name})");
        return Err(Refused(StatusCode::BAD_REQUEST, "CONFLICTING_QUERY_PARAMETER", text));
    }
    let wrong =
        |name: &str| Refused(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", format!("Invalid value of {name}"));
    let (skip, kept) = match scroll {
        None => (0, None),
        Some(scroll) => {
            let parts = scroll.strip_prefix("scroll-").and_then(|rest| rest.split_once('-'));
            let numbers = parts.and_then(|(skip, size)| Some((skip.parse().ok()?, size.parse().ok()?)));
            let (skip, size): (usize, usize) = numbers.ok_or_else(|| wrong("scrollId"))?;
            (skip, Some(size))
        }
    };
    let size = match parameters.get("pageSize") {
        None => kept.unwrap_or(100),
        Some(text) => {
            text.parse().ok().filter(|size| (1..=1_000).contains(size)).ok_or_else(|| wrong("pageSize"))?
        }
    };
    let size = size.min(tenant.contradictions().largest_provisioning_page);
    let more = all.len() > skip.saturating_add(size);
    let next = more.then(|| format!("scroll-{}-{size}", skip + size));
    let data: Vec<Value> = all.into_iter().skip(skip).take(size).collect();
    let address = |query: &str| json!({ "href": format!("{}{}?{query}", tenant.base, call.path) });
    let mut links = json!({ "self": address(&call.query) });
    if let Some(next) = &next {
        links["next"] = address(&format!("pageSize={size}&scrollId={next}"));
    }
    Ok(json!({
        "data": data,
        "pagination": {
            "pageSize": data.len(), "pageNumber": skip / size.max(1), "hasMore": more,
            "filter": parameters.get("filter"), "sort": parameters.get("sort"), "nextScrollId": next,
        },
        "_links": links,
    }))
}

fn not_found(what: &str) -> Refused {
    Refused(StatusCode::NOT_FOUND, "NOT_FOUND", format!("{what} was not found"))
}

fn too_many(text: &str) -> Refused {
    Refused(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_REQUESTS", text.to_owned())
}

fn error(tenant: &Tenant, call: &Call, Refused(status, code, message): Refused) -> Reply {
    let body = json!({
        "status": status.as_u16(),
        "instance": call.path.trim_start_matches("/8x8"),
        "time": tenant.clock.wall().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "title": status.canonical_reason(),
        "detail": message,
        "errors": [{ "code": code, "message": message }],
    });
    Reply::json(status, &body)
}
