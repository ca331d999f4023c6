//! The authorization policy: whether users may consent, and what they may create (Microsoft Graph:
//! authorizationPolicy).

use serde_json::json;

use super::Visit;
use super::error::GraphError;
use super::odata::Query;
use crate::guard::read;
use crate::message::Reply;

/// `GET /policies/authorizationPolicy`.
pub(super) fn authorization(visit: &Visit<'_>) -> Result<Reply, GraphError> {
    visit.need(&["Policy.Read.All"])?;
    let query = Query::read(&visit.call.parameters(), &[])?;
    let consent = read(&visit.tenant.policy).user_consent;
    let policies: &[&str] =
        if consent { &["ManagePermissionGrantsForSelf.microsoft-user-default-legacy"] } else { &[] };
    let policy = json!({
        "id": "authorizationPolicy",
        "displayName": "Authorization Policy",
        "description": "Used to manage authorization related settings across the company.",
        "allowInvitesFrom": "adminsAndGuestInviters",
        "allowedToSignUpEmailBasedSubscriptions": true,
        "allowedToUseSSPR": true,
        "allowEmailVerifiedUsersToJoinOrganization": false,
        "allowUserConsentForRiskyApps": null,
        "blockMsolPowerShell": false,
        "guestUserRoleId": "10dae51f-b6af-4016-8d66-8c2a99b929b3",
        "defaultUserRolePermissions": {
            "allowedToCreateApps": false,
            "allowedToCreateSecurityGroups": true,
            "allowedToReadOtherUsers": true,
            "permissionGrantPoliciesAssigned": policies,
        },
    });
    query.entity(visit, "policies/authorizationPolicy", "authorizationPolicy", policy)
}
