//! The exact times of throttling and outages, on the pure engine: no socket, no waiting.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use presence::engine::effect::Effect;
use presence::engine::event::{DirectoryRead, Event, PresenceRead, Reading};
use presence::engine::{Engine, Rules};
use presence::error::{Failure, Problem};
use presence::mapping::Term;
use presence::moment::{Moment, Uptime};
use presence::person::{Person, PersonId};
use presence::session::{Account, Step};
use presence::snapshot::{Freshness, Snapshot, SourceState};

/// Simulated time moves in steps of this length.
const STEP_MS: i64 = 50;

/// What comes of a call, and when.
enum Fate {
    /// A good answer, soon.
    Answered,
    /// A good answer at that time.
    AnsweredAt(i64),
    /// A failure at that time.
    Failed(i64, Failure),
}

/// An engine, the world around it, and what is on its way back.
struct World {
    engine: Engine,
    now: i64,
    coming: Vec<(i64, Event)>,
    /// When each request was sent.
    sent: Vec<i64>,
    newest: Option<Snapshot>,
}

fn moment(at: i64) -> Moment {
    Moment { uptime: Uptime(at), wall: Timestamp::from_millisecond(1_800_000_000_000 + at).unwrap() }
}

fn problem(code: &str) -> Arc<Problem> {
    Arc::new(Problem::new(code, "", "", ""))
}

fn id(number: usize) -> PersonId {
    PersonId::parse(&format!("00000000-0000-0000-0000-{number:012x}")).unwrap()
}

fn person(number: usize) -> Person {
    Person {
        id: id(number),
        name: format!("Person {number}"),
        user_name: format!("p{number}@x.example"),
        mail: None,
        proxy_addresses: Vec::new(),
        title: None,
        department: None,
        site: None,
        direct: None,
        mobile: None,
        guest: Some(false),
        enabled: Some(true),
    }
}

/// Everybody who was asked about is free.
fn available(page: usize, asked: Arc<[PersonId]>) -> PresenceRead {
    let reading = |id: &PersonId| Reading {
        id: *id,
        availability: Term::Available,
        activity: Term::Available,
        out_of_office: false,
        sequence: None,
    };
    PresenceRead { page, readings: asked.iter().map(reading).collect(), asked, set_aside: 0 }
}

impl World {
    fn new(seed: u64) -> Self {
        let rules = Rules { seed, contacts_interval: None, ..Rules::default() };
        let engine = Engine::new(rules, moment(0));
        let mut world = Self { engine, now: 0, coming: Vec::new(), sent: Vec::new(), newest: None };
        let account = Account {
            tenant: "t".into(),
            id: id(9_999_999).to_string(),
            user_name: "8x8.status@x.example".into(),
            name: "Status".into(),
        };
        world.coming.push((0, Event::Session(Step::Found(Arc::new(account)))));
        world
    }

    /// Lets time pass; `answer` says what comes of a call that is made at a time.
    fn run(&mut self, until: i64, mut answer: impl FnMut(i64) -> Fate) {
        while self.now < until {
            let (due, later) =
                std::mem::take(&mut self.coming).into_iter().partition(|(at, _)| *at <= self.now);
            self.coming = later;
            let due: Vec<(i64, Event)> = due;
            let events = due.into_iter().map(|(_, event)| event).chain([Event::Tick]);
            let now = moment(self.now);
            for effect in events.flat_map(|event| self.engine.handle(event, now)).collect::<Vec<_>>() {
                self.perform(effect, &mut answer);
            }
            if self.engine.changed() {
                self.newest = Some(self.engine.snapshot(now));
            }
            self.now += STEP_MS;
        }
    }

    fn perform(&mut self, effect: Effect, answer: &mut impl FnMut(i64) -> Fate) {
        if !matches!(effect, Effect::ReadDirectory { .. } | Effect::ReadPresence { .. }) {
            return;
        }
        self.sent.push(self.now);
        let (at, failure) = match answer(self.now) {
            Fate::Answered => (self.now + STEP_MS, None),
            Fate::AnsweredAt(at) => (at, None),
            Fate::Failed(at, failure) => (at, Some(failure)),
        };
        let event = match (effect, failure) {
            (Effect::ReadPresence { page, .. }, Some(failure)) => Event::PresenceFailed { page, failure },
            (Effect::ReadPresence { page, people }, None) => Event::PresenceRead(available(page, people)),
            (_, Some(failure)) => Event::DirectoryFailed(failure),
            (_, None) => {
                let people = (0..1_500).map(person).collect();
                let cursor = Some("cursor".into());
                Event::DirectoryRead(DirectoryRead { people, cursor, ..DirectoryRead::default() })
            }
        };
        self.coming.push((at, event));
    }

    fn newest(&self) -> &Snapshot {
        self.newest.as_ref().unwrap()
    }
}

