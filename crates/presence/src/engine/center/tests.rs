use jiff::Timestamp;

use super::*;
use crate::center::AgentStatus as Status;

fn at(seconds: i64) -> Moment {
    Moment { uptime: Uptime(seconds * 1_000), wall: Timestamp::from_second(1_800_000_000 + seconds).unwrap() }
}

fn id(text: &str) -> Arc<str> {
    text.into()
}

fn message(number: u32, event: CenterEvent) -> StreamMessage {
    StreamMessage {
        id: format!("m{number}").into(),
        event: Some(event),
        redelivered: false,
        set_aside: false,
    }
}

fn status(agent: &str, status: Status, at: i64) -> CenterEvent {
    CenterEvent::Status { agent: id(agent), status, at }
}

fn call(name: &str, step: CallStep, at: i64) -> CenterEvent {
    CenterEvent::Call { id: id(name), step, at }
}

fn connected(agents: &[&str]) -> CallStep {
    CallStep::Connected(agents.iter().map(|agent| id(agent)).collect())
}

fn read(agents: &[(&str, Status)]) -> AgentsRead {
    let agent = |(name, status): &(&str, Status)| Agent {
        id: id(name),
        name: (*name).to_owned(),
        status: *status,
        reason: None,
    };
    AgentsRead { agents: agents.iter().map(agent).collect(), set_aside: 0 }
}

/// Listening, with everybody read as available.
fn listening(agents: &[&str]) -> Center {
    let mut center = Center::new(true, true, 0, at(0));
    assert_eq!(center.take(at(0)), [Due::Agents, Due::Stream(None)]);
    let all: Vec<(&str, Status)> = agents.iter().map(|agent| (*agent, Status::AVAILABLE)).collect();
    center.agents_read(&read(&all), at(0));
    center.opened(at(0));
    center
}

fn talking(center: &mut Center, now: Moment) -> Vec<String> {
    center.on_call(now).into_iter().map(|one| one.agent.to_string()).collect()
}

#[test]
fn an_agent_is_on_a_call_from_accepting_it_until_it_is_over() {
    let mut center = listening(&["ann", "bob"]);
    center.told(&[message(1, status("ann", Status(6), 1)), message(2, status("ann", Status(7), 2))], at(1));
    assert!(talking(&mut center, at(1)).is_empty(), "handling may be an e-mail");
    center.told(&[message(3, call("i1", connected(&["ann"]), 3))], at(2));
    assert_eq!(talking(&mut center, at(2)), ["ann"]);
    // A colleague joins, and stays when the first one leaves.
    center.told(&[message(4, call("i1", connected(&["ann", "bob"]), 4))], at(3));
    center.told(&[message(5, call("i1", CallStep::Left(id("ann")), 5))], at(4));
    assert_eq!(talking(&mut center, at(4)), ["bob"]);
    center.told(&[message(6, call("i1", CallStep::Over, 6))], at(5));
    assert!(talking(&mut center, at(5)).is_empty());
}

#[test]
fn two_lines_are_two_calls() {
    let mut center = listening(&["ann"]);
    center.told(
        &[message(1, call("i1", connected(&["ann"]), 1)), message(2, call("i2", connected(&["ann"]), 2))],
        at(1),
    );
    center.told(&[message(3, call("i1", CallStep::Over, 3))], at(2));
    assert_eq!(talking(&mut center, at(2)), ["ann"]);
    center.told(&[message(4, call("i2", CallStep::Over, 4))], at(3));
    assert!(talking(&mut center, at(3)).is_empty());
}

#[test]
fn a_message_that_comes_again_or_late_changes_nothing() {
    let mut center = listening(&["ann"]);
    let began = message(1, call("i1", connected(&["ann"]), 10));
    center.told(&[began.clone(), message(2, call("i1", CallStep::Over, 20))], at(1));
    center.told(&[began], at(2));
    assert!(talking(&mut center, at(2)).is_empty(), "the same message was applied twice");
    center.told(&[message(3, call("i1", connected(&["ann"]), 15))], at(3));
    assert!(talking(&mut center, at(3)).is_empty(), "an older word brought a call back");
    assert_eq!((center.heard().applied, center.heard().repeated), (3, 1));
}

#[test]
fn a_call_is_believed_for_a_minute_without_a_word_and_no_longer() {
    let mut center = listening(&["ann"]);
    center.told(&[message(1, call("i1", connected(&["ann"]), 1))], at(1));
    center.quiet(at(30));
    assert_eq!(talking(&mut center, at(60)), ["ann"], "a sign of life vouches for it");
    assert_eq!(center.end, Some(at(70).uptime));
    center.ended(&Failure::Broken(Arc::new(silence())), at(61));
    assert_eq!(talking(&mut center, at(69)), ["ann"]);
    assert!(talking(&mut center, at(70)).is_empty(), "nobody vouches for it any more");
    assert!(center.end.is_none(), "what has ended wakes nobody");
}

