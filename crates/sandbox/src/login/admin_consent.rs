//! Admin consent: an administrator grants what an application lists or asks for, for everybody.
//!
//! Source: learn.microsoft.com, "Admin consent on the Microsoft identity platform".

use std::collections::BTreeSet;

use super::authorize::{answer_address, client};
use super::error::SignInError;
use super::journey::{self, Errand, Flow, Step, Who, send_error, with_query};
use super::scopes::Requested;
use super::{consent, pages};
use crate::directory::account::Account;
use crate::message::{Call, Reply};
use crate::register::application::Application;
use crate::register::permissions::{Permission, named};
use crate::register::roles::{CONSENTING, PRIVILEGED_ROLE_ADMINISTRATOR};
use crate::tenant::Tenant;

/// What is to be granted.
#[derive(Debug, Clone)]
pub(crate) struct AdminConsent {
    scopes: BTreeSet<String>,
    roles: Vec<&'static Permission>,
    /// What the answer says in `scope`; the older address gives none.
    told: Option<String>,
}

/// `GET …/v2.0/adminconsent`, and `GET …/adminconsent` (`listed`), which always takes the registration's list.
pub(super) fn begin(tenant: &Tenant, name: &str, call: &Call, listed: bool) -> Reply {
    let parameters = call.parameters();
    let application = match client(tenant, name, &parameters, false) {
        Ok(application) => application,
        Err(error) => return pages::error(tenant, &error),
    };
    let redirect = match answer_address(&application, &parameters) {
        Ok((redirect, _)) => redirect,
        Err(error) => return pages::error(tenant, &error),
    };
    let state = parameters.get("state");
    match check(tenant, &application, parameters.get("scope"), listed) {
        Err(error) => send_error(tenant, &redirect, state, &error, true),
        Ok(request) => {
            tenant.login.count_visit();
            let flow = Flow {
                tenant_name: name.to_owned(),
                client: application.app_id,
                redirect,
                state: state.map(str::to_owned),
                hint: parameters.get("login_hint").map(str::to_owned),
                always_ask: false,
                session: tenant.login.session(call),
                errand: Errand::AdminConsent(request),
                who: None,
                password_given: false,
                factor_given: false,
                refusal: None,
                step: Step::Picker,
                made_ms: 0,
            };
            journey::proceed(tenant, flow)
        }
    }
}

fn check(
    tenant: &Tenant,
    application: &Application,
    scope: Option<&str>,
    listed: bool,
) -> Result<AdminConsent, SignInError> {
    let asked = if listed {
        Requested { listed: true, ..Requested::default() }
    } else {
        let scope = scope.ok_or_else(|| SignInError::missing("scope"))?;
        Requested::parse(scope, &format!("{}/graph", tenant.base))?
    };
    let mut request =
        AdminConsent { scopes: asked.graph.clone(), roles: Vec::new(), told: scope.map(str::to_owned) };
    if asked.listed {
        let (scopes, roles) = application.listed();
        if scopes.is_empty() && roles.is_empty() {
            let text = "The registration lists no permissions, so there is nothing to consent to.";
            return Err(SignInError::new(650_056, "invalid_client", text));
        }
        request.scopes = scopes.iter().map(|permission| permission.name.to_owned()).collect();
        request.roles = roles;
    }
    let openid = [
        (asked.openid, "openid"),
        (asked.profile, "profile"),
        (asked.email, "email"),
        (asked.offline_access, "offline_access"),
    ];
    let openid = openid.iter().filter(|(asked, _)| *asked).filter_map(|(_, name)| named(name));
    request.scopes.extend(openid.map(|permission| permission.name.to_owned()));
    if listed {
        request.told = None;
    }
    Ok(request)
}

/// Asks the administrator; others are sent away. Application permissions of Graph need a higher role.
pub(super) fn ask(tenant: &Tenant, mut flow: Flow, request: &AdminConsent, account: &Account) -> Reply {
    let Some(application) = journey::application(tenant, flow.client) else { return journey::stale(tenant) };
    let user = account.user_principal_name.clone();
    if !is_enough(tenant, request, account) {
        let error = SignInError { class: "permission_denied", ..SignInError::needs_admin() };
        let text = error.description(&tenant.clock);
        flow.refusal = Some(error);
        return pages::insufficient(
            &journey::keep(tenant, flow, Step::Refused),
            &user,
            &application.display_name,
            &text,
        );
    }
    let scopes: Vec<String> = request.scopes.iter().cloned().collect();
    flow.errand = Errand::AdminConsent(request.clone());
    let place = journey::keep(tenant, flow, Step::Consent);
    pages::admin_consent(&place, &user, &application.display_name, &scopes, &request.roles)
}

/// The administrator accepted.
pub(super) fn accepted(tenant: &Tenant, flow: &Flow, request: &AdminConsent, account: &Account) -> Reply {
    let Some(application) = journey::application(tenant, flow.client) else { return journey::stale(tenant) };
    if !is_enough(tenant, request, account) {
        return journey::stale(tenant);
    }
    let now = tenant.clock.wall();
    tenant.change_register(|register, at| {
        let principal = register.adopt(&application, at);
        register.grant(principal, None, &request.scopes, at);
        for role in &request.roles {
            register.assign_app_role(principal, role, now, at);
        }
    });
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("admin_consent", "True").append_pair("tenant", &tenant.organisation.tenant_text);
    if let Some(state) = &flow.state {
        query.append_pair("state", state);
    }
    if let Some(scope) = &request.told {
        query.append_pair("scope", scope);
    }
    let address = with_query(&flow.redirect, &query.finish());
    consent::remember(tenant, flow, Who::Account(account.id), Reply::redirect(&address))
        .header("cache-control", "no-store, no-cache")
}

fn is_enough(tenant: &Tenant, request: &AdminConsent, account: &Account) -> bool {
    let able = if request.roles.is_empty() { CONSENTING } else { &[PRIVILEGED_ROLE_ADMINISTRATOR] };
    tenant.has_role(account.id, able)
}
