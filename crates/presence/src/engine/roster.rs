//! Who is known, joined to 8x8, and what Teams last said about each.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;

use super::calls::Lines;
use super::event::{DirectoryRead, PresenceRead, Reading, Restored, StoredObservation};
use crate::day::Day;
use crate::imports::{self, Fields};
use crate::mapping::{Presence, map};
use crate::matches::{self, Report};
use crate::moment::Moment;
use crate::person::{ById, Card, Contact, Person, PersonId};
use crate::snapshot::{Observation, PAGE, People, PersonState, stale_after};

/// Everybody.
#[derive(Debug, Default)]
pub struct Roster {
    people: People,
    positions: ById<u32>,
    users: ById<Arc<Person>>,
    contacts: Arc<Vec<Contact>>,
    report: Arc<Report>,
    /// The account that polls; it is on the board only if 8x8 knows it as a person.
    own: Option<PersonId>,
    /// Whether 8x8 says anything of anybody beside calls.
    eight: bool,
    /// New states of days, for the store.
    days: Vec<(PersonId, Timestamp, Presence)>,
}

/// What a presence answer changed.
#[derive(Debug, Default)]
pub struct Observed {
    /// States that are new.
    pub changed: Vec<(PersonId, StoredObservation)>,
    /// Values that no documentation names.
    pub unknown_values: u64,
    /// Answers that were older than what is known.
    pub late: u64,
}

impl Roster {
    /// Everybody on the board, sharing pages with the roster.
    #[must_use]
    pub fn people(&self) -> &People {
        &self.people
    }

    /// The match report.
    #[must_use]
    pub fn report(&self) -> &Arc<Report> {
        &self.report
    }

    /// All contacts.
    #[must_use]
    pub fn contacts(&self) -> &Arc<Vec<Contact>> {
        &self.contacts
    }

    /// Who is on a page.
    #[must_use]
    pub fn page(&self, number: usize) -> Arc<[PersonId]> {
        self.people
            .pages
            .get(number)
            .map(|page| page.iter().map(PersonState::id).collect())
            .unwrap_or_default()
    }

    /// How many pages there are.
    #[must_use]
    pub fn pages(&self) -> usize {
        self.people.pages.len()
    }

    /// Takes over what the last run knew.
    pub fn restore(&mut self, restored: Restored, now: Moment) {
        self.contacts = Arc::new(restored.contacts);
        let mut known = HashMap::with_capacity(restored.people.len());
        for (person, observation) in restored.people {
            if let Some(observation) = observation {
                known.insert(person.id, observation);
            }
            self.users.insert(person.id, Arc::new(person));
        }
        self.rejoin();
        let mut days: ById<Day> = ById::default();
        for (id, since, presence) in restored.days {
            if since <= now.wall {
                days.entry(id).or_default().note(since, presence);
            }
        }
        for page in &mut self.people.pages {
            for state in Arc::make_mut(page) {
                if let Some(day) = days.remove(&state.id()) {
                    state.day = Arc::new(day);
                }
                if let Some(stored) = known.remove(&state.id()) {
                    state.absent = stored.absent;
                    state.teams = Some(Observation {
                        mapping: map(&stored.availability, &stored.activity, stored.out_of_office),
                        availability: stored.availability,
                        activity: stored.activity,
                        out_of_office: stored.out_of_office,
                        sequence: None,
                        since: now.restored(stored.since),
                        observed: now.restored(stored.observed),
                    });
                }
            }
        }
    }

    /// Takes a reading of the directory; gives what really changed, for the store.
    pub fn apply(&mut self, read: DirectoryRead) -> (Vec<Arc<Person>>, Vec<PersonId>) {
        let mut removed = read.removed;
        if read.full {
            let present: std::collections::HashSet<PersonId> =
                read.people.iter().map(|person| person.id).collect();
            removed.extend(self.users.keys().filter(|id| !present.contains(id)));
        }
        removed.retain(|id| self.users.remove(id).is_some());
        let mut changed = Vec::new();
        for person in read.people {
            if self.users.get(&person.id).is_none_or(|known| **known != person) {
                let person = Arc::new(person);
                changed.push(Arc::clone(&person));
                self.users.insert(person.id, person);
            }
        }
        if !changed.is_empty() || !removed.is_empty() {
            self.rejoin();
        }
        (changed, removed)
    }

    /// Takes all contacts of 8x8; tells whether anything changed.
    pub fn set_contacts(&mut self, contacts: Vec<Contact>) -> bool {
        if *self.contacts == contacts {
            return false;
        }
        self.contacts = Arc::new(contacts);
        self.rejoin();
        true
    }

    /// Says which account polls.
    pub fn set_own(&mut self, own: Option<PersonId>) {
        if self.own != own {
            self.own = own;
            self.rejoin();
        }
    }

    /// Who has which extension.
    #[must_use]
    pub fn lines(&self) -> Lines {
        let mut lines = Lines::default();
        for state in self.people.iter() {
            let Some(contact) = &state.card.contact else { continue };
            for extension in contact.extension.iter().chain(&contact.other_extensions) {
                lines.add(contact.pbx.as_deref(), extension, state.id());
            }
        }
        lines
    }

