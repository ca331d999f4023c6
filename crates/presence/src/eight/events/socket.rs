//! One connection of the event stream: frames in, acknowledgements out.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::{FutureExt, Sink, SinkExt, Stream, StreamExt};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::Heard;
use super::payload::{Frame, frame};
use crate::center::StreamMessage;
use crate::clock::{Clock, pause};
use crate::error::{Failure, Problem};
use crate::moment::Uptime;
use crate::person::plain;

/// Messages that are handed over at once.
const BATCH: usize = 256;

/// Messages read ahead while acknowledgements are written, so that the two sides can not wait for each other. 8x8 sends
/// 1,000 without an acknowledgement.
const AHEAD: usize = 4_096;

/// An event is some kilobytes at most.
const LARGEST_MESSAGE: usize = 1 << 20;

/// How long acknowledgements may take to be written.
const WRITING_LIMIT: Duration = Duration::from_secs(30);

/// How often a connection that says nothing is looked at.
const LONGEST_BEAT: Duration = Duration::from_secs(5);

/// How long silence may last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Without a message, until that is told.
    pub(super) quiet: Duration,
    /// Without anything at all, not even an answer to our pings, until the connection counts as dead.
    pub(super) dead: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { quiet: Duration::from_secs(15), dead: Duration::from_secs(40) }
    }
}

/// How the connection is spoken on.
pub(super) fn settings() -> WebSocketConfig {
    WebSocketConfig::default().max_message_size(Some(LARGEST_MESSAGE)).max_frame_size(Some(LARGEST_MESSAGE))
}

/// A connection that stands.
pub(super) struct Connection<'c, S> {
    socket: WebSocketStream<S>,
    clock: &'c Clock,
    patience: Patience,
    /// Read, and not handed over; each with the id it is acknowledged by.
    inbox: VecDeque<(StreamMessage, Option<String>)>,
    /// Where the stream could be resumed after the message that was read last.
    place: Arc<str>,
    /// Anything was heard last.
    alive: Uptime,
    /// A message was heard last, or silence was told.
    told: Uptime,
    /// Why nothing more will come.
    end: Option<Failure>,
}

impl<'c, S: AsyncRead + AsyncWrite + Unpin> Connection<'c, S> {
    pub(super) fn new(
        socket: WebSocketStream<S>,
        clock: &'c Clock,
        patience: Patience,
        place: Arc<str>,
    ) -> Self {
        let now = clock.now().uptime;
        Self { socket, clock, patience, inbox: VecDeque::new(), place, alive: now, told: now, end: None }
    }

    /// Hands over what comes until the connection ends, and says why it did.
    pub(super) async fn run<F: Future<Output = ()>>(mut self, mut hear: impl FnMut(Heard) -> F) -> Failure {
        hear(Heard::Open).await;
        loop {
            if self.inbox.is_empty() {
                // What was read before the end is handed over before it.
                if let Some(end) = self.end.take() {
                    return end;
                }
                match self.wait().await {
                    Ok(false) => {}
                    Ok(true) => hear(Heard::Quiet).await,
                    Err(end) => return end,
                }
                continue;
            }
            self.gather();
            let ready = self.inbox.len().min(BATCH);
            let (messages, ids): (Vec<_>, Vec<_>) = self.inbox.drain(..ready).unzip();
            hear(Heard::Messages(messages)).await;
            if let Err(end) = self.acknowledge(ids).await {
                // Whatever is not acknowledged comes again: nothing is lost if it is handed over now.
                self.end.get_or_insert(end);
            }
        }
    }

    /// Waits for a frame; whether there was none for so long that it should be told.
    async fn wait(&mut self) -> Result<bool, Failure> {
        let beat = LONGEST_BEAT.min(self.patience.quiet);
        tokio::select! {
            frame = self.socket.next() => {
                self.take(frame);
                return Ok(false);
            }
            () = pause(beat) => {}
        }
        let now = self.clock.now().uptime;
        if now.since(self.alive) >= self.patience.dead {
            return Err(silent());
        }
        if now.since(self.told) < self.patience.quiet {
            return Ok(false);
        }
        self.told = now;
        // Whoever is there has to answer.
        let ping = self.socket.send(Message::Ping(Vec::new().into()));
        match tokio::time::timeout(WRITING_LIMIT, ping).await {
            // Only an answer to an earlier one vouches for what is known.
            Ok(Ok(())) => Ok(now.since(self.alive) < self.patience.quiet * 2),
            Ok(Err(error)) => Err(broken(&error)),
            Err(_) => Err(silent()),
        }
    }

