//! 8x8's keys: told at once whether they are good, and kept only then.

use presence::setup::event::Act;
use presence::setup::installation::Key;
use presence::setup::integration::Integration;
use presence::setup::step::StepId;
use presence::vault::Vault;
use sandbox::Product;
use tests::site::{Installer, Site, open_step};

use super::FIRST;

const SECOND: Integration = Integration::EightToTeams;

/// Tries a key that is refused: its code, while nothing is kept.
async fn refused(
    site: &Site,
    installer: &Installer,
    integration: Integration,
    values: &[(&str, &str)],
) -> String {
    installer.ask(integration, Act::SaveKey, values);
    let problem = installer.problem(integration).await;
    assert!(!problem.cause.is_empty() && !problem.remedy.is_empty(), "{problem}");
    for (name, value) in values.iter().filter(|(name, _)| *name != "user") {
        assert!(value.is_empty() || !format!("{problem:?}").contains(value), "{name} is told");
    }
    for key in Key::ALL {
        let kept = site.vault.get(key.entry()).unwrap();
        assert!(kept.is_none() || (integration != FIRST && key == Key::Search), "{key:?} is kept");
    }
    let shown = open_step(&installer.handle.snapshot(), integration);
    assert_eq!(shown.problem.as_ref(), Some(&problem));
    assert_eq!(shown.id, StepId::Key);
    problem.code
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_8x8_refuses_is_told_with_a_remedy_and_not_kept() {
    let site = Site::start().await;
    let sandbox = &site.sandbox;
    let installer = Installer::at(&site);
    installer.follow_to(&site, FIRST, Some(StepId::Key)).await;
    let sent =
        || sandbox.control().requests().iter().filter(|request| request.endpoint == "contacts").count();
    assert_eq!(refused(&site, &installer, FIRST, &[("key", "")]).await, "setup.empty");
    assert_eq!(refused(&site, &installer, FIRST, &[("key", "   ")]).await, "setup.empty");
    assert_eq!(sent(), 0);
    assert_eq!(refused(&site, &installer, FIRST, &[("key", "eght_wrong_key")]).await, "eight.forbidden");
    let other = sandbox.management_key();
    assert_eq!(refused(&site, &installer, FIRST, &[("key", other)]).await, "eight.forbidden");
    let padded = format!("  {} ", sandbox.search_key());
    installer.ask(FIRST, Act::SaveKey, &[("key", &padded)]);
    installer.follow(&site, FIRST).await;
    assert!(site.vault.get(Key::Search.entry()).unwrap().is_some());
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_analytics_says_whether_it_is_the_key_the_user_or_the_access_that_is_wrong() {
    let site = Site::start().await;
    let sandbox = &site.sandbox;
    let installer = Installer::at(&site);
    installer.follow(&site, FIRST).await;
    installer.follow_to(&site, SECOND, Some(StepId::Key)).await;
    let (key, user, password) =
        (sandbox.analytics_key(), sandbox.analytics_user(), sandbox.analytics_password());
    let search = sandbox.control().add_key(&[Product::ContactSearch]);
    for (key, user, password, code) in [
        ("eght_wrong_key", user, password, "eight.forbidden"),
        (search.as_str(), user, password, "eight.forbidden"),
        (key, "nobody@brightwater.example", password, "eight.login"),
        (key, user, "wrong password", "eight.login"),
        (key, user, "", "setup.empty"),
        (key, "", password, "setup.empty"),
    ] {
        let values = [("key", key), ("user", user), ("password", password)];
        assert_eq!(refused(&site, &installer, SECOND, &values).await, code, "{key} {user} {password}");
    }
    sandbox.control().set_analytics_access(false);
    let values = [("key", key), ("user", user), ("password", password)];
    assert_eq!(refused(&site, &installer, SECOND, &values).await, "eight.access");
    sandbox.control().set_analytics_access(true);
    installer.follow(&site, SECOND).await;

    installer.follow_to(&site, Integration::Contacts, Some(StepId::Key)).await;
    installer.ask(Integration::Contacts, Act::SaveKey, &[("key", sandbox.search_key())]);
    assert_eq!(installer.problem(Integration::Contacts).await.code, "eight.forbidden");
    assert_eq!(site.vault.get(Key::Management.entry()).unwrap(), None);
    installer.follow(&site, Integration::Contacts).await;
    installer.handle.stop().await;
}
