use std::collections::VecDeque;

use super::*;
use crate::desktop::Opens;
use crate::engine::event::{DirectoryRead, Event, PresenceRead, Reading};
use crate::engine::{Engine, Rules};
use crate::error::Failure;
use crate::mapping::Term;
use crate::person::Person;
use crate::preferences::Hours;
use crate::session::{Account, Step};
use crate::snapshot::SourceState;

/// A desk before a board of five, two of them in Sales.
struct Story {
    engine: Engine,
    desk: Desk,
    now: Moment,
    states: [&'static str; 5],
    told: VecDeque<Notification>,
}

fn id(number: u32) -> PersonId {
    PersonId::parse(&format!("00000000-0000-4000-8000-{number:012x}")).unwrap()
}

fn account() -> Arc<Account> {
    Arc::new(Account {
        tenant: "t".into(),
        id: "00000000-0000-4000-8000-0000000fffff".into(),
        user_name: "8x8.status@x.example".into(),
        name: "Status".into(),
    })
}

impl Story {
    fn begin() -> Self {
        let now = Moment { uptime: Uptime(0), wall: "2026-11-23T09:00:00Z".parse().unwrap() };
        let engine = Engine::new(Rules::default(), now);
        let desk = Desk::new(Kept::default(), Preferences::default(), None, now);
        let mut story = Self { engine, desk, now, states: ["Busy"; 5], told: VecDeque::new() };
        story.tell(Event::Session(Step::Found(account())));
        let person = |number: u32| Person {
            id: id(number),
            name: format!("Person {number}"),
            user_name: format!("p{number}@x.example"),
            mail: None,
            proxy_addresses: Vec::new(),
            title: None,
            department: Some(if number < 2 { "Sales".into() } else { "Care".into() }),
            site: None,
            direct: None,
            mobile: None,
            guest: Some(false),
            enabled: Some(true),
        };
        let people = (0..5).map(person).collect();
        story.tell(Event::DirectoryRead(DirectoryRead { full: true, people, ..DirectoryRead::default() }));
        story.poll();
        story
    }

    fn tell(&mut self, event: Event) {
        let _ = self.engine.handle(event, self.now);
    }

    fn poll(&mut self) {
        let readings = self.states.iter().zip(0..).map(|(state, number)| Reading {
            id: id(number),
            availability: Term::parse(state),
            activity: Term::parse(state),
            out_of_office: false,
            sequence: None,
        });
        let read = PresenceRead { readings: readings.collect(), ..PresenceRead::default() };
        self.tell(Event::PresenceRead(read));
        self.look();
    }

    fn look(&mut self) {
        self.tell(Event::Tick);
        let picture = Arc::new(self.desk.picture().clone());
        let snapshot = Snapshot { desk: picture, ..self.engine.snapshot(self.now) };
        for effect in self.desk.look(&snapshot, &TimeZone::UTC) {
            if let Effect::Notify(notification) = effect {
                self.told.push_back(notification);
            }
        }
    }

    /// Lets so many seconds pass, with a poll every five of them.
    fn pass(&mut self, seconds: u64) {
        for second in 0..seconds {
            self.now = self.now.plus(Duration::from_secs(1));
            if second % 5 == 4 { self.poll() } else { self.look() }
        }
    }

    fn watch(&mut self, target: Target) {
        let _ = self.desk.wish(Wish::Watch { target, wanted: true }, self.now);
    }

