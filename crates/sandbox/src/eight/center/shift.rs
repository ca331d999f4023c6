//! The simulated shift: each agent's time is cut into slots, and each slot is played from a script.

use super::{
    CODES, DIRECT_CALL, LOGGED_OUT, ON_BREAK, POST_PROCESS, PROCESS_TRANSACT, State, TRANSACT_OFFERED,
    WAIT_TRANSACT, WORK_OFFLINE,
};
use crate::chance::{Purpose, below, draw};

/// No slot is longer.
pub(super) const LONGEST_MS: u64 = 420_000;

/// Something that happens to an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cue {
    pub(super) at_ms: u64,
    pub(super) agent: usize,
    pub(super) what: What,
}

/// What happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    State(State),
    Event { guid: String, event: &'static str, call_state: &'static str, status: Option<bool> },
}

/// Everything that happens after `from_ms` until `until_ms`, in the order of time.
pub(super) fn cues(seed: u64, agents: usize, from_ms: u64, until_ms: u64) -> Vec<Cue> {
    let mut cues: Vec<Cue> = (0..agents)
        .flat_map(|agent| {
            let (length, phase) = rhythm(seed, agent);
            let (first, last) = ((from_ms + phase) / length, (until_ms + phase) / length);
            (first..=last).flat_map(move |slot| script(seed, agent, slot))
        })
        .filter(|cue| cue.at_ms > from_ms && cue.at_ms <= until_ms)
        .collect();
    cues.sort_by_key(|cue| cue.at_ms);
    cues
}

/// What an agent does at a moment.
pub(super) fn code_at(seed: u64, agent: usize, now_ms: u64) -> State {
    let (length, phase) = rhythm(seed, agent);
    let cues = script(seed, agent, (now_ms + phase) / length);
    let mut states = cues.into_iter().filter(|cue| cue.at_ms <= now_ms).filter_map(|cue| match cue.what {
        What::State(state) => Some(state),
        What::Event { .. } => None,
    });
    states.next_back().unwrap_or(State { code: WAIT_TRANSACT, reason: None })
}

fn rhythm(seed: u64, agent: usize) -> (u64, u64) {
    let dice = draw(seed, Purpose::Agent, agent as u64, u64::MAX);
    let length = LONGEST_MS / 2 + below(dice, LONGEST_MS / 2);
    (length, below(dice.rotate_left(32), length))
}

fn script(seed: u64, agent: usize, slot: u64) -> Vec<Cue> {
    let (length, phase) = rhythm(seed, agent);
    let at = |share: u64| (slot * length + length * share / 100).saturating_sub(phase);
    let dice = draw(seed, Purpose::Agent, agent as u64, slot * 2);
    let guid = format!("int-{:016x}", draw(seed, Purpose::Agent, agent as u64, slot * 2 + 1));
    let state = |share: u64, code: u8, reason: Option<u32>| Cue {
        at_ms: at(share),
        agent,
        what: What::State(State { code, reason }),
    };
    let event = |share: u64, event, call_state, status| Cue {
        at_ms: at(share),
        agent,
        what: What::Event { guid: guid.clone(), event, call_state, status },
    };
    let reason = Some(CODES[below(dice.rotate_left(20), CODES.len() as u64) as usize].0);
    match below(dice, 100) {
        0..65 => {
            let mut cues = vec![
                event(3, "InteractionCreated", "CS_IDLE", None),
                event(3, "InteractionQueued", "CS_QUEUED", None),
                event(4, "InteractionAssigned", "CS_INPROGRESS", None),
                state(4, TRANSACT_OFFERED, None),
                event(8, "InteractionAccepted", "CS_CONNECTED", None),
                state(8, PROCESS_TRANSACT, None),
            ];
            if below(dice.rotate_left(40), 100) < 35 {
                cues.push(event(30, "LineHoldStatus", "CS_HOLD", Some(true)));
                cues.push(event(45, "LineHoldStatus", "CS_CONNECTED", Some(false)));
            }
            cues.extend([
                event(75, "InteractionPostProcess", "CS_DISCONNECTED", None),
                state(75, POST_PROCESS, None),
                event(88, "InteractionEndPostProcess", "CS_DISCONNECTED", None),
                event(88, "InteractionDeassigned", "CS_DISCONNECTED", None),
                state(88, WAIT_TRANSACT, None),
                event(89, "InteractionDeleted", "CS_IDLE", None),
            ]);
            cues
        }
        65..78 => vec![state(5, ON_BREAK, reason), state(85, WAIT_TRANSACT, None)],
        78..86 => vec![state(5, WORK_OFFLINE, reason), state(85, WAIT_TRANSACT, None)],
        86..91 => vec![state(5, LOGGED_OUT, None), state(90, WAIT_TRANSACT, None)],
        91..96 => vec![state(5, DIRECT_CALL, None), state(60, WAIT_TRANSACT, None)],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn one_step_or_many_play_the_same_shift() {
        let once = cues(7, 12, 600_000, 3_600_000);
        let often: Vec<Cue> =
            (600..3_600).flat_map(|second| cues(7, 12, second * 1_000, second * 1_000 + 1_000)).collect();
        assert_eq!(once, often);
        let codes: HashSet<u8> = once
            .iter()
            .filter_map(|cue| match cue.what {
                What::State(state) => Some(state.code),
                What::Event { .. } => None,
            })
            .collect();
        assert!(codes.is_superset(&HashSet::from([3, 4, 5, 6, 7, 8])), "{codes:?}");
        for agent in 0..12 {
            let last = once.iter().rev().find_map(|cue| match cue.what {
                What::State(state) if cue.agent == agent => Some((state, cue.at_ms)),
                _ => None,
            });
            if let Some((state, at_ms)) = last {
                assert_eq!(code_at(7, agent, at_ms), state);
            }
        }
    }
}
