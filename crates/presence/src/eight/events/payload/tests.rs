//! Frames and events in the shapes of 8x8's samples.

use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::*;

fn told(event: &Value) -> Result<Option<CenterEvent>, ()> {
    super::event(event.to_string().as_bytes())
}

fn call(event: &Value) -> Option<CallStep> {
    match told(event).unwrap()? {
        CenterEvent::Call { step, .. } => Some(step),
        CenterEvent::Status { .. } => panic!("no call"),
    }
}

fn interaction(event: &str, state: &str, agent: &str, participants: &str) -> Value {
    json!({ "Interaction": {
        "event": event, "callState": state, "mediaType": "phone", "direction": "in", "agentId": agent,
        "participatingAgents": participants, "interactionGUID": "int-1", "interactionEventTS": 1_744_819_224,
        "msgInfo": { "timestamp": 1_744_819_224_500_i64 },
    }})
}

fn ids(ids: &[&str]) -> Vec<Arc<str>> {
    ids.iter().map(|id| Arc::from(*id)).collect()
}

#[test]
fn a_change_of_status_is_read_in_every_writing() {
    let expected = CenterEvent::Status { agent: "agA".into(), status: AgentStatus(5), at: 1_669_235_544_000 };
    for (state, time) in [
        (json!(5), json!(1_669_235_544)),
        (json!("5"), json!("1669235544")),
        (json!(5), json!("1669235544000")),
    ] {
        let event = json!({ "AgentStatusChange": { "agentId": "agA", "newState": state, "newSubState": "none",
            "newReasonCodeUser": "801=1722", "statusEventTS": time, "msgInfo": { "sequenceId": 215 } } });
        assert_eq!(told(&event), Ok(Some(expected.clone())), "{event}");
    }
    let without = json!({ "AgentStatusChange": { "agentId": 17, "newState": 4, "msgInfo": { "timestamp": "1669235544917" } } });
    let expected = CenterEvent::Status { agent: "17".into(), status: AgentStatus(4), at: 1_669_235_544_917 };
    assert_eq!(told(&without), Ok(Some(expected)));
    let bare = json!({ "AgentStatusChange": { "agentId": "agA", "newState": 4 } });
    assert!(matches!(told(&bare), Ok(Some(CenterEvent::Status { at: 0, .. }))));
    for wrong in [
        json!({ "newState": 4 }),
        json!({ "agentId": "agA" }),
        json!({ "agentId": "agA", "newState": "x" }),
        json!(5),
    ] {
        assert_eq!(told(&json!({ "AgentStatusChange": wrong })), Err(()));
    }
}

#[test]
fn what_is_nobodys_call_is_no_event() {
    for event in [
        json!({ "AgentProvChange": { "agentId": "agU", "event": "AgentSkillChanged", "enabled": "yes" } }),
        json!({ "eventId": "1", "eventType": "agent.login" }),
        json!({}),
        json!({ "Interaction": { "event": "Accepted", "callState": "CS_CONNECTED", "mediaType": "chat", "agentId": "agA", "interactionGUID": "i" } }),
        json!({ "Interaction": { "event": "GuestChatEnd", "agentId": "agA", "interactionGUID": "i" } }),
        interaction("InteractionCreated", "CS_IDLE", "agA", "agA"),
        interaction("InteractionQueued", "CS_QUEUED", "", ""),
        interaction("InteractionAccepted", "CS_INPROGRESS", "agA", "agA"),
        interaction("InteractionRejected", "CS_CONNECTED", "agB", "agA"),
        interaction("TransferRequest", "CS_CONNECTED", "agB", "agA"),
        interaction("LineHoldStatus", "CS_HOLD", "", ""),
        interaction("ParticipantChange", "CS_INPROGRESS", "agB", "agA,agB"),
    ] {
        assert_eq!(told(&event), Ok(None), "{event}");
    }
    for wrong in [json!("x"), json!({ "Interaction": 5 }), json!({ "Interaction": {} })] {
        assert_eq!(told(&wrong), Err(()), "{wrong}");
    }
    let mut nowhere = interaction("Accepted", "CS_CONNECTED", "agA", "agA");
    nowhere["Interaction"]["interactionGUID"] = json!(null);
    assert_eq!(told(&nowhere), Err(()));
}

