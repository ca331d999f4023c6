//! Where every request comes in: faults strike here, and the right server answers.

use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;
use serde_json::json;

use crate::clock::{http_date, pause, shifted};
use crate::control::Control;
use crate::faults::{Effects, distort};
use crate::message::{Call, Endpoint, Reply};
use crate::tenant::Tenant;
use crate::{control, eight, graph, login};

/// How an answer goes onto the wire.
pub(crate) enum Delivery {
    /// As it should be.
    Whole(Reply),
    /// Only half of the announced body, then the connection is closed.
    Half(Reply),
    /// Not at all: the connection is closed.
    Dropped,
}

/// Answers one request.
pub(crate) async fn receive(tenant: &Arc<Tenant>, call: Call) -> Delivery {
    let at_ms = tenant.clock.elapsed_ms();
    let effects = tenant.faults.strike(call.endpoint, false, at_ms);
    if effects.latency_ms > 0 {
        pause(Duration::from_millis(effects.latency_ms)).await;
    }
    if effects.drop {
        tenant.journal.note(at_ms, &call, None);
        return Delivery::Dropped;
    }
    let mut reply = answer(tenant, &call, &effects);
    for (kind, share) in &effects.distortions {
        reply.body = distort(reply.body, kind, *share, tenant.organisation.seed);
    }
    let now = shifted(tenant.clock.wall(), effects.skew_seconds);
    let reply = reply.header("date", &http_date(now));
    tenant.journal.note(at_ms, &call, Some(&reply));
    // Half of nothing would be everything.
    if effects.half_body && reply.body.len() > 1 { Delivery::Half(reply) } else { Delivery::Whole(reply) }
}

fn answer(tenant: &Arc<Tenant>, call: &Call, effects: &Effects) -> Reply {
    if !is_loopback(call.header("host").unwrap_or_default()) {
        // A page of the web may have pointed its own name at this computer (DNS rebinding).
        return Reply::json(
            StatusCode::MISDIRECTED_REQUEST,
            &json!({ "error": "The sandbox only answers to loopback names." }),
        );
    }
    match call.endpoint {
        Endpoint::Login | Endpoint::Token => login::answer(tenant, call, effects),
        Endpoint::Control => control::answer(&Control::new(Arc::clone(tenant)), call),
        Endpoint::Unknown => Reply::json(
            StatusCode::NOT_FOUND,
            &json!({ "error": "The sandbox has /login, /graph, /8x8 and /control." }),
        ),
        endpoint if endpoint.is_eight() => eight::answer(tenant, call, effects),
        _ => graph::answer(tenant, call, effects),
    }
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    matches!(name, "127.0.0.1" | "localhost" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_are_answered() {
        for host in ["127.0.0.1", "127.0.0.1:9400", "localhost:1", "[::1]:9400", "[::1]"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["", "example.com", "localhost.example:80", "127.0.0.1.example", "10.0.0.1:9400"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