    fn prefer(&mut self, change: impl FnOnce(&mut Preferences)) {
        let mut preferences = Preferences::clone(&self.desk.picture().preferences);
        change(&mut preferences);
        let _ = self.desk.wish(Wish::Prefer { preferences: Box::new(preferences) }, self.now);
    }
}

#[test]
fn whoever_becomes_free_is_told_once_after_a_while_of_being_free() {
    let mut story = Story::begin();
    story.watch(Target::Person(id(0)));
    story.pass(60);
    assert!(story.told.is_empty());
    story.states[0] = "Available";
    story.poll();
    story.pass(4);
    assert!(story.told.is_empty(), "a moment between two calls is not being free");
    story.pass(1);
    let told = story.told.pop_front().unwrap();
    assert_eq!((told.title.as_str(), told.opens), ("Person 0 is free", Opens::Person(id(0))));
    assert!(story.desk.picture().kept.watches.is_empty());
    story.pass(600);
    assert!(story.told.is_empty());
}

#[test]
fn a_flutter_starts_the_while_anew() {
    let mut story = Story::begin();
    story.watch(Target::Person(id(0)));
    for state in ["Available", "Busy", "Available", "Busy"] {
        story.states[0] = state;
        story.poll();
        story.pass(4);
    }
    assert!(story.told.is_empty());
}

#[test]
fn anyone_of_a_department_is_one_person() {
    let mut story = Story::begin();
    story.watch(Target::Department("Sales".into()));
    story.states = ["Busy", "Available", "Available", "Available", "Available"];
    story.poll();
    story.pass(60);
    assert_eq!(story.told.len(), 1);
    assert_eq!(story.told[0].opens, Opens::Person(id(1)));
}

#[test]
fn after_sleep_or_an_outage_there_is_one_notification_and_no_storm() {
    let mut story = Story::begin();
    (0..5).for_each(|number| story.watch(Target::Person(id(number))));
    story.states = ["Available"; 5];
    story.now = story.now.plus(Duration::from_hours(8));
    story.tell(Event::Woke);
    story.desk.woke(story.now);
    let problem = Arc::new(Problem::new("microsoft.offline", "x", "x", "x"));
    story.tell(Event::PresenceFailed { page: 0, failure: Failure::Offline(problem) });
    (0..30).for_each(|_| {
        story.now = story.now.plus(Duration::from_secs(1));
        story.look();
    });
    assert!(story.told.is_empty(), "nobody knows who is free now");
    story.poll();
    story.pass(120);
    assert_eq!(story.told.len(), 1);
    assert_eq!(story.told[0].title, "5 people are free");
    assert_eq!(story.told[0].opens, Opens::Board);
}

#[test]
fn whoever_is_free_a_moment_later_is_told_together_with_the_next() {
    let mut story = Story::begin();
    (0..3).for_each(|number| story.watch(Target::Person(id(number))));
    for number in 0..3 {
        story.states[number] = "Available";
        story.poll();
        story.pass(3);
    }
    story.pass(30);
    let titles: Vec<&str> = story.told.iter().map(|told| told.title.as_str()).collect();
    assert_eq!(titles, ["Person 0 is free", "2 people are free"]);
}

#[test]
fn quiet_hours_keep_the_request_until_there_is_work_again() {
    let mut story = Story::begin();
    let hours = Hours { kept: true, from: "10:00".into(), to: "18:00".into(), ..Hours::default() };
    story.prefer(|preferences| preferences.hours = hours);
    story.watch(Target::Person(id(0)));
    story.states[0] = "Available";
    story.poll();
    story.pass(120);
    assert!(story.told.is_empty());
    assert_eq!(story.desk.picture().kept.watches.len(), 1);
    story.now = story.now.plus(Duration::from_hours(1));
    story.poll();
    story.pass(10);
    assert_eq!(story.told.len(), 1);
}

#[test]
fn a_sign_in_that_is_needed_and_old_states_are_told_once_and_not_right_after_waking() {
    let mut story = Story::begin();
    story.pass(61);
    let problem = Arc::new(Problem::new("microsoft.offline", "x", "x", "x"));
    story.tell(Event::PresenceFailed { page: 0, failure: Failure::Offline(problem) });
    story.now = story.now.plus(Duration::from_mins(6));
    story.desk.woke(story.now);
    story.look();
    assert!(story.told.is_empty(), "it woke a moment ago");
    story.now = story.now.plus(Duration::from_secs(61));
    (0..10).for_each(|_| story.look());
    assert_eq!(story.told.pop_front().unwrap().title, "States are old");
    assert!(story.told.is_empty());
    story.tell(Event::Session(Step::Ended(Arc::new(Problem::new("microsoft.signIn", "x", "x", "x")))));
    (0..10).for_each(|_| story.look());
    assert_eq!(story.told.pop_front().unwrap().title, "Sign-in needed");
    assert!(story.told.is_empty());
    story.tell(Event::Session(Step::Asked));
    story.tell(Event::Session(Step::Done(account())));
    story.poll();
    assert_eq!(story.engine.snapshot(story.now).source.state, SourceState::Live);
}

#[test]
fn pins_notes_and_requests_are_kept_within_bounds() {
    let mut story = Story::begin();
    let kept = |effects: Vec<Effect>| matches!(effects[..], [Effect::Keep(_)]);
    assert!(kept(story.desk.wish(Wish::Pin { person: id(1), wanted: true }, story.now)));
    assert!(story.desk.wish(Wish::Pin { person: id(1), wanted: true }, story.now).is_empty());
    let text = format!("Prefers\u{7} a message.\r\nCover: Jonas{}", "x".repeat(10_000));
    assert!(kept(story.desk.wish(Wish::Note { person: id(1), text }, story.now)));
    let note = story.desk.picture().kept.notes[&id(1)].clone();
    assert!(
        note.starts_with("Prefers a message.\nCover: Jonas") && note.chars().count() == kept::LONGEST_NOTE
    );
    let file = toml::to_string(&*story.desk.picture().kept).unwrap();
    assert_eq!(toml::from_str::<Kept>(&file).unwrap(), *story.desk.picture().kept);
    assert!(kept(story.desk.wish(Wish::Note { person: id(1), text: "  ".into() }, story.now)));
    for number in 0..300 {
        story.watch(Target::Person(id(number)));
        let _ = story.desk.wish(Wish::Pin { person: id(number), wanted: true }, story.now);
    }
    let kept = &story.desk.picture().kept;
    assert_eq!((kept.watches.len(), kept.pinned.len(), kept.notes.len()), (100, 200, 0));
}

#[test]
fn outside_working_hours_polls_become_rare_and_come_back() {
    let mut story = Story::begin();
    let hours = Hours { kept: true, from: "10:00".into(), to: "18:00".into(), ..Hours::default() };
    story.prefer(|preferences| preferences.hours = hours);
    let snapshot = story.engine.snapshot(story.now);
    let asked = story.desk.look(&snapshot, &TimeZone::UTC);
    assert_eq!(asked, [Effect::Interval(Duration::from_mins(1))]);
    let later = Snapshot { at: story.now.plus(Duration::from_hours(1)), ..snapshot };
    assert_eq!(story.desk.look(&later, &TimeZone::UTC)[0], Effect::Interval(Duration::from_secs(10)));
}

#[test]
fn another_proxy_is_applied_at_once_and_the_rest_only_kept() {
    let mut story = Story::begin();
    let mut preferences = Preferences::default();
    preferences.look.theme = crate::preferences::Theme::Dark;
    let kept = story.desk.wish(Wish::Prefer { preferences: Box::new(preferences.clone()) }, story.now);
    assert!(matches!(kept[..], [Effect::Prefer(_)]));
    preferences.network.address = "proxy.example:8080".into();
    let kept = story.desk.wish(Wish::Prefer { preferences: Box::new(preferences) }, story.now);
    assert!(matches!(kept[..], [Effect::Prefer(_), Effect::Network(_)]));
}
