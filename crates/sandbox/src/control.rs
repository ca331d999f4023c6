//! The sandbox's switches: what the world does to a client, on demand.

mod center;
mod contacts;
mod groups;
mod http;
mod policy;
mod presence;
mod telephone;
mod views;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde::{Deserialize, Serialize};

pub use center::{AgentTruth, StreamCounts, StreamTruth};
pub use contacts::{ContactsLoad, WrittenContact};
pub(crate) use http::answer;
pub use presence::PresenceSession;
pub use telephone::{Call, CallTruth, Membership, UserStatus};
pub use views::{AppRoleView, ApplicationView, GrantView, PermissionView, PrincipalView, RoleView};

use crate::directory::account::Account;
use crate::faults::Fault;
use crate::journal::{Exchange, Request};
use crate::login::of_graph;
use crate::overrides::Shown;
use crate::register::spread::Moment;
use crate::row::Row;
use crate::tenant::Tenant;

/// Time is skipped in steps of at most a month; the staff changes on the way are all carried out.
const LONGEST_ADVANCE: f64 = 31.0 * 86_400.0;

/// What is true about a person, whatever anybody was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Truth {
    /// The user's id, a GUID.
    pub id: String,
    /// The user name.
    pub user_principal_name: String,
    /// The name as shown.
    pub display_name: String,
    /// Graph's availability.
    pub availability: String,
    /// Graph's activity.
    pub activity: String,
    /// Whether automatic replies are on.
    pub out_of_office: bool,
    /// The row of 8x8's table of Teams statuses, as [`Row::name`] spells it.
    pub row: String,
}

/// Why a switch could not be thrown.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Nobody has that id, user name or address.
    #[error("the sandbox has no user '{user}'")]
    UnknownUser {
        /// Who was asked for.
        user: String,
    },
    /// The person has no extension.
    #[error("'{user}' has no extension of a phone system")]
    NoExtension {
        /// Who was asked for.
        user: String,
    },
    /// No phone system has that id or name.
    #[error("the sandbox has no phone system '{pbx}'")]
    UnknownPbx {
        /// Which was asked for.
        pbx: String,
    },
    /// No call with that id is under way.
    #[error("no call '{id}' is under way that was placed here")]
    UnknownCall {
        /// Which was asked for.
        id: String,
    },
    /// No agent has that id, and the person is none.
    #[error("the sandbox has no agent '{agent}'")]
    UnknownAgent {
        /// Who was asked for.
        agent: String,
    },
    /// The value is not one of those there are.
    #[error("'{value}' is not possible here")]
    Impossible {
        /// What was asked for.
        value: String,
    },
}

/// The switches, the same as under `/control`. Users are named by id, user name or mail address.
#[derive(Clone)]
pub struct Control {
    tenant: Arc<Tenant>,
}

impl Control {
    pub(crate) fn new(tenant: Arc<Tenant>) -> Self {
        Self { tenant }
    }

    pub(crate) fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// The faults that are set and not spent.
    pub fn faults(&self) -> Vec<Fault> {
        self.tenant.faults.list()
    }

    /// Replaces all faults; their times count from now.
    pub fn replace_faults(&self, faults: Vec<Fault>) {
        self.tenant.faults.replace(faults, self.tenant.clock.elapsed_ms(), self.tenant.clock.stamp());
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.replace_faults(Vec::new());
    }

    /// Revokes the refresh tokens issued so far: those of one user, or everybody's.
    pub fn revoke(&self, user: Option<&str>) -> Result<(), ControlError> {
        let id = match user {
            None => None,
            Some(user) => {
                let place = self.place(user)?;
                self.tenant.with_directory(|directory| directory.account(place).map(|account| account.id))
            }
        };
        self.tenant.login.revoke(id, self.tenant.clock.stamp());
        Ok(())
    }

    /// Lets all access tokens expire that were issued so far.
    pub fn expire_access_tokens(&self) {
        self.tenant.login.expire_access(self.tenant.clock.stamp());
    }

