//! What the core asks of the desktop around it.

use crate::error::Problem;

/// The desktop, as far as the core needs one.
pub trait Desktop: Send + Sync {
    /// Shows an address to the person who is to sign in. It may wait, so it is called from a thread that can.
    ///
    /// # Errors
    /// When no browser could be opened; the sign-in goes on, because the address can be opened by hand.
    fn open_address(&self, address: &str) -> Result<(), Problem>;
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
