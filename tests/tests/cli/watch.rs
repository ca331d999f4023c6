//! `watch` and `sandbox` with a sign-in: what they print, and when they end.
//!
//! Only Linux lets `BROWSER` name the browser that signs in.
#![cfg(target_os = "linux")]

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;
use tests::command::{Running, command, json, say};
use tests::guide::presence_of;

use super::snapshot::{check, people, text};
use super::{Tenant, VISITOR, apart};

#[tokio::test]
async fn each_person_is_as_the_tenant_has_them() {
    let tenant = Tenant::still(250).await;
    let said = say(&mut tenant.command(&["watch", "--json", "--once"])).await;
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("Waiting for your browser"), "{}", said.err);
    let [snapshot] = said.lines().try_into().expect("one line");
    let shown: HashMap<&str, &Value> =
        people(&snapshot).iter().map(|person| (text(person, "id"), person)).collect();
    let truths = tenant.sandbox.control().people();
    assert_eq!(shown.len(), truths.len());
    for truth in truths {
        let person = shown[truth.id.as_str()];
        let told = [
            text(&person["teams"], "availability"),
            text(&person["teams"], "activity"),
            text(&person["teams"], "row"),
        ];
        assert_eq!(told, [&truth.availability, &truth.activity, &truth.row]);
        assert_eq!(text(person, "presence"), presence_of(&truth.row));
    }
}

#[tokio::test]
async fn a_busy_organisation_shows_changes_and_the_command_ends_when_its_time_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let tenant = Tenant::start(sandbox::Options { people: 250, pace: 60.0, ..Default::default() }).await;
    let said = say(tenant.command(&["watch", "--json", "--for", "13s"]).current_dir(folder.path())).await;
    assert_eq!(said.code, Some(0), "{}", said.err);
    let lines = said.lines();
    assert_eq!(people(&lines[0]).len(), 250);
    let changes: Vec<&Value> = lines.iter().filter(|line| line["type"] == "change").collect();
    assert!(!changes.is_empty(), "a busy organisation stood still");
    changes.iter().for_each(|line| check(&line["person"]));
    let revisions: Vec<u64> = lines.iter().map(|line| line["revision"].as_u64().unwrap()).collect();
    assert!(revisions.is_sorted(), "{revisions:?}");

    let said = say(&mut apart(folder.path(), &["watch", "--sandbox", "--json", "--for", "5s"])).await;
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(people(&said.lines()[0]).len(), 250);
}

#[tokio::test]
async fn the_sandbox_command_serves_fifteen_hundred_people_in_three_presence_calls() {
    let folder = tempfile::tempdir().unwrap();
    let mut sandbox =
        Running::start(&mut command(&["sandbox", "--port", "0", "--people", "1500", "--seed", "7"]));
    let mut endpoints = String::new();
    while !endpoints.contains("key = ") {
        endpoints += &sandbox.line().await;
        endpoints.push('\n');
    }
    assert!(sandbox.message().await.contains("1500 people, seed 7"));
    let file = folder.path().join("endpoints.toml");
    std::fs::write(&file, &endpoints).unwrap();

    let mut watch = apart(folder.path(), &["watch", "--json", "--once", "--vault", "memory"]);
    let said = say(watch.arg("--endpoints").arg(&file).env("BROWSER", VISITOR)).await;
    assert_eq!(said.code, Some(0), "{}", said.err);
    let [snapshot] = said.lines().try_into().expect("one line");
    assert_eq!(people(&snapshot).len(), 1_500);
    people(&snapshot).iter().for_each(check);

    let login = endpoints.lines().find_map(|line| line.strip_prefix("login = \"")).unwrap();
    let requests = format!("{}/control/requests", login.trim_end_matches("/login\""));
    let log = presence::http::client().get(requests).send().await.unwrap().text().await.unwrap();
    let log = json(&log);
    let calls = log.as_array().unwrap().iter().filter(|request| request["endpoint"] == "presence").count();
    assert_eq!(calls, 3);

    sandbox.signal("INT");
    assert_eq!(sandbox.ended().await.code(), Some(0));
}

#[tokio::test]
async fn without_a_browser_the_address_is_printed_and_can_be_opened_by_hand() {
    let tenant = Tenant::still(30).await;
    let mut watch = Running::start(&mut tenant.command(&["watch", "--json", "--no-browser"]));
    assert!(watch.message().await.contains("Open this address"));
    let address = watch.message().await;
    assert!(address.starts_with(&tenant.sandbox.login()), "{address}");
    sandbox::visit(&address, tenant.sandbox.status_user()).await.unwrap();
    let snapshot = watch.json(|line| line["source"]["state"] == "live").await;
    assert_eq!(people(&snapshot).len(), 30);
    watch.signal("INT");
    assert_eq!(watch.ended().await.code(), Some(0));
}

#[tokio::test]
async fn a_browser_that_can_not_be_opened_is_told_with_the_address() {
    let tenant = Tenant::still(10).await;
    let mut command = tenant.command(&["watch", "--json"]);
    let mut watch = Running::start(command.env("BROWSER", "/does/not/exist").env("PATH", "/does/not/exist"));
    let mut messages = Vec::new();
    while !messages.last().is_some_and(|line: &String| line.starts_with("http")) {
        messages.push(watch.message().await);
    }
    let all = messages.join("\n");
    assert!(all.contains("The browser could not be opened.") && all.contains("desktop.browser"), "{all}");
    sandbox::visit(messages.last().unwrap(), tenant.sandbox.status_user()).await.unwrap();
    assert_eq!(people(&watch.json(|line| line["source"]["state"] == "live").await).len(), 10);
}

