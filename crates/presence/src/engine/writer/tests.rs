use std::sync::Arc;

use super::*;
use crate::error::Problem;
use jiff::Timestamp;

fn at(seconds: i64) -> Moment {
    Moment { uptime: Uptime(seconds * 1_000), wall: Timestamp::from_second(1_800_000_000 + seconds).unwrap() }
}

fn person(number: u128) -> PersonId {
    PersonId::parse(&uuid::Uuid::from_u128(number).to_string()).unwrap()
}

const WINDOW: Duration = Duration::from_secs(25);

/// Writes everything that is due, all of it well.
fn write(writer: &mut Writer, now: Moment) -> Vec<Write> {
    let writes: Vec<Write> = writer.take(now).concat();
    for write in &writes {
        writer.written(*write, &Written::Done, WINDOW, now);
    }
    writes
}

#[test]
fn a_call_is_set_once_renewed_while_it_lasts_and_cleared_at_its_end() {
    let (mut writer, ann) = (Writer::default(), person(1));
    assert!(writer.begin(ann, at(0)), "the ledger learns of it first");
    assert!(!writer.begin(ann, at(0)));
    assert_eq!(write(&mut writer, at(0)), [Write { person: ann, kind: Kind::Set }]);
    assert!(write(&mut writer, at(239)).is_empty());
    assert_eq!(write(&mut writer, at(240)), [Write { person: ann, kind: Kind::Set }]);
    writer.end(ann, at(300));
    assert_eq!(writer.take(at(300)).concat(), [Write { person: ann, kind: Kind::Clear }]);
    assert!(writer.is_ours(&ann, at(300)));
    let clear = Write { person: ann, kind: Kind::Clear };
    assert!(writer.written(clear, &Written::Done, WINDOW, at(301)), "it is out of the ledger");
    assert_eq!(writer.ledger(), 0);
}

#[test]
fn our_own_word_coming_back_is_no_teams_call_until_graph_confirms_the_end() {
    let (mut writer, ann) = (Writer::default(), person(1));
    writer.begin(ann, at(0));
    write(&mut writer, at(0));
    assert!(writer.is_ours(&ann, at(10)));
    writer.end(ann, at(20));
    write(&mut writer, at(20));
    assert!(writer.is_ours(&ann, at(30)), "Graph has not said anything else yet");
    writer.confirmed(&ann);
    assert!(!writer.is_ours(&ann, at(31)));
    // A Teams call that goes on after ours shows itself when the window is over.
    writer.begin(ann, at(40));
    write(&mut writer, at(40));
    writer.end(ann, at(50));
    write(&mut writer, at(50));
    assert!(writer.is_ours(&ann, at(74)));
    assert!(!writer.is_ours(&ann, at(76)));
}

#[test]
fn a_call_that_ends_while_it_is_being_set_is_cleared_at_once() {
    let (mut writer, ann) = (Writer::default(), person(1));
    writer.begin(ann, at(0));
    let set = writer.take(at(0)).concat()[0];
    writer.end(ann, at(1));
    assert!(writer.take(at(1)).is_empty(), "one write at a time for a person");
    writer.written(set, &Written::Done, WINDOW, at(2));
    assert_eq!(write(&mut writer, at(2)), [Write { person: ann, kind: Kind::Clear }]);
}

#[test]
fn a_call_that_begins_while_the_last_is_being_cleared_is_set_again() {
    let (mut writer, ann) = (Writer::default(), person(1));
    writer.begin(ann, at(0));
    write(&mut writer, at(0));
    writer.end(ann, at(5));
    let clear = writer.take(at(5)).concat()[0];
    assert!(!writer.begin(ann, at(6)));
    assert!(!writer.written(clear, &Written::Done, WINDOW, at(7)), "it stays in the ledger");
    assert_eq!(write(&mut writer, at(7)), [Write { person: ann, kind: Kind::Set }]);
}

#[test]
fn what_an_earlier_run_left_behind_is_cleared_unless_the_call_goes_on() {
    let (mut writer, ann, bob) = (Writer::default(), person(1), person(2));
    writer.restore([ann, bob], at(0));
    writer.judge(false, |_| false, at(5));
    assert!(writer.take(at(5)).is_empty(), "nobody knows yet who is on a call");
    writer.judge(true, |person| *person == bob, at(6));
    let over = Write { person: ann, kind: Kind::Clear };
    assert_eq!(write(&mut writer, at(6)), [over, Write { person: bob, kind: Kind::Set }]);
    assert_eq!(writer.ledger(), 1);
    // Without any answer it is judged after a while all the same.
    let mut writer = Writer::default();
    writer.restore([ann], at(0));
    writer.judge(false, |_| false, at(20));
    assert_eq!(write(&mut writer, at(20)), [Write { person: ann, kind: Kind::Clear }]);
}

#[test]
fn many_calls_share_few_requests() {
    let mut writer = Writer::default();
    for number in 0..100 {
        writer.begin(person(number), at(0));
    }
    let batches = writer.take(at(0));
    assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [20, 20, 20, 20]);
    assert!(writer.take(at(0)).is_empty());
}

#[test]
fn a_vendor_that_wants_silence_gets_it_and_nothing_is_forgotten() {
    let (mut writer, ann) = (Writer::default(), person(1));
    writer.begin(ann, at(0));
    let set = writer.take(at(0)).concat()[0];
    let problem = Arc::new(Problem::new("microsoft.throttled", "", "", ""));
    let throttled = Failure::Throttled { wait: Duration::from_secs(30), problem };
    writer.written(set, &Written::Failed(throttled), WINDOW, at(0));
    assert!(writer.take(at(29)).is_empty());
    assert_eq!(writer.wake_at(), Some(at(30).uptime));
    assert_eq!(write(&mut writer, at(30)), [Write { person: ann, kind: Kind::Set }]);
}

#[test]
fn a_session_that_can_not_be_cleared_is_forgotten_when_it_must_have_ended() {
    let (mut writer, ann) = (Writer::default(), person(1));
    writer.begin(ann, at(0));
    write(&mut writer, at(0));
    writer.end(ann, at(10));
    let broken = || Written::Failed(Failure::Broken(Arc::new(Problem::new("x", "", "", ""))));
    let mut now = 10;
    let mut gone = false;
    while !gone {
        assert!(now < 400, "it goes on for ever");
        for write in writer.take(at(now)).concat() {
            gone = writer.written(write, &broken(), WINDOW, at(now));
        }
        now += 1;
    }
    assert!(now > 300);
}

#[test]
fn whoever_has_no_teams_is_left_alone_for_a_while() {
    let (mut writer, ann) = (Writer::default(), person(1));
    writer.begin(ann, at(0));
    let set = writer.take(at(0)).concat()[0];
    assert!(writer.written(set, &Written::NoSuchPerson, WINDOW, at(0)));
    assert!(!writer.begin(ann, at(10)));
    assert!(writer.take(at(10)).is_empty());
    assert!(writer.begin(ann, at(3_700)));
}

#[test]
fn a_call_that_goes_on_over_a_restart_is_set_again_at_once() {
    let (mut writer, ann) = (Writer::default(), person(1));
    writer.restore([ann], at(0));
    assert!(write(&mut writer, at(1)).is_empty(), "not before it is known who talks");
    writer.judge(true, |_| true, at(2));
    assert_eq!(write(&mut writer, at(2)), [Write { person: ann, kind: Kind::Set }]);
    assert!(write(&mut writer, at(3)).is_empty());
}
