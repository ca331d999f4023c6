//! Whose sign-in is asked for, and whether it is the one that came back.

use std::collections::BTreeSet;

use super::Connection;
use super::administration::roles_of;
use super::auth::needed;
use crate::error::Failure;
use crate::secret::Secret;
use crate::session::Account;
use crate::setup::task::AdministratorRole;

/// Whose sign-in is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Expected {
    /// Anybody of the organisation.
    #[default]
    Anybody,
    /// One account: by object id where it is known, else by user name.
    Account {
        /// User name.
        user_name: String,
        /// Object id.
        id: Option<String>,
        /// Whether it signs in for the first time, so that no session of the browser may be taken for it.
        first: bool,
    },
    /// An administrator, who is not the status user.
    Administrator {
        /// The status user's name.
        status_user: String,
    },
}

impl Expected {
    /// What the browser's address says about it.
    ///
    /// `login_hint` and `prompt=select_account` exclude each other
    /// (learn.microsoft.com, "OpenID Connect on the Microsoft identity platform").
    pub(super) fn parameters(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Anybody | Self::Administrator { .. } => vec![("prompt", "select_account")],
            Self::Account { user_name, first: true, .. } => {
                vec![("prompt", "login"), ("login_hint", user_name)]
            }
            Self::Account { user_name, .. } => vec![("login_hint", user_name)],
        }
    }

    /// Compares the account that came back.
    ///
    /// # Errors
    /// Both accounts by name, when it is the wrong one.
    pub(super) async fn check(
        &self,
        connection: &Connection,
        account: &Account,
        token: &Secret,
    ) -> Result<(), Failure> {
        let tenant = &connection.tenant;
        let by_id = uuid::Uuid::try_parse(tenant).is_ok();
        if by_id && !tenant.eq_ignore_ascii_case(&account.tenant) {
            return Err(wrong_tenant(&account.user_name));
        }
        match self {
            Self::Anybody => Ok(()),
            Self::Account { user_name, id, first } => {
                let right = match id {
                    Some(id) => id.eq_ignore_ascii_case(&account.id),
                    None => user_name.eq_ignore_ascii_case(&account.user_name),
                };
                // Only who signs in for the first time, or wrongly, is worth another call.
                let roles = if right && !first { None } else { roles_of(connection, token).await.ok() };
                let roles = roles.unwrap_or_default();
                if !right {
                    return Err(wrong(account, &roles, user_name));
                }
                if roles.is_empty() { Ok(()) } else { Err(an_administrator(account)) }
            }
            Self::Administrator { status_user } => {
                if !status_user.is_empty() && status_user.eq_ignore_ascii_case(&account.user_name) {
                    return Err(not_the_status_user(account));
                }
                Ok(())
            }
        }
    }
}

pub(super) fn wrong_tenant(user_name: &str) -> Failure {
    needed(
        "signIn.wrongTenant",
        "That was the wrong organisation.",
        &format!("{user_name} belongs to another organisation. Nothing was kept."),
        "Sign in with an account of your organisation.",
    )
}

fn wrong(account: &Account, roles: &BTreeSet<AdministratorRole>, expected: &str) -> Failure {
    let kind = if roles.is_empty() { "" } else { ", an administrator" };
    needed(
        "signIn.wrongAccount",
        &format!("That was {}{kind}.", account.user_name),
        &format!("This step needs {expected}. Nothing was kept."),
        "Sign in again, and choose “Use another account” if Microsoft does not ask.",
    )
}

fn an_administrator(account: &Account) -> Failure {
    needed(
        "signIn.administrator",
        &format!("{} is an administrator.", account.user_name),
        "The sync must not run with an administrator's rights. Nothing was kept.",
        "Take its administrator roles away, or make another user for the sync, then sign in as that one.",
    )
}

fn not_the_status_user(account: &Account) -> Failure {
    needed(
        "signIn.wrongAccount",
        &format!("That was {}, the status user.", account.user_name),
        "This step needs an administrator. Nothing was kept.",
        "Sign in again as an administrator: choose “Use another account”.",
    )
}
