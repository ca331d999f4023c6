//! Wrong usage, broken files, a profile in use: exit codes, and messages that say cause and remedy.

#[cfg(target_os = "linux")]
use tests::command::Running;
use tests::command::{Said, command, say};

use super::{Tenant, apart};

/// A failure must say what, why, what to do, and a code.
fn explained(said: &Said, code: &str, words: &[&str]) {
    assert_eq!(said.code, Some(1), "{said:?}");
    assert_eq!(said.out, "");
    assert!(said.err.trim_end().ends_with(&format!("[{code}]")), "{}", said.err);
    for word in words {
        assert!(said.err.contains(word), "no “{word}” in: {}", said.err);
    }
}

#[tokio::test]
async fn wrong_usage_ends_with_two_and_says_how_it_is_meant() {
    for words in [
        vec![],
        vec!["frobnicate"],
        vec!["watch", "--speed", "9"],
        vec!["watch", "--people", "10"],
        vec!["watch", "--sandbox", "--people", "0"],
        vec!["watch", "--sandbox", "--for", "soon"],
        vec!["watch", "--sandbox", "--endpoints", "x.toml"],
        vec!["watch", "--vault", "drawer"],
        vec!["sandbox", "--port", "99999"],
        vec!["sandbox", "--pace", "fast"],
        vec!["explain", "Busy"],
    ] {
        let said = say(&mut command(&words)).await;
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{words:?}: {}", said.err);
        assert!(said.err.contains("Usage") || said.err.contains("--help"), "{words:?}: {}", said.err);
    }
    let said = say(&mut command(&["--help"])).await;
    assert_eq!(said.code, Some(0));
    for name in ["watch", "sandbox", "doctor", "explain", "--profile", "--no-browser"] {
        assert!(said.out.contains(name), "{name} is not in the help");
    }
    let said = say(&mut command(&["--version"])).await;
    assert!(said.out.starts_with("presence-sync 0."), "{}", said.out);
}

#[tokio::test]
async fn an_endpoints_file_that_can_not_be_used_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("endpoints.toml");
    for (text, words) in [
        (None, vec!["endpoints.toml", "can not be read"]),
        (Some("[microsoft\nlogin = 1"), vec!["line 1"]),
        (Some("[microsoft]\nlogin = \"https://a\"\n"), vec!["graph", "presence-sync sandbox"]),
        (Some("[microsoft]\nlogin = \"http://login.example\"\ngraph = \"https://b\"\n"), vec!["not https"]),
        (Some("[microsoft]\nlogin = \"https://a\"\ngraph = \"https://b\"\nspeed = 1\n"), vec!["speed"]),
    ] {
        if let Some(text) = text {
            std::fs::write(&file, text).unwrap();
        }
        let said =
            say(apart(folder.path(), &["watch", "--json", "--once"]).arg("--endpoints").arg(&file)).await;
        explained(&said, "endpoints.file", &words);
    }
}

#[tokio::test]
async fn a_faults_file_that_can_not_be_used_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("faults.toml");
    for (text, word) in [
        (None, "faults.toml"),
        (Some("[[fault]]\nat = \"graph\"\nkind = \"explode\"\n"), "unknown kind `explode`"),
        (Some("[[fault]]\nat = \"moon\"\nkind = \"drop\"\n"), "unknown variant `moon`"),
    ] {
        if let Some(text) = text {
            std::fs::write(&file, text).unwrap();
        }
        let said = say(command(&["sandbox", "--port", "0", "--faults"]).arg(&file)).await;
        explained(&said, "sandbox.faults", &[word, "[[fault]]"]);
    }
}

#[tokio::test]
async fn a_port_in_use_is_explained() {
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let said = say(&mut command(&["sandbox", "--port", &port])).await;
    explained(&said, "sandbox.start", &[&port, "--port"]);
}

#[tokio::test]
async fn without_an_organisation_there_is_nothing_to_watch() {
    let folder = tempfile::tempdir().unwrap();
    let said = say(&mut apart(folder.path(), &["watch", "--vault", "memory"])).await;
    explained(&said, "cli.organisation", &["--tenant", "--client-id", "--sandbox"]);
}

#[tokio::test]
async fn a_folder_that_can_not_be_made_is_explained() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("profile"), "a file in the way").unwrap();
    let said = say(&mut apart(folder.path(), &["watch", "--sandbox", "--once"])).await;
    explained(&said, "settings.folder", &["profile"]);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_profile_in_use_says_by_whom() {
    let tenant = Tenant::still(10).await;
    let mut watch = Running::start(&mut tenant.command(&["watch", "--json"]));
    watch.json(|line| line["source"]["state"] == "live").await;
    let said = say(&mut tenant.command(&["watch", "--json"])).await;
    explained(&said, "settings.locked", &["presence-sync watch, process", "--profile"]);
    watch.signal("INT");
    watch.ended().await;
    let said = say(&mut tenant.command(&["watch", "--json", "--once"])).await;
    assert_eq!(said.code, Some(0), "the lock is gone: {}", said.err);
}

#[tokio::test]
async fn a_sign_in_that_fails_ends_the_command_with_cause_and_remedy() {
    let tenant = Tenant::still(10).await;
    let mut command = tenant.command(&["watch", "--json", "--once"]);
    // Wins over the endpoints file.
    let said = say(command.args(["--tenant", "nowhere.example"])).await;
    explained(&said, "microsoft.tenant", &["nowhere.example", "Check the domain"]);
}
