//! A real keychain (GNOME Keyring, as Secret Service), and a person who locks and unlocks it.

use std::collections::{BTreeMap, HashMap};
use std::io::Write;
use std::process::Stdio;

use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};
use zbus::{Connection, Proxy};

use super::Environment;
use super::bus::Bus;
use super::processes::{Group, tied};

const SERVICE: &str = "org.freedesktop.secrets";
const OBJECT: &str = "/org/freedesktop/secrets";
/// What a login uses to unlock without a question; the name is its authors'.
const LOGIN: &str = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface";
const PASSWORD: &[u8] = b"correct horse";

/// The secret of an item: session, parameters, value, content type.
type Told = (OwnedObjectPath, Vec<u8>, Vec<u8>, String);

/// The keychain, or the lack of one.
#[derive(Default)]
pub struct Keychain {
    running: Option<Running>,
}

struct Running {
    connection: Connection,
    _daemon: Group,
}

impl Keychain {
    /// Starts it, open.
    pub(crate) async fn start(&mut self, environment: &Environment, bus: &Bus) {
        let mut command = tied("gnome-keyring-daemon");
        environment.give(&mut command);
        command.args(["--foreground", "--unlock", "--components=secrets"]);
        let mut daemon =
            Group::start(command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()));
        daemon.input().write_all(PASSWORD).unwrap();
        bus.wait_for(SERVICE).await;
        self.running = Some(Running { connection: bus.connect().await, _daemon: daemon });
    }

    /// Locks everything in it.
    pub async fn lock(&self) {
        let service = self.service().await;
        let collections: Vec<OwnedObjectPath> = service.get_property("Collections").await.unwrap();
        let _: (Vec<OwnedObjectPath>, OwnedObjectPath) = service.call("Lock", &(collections,)).await.unwrap();
    }

    /// Unlocks it with its password, as a login does.
    pub async fn unlock(&self) {
        let service = self.service().await;
        let session = session(&service).await;
        let collection: OwnedObjectPath = service.call("ReadAlias", &("default",)).await.unwrap();
        let login = Proxy::new(service.connection(), SERVICE, OBJECT, LOGIN).await.unwrap();
        let password: Told = (session, Vec::new(), PASSWORD.to_vec(), "text/plain".into());
        let _: () = login.call("UnlockWithMasterPassword", &(collection, password)).await.unwrap();
    }

    /// Its entries by their names, each put together from the parts it is kept in.
    pub async fn entries(&self) -> BTreeMap<String, String> {
        let service = self.service().await;
        let session = session(&service).await;
        let everything: HashMap<&str, &str> = HashMap::new();
        let (open, _locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
            service.call("SearchItems", &(everything,)).await.unwrap();
        let secrets: HashMap<OwnedObjectPath, Told> =
            service.call("GetSecrets", &(open, session)).await.unwrap();
        let mut items = BTreeMap::new();
        for (path, (_, _, value, _)) in secrets {
            let item = Proxy::new(service.connection(), SERVICE, path, "org.freedesktop.Secret.Item");
            let known: HashMap<String, String> =
                item.await.unwrap().get_property("Attributes").await.unwrap();
            items.insert(known["username"].clone(), String::from_utf8(value).unwrap());
        }
        let heads = items.iter().filter_map(|(name, text)| {
            let (set, parts) = text.strip_prefix("parts:")?.split_once(':')?;
            let parts = 0..parts.parse::<usize>().ok()?;
            let parts = parts.map(|number| items.get(&format!("{name}.{set}.{number}")).map(String::as_str));
            Some((name.clone(), parts.collect::<Option<String>>()?))
        });
        heads.collect()
    }

    async fn service(&self) -> Proxy<'_> {
        let running = self.running.as_ref().expect("this desktop has a keychain");
        Proxy::new(&running.connection, SERVICE, OBJECT, "org.freedesktop.Secret.Service").await.unwrap()
    }
}

/// A conversation in which secrets are not encrypted once more.
async fn session(service: &Proxy<'_>) -> OwnedObjectPath {
    let (_, session): (OwnedValue, OwnedObjectPath) =
        service.call("OpenSession", &("plain", Value::from(""))).await.unwrap();
    session
}
