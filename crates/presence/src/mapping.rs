//! What Teams says, turned into what 8x8 gets: the ordered eighteen rules.
//!
//! The rows and their 8x8 presence are the table "Presence Status Mapping from Microsoft Teams" of 8x8's guide to
//! Presence Sync; the names on Graph's side are those of the `presence` resource on learn.microsoft.com. Documentation
//! pages differ in letter case and in which name stands in which field, so every name is accepted in either field and
//! in any case. The function is total: a name not invented yet never reads as available.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

macro_rules! terms {
    ($($name:ident),+ $(,)?) => {
        /// A value of Graph's `availability` or `activity`.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum Term {
            $(#[doc = concat!("`", stringify!($name), "`.")] $name,)+
            /// A name that is not known here, kept as it came.
            Other(Arc<str>),
            /// The value was absent or null.
            Missing,
        }

        impl Term {
            /// Every name that Microsoft documents, in either field.
            pub const KNOWN: &[Self] = &[$(Self::$name),+];

            /// Reads a name in any letter case; what is not known is kept as [`Term::Other`].
            #[must_use]
            pub fn parse(text: &str) -> Self {
                match text {
                    $(stringify!($name) => return Self::$name,)+
                    _ => {}
                }
                let trimmed = text.trim();
                $(if trimmed.eq_ignore_ascii_case(stringify!($name)) { return Self::$name; })+
                if trimmed.is_empty() { Self::Missing } else { Self::Other(clip(trimmed).into()) }
            }

            /// The name as Microsoft writes it; empty when missing.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$name => stringify!($name),)+
                    Self::Other(name) => name,
                    Self::Missing => "",
                }
            }
        }
    };
}

terms! {
    Available, AvailableIdle, AvailableInactive, Away, BeRightBack, Busy, BusyIdle, DoNotDisturb, Focusing,
    InACall, InAConferenceCall, InAMeeting, Inactive, Offline, OffWork, OutOfOffice, PresenceUnknown, Presenting,
    UrgentInterruptionsOnly,
}

impl fmt::Display for Term {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Longest name kept of a value that is not known; Microsoft's longest is 23 characters.
const LONGEST_NAME: usize = 64;

fn clip(text: &str) -> &str {
    match text.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

/// A presence on the 8x8 side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum Presence {
    /// Free to take a call.
    Available,
    /// On a call, or in a meeting.
    OnCall,
    /// Occupied, by the person's own word or calendar.
    Busy,
    /// Wants no calls.
    DoNotDisturb,
    /// Not at the desk.
    Away,
    /// Not signed in, or hidden.
    Offline,
    /// Nothing is known. Never sent to 8x8; shown on our own surfaces only.
    Unknown,
}

impl Presence {
    /// In words, as on the board.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Available => "Available",
            Self::OnCall => "On call",
            Self::Busy => "Busy",
            Self::DoNotDisturb => "Do not disturb",
            Self::Away => "Away",
            Self::Offline => "Offline",
            Self::Unknown => "Unknown",
        }
    }

    /// Reads [`Presence::as_str`]; what it never wrote is unknown.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let all = [Self::Available, Self::OnCall, Self::Busy, Self::DoNotDisturb, Self::Away, Self::Offline];
        all.into_iter().find(|presence| presence.as_str() == text).unwrap_or(Self::Unknown)
    }

    /// The name as 8x8 and `watch --json` write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::OnCall => "onCall",
            Self::Busy => "busy",
            Self::DoNotDisturb => "doNotDisturb",
            Self::Away => "away",
            Self::Offline => "offline",
            Self::Unknown => "unknown",
        }
    }
}

/// A row of the guide's table: what Teams shows for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Row {
    /// Free.
    #[serde(rename = "Available")]
    Available,
    /// Free although automatic replies are on.
    #[serde(rename = "Available, Out of Office")]
    AvailableOutOfOffice,
    /// Occupied.
    #[serde(rename = "Busy")]
    Busy,
    /// In a call.
    #[serde(rename = "On a call")]
    OnACall,
    /// In a meeting.
    #[serde(rename = "In a meeting")]
    InAMeeting,
    /// In a call although automatic replies are on.
    #[serde(rename = "On a call, out of office")]
    OnACallOutOfOffice,
    /// Wants no interruption.
    #[serde(rename = "Do not disturb")]
    DoNotDisturb,
    /// Shows a screen to others.
    #[serde(rename = "Presenting")]
    Presenting,
    /// Focus time is booked.
    #[serde(rename = "Focusing")]
    Focusing,
    /// Not at the desk.
    #[serde(rename = "Away")]
    Away,
    /// Soon back at the desk.
    #[serde(rename = "Be right back")]
    BeRightBack,
    /// Signed in nowhere, or hidden.
    #[serde(rename = "Offline")]
    Offline,
    /// Teams does not know.
    #[serde(rename = "Status unknown")]
    StatusUnknown,
    /// Automatic replies are on, and the person is not there.
    #[serde(rename = "Out of Office")]
    OutOfOffice,
}