#[test]
fn twenty_seconds_of_silence_are_twenty_seconds_and_the_board_says_so_and_ages() {
    let mut world = World::new(1);
    world.run(15_000, |_| Fate::Answered);
    assert_eq!(world.newest().source.state, SourceState::Live);
    assert_eq!(world.newest().people.len(), 1_500);

    // The next presence call is answered with 429, Retry-After: 20.
    let mut asked = None;
    let throttled =
        || Failure::Throttled { wait: Duration::from_secs(20), problem: problem("microsoft.throttled") };
    let mut revisions = Vec::new();
    while world.now < 60_000 && asked.is_none_or(|at| world.now < at + 20_000) {
        let step = world.now + STEP_MS;
        world.run(step, |now| {
            if asked.is_some() {
                return Fate::Answered;
            }
            asked = Some(now + STEP_MS);
            Fate::Failed(now + STEP_MS, throttled())
        });
        if asked.is_some() && world.newest().source.state == SourceState::Throttled {
            let snapshot = world.newest();
            revisions.push(snapshot.revision);
            assert!(snapshot.source.retry_at.is_some());
        }
    }
    let asked = asked.expect("the 429");
    let early: Vec<&i64> = world.sent.iter().filter(|at| (asked..asked + 20_000).contains(*at)).collect();
    assert!(early.is_empty(), "asked for silence at {asked}, sent at {early:?}");
    revisions.dedup();
    assert!(revisions.len() >= 4, "ages go on while nothing comes: {} pictures", revisions.len());
    let last = world.newest().source.last_success.unwrap();
    assert!(world.newest().at.since(last) >= Duration::from_secs(15), "the age is shown as it is");

    world.run(asked + 20_000 + 2_000, |_| Fate::Answered);
    assert_eq!(world.newest().source.state, SourceState::Live);
    let resumed = world.sent.iter().find(|at| **at >= asked + 20_000).unwrap();
    assert!(*resumed <= asked + 20_000 + 2 * STEP_MS, "polls go on at once when the time is over");
}

#[test]
fn after_an_outage_of_ten_seconds_the_board_is_live_within_one_interval() {
    for seed in 0..6 {
        for begin in [15_000, 17_350, 21_900] {
            let mut world = World::new(seed);
            let end = begin + 10_000;
            // A call that meets no server is tried three times before it is given up.
            let given_up = 1_600;
            let answer = |now: i64| match now {
                _ if now < begin || now >= end => Fate::Answered,
                _ if now + given_up < end => {
                    Fate::Failed(now + given_up, Failure::Offline(problem("microsoft.offline")))
                }
                // The last of the three tries meets a server again.
                _ => Fate::AnsweredAt(now + given_up),
            };
            world.run(end, answer);
            let state = world.newest().source.state;
            assert_eq!(state, SourceState::Offline, "seed {seed}, outage at {begin}");
            assert_eq!(world.newest().people.len(), 1_500);
            world.run(end + 10_000, answer);
            let snapshot = world.newest();
            assert_eq!(snapshot.source.state, SourceState::Live, "seed {seed}, outage at {begin}");
            let confirmed = |state: &presence::snapshot::PersonState| {
                state.teams.as_ref().is_some_and(|teams| teams.observed.uptime.0 >= begin)
            };
            let seen = snapshot.people.iter().filter(|state| confirmed(state)).count();
            assert_eq!(seen, 1_500, "seed {seed}, outage at {begin}: everybody was asked about again");
        }
    }
}

#[test]
fn live_means_that_nothing_shown_is_stale() {
    let (begin, end) = (15_000, 75_000);
    for seed in 0..5 {
        let mut world = World::new(seed);
        world.run(begin, |_| Fate::Answered);
        let answer = |now: i64| match now {
            _ if now >= end => Fate::Answered,
            _ => Fate::Failed(now + 1_000, Failure::Offline(problem("microsoft.offline"))),
        };
        while world.now < end + 20_000 {
            world.run(world.now + STEP_MS, answer);
            let snapshot = world.newest();
            if snapshot.source.state == SourceState::Live {
                let old =
                    snapshot.people.iter().filter(|state| snapshot.freshness(state) != Freshness::Fresh);
                assert_eq!(old.count(), 0, "called live with people whose state is old, seed {seed}");
            }
        }
        assert_eq!(world.newest().source.state, SourceState::Live);
    }
}

#[test]
fn a_long_outage_makes_knowledge_stale_and_after_a_day_lost() {
    let mut world = World::new(3);
    world.run(15_000, |_| Fate::Answered);
    let offline = |now: i64| Fate::Failed(now + 1_000, Failure::Offline(problem("microsoft.offline")));
    world.run(60_000, offline);
    let snapshot = world.newest();
    assert!(snapshot.people.iter().all(|state| snapshot.freshness(state) == Freshness::Stale));
    let probes = world.sent.iter().filter(|at| **at > 45_000).count();
    assert!((1..=6).contains(&probes), "one probe at a time, not {probes} requests in 15 s");

    let later = Snapshot { at: moment(15_000 + 25 * 3_600_000), ..snapshot.clone() };
    for state in later.people.iter() {
        assert_eq!(later.freshness(state), Freshness::Lost);
        assert_eq!(later.presence(state).as_str(), "unknown");
    }
}
