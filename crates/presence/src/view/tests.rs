use std::sync::Arc;
use std::time::Duration;

use super::board::{Kind, MOST_ROWS, Query, State, window};
use super::menu::{Choice, Entry, Icon, menu};
use super::status::{Action, Screen, SignIn, Tone, status};
use super::{detail, health};
use crate::desk::Picture;
use crate::desk::kept::{Kept, Target, Watch};
use crate::engine::event::{DirectoryRead, Event, Intent, PresenceRead, Reading};
use crate::engine::{Engine, Rules, effect::Effect};
use crate::error::{Failure, Problem};
use crate::mapping::Term;
use crate::moment::{Moment, Uptime};
use crate::person::{Person, PersonId};
use crate::preferences::{Group, Sort};
use crate::session::{Account, Step};
use crate::snapshot::Snapshot;

/// Name, department, availability, activity.
const PEOPLE: [(&str, &str, &str, &str); 6] = [
    ("Zoë Åkesson", "Sales", "Available", "Available"),
    ("anna Keller", "Sales", "Busy", "InAMeeting"),
    ("Bob <b>Bee</b>", "Sales", "PresenceUnknown", "PresenceUnknown"),
    ("Cem Öz", "Care", "DoNotDisturb", "Presenting"),
    ("Dora Eck", "", "Available", "OutOfOffice"),
    ("Emil Fox", "Care", "Offline", "OffWork"),
];

struct Board {
    engine: Engine,
    now: Moment,
}

impl Board {
    fn live() -> Self {
        let now = Moment { uptime: Uptime(0), wall: "2026-11-23T09:00:00Z".parse().unwrap() };
        let mut board = Self { engine: Engine::new(Rules::default(), now), now };
        let account = Account {
            tenant: "t".into(),
            id: "00000000-0000-4000-8000-0000000fffff".into(),
            user_name: "8x8.status@x.example".into(),
            name: "Status".into(),
        };
        board.tell(Event::Session(Step::Found(Arc::new(account))));
        let people = PEOPLE.iter().zip(0..).map(|((name, department, ..), number)| Person {
            id: id(number),
            name: (*name).into(),
            user_name: format!("p{number}@x.example"),
            mail: None,
            proxy_addresses: Vec::new(),
            title: None,
            department: (!department.is_empty()).then(|| (*department).into()),
            site: None,
            direct: None,
            mobile: None,
            guest: Some(false),
            enabled: Some(true),
        });
        let people = people.collect();
        board.tell(Event::DirectoryRead(DirectoryRead { full: true, people, ..DirectoryRead::default() }));
        board.answer();
        board
    }

    fn tell(&mut self, event: Event) -> Vec<Effect> {
        self.engine.handle(event, self.now)
    }

    fn answer(&mut self) {
        let readings = PEOPLE.iter().zip(0..).map(|((_, _, availability, activity), number)| Reading {
            id: id(number),
            availability: Term::parse(availability),
            activity: Term::parse(activity),
            out_of_office: false,
            sequence: None,
        });
        let read = PresenceRead { readings: readings.collect(), ..PresenceRead::default() };
        self.tell(Event::PresenceRead(read));
    }

    fn fail(&mut self, failure: Failure) {
        self.now = self.now.plus(Duration::from_secs(60));
        self.tell(Event::Tick);
        self.tell(Event::PresenceFailed { page: 0, failure });
    }

    fn look(&mut self) -> Snapshot {
        self.engine.snapshot(self.now)
    }
}

fn id(number: u32) -> PersonId {
    PersonId::parse(&format!("00000000-0000-4000-8000-{number:012x}")).unwrap()
}

fn problem(code: &str) -> Arc<Problem> {
    Arc::new(Problem::new(code, "It happened.", "Because.", "Do this."))
}

fn names(snapshot: &Snapshot, query: &Query) -> Vec<String> {
    window(snapshot, query).rows.into_iter().flatten().map(|line| line.name).collect()
}

fn all() -> Query {
    Query { limit: 100, group: Group::None, ..Query::default() }
}

#[test]
fn who_is_free_comes_first_and_then_by_name() {
    let snapshot = Board::live().look();
    let expected = ["Dora Eck", "Zoë Åkesson", "anna Keller", "Cem Öz", "Emil Fox", "Bob <b>Bee</b>"];
    assert_eq!(names(&snapshot, &all()), expected);
    let by_name = Query { sort: Sort::Name, ..all() };
    assert_eq!(names(&snapshot, &by_name)[0], "anna Keller");
}

