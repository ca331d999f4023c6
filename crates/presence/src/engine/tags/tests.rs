use std::sync::Arc;

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::error::Problem;

fn at(milliseconds: i64) -> Moment {
    let wall = Timestamp::from_millisecond(1_800_000_000_000 + milliseconds).unwrap();
    Moment { uptime: Uptime(milliseconds), wall }
}

fn seconds(seconds: i64) -> Moment {
    at(seconds * 1_000)
}

fn person(number: u128) -> PersonId {
    PersonId::parse(&uuid::Uuid::from_u128(number).to_string()).unwrap()
}

fn problem() -> Arc<Problem> {
    Arc::new(Problem::new("x", "", "", ""))
}

fn settle(tags: &mut Tags, wanted: &[(u128, &'static str)], second: i64) {
    tags.settle(wanted.iter().map(|(number, word)| (person(*number), *word)), seconds(second));
}

/// Writes what is due at a second, well.
fn write(tags: &mut Tags, second: i64) -> Option<(PersonId, String)> {
    let taken = tags.take(seconds(second))?;
    tags.written(taken.0, Ok(()), seconds(second));
    Some(taken)
}

fn written(number: u128, word: &str) -> Option<(PersonId, String)> {
    Some((person(number), word.to_owned()))
}

#[test]
fn a_state_is_written_once_after_it_lasted_a_while() {
    let mut tags = Tags::new(30, seconds(0));
    settle(&mut tags, &[(1, "available")], 0);
    assert_eq!((tags.waiting(), tags.wake_at()), (1, Some(seconds(10).uptime)));
    assert_eq!(write(&mut tags, 9), None);
    assert_eq!(write(&mut tags, 10), written(1, "available"));
    settle(&mut tags, &[(1, "available")], 20);
    assert_eq!((write(&mut tags, 60), tags.wake_at()), (None, None));
    assert_eq!((tags.waiting(), tags.written_count(), tags.source().state), (0, 1, SourceState::Live));
}

#[test]
fn what_stands_there_already_is_not_written_again() {
    let mut tags = Tags::new(30, seconds(0));
    tags.restore([(person(1), "busy".to_owned())].into_iter(), seconds(0));
    settle(&mut tags, &[(1, "busy"), (2, "busy")], 0);
    assert_eq!(write(&mut tags, 10), written(2, "busy"));
    assert_eq!(write(&mut tags, 60), None);
    // A reading that was begun before our write knows less than we do.
    tags.restore([(person(2), "away".to_owned())].into_iter(), seconds(5));
    settle(&mut tags, &[(1, "busy"), (2, "busy")], 70);
    assert_eq!(write(&mut tags, 100), None);
    tags.restore([(person(2), "away".to_owned())].into_iter(), seconds(90));
    tags.lost(&person(1));
    settle(&mut tags, &[(1, "busy"), (2, "busy")], 110);
    assert_eq!((write(&mut tags, 110), write(&mut tags, 112)), (written(1, "busy"), written(2, "busy")));
}

#[test]
fn only_the_newest_state_is_written_of_whoever_waited() {
    let mut tags = Tags::new(1, seconds(0));
    settle(&mut tags, &[(9, "busy")], 0);
    assert!(write(&mut tags, 10).is_some());
    for (word, second) in [("busy", 11), ("away", 20), ("offline", 30)] {
        settle(&mut tags, &[(1, word), (9, "busy")], second);
    }
    assert_eq!((write(&mut tags, 69), write(&mut tags, 70)), (None, written(1, "offline")));
    // Back to what stands there before its turn came: nothing to do.
    settle(&mut tags, &[(1, "busy"), (9, "busy")], 80);
    settle(&mut tags, &[(1, "offline"), (9, "busy")], 100);
    assert_eq!((write(&mut tags, 200), tags.waiting()), (None, 0));
}

#[test]
fn whoever_changes_all_the_time_keeps_the_place_but_is_not_written() {
    let mut tags = Tags::new(60, seconds(0));
    for second in 0..60 {
        let word = if (second / 9) % 2 == 0 { "busy" } else { "away" };
        settle(&mut tags, &[(1, word), (2, "busy")], second);
        assert_ne!(write(&mut tags, second).map(|(id, _)| id), Some(person(1)));
    }
    assert_eq!(tags.written_count(), 1);
}

#[test]
fn whoever_waits_longest_comes_first_even_with_a_new_state() {
    let mut tags = Tags::new(60, seconds(0));
    settle(&mut tags, &[(3, "busy")], 0);
    settle(&mut tags, &[(3, "busy"), (1, "busy")], 1);
    settle(&mut tags, &[(3, "away"), (1, "busy"), (2, "busy")], 2);
    let order: Vec<_> = (20..24).filter_map(|second| write(&mut tags, second)).collect();
    assert_eq!(order, [written(3, "away"), written(1, "busy"), written(2, "busy")].map(Option::unwrap));
}

#[test]
fn a_state_that_changes_while_it_is_written_is_written_after_it() {
    let mut tags = Tags::new(60, seconds(0));
    settle(&mut tags, &[(1, "busy")], 0);
    let taken = tags.take(seconds(10)).unwrap();
    settle(&mut tags, &[(1, "away")], 11);
    assert_eq!((tags.take(seconds(30)), tags.wake_at()), (None, None), "one write at a time");
    tags.written(taken.0, Ok(()), seconds(30));
    assert_eq!(write(&mut tags, 30), written(1, "away"));
}

#[test]
fn whoever_has_no_contact_of_ours_any_more_is_not_written() {
    let mut tags = Tags::new(60, seconds(0));
    settle(&mut tags, &[(1, "busy"), (2, "busy")], 0);
    settle(&mut tags, &[(2, "busy")], 5);
    assert_eq!((write(&mut tags, 10), write(&mut tags, 20)), (written(2, "busy"), None));
    let mut none = Tags::new(0, seconds(0));
    settle(&mut none, &[(1, "busy")], 0);
    assert_eq!((none.take(seconds(60)), none.wake_at()), (None, None));
}

#[test]
fn whoever_is_refused_is_left_alone_for_an_hour() {
    let mut tags = Tags::new(60, seconds(0));
    settle(&mut tags, &[(1, "busy"), (2, "busy")], 0);
    let (refused, _) = tags.take(seconds(10)).unwrap();
    tags.written(refused, Err(WriteFault::Refused(problem())), seconds(10));
    assert_eq!(tags.source().problem, Some(problem()));
    assert_eq!(write(&mut tags, 11), written(2, "busy"));
    settle(&mut tags, &[(1, "away"), (2, "busy")], 60);
    assert_eq!((write(&mut tags, 3_609), tags.wake_at()), (None, Some(seconds(3_610).uptime)));
    assert_eq!(write(&mut tags, 3_610), written(1, "away"));
    assert_eq!((tags.refused_count(), tags.written_count()), (1, 2));
}

#[test]
fn a_pause_that_8x8_asks_for_is_kept_and_the_place_too() {
    let mut tags = Tags::new(60, seconds(0));
    settle(&mut tags, &[(1, "busy")], 0);
    settle(&mut tags, &[(1, "busy"), (2, "busy")], 0);
    let (first, _) = tags.take(seconds(10)).unwrap();
    let throttled = Failure::Throttled { wait: Duration::from_secs(45), problem: problem() };
    tags.written(first, Err(WriteFault::Unsent(throttled)), seconds(10));
    assert_eq!((tags.wake_at(), tags.source().retry_at), (Some(seconds(55).uptime), Some(seconds(55))));
    assert_eq!((write(&mut tags, 54), write(&mut tags, 55)), (None, written(1, "busy")));
}

#[test]
fn a_contact_that_always_fails_keeps_nobody_waiting_for_ever() {
    let mut tags = Tags::new(60, seconds(0));
    settle(&mut tags, &[(1, "busy"), (2, "busy"), (3, "busy")], 0);
    for second in 10..200 {
        if let Some((taken, _)) = tags.take(seconds(second)) {
            let broken = || Err(WriteFault::Lost(Failure::Broken(problem())));
            tags.written(taken, if taken == person(1) { broken() } else { Ok(()) }, seconds(second));
        }
    }
    assert_eq!((tags.written_count(), tags.waiting()), (2, 1));
}

#[test]
fn after_a_lost_answer_even_the_old_state_is_written_again() {
    let mut tags = Tags::new(60, seconds(0));
    tags.restore([(person(1), "busy".to_owned())].into_iter(), seconds(0));
    settle(&mut tags, &[(1, "away")], 20);
    assert!(tags.take(seconds(30)).is_some());
    let offline = WriteFault::Lost(Failure::Offline(problem()));
    tags.written(person(1), Err(offline), seconds(31));
    settle(&mut tags, &[(1, "busy")], 32);
    assert_eq!(write(&mut tags, 60), written(1, "busy"));
}

const WORDS: [&str; 4] = ["available", "busy", "away", "offline"];

proptest! {
    #[test]
    fn no_minute_has_more_writes_than_allowed_and_everybody_is_written_in_the_end(
        per_minute in 1_u32..120,
        steps in prop::collection::vec(any::<[u8; 4]>(), 1..300),
    ) {
        let mut tags = Tags::new(per_minute, at(0));
        let mut wanted: Vec<(u128, &'static str)> = (0..40).map(|number| (number, WORDS[0])).collect();
        let mut stood = [0_i64; 40];
        let mut eight: ById<String> = ById::default();
        let (mut now, mut sent): (i64, Vec<i64>) = (0, Vec::new());
        let rest = (0..400).map(|_| [255; 4]);
        let steps = steps.into_iter().map(|[what, who, result, time]| [what, who, result, time % 255]);
        for [what, who, result, time] in steps.chain(rest) {
            let who = usize::from(who % 40);
            if what < 150 && wanted[who].1 != WORDS[usize::from(what % 4)] {
                wanted[who].1 = WORDS[usize::from(what % 4)];
                stood[who] = now;
            }
            let everybody = wanted.iter().map(|(number, word)| (person(*number), *word));
            tags.settle(everybody, at(now));
            if let Some((id, word)) = tags.take(at(now)) {
                sent.push(now);
                let place = (0..40).find(|number| person(*number) == id).unwrap();
                let place = usize::try_from(place).unwrap();
                prop_assert_eq!(&word, wanted[place].1, "the newest counts");
                prop_assert!(now - stood[place] >= 10_000, "it has to last");
                prop_assert_ne!(eight.get(&id), Some(&word), "only changes are written");
                let failed = |failure: Failure| {
                    let lost = matches!(failure, Failure::Offline(_) | Failure::Broken(_) | Failure::Reset);
                    Err(if lost { WriteFault::Lost(failure) } else { WriteFault::Unsent(failure) })
                };
                let result = match result {
                    0..20 => failed(Failure::Throttled { wait: Duration::from_secs(7), problem: problem() }),
                    20..40 => failed(Failure::Vault(problem())),
                    40..50 => Err(WriteFault::Refused(problem())),
                    _ => {
                        eight.insert(id, word);
                        Ok(())
                    }
                };
                tags.written(id, result, at(now));
            }
            match (time, tags.wake_at()) {
                // In the end nothing changes any more, and only what has to be waited for is.
                (255, Some(wake)) => {
                    prop_assert!(wake.0 <= now + 3_600_000);
                    now = now.max(wake.0);
                }
                (255, None) => break,
                _ => now += i64::from(time) * 50,
            }
        }
        for (place, first) in sent.iter().enumerate() {
            let within = sent[place..].iter().filter(|other| **other < first + 60_000).count();
            prop_assert!(within <= per_minute as usize, "{} writes in a minute", within);
        }
        prop_assert_eq!((tags.waiting(), tags.wake_at()), (0, None));
        for (number, word) in wanted {
            prop_assert_eq!(eight.get(&person(number)).map(String::as_str), Some(word));
        }
    }
}
