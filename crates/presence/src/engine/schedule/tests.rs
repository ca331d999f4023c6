use proptest::prelude::*;

use super::*;

const INTERVAL: Duration = Duration::from_secs(10);

fn plan(pages: usize) -> Schedule {
    let mut schedule = Schedule::new(INTERVAL, 7, Uptime(0));
    schedule.resize(pages, Uptime(0));
    schedule
}

/// Plays `seconds` of time in steps of 50 ms; `answer` says what becomes of a request at that time.
fn play(
    schedule: &mut Schedule,
    seconds: i64,
    mut answer: impl FnMut(&mut Schedule, usize, Uptime),
) -> Vec<(i64, usize)> {
    let mut sent = Vec::new();
    for step in 0..seconds * 20 {
        let now = Uptime(step * 50);
        while let Some(page) = schedule.take(now) {
            sent.push((now.0, page));
            answer(schedule, page, now);
        }
    }
    sent
}

#[test]
fn the_first_round_is_asked_at_once_and_later_ones_are_spread() {
    let mut schedule = plan(20);
    let sent = play(&mut schedule, 40, |schedule, page, now| schedule.answered(page, now));
    assert_eq!(sent.iter().filter(|(at, _)| *at < 100).count(), 20);
    for second in 20..39 {
        let within = sent.iter().filter(|(at, _)| *at / 1000 == second).count();
        assert_eq!(within, 2, "second {second}");
    }
}

#[test]
fn a_pause_the_vendor_asks_for_is_kept_to_the_millisecond() {
    let mut schedule = plan(10);
    let mut throttled_at = None;
    let sent = play(&mut schedule, 60, |schedule, page, now| {
        if now.0 >= 15_000 && throttled_at.is_none() {
            throttled_at = Some(now.0);
            schedule.throttled(Some(page), Duration::from_secs(20), now);
        } else {
            schedule.answered(page, now);
        }
    });
    let from = throttled_at.unwrap();
    assert!(!sent.iter().any(|(at, _)| *at > from && *at < from + 20_000));
    assert!(sent.iter().any(|(at, _)| (from + 20_000..from + 20_100).contains(at)));
}

#[test]
fn an_interval_stretched_by_throttling_comes_back() {
    let mut schedule = plan(2);
    schedule.throttled(None, Duration::from_secs(1), Uptime(0));
    assert_eq!(schedule.interval(), INTERVAL * 2);
    play(&mut schedule, 120, |schedule, page, now| schedule.answered(page, now));
    assert_eq!(schedule.interval(), INTERVAL);
}

#[test]
fn an_outage_is_probed_by_one_request_at_a_time_and_ends_within_one_interval() {
    let mut schedule = plan(30);
    let outage = 20_000..30_000;
    let sent = play(&mut schedule, 60, |schedule, page, now| {
        if outage.contains(&now.0) { schedule.unreachable(page, now) } else { schedule.answered(page, now) }
    });
    let during = sent.iter().filter(|(at, _)| outage.contains(at)).count();
    assert!(during <= 6, "{during} requests during the outage");
    let back = sent.iter().find(|(at, _)| *at >= outage.end).unwrap().0;
    assert!(back < outage.end + 10_000);
    let pages: std::collections::BTreeSet<_> =
        sent.iter().filter(|(at, _)| (back..back + 11_000).contains(at)).map(|(_, page)| *page).collect();
    assert_eq!(pages.len(), 30);
}

#[test]
fn one_page_that_always_fails_starves_nobody() {
    let mut schedule = plan(5);
    let sent = play(&mut schedule, 60, |schedule, page, now| {
        if page == 0 { schedule.failed(page, now) } else { schedule.answered(page, now) }
    });
    for page in 1..5 {
        assert!(sent.iter().filter(|(_, other)| *other == page).count() >= 5);
    }
}

proptest! {
    #[test]
    fn nothing_is_ever_asked_twice_at_once_nor_forgotten(
        pages in 1_usize..40,
        outcomes in prop::collection::vec(0_u8..6, 1..400),
    ) {
        let mut schedule = plan(pages);
        let mut now = Uptime(0);
        let mut open = std::collections::BTreeSet::new();
        for outcome in outcomes {
            while let Some(page) = schedule.take(now) {
                prop_assert!(open.insert(page), "page {} was asked twice", page);
            }
            prop_assert!(open.len() <= MOST_IN_FLIGHT);
            if let Some(page) = open.pop_first() {
                match outcome {
                    0 => schedule.failed(page, now),
                    1 => schedule.unreachable(page, now),
                    2 => schedule.throttled(Some(page), Duration::from_secs(3), now),
                    _ => schedule.answered(page, now),
                }
            }
            if open.is_empty() {
                let wake = schedule.wake_at(now).expect("a plan with nothing under way always has a next time");
                prop_assert!(wake <= now.plus(Duration::from_mins(2)));
                now = wake.max(now);
            }
        }
    }
}
