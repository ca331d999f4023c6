//! The ways to the goal besides the recommended one, and the pages that Microsoft puts in between.

use std::time::Duration;

use presence::setup::ItemState;
use presence::setup::event::Act;
use presence::setup::integration::{Integration, Standing};
use presence::setup::step::StepId;
use presence::setup::task::Task;
use presence::vault::Vault;
use sandbox::{Options, Visit};
use tests::bench::is_live;
use tests::site::{Habit, Installer, Site};

use super::FIRST;

async fn choose(installer: &Installer, site: &Site, step: StepId, choice: (&str, &str)) {
    installer.follow_to(site, FIRST, Some(step)).await;
    installer.ask(FIRST, Act::Choose, &[choice]);
    installer.rests().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_status_user_one_visit_is_enough_and_the_board_becomes_live() {
    let site = Site::start().await;
    let installer = Installer::at(&site);
    choose(&installer, &site, StepId::Way, ("reading", "alone")).await;
    for integration in Integration::ALL {
        installer.follow(&site, integration).await;
    }
    installer.until("the board", is_live).await;
    assert_eq!(site.sandbox.control().sign_in_visits(), 1);
    assert!(site.sandbox.control().users_created().is_empty());
    let roles = site.sandbox.control().app_role_assignments();
    let mut roles: Vec<String> =
        roles.into_iter().map(|one| format!("{}: {}", one.client, one.role)).collect();
    roles.sort();
    assert_eq!(
        roles,
        [
            "8x8 Presence: Presence.Read.All",
            "8x8 Presence: User.Read.All",
            "8x8 Write Presence: Presence.ReadWrite.All"
        ]
    );
    installer.handle.stop().await;
    // The next start needs nobody.
    let installer = Installer::at(&site);
    installer.until("the board", is_live).await;
    assert!(site.vault.get("certificate-reader").unwrap().is_some());
    assert_eq!(site.vault.get("microsoft-sign-in").unwrap(), None);
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_users_may_not_consent_the_status_user_does_so_with_its_role() {
    let site = Site::with(Options { replication: Duration::from_millis(1500), ..Options::default() }).await;
    site.sandbox.control().set_user_consent(false);
    let installer = Installer::patient(&site, Duration::from_secs(90));
    choose(&installer, &site, StepId::Prepare, ("consent", "role")).await;
    let snapshot = installer.follow_to(&site, FIRST, Some(StepId::SignIn)).await;
    let user = snapshot.setup.installation.status_user.user_name.clone();
    let run = snapshot.setup.run.as_ref().unwrap();
    let role = run.items.iter().find(|item| item.task == Task::Role).unwrap();
    assert!(matches!(role.state, ItemState::Done { made: true }), "{role:?}");
    assert_eq!(snapshot.setup.installation.users_may_consent, Some(false));
    assert!(site.sandbox.control().grants().iter().all(|grant| grant.client != "8x8 Presence"));

    installer.follow(&site, FIRST).await;
    let grants = site.sandbox.control().grants();
    let own = grants.iter().find(|grant| grant.client == "8x8 Presence").unwrap();
    assert_eq!(own.principal.as_deref(), Some(&*user));
    let roles = site.sandbox.control().role_assignments();
    assert!(roles.iter().any(|role| role.principal == user && role.role == "Application Developer"));
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_password_and_a_second_factor_are_asked_for_by_microsoft_and_simply_pass() {
    let site = Site::start().await;
    let control = site.sandbox.control();
    control.set_security_defaults(true);
    let installer = Installer::at(&site);
    let snapshot = installer.follow_to(&site, FIRST, Some(StepId::SignIn)).await;
    let user = snapshot.setup.installation.status_user.user_name.clone();
    let password = snapshot.setup.password.as_ref().map(|password| password.expose().to_owned());
    control.force_password_change(&user).unwrap();
    let new_password = Some("Quite-another-Word-7".to_owned());
    site.browser.next(Habit::Visit(Visit { password, new_password, ..Visit::of(&user) }));
    installer.ask(FIRST, Act::SignIn, &[]);
    installer.reach(FIRST, StepId::Key).await;
    installer.follow(&site, FIRST).await;
    assert!(site.browser.trouble().is_empty());
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_that_was_lost_is_set_anew_by_an_administrator_and_a_wrong_one_is_told_there() {
    let site = Site::start().await;
    let installer = Installer::at(&site);
    installer.follow_to(&site, FIRST, Some(StepId::SignIn)).await;
    installer.handle.stop().await;
    // The password was in memory only.
    let installer = Installer::at(&site);
    let snapshot = installer.reach(FIRST, StepId::SignIn).await;
    assert!(snapshot.setup.password.is_none());
    let person = site.sandbox.control().people()[5].user_principal_name.clone();
    let _ = site.graph().await;
    site.browser.next(Habit::Visit(Visit::of(&person)));
    installer.ask(FIRST, Act::NewPassword, &[]);
    let problem = installer.problem(FIRST).await;
    assert_eq!(problem.code, "setup.role");
    let shown = tests::site::open_step(&installer.handle.snapshot(), FIRST);
    assert_eq!((shown.id, shown.problem), (StepId::SignIn, Some(problem)));
    installer.follow(&site, FIRST).await;
    assert_eq!(installer.handle.snapshot().setup.standing(FIRST), Standing::Verified);
    assert!(installer.handle.snapshot().setup.password.is_none(), "it is forgotten once it was used");
    installer.handle.stop().await;
}
