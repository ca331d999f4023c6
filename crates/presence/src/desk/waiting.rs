//! Telling when somebody is free: once, after a while of being free, and never a storm.

use std::time::Duration;

use super::kept::{Target, Watch};
use crate::desktop::{Notification, Opens};
use crate::moment::{Moment, Uptime};
use crate::person::{ById, PersonId};
use crate::snapshot::{Freshness, PersonState, Snapshot, SourceState};
use crate::view::board::State;

/// Two notifications are at least this far apart; whoever is free in between is told together.
const GAP: Duration = Duration::from_secs(10);

/// So many names stand in one notification; the rest are counted.
const MOST_NAMES: usize = 5;

/// Since when those who are waited for are free without a break.
#[derive(Clone, Debug, Default)]
pub struct Waiting {
    free: ById<Moment>,
    told: Option<Moment>,
    due: Option<Uptime>,
}

impl Waiting {
    /// Counts anew: what was seen before says nothing about now.
    pub fn forget(&mut self) {
        self.free.clear();
        self.due = None;
    }

    /// When somebody may have been free for long enough.
    #[must_use]
    pub fn wake_at(&self) -> Option<Uptime> {
        self.due
    }

    /// Whom to tell of now, in one notification, and which wishes that fulfils.
    pub fn look(
        &mut self,
        snapshot: &Snapshot,
        watches: &[Watch],
        free_for: u32,
    ) -> Option<(Vec<Target>, Notification)> {
        // While states are old, nobody counts as free; what comes after counts from its first sight.
        if watches.is_empty() || snapshot.source.state != SourceState::Live || snapshot.paused.is_some() {
            self.forget();
            return None;
        }
        let mut seen = ById::default();
        for person in wanted(snapshot, watches) {
            let free = State::of(snapshot, person) == State::Available
                && snapshot.freshness(person) == Freshness::Fresh;
            if free {
                let since = self.free.get(&person.id()).copied().unwrap_or(snapshot.at);
                seen.insert(person.id(), since);
            }
        }
        self.free = seen;
        let needed = Duration::from_secs(u64::from(free_for));
        let ready = |since: &Moment| snapshot.at.since(*since) >= needed;
        let next = self.free.values().filter(|since| !ready(since)).map(|since| since.uptime.plus(needed));
        self.due = next.min();
        if !self.free.values().any(ready) {
            return None;
        }
        if let Some(told) = self.told.filter(|told| snapshot.at.since(*told) < GAP) {
            let again = told.uptime.plus(GAP);
            self.due = Some(self.due.map_or(again, |due| due.min(again)));
            return None;
        }
        let (targets, people) = self.fulfilled(snapshot, watches, ready);
        if people.is_empty() {
            return None;
        }
        self.told = Some(snapshot.at);
        Some((targets, notification(&people)))
    }

    fn fulfilled<'a>(
        &self,
        snapshot: &'a Snapshot,
        watches: &[Watch],
        ready: impl Fn(&Moment) -> bool,
    ) -> (Vec<Target>, Vec<&'a PersonState>) {
        let is_ready = |id: PersonId| self.free.get(&id).is_some_and(&ready);
        let mut targets = Vec::new();
        let mut people: Vec<&PersonState> = Vec::new();
        for watch in watches {
            let found = match &watch.target {
                Target::Person(id) if !is_ready(*id) => None,
                Target::Person(id) => snapshot.people.iter().find(|person| person.id() == *id),
                // Whoever has been free longest is the likeliest to stay so.
                Target::Department(name) => snapshot
                    .people
                    .by_name()
                    .filter(|person| person.card.department() == name && is_ready(person.id()))
                    .min_by_key(|person| self.free.get(&person.id()).map(|since| since.uptime)),
            };
            if let Some(person) = found {
                targets.push(watch.target.clone());
                if people.iter().all(|other| other.id() != person.id()) {
                    people.push(person);
                }
            }
        }
        (targets, people)
    }
}

/// Everybody whom a wish is about.
fn wanted<'a>(snapshot: &'a Snapshot, watches: &'a [Watch]) -> impl Iterator<Item = &'a PersonState> {
    snapshot.people.iter().filter(move |person| {
        watches.iter().any(|watch| match &watch.target {
            Target::Person(id) => *id == person.id(),
            Target::Department(name) => person.card.department() == name,
        })
    })
}

fn notification(people: &[&PersonState]) -> Notification {
    let name = |person: &&PersonState| person.card.person.name.clone();
    let (title, text) = match people {
        [one] => {
            let extension = one.card.extension();
            let place = [one.card.title(), one.card.department()];
            let mut parts: Vec<String> =
                place.into_iter().filter(|part| !part.is_empty()).map(Into::into).collect();
            if !extension.is_empty() {
                parts.push(format!("extension {extension}"));
            }
            (format!("{} is free", one.card.person.name), parts.join(", "))
        }
        several => {
            let mut names: Vec<String> = several.iter().take(MOST_NAMES).map(name).collect();
            if several.len() > MOST_NAMES {
                names.push(format!("{} more", several.len() - MOST_NAMES));
            }
            let last = names.pop().unwrap_or_default();
            (format!("{} people are free", several.len()), format!("{} and {last}", names.join(", ")))
        }
    };
    let opens = match people {
        [one] => Opens::Person(one.id()),
        _ => Opens::Board,
    };
    Notification { key: "free", title, text, action: "Open", opens, sound: false }
}
