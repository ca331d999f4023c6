//! The program is killed in the middle of an installation, started again, and goes on where it was.

use std::time::Duration;

use presence::setup::event::Act;
use presence::setup::installation::{ConsentWay, Installation};
use presence::setup::integration::Integration;
use presence::setup::registration::Registration;
use presence::setup::step::StepId;
use presence::setup::task::{self, Task};
use presence::setup::{ItemState, Work};
use presence::snapshot::Snapshot;
use sandbox::{Fault, FaultKind, Options, Place};
use tests::site::{Installer, Site};
use tokio::task::JoinSet;

use super::FIRST;

/// Looking for what an earlier attempt may have made takes half a minute; there are several such looks.
const PATIENCE: Duration = Duration::from_secs(150);

/// When the program is killed.
#[derive(Clone, Copy, Debug)]
enum Kill {
    /// A task of the administrator's visit is under way.
    During(Task),
    /// It is done at Microsoft, and its answer never came.
    BeforeItsAnswer(Task),
    /// It is done, and its answer was taken.
    After(Task),
    /// Something else is under way.
    While(fn(&Work) -> bool),
}

/// The moments that are no tasks.
const OTHERS: [Kill; 5] = [
    Kill::While(|work| matches!(work, Work::Discovering { .. })),
    Kill::While(|work| matches!(work, Work::Browser { .. })),
    Kill::While(|work| matches!(work, Work::SignIn)),
    Kill::While(|work| matches!(work, Work::Key { .. })),
    Kill::While(|work| matches!(work, Work::Checks { .. })),
];

fn item(snapshot: &Snapshot, task: Task) -> Option<&ItemState> {
    let run = match &snapshot.setup.work {
        Work::Tasks(run) => Some(run),
        _ => snapshot.setup.run.as_ref(),
    };
    run?.items.iter().find(|item| item.task == task).map(|item| &item.state)
}

fn tasks(consent: ConsentWay) -> Vec<Task> {
    task::preparation(&Installation { consent, ..Installation::new() }, FIRST)
}

/// Installs, is killed, goes on, and looks what there is in the end.
async fn survive(kill: Kill, replication: Duration, consent: ConsentWay) {
    let site = Site::with(Options { replication, ..Options::default() }).await;
    // So that no state is too short to be seen.
    let slowly = |place| Fault::new(place, FaultKind::Latency { milliseconds: 25 });
    site.sandbox.control().replace_faults([Place::Login, Place::Graph, Place::Eight].map(slowly).into());
    let mut before = Installation::new();
    let installer = Installer::patient(&site, PATIENCE);
    if consent == ConsentWay::Role {
        installer.follow_to(&site, FIRST, Some(StepId::Prepare)).await;
        installer.ask(FIRST, Act::Choose, &[("consent", "role")]);
        installer.until("the choice", |snapshot| snapshot.setup.installation.consent == consent).await;
    }
    let reached = |snapshot: &Snapshot| match kill {
        Kill::During(task) => item(snapshot, task).is_some_and(|state| !matches!(state, ItemState::Waiting)),
        Kill::While(under_way) => under_way(&snapshot.setup.work),
        Kill::After(task) | Kill::BeforeItsAnswer(task) => match item(snapshot, task) {
            Some(ItemState::Done { .. }) => true,
            Some(_) => {
                before = Installation::clone(&snapshot.setup.installation);
                false
            }
            None => false,
        },
    };
    tokio::select! {
        _ = installer.until("the moment", reached) => {}
        _ = installer.follow(&site, FIRST) => panic!("the moment was missed"),
    }
    installer.handle.stop().await;
    if let Kill::BeforeItsAnswer(_) = kill {
        site.profile().save_installation(&before).unwrap();
    }

    let installer = Installer::patient(&site, PATIENCE);
    for integration in Integration::ALL {
        installer.follow(&site, integration).await;
    }
    installer.handle.stop().await;
    exactly_one_of_each(&site, consent);
}