#[test]
fn agents_are_connected_on_hold_and_back() {
    for (name, state) in [
        ("InteractionAccepted", "CS_CONNECTED"),
        ("Accepted", "CS_CONNECTED"),
        ("CustomerAccepted", "CS_CONNECTED"),
        ("LineHoldStatus", "CS_HOLD"),
        ("LineHoldStatus", "CS_CONNECTED"),
        ("Joined", "CS_CONNECTED"),
        ("InteractionReconnect", "CS_CONNECTED"),
    ] {
        let step = call(&interaction(name, state, "agG", "agG, agH"));
        assert_eq!(step, Some(CallStep::Connected(ids(&["agG", "agH"]))), "{name}");
    }
    let listed = json!({ "Interaction": { "event": "Accepted", "callState": "CS_CONNECTED", "agentId": "agA",
        "participatingAgents": ["agA", 7], "interactionGUID": 18_005_551_234_u64, "msgInfo": {} } });
    let expected =
        CenterEvent::Call { id: "18005551234".into(), step: CallStep::Connected(ids(&["agA", "7"])), at: 0 };
    assert_eq!(told(&listed), Ok(Some(expected)), "a call without a medium is a telephone's");
}

#[test]
fn one_agent_wraps_up_while_another_goes_on() {
    for name in [
        "InteractionPostProcess",
        "PostProcess",
        "EndPostProcess",
        "InteractionDeassigned",
        "RecordingStatus",
    ] {
        let step = call(&interaction(name, "CS_DISCONNECTED", "agA", "agA"));
        assert_eq!(step, Some(CallStep::Left("agA".into())), "{name}");
    }
    assert_eq!(call(&interaction("PostProcess", "CS_DISCONNECTED", "", "")), Some(CallStep::Over));
    assert_eq!(call(&interaction("InteractionDeleted", "CS_IDLE", "agA", "agA")), Some(CallStep::Over));
    let change = call(&interaction("ParticipantChange", "CS_CONNECTED", "agA", "agB"));
    assert_eq!(change, Some(CallStep::Participants(ids(&["agB"]))));
}

#[test]
fn frames_are_messages_or_about_the_stream() {
    let event = interaction("Accepted", "CS_CONNECTED", "agA", "agA");
    let whole = json!({ "messageId": "CAEQAQ==", "payload": STANDARD.encode(event.to_string()), "properties": {},
        "publishTime": "2025-10-15T09:30:00.000Z", "redeliveryCount": 0 });
    let read = |value: &Value| frame(value.to_string().as_bytes());
    let Frame::Message { id, redelivered, event } = read(&whole) else { panic!("a message") };
    assert_eq!((id.as_deref(), redelivered), (Some("CAEQAQ=="), false));
    assert!(matches!(event, Ok(Some(CenterEvent::Call { at: 1_744_819_224_000, .. }))));
    for control in [json!({ "type": "topicMigrated" }), json!({ "endOfTopic": false })] {
        assert_eq!(read(&control), Frame::Control);
    }
    for (count, expected) in [(json!(1), true), (json!("2"), true), (json!("0"), false), (json!(null), false)]
    {
        let again = json!({ "messageId": "x", "payload": "e30", "redeliveryCount": count });
        assert_eq!(
            read(&again),
            Frame::Message { id: Some("x".into()), redelivered: expected, event: Ok(None) }
        );
    }
    let unreadable =
        |id: Option<&str>| Frame::Message { id: id.map(Into::into), redelivered: false, event: Err(()) };
    assert_eq!(read(&json!({ "messageId": "x", "payload": "***" })), unreadable(Some("x")));
    assert_eq!(read(&json!({ "messageId": "x", "payload": 5 })), unreadable(Some("x")));
    assert_eq!(read(&json!({ "messageId": "x" })), unreadable(Some("x")));
    assert_eq!(frame(br#"{"messageId" : "CIG/+A==","payl"#), unreadable(Some("CIG/+A==")));
    assert_eq!(frame(br#"{"messageId":"CIG"#), unreadable(None));
    assert_eq!(frame(b"\xff"), unreadable(None));
    let long = json!({ "messageId": "x".repeat(600), "payload": "e30=" });
    assert_eq!(read(&long), Frame::Message { id: None, redelivered: false, event: Ok(None) });
}
