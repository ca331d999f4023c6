mod trouble;
mod walk;

use std::time::Duration;

use super::*;
use crate::center::{AgentStatus, StatusReason};
use jiff::Timestamp;

fn at(seconds: i64) -> Moment {
    Moment { uptime: Uptime(seconds * 1_000), wall: Timestamp::from_second(1_800_000_000 + seconds).unwrap() }
}

fn problem(code: &str) -> Arc<Problem> {
    Arc::new(Problem::new(code, "", "", ""))
}

fn lever(name: &str) -> Lever {
    Lever::Agent(name.into())
}

fn member() -> Lever {
    Lever::Member { group: "g".into(), extension_id: "x".into() }
}

fn agent(status: u8) -> Standing {
    Standing::Agent { status: AgentStatus(status), reason: None }
}

fn logged_in(logged_in: bool) -> Standing {
    Standing::Member { logged_in, may_log_out: true }
}

fn seen(lever: &Lever, standing: Standing, observed: i64, do_not_disturb: Option<bool>) -> Vec<Sighting> {
    vec![Sighting { lever: lever.clone(), standing, observed: at(observed), do_not_disturb }]
}

const YES: Option<bool> = Some(true);
const NO: Option<bool> = Some(false);

/// One lever, its machine and its ledger.
struct Desk {
    lever: Lever,
    quiet: Quiet,
    ledger: BTreeMap<Lever, Held>,
}

impl Desk {
    fn new(lever: Lever) -> Self {
        Self { lever, quiet: Quiet::default(), ledger: BTreeMap::new() }
    }

    /// What 8x8 and Teams say at a time, read then.
    fn see(&mut self, standing: Standing, do_not_disturb: Option<bool>, second: i64) {
        let sightings = seen(&self.lever, standing, second, do_not_disturb);
        self.settle(&sightings, second);
    }

    fn settle(&mut self, sightings: &[Sighting], second: i64) {
        for lever in self.quiet.settle(sightings, at(second)) {
            assert!(self.ledger.remove(&lever).is_some(), "only what is in the ledger leaves it");
        }
    }

    fn take(&mut self, second: i64) -> Option<QuietWrite> {
        let mut writes = self.quiet.take(at(second));
        assert!(writes.len() < 2);
        let (write, held) = writes.pop()?;
        self.ledger.extend(held.map(|held| (held.lever.clone(), held)));
        assert!(self.ledger.contains_key(&self.lever), "the ledger learns of it first");
        Some(write)
    }

    fn written(&mut self, write: &QuietWrite, result: Result<(), ChangeFault>, second: i64) {
        if let Some(lever) = self.quiet.written(write, result, at(second)) {
            assert!(self.ledger.remove(&lever).is_some(), "only what is in the ledger leaves it");
        }
    }

    /// Do-not-disturb from the start on, and set at five seconds.
    fn set(standing: &Standing, lever: Lever) -> Self {
        let mut desk = Self::new(lever);
        desk.see(standing.clone(), YES, 0);
        let write = desk.take(5).unwrap();
        assert_eq!(write, desk.sets());
        desk.written(&write, Ok(()), 5);
        desk
    }

    fn sets(&self) -> QuietWrite {
        QuietWrite::Quiet { lever: self.lever.clone() }
    }

    fn restores(&self, to: Before) -> QuietWrite {
        QuietWrite::Restore { lever: self.lever.clone(), to }
    }

    /// The next run, with what the ledger has.
    fn restart(&mut self, second: i64) {
        self.quiet = Quiet::restore(self.ledger.values().cloned().collect(), at(second));
    }

    fn is_over(&self) -> bool {
        self.quiet.held() == 0 && self.ledger.is_empty() && self.quiet.wake_at().is_none()
    }
}

fn was(status: u8) -> Before {
    Before::Agent { status: AgentStatus(status), reason: None }
}

#[test]
fn an_agent_works_offline_while_teams_says_do_not_disturb_and_is_put_back_after_it() {
    for before in [3, 4] {
        let mut desk = Desk::set(&agent(before), lever("ann"));
        assert_eq!(desk.ledger[&desk.lever].before, was(before));
        desk.see(agent(5), YES, 15);
        assert_eq!((desk.take(15), desk.quiet.wake_at()), (None, None));
        desk.see(agent(5), NO, 25);
        let restore = desk.take(25).expect("restoring waits for nothing");
        assert_eq!(restore, desk.restores(was(before)));
        desk.written(&restore, Ok(()), 25);
        assert!(desk.is_over());
        assert_eq!((desk.quiet.held(), desk.quiet.written_count()), (0, 2));
    }
}

