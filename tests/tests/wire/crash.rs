//! The program's own failure: the sync starts again by itself, and says so when it happens again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use presence::desk::Wish;
use presence::desk::kept::Target;
use presence::desktop::{Desktop, Notification};
use presence::driver;
use presence::engine::event::Intent;
use presence::error::Problem;
use presence::preferences::Preferences;
use presence::snapshot::IncidentKind;
use tests::bench::{Bench, is_live, until};

/// A desktop that fails when it is to tell that somebody is free: in the middle of the loop.
struct Trap {
    bench: Arc<dyn Desktop>,
    sprung: AtomicUsize,
    told: AtomicUsize,
}

impl Desktop for Trap {
    fn open_address(&self, address: &str) -> Result<(), Problem> {
        self.bench.open_address(address)
    }

    fn notify(&self, notification: &Notification) {
        if notification.key == "free" {
            self.sprung.fetch_add(1, Ordering::Relaxed);
            panic!("the trap");
        }
        self.told.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_in_the_loop_costs_a_moment_and_the_second_one_is_told() {
    let bench = Bench::start(40).await;
    let mut parts = bench.parts();
    let trap =
        Arc::new(Trap { bench: parts.desktop, sprung: AtomicUsize::new(0), told: AtomicUsize::new(0) });
    parts.desktop = Arc::clone(&trap) as _;
    let handle = driver::start(parts).unwrap();
    until(&handle, "the keychain's word", |snapshot| {
        snapshot.session == presence::session::Session::SignedOut
    })
    .await;
    handle.send(Intent::SignIn);
    until(&handle, "the live board", is_live).await;
    let mut preferences = Preferences::default();
    preferences.alerts.free_for = 0;
    handle.desk(Wish::Prefer { preferences: Box::new(preferences) });
    let person = bench.control().people()[1].clone();
    bench.control().set_presence(&person.id, "Available", "Available", false, 600.0).unwrap();
    let id = presence::person::PersonId::parse(&person.id).unwrap();

    for failures in 1..=2 {
        // Kept before it is told: after the failure it is not told again.
        handle.desk(Wish::Watch { target: Target::Person(id), wanted: true });
        let again = until(&handle, "the sync after its failure", |snapshot| {
            let crashed = snapshot.incidents.iter().any(|incident| incident.what == IncidentKind::Crashed);
            trap.sprung.load(Ordering::Relaxed) == failures && crashed && is_live(snapshot)
        })
        .await;
        assert!(again.desk.kept.watches.is_empty());
        assert!(again.session.account().is_some(), "still signed in");
        assert_eq!(again.desk.preferences.alerts.free_for, 0, "what was set holds");
        let problem = again.desk.problem.as_ref().map(|problem| problem.code.as_str());
        assert_eq!(problem, (failures > 1).then_some("sync.crashed"));
        assert_eq!(trap.told.load(Ordering::Relaxed), failures - 1);
    }
    assert_eq!(bench.browser.opened().len(), 1);
    handle.stop().await;
}
