//! The desktop around the program: clipboard, telephone links, and the way into the sandbox tenant.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::sync::{Arc, Mutex, PoisonError};

use arboard::Clipboard;
use presence::desktop::{Desktop, Notification};
use presence::error::Problem;
use tauri::{AppHandle, Manager};

use crate::autostart;
use crate::notification::Notifications;

/// A folder that holds more files of one name is looked at by a person first.
const MOST_COPIES: u32 = 1_000;

/// The clipboard. On X11 the text lives in the program that copied it, so it is kept open.
#[derive(Default)]
pub(crate) struct Copies(Mutex<Option<Clipboard>>);

impl Copies {
    pub(crate) fn copy(&self, text: &str) -> Result<(), Problem> {
        let failed = |error: &arboard::Error| {
            let cause = "The desktop's clipboard did not take it.";
            Problem::new("desktop.clipboard", "Nothing was copied.", cause, "Try again.")
                .detail(error.to_string())
        };
        let mut clipboard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if clipboard.is_none() {
            *clipboard = Some(Clipboard::new().map_err(|error| failed(&error))?);
        }
        match clipboard.as_mut() {
            Some(clipboard) => clipboard.set_text(text).map_err(|error| failed(&error)),
            None => Ok(()),
        }
    }
}

/// Hands a number to the program that makes calls.
pub(crate) fn call(extension: &str) -> Result<(), Problem> {
    let dialled: String =
        extension.chars().filter(|sign| sign.is_ascii_digit() || "+*#".contains(*sign)).collect();
    if dialled.is_empty() {
        let cause = "8x8 lists no extension for this person.";
        return Err(Problem::new(
            "desktop.call",
            "There is no number to call.",
            cause,
            "Look at the match report on the health page.",
        ));
    }
    open::that_detached(format!("tel:{dialled}")).map_err(|error| {
        let cause = "This computer names no program for telephone links.";
        let remedy = "Choose 8x8 Work for telephone links in the system's settings.";
        Problem::new("desktop.call", "The call could not be started.", cause, remedy)
            .detail(error.to_string())
    })
}

/// Writes a file into the user's folder for downloads, beside whatever is there, and tells where it is.
pub(crate) fn save_download(
    app: &AppHandle,
    name: &str,
    ending: &str,
    bytes: &[u8],
) -> Result<String, Problem> {
    let failed = |detail: String| {
        let cause = "The folder for downloads can not be written.";
        let remedy = "Check that the disk is not full and that you may write there.";
        Problem::new("desktop.download", "The file was not saved.", cause, remedy).detail(detail)
    };
    let folder = app.path().download_dir().or_else(|_| app.path().home_dir());
    let folder = folder.map_err(|error| failed(error.to_string()))?;
    std::fs::create_dir_all(&folder).map_err(|error| failed(error.to_string()))?;
    for number in 1..=MOST_COPIES {
        let number = if number == 1 { String::new() } else { format!("-{number}") };
        let path = folder.join(format!("{name}{number}.{ending}"));
        let file = File::options().write(true).create_new(true).open(&path);
        match file {
            Ok(mut file) => {
                let written = file.write_all(bytes).and_then(|()| file.sync_all());
                written.map_err(|error| failed(error.to_string()))?;
                return Ok(path.display().to_string());
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(error.to_string())),
        }
    }
    Err(failed("there are too many files of that name".into()))
}

/// The desktop as the core sees it: a way to open addresses, notifications, and what starts at login.
pub(crate) struct Surroundings<B> {
    browser: B,
    notifications: Arc<Notifications>,
    /// Whether starting at login can be arranged for what runs.
    starts: bool,
}

impl Surroundings<()> {
    pub(crate) fn new(notifications: Arc<Notifications>, starts: bool) -> Self {
        Self { browser: (), notifications, starts }
    }

    /// With a way to open addresses.
    pub(crate) fn over<B: Desktop + 'static>(self, browser: B) -> Arc<dyn Desktop> {
        Arc::new(Surroundings { browser, notifications: self.notifications, starts: self.starts })
    }
}

impl<B: Desktop> Desktop for Surroundings<B> {
    fn open_address(&self, address: &str) -> Result<(), Problem> {
        self.browser.open_address(address)
    }

    fn notify(&self, notification: &Notification) {
        self.notifications.show(notification);
    }

    fn starts_at_login(&self) -> Option<bool> {
        if self.starts { autostart::starts_at_login() } else { None }
    }

    fn set_start_at_login(&self, wanted: bool) -> Result<(), Problem> {
        autostart::set_start_at_login(wanted)
    }
}

/// Hands a link to the program that the system has for it.
pub(crate) fn open_link(link: Option<String>) -> Result<(), Problem> {
    let failed = |cause: &str, detail: Option<String>| {
        let remedy = "Copy what you need from the detail, or choose a program for such links in the system's settings.";
        let problem = Problem::new("desktop.link", "It could not be opened.", cause, remedy);
        match detail {
            Some(detail) => problem.detail(detail),
            None => problem,
        }
    };
    let link = link.ok_or_else(|| failed("This person has no address that could stand in a link.", None))?;
    open::that_detached(link)
        .map_err(|error| failed("This computer names no program for such links.", Some(error.to_string())))
}

/// Enters the sandbox tenant by the same pages a browser would see.
pub(crate) struct Visitor {
    account: String,
    runtime: tokio::runtime::Handle,
}

impl Visitor {
    /// Enters as this account; made within a runtime.
    pub(crate) fn new(account: &str) -> Self {
        Self { account: account.to_owned(), runtime: tokio::runtime::Handle::current() }
    }
}

impl Desktop for Visitor {
    fn open_address(&self, address: &str) -> Result<(), Problem> {
        self.runtime.block_on(sandbox::visit(address, &self.account)).map_err(|error| {
            let cause = "Its pages did not lead to a sign-in.";
            Problem::new("sandbox.visit", "The sandbox tenant could not be entered.", cause, "Try again.")
                .detail(error.to_string())
        })
    }
}
