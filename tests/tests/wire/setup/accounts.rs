//! The wrong account signs in: it is told, nothing is kept, and the right one goes on from there.

use presence::error::Problem;
use presence::setup::Work;
use presence::setup::event::Act;
use presence::setup::step::StepId;
use presence::vault::Vault;
use sandbox::{Guests, Visit, visit_as};
use tests::bench::wait_for;
use tests::site::{Habit, Installer, Site, open_step};

use super::FIRST;

const STRANGER: &str = "someone@northwind.example";

/// Somebody who works here and administers nothing.
async fn person(site: &Site) -> String {
    site.sandbox.control().people()[5].user_principal_name.clone()
}

async fn guest(site: &Site) -> String {
    let users = site.graph().await.get("users?$select=id,userPrincipalName,userType").await;
    let users = users["value"].as_array().cloned().unwrap();
    let guest = users.iter().find(|user| user["userType"] == "Guest").unwrap();
    guest["userPrincipalName"].as_str().unwrap().to_owned()
}

/// A browser is open for `act`, and gets `habit`.
async fn attempt(site: &Site, installer: &Installer, act: Act, habit: Habit) {
    site.browser.next(habit);
    let snapshot = installer.rests().await;
    let step = open_step(&snapshot, FIRST);
    let mut values: Vec<(&str, &str)> = step.fields.iter().map(|field| (&*field.id, &*field.value)).collect();
    let client = site.sandbox.administration_client_id();
    values.iter_mut().filter(|(id, _)| *id == "administrationClient").for_each(|(_, value)| *value = client);
    installer.ask(FIRST, act, &values);
}

/// The same, for somebody whom we refuse: what is said, while nothing is kept.
async fn refused(site: &Site, installer: &Installer, act: Act, visit: Visit) -> Problem {
    let trouble = site.browser.trouble().len();
    attempt(site, installer, act, Habit::Visit(visit)).await;
    let problem = installer.problem(FIRST).await;
    assert_eq!(site.browser.trouble().len(), trouble, "{:?}", site.browser.trouble());
    nothing_kept(site, installer);
    // The page says it where the person is.
    let shown = open_step(&installer.handle.snapshot(), FIRST).problem;
    assert_eq!(shown.as_ref(), Some(&problem));
    problem
}

/// Somebody whom Microsoft's page refuses never comes back: the wizard waits, and can be told to stop.
async fn stopped_by_the_page(site: &Site, installer: &Installer, act: Act, account: &str) -> String {
    let trouble = site.browser.trouble().len();
    attempt(site, installer, act, Habit::Visit(Visit::of(account))).await;
    wait_for("the page's word", || site.browser.trouble().len() > trouble).await;
    installer.ask(FIRST, Act::Cancel, &[]);
    installer.rests().await;
    nothing_kept(site, installer);
    site.browser.trouble().pop().unwrap()
}

