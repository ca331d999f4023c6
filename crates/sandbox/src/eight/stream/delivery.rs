//! Which message a listener gets next: order, acknowledgement, redelivery.

use std::collections::{BTreeMap, VecDeque};

/// What a listener has had and what it has yet to get, as places in the log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// Nothing before this place is looked at again of itself.
    pub(crate) next: u64,
    /// What is sent once more, and how many times it was before.
    pub(crate) again: VecDeque<(u64, u64)>,
    /// What was sent and not acknowledged: how many times it was sent before, and when it was sent.
    pub(crate) pending: BTreeMap<u64, (u64, u64)>,
    /// How much may be pending; nothing means any number.
    pub(crate) most: Option<usize>,
    /// How much a listener that pulls has asked for.
    pub(crate) permits: Option<u64>,
    pub(crate) delivered: u64,
    pub(crate) redelivered: u64,
    pub(crate) acknowledged: u64,
    pub(crate) unknown: u64,
}

/// What a listener has had, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) delivered: u64,
    pub(crate) redelivered: u64,
    pub(crate) acknowledged: u64,
    pub(crate) unknown: u64,
    pub(crate) pending: usize,
}

impl Delivery {
    /// Where it stands.
    pub(crate) fn tally(&self) -> Tally {
        Tally {
            delivered: self.delivered,
            redelivered: self.redelivered,
            acknowledged: self.acknowledged,
            unknown: self.unknown,
            pending: self.pending.len(),
        }
    }

    /// What is sent next, and how many times it was sent before. `find` gives the first message of the topic at
    /// or after a place.
    pub(crate) fn step(&mut self, now_ms: u64, find: impl FnOnce(u64) -> Option<u64>) -> Option<(u64, u64)> {
        if self.most.is_some_and(|most| self.pending.len() >= most) || self.permits == Some(0) {
            return None;
        }
        let (entry, before) = match self.again.pop_front() {
            Some(again) => again,
            None => {
                let entry = find(self.next)?;
                self.next = entry + 1;
                (entry, 0)
            }
        };
        self.permits = self.permits.map(|permits| permits - 1);
        self.pending.insert(entry, (before, now_ms));
        self.delivered += 1;
        self.redelivered += u64::from(before > 0);
        Some((entry, before))
    }

    /// The listener has handled a message.
    pub(crate) fn acknowledge(&mut self, entry: Option<u64>) {
        match entry.and_then(|entry| self.pending.remove(&entry)) {
            Some(_) => self.acknowledged += 1,
            None => self.unknown += 1,
        }
    }

    /// The listener could not handle a message.
    pub(crate) fn refuse(&mut self, entry: Option<u64>) {
        if let Some((entry, (before, _))) =
            entry.and_then(|entry| Some((entry, self.pending.remove(&entry)?)))
        {
            self.again.push_back((entry, before + 1));
        }
    }

    /// Whatever was sent before a moment and is pending still is sent again.
    pub(crate) fn expire(&mut self, before_ms: u64) {
        let late: Vec<u64> = self
            .pending
            .iter()
            .filter(|(_, (_, sent))| *sent <= before_ms)
            .map(|(entry, _)| *entry)
            .collect();
        for entry in late {
            self.refuse(Some(entry));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(delivery: &mut Delivery, end: u64) -> Vec<(u64, u64)> {
        std::iter::from_fn(|| delivery.step(0, |from| (from < end).then_some(from))).collect()
    }

    #[test]
    fn delivery_stops_until_it_is_acknowledged() {
        let mut delivery = Delivery { most: Some(2), ..Delivery::default() };
        assert_eq!(drain(&mut delivery, 5), [(0, 0), (1, 0)]);
        delivery.acknowledge(Some(1));
        delivery.acknowledge(Some(1));
        delivery.acknowledge(None);
        assert_eq!(drain(&mut delivery, 5), [(2, 0)]);
        assert_eq!((delivery.acknowledged, delivery.unknown), (1, 2));
        delivery.refuse(Some(0));
        assert_eq!(drain(&mut delivery, 5), [(0, 1)]);
        delivery.expire(0);
        assert_eq!(drain(&mut delivery, 5), [(0, 2), (2, 1)]);
        assert_eq!((delivery.delivered, delivery.redelivered), (6, 3));
    }

    #[test]
    fn who_pulls_gets_what_it_asked_for() {
        let mut delivery = Delivery { permits: Some(0), ..Delivery::default() };
        assert!(drain(&mut delivery, 5).is_empty());
        delivery.permits = Some(3);
        assert_eq!(drain(&mut delivery, 5).len(), 3);
    }
}
