//! A connection over a pipe in memory, with the server's end in the test's hand.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::cell::RefCell;
use tokio::io::{DuplexStream, duplex};
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::*;
use crate::center::{AgentStatus, CenterEvent};

type Socket = WebSocketStream<DuplexStream>;

/// Both ends; the pipe holds so many bytes.
async fn ends(size: usize) -> (Socket, Socket) {
    let (ours, theirs) = duplex(size);
    let client = WebSocketStream::from_raw_socket(ours, Role::Client, Some(settings())).await;
    (client, WebSocketStream::from_raw_socket(theirs, Role::Server, None).await)
}

fn message(number: u32) -> Message {
    let event = json!({ "AgentStatusChange": { "agentId": format!("ag{number}"), "newState": 4 } });
    let payload = STANDARD.encode(event.to_string());
    Message::text(json!({ "messageId": format!("m{number}"), "payload": payload }).to_string())
}

async fn run(socket: Socket, patience: Patience) -> (Failure, Vec<Heard>) {
    let clock = Clock::start();
    let heard = RefCell::new(Vec::new());
    let connection = Connection::new(socket, &clock, patience, "from".into());
    let failure = connection
        .run(|one| {
            heard.borrow_mut().push(one);
            std::future::ready(())
        })
        .await;
    (failure, heard.into_inner())
}

fn code(failure: &Failure) -> &str {
    failure.problem().map_or("", |problem| &problem.code)
}

fn messages(heard: &[Heard]) -> Vec<&StreamMessage> {
    let batches = heard.iter().filter_map(|one| match one {
        Heard::Messages(batch) => Some(batch),
        _ => None,
    });
    batches.flatten().collect()
}

#[tokio::test]
async fn what_was_read_before_the_end_is_handed_over_and_acknowledged_in_order() {
    let (client, mut server) = ends(1 << 20).await;
    let serving = async {
        server.send(Message::text(r#"{"type":"topicMigrated"}"#)).await.unwrap();
        for number in 0..600 {
            server.feed(message(number)).await.unwrap();
        }
        for broken in [r#"{"messageId":"half","payl"#, "nonsense", r#"{"messageId":"last"}"#] {
            server.feed(Message::text(broken)).await.unwrap();
        }
        server.flush().await.unwrap();
        let mut acknowledged = Vec::new();
        while acknowledged.len() < 602 {
            let Message::Text(text) = server.next().await.unwrap().unwrap() else { panic!("text") };
            let said: serde_json::Value = serde_json::from_str(&text).unwrap();
            acknowledged.push(said["messageId"].as_str().unwrap().to_owned());
        }
        let frame = CloseFrame { code: CloseCode::from(1013), reason: "".into() };
        server.send(Message::Close(Some(frame))).await.unwrap();
        acknowledged
    };
    let ((failure, heard), acknowledged) = tokio::join!(run(client, Patience::default()), serving);
    let expected: Vec<String> =
        (0..600).map(|number| format!("m{number}")).chain(["half".into(), "last".into()]).collect();
    assert_eq!(acknowledged, expected);
    assert_eq!(code(&failure), "eight.events_closed");
    assert_eq!(heard[0], Heard::Open);
    let told = messages(&heard);
    assert_eq!(told.len(), 603);
    assert!(heard.iter().all(|one| !matches!(one, Heard::Messages(batch) if batch.len() > BATCH)));
    let first = CenterEvent::Status { agent: "ag0".into(), status: AgentStatus(4), at: 0 };
    assert_eq!((&*told[0].id, told[0].event.as_ref()), ("m0", Some(&first)));
    let ends: Vec<_> = told[600..].iter().map(|it| (&*it.id, it.set_aside)).collect();
    assert_eq!(
        ends,
        [("half", true), ("half", true), ("last", true)],
        "what has no id stands where the one before is"
    );
}

#[tokio::test]
async fn two_sides_that_both_write_do_not_wait_for_each_other() {
    // Far too narrow for what is under way, and the server hears nothing until it has said everything.
    let (client, mut server) = ends(512).await;
    let serving = async {
        for number in 0..2_000 {
            server.send(message(number)).await.unwrap();
        }
        let mut acknowledged = 0;
        while acknowledged < 2_000 {
            server.next().await.unwrap().unwrap();
            acknowledged += 1;
        }
        drop(server);
    };
    let ((failure, heard), ()) = tokio::join!(run(client, Patience::default()), serving);
    assert_eq!(messages(&heard).len(), 2_000);
    assert!(matches!(failure, Failure::Offline(_)), "{failure:?}");
}

#[tokio::test]
async fn silence_is_told_and_a_connection_without_any_answer_counts_as_dead() {
    let patience = Patience { quiet: Duration::from_millis(40), dead: Duration::from_millis(200) };
    // The server's end is held and not read: it answers nothing.
    let (client, server) = ends(1 << 16).await;
    let (failure, heard) = run(client, patience).await;
    assert_eq!(code(&failure), "eight.events_silent");
    let quiet = heard.iter().filter(|one| **one == Heard::Quiet).count();
    assert!(quiet <= 2, "{quiet}: whoever answers nothing vouches for nothing");
    drop(server);

    // Pings are answered as long as the server is read from: silent, and alive.
    let (client, mut server) = ends(1 << 16).await;
    let serving = async {
        let until = Clock::start();
        while until.now().uptime < Uptime(600) {
            let _answered = tokio::time::timeout(Duration::from_millis(50), server.next()).await;
        }
        drop(server);
    };
    let ((failure, heard), ()) = tokio::join!(run(client, patience), serving);
    assert_ne!(code(&failure), "eight.events_silent");
    assert!(heard.iter().filter(|one| **one == Heard::Quiet).count() >= 6, "{heard:?}");
}

#[tokio::test]
async fn an_absurdly_large_event_and_codes_of_every_kind_end_it_in_words() {
    let (client, mut server) = ends(1 << 16).await;
    let serving = async {
        let _refused = server.send(Message::text("x".repeat(LARGEST_MESSAGE + 1))).await;
        server
    };
    let ((failure, _), _server) = tokio::join!(run(client, Patience::default()), serving);
    assert_eq!(code(&failure), "eight.events_large");
    for number in [5, 1000, 1011, 4000] {
        let (client, mut server) = ends(1 << 16).await;
        let frame = CloseFrame { code: CloseCode::from(number), reason: "bye".into() };
        server.send(Message::Close(Some(frame))).await.unwrap();
        let (failure, _) = run(client, Patience::default()).await;
        assert_eq!(code(&failure), "eight.events_closed", "{number}: {failure:?}");
    }
    let (client, server) = ends(1 << 16).await;
    drop(server);
    let (failure, _) = run(client, Patience::default()).await;
    assert!(matches!(failure, Failure::Offline(_)), "{failure:?}");
}
