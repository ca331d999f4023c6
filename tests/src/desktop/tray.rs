//! The panel's side of the tray: it takes items, reads their menus and presses their entries.

use std::collections::HashMap;
use std::process::Command;
use std::sync::{Arc, Mutex};

use zbus::message::Header;
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, Proxy, fdo, interface};

use super::bus::Bus;
use super::until;

const NAME: &str = "org.kde.StatusNotifierWatcher";

/// An entry of a menu as the panel draws it: a line has no words, words that can not be chosen are not enabled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    id: i32,
    /// The words; empty for a line.
    pub words: String,
    /// Whether it can be chosen.
    pub enabled: bool,
    /// Entries behind it.
    pub below: Vec<Self>,
}

/// A node of `com.canonical.dbusmenu`: number, properties, children.
type Node = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// A picture: width, height, four bytes a pixel with alpha first.
type Pixmap = (i32, i32, Vec<u8>);

/// The bus names of the items that came, oldest first.
type Items = Arc<Mutex<Vec<String>>>;

struct Watcher(Items);

#[interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    #[expect(clippy::needless_pass_by_value, reason = "zbus gives it away")]
    fn register_status_notifier_item(&self, service: &str, #[zbus(header)] header: Header<'_>) {
        // Some items name themselves, others only their object.
        let name = if service.starts_with('/') {
            header.sender().map(ToString::to_string).unwrap_or_default()
        } else {
            service.to_owned()
        };
        self.0.lock().unwrap().push(name);
    }

    fn register_status_notifier_host(&self, _service: &str) {}

    #[zbus(property)]
    fn registered_status_notifier_items(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }

    #[zbus(property)]
    fn protocol_version(&self) -> i32 {
        0
    }
}

/// A panel with a tray.
pub struct Tray {
    connection: Connection,
    items: Items,
}

impl Tray {
    pub(crate) async fn start(bus: &Bus) -> Self {
        let items = Items::default();
        let connection = zbus::connection::Builder::address(bus.address())
            .unwrap()
            .serve_at("/StatusNotifierWatcher", Watcher(Arc::clone(&items)))
            .unwrap()
            .name(NAME)
            .unwrap()
            .build()
            .await
            .unwrap();
        Self { connection, items }
    }

    /// Waits until the menu is as it should be: it may follow a moment after the icon.
    pub async fn wait(&self, what: &str, is_so: impl Fn(&[Entry]) -> bool) -> Vec<Entry> {
        until(what, async || match self.menu().await {
            Ok(menu) if is_so(&menu) => Ok(menu),
            other => Err(other),
        })
        .await
    }

    /// Waits until an entry is there, in the menu or one below it, and presses it.
    pub async fn press(&self, words: &str) {
        until(&format!("“{words}” in the tray's menu"), async || {
            let menu = self.menu().await.map_err(|error| error.to_string())?;
            let all = menu.iter().flat_map(|entry| std::iter::once(entry).chain(&entry.below));
            let mut chosen = all.filter(|entry| entry.words == words && entry.enabled);
            let entry = chosen.next().ok_or_else(|| format!("{menu:#?}"))?;
            let menu = self.menu_object().await.map_err(|error| error.to_string())?;
            let clicked = (entry.id, "clicked", Value::from(0_i32), 0_u32);
            menu.call::<_, _, ()>("Event", &clicked).await.map_err(|error| error.to_string())
        })
        .await;
    }

    /// The words when the pointer rests on the icon.
    pub async fn tooltip(&self) -> String {
        type ToolTip = (String, Vec<Pixmap>, String, String);
        until("the tray's tooltip", async || {
            let item = self.item().await?;
            let (_, _, title, _): ToolTip = item.get_property("ToolTip").await?;
            zbus::Result::Ok(title)
        })
        .await
    }

    /// Waits until the icon is the one that is drawn for a state: the name of a file in `icons/tray`.
    pub async fn wait_for_icon(&self, state: &str) {
        let file = format!("{}/../icons/tray/{state}-outlined.png", env!("CARGO_MANIFEST_DIR"));
        let drawn = Command::new("convert").args([&file, "-depth", "8", "rgba:-"]).output().unwrap();
        assert!(drawn.status.success(), "{drawn:?}");
        let wanted: Vec<u8> =
            drawn.stdout.chunks_exact(4).flat_map(|pixel| [pixel[3], pixel[0], pixel[1], pixel[2]]).collect();
        until(&format!("the tray's icon for “{state}”"), async || {
            let item = self.item().await.map_err(|error| error.to_string())?;
            let pixmaps: Vec<Pixmap> =
                item.get_property("IconPixmap").await.map_err(|error| error.to_string())?;
            let same = pixmaps.iter().any(|(_, _, pixels)| *pixels == wanted);
            if same { Ok(()) } else { Err(format!("{} other pictures", pixmaps.len())) }
        })
        .await;
    }

    async fn menu(&self) -> zbus::Result<Vec<Entry>> {
        let menu = self.menu_object().await?;
        let (_, root): (u32, Node) = menu.call("GetLayout", &(0_i32, -1_i32, Vec::<&str>::new())).await?;
        Ok(entries(root.2)?)
    }

    /// The item that came last.
    async fn item(&self) -> zbus::Result<Proxy<'static>> {
        let name = self.items.lock().unwrap().last().cloned();
        let name = name.ok_or_else(|| fdo::Error::Failed("no item has come".into()))?;
        Proxy::new(&self.connection, name, "/StatusNotifierItem", "org.kde.StatusNotifierItem").await
    }

    async fn menu_object(&self) -> zbus::Result<Proxy<'static>> {
        let item = self.item().await?;
        let path: OwnedObjectPath = item.get_property("Menu").await?;
        Proxy::new(&self.connection, item.destination().to_owned(), path, "com.canonical.dbusmenu").await
    }
}

fn entries(nodes: Vec<OwnedValue>) -> zbus::zvariant::Result<Vec<Entry>> {
    nodes
        .into_iter()
        .map(|node| {
            let (id, properties, below): Node = node.try_into()?;
            let label = properties.get("label").and_then(|label| label.downcast_ref::<&str>().ok());
            let enabled = properties.get("enabled").and_then(|enabled| enabled.downcast_ref::<bool>().ok());
            Ok(Entry {
                id,
                words: label.unwrap_or_default().replace("__", "_"),
                enabled: enabled.unwrap_or(true),
                below: entries(below)?,
            })
        })
        .collect()
}
