//! The event stream: what is heard, how it ends, where it goes on.

use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Duration;

use presence::center::{AgentStatus, CallStep, CenterEvent, StreamMessage};
use presence::eight::Events;
use presence::eight::events::Heard;
use presence::error::Failure;
use sandbox::{EventValues, Fault, FaultKind, Place};
use serde_json::json;
use tests::PATIENCE;
use tests::bench::{Bench, wait_for};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::{center, clock, contradict, secret, words};

pub(super) fn client(bench: &Bench, key: &str) -> Events {
    let base = bench.sandbox.eight().replacen("http", "ws", 1);
    Events::new(
        presence::http::client(),
        clock(),
        base,
        bench.sandbox.contact_center_tenant().to_owned(),
        secret(key),
    )
}

/// Somebody who listens on a task of their own.
struct Ear {
    heard: mpsc::UnboundedReceiver<Heard>,
    end: JoinHandle<Failure>,
}

impl Ear {
    async fn open(bench: &Bench, from: Option<&str>) -> Self {
        let mut ear = Self::ask(bench, bench.sandbox.events_key(), from);
        assert_eq!(ear.next().await, Some(Heard::Open));
        ear
    }

    fn ask(bench: &Bench, key: &str, from: Option<&str>) -> Self {
        let (sender, heard) = mpsc::unbounded_channel();
        let (events, from) = (client(bench, key), from.map(str::to_owned));
        let end = tokio::spawn(async move {
            let hear = |heard: Heard| {
                sender.send(heard).unwrap();
                ready(())
            };
            events.listen(from.as_deref(), hear).await
        });
        Self { heard, end }
    }

    async fn next(&mut self) -> Option<Heard> {
        tokio::time::timeout(PATIENCE, self.heard.recv()).await.expect("something is heard")
    }

    async fn messages(&mut self, count: usize) -> Vec<StreamMessage> {
        let mut messages = Vec::new();
        while messages.len() < count {
            match self.next().await {
                Some(Heard::Messages(batch)) => messages.extend(batch),
                other => panic!("{other:?} after {} messages", messages.len()),
            }
        }
        assert_eq!(messages.len(), count);
        messages
    }

    async fn end(self) -> Failure {
        tokio::time::timeout(PATIENCE, self.end).await.expect("an end").unwrap()
    }
}

fn code(failure: &Failure) -> String {
    words(failure, &[]).code.clone()
}

