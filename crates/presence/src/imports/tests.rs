use jiff::Timestamp;

use super::*;

fn at(seconds: i64) -> Moment {
    Moment { uptime: Uptime(seconds * 1_000), wall: Timestamp::from_second(1_800_000_000 + seconds).unwrap() }
}

fn person(number: u128, name: &str) -> Fields {
    Fields {
        person: PersonId::parse(&uuid::Uuid::from_u128(number).to_string()).unwrap(),
        first_name: name.into(),
        last_name: "Bee".into(),
        email: format!("{}@x.example", name.to_lowercase()),
        department: String::new(),
        title: String::new(),
    }
}

/// 8x8's directory, played.
#[derive(Default)]
struct Eight {
    contacts: Vec<CompanyContact>,
    writes: Vec<i64>,
    next: u32,
}

impl Eight {
    fn directory(&self) -> Directory {
        Directory { customer: Some("c".into()), contacts: self.contacts.clone(), set_aside: 0 }
    }

    fn write(&mut self, write: &ContactWrite, second: i64) {
        self.writes.push(second);
        let contact = |id: String, fields: &Fields| CompanyContact {
            id,
            ours: Some(fields.person),
            first_name: fields.first_name.clone(),
            last_name: fields.last_name.clone(),
            emails: vec![fields.email.clone()],
            department: fields.department.clone(),
            title: fields.title.clone(),
            tag: None,
        };
        match write {
            ContactWrite::Create { fields, .. } => {
                self.next += 1;
                self.contacts.push(contact(self.next.to_string(), fields));
            }
            ContactWrite::Update { id, fields, .. } => {
                let place = self.contacts.iter().position(|known| known.id == *id).unwrap();
                self.contacts[place] = contact(id.clone(), fields);
            }
            ContactWrite::Remove { id, .. } => self.contacts.retain(|known| known.id != *id),
        }
    }
}

/// Runs until nothing is under way any more; stops early after so many writes, as a crash would.
fn run(import: &mut Import, eight: &mut Eight, wanted: &[Fields], from: i64, most: usize) -> i64 {
    let mut now = from;
    let mut writes = 0;
    loop {
        let effects = import.tick(at(now));
        for effect in effects {
            match effect {
                ImportEffect::Read => {
                    let _ = import.compared(&eight.directory(), wanted, at(now));
                }
                ImportEffect::Write(write) => {
                    eight.write(&write, now);
                    writes += 1;
                    if writes == most {
                        return now;
                    }
                    let _ = import.written(Ok(()), at(now));
                }
                ImportEffect::Keep(_) => {}
            }
        }
        if import.phase == Phase::Idle && import.finished.is_some() {
            return now;
        }
        now += 1;
        assert!(now - from < 100_000, "it goes on for ever: {:?}", import.picture());
    }
}

/// A person looks and says yes.
fn start(import: &mut Import, eight: &Eight, wanted: &[Fields], now: i64) {
    assert_eq!(import.wish(ImportWish::Preview, at(now)), [ImportEffect::Read]);
    let _ = import.compared(&eight.directory(), wanted, at(now));
    assert_eq!(import.phase, Phase::Preview);
    let _ = import.wish(ImportWish::Start, at(now));
}

fn import(kept: Kept) -> Import {
    Import::new(Limits { grace: Duration::from_hours(1), ..Limits::default() }, kept, at(0))
}

fn crowd(count: u128) -> Vec<Fields> {
    (1..=count).map(|number| person(number, &format!("P{number}"))).collect()
}

#[test]
fn nothing_is_written_before_a_person_saw_what_and_the_share_of_the_limit_is_kept() {
    let (mut eight, wanted) = (Eight::default(), crowd(100));
    let mut import = import(Kept::default());
    assert!(import.tick(at(1_000_000)).is_empty());
    start(&mut import, &eight, &wanted, 0);
    assert_eq!((import.plan.creates, import.plan.takes), (100, Duration::from_secs(200)));
    run(&mut import, &mut eight, &wanted, 0, usize::MAX);
    assert_eq!(eight.contacts.len(), 100);
    for window in eight.writes.windows(31) {
        assert!(window[30] - window[0] >= 60, "more than 30 in a minute");
    }
}

#[test]
fn a_second_run_writes_nothing_and_a_renamed_and_a_departed_person_give_one_update_and_one_removal() {
    let (mut eight, mut wanted) = (Eight::default(), crowd(40));
    let mut machine = import(Kept::default());
    start(&mut machine, &eight, &wanted, 0);
    let mut now = run(&mut machine, &mut eight, &wanted, 0, usize::MAX);
    let first = eight.writes.len();
    machine.finished = None;
    now = run(&mut machine, &mut eight, &wanted, now + 6 * 3_600, usize::MAX);
    assert_eq!(eight.writes.len(), first);

    wanted[3].last_name = "Wed".into();
    wanted.pop();
    machine.finished = None;
    now = run(&mut machine, &mut eight, &wanted, now + 6 * 3_600, usize::MAX);
    assert_eq!(
        (machine.plan.updates, machine.plan.removals, machine.plan.waiting),
        (1, 0, 1),
        "a time of grace"
    );
    machine.finished = None;
    run(&mut machine, &mut eight, &wanted, now + 6 * 3_600, usize::MAX);
    assert_eq!((machine.plan.updates, machine.plan.removals), (0, 1));
    assert_eq!(eight.contacts.len(), 39);
    assert_eq!(eight.writes.len(), first + 2);
}

