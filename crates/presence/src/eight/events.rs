//! The event stream of the contact centre: Apache Pulsar over a WebSocket
//! (developer.8x8.com, "Event Streaming"; pulsar.apache.org, "Pulsar WebSocket API").
//!
//! The connection is made by the HTTP client, so that proxies and certificates are as for all calls. 8x8's guide says
//! that a reader need not acknowledge; its samples and Apache say that delivery stops otherwise. So every message is
//! acknowledged, also one that can not be read, and always after it was handled.

mod payload;
mod socket;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderMap;
use reqwest::{StatusCode, Url};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use self::socket::{Connection, Patience, settings};
use super::problem::{key_refused, malformed, trouble_within, unavailable};
use crate::center::StreamMessage;
use crate::clock::Clock;
use crate::error::{Failure, Problem};
use crate::http::{self, Opening};
use crate::person::plain;
use crate::secret::Secret;

/// 8x8's recommendation.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(45);

/// The product that a key needs.
const PRODUCT: &str = "Pulsar Event Stream";

/// No limit is documented.
const LIMIT: &str = "The event stream was opened too often.";

/// What a connection brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// It stands.
    Open,
    /// Messages, in their order; they are acknowledged when this has been handled.
    Messages(Vec<StreamMessage>),
    /// The other side is there, and had nothing to tell for a while. A wrong region connects, and stays so for ever.
    Quiet,
}

/// The client.
pub struct Events {
    http: http::Client,
    clock: Arc<Clock>,
    base: String,
    /// Name of the contact centre.
    tenant: String,
    key: Secret,
}

impl Events {
    /// A client; nothing is sent yet. `base` is the region's address, such as `wss://pulsar-ws-use1.8x8.com`.
    #[must_use]
    pub fn new(http: http::Client, clock: Arc<Clock>, base: String, tenant: String, key: Secret) -> Self {
        Self { http, clock, base, tenant, key }
    }

    /// Hears one connection out, from the message after `from` or from now on, and says why it ended.
    ///
    /// [`Failure::Reset`] means that `from` is no longer known. Messages that were handed over but not acknowledged
    /// before the end come again. (`hear` is no `AsyncFnMut`: such a future could not be given to a task.)
    pub async fn listen<F: Future<Output = ()>>(
        &self,
        from: Option<&str>,
        hear: impl FnMut(Heard) -> F,
    ) -> Failure {
        let socket = match self.open(from).await {
            Ok(socket) => socket,
            Err(failure) => return failure,
        };
        let from = from.unwrap_or("latest").into();
        let mut renewal = self.http.renewal();
        tokio::select! {
            end = Connection::new(socket, &self.clock, Patience::default(), from).run(hear) => end,
            // Whatever was not acknowledged comes again over the next connection.
            () = renewal.come() => given_up(),
        }
    }

