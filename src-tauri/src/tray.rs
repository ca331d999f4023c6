//! The tray: draws the core's menu natively, and skips what is drawn already.

#[cfg_attr(target_os = "linux", path = "tray/linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "tray/native.rs")]
mod system;

mod picture;

use std::sync::{Mutex, PoisonError};

use presence::view::menu::Menu;
use tauri::AppHandle;

/// The tray.
pub(crate) struct Tray {
    system: system::System,
    /// With the picture, because the same icon looks different when the desktop's theme changes.
    drawn: Mutex<Option<(Menu, &'static [u8])>>,
}

impl Tray {
    /// A tray with nothing in it yet. A desktop without one is told by [`Tray::is_reachable`].
    pub(crate) fn new(app: &AppHandle) -> Self {
        Self { system: system::System::new(app), drawn: Mutex::default() }
    }

    /// Whether people can see it.
    pub(crate) fn is_reachable(&self) -> bool {
        self.system.is_reachable()
    }

    /// Draws a menu, unless it is the one that is there.
    pub(crate) fn draw(&self, menu: Menu) {
        let picture = picture::picture(menu.icon);
        let wanted = (menu, picture);
        let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
        if drawn.as_ref() != Some(&wanted) {
            self.system.draw(&wanted.0);
            *drawn = Some(wanted);
        }
    }
}