/// Nothing was made twice, and nothing is missing.
fn exactly_one_of_each(site: &Site, consent: ConsentWay) {
    let control = site.sandbox.control();
    let user = site.profile().installation().status_user.user_name;
    assert_eq!(control.users_created(), [user.as_str()]);
    let (applications, principals) = (control.applications(), control.service_principals());
    let grants: Vec<(String, Option<String>)> = control
        .grants()
        .into_iter()
        .filter(|grant| grant.client != "Brightwater Administration")
        .map(|grant| (grant.client, grant.principal))
        .collect();
    for registration in Registration::ALL {
        let made: Vec<_> =
            applications.iter().filter(|one| one.display_name == registration.name()).collect();
        assert_eq!(made.len(), 1, "{registration:?}: {made:?}");
        let there = principals.iter().filter(|one| one.app_id == made[0].app_id).count();
        assert_eq!(there, 1, "service principals of {registration:?}");
        let certificates = usize::from(registration == Registration::Writer);
        assert_eq!(made[0].credentials, certificates, "certificates of {registration:?}");
    }
    let mut wanted =
        vec![("8x8 Presence".to_owned(), Some(user.clone())), ("8x8 Teams Chat".to_owned(), None)];
    let mut grants = grants;
    grants.sort();
    wanted.sort();
    assert_eq!(grants, wanted);
    let alone: Vec<(String, String)> =
        control.app_role_assignments().into_iter().map(|one| (one.client, one.role)).collect();
    assert_eq!(alone, [("8x8 Write Presence".to_owned(), "Presence.ReadWrite.All".to_owned())]);
    let roles = control.role_assignments();
    let roles: Vec<_> = roles.iter().filter(|role| role.principal == user).map(|role| &*role.role).collect();
    let wanted: &[&str] = if consent == ConsentWay::Role { &["Application Developer"] } else { &[] };
    assert_eq!(roles, wanted);
}

/// All of these at once: most of their time is waiting.
async fn survive_all(kills: Vec<Kill>, replication: Duration, consent: ConsentWay) {
    let mut cases = JoinSet::new();
    for kill in kills {
        cases.spawn(async move {
            let case = tokio::spawn(survive(kill, replication, consent));
            case.await.map_err(|error| format!("{kill:?}: {error}"))
        });
    }
    let failed: Vec<String> = cases.join_all().await.into_iter().filter_map(Result::err).collect();
    assert!(failed.is_empty(), "{} moments were not survived:\n{}", failed.len(), failed.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_killed_between_two_steps_goes_on_and_nothing_is_made_twice() {
    let after = tasks(ConsentWay::Administrator).into_iter().map(Kill::After);
    survive_all(OTHERS.into_iter().chain(after).collect(), Duration::ZERO, ConsentWay::Administrator).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_was_never_heard_is_looked_for_before_anything_is_made_again() {
    let kills = tasks(ConsentWay::Administrator).into_iter().map(Kill::BeforeItsAnswer);
    survive_all(kills.collect(), Duration::ZERO, ConsentWay::Administrator).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_microsoft_does_not_show_yet_is_not_made_a_second_time() {
    let kills = tasks(ConsentWay::Administrator).into_iter().map(Kill::BeforeItsAnswer);
    survive_all(kills.collect(), Duration::from_millis(2500), ConsentWay::Administrator).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_killed_while_something_is_made_goes_on() {
    let during = tasks(ConsentWay::Administrator).into_iter().map(Kill::During);
    survive_all(during.collect(), Duration::from_millis(1000), ConsentWay::Administrator).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_is_assigned_once_however_often_the_program_is_killed() {
    let kills = [Kill::During(Task::Role), Kill::BeforeItsAnswer(Task::Role), Kill::After(Task::Role)];
    survive_all(kills.into(), Duration::from_millis(1500), ConsentWay::Role).await;
}
