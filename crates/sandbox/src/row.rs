//! The fourteen Teams statuses that Presence Sync tells apart, and the pairs Graph reports for them.
//!
//! Sources: 8x8 support, "8x8 Presence Sync with Microsoft Teams" (the fourteen rows); learn.microsoft.com,
//! "Manage presence state using the Microsoft Graph API" (the pairs).

/// One row of 8x8's table of Teams statuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Row {
    /// At the computer and free.
    Available,
    /// Free, with automatic replies on.
    AvailableOutOfOffice,
    /// Busy by hand or by calendar.
    Busy,
    /// In a call of two or more.
    OnCall,
    /// In a scheduled meeting.
    InMeeting,
    /// In a call, with automatic replies on.
    OnCallOutOfOffice,
    /// Wants no notifications.
    DoNotDisturb,
    /// Shares the screen.
    Presenting,
    /// In focus time.
    Focusing,
    /// Not at the computer for a while.
    Away,
    /// Back in a moment.
    BeRightBack,
    /// Signed in nowhere, or appears so by choice.
    Offline,
    /// Teams can not or may not say.
    Unknown,
    /// Automatic replies on and not active.
    OutOfOffice,
}

/// `(availability, activity, isOutOfOffice)` as Graph reports them.
pub(crate) type Pair = (&'static str, &'static str, bool);

impl Row {
    /// All rows, in the order of 8x8's table.
    pub const ALL: [Self; 14] = [
        Self::Available,
        Self::AvailableOutOfOffice,
        Self::Busy,
        Self::OnCall,
        Self::InMeeting,
        Self::OnCallOutOfOffice,
        Self::DoNotDisturb,
        Self::Presenting,
        Self::Focusing,
        Self::Away,
        Self::BeRightBack,
        Self::Offline,
        Self::Unknown,
        Self::OutOfOffice,
    ];

    /// The row's name in 8x8's table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Available => "Available",
            Self::AvailableOutOfOffice => "Available, Out of Office",
            Self::Busy => "Busy",
            Self::OnCall => "On a call",
            Self::InMeeting => "In a meeting",
            Self::OnCallOutOfOffice => "On a call, out of office",
            Self::DoNotDisturb => "Do not disturb",
            Self::Presenting => "Presenting",
            Self::Focusing => "Focusing",
            Self::Away => "Away",
            Self::BeRightBack => "Be right back",
            Self::Offline => "Offline",
            Self::Unknown => "Status unknown",
            Self::OutOfOffice => "Out of Office",
        }
    }

    /// The pairs under which this row appears, the commonest first and repeated by weight.
    pub(crate) fn pairs(self) -> &'static [Pair] {
        match self {
            Self::Available => &[
                ("Available", "Available", false),
                ("Available", "Available", false),
                ("Available", "Available", false),
                ("AvailableIdle", "Inactive", false),
            ],
            Self::AvailableOutOfOffice => {
                &[("Available", "OutOfOffice", true), ("Available", "Available", true)]
            }
            Self::Busy => {
                &[("Busy", "Busy", false), ("Busy", "Busy", false), ("BusyIdle", "Inactive", false)]
            }
            Self::OnCall => &[
                ("Busy", "InACall", false),
                ("Busy", "InACall", false),
                ("Busy", "InAConferenceCall", false),
                ("BusyIdle", "InACall", false),
            ],
            Self::InMeeting => &[
                ("Busy", "InAMeeting", false),
                ("Busy", "InAMeeting", false),
                ("BusyIdle", "InAMeeting", false),
            ],
            Self::OnCallOutOfOffice => {
                &[("Busy", "InACall", true), ("Busy", "InACall", true), ("Busy", "InAConferenceCall", true)]
            }
            Self::DoNotDisturb => &[
                ("DoNotDisturb", "DoNotDisturb", false),
                ("DoNotDisturb", "DoNotDisturb", false),
                ("DoNotDisturb", "UrgentInterruptionsOnly", false),
            ],
            Self::Presenting => &[("DoNotDisturb", "Presenting", false)],
            Self::Focusing => &[("DoNotDisturb", "Focusing", false)],
            Self::Away => &[("Away", "Away", false), ("Away", "Away", false), ("Away", "Inactive", false)],
            Self::BeRightBack => &[("BeRightBack", "BeRightBack", false)],
            Self::Offline => &[("Offline", "Offline", false), ("Offline", "OffWork", false)],
            Self::Unknown => &[("PresenceUnknown", "PresenceUnknown", false)],
            Self::OutOfOffice => &[
                ("Offline", "OutOfOffice", true),
                ("Away", "OutOfOffice", true),
                ("Offline", "OffWork", true),
            ],
        }
    }

    /// The row of any pair, also of one set by hand through the control interface.
    ///
    /// Written apart from the product's own mapping on purpose: each checks the other.
    pub fn of(availability: &str, activity: &str, out_of_office: bool) -> Self {
        let availability = availability.to_ascii_lowercase();
        let activity = activity.to_ascii_lowercase();
        let either = |name: &str| availability == name || activity == name;
        if either("inacall") || either("inaconferencecall") {
            return if out_of_office { Self::OnCallOutOfOffice } else { Self::OnCall };
        }
        if either("presenting") {
            return Self::Presenting;
        }
        if either("focusing") {
            return Self::Focusing;
        }
        if either("urgentinterruptionsonly") || either("donotdisturb") {
            return Self::DoNotDisturb;
        }
        if either("inameeting") {
            return Self::InMeeting;
        }
        let replies = out_of_office || activity == "outofoffice";
        match availability.as_str() {
            "available" | "availableidle" | "availableinactive" if replies => Self::AvailableOutOfOffice,
            "busy" | "busyidle" => Self::Busy,
            "available" | "availableidle" | "availableinactive" => Self::Available,
            "berightback" => Self::BeRightBack,
            _ if activity == "berightback" => Self::BeRightBack,
            "away" if activity == "outofoffice" => Self::OutOfOffice,
            "away" => Self::Away,
            "outofoffice" => Self::OutOfOffice,
            "offline" | "offwork" | "presenceunknown" | "" if replies => Self::OutOfOffice,
            "offline" | "offwork" => Self::Offline,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_reads_back_as_its_own_row() {
        for row in Row::ALL {
            for (availability, activity, out_of_office) in row.pairs() {
                assert_eq!(Row::of(availability, activity, *out_of_office), row, "{availability}/{activity}");
            }
        }
    }

    #[test]
    fn values_not_yet_invented_are_unknown() {
        assert_eq!(Row::of("Hologram", "Juggling", false), Row::Unknown);
        assert_eq!(Row::of("BUSY", "inacall", false), Row::OnCall);
    }
}
