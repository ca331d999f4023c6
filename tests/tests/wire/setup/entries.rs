//! What is entered is looked at before anything is sent, and another organisation begins anew.

use presence::setup::event::Act;
use presence::setup::integration::Integration;
use presence::setup::registration::Registration;
use presence::setup::step::StepId;
use sandbox::Sandbox;
use tests::site::{Installer, Site, open_step};

use super::FIRST;

/// What nobody means to enter.
fn malformed() -> Vec<String> {
    let long = "x".repeat(300);
    [
        "",
        " ",
        "\u{0}",
        "a\r\nb",
        "\u{202E}moc.osotnoc",
        "../../etc",
        "'; drop--",
        "\"",
        "a b",
        "😀",
        "<b>",
        "%2e%2e",
        &long,
    ]
    .map(str::to_owned)
    .into()
}

fn sent(sandbox: &Sandbox) -> usize {
    sandbox.control().requests().len()
}

/// Asks, and looks that it is refused where the person is, with nothing sent and nothing changed.
async fn refused(site: &Site, installer: &Installer, act: Act, step: StepId, values: &[(&str, &str)]) {
    let (before, requests) = (installer.rests().await.setup.installation.clone(), sent(&site.sandbox));
    installer.ask_in(FIRST, step, act, values);
    let problem = installer.problem(FIRST).await;
    assert!(problem.code.starts_with("setup."), "{values:?}: {problem}");
    let snapshot = installer.handle.snapshot();
    assert_eq!(open_step(&snapshot, FIRST).problem, Some(problem));
    assert_eq!(snapshot.setup.installation, before, "{values:?}");
    assert_eq!(sent(&site.sandbox), requests, "{values:?} was sent");
    assert!(site.browser.opened().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_can_not_be_meant_is_refused_in_every_field_and_nothing_is_sent() {
    let site = Site::start().await;
    let installer = Installer::at(&site);
    installer.follow_to(&site, FIRST, Some(StepId::Organisation)).await;
    for text in malformed() {
        refused(&site, &installer, Act::SetOrganisation, StepId::Organisation, &[("organisation", &text)])
            .await;
    }
    installer.follow_to(&site, FIRST, Some(StepId::Prepare)).await;
    let client = site.sandbox.administration_client_id();
    for text in malformed() {
        if !text.trim().is_empty() {
            let values = [("administrationClient", client), ("statusUser", text.as_str())];
            let name = installer.handle.snapshot().setup.installation.administration_client.clone();
            if name.is_none() {
                // The client is good, and kept; once is enough.
                installer.ask_in(FIRST, StepId::Prepare, Act::Prepare, &values);
                installer.problem(FIRST).await;
            }
            refused(&site, &installer, Act::Prepare, StepId::Prepare, &values).await;
        }
    }
    for text in malformed().iter().filter(|text| !text.trim().is_empty()) {
        refused(&site, &installer, Act::Prepare, StepId::Prepare, &[("administrationClient", text)]).await;
    }

    installer.ask_in(FIRST, StepId::Way, Act::Reopen, &[]);
    installer.reach(FIRST, StepId::Way).await;
    installer.ask(FIRST, Act::Choose, &[("making", "byHand")]);
    installer.ask(FIRST, Act::Decide, &[]);
    installer.reach(FIRST, StepId::User).await;
    for text in malformed() {
        refused(&site, &installer, Act::Enter, StepId::User, &[("statusUser", &text)]).await;
    }
    installer.ask_in(FIRST, StepId::User, Act::Enter, &[("statusUser", "sync@brightwater.example")]);
    installer.reach(FIRST, StepId::Register).await;
    for text in malformed() {
        refused(&site, &installer, Act::Enter, StepId::Register, &[("clientId", &text)]).await;
    }
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_organisation_that_is_not_there_is_told_and_china_before_it_is_asked() {
    let site = Site::start().await;
    let installer = Installer::at(&site);
    installer.follow_to(&site, FIRST, Some(StepId::Organisation)).await;
    installer.ask(FIRST, Act::SetOrganisation, &[("organisation", "nobody.example")]);
    let problem = installer.problem(FIRST).await;
    assert_eq!(problem.code, "microsoft.tenant");
    assert!(site.profile().installation().organisation.is_none());
    let requests = sent(&site.sandbox);
    installer.ask(
        FIRST,
        Act::SetOrganisation,
        &[("organisation", "brightwater.example"), ("cloud", "china")],
    );
    assert_eq!(installer.problem(FIRST).await.code, "setup.china");
    assert_eq!(sent(&site.sandbox), requests);
    // Whoever enters a whole user name means its domain.
    installer.ask(FIRST, Act::SetOrganisation, &[("organisation", " Ann@BRIGHTWATER.example ")]);
    let snapshot = installer.reach(FIRST, StepId::Way).await;
    let known = snapshot.setup.installation.organisation.clone().unwrap();
    assert_eq!((&*known.tenant, &*known.entered), (site.sandbox.tenant(), "brightwater.example"));
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_organisation_under_another_domain_keeps_everything() {
    let site = Site::start().await;
    let installer = Installer::at(&site);
    installer.follow(&site, FIRST).await;
    let before = site.profile().installation();
    installer.ask_in(FIRST, StepId::Organisation, Act::Reopen, &[]);
    installer.reach(FIRST, StepId::Organisation).await;
    installer.ask(FIRST, Act::SetOrganisation, &[("organisation", "post.brightwater.example")]);
    installer.rests().await;
    let after = site.profile().installation();
    assert_eq!(after.registrations, before.registrations);
    assert_eq!(after.status_user, before.status_user);
    assert!(
        after.record(Registration::Reader).granted.is_some()
            && after.progress(Integration::TeamsToEight).verified.is_some()
    );
    installer.handle.stop().await;
}