#[test]
fn departments_are_counted_and_people_without_one_come_last() {
    let snapshot = Board::live().look();
    let query = Query { collapsed: vec!["d:Care".into()], limit: 100, ..Query::default() };
    let board = window(&snapshot, &query);
    let groups: Vec<_> =
        board.groups.iter().map(|group| (group.name.as_str(), group.free, group.total)).collect();
    assert_eq!(groups, [("Care", 0, 2), ("Sales", 1, 3), ("", 1, 1)]);
    assert_eq!((board.found, board.listed, board.rows.len()), (6, 4, 4));
    assert_eq!(board.rows[3].as_ref().unwrap().name, "Dora Eck");
}

#[test]
fn a_window_onto_the_board_holds_just_the_rows_asked_for() {
    let snapshot = Board::live().look();
    let board = window(&snapshot, &Query { offset: 2, limit: 2, chosen: Some(id(5).to_string()), ..all() });
    assert_eq!(
        board.rows.iter().flatten().map(|line| line.name.as_str()).collect::<Vec<_>>(),
        ["anna Keller", "Cem Öz"]
    );
    assert_eq!((board.offset, board.listed, board.chosen), (2, 6, Some(4)));
    let absurd = Query { offset: usize::MAX, limit: usize::MAX, ..all() };
    assert!(window(&snapshot, &absurd).rows.is_empty() && MOST_ROWS < usize::MAX);
}

#[test]
fn searching_and_filtering_keep_the_counts_of_all_states() {
    let snapshot = Board::live().look();
    assert_eq!(names(&snapshot, &Query { search: "ake".into(), ..all() }), ["Zoë Åkesson"]);
    // Whoever looks for somebody who is not free may want a colleague who is.
    let search = Query { search: "sales KELL".into(), ..all() };
    assert_eq!(names(&snapshot, &search), ["anna Keller", "Zoë Åkesson"]);
    let board = window(&snapshot, &search);
    let groups: Vec<_> =
        board.groups.iter().map(|group| (group.kind, group.name.as_str(), group.total)).collect();
    assert_eq!(groups, [(Kind::Found, "", 1), (Kind::Besides, "Sales", 1)]);
    assert_eq!((board.found, board.listed), (1, 2));
    let board = window(&snapshot, &Query { states: vec![State::OnCall, State::Unknown], ..all() });
    assert_eq!((board.counts, board.found), ([2, 0, 1, 1, 0, 1, 1], 2));
    assert_eq!(board.rows[1].as_ref().unwrap().label, "Unknown");
}

#[test]
fn the_detail_says_what_teams_says_and_what_eight_gets() {
    let snapshot = Board::live().look();
    let anna = detail::detail(&snapshot, &id(1).to_string()).unwrap();
    let teams = anna.teams.unwrap();
    assert_eq!((teams.row.as_str(), teams.values.as_str()), ("In a meeting", "Busy, InAMeeting"));
    assert_eq!((anna.eight.label.as_str(), anna.line.tags), ("On call", vec!["Teams".to_owned()]));
    // Teams does not know, the board says so, and 8x8 gets offline.
    let bob = detail::detail(&snapshot, &id(2).to_string()).unwrap();
    assert_eq!((bob.line.state, bob.eight.state), (State::Unknown, State::Offline));
    assert!(detail::detail(&snapshot, "nobody").is_none());
}

#[test]
fn stale_people_are_told_in_the_past_tense_with_their_age() {
    let mut board = Board::live();
    board.fail(Failure::Offline(problem("microsoft.offline")));
    let snapshot = board.look();
    let view = window(&snapshot, &all());
    assert!(view.all_stale);
    let dora = view.rows[0].as_ref().unwrap();
    assert_eq!((dora.label.as_str(), dora.stale, dora.age_seconds), ("Was available", true, Some(60)));
    assert_eq!(dora.state, State::Available);
    let status = status(&snapshot);
    let banner = status.banner.unwrap();
    assert!(banner.title.starts_with("Offline: showing the state of "), "{}", banner.title);
    assert_eq!((banner.action, status.tone), (Some(Action::SyncNow), Tone::Warning));
    assert_eq!(menu(&snapshot).icon, Icon::Offline);
}

