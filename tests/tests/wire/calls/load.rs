//! A thousand people and fifty calls at a time: whoever is on a call shows in Teams, and nobody else does.
//!
//! What is true, who is told by Active Calls, and who stands in Teams are compared all the time; who began and who ended is
//! judged afterwards, by the polls that really came: after the third poll that tells of a change the change must be in
//! Teams. A machine that is slow polls late, and is judged late. What it took is printed, not asserted.
//!
//! A call that is over before a second poll could see it can not be shown by anybody who polls; such calls are counted
//! apart.
//!
//! The working day runs five times as fast as real time, and the time between two polls is a fifth of the product's ten
//! seconds: ten simulated seconds as ever. `PRESENCE_SYNC_CALLS_PACE` sets the pace (1 is real time),
//! `PRESENCE_SYNC_CALLS_MINUTES` how many simulated minutes are watched: 3 unless it says so, 10 at full size.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use presence::clock::{Clock, pause};
use presence::engine::Rules;
use presence::setup::integration::Integration;
use sandbox::{Control, Options};
use tests::site::{Installer, Site};
use tests::size;

use super::known;

/// Time between two looks.
const LOOK: Duration = Duration::from_millis(20);

/// The simulated calls begin one after another; by now all of them do.
const SETTLED: f64 = 600.0;

/// From when to when, in milliseconds; to the end of the watch if there is no end.
#[derive(Clone, Debug)]
struct Span {
    from: i64,
    to: Option<i64>,
}

/// When something was so, by who it was so for.
#[derive(Default)]
struct Spans<K>(HashMap<K, Vec<Span>>);

impl<K: Clone + Eq + std::hash::Hash> Spans<K> {
    /// What is so now; whatever was so and is not named has ended.
    fn look(&mut self, now: i64, there: &HashSet<K>) {
        for (key, spans) in &mut self.0 {
            if let Some(last) = spans.last_mut().filter(|last| last.to.is_none())
                && !there.contains(key)
            {
                last.to = Some(now);
            }
        }
        for key in there {
            let spans = self.0.entry(key.clone()).or_default();
            if spans.last().is_none_or(|last| last.to.is_some()) {
                spans.push(Span { from: now, to: None });
            }
        }
    }

    fn of<'a>(&'a self, key: &K) -> impl Iterator<Item = &'a Span> {
        self.0.get(key).into_iter().flatten()
    }
}

/// What was seen.
struct Seen {
    /// Whom Active Calls tells of, and of which phone system.
    told: Spans<(String, String)>,
    /// Who stands in Teams by our word.
    shown: Spans<String>,
    /// When each phone system was asked and answered.
    polls: HashMap<String, Vec<i64>>,
    ended: i64,
}

impl Seen {
    fn told_of(&self, user: &str) -> impl Iterator<Item = &Span> {
        self.told.0.iter().filter(move |((other, _), _)| other == user).flat_map(|(_, spans)| spans)
    }
}

/// Watches for so long. The sandbox's clock is ahead of ours by what was skipped.
async fn watch(
    control: &Control,
    followed: &HashSet<String>,
    clock: &Clock,
    skipped: i64,
    span: Duration,
) -> Seen {
    let now = || clock.now().uptime.0 + skipped;
    let (mut told, mut shown) = (Spans::default(), Spans::default());
    let end = now() + i64::try_from(span.as_millis()).unwrap();
    while now() < end {
        // Those who stand there are looked at first: nobody can be shown before they are told.
        let at = now();
        let there = control.presence_sessions().into_iter().map(|session| session.user).collect();
        shown.look(at, &there);
        let calls = control.calls();
        let pairs = calls.into_iter().flat_map(|call| {
            let pbx = call.pbx;
            call.told.into_iter().map(move |user| (user, pbx.clone()))
        });
        told.look(at, &pairs.filter(|(user, _)| followed.contains(user)).collect());
        pause(LOOK).await;
    }
    let mut polls: HashMap<String, Vec<i64>> = HashMap::new();
    for request in control.requests() {
        if request.endpoint == "calls" && request.status == 200 {
            let pbx = request.path.split('/').nth_back(2).expect("pbxes/{id}/calls/active").to_owned();
            polls.entry(pbx).or_default().push(i64::try_from(request.at_ms).unwrap());
        }
    }
    Seen { told, shown, polls, ended: end }
}

/// What came of it.
#[derive(Debug, Default)]
struct Verdict {
    /// How long until a call was in Teams, and until its end was, in milliseconds.
    began: Vec<i64>,
    ended: Vec<i64>,
    /// Too short to be seen, or not over when the watch was.
    not_judged: usize,
    missed: Vec<String>,
    stayed: Vec<String>,
    ghosts: Vec<String>,
}

