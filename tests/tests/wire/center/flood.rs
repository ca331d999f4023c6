//! A hundred thousand events over connections that break again and again.

use std::cell::RefCell;
use std::collections::HashSet;
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use presence::center::CenterEvent;
use presence::eight::events::Heard;
use presence::error::Failure;
use sandbox::{Control, Fault, FaultKind, Place};
use serde_json::json;
use tests::PATIENCE;
use tests::bench::wait_for;

use super::events::client;
use super::{center, contradict};

const EVENTS: usize = 100_000;

/// The connection breaks after so many events.
const BREAK: usize = 7_000;

/// Where to resume from is kept after so many batches; what came since comes again.
const KEPT: usize = 3;

/// What the engine would know.
struct Known {
    /// How often each event was applied.
    applied: Vec<u8>,
    /// Ids of the messages that were handled.
    handled: HashSet<Arc<str>>,
    /// Where to resume from, as it would be on disk.
    kept: Option<Arc<str>>,
    total: usize,
    again: usize,
    batches: usize,
    largest: usize,
    breaks: usize,
    connections: usize,
    published: bool,
}

fn publish(control: &Control, events: std::ops::Range<usize>) {
    for number in events {
        control.publish(json!({ "AgentStatusChange": {
            "agentId": format!("ag{number}"), "newState": 3 + number % 3, "newSubState": "none",
            "newSubStateReason": "none", "newReasonCodeUser": "none", "statusEventTS": 1_669_235_544,
            "msgInfo": { "instanceId": "vcc-na12.example", "sequenceId": number, "timestamp": 1_669_235_544_917_i64 },
        }}));
    }
}

impl Known {
    fn hear(&mut self, control: &Control, heard: Heard) {
        let messages = match heard {
            Heard::Open => {
                self.connections += 1;
                if !std::mem::replace(&mut self.published, true) {
                    publish(control, 0..EVENTS);
                }
                return;
            }
            Heard::Quiet => return,
            Heard::Messages(messages) => messages,
        };
        self.largest = self.largest.max(messages.len());
        self.batches += 1;
        for message in messages {
            assert!(!message.set_aside, "{message:?}");
            if !self.handled.insert(Arc::clone(&message.id)) {
                self.again += 1;
                continue;
            }
            let Some(CenterEvent::Status { agent, status, .. }) = message.event else {
                panic!("{:?}", message.event)
            };
            let number: usize = agent.strip_prefix("ag").and_then(|number| number.parse().ok()).unwrap();
            assert_eq!(usize::from(status.0), 3 + number % 3);
            self.applied[number] += 1;
            self.total += 1;
            if self.batches.is_multiple_of(KEPT) || self.kept.is_none() {
                self.kept = Some(message.id);
            }
        }
        if self.total / BREAK > self.breaks {
            self.breaks = self.total / BREAK;
            match self.breaks % 3 {
                0 => control.close_streams(1013),
                1 => control.drop_streams(),
                _ => control.replace_faults(vec![Fault::new(Place::EventFrames, FaultKind::Drop).times(1)]),
            }
        }
    }
}

async fn flood(acknowledges: bool) {
    let bench = center().await;
    contradict(&bench, |reading| reading.reader_acknowledges = acknowledges);
    let control = bench.control();
    let events = client(&bench, bench.sandbox.events_key());
    let known = RefCell::new(Known {
        applied: vec![0; EVENTS],
        handled: HashSet::new(),
        kept: None,
        total: 0,
        again: 0,
        batches: 0,
        largest: 0,
        breaks: 0,
        connections: 0,
        published: false,
    });
    let listening = async {
        loop {
            let from = known.borrow().kept.clone();
            let hear = |heard: Heard| {
                known.borrow_mut().hear(control, heard);
                ready(())
            };
            let failure = events.listen(from.as_deref(), hear).await;
            assert!(matches!(failure, Failure::Offline(_) | Failure::Broken(_)), "{failure:?}");
        }
    };
    let done = || {
        let counts = control.stream_counts();
        known.borrow().total == EVENTS && !control.streams().is_empty() && counts.unacknowledged == 0
    };
    let all = async {
        while !done() {
            presence::clock::pause(Duration::from_millis(20)).await;
        }
    };
    // A busy machine needs longer for so many than for anything else.
    let ended = tokio::time::timeout(PATIENCE * 4, async {
        tokio::select! {
            () = listening => {}
            () = all => {}
        }
    });
    let ended = ended.await;
    assert!(ended.is_ok(), "{} of {EVENTS}: {:?}", known.borrow().total, control.stream_counts());
    let known = known.into_inner();
    let counts = control.stream_counts();
    let told = format!("{} again, {} batches, {counts:?}", known.again, known.batches);
    assert!(known.applied.iter().all(|times| *times == 1), "each once: {told}");
    assert_eq!(known.handled.len(), EVENTS);
    assert!(known.again > 0, "some came twice: {told}");
    // A break that is asked for while nothing more is on its way does not come.
    assert!(known.breaks >= 14 && known.connections >= 10, "{} connections: {told}", known.connections);
    assert!((100..=256).contains(&known.largest), "batches of what is ready: {}", known.largest);
    assert_eq!(counts.not_understood, 0, "{told}");
    // Only what was on its way when a connection broke is missing; it came again, or was handled before.
    let received = u64::try_from(known.total + known.again).unwrap();
    assert!(counts.acknowledged <= received, "{told}");
    let lost = usize::try_from(received - counts.acknowledged).unwrap();
    // Where acknowledgements count, 8x8 sends no more than a thousand without one.
    let most = if acknowledges { known.connections * 1_000 } else { EVENTS / 2 };
    assert!(lost <= most, "{lost} not acknowledged: {told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_events_are_each_applied_once_where_a_reader_must_acknowledge() {
    flood(true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_thousand_events_are_each_applied_once_where_it_need_not() {
    flood(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_connection_that_stays_every_single_message_is_acknowledged() {
    for acknowledges in [true, false] {
        let bench = center().await;
        contradict(&bench, |reading| reading.reader_acknowledges = acknowledges);
        let control = bench.control();
        let events = client(&bench, bench.sandbox.events_key());
        let heard = RefCell::new(0);
        let hear = |one: Heard| {
            match one {
                Heard::Open => publish(control, 0..20_000),
                Heard::Messages(messages) => *heard.borrow_mut() += messages.len(),
                Heard::Quiet => {}
            }
            ready(())
        };
        tokio::select! {
            failure = events.listen(None, hear) => panic!("{failure:?}"),
            () = wait_for("acknowledgements", || control.stream_counts().acknowledged == 20_000) => {}
        }
        let counts = control.stream_counts();
        assert_eq!((*heard.borrow(), counts.delivered, counts.unacknowledged), (20_000, 20_000, 0));
        assert_eq!((counts.opened, counts.redelivered, counts.not_understood), (1, 0, 0));
    }
}