#[test]
fn throttling_counts_down_and_asks_nothing_of_anybody() {
    let mut board = Board::live();
    board.fail(Failure::Throttled { wait: Duration::from_secs(20), problem: problem("microsoft.throttled") });
    let banner = status(&board.look()).banner.unwrap();
    assert_eq!(banner.title, "Microsoft asks us to slow down.");
    assert_eq!((banner.retry_seconds, banner.action), (Some(20), None));
}

#[test]
fn an_ended_sign_in_is_one_button_in_window_and_tray() {
    let mut board = Board::live();
    board.fail(Failure::SignInNeeded(problem("microsoft.signInNeeded")));
    let snapshot = board.look();
    let status = status(&snapshot);
    assert_eq!((status.screen, status.headline.as_str()), (Screen::Board, "Sign-in needed"));
    assert!(matches!(status.sign_in, SignIn::Needed { .. }));
    assert_eq!(status.banner.unwrap().action, Some(Action::SignIn));
    let menu = menu(&snapshot);
    assert_eq!(menu.icon, Icon::Attention);
    assert_eq!(menu.entries[0], Entry::Choice("Sign in…".into(), Choice::SignIn));
}

#[test]
fn the_tray_of_a_live_board_offers_what_exists_and_nothing_else() {
    let snapshot = Board::live().look();
    let menu = menu(&snapshot);
    assert_eq!(menu.icon, Icon::Live);
    assert!(
        menu.tooltip.starts_with("Presence Sync: Live, updated ") && menu.tooltip.ends_with(", 6 people")
    );
    let words = |entry: &Entry| match entry {
        Entry::Words(words) | Entry::Choice(words, _) | Entry::Below(words, _) => words.clone(),
        Entry::Line => "-".into(),
    };
    let entries: Vec<String> = menu.entries.iter().skip(1).map(words).collect();
    let expected = [
        "-",
        "Open board",
        "-",
        "Sync now",
        "Pause",
        "-",
        "Setup…",
        "Health…",
        "Settings…",
        "-",
        "Quit Presence Sync",
    ];
    assert_eq!(entries, expected);
}

#[test]
fn whoever_is_pinned_stands_on_top_and_in_the_tray() {
    let mut snapshot = Board::live().look();
    let kept = Kept { pinned: vec![id(4), id(1)], watches: vec![watch(2)], ..Kept::default() };
    snapshot.desk = Arc::new(Picture { kept: Arc::new(kept), ..Picture::default() });
    let board = window(&snapshot, &Query { limit: 100, ..Query::default() });
    let first = &board.groups[0];
    assert_eq!((first.kind, first.free, first.total), (Kind::Pinned, 1, 2));
    let rows: Vec<_> = board.rows.iter().flatten().collect();
    assert_eq!(
        (rows[0].name.as_str(), rows[0].pinned, rows[1].name.as_str()),
        ("Dora Eck", true, "anna Keller")
    );
    assert_eq!(board.listed, 6, "nobody is listed twice");
    assert!(rows.iter().any(|row| row.watched && row.name == "Bob <b>Bee</b>"));

    let menu = menu(&snapshot);
    let below = |name: &str| {
        menu.entries.iter().find_map(|entry| match entry {
            Entry::Below(words, entries) if words == name => Some(entries.clone()),
            _ => None,
        })
    };
    let pinned = below("Pinned").unwrap();
    assert_eq!(
        pinned[1],
        Entry::Choice("anna Keller: On call, in a meeting".into(), Choice::OpenPerson(id(1)))
    );
    let waiting = below("Waiting to be free").unwrap();
    let shown = Choice::OpenPerson(id(2));
    assert_eq!(waiting[0], Entry::Choice("Bob <b>Bee</b>: Unknown, Teams does not know".into(), shown));
}

#[test]
fn rows_that_the_page_has_already_are_not_sent_again() {
    let mut board = Board::live();
    let first = window(&board.look(), &all());
    let known: Vec<u32> = first.rows.iter().flatten().map(|line| line.mark).collect();
    board.now = board.now.plus(Duration::from_secs(10));
    board.answer();
    let again = Query { known, ..all() };
    let second = window(&board.look(), &again);
    assert!(second.rows.iter().all(Option::is_none));
    assert_eq!(second.ages, [Some(0); 6]);
    board.now = board.now.plus(Duration::from_secs(7));
    assert_eq!(window(&board.look(), &again).ages, [Some(7); 6]);
    // Old rows look otherwise, so they come again.
    board.fail(Failure::Offline(problem("microsoft.offline")));
    assert!(window(&board.look(), &again).rows.iter().all(Option::is_some));
}

