//! One open stream: frames out, acknowledgements in.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{FutureExt, SinkExt, StreamExt};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role};
use tokio_tungstenite::tungstenite::{Error, Message as Frame};

use super::{Delivery, Listener, Message, Order, entry_of, message_id};
use crate::clock::pause;
use crate::faults::distort;
use crate::message::Endpoint;
use crate::tenant::Tenant;

/// How often a stream looks after itself.
const BEAT: Duration = Duration::from_millis(100);

/// How many frames are sent before the other side is heard again, so that neither waits for the other.
const TURN: usize = 64;

/// How long the other side has to answer a close.
const PARTING: Duration = Duration::from_secs(1);

/// What a client says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    #[serde(rename = "type")]
    kind: Option<String>,
    message_id: Option<String>,
    permit_messages: Option<u64>,
}

/// Serves a stream until either side ends it, or `ended` changes.
pub(crate) async fn serve<T: Send>(
    tenant: Arc<Tenant>,
    upgrade: OnUpgrade,
    listener: Listener,
    delivery: Delivery,
    ended: watch::Receiver<T>,
) {
    let upgraded = match upgrade.await {
        Ok(upgraded) => upgraded,
        Err(error) => return tracing::trace!(%error, "a stream was not opened"),
    };
    let (id, orders) = tenant.streams.enter(&listener, &delivery);
    let socket = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await;
    let mut stream = Stream { tenant: &tenant, id, listener, delivery, socket };
    let outcome = stream.run(orders, ended).await;
    let Stream { delivery, .. } = stream;
    tenant.streams.leave(id, delivery);
    if let Err(Gone) = outcome {
        tracing::trace!("a stream broke off");
    }
}

/// The other side is gone, or is to be dropped.
struct Gone;

struct Stream<'t, S> {
    tenant: &'t Tenant,
    id: u64,
    listener: Listener,
    delivery: Delivery,
    socket: WebSocketStream<S>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream<'_, S> {
    async fn run<T: Send>(
        &mut self,
        mut orders: mpsc::UnboundedReceiver<Order>,
        mut ended: watch::Receiver<T>,
    ) -> Result<(), Gone> {
        let mut news = self.tenant.streams.news.subscribe();
        let mut beats: u64 = 0;
        loop {
            let more = self.deliver().await?;
            self.tenant.streams.note(self.id, &self.delivery);
            tokio::select! {
                biased;
                _ = ended.changed() => return Ok(()),
                order = orders.recv() => match order {
                    Some(Order::Frame(text)) => self.send(Frame::text(text)).await?,
                    Some(Order::Close(code)) => {
                        let frame = CloseFrame { code: CloseCode::from(code), reason: "".into() };
                        self.send(Frame::Close(Some(frame))).await?;
                        return self.part().await;
                    }
                    Some(Order::Drop) | None => return Err(Gone),
                },
                frame = self.socket.next() => {
                    let mut next = Some(frame);
                    // All that was said is heard before more is told.
                    while let Some(frame) = next {
                        if !self.take(frame).await? {
                            return Ok(());
                        }
                        next = self.socket.next().now_or_never();
                    }
                }
                () = std::future::ready(()), if more => {}
                // Fails only when the tenant is gone, and then so is this.
                changed = news.changed() => changed.map_err(|_| Gone)?,
                () = pause(BEAT) => {
                    beats += 1;
                    self.beat(beats).await?;
                }
            }
        }
    }

    /// Takes what the other side said; false if that was the last of it.
    async fn take(&mut self, frame: Option<Result<Frame, Error>>) -> Result<bool, Gone> {
        match frame {
            Some(Ok(Frame::Text(text))) => self.hear(&text).await?,
            Some(Ok(Frame::Pong(_))) => self.tenant.streams.note_pong(),
            Some(Ok(Frame::Close(_))) | None => return Ok(false),
            Some(Ok(_)) => {}
            Some(Err(_)) => return Err(Gone),
        }
        Ok(true)
    }

    /// Hears the other side out, so that the last frame arrives.
    async fn part(&mut self) -> Result<(), Gone> {
        let heard = async { while let Some(Ok(_)) = self.socket.next().await {} };
        tokio::time::timeout(PARTING, heard).await.map_err(|_| Gone)
    }

    /// What goes on while nobody says anything.
    async fn beat(&mut self, beats: u64) -> Result<(), Gone> {
        self.tenant.center.settle(self.tenant);
        if let Some(patience_ms) = self.listener.patience_ms {
            let now_ms = self.tenant.clock.elapsed_ms();
            if let Some(before_ms) = now_ms.checked_sub(patience_ms) {
                self.delivery.expire(before_ms);
            }
        }
        let every = self.tenant.streams.ping_ms.load(std::sync::atomic::Ordering::Relaxed);
        let every = every.div_ceil(BEAT.as_millis() as u64).max(1);
        if beats.is_multiple_of(every) && !self.tenant.streams.is_silent() {
            self.send(Frame::Ping(Vec::new().into())).await?;
        }
        Ok(())
    }

    /// Sends what may be sent now, and says whether that was not all of it.
    async fn deliver(&mut self) -> Result<bool, Gone> {
        for _ in 0..TURN {
            if self.tenant.streams.is_silent() {
                return Ok(false);
            }
            let now_ms = self.tenant.clock.elapsed_ms();
            let (streams, topic) = (&self.tenant.streams, &self.listener.topic);
            let Some((entry, before)) = self.delivery.step(now_ms, |from| streams.find(topic, from)) else {
                return Ok(false);
            };
            let Some(message) = streams.message(entry) else { return Ok(false) };
            let effects = self.tenant.faults.strike(Endpoint::EventFrames, false, now_ms);
            if effects.latency_ms > 0 {
                pause(Duration::from_millis(effects.latency_ms)).await;
            }
            if effects.drop {
                return Err(Gone);
            }
            let mut body = frame(&message, entry, before).into_bytes();
            for (kind, share) in &effects.distortions {
                body = distort(body, kind, *share, self.tenant.organisation.seed);
            }
            self.send(Frame::text(String::from_utf8_lossy(&body).into_owned())).await?;
        }
        Ok(true)
    }

    async fn hear(&mut self, text: &str) -> Result<(), Gone> {
        let Ok(said) = serde_json::from_str::<Said>(text) else {
            self.delivery.unknown += 1;
            return Ok(());
        };
        let entry = said.message_id.as_deref().and_then(entry_of);
        match said.kind.as_deref() {
            None => self.delivery.acknowledge(entry),
            Some("negativeAcknowledge") if self.listener.subscription.is_some() => {
                self.delivery.refuse(entry);
            }
            Some("permit") => {
                let more = said.permit_messages.unwrap_or_default();
                self.delivery.permits = self.delivery.permits.map(|permits| permits.saturating_add(more));
            }
            Some("isEndOfTopic") => {
                self.send(Frame::text(json!({ "endOfTopic": false }).to_string())).await?;
            }
            Some(_) => self.delivery.unknown += 1,
        }
        Ok(())
    }

    async fn send(&mut self, frame: Frame) -> Result<(), Gone> {
        self.socket.send(frame).await.map_err(|_| Gone)
    }
}

fn frame(message: &Message, entry: u64, before: u64) -> String {
    json!({
        "messageId": message_id(entry),
        "payload": STANDARD.encode(message.event.to_string()),
        "properties": {},
        "publishTime": message.published,
        "redeliveryCount": before,
    })
    .to_string()
}
