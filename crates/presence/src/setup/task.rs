//! What the wizard makes, finds and removes at Microsoft with an administrator's sign-in.
//!
//! Every task looks before it makes, so that it can be done again after anything.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::installation::{CertificateRecord, ConsentWay, Installation, Reading};
use super::integration::Integration;
use super::registration::{Held, Registration};
use crate::secret::Secret;

/// One thing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Task {
    /// Read name and domains of the organisation.
    ReadOrganisation,
    /// Read whether users may consent; may fail without harm.
    ReadConsentPolicy,
    /// The status user.
    StatusUser,
    /// A new password for it.
    Password,
    /// The Application Developer role for it.
    Role,
    /// The app registration.
    Application(Registration),
    /// Its service principal.
    Principal(Registration),
    /// Its certificate.
    Certificate(Registration),
    /// Its permissions.
    Grant(Registration),
    /// Remove the registration, with its service principal and grants.
    RemoveApplication(Registration),
    /// Remove the role of the status user.
    RemoveRole,
}

/// What came of a task.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The organisation.
    Organisation {
        /// Directory (tenant) id.
        tenant: String,
        /// Display name.
        name: String,
        /// The domain that came with the tenant.
        initial_domain: Option<String>,
    },
    /// Whether users may consent; unknown where it may not be read.
    Policy(Option<bool>),
    /// The status user.
    User {
        /// Object id.
        id: String,
        /// As Microsoft spells it.
        user_name: String,
        /// Whether it was made just now.
        made: bool,
        /// Its password, if it was made or changed just now.
        password: Option<Secret>,
    },
    /// The registration.
    Application {
        /// Object id.
        id: String,
        /// Application (client) id.
        client_id: String,
        /// Whether it was made just now.
        made: bool,
        /// Whether a wizard made it, now or earlier.
        ours: bool,
    },
    /// The service principal.
    Principal {
        /// Object id.
        id: String,
        /// Whether it was made just now.
        made: bool,
    },
    /// The certificate that Microsoft has now.
    Certificate {
        /// Which.
        record: CertificateRecord,
        /// Whether it was made or uploaded just now.
        made: bool,
    },
    /// The permissions are granted.
    Granted {
        /// When they were seen.
        at: Timestamp,
        /// Whether any was granted just now.
        made: bool,
        /// Ids of grants that were made just now.
        grants: BTreeSet<String>,
    },
    /// The role is there, and effective.
    Role {
        /// Whether it was assigned just now.
        made: bool,
        /// Whether the wizard assigned it, now or in an attempt before.
        ours: bool,
    },
    /// It is gone, or was not there.
    Removed {
        /// Whether it was there.
        was: bool,
    },
}

impl Task {
    /// The name for the disk.
    #[must_use]
    pub fn key(self) -> String {
        format!("{self:?}")
    }

    /// Whether something new may come into being, which Microsoft may take a while to show.
    #[must_use]
    pub fn makes(self) -> bool {
        !matches!(
            self,
            Self::ReadOrganisation | Self::ReadConsentPolicy | Self::RemoveApplication(_) | Self::RemoveRole
        )
    }

    /// The delegated permissions that the administrator's sign-in needs for it
    /// (learn.microsoft.com, the page of each call).
    #[must_use]
    pub fn scopes(self, reading: Reading) -> &'static [&'static str] {
        match self {
            Self::ReadOrganisation => &["Organization.Read.All"],
            Self::ReadConsentPolicy => &["Policy.Read.All"],
            Self::StatusUser | Self::Password => &["User.ReadWrite.All"],
            Self::Role | Self::RemoveRole => &["RoleManagement.ReadWrite.Directory"],
            Self::Application(_) | Self::Principal(_) | Self::Certificate(_) | Self::RemoveApplication(_) => {
                &["Application.ReadWrite.All"]
            }
            Self::Grant(registration) if registration.permissions(reading)[0].held == Held::Alone => {
                &["AppRoleAssignment.ReadWrite.All", "Application.ReadWrite.All"]
            }
            Self::Grant(_) => &["DelegatedPermissionGrant.ReadWrite.All", "Application.ReadWrite.All"],
        }
    }

    /// The directory roles of which the administrator needs one for it, besides Global Administrator.
    #[must_use]
    pub fn roles(self, reading: Reading) -> &'static [AdministratorRole] {
        use AdministratorRole::{Application, CloudApplication, PrivilegedRole, User};
        match self {
            Self::ReadOrganisation | Self::ReadConsentPolicy => &[],
            Self::StatusUser | Self::Password => &[User],
            Self::Role | Self::RemoveRole => &[PrivilegedRole],
            Self::Grant(registration) if registration.permissions(reading)[0].held == Held::Alone => {
                &[PrivilegedRole]
            }
            _ => &[Application, CloudApplication],
        }
    }
}

