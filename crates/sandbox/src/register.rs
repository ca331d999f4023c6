//! The register of the tenant: applications, their service principals, what they were granted, and who has
//! which directory role. Pages and Graph read and write the same.

pub(crate) mod application;
pub(crate) mod certificate;
pub(crate) mod permissions;
pub(crate) mod roles;
pub(crate) mod spread;
pub(crate) mod token;

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use uuid::{Uuid, uuid};

use crate::chance::{Purpose, guid};
use crate::organisation::Organisation;
use application::Application;
use permissions::Permission;
use roles::RoleAssignment;
use spread::{Moment, Spread, seen};

/// The app id of Microsoft Graph.
pub(crate) const GRAPH: Uuid = uuid!("00000003-0000-0000-c000-000000000000");
/// Microsoft Graph Command Line Tools: a public client of Microsoft's own that every tenant knows.
pub(crate) const COMMAND_LINE_TOOLS: Uuid = uuid!("14d82eec-204b-4c2f-b7e8-296a70dab67e");
/// What an administrator has consented to for everybody in a tenant that is installed.
const GRANTED_AT_START: &[&str] = &["Presence.Read.All", "User.Read", "User.Read.All", "User.ReadBasic.All"];

/// An application's place in this tenant.
#[derive(Debug, Clone)]
pub(crate) struct Principal {
    pub(crate) id: Uuid,
    pub(crate) app_id: Uuid,
    pub(crate) display_name: String,
    pub(crate) tags: Vec<String>,
    /// Whether its registration is of this tenant.
    pub(crate) home: bool,
}

/// Delegated permissions granted to an application (Microsoft Graph: oAuth2PermissionGrant).
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) id: String,
    /// The service principal of the application.
    pub(crate) client: Uuid,
    /// For one user, or for everybody.
    pub(crate) user: Option<Uuid>,
    pub(crate) scopes: BTreeSet<String>,
}

/// An application permission of Graph granted to an application (Microsoft Graph: appRoleAssignment).
#[derive(Debug, Clone)]
pub(crate) struct AppRoleAssignment {
    pub(crate) id: String,
    pub(crate) principal: Uuid,
    pub(crate) role: &'static Permission,
    pub(crate) created: Timestamp,
}

/// Everything that is registered.
pub(crate) struct Register {
    pub(crate) applications: Vec<Spread<Application>>,
    pub(crate) principals: Vec<Spread<Principal>>,
    pub(crate) grants: Vec<Spread<Grant>>,
    pub(crate) app_roles: Vec<Spread<AppRoleAssignment>>,
    pub(crate) roles: Vec<Spread<RoleAssignment>>,
}

impl Register {
    /// What there is at the start.
    pub(crate) fn new(organisation: &Organisation, installed: bool, now: Timestamp) -> Self {
        let start = Moment { now_ms: 0, seen_from_ms: 0 };
        let id = |index| guid(organisation.seed, Purpose::Register, index);
        let tools = Application {
            sign_in_audience: "AzureADMultipleOrgs".to_owned(),
            home: false,
            ..Application::new(id(0), COMMAND_LINE_TOOLS, "Microsoft Graph Command Line Tools", now).public()
        };
        let administration = Application {
            sign_in_audience: "AzureADMultipleOrgs".to_owned(),
            ..Application::new(id(1), organisation.administration, "Brightwater Administration", now).public()
        };
        let graph = Principal {
            id: id(2),
            app_id: GRAPH,
            display_name: "Microsoft Graph".to_owned(),
            tags: Vec::new(),
            home: false,
        };
        let mut register = Self {
            principals: vec![
                Spread::new(graph, start),
                Spread::new(Principal::of(&administration, id(3)), start),
            ],
            applications: vec![Spread::new(tools, start), Spread::new(administration, start)],
            grants: Vec::new(),
            app_roles: Vec::new(),
            roles: Vec::new(),
        };
        if installed {
            let application = Application {
                sign_in_audience: "AzureADMultipleOrgs".to_owned(),
                group_membership_claims: Some("DirectoryRole".to_owned()),
                ..Application::new(id(4), organisation.client, "Presence Sync", now)
                    .public()
                    .listing(GRANTED_AT_START)
            };
            let principal = Principal::of(&application, id(5));
            let scopes = GRANTED_AT_START.iter().map(|name| (*name).to_owned()).collect();
            register.grant(principal.id, None, &scopes, start);
            register.applications.push(Spread::new(application, start));
            register.principals.push(Spread::new(principal, start));
        }
        register
    }

