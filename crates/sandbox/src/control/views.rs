//! What tests read of the register.

use serde::{Deserialize, Serialize};

use super::Control;
use crate::directory::account::Kind;
use crate::register::roles::name;
use crate::register::spread::Spread;
use crate::register::{Principal, Register};

/// A registration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationView {
    /// The object id.
    pub id: String,
    /// The client id.
    pub app_id: String,
    /// The name as shown.
    pub display_name: String,
    /// Tags.
    pub tags: Vec<String>,
    /// The permissions of Graph that it lists.
    pub permissions: Vec<PermissionView>,
    /// How many certificates it has.
    pub credentials: usize,
}

/// A permission that a registration lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionView {
    /// Its name, such as `Presence.Read.All`.
    pub name: String,
    /// `Scope` (delegated) or `Role` (application).
    pub kind: String,
}

/// A service principal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrincipalView {
    /// The object id.
    pub id: String,
    /// The client id.
    pub app_id: String,
    /// The name as shown.
    pub display_name: String,
}

/// Delegated permissions granted to a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantView {
    /// The client's name as shown.
    pub client: String,
    /// `AllPrincipals` or `Principal`.
    pub consent_type: String,
    /// The user name it is for, unless it is for everybody.
    pub principal: Option<String>,
    /// The permissions.
    pub scopes: Vec<String>,
}

/// An application permission granted to a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppRoleView {
    /// The client's name as shown.
    pub client: String,
    /// The permission.
    pub role: String,
}

/// Somebody's directory role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleView {
    /// The user name, or the id of what is no user.
    pub principal: String,
    /// The role's name.
    pub role: String,
}

/// These tell what was written last, whether or not readers of the directory see it already.
impl Control {
    /// The registrations of this tenant, oldest first.
    pub fn applications(&self) -> Vec<ApplicationView> {
        self.tenant.with_register(|register, _| {
            let all = register.applications.iter().map(Spread::newest).filter(|found| found.home);
            all.map(|application| {
                let (scopes, roles) = application.listed();
                let view = |kind: &'static str| {
                    move |permission: &crate::register::permissions::Permission| PermissionView {
                        name: permission.name.to_owned(),
                        kind: kind.to_owned(),
                    }
                };
                let scopes = scopes.into_iter().map(view("Scope"));
                ApplicationView {
                    id: application.id.to_string(),
                    app_id: application.app_id.to_string(),
                    display_name: application.display_name.clone(),
                    tags: application.tags.clone(),
                    permissions: scopes.chain(roles.into_iter().map(view("Role"))).collect(),
                    credentials: application.key_credentials.len(),
                }
            })
            .collect()
        })
    }

    /// The service principals, oldest first.
    pub fn service_principals(&self) -> Vec<PrincipalView> {
        self.tenant.with_register(|register, _| {
            let all = register.principals.iter().map(Spread::newest);
            all.map(|principal| PrincipalView {
                id: principal.id.to_string(),
                app_id: principal.app_id.to_string(),
                display_name: principal.display_name.clone(),
            })
            .collect()
        })
    }

    /// Delegated permissions as granted, oldest first.
    pub fn grants(&self) -> Vec<GrantView> {
        self.tenant.with_register(|register, _| {
            let all = register.grants.iter().map(Spread::newest);
            all.map(|grant| GrantView {
                client: client_name(register, grant.client),
                consent_type: if grant.user.is_some() { "Principal" } else { "AllPrincipals" }.to_owned(),
                principal: grant.user.map(|user| self.name_of(user)),
                scopes: grant.scopes.iter().cloned().collect(),
            })
            .collect()
        })
    }

    /// Application permissions as granted, oldest first.
    pub fn app_role_assignments(&self) -> Vec<AppRoleView> {
        self.tenant.with_register(|register, _| {
            let all = register.app_roles.iter().map(Spread::newest);
            all.map(|assignment| AppRoleView {
                client: client_name(register, assignment.principal),
                role: assignment.role.name.to_owned(),
            })
            .collect()
        })
    }

    /// The user names of accounts made through Graph that are still there, oldest first.
    pub fn users_created(&self) -> Vec<String> {
        self.tenant.with_directory(|directory| {
            let made =
                directory.accounts().iter().filter(|account| account.kind == Kind::Made && !account.left);
            made.map(|account| account.user_principal_name.clone()).collect()
        })
    }

    /// Who has which directory role, oldest first.
    pub fn role_assignments(&self) -> Vec<RoleView> {
        self.tenant.with_register(|register, _| {
            let all = register.roles.iter().map(Spread::newest);
            all.map(|assignment| RoleView {
                principal: self.name_of(assignment.principal),
                role: name(assignment.role).unwrap_or_default().to_owned(),
            })
            .collect()
        })
    }

    /// How many times a browser came to sign in or to consent: each begins with an address of its own.
    pub fn sign_in_visits(&self) -> usize {
        self.tenant.login.visits()
    }

    /// Counts visits from nought again.
    pub fn reset_visits(&self) {
        self.tenant.login.reset_visits();
    }

    pub(super) fn name_of(&self, user: uuid::Uuid) -> String {
        self.tenant.with_directory(|directory| {
            let accounts = directory.accounts().iter();
            let found = accounts.rev().find(|account| account.id == user);
            found.map_or_else(|| user.to_string(), |account| account.user_principal_name.clone())
        })
    }
}

fn client_name(register: &Register, id: uuid::Uuid) -> String {
    let found =
        register.principals.iter().map(Spread::newest).find(|principal: &&Principal| principal.id == id);
    found.map_or_else(|| id.to_string(), |principal| principal.display_name.clone())
}
