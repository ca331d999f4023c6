//! Secrets are in the keychain, and nowhere on the disk. A program of its own, because logs are a program's.
#![allow(clippy::unwrap_used, reason = "a test that can not go on should panic")]

use std::path::Path;

use presence::setup::integration::Integration;
use presence::setup::step::StepId;
use presence::vault::Vault;
use tests::bench::is_live;
use tests::site::{Installer, Site};

const FIRST: Integration = Integration::TeamsToEight;

/// Everything below a folder, one text.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(contents(&path));
        } else {
            found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
        }
    }
    found
}

/// Every value that must not be found, by what it is.
fn planted(site: &Site, password: &str) -> Vec<(&'static str, String)> {
    let mut planted = vec![
        ("the status user's password", password.to_owned()),
        ("the key for searching", site.sandbox.search_key().to_owned()),
        ("the key for managing", site.sandbox.management_key().to_owned()),
        ("the key for analytics", site.sandbox.analytics_key().to_owned()),
        ("the analytics password", site.sandbox.analytics_password().to_owned()),
    ];
    for token in site.vault.refresh_tokens() {
        planted.push(("a refresh token", token));
    }
    for address in site.browser.opened().iter().chain(&site.browser.returned()) {
        let query = address.split_once('?').map_or("", |(_, query)| query);
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if ["code", "state", "nonce", "code_challenge"].contains(&&*name) {
                planted.push(("a code or proof", value.into_owned()));
            }
        }
    }
    // Access tokens and assertions are JWTs, and nothing else begins like this.
    planted.push(("a token", "eyJ".to_owned()));
    let certificate = site.vault.get("certificate-writer").unwrap().unwrap();
    let kept: serde_json::Value = serde_json::from_str(certificate.expose()).unwrap();
    let lines = kept["key"].as_str().unwrap().lines().filter(|line| !line.starts_with("-----"));
    planted.extend(lines.map(|line| ("a private key", line.to_owned())));
    planted
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_secret_is_on_the_disk_after_an_installation() {
    let site = Site::start().await;
    let guard = presence::log::start(&site.profile().logs());
    assert!(guard.is_some());
    let installer = Installer::at(&site);
    let snapshot = installer.follow_to(&site, FIRST, Some(StepId::SignIn)).await;
    let password = snapshot.setup.password.as_ref().unwrap().expose().to_owned();
    assert!(!format!("{snapshot:?}").contains(&password), "a picture prints the password");
    for integration in Integration::ALL {
        installer.follow(&site, integration).await;
    }
    installer.until("the board", is_live).await;
    installer.handle.stop().await;
    drop(guard);

    let planted = planted(&site, &password);
    for kind in ["a refresh token", "a token", "a code or proof", "a private key"] {
        assert!(planted.iter().any(|(of, _)| *of == kind), "{kind} was not planted");
    }
    let kept: Vec<String> = site.vault.written();
    assert!(kept.iter().any(|text| text.contains(site.sandbox.analytics_password())));
    let files = contents(site.folder.path());
    assert!(files.iter().any(|(name, bytes)| name.ends_with("installation.toml") && !bytes.is_empty()));
    assert!(
        files.iter().any(|(name, bytes)| name.contains("logs") && !bytes.is_empty()),
        "no log was written"
    );
    for (name, bytes) in &files {
        for (kind, secret) in &planted {
            let there = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!there, "{kind} is in {name}");
        }
    }
}
