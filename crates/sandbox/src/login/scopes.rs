//! Delegated permissions: their names, who may consent to them, and who has.
//!
//! Source: learn.microsoft.com, "Microsoft Graph permissions reference".

use std::collections::{BTreeSet, HashMap};
use std::sync::RwLock;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::SignInError;
use crate::guard::{read, write};

/// A delegated permission of Graph.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Permission {
    /// Its name, such as `Presence.Read.All`.
    pub(crate) name: &'static str,
    /// What the consent page says.
    pub(crate) meaning: &'static str,
    /// Whether only an administrator may consent.
    pub(crate) admin_only: bool,
}

const fn user(name: &'static str, meaning: &'static str) -> Permission {
    Permission { name, meaning, admin_only: false }
}

const fn admin(name: &'static str, meaning: &'static str) -> Permission {
    Permission { name, meaning, admin_only: true }
}

const PERMISSIONS: &[Permission] = &[
    user("Chat.Create", "Start chats"),
    user("Chat.Read", "Read your chats"),
    user("Chat.ReadBasic", "See who is in your chats"),
    user("Chat.ReadWrite", "Read and write your chats"),
    user("ChatMessage.Send", "Send chat messages as you"),
    user("Presence.Read", "See your own presence"),
    user("Presence.Read.All", "See the presence of everybody in your organisation"),
    user("Presence.ReadWrite", "See and change your own presence"),
    user("User.Read", "Sign you in and read your profile"),
    user("User.ReadBasic.All", "Read everybody's basic profile"),
    admin("Application.ReadWrite.All", "Read and change app registrations"),
    admin("AppRoleAssignment.ReadWrite.All", "Grant application permissions"),
    admin("DelegatedPermissionGrant.ReadWrite.All", "Grant delegated permissions"),
    admin("Directory.Read.All", "Read the directory"),
    admin("Organization.Read.All", "Read the organisation's details"),
    admin("Policy.Read.All", "Read the organisation's policies"),
    admin("RoleManagement.ReadWrite.Directory", "Read and change role assignments"),
    admin("User.Read.All", "Read everybody's full profile"),
    admin("User.ReadWrite.All", "Read and change everybody's full profile"),
];

/// What an administrator has consented to for everybody when the sandbox starts.
const GRANTED_AT_START: &[&str] = &["Presence.Read.All", "User.Read", "User.Read.All", "User.ReadBasic.All"];

/// Finds a permission by name, in any letter case.
pub(crate) fn permission(name: &str) -> Option<&'static Permission> {
    PERMISSIONS.iter().find(|permission| permission.name.eq_ignore_ascii_case(name))
}

/// What a client asks for in `scope`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Requested {
    /// Permissions of Graph, by their proper names.
    pub(crate) graph: BTreeSet<String>,
    pub(crate) openid: bool,
    pub(crate) profile: bool,
    pub(crate) email: bool,
    pub(crate) offline_access: bool,
}

impl Requested {
    /// Reads a `scope` parameter. Graph's permissions may come with the address of Graph in front, that of
    /// the public cloud or the sandbox's own.
    pub(crate) fn parse(text: &str, graph: &str) -> Result<Self, SignInError> {
        let mut requested = Self::default();
        for name in text.split_whitespace() {
            let bare = ["https://graph.microsoft.com/", graph]
                .iter()
                .find_map(|resource| name.strip_prefix(resource))
                .map_or(name, |name| name.trim_start_matches('/'));
            match (bare, permission(bare)) {
                ("openid", _) => requested.openid = true,
                ("profile", _) => requested.profile = true,
                ("email", _) => requested.email = true,
                ("offline_access", _) => requested.offline_access = true,
                // Whatever has been granted, which every token carries anyway.
                (".default", _) => {}
                (_, Some(permission)) => {
                    requested.graph.insert(permission.name.to_owned());
                }
                (_, None) => {
                    return Err(SignInError::new(
                        70_011,
                        "invalid_scope",
                        format!("The scope '{name}' is not known for Microsoft Graph."),
                    ));
                }
            }
        }
        Ok(requested)
    }

    /// The names of a token answer's `scope`: what was granted, earlier grants included.
    pub(crate) fn answer(&self, granted: &BTreeSet<String>) -> String {
        let openid = [(self.profile, "profile"), (self.openid, "openid"), (self.email, "email")];
        granted
            .iter()
            .map(String::as_str)
            .chain(openid.into_iter().filter(|(asked, _)| *asked).map(|(_, name)| name))
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// Who has consented to what, for the one registered app.
pub(crate) struct Grants {
    organisation: RwLock<BTreeSet<String>>,
    users: RwLock<HashMap<Uuid, BTreeSet<String>>>,
}

impl Default for Grants {
    fn default() -> Self {
        let names = GRANTED_AT_START.iter().map(|name| (*name).to_owned());
        Self { organisation: RwLock::new(names.collect()), users: RwLock::default() }
    }
}

impl Grants {
    /// Everything the app may do for a user.
    pub(crate) fn of(&self, user: Uuid) -> BTreeSet<String> {
        let mut granted = read(&self.organisation).clone();
        if let Some(own) = read(&self.users).get(&user) {
            granted.extend(own.iter().cloned());
        }
        granted
    }

    /// What the user has consented to personally.
    pub(crate) fn own(&self, user: Uuid) -> BTreeSet<String> {
        read(&self.users).get(&user).cloned().unwrap_or_default()
    }

    /// Replaces what the administrator has granted for everybody. Names nobody knows are left out.
    pub(crate) fn replace_organisation(&self, names: &[String]) {
        *write(&self.organisation) =
            names.iter().filter_map(|name| permission(name)).map(|known| known.name.to_owned()).collect();
    }

    /// Adds grants for everybody.
    pub(crate) fn add_organisation(&self, names: &BTreeSet<String>) {
        write(&self.organisation).extend(names.iter().cloned());
    }

    /// Adds a user's own grants.
    pub(crate) fn add(&self, user: Uuid, names: &BTreeSet<String>) {
        if !names.is_empty() {
            write(&self.users).entry(user).or_default().extend(names.iter().cloned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_with_and_without_the_resource() {
        let requested = Requested::parse(
            "openid https://graph.microsoft.com/presence.read.all http://127.0.0.1:1/graph/User.Read",
            "http://127.0.0.1:1/graph",
        )
        .unwrap();
        assert!(requested.openid && !requested.offline_access);
        assert_eq!(requested.graph, ["Presence.Read.All", "User.Read"].map(str::to_owned).into());
        assert_eq!(Requested::parse("Teleport.All", "x").unwrap_err().code, 70_011);
    }
}
