//! `kill -9` at any moment, while calls come and go: the next run takes back what is over, and nobody's own word is lost.
//!
//! The sync runs in a process of its own. `PRESENCE_SYNC_KILLS` sets how often that is killed: 6 times unless it says so,
//! 50 at full size.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use presence::clock::pause;
use presence::setup::integration::Integration;
use sandbox::{Call, Control, Options, Truth};
use tests::bench::wait_for;
use tests::site::{Installer, Site};
use tests::size;
use tests::vaults::Files;
use tokio::process::{Child, Command};

use super::known;

/// Time between two polls, in milliseconds.
const INTERVAL: &str = "1000";

/// Chosen once by a seeded draw, so that a failure comes again.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// A process that can be killed.
struct Runs<'a> {
    site: &'a Site,
    endpoints: PathBuf,
    vault: PathBuf,
}

impl Runs<'_> {
    fn start(&self) -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_follower"));
        command.args([&self.endpoints, &self.site.folder.path().to_owned(), &self.vault]).arg(INTERVAL);
        command.kill_on_drop(true).stdin(Stdio::null()).spawn().unwrap()
    }
}

/// Who stands in Teams by our word; none of it longer than it may.
fn standing(control: &Control) -> BTreeSet<String> {
    let sessions = control.presence_sessions();
    assert!(
        sessions.iter().all(|session| session.expires_in_ms <= 300_000),
        "five minutes at most: {sessions:?}"
    );
    sessions.into_iter().map(|session| session.user).collect()
}

/// Whom Active Calls tells of.
fn told(control: &Control) -> BTreeSet<String> {
    control.calls().into_iter().flat_map(|call| call.told).collect()
}

/// How often each phone system was asked since the request log was emptied.
fn polls(control: &Control) -> usize {
    let mut polls: BTreeMap<String, usize> = BTreeMap::new();
    for request in control.requests() {
        if request.endpoint == "calls" && request.status == 200 {
            *polls.entry(request.path).or_default() += 1;
        }
    }
    polls.into_values().max().unwrap_or(0)
}

/// What people have said of themselves, by hand.
struct OwnWords(Vec<(Truth, &'static str)>);

impl OwnWords {
    /// Two do not want to be disturbed, each said in another way, and one is busy; all of them are on the phone.
    fn say(control: &Control, people: &[Truth]) -> Self {
        let [preferring, disturbed, busy, ..] = people else { panic!("three people with an extension") };
        let ever = 1_000_000.0;
        control.set_presence(&preferring.id, "Available", "Available", false, ever).unwrap();
        control.set_preferred(&preferring.id, Some(("DoNotDisturb", "DoNotDisturb")), ever).unwrap();
        control.set_presence(&disturbed.id, "DoNotDisturb", "DoNotDisturb", false, ever).unwrap();
        control.set_presence(&busy.id, "Busy", "Busy", false, ever).unwrap();
        let kept = [(preferring, "DoNotDisturb"), (disturbed, "DoNotDisturb"), (busy, "Busy")];
        Self(kept.map(|(person, word)| (person.clone(), word)).into())
    }

    fn hold(&self, control: &Control) {
        let people = control.people();
        for (person, word) in &self.0 {
            let shown = people.iter().find(|truth| truth.id == person.id).unwrap();
            assert_eq!(shown.availability, *word, "{} has said so by hand", person.user_principal_name);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_hung_up_while_the_program_was_dead_is_taken_out_of_the_call_by_the_next_run() {
    let kills = size("PRESENCE_SYNC_KILLS", 6);
    let options = Options { people: 200, pace: 5.0, contacts_limit: false, ..Options::default() };
    let site = Site::as_large_as(options).await;
    let control = site.sandbox.control();
    let installer = Installer::at(&site);
    for integration in [Integration::TeamsToEight, Integration::EightToTeams] {
        installer.follow(&site, integration).await;
    }
    known(&installer).await;
    let snapshot = installer.until("everybody's extension", |snapshot| snapshot.matches.matched > 150).await;
    installer.handle.stop().await;
    let with = snapshot.people.iter().filter(|state| !state.card.extension().is_empty());
    let followed: BTreeSet<String> = with.map(|state| state.card.person.user_name.clone()).collect();
    let mut with_phone = control.people();
    with_phone.retain(|truth| followed.contains(&truth.user_principal_name));

    let runs = Runs {
        endpoints: site.folder.path().join("endpoints.toml"),
        vault: site.folder.path().join("vault"),
        site: &site,
    };
    std::fs::write(&runs.endpoints, site.sandbox.endpoints()).unwrap();
    site.vault.copy_to(&Files::of(&runs.vault));
    let words = OwnWords::say(control, &with_phone);
    let own_calls = words.0.iter().map(|(person, _)| {
        let call = control.place_call(&Call::inbound("+4420", &person.user_principal_name)).unwrap();
        control.answer(&call).unwrap();
        call
    });
    let own_calls: Vec<String> = own_calls.collect();
    control.set_simulated_calls(20);
    control.advance(600.0);

    let mut dice = Dice(2_026);
    let (mut stale, mut slowest, mut killed) = (0, 0, 0);
    while killed < kills {
        // Killed at any moment whatsoever, from its first breath on.
        let mut run = runs.start();
        pause(Duration::from_millis(dice.below(3_000))).await;
        run.kill().await.unwrap();
        // Dead for a while: calls end, others begin, and some of what was written ends by itself.
        control.advance(dice.below(240) as f64);
        killed += 1;
        words.hold(control);

        control.clear_requests();
        let mut run = runs.start();
        let on_call = told(control);
        let over: BTreeSet<String> = standing(control).difference(&on_call).cloned().collect();
        stale += over.len();
        let gone = || {
            let (standing, told) = (standing(control), told(control));
            over.iter().all(|user| !standing.contains(user) || told.contains(user))
        };
        wait_for("the end of what is over", gone).await;
        slowest = slowest.max(polls(control));
        // And whoever talks is shown again.
        let three: BTreeSet<&String> =
            words.0.iter().map(|(person, _)| &person.user_principal_name).collect();
        wait_for("those who still talk", || {
            let standing = standing(control);
            three.iter().all(|user| standing.contains(*user))
        })
        .await;
        pause(Duration::from_millis(dice.below(1_500))).await;
        run.kill().await.unwrap();
        killed += 1;
        words.hold(control);
    }
    println!(
        "killed {killed} times; {stale} people were left in a call that was over, and were taken out of it within {slowest} \
         polls of the next run"
    );
    assert!(stale > 0, "nobody was left behind: this proves nothing");
    assert!(
        slowest <= 5,
        "by the first answer about calls and a write, however slow this machine is: not by {slowest} polls"
    );

    // The day ends, and everybody's own word stands.
    let _last = runs.start();
    own_calls.iter().for_each(|call| control.hang_up(call).unwrap());
    control.set_simulated_calls(0);
    wait_for("an end of all calls in Teams", || standing(control).is_empty()).await;
    words.hold(control);
}