fn nothing_kept(site: &Site, installer: &Installer) {
    let snapshot = installer.handle.snapshot();
    assert!(snapshot.setup.held_administrator().is_none(), "an administrator is held");
    assert!(site.vault.refresh_tokens().is_empty(), "a sign-in was written");
    assert_eq!(site.vault.get("microsoft-sign-in").unwrap(), None);
    assert!(!snapshot.setup.installation.status_user.signed_in);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_an_administrator_who_may_do_everything_prepares_and_all_others_are_told_why_not() {
    let site = Site::start().await;
    // The client is known to the organisation, so that nobody is stopped by the page already.
    let guest = guest(&site).await;
    let (control, person) = (site.sandbox.control(), person(&site).await);
    let installer = Installer::at(&site);
    installer.follow_to(&site, FIRST, Some(StepId::Prepare)).await;
    let before = (control.applications(), control.service_principals(), control.grants());
    let untouched = || {
        assert_eq!((control.applications(), control.service_principals(), control.grants()), before);
        assert!(control.users_created().is_empty());
        let installation = site.profile().installation();
        assert!(installation.registrations.is_empty() && installation.status_user.id.is_none());
    };

    let problem = refused(&site, &installer, Act::Prepare, Visit::of(&person)).await;
    assert_eq!(problem.code, "setup.role");
    assert!(problem.what.contains(&person) && problem.what.contains("not an administrator"), "{problem}");
    untouched();

    let problem = refused(&site, &installer, Act::Prepare, Visit::of("apps@brightwater.example")).await;
    assert_eq!(problem.code, "setup.role");
    for role in ["User Administrator", "Privileged Role Administrator", "Global Administrator"] {
        assert!(problem.cause.contains(role), "{problem}");
    }
    assert!(!problem.cause.contains("Cloud Application"), "{problem}");
    untouched();

    let problem = refused(&site, &installer, Act::Prepare, Visit::of("helpdesk@brightwater.example")).await;
    assert!(problem.cause.contains("Application Administrator"), "{problem}");
    assert!(!problem.cause.contains("User Administrator"), "{problem}");
    untouched();

    let page = stopped_by_the_page(&site, &installer, Act::Prepare, STRANGER).await;
    assert!(page.contains("AADSTS50020"), "{page}");
    control.admit_foreigners(true);
    let problem = refused(&site, &installer, Act::Prepare, Visit::of(STRANGER)).await;
    assert_eq!(problem.code, "signIn.wrongTenant");
    assert!(problem.cause.contains(STRANGER), "{problem}");
    untouched();

    let page = stopped_by_the_page(&site, &installer, Act::Prepare, &guest).await;
    assert!(page.contains("AADSTS50020"), "{page}");
    control.set_guests(Guests::Admitted);
    let problem = refused(&site, &installer, Act::Prepare, Visit::of(&guest)).await;
    assert_eq!(problem.code, "setup.role");
    untouched();

    control.set_enabled(&person, false).unwrap();
    let page = stopped_by_the_page(&site, &installer, Act::Prepare, &person).await;
    assert!(page.contains("AADSTS50057"), "{page}");

    let leaves = Visit { leave: true, ..Visit::of(site.sandbox.administrator()) };
    let problem = refused(&site, &installer, Act::Prepare, leaves).await;
    assert_eq!(problem.code, "signIn.declined");
    untouched();

    installer.follow_to(&site, FIRST, Some(StepId::SignIn)).await;
    assert_eq!(control.users_created().len(), 1);
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_who_declines_the_consent_leaves_nothing_behind() {
    let site = Site::start().await;
    let installer = Installer::at(&site);
    installer.follow_to(&site, FIRST, Some(StepId::Prepare)).await;
    let declines = Visit { decline: true, ..Visit::of(site.sandbox.administrator()) };
    let problem = refused(&site, &installer, Act::Prepare, declines).await;
    assert_eq!(problem.code, "signIn.declined");
    // Who may not consent is sent back by the page.
    let person = person(&site).await;
    let goes_back = Visit { go_back: true, ..Visit::of(&person) };
    let problem = refused(&site, &installer, Act::Prepare, goes_back).await;
    assert_eq!(problem.code, "signIn.consent");
    assert!(site.sandbox.control().grants().is_empty());
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_status_user_is_not_taken_for_an_administrator() {
    let site = Site::start().await;
    let _ = site.graph().await;
    let person = person(&site).await;
    let installer = Installer::at(&site);
    installer.follow_to(&site, FIRST, Some(StepId::Prepare)).await;
    site.browser.next(Habit::Visit(Visit::of(&person)));
    let client = site.sandbox.administration_client_id();
    installer.ask(FIRST, Act::Prepare, &[("statusUser", &person), ("administrationClient", client)]);
    let problem = installer.problem(FIRST).await;
    assert_eq!(problem.code, "signIn.wrongAccount");
    assert!(problem.what.contains(&person) && problem.what.contains("status user"), "{problem}");
    nothing_kept(&site, &installer);
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_status_user_signs_in_and_all_others_are_told_both_names() {
    let site = Site::start().await;
    let guest = guest(&site).await;
    let (control, person) = (site.sandbox.control(), person(&site).await);
    let installer = Installer::at(&site);
    let snapshot = installer.follow_to(&site, FIRST, Some(StepId::SignIn)).await;
    let user = snapshot.setup.installation.status_user.user_name.clone();
    let before = site.profile().installation();
    control.admit_foreigners(true);
    control.set_guests(Guests::Admitted);
    control.set_user_consent(true);

    for (account, code, word) in [
        (site.sandbox.administrator(), "signIn.wrongAccount", "an administrator"),
        (&person, "signIn.wrongAccount", "signIn"),
        (&guest, "signIn.wrongAccount", "signIn"),
        (STRANGER, "signIn.wrongTenant", "signIn"),
    ] {
        let problem = refused(&site, &installer, Act::SignIn, Visit::of(account)).await;
        assert_eq!(problem.code, code, "{account}");
        assert!(problem.what.contains(account) || problem.cause.contains(account), "{problem}");
        assert!(word == "signIn" || problem.what.contains(word), "{problem}");
        assert!(code == "signIn.wrongTenant" || problem.cause.contains(&user), "{problem}");
        assert_eq!(site.profile().installation(), before, "{account}");
    }

    control.set_enabled(&user, false).unwrap();
    let page = stopped_by_the_page(&site, &installer, Act::SignIn, &user).await;
    assert!(page.contains("AADSTS50057"), "{page}");
    control.set_enabled(&user, true).unwrap();
    let leaves = Visit { leave: true, ..Visit::of(&user) };
    let problem = refused(&site, &installer, Act::SignIn, leaves).await;
    assert_eq!(problem.code, "signIn.declined");
    installer.follow(&site, FIRST).await;
    assert!(!site.vault.refresh_tokens().is_empty());
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_is_no_status_user_even_if_it_is_named_as_one() {
    let site = Site::start().await;
    let administrator = site.sandbox.administrator().to_owned();
    let installer = Installer::at(&site);
    installer.follow_to(&site, FIRST, Some(StepId::Prepare)).await;
    let client = site.sandbox.administration_client_id();
    // Another administrator prepares, as the named one must not.
    site.browser.next(Habit::Visit(Visit::of(&administrator)));
    installer.ask(FIRST, Act::Prepare, &[("statusUser", &administrator), ("administrationClient", client)]);
    assert_eq!(installer.problem(FIRST).await.code, "signIn.wrongAccount");
    nothing_kept(&site, &installer);
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_that_is_closed_is_given_up_with_cancel_and_opened_again() {
    let site = Site::start().await;
    let installer = Installer::at(&site);
    for step in [StepId::Prepare, StepId::SignIn] {
        installer.follow_to(&site, FIRST, Some(step)).await;
        let act = if step == StepId::Prepare { Act::Prepare } else { Act::SignIn };
        attempt(&site, &installer, act, Habit::Close).await;
        let waiting =
            installer.until("the link", |snapshot| presence::view::setup::address(snapshot).is_some());
        let snapshot = waiting.await;
        let shown = open_step(&snapshot, FIRST);
        assert!(shown.waiting.is_some_and(|waiting| waiting.can_copy));
        assert_eq!(shown.buttons.iter().map(|button| button.act).collect::<Vec<_>>(), [Act::Cancel]);
        let late = presence::view::setup::address(&snapshot).unwrap();
        site.browser.sent_to(&late).await;
        installer.ask(FIRST, Act::Cancel, &[]);
        installer.rests().await;
        nothing_kept(&site, &installer);
        // Whoever finishes a visit that was given up finds nobody listening.
        assert!(visit_as(&late, &Visit::of(site.sandbox.administrator())).await.is_err());
        nothing_kept(&site, &installer);
    }
    installer.follow(&site, FIRST).await;
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_browser_the_link_can_be_visited_elsewhere() {
    let site = Site::start().await;
    let installer = Installer::at(&site);
    installer.follow_to(&site, FIRST, Some(StepId::Prepare)).await;
    attempt(&site, &installer, Act::Prepare, Habit::Missing).await;
    let missing = |work: &Work| match work {
        Work::Browser { missing, .. } => missing.as_ref().map(|problem| problem.code.clone()),
        _ => None,
    };
    let snapshot = installer.until("the problem", |snapshot| missing(&snapshot.setup.work).is_some()).await;
    assert_eq!(open_step(&snapshot, FIRST).problem.unwrap().code, "desktop.browser");
    let address = presence::view::setup::address(&snapshot).unwrap();
    visit_as(&address, &Visit::of(site.sandbox.administrator())).await.unwrap();
    installer.reach(FIRST, StepId::SignIn).await;

    let password = installer.handle.snapshot().setup.password.as_ref().map(|it| it.expose().to_owned());
    attempt(&site, &installer, Act::SignIn, Habit::Missing).await;
    let said = |snapshot: &presence::snapshot::Snapshot| {
        let open =
            tests::site::page(snapshot, FIRST).steps.into_iter().find(|step| step.id == StepId::SignIn);
        open.and_then(|step| step.problem).is_some_and(|problem| problem.code == "desktop.browser")
    };
    let snapshot = installer.until("the problem", said).await;
    let address = presence::view::setup::address(&snapshot).unwrap();
    let user = snapshot.setup.installation.status_user.user_name.clone();
    visit_as(&address, &Visit { password, ..Visit::of(&user) }).await.unwrap();
    installer.reach(FIRST, StepId::Key).await;
    installer.handle.stop().await;
}
