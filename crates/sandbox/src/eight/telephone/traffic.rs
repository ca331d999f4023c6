//! The simulated calls of the day.
//!
//! Each of the wanted calls is a line of its own whose time is cut into slots; each slot has one call, which is
//! played from a script that the seed chooses. A line has its own people, so nobody is on two simulated calls.

use super::call::{Direction, Party, Talk};
use super::phones::{Phone, Phones};
use crate::chance::{Purpose, below, draw, per_mille};

/// A line needs a caller, a callee, and one more for transfers and conferences.
const PEOPLE_A_LINE: usize = 3;

/// The calls under way, of one phone system or of all.
pub(super) fn talks(seed: u64, phones: &Phones, wanted: usize, pbx: Option<usize>, now_ms: u64) -> Vec<Talk> {
    let systems = phones.systems().max(1);
    let found = (0..wanted).filter(|line| pbx.is_none_or(|pbx| line % systems == pbx)).filter_map(|line| {
        let system = line % systems;
        let all = phones.of(system);
        let lines = (wanted - system).div_ceil(systems).min(all.len() / PEOPLE_A_LINE);
        let own = line / systems;
        (own < lines).then_some(Line { seed, line: line as u64, pbx: system, all, own, lines })?.talk(now_ms)
    });
    found.collect()
}

struct Line<'a> {
    seed: u64,
    line: u64,
    pbx: usize,
    all: &'a [Phone],
    /// Which of the lines of its phone system it is, and how many there are.
    own: usize,
    lines: usize,
}

impl Line<'_> {
    fn talk(&self, now_ms: u64) -> Option<Talk> {
        let rhythm = draw(self.seed, Purpose::Call, self.line, u64::MAX);
        let slot_ms = 70_000 + below(rhythm, 170_000);
        let phase = below(rhythm.rotate_left(32), slot_ms);
        let slot = (now_ms + phase) / slot_ms;
        // The first slot began before the day did, and nobody saw that.
        let begin = (slot * slot_ms).checked_sub(phase)?;
        let talk = self.script(slot, begin, slot_ms);
        talk.is_under_way(now_ms).then_some(talk)
    }

    fn script(&self, slot: u64, begin: u64, slot_ms: u64) -> Talk {
        let dice = |number: u64| draw(self.seed, Purpose::Call, self.line, slot * 16 + number);
        let staff = self.all.len() / self.lines;
        let first = below(dice(0), staff as u64) as usize;
        let person = |step: usize| {
            let phone = &self.all[self.own + self.lines * ((first + step) % staff)];
            // Now and then a phone system names the fully qualified extension.
            party(phone, per_mille(dice(1).rotate_left(step as u32 * 7), 120))
        };
        let (direction, ends) = match below(dice(2), 100) {
            0..40 => (Direction::Inbound, [outside(dice(3)), person(0)]),
            40..65 => (Direction::Outbound, [person(0), outside(dice(3) | 1)]),
            _ => (Direction::Internal, [person(0), person(1)]),
        };
        let start = begin + 1_000 + below(dice(4), 2_000);
        let end = begin + slot_ms - 1_000 - below(dice(5), 4_000);
        let mut talk = Talk::ringing(self.pbx, direction, ends, start);
        talk.id = format!("17{slot:07}{:04}", self.line);
        let ring = 4_000 + below(dice(6), 9_000);
        talk.steps[1].at_ms = start + 1_000 + below(dice(7), 2_000);
        let answered = talk.steps[1].at_ms + ring;
        let length = end - answered;
        let at = |share: u64| answered + length * share / 100;
        match below(dice(8), 100) {
            // Nobody answers; half of the callers leave a message.
            0..12 if direction != Direction::Outbound && per_mille(dice(9), 500) => {
                talk.voicemail(answered);
                talk.end(answered + length.min(25_000));
            }
            0..12 => talk.end(answered),
            kind => {
                talk.answer(answered);
                match kind {
                    12..35 => {
                        talk.hold(at(30), true);
                        talk.hold(at(50), false);
                    }
                    35..50 if direction != Direction::Outbound => {
                        talk.transfer(at(35), person(2));
                        talk.answer(at(50));
                    }
                    50..60 => talk.join(at(40), person(2)),
                    _ => {}
                }
                talk.end(end);
            }
        }
        talk
    }
}

fn party(phone: &Phone, qualified: bool) -> Party {
    let address = if qualified { &phone.fq_extension } else { &phone.extension };
    Party { address: Some(address.clone()), name: Some(phone.name.clone()), place: Some(phone.place) }
}

/// Somebody outside; one in sixteen withholds the number.
fn outside(dice: u64) -> Party {
    if dice.is_multiple_of(16) {
        return Party { address: None, name: Some("Anonymous".to_owned()), place: None };
    }
    let number = format!("+4420{:08}", below(dice, 100_000_000));
    Party { name: Some(number.clone()), address: Some(number), place: None }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::Options;
    use crate::eight::telephone::Label;
    use crate::tenant::Tenant;

    fn tenant() -> Tenant {
        let options = Options { people: 200, phone_systems: Some(3), ..Options::default() };
        Tenant::new(options, "http://127.0.0.1:1".to_owned())
    }

    #[test]
    fn nobody_is_on_two_calls_and_every_state_is_seen() {
        let tenant = tenant();
        let phones = tenant.telephone.phones(&tenant);
        let (mut labels, mut directions, mut ids) = (HashSet::new(), HashSet::new(), HashSet::new());
        let mut least = usize::MAX;
        for now in (600_000..4_200_000).step_by(7_000) {
            let talks = talks(7, phones, 12, None, now);
            least = least.min(talks.len());
            let mut people = HashSet::new();
            for talk in &talks {
                labels.extend(talk.label(now).map(Label::name));
                directions.insert(format!("{:?}", talk.direction));
                ids.insert((talk.id.clone(), talk.started_ms()));
                let parties = [&talk.caller].into_iter().chain(&talk.callees);
                for place in parties.filter_map(|party| party.place) {
                    assert!(people.insert(place), "{place} at {now}");
                }
                assert!(talk.steps.windows(2).all(|pair| pair[0].at_ms <= pair[1].at_ms));
            }
            assert_eq!(talks, super::talks(7, phones, 12, None, now));
        }
        assert!(least >= 6, "{least}");
        assert_eq!(labels.len(), 5, "{labels:?}");
        assert_eq!(directions.len(), 3);
        let distinct: HashSet<&String> = ids.iter().map(|(id, _)| id).collect();
        assert_eq!(distinct.len(), ids.len());
        assert!(talks(7, phones, 10_000, None, 900_000).len() <= 200 / PEOPLE_A_LINE);
    }

    #[test]
    fn extensions_repeat_across_phone_systems() {
        let tenant = tenant();
        let phones = tenant.telephone.phones(&tenant);
        let short =
            |pbx| -> HashSet<String> { phones.of(pbx).iter().map(|phone| phone.extension.clone()).collect() };
        assert!(short(0).intersection(&short(1)).count() > 40);
        assert!(short(1).intersection(&short(2)).count() > 40);
    }
}
