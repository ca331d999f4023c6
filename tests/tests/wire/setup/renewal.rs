//! A certificate is replaced before it expires, without anybody.

use jiff::SignedDuration;
use presence::clock::Clock;
use presence::engine::event::Intent;
use presence::microsoft::certificate::Certificate;
use presence::secret::Secret;
use presence::setup::event::Act;
use presence::setup::installation::CertificateRecord;
use presence::setup::integration::{Integration, Standing};
use presence::setup::registration::Registration;
use presence::setup::step::StepId;
use presence::snapshot::Snapshot;
use presence::vault::Vault;
use serde_json::{Value, json};
use tests::bench::is_live;
use tests::site::{Graph, Installer, Site};

use super::FIRST;

/// What Microsoft has of a registration's certificates.
async fn credentials(graph: &Graph, application: &str) -> Vec<Value> {
    let found = graph.get(&format!("applications/{application}?$select=id,keyCredentials")).await;
    found["keyCredentials"].as_array().cloned().unwrap()
}

/// Everything runs with a certificate of 345 days ago, as if the time had passed.
async fn grow_old(site: &Site, graph: &Graph, registration: Registration) -> Certificate {
    let then = Clock::start().now().wall - SignedDuration::from_hours(24 * 345);
    let old = tokio::task::spawn_blocking(move || Certificate::make("old", then)).await.unwrap().unwrap();
    let mut installation = site.profile().installation();
    let application = installation.record(registration).application.unwrap();
    let key = json!({
        "type": "AsymmetricX509Cert", "usage": "Verify", "key": old.der_base64(),
        "startDateTime": old.not_before, "endDateTime": old.not_after,
    });
    graph.patch(&format!("applications/{application}"), &json!({ "keyCredentials": [key] })).await;
    site.vault.set(registration.certificate_entry(), &old.serialize()).unwrap();
    installation.record_mut(registration).certificate = Some(CertificateRecord {
        thumbprint: old.thumbprint_sha1_hex(),
        expires: old.expires(),
        uploaded: true,
    });
    site.profile().save_installation(&installation).unwrap();
    old
}

fn kept(site: &Site, registration: Registration) -> Certificate {
    let text: Secret = site.vault.get(registration.certificate_entry()).unwrap().unwrap();
    Certificate::parse(&text).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_renews_by_itself_and_everything_runs_on_with_the_new_one() {
    let site = Site::start().await;
    let graph = site.graph().await;
    let installer = Installer::at(&site);
    installer.follow_to(&site, FIRST, Some(StepId::Way)).await;
    installer.ask(FIRST, Act::Choose, &[("reading", "alone")]);
    for integration in Integration::ALL {
        installer.follow(&site, integration).await;
    }
    installer.handle.stop().await;
    let visits = site.sandbox.control().sign_in_visits();
    let both = [Registration::Reader, Registration::Writer];
    let mut old = Vec::new();
    for registration in both {
        old.push(grow_old(&site, &graph, registration).await);
    }

    let installer = Installer::patient(&site, std::time::Duration::from_secs(60));
    let later = Clock::start().now().wall + SignedDuration::from_hours(24 * 300);
    let renewed = installer.until("new certificates", |snapshot| {
        both.iter().all(|registration| {
            let known = snapshot.setup.installation.record(*registration).certificate.unwrap();
            known.uploaded && known.expires > later
        })
    });
    renewed.await;
    installer.until("the board", is_live).await;
    for (registration, old) in both.into_iter().zip(&old) {
        let now = kept(&site, registration);
        assert_ne!(now.thumbprint_sha1_hex(), old.thumbprint_sha1_hex());
        let application = site.profile().installation().record(registration).application.unwrap();
        let known = credentials(&graph, &application).await;
        // The old one may be taken away only by whoever may read registrations; else it stays until it expires.
        let mut left: Vec<Value> = Vec::new();
        for key in known {
            let thumbprint = key["customKeyIdentifier"].as_str().unwrap_or_default().to_owned();
            if thumbprint == now.thumbprint_sha1_hex() || thumbprint == now.thumbprint_sha1_base64() {
                left.push(key);
            }
        }
        assert_eq!(left.len(), 1, "Microsoft has not the new one of {registration:?}");
        // Then it expires.
        graph.patch(&format!("applications/{application}"), &json!({ "keyCredentials": left })).await;
    }
    assert_eq!(site.sandbox.control().sign_in_visits(), visits, "nobody had to sign in");

    // The sync that has run all the time, too, takes the new one for its next token.
    site.sandbox.control().expire_access_tokens();
    let read = |snapshot: &Snapshot| snapshot.source.last_success.map(|at| at.uptime);
    let before = read(&installer.handle.snapshot());
    installer.handle.send(Intent::SyncNow);
    let board = installer.until("the board with a new token", |snapshot| {
        assert!(
            snapshot.source.problem.as_ref().is_none_or(|problem| problem.code != "signIn.certificate"),
            "{snapshot:?}"
        );
        is_live(snapshot) && read(snapshot) > before
    });
    board.await;
    for integration in [FIRST, Integration::EightToTeams] {
        installer.ask(integration, Act::Verify, &[]);
        installer.stands(integration, Standing::Verified).await;
        let checks = &installer.handle.snapshot().setup.checks[&integration];
        assert!(
            checks.iter().all(|(_, verdict)| matches!(verdict, presence::setup::check::Verdict::Passed(_))),
            "{checks:?}"
        );
    }
    installer.handle.stop().await;
}
