mod calls;

use super::event::{DirectoryRead, PresenceRead, Reading, Restored, StoredObservation};
use super::*;
use crate::mapping::{Presence, Term};
use crate::person::{Contact, Person};
use crate::session::Account;
use crate::snapshot::Freshness;

/// An engine, its time, and everything it asked for that was not answered yet.
struct Story {
    engine: Engine,
    now: Moment,
    asked: Vec<Effect>,
}

impl Story {
    fn begin() -> Self {
        let now = Moment { uptime: Uptime(0), wall: "2026-11-23T09:00:00Z".parse().unwrap() };
        Self { engine: Engine::new(Rules::default(), now), now, asked: Vec::new() }
    }

    /// Signed in, with `count` people who are all available.
    fn live(count: u32) -> Self {
        let mut story = Self::begin();
        story.tell(Event::Session(Step::Found(account())));
        story.answer_directory(count, Some("cursor"));
        story.answer_all("Available");
        assert_eq!(story.look().source.state, SourceState::Live);
        story
    }

    fn tell(&mut self, event: Event) {
        self.asked.extend(self.engine.handle(event, self.now));
    }

    fn look(&mut self) -> Snapshot {
        self.engine.snapshot(self.now)
    }

    /// Lets time pass as the driver would: waking the engine whenever it wants to be.
    fn pass(&mut self, span: Duration) {
        let until = self.now.plus(span);
        while let Some(wake) = self.engine.wake_at(self.now).filter(|wake| *wake < until.uptime) {
            self.now = self.now.plus(wake.since(self.now.uptime).max(Duration::from_millis(1)));
            self.tell(Event::Tick);
            if self.engine.changed() {
                let _ = self.look();
            }
        }
        self.now = until;
        self.tell(Event::Tick);
    }

    fn answer_directory(&mut self, count: u32, cursor: Option<&str>) {
        let read = DirectoryRead {
            full: true,
            people: (0..count).map(person).collect(),
            cursor: cursor.map(Arc::from),
            ..DirectoryRead::default()
        };
        self.tell(Event::DirectoryRead(read));
    }

    fn questions(&mut self) -> Vec<(usize, Arc<[PersonId]>)> {
        let asked = std::mem::take(&mut self.asked);
        let (questions, rest): (Vec<_>, Vec<_>) =
            asked.into_iter().partition(|effect| matches!(effect, Effect::ReadPresence { .. }));
        self.asked = rest;
        let question = |effect| match effect {
            Effect::ReadPresence { page, people } => Some((page, people)),
            _ => None,
        };
        questions.into_iter().filter_map(question).collect()
    }

    /// Answers every question that is open, and those that follow at once.
    fn answer_all(&mut self, availability: &str) {
        loop {
            let questions = self.questions();
            if questions.is_empty() {
                return;
            }
            for (page, asked) in questions {
                let readings = asked.iter().map(|id| reading(*id, availability, "")).collect();
                self.tell(Event::PresenceRead(PresenceRead { page, asked, readings, set_aside: 0 }));
            }
        }
    }

    fn fail(&mut self, failure: &Failure) -> usize {
        let questions = self.questions();
        for (page, _) in &questions {
            self.tell(Event::PresenceFailed { page: *page, failure: failure.clone() });
        }
        questions.len()
    }

    fn browsers(&self) -> usize {
        self.asked.iter().filter(|effect| matches!(effect, Effect::BeginSignIn)).count()
    }

    fn directory_reads(&self) -> Vec<Option<Arc<str>>> {
        let cursor = |effect: &Effect| match effect {
            Effect::ReadDirectory { cursor } => Some(cursor.clone()),
            _ => None,
        };
        self.asked.iter().filter_map(cursor).collect()
    }
}

fn account() -> Arc<Account> {
    let id = "00000000-0000-4000-8000-000000fffff0".into();
    Arc::new(Account {
        tenant: "t".into(),
        id,
        user_name: "8x8.status@x.example".into(),
        name: "Status".into(),
    })
}

fn id(number: u32) -> PersonId {
    PersonId::parse(&format!("00000000-0000-4000-8000-{number:012x}")).unwrap()
}

