//! The rooms of 8x8 Work (developer.8x8.com, "Getting started with CHAPI").

use std::sync::Mutex;

use hyper::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::keys::{self, Product};
use super::{fault, quota};
use crate::contradictions::ChatField;
use crate::guard::lock;
use crate::message::{Call, Reply};
use crate::tenant::Tenant;
use crate::window::Window;

const PAGE: usize = 30;

/// A message of a room.
#[derive(Debug, Clone)]
struct Posted {
    room: String,
    text: String,
    /// Microseconds since 1970.
    at_us: i64,
}

/// All rooms.
pub(crate) struct Rooms {
    posted: Mutex<Vec<Posted>>,
    /// Five requests in a second.
    window: Window,
}

impl Default for Rooms {
    fn default() -> Self {
        Self { posted: Mutex::default(), window: Window::new(5, 1_000) }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Post {
    message_raw: String,
    room: String,
}

/// Answers a request below `/8x8/chat/`.
pub(super) fn answer(tenant: &Tenant, call: &Call) -> Reply {
    let denied = || fault(StatusCode::UNAUTHORIZED, "Invalid access token", "oauth.v2.InvalidAccessToken");
    let Some(key) = call.header("x-api-key") else { return denied() };
    if let Some(reply) = keys::refusal(tenant, key, Product::Chat) {
        return if reply.status == StatusCode::UNAUTHORIZED { denied() } else { reply };
    }
    if call.path.trim_end_matches('/') != "/8x8/chat/api/chat/v1/messages" {
        return Reply::empty(StatusCode::NOT_FOUND);
    }
    if tenant.rooms.window.pass(tenant.clock.elapsed_ms()).is_err() {
        return quota();
    }
    match call.method {
        Method::GET => read(tenant, call),
        Method::POST => post(tenant, call),
        _ => Reply::empty(StatusCode::METHOD_NOT_ALLOWED),
    }
}

fn read(tenant: &Tenant, call: &Call) -> Reply {
    let parameters = call.parameters();
    let room = parameters.get("room").unwrap_or_default();
    let size = parameters.get("pageSize").and_then(|size| size.parse().ok()).unwrap_or(PAGE);
    let since: i64 = parameters.get("ts").and_then(|ts| ts.parse().ok()).unwrap_or(0);
    let contradictions = tenant.contradictions();
    let wanted =
        |at_us: i64| since == 0 || if contradictions.chat_after { at_us > since } else { at_us < since };
    let field = match contradictions.chat_field {
        ChatField::Parsed => "parsed",
        ChatField::MessageParsed => "messageParsed",
    };
    let posted = lock(&tenant.rooms.posted);
    let all = posted.iter().rev().filter(|posted| posted.room == room && wanted(posted.at_us));
    let mut found: Vec<Value> = all
        .take(size)
        .map(|posted| {
            json!({
                "id": posted.at_us.to_string(),
                "timestamp": posted.at_us,
                field: posted.text,
                "authorUser": { "id": "chapi", "name": "Chapi", "email": "chapi@8x8.example", "avatarUrl": "" },
            })
        })
        .collect();
    if !contradictions.chat_newest_first {
        found.reverse();
    }
    Reply::json(StatusCode::OK, &found)
}

fn post(tenant: &Tenant, call: &Call) -> Reply {
    let Ok(Post { message_raw, room }) = serde_json::from_slice(&call.body) else {
        return Reply::empty(StatusCode::BAD_REQUEST);
    };
    let at_us = tenant.clock.stamp().saturating_mul(1_000);
    lock(&tenant.rooms.posted).push(Posted { room, text: message_raw.clone(), at_us });
    Reply::json(StatusCode::OK, &json!({ "parsed": message_raw }))
}
