//! What else is worth an interruption: a sign-in that somebody has to give, and states that have grown old.

use std::time::Duration;

use crate::desktop::{Notification, Opens};
use crate::moment::Moment;
use crate::preferences::Alerts;
use crate::session::Session;
use crate::snapshot::{Snapshot, SourceState};
use crate::view::text::clock;

/// Right after the start, or after waking, nothing is told: it mostly mends itself.
const GRACE: Duration = Duration::from_mins(1);

/// Each situation is told once, for as long as it lasts.
#[derive(Clone, Debug)]
pub struct Alarm {
    woke: Moment,
    sign_in: bool,
    old: bool,
}

impl Alarm {
    /// Nothing was told yet.
    #[must_use]
    pub fn new(now: Moment) -> Self {
        Self { woke: now, sign_in: false, old: false }
    }

    /// The machine woke.
    pub fn woke(&mut self, now: Moment) {
        self.woke = now;
    }

    /// What to tell of a picture, if anything.
    pub fn look(&mut self, snapshot: &Snapshot, alerts: &Alerts, quiet: bool) -> Option<Notification> {
        let needed = matches!(snapshot.session, Session::Needed(_));
        if snapshot.source.state == SourceState::Live {
            (self.sign_in, self.old) = (false, false);
            return None;
        }
        if quiet || !snapshot.configured || snapshot.at.since(self.woke) < GRACE {
            return None;
        }
        if needed {
            if !alerts.sign_in || std::mem::replace(&mut self.sign_in, true) {
                return None;
            }
            return Some(Notification {
                key: "sign-in",
                title: "Sign-in needed".into(),
                text: "Microsoft ended the sign-in. States have stopped until somebody signs in again."
                    .into(),
                action: "Open",
                opens: Opens::Board,
                sound: alerts.sound,
            });
        }
        let last = snapshot.source.last_success?;
        let age = snapshot.at.since(last);
        let old = alerts.old_after > 0 && age >= Duration::from_secs(u64::from(alerts.old_after) * 60);
        let waits = matches!(snapshot.session, Session::SignedIn(_)) && snapshot.paused.is_none();
        if !old || !waits || std::mem::replace(&mut self.old, true) {
            return None;
        }
        Some(Notification {
            key: "old",
            title: "States are old".into(),
            text: format!("The board shows the state of {}. We keep trying.", clock(last, snapshot.at)),
            action: "Open",
            opens: Opens::Health,
            sound: alerts.sound,
        })
    }
}

/// Told when the window was closed where no tray shows the program.
#[must_use]
pub fn minimised() -> Notification {
    Notification {
        key: "window",
        title: "Presence Sync is still running".into(),
        text: "This desktop shows no tray icon, so the window was minimised instead of closed.".into(),
        action: "Open",
        opens: Opens::Board,
        sound: false,
    }
}

/// Told when the sync has failed again and again.
#[must_use]
pub fn crashed(times: u32) -> Notification {
    Notification {
        key: "crash",
        title: "Presence Sync had trouble".into(),
        text: format!(
            "The sync failed {times} times in a row and starts again by itself, each time a little later."
        ),
        action: "Details",
        opens: Opens::Health,
        sound: false,
    }
}
