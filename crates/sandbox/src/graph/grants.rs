//! Delegated permissions as granted (Microsoft Graph: oAuth2PermissionGrant).

use std::collections::BTreeSet;

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::GraphError;
use super::odata::Query;
use super::{Visit, body, ok, principals};
use crate::message::Reply;
use crate::register::permissions::named;
use crate::register::roles::CONSENTING;
use crate::register::spread::{Spread, seen};
use crate::register::{GRAPH, Grant, Register, opaque_id};

const KIND: &str = "oAuth2PermissionGrant";
const WRITE: &[&str] = &["DelegatedPermissionGrant.ReadWrite.All"];
const READ: &[&str] = &["DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All"];

/// `GET /oauth2PermissionGrants`; with `client`, those of one service principal.
pub(super) fn list(visit: &Visit<'_>, client: Option<&str>) -> Result<Reply, GraphError> {
    visit.need(READ)?;
    let filterable = ["clientId", "consentType", "principalId", "resourceId"];
    let query = Query::read(&visit.call.parameters(), &filterable)?;
    let client = client.map(|id| principals::find(visit, id)).transpose()?;
    let shown: Vec<Value> = visit.tenant.with_register(|register, now_ms| {
        let all = seen(&register.grants, now_ms);
        let ours = all.filter(|grant| client.as_ref().is_none_or(|client| client.id == grant.client));
        ours.map(|grant| show(register, grant, now_ms)).collect()
    });
    query.collection(visit, "oauth2PermissionGrants", KIND, shown.into_iter())
}

/// `GET /oauth2PermissionGrants/{id}`.
pub(super) fn one(visit: &Visit<'_>, id: &str) -> Result<Reply, GraphError> {
    visit.need(READ)?;
    let shown = visit.tenant.with_register(|register, now_ms| {
        let found = seen(&register.grants, now_ms).find(|grant| grant.id == id)?;
        Some(show(register, found, now_ms))
    });
    let shown = shown.ok_or_else(|| GraphError::no_object(id))?;
    Query::read(&visit.call.parameters(), &[])?.entity(visit, "oauth2PermissionGrants", KIND, shown)
}

/// `POST /oauth2PermissionGrants`.
pub(super) fn create(visit: &Visit<'_>) -> Result<Reply, GraphError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Create {
        client_id: Uuid,
        consent_type: String,
        principal_id: Option<Uuid>,
        resource_id: Uuid,
        scope: String,
    }
    visit.need(WRITE)?;
    visit.need_role(CONSENTING)?;
    let create: Create = body(visit)?;
    let scopes = scopes(&create.scope)?;
    let user = match (create.consent_type.as_str(), create.principal_id) {
        ("AllPrincipals", None) => None,
        ("Principal", Some(user)) if known_user(visit, user) => Some(user),
        _ => return Err(GraphError::request("Invalid value for 'consentType' or 'principalId'.")),
    };
    let shown = visit.tenant.change_register(|register, at| {
        let client = register.principal_by_id(create.client_id, at.now_ms);
        let resource = register.principal_by_id(create.resource_id, at.now_ms);
        if client.is_none() || resource.is_none_or(|resource| resource.app_id != GRAPH) {
            let text = "The client or the resource does not reference a valid service principal object.";
            return Err(GraphError::request(text));
        }
        let twice = register
            .grants
            .iter()
            .any(|entry| entry.newest().client == create.client_id && entry.newest().user == user);
        if twice {
            return Err(GraphError::conflict("Permission entry already exists."));
        }
        let grant = Grant { id: opaque_id(), client: create.client_id, user, scopes };
        let shown = show(register, &grant, at.now_ms);
        register.grants.push(Spread::new(grant, at));
        Ok(shown)
    })?;
    let mut shown = shown;
    shown["@odata.context"] = visit.context("oauth2PermissionGrants/$entity").into();
    Ok(Reply { status: StatusCode::CREATED, ..ok(&shown) })
}

/// `PATCH /oauth2PermissionGrants/{id}`: replaces the scopes.
pub(super) fn update(visit: &Visit<'_>, id: &str) -> Result<Reply, GraphError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Update {
        scope: String,
    }
    visit.need(WRITE)?;
    visit.need_role(CONSENTING)?;
    let update: Update = body(visit)?;
    let scopes = scopes(&update.scope)?;
    visit.tenant.change_register(|register, at| {
        let mut visible = register.grants.iter_mut().filter(|entry| entry.seen(at.now_ms).is_some());
        let entry = visible.find(|entry| entry.newest().id == id).ok_or_else(|| GraphError::no_object(id))?;
        let grant = Grant { scopes, ..entry.newest().clone() };
        entry.set(grant, at);
        Ok(Reply::empty(StatusCode::NO_CONTENT))
    })
}

/// `DELETE /oauth2PermissionGrants/{id}`.
pub(super) fn delete(visit: &Visit<'_>, id: &str) -> Result<Reply, GraphError> {
    visit.need(WRITE)?;
    visit.need_role(CONSENTING)?;
    let gone = visit.tenant.change_register(|register, _| {
        let before = register.grants.len();
        register.grants.retain(|entry| entry.newest().id != id);
        register.grants.len() < before
    });
    if gone { Ok(Reply::empty(StatusCode::NO_CONTENT)) } else { Err(GraphError::no_object(id)) }
}

/// Names of delegated permissions, separated by blanks.
fn scopes(text: &str) -> Result<BTreeSet<String>, GraphError> {
    let names = text.split_whitespace().map(|name| {
        let permission = named(name).filter(|permission| permission.scope.is_some());
        let permission = permission.map(|permission| permission.name.to_owned());
        permission.ok_or_else(|| GraphError::request(format!("The scope '{name}' is not valid.")))
    });
    names.collect()
}

fn known_user(visit: &Visit<'_>, user: Uuid) -> bool {
    visit.tenant.with_directory(|directory| directory.place_of_id(user)).is_some()
}

fn show(register: &Register, grant: &Grant, now_ms: u64) -> Value {
    let scope: Vec<&str> = grant.scopes.iter().map(String::as_str).collect();
    json!({
        "id": grant.id,
        "clientId": grant.client,
        "consentType": if grant.user.is_some() { "Principal" } else { "AllPrincipals" },
        "principalId": grant.user,
        "resourceId": register.principal(GRAPH, now_ms).map(|graph| graph.id),
        "scope": scope.join(" "),
    })
}
