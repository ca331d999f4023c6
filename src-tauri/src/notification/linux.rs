//! The desktop's notification daemon over D-Bus: one connection and one task for all notifications, however many wait
//! for a click.

use std::collections::HashMap;
use std::io::{Error, ErrorKind};
use std::time::Duration;

use futures_util::StreamExt as _;
use presence::desktop::{Notification, Opens};
use serde::Serialize;
use tauri::AppHandle;
use tokio::sync::mpsc::{self, Receiver, Sender};
use zbus::message::Type;
use zbus::names::OwnedUniqueName;
use zbus::zvariant::{DynamicType, Value};
use zbus::{Connection, MatchRule, Message, MessageStream};

use crate::app;

/// A daemon that takes longer for a notification has not shown it.
const LIMIT: Duration = Duration::from_secs(5);

/// Notifications that wait behind a slow daemon; what comes on top would be stale anyway.
const MOST_WAITING: usize = 16;

/// The daemon's name on the bus, which is that of its interface too.
const DAEMON: &str = "org.freedesktop.Notifications";

const PATH: &str = "/org/freedesktop/Notifications";

/// What the packages call the program's icon.
const ICON: &str = "presence-sync-desktop";

/// The desktop entry of the packages, which daemons look up for settings that belong to one program.
const DESKTOP_ENTRY: &str = "Presence Sync";

/// The action of a click on the notification itself.
const WHOLE: &str = "default";

/// The action of its button.
const BUTTON: &str = "open";

/// The daemon decides how long a notification stays.
const AS_CONFIGURED: i32 = -1;

pub(super) struct System {
    queue: Sender<Notification>,
}

impl System {
    pub(super) fn new(app: &AppHandle) -> Self {
        let (queue, wanted) = mpsc::channel(MOST_WAITING);
        tauri::async_runtime::spawn(serve(app.clone(), wanted));
        Self { queue }
    }

    pub(super) fn show(&self, notification: Notification) {
        if self.queue.try_send(notification).is_err() {
            tracing::warn!("a notification was dropped: earlier ones are still waiting to be shown");
        }
    }
}

/// Connects when there is something to show, and again after the bus was gone.
async fn serve(app: AppHandle, mut wanted: Receiver<Notification>) {
    while let Some(first) = wanted.recv().await {
        match limited(Session::open()).await {
            Ok(mut session) => {
                session.show(&first).await;
                session.follow(&app, &mut wanted).await;
            }
            Err(error) => tracing::warn!(%error, "this desktop shows no notifications"),
        }
    }
}

async fn limited<T>(work: impl Future<Output = zbus::Result<T>>) -> zbus::Result<T> {
    let late = |_| Err(Error::from(ErrorKind::TimedOut).into());
    tokio::time::timeout(LIMIT, work).await.unwrap_or_else(late)
}

/// A notification that the daemon took.
struct Shown {
    /// Which daemon that was: its numbers mean nothing to another one.
    daemon: Option<OwnedUniqueName>,
    number: u32,
    opens: Opens,
}

struct Session {
    connection: Connection,
    clicks: MessageStream,
    shown: HashMap<&'static str, Shown>,
}

impl Session {
    async fn open() -> zbus::Result<Self> {
        let connection = Connection::session().await?;
        let clicked = MatchRule::builder()
            .msg_type(Type::Signal)
            .sender(DAEMON)?
            .interface(DAEMON)?
            .member("ActionInvoked")?
            .build();
        let clicks = MessageStream::for_match_rule(clicked, &connection, None).await?;
        Ok(Self { connection, clicks, shown: HashMap::new() })
    }

    /// Shows what is wanted and hears what is clicked, until either has an end.
    async fn follow(&mut self, app: &AppHandle, wanted: &mut Receiver<Notification>) {
        loop {
            tokio::select! {
                notification = wanted.recv() => match notification {
                    Some(notification) => self.show(&notification).await,
                    None => return,
                },
                click = self.clicks.next() => match click {
                    Some(Ok(click)) => {
                        if let Some(opens) = self.meant(&click) {
                            app::open(app, opens);
                        }
                    }
                    Some(Err(_)) | None => return,
                },
            }
        }
    }

    async fn show(&mut self, notification: &Notification) {
        if let Err(error) = limited(self.notify(notification)).await {
            tracing::warn!(%error, "a notification could not be shown");
        }
    }

    async fn notify(&mut self, notification: &Notification) -> zbus::Result<()> {
        // Asked each time, because another daemon may have taken over.
        let reply = self.call("GetCapabilities", &()).await?;
        let body = reply.body();
        let capabilities: Vec<&str> = body.deserialize()?;
        let daemon = sender(&reply);
        let earlier = self.shown.get(notification.key).filter(|shown| shown.daemon == daemon);
        let text = match capabilities.contains(&"body-markup") {
            true => escaped(&notification.text),
            false => notification.text.clone(),
        };
        let actions: &[&str] = match capabilities.contains(&"actions") {
            true => &[WHOLE, notification.action, BUTTON, notification.action],
            false => &[],
        };
        let sound = match notification.sound {
            true => ("sound-name", Value::from("message-new-instant")),
            false => ("suppress-sound", Value::from(true)),
        };
        let hints = HashMap::from([("desktop-entry", Value::from(DESKTOP_ENTRY)), sound]);
        let replaced = earlier.map_or(0, |shown| shown.number);
        let title = notification.title.as_str();
        let words = ("Presence Sync", replaced, ICON, title, text, actions, hints, AS_CONFIGURED);
        let reply = self.call("Notify", &words).await?;
        let (daemon, number) = (sender(&reply), reply.body().deserialize()?);
        self.shown.insert(notification.key, Shown { daemon, number, opens: notification.opens });
        Ok(())
    }

    async fn call(&self, method: &str, words: &(impl Serialize + DynamicType)) -> zbus::Result<Message> {
        self.connection.call_method(Some(DAEMON), PATH, Some(DAEMON), method, words).await
    }

    /// What a click leads to. Everybody hears of every click, also of those on other programs' notifications.
    fn meant(&self, click: &Message) -> Option<Opens> {
        let (number, action): (u32, String) = click.body().deserialize().ok()?;
        let daemon = sender(click);
        let ours = |shown: &&Shown| shown.number == number && shown.daemon == daemon;
        let shown = self.shown.values().find(ours)?;
        [WHOLE, BUTTON].contains(&action.as_str()).then_some(shown.opens)
    }
}

fn sender(message: &Message) -> Option<OwnedUniqueName> {
    message.header().sender().map(|name| name.to_owned().into())
}

/// Names are hostile, and this daemon reads markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_can_not_bring_markup() {
        assert_eq!(escaped("<a href='x'>R&D</a>"), "&lt;a href='x'&gt;R&amp;D&lt;/a&gt;");
        assert_eq!(escaped("Ana Müller, extension 1001"), "Ana Müller, extension 1001");
    }
}
