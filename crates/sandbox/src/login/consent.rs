//! Consent of one person, and the code at the end of a sign-in.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::authorize::{Code, SignIn};
use super::error::SignInError;
use super::journey::{self, Errand, Flow, Step, Who};
use super::{Session, pages};
use crate::directory::account::Account;
use crate::guard::{lock, read};
use crate::message::Reply;
use crate::register::permissions::permission;
use crate::register::roles::{APPLICATION_DEVELOPER, CONSENTING};
use crate::tenant::Tenant;

/// Browsers that are remembered at a time.
const MOST_SESSIONS: usize = 10_000;

/// Asks for consent if something is missing, else gives the code.
pub(super) fn sign_in(tenant: &Tenant, mut flow: Flow, request: SignIn, account: &Account) -> Reply {
    let missing = missing(tenant, flow.client, &request, account.id);
    if missing.is_empty() && !request.always_consent {
        return give_code(tenant, &flow, request, Who::Account(account.id), BTreeSet::new());
    }
    let Some(application) = journey::application(tenant, flow.client) else { return journey::stale(tenant) };
    if !may_consent(tenant, account.id, &missing) {
        let error = SignInError::needs_admin();
        let text = error.description(&tenant.clock);
        flow.refusal = Some(error);
        let user = account.user_principal_name.clone();
        let place = journey::keep(tenant, flow, Step::Refused);
        return pages::approval(&place, &user, &application.display_name, &missing, &text);
    }
    let asked: Vec<String> = request.requested.graph.iter().cloned().collect();
    let consent = pages::Consent {
        user: &account.user_principal_name.clone(),
        application: &application.display_name,
        asked: &asked,
        offline: request.requested.offline_access,
        may_decide_for_all: tenant.has_role(account.id, CONSENTING),
    };
    flow.errand = Errand::SignIn(request);
    pages::consent(&journey::keep(tenant, flow, Step::Consent), &consent)
}

/// Somebody accepted.
pub(super) fn accepted(
    tenant: &Tenant,
    mut flow: Flow,
    request: SignIn,
    account: &Account,
    everybody: bool,
) -> Reply {
    let Some(application) = journey::application(tenant, flow.client) else { return journey::stale(tenant) };
    let missing = missing(tenant, flow.client, &request, account.id);
    if !may_consent(tenant, account.id, &missing) {
        flow.who = None;
        return journey::proceed(tenant, flow);
    }
    let (user, scopes) = if everybody && tenant.has_role(account.id, CONSENTING) {
        (None, request.requested.graph.clone())
    } else {
        (Some(account.id), missing.into_iter().collect())
    };
    tenant.change_register(|register, at| {
        let principal = register.adopt(&application, at);
        register.grant(principal, user, &scopes, at);
    });
    give_code(tenant, &flow, request, Who::Account(account.id), scopes)
}

/// What is asked for and neither the user nor the administrator has granted.
pub(super) fn missing(tenant: &Tenant, client: Uuid, request: &SignIn, user: Uuid) -> Vec<String> {
    let granted = tenant.with_register(|register, now_ms| register.granted(client, user, now_ms));
    request.requested.graph.difference(&granted).cloned().collect()
}

/// Who may consent depends on the permissions and on the organisation's policy. Application Developers may
/// consent for themselves even where others may not (learn.microsoft.com, "Configure how users consent to
/// applications").
fn may_consent(tenant: &Tenant, user: Uuid, missing: &[String]) -> bool {
    let admin_only =
        missing.iter().any(|name| permission(name).is_some_and(|permission| permission.admin_only));
    tenant.has_role(user, CONSENTING)
        || missing.is_empty()
        || (!admin_only
            && (read(&tenant.policy).user_consent || tenant.has_role(user, &[APPLICATION_DEVELOPER])))
}

/// Sends the code to the application. `consented` is what was granted on the way.
pub(super) fn give_code(
    tenant: &Tenant,
    flow: &Flow,
    request: SignIn,
    who: Who,
    consented: BTreeSet<String>,
) -> Reply {
    let made_ms = tenant.clock.elapsed_ms();
    let code = format!("0.{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("code", &code);
    if let Some(state) = &flow.state {
        query.append_pair("state", state);
    }
    query.append_pair("session_state", &Uuid::new_v4().to_string());
    let address = journey::with_query(&flow.redirect, &query.finish());
    {
        let mut codes = lock(&tenant.login.codes);
        codes.retain(|_, code| !code.is_stale(made_ms));
        codes.insert(code, Code { request, client: flow.client, who, consented, used: false, made_ms });
    }
    remember(tenant, flow, who, Reply::redirect(&address).header("cache-control", "no-store, no-cache"))
}

/// Lets the browser keep who signed in.
pub(super) fn remember(tenant: &Tenant, flow: &Flow, who: Who, reply: Reply) -> Reply {
    let Who::Account(user) = who else { return reply };
    let id = Uuid::new_v4().simple().to_string();
    let cookie = format!("{}={id}; Path=/login; HttpOnly; SameSite=Lax", super::COOKIE);
    let mut sessions = lock(&tenant.login.sessions);
    if sessions.len() >= MOST_SESSIONS {
        sessions.clear();
    }
    sessions.insert(id, Session { user, second_factor: flow.factor_given });
    reply.header("set-cookie", &cookie)
}
