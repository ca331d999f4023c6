//! Service principals and their application permissions (Microsoft Graph: servicePrincipal,
//! appRoleAssignment).

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::GraphError;
use super::odata::Query;
use super::{Visit, body, ok};
use crate::message::Reply;
use crate::register::permissions::{PERMISSIONS, of_role};
use crate::register::roles::{APPLICATION_DEVELOPER, PRIVILEGED_ROLE_ADMINISTRATOR, REGISTERING};
use crate::register::spread::seen;
use crate::register::{AppRoleAssignment, GRAPH, Principal, Register};

const KIND: &str = "servicePrincipal";
const READ: &[&str] = &["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All"];
const WRITE: &[&str] = &["Application.ReadWrite.All"];
const GRANT: &[&str] = &["AppRoleAssignment.ReadWrite.All"];

/// `GET /servicePrincipals`.
pub(super) fn list(visit: &Visit<'_>) -> Result<Reply, GraphError> {
    visit.need(READ)?;
    let query = Query::read(&visit.call.parameters(), &["appId", "displayName", "id"])?;
    let shown: Vec<Value> = visit.tenant.with_register(|register, now_ms| {
        seen(&register.principals, now_ms).map(|found| show(visit, register, found, now_ms)).collect()
    });
    query.collection(visit, "servicePrincipals", KIND, shown.into_iter())
}

/// `GET /servicePrincipals/{id}`, also as `(appId='…')`.
pub(super) fn one(visit: &Visit<'_>, id: &str) -> Result<Reply, GraphError> {
    visit.need(READ)?;
    let query = Query::read(&visit.call.parameters(), &[])?;
    let principal = find(visit, id)?;
    let shown = visit.tenant.with_register(|register, now_ms| show(visit, register, &principal, now_ms));
    query.entity(visit, "servicePrincipals", KIND, shown)
}

/// `POST /servicePrincipals`. The application must be seen already.
pub(super) fn create(visit: &Visit<'_>) -> Result<Reply, GraphError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Create {
        app_id: String,
        tags: Option<Vec<String>>,
    }
    visit.need(WRITE)?;
    let create: Create = body(visit)?;
    let app_id: Option<Uuid> = create.app_id.parse().ok();
    let found = app_id.and_then(|app_id| {
        visit.tenant.with_register(|register, now_ms| register.application(app_id, now_ms).cloned())
    });
    let mut application = found.ok_or_else(|| {
        let id = &create.app_id;
        let text = format!(
            "The appId '{id}' of the service principal does not reference a valid application object."
        );
        GraphError::request(text)
    })?;
    let developer = [APPLICATION_DEVELOPER];
    let own = application.owner.is_some_and(|owner| owner == visit.access.user);
    visit.need_role(if own { &developer } else { REGISTERING })?;
    application.tags = create.tags.unwrap_or(application.tags);
    let made = visit.tenant.change_register(|register, at| {
        let known = register.principals.iter().any(|entry| entry.newest().app_id == application.app_id);
        (!known).then(|| register.adopt(&application, at))
    });
    let id = made.ok_or_else(|| {
        let text = format!(
            "The service principal cannot be created, updated, or restored because the service principal name \
             {} is already in use.",
            application.app_id
        );
        GraphError::conflict(text)
    })?;
    let principal = Principal {
        id,
        app_id: application.app_id,
        display_name: application.display_name,
        tags: application.tags,
        home: application.home,
    };
    let mut shown = visit.tenant.with_register(|register, now_ms| show(visit, register, &principal, now_ms));
    shown["@odata.context"] = visit.context("servicePrincipals/$entity").into();
    Ok(Reply { status: StatusCode::CREATED, ..ok(&shown) })
}

