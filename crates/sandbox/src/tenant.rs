//! Everything the servers share: the organisation, its day, and what was set on top of both.

use std::collections::HashMap;
use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use uuid::Uuid;

use crate::Options;
use crate::clock::Clock;
use crate::contradictions::Contradictions;
use crate::day::Day;
use crate::directory::Directory;
use crate::directory::account::Kind;
use crate::eight::Product;
use crate::eight::book::Book;
use crate::eight::center::Center;
use crate::eight::chat::Rooms;
use crate::eight::contacts::{SYSTEMS, systems_of};
use crate::eight::provisioning::Provisioning;
use crate::eight::stream::Streams;
use crate::eight::telephone::Telephone;
use crate::faults::Armed;
use crate::guard::{read, write};
use crate::journal::Journal;
use crate::login::Login;
use crate::organisation::{ADMIN, APPLICATION_ADMIN, HELP_DESK, Organisation};
use crate::overrides::{Overrides, Shown};
use crate::policy::Policy;
use crate::register::Register;
use crate::register::roles::{CLOUD_APPLICATION_ADMINISTRATOR, GLOBAL_ADMINISTRATOR, USER_ADMINISTRATOR};
use crate::register::spread::Moment;
use crate::sessions::Sessions;
use crate::window::{Load, Window};

/// Who has which directory role at the start.
const ADMINISTRATORS: &[(&str, Uuid)] = &[
    (ADMIN, GLOBAL_ADMINISTRATOR),
    (APPLICATION_ADMIN, CLOUD_APPLICATION_ADMINISTRATOR),
    (HELP_DESK, USER_ADMINISTRATOR),
];

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
    /// Whether Presence Sync was installed from the start.
    pub(crate) installed: bool,
    pub(crate) policy: RwLock<Policy>,
    pub(crate) sessions: Sessions,
    pub(crate) contradictions: RwLock<Contradictions>,
    /// 8x8's API keys and what they are for.
    pub(crate) keys: RwLock<HashMap<String, Vec<Product>>>,
    /// How long directory writes take to be seen.
    pub(crate) replication_ms: AtomicU64,
    /// How many phone systems there are.
    pub(crate) systems: usize,
    pub(crate) telephone: Telephone,
    pub(crate) center: Center,
    pub(crate) streams: Streams,
    pub(crate) provisioning: Provisioning,
    pub(crate) rooms: Rooms,
    /// Contacts that were written.
    pub(crate) book: RwLock<Book>,
    /// Whether contacts are limited to 60 requests a minute.
    pub(crate) contacts_limit: AtomicBool,
    /// How many requests for contacts there were.
    pub(crate) contacts_load: Load,
    pub(crate) active_calls_load: Load,
    day: Day,
    register: RwLock<Register>,
    next_seen_ms: AtomicU64,
    directory: RwLock<Directory>,
    next_change_ms: AtomicU64,
}

