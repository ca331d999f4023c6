//! A real notification daemon (dunst), an ear for everything that is asked of it, and a hand to press what it shows.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use zbus::export::ordered_stream::OrderedStreamExt as _;
use zbus::fdo::MonitoringProxy;
use zbus::message::Type;
use zbus::zvariant::OwnedValue;
use zbus::{Connection, MatchRule, Message, MessageStream, Proxy};

use super::bus::Bus;
use super::processes::{Group, tied};
use super::{Environment, until};

const SERVICE: &str = "org.freedesktop.Notifications";
const OBJECT: &str = "/org/freedesktop/Notifications";
/// What dunst tells of itself.
const DUNST: &str = "org.dunstproject.cmd0";

/// Whatever a program wants, nothing goes by itself, and two that are alike stay two. Each is one line, so that all are
/// equally high and the pointer finds each; below the application's window, so that one alone does not hide it.
const LOOKS: &str = r#"[global]
origin = bottom-right
offset = 0x0
width = 640
height = 60
font = Sans 9
format = "<b>%s</b> %b"
ignore_newline = yes
word_wrap = no
ellipsize = end
icon_position = off
show_indicators = no
notification_limit = 0
history_length = 0
idle_threshold = 0
stack_duplicates = no
sort = yes
mouse_left_click = do_action, close_current
[urgency_low]
timeout = 0
override_dbus_timeout = 0
[urgency_normal]
timeout = 0
override_dbus_timeout = 0
[urgency_critical]
timeout = 0
override_dbus_timeout = 0
"#;

/// How urgent a notification is that does not say so.
const NORMAL: u8 = 1;

/// What a program says to have a notification shown: its name, the one to be replaced, icon, title, text, actions,
/// hints, how long.
type Asked = (String, u32, String, String, String, Vec<String>, HashMap<String, OwnedValue>, i32);

/// A notification as the daemon got it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The daemon's number for it; what replaces it has the same.
    pub id: u32,
    /// The name of the program.
    pub program: String,
    /// The title.
    pub title: String,
    /// The text, as it was sent: with markup, where there is any.
    pub text: String,
    /// What can be done: a key, and the words for it.
    pub actions: Vec<(String, String)>,
    /// Whether no sound was wanted.
    pub silent: bool,
    /// Whether it can still be seen.
    pub displayed: bool,
    urgency: u8,
}

/// What was heard on the bus.
#[derive(Default)]
struct Heard {
    /// What the daemon has not answered yet, by who asks and the number of the message.
    asked: HashMap<(String, u32), Asked>,
    shown: Vec<Shown>,
    ever: usize,
    pressed: Vec<u32>,
}

/// The notifications of a desktop.
pub struct Notifications {
    heard: Arc<Mutex<Heard>>,
    connection: Connection,
    environment: Environment,
    _daemon: Group,
}

impl Notifications {
    pub(crate) async fn start(folder: &Path, environment: Environment, bus: &Bus) -> Self {
        let heard = Arc::default();
        listen(bus, Arc::clone(&heard)).await;
        let file = folder.join("dunstrc");
        fs::write(&file, LOOKS).unwrap();
        let mut command = tied("dunst");
        environment.give(&mut command);
        command.arg("-config").arg(&file);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let daemon = Group::start(&mut command);
        bus.wait_for(SERVICE).await;
        Self { heard, connection: bus.connect().await, environment, _daemon: daemon }
    }

    /// All that are displayed or were, each as it was last, oldest first.
    pub fn shown(&self) -> Vec<Shown> {
        self.heard.lock().unwrap().shown.clone()
    }

    /// Those that can be seen now.
    pub fn displayed(&self) -> Vec<Shown> {
        self.shown().into_iter().filter(|shown| shown.displayed).collect()
    }

    /// How many were ever shown, each that replaced another among them.
    pub fn count_ever(&self) -> usize {
        self.heard.lock().unwrap().ever
    }

    /// Waits until those that are displayed or were are as they should be.
    pub async fn wait(&self, what: &str, is_so: impl Fn(&[Shown]) -> bool) -> Vec<Shown> {
        until(what, async || {
            let shown = self.shown();
            if is_so(&shown) { Ok(shown) } else { Err(shown) }
        })
        .await
    }

    /// Clicks one that is displayed, which does what it offers and takes it away.
    ///
    /// # Panics
    /// When another one takes the click.
    pub async fn press_action(&self, id: u32) {
        let before = self.heard.lock().unwrap().pressed.len();
        let (x, y) = until(&format!("notification {id} on the display"), async || self.place(id).await).await;
        let [x, y] = [x.to_string(), y.to_string()];
        self.tool(&["mousemove", &x, &y, "click", "1", "mousemove", "restore"]).unwrap();
        let pressed = until("an answer to the click", async || {
            let heard = self.heard.lock().unwrap();
            heard.pressed.get(before).copied().ok_or_else(|| heard.shown.clone())
        })
        .await;
        assert_eq!(pressed, id, "the click went astray: {:#?}", self.shown());
    }

