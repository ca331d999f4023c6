//! Registrations (Microsoft Graph: application, list, create, update, delete, addKey, removeKey).

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::GraphError;
use super::odata::Query;
use super::{Visit, body, ok};
use crate::message::Reply;
use crate::register::application::{Application, Draft, KeyCredential, KeyDraft};
use crate::register::roles::{APPLICATION_DEVELOPER, REGISTERING};
use crate::register::spread::{Spread, seen};
use crate::register::token::Signed;

const KIND: &str = "application";
const READ: &[&str] = &["Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All"];
const WRITE: &[&str] = &["Application.ReadWrite.All"];
/// The directory itself, which a proof of possession is made for.
const DIRECTORY: &str = "00000002-0000-0000-c000-000000000000";
const LONGEST_PROOF_SECONDS: i64 = 600;

/// `GET /applications`.
pub(super) fn list(visit: &Visit<'_>) -> Result<Reply, GraphError> {
    visit.need(READ)?;
    let query = Query::read(&visit.call.parameters(), &["displayName", "appId", "id"])?;
    let shown: Vec<Value> = visit.tenant.with_register(|register, now_ms| {
        seen(&register.applications, now_ms)
            .filter(|found| found.home)
            .map(|found| show(found, false))
            .collect()
    });
    query.collection(visit, "applications", KIND, shown.into_iter())
}

/// `GET /applications/{id}`. A certificate's own bytes come only if credentials are selected.
pub(super) fn one(visit: &Visit<'_>, id: &str) -> Result<Reply, GraphError> {
    visit.need(READ)?;
    let query = Query::read(&visit.call.parameters(), &[])?;
    let application = find(visit, id)?;
    query.entity(visit, "applications", KIND, show(&application, query.selects("keyCredentials")))
}

/// `POST /applications`. Nothing keeps anybody from making a second one of the same name.
pub(super) fn create(visit: &Visit<'_>) -> Result<Reply, GraphError> {
    visit.need(WRITE)?;
    let developing: Vec<Uuid> = REGISTERING.iter().copied().chain([APPLICATION_DEVELOPER]).collect();
    visit.need_role(&developing)?;
    let draft: Draft = body(visit)?;
    let now = visit.tenant.clock.wall();
    let mut application = Application {
        publisher_domain: Some(crate::organisation::DOMAIN.to_owned()),
        owner: (!visit.access.app_only).then_some(visit.access.user),
        ..Application::new(Uuid::new_v4(), Uuid::new_v4(), "", now)
    };
    application.apply(draft, now).map_err(GraphError::request)?;
    if application.display_name.is_empty() {
        return Err(GraphError::request(
            "A value is required for property 'displayName' of resource 'Application'.",
        ));
    }
    let mut shown = show(&application, false);
    visit.tenant.change_register(|register, at| register.applications.push(Spread::new(application, at)));
    shown["@odata.context"] = visit.context("applications/$entity").into();
    Ok(Reply { status: StatusCode::CREATED, ..ok(&shown) })
}

/// `GET /applications/{id}/owners/$ref`: whoever registered it.
pub(super) fn owners(visit: &Visit<'_>, id: &str) -> Result<Reply, GraphError> {
    visit.need(READ)?;
    let application = find(visit, id)?;
    let base = &visit.tenant.base;
    let owners = application.owner.iter().map(|owner| {
        json!({ "@odata.id": format!("{base}/graph/v2/{}/directoryObjects/{owner}/Microsoft.DirectoryServices.User", visit.tenant.organisation.tenant_text) })
    });
    let owners: Vec<Value> = owners.collect();
    Ok(ok(&json!({ "@odata.context": visit.context("$ref"), "value": owners })))
}

