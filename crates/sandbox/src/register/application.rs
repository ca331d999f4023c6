//! One registration of an application, as Graph keeps it (Microsoft Graph: application, keyCredential).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::GRAPH;
use super::certificate::Certificate;
use super::permissions::{self, Permission};

const AUDIENCES: &[&str] = &[
    "AzureADMyOrg",
    "AzureADMultipleOrgs",
    "AzureADandPersonalMicrosoftAccount",
    "PersonalMicrosoftAccount",
];
const CLAIMS: &[&str] = &["None", "SecurityGroup", "DirectoryRole", "ApplicationGroup", "All"];
/// The most redirect addresses, and the most characters of one.
const MOST: usize = 256;

/// A registration.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Application {
    pub(crate) id: Uuid,
    pub(crate) deleted_date_time: Option<()>,
    pub(crate) app_id: Uuid,
    pub(crate) created_date_time: String,
    pub(crate) display_name: String,
    pub(crate) description: Option<String>,
    pub(crate) group_membership_claims: Option<String>,
    pub(crate) identifier_uris: Vec<String>,
    pub(crate) is_fallback_public_client: Option<bool>,
    pub(crate) notes: Option<String>,
    pub(crate) publisher_domain: Option<String>,
    pub(crate) sign_in_audience: String,
    pub(crate) tags: Vec<String>,
    pub(crate) key_credentials: Vec<KeyCredential>,
    pub(crate) password_credentials: [(); 0],
    pub(crate) public_client: Platform,
    pub(crate) required_resource_access: Vec<RequiredResource>,
    pub(crate) spa: Platform,
    pub(crate) web: Platform,
    /// Who registered it.
    #[serde(skip)]
    pub(crate) owner: Option<Uuid>,
    /// Whether it is registered in this tenant and not in another.
    #[serde(skip)]
    pub(crate) home: bool,
}

/// Redirect addresses of one kind of client.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Platform {
    #[serde(default)]
    pub(crate) redirect_uris: Vec<String>,
    #[serde(flatten)]
    others: Map<String, Value>,
}

/// Permissions of one resource that a registration lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RequiredResource {
    pub(crate) resource_app_id: Uuid,
    pub(crate) resource_access: Vec<RequiredPermission>,
}

/// One permission of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RequiredPermission {
    pub(crate) id: Uuid,
    /// `Scope` or `Role`.
    #[serde(rename = "type")]
    pub(crate) kind: String,
}

/// A certificate of a registration.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct KeyCredential {
    pub(crate) custom_key_identifier: Option<String>,
    pub(crate) display_name: Option<String>,
    pub(crate) end_date_time: Timestamp,
    pub(crate) key: Option<String>,
    pub(crate) key_id: Uuid,
    pub(crate) start_date_time: Timestamp,
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) usage: &'static str,
    #[serde(skip)]
    pub(crate) certificate: Certificate,
}

/// A certificate as a request gives it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct KeyDraft {
    #[serde(rename = "@odata.type")]
    annotation: Option<String>,
    custom_key_identifier: Option<String>,
    display_name: Option<String>,
    end_date_time: Option<Timestamp>,
    key: Option<String>,
    key_id: Option<Uuid>,
    start_date_time: Option<Timestamp>,
    #[serde(rename = "type")]
    kind: Option<String>,
    usage: Option<String>,
}

/// A registration as a request gives it; what is absent stays as it is.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct Draft {
    #[serde(rename = "@odata.type")]
    annotation: Option<String>,
    display_name: Option<String>,
    description: Option<String>,
    group_membership_claims: Option<String>,
    identifier_uris: Option<Vec<String>>,
    is_fallback_public_client: Option<bool>,
    notes: Option<String>,
    sign_in_audience: Option<String>,
    tags: Option<Vec<String>>,
    key_credentials: Option<Vec<KeyDraft>>,
    public_client: Option<Platform>,
    required_resource_access: Option<Vec<RequiredResource>>,
    spa: Option<Platform>,
    web: Option<Platform>,
}

impl Application {
    /// A registration of that name with nothing else.
    pub(crate) fn new(id: Uuid, app_id: Uuid, name: &str, now: Timestamp) -> Self {
        Self {
            id,
            deleted_date_time: None,
            app_id,
            created_date_time: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            display_name: name.to_owned(),
            description: None,
            group_membership_claims: None,
            identifier_uris: Vec::new(),
            is_fallback_public_client: None,
            notes: None,
            publisher_domain: None,
            sign_in_audience: AUDIENCES[2].to_owned(),
            tags: Vec::new(),
            key_credentials: Vec::new(),
            password_credentials: [],
            public_client: Platform::default(),
            required_resource_access: Vec::new(),
            spa: Platform::default(),
            web: Platform::default(),
            owner: None,
            home: true,
        }
    }

    /// A public client that answers at `http://localhost`.
    pub(crate) fn public(self) -> Self {
        let public_client =
            Platform { redirect_uris: vec!["http://localhost".to_owned()], ..Platform::default() };
        Self { public_client, is_fallback_public_client: Some(true), ..self }
    }

    /// Lists delegated permissions by name.
    pub(crate) fn listing(mut self, scopes: &[&str]) -> Self {
        let ids = scopes.iter().filter_map(|name| permissions::named(name)?.scope);
        let resource_access = ids.map(|id| RequiredPermission { id, kind: "Scope".to_owned() }).collect();
        self.required_resource_access = vec![RequiredResource { resource_app_id: GRAPH, resource_access }];
        self
    }

