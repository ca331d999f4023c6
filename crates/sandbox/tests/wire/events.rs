//! The stream of events.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::{SinkExt, StreamExt};
use sandbox::{Contradictions, EventValues, Fault, FaultKind, Place};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::agents::center;
use crate::support::{Bench, text};

type Socket = WebSocketStream<TcpStream>;

const ALL: &str = "reader/persistent/brightwater01/event-v1/all";

async fn connect_with(bench: &Bench, key: &str, path: &str) -> Result<Socket, u16> {
    let address = format!("{}/ws/v2/{path}", bench.sandbox.eight().replacen("http", "ws", 1));
    let mut request = address.into_client_request().unwrap();
    request.headers_mut().insert("x-api-key", key.parse().unwrap());
    let stream = TcpStream::connect(bench.sandbox.address()).await.unwrap();
    match client_async(request, stream).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

async fn connect(bench: &Bench, path: &str) -> Socket {
    let socket = connect_with(bench, bench.sandbox.events_key(), path).await.unwrap();
    // The stream is registered a moment after the handshake.
    wait(|| !bench.sandbox.control().streams().is_empty()).await;
    socket
}

async fn wait(done: impl Fn() -> bool) {
    for _ in 0..500 {
        if done() {
            return;
        }
        pause(10).await;
    }
    panic!("nothing happened");
}

#[expect(clippy::disallowed_methods, reason = "tests of real sockets wait in real time")]
async fn pause(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

/// The next frame that is text, within a moment.
async fn next(socket: &mut Socket) -> Option<Value> {
    let text = async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Text(text))) => break Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(_)) => {}
                _ => break None,
            }
        }
    };
    tokio::time::timeout(Duration::from_millis(400), text).await.ok().flatten()
}

async fn say(socket: &mut Socket, value: &Value) {
    socket.send(Message::text(value.to_string())).await.unwrap();
}

async fn acknowledge(socket: &mut Socket, frame: &Value) {
    say(socket, &json!({ "messageId": frame["messageId"] })).await;
}

fn event(frame: &Value) -> Value {
    serde_json::from_slice(&STANDARD.decode(text(&frame["payload"])).unwrap()).unwrap()
}

fn numbered(number: u64) -> Value {
    json!({ "AgentProvChange": { "agentId": "agX", "number": number } })
}

