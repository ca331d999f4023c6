//! A local 8x8: the directory contacts (8x8 directory contacts v3) and the beginning of Work Analytics.
//!
//! No error body is documented; those given here have the form of the API gateway in front of the service.

mod analytics;
mod contact;
mod filter;
mod keys;
mod page;

use hyper::{Method, StatusCode};
use serde_json::json;

use crate::faults::{Effects, Refusal};
pub use keys::Product;
pub(crate) use keys::first_keys;

use crate::message::{Call, Endpoint, Reply};
use crate::tenant::Tenant;

const CONTACTS: &str = "/8x8/directory-contacts/api/v3/contacts";

/// Answers a request below `/8x8/`.
pub(crate) fn answer(tenant: &Tenant, call: &Call, effects: &Effects) -> Reply {
    match effects.refusal {
        None => {}
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
    if call.endpoint == Endpoint::Analytics {
        return analytics::answer(tenant, call);
    }
    let product =
        if call.method == Method::GET { Product::ContactSearch } else { Product::ContactManagement };
    match call.header("x-api-key") {
        None => {
            return fault(
                StatusCode::UNAUTHORIZED,
                "Failed to resolve API Key variable request.header.x-api-key",
                "steps.oauth.v2.FailedToResolveAPIKey",
            );
        }
        Some(key) => {
            if let Some(reply) = keys::refusal(tenant, key, product) {
                return reply;
            }
        }
    }
    if call.path != CONTACTS {
        return fault(
            StatusCode::NOT_FOUND,
            "There is nothing at this address",
            "messaging.adaptors.http.flow.NotFound",
        );
    }
    if call.method != Method::GET {
        return fault(
            StatusCode::METHOD_NOT_ALLOWED,
            "The sandbox's contacts can only be read",
            "messaging.adaptors.http.flow.MethodNotAllowed",
        );
    }
    // Unlike Graph, 8x8 does not say how long to wait.
    if tenant.contacts_window.pass(tenant.clock.elapsed_ms()).is_err() {
        return quota();
    }
    page::search(tenant, &call.parameters()).unwrap_or_else(|message| {
        let body = json!({ "error": "Bad Request", "status": 400, "message": message });
        Reply::json(StatusCode::BAD_REQUEST, &body)
    })
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