/// A directory role that makes an administrator of the kind a task needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdministratorRole {
    /// May do everything.
    Global,
    /// May assign roles, and grant application permissions of Graph.
    PrivilegedRole,
    /// May manage registrations and grant delegated permissions.
    Application,
    /// The same.
    CloudApplication,
    /// May make users.
    User,
}

impl AdministratorRole {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Global, Self::PrivilegedRole, Self::Application, Self::CloudApplication, Self::User];

    /// Its template id, the same in every tenant (learn.microsoft.com, "Microsoft Entra built-in roles").
    #[must_use]
    pub fn template(self) -> &'static str {
        match self {
            Self::Global => "62e90394-69f5-4237-9190-012177145e10",
            Self::PrivilegedRole => "e8611ab8-c189-46e8-94e1-60213ab1f814",
            Self::Application => "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
            Self::CloudApplication => "158c047a-c907-4556-b7ef-446551a6b5f7",
            Self::User => "fe930be7-5e62-47db-91af-98c3a49a38b1",
        }
    }

    /// Its name in the portal.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Global => "Global Administrator",
            Self::PrivilegedRole => "Privileged Role Administrator",
            Self::Application => "Application Administrator",
            Self::CloudApplication => "Cloud Application Administrator",
            Self::User => "User Administrator",
        }
    }
}

/// The role Application Developer (learn.microsoft.com, "Microsoft Entra built-in roles").
pub const APPLICATION_DEVELOPER: &str = "cf1c38e5-3621-4004-a7cb-879624dced7c";

/// The tasks that prepare an integration, and, where wished, the later ones as well.
#[must_use]
pub fn preparation(installation: &Installation, integration: Integration) -> Vec<Task> {
    let mut tasks = vec![Task::ReadOrganisation];
    let reader = integration.registration() == Registration::Reader;
    let with_user = installation.reading == Reading::StatusUser;
    if reader && with_user {
        tasks.extend([Task::ReadConsentPolicy, Task::StatusUser]);
        if installation.consent == ConsentWay::Role {
            tasks.push(Task::Role);
        }
    }
    let ahead = reader && installation.ahead;
    for registration in Registration::ALL {
        if registration == integration.registration() || ahead {
            tasks.extend([Task::Application(registration), Task::Principal(registration)]);
            if registration.has_certificate(installation.reading) {
                tasks.push(Task::Certificate(registration));
            }
            let itself =
                registration == Registration::Reader && with_user && installation.consent == ConsentWay::Role;
            if !itself {
                tasks.push(Task::Grant(registration));
            }
        }
    }
    tasks
}

/// The tasks that remove what the wizard made for an integration.
#[must_use]
pub fn removal(installation: &Installation, integration: Integration) -> Vec<Task> {
    let mut tasks = Vec::new();
    if integration == Integration::Contacts {
        return tasks;
    }
    if integration == Integration::TeamsToEight && installation.status_user.role_made {
        tasks.push(Task::RemoveRole);
    }
    if installation.record(integration.registration()).made {
        tasks.push(Task::RemoveApplication(integration.registration()));
    }
    tasks
}

/// What an administrator's sign-in asks for, for these tasks: `User.Read` is for looking up the own roles.
#[must_use]
pub fn scopes(tasks: &[Task], reading: Reading) -> Vec<&'static str> {
    let needed: BTreeSet<&str> = tasks.iter().flat_map(|task| task.scopes(reading)).copied().collect();
    ["openid", "profile", "User.Read"].into_iter().chain(needed).collect()
}

