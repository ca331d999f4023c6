//! The organisation (Microsoft Graph: list organization).

use serde_json::json;

use super::error::GraphError;
use super::odata::Query;
use super::{Visit, ok};
use crate::message::Reply;
use crate::organisation::{DOMAIN, INITIAL_DOMAIN, NAME, POST_DOMAIN};

/// The verified domains; whether one is the default, and whether the tenant was born with it.
const DOMAINS: [(&str, bool, bool); 3] =
    [(DOMAIN, true, false), (POST_DOMAIN, false, false), (INITIAL_DOMAIN, false, true)];

/// `GET /organization`.
pub(crate) fn list(visit: &Visit<'_>) -> Result<Reply, GraphError> {
    visit.need(&[
        "User.Read",
        "User.Read.All",
        "User.ReadWrite.All",
        "Organization.Read.All",
        "Directory.Read.All",
    ])?;
    let domain = |(name, is_default, is_initial): (&str, bool, bool)| {
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
            "verifiedDomains": DOMAINS.map(domain),
        }],
    })))
}

/// `GET /domains` (Microsoft Graph: list domains).
pub(super) fn domains(visit: &Visit<'_>) -> Result<Reply, GraphError> {
    visit.need(&["Domain.Read.All", "Directory.Read.All"])?;
    let query = Query::read(&visit.call.parameters(), &["id"])?;
    let domains = DOMAINS.iter().map(|(name, is_default, is_initial)| {
        json!({
            "id": name,
            "authenticationType": "Managed",
            "availabilityStatus": null,
            "isAdminManaged": true,
            "isDefault": is_default,
            "isInitial": is_initial,
            "isRoot": true,
            "isVerified": true,
            "passwordNotificationWindowInDays": 14,
            "passwordValidityPeriodInDays": 2_147_483_647,
            "supportedServices": ["Email", "OfficeCommunicationsOnline"],
        })
    });
    query.collection(visit, "domains", "domain", domains)
}