fn judge(seen: &Seen) -> Verdict {
    let mut verdict = Verdict::default();
    for ((user, pbx), spans) in &seen.told.0 {
        let after = |at: i64| seen.polls[pbx].iter().copied().filter(move |poll| *poll > at);
        for span in spans {
            let polls: Vec<i64> = after(span.from).take(3).collect();
            match polls[..] {
                [_, second, third] if span.to.unwrap_or(seen.ended) > second && third < seen.ended => {
                    let shown = seen
                        .shown
                        .of(user)
                        .find(|shown| shown.from <= third && shown.to.unwrap_or(i64::MAX) >= second);
                    match shown {
                        Some(shown) => verdict.began.push((shown.from - span.from).max(0)),
                        None => verdict.missed.push(format!("{user}: {span:?}, polls {polls:?}")),
                    }
                }
                _ => verdict.not_judged += 1,
            }
            let Some(to) = span.to else { continue };
            let Some(third) = after(to).nth(2).filter(|third| *third < seen.ended) else { continue };
            if seen.told_of(user).any(|other| other.from >= to && other.from <= third) {
                continue;
            }
            let last = seen.shown.of(user).filter(|shown| shown.from <= third).last();
            match last.map(|shown| shown.to) {
                Some(Some(gone)) if gone <= third => verdict.ended.push((gone - to).max(0)),
                None => {}
                Some(_) => verdict.stayed.push(format!("{user}: {span:?}, until after {third}")),
            }
        }
    }
    let threes = seen.polls.values().flat_map(|polls| polls.windows(4)).map(|four| four[3] - four[0]);
    let longest = threes.max().unwrap_or(0);
    for (user, spans) in &seen.shown.0 {
        for shown in spans {
            let known =
                |span: &Span| span.from <= shown.from && span.to.is_none_or(|to| to + longest >= shown.from);
            if !seen.told_of(user).any(known) {
                verdict.ghosts.push(format!("{user}: {shown:?}"));
            }
        }
    }
    verdict
}

/// Half of them, nineteen of twenty, and the longest, in seconds.
fn figures(mut latencies: Vec<i64>) -> String {
    latencies.sort_unstable();
    let at = |share: usize| latencies.get(latencies.len().saturating_sub(1) * share / 100);
    let seconds = |share| at(share).copied().unwrap_or(0) as f64 / 1_000.0;
    format!(
        "p50 {:.2} s, p95 {:.2} s, max {:.2} s of {}",
        seconds(50),
        seconds(95),
        seconds(100),
        latencies.len()
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_calls_at_a_time_show_in_teams_and_no_call_is_missed_and_none_is_made_up() {
    let pace = size("PRESENCE_SYNC_CALLS_PACE", 5);
    let minutes = size("PRESENCE_SYNC_CALLS_MINUTES", 3);
    let interval = Duration::from_secs(10) / u32::try_from(pace).unwrap();
    let clock = Clock::start();
    let options =
        Options { people: 1_000, calls: 50, pace: pace as f64, contacts_limit: false, ..Options::default() };
    let mut site = Site::as_large_as(options).await;
    site.rules = Rules { interval, ..Rules::default() };
    let control = site.sandbox.control();
    control.advance(SETTLED);
    let installer = Installer::at(&site);
    for integration in [Integration::TeamsToEight, Integration::EightToTeams] {
        installer.follow(&site, integration).await;
    }
    known(&installer).await;
    let all_matched = |snapshot: &presence::snapshot::Snapshot| snapshot.matches.matched > 800;
    let snapshot = installer.until("everybody's extension", all_matched).await;
    // Whoever has no 8x8 user, or shares an address with another, is in the report and not in Teams.
    let with = snapshot.people.iter().filter(|state| !state.card.extension().is_empty());
    let followed = with.map(|state| state.card.person.user_name.clone()).collect();
    control.clear_requests();

    let span = Duration::from_secs(minutes as u64 * 60) / u32::try_from(pace).unwrap();
    let seen = watch(control, &followed, &clock, (SETTLED * 1_000.0) as i64, span).await;
    let verdict = judge(&seen);
    println!(
        "pace {pace}, an interval of {interval:?}, {} polls, {minutes} simulated minutes",
        seen.polls.values().map(Vec::len).sum::<usize>(),
    );
    println!("a call in Teams after {}", figures(verdict.began.clone()));
    println!("its end in Teams after {}", figures(verdict.ended.clone()));
    println!(
        "missed {}, stayed {}, made up {}; not judged, too short or at the end {}",
        verdict.missed.len(),
        verdict.stayed.len(),
        verdict.ghosts.len(),
        verdict.not_judged
    );
    assert!(verdict.began.len() > 20 * minutes, "that many calls are judged: {verdict:?}");
    assert!(
        verdict.missed.is_empty() && verdict.stayed.is_empty() && verdict.ghosts.is_empty(),
        "{verdict:#?}"
    );

    // And when the day is over nobody is left there.
    control.set_simulated_calls(0);
    tests::bench::wait_for("the end of all of them", || control.presence_sessions().is_empty()).await;
    installer.handle.stop().await;
}