/// `DELETE /servicePrincipals/{id}`.
pub(super) fn delete(visit: &Visit<'_>, id: &str) -> Result<Reply, GraphError> {
    visit.need(WRITE)?;
    let principal = find(visit, id)?;
    let own = visit.tenant.with_register(|register, now_ms| {
        register
            .application(principal.app_id, now_ms)
            .is_some_and(|found| found.owner == Some(visit.access.user))
    });
    if !own {
        visit.need_role(REGISTERING)?;
    }
    visit.tenant.change_register(|register, _| register.remove_principal(principal.id));
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// `GET /servicePrincipals/{id}/appRoleAssignedTo` (`given`): who has roles of this one; or
/// `…/appRoleAssignments`: which roles this one has.
pub(super) fn assignments(visit: &Visit<'_>, id: &str, given: bool) -> Result<Reply, GraphError> {
    visit.need(&["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", GRANT[0]])?;
    let query = Query::read(&visit.call.parameters(), &["principalId", "resourceId", "appRoleId"])?;
    let principal = find(visit, id)?;
    let shown: Vec<Value> =
        visit.tenant.with_register(|register, now_ms| {
            let all = seen(&register.app_roles, now_ms);
            let ours = all.filter(|assignment| {
                if given { principal.app_id == GRAPH } else { assignment.principal == principal.id }
            });
            ours.map(|assignment| show_assignment(register, assignment, now_ms)).collect()
        });
    query.collection(visit, "appRoleAssignments", "appRoleAssignment", shown.into_iter())
}

/// `GET /servicePrincipals/{id}/appRoleAssignedTo/{id}`.
pub(super) fn assignment(visit: &Visit<'_>, id: &str, assignment: &str) -> Result<Reply, GraphError> {
    visit.need(&["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", GRANT[0]])?;
    find(visit, id)?;
    let shown = visit.tenant.with_register(|register, now_ms| {
        let found = seen(&register.app_roles, now_ms).find(|found| found.id == assignment)?;
        Some(show_assignment(register, found, now_ms))
    });
    let shown = shown.ok_or_else(|| GraphError::no_object(assignment))?;
    Query::read(&visit.call.parameters(), &[])?.entity(
        visit,
        "appRoleAssignments",
        "appRoleAssignment",
        shown,
    )
}

/// `POST /servicePrincipals/{id}/appRoleAssignedTo`, also `…/appRoleAssignments`. Permissions of Graph need a
/// higher role than others.
pub(super) fn assign(visit: &Visit<'_>, id: &str, given: bool) -> Result<Reply, GraphError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Assign {
        principal_id: Uuid,
        resource_id: Uuid,
        app_role_id: Uuid,
    }
    visit.need(GRANT)?;
    visit.need(READ)?;
    visit.need_role(&[PRIVILEGED_ROLE_ADMINISTRATOR])?;
    let assign: Assign = body(visit)?;
    let at_path = find(visit, id)?;
    let invalid = || GraphError::request("Not a valid reference update.");
    let expected = if given { assign.resource_id } else { assign.principal_id };
    if at_path.id != expected {
        return Err(invalid());
    }
    let now = visit.tenant.clock.wall();
    let role = of_role(assign.app_role_id)
        .ok_or_else(|| GraphError::request("Permission being assigned was not found on application."))?;
    let made = visit.tenant.change_register(|register, at| {
        let principal = register.principal_by_id(assign.principal_id, at.now_ms).ok_or_else(invalid)?.id;
        let resource = register.principal_by_id(assign.resource_id, at.now_ms).ok_or_else(invalid)?;
        if resource.app_id != GRAPH {
            return Err(GraphError::request("Permission being assigned was not found on application."));
        }
        let made = register.assign_app_role(principal, role, now, at);
        let made = made
            .ok_or_else(|| GraphError::request("Permission being assigned already exists on the object."))?;
        Ok(show_assignment(register, &made, at.now_ms))
    })?;
    let mut shown = made;
    shown["@odata.context"] = visit.context("appRoleAssignments/$entity").into();
    Ok(Reply { status: StatusCode::CREATED, ..ok(&shown) })
}

