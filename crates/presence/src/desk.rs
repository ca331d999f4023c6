//! What the operator keeps on the desk (pins, notes, who is waited for, preferences), and what is worth an interruption.
//!
//! Pure, as the engine is: it hears wishes, looks at each picture, and says what is to be kept, told or changed. It has
//! no clock and no disk.

pub mod alerts;
pub mod kept;
pub mod waiting;

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::desktop::Notification;
use crate::error::Problem;
use crate::moment::{Moment, Uptime};
use crate::person::PersonId;
use crate::preferences::{Network, Preferences};
use crate::snapshot::Snapshot;
use alerts::Alarm;
use kept::{Kept, Target};
use waiting::Waiting;

/// What a person can ask of the desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, tag = "do", rename_all = "camelCase", rename = "DeskWish"))]
pub enum Wish {
    /// Pin somebody to the top of the board, or no longer.
    Pin {
        /// Whom.
        #[cfg_attr(test, ts(type = "string"))]
        person: PersonId,
        /// Whether pinned.
        wanted: bool,
    },
    /// Write a note on somebody; an empty one takes it away.
    Note {
        /// On whom.
        #[cfg_attr(test, ts(type = "string"))]
        person: PersonId,
        /// The words.
        text: String,
    },
    /// Tell when somebody is free, or no longer.
    Watch {
        /// Who.
        target: Target,
        /// Whether waited for.
        wanted: bool,
    },
    /// Take these preferences from now on.
    Prefer {
        /// All of them.
        preferences: Box<Preferences>,
    },
    /// Start when the operator signs in to the computer, or not.
    StartAtLogin {
        /// Whether.
        wanted: bool,
    },
    /// What the desk tells has been read.
    Dismiss,
}

/// What the desk asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Keep what is on the desk.
    Keep(Arc<Kept>),
    /// Keep the preferences.
    Prefer(Arc<Preferences>),
    /// Interrupt.
    Notify(Notification),
    /// Arrange what happens when the operator signs in to the computer.
    StartAtLogin(bool),
    /// Read states this often.
    Interval(Duration),
    /// Reach the network like this.
    Network(Network),
}

/// The desk as surfaces see it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// Pins, notes and who is waited for.
    pub kept: Arc<Kept>,
    /// What the operator set.
    pub preferences: Arc<Preferences>,
    /// Whether these are working hours.
    pub at_work: bool,
    /// Whether the program starts at login; `None` where that can not be arranged.
    pub starts_at_login: Option<bool>,
    /// What the desk has to tell, until somebody has read it.
    pub problem: Option<Arc<Problem>>,
    /// What keeps it from being kept.
    pub disk: Option<Arc<Problem>>,
}

/// The desk.
#[derive(Clone, Debug)]
pub struct Desk {
    shown: Picture,
    waiting: Waiting,
    alarm: Alarm,
    interval: Duration,
    changed: bool,
}

impl Desk {
    /// A desk as the last run left it; `told` is what went wrong with reading it.
    #[must_use]
    pub fn new(kept: Kept, preferences: Preferences, told: Option<Problem>, now: Moment) -> Self {
        let preferences = preferences.sound();
        let interval = Duration::from_secs(u64::from(preferences.interval));
        let shown = Picture {
            kept: Arc::new(kept.sound()),
            preferences: Arc::new(preferences),
            at_work: true,
            starts_at_login: None,
            problem: told.map(Arc::new),
            disk: None,
        };
        Self { shown, waiting: Waiting::default(), alarm: Alarm::new(now), interval, changed: true }
    }

    /// What was seen before says nothing about now; what was told is not told again.
    pub fn begin_again(&mut self) {
        self.waiting.forget();
        self.interval = Duration::from_secs(u64::from(self.shown.preferences.interval));
        self.changed = true;
    }

    /// As surfaces see it.
    #[must_use]
    pub fn picture(&self) -> &Picture {
        &self.shown
    }

