//! Starting at login: one entry where this system keeps them, naming the executable that runs now.

#[cfg_attr(target_os = "linux", path = "autostart/linux.rs")]
#[cfg_attr(target_os = "macos", path = "autostart/macos.rs")]
#[cfg_attr(windows, path = "autostart/windows.rs")]
mod system;

use presence::error::Problem;

/// Straight to the tray: nobody asked for a window.
const HIDDEN: &str = "--hidden";

/// Whether the program is started at login: the entry is there, nobody switched it off, and what it names exists.
/// `None` where there is no place for one.
pub(crate) fn starts_at_login() -> Option<bool> {
    system::is_set()
}

/// Makes the entry, over an earlier one, or removes it.
pub(crate) fn set_start_at_login(wanted: bool) -> Result<(), Problem> {
    let done = if wanted { system::set() } else { system::remove() };
    done.map_err(|error| {
        let cause = "The list of what starts at login can not be written.";
        let remedy = "Change it in your system's own settings, or ask whoever administers this computer.";
        Problem::new("desktop.login", "Starting at login was not changed.", cause, remedy)
            .detail(error.to_string())
    })
}
