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
