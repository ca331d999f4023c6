//! Opening a stream of events (developer.8x8.com, "Event Streaming"; pulsar.apache.org, "Pulsar WebSocket API").

use hyper::{Method, StatusCode};
use serde_json::json;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::keys::{self, Product};
use super::stream::{Delivery, Listener, Topic, entry_of};
use crate::message::{Call, Parameters, Reply};
use crate::organisation::CONTACT_CENTER;
use crate::tenant::Tenant;

/// How much may be pending if nobody says how much.
const QUEUE: usize = 1_000;

/// Answers a request for a stream: 101 if it is opened.
pub(super) fn answer(tenant: &Tenant, call: &Call) -> Reply {
    match open(tenant, call) {
        Ok(_) => {
            let key = call.header("sec-websocket-key").unwrap_or_default();
            Reply::empty(StatusCode::SWITCHING_PROTOCOLS)
                .header("upgrade", "websocket")
                .header("connection", "Upgrade")
                .header("sec-websocket-accept", &derive_accept_key(key.as_bytes()))
        }
        Err(reply) => *reply,
    }
}

/// Who wants to listen to what, and from where; or why that can not be.
pub(crate) fn open(tenant: &Tenant, call: &Call) -> Result<(Listener, Delivery), Box<Reply>> {
    let parameters = call.parameters();
    let key = call.header("x-api-key").or(parameters.get("x-api-key"));
    let key = key.ok_or_else(|| refuse(StatusCode::UNAUTHORIZED, "An API key is needed."))?;
    if let Some(reply) = keys::refusal(tenant, key, Product::EventStream) {
        return Err(Box::new(reply));
    }
    let segments: Vec<&str> = call.path.trim_start_matches("/8x8/ws/v2/").split('/').collect();
    let (kind, named, namespace, topic, subscription) = match segments.as_slice() {
        ["reader", "persistent", tenant, namespace, topic] => ("reader", tenant, namespace, topic, None),
        ["consumer", "persistent", tenant, namespace, topic, subscription] if !subscription.is_empty() => {
            ("consumer", tenant, namespace, topic, Some((*subscription).to_owned()))
        }
        _ => return Err(refuse(StatusCode::NOT_FOUND, "There is no such topic.")),
    };
    if *named != CONTACT_CENTER {
        return Err(refuse(StatusCode::FORBIDDEN, "The key is not for this tenant."));
    }
    let topic = Topic::of(namespace, topic);
    let topic = topic.ok_or_else(|| refuse(StatusCode::NOT_FOUND, "There is no such topic."))?;
    let upgrades = call.header("upgrade").is_some_and(|value| value.eq_ignore_ascii_case("websocket"));
    if call.method != Method::GET || !upgrades || call.header("sec-websocket-version") != Some("13") {
        return Err(refuse(StatusCode::UPGRADE_REQUIRED, "This is a WebSocket."));
    }
    let queue = number(&parameters, "receiverQueueSize")?.unwrap_or(QUEUE as u64);
    let most = Some(usize::try_from(queue).unwrap_or(QUEUE));
    let reads = kind == "reader";
    let pulls = !reads && parameters.get("pullMode") == Some("true");
    let permits = pulls.then_some(0);
    let own = match &subscription {
        Some(subscription) => tenant.streams.kept(&topic, subscription),
        None => None,
    };
    let start = match (own, parameters.get("messageId").filter(|_| reads)) {
        (Some(kept), _) => kept,
        (None, None | Some("latest")) => Delivery { next: tenant.streams.end(), ..Delivery::default() },
        (None, Some("earliest")) => {
            Delivery { next: tenant.streams.beginning(tenant), ..Delivery::default() }
        }
        (None, Some(id)) => {
            // The message itself was handled already. What is no longer kept can not be told again.
            let after = entry_of(id).filter(|entry| *entry < tenant.streams.end());
            let after =
                after.ok_or_else(|| refuse(StatusCode::BAD_REQUEST, "The messageId is not valid."))?;
            Delivery { next: (after + 1).max(tenant.streams.beginning(tenant)), ..Delivery::default() }
        }
    };
    let unlimited = reads && !tenant.contradictions().reader_acknowledges;
    let delivery = Delivery { most: most.filter(|_| !unlimited), permits, ..start };
    let exclusive = matches!(parameters.get("subscriptionType"), None | Some("Exclusive"));
    if let Some(subscription) = &subscription
        && exclusive
        && tenant.streams.is_taken(&topic, subscription)
    {
        return Err(refuse(StatusCode::CONFLICT, "Exclusive consumer is already connected."));
    }
    let patience_ms = number(&parameters, "ackTimeoutMillis")?.filter(|_| !reads);
    Ok((Listener { topic, subscription, exclusive: exclusive && !reads, patience_ms }, delivery))
}

fn number(parameters: &Parameters, name: &str) -> Result<Option<u64>, Box<Reply>> {
    let Some(text) = parameters.get(name) else { return Ok(None) };
    let number = text.parse().ok().filter(|number| *number > 0);
    number.map(Some).ok_or_else(|| refuse(StatusCode::BAD_REQUEST, &format!("'{name}' is not a number.")))
}

fn refuse(status: StatusCode, text: &str) -> Box<Reply> {
    Box::new(Reply::json(status, &json!({ "error": text })))
}
