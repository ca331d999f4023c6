//! Toasts through Windows' own interface, because a toast needs a tag to take the place of another one.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::thread;

use presence::desktop::Notification;
use tauri::AppHandle;
use windows::Data::Xml::Dom::{XmlDocument, XmlElement};
use windows::Foundation::TypedEventHandler;
use windows::UI::Notifications::{ToastNotification, ToastNotificationManager};
use windows::core::{HSTRING, Result, h};

use crate::app;

/// Notifications that wait behind slow ones; what comes on top would be stale anyway.
const MOST_WAITING: usize = 16;

/// Keeps the tags apart from those of other programs that borrow PowerShell's name.
const GROUP: &str = "presence-sync";

/// Whose toasts Windows shows although nobody installed them.
const POWERSHELL: &str = r"{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\WindowsPowerShell\v1.0\powershell.exe";

pub(super) struct System {
    queue: Option<SyncSender<Notification>>,
}

impl System {
    pub(super) fn new(app: &AppHandle) -> Self {
        let (queue, wanted) = mpsc::sync_channel(MOST_WAITING);
        let app = app.clone();
        // Showing waits for another process, so it has a thread of its own.
        let started = thread::Builder::new().name("notifications".into()).spawn(move || serve(&app, &wanted));
        match started {
            Ok(_) => Self { queue: Some(queue) },
            Err(error) => {
                tracing::warn!(%error, "there will be no notifications");
                Self { queue: None }
            }
        }
    }

    pub(super) fn show(&self, notification: Notification) {
        if self.queue.as_ref().is_some_and(|queue| queue.try_send(notification).is_err()) {
            tracing::warn!("a notification was dropped: earlier ones are still waiting to be shown");
        }
    }
}

fn serve(app: &AppHandle, wanted: &Receiver<Notification>) {
    // Clicks are heard as long as the toast is held.
    let mut shown = HashMap::new();
    while let Ok(notification) = wanted.recv() {
        match show(app, &notification) {
            Ok(toast) => {
                shown.insert(notification.key, toast);
            }
            Err(error) => tracing::warn!(%error, "a notification could not be shown"),
        }
    }
}

fn show(app: &AppHandle, notification: &Notification) -> Result<ToastNotification> {
    let toast = ToastNotification::CreateToastNotification(&document(notification)?)?;
    toast.SetTag(&HSTRING::from(notification.key))?;
    toast.SetGroup(&HSTRING::from(GROUP))?;
    let (clicked, opens) = (app.clone(), notification.opens);
    // The toast and its button both lead there.
    toast.Activated(&TypedEventHandler::new(move |_, _| {
        app::open(&clicked, opens);
        Ok(())
    }))?;
    ToastNotificationManager::CreateToastNotifierWithId(&name(app))?.Show(&toast)?;
    Ok(toast)
}

/// In whose name a toast is shown. Windows drops, without a word, toasts of a name that no shortcut in the start menu
/// bears. The installer's shortcut bears the bundle's; without one PowerShell's is borrowed.
fn name(app: &AppHandle) -> HSTRING {
    let product = &app.package_info().name;
    let menus = ["ProgramData", "APPDATA"].into_iter().filter_map(std::env::var_os);
    let installed = menus.map(PathBuf::from).any(|folder| {
        let programs = folder.join(r"Microsoft\Windows\Start Menu\Programs");
        let shortcut = format!("{product}.lnk");
        programs.join(product).join(&shortcut).is_file() || programs.join(&shortcut).is_file()
    });
    HSTRING::from(if installed { app.config().identifier.as_str() } else { POWERSHELL })
}

/// Built from nodes: whatever is in a name stays text.
fn document(notification: &Notification) -> Result<XmlDocument> {
    let document = XmlDocument::new()?;
    let below = |parent: &XmlElement, name: &HSTRING| -> Result<XmlElement> {
        let element = document.CreateElement(name)?;
        parent.AppendChild(&element)?;
        Ok(element)
    };
    let toast = document.CreateElement(h!("toast"))?;
    document.AppendChild(&toast)?;
    let binding = below(&below(&toast, h!("visual"))?, h!("binding"))?;
    binding.SetAttribute(h!("template"), h!("ToastGeneric"))?;
    for words in [&notification.title, &notification.text] {
        below(&binding, h!("text"))?.SetInnerText(&HSTRING::from(words))?;
    }
    let action = below(&below(&toast, h!("actions"))?, h!("action"))?;
    action.SetAttribute(h!("content"), &HSTRING::from(notification.action))?;
    action.SetAttribute(h!("arguments"), h!("open"))?;
    if !notification.sound {
        below(&toast, h!("audio"))?.SetAttribute(h!("silent"), h!("true"))?;
    }
    Ok(document)
}
