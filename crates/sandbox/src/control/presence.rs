//! Presence: what applications have written, what people prefer, what their own clients say.

use serde::{Deserialize, Serialize};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{Control, ControlError, Truth, truth_of};
use crate::Contradictions;
use crate::guard::write;
use crate::register::permissions::named;
use crate::register::spread::Moment;
use crate::sessions::Preferred;

/// What an application says of a user's presence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresenceSession {
    /// The user name.
    pub user: String,
    /// The application's client id.
    pub session_id: String,
    /// Graph's availability, as it was set.
    pub availability: String,
    /// Graph's activity, as it was set.
    pub activity: String,
    /// Simulated milliseconds until it ends by itself.
    pub expires_in_ms: u64,
}

impl Control {
    /// The presence sessions that are open.
    pub fn presence_sessions(&self) -> Vec<PresenceSession> {
        let now_ms = self.tenant.clock.simulated_ms();
        let open = self.tenant.sessions.list(now_ms);
        self.tenant.with_directory(|directory| {
            open.into_iter()
                .map(|(place, client, session)| PresenceSession {
                    user: directory.accounts()[place].user_principal_name.clone(),
                    session_id: client.to_string(),
                    availability: session.availability,
                    activity: session.activity,
                    expires_in_ms: session.expires_ms - now_ms,
                })
                .collect()
        })
    }

    /// Sets what somebody prefers to show, as the menu in Teams does, for that many simulated seconds; nothing
    /// takes it back. It is shown while the person has a session, be it of Teams or of an application.
    pub fn set_preferred(
        &self,
        user: &str,
        pair: Option<(&str, &str)>,
        for_seconds: f64,
    ) -> Result<(), ControlError> {
        let place = self.place(user)?;
        let now_ms = self.tenant.clock.simulated_ms();
        let preferred = pair.map(|(availability, activity)| Preferred {
            availability: availability.to_owned(),
            activity: activity.to_owned(),
            until_ms: now_ms.saturating_add((for_seconds * 1000.0) as u64),
        });
        self.tenant.sessions.prefer(place, preferred, now_ms);
        Ok(())
    }

    /// What somebody's own Teams clients say, without what applications have written and without a preference.
    pub fn own_presence(&self, user: &str) -> Result<Truth, ControlError> {
        let place = self.place(user)?;
        let now_ms = self.tenant.clock.simulated_ms();
        let found = self.tenant.with_directory(|directory| {
            let account = directory.account(place)?;
            Some(truth_of(account, self.tenant.own(place, account.kind, now_ms)))
        });
        found.ok_or_else(|| ControlError::UnknownUser { user: user.to_owned() })
    }

    /// Gives Presence Sync, where it is installed, a certificate (DER) to sign in with as itself, and Graph's
    /// application permissions, such as `Presence.ReadWrite.All`. False if there is no such registration, if the
    /// certificate is none, or if a permission is not known.
    pub fn trust_certificate(&self, der: &[u8], permissions: &[&str]) -> bool {
        let key = json!({ "type": "AsymmetricX509Cert", "usage": "Verify", "key": STANDARD.encode(der) });
        let Ok(draft) = serde_json::from_value(json!({ "keyCredentials": [key] })) else { return false };
        let roles = permissions.iter().map(|name| named(name).filter(|found| found.role.is_some()));
        let Some(roles) = roles.collect::<Option<Vec<_>>>() else {
            return false;
        };
        let client = self.tenant.organisation.client;
        let now = self.tenant.clock.wall();
        self.tenant.change_register(|register, at| {
            // A switch works at once.
            let at = Moment { seen_from_ms: at.now_ms, ..at };
            let Some(principal) = register.principal(client, at.now_ms).map(|principal| principal.id) else {
                return false;
            };
            let found = register.applications.iter_mut().find(|entry| entry.newest().app_id == client);
            let Some(entry) = found else { return false };
            let mut application = entry.newest().clone();
            if application.apply(draft, now).is_err() {
                return false;
            }
            entry.set(application, at);
            for role in roles {
                register.assign_app_role(principal, role, now, at);
            }
            true
        })
    }

    /// Which reading of the vendors' pages is played.
    pub fn contradictions(&self) -> Contradictions {
        self.tenant.contradictions()
    }

    /// Plays another reading of the vendors' pages from now on.
    pub fn set_contradictions(&self, contradictions: Contradictions) {
        *write(&self.tenant.contradictions) = contradictions;
    }
}
