//! The directory: accounts, who joins, who leaves, and the log that delta queries read.

pub(crate) mod account;
pub(crate) mod names;

use std::collections::{HashMap, HashSet, VecDeque};

use uuid::Uuid;

use crate::chance::{Purpose, below, draw, per_mille};
use crate::day::Day;
use crate::organisation::{APPLICATION_ADMIN, HELP_DESK};
use account::Account;

/// Changes to the staff are drawn for each ten simulated minutes.
const SEASON_MS: u64 = 600_000;

/// Something that happens to the staff by itself.
#[derive(Debug, Clone, Copy)]
enum StaffChange {
    Join,
    Leave(u64),
    Transfer(u64),
}

/// All accounts. An account keeps its place for good, so places serve as page marks.
pub(crate) struct Directory {
    seed: u64,
    people: u64,
    accounts: Vec<Account>,
    places: HashMap<Uuid, usize>,
    /// User names, mail addresses and aliases in lower case.
    names: HashMap<String, usize>,
    /// Places of changed accounts, oldest first.
    log: Vec<usize>,
    due: VecDeque<(u64, StaffChange)>,
    season: u64,
    /// Accounts that are not seen yet, and from when on they are, in elapsed milliseconds.
    hidden: VecDeque<(u64, usize)>,
}

impl Directory {
    /// An organisation of `people`, and the accounts besides them that every real directory has.
    pub(crate) fn new(seed: u64, people: usize, installed: bool) -> Self {
        let people_count = people as u64;
        let mut directory = Self {
            seed,
            people: people_count,
            accounts: Vec::with_capacity(people + people / 40 + 8),
            places: HashMap::with_capacity(people + people / 40 + 8),
            names: HashMap::with_capacity(people * 2),
            log: Vec::new(),
            due: VecDeque::new(),
            season: 0,
            hidden: VecDeque::new(),
        };
        for _ in 0..people {
            directory.hire();
        }
        let place = directory.accounts.len() as u64;
        if installed {
            directory.add(Account::status_user(seed, place));
        } else {
            directory.add(Account::staff(seed, place, APPLICATION_ADMIN, "Application administration"));
            directory.add(Account::staff(seed, place + 1, HELP_DESK, "Help desk"));
        }
        for _ in 0..people.div_ceil(100).max(1) {
            directory.add(Account::guest(seed, directory.accounts.len() as u64));
        }
        for _ in 0..people.div_ceil(200).max(1) {
            directory.add(Account::room(seed, directory.accounts.len() as u64));
            directory.add(Account::former(seed, directory.accounts.len() as u64));
        }
        directory.draw_season();
        directory
    }

    /// All accounts in their places, those that left included.
    pub(crate) fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The account at a place.
    pub(crate) fn account(&self, place: usize) -> Option<&Account> {
        self.accounts.get(place)
    }

    /// Where the account with this id is; accounts that left are not found.
    pub(crate) fn place_of_id(&self, id: Uuid) -> Option<usize> {
        self.places.get(&id).copied().filter(|place| self.accounts[*place].is_listed())
    }

    /// Finds an account by user name.
    pub(crate) fn place_of_user_name(&self, name: &str) -> Option<usize> {
        let place = *self.names.get(&name.trim().to_lowercase())?;
        let account = &self.accounts[place];
        (account.is_listed() && account.user_principal_name.eq_ignore_ascii_case(name.trim()))
            .then_some(place)
    }

    /// Finds an account by id, user name or mail address.
    pub(crate) fn find(&self, user: &str) -> Option<usize> {
        if let Ok(id) = user.trim().parse::<Uuid>() {
            return self.place_of_id(id);
        }
        let place = *self.names.get(&user.trim().to_lowercase())?;
        self.accounts[place].is_listed().then_some(place)
    }

    /// How many changes there were so far: where a delta token points.
    pub(crate) fn changes(&self) -> usize {
        self.log.len()
    }

    /// The places that changed in `from..until` of the log, each once, in the order of their first change.
    pub(crate) fn changed(&self, from: usize, until: usize) -> Vec<usize> {
        let mut seen = HashSet::new();
        self.log
            .get(from..until)
            .unwrap_or_default()
            .iter()
            .copied()
            .filter(|place| seen.insert(*place))
            .collect()
    }

    /// When the next change to the staff is due, in simulated milliseconds.
    pub(crate) fn next_change_ms(&self) -> u64 {
        self.due.front().map_or_else(|| self.season * SEASON_MS, |(at, _)| *at)
    }

    /// Carries out the changes that are due. The outcome depends on `now_ms` alone, not on how often one asks.
    pub(crate) fn catch_up(&mut self, now_ms: u64) {
        while self.next_change_ms() <= now_ms {
            match self.due.pop_front() {
                None => self.draw_season(),
                Some((_, StaffChange::Join)) => {
                    self.join();
                }
                Some((_, StaffChange::Leave(dice))) => {
                    if let Some(place) = self.somebody(dice, Day::cast_size(self.people)) {
                        self.leave(place);
                    }
                }
                Some((_, StaffChange::Transfer(dice))) => {
                    if let Some(place) = self.somebody(dice, 1) {
                        self.accounts[place].transfer(dice.rotate_left(17));
                        self.log.push(place);
                    }
                }
            }
        }
    }

    /// Hires one more person and returns the place.
    pub(crate) fn join(&mut self) -> usize {
        let place = self.hire();
        self.log.push(place);
        place
    }

    /// Deletes an account.
    pub(crate) fn leave(&mut self, place: usize) {
        if let Some(account) = self.accounts.get_mut(place).filter(|account| !account.left) {
            account.left = true;
            self.log.push(place);
        }
    }

