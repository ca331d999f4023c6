//! The contact centre: its agents, what they do, and the events that tell of it.
//!
//! Sources: developer.8x8.com, "Managing agent status", "Event Streaming", "Event reference".

mod shift;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, RwLock};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::contacts::{agent_extension, is_agent};
use super::telephone::phone_of;
use crate::chance::{Purpose, draw};
use crate::guard::lock;
use crate::tenant::Tenant;

/// The list of codes that say why somebody does not work, and what is on it.
pub(crate) const CODE_LIST: u32 = 801;
pub(crate) const CODES: &[(u32, &str)] = &[(1722, "Meet"), (1726, "Train"), (1730, "Lunch"), (1734, "Break")];

/// States of an agent.
pub(crate) const LOGGED_OUT: u8 = 1;
pub(crate) const ON_BREAK: u8 = 3;
pub(crate) const WAIT_TRANSACT: u8 = 4;
pub(crate) const WORK_OFFLINE: u8 = 5;
pub(crate) const TRANSACT_OFFERED: u8 = 6;
pub(crate) const PROCESS_TRANSACT: u8 = 7;
pub(crate) const POST_PROCESS: u8 = 8;
pub(crate) const DIRECT_CALL: u8 = 10;
/// The highest one there is.
pub(crate) const LAST_STATE: u8 = 11;

/// An agent: one of the people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Agent {
    pub(crate) id: String,
    /// Where in the directory the person is.
    pub(crate) place: usize,
    pub(crate) name: String,
    pub(crate) extension: String,
    pub(crate) group: u32,
}

/// What an agent does, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) code: u8,
    /// The item of [`CODE_LIST`].
    pub(crate) reason: Option<u32>,
}

/// A conversation that a test has begun.
#[derive(Debug, Clone)]
struct Interaction {
    agent: usize,
    /// Unix seconds of the offer.
    offered: i64,
}

/// The contact centre's state.
pub(crate) struct Center {
    on: AtomicBool,
    works: AtomicBool,
    agents: OnceLock<Vec<Agent>>,
    states: Mutex<HashMap<usize, State>>,
    /// Until when the simulated shift has been played, in simulated milliseconds.
    played_ms: Mutex<Option<u64>>,
    interactions: Mutex<HashMap<String, Interaction>>,
    sequence: AtomicU64,
    /// The Action Request Token; making another ends it.
    pub(crate) token: RwLock<String>,
}

impl Center {
    /// A contact centre that 8x8 has enabled or not, with agents who change by themselves or not.
    pub(crate) fn new(on: bool, works: bool, token: String) -> Self {
        Self {
            on: AtomicBool::new(on),
            works: AtomicBool::new(works),
            agents: OnceLock::new(),
            states: Mutex::default(),
            played_ms: Mutex::default(),
            interactions: Mutex::default(),
            sequence: AtomicU64::new(200),
            token: RwLock::new(token),
        }
    }

    /// Whether 8x8 has enabled it.
    pub(crate) fn is_on(&self) -> bool {
        self.on.load(Ordering::Relaxed)
    }

    pub(crate) fn switch(&self, on: bool) {
        self.on.store(on, Ordering::Relaxed);
    }

    /// Whether agents change by themselves.
    pub(crate) fn works(&self) -> bool {
        self.works.load(Ordering::Relaxed)
    }

    pub(crate) fn let_work(&self, works: bool) {
        self.works.store(works, Ordering::Relaxed);
        *lock(&self.played_ms) = None;
    }

    /// Everybody who is an agent, in the order of the people.
    pub(crate) fn agents(&self, tenant: &Tenant) -> &[Agent] {
        self.agents.get_or_init(|| {
            let people = (0..tenant.people as usize).filter(|place| is_agent(*place));
            let phones = people.filter_map(|place| phone_of(tenant, place));
            phones
                .enumerate()
                .map(|(index, phone)| Agent {
                    id: agent_id(tenant.organisation.seed, phone.place),
                    place: phone.place,
                    name: phone.name,
                    extension: agent_extension(phone.place).to_string(),
                    group: 100 + (index % 3) as u32,
                })
                .collect()
        })
    }

    /// What an agent does now.
    pub(crate) fn state(&self, agent: usize) -> State {
        let states = lock(&self.states);
        // Somebody always has the day off.
        let first = State { code: if agent % 7 == 6 { LOGGED_OUT } else { WAIT_TRANSACT }, reason: None };
        states.get(&agent).copied().unwrap_or(first)
    }

    /// Changes what an agent does and tells it to whoever listens.
    pub(crate) fn set(&self, tenant: &Tenant, agent: usize, state: State) {
        let Some(who) = self.agents(tenant).get(agent) else { return };
        let before = self.state(agent);
        lock(&self.states).insert(agent, state);
        if before == state {
            return;
        }
        let reason = state.reason.map_or_else(|| "none".to_owned(), |item| format!("{CODE_LIST}={item}"));
        let event = json!({ "AgentStatusChange": {
            "agentId": who.id,
            "newState": state.code,
            "newSubState": "none",
            "newSubStateReason": "none",
            "newReasonCodeUser": reason,
            "statusEventTS": tenant.clock.wall().as_second(),
            "msgInfo": self.message_info(tenant),
        }});
        tenant.streams.publish(tenant, event);
    }

