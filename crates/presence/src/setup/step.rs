//! The numbered steps of each integration, as a function of what was chosen and what is there already.

use serde::{Deserialize, Serialize};

use super::installation::{ConsentWay, Installation, Key, Making, Reading};
use super::integration::Integration;
use super::registration::Registration;

/// A step of an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum StepId {
    /// Which organisation, in which cloud.
    Organisation,
    /// How to go about it.
    Way,
    /// The wizard makes what is needed, as an administrator.
    Prepare,
    /// A person makes the status user and names it.
    User,
    /// A person makes the registration and pastes its client id.
    Register,
    /// The status user signs in.
    SignIn,
    /// An administrator consents.
    Consent,
    /// 8x8's key.
    Key,
    /// The checks.
    Verify,
    /// The wizard takes back what it made, as an administrator. It is no step towards anything, and shown while it lasts.
    Remove,
}

/// Whose account a step needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum AccountKind {
    /// The user that belongs to the sync alone.
    StatusUser,
    /// A Microsoft administrator.
    Administrator,
    /// An administrator of 8x8.
    EightAdministrator,
}

impl StepId {
    /// Whose account it needs, if any.
    #[must_use]
    pub fn account(self) -> Option<AccountKind> {
        match self {
            Self::Prepare | Self::User | Self::Register | Self::Consent | Self::Remove => {
                Some(AccountKind::Administrator)
            }
            Self::SignIn => Some(AccountKind::StatusUser),
            Self::Key => Some(AccountKind::EightAdministrator),
            Self::Organisation | Self::Way | Self::Verify => None,
        }
    }
}

impl Integration {
    /// The registration it works with; importing contacts reads with the reader's.
    #[must_use]
    pub fn registration(self) -> Registration {
        match self {
            Self::TeamsToEight | Self::Contacts => Registration::Reader,
            Self::EightToTeams => Registration::Writer,
            Self::Chat => Registration::Chat,
        }
    }

    /// The key of 8x8 it needs.
    #[must_use]
    pub fn key(self) -> Option<Key> {
        match self {
            Self::TeamsToEight => Some(Key::Search),
            Self::EightToTeams => Some(Key::Analytics),
            Self::Contacts => Some(Key::Management),
            Self::Chat => None,
        }
    }

    /// Its steps in order, and whether each is done.
    #[must_use]
    pub fn steps(self, installation: &Installation) -> Vec<(StepId, bool)> {
        let by_hand = installation.making == Making::ByHand;
        let record = installation.record(self.registration());
        let user = &installation.status_user;
        let with_user = installation.reading == Reading::StatusUser;
        let granted = record.granted.is_some();
        let verified = installation.progress(self).verified.is_some();
        let mut steps = Vec::new();
        match self {
            Self::TeamsToEight => {
                steps.push((StepId::Organisation, installation.organisation.is_some()));
                steps.push((StepId::Way, installation.decided));
                if by_hand {
                    if with_user {
                        steps.push((StepId::User, !user.user_name.is_empty()));
                    }
                    steps.push((StepId::Register, record.client_id.is_some()));
                } else {
                    steps.push((StepId::Prepare, installation.is_prepared(Registration::Reader)));
                }
                if with_user {
                    steps.push((StepId::SignIn, user.signed_in));
                }
                // By hand nobody knows of the consent before the checks; the role's way consents while signing in.
                let role = with_user && installation.consent == ConsentWay::Role;
                if by_hand || (role && installation.progress(self).consent_needed) {
                    steps.push((StepId::Consent, granted || verified));
                }
            }
            Self::EightToTeams | Self::Chat => {
                if by_hand {
                    steps.push((StepId::Register, record.client_id.is_some()));
                    steps.push((StepId::Consent, granted || verified));
                } else {
                    steps.push((StepId::Prepare, installation.is_prepared(self.registration())));
                }
            }
            Self::Contacts => {}
        }
        if let Some(key) = self.key() {
            steps
                .push((StepId::Key, installation.keys.contains(&key) || installation.skipped.contains(&key)));
        }
        steps.push((StepId::Verify, verified));
        steps
    }
}

impl Installation {
    /// Whether everything that the wizard makes for a registration is there.
    #[must_use]
    pub fn is_prepared(&self, registration: Registration) -> bool {
        let record = self.record(registration);
        let certificate = !registration.has_certificate(self.reading)
            || record.certificate.as_ref().is_some_and(|known| known.uploaded);
        let reader = registration == Registration::Reader && self.reading == Reading::StatusUser;
        let consented =
            record.granted.is_some() || (reader && self.consent == ConsentWay::Role && self.status_user.role);
        let user = !reader || self.status_user.id.is_some();
        record.client_id.is_some() && record.principal.is_some() && certificate && consented && user
    }
}
