//! A local 8x8: directory contacts, Work Analytics, contact centre, event stream, admin provisioning, rooms.
//!
//! No error body is documented; those given here have the form of the API gateway in front of the service.

mod agents;
mod analytics;
pub(crate) mod book;
pub(crate) mod center;
pub(crate) mod chat;
pub(crate) mod contact;
pub(crate) mod contacts;
mod contacts_api;
pub(crate) mod events;
mod filter;
pub(crate) mod groups;
mod keys;
mod page;
pub(crate) mod provisioning;
pub(crate) mod stream;
pub(crate) mod telephone;

use hyper::StatusCode;
use serde_json::json;

use crate::faults::{Effects, Refusal};
pub use keys::Product;
pub(crate) use keys::first_keys;

use crate::message::{Call, Endpoint, Reply};
use crate::tenant::Tenant;

/// Answers a request below `/8x8/`.
pub(crate) fn answer(tenant: &Tenant, call: &Call, effects: &Effects) -> Reply {
    match effects.refusal {
        None => {}
        Some(refusal) if matches!(call.endpoint, Endpoint::Calls | Endpoint::AgentActivity) => {
            return analytics::refused(tenant, call, refusal);
        }
        Some(refusal) if call.endpoint == Endpoint::Agents => return agents::refused(refusal),
        Some(refusal) if call.endpoint == Endpoint::Provisioning => {
            return provisioning::refused(tenant, call, refusal);
        }
        Some(Refusal::Throttle { retry_after }) => {
            return quota().header("retry-after", &retry_after.to_string());
        }
        Some(Refusal::Status(status)) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            return fault(
                status,
                "The Service is temporarily unavailable",
                "messaging.adaptors.http.flow.ServiceUnavailable",
            );
        }
        Some(Refusal::ExpiredToken) => return invalid_key(),
        Some(Refusal::Forbidden) => {
            return keys::wrong_product();
        }
    }
    match call.endpoint {
        Endpoint::Analytics | Endpoint::Calls | Endpoint::AgentActivity => analytics::answer(tenant, call),
        Endpoint::Agents => agents::answer(tenant, call),
        Endpoint::Events => events::answer(tenant, call),
        Endpoint::Provisioning => provisioning::answer(tenant, call),
        Endpoint::Chat => chat::answer(tenant, call),
        _ => contacts_api::answer(tenant, call),
    }
}

fn fault(status: StatusCode, text: &str, code: &str) -> Reply {
    Reply::json(status, &json!({ "fault": { "faultstring": text, "detail": { "errorcode": code } } }))
}

fn invalid_key() -> Reply {
    fault(StatusCode::UNAUTHORIZED, "Invalid ApiKey", "oauth.v2.InvalidApiKey")
}

fn quota() -> Reply {
    fault(
        StatusCode::TOO_MANY_REQUESTS,
        "Rate limit quota violation. Quota limit exceeded.",
        "policies.ratelimit.QuotaViolation",
    )
}
