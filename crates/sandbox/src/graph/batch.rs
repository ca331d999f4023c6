//! Several requests in one (learn.microsoft.com, "Combine multiple HTTP requests using JSON batching").

use std::collections::HashMap;

use hyper::Method;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::GraphError;
use super::{Visit, answer_part, ok};
use crate::message::{Call, Endpoint, Reply};

/// The most parts of one batch.
const MOST_PARTS: usize = 20;

#[derive(Deserialize)]
struct Batch {
    requests: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Part {
    id: String,
    method: String,
    url: String,
    #[serde(default)]
    headers: HashMap<String, String>,
    body: Option<Value>,
    #[serde(default)]
    depends_on: Vec<String>,
}

#[derive(Serialize)]
struct Answer {
    responses: Vec<PartAnswer>,
}

#[derive(Serialize)]
struct PartAnswer {
    id: String,
    status: u16,
    headers: HashMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<Value>,
}

/// `POST /$batch`.
pub(crate) fn run(visit: &Visit<'_>) -> Result<Reply, GraphError> {
    let batch: Batch = serde_json::from_slice(&visit.call.body)
        .map_err(|error| GraphError::request(format!("Invalid batch payload format: {error}.")))?;
    check(&batch.requests)?;
    let mut answers: Vec<PartAnswer> = Vec::with_capacity(batch.requests.len());
    let mut statuses: HashMap<String, u16> = HashMap::new();
    let mut waiting: Vec<&Part> = batch.requests.iter().collect();
    while !waiting.is_empty() {
        let (ready, blocked): (Vec<&Part>, Vec<&Part>) = waiting
            .into_iter()
            .partition(|part| part.depends_on.iter().all(|id| statuses.contains_key(&id.to_lowercase())));
        if ready.is_empty() {
            return Err(GraphError::request("The dependencies of the batch form a circle."));
        }
        for part in ready {
            let failed = part.depends_on.iter().any(|id| statuses[&id.to_lowercase()] >= 400);
            let reply = if failed { dependency_failed(visit) } else { answer(visit, part) };
            statuses.insert(part.id.to_lowercase(), reply.status.as_u16());
            answers.push(part_answer(part.id.clone(), &reply));
        }
        waiting = blocked;
    }
    // Parts are answered in any order; the other way round is one that clients do not expect.
    answers.reverse();
    Ok(ok(&Answer { responses: answers }))
}

fn check(parts: &[Part]) -> Result<(), GraphError> {
    if parts.is_empty() || parts.len() > MOST_PARTS {
        let text = format!("A batch has from 1 to {MOST_PARTS} requests, this one has {}.", parts.len());
        return Err(GraphError::request(text));
    }
    let ids: Vec<String> = parts.iter().map(|part| part.id.to_lowercase()).collect();
    for (place, id) in ids.iter().enumerate() {
        if ids[..place].contains(id) {
            return Err(GraphError::request(format!("The request id '{id}' is not unique in the batch.")));
        }
    }
    for wanted in parts.iter().flat_map(|part| &part.depends_on) {
        if !ids.contains(&wanted.to_lowercase()) {
            return Err(GraphError::request(format!("No request of the batch has the id '{wanted}'.")));
        }
    }
    Ok(())
}

fn dependency_failed(visit: &Visit<'_>) -> Reply {
    GraphError::dependency().reply(visit.tenant.clock.wall(), "", "")
}

fn answer(visit: &Visit<'_>, part: &Part) -> Reply {
    match call(visit, part) {
        Ok(call) => answer_part(visit.tenant, call),
        Err(error) => error.reply(visit.tenant.clock.wall(), "", ""),
    }
}

fn call(visit: &Visit<'_>, part: &Part) -> Result<Call, GraphError> {
    let mut headers = HeaderMap::new();
    for name in ["authorization", "client-request-id", "prefer"] {
        if let Some(value) = visit.call.headers.get(name) {
            headers.insert(name, value.clone());
        }
    }
    for (name, value) in &part.headers {
        let name = HeaderName::from_bytes(name.as_bytes());
        let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(value)) else {
            return Err(GraphError::request("A part of the batch has a header that is none."));
        };
        headers.insert(name, value);
    }
    if part.body.is_some() && !headers.contains_key("content-type") {
        return Err(GraphError::request("A part with a body needs the header 'Content-Type'."));
    }
    let method = Method::from_bytes(part.method.to_uppercase().as_bytes())
        .map_err(|_| GraphError::request("A part of the batch has a method that is none."))?;
    let url = part.url.trim_start_matches('/');
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    if Endpoint::of_graph(path) == Endpoint::Batch {
        return Err(GraphError::request("A batch can not be part of a batch."));
    }
    Ok(Call {
        method,
        path: format!("/graph/v1.0/{path}"),
        query: query.to_owned(),
        headers,
        body: part.body.as_ref().map(Value::to_string).unwrap_or_default().into(),
        endpoint: visit.call.endpoint,
    })
}

fn part_answer(id: String, reply: &Reply) -> PartAnswer {
    let headers = reply
        .headers
        .iter()
        .filter_map(|(name, value)| Some((title_case(name.as_str()), value.to_str().ok()?.to_owned())))
        .collect();
    let body = serde_json::from_slice(&reply.body).ok();
    PartAnswer { id, status: reply.status.as_u16(), headers, body }
}

/// Header names inside a batch are written as on a page: `Retry-After`.
fn title_case(name: &str) -> String {
    name.split('-')
        .map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
        })
        .collect::<Vec<_>>()
        .join("-")
}