#[tokio::test]
async fn ctrl_c_ends_with_success_and_frees_the_profile() {
    let tenant = Tenant::still(30).await;
    for signal in ["INT", "TERM", "HUP"] {
        let mut watch = Running::start(&mut tenant.command(&["watch", "--json"]));
        watch.json(|line| line["source"]["state"] == "live").await;
        watch.signal(signal);
        assert_eq!(watch.ended().await.code(), Some(0), "SIG{signal}");
    }
}

#[tokio::test]
async fn a_reader_who_has_enough_is_no_failure() {
    let tenant = Tenant::start(sandbox::Options { people: 250, pace: 60.0, ..Default::default() }).await;
    let mut command = tenant.command(&["watch", "--json"]);
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let status = tokio::time::timeout(tests::PATIENCE, child.wait()).await.expect("it ends").unwrap();
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn into_a_pipe_come_plain_lines() {
    let tenant = Tenant::still(60).await;
    let said = say(&mut tenant.command(&["watch", "--once"])).await;
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(!said.out.contains('\u{1b}'), "no colours");
    assert!(said.out.starts_with("Sandbox tenant on this computer"), "{}", said.out);
    let names: Vec<String> =
        tenant.sandbox.control().people().into_iter().map(|truth| truth.display_name).collect();
    for name in &names {
        assert!(said.out.contains(name.as_str()), "{name} is missing");
    }
    // Who is free comes first.
    let order: Vec<usize> = ["Available", "Offline"]
        .iter()
        .filter_map(|state| said.out.lines().skip(2).position(|line| line.contains(state)))
        .collect();
    assert!(order.is_sorted(), "{}", said.out);
}

#[tokio::test]
async fn a_revoked_sign_in_is_a_line_and_opens_no_second_browser() {
    let tenant = Tenant::still(60).await;
    let mut watch = Running::start(&mut tenant.command(&["watch", "--json"]));
    watch.json(|line| line["source"]["state"] == "live").await;
    let visits = tenant.requests("login");
    tenant.sandbox.control().revoke(None).unwrap();
    tenant.sandbox.control().expire_access_tokens();
    let line = watch.json(|line| line["type"] == "source").await;
    assert_eq!(text(&line["source"], "state"), "signInNeeded");
    assert_eq!(text(&line["source"], "problem"), "microsoft.signInNeeded");
    // Everybody becomes stale, one line each, and nobody becomes offline.
    let mut stale = BTreeSet::new();
    while stale.len() < 60 {
        let line = watch.json(|line| line["type"] == "change").await;
        assert_eq!(line["person"]["stale"], true, "{line}");
        check(&line["person"]);
        stale.insert(text(&line["person"], "id").to_owned());
    }
    assert_eq!(tenant.requests("login"), visits, "no page was opened");
}

#[tokio::test]
async fn logs_at_their_most_talkative_hold_no_secret() {
    let tenant = Tenant::still(60).await;
    let mut command = tenant.command(&["watch", "--json", "--once"]);
    let said = say(command.env("PRESENCE_SYNC_LOG", "trace")).await;
    assert_eq!(said.code, Some(0), "{}", said.err);
    let mut logged = String::new();
    for entry in std::fs::read_dir(tenant.profile().join("logs")).unwrap() {
        logged += &std::fs::read_to_string(entry.unwrap().path()).unwrap();
    }
    assert!(logged.len() > 200, "there is something to look at: {logged}");
    let in_word = |letter: char| letter.is_ascii_alphanumeric() || "_-.~+".contains(letter);
    let long: Vec<&str> = logged.split(|letter| !in_word(letter)).filter(|word| word.len() >= 40).collect();
    assert!(long.is_empty(), "{long:?}");
    assert!(!logged.contains(tenant.sandbox.key()));
}

#[tokio::test]
async fn the_faults_file_is_played() {
    let folder = tempfile::tempdir().unwrap();
    let faults = folder.path().join("faults.toml");
    let text = "[[fault]]\nat = \"presence\"\nkind = \"throttle\"\nretry_after = 2\ntimes = 1\n";
    std::fs::write(&faults, text).unwrap();
    let mut words = command(&["sandbox", "--port", "0", "--people", "30", "--faults"]);
    let mut sandbox = Running::start(words.arg(&faults));
    let mut endpoints = String::new();
    while !endpoints.contains("key = ") {
        endpoints += &sandbox.line().await;
        endpoints.push('\n');
    }
    let file = folder.path().join("endpoints.toml");
    std::fs::write(&file, &endpoints).unwrap();
    let mut watch = apart(folder.path(), &["watch", "--json", "--vault", "memory"]);
    let mut watch = Running::start(watch.arg("--endpoints").arg(&file).env("BROWSER", VISITOR));
    let line = watch.json(|line| line["source"]["state"] == "throttled").await;
    assert_eq!(line["source"]["problem"], "microsoft.throttled");
    assert!(line["source"]["retrySeconds"].as_u64().unwrap() <= 2);
    watch.json(|line| line["source"]["state"] == "live").await;
}
