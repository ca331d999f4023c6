//! Frames of the stream, and what they tell (developer.8x8.com, "Message format", "Event reference").

use std::borrow::Cow;
use std::sync::Arc;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::center::{AgentStatus, CallStep, CenterEvent};
use crate::eight::scalar::{Scalar, text};

/// Base64 with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// No id is longer; it has to be kept and to fit into an address.
const LONGEST_ID: usize = 512;

/// A time below this is in seconds, one above in milliseconds: both mean some day between 1973 and 5138.
const SECONDS_BELOW: f64 = 100_000_000_000.0;

/// Events of an interaction whose `agentId` is asked, or offered it, and need not be connected.
const UNANSWERED: [&str; 8] = [
    "Created",
    "Queued",
    "Assigned",
    "Unqueued",
    "Rejected",
    "QueueTimeout",
    "TransferRequest",
    "JoinLinesRequest",
];

/// What a frame is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// One that is about the stream itself, and is not acknowledged.
    Control,
    /// A message.
    Message {
        /// Its id, to be acknowledged by; missing where the frame is too broken.
        id: Option<String>,
        /// Whether it was sent before.
        redelivered: bool,
        /// What it tells, if that concerns us; `Err` when it can not be read.
        event: Result<Option<CenterEvent>, ()>,
    },
}

/// Reads a frame.
pub(super) fn frame(body: &[u8]) -> Frame {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire<'a> {
        #[serde(default, rename = "type", borrow)]
        kind: Option<&'a RawValue>,
        #[serde(default, borrow)]
        end_of_topic: Option<&'a RawValue>,
        #[serde(default)]
        message_id: Option<Scalar>,
        #[serde(default, borrow)]
        payload: Option<&'a RawValue>,
        #[serde(default, borrow)]
        redelivery_count: Option<&'a RawValue>,
    }
    let Ok(wire) = serde_json::from_slice::<Wire<'_>>(body) else {
        return Frame::Message { id: id_in_pieces(body), redelivered: false, event: Err(()) };
    };
    if wire.kind.is_some() || wire.end_of_topic.is_some() {
        return Frame::Control;
    }
    let payload = wire.payload.and_then(|raw| serde_json::from_str::<Cow<'_, str>>(raw.get()).ok());
    let payload = payload.and_then(|payload| BASE64.decode(payload.trim()).ok());
    let count = wire.redelivery_count.and_then(|raw| serde_json::from_str::<Scalar>(raw.get()).ok());
    Frame::Message {
        id: wire.message_id.map(|id| id.0).filter(|id| is_sane(id)),
        redelivered: count.and_then(|count| count.number::<u64>()).is_some_and(|count| count > 0),
        event: payload.as_deref().map_or(Err(()), event),
    }
}

fn is_sane(id: &str) -> bool {
    !id.is_empty() && id.len() <= LONGEST_ID && !id.contains(char::is_control)
}

/// The id of a frame that is no JSON as a whole: what is not acknowledged takes a place in 8x8's queue for ever.
fn id_in_pieces(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let (_, rest) = text.split_once("\"messageId\"")?;
    let (id, _) = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?.split_once('"')?;
    Some(id.to_owned()).filter(|id| is_sane(id) && !id.contains('\\'))
}

/// What an event tells, if that concerns us.
fn event(payload: &[u8]) -> Result<Option<CenterEvent>, ()> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Families<'a> {
        #[serde(default, borrow)]
        agent_status_change: Option<&'a RawValue>,
        #[serde(default, borrow)]
        interaction: Option<&'a RawValue>,
    }
    let families: Families<'_> = serde_json::from_slice(payload).map_err(|_| ())?;
    match (families.agent_status_change, families.interaction) {
        (Some(raw), _) => status(raw).map(Some).ok_or(()),
        (None, Some(raw)) => interaction(raw),
        (None, None) => Ok(None),
    }
}

/// `msgInfo`; some events lack it.
#[derive(Deserialize)]
struct Info {
    #[serde(default)]
    timestamp: Option<Scalar>,
}

fn status(raw: &RawValue) -> Option<CenterEvent> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire {
        agent_id: Scalar,
        new_state: Scalar,
        #[serde(default, rename = "statusEventTS")]
        changed: Option<Scalar>,
        #[serde(default)]
        msg_info: Option<Info>,
    }
    let wire: Wire = serde_json::from_str(raw.get()).ok()?;
    let status = AgentStatus(wire.new_state.number()?);
    Some(CenterEvent::Status { agent: agent(&wire.agent_id.0)?, status, at: at(wire.changed, wire.msg_info) })
}