/// So many messages were sent, all of them were acknowledged, and nothing that was said is strange.
async fn all_acknowledged(bench: &Bench, count: u64) {
    let counts = || bench.control().stream_counts();
    wait_for("acknowledgements", || counts().acknowledged == count).await;
    assert_eq!((counts().delivered, counts().unacknowledged, counts().not_understood), (count, 0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_and_changes_of_status_are_heard_in_each_writing() {
    let bench = center().await;
    let control = bench.control();
    let agent: Arc<str> = control.agents()[1].id.as_str().into();
    for (values, so_far) in [(EventValues::Sample, 13), (EventValues::Bare, 26), (EventValues::Quoted, 39)] {
        contradict(&bench, |reading| reading.event_values = values);
        control.set_agent_status(&agent, 4, None).unwrap();
        let mut ear = Ear::open(&bench, None).await;
        let call = control.begin_interaction(&agent).unwrap();
        control.hold_interaction(&call, true).unwrap();
        control.hold_interaction(&call, false).unwrap();
        control.end_interaction(&call).unwrap();
        let messages = ear.messages(13).await;
        let told: Vec<String> = messages
            .iter()
            .filter_map(|message| {
                assert!(!message.set_aside && !message.redelivered, "{values:?}: {message:?}");
                Some(match message.event.as_ref()? {
                    CenterEvent::Status { agent: who, status, at } => {
                        assert_eq!(*who, agent);
                        assert!(*at > 1_600_000_000_000 && *at < 5_000_000_000_000, "{at}");
                        status.0.to_string()
                    }
                    CenterEvent::Call { id, step, at } => {
                        assert_eq!(**id, *call);
                        assert!(*at > 1_600_000_000_000 && *at < 5_000_000_000_000, "{at}");
                        match step {
                            CallStep::Connected(agents) if **agents == [Arc::clone(&agent)] => "connected",
                            CallStep::Left(who) if *who == agent => "left",
                            CallStep::Over => "over",
                            other => panic!("{other:?}"),
                        }
                        .to_owned()
                    }
                })
            })
            .collect();
        assert_eq!(
            told,
            ["6", "connected", "7", "connected", "connected", "left", "8", "left", "left", "4", "over"],
            "{values:?}"
        );
        all_acknowledged(&bench, so_far).await;
        control.drop_streams();
        assert!(matches!(ear.end().await, Failure::Offline(_)));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_without_quotes_are_ids_all_the_same() {
    let bench = center().await;
    let mut ear = Ear::open(&bench, None).await;
    for values in [EventValues::Sample, EventValues::Bare, EventValues::Quoted] {
        contradict(&bench, |reading| reading.event_values = values);
        bench.control().publish(json!({ "Interaction": {
            "event": "CustomerAccepted", "callState": "CS_CONNECTED", "mediaType": "phone", "agentId": "17",
            "participatingAgents": "17,18", "interactionGUID": "4711", "interactionEventTS": 1_744_819_224,
        }}));
        let message = ear.messages(1).await.remove(0);
        let step = CallStep::Connected(vec!["17".into(), "18".into()]);
        let expected = CenterEvent::Call { id: "4711".into(), step, at: 1_744_819_224_000 };
        assert_eq!(message.event, Some(expected), "{values:?}");
    }
    all_acknowledged(&bench, 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_not_be_read_is_set_aside_and_acknowledged_and_control_frames_are_not() {
    let bench = center().await;
    let control = bench.control();
    let mut ear = Ear::open(&bench, None).await;
    control.send_control_frame(&json!({ "type": "topicMigrated" }));
    control.send_control_frame(&json!({ "endOfTopic": false }));
    control.publish(json!({ "AgentProvChange": { "agentId": "agX" } }));
    assert_eq!(ear.messages(1).await[0].event, None);
    control.publish(json!({ "AgentStatusChange": { "agentId": "agX", "newState": "asleep" } }));
    assert!(ear.messages(1).await[0].set_aside);
    control.replace_faults(vec![Fault::new(Place::EventFrames, FaultKind::Malformed).times(1)]);
    control.publish(json!({ "AgentStatusChange": { "agentId": "agX", "newState": 4 } }));
    assert!(ear.messages(1).await[0].set_aside);
    all_acknowledged(&bench, 3).await;
    control.replace_faults(vec![Fault::new(Place::EventFrames, FaultKind::MissingIds).times(1)]);
    control.publish(json!({ "AgentStatusChange": { "agentId": "agX", "newState": 4 } }));
    let nameless = ear.messages(1).await.remove(0);
    assert!(nameless.set_aside);
    let place = control.publish(json!({ "AgentStatusChange": { "agentId": "agX", "newState": 5 } }));
    let message = ear.messages(1).await.remove(0);
    let expected = CenterEvent::Status { agent: "agX".into(), status: AgentStatus::WORK_OFFLINE, at: 0 };
    assert_eq!((&*message.id, message.event), (place.as_str(), Some(expected)));
    wait_for("acknowledgements", || control.stream_counts().acknowledged == 4).await;
    assert_eq!(control.stream_counts().unacknowledged, 1, "what has no id can not be acknowledged");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_end_has_its_words_and_the_next_connection_goes_on_after_it() {
    let bench = center().await;
    let control = bench.control();
    let mut place: Option<String> = None;
    let mut missed: Option<String> = None;
    let mut so_far = 0;
    for (end, expected) in [
        (Some(1000), "eight.events_closed"),
        (Some(1001), "eight.events_closed"),
        (Some(1011), "eight.events_closed"),
        (Some(1013), "eight.events_closed"),
        (Some(5), "eight.events_closed"),
        (None, "eight.events_broken"),
    ] {
        let mut ear = Ear::open(&bench, place.as_deref()).await;
        if let Some(missed) = &missed {
            assert_eq!(ear.messages(1).await[0].id.as_ref(), missed);
            so_far += 1;
        }
        wait_for("the stream", || control.streams().len() == 1).await;
        let last = control.publish(json!({ "AgentStatusChange": { "agentId": "agX", "newState": 4 } }));
        assert_eq!(*ear.messages(1).await[0].id, *last);
        place = Some(last);
        so_far += 1;
        all_acknowledged(&bench, so_far).await;
        match end {
            Some(code) => control.close_streams(code),
            None => control.drop_streams(),
        }
        let failure = ear.end().await;
        assert_eq!(code(&failure), expected, "{end:?}: {failure:?}");
        wait_for("the end", || control.streams().is_empty()).await;
        // Told while nobody listens.
        missed = Some(control.publish(json!({ "AgentStatusChange": { "agentId": "agX", "newState": 5 } })));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_refusal_of_a_handshake_is_told_apart() {
    let bench = center().await;
    let key = bench.sandbox.events_key();
    for wrong in ["made up", bench.sandbox.search_key()] {
        let failure = Ear::ask(&bench, wrong, None).end().await;
        assert!(matches!(failure, Failure::Forbidden(_)), "{failure:?}");
        words(&failure, &[wrong]);
    }
    assert_eq!(code(&Ear::ask(&bench, "made up", None).end().await), "eight.forbidden");
    assert_eq!(
        code(&Ear::ask(&bench, bench.sandbox.search_key(), None).end().await),
        "eight.events_forbidden"
    );
    assert_eq!(Ear::ask(&bench, key, Some("CAEQAQ==")).end().await, Failure::Reset);
    let base = bench.sandbox.eight().replacen("http", "ws", 1);
    let never = |heard: Heard| -> Ready<()> { panic!("{heard:?}") };
    let other = Events::new(presence::http::client(), clock(), base, "other".into(), secret(key));
    let failure = other.listen(None, never).await;
    let problem = words(&failure, &[key]);
    assert!(problem.code == "eight.events_forbidden" && problem.cause.contains("other"), "{problem}");
    let nowhere =
        Events::new(presence::http::client(), clock(), bench.sandbox.base(), "x".into(), secret(key));
    assert_eq!(code(&nowhere.listen(None, never).await), "eight.events_address");
    for (kind, expected) in [
        (FaultKind::Status { status: 503 }, "eight.unavailable"),
        (FaultKind::Status { status: 500 }, "eight.unavailable"),
        (FaultKind::Status { status: 409 }, "eight.events_taken"),
        (FaultKind::Throttle { retry_after: 3 }, "eight.throttled"),
        (FaultKind::Drop, "eight.offline"),
    ] {
        bench.control().replace_faults(vec![Fault::new(Place::Events, kind.clone())]);
        let failure = Ear::ask(&bench, key, None).end().await;
        assert_eq!(code(&failure), expected, "{kind:?}");
    }
    bench.control().clear_faults();
    // The other kind of key that 8x8 documents.
    let mut ear = Ear::ask(&bench, bench.sandbox.data_token(), None);
    assert_eq!(ear.next().await, Some(Heard::Open));
    bench.sandbox.stop().await;
    ear.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pings_are_answered_and_what_a_silent_stream_kept_back_comes_afterwards() {
    let bench = center().await;
    let control = bench.control();
    control.set_ping_interval(Duration::from_millis(100));
    let mut ear = Ear::open(&bench, None).await;
    wait_for("answers to pings", || control.stream_counts().pongs >= 3).await;
    control.silence_streams(true);
    control.publish(json!({ "AgentStatusChange": { "agentId": "agX", "newState": 4 } }));
    presence::clock::pause(Duration::from_millis(300)).await;
    assert!(ear.heard.try_recv().is_err());
    control.silence_streams(false);
    ear.messages(1).await;
    all_acknowledged(&bench, 1).await;
}
