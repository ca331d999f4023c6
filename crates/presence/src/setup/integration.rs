//! The four integrations, in install order, and where each stands.

use serde::{Deserialize, Serialize};

/// One of the four integrations of 8x8's Presence Sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum Integration {
    /// Reads what Teams says about everybody.
    TeamsToEight,
    /// Tells Teams who is on an 8x8 call.
    EightToTeams,
    /// Enhanced Presence Sync: Teams people as 8x8 contacts.
    Contacts,
    /// Teams chat from the board.
    Chat,
}

impl Integration {
    /// All, in install order.
    pub const ALL: [Self; 4] = [Self::TeamsToEight, Self::EightToTeams, Self::Contacts, Self::Chat];

    /// The name that people know from 8x8's guide.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TeamsToEight => "Teams to 8x8 presence",
            Self::EightToTeams => "8x8 to Teams presence",
            Self::Contacts => "Import Teams contacts",
            Self::Chat => "Teams chat",
        }
    }

    /// The name on the command line.
    #[must_use]
    pub fn keyword(self) -> &'static str {
        match self {
            Self::TeamsToEight => "teams-to-8x8",
            Self::EightToTeams => "8x8-to-teams",
            Self::Contacts => "contacts",
            Self::Chat => "chat",
        }
    }

    /// The integration of a keyword, in any letter case.
    #[must_use]
    pub fn from_keyword(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|integration| integration.keyword().eq_ignore_ascii_case(text.trim()))
    }
}

/// Where an integration stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum Standing {
    /// Nobody began.
    NotInstalled,
    /// Begun, not finished.
    InProgress,
    /// Everything is there but an administrator's consent.
    ConsentNeeded,
    /// All checks passed.
    Verified,
    /// It was verified, and a check failed since.
    NeedsAttention,
    /// A person switched it off.
    Disabled,
}

impl Standing {
    /// In the words of 8x8's guide, where it has any.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::NotInstalled => "Not installed",
            Self::InProgress => "In progress",
            Self::ConsentNeeded => "Admin consent needed",
            Self::Verified => "Integration verified",
            Self::NeedsAttention => "Needs attention",
            Self::Disabled => "Disabled",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_integration_is_found_by_its_keyword() {
        for integration in Integration::ALL {
            let shouted = integration.keyword().to_uppercase();
            assert_eq!(Integration::from_keyword(&format!(" {shouted} ")), Some(integration));
        }
        assert_eq!(Integration::from_keyword("everything"), None);
    }
}
