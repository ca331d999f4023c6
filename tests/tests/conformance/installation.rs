//! Everything that the wizard asks of Microsoft and 8x8 while it installs, removes and renews.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use presence::clock::Clock;
use presence::microsoft::certificate::Certificate;
use presence::setup::event::Act;
use presence::setup::installation::CertificateRecord;
use presence::setup::integration::{Integration, Standing};
use presence::setup::registration::Registration;
use presence::setup::step::StepId;
use presence::vault::Vault;
use sandbox::{Exchange, Visit};
use serde_json::{Value, json};
use tests::site::{Habit, Installer, Site};
use tests::specs::{Spec, folder};

use super::{check, form, specs};

const FIRST: Integration = Integration::TeamsToEight;
const TOKEN: &str = "/8x8/analytics/work/v1/oauth/token";

/// Installs everything, with the role as well, then lets a certificate grow old, and removes everything.
async fn install_renew_and_remove(site: &Site) {
    let installer = Installer::at(site);
    installer.follow_to(site, FIRST, Some(StepId::Prepare)).await;
    installer.ask(FIRST, Act::Choose, &[("consent", "role")]);
    installer.follow_to(site, FIRST, Some(StepId::SignIn)).await;
    // Granted by an administrator as well, so that delegated permissions are written for one user too.
    installer.ask(FIRST, Act::Choose, &[("consent", "administrator")]);
    installer.ask_in(FIRST, StepId::Prepare, Act::Reopen, &[]);
    installer.follow_to(site, FIRST, Some(StepId::Prepare)).await;
    for integration in Integration::ALL {
        installer.follow(site, integration).await;
    }
    installer.handle.stop().await;

    grow_old(site).await;
    let installer = Installer::at(site);
    let later = Clock::start().now().wall + SignedDuration::from_hours(24 * 300);
    let renewed = installer.until("a new certificate", |snapshot| {
        let known = snapshot.setup.installation.record(Registration::Writer).certificate;
        known.is_some_and(|known| known.uploaded && known.expires > later)
    });
    renewed.await;
    for integration in [Integration::Chat, Integration::EightToTeams, FIRST] {
        installer.ask(integration, Act::Disable, &[]);
        installer.stands(integration, Standing::Disabled).await;
        if integration != Integration::Chat {
            site.browser.next(Habit::Visit(Visit::of(site.sandbox.administrator())));
            if installer.rests().await.setup.blocked(integration) {
                continue;
            }
            installer.ask(integration, Act::Remove, &[]);
            installer.stands(integration, Standing::NotInstalled).await;
        }
    }
    installer.handle.stop().await;
}

/// The writer's certificate becomes one of 345 days ago, here and at Microsoft.
async fn grow_old(site: &Site) {
    let then = Clock::start().now().wall - SignedDuration::from_hours(24 * 345);
    let old = tokio::task::spawn_blocking(move || Certificate::make("old", then)).await.unwrap().unwrap();
    let mut installation = site.profile().installation();
    let record = installation.record_mut(Registration::Writer);
    record.certificate = Some(CertificateRecord {
        thumbprint: old.thumbprint_sha1_hex(),
        expires: old.expires(),
        uploaded: true,
    });
    let key = json!({
        "type": "AsymmetricX509Cert", "usage": "Verify", "key": old.der_base64(),
        "startDateTime": old.not_before, "endDateTime": old.not_after,
    });
    let path = format!("applications/{}", record.application.clone().unwrap());
    site.graph().await.patch(&path, &json!({ "keyCredentials": [key] })).await;
    site.vault.set(Registration::Writer.certificate_entry(), &old.serialize()).unwrap();
    site.profile().save_installation(&installation).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_exchange_of_an_installation_is_as_the_vendors_document_it() {
    let Some(mut specs) = specs().map(Vec::from) else { return };
    let file = |name: &str| folder().unwrap().join("8x8").join(name);
    // Two files below one address: each path is in one of them.
    let (systems, calls) = ("work_analytics_customer_data.json", "work_analytics_active_calls.yaml");
    specs.push(Spec::read(&file(systems), "/8x8/analytics/work"));
    let mut calls = Spec::read(&file(calls), "/8x8/analytics/work");
    let site = Site::start().await;
    install_renew_and_remove(&site).await;
    let exchanges = site.sandbox.control().exchanges();
    // Another file, of another version of OpenAPI, describes this one.
    let (tokens, others): (Vec<Exchange>, Vec<Exchange>) =
        exchanges.into_iter().partition(|exchange| exchange.request.path == TOKEN);
    assert!(!tokens.is_empty());
    let (active, others): (Vec<Exchange>, Vec<Exchange>) =
        others.into_iter().partition(|exchange| exchange.request.path.contains("/calls/"));
    let mut counts = BTreeMap::new();
    check(std::slice::from_mut(&mut calls), &active, &mut counts);
    check(&mut specs, &others, &mut counts);
    for (operation, statuses) in &counts {
        println!("{operation}: {statuses:?}");
    }
    for part in [
        "organization.organization.ListOrganization",
        "policies.GetAuthorizationPolicy",
        "users.user.CreateUser",
        "application.CreateApplication",
        "application.UpdateApplication",
        "application.DeleteApplication",
        "application.addKey",
        "servicePrincipal.CreateServicePrincipal",
        "CreateOAuth2PermissionGrant",
        "CreateAppRoleAssignedTo",
        "CreateRoleAssignments",
        "me.checkMemberObjects",
        "clearPresence",
        "get-pbxes",
    ] {
        let lower = part.to_lowercase();
        let found = counts.keys().any(|operation| operation.to_lowercase().contains(&lower));
        assert!(found, "{part} is not among the exchanges");
    }
    check_tokens(&tokens);
}

/// Work Analytics' sign-in (8x8, "Authentication").
fn check_tokens(tokens: &[Exchange]) {
    let path = folder().unwrap().join("8x8/work_analytics_historical.json");
    let document: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let operation = &document["paths"]["/v1/oauth/token"]["post"];
    let documented = &operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"];
    for exchange in tokens {
        assert_eq!(exchange.request.method, "POST");
        let header = |name: &str| exchange.request_headers.iter().find(|(known, _)| known == name);
        assert!(header("content-type").is_some_and(|(_, kind)| kind == "application/x-www-form-urlencoded"));
        let mut sent: Vec<String> = form(&exchange.request_body).into_keys().collect();
        sent.sort();
        let mut wanted: Vec<String> = documented["properties"].as_object().unwrap().keys().cloned().collect();
        wanted.sort();
        assert_eq!(sent, wanted);
        let reply: Value = serde_json::from_str(&exchange.response_body).unwrap();
        let schema = &operation["responses"]["200"]["content"]["application/json"]["schema"]["properties"];
        for (name, kind) in schema.as_object().unwrap() {
            let fits = if kind["type"] == "integer" { reply[name].is_u64() } else { reply[name].is_string() };
            assert!(fits, "{name}: {}", exchange.response_body);
        }
    }
}
