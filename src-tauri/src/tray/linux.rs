//! StatusNotifierItem over D-Bus: unlike appindicator it hears clicks, and tells whether a desktop shows trays at all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ksni::menu::{StandardItem, SubMenu};
use ksni::{Category, MenuItem, OfflineReason, ToolTip, TrayMethods};
use presence::view::menu::{Choice, Entry, Icon, Menu};
use tauri::AppHandle;
use tauri::image::Image;

use super::picture::picture;
use crate::app;

pub(super) struct System {
    handle: Option<ksni::Handle<Item>>,
    online: Arc<AtomicBool>,
}

impl System {
    pub(super) fn new(app: &AppHandle) -> Self {
        let online = Arc::new(AtomicBool::new(true));
        let item = Item { app: app.clone(), menu: None, online: Arc::clone(&online) };
        // Assumed available, so that a panel that starts later still gets the item; the callbacks tell how it is.
        let spawned = tauri::async_runtime::block_on(item.assume_sni_available(true).spawn());
        let handle =
            spawned.inspect_err(|error| tracing::warn!(%error, "this desktop takes no tray item")).ok();
        if handle.is_none() {
            online.store(false, Ordering::Relaxed);
        }
        Self { handle, online }
    }

    pub(super) fn is_reachable(&self) -> bool {
        self.online.load(Ordering::Relaxed)
    }

    pub(super) fn draw(&self, menu: &Menu) {
        if let Some(handle) = self.handle.clone() {
            let menu = menu.clone();
            tauri::async_runtime::spawn(async move { handle.update(|item| item.menu = Some(menu)).await });
        }
    }
}

struct Item {
    app: AppHandle,
    menu: Option<Menu>,
    online: Arc<AtomicBool>,
}

impl ksni::Tray for Item {
    fn id(&self) -> String {
        "presence-sync".into()
    }

    fn title(&self) -> String {
        "Presence Sync".into()
    }

    fn category(&self) -> Category {
        Category::Communications
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        app::choose(&self.app, Choice::OpenBoard);
    }

    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        pixmap(self.menu.as_ref().map_or(Icon::Syncing, |menu| menu.icon)).into_iter().collect()
    }

    fn tool_tip(&self) -> ToolTip {
        let title = self.menu.as_ref().map(|menu| menu.tooltip.clone()).unwrap_or_default();
        ToolTip { title, ..ToolTip::default() }
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        self.menu.iter().flat_map(|menu| &menu.entries).map(item).collect()
    }

    fn watcher_online(&self) {
        self.online.store(true, Ordering::Relaxed);
    }

    fn watcher_offline(&self, _reason: OfflineReason) -> bool {
        self.online.store(false, Ordering::Relaxed);
        true
    }
}

fn item(entry: &Entry) -> MenuItem<Item> {
    match entry {
        Entry::Line => MenuItem::Separator,
        Entry::Words(words) => {
            StandardItem { label: label(words), enabled: false, ..StandardItem::default() }.into()
        }
        Entry::Choice(words, choice) => {
            let choice = choice.clone();
            let activate = Box::new(move |item: &mut Item| app::choose(&item.app, choice.clone()));
            StandardItem { label: label(words), activate, ..StandardItem::default() }.into()
        }
        Entry::Below(words, entries) => {
            SubMenu { label: label(words), submenu: entries.iter().map(item).collect(), ..SubMenu::default() }
                .into()
        }
    }
}

/// An underscore would mark the next letter as an access key.
fn label(words: &str) -> String {
    words.replace('_', "__")
}

fn pixmap(icon: Icon) -> Option<ksni::Icon> {
    let image = Image::from_bytes(picture(icon)).ok()?;
    // The protocol wants alpha first.
    let data =
        image.rgba().chunks_exact(4).flat_map(|pixel| [pixel[3], pixel[0], pixel[1], pixel[2]]).collect();
    let side = |length: u32| i32::try_from(length).ok();
    Some(ksni::Icon { width: side(image.width())?, height: side(image.height())?, data })
}