    /// The application with that client id, as readers see it.
    pub(crate) fn application(&self, app_id: Uuid, now_ms: u64) -> Option<&Application> {
        seen(&self.applications, now_ms).find(|application| application.app_id == app_id)
    }

    /// The registration with that object id.
    pub(crate) fn registration(&mut self, id: Uuid, now_ms: u64) -> Option<&mut Spread<Application>> {
        self.applications.iter_mut().find(|entry| {
            entry.seen(now_ms).is_some_and(|application| application.home && application.id == id)
        })
    }

    /// The service principal of a client id.
    pub(crate) fn principal(&self, app_id: Uuid, now_ms: u64) -> Option<&Principal> {
        seen(&self.principals, now_ms).find(|principal| principal.app_id == app_id)
    }

    /// The service principal with that object id.
    pub(crate) fn principal_by_id(&self, id: Uuid, now_ms: u64) -> Option<&Principal> {
        seen(&self.principals, now_ms).find(|principal| principal.id == id)
    }

    /// The service principal of an application, made if there is none.
    pub(crate) fn adopt(&mut self, application: &Application, at: Moment) -> Uuid {
        let known = self.principals.iter().find(|entry| entry.newest().app_id == application.app_id);
        if let Some(known) = known {
            return known.newest().id;
        }
        let principal = Principal::of(application, Uuid::new_v4());
        let id = principal.id;
        self.principals.push(Spread::new(principal, at));
        id
    }

    /// Everything a client may do for a user, as readers see it.
    pub(crate) fn granted(&self, app_id: Uuid, user: Uuid, now_ms: u64) -> BTreeSet<String> {
        let Some(principal) = self.principal(app_id, now_ms) else { return BTreeSet::new() };
        seen(&self.grants, now_ms)
            .filter(|grant| grant.client == principal.id && grant.user.is_none_or(|id| id == user))
            .flat_map(|grant| grant.scopes.iter().cloned())
            .collect()
    }

    /// The same, with what was written but is not seen yet. `own` leaves out what is granted for everybody.
    pub(crate) fn newest_granted(&self, app_id: Uuid, user: Uuid, own: bool) -> BTreeSet<String> {
        let client = self.principals.iter().map(Spread::newest).find(|principal| principal.app_id == app_id);
        let Some(client) = client else { return BTreeSet::new() };
        let grants = self.grants.iter().map(Spread::newest).filter(|grant| grant.client == client.id);
        grants
            .filter(|grant| grant.user == Some(user) || grant.user.is_none() && !own)
            .flat_map(|grant| grant.scopes.iter().cloned())
            .collect()
    }

    /// Adds delegated permissions for one user, or for everybody.
    pub(crate) fn grant(&mut self, client: Uuid, user: Option<Uuid>, scopes: &BTreeSet<String>, at: Moment) {
        if scopes.is_empty() {
            return;
        }
        let known = self.grants.iter_mut().find(|entry| {
            let grant = entry.newest();
            grant.client == client && grant.user == user
        });
        match known {
            Some(entry) if scopes.is_subset(&entry.newest().scopes) => {}
            Some(entry) => {
                let mut grant = entry.newest().clone();
                grant.scopes.extend(scopes.iter().cloned());
                entry.set(grant, at);
            }
            None => {
                let grant = Grant { id: opaque_id(), client, user, scopes: scopes.clone() };
                self.grants.push(Spread::new(grant, at));
            }
        }
    }

