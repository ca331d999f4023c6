//! What the organisation demands of sign-ins: consent, second factors, Conditional Access, guests.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What happens to guests who sign in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guests {
    /// The page says that the account is of another organisation (AADSTS50020).
    #[default]
    Unknown,
    /// The page says that the guest may not use the application (AADSTS90072).
    Refused,
    /// They sign in.
    Admitted,
}

/// The switches of sign-in.
#[derive(Debug)]
pub(crate) struct Policy {
    /// Whether people may consent to what needs no administrator.
    pub(crate) user_consent: bool,
    /// Everybody needs a second factor, and whoever has none must register one.
    pub(crate) security_defaults: bool,
    /// Who needs a second factor.
    pub(crate) second_factor: HashSet<Uuid>,
    /// Who has registered one.
    pub(crate) registered: HashSet<Uuid>,
    /// What Conditional Access refuses, by whom; nobody stands for everybody.
    pub(crate) refusals: Vec<(Option<Uuid>, u32)>,
    /// Whether such refusals go to the application at once instead of being shown.
    pub(crate) redirect_refusals: bool,
    /// Whether people of other organisations come through.
    pub(crate) admit_foreigners: bool,
    pub(crate) guests: Guests,
    /// Whether the 8x8 user may see the phone systems.
    pub(crate) analytics_access: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            user_consent: true,
            security_defaults: false,
            second_factor: HashSet::new(),
            registered: HashSet::new(),
            refusals: Vec::new(),
            redirect_refusals: false,
            admit_foreigners: false,
            guests: Guests::default(),
            analytics_access: true,
        }
    }
}

impl Policy {
    /// The number of the error with which Conditional Access refuses somebody.
    pub(crate) fn refusal(&self, user: Uuid) -> Option<u32> {
        let found = self.refusals.iter().find(|(who, _)| who.is_none_or(|who| who == user));
        found.map(|(_, code)| *code)
    }
}
