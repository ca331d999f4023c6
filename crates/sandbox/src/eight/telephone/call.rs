//! One call: who takes part, and what happens step by step.

use serde::{Deserialize, Serialize};

/// Which way a call goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Direction {
    /// From outside.
    Inbound,
    /// To the outside.
    Outbound,
    /// Between two extensions.
    Internal,
}

/// A state of a call, as Work Analytics labels it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Label {
    /// The call has come in and rings nowhere yet.
    Waiting,
    /// It rings.
    Alerting,
    /// They talk.
    Talking,
    /// Somebody is on hold.
    #[serde(rename = "ONHOLD")]
    OnHold,
    /// It was handed on; a label of the past only.
    Transferred,
    /// The caller leaves a message.
    InVoicemail,
}

impl Label {
    /// As it is written.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Waiting => "WAITING",
            Self::Alerting => "ALERTING",
            Self::Talking => "TALKING",
            Self::OnHold => "ONHOLD",
            Self::Transferred => "TRANSFERRED",
            Self::InVoicemail => "IN_VOICEMAIL",
        }
    }
}

/// Somebody at one end of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Party {
    /// Extension or outside number; none if it is withheld.
    pub(crate) address: Option<String>,
    pub(crate) name: Option<String>,
    /// Where in the directory the person is, for somebody of the organisation.
    pub(crate) place: Option<usize>,
}

/// What happens at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) at_ms: u64,
    pub(crate) label: Label,
    /// Who was called last.
    pub(crate) callee: usize,
    /// Which callees are on the line.
    pub(crate) on: Vec<usize>,
    /// Whether the caller is on the line.
    pub(crate) caller: bool,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Talk {
    pub(crate) id: String,
    /// Which phone system.
    pub(crate) pbx: usize,
    pub(crate) direction: Direction,
    pub(crate) caller: Party,
    /// Everybody who was called, in the order of the calling.
    pub(crate) callees: Vec<Party>,
    /// In the order of time; never empty.
    pub(crate) steps: Vec<Step>,
    pub(crate) ended_ms: Option<u64>,
}

/// How long a call has been in its states, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Lengths {
    pub(crate) waiting: u64,
    pub(crate) talking: u64,
    pub(crate) on_hold: u64,
}

impl Talk {
    /// A call that begins to ring.
    pub(crate) fn ringing(pbx: usize, direction: Direction, ends: [Party; 2], now_ms: u64) -> Self {
        let [caller, callee] = ends;
        let step = |label| Step { at_ms: now_ms, label, callee: 0, on: Vec::new(), caller: false };
        let steps = vec![step(Label::Waiting), step(Label::Alerting)];
        Self { id: String::new(), pbx, direction, caller, callees: vec![callee], steps, ended_ms: None }
    }

    pub(crate) fn started_ms(&self) -> u64 {
        self.steps.first().map_or(0, |step| step.at_ms)
    }

    /// Whether it has begun and not ended.
    pub(crate) fn is_under_way(&self, now_ms: u64) -> bool {
        self.started_ms() <= now_ms && self.ended_ms.is_none_or(|ended| now_ms < ended)
    }

    /// What has happened until now.
    fn past(&self, now_ms: u64) -> impl DoubleEndedIterator<Item = &Step> {
        self.steps.iter().filter(move |step| step.at_ms <= now_ms)
    }

    fn current(&self, now_ms: u64) -> Option<&Step> {
        self.past(now_ms).next_back()
    }

    /// The state it is in.
    pub(crate) fn label(&self, now_ms: u64) -> Option<Label> {
        self.current(now_ms).map(|step| step.label)
    }

    /// All states so far.
    pub(crate) fn labels(&self, now_ms: u64) -> Vec<Label> {
        self.past(now_ms).map(|step| step.label).collect()
    }

    /// Who was called last: all that active calls tell of the called side.
    pub(crate) fn latest(&self, now_ms: u64) -> Option<&Party> {
        self.callees.get(self.current(now_ms)?.callee)
    }

    /// When somebody answered first.
    pub(crate) fn connected_ms(&self, now_ms: u64) -> Option<u64> {
        self.past(now_ms).find(|step| step.label == Label::Talking).map(|step| step.at_ms)
    }

    /// Who is on the call, talking or on hold, both sides.
    pub(crate) fn on_call(&self, now_ms: u64) -> impl Iterator<Item = &Party> {
        let current = self.current(now_ms);
        let connected = current.filter(|step| matches!(step.label, Label::Talking | Label::OnHold));
        let caller = connected.filter(|step| step.caller).map(|_| &self.caller);
        let callees = connected.into_iter().flat_map(|step| &step.on);
        caller.into_iter().chain(callees.filter_map(|index| self.callees.get(*index)))
    }

