//! Changes that fail, answers that are lost, and runs that end in the middle.

use super::*;

#[test]
fn a_refused_change_is_told_and_not_repeated_in_that_do_not_disturb() {
    let mut desk = Desk::new(lever("ann"));
    desk.see(agent(4), YES, 0);
    let set = desk.take(5).unwrap();
    desk.written(&set, Err(ChangeFault::Refused(problem("eight.refused"))), 6);
    assert!(desk.ledger.is_empty());
    desk.see(agent(4), YES, 20);
    assert_eq!(desk.take(20), None);
    let source = desk.quiet.source();
    assert_eq!((source.state, source.problem.as_ref()), (SourceState::Live, Some(&problem("eight.refused"))));
    assert_eq!(desk.quiet.refused_count(), 1);
    desk.see(agent(4), NO, 30);
    desk.see(agent(4), YES, 40);
    let set = desk.take(45).unwrap();
    desk.written(&set, Ok(()), 45);
    assert_eq!(desk.quiet.source().problem, None);
}

#[test]
fn a_restoration_that_is_refused_waits_for_what_8x8_shows_and_is_given_up_in_the_end() {
    let mut desk = Desk::set(&agent(4), lever("ann"));
    let refusal = || Err(ChangeFault::Refused(problem("eight.refused")));
    let mut refusals = 0;
    for second in (20..2_000).step_by(10) {
        desk.see(agent(5), NO, second);
        if let Some(restore) = desk.take(second) {
            refusals += 1;
            desk.written(&restore, refusal(), second);
        }
    }
    assert!(desk.is_over());
    assert_eq!(refusals, 5);
    assert_eq!(desk.quiet.source().problem, Some(problem("eight.refused")));
}

#[test]
fn a_change_that_fails_is_tried_again_with_longer_and_longer_waits() {
    let mut desk = Desk::new(lever("ann"));
    let mut tried = Vec::new();
    for second in 0..400 {
        // The agent goes on break meanwhile: that is what has to come back.
        desk.see(agent(if second < 100 { 4 } else { 3 }), YES, second);
        if let Some(write) = desk.take(second) {
            assert_eq!(write, desk.sets());
            tried.push(second);
            let broken = Failure::Broken(problem("eight.broken"));
            desk.written(&write, Err(ChangeFault::Failed(broken)), second);
            assert_eq!(desk.quiet.held(), 1, "8x8 may have done it all the same");
        }
    }
    let waits: Vec<i64> = tried.windows(2).map(|pair| pair[1] - pair[0]).collect();
    // The first is as long as 8x8 may lag behind.
    assert_eq!(waits, [4, 4, 8, 16, 32, 60, 60, 60, 60, 60]);
    assert_eq!(desk.quiet.source().state, SourceState::Stale);
    let write = desk.take(500).unwrap();
    assert_eq!(desk.ledger[&desk.lever].before, was(3));
    desk.written(&write, Ok(()), 500);
    assert_eq!((desk.quiet.source().state, &desk.quiet.source().problem), (SourceState::Live, &None));
}

#[test]
fn a_change_whose_answer_was_lost_is_ours_if_it_came_to_stand() {
    let lost = || Err(ChangeFault::Failed(Failure::Offline(problem("eight.offline"))));
    let mut desk = Desk::new(lever("ann"));
    desk.see(agent(4), YES, 0);
    let set = desk.take(5).unwrap();
    desk.written(&set, lost(), 10);
    desk.see(agent(5), NO, 12);
    assert_eq!(desk.take(13), None, "nobody knows whether it stands");
    desk.see(agent(5), NO, 20);
    let restore = desk.take(20).unwrap();
    desk.written(&restore, lost(), 30);
    desk.see(agent(4), NO, 40);
    assert_eq!(desk.take(100), None, "it was restored, or changed by hand");
    assert!(desk.is_over());
}

