//! One account of the directory, and how it is made up from the seed.

use uuid::Uuid;

use super::names::{self, Name};
use crate::chance::{Purpose, below, draw, guid, per_mille};
use crate::organisation::{DOMAIN, INITIAL_DOMAIN, POST_DOMAIN, STATUS_USER};

/// What an account stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Somebody who works here.
    Person,
    /// The account that only reads presence.
    StatusUser,
    /// Somebody of another organisation.
    Guest,
    /// A meeting room's mailbox.
    Room,
    /// Somebody who worked here; the account is kept, but can not sign in.
    Former,
    /// An account for administration only.
    Staff,
    /// An account made through Graph.
    Made,
}

/// One user object of the directory.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) id: Uuid,
    pub(crate) kind: Kind,
    pub(crate) given_name: String,
    pub(crate) surname: String,
    pub(crate) display_name: String,
    pub(crate) user_principal_name: String,
    pub(crate) mail: Option<String>,
    /// Addresses besides `mail` under which the person receives mail.
    pub(crate) aliases: Vec<String>,
    pub(crate) department: &'static str,
    pub(crate) job_title: &'static str,
    /// Where the person works; empty where nobody wrote it down.
    pub(crate) site: &'static str,
    /// True once deleted from the directory.
    pub(crate) left: bool,
    /// True while the directory's copies do not show it yet.
    pub(crate) hidden: bool,
    /// True if somebody switched it off.
    pub(crate) disabled: bool,
    /// None if no password is asked for.
    pub(crate) password: Option<Password>,
    pub(crate) password_policies: Option<String>,
    pub(crate) usage_location: Option<String>,
    /// When it was made; unknown for those who were there before the sandbox opened, as for old accounts.
    pub(crate) created: Option<jiff::Timestamp>,
}

/// A password that was set through Graph.
#[derive(Clone)]
pub(crate) struct Password {
    pub(crate) text: String,
    pub(crate) must_change: bool,
}

impl std::fmt::Debug for Password {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Password").field("must_change", &self.must_change).finish_non_exhaustive()
    }
}

impl Account {
    /// Somebody who works here. `taken` tells whether a user name is in use already.
    pub(crate) fn person(seed: u64, index: u64, people: u64, taken: impl Fn(&str) -> bool) -> Self {
        let name = names::name(seed, index, people);
        let user = free_name(&name.spelling, index, taken);
        let dice = draw(seed, Purpose::Mail, index, 0);
        // The administrator is what a newcomer tries first, so nothing is odd about that account.
        let odd = index > 0;
        let mail = match below(dice, 100) {
            0..8 if odd => Some(format!("{}@{POST_DOMAIN}", local_part(&user))),
            8 if odd => None,
            _ => Some(user.clone()),
        };
        let mut aliases = Vec::new();
        if odd && per_mille(dice.rotate_left(20), 110) {
            aliases.push(format!("{}{index}@{DOMAIN}", &name.spelling[..1]));
        }
        let work = draw(seed, Purpose::Work, index, 0);
        let department = DEPARTMENTS[below(work, DEPARTMENTS.len() as u64) as usize];
        let job_title = department.1[below(work.rotate_left(31), department.1.len() as u64) as usize];
        let (department, job_title) =
            if index == 0 { ("Information technology", "Administrator") } else { (department.0, job_title) };
        // Some offices were never written down.
        let site = SITES.get(below(work.rotate_left(13), SITES.len() as u64 + 1) as usize).copied();
        Self {
            mail,
            aliases,
            department,
            job_title,
            site: site.unwrap_or_default(),
            ..Self::bare(seed, index, Kind::Person, name, user)
        }
    }

    /// The account that reads presence for Presence Sync.
    pub(crate) fn status_user(seed: u64, index: u64) -> Self {
        let name = Name {
            given: "8x8".to_owned(),
            family: "Status".to_owned(),
            display: "8x8 Status".to_owned(),
            spelling: "8x8.status".to_owned(),
        };
        Self::bare(seed, index, Kind::StatusUser, name, STATUS_USER.to_owned())
    }

    /// Somebody of a partner organisation, invited.
    pub(crate) fn guest(seed: u64, index: u64) -> Self {
        let name = names::name(seed, index, 0);
        let mail = format!("{}@partner{}.example", name.spelling, index % 7 + 1);
        let user = format!("{}{index}#EXT#@{INITIAL_DOMAIN}", mail.replace('@', "_"));
        Self { mail: Some(mail), ..Self::bare(seed, index, Kind::Guest, name, user) }
    }

    /// A meeting room.
    pub(crate) fn room(seed: u64, index: u64) -> Self {
        let place = ROOMS[(index % ROOMS.len() as u64) as usize];
        let name = Name {
            given: String::new(),
            family: String::new(),
            display: format!("Room {place} {index}"),
            spelling: format!("room{index}"),
        };
        let user = format!("{}@{DOMAIN}", name.spelling);
        Self { mail: Some(user.clone()), ..Self::bare(seed, index, Kind::Room, name, user) }
    }