fn escaped(id: &str) -> String {
    id.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

#[tokio::test]
async fn changes_and_calls_are_told_in_order() {
    let bench = center().await;
    let control = bench.sandbox.control();
    let mut all = connect(&bench, ALL).await;
    let agents = control.agents();
    let own = format!("reader/persistent/brightwater01/agent-v1/{}", agents[1].id);
    let mut one = connect(&bench, &own).await;
    wait(|| control.streams().len() == 2).await;
    control.set_agent_status(&agents[0].user, 5, Some(1722)).unwrap();
    let frame = next(&mut all).await.unwrap();
    let change = event(&frame)["AgentStatusChange"].clone();
    assert_eq!((&change["agentId"], &change["newState"]), (&json!(agents[0].id), &json!(5)));
    assert_eq!((&change["newReasonCodeUser"], &frame["redeliveryCount"]), (&json!("801=1722"), &json!(0)));
    let id = control.begin_interaction(&agents[1].id).unwrap();
    control.hold_interaction(&id, true).unwrap();
    control.hold_interaction(&id, false).unwrap();
    control.end_interaction(&id).unwrap();
    let mut told = Vec::new();
    let mut ids = Vec::new();
    while let Some(frame) = next(&mut one).await {
        ids.push(text(&frame["messageId"]));
        let event = event(&frame);
        told.push(match event.get("Interaction") {
            Some(interaction) => {
                format!("{} {}", text(&interaction["event"]), text(&interaction["callState"]))
            }
            None => event["AgentStatusChange"]["newState"].to_string(),
        });
    }
    assert_eq!(
        told,
        [
            "InteractionCreated CS_IDLE",
            "InteractionAssigned CS_INPROGRESS",
            "6",
            "InteractionAccepted CS_CONNECTED",
            "7",
            "LineHoldStatus CS_HOLD",
            "LineHoldStatus CS_CONNECTED",
            "InteractionPostProcess CS_DISCONNECTED",
            "8",
            "InteractionEndPostProcess CS_DISCONNECTED",
            "InteractionDeassigned CS_DISCONNECTED",
            "4",
            "InteractionDeleted CS_IDLE",
        ]
    );
    assert!(control.end_interaction(&id).is_err());
    // Who comes later can begin anywhere.
    let third = format!("{own}?messageId={}", escaped(&ids[2]));
    let mut late = connect(&bench, &third).await;
    assert_eq!(next(&mut late).await.unwrap()["messageId"], ids[3].as_str());
    let mut whole = connect(&bench, &format!("{ALL}?messageId=earliest&readerName=x")).await;
    assert_eq!(next(&mut whole).await.unwrap()["messageId"], frame["messageId"]);
    control.advance(60.0);
    control.set_contradictions(Contradictions { retention_ms: Some(1_000), ..Contradictions::default() });
    let mut short = connect(&bench, &format!("{ALL}?messageId=earliest")).await;
    assert!(next(&mut short).await.is_none());
}

#[tokio::test]
async fn delivery_stops_until_frames_are_acknowledged() {
    let bench = center().await;
    let control = bench.sandbox.control();
    let mut socket = connect(&bench, &format!("{ALL}?receiverQueueSize=2")).await;
    for number in 0..4 {
        control.publish(numbered(number));
    }
    let first = next(&mut socket).await.unwrap();
    let second = next(&mut socket).await.unwrap();
    assert!(next(&mut socket).await.is_none());
    assert_eq!(control.stream_counts().unacknowledged, 2);
    acknowledge(&mut socket, &second).await;
    acknowledge(&mut socket, &first).await;
    assert_eq!(event(&next(&mut socket).await.unwrap()), numbered(2));
    say(&mut socket, &json!({ "messageId": "nonsense" })).await;
    say(&mut socket, &json!({ "type": "isEndOfTopic" })).await;
    assert_eq!(event(&next(&mut socket).await.unwrap()), numbered(3));
    assert_eq!(next(&mut socket).await.unwrap(), json!({ "endOfTopic": false }));
    let counts = control.stream_counts();
    assert_eq!((counts.delivered, counts.acknowledged, counts.not_understood), (4, 2, 1));
    control.set_contradictions(Contradictions { reader_acknowledges: false, ..Contradictions::default() });
    let mut lazy = connect(&bench, &format!("{ALL}?receiverQueueSize=2&messageId=earliest")).await;
    for _ in 0..4 {
        next(&mut lazy).await.unwrap();
    }
}

#[tokio::test]
async fn a_subscription_remembers_and_sends_again() {
    let bench = center().await;
    let control = bench.sandbox.control();
    let path = "consumer/persistent/brightwater01/event-v1/all/desk";
    let mut socket = connect(&bench, path).await;
    let key = bench.sandbox.events_key();
    assert_eq!(connect_with(&bench, key, path).await.err(), Some(409));
    for number in 0..3 {
        control.publish(numbered(number));
    }
    let first = next(&mut socket).await.unwrap();
    acknowledge(&mut socket, &first).await;
    let second = next(&mut socket).await.unwrap();
    next(&mut socket).await.unwrap();
    say(&mut socket, &json!({ "type": "negativeAcknowledge", "messageId": second["messageId"] })).await;
    let again = next(&mut socket).await.unwrap();
    assert_eq!((&again["messageId"], &again["redeliveryCount"]), (&second["messageId"], &json!(1)));
    control.drop_streams();
    assert!(next(&mut socket).await.is_none());
    wait(|| control.streams().is_empty()).await;
    control.publish(numbered(3));
    let mut socket = connect(&bench, &format!("{path}?ackTimeoutMillis=300")).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let frame = next(&mut socket).await.unwrap();
        seen.push((event(&frame)["AgentProvChange"]["number"].clone(), frame["redeliveryCount"].clone()));
    }
    assert_eq!(seen, [(1, 2), (2, 1), (3, 0)].map(|(number, count)| (json!(number), json!(count))));
    assert_eq!(next(&mut socket).await.unwrap()["redeliveryCount"], 3, "the patience is over");
    drop(socket);
    wait(|| control.streams().is_empty()).await;
    let mut pulling = connect(&bench, &format!("{path}?pullMode=true")).await;
    assert!(next(&mut pulling).await.is_none());
    say(&mut pulling, &json!({ "type": "permit", "permitMessages": 2 })).await;
    assert!(next(&mut pulling).await.is_some() && next(&mut pulling).await.is_some());
    assert!(next(&mut pulling).await.is_none());
}