    /// How long it has been in which state.
    pub(crate) fn lengths(&self, now_ms: u64) -> Lengths {
        let mut lengths = Lengths::default();
        let mut past = self.past(now_ms).peekable();
        while let Some(step) = past.next() {
            let until = past.peek().map_or(now_ms, |next| next.at_ms);
            let length = until - step.at_ms;
            match step.label {
                Label::Waiting | Label::Alerting => lengths.waiting += length,
                Label::Talking | Label::InVoicemail => lengths.talking += length,
                Label::OnHold => lengths.on_hold += length,
                Label::Transferred => {}
            }
        }
        lengths
    }

    /// Adds what happens now.
    fn then(&mut self, now_ms: u64, change: impl FnOnce(&mut Step)) {
        let Some(last) = self.steps.last() else { return };
        let mut step = Step { at_ms: now_ms.max(last.at_ms), ..last.clone() };
        change(&mut step);
        self.steps.push(step);
    }

    /// The last one who was called answers.
    pub(crate) fn answer(&mut self, now_ms: u64) {
        self.then(now_ms, |step| {
            step.label = Label::Talking;
            step.caller = true;
            if !step.on.contains(&step.callee) {
                step.on.push(step.callee);
            }
        });
    }

    /// Somebody is put on hold, or taken back.
    pub(crate) fn hold(&mut self, now_ms: u64, hold: bool) {
        self.then(now_ms, |step| step.label = if hold { Label::OnHold } else { Label::Talking });
    }

    /// The callee hands the call on and leaves; it rings again.
    pub(crate) fn transfer(&mut self, now_ms: u64, to: Party) {
        self.callees.push(to);
        let newest = self.callees.len() - 1;
        self.then(now_ms, |step| {
            step.label = Label::Transferred;
            step.on.clear();
        });
        self.then(now_ms, |step| {
            step.label = Label::Alerting;
            step.callee = newest;
        });
    }

    /// One more joins those who talk; active calls tell of that one only.
    pub(crate) fn join(&mut self, now_ms: u64, who: Party) {
        self.callees.push(who);
        let newest = self.callees.len() - 1;
        self.then(now_ms, |step| {
            step.label = Label::Talking;
            step.callee = newest;
            step.on.push(newest);
        });
    }

    /// The caller leaves a message instead.
    pub(crate) fn voicemail(&mut self, now_ms: u64) {
        self.then(now_ms, |step| step.label = Label::InVoicemail);
    }

    /// It ends.
    pub(crate) fn end(&mut self, now_ms: u64) {
        self.ended_ms = Some(now_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn party(name: &str, place: usize) -> Party {
        Party { address: Some(name.to_owned()), name: Some(name.to_owned()), place: Some(place) }
    }

    fn on(talk: &Talk, now_ms: u64) -> Vec<usize> {
        talk.on_call(now_ms).filter_map(|party| party.place).collect()
    }

    #[test]
    fn a_call_is_what_has_happened_until_now() {
        let mut talk = Talk::ringing(0, Direction::Internal, [party("1001", 1), party("1002", 2)], 1_000);
        talk.answer(5_000);
        talk.hold(10_000, true);
        talk.hold(12_000, false);
        talk.transfer(20_000, party("1003", 3));
        talk.answer(25_000);
        talk.join(30_000, party("1004", 4));
        talk.end(40_000);
        let labels: Vec<_> =
            [1_000, 5_000, 10_000, 12_000, 20_000, 25_000].map(|now| talk.label(now).unwrap().name()).into();
        assert_eq!(labels, ["ALERTING", "TALKING", "ONHOLD", "TALKING", "ALERTING", "TALKING"]);
        assert_eq!([on(&talk, 4_999), on(&talk, 11_000)], [vec![], vec![1, 2]]);
        assert_eq!([on(&talk, 20_000), on(&talk, 26_000)], [vec![], vec![1, 3]]);
        assert_eq!(on(&talk, 31_000), [1, 3, 4]);
        assert_eq!(talk.latest(31_000).unwrap().place, Some(4));
        assert_eq!(talk.connected_ms(31_000), Some(5_000));
        let lengths = Lengths { waiting: 9_000, talking: 18_000, on_hold: 2_000 };
        assert_eq!(talk.lengths(30_000), lengths);
        assert_eq!(
            [999, 1_000, 39_999, 40_000].map(|now| talk.is_under_way(now)),
            [false, true, true, false]
        );
    }
}
