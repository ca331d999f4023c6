//! What was asked and answered: a short log always, whole exchanges on request, secrets never.

use std::collections::VecDeque;
use std::sync::Mutex;

use hyper::header::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::guard::lock;
use crate::message::{Call, Endpoint, Reply};

/// The newest requests that are kept.
const REQUESTS: usize = 100_000;
/// The newest exchanges that are kept; one may weigh a few hundred kilobytes.
const EXCHANGES: usize = 2_000;
/// Fields whose values would let somebody in.
const SECRETS: &[&str] = &[
    "access_token",
    "client_assertion",
    "client_secret",
    "code",
    "code_verifier",
    "flow",
    "id_token",
    "id_token_hint",
    "new_password",
    "new_password_again",
    "password",
    "proof",
    "refresh_token",
    "x-api-key",
];
const REDACTED: &str = "redacted";

/// One line of the request log. Calls to the control interface are not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Milliseconds since the sandbox started.
    pub at_ms: u64,
    /// The HTTP method.
    pub method: String,
    /// The path without its query.
    pub path: String,
    /// The status of the answer; 0 if the connection was dropped without one.
    pub status: u16,
    /// What the request was for: `login`, `token`, `organization`, `me`, `users`, `delta`, `presence`,
    /// `batch`, `graph`, `eight` (reading contacts), `contacts_write`, `analytics`, `calls`, `agent_activity`,
    /// `agents`, `events`, `provisioning`, `chat` or `unknown`.
    pub endpoint: String,
}

/// A whole request and its whole answer, without secrets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The line of the request log.
    #[serde(flatten)]
    pub request: Request,
    /// The query, without the question mark.
    pub query: String,
    /// Names and values, without `Authorization` and `x-api-key`.
    pub request_headers: Vec<(String, String)>,
    /// The request's body.
    pub request_body: String,
    /// Names and values.
    pub response_headers: Vec<(String, String)>,
    /// The answer's body, as sent when it was sent whole.
    pub response_body: String,
}

/// The log.
pub(crate) struct Journal {
    record: bool,
    requests: Mutex<VecDeque<Request>>,
    exchanges: Mutex<VecDeque<Exchange>>,
}

impl Journal {
    /// An empty log; `record` keeps exchanges too.
    pub(crate) fn new(record: bool) -> Self {
        Self { record, requests: Mutex::default(), exchanges: Mutex::default() }
    }

    /// Adds a request and its answer (none if the connection was dropped).
    pub(crate) fn note(&self, at_ms: u64, call: &Call, reply: Option<&Reply>) {
        if call.endpoint == Endpoint::Control {
            return;
        }
        let request = Request {
            at_ms,
            method: call.method.to_string(),
            path: call.path.clone(),
            status: reply.map_or(0, |reply| reply.status.as_u16()),
            endpoint: call.endpoint.name().to_owned(),
        };
        if self.record {
            push(&self.exchanges, EXCHANGES, exchange(request.clone(), call, reply));
        }
        push(&self.requests, REQUESTS, request);
    }

    /// The request log, oldest first.
    pub(crate) fn requests(&self) -> Vec<Request> {
        lock(&self.requests).iter().cloned().collect()
    }

    /// The exchanges, oldest first.
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        lock(&self.exchanges).iter().cloned().collect()
    }

    /// Forgets all requests and exchanges.
    pub(crate) fn clear(&self) {
        lock(&self.requests).clear();
        lock(&self.exchanges).clear();
    }
}

fn push<T>(list: &Mutex<VecDeque<T>>, most: usize, entry: T) {
    let mut list = lock(list);
    if list.len() == most {
        list.pop_front();
    }
    list.push_back(entry);
}

fn exchange(request: Request, call: &Call, reply: Option<&Reply>) -> Exchange {
    let content = call.header("content-type").unwrap_or_default();
    let body = String::from_utf8_lossy(&call.body).into_owned();
    let request_body =
        if content.contains("form-urlencoded") { redact_form(&body) } else { redact_json(&body) };
    let answer = reply.map(|reply| String::from_utf8_lossy(&reply.body).into_owned()).unwrap_or_default();
    let tells = matches!(call.endpoint, Endpoint::Token | Endpoint::Analytics);
    let response_body = if tells { redact_json(&answer) } else { answer };
    Exchange {
        request,
        query: redact_form(&call.query),
        request_headers: headers(&call.headers),
        request_body,
        response_headers: reply.map(|reply| headers(&reply.headers)).unwrap_or_default(),
        response_body,
    }
}

fn headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| {
            !matches!(name.as_str(), "authorization" | "x-api-key" | "8x8-apikey" | "cookie" | "set-cookie")
        })
        .map(|(name, value)| {
            let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
            let text = match text.split_once('?') {
                Some((address, query)) if name == "location" => format!("{address}?{}", redact_form(query)),
                _ => text,
            };
            (name.to_string(), text)
        })
        .collect()
}

fn redact_form(text: &str) -> String {
    let mut fields: Vec<String> = Vec::new();
    for field in text.split('&') {
        match field.split_once('=') {
            Some((name, _)) if SECRETS.contains(&name) => fields.push(format!("{name}={REDACTED}")),
            _ => fields.push(field.to_owned()),
        }
    }
    fields.join("&")
}

fn redact_json(text: &str) -> String {
    let Ok(serde_json::Value::Object(mut object)) = serde_json::from_str(text) else {
        return text.to_owned();
    };
    if !hide(&mut object) {
        return text.to_owned();
    }
    serde_json::Value::Object(object).to_string()
}

/// Whether something was a secret, on any level.
fn hide(object: &mut serde_json::Map<String, serde_json::Value>) -> bool {
    let mut found = false;
    for (name, value) in object.iter_mut() {
        match value {
            serde_json::Value::String(text) if SECRETS.contains(&name.as_str()) => {
                *text = REDACTED.to_owned();
                found = true;
            }
            serde_json::Value::Object(inner) => found |= hide(inner),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_taken_out_of_forms_addresses_and_answers() {
        assert_eq!(redact_form("a=1&code=xyz&refresh_token=r"), "a=1&code=redacted&refresh_token=redacted");
        let answer = redact_json(r#"{"access_token":"x","expires_in":3600}"#);
        assert!(answer.contains("redacted") && answer.contains("3600") && !answer.contains("\"x\""));
        let mut list = HeaderMap::new();
        list.insert("location", "http://localhost:1/?code=abc&state=s".parse().unwrap());
        list.insert("authorization", "Bearer abc".parse().unwrap());
        assert_eq!(
            headers(&list),
            [("location".to_owned(), "http://localhost:1/?code=redacted&state=s".to_owned())]
        );
    }
}
