//! Answers that get lost on the way, whatever became of the question.

use super::*;

fn lost() -> WriteFault {
    WriteFault::Lost(Failure::Broken(Arc::new(Problem::new("eight.malformed", "", "", ""))))
}

fn unsent() -> WriteFault {
    WriteFault::Unsent(Failure::Offline(Arc::new(Problem::new("eight.offline", "", "", ""))))
}

/// What becomes of a write.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Told,
    /// Done, and not told.
    Done,
    /// Not done, and not told.
    Undone,
    /// Never sent.
    Unsent,
}

/// Lets it run until it rests for hours, with a fate for each write; gives when it rests, and what was tried.
fn settle(
    machine: &mut Import,
    eight: &mut Eight,
    wanted: &[Fields],
    mut fate: impl FnMut(usize, &ContactWrite) -> Fate,
) -> (i64, Vec<ContactWrite>) {
    let (mut now, mut tried) = (0, Vec::new());
    loop {
        for effect in machine.tick(at(now)) {
            match effect {
                ImportEffect::Read => {
                    let _ = machine.compared(&eight.directory(), wanted, at(now));
                }
                ImportEffect::Write(write) => {
                    let fate = fate(tried.len(), &write);
                    if matches!(fate, Fate::Told | Fate::Done) {
                        eight.write(&write, now);
                    }
                    tried.push(write);
                    let result = match fate {
                        Fate::Told => Ok(()),
                        Fate::Done | Fate::Undone => Err(lost()),
                        Fate::Unsent => Err(unsent()),
                    };
                    let _ = machine.written(result, at(now));
                }
                ImportEffect::Keep(_) => {}
            }
        }
        let hours = machine.wake_at().is_some_and(|at| at.0 > (now + 3_600) * 1_000);
        if machine.phase == Phase::Idle && hours {
            return (now, tried);
        }
        now += 1;
        assert!(now < 100_000, "it goes on for ever: {:?}", machine.picture());
    }
}

fn people(eight: &Eight) -> usize {
    let people: HashSet<_> = eight.contacts.iter().map(|contact| contact.ours).collect();
    people.len()
}

/// A directory and a machine that has made everybody of it a contact.
fn imported(wanted: &[Fields]) -> (Eight, Import) {
    let mut eight = Eight::default();
    let mut machine = import(Kept::default());
    start(&mut machine, &eight, wanted, 0);
    let _ = settle(&mut machine, &mut eight, wanted, |_, _| Fate::Told);
    assert_eq!(eight.contacts.len(), wanted.len());
    (eight, Import::new(machine.limits, machine.kept.clone(), at(0)))
}

#[test]
fn a_creation_whose_answer_was_lost_is_looked_for_before_it_is_made_again() {
    let (mut eight, wanted) = (Eight::default(), crowd(20));
    let mut machine = import(Kept::default());
    start(&mut machine, &eight, &wanted, 0);
    // This directory takes every double.
    let (_, tried) = settle(&mut machine, &mut eight, &wanted, |number, _| match number {
        2 | 3 | 9 => Fate::Done,
        5 | 11 => Fate::Undone,
        _ => Fate::Told,
    });
    assert_eq!((eight.contacts.len(), people(&eight)), (20, 20));
    assert_eq!(tried.len(), 22, "the two that were not there are made a second time, and nobody else");
    assert_eq!((machine.progress.failed, machine.plan.clashes.len()), (0, 0));
}

#[test]
fn the_next_look_comes_within_a_minute_and_asks_nobody() {
    let (mut eight, wanted) = (Eight::default(), crowd(1));
    let mut machine = import(Kept::default());
    start(&mut machine, &eight, &wanted, 0);
    let [ImportEffect::Write(write)] = &machine.tick(at(2))[..] else { panic!("a write") };
    eight.write(write, 2);
    let _ = machine.written(Err(lost()), at(3));
    let ended = machine.wake_at().unwrap().0 / 1_000;
    assert!(machine.tick(at(ended)).is_empty());
    assert_eq!(machine.phase, Phase::Idle);
    let again = machine.wake_at().unwrap().0 / 1_000;
    assert!(again - ended <= 60, "{again} after {ended}");
    assert_eq!(machine.tick(at(again)), [ImportEffect::Read]);
    let _ = machine.compared(&eight.directory(), &wanted, at(again));
    assert_eq!((machine.plan.creates, machine.plan.unchanged), (0, 1));
}

