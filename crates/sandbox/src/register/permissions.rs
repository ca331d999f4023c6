//! Permissions of Microsoft Graph: their names and ids, and who may consent to them.
//!
//! Source: learn.microsoft.com, "Microsoft Graph permissions reference".

use uuid::{Uuid, uuid};

/// A permission of Graph.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Permission {
    /// Its name, such as `Presence.Read.All`.
    pub(crate) name: &'static str,
    /// What the consent page says.
    pub(crate) meaning: &'static str,
    /// The id of the delegated permission.
    pub(crate) scope: Option<Uuid>,
    /// Whether only an administrator may consent to the delegated permission.
    pub(crate) admin_only: bool,
    /// The id of the application permission.
    pub(crate) role: Option<Uuid>,
}

/// The permissions that stand for sign-in itself.
const OPENID: &[&str] = &["openid", "profile", "email", "offline_access"];

/// All permissions known here.
pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission {
        name: "AppRoleAssignment.ReadWrite.All",
        meaning: "Grant application permissions",
        scope: Some(uuid!("84bccea3-f856-4a8a-967b-dbe0a3d53a64")),
        admin_only: true,
        role: Some(uuid!("06b708a9-e830-4db3-a914-8e69da51d44f")),
    },
    Permission {
        name: "Application.Read.All",
        meaning: "Read app registrations",
        scope: Some(uuid!("c79f8feb-a9db-4090-85f9-90d820caa0eb")),
        admin_only: true,
        role: Some(uuid!("9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30")),
    },
    Permission {
        name: "Application.ReadWrite.All",
        meaning: "Read and change app registrations",
        scope: Some(uuid!("bdfbf15f-ee85-4955-8675-146e8e5296b5")),
        admin_only: true,
        role: Some(uuid!("1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9")),
    },
    Permission {
        name: "Application.ReadWrite.OwnedBy",
        meaning: "Manage the app registrations it owns",
        scope: None,
        admin_only: false,
        role: Some(uuid!("18a4783c-866b-4cc7-a460-3d5e5662c884")),
    },
    Permission {
        name: "Chat.Create",
        meaning: "Start chats",
        scope: Some(uuid!("38826093-1258-4dea-98f0-00003be2b8d0")),
        admin_only: false,
        role: Some(uuid!("d9c48af6-9ad9-47ad-82c3-63757137b9af")),
    },
    Permission {
        name: "Chat.Read",
        meaning: "Read your chats",
        scope: Some(uuid!("f501c180-9344-439a-bca0-6cbf209fd270")),
        admin_only: false,
        role: None,
    },
    Permission {
        name: "Chat.Read.All",
        meaning: "Read all chats",
        scope: None,
        admin_only: false,
        role: Some(uuid!("6b7d71aa-70aa-4810-a8d9-5d9fb2830017")),
    },
    Permission {
        name: "Chat.ReadBasic",
        meaning: "See who is in your chats",
        scope: Some(uuid!("9547fcb5-d03f-419d-9948-5928bbf71b0f")),
        admin_only: false,
        role: None,
    },
    Permission {
        name: "Chat.ReadBasic.All",
        meaning: "See who is in all chats",
        scope: None,
        admin_only: false,
        role: Some(uuid!("b2e060da-3baf-4687-9611-f4ebc0f0cbde")),
    },
    Permission {
        name: "Chat.ReadWrite",
        meaning: "Read and write your chats",
        scope: Some(uuid!("9ff7295e-131b-4d94-90e1-69fde507ac11")),
        admin_only: false,
        role: None,
    },
    Permission {
        name: "Chat.ReadWrite.All",
        meaning: "Read and write all chats",
        scope: Some(uuid!("7e9a077b-3711-42b9-b7cb-5fa5f3f7fea7")),
        admin_only: true,
        role: Some(uuid!("294ce7c9-31ba-490a-ad7d-97a7d075e4ed")),
    },
    Permission {
        name: "ChatMessage.Read",
        meaning: "Read chat messages",
        scope: Some(uuid!("cdcdac3a-fd45-410d-83ef-554db620e5c7")),
        admin_only: false,
        role: None,
    },
    Permission {
        name: "ChatMessage.Read.All",
        meaning: "Read all chat messages",
        scope: None,
        admin_only: false,
        role: Some(uuid!("b9bb2381-47a4-46cd-aafb-00cb12f68504")),
    },
    Permission {
        name: "ChatMessage.Send",
        meaning: "Send chat messages as you",
        scope: Some(uuid!("116b7235-7cc6-461e-b163-8e55691d839e")),
        admin_only: false,
        role: None,
    },
    Permission {
        name: "DelegatedPermissionGrant.ReadWrite.All",
        meaning: "Grant delegated permissions",
        scope: Some(uuid!("41ce6ca6-6826-4807-84f1-1c82854f7ee5")),
        admin_only: true,
        role: Some(uuid!("8e8e4742-1d95-4f68-9d56-6ee75648c72a")),
    },
    Permission {
        name: "Directory.AccessAsUser.All",
        meaning: "Use the directory as you",
        scope: Some(uuid!("0e263e50-5827-48a4-b97c-d940288653c7")),
        admin_only: true,
        role: None,
    },
    Permission {
        name: "Directory.Read.All",
        meaning: "Read the directory",
        scope: Some(uuid!("06da0dbc-49e2-44d2-8312-53f166ab848a")),
        admin_only: true,
        role: Some(uuid!("7ab1d382-f21e-4acd-a863-ba3e13f7da61")),
    },
    Permission {
        name: "Domain.Read.All",
        meaning: "Read domains",
        scope: Some(uuid!("2f9ee017-59c1-4f1d-9472-bd5529a7b311")),
        admin_only: true,
        role: Some(uuid!("dbb9058a-0e50-45d7-ae91-66909b5d4664")),
    },
    Permission {
        name: "LicenseAssignment.ReadWrite.All",
        meaning: "Manage licences",
        scope: Some(uuid!("f55016cc-149c-447e-8f21-7cf3ec1d6350")),
        admin_only: true,
        role: Some(uuid!("5facf0c1-8979-4e95-abcf-ff3d079771c0")),
    },
    Permission {
        name: "Organization.Read.All",
        meaning: "Read the organisation's details",
        scope: Some(uuid!("4908d5b9-3fb2-4b1e-9336-1888b7937185")),
        admin_only: true,
        role: Some(uuid!("498476ce-e0fe-48b0-b801-37ba7e2685c6")),
    },
    Permission {
        name: "Policy.Read.All",
        meaning: "Read the organisation's policies",
        scope: Some(uuid!("572fea84-0151-49b2-9301-11cb16974376")),
        admin_only: true,
        role: Some(uuid!("246dd0d5-5bd0-4def-940b-0421030a5b68")),
    },
    Permission {
        name: "Policy.Read.PermissionGrant",
        meaning: "Read consent policies",
        scope: Some(uuid!("414de6ea-2d92-462f-b120-6e2a809a6d01")),
        admin_only: true,
        role: Some(uuid!("9e640839-a198-48fb-8b9a-013fd6f6cbcd")),
    },
    Permission {
        name: "Presence.Read",
        meaning: "See your own presence",
        scope: Some(uuid!("76bc735e-aecd-4a1d-8b4c-2b915deabb79")),
        admin_only: false,
        role: None,
    },
    Permission {
        name: "Presence.Read.All",
        meaning: "See the presence of everybody in your organisation",
        scope: Some(uuid!("9c7a330d-35b3-4aa1-963d-cb2b9f927841")),
        admin_only: false,
        role: Some(uuid!("a70e0c2d-e793-494c-94c4-118fa0a67f42")),
    },
    Permission {
        name: "Presence.ReadWrite",
        meaning: "See and change your own presence",
        scope: Some(uuid!("8d3c54a7-cf58-4773-bf81-c0cd6ad522bb")),
        admin_only: false,
        role: None,
    },
    Permission {
        name: "Presence.ReadWrite.All",
        meaning: "See and change everybody's presence",
        scope: None,
        admin_only: false,
        role: Some(uuid!("83cded22-8297-4ff6-a7fa-e97e9545a259")),
    },
    Permission {
        name: "RoleManagement.Read.Directory",
        meaning: "Read role assignments",
        scope: Some(uuid!("741c54c3-0c1e-44a1-818b-3f97ab4e8c83")),
        admin_only: true,
        role: Some(uuid!("483bed4a-2ad3-4361-a73b-c83ccdbdc53c")),
    },
    Permission {
        name: "RoleManagement.ReadWrite.Directory",
        meaning: "Read and change role assignments",
        scope: Some(uuid!("d01b97e9-cbc0-49fe-810a-750afd5527a3")),
        admin_only: true,
        role: Some(uuid!("9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8")),
    },
    Permission {
        name: "User-PasswordProfile.ReadWrite.All",
        meaning: "Read and change password profiles",
        scope: Some(uuid!("56760768-b641-451f-8906-e1b8ab31bca7")),
        admin_only: true,
        role: Some(uuid!("cc117bb9-00cf-4eb8-b580-ea2a878fe8f7")),
    },
    Permission {
        name: "User.Create",
        meaning: "Create users",
        scope: Some(uuid!("d8ce6a2a-46ff-438e-96bc-020f23870a55")),
        admin_only: true,
        role: Some(uuid!("4240f680-4f73-4082-a766-aa916a2dc9b3")),
    },
    Permission {
        name: "User.EnableDisableAccount.All",
        meaning: "Enable and disable accounts",
        scope: Some(uuid!("f92e74e7-2563-467f-9dd0-902688cb5863")),
        admin_only: true,
        role: Some(uuid!("3011c876-62b7-4ada-afa2-506cbbecc68c")),
    },
    Permission {
        name: "User.Read",
        meaning: "Sign you in and read your profile",
        scope: Some(uuid!("e1fe6dd8-ba31-4d61-89e7-88639da4683d")),
        admin_only: false,
        role: None,
    },
    Permission {
        name: "User.Read.All",
        meaning: "Read everybody's full profile",
        scope: Some(uuid!("a154be20-db9c-4678-8ab7-66f6cc099a59")),
        admin_only: true,
        role: Some(uuid!("df021288-bdef-4463-88db-98f22de89214")),
    },
    Permission {
        name: "User.ReadBasic.All",
        meaning: "Read everybody's basic profile",
        scope: Some(uuid!("b340eb25-3456-403f-be2f-af7a0d370277")),
        admin_only: false,
        role: Some(uuid!("97235f07-e226-4f63-ace3-39588e11d3a1")),
    },
    Permission {
        name: "User.ReadWrite.All",
        meaning: "Read and change everybody's full profile",
        scope: Some(uuid!("204e0828-b5ca-4ad8-b9f3-f32a958e7cc4")),
        admin_only: true,
        role: Some(uuid!("741f803b-c850-494e-b5df-cde7c675a1ca")),
    },
    Permission {
        name: "email",
        meaning: "See your mail address",
        scope: Some(uuid!("64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0")),
        admin_only: false,
        role: None,
    },
    Permission {
        name: "offline_access",
        meaning: "Maintain access to what you have given access to",
        scope: Some(uuid!("7427e0e9-2fba-42fe-b0c0-848c9e6a8182")),
        admin_only: false,
        role: None,
    },
    Permission {
        name: "openid",
        meaning: "Sign you in",
        scope: Some(uuid!("37f7f235-527c-4136-accd-4a02d197296e")),
        admin_only: false,
        role: None,
    },
    Permission {
        name: "profile",
        meaning: "See your basic profile",
        scope: Some(uuid!("14dad69e-099b-42c9-810b-d002981feec1")),
        admin_only: false,
        role: None,
    },
];

/// Finds a delegated permission of Graph by name, in any letter case; those of sign-in are none.
pub(crate) fn permission(name: &str) -> Option<&'static Permission> {
    named(name).filter(|permission| permission.scope.is_some() && !is_openid(permission.name))
}

/// Finds any permission by name, in any letter case.
pub(crate) fn named(name: &str) -> Option<&'static Permission> {
    PERMISSIONS.iter().find(|permission| permission.name.eq_ignore_ascii_case(name))
}

/// Whether a permission stands for sign-in itself.
pub(crate) fn is_openid(name: &str) -> bool {
    OPENID.contains(&name)
}

/// The delegated permission with an id.
pub(crate) fn of_scope(id: Uuid) -> Option<&'static Permission> {
    PERMISSIONS.iter().find(|permission| permission.scope == Some(id))
}

/// The application permission with an id.
pub(crate) fn of_role(id: Uuid) -> Option<&'static Permission> {
    PERMISSIONS.iter().find(|permission| permission.role == Some(id))
}
