//! What a client asks for in `scope`.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::error::SignInError;
use crate::register::permissions::{is_openid, permission};

/// What a client asks for in `scope`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Requested {
    /// Permissions of Graph, by their proper names.
    pub(crate) graph: BTreeSet<String>,
    pub(crate) openid: bool,
    pub(crate) profile: bool,
    pub(crate) email: bool,
    pub(crate) offline_access: bool,
    /// `.default`: what the registration lists.
    #[serde(default)]
    pub(crate) listed: bool,
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
                (".default", _) => requested.listed = true,
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
        if requested.listed && !requested.graph.is_empty() {
            let text = "The scope '.default' can not be combined with permissions by name.";
            return Err(SignInError::new(70_011, "invalid_scope", text));
        }
        Ok(requested)
    }

    /// The names of a token answer's `scope`: what was granted, earlier grants included.
    pub(crate) fn answer(&self, granted: &BTreeSet<String>) -> String {
        let openid = [(self.profile, "profile"), (self.openid, "openid"), (self.email, "email")];
        granted
            .iter()
            .map(String::as_str)
            .filter(|name| !is_openid(name))
            .chain(openid.into_iter().filter(|(asked, _)| *asked).map(|(_, name)| name))
            .collect::<Vec<_>>()
            .join(" ")
    }
}

/// Those names that are permissions of Graph.
pub(crate) fn of_graph<'n>(names: impl Iterator<Item = &'n str>) -> BTreeSet<String> {
    names.filter_map(permission).map(|permission| permission.name.to_owned()).collect()
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
        for wrong in ["Teleport.All", "User.Read .default"] {
            assert_eq!(Requested::parse(wrong, "x").unwrap_err().code, 70_011);
        }
    }
}
