//! Writing presence, which only the registration made for it may do.

use std::collections::HashMap;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::{Microsoft, problem};
use crate::engine::writer::{Kind, Write, Written};
use crate::error::Failure;
use crate::http::Trouble;

const WHO: &str = "Microsoft Graph";

/// How long a session lives that nobody renews; the engine renews it earlier.
const LIFE: &str = "PT5M";

/// The pause when Microsoft asks for one and does not say how long.
const DEFAULT_PAUSE: u64 = 30;

/// One answer within a batch.
#[derive(Deserialize)]
struct Part {
    id: String,
    status: u16,
    #[serde(default)]
    headers: HashMap<String, serde_json::Value>,
}

impl Microsoft {
    /// Ends the presence session of this application for a user; whether there was one
    /// (learn.microsoft.com, "presence: clearPresence": 404 means that there was none).
    ///
    /// # Errors
    /// [`Failure::Forbidden`] when `Presence.ReadWrite.All` is not granted.
    pub async fn clear_presence(&self, user: &str) -> Result<bool, Failure> {
        let graph = &self.connection.endpoints.graph;
        let url = self.own(&format!("{graph}/v1.0/users/{user}/presence/clearPresence"))?;
        let body = serde_json::json!({ "sessionId": self.connection.client_id });
        let answer = self.authorized(|http| http.request(Method::POST, url.clone()).json(&body)).await?;
        match answer.status {
            status if status.is_success() => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            StatusCode::FORBIDDEN => Err(problem::forbidden("Presence", "Presence.ReadWrite.All", &answer)),
            _ => Err(problem::broken("Microsoft Graph", &answer)),
        }
    }

    /// Sets or clears "In a call" for at most twenty people in one request
    /// (learn.microsoft.com, "presence: setPresence" and "Combine multiple HTTP requests using JSON batching").
    pub async fn write_presence(&self, writes: &[Write]) -> Vec<(Write, Written)> {
        match self.send_writes(writes).await {
            Ok(parts) => writes
                .iter()
                .zip(0_usize..)
                .map(|(write, at)| {
                    let part = parts.iter().find(|part| part.id == at.to_string());
                    (
                        *write,
                        part.map_or_else(
                            || Written::Failed(problem::malformed(WHO)),
                            |part| told(*write, part),
                        ),
                    )
                })
                .collect(),
            Err(failure) => writes.iter().map(|write| (*write, Written::Failed(failure.clone()))).collect(),
        }
    }

    async fn send_writes(&self, writes: &[Write]) -> Result<Vec<Part>, Failure> {
        #[derive(Deserialize)]
        struct Batch {
            responses: Vec<Part>,
        }
        let session = &self.connection.client_id;
        let requests: Vec<_> = writes
            .iter()
            .zip(0_usize..)
            .map(|(write, at)| {
                let (action, body) = match write.kind {
                    Kind::Set => (
                        "setPresence",
                        json!({
                            "sessionId": session,
                            "availability": "Busy",
                            "activity": "InACall",
                            "expirationDuration": LIFE,
                        }),
                    ),
                    Kind::Clear => ("clearPresence", json!({ "sessionId": session })),
                };
                json!({
                    "id": at.to_string(),
                    "method": "POST",
                    "url": format!("/users/{}/presence/{action}", write.person),
                    "headers": { "Content-Type": "application/json" },
                    "body": body,
                })
            })
            .collect();
        let url = self.own(&format!("{}/v1.0/$batch", self.connection.endpoints.graph))?;
        let body = json!({ "requests": requests });
        let answer = self.authorized(|http| http.request(Method::POST, url.clone()).json(&body)).await?;
        match answer.status {
            StatusCode::OK => {
                let batch: Batch =
                    serde_json::from_slice(&answer.body).map_err(|_| problem::malformed(WHO))?;
                Ok(batch.responses)
            }
            StatusCode::FORBIDDEN => Err(problem::forbidden("Presence", "Presence.ReadWrite.All", &answer)),
            _ => Err(problem::broken(WHO, &answer)),
        }
    }
}

/// What one answer within a batch means. Each is throttled on its own.
fn told(write: Write, part: &Part) -> Written {
    match part.status {
        200..300 => Written::Done,
        404 if write.kind == Kind::Clear => Written::Done,
        400 | 404 => Written::NoSuchPerson,
        429 => {
            let header = part.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("retry-after"));
            let seconds = header.and_then(|(_, value)| {
                value.as_u64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()))
            });
            let wait = Duration::from_secs(seconds.unwrap_or(DEFAULT_PAUSE).clamp(1, 3_600));
            Written::Failed(problem::trouble(WHO, Trouble::Throttled(wait)))
        }
        401 | 403 => Written::Failed(crate::checkup::missing("Presence.ReadWrite.All")),
        _ => Written::Failed(problem::malformed(WHO)),
    }
}