    /// Where the pointer finds one: dunst lists them below one another, the most urgent first, then the oldest.
    async fn place(&self, id: u32) -> Result<(usize, usize), String> {
        let mut all = self.displayed();
        all.sort_by_key(|shown| (u8::MAX - shown.urgency, shown.id));
        let dunst = Proxy::new(&self.connection, SERVICE, OBJECT, DUNST).await;
        let drawn = dunst.map_err(|error| error.to_string())?.get_property::<u32>("displayedLength").await;
        if drawn.as_ref().ok().copied() != u32::try_from(all.len()).ok() {
            return Err(format!("{drawn:?} are drawn of {all:#?}"));
        }
        let row = all.iter().position(|shown| shown.id == id).ok_or_else(|| format!("{all:#?}"))?;
        let told =
            self.tool(&["search", "--onlyvisible", "--class", "Dunst", "getwindowgeometry", "--shell"])?;
        let of = |name: &str| {
            let mut values = told.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            values.next().and_then(|value| value.parse::<usize>().ok()).ok_or_else(|| told.clone())
        };
        let middle = of("HEIGHT")? * (2 * row + 1) / (2 * all.len());
        Ok((of("X")? + of("WIDTH")? / 2, of("Y")? + middle))
    }

    fn tool(&self, words: &[&str]) -> Result<String, String> {
        let mut command = Command::new("xdotool");
        self.environment.give(&mut command);
        let done = command.args(words).stdin(Stdio::null()).output().map_err(|error| error.to_string())?;
        if done.status.success() {
            Ok(String::from_utf8(done.stdout).unwrap())
        } else {
            Err(format!("{done:?}"))
        }
    }
}

/// Hears all that is said to and by the daemon, from before it is there.
async fn listen(bus: &Bus, heard: Arc<Mutex<Heard>>) {
    let connection = bus.connect().await;
    let mut messages = MessageStream::from(&connection);
    let about = MatchRule::builder().interface(SERVICE).unwrap().build();
    let answers = MatchRule::builder().msg_type(Type::MethodReturn).sender(SERVICE).unwrap().build();
    let monitor = MonitoringProxy::new(&connection).await.unwrap();
    monitor.become_monitor(&[about, answers], 0).await.unwrap();
    // It ends with the bus.
    tokio::spawn(async move {
        while let Some(Ok(message)) = messages.next().await {
            heard.lock().unwrap().hear(&message);
        }
    });
}

impl Heard {
    /// Keeps what a message says; nothing when it is none of those that matter.
    fn hear(&mut self, message: &Message) -> Option<()> {
        let (header, body) = (message.header(), message.body());
        match (message.message_type(), header.member().map(|member| member.as_str())) {
            (Type::MethodCall, Some("Notify")) => {
                let number = message.primary_header().serial_num().get();
                self.asked.insert((header.sender()?.to_string(), number), body.deserialize().ok()?);
            }
            (Type::MethodReturn, _) => {
                let question = (header.destination()?.to_string(), header.reply_serial()?.get());
                let asked = self.asked.remove(&question)?;
                self.show(body.deserialize().ok()?, asked);
            }
            (Type::Signal, Some("NotificationClosed")) => {
                let (id, _reason): (u32, u32) = body.deserialize().ok()?;
                self.shown.iter_mut().find(|shown| shown.id == id)?.displayed = false;
            }
            (Type::Signal, Some("ActionInvoked")) => {
                let (id, _key): (u32, String) = body.deserialize().ok()?;
                self.pressed.push(id);
            }
            _ => {}
        }
        Some(())
    }

    fn show(&mut self, id: u32, (program, _, _, title, text, actions, hints, _): Asked) {
        let hint = |name: &str| hints.get(name);
        let shown = Shown {
            id,
            program,
            title,
            text,
            actions: actions.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect(),
            silent: hint("suppress-sound").is_some_and(|hint| hint.downcast_ref() == Ok(true)),
            displayed: true,
            urgency: hint("urgency").and_then(|hint| hint.downcast_ref().ok()).unwrap_or(NORMAL),
        };
        self.ever += 1;
        match self.shown.iter_mut().find(|known| known.id == id) {
            Some(known) => *known = shown,
            None => self.shown.push(shown),
        }
    }
}