#[test]
fn the_reason_of_a_break_comes_back_with_it() {
    let reason = Some(StatusReason { list: 801, item: 1726, short_code: "Train".into() });
    let on_break = Standing::Agent { status: AgentStatus::ON_BREAK, reason: reason.clone() };
    let mut desk = Desk::set(&on_break, lever("ann"));
    desk.see(agent(5), NO, 20);
    let to = Before::Agent { status: AgentStatus::ON_BREAK, reason };
    assert_eq!(desk.take(20), Some(desk.restores(to)));
}

#[test]
fn a_member_of_a_ring_group_is_logged_out_and_in_again() {
    let mut desk = Desk::set(&logged_in(true), member());
    desk.see(logged_in(false), NO, 20);
    assert_eq!(desk.take(20), Some(desk.restores(Before::LoggedIn)));
}

#[test]
fn a_group_whose_members_may_not_log_out_is_left_as_it_is() {
    let mut desk = Desk::new(member());
    desk.see(Standing::Member { logged_in: true, may_log_out: false }, YES, 0);
    assert_eq!((desk.take(60), desk.quiet.wake_at()), (None, None));
}

#[test]
fn a_button_pressed_and_released_changes_nothing() {
    let mut desk = Desk::new(lever("ann"));
    desk.see(agent(4), YES, 0);
    assert_eq!(desk.quiet.wake_at(), Some(at(5).uptime));
    assert_eq!(desk.take(4), None);
    desk.see(agent(4), NO, 4);
    assert_eq!(desk.take(5), None);
    desk.see(agent(4), YES, 6);
    assert_eq!(desk.take(10), None, "it counts anew");
    assert!(desk.take(11).is_some());
}

#[test]
fn nobody_is_moved_out_of_a_call_but_set_as_soon_as_it_is_wrapped_up() {
    let mut desk = Desk::new(lever("ann"));
    for (second, status) in [(0, 2), (10, 6), (20, 7), (30, 8), (40, 9), (50, 10), (60, 11), (70, 1), (80, 0)]
    {
        desk.see(agent(status), YES, second);
        assert_eq!((desk.take(second), desk.quiet.wake_at()), (None, None), "status {status}");
    }
    desk.see(agent(4), YES, 90);
    assert_eq!(desk.take(90), Some(desk.sets()));
}

#[test]
fn whoever_kept_calls_away_already_is_none_of_ours() {
    for (lever, away, back) in
        [(lever("ann"), agent(5), agent(4)), (member(), logged_in(false), logged_in(true))]
    {
        let mut desk = Desk::new(lever);
        desk.see(away.clone(), YES, 0);
        assert_eq!(desk.take(60), None);
        desk.see(away.clone(), NO, 70);
        assert_eq!(desk.take(70), None);
        // By hand during it, the same: and back by hand is a wish to be called.
        desk.see(back.clone(), YES, 100);
        desk.see(away, YES, 102);
        desk.see(back, YES, 110);
        assert_eq!(desk.take(120), None);
    }
}

#[test]
fn what_8x8_said_before_a_do_not_disturb_began_is_no_word_about_it() {
    let mut desk = Desk::new(lever("ann"));
    desk.settle(&seen(&lever("ann"), agent(5), -8, YES), 0);
    desk.see(agent(4), YES, 2);
    assert_eq!(desk.take(5), Some(desk.sets()));
}

#[test]
fn a_change_by_hand_has_the_last_word_until_that_do_not_disturb_ended() {
    for (lever, before, away, by_hand) in [
        (lever("ann"), agent(4), agent(5), agent(4)),
        (lever("ann"), agent(4), agent(5), agent(3)),
        (lever("ann"), agent(4), agent(5), agent(1)),
        (member(), logged_in(true), logged_in(false), logged_in(true)),
    ] {
        let mut desk = Desk::set(&before, lever);
        desk.see(by_hand.clone(), YES, 15);
        assert!(desk.ledger.is_empty(), "it is not ours any more");
        desk.see(by_hand.clone(), None, 25);
        desk.see(by_hand, YES, 35);
        assert_eq!((desk.take(100), desk.quiet.wake_at()), (None, None));
        // Not even when it looks as if it were ours again.
        desk.see(away, NO, 110);
        assert_eq!(desk.take(110), None);
        assert!(desk.is_over());
        desk.see(before, YES, 120);
        assert!(desk.take(125).is_some(), "the next do-not-disturb counts");
    }
}