    /// Everybody on the board who has no 8x8 user, as contacts that could be imported, in a fixed order.
    #[must_use]
    pub fn without_contact(&self) -> Vec<Fields> {
        let alone = self.people.by_name().filter(|state| state.card.contact.is_none());
        alone.filter_map(|state| imports::fields(&state.card.person)).collect()
    }

    /// What Teams last said of a person.
    #[must_use]
    pub fn teams(&self, id: &PersonId) -> Option<&Observation> {
        self.state(id).and_then(|state| state.teams.as_ref())
    }

    /// Says that somebody is on an 8x8 call, or no longer.
    pub fn set_call(&mut self, id: &PersonId, call: Option<Moment>, now: Moment) {
        if self.state(id).is_some_and(|state| state.call != call)
            && let Some(state) = self.state_mut(id)
        {
            state.call = call;
            let standing = note(state, now.wall, state.standing());
            self.days.extend(standing);
        }
    }

    /// What days have got since the last time, for the store.
    pub fn take_days(&mut self) -> Vec<(PersonId, Timestamp, Presence)> {
        std::mem::take(&mut self.days)
    }

    /// Says what 8x8 says of people beside calls; of whoever is not named it says nothing. Whether anything changed.
    pub fn set_words(&mut self, words: &ById<Presence>) -> bool {
        if words.is_empty() && !self.eight {
            return false;
        }
        self.eight = !words.is_empty();
        let changed: Vec<PersonId> = self
            .people
            .iter()
            .filter(|state| state.eight != words.get(&state.id()).copied())
            .map(PersonState::id)
            .collect();
        for id in &changed {
            if let Some(state) = self.state_mut(id) {
                state.eight = words.get(id).copied();
            }
        }
        !changed.is_empty()
    }

    /// Says whether Teams repeats our own word for somebody.
    pub fn set_ours(&mut self, id: &PersonId, ours: bool) {
        if self.state(id).is_some_and(|state| state.ours != ours)
            && let Some(state) = self.state_mut(id)
        {
            state.ours = ours;
        }
    }

    fn state(&self, id: &PersonId) -> Option<&PersonState> {
        self.positions.get(id).and_then(|at| self.people.get(*at as usize))
    }

    fn state_mut(&mut self, id: &PersonId) -> Option<&mut PersonState> {
        let at = *self.positions.get(id)? as usize;
        Arc::make_mut(self.people.pages.get_mut(at / PAGE)?).get_mut(at % PAGE)
    }

    /// Takes an answer about presence.
    pub fn observe(&mut self, read: &PresenceRead, interval: std::time::Duration, now: Moment) -> Observed {
        let mut result = Observed::default();
        let mut answered = vec![false; self.people.len()];
        // Answers mostly come in the order of the question, or in the opposite one: then no index is needed.
        let mut last = read.page * PAGE;
        for reading in &read.readings {
            let near = [last + 1, last.wrapping_sub(1), last];
            let is_there = |at: &usize| self.people.get(*at).is_some_and(|state| state.id() == reading.id);
            let near = near.into_iter().find(is_there);
            let Some(position) = near.or_else(|| self.positions.get(&reading.id).map(|at| *at as usize))
            else {
                continue;
            };
            last = position;
            answered[position] = true;
            let page = Arc::make_mut(&mut self.people.pages[position / PAGE]);
            let state = &mut page[position % PAGE];
            let before = state.teams.as_ref().map(|teams| teams.observed);
            observe(state, reading, interval, now, &mut result);
            self.days.extend(follow(state, before, interval, now).into_iter().flatten());
        }
        if read.readings.len() < read.asked.len() {
            for id in read.asked.iter() {
                if self.positions.get(id).is_some_and(|at| !answered[*at as usize]) {
                    self.leave_out(*id, &mut result);
                }
            }
        }
        result
    }

    /// The answer did not name this person: what was known ages, and the board says why.
    fn leave_out(&mut self, id: PersonId, result: &mut Observed) {
        let Some(&position) = self.positions.get(&id) else { return };
        let state =
            &mut Arc::make_mut(&mut self.people.pages[position as usize / PAGE])[position as usize % PAGE];
        if !state.absent {
            state.absent = true;
            if let Some(teams) = &state.teams {
                result.changed.push((id, stored(teams, true)));
            }
        }
    }

