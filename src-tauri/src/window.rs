//! The one window: made when it is first shown, gone when it is closed.

use std::sync::PoisonError;

use presence::preferences::Look;
use serde::Serialize;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Emitter, Manager, WebviewUrl, WebviewWindow, WebviewWindowBuilder, WindowEvent};

use crate::app::App;

/// Its only name; the capabilities are bound to it.
const NAME: &str = "board";

/// A page of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Page {
    /// Everybody.
    #[default]
    Board,
    /// The wizard.
    Setup,
    /// How the sources are doing.
    Health,
    /// What the operator set.
    Settings,
}

/// What a window opens with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Opening {
    /// The page.
    pub(crate) page: Page,
    /// The id of a person to show on the board.
    pub(crate) person: Option<String>,
}

impl From<Page> for Opening {
    fn from(page: Page) -> Self {
        Self { page, person: None }
    }
}

/// Puts the window where the preferences have it, if there is one.
pub(crate) fn arrange(app: &AppHandle, own: &App, look: &Look) {
    let Some(window) = app.get_webview_window(NAME) else { return };
    if own.place.stands(look) {
        return;
    }
    let look = *look;
    // Windows belong to the main thread, which would otherwise wait for whoever waits for it.
    let result = app.run_on_main_thread(move || put(&window, &look));
    if let Err(error) = result {
        tracing::warn!(%error, "the window could not be put where it should stand");
    }
}

fn put(window: &WebviewWindow, look: &Look) {
    let Some(own) = window.try_state::<App>() else { return };
    if let Err(error) = own.place.arrange(window, look) {
        tracing::warn!(%error, "the window could not be put where it should stand");
    }
}

/// Shows the window, on a page if one is asked for.
pub(crate) fn show(app: &AppHandle, page: Option<Opening>) {
    let shown = app.clone();
    let result = app.run_on_main_thread(move || {
        if let Err(error) = open(&shown, page) {
            tracing::error!(%error, "the window could not be shown");
        }
    });
    if let Err(error) = result {
        tracing::error!(%error, "the window could not be shown");
    }
}

fn open(app: &AppHandle, page: Option<Opening>) -> tauri::Result<()> {
    if let Some(window) = app.get_webview_window(NAME) {
        window.unminimize()?;
        window.show()?;
        window.set_focus()?;
        if let Some(page) = page {
            window.emit("page", page)?;
        }
        return Ok(());
    }
    if let Some(own) = app.try_state::<App>() {
        own.place.forget();
        let page = page.unwrap_or_else(|| own.first_page().into());
        *own.page.lock().unwrap_or_else(PoisonError::into_inner) = page;
    }
    let window = WebviewWindowBuilder::new(app, NAME, WebviewUrl::App("index.html".into()))
        .title("Presence Sync")
        .inner_size(1180.0, 760.0)
        .min_inner_size(360.0, 480.0)
        // The page is all there is: no link leads anywhere else, and nothing opens another window.
        .on_navigation(|url| {
            matches!(
                (url.scheme(), url.host_str()),
                ("tauri", Some("localhost")) | ("http" | "https", Some("tauri.localhost"))
            )
        })
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .build()?;
    if let Some(own) = app.try_state::<App>()
        && let Some(snapshot) = own.snapshot()
    {
        put(&window, &snapshot.desk.preferences.look);
    }
    let closing = window.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { api, .. } = event {
            let Some(own) = closing.try_state::<App>() else { return };
            if !own.stays() {
                closing.app_handle().exit(0);
            } else if own.keeps_window() && closing.minimize().is_ok() {
                // Without a tray a closed window could not be found again.
                api.prevent_close();
            }
        }
    });
    Ok(())
}
