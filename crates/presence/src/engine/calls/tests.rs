use super::*;
use crate::error::Problem;
use jiff::Timestamp;

fn at(seconds: i64) -> Moment {
    Moment { uptime: Uptime(seconds * 1_000), wall: Timestamp::from_second(1_800_000_000 + seconds).unwrap() }
}

fn person(number: u128) -> PersonId {
    PersonId::parse(&uuid::Uuid::from_u128(number).to_string()).unwrap()
}

fn system(id: &str) -> PhoneSystem {
    PhoneSystem { id: id.into(), name: format!("{id} name").into() }
}

fn call(id: &str, label: &str, parties: &[&str]) -> Call {
    let parties = parties.iter().map(|party| (*party).to_owned()).collect();
    Call { id: id.into(), started: 1, connected: Some(2), label: Some(label.into()), parties }
}

fn read(calls: Vec<Call>) -> CallsRead {
    CallsRead { calls, set_aside: 0 }
}

/// Two phone systems in which the extension 100 exists twice.
fn world() -> (Calls, Lines) {
    let mut calls = Calls::new(Duration::from_secs(10), at(0));
    assert_eq!(calls.take(at(0)), [Due::Systems]);
    calls.systems_read(vec![system("a"), system("b")], at(0));
    let mut lines = Lines::default();
    lines.add(Some("A name"), "100", person(1));
    lines.add(Some("b"), "100", person(2));
    lines.add(Some("a name"), "200", person(3));
    lines.add(None, "300", person(4));
    (calls, lines)
}

#[test]
fn a_short_extension_belongs_to_the_phone_system_it_is_on() {
    let (mut calls, lines) = world();
    calls.calls_read("a", &read(vec![call("1", "TALKING", &["100", "+44 20"])]), at(1));
    assert_eq!(calls.talking(&lines, at(1)), [person(1)]);
    calls.calls_read("b", &read(vec![call("1", "onhold", &["100"])]), at(2));
    assert_eq!(calls.talking(&lines, at(2)), [person(1), person(2)]);
    // Without a system nothing can be said where there are two.
    calls.calls_read("b", &read(vec![call("2", "TALKING", &["300"])]), at(3));
    assert_eq!(calls.talking(&lines, at(3)), [person(1)]);
}

#[test]
fn ringing_is_not_talking_and_an_end_shows_with_the_next_good_answer() {
    let (mut calls, lines) = world();
    for label in ["WAITING", "ALERTING", "FINISHED", "SOMETHING NEW"] {
        calls.calls_read("a", &read(vec![call("1", label, &["100", "200"])]), at(1));
        assert!(calls.talking(&lines, at(1)).is_empty(), "{label}");
    }
    calls.calls_read("a", &read(vec![call("1", "TALKING", &["100", "200"])]), at(2));
    assert_eq!(calls.talking(&lines, at(2)), [person(1), person(3)]);
    // One of the two talks on with somebody else.
    calls.calls_read("a", &read(vec![call("2", "TALKING", &["200", "999"])]), at(12));
    assert_eq!(calls.talking(&lines, at(12)), [person(3)]);
}

#[test]
fn a_source_that_fails_never_leaves_a_stale_call_beyond_a_minute() {
    let (mut calls, lines) = world();
    calls.calls_read("a", &read(vec![call("1", "TALKING", &["100"])]), at(0));
    let broken = Failure::Broken(Arc::new(Problem::new("eight.unavailable", "", "", "")));
    calls.calls_failed("a", &broken, at(10));
    assert_eq!(calls.talking(&lines, at(59)), [person(1)], "it is held for a while");
    assert!(calls.wake_at().unwrap() <= at(60).uptime);
    assert!(calls.talking(&lines, at(60)).is_empty());
    // And what has run out wakes nobody again and again.
    calls.take(at(60));
    assert!(calls.wake_at().unwrap() > at(60).uptime);
}

#[test]
fn a_vendor_that_wants_less_is_asked_half_as_often_up_to_once_a_minute() {
    let (mut calls, _) = world();
    let problem = || Arc::new(Problem::new("eight.throttled", "", "", ""));
    let mut now = 0;
    for _ in 0..5 {
        calls.take(at(now));
        calls.calls_failed(
            "a",
            &Failure::Throttled { wait: Duration::from_secs(1), problem: problem() },
            at(now),
        );
        now += 1;
    }
    calls.take(at(now));
    calls.calls_read("a", &read(vec![]), at(now));
    let waited = calls.systems[0].reader.wake_at().unwrap().since(at(now).uptime);
    assert_eq!(waited, Duration::from_secs(30), "twice as often as at the worst");
}

#[test]
fn a_phone_system_that_is_gone_takes_its_calls_with_it() {
    let (mut calls, lines) = world();
    calls.calls_read("a", &read(vec![call("1", "TALKING", &["100"])]), at(0));
    calls.systems_read(vec![system("b")], at(5));
    assert!(calls.talking(&lines, at(5)).is_empty());
    // Now there is only one, and who has no system belongs to it.
    calls.calls_read("b", &read(vec![call("2", "TALKING", &["300"])]), at(6));
    assert_eq!(calls.talking(&lines, at(6)), [person(4)]);
}

#[test]
fn agent_activity_tells_of_calls_that_active_calls_leave_out_and_of_queues() {
    let (mut calls, lines) = world();
    let agent = |talking| Activity {
        extension: "200".into(),
        name: "Ann".into(),
        status: Some("AVAILABLE".into()),
        talking,
        queues: vec!["700".into()],
    };
    let read = |talking| ActivityRead { agents: vec![agent(talking)], set_aside: 0 };
    calls.activity_read("a", read(true), at(0));
    assert!(calls.talking(&lines, at(0)).is_empty(), "nobody asked for it");
    calls.read_activity(true, at(0));
    assert!(calls.take(at(0)).contains(&Due::Activity("a".into())));
    calls.activity_read("a", read(true), at(0));
    assert_eq!(calls.talking(&lines, at(1)), [person(3)]);
    assert_eq!(calls.activity(&lines)[0].1.queues, ["700"]);
    calls.activity_read("a", read(false), at(30));
    assert!(calls.talking(&lines, at(30)).is_empty());
    assert!(
        calls.talking(&lines, at(95)).is_empty() && calls.activity(&lines).is_empty(),
        "it ages as calls do"
    );
}