    /// Replaces what is granted to a client for everybody.
    pub(crate) fn replace_grant(&mut self, app_id: Uuid, scopes: &BTreeSet<String>, at: Moment) {
        let client = self.principals.iter().map(Spread::newest).find(|principal| principal.app_id == app_id);
        let Some(client) = client.map(|principal| principal.id) else { return };
        self.grants.retain(|entry| entry.newest().client != client || entry.newest().user.is_some());
        self.grant(client, None, scopes, at);
    }

    /// The application permissions of a service principal.
    pub(crate) fn roles_of_app(&self, principal: Uuid, now_ms: u64) -> BTreeSet<String> {
        seen(&self.app_roles, now_ms)
            .filter(|assignment| assignment.principal == principal)
            .map(|assignment| assignment.role.name.to_owned())
            .collect()
    }

    /// Grants application permissions, those it has already left aside.
    pub(crate) fn assign_app_role(
        &mut self,
        principal: Uuid,
        role: &'static Permission,
        now: Timestamp,
        at: Moment,
    ) -> Option<AppRoleAssignment> {
        let known = self
            .app_roles
            .iter()
            .any(|entry| entry.newest().principal == principal && entry.newest().role == role);
        let assignment = AppRoleAssignment { id: opaque_id(), principal, role, created: now };
        (!known).then(|| {
            self.app_roles.push(Spread::new(assignment.clone(), at));
            assignment
        })
    }

    /// Takes a service principal away, and all that was granted to it.
    pub(crate) fn remove_principal(&mut self, id: Uuid) {
        self.principals.retain(|entry| entry.newest().id != id);
        self.grants.retain(|entry| entry.newest().client != id);
        self.app_roles.retain(|entry| entry.newest().principal != id);
    }

    /// Takes a registration away, with its service principal.
    pub(crate) fn remove_application(&mut self, id: Uuid) {
        let found = self.applications.iter().map(Spread::newest).find(|application| application.id == id);
        let Some(app_id) = found.map(|application| application.app_id) else { return };
        self.applications.retain(|entry| entry.newest().id != id);
        let principal = self.principals.iter().map(Spread::newest).find(|entry| entry.app_id == app_id);
        if let Some(id) = principal.map(|principal| principal.id) {
            self.remove_principal(id);
        }
    }

    /// Somebody's directory roles.
    pub(crate) fn roles_of(&self, user: Uuid, now_ms: u64) -> Vec<Uuid> {
        let own = seen(&self.roles, now_ms).filter(|assignment| assignment.principal == user);
        own.map(|assignment| assignment.role).collect()
    }

    /// Gives somebody a directory role; none if it was given before.
    pub(crate) fn assign_role(&mut self, principal: Uuid, role: Uuid, at: Moment) -> Option<RoleAssignment> {
        let known = self
            .roles
            .iter()
            .any(|entry| entry.newest().principal == principal && entry.newest().role == role);
        let assignment = RoleAssignment { id: opaque_id(), principal, role };
        (!known).then(|| {
            self.roles.push(Spread::new(assignment.clone(), at));
            assignment
        })
    }

    /// Takes away what a deleted user had.
    pub(crate) fn remove_user(&mut self, user: Uuid) {
        self.roles.retain(|entry| entry.newest().principal != user);
        self.grants.retain(|entry| entry.newest().user != Some(user));
    }
}

impl Principal {
    fn of(application: &Application, id: Uuid) -> Self {
        Self {
            id,
            app_id: application.app_id,
            display_name: application.display_name.clone(),
            tags: application.tags.clone(),
            home: application.home,
        }
    }
}

/// An id as relations have it.
pub(crate) fn opaque_id() -> String {
    let mut bytes = Uuid::new_v4().as_bytes().to_vec();
    bytes.extend_from_slice(Uuid::new_v4().as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}
