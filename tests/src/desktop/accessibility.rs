//! What a screen reader is told: the bus of assistive technology, and the tree of the window that is read over it.

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;

use serde::de::DeserializeOwned;
use zbus::zvariant::{DynamicType, OwnedObjectPath, OwnedValue, Type};
use zbus::{Connection, Proxy, zvariant};

use super::bus::Bus;
use super::processes::{Group, tied};
use super::{Environment, until};

const SERVICE: &str = "org.a11y.Bus";
/// Says where the distribution has put the program, which is on no search path.
const LAUNCHER: &str = "/usr/share/dbus-1/services/org.a11y.Bus.service";

/// Where all trees begin.
const REGISTRY: (&str, &str) = ("org.a11y.atspi.Registry", "/org/a11y/atspi/accessible/root");
const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
const TEXT: &str = "org.a11y.atspi.Text";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// What stands in a text for a child that has words of its own.
const CHILD: char = '\u{fffc}';

/// The states that matter here, by their numbers.
const STATES: [(usize, &str); 16] = [
    (1, "active"),
    (4, "checked"),
    (8, "enabled"),
    (9, "expandable"),
    (10, "expanded"),
    (11, "focusable"),
    (12, "focused"),
    (16, "modal"),
    (20, "pressed"),
    (23, "selected"),
    (25, "showing"),
    (30, "visible"),
    (33, "required"),
    (36, "invalid"),
    (41, "checkable"),
    (42, "has a popup"),
];

/// An object: the program it is in, and its path there.
type Address = (String, OwnedObjectPath);

/// Something that a screen reader can come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// How deep in the tree it is.
    pub depth: usize,
    /// What it is, as screen readers call it: `push button`, `table row`, `landmark`.
    pub role: String,
    /// What the page calls that: `button`, `row`, `navigation`; empty outside of the page.
    pub kind: String,
    /// The name that is read.
    pub name: String,
    /// The words in it, those of its children left out.
    pub text: String,
    /// How it is: `focused`, `selected` and the like.
    pub states: Vec<&'static str>,
    /// What else is told: `live`, `rowindex` and the like.
    pub attributes: BTreeMap<String, String>,
}

/// The bus of assistive technology, and somebody who reads there.
pub struct Accessibility {
    connection: Connection,
    _launcher: Group,
}

impl Accessibility {
    pub(crate) async fn start(environment: &Environment, bus: &Bus) -> Self {
        let service = fs::read_to_string(LAUNCHER)
            .unwrap_or_else(|error| panic!("{LAUNCHER}: {error}; the package is called at-spi2-core"));
        let program = service.lines().find_map(|line| line.strip_prefix("Exec="));
        let mut command = tied(program.expect("a service has a program").trim());
        environment.give(&mut command);
        command.arg("--launch-immediately");
        // The other one that some distributions prefer wants to be started by systemd.
        command.env("ATSPI_DBUS_IMPLEMENTATION", "dbus-daemon");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let launcher = Group::start(&mut command);
        bus.wait_for(SERVICE).await;
        let session = bus.connect().await;
        let asked = Proxy::new(&session, SERVICE, "/org/a11y/bus", SERVICE).await.unwrap();
        let address: String = asked.call("GetAddress", &()).await.unwrap();
        let connection = zbus::connection::Builder::address(address.as_str()).unwrap().build().await.unwrap();
        Self { connection, _launcher: launcher }
    }

    /// Everything that can be read now, in reading order. What goes away meanwhile is left out.
    pub async fn tree(&self) -> Vec<Node> {
        let root = (REGISTRY.0.to_owned(), OwnedObjectPath::try_from(REGISTRY.1).unwrap());
        let mut nodes = Vec::new();
        let mut ahead = vec![(0, root)];
        while let Some((depth, address)) = ahead.pop() {
            let Ok((node, children)) = self.read(depth, &address).await else { continue };
            nodes.push(node);
            ahead.extend(children.into_iter().rev().map(|child| (depth + 1, child)));
        }
        nodes
    }

    /// Waits until what can be read is as it should be.
    pub async fn wait(&self, what: &str, is_so: impl Fn(&[Node]) -> bool) -> Vec<Node> {
        until(what, async || {
            let tree = self.tree().await;
            if is_so(&tree) { Ok(tree) } else { Err(tree.iter().map(Node::line).collect::<Vec<_>>()) }
        })
        .await
    }

    /// What is read for each row that has a name: headings of columns and groups have none.
    pub async fn rows(&self) -> Vec<String> {
        rows(&self.tree().await)
    }

    async fn read(&self, depth: usize, at: &Address) -> zbus::Result<(Node, Vec<Address>)> {
        let role: String = self.ask(at, ACCESSIBLE, "GetLocalizedRoleName", &()).await?;
        let name: OwnedValue = self.ask(at, PROPERTIES, "Get", &(ACCESSIBLE, "Name")).await?;
        let words: Vec<u32> = self.ask(at, ACCESSIBLE, "GetState", &()).await?;
        let attributes: BTreeMap<String, String> = self.ask(at, ACCESSIBLE, "GetAttributes", &()).await?;
        // Whoever has no text does not know the question.
        let text: String = self.ask(at, TEXT, "GetText", &(0, -1)).await.unwrap_or_default();
        let is = |state: usize| words.get(state / 32).is_some_and(|word| word >> (state % 32) & 1 == 1);
        let node = Node {
            depth,
            role,
            kind: attributes.get("computed-role").cloned().unwrap_or_default(),
            name: name.try_into()?,
            text: text.replace(CHILD, " ").trim().to_owned(),
            states: STATES.iter().filter(|(state, _)| is(*state)).map(|(_, name)| *name).collect(),
            attributes,
        };
        Ok((node, self.children(at).await?))
    }

    /// The page is the only child of the widget that shows it, which gives it away by its place but does not list it.
    async fn children(&self, at: &Address) -> zbus::Result<Vec<Address>> {
        let listed: Vec<Address> = self.ask(at, ACCESSIBLE, "GetChildren", &()).await?;
        if !listed.is_empty() {
            return Ok(listed);
        }
        let count: OwnedValue = self.ask(at, PROPERTIES, "Get", &(ACCESSIBLE, "ChildCount")).await?;
        let mut children = Vec::new();
        for place in 0..i32::try_from(count)? {
            children.push(self.ask(at, ACCESSIBLE, "GetChildAtIndex", &(place,)).await?);
        }
        Ok(children)
    }

    async fn ask<Answer: DeserializeOwned + Type>(
        &self,
        (program, path): &Address,
        interface: &str,
        question: &str,
        words: &(impl serde::Serialize + DynamicType),
    ) -> zbus::Result<Answer> {
        let path = zvariant::ObjectPath::from(path);
        let asked =
            self.connection.call_method(Some(program.as_str()), path, Some(interface), question, words);
        asked.await?.body().deserialize()
    }
}

/// What is read for each row that has a name.
pub fn rows(tree: &[Node]) -> Vec<String> {
    let rows = tree.iter().filter(|node| node.role == "table row" && !node.name.is_empty());
    rows.map(|node| node.name.clone()).collect()
}

impl Node {
    /// Whether it is in a state.
    pub fn is(&self, state: &str) -> bool {
        self.states.contains(&state)
    }

    /// The node in one line.
    pub fn line(&self) -> String {
        let Self { depth, role, kind, name, text, states, .. } = self;
        format!("{:depth$}{role} ({kind}) “{name}” {text:?} {states:?}", "")
    }
}