#[test]
fn whoever_never_gets_an_answer_is_told_by_name_and_holds_up_nobody() {
    let (mut eight, wanted) = (Eight::default(), crowd(5));
    let mut machine = import(Kept::default());
    start(&mut machine, &eight, &wanted, 0);
    let cursed =
        |write: &ContactWrite| matches!(write, ContactWrite::Create { fields, .. } if *fields == wanted[1]);
    let (_, tried) =
        settle(
            &mut machine,
            &mut eight,
            &wanted,
            |_, write| {
                if cursed(write) { Fate::Undone } else { Fate::Told }
            },
        );
    assert_eq!(eight.contacts.len(), 4);
    assert_eq!(tried.iter().filter(|write| cursed(write)).count(), ATTEMPTS as usize);
    assert_eq!(machine.progress.failed, 1);
    let clashes: Vec<&str> = machine.plan.clashes.iter().map(|clash| clash.address.as_str()).collect();
    assert_eq!(clashes, [wanted[1].email.as_str()]);
}

#[test]
fn a_change_without_an_answer_is_tried_again_but_not_for_ever() {
    let mut wanted = crowd(3);
    let (mut eight, mut machine) = imported(&wanted);
    wanted[0].last_name = "Wed".into();
    let updates = |tried: &[ContactWrite]| {
        tried.iter().filter(|write| matches!(write, ContactWrite::Update { .. })).count()
    };
    let (_, tried) =
        settle(
            &mut machine,
            &mut eight,
            &wanted,
            |number, _| {
                if number == 0 { Fate::Done } else { Fate::Told }
            },
        );
    assert_eq!((updates(&tried), machine.progress.done), (2, 1));

    wanted[1].last_name = "Wed".into();
    let mut machine = Import::new(machine.limits, machine.kept.clone(), at(0));
    let (_, tried) = settle(&mut machine, &mut eight, &wanted, |_, _| Fate::Undone);
    assert_eq!((updates(&tried), machine.progress.failed), (ATTEMPTS as usize, 1));
}

#[test]
fn what_never_left_this_computer_waits_for_as_long_as_it_takes() {
    let (mut eight, wanted) = (Eight::default(), crowd(2));
    let mut machine = import(Kept::default());
    start(&mut machine, &eight, &wanted, 0);
    let (ended, tried) =
        settle(
            &mut machine,
            &mut eight,
            &wanted,
            |number, _| {
                if number < 30 { Fate::Unsent } else { Fate::Told }
            },
        );
    assert_eq!((eight.contacts.len(), tried.len()), (2, 32));
    assert!(ended > 24 * 300, "the longer it lasts, the less often it is tried: {ended}");
}

#[test]
fn cancelling_drops_the_write_under_way_and_the_next_look_sees_what_came_of_it() {
    let (mut eight, wanted) = (Eight::default(), crowd(2));
    let mut machine = import(Kept::default());
    start(&mut machine, &eight, &wanted, 0);
    let [ImportEffect::Write(write)] = &machine.tick(at(2))[..] else { panic!("a write") };
    let _ = machine.wish(ImportWish::Cancel, at(3));
    assert!(machine.wish(ImportWish::Preview, at(4)).is_empty(), "not while it is under way");
    eight.write(write, 5);
    assert_eq!(machine.written(Err(lost()), at(5)), [ImportEffect::Read]);
    let _ = machine.compared(&eight.directory(), &wanted, at(6));
    assert_eq!((machine.plan.creates, machine.plan.unchanged, machine.progress.left), (1, 1, 1));
}
