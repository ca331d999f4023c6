//! The faults in force, and what they do to one request.

use std::sync::Mutex;

use super::{Fault, FaultKind, Place};
use crate::guard::lock;
use crate::message::Endpoint;

/// A fault and how much of it is left.
struct Charge {
    fault: Fault,
    set_at_ms: u64,
    stamp: i64,
    left: Option<u32>,
}

/// The faults that were set.
#[derive(Default)]
pub(crate) struct Armed {
    charges: Mutex<Vec<Charge>>,
}

/// An answer given instead of the real one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    Throttle { retry_after: u64 },
    Status(u16),
    ExpiredToken,
    Forbidden,
}

/// All that faults do to one request.
#[derive(Debug, Default)]
pub(crate) struct Effects {
    /// The answer waits that long.
    pub(crate) latency_ms: u64,
    /// The first refusal, if any.
    pub(crate) refusal: Option<Refusal>,
    /// The connection is closed without an answer.
    pub(crate) drop: bool,
    /// The body ends early on the wire.
    pub(crate) half_body: bool,
    /// What is done to the body, and to which share of its entries.
    pub(crate) distortions: Vec<(FaultKind, f64)>,
    /// Tokens issued before this stamp are revoked.
    pub(crate) revoked_before: Option<i64>,
    /// Seconds by which the clock is off.
    pub(crate) skew_seconds: i64,
    /// Delta tokens are unknown.
    pub(crate) delta_reset: bool,
}

impl Armed {
    /// Replaces all faults.
    pub(crate) fn replace(&self, faults: Vec<Fault>, now_ms: u64, stamp: i64) {
        *lock(&self.charges) = faults
            .into_iter()
            .map(|fault| Charge { left: fault.times, fault, set_at_ms: now_ms, stamp })
            .collect();
    }

    /// The faults as they were set, spent ones left out.
    pub(crate) fn list(&self) -> Vec<Fault> {
        lock(&self.charges)
            .iter()
            .filter(|charge| charge.left != Some(0))
            .map(|charge| Fault { times: charge.left, ..charge.fault.clone() })
            .collect()
    }

    /// What happens to a request at `endpoint`. `part` tells a part of a batch: faults of whole
    /// families (`everything`, `graph`) have struck the batch itself already.
    pub(crate) fn strike(&self, endpoint: Endpoint, part: bool, now_ms: u64) -> Effects {
        let mut effects = Effects::default();
        for charge in lock(&self.charges).iter_mut() {
            let family = matches!(charge.fault.at, Place::Everything | Place::Graph);
            if !charge.fault.at.covers(endpoint) || (part && family) || !charge.burns(now_ms) {
                continue;
            }
            if let Some(left) = &mut charge.left {
                *left -= 1;
            }
            effects.add(charge);
        }
        effects
    }
}

impl Charge {
    fn burns(&self, now_ms: u64) -> bool {
        let from = self.set_at_ms + milliseconds(self.fault.after_seconds);
        let until = self.fault.for_seconds.map(|seconds| from.saturating_add(milliseconds(seconds)));
        self.left != Some(0) && now_ms >= from && until.is_none_or(|until| now_ms < until)
    }
}

impl Effects {
    fn add(&mut self, charge: &Charge) {
        match charge.fault.kind {
            FaultKind::Latency { milliseconds } => self.latency_ms += milliseconds,
            FaultKind::Throttle { retry_after } => self.refuse(Refusal::Throttle { retry_after }),
            FaultKind::Status { status } => self.refuse(Refusal::Status(status)),
            FaultKind::ExpiredToken => self.refuse(Refusal::ExpiredToken),
            FaultKind::Forbidden => self.refuse(Refusal::Forbidden),
            FaultKind::Drop => self.drop = true,
            FaultKind::HalfBody => self.half_body = true,
            FaultKind::RevokedToken => self.revoked_before = self.revoked_before.max(Some(charge.stamp)),
            FaultKind::ClockSkew { seconds } => self.skew_seconds += seconds,
            FaultKind::DeltaReset => self.delta_reset = true,
            FaultKind::Malformed
            | FaultKind::WrongTypes
            | FaultKind::UnknownValues
            | FaultKind::MissingIds => {
                self.distortions.push((charge.fault.kind.clone(), charge.fault.share));
            }
        }
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.refusal.get_or_insert(refusal);
    }
}

fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1000.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_has_a_beginning_an_end_and_a_number_of_shots() {
        let armed = Armed::default();
        let fault = Fault::new(Place::Presence, FaultKind::Drop).after(10.0).lasting(5.0).times(2);
        armed.replace(vec![fault], 1_000, 1);
        let strikes = |endpoint, now| armed.strike(endpoint, false, now).drop;
        assert!(!strikes(Endpoint::Presence, 10_999));
        assert!(!strikes(Endpoint::Users, 11_000));
        assert!(strikes(Endpoint::Presence, 11_000));
        assert!(!strikes(Endpoint::Presence, 16_000));
        assert!(strikes(Endpoint::Presence, 15_999));
        assert!(!strikes(Endpoint::Presence, 12_000));
        assert!(armed.list().is_empty());
    }

    #[test]
    fn the_first_refusal_wins_and_latencies_add_up() {
        let armed = Armed::default();
        let latency = Fault::new(Place::Graph, FaultKind::Latency { milliseconds: 5 });
        armed.replace(
            vec![
                latency.clone(),
                Fault::new(Place::Users, FaultKind::Forbidden),
                latency,
                Fault::new(Place::Everything, FaultKind::Status { status: 500 }),
            ],
            0,
            1,
        );
        let effects = armed.strike(Endpoint::Users, false, 0);
        assert_eq!((effects.latency_ms, effects.refusal), (10, Some(Refusal::Forbidden)));
        assert_eq!(armed.strike(Endpoint::Contacts, false, 0).refusal, Some(Refusal::Status(500)));
        assert_eq!(armed.strike(Endpoint::Organization, true, 0).refusal, None);
    }
}