#[test]
fn a_crash_in_the_middle_makes_no_double_and_loses_nobody() {
    for most in [1, 2, 7, 19, 20] {
        let (mut eight, wanted) = (Eight::default(), crowd(20));
        let mut machine = import(Kept::default());
        start(&mut machine, &eight, &wanted, 0);
        // The last write reached 8x8, and nobody lived to hear of it.
        let now = run(&mut machine, &mut eight, &wanted, 0, most);
        let mut after = import(machine.kept.clone());
        run(&mut after, &mut eight, &wanted, now, usize::MAX);
        let people: HashSet<_> = eight.contacts.iter().map(|contact| contact.ours).collect();
        assert_eq!((eight.contacts.len(), people.len()), (20, 20), "after {most} writes");
        assert_eq!(eight.writes.len(), 20);
    }
}

#[test]
fn only_what_carries_our_mark_is_touched_and_clashes_are_told() {
    let mut eight = Eight::default();
    let foreign = CompanyContact {
        id: "f".into(),
        ours: None,
        first_name: "Ann".into(),
        last_name: "Old".into(),
        emails: vec!["ANN@x.example".into()],
        department: String::new(),
        title: String::new(),
        tag: None,
    };
    eight.contacts.push(foreign.clone());
    let wanted = [person(1, "Ann"), person(2, "Bob")];
    let mut machine = import(Kept::default());
    start(&mut machine, &eight, &wanted, 0);
    assert_eq!(machine.plan.clashes.len(), 1);
    run(&mut machine, &mut eight, &wanted, 0, usize::MAX);
    assert_eq!(eight.contacts.len(), 2);
    assert!(eight.contacts.contains(&foreign));
}

#[test]
fn an_empty_directory_does_not_empty_the_contacts_without_being_asked() {
    let (mut eight, wanted) = (Eight::default(), crowd(50));
    let mut machine = import(Kept::default());
    start(&mut machine, &eight, &wanted, 0);
    let mut now = run(&mut machine, &mut eight, &wanted, 0, usize::MAX);
    for _ in 0..3 {
        machine.finished = None;
        now = run(&mut machine, &mut eight, &[], now + 6 * 3_600, usize::MAX);
    }
    assert!(machine.plan.many_removals);
    assert_eq!(eight.contacts.len(), 50);
    // A person may say so.
    let _ = machine.wish(ImportWish::Preview, at(now));
    let _ = machine.compared(&eight.directory(), &[], at(now));
    let _ = machine.wish(ImportWish::StartWithRemovals, at(now));
    machine.finished = None;
    run(&mut machine, &mut eight, &[], now, usize::MAX);
    assert!(eight.contacts.is_empty());
}

#[test]
fn a_vendor_that_wants_silence_gets_it_and_a_pause_holds() {
    let (eight, wanted) = (Eight::default(), crowd(3));
    let mut machine = import(Kept::default());
    start(&mut machine, &eight, &wanted, 0);
    assert_eq!(machine.tick(at(2)).len(), 1);
    let problem = Arc::new(Problem::new("eight.throttled", "", "", ""));
    let throttled = Failure::Throttled { wait: Duration::from_secs(60), problem };
    let _ = machine.written(Err(WriteFault::Unsent(throttled)), at(2));
    assert!(machine.tick(at(61)).is_empty());
    assert_eq!(machine.tick(at(62)).len(), 1);
    let _ = machine.written(Ok(()), at(62));
    let _ = machine.wish(ImportWish::Pause, at(63));
    assert!(machine.tick(at(10_000)).is_empty());
    let _ = machine.wish(ImportWish::Resume, at(10_000));
    assert_eq!(machine.tick(at(10_000)).len(), 1);
    let _ = machine.wish(ImportWish::Cancel, at(10_001));
    assert!(machine.tick(at(100_000)).is_empty(), "and nothing begins by itself");
}

#[test]
fn names_over_the_limits_are_cut_between_words_and_marked() {
    let long = "von und zu Hohenstein-Lichtenberg-Sonnenfels";
    assert_eq!(plan::shortened("short", 30), "short");
    let cut = plan::shortened(long, 30);
    assert!(cut.chars().count() <= 30 && cut.ends_with('…'), "{cut}");
    assert_eq!(plan::shortened(&"word ".repeat(20), 30), "word word word word word…");
    assert_eq!(plan::shortened(&"ü".repeat(40), 30).chars().count(), 30);
}

mod lost;
