//! Installing for real: the wizard, its calls and the browser's visits, against a tenant where nothing is installed.

use presence::setup::event::Act;
use presence::setup::integration::{Integration, Standing};
use presence::setup::step::StepId;
use tests::site::{Habit, Installer, Site};
use sandbox::Visit;

const FIRST: Integration = Integration::TeamsToEight;

/// Everything until the status user can sign in.
async fn prepare(site: &Site, installer: &Installer) {
    installer.ask(FIRST, Act::Begin, &[]);
    installer.reach(FIRST, StepId::Organisation).await;
    installer.ask(FIRST, Act::SetOrganisation, &[("organisation", "brightwater.example")]);
    installer.reach(FIRST, StepId::Way).await;
    installer.ask(FIRST, Act::Decide, &[]);
    installer.reach(FIRST, StepId::Prepare).await;
    site.browser.agree(site.sandbox.administrator());
    let client = site.sandbox.administration_client_id();
    installer.ask(FIRST, Act::Prepare, &[("statusUser", ""), ("administrationClient", client)]);
}

/// The status user signs in with the password that the wizard shows.
async fn sign_in(site: &Site, installer: &Installer) {
    let snapshot = installer.reach(FIRST, StepId::SignIn).await;
    let password = snapshot.setup.password.as_ref().map(|password| password.expose().to_owned());
    let account = snapshot.setup.installation.status_user.user_name.clone();
    site.browser.plan(Habit::Visit(Visit { password, ..Visit::of(&account) }));
    installer.ask(FIRST, Act::SignIn, &[]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_installs_everything_in_two_visits() {
    let site = Site::start().await;
    let installer = Installer { handle: site.drive() };
    prepare(&site, &installer).await;
    sign_in(&site, &installer).await;
    installer.reach(FIRST, StepId::Key).await;
    installer.ask(FIRST, Act::SaveKey, &[("key", site.sandbox.search_key())]);
    installer.stands(FIRST, Standing::Verified).await;

    installer.ask(Integration::EightToTeams, Act::Begin, &[]);
    installer.reach(Integration::EightToTeams, StepId::Key).await;
    let login = [
        ("key", site.sandbox.analytics_key()),
        ("user", site.sandbox.analytics_user()),
        ("password", site.sandbox.analytics_password()),
    ];
    installer.ask(Integration::EightToTeams, Act::SaveKey, &login);
    installer.stands(Integration::EightToTeams, Standing::Verified).await;

    installer.ask(Integration::Contacts, Act::Begin, &[]);
    installer.reach(Integration::Contacts, StepId::Key).await;
    installer.ask(Integration::Contacts, Act::SaveKey, &[("key", site.sandbox.management_key())]);
    installer.stands(Integration::Contacts, Standing::Verified).await;

    installer.ask(Integration::Chat, Act::Begin, &[]);
    installer.stands(Integration::Chat, Standing::Verified).await;
    assert_eq!(site.browser.opened().len(), 2, "an administrator and the status user, once each");
    installer.handle.stop().await;
}