/// The roles that an administrator lacks for these tasks: for each group of alternatives, its names.
#[must_use]
pub fn lacking(
    tasks: &[Task],
    reading: Reading,
    roles: &BTreeSet<AdministratorRole>,
) -> Vec<Vec<&'static str>> {
    if roles.contains(&AdministratorRole::Global) {
        return Vec::new();
    }
    let mut lacking: Vec<Vec<&'static str>> = Vec::new();
    for task in tasks {
        let needed = task.roles(reading);
        if !needed.is_empty() && !needed.iter().any(|role| roles.contains(role)) {
            let names: Vec<&str> = needed.iter().map(|role| role.name()).collect();
            if !lacking.contains(&names) {
                lacking.push(names);
            }
        }
    }
    lacking
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installation() -> Installation {
        Installation::new()
    }

    #[test]
    fn one_visit_prepares_everything_or_only_the_first_integration() {
        let everything = preparation(&installation(), Integration::TeamsToEight);
        for registration in Registration::ALL {
            assert!(everything.contains(&Task::Grant(registration)));
        }
        let alone = Installation { ahead: false, ..installation() };
        let first = preparation(&alone, Integration::TeamsToEight);
        assert!(!first.contains(&Task::Application(Registration::Writer)));
        let second = preparation(&alone, Integration::EightToTeams);
        assert!(
            second.contains(&Task::Certificate(Registration::Writer)) && !second.contains(&Task::StatusUser)
        );
    }

    #[test]
    fn the_administrator_is_asked_for_no_more_than_the_tasks_need() {
        let alone = Installation { ahead: false, ..installation() };
        let first = scopes(&preparation(&alone, Integration::TeamsToEight), Reading::StatusUser);
        assert_eq!(
            first,
            [
                "openid",
                "profile",
                "User.Read",
                "Application.ReadWrite.All",
                "DelegatedPermissionGrant.ReadWrite.All",
                "Organization.Read.All",
                "Policy.Read.All",
                "User.ReadWrite.All"
            ]
        );
        let second = scopes(&preparation(&alone, Integration::EightToTeams), Reading::StatusUser);
        assert_eq!(
            second,
            [
                "openid",
                "profile",
                "User.Read",
                "AppRoleAssignment.ReadWrite.All",
                "Application.ReadWrite.All",
                "Organization.Read.All"
            ]
        );
        let role = Installation { consent: ConsentWay::Role, ahead: false, ..installation() };
        let with_role = scopes(&preparation(&role, Integration::TeamsToEight), Reading::StatusUser);
        assert!(with_role.contains(&"RoleManagement.ReadWrite.Directory"));
        assert!(!with_role.contains(&"DelegatedPermissionGrant.ReadWrite.All"));
    }

    #[test]
    fn an_administrator_who_may_not_do_it_is_told_which_role_is_missing() {
        use AdministratorRole::{Application, Global, PrivilegedRole, User};
        let tasks = preparation(&installation(), Integration::TeamsToEight);
        let lacking = |roles: &[AdministratorRole]| {
            lacking(&tasks, Reading::StatusUser, &roles.iter().copied().collect())
        };
        assert!(lacking(&[Global]).is_empty());
        assert!(lacking(&[User, Application, PrivilegedRole]).is_empty());
        assert_eq!(lacking(&[User, Application]), [["Privileged Role Administrator"].to_vec()]);
        assert_eq!(lacking(&[PrivilegedRole]).len(), 2);
    }

    #[test]
    fn only_what_the_wizard_made_is_removed() {
        let mut installation = installation();
        assert!(removal(&installation, Integration::TeamsToEight).is_empty());
        installation.record_mut(Registration::Reader).made = true;
        installation.status_user.role_made = true;
        let tasks = removal(&installation, Integration::TeamsToEight);
        assert_eq!(tasks, [Task::RemoveRole, Task::RemoveApplication(Registration::Reader)]);
        assert!(removal(&installation, Integration::Contacts).is_empty());
    }
}
