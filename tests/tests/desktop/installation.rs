//! An organisation where nothing is installed, and one person with the window and a browser, and nothing else.

use std::collections::BTreeSet;
use std::time::Duration;

use sandbox::{Options, Sandbox, Visit};
use tests::desktop::{Desktop, Window, Wizard, until};

use super::PEOPLE;

/// Everybody on the board: where nothing was installed, two accounts that only administer are there as well.
pub(crate) const COLLEAGUES: usize = PEOPLE + 2;

/// The integrations in install order.
pub(crate) const ALL: [&str; 4] = ["teamsToEight", "eightToTeams", "contacts", "chat"];

/// More than an installation has; whoever presses more goes round in circles.
const MOST_BUTTONS: usize = 40;

/// An organisation where nothing is installed.
pub(crate) async fn bare_organisation(replication: Duration) -> Sandbox {
    let options = Options { people: PEOPLE, installed: false, replication, ..Options::default() };
    Sandbox::start(options).await.unwrap()
}

/// A person who installs.
pub(crate) struct Installer<'a> {
    pub(crate) desktop: &'a Desktop,
    pub(crate) sandbox: &'a Sandbox,
    /// How often the browser has been visited.
    pub(crate) visits: usize,
}

impl<'a> Installer<'a> {
    pub(crate) fn new(desktop: &'a Desktop, sandbox: &'a Sandbox) -> Self {
        Self { desktop, sandbox, visits: 0 }
    }

    /// Starts the program, at the organisation's addresses.
    pub(crate) async fn open(&self) -> Window {
        self.desktop.open(&["--endpoints", &self.desktop.endpoints(self.sandbox)]).await
    }

    /// Begins with the first run.
    pub(crate) async fn begin(&self) -> Window {
        let window = self.open().await;
        window.click("choose-organisation").await;
        window.wait("the set-up page", |view| view.is_on("setup")).await;
        window
    }

    /// Goes on with the browser's newest page, as one account.
    pub(crate) async fn visit(&mut self, account: &str, password: Option<&str>) -> String {
        self.visit_as(&Visit { password: password.map(ToOwned::to_owned), ..Visit::of(account) }).await
    }

    /// The same, in a way of one's own.
    pub(crate) async fn visit_as(&mut self, person: &Visit) -> String {
        self.visits += 1;
        self.desktop.browser.visit(person, self.visits).await
    }

    /// Goes on with the browser's newest page, as the administrator.
    pub(crate) async fn visit_as_administrator(&mut self) {
        self.visit(self.sandbox.administrator(), None).await;
    }

    /// Types what a step asks for.
    pub(crate) async fn enter(&self, window: &Window, seen: &Wizard) {
        let sandbox = self.sandbox;
        for field in &seen.fields {
            let text = match (field.as_str(), seen.integration.as_str()) {
                ("organisation", _) => sandbox.domain(),
                ("administrationClient", _) => sandbox.administration_client_id(),
                ("key", "teamsToEight") => sandbox.search_key(),
                ("key", "eightToTeams") => sandbox.analytics_key(),
                ("key", "contacts") => sandbox.management_key(),
                ("user", _) => sandbox.analytics_user(),
                ("password", _) => sandbox.analytics_password(),
                _ => continue,
            };
            window.enter(field, text).await;
        }
    }

    /// Presses what the page offers next, and does what the browser asks for.
    pub(crate) async fn press_on(&mut self, window: &Window, seen: &Wizard) {
        self.enter(window, seen).await;
        match seen.step.as_deref() {
            None => window.act("begin").await,
            Some("organisation") => window.act("setOrganisation").await,
            Some("way") => window.act("decide").await,
            Some("prepare") => {
                window.act("prepare").await;
                self.visit_as_administrator().await;
            }
            // The password was shown once; whoever has not kept it gets another one.
            Some("signIn") if !seen.has_password => {
                window.act("newPassword").await;
                self.visit_as_administrator().await;
                window.wait_for_wizard("a new password", |wizard| wizard.has_password).await;
            }
            Some("signIn") => {
                let password = window.read_password().await;
                window.act("signIn").await;
                let user = self.status_user();
                self.visit(&user, Some(&password)).await;
            }
            Some("key") => window.act("saveKey").await,
            Some("verify") => window.act("verify").await,
            Some(other) => panic!("nobody knows what to do in “{other}”"),
        }
    }

    /// Waits until a person is wanted, does what the page offers, and waits until it has been heard.
    ///
    /// # Panics
    /// When the page tells a problem instead.
    pub(crate) async fn do_next(&mut self, window: &Window) {
        let seen = window.wait_for_wizard("the next thing to do", Wizard::rests).await;
        assert_eq!(seen.problem, "", "it can not go on");
        self.press_on(window, &seen).await;
        let moved = |now: &Wizard| !now.rests() || (&now.step, &now.acts) != (&seen.step, &seen.acts);
        window.wait_for_wizard("an answer to a button", moved).await;
    }

    /// Follows the page until an integration is verified.
    pub(crate) async fn follow(&mut self, window: &Window, integration: &str) {
        window.choose_integration(integration).await;
        for _ in 0..MOST_BUTTONS {
            let seen = window.wait_for_wizard("a page that rests", Wizard::rests).await;
            if seen.is_verified() {
                return;
            }
            self.do_next(window).await;
        }
        panic!("{integration} goes round in circles");
    }

