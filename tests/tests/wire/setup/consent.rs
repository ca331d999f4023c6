//! Prepared by hand: user and registration are entered, and an administrator consents on Microsoft's page.

use std::time::Duration;

use presence::setup::Work;
use presence::setup::event::Act;
use presence::setup::installation::Reading;
use presence::setup::integration::{Integration, Standing};
use presence::setup::registration::{GRAPH, Held, Registration};
use presence::setup::step::StepId;
use sandbox::Visit;
use serde_json::json;
use tests::site::{Graph, Habit, Installer, Site, open_step, page};

use super::FIRST;

const USER: &str = "8x8.status@brightwater.example";

/// Follows the guide in the portal: a user without a password, and the registration with what it lists.
async fn by_hand(graph: &Graph) -> String {
    graph
        .post(
            "users",
            &json!({
                "accountEnabled": true, "displayName": "8x8 Status", "mailNickname": "8x8.status", "userPrincipalName": USER,
                "passwordProfile": { "password": "By-hand-Word-77", "forceChangePasswordNextSignIn": false },
            }),
        )
        .await;
    register(graph, Registration::Reader, Reading::StatusUser, &json!([])).await
}

/// A registration as the guide's manifest makes it; its client id.
async fn register(
    graph: &Graph,
    registration: Registration,
    reading: Reading,
    keys: &serde_json::Value,
) -> String {
    let permissions = registration.permissions(reading).iter();
    let access: Vec<_> = permissions
        .map(|one| json!({ "id": one.id, "type": if one.held == Held::Alone { "Role" } else { "Scope" } }))
        .collect();
    let body = json!({
        "displayName": registration.name(), "signInAudience": "AzureADMyOrg", "isFallbackPublicClient": true,
        "publicClient": { "redirectUris": ["http://localhost"] },
        "requiredResourceAccess": [{ "resourceAppId": GRAPH, "resourceAccess": access }],
        "keyCredentials": keys,
    });
    let made = graph.post("applications", &body).await;
    let client = made["appId"].as_str().unwrap().to_owned();
    graph.post("servicePrincipals", &json!({ "appId": client })).await;
    client
}

/// Enters what was made by hand, up to the sign-in.
async fn enter(site: &Site, installer: &Installer, client: &str) {
    installer.follow_to(site, FIRST, Some(StepId::Way)).await;
    installer.ask(FIRST, Act::Choose, &[("making", "byHand")]);
    installer.rests().await;
    installer.ask(FIRST, Act::Decide, &[]);
    installer.reach(FIRST, StepId::User).await;
    installer.ask_in(FIRST, StepId::User, Act::Enter, &[("statusUser", USER)]);
    installer.reach(FIRST, StepId::Register).await;
    installer.ask_in(FIRST, StepId::Register, Act::Enter, &[("clientId", client)]);
    installer.reach(FIRST, StepId::SignIn).await;
}

