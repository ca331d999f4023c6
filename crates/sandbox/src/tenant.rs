//! Everything the servers share: the organisation, its day, and what was set on top of both.

use std::sync::RwLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::Options;
use crate::clock::Clock;
use crate::day::Day;
use crate::directory::Directory;
use crate::directory::account::Kind;
use crate::faults::Armed;
use crate::guard::{read, write};
use crate::journal::Journal;
use crate::login::Login;
use crate::organisation::Organisation;
use crate::overrides::{Overrides, Shown};
use crate::window::Window;

/// The sandbox tenant.
pub(crate) struct Tenant {
    /// `http://127.0.0.1:{port}`.
    pub(crate) base: String,
    pub(crate) organisation: Organisation,
    pub(crate) clock: Clock,
    pub(crate) overrides: Overrides,
    pub(crate) faults: Armed,
    pub(crate) journal: Journal,
    pub(crate) login: Login,
    /// Graph's limit for presence: 1,500 requests in 30 seconds for one app (Microsoft Graph: presence).
    pub(crate) presence_window: Window,
    /// 8x8's limit: 60 requests in a rolling minute (8x8 directory contacts v3).
    pub(crate) contacts_window: Window,
    /// Delta tokens of an earlier generation are answered with 410.
    pub(crate) delta_generation: AtomicU64,
    pub(crate) people: u64,
    day: Day,
    directory: RwLock<Directory>,
    next_change_ms: AtomicU64,
}

impl Tenant {
    pub(crate) fn new(options: Options, base: String) -> Self {
        let organisation = Organisation::new(options.seed);
        let people = options.people as u64;
        let directory = Directory::new(options.seed, options.people);
        let tenant = Self {
            base,
            clock: Clock::start(options.pace),
            overrides: Overrides::default(),
            faults: Armed::default(),
            journal: Journal::new(options.record),
            login: Login::default(),
            presence_window: Window::new(1_500, 30_000),
            contacts_window: Window::new(60, 60_000),
            delta_generation: AtomicU64::new(0),
            people,
            day: Day::new(options.seed, people),
            next_change_ms: AtomicU64::new(directory.next_change_ms()),
            directory: RwLock::new(directory),
            organisation,
        };
        tenant.faults.replace(options.faults, 0, tenant.clock.stamp());
        tenant
    }

    /// Reads the directory as it is now, with everybody in it who should have joined by now.
    pub(crate) fn with_directory<T>(&self, look: impl FnOnce(&Directory) -> T) -> T {
        let now_ms = self.clock.simulated_ms();
        if now_ms >= self.next_change_ms.load(Ordering::Acquire) {
            self.change_directory(|_| ());
        }
        look(&read(&self.directory))
    }

    /// Changes the directory, after what is due by itself.
    pub(crate) fn change_directory<T>(&self, change: impl FnOnce(&mut Directory) -> T) -> T {
        let mut directory = write(&self.directory);
        directory.catch_up(self.clock.simulated_ms());
        self.next_change_ms.store(directory.next_change_ms(), Ordering::Release);
        change(&mut directory)
    }

    /// What the account at `place` shows at `now_ms` of simulated time.
    pub(crate) fn shown(&self, place: usize, kind: Kind, now_ms: u64) -> Shown {
        let own = match kind {
            Kind::Person => self.day.segment(place as u64, now_ms).into(),
            Kind::StatusUser | Kind::Room => still("Offline"),
            // A guest's presence lives in the guest's own tenant.
            Kind::Guest | Kind::Former => still("PresenceUnknown"),
        };
        self.overrides.apply(place, own, now_ms)
    }
}

fn still(value: &'static str) -> Shown {
    Shown { availability: value.into(), activity: value.into(), out_of_office: false, since_ms: 0 }
}