/// `PATCH /applications/{id}`.
pub(super) fn update(visit: &Visit<'_>, id: &str) -> Result<Reply, GraphError> {
    let id = may_write(visit, id)?;
    let draft: Draft = body(visit)?;
    change(visit, id, |application, visit| {
        application.apply(draft, visit.tenant.clock.wall()).map_err(GraphError::request)
    })?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// `DELETE /applications/{id}`: the service principal and its grants go with it.
pub(super) fn delete(visit: &Visit<'_>, id: &str) -> Result<Reply, GraphError> {
    let id = may_write(visit, id)?;
    visit.tenant.change_register(|register, _| register.remove_application(id));
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// `POST /applications/{id}/addKey`: an application rolls its own keys.
pub(super) fn add_key(visit: &Visit<'_>, id: &str) -> Result<Reply, GraphError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Add {
        key_credential: KeyDraft,
        #[serde(default, rename = "passwordCredential")]
        _password: Option<Value>,
        proof: String,
    }
    let application = find(visit, id)?;
    own_or_write(visit, &application)?;
    let add: Add = body(visit)?;
    prove(visit, &application, &add.proof)?;
    let now = visit.tenant.clock.wall();
    let key = add.key_credential.complete(&[], now).map_err(GraphError::request)?;
    let shown = KeyCredential { key: None, ..key.clone() };
    change(visit, application.id, |application, _| {
        application.key_credentials.push(key);
        Ok(())
    })?;
    let mut shown = json!(shown);
    shown["@odata.context"] = visit.context("microsoft.graph.keyCredential").into();
    Ok(ok(&shown))
}

/// `POST /applications/{id}/removeKey`.
pub(super) fn remove_key(visit: &Visit<'_>, id: &str) -> Result<Reply, GraphError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Remove {
        key_id: Uuid,
        proof: String,
    }
    let application = find(visit, id)?;
    own_or_write(visit, &application)?;
    let remove: Remove = body(visit)?;
    prove(visit, &application, &remove.proof)?;
    change(visit, application.id, |application, _| {
        let before = application.key_credentials.len();
        application.key_credentials.retain(|key| key.key_id != remove.key_id);
        if application.key_credentials.len() == before {
            return Err(GraphError::request("No credentials found to be removed."));
        }
        Ok(())
    })?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// Checks a proof of possession (learn.microsoft.com, "Generate proof-of-possession tokens for rolling keys").
fn prove(visit: &Visit<'_>, application: &Application, proof: &str) -> Result<(), GraphError> {
    let now = visit.tenant.clock.wall();
    let good = Signed::read(proof).is_some_and(|signed| {
        let claims = &signed.claims;
        let seconds = now.as_second();
        let timely =
            claims.exp.is_some_and(|exp| seconds < exp && exp <= seconds + LONGEST_PROOF_SECONDS + 60)
                && claims.nbf.is_none_or(|nbf| nbf <= seconds + 300);
        let signed_by = |key: &KeyCredential| {
            key.is_current(now)
                && key.certificate.signed(&signed.header.alg, signed.message.as_bytes(), &signed.signature)
        };
        claims.iss.as_deref() == Some(&application.id.to_string())
            && claims.aud.as_deref() == Some(DIRECTORY)
            && timely
            && application.key_credentials.iter().any(signed_by)
    });
    if good { Ok(()) } else { Err(GraphError::proof()) }
}

/// The registration with an object id, or named as `appId='…'`.
fn find(visit: &Visit<'_>, id: &str) -> Result<Application, GraphError> {
    let missing = || GraphError::no_object(id);
    let key = id.parse::<Uuid>().map_err(|_| missing())?;
    visit.tenant.with_register(|register, now_ms| {
        let mut all = seen(&register.applications, now_ms);
        all.find(|application| application.home && application.id == key).cloned().ok_or_else(missing)
    })
}

fn may_write(visit: &Visit<'_>, id: &str) -> Result<Uuid, GraphError> {
    visit.need(WRITE)?;
    let application = find(visit, id)?;
    if application.owner != Some(visit.access.user) {
        visit.need_role(REGISTERING)?;
    }
    Ok(application.id)
}

fn own_or_write(visit: &Visit<'_>, application: &Application) -> Result<(), GraphError> {
    if visit.access.app_only && visit.access.client == application.app_id {
        return Ok(());
    }
    may_write(visit, &application.id.to_string()).map(|_| ())
}

fn change(
    visit: &Visit<'_>,
    id: Uuid,
    change: impl FnOnce(&mut Application, &Visit<'_>) -> Result<(), GraphError>,
) -> Result<(), GraphError> {
    visit.tenant.change_register(|register, at| {
        let entry =
            register.registration(id, at.now_ms).ok_or_else(|| GraphError::no_object(&id.to_string()))?;
        let mut application = entry.newest().clone();
        change(&mut application, visit)?;
        entry.set(application, at);
        Ok(())
    })
}

fn show(application: &Application, with_keys: bool) -> Value {
    let mut shown = json!(application);
    if !with_keys && let Some(keys) = shown["keyCredentials"].as_array_mut() {
        for key in keys {
            key["key"] = Value::Null;
        }
    }
    shown
}
