//! A session bus that starts nothing by itself: whatever is on it was put there by a test.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use super::processes::{Group, tied};
use super::until;

pub(crate) struct Bus {
    address: String,
    _group: Group,
}

impl Bus {
    pub(crate) fn start(folder: &Path) -> Self {
        let file = folder.join("bus.conf");
        // No service folders: a portal or a keychain that somebody has installed must not come up.
        let policy = r#"<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>"#;
        let listen = folder.join("run/bus");
        let text = format!(
            "<busconfig><type>session</type><listen>unix:path={}</listen><auth>EXTERNAL</auth>{policy}</busconfig>",
            listen.display()
        );
        fs::write(&file, text).unwrap();
        let mut command = tied("dbus-daemon");
        command.args(["--nofork", "--print-address"]).arg(format!("--config-file={}", file.display()));
        let mut group =
            Group::start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()));
        let mut address = String::new();
        BufReader::new(group.output()).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        assert!(!address.is_empty(), "dbus-daemon did not start");
        Self { address, _group: group }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) async fn connect(&self) -> zbus::Connection {
        zbus::connection::Builder::address(self.address()).unwrap().build().await.unwrap()
    }

    /// Waits until somebody has taken a name.
    pub(crate) async fn wait_for(&self, name: &str) {
        let connection = self.connect().await;
        let names = zbus::fdo::DBusProxy::new(&connection).await.unwrap();
        until(&format!("{name} on the bus"), async || {
            let owned = names.name_has_owner(name.try_into().unwrap()).await.unwrap();
            if owned { Ok(()) } else { Err(names.list_names().await) }
        })
        .await;
    }
}