#[tokio::test]
async fn the_handshake_asks_for_key_tenant_and_topic() {
    let bench = center().await;
    let search = bench.sandbox.search_key();
    let key = bench.sandbox.events_key();
    assert!(key.starts_with("eght_"));
    for (key, path, status) in [
        ("made up", ALL, 401),
        (search, ALL, 403),
        (key, "reader/persistent/other/event-v1/all", 403),
        (key, "reader/persistent/brightwater01/event-v9/all", 404),
        (key, "consumer/persistent/brightwater01/event-v1/all", 404),
        (key, "reader/persistent/brightwater01/event-v1/all?messageId=CAEQAQ%3D%3D", 400),
        (key, "reader/persistent/brightwater01/event-v1/all?receiverQueueSize=0", 400),
    ] {
        assert_eq!(connect_with(&bench, key, path).await.err(), Some(status), "{path}");
    }
    let address = format!("{}/ws/v2/{ALL}?x-api-key={key}", bench.sandbox.eight());
    assert_eq!(bench.get(&address).await.status(), 426, "the key may stand in the address");
    let control = bench.sandbox.control();
    control.replace_faults(vec![Fault::new(Place::Events, FaultKind::Status { status: 503 }).times(1)]);
    assert_eq!(connect_with(&bench, key, ALL).await.err(), Some(503));
    assert!(connect_with(&bench, bench.sandbox.data_token(), ALL).await.is_ok());
    assert!(control.requests().iter().any(|request| request.endpoint == "events" && request.status == 101));
}

#[tokio::test]
async fn streams_are_closed_silenced_pinged_and_hurt() {
    let bench = center().await;
    let control = bench.sandbox.control();
    let mut socket = connect(&bench, ALL).await;
    control.silence_streams(true);
    control.publish(numbered(1));
    assert!(next(&mut socket).await.is_none());
    control.silence_streams(false);
    assert_eq!(event(&next(&mut socket).await.unwrap()), numbered(1));
    control.send_control_frame(&json!({ "type": "topicMigrated" }));
    assert_eq!(next(&mut socket).await.unwrap()["type"], "topicMigrated");
    control.set_ping_interval(Duration::from_millis(100));
    assert!(next(&mut socket).await.is_none());
    assert!(control.stream_counts().pongs > 0);
    control
        .set_contradictions(Contradictions { event_values: EventValues::Bare, ..Contradictions::default() });
    control.publish(
        json!({ "Interaction": { "transactionNum": "1", "isExternal": "false", "agentId": "agX" } }),
    );
    let bare = event(&next(&mut socket).await.unwrap())["Interaction"].clone();
    assert_eq!(bare, json!({ "transactionNum": 1, "isExternal": false, "agentId": "agX" }));
    control.replace_faults(vec![Fault::new(Place::EventFrames, FaultKind::WrongTypes).times(1)]);
    control.publish(numbered(2));
    assert!(next(&mut socket).await.unwrap()["messageId"].is_number());
    control.close_streams(1013);
    let closed = loop {
        match socket.next().await {
            Some(Ok(Message::Close(frame))) => break frame.unwrap(),
            Some(Ok(_)) => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(u16::from(closed.code), 1013);
    assert!(socket.next().await.is_none());
    wait(|| control.streams().is_empty()).await;
    // Apache's own codes are below what WebSocket allows; a client takes them for a breach of the protocol.
    let mut socket = connect(&bench, ALL).await;
    control.close_streams(5);
    assert!(next(&mut socket).await.is_none());
    wait(|| control.streams().is_empty()).await;
    let mut socket = connect(&bench, ALL).await;
    control.replace_faults(vec![Fault::new(Place::EventFrames, FaultKind::Drop)]);
    control.publish(numbered(3));
    assert!(next(&mut socket).await.is_none());
    wait(|| control.streams().is_empty()).await;
    control.clear_faults();
    let mut socket = connect(&bench, ALL).await;
    bench.sandbox.stop().await;
    assert!(next(&mut socket).await.is_none());
}

#[tokio::test]
async fn agents_at_work_tell_of_it() {
    let bench = center().await;
    let control = bench.sandbox.control();
    control.let_agents_work(true);
    let mut socket = connect(&bench, ALL).await;
    let mut families = std::collections::HashSet::new();
    for _ in 0..40 {
        control.advance(15.0);
        while let Ok(Some(Ok(Message::Text(body)))) =
            tokio::time::timeout(Duration::from_millis(150), socket.next()).await
        {
            let frame: Value = serde_json::from_str(&body).unwrap();
            let event = event(&frame);
            families.insert(event.as_object().unwrap().keys().next().unwrap().clone());
            acknowledge(&mut socket, &frame).await;
        }
        if families.len() == 2 {
            return;
        }
    }
    panic!("{families:?}");
}
