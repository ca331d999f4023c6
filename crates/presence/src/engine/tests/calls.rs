//! 8x8 calls on the board and in Teams, with a Graph that aggregates as Microsoft documents it.

use super::super::calls::{Call, CallsRead, PhoneSystem};
use super::super::event::Heard;
use super::super::writer::{Kind, Write, Written};
use super::*;
use crate::view::board::call_sources;

/// One person, one phone system, and Teams as it would answer.
struct Desk {
    story: Story,
    /// What the person's own Teams client says.
    client: (&'static str, &'static str),
    /// What the person set by hand.
    manual: Option<(&'static str, &'static str)>,
    /// Whether a session of ours stands there.
    session: bool,
    /// Everything that was written.
    log: Vec<Kind>,
}

impl Desk {
    fn open() -> Self {
        let rules = Rules { calls_interval: Some(Duration::from_secs(10)), writes: true, ..Rules::default() };
        let now = Moment { uptime: Uptime(0), wall: "2026-11-23T09:00:00Z".parse().unwrap() };
        let story = Story { engine: Engine::new(rules, now), now, asked: Vec::new() };
        let client = ("Available", "Available");
        let mut desk = Self { story, client, manual: None, session: false, log: Vec::new() };
        desk.story.tell(Event::Session(Step::Found(account())));
        desk.story.answer_directory(1, Some("cursor"));
        let someone = person(0);
        desk.story.tell(Event::ContactsRead(vec![Contact {
            id: "1".into(),
            name: someone.name,
            emails: vec![someone.user_name],
            extension: Some("100".into()),
            other_extensions: Vec::new(),
            pbx: Some("Main".into()),
            department: None,
            title: None,
        }]));
        desk.story.tell(Event::Eight(Heard::Systems(Ok(vec![PhoneSystem {
            id: "p".into(),
            name: "Main".into(),
        }]))));
        desk.phone(false);
        desk.poll();
        desk
    }

    /// The phone system answers.
    fn phone(&mut self, talking: bool) {
        let call = Call {
            id: "1".into(),
            started: 1,
            connected: Some(2),
            label: Some("TALKING".into()),
            parties: vec!["100".into(), "+44".into()],
        };
        let read = CallsRead { calls: if talking { vec![call] } else { Vec::new() }, set_aside: 0 };
        self.story.tell(Event::Eight(Heard::Calls("p".into(), Ok(read))));
        self.write();
    }

    /// Graph takes what is written.
    fn write(&mut self) {
        let asked = std::mem::take(&mut self.story.asked);
        for effect in asked {
            match effect {
                Effect::WritePresence { writes, .. } => {
                    for write in &writes {
                        self.session = write.kind == Kind::Set;
                        self.log.push(write.kind);
                    }
                    let done = writes.iter().map(|write| (*write, Written::Done)).collect();
                    self.story.tell(Event::Written(done));
                }
                other => self.story.asked.push(other),
            }
        }
    }

    /// Teams is read, after some time.
    fn poll(&mut self) {
        self.story.pass(Duration::from_secs(10));
        let (availability, activity) = self.graph();
        for (page, asked) in self.story.questions() {
            let readings = asked
                .iter()
                .map(|id| Reading { activity: Term::parse(activity), ..reading(*id, availability, "") })
                .collect();
            self.story.tell(Event::PresenceRead(PresenceRead { page, asked, readings, set_aside: 0 }));
        }
        self.write();
    }

    /// DoNotDisturb before Busy before Available; a person's own word before all of them
    /// (learn.microsoft.com, "Manage presence state using the Microsoft Graph API").
    fn graph(&self) -> (&'static str, &'static str) {
        let rank = |availability: &str| match availability {
            "DoNotDisturb" => 3,
            "Busy" => 2,
            "Available" => 1,
            _ => 0,
        };
        match self.manual {
            Some(manual) => manual,
            None if self.session && rank(self.client.0) < 2 => ("Busy", "InACall"),
            None => self.client,
        }
    }

    fn shown(&mut self) -> (Presence, Vec<&'static str>) {
        let snapshot = self.story.look();
        let state = snapshot.people.iter().next().unwrap();
        (snapshot.presence(state), call_sources(state))
    }
}

#[test]
fn a_call_in_8x8_alone_shows_in_teams_and_is_gone_with_its_end() {
    let mut desk = Desk::open();
    desk.phone(true);
    assert_eq!(desk.log, [Kind::Set]);
    assert_eq!(desk.shown(), (Presence::OnCall, vec!["8x8"]));
    desk.poll();
    assert_eq!(desk.graph(), ("Busy", "InACall"));
    assert_eq!(desk.shown(), (Presence::OnCall, vec!["8x8"]), "our own word is no Teams call");
    desk.phone(false);
    assert_eq!(desk.log, [Kind::Set, Kind::Clear]);
    desk.poll();
    assert_eq!(desk.shown().0, Presence::Available);
}

#[test]
fn a_teams_call_alone_writes_nothing() {
    let mut desk = Desk::open();
    desk.client = ("Busy", "InACall");
    desk.poll();
    desk.phone(false);
    assert_eq!(desk.shown(), (Presence::OnCall, vec!["Teams"]));
    assert!(desk.log.is_empty());
}

#[test]
fn a_teams_call_that_began_first_goes_on_after_the_8x8_call() {
    let mut desk = Desk::open();
    desk.client = ("Busy", "InACall");
    desk.poll();
    desk.phone(true);
    assert_eq!(desk.shown().0, Presence::OnCall);
    desk.phone(false);
    for _ in 0..4 {
        desk.poll();
        assert_eq!(desk.shown().0, Presence::OnCall);
    }
    assert_eq!(desk.shown().1, ["Teams"], "it is Teams' once nothing of ours can be meant");
    desk.client = ("Available", "Available");
    desk.poll();
    assert_eq!(desk.shown().0, Presence::Available);
}

#[test]
fn a_teams_call_that_begins_during_the_8x8_call_is_not_hidden_after_it() {
    let mut desk = Desk::open();
    desk.phone(true);
    desk.poll();
    desk.client = ("Busy", "InACall");
    desk.poll();
    desk.phone(false);
    for _ in 0..4 {
        desk.poll();
        assert_eq!(desk.shown().0, Presence::OnCall);
    }
    assert_eq!(desk.shown().1, ["Teams"]);
}

#[test]
fn what_a_person_set_by_hand_stays() {
    let mut desk = Desk::open();
    desk.phone(true);
    desk.poll();
    desk.manual = Some(("DoNotDisturb", "DoNotDisturb"));
    desk.poll();
    assert_eq!(desk.shown().0, Presence::OnCall, "the phone is still busy");
    desk.phone(false);
    desk.poll();
    assert_eq!(desk.shown().0, Presence::DoNotDisturb);
    assert_eq!(desk.log, [Kind::Set, Kind::Clear]);
}

#[test]
fn quitting_ends_what_is_ours_and_a_run_after_a_crash_does_too() {
    let mut desk = Desk::open();
    desk.phone(true);
    let someone = person(0).id;
    let effects = desk.story.engine.farewell(desk.story.now);
    let clear = Write { person: someone, kind: Kind::Clear };
    assert!(
        matches!(&effects[..], [Effect::WritePresence { writes, .. }] if writes[..] == [clear]),
        "{effects:?}"
    );

    let mut desk = Desk::open();
    let ledger = vec![someone];
    desk.story.tell(Event::Restored(Box::new(Restored { ledger, ..Restored::default() })));
    desk.phone(false);
    assert_eq!(desk.log, [Kind::Clear]);
}