    /// Adds an account that is seen from a moment on; none if the user name is taken.
    pub(crate) fn make(&mut self, user: &str, display: &str, seen_from_ms: u64) -> Option<&mut Account> {
        if self.is_taken(user) {
            return None;
        }
        let index = self.accounts.len() as u64;
        let place = self.add(Account { hidden: true, ..Account::made(self.seed, index, user, display) });
        self.hidden.push_back((seen_from_ms, place));
        self.accounts.get_mut(place)
    }

    /// Whether an account has that name or address, seen or not.
    fn is_taken(&self, name: &str) -> bool {
        self.names.get(&name.to_lowercase()).is_some_and(|place| !self.accounts[*place].left)
    }

    /// When the next hidden account is seen.
    pub(crate) fn next_seen_ms(&self) -> u64 {
        self.hidden.iter().map(|(at, _)| *at).min().unwrap_or(u64::MAX)
    }

    /// Shows the accounts whose time has come.
    pub(crate) fn reveal(&mut self, elapsed_ms: u64) {
        let (ready, rest): (Vec<_>, Vec<_>) = self.hidden.drain(..).partition(|(at, _)| *at <= elapsed_ms);
        self.hidden = rest.into();
        for (_, place) in ready {
            self.accounts[place].hidden = false;
            self.log.push(place);
        }
    }

    /// The account at a place, to be changed; the change is told to delta queries.
    pub(crate) fn change(&mut self, place: usize) -> Option<&mut Account> {
        self.log.push(place);
        self.accounts.get_mut(place)
    }

    fn draw_season(&mut self) {
        let season = self.season;
        let dice = |salt| draw(self.seed, Purpose::Staff, season, salt);
        let at = |salt: u64| season * SEASON_MS + 120_000 + below(dice(salt + 10), 450_000);
        let mut changes = Vec::new();
        if per_mille(dice(0), 700) {
            changes.push((at(0), StaffChange::Join));
        }
        if per_mille(dice(1), 600) {
            changes.push((at(1), StaffChange::Leave(dice(21))));
        }
        if per_mille(dice(2), 500) {
            changes.push((at(2), StaffChange::Transfer(dice(22))));
        }
        changes.sort_by_key(|(at, _)| *at);
        self.due = changes.into();
        self.season += 1;
    }

    /// Some person at or after place `first`.
    fn somebody(&self, dice: u64, first: u64) -> Option<usize> {
        let first = usize::try_from(first).ok()?;
        let choice = self.accounts.len().checked_sub(first)?;
        let start = below(dice, choice as u64) as usize;
        (0..choice)
            .map(|step| first + (start + step) % choice)
            .find(|place| self.accounts[*place].is_person())
    }

    fn hire(&mut self) -> usize {
        let index = self.accounts.len() as u64;
        let account = Account::person(self.seed, index, self.people, |name| self.names.contains_key(name));
        self.add(account)
    }

    fn add(&mut self, account: Account) -> usize {
        let place = self.accounts.len();
        self.places.insert(account.id, place);
        for name in account.mail.iter().chain(&account.aliases).chain([&account.user_principal_name]) {
            let known = self.names.entry(name.to_lowercase()).or_insert(place);
            // A name of somebody who left is free again.
            if self.accounts.get(*known).is_some_and(|account| account.left) {
                *known = place;
            }
        }
        self.accounts.push(account);
        place
    }
}

#[cfg(test)]
mod tests {
    use super::account::Kind;
    use super::*;

    fn count(directory: &Directory, kind: Kind) -> usize {
        directory.accounts.iter().filter(|account| account.kind == kind && !account.left).count()
    }

    #[test]
    fn the_people_are_counted_exactly_and_the_others_come_on_top() {
        for people in [1, 50, 1000] {
            let directory = Directory::new(7, people, true);
            assert_eq!(count(&directory, Kind::Person), people);
            assert_eq!(count(&directory, Kind::StatusUser), 1);
            for kind in [Kind::Guest, Kind::Room, Kind::Former] {
                assert!(count(&directory, kind) >= 1);
            }
        }
    }

    #[test]
    fn user_names_and_ids_are_unique() {
        let directory = Directory::new(7, 3000, true);
        let names: HashSet<String> =
            directory.accounts().iter().map(|a| a.user_principal_name.to_lowercase()).collect();
        assert_eq!(names.len(), directory.accounts().len());
        assert_eq!(directory.places.len(), directory.accounts().len());
        assert_eq!(directory.accounts()[0].user_principal_name, "admin@brightwater.example");
        for (place, account) in directory.accounts().iter().enumerate() {
            assert_eq!(directory.place_of_user_name(&account.user_principal_name), Some(place));
        }
    }

    #[test]
    fn nobody_joins_or_leaves_in_the_first_ninety_seconds_and_few_later() {
        for seed in 0..20 {
            let mut directory = Directory::new(seed, 250, true);
            directory.catch_up(90_000);
            assert_eq!(directory.changes(), 0);
            let mut before = 0;
            for ten_minutes in 1..200 {
                directory.catch_up(ten_minutes * SEASON_MS);
                assert!(directory.changes() - before <= 3);
                before = directory.changes();
            }
            assert!(before > 100);
        }
    }

    #[test]
    fn catching_up_in_one_step_or_in_many_gives_the_same_staff() {
        let (mut once, mut often) = (Directory::new(7, 60, true), Directory::new(7, 60, true));
        once.catch_up(7_200_000);
        for now in (0..=7_200_000).step_by(7_000) {
            often.catch_up(now);
        }
        often.catch_up(7_200_000);
        assert_eq!(once.log, often.log);
    }
}