    /// Makes Graph forget all delta tokens: they answer 410.
    pub fn reset_delta(&self) {
        self.tenant.delta_generation.fetch_add(1, Ordering::Relaxed);
    }

    /// The request log, oldest first. Calls to the control interface are not in it.
    pub fn requests(&self) -> Vec<Request> {
        self.tenant.journal.requests()
    }

    /// Empties the request log and the exchanges.
    pub fn clear_requests(&self) {
        self.tenant.journal.clear();
    }

    /// Whole exchanges, oldest first; none unless the sandbox was started with `record`.
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.tenant.journal.exchanges()
    }

    /// What everybody who works here shows now.
    pub fn people(&self) -> Vec<Truth> {
        let now_ms = self.tenant.clock.simulated_ms();
        self.tenant.with_directory(|directory| {
            let accounts = directory.accounts().iter().enumerate();
            let people = accounts.filter(|(_, account)| account.is_person());
            people.map(|(place, account)| truth(&self.tenant, place, account, now_ms)).collect()
        })
    }

    /// Sets what somebody shows for that many simulated seconds; after that the day goes on.
    pub fn set_presence(
        &self,
        user: &str,
        availability: &str,
        activity: &str,
        out_of_office: bool,
        for_seconds: f64,
    ) -> Result<(), ControlError> {
        let shown = Shown {
            availability: availability.to_owned().into(),
            activity: activity.to_owned().into(),
            out_of_office,
            since_ms: self.tenant.clock.simulated_ms(),
            changes: 0,
        };
        let place = self.place(user)?;
        // The conversion of an absurd number saturates, so infinity means for ever.
        let until_ms = shown.since_ms.saturating_add((for_seconds * 1000.0) as u64);
        self.tenant.overrides.set(place, shown, until_ms);
        Ok(())
    }

    /// Hires one more person.
    pub fn join(&self) -> Truth {
        let now_ms = self.tenant.clock.simulated_ms();
        self.tenant.change_directory(|directory| {
            let place = directory.join();
            truth(&self.tenant, place, &directory.accounts()[place], now_ms)
        })
    }

    /// Deletes somebody from the directory.
    pub fn leave(&self, user: &str) -> Result<(), ControlError> {
        let place = self.place(user)?;
        let id = self.tenant.change_directory(|directory| {
            directory.leave(place);
            directory.account(place).map(|account| account.id)
        });
        if let Some(id) = id {
            self.tenant.change_register(|register, _| register.remove_user(id));
        }
        Ok(())
    }

    /// Skips simulated seconds, a month at most.
    pub fn advance(&self, seconds: f64) {
        self.tenant.clock.advance(seconds.min(LONGEST_ADVANCE));
    }

    /// Replaces the delegated permissions that the administrator has granted to Presence Sync for everybody.
    /// Access tokens issued before keep what they have.
    #[expect(clippy::needless_pass_by_value, reason = "the list is handed over for good")]
    pub fn scopes(&self, scopes: Vec<String>) {
        let scopes = of_graph(scopes.iter().map(String::as_str));
        let client = self.tenant.organisation.client;
        self.tenant.change_register(|register, at| {
            // A switch works at once.
            register.replace_grant(client, &scopes, Moment { seen_from_ms: at.now_ms, ..at });
        });
    }

    fn place(&self, user: &str) -> Result<usize, ControlError> {
        self.tenant
            .with_directory(|directory| directory.find(user))
            .ok_or_else(|| ControlError::UnknownUser { user: user.to_owned() })
    }
}

fn truth(tenant: &Tenant, place: usize, account: &Account, now_ms: u64) -> Truth {
    truth_of(account, tenant.shown(place, account.kind, now_ms))
}

fn truth_of(account: &Account, shown: Shown) -> Truth {
    Truth {
        id: account.id.to_string(),
        user_principal_name: account.user_principal_name.clone(),
        display_name: account.display_name.clone(),
        row: Row::of(&shown.availability, &shown.activity, shown.out_of_office).name().to_owned(),
        availability: shown.availability.into_owned(),
        activity: shown.activity.into_owned(),
        out_of_office: shown.out_of_office,
    }
}
