//! Switching off, removing and signing out: each takes away what it says, and nothing else.

use presence::setup::event::Act;
use presence::setup::integration::{Integration, Standing};
use presence::setup::registration::Registration;
use presence::setup::step::StepId;
use presence::snapshot::{Snapshot, SourceState};
use presence::vault::Vault;
use sandbox::Visit;
use serde_json::json;
use tests::bench::{is_live, wait_for};
use tests::site::{Habit, Installer, Site, open_step, page};

use super::FIRST;

fn acts(snapshot: &Snapshot, integration: Integration) -> Vec<Act> {
    page(snapshot, integration).buttons.iter().map(|button| button.act).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_integration_that_is_switched_off_rests_and_is_proved_anew_when_it_is_switched_on() {
    let site = Site::start().await;
    let installer = Installer::at(&site);
    for integration in Integration::ALL {
        installer.follow(&site, integration).await;
    }
    installer.until("the board", is_live).await;
    for integration in Integration::ALL.into_iter().rev() {
        let snapshot = installer.rests().await;
        let ask =
            page(&snapshot, integration).buttons.into_iter().find(|one| one.act == Act::Disable).unwrap().ask;
        assert!(ask.is_some_and(|ask| !ask.text.is_empty()));
        installer.ask(integration, Act::Disable, &[]);
        let snapshot = installer.stands(integration, Standing::Disabled).await;
        assert!(acts(&snapshot, integration).contains(&Act::Begin) || snapshot.setup.blocked(integration));
    }
    let stopped = |snapshot: &Snapshot| !snapshot.configured && snapshot.source.state != SourceState::Live;
    installer.until("the end of the board", stopped).await;
    assert_eq!(site.profile().installation().configuration(), None);
    let presence =
        || site.sandbox.control().requests().iter().filter(|one| one.endpoint == "presence").count();
    installer.handle.stop().await;
    // A poll that was on its way when it was switched off may have arrived all the same.
    let before = presence();

    // It stays off over a restart, and nothing that was installed is gone.
    let installer = Installer::at(&site);
    installer.rests().await;
    assert_eq!(presence(), before);
    assert!(site.vault.get("microsoft-sign-in").unwrap().is_some());
    for integration in Integration::ALL {
        assert_eq!(installer.rests().await.setup.standing(integration), Standing::Disabled);
        installer.ask(integration, Act::Begin, &[]);
        installer.stands(integration, Standing::Verified).await;
    }
    installer.until("the board", is_live).await;
    assert_eq!(site.sandbox.control().sign_in_visits(), 2, "nobody had to sign in again");
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn removing_takes_away_what_the_wizard_made_and_nothing_of_anybody_else() {
    let site = Site::start().await;
    let graph = site.graph().await;
    let mail = json!([{ "resourceAppId": "00000003-0000-0000-c000-000000000000", "resourceAccess": [
        { "id": "e383f46e-2787-4529-855e-0e479a3ffac0", "type": "Scope" },
    ]}]);
    let foreign = json!({ "displayName": "8x8 Presence", "requiredResourceAccess": mail });
    graph.post("applications", &foreign).await;
    let control = site.sandbox.control();
    let colleague = control.applications().pop().unwrap();
    let installer = Installer::at(&site);
    for integration in Integration::ALL {
        installer.follow(&site, integration).await;
    }
    let ours = site.profile().installation().record(Registration::Reader);
    assert_ne!(ours.application.as_deref(), Some(&*colleague.id), "a colleague's registration was taken");
    let untouched =
        || control.applications().into_iter().find(|one| one.id == colleague.id) == Some(colleague.clone());
    assert!(untouched());

    installer.ask(Integration::EightToTeams, Act::Disable, &[]);
    installer.stands(Integration::EightToTeams, Standing::Disabled).await;
    // The wrong administrator is told where the person is.
    site.browser.next(Habit::Visit(Visit::of("helpdesk@brightwater.example")));
    installer.ask(Integration::EightToTeams, Act::Remove, &[]);
    let problem = installer.problem(Integration::EightToTeams).await;
    assert_eq!(problem.code, "setup.role");
    let shown = open_step(&installer.handle.snapshot(), Integration::EightToTeams);
    assert_eq!((shown.id, shown.problem), (StepId::Remove, Some(problem)));
    // While the browser is open it can be given up.
    site.browser.next(Habit::Close);
    installer.ask(Integration::EightToTeams, Act::Remove, &[]);
    let waiting =
        installer.until("the browser", |snapshot| presence::view::setup::address(snapshot).is_some());
    let snapshot = waiting.await;
    site.browser.sent_to(&presence::view::setup::address(&snapshot).unwrap()).await;
    let shown = open_step(&snapshot, Integration::EightToTeams);
    assert_eq!(shown.buttons.iter().map(|one| one.act).collect::<Vec<_>>(), [Act::Cancel]);
    assert!(shown.waiting.is_some());
    installer.ask(Integration::EightToTeams, Act::Cancel, &[]);
    installer.rests().await;

    site.browser.next(Habit::Visit(Visit::of(site.sandbox.administrator())));
    installer.ask(Integration::EightToTeams, Act::Remove, &[]);
    installer.stands(Integration::EightToTeams, Standing::NotInstalled).await;
    let names =
        || -> Vec<String> { control.applications().into_iter().map(|one| one.display_name).collect() };
    assert!(!names().contains(&"8x8 Write Presence".to_owned()));
    assert!(control.app_role_assignments().is_empty());
    assert!(names().contains(&"8x8 Teams Chat".to_owned()), "another integration's registration is gone");
    wait_for("the certificate's end", || site.vault.get("certificate-writer").unwrap().is_none()).await;
    assert_eq!(installer.handle.snapshot().setup.standing(FIRST), Standing::Verified);

    installer.ask(FIRST, Act::Disable, &[]);
    installer.stands(FIRST, Standing::Disabled).await;
    site.browser.next(Habit::Visit(Visit::of(site.sandbox.administrator())));
    installer.ask(FIRST, Act::Remove, &[]);
    installer.stands(FIRST, Standing::NotInstalled).await;
    assert!(untouched());
    assert_eq!(names().iter().filter(|name| *name == "8x8 Presence").count(), 1);
    assert!(control.grants().iter().all(|grant| grant.client != "8x8 Presence"));
    assert_eq!(control.users_created().len(), 1, "the user stays, as was said");
    assert!(installer.handle.snapshot().setup.held_administrator().is_none());

    wait_for("the end of the sign-in", || site.vault.get("microsoft-sign-in").unwrap().is_none()).await;
    // And everything can be installed once more.
    installer.follow(&site, FIRST).await;
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn signing_out_empties_the_keychain_even_where_the_integration_is_off() {
    for disabled in [false, true] {
        let site = Site::start().await;
        let installer = Installer::at(&site);
        installer.follow(&site, FIRST).await;
        if disabled {
            installer.ask(FIRST, Act::Disable, &[]);
            installer.stands(FIRST, Standing::Disabled).await;
        }
        assert!(site.vault.get("microsoft-sign-in").unwrap().is_some());
        installer.ask(FIRST, Act::SignOut, &[]);
        installer.rests().await;
        wait_for("the empty keychain", || site.vault.get("microsoft-sign-in").unwrap().is_none()).await;
        installer.handle.stop().await;
        let installer = Installer::at(&site);
        let snapshot = installer.rests().await;
        assert!(!snapshot.setup.installation.status_user.signed_in);
        if !disabled {
            assert_eq!(snapshot.setup.current(FIRST), Some(StepId::SignIn));
            installer.follow(&site, FIRST).await;
        }
        installer.handle.stop().await;
    }
}
