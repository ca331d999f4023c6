//! The stream of events: what was told, who listens, and what a test does to those who do.
//!
//! Sources: developer.8x8.com, "Event Streaming" (connection, message format, troubleshooting); pulsar.apache.org,
//! "Pulsar WebSocket API".

mod delivery;
mod socket;
mod topic;

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::{Map, Value};
use tokio::sync::{mpsc, watch};

pub(crate) use delivery::{Delivery, Tally};
pub(crate) use socket::serve;
pub(crate) use topic::{Topic, entry_of, message_id};

use crate::contradictions::EventValues;
use crate::guard::lock;
use crate::tenant::Tenant;

/// How often the server asks whether somebody is there, if nobody says otherwise.
const PING_MS: u64 = 30_000;

/// What was told.
#[derive(Debug, Clone)]
struct Message {
    event: Value,
    /// When, in simulated milliseconds and as ISO 8601.
    at_ms: u64,
    published: String,
}

/// Who listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listener {
    pub(crate) topic: Topic,
    /// None for a reader.
    pub(crate) subscription: Option<String>,
    pub(crate) exclusive: bool,
    /// After how many milliseconds what is pending is sent again.
    pub(crate) patience_ms: Option<u64>,
}

/// What a test does to a listener.
#[derive(Debug, Clone)]
enum Order {
    /// The connection breaks off.
    Drop,
    /// The stream is closed with a code.
    Close(u16),
    /// A frame that is no event.
    Frame(String),
}

/// An open stream.
struct Open {
    listener: Listener,
    orders: mpsc::UnboundedSender<Order>,
    /// As of the last frame. Only the numbers: many may be pending, and this is noted for every frame.
    tally: Tally,
}

/// Sums of the streams that are closed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) opened: u64,
    pub(crate) delivered: u64,
    pub(crate) redelivered: u64,
    pub(crate) acknowledged: u64,
    pub(crate) unknown: u64,
    pub(crate) pongs: u64,
}

/// All streams.
pub(crate) struct Streams {
    log: Mutex<Vec<Message>>,
    /// What subscriptions have had, while nobody listens to them.
    kept: Mutex<HashMap<(Topic, String), Delivery>>,
    open: Mutex<HashMap<u64, Open>>,
    sums: Mutex<Sums>,
    news: watch::Sender<u64>,
    silent: AtomicBool,
    ping_ms: AtomicU64,
    next: AtomicU64,
}

impl Default for Streams {
    fn default() -> Self {
        Self {
            log: Mutex::default(),
            kept: Mutex::default(),
            open: Mutex::default(),
            sums: Mutex::default(),
            news: watch::Sender::new(0),
            silent: AtomicBool::new(false),
            ping_ms: AtomicU64::new(PING_MS),
            next: AtomicU64::new(0),
        }
    }
}

impl Streams {
    /// Tells an event to all who listen, and gives its message id.
    pub(crate) fn publish(&self, tenant: &Tenant, event: Value) -> String {
        let event = written(event, tenant.contradictions().event_values);
        let published = tenant.clock.wall().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        let message = Message { event, at_ms: tenant.clock.simulated_ms(), published };
        let mut log = lock(&self.log);
        log.push(message);
        let entry = log.len() as u64 - 1;
        drop(log);
        self.wake();
        message_id(entry)
    }

    /// Where the log ends.
    pub(crate) fn end(&self) -> u64 {
        lock(&self.log).len() as u64
    }

    /// Where the log begins for those who want everything that is kept.
    pub(crate) fn beginning(&self, tenant: &Tenant) -> u64 {
        let Some(kept_ms) = tenant.contradictions().retention_ms else { return 0 };
        let since = tenant.clock.simulated_ms().saturating_sub(kept_ms);
        lock(&self.log).iter().take_while(|message| message.at_ms < since).count() as u64
    }

    /// The first message of a topic at or after a place.
    fn find(&self, topic: &Topic, from: u64) -> Option<u64> {
        let log = lock(&self.log);
        let from = usize::try_from(from).ok()?;
        let found = log.iter().enumerate().skip(from).find(|(_, message)| topic.has(&message.event));
        found.map(|(entry, _)| entry as u64)
    }

    fn message(&self, entry: u64) -> Option<Message> {
        lock(&self.log).get(usize::try_from(entry).ok()?).cloned()
    }

    /// What a subscription has had; none for one that is new.
    pub(crate) fn kept(&self, topic: &Topic, subscription: &str) -> Option<Delivery> {
        lock(&self.kept).get(&(topic.clone(), subscription.to_owned())).cloned()
    }

    /// Whether somebody listens to a subscription that takes one listener only.
    pub(crate) fn is_taken(&self, topic: &Topic, subscription: &str) -> bool {
        lock(&self.open).values().any(|open| {
            open.listener.topic == *topic
                && open.listener.subscription.as_deref() == Some(subscription)
                && open.listener.exclusive
        })
    }