    /// The status user that was made.
    pub(crate) fn status_user(&self) -> String {
        let made = self.sandbox.control().users_created();
        assert_eq!(made.len(), 1, "{made:?}");
        made[0].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_installed_with_the_window_and_two_visits_of_a_browser() {
    let (desktop, sandbox) = (Desktop::start().await, bare_organisation(Duration::ZERO).await);
    // So that a person, and this test, can see one line after the other.
    let slowly = sandbox::FaultKind::Latency { milliseconds: 60 };
    sandbox.control().replace_faults(vec![sandbox::Fault::new(sandbox::Place::Graph, slowly)]);
    let mut person = Installer::new(&desktop, &sandbox);
    let window = person.begin().await;

    window.act("begin").await;
    let first = window.wait_for_step("organisation").await;
    assert_eq!(first.steps.values().filter(|state| *state == "later").count(), first.steps.len() - 1);
    window.enter("organisation", sandbox.domain()).await;
    window.act("setOrganisation").await;
    window.wait_for_step("way").await;
    window.act("decide").await;

    let prepare = window.wait_for_step("prepare").await;
    assert_eq!(prepare.card.as_deref(), Some("administrator"), "{}", prepare.card_words);
    window.enter("administrationClient", sandbox.administration_client_id()).await;
    window.act("prepare").await;
    window.wait_for_wizard("a browser that is waited for", |wizard| wizard.waiting).await;
    person.visit_as_administrator().await;
    let mut states = BTreeSet::new();
    let sign_in = until("every line of the preparation, and the sign-in", async || {
        let seen = window.wizard().await?;
        states.extend(seen.items.iter().map(|item| (item.label.clone(), item.state.clone())));
        let there = seen.step.as_deref() == Some("signIn") && seen.rests();
        if there { Ok(seen) } else { Err(format!("{seen:#?}")) }
    })
    .await;
    let finished = states.iter().filter(|(_, state)| state == "good").count();
    assert!(finished >= 10, "the window showed only {states:#?}");

    let user = person.status_user();
    assert!(user.starts_with("8x8.status@"), "{user}");
    assert_eq!(sign_in.card.as_deref(), Some("statusUser"));
    for words in ["Sign in as the status user", &user, "Not your administrator account"] {
        assert!(sign_in.card_words.contains(words), "{}", sign_in.card_words);
    }
    let password = window.read_password().await;
    window.act("signIn").await;
    let goodbye = person.visit(&user, Some(&password)).await;
    assert!(goodbye.contains("close this"), "{goodbye}");

    window.wait_for_step("key").await;
    window.enter("key", sandbox.search_key()).await;
    window.act("saveKey").await;
    let mut checks = BTreeSet::new();
    let verified = until("the checks, and the verdict", async || {
        let seen = window.wizard().await?;
        checks.extend(seen.checks.iter().map(|check| (check.label.clone(), check.state.clone())));
        if seen.is_verified() { Ok(seen) } else { Err(format!("{seen:#?}")) }
    })
    .await;
    assert!(checks.iter().any(|(_, state)| state == "running"), "the checks came all at once: {checks:?}");
    assert!(verified.checks.iter().all(|check| check.state != "bad"), "{:#?}", verified.checks);
    assert_eq!(verified.sample, 3, "people to compare with Teams");

    for integration in &ALL[1..] {
        person.follow(&window, integration).await;
    }
    let done = window.wizard().await.unwrap();
    assert!(done.all_verified(), "{done:#?}");
    assert_eq!(desktop.browser.opened().len(), 2, "an administrator and the status user, once each");
    assert_eq!(sandbox.control().sign_in_visits(), 2);
    sandbox.control().clear_faults();
    window.click("page-board").await;
    window.wait("a live board", |view| view.is_live() && view.everybody == COLLEAGUES).await;

    only_the_keychain_knows(&desktop, &sandbox, &password).await;
}

/// No file of this desktop has any secret of an installation, and the keychain has what it needs and nothing else.
async fn only_the_keychain_knows(desktop: &Desktop, sandbox: &Sandbox, password: &str) {
    let entries = desktop.keychain.entries().await;
    let names: Vec<&str> = entries.keys().map(String::as_str).collect();
    let wanted =
        ["certificate-writer", "eight-analytics", "eight-management", "eight-search", "microsoft-sign-in"];
    assert_eq!(names, wanted);
    let whole: String = entries.values().map(String::as_str).collect();
    assert!(!whole.contains(password), "the password is kept nowhere");
    let certificate: serde_json::Value = serde_json::from_str(&entries["certificate-writer"]).unwrap();
    let sign_in: serde_json::Value = serde_json::from_str(&entries["microsoft-sign-in"]).unwrap();
    let key = certificate["key"].as_str().unwrap();
    assert!(key.contains("PRIVATE KEY"));
    let secrets = [
        password,
        key,
        sign_in["refresh_token"].as_str().unwrap(),
        sandbox.search_key(),
        sandbox.management_key(),
        sandbox.analytics_key(),
        sandbox.analytics_password(),
    ];
    // A search that finds nothing must be one that would find something.
    let planted = desktop.plant("note", &secrets.join("\n"));
    for secret in secrets {
        assert_eq!(desktop.files_with(secret), std::slice::from_ref(&planted), "a secret is on the disk");
    }
    assert_eq!(desktop.files_with_tokens(), [planted], "a token is on the disk");
}
