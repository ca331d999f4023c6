//! Who is on an 8x8 call, whatever source says so, and whose call may show in Teams.

use crate::moment::Moment;
use crate::person::{ById, PersonId};

/// Everybody who is on an 8x8 call.
#[derive(Debug, Default)]
pub struct Talking {
    people: ById<Talk>,
}

#[derive(Clone, Copy, Debug)]
struct Talk {
    since: Moment,
    shown: bool,
}

/// What changed; each list in the order of ids.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Who is on a call now.
    pub began: Vec<PersonId>,
    /// Who is no longer.
    pub ended: Vec<PersonId>,
    /// Whose call is to be shown in Teams now.
    pub shown: Vec<PersonId>,
    /// Whose is no longer.
    pub hidden: Vec<PersonId>,
}

impl Talking {
    /// Takes who is on a call by some source, and whether that one may show in Teams. Several may name the same person: one call
    /// that may be shown is enough.
    pub fn settle(&mut self, named: impl IntoIterator<Item = (PersonId, bool)>, now: Moment) -> Changes {
        let mut people: ById<Talk> = ById::default();
        for (person, shown) in named {
            let since = self.people.get(&person).map_or(now, |before| before.since);
            people.entry(person).and_modify(|talk| talk.shown |= shown).or_insert(Talk { since, shown });
        }
        let among = |some: &ById<Talk>, others: &ById<Talk>, counts: fn(&Talk) -> bool| {
            let there = |id: &PersonId| others.get(id).is_some_and(counts);
            let mut found: Vec<PersonId> =
                some.iter().filter(|(id, talk)| counts(talk) && !there(id)).map(|(id, _)| *id).collect();
            found.sort_unstable();
            found
        };
        let changes = Changes {
            began: among(&people, &self.people, |_| true),
            ended: among(&self.people, &people, |_| true),
            shown: among(&people, &self.people, |talk| talk.shown),
            hidden: among(&self.people, &people, |talk| talk.shown),
        };
        self.people = people;
        changes
    }

    /// Since when somebody is known to be on a call.
    #[must_use]
    pub fn since(&self, person: &PersonId) -> Option<Moment> {
        self.people.get(person).map(|talk| talk.since)
    }

    /// Whether somebody's call is to be shown in Teams.
    #[must_use]
    pub fn is_shown(&self, person: &PersonId) -> bool {
        self.people.get(person).is_some_and(|talk| talk.shown)
    }

    /// How many are on a call.
    #[must_use]
    pub fn count(&self) -> usize {
        self.people.len()
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::moment::Uptime;

    fn at(seconds: i64) -> Moment {
        Moment { uptime: Uptime(seconds * 1_000), wall: Timestamp::from_second(seconds).unwrap() }
    }

    fn person(number: u128) -> PersonId {
        PersonId::parse(&uuid::Uuid::from_u128(number).to_string()).unwrap()
    }

    #[test]
    fn two_sources_make_one_call_that_lasts_as_long_as_either() {
        let mut talking = Talking::default();
        let changes = talking.settle([(person(1), true)], at(0));
        assert_eq!((changes.began, changes.shown), (vec![person(1)], vec![person(1)]));
        assert_eq!(talking.settle([(person(1), true), (person(1), false)], at(1)), Changes::default());
        // Only the source whose calls may not be shown is left.
        let changes = talking.settle([(person(1), false)], at(2));
        assert_eq!((changes.ended, changes.hidden), (vec![], vec![person(1)]));
        assert_eq!((talking.since(&person(1)), talking.is_shown(&person(1))), (Some(at(0)), false));
        assert_eq!(talking.settle([], at(3)).ended, [person(1)]);
    }
}
