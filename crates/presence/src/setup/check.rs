//! The checks that decide whether an integration is verified.

use std::sync::Arc;

use super::installation::{Installation, Key, Reading};
use super::integration::Integration;
use super::registration::Registration;
use crate::error::Problem;

/// One check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Check {
    /// There is a sign-in, and it is renewed.
    SignIn,
    /// The permissions are in a new token.
    Permission,
    /// The directory can be read.
    Directory,
    /// The presence of three people can be read.
    Presence,
    /// The key is accepted.
    Key(Key),
    /// How many people are on both sides.
    Matches,
    /// The certificate of a registration is accepted.
    Certificate(Registration),
    /// Presence may be written.
    Write,
    /// The permissions for chat are granted.
    Chat,
}

impl Check {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SignIn => "Sign-in",
            Self::Permission => "Permission",
            Self::Directory => "Directory",
            Self::Presence => "Presence of three people",
            Self::Key(Key::Search) => "8x8 key for directory contacts",
            Self::Key(Key::Management) => "8x8 key for importing contacts",
            Self::Key(Key::Analytics) => "8x8 Work Analytics",
            Self::Key(Key::Agents) => "8x8 agent status",
            Self::Key(Key::Events) => "8x8 events of agents",
            Self::Key(Key::Groups) => "8x8 ring groups",
            Self::Matches => "Match rate",
            Self::Certificate(_) => "Certificate",
            Self::Write => "Writing presence",
            Self::Chat => "Chat permissions",
        }
    }

    /// The checks without which this one can not be tried.
    #[must_use]
    pub fn needs(self) -> &'static [Self] {
        match self {
            Self::Permission => &[Self::SignIn, Self::Certificate(Registration::Reader)],
            Self::Directory => &[Self::SignIn, Self::Certificate(Registration::Reader), Self::Permission],
            Self::Presence => &[Self::Directory],
            Self::Matches => &[Self::Directory, Self::Key(Key::Search)],
            Self::Write => &[Self::Certificate(Registration::Writer)],
            Self::SignIn | Self::Key(_) | Self::Certificate(_) | Self::Chat => &[],
        }
    }
}

/// The checks of an integration, in order.
#[must_use]
pub fn checks(installation: &Installation, integration: Integration) -> Vec<Check> {
    match integration {
        Integration::TeamsToEight => {
            let alone = Check::Certificate(Registration::Reader);
            let sign_in = if installation.reading == Reading::Alone { alone } else { Check::SignIn };
            let reading = [Check::Permission, Check::Directory, Check::Presence];
            [&[sign_in], reading.as_slice(), &[Check::Key(Key::Search), Check::Matches]].concat()
        }
        Integration::EightToTeams => {
            vec![Check::Certificate(Registration::Writer), Check::Write, Check::Key(Key::Analytics)]
        }
        Integration::Contacts => vec![Check::Directory, Check::Key(Key::Management)],
        Integration::Chat => vec![Check::Chat],
    }
}

/// What a check found when it passed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// In a sentence or two.
    pub words: String,
    /// Name, what Teams says, what 8x8 gets: for comparing with one's own eyes.
    pub sample: Vec<[String; 3]>,
    /// Left out on purpose: neither good nor bad.
    pub left_out: bool,
}

/// Why a check did not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// In words.
    pub problem: Arc<Problem>,
    /// Whether an administrator's consent is what is missing.
    pub consent: bool,
    /// Whether Microsoft may only not know it yet, if it was set up a moment ago.
    pub not_yet: bool,
}

/// How a check stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// Its turn has not come.
    #[default]
    Waiting,
    /// Under way.
    Running,
    /// It passed.
    Passed(Finding),
    /// It failed.
    Failed(Fault),
    /// Not tried, because it needs one that failed.
    NotTried(Check),
}