/// `DELETE /servicePrincipals/{id}/appRoleAssignedTo/{id}`.
pub(super) fn withdraw(visit: &Visit<'_>, id: &str, assignment: &str) -> Result<Reply, GraphError> {
    visit.need(GRANT)?;
    visit.need_role(&[PRIVILEGED_ROLE_ADMINISTRATOR])?;
    find(visit, id)?;
    let gone = visit.tenant.change_register(|register, _| {
        let before = register.app_roles.len();
        register.app_roles.retain(|entry| entry.newest().id != assignment);
        register.app_roles.len() < before
    });
    if gone { Ok(Reply::empty(StatusCode::NO_CONTENT)) } else { Err(GraphError::no_object(assignment)) }
}

/// The service principal with an object id, or with a client id in the form `appId='…'`.
pub(super) fn find(visit: &Visit<'_>, id: &str) -> Result<Principal, GraphError> {
    let missing = || GraphError::no_object(id);
    let by_app = id.strip_prefix("appId='").and_then(|rest| rest.strip_suffix('\''));
    let key = by_app.unwrap_or(id).parse::<Uuid>().map_err(|_| missing())?;
    let found = visit.tenant.with_register(|register, now_ms| match by_app {
        Some(_) => register.principal(key, now_ms).cloned(),
        None => register.principal_by_id(key, now_ms).cloned(),
    });
    found.ok_or_else(missing)
}

fn show(visit: &Visit<'_>, register: &Register, principal: &Principal, now_ms: u64) -> Value {
    let graph = principal.app_id == GRAPH;
    let application = register.application(principal.app_id, now_ms);
    let roles = PERMISSIONS.iter().filter(|_| graph).filter_map(|permission| {
        Some(json!({
            "allowedMemberTypes": ["Application"],
            "description": permission.meaning,
            "displayName": permission.meaning,
            "id": permission.role?,
            "isEnabled": true,
            "origin": "Application",
            "value": permission.name,
        }))
    });
    let scopes = PERMISSIONS.iter().filter(|_| graph).filter_map(|permission| {
        Some(json!({
            "adminConsentDescription": permission.meaning,
            "adminConsentDisplayName": permission.meaning,
            "id": permission.scope?,
            "isEnabled": true,
            "type": if permission.admin_only { "Admin" } else { "User" },
            "userConsentDescription": permission.meaning,
            "userConsentDisplayName": permission.meaning,
            "value": permission.name,
        }))
    });
    let owner = principal.home.then_some(visit.tenant.organisation.tenant);
    json!({
        "id": principal.id,
        "deletedDateTime": null,
        "accountEnabled": true,
        "appDisplayName": principal.display_name,
        "appId": principal.app_id,
        "appOwnerOrganizationId": owner,
        "appRoleAssignmentRequired": false,
        "appRoles": roles.collect::<Vec<_>>(),
        "displayName": principal.display_name,
        "keyCredentials": [],
        "oauth2PermissionScopes": scopes.collect::<Vec<_>>(),
        "passwordCredentials": [],
        "replyUrls": application.map(|found| found.public_client.redirect_uris.clone()).unwrap_or_default(),
        "servicePrincipalNames": [principal.app_id],
        "servicePrincipalType": "Application",
        "signInAudience": application.map(|found| found.sign_in_audience.clone()),
        "tags": principal.tags,
    })
}

fn show_assignment(register: &Register, assignment: &AppRoleAssignment, now_ms: u64) -> Value {
    let principal = register.principal_by_id(assignment.principal, now_ms);
    let graph = register.principal(GRAPH, now_ms);
    json!({
        "id": assignment.id,
        "deletedDateTime": null,
        "appRoleId": assignment.role.role,
        "createdDateTime": assignment.created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "principalDisplayName": principal.map(|found| found.display_name.clone()),
        "principalId": assignment.principal,
        "principalType": "ServicePrincipal",
        "resourceDisplayName": "Microsoft Graph",
        "resourceId": graph.map(|found| found.id),
    })
}
