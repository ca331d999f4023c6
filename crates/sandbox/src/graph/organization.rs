//! The organisation (Microsoft Graph: list organization).

use serde_json::json;

use super::error::GraphError;
use super::{Visit, ok};
use crate::message::Reply;
use crate::organisation::{DOMAIN, INITIAL_DOMAIN, NAME, POST_DOMAIN};

/// `GET /organization`.
pub(crate) fn list(visit: &Visit<'_>) -> Result<Reply, GraphError> {
    visit.need(&[
        "User.Read",
        "User.Read.All",
        "User.ReadWrite.All",
        "Organization.Read.All",
        "Directory.Read.All",
    ])?;
    let domain = |name, is_default, is_initial| {
        json!({
            "capabilities": "Email, OfficeCommunicationsOnline",
            "isDefault": is_default,
            "isInitial": is_initial,
            "name": name,
            "type": "Managed",
        })
    };
    Ok(ok(&json!({
        "@odata.context": visit.context("organization"),
        "value": [{
            "id": visit.tenant.organisation.tenant_text,
            "displayName": NAME,
            "countryLetterCode": "GB",
            "createdDateTime": "2019-04-01T08:00:00Z",
            "tenantType": "AAD",
            "verifiedDomains": [
                domain(DOMAIN, true, false),
                domain(POST_DOMAIN, false, false),
                domain(INITIAL_DOMAIN, false, true),
            ],
        }],
    })))
}