/// What crosses to the page while everybody is polled once, and one in twenty has changed. The shell tells the page of a
/// large organisation every two and a half seconds: four times in ten.
#[test]
fn a_poll_of_ten_thousand_people_costs_the_page_less_than_64_kb() {
    const PEOPLE: u32 = 10_000;
    let mut board = Board::live();
    let person = |number: u32| Person {
        id: id(number),
        name: format!("Person of a usual name {number:05}"),
        user_name: format!("p{number}@x.example"),
        mail: None,
        proxy_addresses: Vec::new(),
        title: Some("Account executive".into()),
        department: Some(format!("Department {}", number % 50)),
        site: None,
        direct: None,
        mobile: None,
        guest: Some(false),
        enabled: Some(true),
    };
    let people = (0..PEOPLE).map(person).collect();
    board.tell(Event::DirectoryRead(DirectoryRead { full: true, people, ..DirectoryRead::default() }));
    let poll = |board: &mut Board, part: u32, round: u32| {
        let state = |number: u32| if number % 20 == round { "Busy" } else { "Available" };
        let readings = (part * PEOPLE / 4..(part + 1) * PEOPLE / 4).map(|number| Reading {
            id: id(number),
            availability: Term::parse(state(number)),
            activity: Term::parse(state(number)),
            out_of_office: false,
            sequence: None,
        });
        board.now = board.now.plus(Duration::from_millis(2_500));
        let read =
            PresenceRead { page: part as usize, readings: readings.collect(), ..PresenceRead::default() };
        board.tell(Event::PresenceRead(read));
    };
    (0..4).for_each(|part| poll(&mut board, part, 0));
    let mut query = Query { limit: 60, chosen: Some(id(3).to_string()), ..Query::default() };
    let first = window(&board.look(), &query);
    query.known = first.rows.iter().flatten().map(|line| line.mark).collect();
    let mut bytes = 0;
    for part in 0..4 {
        poll(&mut board, part, 7);
        let snapshot = board.look();
        let answer = window(&snapshot, &query);
        for (known, row) in query.known.iter_mut().zip(&answer.rows) {
            *known = row.as_ref().map_or(*known, |line| line.mark);
        }
        let detail = detail::detail(&snapshot, &id(3).to_string());
        bytes += serde_json::to_string(&query).unwrap().len();
        bytes += serde_json::to_string(&answer).unwrap().len();
        bytes += serde_json::to_string(&status(&snapshot)).unwrap().len();
        bytes += serde_json::to_string(&detail).unwrap().len();
    }
    assert!(bytes < 64 << 10, "{bytes} bytes");
}

#[test]
fn whoever_is_offline_can_be_left_out_and_is_still_found() {
    let snapshot = Board::live().look();
    let hidden = Query { hide_offline: true, ..all() };
    assert!(!names(&snapshot, &hidden).contains(&"Emil Fox".to_owned()));
    assert_eq!(names(&snapshot, &Query { states: vec![State::Offline], ..hidden.clone() }), ["Emil Fox"]);
    assert_eq!(names(&snapshot, &Query { search: "emil".into(), ..hidden }), ["Emil Fox"]);
}

fn watch(number: u32) -> Watch {
    Watch { target: Target::Person(id(number)), since: "2026-11-23T08:59:00Z".parse().unwrap() }
}

#[test]
fn a_pause_is_told_and_can_be_ended() {
    let mut board = Board::live();
    let intent = Choice::PauseTomorrow.intent(board.now).unwrap();
    assert!(matches!(&intent, Intent::Pause(Some(span)) if *span > Duration::from_hours(1)));
    board.tell(Event::Intent(intent));
    let snapshot = board.look();
    assert_eq!(menu(&snapshot).icon, Icon::Paused);
    assert_eq!(status(&snapshot).banner.unwrap().action, Some(Action::Resume));
}

#[test]
fn the_health_page_names_each_source_and_who_is_not_matched() {
    let snapshot = Board::live().look();
    let health = health::health(&snapshot);
    let names: Vec<_> = health.sources.iter().map(|source| source.name.as_str()).collect();
    assert_eq!(names, ["Sign-in", "Teams presence", "Microsoft directory", "8x8 directory"]);
    assert_eq!(health.unmatched.iter().map(|line| line.count).sum::<usize>(), 6);
}
