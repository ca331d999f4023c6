//! The system's browser: it notes every address it is sent to, and a person goes there with a real Chromium.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use sandbox::Visit;
use serde::Deserialize;
use serde_json::json;
use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::processes::tied;
use super::until;
use super::webdriver::{Driver, Session};

/// Whichever of them there is; chromedriver finds its own when none of them is found.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// What is on the page, in one go so that it belongs together.
const LOOK: &str = r#"
return {
  host: location.hostname,
  page: document.querySelector("main")?.dataset.page ?? null,
  flow: document.querySelector("[name=flow]")?.value ?? "",
  listed: [...document.querySelectorAll("[data-account]")].map((button) => button.dataset.account),
  words: document.body?.innerText ?? "",
};
"#;

/// The browser.
pub struct Browser {
    folder: PathBuf,
    notes: PathBuf,
    /// The real one, from the first visit on: it remembers who signed in, as a person's browser does.
    real: OnceCell<Real>,
}

struct Real {
    session: Session,
    _driver: Driver,
    // Not among the files of the person whose disk is searched: a browser may keep what it likes.
    _memory: TempDir,
}

/// A page, and what of it matters.
#[derive(Debug, Deserialize)]
struct Page {
    host: String,
    page: Option<String>,
    flow: String,
    listed: Vec<String>,
    words: String,
}

impl Browser {
    pub(crate) fn new(folder: &Path) -> Self {
        let browser =
            Self { folder: folder.to_owned(), notes: folder.join("addresses"), real: OnceCell::new() };
        let script = format!("#!/bin/sh\nprintf '%s\\n' \"$1\" >>'{}'\n", browser.notes.display());
        fs::write(browser.program(), script).unwrap();
        fs::set_permissions(browser.program(), fs::Permissions::from_mode(0o755)).unwrap();
        browser
    }

    /// The program that `BROWSER` names.
    pub(crate) fn program(&self) -> PathBuf {
        self.folder.join("browser")
    }

    /// The addresses it was sent to.
    pub fn opened(&self) -> Vec<String> {
        let notes = fs::read_to_string(&self.notes).unwrap_or_default();
        notes.lines().map(ToOwned::to_owned).collect()
    }

    /// Waits until it was opened so many times in all, and gives the address it was last sent to.
    pub async fn wait_for(&self, times: usize) -> String {
        until(&format!("browser opened {times} times"), async || {
            let opened = self.opened();
            if opened.len() == times { Ok(opened[times - 1].clone()) } else { Err(opened) }
        })
        .await
    }

    /// Waits until it was opened so many times in all, and signs in with an account that needs no password.
    pub async fn sign_in(&self, account: &str, times: usize) {
        self.visit(&Visit::of(account), times).await;
    }

    /// Waits until it was opened so many times in all, goes through the pages there, and gives the words on the last one,
    /// which comes from the application itself.
    ///
    /// # Panics
    /// When a page refuses.
    pub async fn visit(&self, person: &Visit, times: usize) -> String {
        let address = self.wait_for(times).await;
        let session = &self.real.get_or_init(start).await.session;
        session.go(&address).await.unwrap();
        let mut answered = String::new();
        until("the end of the sign-in in the browser", async || {
            let seen = session.run(LOOK).await?;
            let page: Page = serde_json::from_value(seen).map_err(|error| error.to_string())?;
            if page.host == "localhost" {
                return Ok(page.words);
            }
            // A page that was answered stays until the next one is there.
            if page.flow != answered {
                answer(session, &page, person).await?;
                answered.clone_from(&page.flow);
            }
            Err(format!("{page:?}"))
        })
        .await
    }
}

/// Does what a person does on a page.
async fn answer(session: &Session, page: &Page, person: &Visit) -> Result<(), String> {
    let password = person.password.as_deref().unwrap_or_default();
    match page.page.as_deref() {
        Some("picker") if page.listed.contains(&person.account) => {
            session.click(&format!("[data-account=\"{}\"]", person.account)).await
        }
        Some("picker") => {
            session.fill("#other", &person.account).await?;
            session.click("#next").await
        }
        Some("password") => {
            session.fill("#password", password).await?;
            session.click("#next").await
        }
        Some("register") => session.click("#next").await,
        Some("approve") => session.click("#approve").await,
        Some("consent" | "admin-consent") if person.decline => session.click("#cancel").await,
        Some("consent" | "admin-consent") => {
            if person.for_everybody {
                session.click("#organisation").await?;
            }
            session.click("#accept").await
        }
        Some("approval" | "insufficient" | "blocked") if person.go_back => session.click("#cancel").await,
        other => panic!("nobody knows what to do on {other:?}: {}", page.words),
    }
}

async fn start() -> Real {
    let memory = tempfile::tempdir().unwrap();
    let mut command = tied("chromedriver");
    command.env("HOME", memory.path()).env("XDG_CONFIG_HOME", memory.path());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let driver = Driver::start(&mut command);
    let mut options = json!({ "args": [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        format!("--user-data-dir={}", memory.path().display()),
    ] });
    if let Some(program) = program() {
        options["binary"] = json!(program);
    }
    let session = driver.session(json!({ "browserName": "chrome", "goog:chromeOptions": options })).await;
    Real { session, _driver: driver, _memory: memory }
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    NAMES
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}