fn interaction(raw: &RawValue) -> Result<Option<CenterEvent>, ()> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire<'a> {
        event: Scalar,
        #[serde(default)]
        call_state: Option<Scalar>,
        #[serde(default)]
        media_type: Option<Scalar>,
        #[serde(default)]
        agent_id: Option<Scalar>,
        #[serde(default, borrow)]
        participating_agents: Option<&'a RawValue>,
        #[serde(default, rename = "interactionGUID")]
        id: Option<Scalar>,
        #[serde(default, rename = "interactionEventTS")]
        changed: Option<Scalar>,
        #[serde(default)]
        msg_info: Option<Info>,
    }
    let wire: Wire<'_> = serde_json::from_str(raw.get()).map_err(|_| ())?;
    let state = text(wire.call_state);
    let media = text(wire.media_type);
    // Without a medium it is a telephone's if there is a call.
    let telephone = media.eq_ignore_ascii_case("phone") || (media.is_empty() && state.starts_with("CS_"));
    if !telephone {
        return Ok(None);
    }
    let name = wire.event.0.strip_prefix("Interaction").unwrap_or(&wire.event.0);
    let agent = wire.agent_id.and_then(|id| agent(&id.0));
    let participants = wire.participating_agents.and_then(participants);
    let Some(step) = step(name, &state, agent, participants) else { return Ok(None) };
    let id = text(wire.id);
    let id = id.trim();
    // What belongs to no interaction can neither be kept nor ended.
    if id.is_empty() || id.len() > LONGEST_ID {
        return Err(());
    }
    Ok(Some(CenterEvent::Call { id: id.into(), step, at: at(wire.changed, wire.msg_info) }))
}

/// What an event means for who is on a call.
///
/// An end that names an agent is that agent's alone: after a transfer, somebody wraps up while another goes on. With the
/// last agent the call ends by itself, and at the latest when the interaction is deleted.
fn step(
    name: &str,
    state: &str,
    agent: Option<Arc<str>>,
    participants: Option<Vec<Arc<str>>>,
) -> Option<CallStep> {
    let end = |agent: Option<Arc<str>>| agent.map_or(CallStep::Over, CallStep::Left);
    match (name, state) {
        ("Deleted", _) => Some(CallStep::Over),
        // Whom it names may be who came or who went: the list decides.
        ("ParticipantChange", "CS_CONNECTED" | "CS_HOLD" | "") => participants.map(CallStep::Participants),
        ("PostProcess" | "EndPostProcess" | "Deassigned", _) | (_, "CS_DISCONNECTED") => Some(end(agent)),
        (name, "CS_CONNECTED" | "CS_HOLD") if !UNANSWERED.contains(&name) => {
            let mut connected: Vec<Arc<str>> = Vec::new();
            for agent in agent.into_iter().chain(participants.into_iter().flatten()) {
                if !connected.contains(&agent) {
                    connected.push(agent);
                }
            }
            (!connected.is_empty()).then_some(CallStep::Connected(connected))
        }
        _ => None,
    }
}

fn agent(id: &str) -> Option<Arc<str>> {
    let id = id.trim();
    (!id.is_empty() && id.len() <= LONGEST_ID && id != "none").then(|| id.into())
}

/// Ids with commas between them, or a list of ids.
fn participants(raw: &RawValue) -> Option<Vec<Arc<str>>> {
    if let Ok(text) = serde_json::from_str::<Scalar>(raw.get()) {
        return Some(text.0.split(',').filter_map(agent).collect());
    }
    let list: Vec<Scalar> = serde_json::from_str(raw.get()).ok()?;
    Some(list.iter().filter_map(|id| agent(&id.0)).collect())
}

/// When it happened, in milliseconds of the epoch; 0 when that is not said.
fn at(changed: Option<Scalar>, info: Option<Info>) -> i64 {
    let read = |time: Option<Scalar>| time?.number::<f64>().filter(|time| time.is_finite() && *time > 0.0);
    let Some(time) = read(changed).or_else(|| read(info?.timestamp)) else { return 0 };
    let milliseconds = if time < SECONDS_BELOW { time * 1_000.0 } else { time };
    #[expect(clippy::cast_possible_truncation, reason = "the end of the scale is as good as any nonsense")]
    let milliseconds = milliseconds as i64;
    milliseconds
}

#[cfg(test)]
mod tests;
