//! Topics, and the ids of their messages.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// The ledger of all messages, chosen so that ids hold `+` and `/`, which addresses have to escape.
const LEDGER: &[u8] = &[0x08, 0x81, 0xBF, 0xF8, 0x01, 0x10];

/// Which events somebody listens to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Topic {
    All,
    /// Events of one family.
    Family(String),
    /// Events of one agent.
    Agent(String),
}

impl Topic {
    /// The topic of an address; none if there is no such.
    pub(crate) fn of(namespace: &str, topic: &str) -> Option<Self> {
        match (namespace, topic) {
            (_, "") => None,
            ("event-v1", "all") => Some(Self::All),
            ("event-v1", family) => Some(Self::Family(family.to_owned())),
            ("agent-v1", agent) => Some(Self::Agent(agent.to_owned())),
            _ => None,
        }
    }

    /// As an address has it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::All => "event-v1/all".to_owned(),
            Self::Family(family) => format!("event-v1/{family}"),
            Self::Agent(agent) => format!("agent-v1/{agent}"),
        }
    }

    /// Whether an event is told here.
    pub(crate) fn has(&self, event: &Value) -> bool {
        let Some((family, body)) = event.as_object().and_then(|event| event.iter().next()) else {
            return *self == Self::All;
        };
        match self {
            Self::All => true,
            Self::Family(wanted) => wanted == family,
            Self::Agent(wanted) => {
                let text = |name: &str| body[name].as_str().unwrap_or_default();
                text("agentId") == wanted || text("participatingAgents").split(',').any(|id| id == wanted)
            }
        }
    }
}

/// The id of the message at a place of the log.
pub(crate) fn message_id(mut entry: u64) -> String {
    let mut bytes = LEDGER.to_vec();
    while entry >= 0x80 {
        bytes.push((entry as u8 & 0x7F) | 0x80);
        entry >>= 7;
    }
    bytes.push(entry as u8);
    STANDARD.encode(bytes)
}

/// The place in the log of a message with that id.
pub(crate) fn entry_of(id: &str) -> Option<u64> {
    let bytes = STANDARD.decode(id).ok()?;
    let digits = bytes.strip_prefix(LEDGER)?;
    let (last, others) = digits.split_last()?;
    if digits.len() > 9 || last & 0x80 != 0 || others.iter().any(|digit| digit & 0x80 == 0) {
        return None;
    }
    Some(digits.iter().rev().fold(0, |entry, digit| (entry << 7) | u64::from(digit & 0x7F)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ids_lead_back_to_their_places() {
        for entry in [0, 1, 127, 128, 100_000] {
            let id = message_id(entry);
            assert_eq!(entry_of(&id), Some(entry));
            assert!(id.contains('+') && id.contains('/'), "{id}");
        }
        for id in ["", "CAEQAQ==", "earliest", "CIG/+AEQ", "CIG/+AEQgQ=="] {
            assert_eq!(entry_of(id), None, "{id}");
        }
    }

    #[test]
    fn an_event_is_told_where_it_belongs() {
        let event = json!({ "Interaction": { "agentId": "agA", "participatingAgents": "agA,agB" } });
        for (namespace, topic, expected) in [
            ("event-v1", "all", true),
            ("event-v1", "Interaction", true),
            ("event-v1", "AgentStatusChange", false),
            ("agent-v1", "agB", true),
            ("agent-v1", "agC", false),
        ] {
            assert_eq!(Topic::of(namespace, topic).unwrap().has(&event), expected, "{topic}");
        }
        assert_eq!(Topic::of("event-v2", "all"), None);
    }
}