#[test]
fn the_agents_own_status_ends_a_call_whose_end_was_missed() {
    let mut center = listening(&["ann", "bob"]);
    center.told(&[message(1, call("i1", connected(&["ann"]), 1))], at(1));
    assert_eq!(center.take(at(60)), [Due::Agents]);
    // A call that begins while the answer is on its way is newer than the answer.
    center.told(&[message(2, call("i2", connected(&["bob"]), 2))], at(61));
    center.agents_read(&read(&[("ann", Status::AVAILABLE), ("bob", Status::AVAILABLE)]), at(62));
    assert_eq!(talking(&mut center, at(62)), ["bob"]);
}

#[test]
fn without_events_a_direct_call_is_all_that_can_be_told() {
    let mut center = Center::new(true, false, 0, at(0));
    assert_eq!(center.take(at(0)), [Due::Agents]);
    center.agents_read(&read(&[("ann", Status::DIRECT_CALL), ("bob", Status::HANDLING)]), at(0));
    assert_eq!(talking(&mut center, at(1)), ["ann"]);
    assert_eq!(center.presence("bob", at(1)), Some(Presence::Busy));
    assert_eq!(center.wake_at(), Some(at(15).uptime), "agents are asked more often when nothing is heard");
    assert!(talking(&mut center, at(61)).is_empty());
    assert_eq!(center.presence("bob", at(61)), None);
}

#[test]
fn a_short_gap_is_replayed_and_a_long_one_is_not() {
    let kept = (id("m7"), at(-100).wall);
    let mut center = Center::new(false, true, 0, at(0));
    center.resume(kept.clone());
    assert_eq!(center.take(at(0)), [Due::Stream(Some(id("m7")))]);
    let mut center = Center::new(true, true, 0, at(200));
    center.resume(kept);
    assert_eq!(center.take(at(200)), [Due::Agents, Due::Stream(None)]);
    // 8x8 does not know the position any more: from now on, at once.
    let mut center = listening(&[]);
    center.told(&[message(1, status("ann", Status::AVAILABLE, 1))], at(1));
    center.ended(&Failure::Reset, at(2));
    assert_eq!(center.take(at(2)), [Due::Agents, Due::Stream(None)]);
}

#[test]
fn the_position_is_kept_now_and_then_and_before_the_end() {
    let mut center = listening(&["ann"]);
    let event = |number| message(number, status("ann", Status::AVAILABLE, i64::from(number)));
    assert_eq!(center.told(&[event(1)], at(1)), Some((id("m1"), at(1).wall)));
    assert_eq!(center.told(&[event(2)], at(2)), None);
    assert_eq!(center.told(&[event(3)], at(4)), Some((id("m3"), at(4).wall)));
    center.told(&[event(4)], at(5));
    assert_eq!(center.position(), Some((id("m4"), at(5).wall)));
}

#[test]
fn agents_show_in_teams_by_8x8s_own_rule() {
    let mut center = listening(&["ann", "bob", "cem"]);
    center.told(
        &[
            message(1, status("bob", Status::ON_BREAK, 1)),
            message(2, call("i1", connected(&["ann"]), 2)),
            message(3, call("i2", connected(&["bob"]), 3)),
            message(4, call("i3", connected(&["dan"]), 4)),
        ],
        at(1),
    );
    let by_the_rule = |center: &mut Center, now| -> Vec<(String, bool)> {
        center.on_call(now).into_iter().map(|one| (one.agent.to_string(), one.by_the_rule)).collect()
    };
    let expected =
        [("ann", true), ("bob", false), ("dan", false)].map(|(name, shown)| (name.to_owned(), shown));
    assert_eq!(by_the_rule(&mut center, at(1)), expected, "available before the call, and nothing else");
    // Ann goes offline by hand in the middle of it, and comes back: for this call she has spoken.
    center.told(&[message(5, status("ann", Status::WORK_OFFLINE, 5))], at(2));
    assert!(!by_the_rule(&mut center, at(2))[0].1);
    center.told(&[message(6, status("ann", Status::AVAILABLE, 6))], at(3));
    assert!(!by_the_rule(&mut center, at(3))[0].1);
    center.told(&[message(7, call("i1", CallStep::Over, 7))], at(4));
    by_the_rule(&mut center, at(4));
    center.told(&[message(8, call("i4", connected(&["ann"]), 8))], at(5));
    assert!(by_the_rule(&mut center, at(5))[0].1, "the next call is another one");
}

#[test]
fn long_silence_with_agents_at_work_is_told() {
    let mut center = listening(&["ann"]);
    center.quiet(at(600));
    assert!(center.stream().unwrap().problem.is_none());
    center.quiet(at(1_300));
    assert_eq!(center.stream().unwrap().problem.as_ref().unwrap().code, "eight.silentStream");
    center.told(&[message(1, status("ann", Status::AVAILABLE, 1))], at(1_301));
    assert!(center.stream().unwrap().problem.is_none());
}
