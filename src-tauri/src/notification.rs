//! Notifications: the system shows them, and a click on one opens what it is about.

#[cfg_attr(target_os = "linux", path = "notification/linux.rs")]
#[cfg_attr(target_os = "macos", path = "notification/macos.rs")]
#[cfg_attr(windows, path = "notification/windows.rs")]
mod system;

use presence::desktop::Notification;
use presence::person::plain;
use tauri::AppHandle;

/// What shows notifications. One is enough, and dropping it forgets what clicks would open.
pub(crate) struct Notifications {
    system: system::System,
}

impl Notifications {
    /// Nothing is asked of the system before there is something to show.
    pub(crate) fn new(app: &AppHandle) -> Self {
        Self { system: system::System::new(app) }
    }

    /// Shows a notification soon, in the place of the one with the same key. Where nobody can show it, nothing happens.
    pub(crate) fn show(&self, notification: &Notification) {
        let (title, text) = (plain(&notification.title), plain(&notification.text));
        self.system.show(Notification { title, text, ..notification.clone() });
    }
}
