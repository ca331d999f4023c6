//! What the core asks of the desktop around it.

use crate::error::Problem;
use crate::person::PersonId;

/// What a click on a notification leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Opens {
    /// The board, with this person's detail.
    Person(PersonId),
    /// The board.
    Board,
    /// The health page.
    Health,
}

/// Something worth interrupting a person for. The texts are plain: names in them are hostile until a system that takes
/// markup has them escaped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// A later notification with the same key takes the place of this one.
    pub key: &'static str,
    /// What happened, in a few words.
    pub title: String,
    /// A sentence more; may be empty.
    pub text: String,
    /// What the button says, where the system shows one.
    pub action: &'static str,
    /// What a click leads to.
    pub opens: Opens,
    /// Whether it may be heard.
    pub sound: bool,
}

/// The desktop, as far as the core needs one.
pub trait Desktop: Send + Sync {
    /// Shows an address to the person who is to sign in. It may wait, so it is called from a thread that can.
    ///
    /// # Errors
    /// When no browser could be opened; the sign-in goes on, because the address can be opened by hand.
    fn open_address(&self, address: &str) -> Result<(), Problem>;

    /// Shows a notification soon; it does not wait. Where there is nobody to show it to, nothing happens.
    fn notify(&self, _notification: &Notification) {}

    /// Whether the program is started when this user signs in to the computer; `None` where that can not be arranged.
    fn starts_at_login(&self) -> Option<bool> {
        None
    }

    /// Arranges that the program is started, or not started, when this user signs in to the computer.
    ///
    /// # Errors
    /// When the system refuses.
    fn set_start_at_login(&self, _wanted: bool) -> Result<(), Problem> {
        let cause = "This program can not arrange it here.";
        let remedy = "Use the desktop application, or your system's own settings.";
        Err(Problem::new("desktop.login", "Starting at login was not changed.", cause, remedy))
    }
}

/// The system's own browser, or the one that `BROWSER` names.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemBrowser;

impl Desktop for SystemBrowser {
    fn open_address(&self, address: &str) -> Result<(), Problem> {
        webbrowser::open(address).map_err(|error| {
            Problem::new(
                "desktop.browser",
                "The browser could not be opened.",
                "This computer names no browser that could be started.",
                "Copy the address and open it in a browser on this computer.",
            )
            .detail(error.to_string())
        })
    }
}

/// Whether a browser could be opened, for `doctor`; none is.
///
/// # Errors
/// When there is no display and no `BROWSER`.
pub fn browser() -> Result<String, Problem> {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if cfg!(target_os = "linux") && set("BROWSER") {
        Ok("The browser that BROWSER names is used.".into())
    } else if !cfg!(target_os = "linux") || set("DISPLAY") || set("WAYLAND_DISPLAY") {
        Ok("The system's browser is used.".into())
    } else {
        Err(Problem::new(
            "desktop.display",
            "No browser can be opened.",
            "There is no display, and BROWSER names no program.",
            "Sign in on a desktop, or use --no-browser and open the printed address on this computer.",
        ))
    }
}