#[test]
fn a_vendor_that_wants_silence_gets_it_and_nothing_is_over() {
    let throttled = Failure::Throttled { wait: Duration::from_secs(30), problem: problem("eight.throttled") };
    let forbidden = Failure::Forbidden(problem("eight.forbidden"));
    for (failure, wait) in [(throttled, 30), (forbidden, 900)] {
        let mut desk = Desk::new(lever("ann"));
        desk.see(agent(4), YES, 0);
        let set = desk.take(5).unwrap();
        desk.written(&set, Err(ChangeFault::Failed(failure)), 5);
        assert!(desk.ledger.is_empty(), "8x8 has certainly not done it");
        assert_eq!(desk.quiet.source().retry_at, Some(at(5 + wait)));
        desk.see(agent(4), YES, 4 + wait);
        assert_eq!(desk.take(4 + wait), None);
        assert_eq!(desk.quiet.wake_at(), Some(at(5 + wait).uptime));
        assert_eq!(desk.take(5 + wait), Some(desk.sets()));
    }
}

#[test]
fn after_a_crash_the_first_reading_decides_whether_it_is_still_ours() {
    // Still as we set it: restored when it is over, which may be known later.
    let mut desk = Desk::set(&agent(3), lever("ann"));
    desk.restart(60);
    assert_eq!((desk.quiet.held(), desk.take(60)), (1, None));
    desk.see(agent(5), None, 61);
    assert_eq!(desk.take(61), None);
    desk.see(agent(5), YES, 62);
    assert_eq!(desk.take(80), None);
    desk.see(agent(5), NO, 90);
    assert_eq!(desk.take(90), Some(desk.restores(was(3))));

    // Changed while nobody looked, and left alone until this do-not-disturb ended.
    let mut desk = Desk::set(&agent(4), lever("ann"));
    desk.restart(60);
    desk.see(agent(4), None, 61);
    assert!(desk.ledger.is_empty());
    desk.see(agent(4), YES, 70);
    assert_eq!(desk.take(100), None);
    desk.see(agent(4), NO, 110);
    assert!(desk.is_over());

    // Never sent.
    let mut desk = Desk::new(lever("ann"));
    desk.see(agent(4), YES, 0);
    desk.take(5).unwrap();
    desk.restart(10);
    desk.see(agent(4), NO, 11);
    assert!(desk.is_over());
}

#[test]
fn a_ledger_that_makes_no_sense_moves_nobody() {
    let held = |lever, before| Held { lever, before, since: at(0).wall };
    let kept = vec![
        held(lever("ann"), was(5)),
        held(lever("bob"), was(7)),
        held(lever("cat"), Before::LoggedIn),
        held(member(), was(4)),
        held(lever("dan"), was(4)),
    ];
    let quiet = Quiet::restore(kept, at(0));
    assert_eq!(quiet.levers().collect::<Vec<_>>(), [&lever("dan")]);
}

#[test]
fn what_the_ledger_keeps_reads_as_it_was_written() {
    let reason = Some(StatusReason { list: 1, item: 2, short_code: "Lunch".into() });
    let before = Before::Agent { status: AgentStatus::ON_BREAK, reason };
    for held in [
        Held { lever: lever("ann"), before, since: at(0).wall },
        Held { lever: member(), before: Before::LoggedIn, since: at(0).wall },
    ] {
        let text = serde_json::to_string(&held).unwrap();
        assert_eq!(serde_json::from_str::<Held>(&text).unwrap(), held);
    }
}

#[test]
fn at_most_twenty_changes_are_under_way() {
    let levers: Vec<Lever> = (0..50).map(|number| lever(&format!("agent {number:02}"))).collect();
    let sightings: Vec<Sighting> = levers.iter().flat_map(|lever| seen(lever, agent(4), 0, YES)).collect();
    let mut quiet = Quiet::default();
    quiet.settle(&sightings, at(0));
    let first = quiet.take(at(5));
    assert_eq!(first.len(), MOST_IN_FLIGHT);
    assert!(quiet.take(at(5)).is_empty() && quiet.wake_at().is_none());
    quiet.written(&first[0].0, Ok(()), at(6));
    assert_eq!(quiet.take(at(6)).len(), 1);
}
