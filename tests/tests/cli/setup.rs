//! `setup`: the wizard through lines and on a terminal, against a tenant where nothing is installed.

use std::io::{Read, Write};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};

use sandbox::{Visit, visit_as};
use tests::PATIENCE;
use tests::command::{command, say};

use super::{Tenant, apart};

const ADDRESS: &str = "Open this address in a browser on this computer:";
const MENU: &str = "What now?";

/// A conversation with the command; what was read once is not found again.
struct Dialogue {
    bytes: Receiver<Vec<u8>>,
    keys: Option<Box<dyn Write + Send>>,
    child: Option<Child>,
    /// What ends a line that is typed.
    enter: &'static str,
    text: String,
    at: usize,
}

/// Reads to the end in a thread of its own, so that nobody waits for nothing.
fn read(mut reader: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, bytes) = channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 8_192];
        while let Ok(count) = reader.read(&mut buffer) {
            if count == 0 || sender.send(buffer[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    bytes
}

impl Dialogue {
    fn start(tenant: &Tenant, words: &[&str]) -> Self {
        let mut command = tenant.command(&[&["setup", "--no-browser"], words].concat()).into_std();
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let bytes = read(child.stdout.take().unwrap());
        let keys: Box<dyn Write + Send> = Box::new(child.stdin.take().unwrap());
        Self { bytes, keys: Some(keys), child: Some(child), enter: "\n", text: String::new(), at: 0 }
    }

    /// Waits until a text has come, and gives everything up to its end.
    fn until(&mut self, words: &str) -> String {
        loop {
            if let Some(place) = self.text[self.at..].find(words) {
                let start = self.at;
                self.at += place + words.len();
                return self.text[start..self.at].to_owned();
            }
            match self.bytes.recv_timeout(PATIENCE) {
                Ok(bytes) => self.text.push_str(&String::from_utf8_lossy(&bytes)),
                Err(RecvTimeoutError::Timeout) => panic!("“{words}” did not come:\n{}", self.text),
                Err(RecvTimeoutError::Disconnected) => {
                    let messages = self.messages();
                    panic!("“{words}” did not come before the end:\n{}\n{messages}", self.text)
                }
            }
        }
    }

    /// Gives the next line.
    fn line(&mut self) -> String {
        self.until("\n");
        self.until("\n").trim().to_owned()
    }

    fn answer(&mut self, line: &str) {
        let keys = self.keys.as_mut().expect("the input is open");
        keys.write_all(format!("{line}{}", self.enter).as_bytes()).unwrap();
        keys.flush().unwrap();
    }

    /// Answers the next question with Enter when these words have come.
    fn keep(&mut self, words: &str) {
        self.until(words);
        self.answer("");
    }

    /// The address that was printed.
    fn address(&mut self) -> String {
        self.until(ADDRESS);
        self.line()
    }

    fn messages(&mut self) -> String {
        let mut text = String::new();
        if let Some(mut err) = self.child.as_mut().and_then(|child| child.stderr.take()) {
            err.read_to_string(&mut text).unwrap();
        }
        text
    }

    /// Sends no more lines, and gives code, output and messages.
    fn end(mut self) -> (Option<i32>, String, String) {
        self.keys = None;
        loop {
            match self.bytes.recv_timeout(PATIENCE) {
                Ok(bytes) => self.text.push_str(&String::from_utf8_lossy(&bytes)),
                Err(RecvTimeoutError::Timeout) => panic!("it did not end:\n{}", self.text),
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        let err = self.messages();
        let status = self.child.as_mut().expect("it was started").wait().unwrap();
        let out = std::mem::take(&mut self.text);
        for line in out.lines().filter(|line| !line.starts_with("http") && !line.starts_with(['$', ' '])) {
            assert!(line.chars().count() <= 100, "wider than a terminal: {line}");
        }
        assert!(!out.contains('\u{1b}'), "no colours in a pipe");
        (status.code(), out, err)
    }
}

impl Drop for Dialogue {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

async fn bare() -> Tenant {
    Tenant::start(sandbox::Options { people: 40, installed: false, ..sandbox::Options::default() }).await
}

/// The first two steps: organisation, and how to go about it, with these answers to its choices.
fn begin(dialogue: &mut Dialogue, way: &[&str]) {
    dialogue.keep(MENU);
    dialogue.until("Step 1 of");
    dialogue.until("Domain or tenant id");
    dialogue.answer("brightwater.example");
    dialogue.keep("1   Check");
    dialogue.until("✓ 1. Organisation: brightwater.example");
    dialogue.until("Step 2 of");
    for answer in way {
        dialogue.answer(answer);
    }
    dialogue.keep("1   Continue");
}

/// The visit of an administrator, as far as its address.
fn prepare(dialogue: &mut Dialogue, tenant: &Tenant, with_user: bool) -> String {
    dialogue.until("Prepare at Microsoft");
    if with_user {
        dialogue.keep("Who consents for the status user?");
    }
    dialogue.keep("The administrator signs in to");
    if with_user {
        dialogue.keep("Name of the status user");
    }
    dialogue.until("Application for administration");
    dialogue.answer(tenant.sandbox.administration_client_id());
    dialogue.keep("1   Open browser and sign in");
    dialogue.address()
}

async fn visit(address: &str, account: &str, password: Option<&str>) {
    let password = password.map(Into::into);
    visit_as(address, &Visit { password, ..Visit::of(account) }).await.unwrap();
}

fn key(dialogue: &mut Dialogue, key: &str) {
    dialogue.until("Connect 8x8 with an API key");
    dialogue.until("API key with");
    dialogue.answer(key);
}

/// A profile in which the first integration is verified, read without a user.
async fn verified_alone(tenant: &Tenant) {
    let mut dialogue = Dialogue::start(tenant, &["teams-to-8x8"]);
    begin(&mut dialogue, &["2", "", ""]);
    let address = prepare(&mut dialogue, tenant, false);
    visit(&address, tenant.sandbox.administrator(), None).await;
    key(&mut dialogue, "");
    dialogue.until("Go on without");
    dialogue.answer("2");
    dialogue.until("✓ Integration verified: Teams to 8x8 presence");
    assert_eq!(dialogue.end().0, Some(0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_is_installed_one_after_the_other_and_no_secret_is_printed_unasked() {
    let tenant = bare().await;
    let sandbox = &tenant.sandbox;
    let mut dialogue = Dialogue::start(&tenant, &[]);
    dialogue.until("None of 4 verified.");
    begin(&mut dialogue, &["", "", ""]);
    let address = prepare(&mut dialogue, &tenant, true);
    visit(&address, sandbox.administrator(), None).await;

    let made = dialogue.until("Step 4 of 6: Sign in and accept");
    for line in [
        "✓ The status user: made",
        "✓ App registration “8x8 Presence”: made",
        "✓ App registration “8x8 Teams Chat”: made",
        "✓ Permissions of “8x8 Teams Chat”",
        "✓ 3. Prepare at Microsoft: 8x8.status@",
    ] {
        assert_eq!(made.matches(line).count(), 1, "{line} in:\n{made}");
    }
    let card = dialogue.until(MENU);
    let user = card.split_whitespace().find(|word| word.starts_with("8x8.status@")).unwrap().to_owned();
    assert!(card.contains("Not use: your administrator account"), "{card}");
    dialogue.until("Show the password");
    dialogue.answer("p");
    dialogue.until("written nowhere: ");
    let password = dialogue.line();
    assert!(password.len() >= 12 && !password.contains(' '), "{password}");
    assert!(!dialogue.until("[1]:").contains("Show the password"), "once is enough");
    dialogue.answer("");
    let address = dialogue.address();
    visit(&address, &user, Some(&password)).await;

    key(&mut dialogue, sandbox.search_key());
    dialogue.keep("1   Test and keep");
    let checks = dialogue.until("✓ Integration verified: Teams to 8x8 presence");
    for name in ["Sign-in", "Permission", "Directory", "Presence of three people", "Match rate"] {
        assert_eq!(checks.matches(&format!("  ✓ {name}: ")).count(), 1, "{name} in:\n{checks}");
    }
    assert_eq!(checks.matches(" in Teams, ").count(), 3, "three people to compare: {checks}");

    dialogue.keep("Next: 8x8 to Teams presence");
    key(&mut dialogue, sandbox.analytics_key());
    dialogue.until("8x8 user name");
    dialogue.answer(sandbox.analytics_user());
    dialogue.until("Its password");
    dialogue.answer(sandbox.analytics_password());
    dialogue.keep("1   Test and keep");
    dialogue.until("✓ Integration verified: 8x8 to Teams presence");

    dialogue.keep("Next: Import Teams contacts");
    key(&mut dialogue, sandbox.management_key());
    dialogue.keep("1   Test and keep");
    dialogue.until("✓ Integration verified: Import Teams contacts");

    dialogue.keep("Next: Teams chat");
    dialogue.until("✓ Integration verified: Teams chat");
    let (code, out, err) = dialogue.end();
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(out.matches(&password).count(), 1, "shown once");
    for secret in [
        sandbox.search_key(),
        sandbox.analytics_key(),
        sandbox.analytics_password(),
        sandbox.management_key(),
    ] {
        assert!(!out.contains(secret), "a secret was printed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_before_quitting_is_done_in_the_next_run() {
    let tenant = bare().await;
    let mut dialogue = Dialogue::start(&tenant, &["Teams-to-8x8"]);
    begin(&mut dialogue, &["", "", ""]);
    dialogue.until("Who consents for the status user?");
    dialogue.answer("q");
    let (code, _, err) = dialogue.end();
    assert_eq!(code, Some(1));
    assert!(
        err.contains("You quit at “Prepare at Microsoft”") && err.contains("[setup.unfinished]"),
        "{err}"
    );

    let mut dialogue = Dialogue::start(&tenant, &[]);
    let text = dialogue.until("Step 3 of 6: Prepare at Microsoft");
    assert!(text.contains("✓ 1. Organisation: brightwater.example"), "{text}");
    assert!(text.contains("✓ 2. How to go about it: With a status user, prepared by this wizard"), "{text}");
    let (code, _, err) = dialogue.end();
    assert_eq!(code, Some(1), "no input is no success");
    assert!(err.contains("The input ended at “Prepare at Microsoft”"), "{err}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_wrong_account_is_refused_with_both_names_and_a_visit_can_be_cancelled() {
    let tenant = bare().await;
    let administrator = tenant.sandbox.administrator();
    let mut dialogue = Dialogue::start(&tenant, &["teams-to-8x8"]);
    begin(&mut dialogue, &["", "", ""]);
    prepare(&mut dialogue, &tenant, true);
    dialogue.answer("c");
    // Nothing was lost: what was entered is the default.
    let client = tenant.sandbox.administration_client_id();
    dialogue.keep("Who consents for the status user?");
    dialogue.keep("The administrator signs in to");
    dialogue.keep("Name of the status user");
    dialogue.keep(&format!("[{client}]:"));
    dialogue.keep("1   Open browser and sign in");
    let address = dialogue.address();
    visit(&address, administrator, None).await;

    dialogue.until("Step 4 of 6");
    dialogue.keep("1   Open browser and sign in");
    let address = dialogue.address();
    visit(&address, administrator, None).await;
    let refused = dialogue.until(MENU);
    for words in [administrator, "8x8.status@", "Cause: ", "To do: ", "Code:  signIn.wrongAccount"] {
        assert!(refused.contains(words), "no “{words}” in: {refused}");
    }
    dialogue.answer("q");
    let (code, out, err) = dialogue.end();
    assert_eq!(code, Some(1));
    assert!(err.contains(administrator) && err.contains("“Sign in and accept”"), "{err}");
    assert!(!out.contains("written nowhere: "), "nobody asked for the password");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_key_is_told_with_cause_and_remedy_and_can_be_corrected() {
    let tenant = bare().await;
    let mut dialogue = Dialogue::start(&tenant, &["teams-to-8x8"]);
    begin(&mut dialogue, &["alone", "", ""]);
    let address = prepare(&mut dialogue, &tenant, false);
    visit(&address, tenant.sandbox.administrator(), None).await;
    key(&mut dialogue, "sandbox_nonsense");
    dialogue.keep("1   Test and keep");
    let refused = dialogue.until("API key with");
    for words in ["✗ ", "Cause: ", "To do: ", "Code:  eight."] {
        assert!(refused.contains(words), "no “{words}” in: {refused}");
    }
    dialogue.answer(tenant.sandbox.search_key());
    dialogue.keep("1   Test and keep");
    dialogue.until("✓ Integration verified: Teams to 8x8 presence");
    let (code, out, err) = dialogue.end();
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(!out.contains("sandbox_"), "no key was printed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_verified_integration_needs_nothing_and_can_be_switched_off() {
    let tenant = bare().await;
    verified_alone(&tenant).await;

    let mut dialogue = Dialogue::start(&tenant, &["teams-to-8x8"]);
    dialogue.until("Nothing to do.");
    dialogue.until("✓ Integration verified");
    dialogue.until("Verify again");
    let (code, _, err) = dialogue.end();
    assert_eq!((code, err.as_str()), (Some(0), ""));

    let mut dialogue = Dialogue::start(&tenant, &["teams-to-8x8"]);
    let menu = dialogue.until("[q]:");
    let line = menu.lines().find(|line| line.contains("Disable ")).unwrap();
    let number = line.split_whitespace().next().unwrap().to_owned();
    dialogue.answer(&number);
    dialogue.until("Disable “Teams to 8x8 presence”?");
    // No is the default.
    dialogue.keep("[n]:");
    dialogue.until("[q]:");
    dialogue.answer(&number);
    dialogue.until("[n]:");
    dialogue.answer("y");
    dialogue.until("Disabled: Teams to 8x8 presence");
    dialogue.until("Enable");
    let (code, _, err) = dialogue.end();
    assert_eq!((code, err.as_str()), (Some(0), ""), "it was switched off on purpose");

    let mut dialogue = Dialogue::start(&tenant, &["teams-to-8x8"]);
    dialogue.until("Remove at Microsoft…");
    dialogue.answer("2");
    dialogue.until("App registration “8x8 Presence” with its permissions");
    dialogue.until("[n]:");
    dialogue.answer("y");
    let address = dialogue.address();
    visit(&address, tenant.sandbox.administrator(), None).await;
    dialogue.until("Not installed: Teams to 8x8 presence");
    let (code, _, err) = dialogue.end();
    assert_eq!((code, err.as_str()), (Some(0), ""), "it was removed on purpose");

    let said = say(&mut tenant.command(&["setup", "chat"])).await;
    assert_eq!(said.code, Some(1));
    assert!(
        said.err.contains("[setup.blocked]") && said.err.contains("Install “Teams to 8x8 presence” first")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn by_hand_every_path_is_numbered_and_long_texts_come_when_they_are_asked_for() {
    let tenant = bare().await;
    let mut dialogue = Dialogue::start(&tenant, &["teams-to-8x8"]);
    // A choice that changes others is drawn anew, and not asked again.
    begin(&mut dialogue, &["", "byhand"]);
    dialogue.until("Create the status user");
    let guide = dialogue.until("User name");
    assert!(guide.contains(" 1. Make a new user: Users > New user > Create new user"), "{guide}");
    assert!(guide.contains("\n         8x8.status@brightwater.example\n"), "{guide}");
    dialogue.answer("");
    dialogue.keep("1   The user exists");
    let guide = dialogue.until("Application (client) id\n");
    assert!(guide.contains("g2 and Enter shows: Manifest: permissions and redirect"), "{guide}");
    assert!(!guide.contains("requiredResourceAccess"), "{guide}");
    dialogue.answer("g2");
    dialogue.until("\"requiredResourceAccess\": [");
    dialogue.answer("g3");
    dialogue.until("\n$app = Get-MgApplication");
    dialogue.answer("no id");
    dialogue.keep("1   Continue");
    dialogue.until("Code:  setup.clientId");
    // The value is kept, to be corrected.
    dialogue.until("[no id]:");
    dialogue.answer("?");
    dialogue.until("Register the application");
    dialogue.answer("q");
    assert_eq!(dialogue.end().0, Some(1));
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_interrupt_while_the_browser_is_waited_for_ends_it_cleanly() {
    let tenant = bare().await;
    let mut dialogue = Dialogue::start(&tenant, &["teams-to-8x8"]);
    begin(&mut dialogue, &["", "", ""]);
    prepare(&mut dialogue, &tenant, true);
    let id = dialogue.child.as_ref().unwrap().id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let (code, _, err) = dialogue.end();
    assert_eq!(code, Some(1));
    assert!(err.contains("It was stopped at “Prepare at Microsoft”"), "{err}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_may_send_everything_at_once_and_its_end_ends_the_command() {
    let tenant = bare().await;
    let mut dialogue = Dialogue::start(&tenant, &["teams-to-8x8"]);
    dialogue.answer("\nbrightwater.example\n\n\n\n\n\nq");
    let (code, out, err) = dialogue.end();
    assert_eq!(code, Some(1));
    assert!(out.contains("Step 3 of 6: Prepare at Microsoft"), "{out}");
    assert!(err.contains("You quit at “Prepare at Microsoft”"), "{err}");
}

#[tokio::test]
async fn wrong_words_end_with_two_and_the_help_names_the_right_ones() {
    for words in [vec!["setup", "everything"], vec!["setup", "--sandbox", "--endpoints", "x.toml"]] {
        let said = say(&mut command(&words)).await;
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{words:?}: {}", said.err);
        assert!(said.err.contains("--help"), "{}", said.err);
    }
    let said = say(&mut command(&["setup", "--help"])).await;
    assert_eq!(said.code, Some(0));
    for word in ["teams-to-8x8", "8x8-to-teams", "contacts", "chat", "--sandbox", "--no-browser"] {
        assert!(said.out.contains(word), "{word} is not in the help");
    }
}

#[tokio::test]
async fn a_rehearsal_says_what_to_enter() {
    let folder = tempfile::tempdir().unwrap();
    let said = say(&mut apart(folder.path(), &["setup", "--sandbox", "--no-browser"])).await;
    assert_eq!(said.code, Some(1), "{}", said.err);
    for word in ["brightwater.example", "admin@brightwater.example", "Contact Management", "Sandbox tenant"] {
        assert!(said.out.contains(word), "no {word} in: {}", said.out);
    }
    assert!(folder.path().join("profile/rehearsal").is_dir());
}

#[cfg(unix)]
mod terminal {
    use portable_pty::{CommandBuilder, PtySize, native_pty_system};
    use tests::command::binary;

    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn keys_are_shown_but_for_secrets_and_ctrl_c_gives_the_terminal_back() {
        let tenant = bare().await;
        let size = PtySize { rows: 50, cols: 100, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let before = pair.master.get_termios().map(|modes| format!("{modes:?}"));
        let mut command = CommandBuilder::new(binary());
        command.args(["setup", "teams-to-8x8", "--no-browser", "--vault", "memory", "--profile"]);
        command.arg(tenant.profile());
        command.arg("--endpoints");
        command.arg(tenant.folder.path().join("endpoints.toml"));
        command.env("TERM", "xterm-256color");
        let mut child = pair.slave.spawn_command(command).unwrap();
        let bytes = read(pair.master.try_clone_reader().unwrap());
        let keys = pair.master.take_writer().unwrap();
        let mut dialogue =
            Dialogue { bytes, keys: Some(keys), child: None, enter: "\r", text: String::new(), at: 0 };
        begin(&mut dialogue, &["2", "", ""]);
        assert!(
            dialogue.text.contains("> brightwater.example\r\n"),
            "what is typed is shown: {}",
            dialogue.text
        );
        let address = prepare(&mut dialogue, &tenant, false);
        visit(&address, tenant.sandbox.administrator(), None).await;
        key(&mut dialogue, "hush-hush-hush\u{7f}\u{7f}\u{7f}\u{7f}\u{7f}");
        dialogue.keep("1   Test and keep");
        dialogue.until("Code:  eight.");
        dialogue.until("API key with");
        dialogue.answer("\u{3}");
        let status = child.wait().unwrap();
        assert_eq!(status.exit_code(), 1);
        let after = pair.master.get_termios().map(|modes| format!("{modes:?}"));
        assert_eq!(before, after, "the terminal is as it was before");
        dialogue.until("It was stopped at “Connect 8x8 with an API key”");
        assert!(!dialogue.text.contains("hush"), "a secret was shown");
    }
}
