//! The tray of Windows and macOS, through Tauri.

use presence::view::menu::{Choice, Entry, Menu};
use tauri::image::Image;
use tauri::menu::{IsMenuItem, MenuItem, PredefinedMenuItem, Submenu};
use tauri::tray::{MouseButton, MouseButtonState, TrayIcon, TrayIconBuilder, TrayIconEvent};
use tauri::{AppHandle, Wry};

use super::picture::picture;
use crate::app;

pub(super) struct System {
    app: AppHandle,
    icon: Option<TrayIcon>,
}

impl System {
    pub(super) fn new(app: &AppHandle) -> Self {
        let built = TrayIconBuilder::with_id("presence-sync")
            // A left click opens the board, on every system; a right click opens the menu.
            .show_menu_on_left_click(false)
            .on_menu_event(|app, event| {
                if let Ok(choice) = serde_json::from_str::<Choice>(event.id().as_ref()) {
                    app::choose(app, choice);
                }
            })
            .on_tray_icon_event(|tray, event| {
                let clicked = matches!(
                    event,
                    TrayIconEvent::Click {
                        button: MouseButton::Left,
                        button_state: MouseButtonState::Up,
                        ..
                    }
                );
                if clicked {
                    app::choose(tray.app_handle(), Choice::OpenBoard);
                }
            })
            .build(app);
        let icon = built.inspect_err(|error| tracing::warn!(%error, "this desktop takes no tray icon")).ok();
        Self { app: app.clone(), icon }
    }

    pub(super) fn is_reachable(&self) -> bool {
        self.icon.is_some()
    }

    pub(super) fn draw(&self, menu: &Menu) {
        let Some(icon) = self.icon.clone() else { return };
        let (app, menu) = (self.app.clone(), menu.clone());
        // Menus belong to the main thread on both systems.
        let result = self.app.run_on_main_thread(move || {
            if let Err(error) = draw(&app, &icon, &menu) {
                tracing::warn!(%error, "the tray could not be drawn");
            }
        });
        if let Err(error) = result {
            tracing::warn!(%error, "the tray could not be drawn");
        }
    }
}

fn draw(app: &AppHandle, icon: &TrayIcon, menu: &Menu) -> tauri::Result<()> {
    let native = tauri::menu::Menu::new(app)?;
    for entry in &menu.entries {
        native.append(item(app, entry)?.as_ref())?;
    }
    icon.set_menu(Some(native))?;
    icon.set_tooltip(Some(&menu.tooltip))?;
    // In one step, or the picture would flicker in its own colours; Windows knows no templates.
    icon.set_icon_with_as_template(Some(Image::from_bytes(picture(menu.icon))?), true)
}

/// The choice travels inside the item's id, so there is no table to look it up in.
fn item(app: &AppHandle, entry: &Entry) -> tauri::Result<Box<dyn IsMenuItem<Wry>>> {
    Ok(match entry {
        Entry::Line => Box::new(PredefinedMenuItem::separator(app)?),
        Entry::Words(words) => Box::new(MenuItem::new(app, label(words), false, None::<&str>)?),
        Entry::Choice(words, choice) => {
            let id = serde_json::to_string(choice).unwrap_or_default();
            Box::new(MenuItem::with_id(app, id, label(words), true, None::<&str>)?)
        }
        Entry::Below(words, entries) => {
            let below = Submenu::new(app, label(words), true)?;
            for entry in entries {
                below.append(item(app, entry)?.as_ref())?;
            }
            Box::new(below)
        }
    })
}

/// An ampersand would mark the next letter as an access key.
fn label(words: &str) -> String {
    words.replace('&', "&&")
}
