//! The one window: made when it is first shown, gone when it is closed.

use std::sync::PoisonError;

use serde::Serialize;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, Emitter, Manager, WebviewUrl, WebviewWindowBuilder, WindowEvent};

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
}

/// Shows the window, on a page if one is asked for.
pub(crate) fn show(app: &AppHandle, page: Option<Page>) {
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

fn open(app: &AppHandle, page: Option<Page>) -> tauri::Result<()> {
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
        let page = page.unwrap_or_else(|| own.first_page());
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
    let closing = window.clone();
    window.on_window_event(move |event| {
        if let WindowEvent::CloseRequested { api, .. } = event {
            let reachable = closing.try_state::<App>().is_some_and(|own| own.tray.is_reachable());
            // Without a tray a closed window could not be found again.
            if !reachable && closing.minimize().is_ok() {
                api.prevent_close();
            }
        }
    });
    Ok(())
}
