//! 8x8 calls all the way: from the phone system to Teams and back, over real sockets.

mod echo;
mod kill;
mod load;

use std::time::Duration;

use presence::driver::Handle;
use presence::setup::event::Act;
use presence::setup::integration::{Integration, Standing};
use presence::snapshot::Snapshot;
use presence::view::board::call_sources;
use sandbox::{Call, Control, Options, Truth};
use tests::bench::wait_for;
use tests::site::{Installer, Site};
use tokio::runtime::{Builder, Runtime};

/// An organisation in which calls are shown in Teams.
async fn installed() -> (Site, Installer) {
    let mut site = Site::with(Options { contacts_limit: false, ..Options::default() }).await;
    site.rules.interval = Duration::from_secs(1);
    let installer = Installer::at(&site);
    for integration in [Integration::TeamsToEight, Integration::EightToTeams] {
        installer.follow(&site, integration).await;
    }
    known(&installer).await;
    (site, installer)
}

/// Everybody is known with an extension, and every phone system answered.
async fn known(installer: &Installer) {
    installer
        .until("people, extensions and phone systems", |snapshot| {
            let calls = snapshot.calls.as_ref();
            let systems = calls.is_some_and(|calls| {
                !calls.systems.is_empty() && calls.systems.iter().all(|(_, one)| one.last_success.is_some())
            });
            systems && snapshot.matches.matched > 0 && !snapshot.people.is_empty()
        })
        .await;
}

/// Somebody with an extension who is free in Teams.
fn somebody(control: &Control, snapshot: &Snapshot) -> Truth {
    let callable = |truth: &&Truth| {
        snapshot
            .people
            .iter()
            .any(|state| state.id().to_string() == truth.id && !state.card.extension().is_empty())
    };
    let person = control.people().iter().find(callable).expect("somebody with an extension").clone();
    control.set_presence(&person.id, "Available", "Available", false, 100_000.0).unwrap();
    person
}

/// Who stands in Teams by our word.
fn sessions(control: &Control) -> Vec<(String, String)> {
    control.presence_sessions().into_iter().map(|one| (one.user, one.activity)).collect()
}

fn sources(snapshot: &Snapshot, person: &Truth) -> Vec<&'static str> {
    let state = snapshot.people.iter().find(|state| state.id().to_string() == person.id);
    state.map(call_sources).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_on_the_phone_shows_on_the_board_and_in_teams_until_it_ends() {
    let (site, installer) = installed().await;
    let control = site.sandbox.control();
    let person = somebody(control, &installer.handle.snapshot());
    let call = control.place_call(&Call::inbound("+4420", &person.user_principal_name)).unwrap();
    control.answer(&call).unwrap();
    let on_call = |snapshot: &Snapshot| sources(snapshot, &person) == ["8x8"];
    installer.until("the call on the board", on_call).await;
    let expected = vec![(person.user_principal_name.clone(), "InACall".to_owned())];
    wait_for("the call in Teams", || sessions(control) == expected).await;
    // What Teams repeats of it is not taken for a call of its own.
    let polls = control.requests().len();
    wait_for("another poll", || control.requests().len() > polls + 3).await;
    assert_eq!(sources(&installer.handle.snapshot(), &person), ["8x8"]);

    control.hold(&call).unwrap();
    control.hang_up(&call).unwrap();
    wait_for("the end of it in Teams", || sessions(control).is_empty()).await;
    installer.until("the end on the board", |snapshot| sources(snapshot, &person).is_empty()).await;
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn quitting_clears_what_was_written_and_so_does_the_run_after_a_crash() {
    let (site, installer) = installed().await;
    let control = site.sandbox.control();
    let person = somebody(control, &installer.handle.snapshot());
    let call = control.place_call(&Call::outbound(&person.user_principal_name, "+4420")).unwrap();
    control.answer(&call).unwrap();
    wait_for("the call in Teams", || sessions(control).len() == 1).await;
    installer.handle.stop().await;
    assert_eq!(sessions(control), [], "quitting takes it back before it ends");

    // A run that dies in the middle: its tasks are gone at once, and nobody takes anything back.
    let (runtime, handle) = doomed(&site);
    wait_for("the call in Teams again", || sessions(control).len() == 1).await;
    runtime.shutdown_background();
    drop(handle);
    control.hang_up(&call).unwrap();
    let installer = Installer::at(&site);
    wait_for("the next run to take it back", || sessions(control).is_empty()).await;
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn switching_the_integration_off_takes_back_what_stands_in_teams() {
    let (site, installer) = installed().await;
    let control = site.sandbox.control();
    let person = somebody(control, &installer.handle.snapshot());
    let call = control.place_call(&Call::inbound("+4420", &person.user_principal_name)).unwrap();
    control.answer(&call).unwrap();
    wait_for("the call in Teams", || sessions(control).len() == 1).await;
    installer.ask(Integration::EightToTeams, Act::Disable, &[]);
    installer.stands(Integration::EightToTeams, Standing::Disabled).await;
    wait_for("its end in Teams, while the call goes on", || sessions(control).is_empty()).await;
    installer.until("a board without calls", |snapshot| snapshot.calls.is_none()).await;
    installer.handle.stop().await;
}

/// A driver on a runtime of its own, which can be taken away under it.
fn doomed(site: &Site) -> (Runtime, Handle) {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let handle = {
        let _inside = runtime.enter();
        site.drive()
    };
    (runtime, handle)
}
