//! The customer's own app registrations, and the least each may do.

use serde::{Deserialize, Serialize};

use super::installation::Reading;

/// One of the registrations that the wizard makes, or has a person make.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum Registration {
    /// Reads directory and presence.
    Reader,
    /// Writes "In a call" for people on an 8x8 call.
    Writer,
    /// Chats as the operator who connects an account.
    Chat,
}

/// How a permission is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Held {
    /// By the program together with whoever signed in (a "scope").
    Delegated,
    /// By the program alone (an "app role"); only an administrator can grant it.
    Alone,
}

/// A permission of Microsoft Graph that a registration asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Permission {
    /// Name, resolved to its id when it is used (learn.microsoft.com, "Microsoft Graph permissions reference").
    pub name: &'static str,
    /// How it is held.
    pub held: Held,
    /// The calls that can not be made without it.
    pub needed_for: &'static str,
    /// Its id in every cloud, for the manifest that is copied by hand.
    pub id: &'static str,
}

const fn delegated(name: &'static str, id: &'static str, needed_for: &'static str) -> Permission {
    Permission { name, held: Held::Delegated, needed_for, id }
}

const fn alone(name: &'static str, id: &'static str, needed_for: &'static str) -> Permission {
    Permission { name, held: Held::Alone, needed_for, id }
}

const OPENID: Permission =
    delegated("openid", "37f7f235-527c-4136-accd-4a02d197296e", "the id token that says who signed in");
const PROFILE: Permission =
    delegated("profile", "14dad69e-099b-42c9-810b-d002981feec1", "name and object id in the id token");
const OFFLINE: Permission =
    delegated("offline_access", "7427e0e9-2fba-42fe-b0c0-848c9e6a8182", "the refresh token");

const READER: [Permission; 6] = [
    OPENID,
    PROFILE,
    OFFLINE,
    delegated(
        "Presence.Read.All",
        "9c7a330d-35b3-4aa1-963d-cb2b9f927841",
        "POST /communications/getPresencesByUserId",
    ),
    delegated(
        "User.ReadBasic.All",
        "b340eb25-3456-403f-be2f-af7a0d370277",
        "GET /users, POST /me/checkMemberObjects",
    ),
    delegated("User.Read.All", "a154be20-db9c-4678-8ab7-66f6cc099a59", "GET /users/delta"),
];

const READER_ALONE: [Permission; 2] = [
    alone(
        "Presence.Read.All",
        "a70e0c2d-e793-494c-94c4-118fa0a67f42",
        "POST /communications/getPresencesByUserId",
    ),
    alone("User.Read.All", "df021288-bdef-4463-88db-98f22de89214", "GET /users/delta"),
];

const WRITER: [Permission; 1] = [alone(
    "Presence.ReadWrite.All",
    "83cded22-8297-4ff6-a7fa-e97e9545a259",
    "POST /users/{id}/presence/setPresence and clearPresence",
)];

const CHAT: [Permission; 6] = [
    OPENID,
    PROFILE,
    OFFLINE,
    delegated("Chat.Create", "38826093-1258-4dea-98f0-00003be2b8d0", "POST /chats"),
    delegated("ChatMessage.Send", "116b7235-7cc6-461e-b163-8e55691d839e", "POST /chats/{id}/messages"),
    delegated("Chat.Read", "f501c180-9344-439a-bca0-6cbf209fd270", "GET /chats/{id}/messages"),
];

/// Microsoft Graph's own application id, the same in every cloud.
pub const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// Marks registrations that the wizard made, so that another installation finds them and nobody else's are touched.
pub const TAG: &str = "PresenceSync";

impl Registration {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Reader, Self::Writer, Self::Chat];

    /// The display name, as in 8x8's guide.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reader => "8x8 Presence",
            Self::Writer => "8x8 Write Presence",
            Self::Chat => "8x8 Teams Chat",
        }
    }

    /// The least it needs.
    #[must_use]
    pub fn permissions(self, reading: Reading) -> &'static [Permission] {
        match (self, reading) {
            (Self::Reader, Reading::StatusUser) => &READER,
            (Self::Reader, Reading::Alone) => &READER_ALONE,
            (Self::Writer, _) => &WRITER,
            (Self::Chat, _) => &CHAT,
        }
    }

    /// Whether it proves itself with a certificate, rather than acting for somebody who signed in.
    #[must_use]
    pub fn has_certificate(self, reading: Reading) -> bool {
        self.permissions(reading).iter().any(|permission| permission.held == Held::Alone)
    }

    /// Name of the vault's entry for its certificate and private key.
    #[must_use]
    pub fn certificate_entry(self) -> &'static str {
        match self {
            Self::Reader => "certificate-reader",
            Self::Writer => "certificate-writer",
            Self::Chat => "certificate-chat",
        }
    }

    /// The delegated permissions as `scope` has them.
    #[must_use]
    pub fn scope(self, reading: Reading) -> String {
        let delegated =
            self.permissions(reading).iter().filter(|permission| permission.held == Held::Delegated);
        delegated.map(|permission| permission.name).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Least privilege: whoever adds a permission adds the call that needs it here, or does not add it.
    #[test]
    fn no_registration_asks_for_more_than_its_calls_need() {
        let asked = |registration: Registration, reading| {
            let permissions = registration.permissions(reading).iter();
            permissions
                .map(|permission| (permission.name, permission.held, permission.needed_for))
                .collect::<Vec<_>>()
        };
        let identity = [
            ("openid", Held::Delegated, "the id token that says who signed in"),
            ("profile", Held::Delegated, "name and object id in the id token"),
            ("offline_access", Held::Delegated, "the refresh token"),
        ];
        let reader = [
            ("Presence.Read.All", Held::Delegated, "POST /communications/getPresencesByUserId"),
            ("User.ReadBasic.All", Held::Delegated, "GET /users, POST /me/checkMemberObjects"),
            ("User.Read.All", Held::Delegated, "GET /users/delta"),
        ];
        assert_eq!(asked(Registration::Reader, Reading::StatusUser), [identity, reader].concat());
        assert_eq!(
            asked(Registration::Reader, Reading::Alone),
            [
                ("Presence.Read.All", Held::Alone, "POST /communications/getPresencesByUserId"),
                ("User.Read.All", Held::Alone, "GET /users/delta"),
            ]
        );
        let chat = [
            ("Chat.Create", Held::Delegated, "POST /chats"),
            ("ChatMessage.Send", Held::Delegated, "POST /chats/{id}/messages"),
            ("Chat.Read", Held::Delegated, "GET /chats/{id}/messages"),
        ];
        for reading in [Reading::StatusUser, Reading::Alone] {
            let writer = "POST /users/{id}/presence/setPresence and clearPresence";
            assert_eq!(
                asked(Registration::Writer, reading),
                [("Presence.ReadWrite.All", Held::Alone, writer)]
            );
            assert_eq!(asked(Registration::Chat, reading), [identity, chat].concat());
        }
    }

    #[test]
    fn only_who_acts_alone_has_a_certificate() {
        assert!(!Registration::Reader.has_certificate(Reading::StatusUser));
        assert!(Registration::Reader.has_certificate(Reading::Alone));
        assert!(Registration::Writer.has_certificate(Reading::StatusUser));
        assert!(!Registration::Chat.has_certificate(Reading::Alone));
    }
}