    fn enter(&self, listener: &Listener, delivery: &Delivery) -> (u64, mpsc::UnboundedReceiver<Order>) {
        let (orders, ordered) = mpsc::unbounded_channel();
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        lock(&self.sums).opened += 1;
        let open = Open { listener: listener.clone(), orders, tally: delivery.tally() };
        lock(&self.open).insert(id, open);
        (id, ordered)
    }

    fn note(&self, id: u64, delivery: &Delivery) {
        if let Some(open) = lock(&self.open).get_mut(&id) {
            open.tally = delivery.tally();
        }
    }

    fn note_pong(&self) {
        lock(&self.sums).pongs += 1;
    }

    /// A stream is closed. What was pending in a subscription is sent again to whoever listens next.
    fn leave(&self, id: u64, mut delivery: Delivery) {
        let Some(open) = lock(&self.open).remove(&id) else { return };
        let mut sums = lock(&self.sums);
        sums.delivered += delivery.delivered;
        sums.redelivered += delivery.redelivered;
        sums.acknowledged += delivery.acknowledged;
        sums.unknown += delivery.unknown;
        drop(sums);
        if let Some(subscription) = open.listener.subscription {
            delivery.expire(u64::MAX);
            delivery.again.make_contiguous().sort_unstable();
            let kept = Delivery { next: delivery.next, again: delivery.again, ..Delivery::default() };
            lock(&self.kept).insert((open.listener.topic, subscription), kept);
        }
    }

    /// The sums of all streams, open ones included.
    pub(crate) fn sums(&self) -> (Sums, usize) {
        let mut sums = *lock(&self.sums);
        let mut pending = 0;
        for open in lock(&self.open).values() {
            sums.delivered += open.tally.delivered;
            sums.redelivered += open.tally.redelivered;
            sums.acknowledged += open.tally.acknowledged;
            sums.unknown += open.tally.unknown;
            pending += open.tally.pending;
        }
        (sums, pending)
    }

    /// Who listens, oldest first.
    pub(crate) fn open(&self) -> Vec<(u64, Listener, Tally)> {
        let open = lock(&self.open);
        let mut all: Vec<_> =
            open.iter().map(|(id, open)| (*id, open.listener.clone(), open.tally)).collect();
        all.sort_by_key(|(id, ..)| *id);
        all
    }

    /// Breaks all streams off.
    pub(crate) fn drop_all(&self) {
        self.order(&Order::Drop);
    }

    /// Closes all streams.
    pub(crate) fn close_all(&self, code: u16) {
        self.order(&Order::Close(code));
    }

    /// Sends a frame that is no event to everybody.
    pub(crate) fn send_all(&self, frame: &Value) {
        self.order(&Order::Frame(frame.to_string()));
    }

    fn order(&self, order: &Order) {
        for open in lock(&self.open).values() {
            // Whoever is gone takes no orders.
            let _gone = open.orders.send(order.clone());
        }
    }

    /// Lets streams be silent, as those of a wrong region are.
    pub(crate) fn silence(&self, silent: bool) {
        self.silent.store(silent, Ordering::Relaxed);
        self.wake();
    }

    fn is_silent(&self) -> bool {
        self.silent.load(Ordering::Relaxed)
    }

    /// Sets how often the server pings, in real milliseconds.
    pub(crate) fn set_ping(&self, every_ms: u64) {
        self.ping_ms.store(every_ms.max(1), Ordering::Relaxed);
    }

    fn wake(&self) {
        self.news.send_modify(|count| *count += 1);
    }
}

/// An event with its scalars written as wanted.
fn written(event: Value, values: EventValues) -> Value {
    let all = |map: Map<String, Value>| map.into_iter().map(|(name, value)| (name, written(value, values)));
    match (event, values) {
        (event, EventValues::Sample) => event,
        (Value::Object(map), _) => Value::Object(all(map).collect()),
        (Value::Array(list), _) => list.into_iter().map(|value| written(value, values)).collect(),
        (Value::String(text), EventValues::Bare) => match text.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            _ => match serde_json::from_str::<serde_json::Number>(&text) {
                Ok(number) => Value::Number(number),
                Err(_) => Value::String(text),
            },
        },
        (scalar @ (Value::Number(_) | Value::Bool(_)), EventValues::Quoted) => scalar.to_string().into(),
        (other, _) => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn scalars_lose_or_get_their_quotes() {
        let event =
            json!({ "E": { "n": "18005551234", "b": "true", "s": "801=1722", "i": 5, "l": [{ "x": "1" }] } });
        assert_eq!(
            written(event.clone(), EventValues::Bare),
            json!({ "E": { "n": 18_005_551_234_u64, "b": true, "s": "801=1722", "i": 5, "l": [{ "x": 1 }] } })
        );
        assert_eq!(written(event.clone(), EventValues::Quoted)["E"]["i"], "5");
        assert_eq!(written(event.clone(), EventValues::Sample), event);
    }
}
