//! App registrations, their certificates and their grants.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::users::{LOOK_PAUSE, looks};
use super::{Administration, Collection, quoted};
use crate::clock::pause;
use crate::microsoft::certificate::Certificate;
use crate::setup::event::TaskFault;
use crate::setup::installation::{CertificateRecord, Reading, Record};
use crate::setup::registration::{GRAPH, Held, Registration, TAG};
use crate::setup::task::Outcome;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Application {
    id: String,
    app_id: String,
    #[serde(default)]
    tags: Vec<String>,
    #[serde(default)]
    required_resource_access: Vec<Resource>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    resource_app_id: String,
    resource_access: Vec<Access>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Access {
    id: String,
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Identified {
    id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Grant {
    id: String,
    consent_type: String,
    principal_id: Option<String>,
    resource_id: String,
    #[serde(default)]
    scope: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RoleGrant {
    app_role_id: String,
    resource_id: String,
}

const SELECT: &str = "id,appId,displayName,tags,requiredResourceAccess";

impl Administration {
    /// Finds the registration, or makes it (learn.microsoft.com, "Create application").
    ///
    /// Ours is the one that this installation knows by its id, or one that carries our mark and belongs to nobody but the
    /// administrator who signed in: whoever owns a registration could give it credentials of their own, and with them
    /// everything that is granted to it.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn application(
        &self,
        registration: Registration,
        reading: Reading,
        record: &Record,
        begun: Option<Timestamp>,
    ) -> Result<Outcome, TaskFault> {
        let wanted = self.resources(registration, reading).await?;
        let now = self.connection.clock.now().wall;
        if let Some(found) = self.find_application(registration, record, looks(begun, now)).await? {
            let ours = found.tags.iter().any(|tag| tag == TAG);
            if !same(&found.required_resource_access, &wanted) {
                let body = json!({ "requiredResourceAccess": wanted });
                self.change(&format!("applications/{}", found.id), &body).await?;
            }
            return Ok(Outcome::Application { id: found.id, client_id: found.app_id, made: false, ours });
        }
        let body = json!({
            "displayName": registration.name(),
            "signInAudience": "AzureADMyOrg",
            // Every one has the redirect: sign-in and consent pages come back to it.
            "isFallbackPublicClient": !registration.has_certificate(reading),
            "publicClient": { "redirectUris": ["http://localhost"] },
            "requiredResourceAccess": wanted,
            "tags": [TAG],
        });
        let made: Application = self.make("applications", &body).await?;
        Ok(Outcome::Application { id: made.id, client_id: made.app_id, made: true, ours: true })
    }

    async fn find_application(
        &self,
        registration: Registration,
        record: &Record,
        looks: u32,
    ) -> Result<Option<Application>, TaskFault> {
        let filter = format!("displayName eq '{}'", quoted(registration.name()));
        for look in 0..looks {
            if look > 0 {
                pause(LOOK_PAUSE).await;
            }
            if let Some(id) = &record.application {
                let query = [("$select", SELECT)];
                if let Some(known) = self.find(&format!("applications/{id}"), &query).await? {
                    return Ok(Some(known));
                }
            }
            let query = [("$filter", filter.as_str()), ("$select", SELECT)];
            let found: Collection<Application> = self.read("applications", &query).await?;
            let mut found = found.value;
            // The oldest id in the order of the alphabet, so that everybody chooses the same one.
            found.sort_by(|one, other| one.id.cmp(&other.id));
            for one in found.into_iter().filter(|one| one.tags.iter().any(|tag| tag == TAG)) {
                if self.is_own(&one.id).await? {
                    return Ok(Some(one));
                }
            }
        }
        Ok(None)
    }

    /// Whether nobody but this administrator owns a registration (learn.microsoft.com, "List owners").
    async fn is_own(&self, application: &str) -> Result<bool, TaskFault> {
        #[derive(Deserialize)]
        struct Reference {
            #[serde(rename = "@odata.id")]
            id: String,
        }
        let path = format!("applications/{application}/owners/$ref");
        let Some(owners) = self.find::<Collection<Reference>>(&path, &[]).await? else { return Ok(false) };
        let own = |reference: &Reference| {
            reference.id.split('/').any(|part| part.eq_ignore_ascii_case(&self.account))
        };
        Ok(!owners.value.is_empty() && owners.value.iter().all(own))
    }

    async fn resources(
        &self,
        registration: Registration,
        reading: Reading,
    ) -> Result<Vec<Resource>, TaskFault> {
        let mut access = Vec::new();
        for permission in registration.permissions(reading) {
            let kind = match permission.held {
                Held::Delegated => "Scope",
                Held::Alone => "Role",
            };
            access.push(Access { id: self.permission_id(permission).await?, kind: kind.into() });
        }
        Ok(vec![Resource { resource_app_id: GRAPH.into(), resource_access: access }])
    }

    /// Finds the service principal, or makes it (learn.microsoft.com, "Create servicePrincipal").
    ///
    /// # Errors
    /// Why there is none.
    pub async fn principal(&self, client_id: &str) -> Result<Outcome, TaskFault> {
        let filter = format!("appId eq '{}'", quoted(client_id));
        let query = [("$filter", filter.as_str()), ("$select", "id,appId")];
        let found: Collection<Identified> = self.read("servicePrincipals", &query).await?;
        if let Some(found) = found.value.into_iter().next() {
            return Ok(Outcome::Principal { id: found.id, made: false });
        }
        // The first tag makes the portal list it among the enterprise applications.
        let tags = ["WindowsAzureActiveDirectoryIntegratedApp", TAG];
        let body = json!({ "appId": client_id, "tags": tags });
        let made: Identified = self.make("servicePrincipals", &body).await?;
        Ok(Outcome::Principal { id: made.id, made: true })
    }

    /// Sees that Microsoft has a certificate (learn.microsoft.com, "Add a certificate to an app using Microsoft Graph").
    /// Others that are there stay.
    ///
    /// # Errors
    /// Why Microsoft does not have it.
    pub async fn upload(&self, application: &str, certificate: &Certificate) -> Result<Outcome, TaskFault> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Keys {
            #[serde(default)]
            key_credentials: Vec<Value>,
        }
        let path = format!("applications/{application}");
        let keys: Keys = self.read(&path, &[("$select", "id,keyCredentials")]).await?;
        let thumbprint = certificate.thumbprint_sha1_hex();
        let record = CertificateRecord {
            thumbprint: thumbprint.clone(),
            expires: certificate.expires(),
            uploaded: true,
        };
        let is_this = |key: &Value| {
            let identifier = key.get("customKeyIdentifier").and_then(Value::as_str).unwrap_or_default();
            identifier.eq_ignore_ascii_case(&thumbprint) || identifier == certificate.thumbprint_sha1_base64()
        };
        if keys.key_credentials.iter().any(is_this) {
            return Ok(Outcome::Certificate { record, made: false });
        }
        // The collection is replaced as a whole, so what is there is sent along.
        let mut all = keys.key_credentials;
        all.push(key_credential(certificate));
        self.change(&path, &json!({ "keyCredentials": all })).await?;
        Ok(Outcome::Certificate { record, made: true })
    }

    /// Finds or makes the grants (learn.microsoft.com, "Grant or revoke API permissions programmatically").
    ///
    /// Delegated permissions are granted to `user` alone, or to everybody when there is none.
    ///
    /// # Errors
    /// Why something is not granted.
    pub async fn grant(
        &self,
        registration: Registration,
        reading: Reading,
        principal: &str,
        user: Option<&str>,
    ) -> Result<Outcome, TaskFault> {
        let graph = self.graph().await?.id.clone();
        let mut grants = BTreeSet::new();
        let scope = registration.scope(reading);
        if !scope.is_empty() {
            grants.extend(self.grant_scope(principal, &graph, user, &scope).await?);
        }
        let assigned: Collection<RoleGrant> =
            self.read(&format!("servicePrincipals/{principal}/appRoleAssignments"), &[]).await?;
        for permission in registration.permissions(reading).iter().filter(|one| one.held == Held::Alone) {
            let role = self.permission_id(permission).await?;
            let there = |one: &RoleGrant| {
                one.resource_id.eq_ignore_ascii_case(&graph) && one.app_role_id.eq_ignore_ascii_case(&role)
            };
            if !assigned.value.iter().any(there) {
                let body = json!({ "principalId": principal, "resourceId": graph, "appRoleId": role });
                let made: Identified =
                    self.make(&format!("servicePrincipals/{graph}/appRoleAssignedTo"), &body).await?;
                grants.insert(made.id);
            }
        }
        let at = self.connection.clock.now().wall;
        Ok(Outcome::Granted { at, made: !grants.is_empty(), grants })
    }

    async fn grant_scope(
        &self,
        principal: &str,
        graph: &str,
        user: Option<&str>,
        scope: &str,
    ) -> Result<Option<String>, TaskFault> {
        let filter = format!("clientId eq '{}'", quoted(principal));
        let found: Collection<Grant> =
            self.read("oauth2PermissionGrants", &[("$filter", filter.as_str())]).await?;
        let consent_type = if user.is_some() { "Principal" } else { "AllPrincipals" };
        let same = |grant: &&Grant| {
            grant.resource_id.eq_ignore_ascii_case(graph)
                && grant.consent_type.eq_ignore_ascii_case(consent_type)
                && grant.principal_id.as_deref().map(str::to_lowercase) == user.map(str::to_lowercase)
        };
        let Some(grant) = found.value.iter().find(same) else {
            let body = json!({
                "clientId": principal,
                "consentType": consent_type,
                "principalId": user,
                "resourceId": graph,
                "scope": scope,
            });
            let made: Identified = self.make("oauth2PermissionGrants", &body).await?;
            return Ok(Some(made.id));
        };
        let mut names: Vec<&str> = grant.scope.as_deref().unwrap_or_default().split_whitespace().collect();
        let before = names.len();
        for name in scope.split_whitespace() {
            if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                names.push(name);
            }
        }
        if names.len() == before {
            return Ok(None);
        }
        self.change(&format!("oauth2PermissionGrants/{}", grant.id), &json!({ "scope": names.join(" ") }))
            .await?;
        Ok(Some(grant.id.clone()))
    }

    /// Removes a registration; its service principal and grants go with it.
    ///
    /// # Errors
    /// Why it is still there.
    pub async fn remove_application(&self, id: &str) -> Result<Outcome, TaskFault> {
        Ok(Outcome::Removed { was: self.remove(&format!("applications/{id}")).await? })
    }
}

/// A certificate as Graph takes it.
pub(in crate::microsoft) fn key_credential(certificate: &Certificate) -> Value {
    json!({
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
        "key": certificate.der_base64(),
        "displayName": "CN=Presence Sync",
        "startDateTime": certificate.not_before,
        "endDateTime": certificate.expires(),
    })
}

fn flat(resources: &[Resource]) -> BTreeSet<(String, String, String)> {
    let lower = str::to_lowercase;
    resources
        .iter()
        .flat_map(|resource| {
            let app = lower(&resource.resource_app_id);
            resource
                .resource_access
                .iter()
                .map(move |access| (app.clone(), lower(&access.id), access.kind.clone()))
        })
        .collect()
}

fn same(one: &[Resource], other: &[Resource]) -> bool {
    flat(one) == flat(other)
}