    /// Plays the simulated shift until now.
    pub(crate) fn settle(&self, tenant: &Tenant) {
        if !self.works() {
            return;
        }
        let now_ms = tenant.clock.simulated_ms();
        // Held all the while, so that nobody plays the same part twice.
        let mut played = lock(&self.played_ms);
        let agents = self.agents(tenant).len();
        let Some(from) = *played else {
            for agent in 0..agents {
                let code = shift::code_at(tenant.organisation.seed, agent, now_ms);
                self.set(tenant, agent, code);
            }
            *played = Some(now_ms);
            return;
        };
        // After a long sleep nobody tells what was missed.
        let from = from.max(now_ms.saturating_sub(shift::LONGEST_MS));
        for cue in shift::cues(tenant.organisation.seed, agents, from, now_ms) {
            match cue.what {
                shift::What::State(state) => self.set(tenant, cue.agent, state),
                shift::What::Event { guid, event, call_state, status } => {
                    self.tell(tenant, cue.agent, &guid, (event, call_state), status);
                }
            }
        }
        *played = Some(now_ms);
    }

    /// Tells of a telephone conversation.
    fn tell(
        &self,
        tenant: &Tenant,
        agent: usize,
        guid: &str,
        (event, call_state): (&str, &str),
        status: Option<bool>,
    ) {
        let Some(who) = self.agents(tenant).get(agent) else { return };
        let now = tenant.clock.wall().as_second();
        let mut offered = now;
        lock(&self.interactions)
            .entry(guid.to_owned())
            .and_modify(|known| offered = known.offered)
            .or_insert(Interaction { agent, offered: now });
        let mut body = json!({
            "event": event,
            "callState": call_state,
            "mediaType": "phone",
            "direction": "in",
            "agentId": who.id,
            "agentGUID": format!("guid-{}", who.id),
            "participatingAgents": who.id,
            "interactionGUID": guid,
            "transactionNum": "1",
            "isExternal": "false",
            "eventTS": offered,
            "interactionEventTS": now,
            "attachedData": { "attachedDatum": [
                { "attachedDataKey": "phoneNum", "attachedDataValue": "18005551234" },
            ]},
            "msgInfo": self.message_info(tenant),
        });
        if let Some(status) = status {
            body["status"] = status.into();
        }
        if event == "InteractionDeleted" {
            lock(&self.interactions).remove(guid);
        }
        tenant.streams.publish(tenant, json!({ "Interaction": body }));
    }

    /// An agent takes a telephone call; gives the conversation's id.
    pub(crate) fn begin(&self, tenant: &Tenant, agent: usize) -> String {
        let number = self.sequence.fetch_add(1, Ordering::Relaxed);
        let guid = format!("int-{:016x}", draw(tenant.organisation.seed, Purpose::Agent, number, 77));
        self.tell(tenant, agent, &guid, ("InteractionCreated", "CS_IDLE"), None);
        self.tell(tenant, agent, &guid, ("InteractionAssigned", "CS_INPROGRESS"), None);
        self.set(tenant, agent, State { code: TRANSACT_OFFERED, reason: None });
        self.tell(tenant, agent, &guid, ("InteractionAccepted", "CS_CONNECTED"), None);
        self.set(tenant, agent, State { code: PROCESS_TRANSACT, reason: None });
        guid
    }

    /// The other side is put on hold or taken back; false if there is no such conversation.
    pub(crate) fn hold(&self, tenant: &Tenant, guid: &str, on: bool) -> bool {
        let Some(agent) = self.agent_of(guid) else { return false };
        let call_state = if on { "CS_HOLD" } else { "CS_CONNECTED" };
        self.tell(tenant, agent, guid, ("LineHoldStatus", call_state), Some(on));
        true
    }

    /// The conversation ends, and what there is to do after it; false if there is none.
    pub(crate) fn end(&self, tenant: &Tenant, guid: &str) -> bool {
        let Some(agent) = self.agent_of(guid) else { return false };
        self.tell(tenant, agent, guid, ("InteractionPostProcess", "CS_DISCONNECTED"), None);
        self.set(tenant, agent, State { code: POST_PROCESS, reason: None });
        self.tell(tenant, agent, guid, ("InteractionEndPostProcess", "CS_DISCONNECTED"), None);
        self.tell(tenant, agent, guid, ("InteractionDeassigned", "CS_DISCONNECTED"), None);
        self.set(tenant, agent, State { code: WAIT_TRANSACT, reason: None });
        self.tell(tenant, agent, guid, ("InteractionDeleted", "CS_IDLE"), None);
        true
    }

    fn agent_of(&self, guid: &str) -> Option<usize> {
        lock(&self.interactions).get(guid).map(|interaction| interaction.agent)
    }

    fn message_info(&self, tenant: &Tenant) -> Value {
        json!({
            "instanceId": "vcc-na12.example",
            "sequenceId": self.sequence.fetch_add(1, Ordering::Relaxed),
            "timestamp": tenant.clock.wall().as_millisecond(),
        })
    }
}

/// `ag` and 22 characters.
fn agent_id(seed: u64, place: usize) -> String {
    let half = |part| draw(seed, Purpose::Agent, place as u64, part).to_be_bytes();
    format!("ag{}", URL_SAFE_NO_PAD.encode([half(1_000), half(1_001)].concat()))
}
