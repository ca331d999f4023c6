//! Directory roles, by their template ids, and who has them.
//!
//! Source: learn.microsoft.com, "Microsoft Entra built-in roles".

use uuid::{Uuid, uuid};

pub(crate) const GLOBAL_ADMINISTRATOR: Uuid = uuid!("62e90394-69f5-4237-9190-012177145e10");
pub(crate) const PRIVILEGED_ROLE_ADMINISTRATOR: Uuid = uuid!("e8611ab8-c189-46e8-94e1-60213ab1f814");
pub(crate) const APPLICATION_ADMINISTRATOR: Uuid = uuid!("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3");
pub(crate) const CLOUD_APPLICATION_ADMINISTRATOR: Uuid = uuid!("158c047a-c907-4556-b7ef-446551a6b5f7");
pub(crate) const USER_ADMINISTRATOR: Uuid = uuid!("fe930be7-5e62-47db-91af-98c3a49a38b1");
pub(crate) const APPLICATION_DEVELOPER: Uuid = uuid!("cf1c38e5-3621-4004-a7cb-879624dced7c");
const GLOBAL_READER: Uuid = uuid!("f2ef992c-3afb-46b9-b7cf-a126ee74c451");

/// What `wids` carries for every ordinary member.
pub(crate) const MEMBER: Uuid = uuid!("b79fbf4d-3ef9-4689-8143-76b194e85509");

/// The roles that are known here.
pub(crate) const ROLES: &[(Uuid, &str)] = &[
    (GLOBAL_ADMINISTRATOR, "Global Administrator"),
    (PRIVILEGED_ROLE_ADMINISTRATOR, "Privileged Role Administrator"),
    (APPLICATION_ADMINISTRATOR, "Application Administrator"),
    (CLOUD_APPLICATION_ADMINISTRATOR, "Cloud Application Administrator"),
    (USER_ADMINISTRATOR, "User Administrator"),
    (APPLICATION_DEVELOPER, "Application Developer"),
    (GLOBAL_READER, "Global Reader"),
];

/// Who may consent to delegated permissions for everybody.
pub(crate) const CONSENTING: &[Uuid] =
    &[PRIVILEGED_ROLE_ADMINISTRATOR, APPLICATION_ADMINISTRATOR, CLOUD_APPLICATION_ADMINISTRATOR];

/// Who may change registrations that are not their own.
pub(crate) const REGISTERING: &[Uuid] = &[APPLICATION_ADMINISTRATOR, CLOUD_APPLICATION_ADMINISTRATOR];

/// A role's name.
pub(crate) fn name(id: Uuid) -> Option<&'static str> {
    ROLES.iter().find(|(known, _)| *known == id).map(|(_, name)| *name)
}

/// Somebody's role.
#[derive(Debug, Clone)]
pub(crate) struct RoleAssignment {
    pub(crate) id: String,
    pub(crate) principal: Uuid,
    pub(crate) role: Uuid,
}