impl Row {
    /// The fourteen rows in the order of the guide.
    pub const ALL: [Self; 14] = [
        Self::Available,
        Self::AvailableOutOfOffice,
        Self::Busy,
        Self::OnACall,
        Self::InAMeeting,
        Self::OnACallOutOfOffice,
        Self::DoNotDisturb,
        Self::Presenting,
        Self::Focusing,
        Self::Away,
        Self::BeRightBack,
        Self::Offline,
        Self::StatusUnknown,
        Self::OutOfOffice,
    ];

    /// The row's words in the guide.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Available => "Available",
            Self::AvailableOutOfOffice => "Available, Out of Office",
            Self::Busy => "Busy",
            Self::OnACall => "On a call",
            Self::InAMeeting => "In a meeting",
            Self::OnACallOutOfOffice => "On a call, out of office",
            Self::DoNotDisturb => "Do not disturb",
            Self::Presenting => "Presenting",
            Self::Focusing => "Focusing",
            Self::Away => "Away",
            Self::BeRightBack => "Be right back",
            Self::Offline => "Offline",
            Self::StatusUnknown => "Status unknown",
            Self::OutOfOffice => "Out of Office",
        }
    }

    /// The guide's second column: what 8x8 gets.
    #[must_use]
    pub fn presence(self) -> Presence {
        match self {
            Self::Available | Self::AvailableOutOfOffice => Presence::Available,
            Self::Busy => Presence::Busy,
            Self::OnACall | Self::InAMeeting | Self::OnACallOutOfOffice => Presence::OnCall,
            Self::DoNotDisturb | Self::Presenting | Self::Focusing => Presence::DoNotDisturb,
            Self::Away | Self::BeRightBack => Presence::Away,
            Self::Offline | Self::StatusUnknown | Self::OutOfOffice => Presence::Offline,
        }
    }
}

/// The answer of the mapping, as `explain` prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mapping {
    /// Which of the eighteen rules spoke, from 1.
    pub rule: u8,
    /// The row of the guide's table.
    pub row: Row,
    /// What 8x8 gets.
    pub presence: Presence,
    /// Whether the out-of-office sign is drawn beside it.
    pub out_of_office: bool,
}

/// Applies the first rule that matches.
///
/// Calls come first because a call is a call whatever else is true; "do not disturb" comes before meetings because
/// that is the safe side for queues; an unknown availability comes last and is never available.
#[must_use]
pub fn map(availability: &Term, activity: &Term, out_of_office: bool) -> Mapping {
    let either = |term: &Term| availability == term || activity == term;
    let replying = out_of_office || *activity == Term::OutOfOffice;
    let in_call = either(&Term::InACall);
    let in_conference = either(&Term::InAConferenceCall);

    let (rule, row, out_of_office) = if (in_call || in_conference) && out_of_office {
        (1, Row::OnACallOutOfOffice, true)
    } else if in_call {
        (2, Row::OnACall, false)
    } else if in_conference {
        (3, Row::OnACall, false)
    } else if either(&Term::Presenting) {
        (4, Row::Presenting, out_of_office)
    } else if either(&Term::Focusing) {
        (5, Row::Focusing, out_of_office)
    } else if either(&Term::UrgentInterruptionsOnly) {
        (6, Row::DoNotDisturb, out_of_office)
    } else if either(&Term::DoNotDisturb) {
        (7, Row::DoNotDisturb, out_of_office)
    } else if either(&Term::InAMeeting) {
        (8, Row::InAMeeting, out_of_office)
    } else {
        match availability {
            Term::Available | Term::AvailableIdle | Term::AvailableInactive if replying => {
                (9, Row::AvailableOutOfOffice, true)
            }
            Term::Busy | Term::BusyIdle => (10, Row::Busy, out_of_office),
            Term::Available | Term::AvailableIdle | Term::AvailableInactive => (11, Row::Available, false),
            Term::BeRightBack => (12, Row::BeRightBack, out_of_office),
            _ if *activity == Term::BeRightBack => (12, Row::BeRightBack, out_of_office),
            Term::Away if *activity == Term::OutOfOffice => (13, Row::OutOfOffice, true),
            Term::Away => (14, Row::Away, out_of_office),
            Term::OutOfOffice => (15, Row::OutOfOffice, true),
            Term::Offline | Term::OffWork if replying => (15, Row::OutOfOffice, true),
            Term::Offline | Term::OffWork => (16, Row::Offline, false),
            Term::PresenceUnknown | Term::Missing if replying => (17, Row::OutOfOffice, true),
            _ => (18, Row::StatusUnknown, out_of_office),
        }
    };
    Mapping { rule, row, presence: row.presence(), out_of_office }
}

#[cfg(test)]
mod tests;