fn signs_in(site: &Site, decline: bool) {
    let password = Some("By-hand-Word-77".to_owned());
    site.browser.next(Habit::Visit(Visit { password, decline, go_back: true, ..Visit::of(USER) }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_administrator_has_to_consent_to_is_told_and_opened_and_proved() {
    let site = Site::start().await;
    let graph = site.graph().await;
    site.sandbox.control().set_user_consent(false);
    let client = by_hand(&graph).await;
    let installer = Installer::at(&site);
    enter(&site, &installer, &client).await;
    signs_in(&site, false);
    installer.ask(FIRST, Act::SignIn, &[]);
    let snapshot = installer.stands(FIRST, Standing::ConsentNeeded).await;
    let verdict = page(&snapshot, FIRST).verdict.unwrap();
    assert_eq!(verdict.title, "Admin Consent Needed");
    let acts: Vec<Act> = verdict.buttons.iter().map(|button| button.act).collect();
    assert_eq!(acts, [Act::OpenConsent, Act::Granted]);

    // Declined: the address says `admin_consent=True` all the same.
    let administrator = site.sandbox.administrator();
    let declines = Visit { decline: true, ..Visit::of(administrator) };
    site.browser.next(Habit::Visit(declines));
    installer.ask(FIRST, Act::OpenConsent, &[]);
    assert_eq!(installer.problem(FIRST).await.code, "signIn.declined");
    let installation = site.profile().installation();
    assert!(installation.record(Registration::Reader).granted.is_none());
    assert!(installation.progress(FIRST).consent_needed);
    assert!(site.sandbox.control().grants().iter().all(|grant| grant.client != "8x8 Presence"));

    site.browser.agree(administrator);
    installer.ask(FIRST, Act::OpenConsent, &[]);
    installer.reach(FIRST, StepId::SignIn).await;
    signs_in(&site, false);
    installer.ask(FIRST, Act::SignIn, &[]);
    installer.reach(FIRST, StepId::Key).await;
    installer.follow(&site, FIRST).await;
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_status_users_own_consent_can_be_declined_and_given() {
    let site = Site::start().await;
    let graph = site.graph().await;
    let client = by_hand(&graph).await;
    let installer = Installer::at(&site);
    enter(&site, &installer, &client).await;
    signs_in(&site, true);
    installer.ask(FIRST, Act::SignIn, &[]);
    assert_eq!(installer.problem(FIRST).await.code, "signIn.declined");
    assert!(site.vault.refresh_tokens().is_empty());
    signs_in(&site, false);
    installer.ask(FIRST, Act::SignIn, &[]);
    // Nobody knows whether an administrator consented; who says so is believed as far as the checks go.
    installer.reach(FIRST, StepId::Consent).await;
    installer.ask(FIRST, Act::Granted, &[]);
    installer.reach(FIRST, StepId::Key).await;
    installer.follow(&site, FIRST).await;
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consent_that_has_not_spread_is_waited_for_and_never_a_failure() {
    let site = Site::start().await;
    let graph = site.graph().await;
    let client = by_hand(&graph).await;
    let installer = Installer::patient(&site, Duration::from_secs(90));
    enter(&site, &installer, &client).await;
    signs_in(&site, false);
    installer.ask(FIRST, Act::SignIn, &[]);
    installer.reach(FIRST, StepId::Consent).await;
    installer.ask(FIRST, Act::Granted, &[]);
    installer.follow(&site, FIRST).await;

    // The second integration by hand: the certificate is made here and uploaded by a person.
    let second = Integration::EightToTeams;
    installer.ask(second, Act::Begin, &[]);
    let ready = installer
        .until("the certificate", |snapshot| snapshot.setup.certificates.contains_key(&Registration::Writer));
    let snapshot = ready.await;
    let pem = snapshot.setup.certificates[&Registration::Writer].to_string();
    let key: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let keys = json!([{ "type": "AsymmetricX509Cert", "usage": "Verify", "key": key }]);
    let client = register(&graph, Registration::Writer, Reading::StatusUser, &keys).await;
    installer.ask_in(second, StepId::Register, Act::Enter, &[("clientId", &client)]);
    installer.reach(second, StepId::Consent).await;
    site.sandbox.control().set_replication(Duration::from_secs(3));
    site.browser.agree(site.sandbox.administrator());
    installer.ask(second, Act::OpenConsent, &[]);
    installer.reach(second, StepId::Key).await;
    let login = [
        ("key", site.sandbox.analytics_key()),
        ("user", site.sandbox.analytics_user()),
        ("password", site.sandbox.analytics_password()),
    ];
    installer.ask(second, Act::SaveKey, &login);
    let mut waited = false;
    let verified = installer.until("the end of the spreading", |snapshot| {
        let setup = &snapshot.setup;
        if let Work::Checks { retry_at: Some(_), .. } = setup.work {
            waited = true;
            assert_eq!(page(snapshot, second).verdict.unwrap().title, "Waiting for Microsoft");
            let step = open_step(snapshot, second);
            assert!(step.countdown.is_some() && step.buttons.iter().all(|button| button.act == Act::Cancel));
        }
        let standing = setup.standing(second);
        assert!(matches!(standing, Standing::InProgress | Standing::Verified), "{standing:?}");
        standing == Standing::Verified
    });
    verified.await;
    assert!(waited, "nothing was waited for");
    installer.handle.stop().await;
}
