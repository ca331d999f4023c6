//! Directory roles (Microsoft Graph: unifiedRoleAssignment, unifiedRoleDefinition, checkMemberObjects).

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::GraphError;
use super::odata::Query;
use super::{Visit, body, ok};
use crate::message::Reply;
use crate::register::roles::{PRIVILEGED_ROLE_ADMINISTRATOR, ROLES, RoleAssignment, name};
use crate::register::spread::seen;

const WRITE: &[&str] = &["RoleManagement.ReadWrite.Directory"];
const READ: &[&str] =
    &["RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory", "Directory.Read.All"];
const CONTEXT: &str = "roleManagement/directory/roleAssignments";
/// The most ids of one question.
const MOST_IDS: usize = 20;

/// `GET /roleManagement/directory/roleAssignments`.
pub(super) fn list(visit: &Visit<'_>) -> Result<Reply, GraphError> {
    visit.need(READ)?;
    let query = Query::read(&visit.call.parameters(), &["principalId", "roleDefinitionId"])?;
    let shown: Vec<Value> =
        visit.tenant.with_register(|register, now_ms| seen(&register.roles, now_ms).map(show).collect());
    query.collection(visit, CONTEXT, "unifiedRoleAssignment", shown.into_iter())
}

/// `GET /roleManagement/directory/roleAssignments/{id}`.
pub(super) fn one(visit: &Visit<'_>, id: &str) -> Result<Reply, GraphError> {
    visit.need(READ)?;
    let shown = visit.tenant.with_register(|register, now_ms| {
        seen(&register.roles, now_ms).find(|found| found.id == id).map(show)
    });
    let shown = shown.ok_or_else(|| GraphError::no_object(id))?;
    Query::read(&visit.call.parameters(), &[])?.entity(visit, CONTEXT, "unifiedRoleAssignment", shown)
}

/// `POST /roleManagement/directory/roleAssignments`.
pub(super) fn create(visit: &Visit<'_>) -> Result<Reply, GraphError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Create {
        role_definition_id: Uuid,
        principal_id: Uuid,
        directory_scope_id: Option<String>,
    }
    visit.need(WRITE)?;
    visit.need_role(&[PRIVILEGED_ROLE_ADMINISTRATOR])?;
    let create: Create = body(visit)?;
    if create.directory_scope_id.as_deref() != Some("/") {
        return Err(GraphError::request("The directory scope must be '/'."));
    }
    let role = name(create.role_definition_id).map(|_| create.role_definition_id);
    let role = role.ok_or_else(|| GraphError::no_object(&create.role_definition_id.to_string()))?;
    let user = visit.tenant.with_directory(|directory| directory.place_of_id(create.principal_id));
    let app = visit
        .tenant
        .with_register(|register, now_ms| register.principal_by_id(create.principal_id, now_ms).is_some());
    if user.is_none() && !app {
        return Err(GraphError::no_object(&create.principal_id.to_string()));
    }
    let made = visit
        .tenant
        .change_register(|register, at| register.assign_role(create.principal_id, role, at))
        .ok_or_else(|| {
            let text = "A conflicting object with one or more of the specified property values is present in \
                        the directory.";
            GraphError::request(text)
        })?;
    let mut shown = show(&made);
    shown["@odata.context"] = visit.context(&format!("{CONTEXT}/$entity")).into();
    Ok(Reply { status: StatusCode::CREATED, ..ok(&shown) })
}

/// `DELETE /roleManagement/directory/roleAssignments/{id}`.
pub(super) fn delete(visit: &Visit<'_>, id: &str) -> Result<Reply, GraphError> {
    visit.need(WRITE)?;
    visit.need_role(&[PRIVILEGED_ROLE_ADMINISTRATOR])?;
    let gone = visit.tenant.change_register(|register, _| {
        let before = register.roles.len();
        register.roles.retain(|entry| entry.newest().id != id);
        register.roles.len() < before
    });
    if gone { Ok(Reply::empty(StatusCode::NO_CONTENT)) } else { Err(GraphError::no_object(id)) }
}

/// `GET /roleManagement/directory/roleDefinitions`.
pub(super) fn definitions(visit: &Visit<'_>) -> Result<Reply, GraphError> {
    visit.need(READ)?;
    let query = Query::read(&visit.call.parameters(), &["displayName", "id", "templateId"])?;
    let shown = ROLES.iter().map(|(id, name)| definition(*id, name));
    query.collection(visit, "roleManagement/directory/roleDefinitions", "unifiedRoleDefinition", shown)
}

/// `GET /roleManagement/directory/roleDefinitions/{id}`.
pub(super) fn one_definition(visit: &Visit<'_>, id: &str) -> Result<Reply, GraphError> {
    visit.need(READ)?;
    let found = ROLES.iter().find(|(known, _)| known.to_string() == id);
    let (id, name) = found.ok_or_else(|| GraphError::no_object(id))?;
    let query = Query::read(&visit.call.parameters(), &[])?;
    query.entity(
        visit,
        "roleManagement/directory/roleDefinitions",
        "unifiedRoleDefinition",
        definition(*id, name),
    )
}

/// `POST /me/checkMemberObjects`: which of these roles the signed-in person has, by template id.
pub(super) fn check(visit: &Visit<'_>) -> Result<Reply, GraphError> {
    #[derive(Deserialize)]
    struct Ids {
        ids: Vec<String>,
    }
    visit.need_user()?;
    visit.need(&[
        "User.Read",
        "User.ReadBasic.All",
        "User.Read.All",
        "User.ReadWrite.All",
        "Directory.Read.All",
    ])?;
    let Ids { ids } = body(visit)?;
    if ids.is_empty() || ids.len() > MOST_IDS {
        return Err(GraphError::request("The number of ids must be from 1 to 20."));
    }
    let own = visit.tenant.with_register(|register, now_ms| register.roles_of(visit.access.user, now_ms));
    let own: Vec<String> = own.iter().map(Uuid::to_string).collect();
    let held: Vec<&String> =
        ids.iter().filter(|id| own.iter().any(|role| role.eq_ignore_ascii_case(id))).collect();
    Ok(ok(&json!({ "@odata.context": visit.context("Collection(Edm.String)"), "value": held })))
}

fn show(assignment: &RoleAssignment) -> Value {
    json!({
        "id": assignment.id,
        "principalId": assignment.principal,
        "directoryScopeId": "/",
        "roleDefinitionId": assignment.role,
    })
}

fn definition(id: Uuid, name: &str) -> Value {
    json!({
        "id": id,
        "displayName": name,
        "isBuiltIn": true,
        "isEnabled": true,
        "resourceScopes": ["/"],
        "templateId": id,
        "version": "1",
    })
}