    /// Applies what a request asks for; the error says what is wrong with it.
    pub(crate) fn apply(&mut self, draft: Draft, now: Timestamp) -> Result<(), String> {
        if let Some(name) = draft.display_name {
            if name.trim().is_empty() || name.chars().count() > MOST {
                return Err(
                    "Invalid value specified for property 'displayName' of resource 'Application'.".into()
                );
            }
            self.display_name = name;
        }
        if let Some(audience) = draft.sign_in_audience {
            self.sign_in_audience = one_of("signInAudience", AUDIENCES, &audience)?;
        }
        if let Some(claims) = draft.group_membership_claims {
            self.group_membership_claims = Some(one_of("groupMembershipClaims", CLAIMS, &claims)?);
        }
        for platform in [&draft.public_client, &draft.spa, &draft.web].into_iter().flatten() {
            platform.check()?;
        }
        if let Some(drafts) = draft.key_credentials {
            let keys = drafts.into_iter().map(|draft| draft.complete(&self.key_credentials, now));
            self.key_credentials = keys.collect::<Result<_, _>>()?;
        }
        replace(&mut self.public_client, draft.public_client);
        replace(&mut self.spa, draft.spa);
        replace(&mut self.web, draft.web);
        replace(&mut self.required_resource_access, draft.required_resource_access);
        replace(&mut self.tags, draft.tags);
        replace(&mut self.identifier_uris, draft.identifier_uris);
        self.description = draft.description.or(self.description.take());
        self.notes = draft.notes.or(self.notes.take());
        self.is_fallback_public_client = draft.is_fallback_public_client.or(self.is_fallback_public_client);
        Ok(())
    }

    /// The permissions of Graph that the registration lists: delegated ones, and application ones.
    pub(crate) fn listed(&self) -> (Vec<&'static Permission>, Vec<&'static Permission>) {
        let of_graph =
            self.required_resource_access.iter().filter(|resource| resource.resource_app_id == GRAPH);
        let all: Vec<&RequiredPermission> = of_graph.flat_map(|resource| &resource.resource_access).collect();
        let scopes = all.iter().filter(|permission| permission.kind == "Scope");
        let roles = all.iter().filter(|permission| permission.kind == "Role");
        (
            scopes.filter_map(|permission| permissions::of_scope(permission.id)).collect(),
            roles.filter_map(|permission| permissions::of_role(permission.id)).collect(),
        )
    }

    /// Whether id tokens tell the user's directory roles.
    pub(crate) fn tells_roles(&self) -> bool {
        self.group_membership_claims
            .as_deref()
            .is_some_and(|claims| matches!(claims, "All" | "DirectoryRole"))
    }

    /// Whether people of other organisations may use it.
    pub(crate) fn is_multi_tenant(&self) -> bool {
        self.sign_in_audience != AUDIENCES[0]
    }
}

impl Platform {
    /// Addresses may be `https`, or `http` on this computer (learn.microsoft.com, "Redirect URI restrictions").
    fn check(&self) -> Result<(), String> {
        let usable = |address: &String| {
            let local = ["http://localhost", "http://127.0.0.1"].iter().any(|start| {
                let rest = address.strip_prefix(start);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
            });
            address.chars().count() <= MOST
                && !address.contains(['*', '#', ' '])
                && (local || !address.starts_with("http://") && address.contains("://"))
        };
        if self.redirect_uris.len() > MOST || !self.redirect_uris.iter().all(usable) {
            return Err(
                "Invalid value specified for property 'redirectUris' of resource 'Application'.".into()
            );
        }
        Ok(())
    }
}

impl KeyDraft {
    /// The credential it stands for; without a key, the one of `known` that has its id.
    pub(crate) fn complete(self, known: &[KeyCredential], now: Timestamp) -> Result<KeyCredential, String> {
        let old = known.iter().find(|key| Some(key.key_id) == self.key_id);
        let Some(text) = &self.key else {
            return old.cloned().ok_or_else(|| "New key credential must have a value for 'key'.".to_owned());
        };
        if self.kind.as_deref() != Some("AsymmetricX509Cert") || self.usage.as_deref() != Some("Verify") {
            return Err("Key credential type and usage must be 'AsymmetricX509Cert' and 'Verify'.".into());
        }
        let invalid = || "Key credential value is not a valid certificate.".to_owned();
        let der = STANDARD.decode(text).map_err(|_| invalid())?;
        let certificate = Certificate::read(&der).ok_or_else(invalid)?;
        let start = self.start_date_time.unwrap_or_else(|| now.max(certificate.not_before));
        let end = self.end_date_time.unwrap_or(certificate.not_after);
        if end > certificate.not_after || end <= start {
            return Err("Key credential end date is invalid.".into());
        }
        if start < certificate.not_before {
            return Err("Key credential start date is invalid.".into());
        }
        Ok(KeyCredential {
            custom_key_identifier: self.custom_key_identifier.or_else(|| Some(certificate.thumbprint())),
            display_name: self.display_name,
            end_date_time: end,
            key: Some(text.clone()),
            key_id: self.key_id.unwrap_or_else(Uuid::new_v4),
            start_date_time: start,
            kind: "AsymmetricX509Cert",
            usage: "Verify",
            certificate,
        })
    }
}

impl KeyCredential {
    /// Whether it may be used at a moment.
    pub(crate) fn is_current(&self, now: Timestamp) -> bool {
        self.start_date_time <= now && now <= self.end_date_time && self.certificate.is_current(now)
    }
}

fn one_of(property: &str, known: &[&str], value: &str) -> Result<String, String> {
    let found = known.iter().find(|known| known.eq_ignore_ascii_case(value));
    found.map(|known| (*known).to_owned()).ok_or_else(|| {
        format!("Invalid value specified for property '{property}' of resource 'Application'.")
    })
}

fn replace<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}