impl Tenant {
    pub(crate) fn new(options: Options, base: String) -> Self {
        let organisation = Organisation::new(options.seed);
        let people = options.people as u64;
        let clock = Clock::start(options.pace);
        let directory = Directory::new(options.seed, options.people, options.installed);
        let mut register = Register::new(&organisation, options.installed, clock.opened_at());
        for (user, role) in ADMINISTRATORS {
            let account = directory.place_of_user_name(user).and_then(|place| directory.account(place));
            if let Some(account) = account {
                register.assign_role(account.id, *role, Moment { now_ms: 0, seen_from_ms: 0 });
            }
        }
        let tenant = Self {
            base,
            clock,
            overrides: Overrides::default(),
            faults: Armed::default(),
            journal: Journal::new(options.record),
            login: Login::default(),
            presence_window: Window::new(1_500, 30_000),
            contacts_window: Window::new(60, 60_000),
            delta_generation: AtomicU64::new(0),
            people,
            installed: options.installed,
            policy: RwLock::default(),
            sessions: Sessions::default(),
            contradictions: RwLock::new(options.contradictions),
            keys: RwLock::new(crate::eight::first_keys(&organisation)),
            replication_ms: AtomicU64::new(milliseconds(options.replication)),
            systems: options
                .phone_systems
                .unwrap_or_else(|| systems_of(options.people))
                .clamp(1, SYSTEMS.len()),
            telephone: Telephone::new(options.calls),
            center: Center::new(
                options.contact_center,
                options.agents_work,
                organisation.action_token.clone(),
            ),
            streams: Streams::default(),
            provisioning: Provisioning::default(),
            rooms: Rooms::default(),
            book: RwLock::default(),
            contacts_limit: AtomicBool::new(options.contacts_limit),
            contacts_load: Load::default(),
            active_calls_load: Load::default(),
            register: RwLock::new(register),
            next_seen_ms: AtomicU64::new(u64::MAX),
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
        let due = now_ms >= self.next_change_ms.load(Ordering::Acquire)
            || self.clock.elapsed_ms() >= self.next_seen_ms.load(Ordering::Acquire);
        if due {
            self.change_directory(|_| ());
        }
        look(&read(&self.directory))
    }

    /// Changes the directory, after what is due by itself.
    pub(crate) fn change_directory<T>(&self, change: impl FnOnce(&mut Directory) -> T) -> T {
        let mut directory = write(&self.directory);
        directory.catch_up(self.clock.simulated_ms());
        directory.reveal(self.clock.elapsed_ms());
        self.next_change_ms.store(directory.next_change_ms(), Ordering::Release);
        let outcome = change(&mut directory);
        self.next_seen_ms.store(directory.next_seen_ms(), Ordering::Release);
        outcome
    }

    /// Now, and from when on readers see what is written now.
    pub(crate) fn moment(&self) -> Moment {
        let now_ms = self.clock.elapsed_ms();
        Moment { now_ms, seen_from_ms: now_ms.saturating_add(self.replication_ms.load(Ordering::Relaxed)) }
    }

    /// Reads the register as readers see it at the moment given.
    pub(crate) fn with_register<T>(&self, look: impl FnOnce(&Register, u64) -> T) -> T {
        look(&read(&self.register), self.clock.elapsed_ms())
    }

    /// Changes the register.
    pub(crate) fn change_register<T>(&self, change: impl FnOnce(&mut Register, Moment) -> T) -> T {
        let mut register = write(&self.register);
        change(&mut register, self.moment())
    }

    /// Whether somebody has one of these directory roles; a Global Administrator has them all.
    pub(crate) fn has_role(&self, user: Uuid, any_of: &[Uuid]) -> bool {
        let own = self.with_register(|register, now_ms| register.roles_of(user, now_ms));
        own.iter().any(|role| *role == GLOBAL_ADMINISTRATOR || any_of.contains(role))
    }

    /// Whether the limit of contacts is in force.
    pub(crate) fn limits_contacts(&self) -> bool {
        self.contacts_limit.load(Ordering::Relaxed)
    }

    /// Which reading of the vendors' pages is played.
    pub(crate) fn contradictions(&self) -> Contradictions {
        *read(&self.contradictions)
    }

    /// What the account at `place` shows at `now_ms` of simulated time.
    pub(crate) fn shown(&self, place: usize, kind: Kind, now_ms: u64) -> Shown {
        let own = self.own(place, kind, now_ms);
        self.sessions.apply(place, own, now_ms, self.contradictions().call_reads_busy)
    }

    /// What the person's own Teams clients say, sessions of applications left out.
    pub(crate) fn own(&self, place: usize, kind: Kind, now_ms: u64) -> Shown {
        let own = match kind {
            Kind::Person => self.day.segment(place as u64, now_ms).into(),
            Kind::StatusUser | Kind::Room | Kind::Staff | Kind::Made => still("Offline"),
            // A guest's presence lives in the guest's own tenant.
            Kind::Guest | Kind::Former => still("PresenceUnknown"),
        };
        self.overrides.apply(place, own, now_ms)
    }
}

/// A length of time in whole milliseconds.
pub(crate) fn milliseconds(length: Duration) -> u64 {
    u64::try_from(length.as_millis()).unwrap_or(u64::MAX)
}

fn still(value: &'static str) -> Shown {
    Shown {
        availability: value.into(),
        activity: value.into(),
        out_of_office: false,
        since_ms: 0,
        changes: 0,
    }
}
