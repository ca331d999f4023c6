//! OpenID discovery and the key set.

use hyper::StatusCode;
use serde_json::json;

use super::error::SignInError;
use super::key::SigningKey;
use crate::message::Reply;
use crate::tenant::Tenant;

/// The issuer of tokens of this tenant.
pub(crate) fn issuer(tenant: &Tenant) -> String {
    format!("{}/login/{}/v2.0", tenant.base, tenant.organisation.tenant_text)
}

/// The issuer of tokens of the other organisation.
pub(crate) fn other_issuer(tenant: &Tenant) -> String {
    format!("{}/login/{}/v2.0", tenant.base, tenant.organisation.northwind)
}

/// The metadata document. Asked for by `organizations` it names no tenant, as Entra's does not.
pub(crate) fn metadata(tenant: &Tenant, name: &str) -> Reply {
    let login = format!("{}/login", tenant.base);
    let (authority, issuer) = if name.eq_ignore_ascii_case("organizations") {
        (format!("{login}/organizations"), format!("{login}/{{tenantid}}/v2.0"))
    } else {
        (format!("{login}/{}", tenant.organisation.tenant_text), issuer(tenant))
    };
    let document = json!({
        "token_endpoint": format!("{authority}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported":
            ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{authority}/discovery/v2.0/keys"),
        "response_modes_supported": ["query"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": issuer,
        "request_uri_parameter_supported": false,
        "authorization_endpoint": format!("{authority}/oauth2/v2.0/authorize"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{authority}/oauth2/v2.0/logout"),
        "claims_supported": [
            "sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name", "tid", "ver", "oid"
        ],
        "tenant_region_scope": "EU",
        "cloud_instance_name": "sandbox",
        "cloud_graph_host_name": "sandbox",
        "msgraph_host": tenant.base.trim_start_matches("http://"),
    });
    Reply::json(StatusCode::OK, &document).header("cache-control", "max-age=86400, private")
}

/// The keys that id tokens are signed with.
pub(crate) fn keys(tenant: &Tenant) -> Reply {
    match SigningKey::shared() {
        Some(key) => Reply::json(StatusCode::OK, &json!({ "keys": [key.public(&issuer(tenant))] })),
        None => no_key().json(&tenant.clock, None),
    }
}

/// The computer could not make a key.
pub(crate) fn no_key() -> SignInError {
    SignInError::new(90_033, "temporarily_unavailable", "A transient error has occurred. Try again.")
}