#[test]
fn a_change_by_hand_that_is_seen_with_the_end_is_not_undone() {
    let mut desk = Desk::set(&agent(4), lever("ann"));
    desk.see(agent(3), NO, 15);
    assert_eq!(desk.take(15), None);
    assert!(desk.is_over());
}

#[test]
fn a_reading_older_than_our_change_is_no_change_by_hand() {
    let mut desk = Desk::new(lever("ann"));
    desk.see(agent(4), YES, 0);
    let set = desk.take(5).unwrap();
    desk.see(agent(4), YES, 6);
    desk.written(&set, Ok(()), 8);
    for observed in [6, 8, 11] {
        desk.settle(&seen(&lever("ann"), agent(4), observed, YES), 12);
        assert_eq!(desk.quiet.held(), 1, "read at {observed}");
    }
    // It tells all the same what Teams says.
    desk.settle(&seen(&lever("ann"), agent(4), 11, NO), 13);
    assert_eq!(desk.take(13), Some(desk.restores(was(4))));
}

#[test]
fn a_do_not_disturb_that_ends_while_it_is_being_set_is_undone_at_once() {
    let mut desk = Desk::new(lever("ann"));
    desk.see(agent(4), YES, 0);
    let set = desk.take(5).unwrap();
    desk.see(agent(4), NO, 6);
    assert_eq!(desk.take(6), None, "one change at a time");
    desk.written(&set, Ok(()), 7);
    assert_eq!(desk.take(7), Some(desk.restores(was(4))));
}

#[test]
fn a_do_not_disturb_that_begins_while_the_last_is_being_undone_counts_anew() {
    let mut desk = Desk::set(&agent(4), lever("ann"));
    desk.see(agent(5), NO, 20);
    let restore = desk.take(20).unwrap();
    desk.see(agent(5), YES, 21);
    desk.written(&restore, Ok(()), 22);
    assert!(desk.ledger.is_empty());
    assert_eq!(desk.quiet.wake_at(), Some(at(26).uptime));
    assert_eq!(desk.take(26), Some(desk.sets()));
}

#[test]
fn what_is_not_known_changes_nothing_for_twelve_hours() {
    let hours = |hours: i64| hours * 3_600;
    let mut desk = Desk::new(lever("ann"));
    desk.see(agent(4), None, 0);
    assert!(desk.is_over());
    desk.see(agent(4), YES, 10);
    desk.see(agent(4), None, 12);
    assert_eq!(desk.take(60), None);

    let mut desk = Desk::set(&agent(4), lever("ann"));
    desk.see(agent(5), None, hours(1));
    assert_eq!(desk.quiet.wake_at(), Some(at(hours(13)).uptime));
    desk.see(agent(5), None, hours(12));
    assert_eq!(desk.take(hours(12)), None);
    desk.see(agent(5), YES, hours(12) + 10);
    desk.see(agent(5), None, hours(14));
    assert_eq!(desk.take(hours(26) - 1), None, "each silence counts by itself");
    let restore = desk.take(hours(26)).unwrap();
    assert_eq!(restore, desk.restores(was(4)));
    desk.written(&restore, Ok(()), hours(26));
    desk.see(agent(4), YES, hours(26) + 10);
    assert_eq!(desk.take(hours(26) + 14), None, "and what comes after it is new");
}

#[test]
fn a_lever_that_was_not_read_is_neither_moved_nor_forgotten() {
    let mut desk = Desk::set(&agent(4), lever("ann"));
    desk.settle(&[], 20);
    desk.quiet.end_all();
    assert_eq!((desk.take(30), desk.quiet.held()), (None, 1));
    desk.see(agent(5), NO, 40);
    assert!(desk.take(40).is_some());
}

#[test]
fn a_lever_that_is_gone_leaves_the_ledger() {
    let mut desk = Desk::set(&agent(4), lever("ann"));
    assert!(desk.quiet.retain(|_| true).is_empty());
    assert_eq!(desk.quiet.retain(|_| false), [lever("ann")]);
    assert_eq!(desk.quiet.held(), 0);
}

#[test]
fn switching_it_off_restores_all_that_is_ours_and_sets_nothing() {
    let mut desk = Desk::set(&agent(4), lever("ann"));
    desk.see(agent(5), YES, 15);
    desk.quiet.end_all();
    let restore = desk.take(16).unwrap();
    assert_eq!(restore, desk.restores(was(4)));
    desk.written(&restore, Ok(()), 17);
    desk.see(agent(4), YES, 60);
    assert_eq!((desk.take(100), desk.quiet.held(), desk.quiet.wake_at()), (None, 0, None));
}