    /// Whether there is something new to see.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Time between two polls of one person, as it was last asked for.
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.interval
    }

    /// Takes a wish.
    pub fn wish(&mut self, wish: Wish, now: Moment) -> Vec<Effect> {
        self.changed = true;
        match wish {
            Wish::Pin { person, wanted } => self.keep(|kept| kept.pin(person, wanted)),
            Wish::Note { person, text } => self.keep(|kept| kept.note(person, &text)),
            Wish::Watch { target, wanted } => self.keep(|kept| kept.watch(target, wanted, now.wall)),
            Wish::Prefer { preferences } => self.prefer(*preferences),
            Wish::StartAtLogin { wanted } => vec![Effect::StartAtLogin(wanted)],
            Wish::Dismiss => {
                self.shown.problem = None;
                Vec::new()
            }
        }
    }

    /// The system says whether the program starts at login, or refused to change it.
    pub fn starts_at_login(&mut self, starts: Option<bool>, problem: Option<Problem>) {
        self.changed = true;
        self.shown.starts_at_login = starts;
        if let Some(problem) = problem {
            self.shown.problem = Some(Arc::new(problem));
        }
    }

    /// Something is to be told until somebody has read it.
    pub fn tell(&mut self, problem: Problem) {
        self.changed = true;
        self.shown.problem = Some(Arc::new(problem));
    }

    /// What was to be kept is on the disk, or is not.
    pub fn kept(&mut self, problem: Option<Problem>) {
        self.changed |= self.shown.disk.as_deref() != problem.as_ref();
        self.shown.disk = problem.map(Arc::new);
    }

    /// The machine woke, or the network is another one: nothing that is seen right after it is news.
    pub fn woke(&mut self, now: Moment) {
        self.waiting.forget();
        self.alarm.woke(now);
    }

    /// Looks at a picture, and at the time.
    pub fn look(&mut self, snapshot: &Snapshot, zone: &TimeZone) -> Vec<Effect> {
        let now = snapshot.at;
        let mut effects = Vec::new();
        let preferences = Arc::clone(&self.shown.preferences);
        let at_work = preferences.hours.contain(now, zone);
        self.changed |= self.shown.at_work != at_work;
        self.shown.at_work = at_work;
        let interval = preferences.interval_at(now, zone);
        if self.interval != interval {
            self.interval = interval;
            effects.push(Effect::Interval(interval));
        }
        let quiet = preferences.alerts.quiet_after_hours && !at_work;
        if preferences.alerts.free && !quiet {
            let told = self.waiting.look(snapshot, &self.shown.kept.watches, preferences.alerts.free_for);
            if let Some((targets, mut notification)) = told {
                notification.sound = preferences.alerts.sound;
                // Kept first: whoever is told twice does not believe it the third time.
                effects.extend(self.keep(|kept| kept.fulfil(&targets)));
                effects.push(Effect::Notify(notification));
                self.changed = true;
            }
        } else {
            self.waiting.forget();
        }
        let alarm = self.alarm.look(snapshot, &preferences.alerts, quiet);
        effects.extend(alarm.map(Effect::Notify));
        effects
    }

    /// When it wants to look again, if nothing happens before.
    #[must_use]
    pub fn wake_at(&self) -> Option<Uptime> {
        self.waiting.wake_at()
    }

    fn keep(&mut self, change: impl FnOnce(&mut Kept)) -> Vec<Effect> {
        let mut kept = Kept::clone(&self.shown.kept);
        change(&mut kept);
        if kept == *self.shown.kept {
            return Vec::new();
        }
        self.shown.kept = Arc::new(kept);
        vec![Effect::Keep(Arc::clone(&self.shown.kept))]
    }

    fn prefer(&mut self, mut preferences: Preferences) -> Vec<Effect> {
        let before = Arc::clone(&self.shown.preferences);
        if preferences.has_password() {
            preferences.network = before.network.clone();
            self.shown.problem = Some(Arc::new(proxy_password()));
        }
        let preferences = preferences.sound();
        if preferences == *before {
            return Vec::new();
        }
        self.shown.preferences = Arc::new(preferences);
        let now = &self.shown.preferences;
        let mut effects = vec![Effect::Prefer(Arc::clone(now))];
        if now.network != before.network {
            effects.push(Effect::Network(now.network.clone()));
        }
        effects
    }
}

/// An address with a password in it was not taken.
#[must_use]
pub fn proxy_password() -> Problem {
    let cause = "Its address carries a password, and settings are no place for one.";
    let remedy = "Use the system's proxy settings, or a proxy that needs no password.";
    Problem::new("network.proxyPassword", "The proxy was not taken.", cause, remedy)
}

#[cfg(test)]
mod tests;
