//! The desktop around the program: clipboard, telephone links, and the way into the sandbox tenant.

use std::sync::{Mutex, PoisonError};

use arboard::Clipboard;
use presence::desktop::Desktop;
use presence::error::Problem;

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
