//! The system's browser: it notes every address it is sent to, and a person goes there with a real Chromium.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::json;

use super::processes::tied;
use super::until;
use super::webdriver::Driver;

/// Whichever of them there is; chromedriver finds its own when none of them is found.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// The browser.
pub struct Browser {
    folder: PathBuf,
    notes: PathBuf,
}

impl Browser {
    pub(crate) fn new(folder: &Path) -> Self {
        let browser = Self { folder: folder.to_owned(), notes: folder.join("addresses") };
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

    /// Waits until it was opened so many times in all, and picks an account on the page it was last sent to.
    pub async fn sign_in(&self, account: &str, times: usize) {
        let address = until(&format!("browser opened {times} times"), async || {
            let opened = self.opened();
            if opened.len() == times { Ok(opened[times - 1].clone()) } else { Err(opened) }
        })
        .await;

        // Not among the files of the person whose disk is searched: a browser may keep what it likes.
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
        session.go(&address).await.unwrap();
        session.click(&format!("[data-account=\"{account}\"]")).await.unwrap();
        // The last page comes from the application itself.
        until("the end of the sign-in in the browser", async || {
            let place = session.run("return [location.hostname, document.body.innerText]").await;
            match place {
                Ok(place) if place[0] == "localhost" => Ok(()),
                other => Err(other),
            }
        })
        .await;
    }
}

fn program() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    NAMES
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)))
        .find(|file| file.is_file())
}