    /// Joins both directories anew and fits the pages: who stays keeps position and state.
    fn rejoin(&mut self) {
        let mut users: Vec<Arc<Person>> = self.users.values().cloned().collect();
        // In a fixed order, so that the same directory always makes the same report.
        users.sort_unstable_by_key(|user| user.id);
        let (joined, report) = matches::join(&users, &self.contacts);
        self.report = Arc::new(report);

        let mut wanted: ById<Arc<Card>> = ById::with_capacity_and_hasher(users.len(), Default::default());
        let mut arrivals = Vec::new();
        for user in users.into_iter().filter(|user| user.left_out().is_none()) {
            let contact = joined.get(&user.id).and_then(|&index| self.contacts.get(index));
            if contact.is_none() && self.own == Some(user.id) {
                continue;
            }
            let known = self.positions.get(&user.id).and_then(|&at| self.people.get(at as usize));
            let same =
                known.filter(|state| state.card.person == *user && state.card.contact.as_ref() == contact);
            let card = same.map_or_else(
                || Card::new(Person::clone(&user), contact.cloned()),
                |state| Arc::clone(&state.card),
            );
            if known.is_none() {
                arrivals.push(user.id);
            }
            wanted.insert(user.id, card);
        }

        let mut everybody: Vec<PersonState> = Vec::with_capacity(wanted.len());
        for state in self.people.iter() {
            if let Some(card) = wanted.get(&state.id()) {
                everybody.push(PersonState { card: Arc::clone(card), ..state.clone() });
            }
        }
        // In order of name, because that is how the board goes through them, page after page of memory.
        arrivals.sort_by_cached_key(|id| (wanted.get(id).map(|card| card.sort_key().to_owned()), *id));
        for id in arrivals {
            if let Some(card) = wanted.get(&id) {
                let card = Arc::clone(card);
                everybody.push(PersonState {
                    card,
                    teams: None,
                    absent: false,
                    call: None,
                    ours: false,
                    eight: None,
                    day: Arc::default(),
                });
            }
        }
        self.positions = everybody.iter().zip(0_u32..).map(|(state, at)| (state.id(), at)).collect();
        let mut by_name: Vec<u32> = (0_u32..).take(everybody.len()).collect();
        by_name.sort_by_cached_key(|&at| {
            let state = &everybody[at as usize];
            (state.card.sort_key().to_owned(), state.id())
        });
        self.people = People {
            pages: everybody.chunks(PAGE).map(|page| Arc::new(page.to_vec())).collect(),
            by_name: Arc::new(by_name),
        };
    }
}

/// Takes note of what a person's day shows after a reading: a gap where nobody looked, and the state from now on.
fn follow(
    state: &mut PersonState,
    before: Option<Moment>,
    interval: std::time::Duration,
    now: Moment,
) -> [Option<(PersonId, Timestamp, Presence)>; 2] {
    let gap = before.filter(|before| now.since(*before) > stale_after(interval)).map(|before| before.wall);
    // A call that 8x8 tells of went on all the same.
    let gap = gap.filter(|_| state.call.is_none());
    let missed = gap.and_then(|gap| note(state, gap, Presence::Unknown));
    let standing = state.standing();
    [missed, note(state, now.wall, standing)]
}

fn note(
    state: &mut PersonState,
    from: Timestamp,
    presence: Presence,
) -> Option<(PersonId, Timestamp, Presence)> {
    if state.day.last() == Some(presence) {
        return None;
    }
    Arc::make_mut(&mut state.day).note(from, presence).then(|| (state.id(), from, presence))
}

fn observe(
    state: &mut PersonState,
    reading: &Reading,
    interval: std::time::Duration,
    now: Moment,
    result: &mut Observed,
) {
    let was_absent = std::mem::take(&mut state.absent);
    if let Some(known) = &mut state.teams {
        let fresh = now.since(known.observed) <= stale_after(interval);
        let late = match (&known.sequence, &reading.sequence) {
            (Some(known), Some(read)) => **read < **known,
            _ => false,
        };
        // Once knowledge is stale an older stamp is taken too: stamps may start anew, and nobody may be stuck.
        if late && fresh {
            result.late += 1;
            return;
        }
        if known.sequence.as_deref() != reading.sequence.as_deref() {
            known.sequence = reading.sequence.as_deref().map(Arc::from);
        }
        known.observed = now;
        let same = known.availability == reading.availability
            && known.activity == reading.activity
            && known.out_of_office == reading.out_of_office;
        if same {
            if was_absent {
                result.changed.push((reading.id, stored(known, false)));
            }
            return;
        }
    }
    let unknown = |term: &crate::mapping::Term| u64::from(matches!(term, crate::mapping::Term::Other(_)));
    result.unknown_values += unknown(&reading.availability) + unknown(&reading.activity);
    let mapping = map(&reading.availability, &reading.activity, reading.out_of_office);
    // A change of detail within one row, such as idle, does not start a new state.
    let since = state
        .teams
        .as_ref()
        .filter(|known| known.mapping.row == mapping.row)
        .map_or(now, |known| known.since);
    let observation = Observation {
        availability: reading.availability.clone(),
        activity: reading.activity.clone(),
        out_of_office: reading.out_of_office,
        sequence: reading.sequence.as_deref().map(Arc::from),
        mapping,
        since,
        observed: now,
    };
    result.changed.push((reading.id, stored(&observation, false)));
    state.teams = Some(observation);
}

fn stored(observation: &Observation, absent: bool) -> StoredObservation {
    StoredObservation {
        availability: observation.availability.clone(),
        activity: observation.activity.clone(),
        out_of_office: observation.out_of_office,
        since: observation.since.wall,
        observed: observation.observed.wall,
        absent,
    }
}
