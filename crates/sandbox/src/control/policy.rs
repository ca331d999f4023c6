//! What the organisation and its services demand, on demand.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{Control, ControlError};
use crate::Guests;
use crate::chance::{Purpose, draw};
use crate::directory::account::{Account, Password};
use crate::eight::Product;
use crate::guard::write;
use crate::tenant::milliseconds;

/// The password that an account without one gets when it must change it.
const FIRST_PASSWORD: &str = "Change-me-1";

impl Control {
    /// Says whether people may consent to what needs no administrator.
    pub fn set_user_consent(&self, allowed: bool) {
        write(&self.tenant.policy).user_consent = allowed;
    }

    /// Says whether somebody needs a second factor.
    pub fn require_mfa(&self, user: &str, required: bool) -> Result<(), ControlError> {
        let account = self.account(user)?;
        let mut policy = write(&self.tenant.policy);
        if required {
            policy.second_factor.insert(account.id);
        } else {
            policy.second_factor.remove(&account.id);
        }
        Ok(())
    }

    /// Switches security defaults: everybody needs a second factor, and registers one at the first sign-in.
    pub fn set_security_defaults(&self, on: bool) {
        write(&self.tenant.policy).security_defaults = on;
    }

    /// Makes somebody choose a new password at the next sign-in. An account without a password gets
    /// `Change-me-1` first.
    pub fn force_password_change(&self, user: &str) -> Result<(), ControlError> {
        self.change_account(user, |account| {
            let text = FIRST_PASSWORD.to_owned();
            account.password.get_or_insert(Password { text, must_change: true }).must_change = true;
        })
    }

    /// Gives somebody a password, as a reset in the admin centre does.
    pub fn set_password(&self, user: &str, password: &str) -> Result<(), ControlError> {
        self.change_account(user, |account| {
            account.password = Some(Password { text: password.to_owned(), must_change: false });
        })
    }

    /// Enables or disables an account.
    pub fn set_enabled(&self, user: &str, enabled: bool) -> Result<(), ControlError> {
        self.change_account(user, |account| account.disabled = !enabled)
    }

    /// Makes Conditional Access refuse sign-ins with that error number, such as 53003: of one user, or
    /// everybody's. No number takes the refusal away again.
    pub fn set_conditional_access(&self, code: Option<u32>, user: Option<&str>) -> Result<(), ControlError> {
        let user = user.map(|user| self.account(user)).transpose()?.map(|account| account.id);
        let mut policy = write(&self.tenant.policy);
        policy.refusals.retain(|(known, _)| *known != user);
        policy.refusals.extend(code.map(|code| (user, code)));
        Ok(())
    }

    /// Sends such refusals to the application at once, instead of showing a page.
    pub fn redirect_refusals(&self, redirect: bool) {
        write(&self.tenant.policy).redirect_refusals = redirect;
    }

    /// Sets how long directory writes take to be seen, from now on.
    pub fn set_replication(&self, length: Duration) {
        self.tenant.replication_ms.store(milliseconds(length), Ordering::Relaxed);
    }

    /// Lets the person of Northwind come through; the id token then names the other tenant.
    pub fn admit_foreigners(&self, admit: bool) {
        write(&self.tenant.policy).admit_foreigners = admit;
    }

    /// Says what happens to guests who sign in.
    pub fn set_guests(&self, guests: Guests) {
        write(&self.tenant.policy).guests = guests;
    }

    /// Makes an 8x8 API key for these products.
    pub fn add_key(&self, products: &[Product]) -> String {
        let mut keys = write(&self.tenant.keys);
        let number = keys.len() as u64 + 10;
        let half = |part| draw(self.tenant.organisation.seed, Purpose::Keys, number, part);
        let key = format!("sandbox_{:016x}{:016x}", half(0), half(1));
        keys.insert(key.clone(), products.to_vec());
        key
    }

    /// Says whether the 8x8 user of Work Analytics may see the phone systems.
    pub fn set_analytics_access(&self, allowed: bool) {
        write(&self.tenant.policy).analytics_access = allowed;
    }

    fn account(&self, user: &str) -> Result<Account, ControlError> {
        let place = self.place(user)?;
        let found = self.tenant.with_directory(|directory| directory.account(place).cloned());
        found.ok_or_else(|| ControlError::UnknownUser { user: user.to_owned() })
    }

    fn change_account(&self, user: &str, change: impl FnOnce(&mut Account)) -> Result<(), ControlError> {
        let place = self.place(user)?;
        self.tenant.change_directory(|directory| {
            if let Some(account) = directory.change(place) {
                change(account);
            }
        });
        Ok(())
    }
}
