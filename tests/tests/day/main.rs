//! A day and a night on a laptop that sleeps, travels and loses its network, lived through in minutes. It is a program of
//! its own, because it also looks at how much memory that takes.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can not go on should panic")]

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use presence::clock::Clock;
use presence::desk::Wish;
use presence::desk::kept::Target;
use presence::driver::{self, Handle};
use presence::engine::Rules;
use presence::preferences::Preferences;
use sandbox::{Fault, FaultKind, Options, Place};
use tests::bench::{Bench, is_live, until, wait_for};
use tests::vaults::Mood;

/// Seconds of the day in one second of the test.
const PACE: f64 = 600.0;

const PEOPLE: usize = 60;

/// What happens to the laptop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mishap {
    Sleep,
    Loss,
    Lock,
    Expiry,
    /// A person turns the clock back.
    Turn,
}

/// The mishaps of a day in a fixed, mixed order.
fn mishaps() -> Vec<Mishap> {
    let counts = [
        (Mishap::Sleep, 200),
        (Mishap::Loss, 300),
        (Mishap::Lock, 20),
        (Mishap::Expiry, 50),
        (Mishap::Turn, 10),
    ];
    let mut all: Vec<Mishap> =
        counts.into_iter().flat_map(|(mishap, count)| std::iter::repeat_n(mishap, count)).collect();
    let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
    for at in (1..all.len()).rev() {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        all.swap(at, usize::try_from(seed >> 33).unwrap() % (at + 1));
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_day_of_sleeps_and_losses_ends_live_with_nothing_left_behind() {
    let bench = Bench::unrecorded(Options { people: PEOPLE, pace: PACE, ..Options::default() }).await;
    let clock = Arc::new(Clock::at_pace(PACE));
    let mut parts = bench.parts();
    (parts.rules, parts.clock) = (Rules::default(), Arc::clone(&clock));
    let before = alive();
    let handle = driver::start(parts).unwrap();
    until(&handle, "the keychain's word", |snapshot| snapshot.session != presence::session::Session::Unknown)
        .await;
    handle.send(presence::engine::event::Intent::SignIn);
    until(&handle, "the first live board", is_live).await;
    // A breath of this test's machine is minutes of that day: only what is wrong for an hour is worth telling.
    let mut preferences = Preferences::default();
    preferences.alerts.old_after = 60;
    handle.desk(Wish::Prefer { preferences: Box::new(preferences) });

    let mut day = Day { bench: &bench, clock: &clock, handle: &handle, asked: 0, settled: 0 };
    let (began, mut memory) = (clock.now().uptime, None);
    let mut asleep = Duration::ZERO;
    for (number, mishap) in mishaps().into_iter().enumerate() {
        asleep += day.suffer(mishap, number).await;
        // By then everything has been used, and whatever is kept for a day has begun to be.
        if number == 200 {
            memory = Some(resident());
        }
    }
    let rest = Duration::from_hours(24).saturating_sub(clock.now().uptime.since(began));
    clock.pause(rest).await;
    bench.control().clear_faults();
    until(&handle, "a live board at the end", is_live).await;
    let passed = clock.now().uptime.since(began);
    assert!(passed >= Duration::from_hours(24), "{passed:?}");

    // Nobody was bothered.
    assert_eq!(bench.browser.opened().len(), 1, "a browser was opened by itself");
    let told = bench.browser.notified();
    let free = told.iter().filter(|notification| notification.key == "free").count();
    assert!(
        free <= day.asked,
        "{free} times somebody was told to be free, and {} times it was asked",
        day.asked
    );
    assert!(free > 0, "nobody was ever told to be free");
    let others: Vec<_> = told.iter().filter(|notification| notification.key != "free").collect();
    assert!(others.is_empty(), "{others:?}");

    // What was asked of Microsoft: a poll an interval, one more for each time that everything began again, and the tries
    // while there was no answer.
    let polls = day.settled + bench.requests("presence").len();
    let awake = passed.saturating_sub(asleep).as_secs();
    let bound = usize::try_from(awake / 10).unwrap() + 2 * mishaps().len() + 300 * 12;
    assert!(polls <= bound, "{polls} polls, and {bound} are the most that the schedule allows");
    assert!(polls >= usize::try_from(awake / 40).unwrap(), "only {polls} polls in {awake} s");

    if let (Some(early), Some(late)) = (memory.flatten(), resident()) {
        println!(
            "resident memory: {early} kB after 200 mishaps, {late} kB after the day; {polls} polls in {awake} s awake"
        );
        assert!(late <= early + early / 10, "memory grew from {early} kB to {late} kB");
    }
    handle.stop().await;
    wait_for("the end of every task", || alive() <= before).await;
}

struct Day<'a> {
    bench: &'a Bench,
    clock: &'a Clock,
    handle: &'a Handle,
    /// How often somebody was asked for.
    asked: usize,
    /// Polls that were counted and forgotten.
    settled: usize,
}

impl Day<'_> {
    /// Lets one thing happen, and a while pass; tells how long the laptop slept.
    async fn suffer(&mut self, mishap: Mishap, number: usize) -> Duration {
        let some = u64::try_from(number * 37 % 100).unwrap();
        let control = self.bench.control();
        let mut slept = Duration::ZERO;
        match mishap {
            Mishap::Sleep => {
                slept = Duration::from_secs(40 + 4 * some);
                self.clock.turn(SignedDuration::try_from(slept).unwrap());
            }
            Mishap::Loss => {
                control.replace_faults(vec![Fault::new(Place::Everything, FaultKind::Drop)]);
                self.clock.pause(Duration::from_secs(5 + some / 3)).await;
                control.clear_faults();
            }
            Mishap::Lock => {
                self.bench.vault.turn(Mood::Locked);
                control.expire_access_tokens();
                self.clock.pause(Duration::from_secs(30 + some)).await;
                self.bench.vault.turn(Mood::Open);
            }
            Mishap::Expiry => control.expire_access_tokens(),
            Mishap::Turn => self.clock.turn(SignedDuration::from_secs(-60)),
        }
        if number.is_multiple_of(25) {
            let person = self.handle.snapshot().people.iter().nth(number % PEOPLE).map(|person| person.id());
            if let Some(person) = person {
                self.handle.desk(Wish::Watch { target: Target::Person(person), wanted: true });
                self.asked += 1;
            }
            // The request log would be what grows.
            self.settled += self.bench.requests("presence").len();
            control.clear_requests();
        }
        self.clock.pause(Duration::from_secs(40 + some)).await;
        slept
    }
}

fn alive() -> usize {
    tokio::runtime::Handle::current().metrics().num_alive_tasks()
}

/// Resident memory of this process in kB, where the system tells it simply.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
