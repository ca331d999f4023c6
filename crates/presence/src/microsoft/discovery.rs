//! OpenID Connect discovery: the endpoints come from Entra itself, so every cloud and authority works alike.

use serde::Deserialize;

use super::{Connection, problem, wire};
use crate::endpoints::is_loopback;
use crate::error::Failure;
use crate::http;

/// Entra's endpoints for one tenant (`/.well-known/openid-configuration`).
#[derive(Clone, Debug, Deserialize)]
pub struct Authority {
    /// Where the browser goes.
    pub authorization_endpoint: String,
    /// Where codes and refresh tokens are redeemed.
    pub token_endpoint: String,
    /// Where the keys of id tokens are.
    pub jwks_uri: String,
    /// Who issues id tokens; may hold the placeholder `{tenantid}`.
    pub issuer: String,
    /// The cloud that the tenant lives in, such as `microsoftonline.us`.
    #[serde(default)]
    pub cloud_instance_name: Option<String>,
}

impl Authority {
    /// The tenant's id, which the issuer names.
    #[must_use]
    pub fn tenant(&self) -> Option<String> {
        let mut parts = self.issuer.split('/');
        parts.find_map(|part| uuid::Uuid::try_parse(part).ok()).map(|id| id.to_string())
    }
}

pub(super) async fn discover(connection: &Connection) -> Result<Authority, Failure> {
    let tenant = &connection.tenant;
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    if tenant.is_empty() || tenant.len() > 253 || !tenant.chars().all(plain) {
        return Err(Failure::SignInNeeded(problem::tenant(tenant, None)));
    }
    let address = format!("{}/{tenant}/v2.0/.well-known/openid-configuration", connection.endpoints.login);
    let answer = http::call(&connection.gate, &connection.clock, || connection.http.get(&address))
        .await
        .map_err(|trouble| problem::trouble("Microsoft's sign-in service", trouble))?;
    if answer.status.is_client_error() {
        let error = wire::EntraError::parse(&answer.body);
        return Err(Failure::SignInNeeded(problem::tenant(tenant, error.as_ref())));
    }
    if !answer.status.is_success() {
        return Err(problem::broken("Microsoft's sign-in service", &answer));
    }
    let authority: Authority = serde_json::from_slice(&answer.body)
        .map_err(|_| problem::malformed("Microsoft's sign-in service"))?;
    let addresses = [&authority.authorization_endpoint, &authority.token_endpoint, &authority.jwks_uri];
    if addresses.iter().all(|address| address.starts_with("https://") || is_loopback(address)) {
        Ok(authority)
    } else {
        Err(problem::malformed("Microsoft's sign-in service"))
    }
}