    /// Somebody who worked here.
    pub(crate) fn former(seed: u64, index: u64) -> Self {
        let name = names::name(seed, index, 0);
        let user = format!("{}.{index}@{DOMAIN}", name.spelling);
        Self { mail: Some(user.clone()), ..Self::bare(seed, index, Kind::Former, name, user) }
    }

    /// An account that only administers.
    pub(crate) fn staff(seed: u64, index: u64, user: &str, display: &str) -> Self {
        Self::bare(seed, index, Kind::Staff, plain(display), user.to_owned())
    }

    /// Somebody whose account is in another organisation.
    pub(crate) fn guest_of(id: Uuid, user: &str, display: &str) -> Self {
        Self {
            id,
            mail: Some(user.to_owned()),
            ..Self::bare(0, 0, Kind::Guest, plain(display), user.to_owned())
        }
    }

    /// An account made through Graph.
    pub(crate) fn made(seed: u64, index: u64, user: &str, display: &str) -> Self {
        Self::bare(seed, index, Kind::Made, plain(display), user.to_owned())
    }

    fn bare(seed: u64, index: u64, kind: Kind, name: Name, user: String) -> Self {
        Self {
            id: guid(seed, Purpose::AccountId, index),
            kind,
            given_name: name.given,
            surname: name.family,
            display_name: name.display,
            user_principal_name: user,
            mail: None,
            aliases: Vec::new(),
            department: "",
            job_title: "",
            site: "",
            left: false,
            hidden: false,
            disabled: false,
            password: None,
            password_policies: None,
            usage_location: None,
            created: None,
        }
    }

    /// The direct line and the mobile phone; numbers that are kept free for stories (Ofcom, "Numbers for use in drama").
    pub(crate) fn phones(&self) -> Option<[String; 2]> {
        let number = self.id.as_u128() % 1_000;
        (self.kind == Kind::Person && !number.is_multiple_of(7))
            .then(|| [format!("+44 20 7946 0{number:03}"), format!("+44 7700 900{number:03}")])
    }

    /// Whether it can be found: neither deleted nor too new.
    pub(crate) fn is_listed(&self) -> bool {
        !self.left && !self.hidden
    }

    /// Whether the account may sign in.
    pub(crate) fn enabled(&self) -> bool {
        !self.disabled && !matches!(self.kind, Kind::Room | Kind::Former)
    }

    /// `Member` or `Guest`.
    pub(crate) fn user_type(&self) -> &'static str {
        if self.kind == Kind::Guest { "Guest" } else { "Member" }
    }

    /// Whether this is a person who works here now.
    pub(crate) fn is_person(&self) -> bool {
        self.kind == Kind::Person && !self.left
    }

    /// Moves the person to another department.
    pub(crate) fn transfer(&mut self, dice: u64) {
        let (department, titles) = DEPARTMENTS[below(dice, DEPARTMENTS.len() as u64) as usize];
        self.department = department;
        self.job_title = titles[below(dice.rotate_left(31), titles.len() as u64) as usize];
    }
}

/// A name that is only shown.
fn plain(display: &str) -> Name {
    Name { given: String::new(), family: String::new(), display: display.to_owned(), spelling: String::new() }
}

fn free_name(spelling: &str, index: u64, taken: impl Fn(&str) -> bool) -> String {
    let plain = format!("{spelling}@{DOMAIN}");
    if taken(&plain) { format!("{spelling}{index}@{DOMAIN}") } else { plain }
}

/// What stands before the `@`.
pub(crate) fn local_part(address: &str) -> &str {
    address.split_once('@').map_or(address, |(local, _)| local)
}

const SITES: &[&str] = &["Plymouth", "Bristol", "Cardiff", "Rotterdam", "Z\u{fc}rich"];

const ROOMS: &[&str] = &["Lighthouse", "Harbour", "Estuary", "Lagoon", "Breakwater", "Fjord"];

const DEPARTMENTS: &[(&str, &[&str])] = &[
    ("Sales", &["Account executive", "Sales manager", "Sales representative", "Inside sales"]),
    ("Customer care", &["Care agent", "Team leader", "Quality coach"]),
    ("Front desk", &["Receptionist", "Switchboard operator"]),
    ("Finance", &["Accountant", "Controller", "Payroll clerk", "Treasurer"]),
    ("Human resources", &["Recruiter", "People partner", "Trainer"]),
    ("Information technology", &["System engineer", "Developer", "Service desk analyst"]),
    ("Legal", &["Counsel", "Paralegal"]),
    ("Logistics", &["Dispatcher", "Warehouse lead", "Planner"]),
    ("Marketing", &["Copywriter", "Designer", "Event planner", "Analyst"]),
    ("Production", &["Shift supervisor", "Process engineer", "Fitter"]),
    ("Research & development", &["Chemist", "Laboratory assistant", "Research lead"]),
];
