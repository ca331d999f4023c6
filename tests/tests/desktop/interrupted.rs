//! `kill -9` at every moment of an installation that can be caught; whoever opens the window again goes on from there.

use std::time::Duration;

use presence::clock::pause;
use sandbox::{Control, Fault, FaultKind, Place};
use tests::PATIENCE;
use tests::desktop::{Desktop, Window, Wizard};

use super::installation::{COLLEAGUES, Installer, bare_organisation};

const FIRST: &str = "teamsToEight";

const READER: &str = "8x8 Presence";
const WRITER: &str = "8x8 Write Presence";
const CHAT: &str = "8x8 Teams Chat";

/// What a person presses before the moment comes.
#[derive(Clone, Copy)]
enum Press {
    /// What the page offers, until the moment has come.
    On,
    /// This button, and the browser is left alone.
    Only(&'static str),
}

/// By what the moment is known.
#[derive(Clone, Copy)]
enum Sight {
    /// By what the window shows.
    Window(fn(&Wizard) -> bool),
    /// By what there is at Microsoft, before the program can know it.
    Microsoft(fn(&Control) -> bool),
}

use Press::{On, Only};
use Sight::{Microsoft, Window as Shown};

/// Moments at which the program is killed: in which integration, and in the order in which they come.
const MOMENTS: [(&str, &str, Press, Sight); 24] = [
    (FIRST, "it was begun", On, Shown(|seen| is_at(seen, "organisation"))),
    (FIRST, "the organisation is known", On, Shown(|seen| is_at(seen, "way"))),
    (FIRST, "the way is decided", On, Shown(|seen| is_at(seen, "prepare"))),
    (FIRST, "the browser waits for an administrator", Only("prepare"), Shown(|seen| seen.waiting)),
    (FIRST, "the work at Microsoft has begun", On, Shown(|seen| !seen.items.is_empty())),
    (FIRST, "the status user was made", On, Microsoft(|control| !control.users_created().is_empty())),
    (FIRST, "the reader was registered", On, Microsoft(|control| registered(control, READER))),
    (FIRST, "the reader got its principal", On, Microsoft(|control| has_principal(control, READER))),
    // From here on the first integration is prepared, and the rest is left to the others.
    (FIRST, "the writer was registered", On, Microsoft(|control| registered(control, WRITER))),
    (FIRST, "the password is gone", On, Shown(|seen| is_at(seen, "signIn") && seen.rests())),
    (FIRST, "there is a new password", On, Shown(|seen| seen.has_password && seen.rests())),
    (FIRST, "the browser waits for the status user", Only("signIn"), Shown(|seen| seen.waiting)),
    (FIRST, "the status user is signed in", On, Shown(|seen| is_at(seen, "key"))),
    (FIRST, "the key is tested", On, Shown(|seen| is_at(seen, "key") && seen.countdown)),
    (FIRST, "the checks run", On, Shown(|seen| seen.checks.iter().any(|check| check.state == "running"))),
    (FIRST, "it is verified", On, Shown(Wizard::is_verified)),
    ("eightToTeams", "the writer got its principal", On, Microsoft(|control| has_principal(control, WRITER))),
    ("eightToTeams", "it got its certificate", On, Microsoft(|control| certificates(control, WRITER) > 0)),
    (
        "eightToTeams",
        "it got its permission",
        On,
        Microsoft(|control| !control.app_role_assignments().is_empty()),
    ),
    ("eightToTeams", "it is verified", On, Shown(Wizard::is_verified)),
    ("contacts", "it is verified", On, Shown(Wizard::is_verified)),
    ("chat", "it was registered", On, Microsoft(|control| registered(control, CHAT))),
    ("chat", "it got its principal", On, Microsoft(|control| has_principal(control, CHAT))),
    ("chat", "it is verified", On, Shown(Wizard::is_verified)),
];

fn is_at(seen: &Wizard, step: &str) -> bool {
    seen.step.as_deref() == Some(step)
}

fn registered(control: &Control, name: &str) -> bool {
    control.applications().iter().any(|one| one.display_name == name)
}

fn has_principal(control: &Control, name: &str) -> bool {
    control.service_principals().iter().any(|one| one.display_name == name)
}

fn certificates(control: &Control, name: &str) -> usize {
    let applications = control.applications().into_iter().filter(|one| one.display_name == name);
    applications.map(|one| one.credentials).sum()
}

/// Waits for the moment itself: what the window shows is looked at slowly, what there is at Microsoft at once.
async fn comes(window: &Window, sight: Sight, control: &Control) {
    match sight {
        Shown(fits) => {
            window.wait_for_wizard("the moment", fits).await;
        }
        Microsoft(fits) => {
            while !fits(control) {
                pause(Duration::from_millis(2)).await;
            }
        }
    }
}

/// Does what the page offers, again and again, until there is nothing to do any more.
async fn go_on(person: &mut Installer<'_>, window: &Window) {
    while !window.wait_for_wizard("a page that rests", Wizard::rests).await.is_verified() {
        person.do_next(window).await;
    }
    std::future::pending::<()>().await;
}

/// Opens the window again, and goes where it was left.
async fn open_again(person: &Installer<'_>, integration: &str) -> Window {
    let window = person.open().await;
    window.click("page-setup").await;
    window.choose_integration(integration).await;
    window
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_killed_at_any_moment_goes_on_there_and_nothing_is_made_twice() {
    let sandbox = bare_organisation(Duration::from_secs(1)).await;
    let desktop = Desktop::start().await;
    let control = sandbox.control();
    let slowly = |place, milliseconds| Fault::new(place, FaultKind::Latency { milliseconds });
    // So that no moment is too short to be caught.
    control.replace_faults(vec![slowly(Place::Graph, 100), slowly(Place::Eight, 300)]);

    let mut person = Installer::new(&desktop, &sandbox);
    let mut first = Some(person.begin().await);
    for (integration, name, press, sight) in MOMENTS {
        let window = match first.take() {
            Some(window) => window,
            None => open_again(&person, integration).await,
        };
        let caught = async {
            match press {
                On => tokio::select! {
                    () = comes(&window, sight, control) => {}
                    () = go_on(&mut person, &window) => {}
                },
                Only(act) => {
                    let seen = window.wait_for_wizard("the next thing to do", Wizard::rests).await;
                    person.enter(&window, &seen).await;
                    person.visits += 1;
                    window.act(act).await;
                    comes(&window, sight, control).await;
                    desktop.browser.wait_for(person.visits).await;
                }
            }
        };
        let caught = tokio::time::timeout(2 * PATIENCE, caught).await;
        assert!(caught.is_ok(), "“{name}” never came in {integration}: {:#?}", window.wizard().await);
        window.kill();
    }

    control.clear_faults();
    let window = open_again(&person, FIRST).await;
    let done = window.wait_for_wizard("what was installed", |wizard| wizard.rests()).await;
    assert!(done.all_verified(), "{done:#?}");
    window.click("page-board").await;
    window.wait("a live board", |view| view.is_live() && view.everybody == COLLEAGUES).await;

    exactly_one_of_each(&person);
}

/// Nothing was made twice, and nothing is missing.
fn exactly_one_of_each(person: &Installer<'_>) {
    let control = person.sandbox.control();
    let user = person.status_user();
    for name in [READER, WRITER, CHAT] {
        let made: Vec<_> =
            control.applications().into_iter().filter(|one| one.display_name == name).collect();
        assert_eq!(made.len(), 1, "{name}: {made:?}");
        let principals = control.service_principals().into_iter().filter(|one| one.app_id == made[0].app_id);
        assert_eq!(principals.count(), 1, "principals of {name}");
        assert_eq!(made[0].credentials, usize::from(name == WRITER), "certificates of {name}");
    }
    let ours = control.grants().into_iter().filter(|grant| grant.client != "Brightwater Administration");
    let mut grants: Vec<_> = ours.map(|grant| (grant.client, grant.principal)).collect();
    grants.sort();
    assert_eq!(grants, [(READER.to_owned(), Some(user.clone())), (CHAT.to_owned(), None)]);
    let alone: Vec<_> =
        control.app_role_assignments().into_iter().map(|one| (one.client, one.role)).collect();
    assert_eq!(alone, [(WRITER.to_owned(), "Presence.ReadWrite.All".to_owned())]);
    assert!(
        control.role_assignments().iter().all(|role| role.principal != user),
        "the status user has a role"
    );
}