    async fn open(&self, from: Option<&str>) -> Result<WebSocketStream<reqwest::Upgraded>, Failure> {
        let url = self.url(from)?;
        let nonce = STANDARD.encode(rand::random::<[u8; 16]>());
        let request = self
            .http
            .upgrade(url)
            .timeout(HANDSHAKE_LIMIT)
            .header("X-API-Key", self.key.expose())
            .header("Connection", "Upgrade")
            .header("Upgrade", "websocket")
            .header("Sec-WebSocket-Version", "13")
            .header("Sec-WebSocket-Key", &nonce);
        match http::upgrade(&self.clock, request).await {
            Ok(Opening::Open(upgraded, headers)) if is_answer_to(&headers, &nonce) => {
                Ok(WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(settings())).await)
            }
            Ok(Opening::Open(..)) => Err(malformed()),
            Ok(Opening::Refused(answer)) => Err(self.failure(answer.status, from.is_some())),
            Err(trouble) => Err(trouble_within(LIMIT, trouble)),
        }
    }

    /// The address of all events. Ids hold characters that mean something else there.
    fn url(&self, from: Option<&str>) -> Result<Url, Failure> {
        let base = match self.base.split_once("://") {
            Some(("wss", rest)) => format!("https://{rest}"),
            Some(("ws", rest)) => format!("http://{rest}"),
            _ => self.base.clone(),
        };
        let mut url =
            Url::parse(&format!("{base}/ws/v2/reader/persistent")).map_err(|_| self.no_stream_here(0))?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend([self.tenant.as_str(), "event-v1", "all"]);
        }
        url.query_pairs_mut().append_pair("messageId", from.unwrap_or("latest"));
        Ok(url)
    }

    fn failure(&self, status: StatusCode, resumes: bool) -> Failure {
        match status {
            StatusCode::UNAUTHORIZED => key_refused(PRODUCT, 401),
            StatusCode::FORBIDDEN => Failure::Forbidden(Arc::new(
                Problem::new(
                    "eight.events_forbidden",
                    "8x8 does not open the event stream.",
                    format!(
                        "The key's app lacks the product “{PRODUCT}”, or the contact centre is not called “{}”.",
                        plain(&self.tenant)
                    ),
                    "In 8x8 Admin Console, under API Keys, look at the key's products; compare the name of the contact centre.",
                )
                .detail("status 403"),
            )),
            StatusCode::BAD_REQUEST if resumes => Failure::Reset,
            StatusCode::NOT_FOUND => self.no_stream_here(404),
            StatusCode::CONFLICT => Failure::Broken(Arc::new(
                Problem::new(
                    "eight.events_taken",
                    "8x8 does not open the event stream.",
                    "Somebody else holds it.",
                    "Close other installations of this program; we try again by ourselves.",
                )
                .detail("status 409"),
            )),
            status => unavailable(status.as_u16()),
        }
    }

    fn no_stream_here(&self, status: u16) -> Failure {
        Failure::Forbidden(Arc::new(
            Problem::new(
                "eight.events_address",
                "There is no event stream at this address.",
                format!("“{}” is not a region of 8x8's event streaming.", plain(&self.base)),
                "Choose the region that your contact centre is in; not every region has an event stream.",
            )
            .detail(format!("status {status}")),
        ))
    }
}

/// Whether the other side understood that this is a WebSocket (RFC 6455, 4.1).
fn is_answer_to(headers: &HeaderMap, nonce: &str) -> bool {
    let accepted = headers.get("sec-websocket-accept").and_then(|value| value.to_str().ok());
    accepted.is_some_and(|accepted| accepted.trim() == derive_accept_key(nonce.as_bytes()))
}

/// This computer gave the connection up, as after sleep.
fn given_up() -> Failure {
    Failure::Offline(Arc::new(Problem::new(
        "eight.renewed",
        "The event stream begins anew.",
        "This computer woke, or its network is another one.",
        "Nothing to do: it goes on by itself.",
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(base: &str) -> Events {
        let key = Secret::new("eght_1".into());
        Events::new(http::client(), Arc::new(Clock::start()), base.into(), "bright water".into(), key)
    }

    #[test]
    fn ids_are_escaped_in_addresses_and_the_key_is_not_there() {
        let url = events("wss://pulsar-ws-use1.8x8.com").url(Some("CIG/+AEQ==")).unwrap();
        assert_eq!(
            url.as_str(),
            "https://pulsar-ws-use1.8x8.com/ws/v2/reader/persistent/bright%20water/event-v1/all?messageId=CIG%2F%2BAEQ%3D%3D"
        );
        let url = events("ws://127.0.0.1:9/8x8").url(None).unwrap();
        assert!(
            url.as_str().starts_with("http://127.0.0.1:9/8x8/ws/v2/") && url.as_str().ends_with("=latest")
        );
        assert!(events("nonsense").url(None).is_err());
    }

    #[test]
    fn only_the_place_to_resume_from_can_be_forgotten() {
        let events = events("wss://x.example");
        assert_eq!(events.failure(StatusCode::BAD_REQUEST, true), Failure::Reset);
        let Failure::Broken(problem) = events.failure(StatusCode::BAD_REQUEST, false) else {
            panic!("nothing to forget");
        };
        assert_eq!(problem.code, "eight.unavailable");
    }
}
