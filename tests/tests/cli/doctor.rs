//! `doctor`: what works, and cause and remedy for what does not.

#[cfg(target_os = "linux")]
use tests::command::Running;
use tests::command::say;

use super::{Tenant, apart};

/// The lines that belong to a check.
fn check(out: &str, name: &str) -> String {
    let mut lines = out.lines().skip_while(|line| !line.contains(&format!(" {name}: ")));
    let first = lines.next().unwrap_or_else(|| panic!("no check “{name}” in:\n{out}"));
    let rest = lines.take_while(|line| line.starts_with("        "));
    [first].into_iter().chain(rest).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn each_failure_has_cause_and_remedy_and_what_works_is_told_too() {
    let tenant = Tenant::still(30).await;
    let said = say(&mut tenant.command(&["doctor"])).await;
    assert_eq!(said.code, Some(1), "nobody is signed in");
    assert!(said.out.contains("note  Sandbox tenant on this computer"), "{}", said.out);
    for name in ["Profile", "Browser", "Network", "8x8 key for directory contacts"] {
        assert!(check(&said.out, name).starts_with("  ok"), "{}", said.out);
    }
    let sign_in = check(&said.out, "Sign-in");
    for word in ["FAIL", "Cause: ", "To do: ", "Code: microsoft.signInNeeded"] {
        assert!(sign_in.contains(word), "{sign_in}");
    }
    assert!(said.out.trim_end().ends_with("1 to mend."), "{}", said.out);
    assert_eq!(tenant.requests("token"), 0, "doctor signs nobody in");
}

#[tokio::test]
async fn a_network_that_is_down_and_a_key_that_is_wrong_are_told_apart() {
    let tenant = Tenant::still(30).await;
    let text = tenant.sandbox.endpoints();
    let nobody = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let text = text.replace(&tenant.sandbox.login(), &format!("http://{nobody}/login"));
    let text = text.replace(tenant.sandbox.key(), "wrong");
    std::fs::write(tenant.folder.path().join("endpoints.toml"), text).unwrap();
    let said = say(&mut tenant.command(&["doctor"])).await;
    assert_eq!(said.code, Some(1));
    let network = check(&said.out, "Network");
    assert!(network.contains("microsoft.offline") && network.contains("To do: "), "{network}");
    let eight = check(&said.out, "8x8 key for directory contacts");
    assert!(eight.contains("eight.forbidden") && eight.contains("API Keys"), "{eight}");
    assert!(!said.out.contains(" Sign-in: "), "what needs the network is left out: {}", said.out);
}

#[tokio::test]
async fn without_display_browser_or_organisation_each_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let said = say(&mut apart(folder.path(), &["doctor", "--vault", "memory"])).await;
    assert_eq!(said.code, Some(1));
    if cfg!(target_os = "linux") {
        let browser = check(&said.out, "Browser");
        assert!(browser.contains("desktop.display") && browser.contains("--no-browser"), "{browser}");
    }
    let organisation = check(&said.out, "Organisation");
    assert!(organisation.contains("cli.organisation") && organisation.contains("--tenant"), "{organisation}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_profile_in_use_is_told_and_its_sign_in_left_alone() {
    let tenant = Tenant::still(10).await;
    let mut watch = Running::start(&mut tenant.command(&["watch", "--json"]));
    watch.json(|line| line["source"]["state"] == "live").await;
    let said = say(&mut tenant.command(&["doctor"])).await;
    let profile = check(&said.out, "Profile");
    assert!(profile.contains("settings.locked") && profile.contains("presence-sync watch"), "{profile}");
    assert!(!said.out.contains(" Network: "), "{}", said.out);
}