fn person(number: u32) -> Person {
    Person {
        id: id(number),
        name: format!("Person {number:05}"),
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

fn reading(id: PersonId, availability: &str, sequence: &str) -> Reading {
    Reading {
        id,
        availability: Term::parse(availability),
        activity: Term::parse(availability),
        out_of_office: false,
        sequence: (!sequence.is_empty()).then(|| sequence.into()),
    }
}

fn problem(code: &str) -> Arc<Problem> {
    Arc::new(Problem::new(code, "What.", "Cause.", "Remedy."))
}

fn presences(snapshot: &Snapshot) -> Vec<Presence> {
    snapshot.people.by_name().map(|state| snapshot.presence(state)).collect()
}

#[test]
fn fifteen_hundred_people_take_three_calls_a_round() {
    let mut story = Story::begin();
    story.tell(Event::Session(Step::Found(account())));
    story.answer_directory(1_500, None);
    let questions = story.questions();
    assert_eq!(questions.iter().map(|(_, people)| people.len()).collect::<Vec<_>>(), [650, 650, 200]);
    assert!(!story.look().complete);
}

#[test]
fn nothing_is_sent_for_the_twenty_seconds_that_microsoft_asks_for_and_the_board_says_so() {
    let mut story = Story::live(2_000);
    story.pass(Duration::from_secs(9));
    story.asked.clear();
    story.pass(Duration::from_secs(2));
    let wait = Duration::from_secs(20);
    assert!(story.fail(&Failure::Throttled { wait, problem: problem("microsoft.throttled") }) > 0);
    story.asked.clear();

    story.pass(wait - Duration::from_millis(1));
    assert!(story.questions().is_empty() && story.directory_reads().is_empty());
    let snapshot = story.look();
    assert_eq!(snapshot.source.state, SourceState::Throttled);
    assert_eq!(snapshot.source.retry_at.map(|at| at.since(snapshot.at).as_millis()), Some(1));

    story.pass(Duration::from_millis(2));
    story.answer_all("Busy");
    assert_eq!(story.look().source.state, SourceState::Live);
}

#[test]
fn an_answer_that_was_under_way_does_not_end_the_silence() {
    let mut story = Story::live(2_000);
    story.pass(Duration::from_secs(30));
    let questions = story.questions();
    assert!(questions.len() >= 2);
    let wait = Duration::from_secs(20);
    let failure = Failure::Throttled { wait, problem: problem("microsoft.throttled") };
    story.tell(Event::PresenceFailed { page: questions[0].0, failure });
    let (page, asked) = questions[1].clone();
    story.tell(Event::PresenceRead(PresenceRead { page, asked, ..PresenceRead::default() }));
    assert_eq!(story.look().source.state, SourceState::Throttled);
    assert!(story.questions().is_empty());
}

#[test]
fn after_an_outage_of_ten_seconds_the_board_is_live_within_one_interval() {
    let mut story = Story::live(100);
    story.pass(Duration::from_secs(12));
    for _ in 0..100 {
        story.fail(&Failure::Offline(problem("microsoft.offline")));
        story.pass(Duration::from_millis(100));
    }
    assert_eq!(story.look().source.state, SourceState::Offline);
    story.pass(Duration::from_secs(9));
    story.answer_all("Away");
    let snapshot = story.look();
    assert_eq!(snapshot.source.state, SourceState::Live);
    assert_eq!(presences(&snapshot)[0], Presence::Away);
}

#[test]
fn knowledge_ages_and_is_never_drawn_as_offline() {
    let mut story = Story::live(3);
    story.pass(Duration::from_secs(40));
    story.fail(&Failure::Offline(problem("microsoft.offline")));
    let snapshot = story.look();
    let first = snapshot.people.by_name().next().unwrap();
    assert_eq!(
        (snapshot.freshness(first), snapshot.presence(first)),
        (Freshness::Stale, Presence::Available)
    );
    story.pass(Duration::from_hours(25));
    let snapshot = story.look();
    assert_eq!(presences(&snapshot), [Presence::Unknown; 3]);
}

#[test]
fn a_sign_in_that_microsoft_ends_opens_no_browser_and_keeps_the_board() {
    let mut story = Story::live(10);
    story.pass(Duration::from_secs(12));
    story.fail(&Failure::SignInNeeded(problem("microsoft.signInNeeded")));
    story.pass(Duration::from_mins(10));
    let snapshot = story.look();
    assert_eq!((snapshot.source.state, snapshot.people.len()), (SourceState::SignInNeeded, 10));
    assert!(snapshot.people.iter().all(|state| snapshot.freshness(state) == Freshness::Stale));
    assert_eq!((story.browsers(), story.questions().len()), (0, 0));

    story.tell(Event::Intent(Intent::SignIn));
    assert_eq!(story.browsers(), 1);
    story.tell(Event::Session(Step::Done(account())));
    story.answer_all("Busy");
    assert_eq!(story.look().source.state, SourceState::Live);
}

#[test]
fn the_last_known_board_is_there_at_once_and_stale_until_it_is_confirmed() {
    let mut story = Story::begin();
    let seen: jiff::Timestamp = "2026-11-23T08:59:58Z".parse().unwrap();
    let stored = StoredObservation {
        availability: Term::Busy,
        activity: Term::InACall,
        out_of_office: false,
        since: seen,
        observed: seen,
        absent: false,
    };
    let restored =
        Restored { people: vec![(person(1), Some(stored))], cursor: Some("c".into()), ..Restored::default() };
    story.tell(Event::Restored(Box::new(restored)));
    let snapshot = story.look();
    let state = snapshot.people.iter().next().unwrap();
    assert_eq!((snapshot.presence(state), snapshot.freshness(state)), (Presence::OnCall, Freshness::Stale));

    story.tell(Event::Session(Step::Found(account())));
    assert_eq!(story.directory_reads(), [Some("c".into())]);
    story.answer_all("Away");
    let snapshot = story.look();
    let state = snapshot.people.iter().next().unwrap();
    assert_eq!((snapshot.presence(state), snapshot.freshness(state)), (Presence::Away, Freshness::Fresh));
}

#[test]
fn whoever_is_left_out_of_an_answer_keeps_the_last_state_which_ages() {
    let mut story = Story::live(2);
    for _ in 0..6 {
        story.pass(Duration::from_secs(10));
        for (page, asked) in story.questions() {
            let readings = vec![reading(id(0), "Busy", "")];
            story.tell(Event::PresenceRead(PresenceRead { page, asked, readings, set_aside: 0 }));
        }
    }
    let snapshot = story.look();
    let states: Vec<_> = snapshot.people.by_name().collect();
    assert_eq!((states[0].absent, snapshot.freshness(states[0])), (false, Freshness::Fresh));
    assert_eq!((states[1].absent, snapshot.freshness(states[1])), (true, Freshness::Stale));
    assert_eq!(presences(&snapshot), [Presence::Busy, Presence::Available]);
}

#[test]
fn an_update_older_than_what_is_known_is_dropped_but_nobody_is_stuck() {
    let mut story = Story::live(1);
    let answer = |story: &mut Story, availability: &str, stamp: &str| {
        story.pass(Duration::from_secs(10));
        for (page, asked) in story.questions() {
            let readings = vec![reading(id(0), availability, stamp)];
            story.tell(Event::PresenceRead(PresenceRead { page, asked, readings, set_aside: 0 }));
        }
        presences(&story.look())[0]
    };
    assert_eq!(answer(&mut story, "Busy", "B2"), Presence::Busy);
    assert_eq!(answer(&mut story, "Available", "B1"), Presence::Busy);
    // The vendor's stamps have started anew: once our knowledge is stale, it is theirs that counts.
    for _ in 0..4 {
        answer(&mut story, "Away", "A1");
    }
    assert_eq!(answer(&mut story, "Away", "A1"), Presence::Away);
}

#[test]
fn a_delta_reset_reads_everything_again_and_loses_nobody() {
    let mut story = Story::live(5);
    story.asked.clear();
    story.pass(Duration::from_secs(31));
    assert_eq!(story.directory_reads(), [Some("cursor".into())]);
    story.asked.clear();
    story.tell(Event::DirectoryFailed(Failure::Reset));
    assert_eq!(story.directory_reads(), [None]);
    assert_eq!(story.look().people.len(), 5);
    story.answer_directory(4, Some("next"));
    assert_eq!(story.look().people.len(), 4);
}

#[test]
fn a_new_colleague_is_on_the_board_within_a_minute_and_keeps_everybody_elses_state() {
    let mut story = Story::live(700);
    let before = story.look();
    story.asked.clear();
    story.pass(Duration::from_secs(31));
    story.asked.clear();
    let read =
        DirectoryRead { people: vec![person(900)], cursor: Some("c2".into()), ..DirectoryRead::default() };
    story.tell(Event::DirectoryRead(read));
    let after = story.look();
    assert_eq!((before.people.len(), after.people.len()), (700, 701));
    assert_eq!(presences(&after).iter().filter(|presence| **presence == Presence::Available).count(), 700);
    assert_eq!(presences(&after)[700], Presence::Unknown);
}

#[test]
fn the_polling_account_is_a_person_only_if_eight_knows_it() {
    let mut story = Story::begin();
    story.tell(Event::Session(Step::Found(account())));
    let mut own = person(0);
    own.id = PersonId::parse(&account().id).unwrap();
    own.user_name = "me@x.example".into();
    let people = vec![own, person(1)];
    story.tell(Event::DirectoryRead(DirectoryRead { full: true, people, ..DirectoryRead::default() }));
    assert_eq!(story.look().people.len(), 1);
    let contact = Contact {
        id: "1".into(),
        name: "Me".into(),
        emails: vec!["ME@x.example".into()],
        extension: Some("4021".into()),
        other_extensions: Vec::new(),
        pbx: None,
        department: None,
        title: None,
    };
    story.tell(Event::ContactsRead(vec![contact]));
    let snapshot = story.look();
    assert_eq!((snapshot.people.len(), snapshot.matches.matched), (2, 1));
    assert!(snapshot.people.iter().any(|state| state.card.extension() == "4021"));
}

#[test]
fn a_pause_sends_nothing_and_ends_by_itself() {
    let mut story = Story::live(10);
    story.tell(Event::Intent(Intent::Pause(Some(Duration::from_hours(1)))));
    story.asked.clear();
    story.pass(Duration::from_mins(59));
    assert!(story.asked.is_empty(), "{:?}", story.asked);
    story.pass(Duration::from_mins(2));
    assert!(!story.questions().is_empty());
    assert_eq!(story.look().paused, None);
}

#[test]
fn a_locked_keychain_is_asked_again_by_itself() {
    let mut story = Story::begin();
    story.tell(Event::VaultClosed(problem("vault.locked")));
    assert_eq!(story.look().local.unwrap().code, "vault.locked");
    story.asked.clear();
    story.pass(Duration::from_secs(6));
    assert!(story.asked.iter().any(|effect| matches!(effect, Effect::FindSignIn)));
    story.tell(Event::Session(Step::Found(account())));
    assert_eq!(story.look().local, None);
}

#[test]
fn after_sleep_everything_is_read_again_at_once() {
    let mut story = Story::live(1_000);
    story.asked.clear();
    story.now = story.now.plus(Duration::from_hours(8));
    story.tell(Event::Woke);
    assert_eq!(story.look().source.state, SourceState::Stale);
    assert_eq!(story.questions().len(), 2);
    assert_eq!(story.directory_reads().len(), 1);
}

#[test]
fn a_missing_permission_is_told_and_not_asked_for_all_the_time() {
    let mut story = Story::live(10);
    story.pass(Duration::from_secs(12));
    story.fail(&Failure::Forbidden(problem("microsoft.forbidden")));
    story.asked.clear();
    story.pass(Duration::from_mins(14));
    assert!(story.questions().is_empty());
    assert_eq!(story.look().source.problem.unwrap().code, "microsoft.forbidden");
    story.tell(Event::Intent(Intent::SyncNow));
    assert_eq!(story.questions().len(), 1);
}