    /// Reads what is there already.
    fn gather(&mut self) {
        while self.end.is_none() && self.inbox.len() < BATCH {
            match self.socket.next().now_or_never() {
                Some(frame) => self.take(frame),
                None => break,
            }
        }
    }

    fn take(&mut self, frame: Option<Result<Message, Error>>) {
        self.alive = self.clock.now().uptime;
        match frame {
            Some(Ok(Message::Text(text))) => self.read(text.as_bytes()),
            Some(Ok(Message::Binary(bytes))) => self.read(&bytes),
            Some(Ok(Message::Close(close))) => self.end = Some(closed(close.as_ref())),
            // A ping is answered by itself.
            Some(Ok(_)) => {}
            Some(Err(error)) => self.end = Some(broken(&error)),
            None => self.end = Some(closed(None)),
        }
    }

    fn read(&mut self, body: &[u8]) {
        let Frame::Message { id, redelivered, event } = frame(body) else { return };
        self.told = self.alive;
        if let Some(id) = &id {
            self.place = id.as_str().into();
        }
        let set_aside = event.is_err() || id.is_none();
        let message = StreamMessage {
            id: Arc::clone(&self.place),
            event: event.unwrap_or(None),
            redelivered,
            set_aside,
        };
        self.inbox.push_back((message, id));
    }

    /// Acknowledges what was handled, and goes on reading meanwhile.
    async fn acknowledge(&mut self, ids: Vec<Option<String>>) -> Result<(), Failure> {
        let writing = async {
            for id in ids.into_iter().flatten() {
                self.socket.feed(Message::text(json!({ "messageId": id }).to_string())).await?;
            }
            poll_fn(|context| self.poll_written(context)).await
        };
        match tokio::time::timeout(WRITING_LIMIT, writing).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(broken(&error)),
            Err(_) => Err(silent()),
        }
    }

    fn poll_written(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        loop {
            if let Poll::Ready(written) = Pin::new(&mut self.socket).poll_flush(context) {
                return Poll::Ready(written);
            }
            if self.end.is_some() || self.inbox.len() >= AHEAD {
                return Poll::Pending;
            }
            match Pin::new(&mut self.socket).poll_next(context) {
                Poll::Ready(frame) => self.take(frame),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

fn closed(close: Option<&CloseFrame>) -> Failure {
    let Some(close) = close else {
        return Failure::Offline(Arc::new(Problem::new(
            "eight.events_ended",
            "The event stream ended.",
            "8x8 closed the connection without a reason.",
            "Nothing to do: we connect again by ourselves.",
        )));
    };
    let cause = match u16::from(close.code) {
        1000 => "8x8 closed it.",
        1001 | 1012 => "8x8 restarts the server.",
        // Apache's own codes, from 1 to 8, are none that a WebSocket may have, and arrive as this one. If it is the key that
        // is no longer good, the next handshake says so.
        1002 => "8x8 closed it with a code of its own.",
        1008 => "8x8 closed it because a rule of its was broken.",
        1009 => "8x8 found a message too large.",
        1011 => "8x8 has a problem of its own.",
        1013 => "8x8 has too much to do.",
        _ => "8x8 closed it for a reason that is not known here.",
    };
    let detail = plain(&format!("close code {} {}", u16::from(close.code), close.reason));
    Failure::Broken(Arc::new(
        Problem::new(
            "eight.events_closed",
            "The event stream ended.",
            cause,
            "Nothing to do: we connect again by ourselves.",
        )
        .detail(detail),
    ))
}

fn broken(error: &Error) -> Failure {
    match error {
        Error::ConnectionClosed | Error::AlreadyClosed => closed(None),
        Error::Capacity(_) => Failure::Broken(Arc::new(
            Problem::new(
                "eight.events_large",
                "The event stream ended.",
                "8x8 sent an absurdly large event.",
                "If it lasts, look whether 8x8 reports a disturbance.",
            )
            .detail(plain(&error.to_string())),
        )),
        error => Failure::Offline(Arc::new(
            Problem::new(
                "eight.events_broken",
                "The event stream ended.",
                "The connection broke off.",
                "Nothing to do: we connect again by ourselves.",
            )
            .detail(plain(&error.to_string())),
        )),
    }
}

fn silent() -> Failure {
    Failure::Offline(Arc::new(Problem::new(
        "eight.events_silent",
        "The event stream ended.",
        "8x8 said nothing any more, not even that it is there.",
        "Nothing to do: we connect again by ourselves.",
    )))
}

#[cfg(test)]
mod tests;
