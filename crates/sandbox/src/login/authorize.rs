//! The authorize endpoint and the forms of its pages.

use uuid::Uuid;

use super::error::SignInError;
use super::pages;
use super::scopes::{Requested, permission};
use crate::directory::account::Kind;
use crate::guard::lock;
use crate::message::{Parameters, Reply};
use crate::organisation::{DOMAIN, STATUS_USER};
use crate::tenant::Tenant;

/// Pages and codes are good for ten minutes.
const LIFE_MS: u64 = 600_000;

/// A checked authorization request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Where the answer goes, with the trailing slash that Entra adds.
    pub(crate) redirect: String,
    /// As the client sent it; the token request must repeat it.
    pub(crate) redirect_as_sent: String,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: String,
    pub(crate) requested: Requested,
    pub(crate) hint: Option<String>,
    pub(crate) always_consent: bool,
}

/// A page that waits for a click.
pub(crate) struct Flow {
    pub(crate) request: Request,
    /// Who was picked, once the page asks for consent.
    pub(crate) account: Option<usize>,
    made_ms: u64,
}

impl Flow {
    pub(crate) fn is_stale(&self, now_ms: u64) -> bool {
        now_ms.saturating_sub(self.made_ms) > LIFE_MS
    }
}

/// An authorization code that was given out.
pub(crate) struct Code {
    pub(crate) request: Request,
    pub(crate) user: Uuid,
    pub(crate) used: bool,
    made_ms: u64,
}

impl Code {
    pub(crate) fn is_stale(&self, now_ms: u64) -> bool {
        now_ms.saturating_sub(self.made_ms) > LIFE_MS
    }
}

/// `GET …/oauth2/v2.0/authorize`.
pub(crate) fn begin(tenant: &Tenant, name: &str, parameters: &Parameters) -> Reply {
    // Until client and redirect address are known to belong together nothing may be sent anywhere.
    let Some(client) = parameters.get("client_id") else {
        return pages::error(tenant, &SignInError::missing("client_id"));
    };
    if !client.eq_ignore_ascii_case(&tenant.organisation.client_id) {
        return pages::error(tenant, &SignInError::client(client));
    }
    let Some(sent) = parameters.get("redirect_uri") else {
        return pages::error(tenant, &SignInError::missing("redirect_uri"));
    };
    let Some(redirect) = registered(sent) else {
        let text = format!(
            "The redirect URI '{sent}' does not match the one registered for the application. \
             Register http://localhost; its port may differ, its path may not."
        );
        return pages::error(tenant, &SignInError::new(50_011, "invalid_request", text));
    };
    match check(tenant, parameters, &redirect, sent) {
        Ok(request) => picker(tenant, name, request, None),
        Err(error) => refuse(tenant, &redirect, parameters.get("state"), &error),
    }
}

/// A redirect address of the registration `http://localhost`, in the form it is answered at.
///
/// The port is ignored when matching, the path is not (learn.microsoft.com, "Redirect URI restrictions").
fn registered(address: &str) -> Option<String> {
    let rest = address.strip_prefix("http://localhost")?;
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    match rest.strip_prefix(':') {
        None => rest.is_empty().then(|| "http://localhost/".to_owned()),
        Some(port) if port.bytes().all(|digit| digit.is_ascii_digit()) => {
            let port: u16 = port.parse().ok().filter(|port| *port > 0)?;
            Some(format!("http://localhost:{port}/"))
        }
        Some(_) => None,
    }
}

fn check(
    tenant: &Tenant,
    parameters: &Parameters,
    redirect: &str,
    sent: &str,
) -> Result<Request, SignInError> {
    let invalid = |code, text: &str| Err(SignInError::new(code, "invalid_request", text));
    match parameters.get("response_type") {
        Some("code") => {}
        None => return Err(SignInError::missing("response_type")),
        Some(_) => {
            return Err(SignInError::new(
                700_054,
                "unsupported_response_type",
                "Only the response type 'code' is enabled for the application.",
            ));
        }
    }
    if parameters.get("response_mode").is_some_and(|mode| mode != "query") {
        return invalid(70_007, "The response mode is not supported for this request; use 'query'.");
    }
    let Some(challenge) = parameters.get("code_challenge") else {
        return invalid(9_002_325, "Proof Key for Code Exchange is required: send a code challenge.");
    };
    if parameters.get("code_challenge_method") != Some("S256") {
        return invalid(9_002_325, "Proof Key for Code Exchange is required with the method S256.");
    }
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if !(43..=128).contains(&challenge.len()) || !challenge.bytes().all(letters) {
        return invalid(501_491, "The code challenge is not of the form that RFC 7636 prescribes.");
    }
    let scope = parameters.get("scope").ok_or_else(|| SignInError::missing("scope"))?;
    let requested = Requested::parse(scope, &format!("{}/graph", tenant.base))?;
    let prompt = parameters.get("prompt");
    match prompt {
        None | Some("login" | "consent" | "select_account") => {}
        Some("none") => {
            return Err(SignInError::new(
                50_058,
                "login_required",
                "A silent sign-in was asked for, but nobody is signed in.",
            ));
        }
        Some(_) => return invalid(90_023, "The value of 'prompt' is not supported."),
    }
    // The two exclude each other; the explicit choice is the safer one.
    let hint = parameters.get("login_hint").filter(|_| prompt != Some("select_account"));
    Ok(Request {
        redirect: redirect.to_owned(),
        redirect_as_sent: sent.to_owned(),
        state: parameters.get("state").map(str::to_owned),
        nonce: parameters.get("nonce").map(str::to_owned),
        challenge: challenge.to_owned(),
        requested,
        hint: hint.map(str::to_owned),
        always_consent: prompt == Some("consent"),
    })
}

/// `POST …/pick`: somebody chose an account, typed one, or gave up.
pub(crate) fn picked(tenant: &Tenant, name: &str, form: &Parameters) -> Reply {
    let Some(flow) = take(tenant, form) else { return stale(tenant) };
    if form.get("cancel").is_some() {
        return declined(tenant, &flow.request);
    }
    let Some(account) = form.get("account") else {
        return picker(tenant, name, flow.request, Some("Enter a user name, or pick an account."));
    };
    match sign_in(tenant, account) {
        Ok(place) => proceed(tenant, name, flow.request, place),
        Err(error) => picker(tenant, name, flow.request, Some(&error.headline())),
    }
}

/// `POST …/consent`: somebody accepted or declined.
pub(crate) fn consented(tenant: &Tenant, name: &str, form: &Parameters) -> Reply {
    let Some(flow) = take(tenant, form) else { return stale(tenant) };
    let Some(place) = flow.account else { return picker(tenant, name, flow.request, None) };
    if form.get("decision") != Some("accept") {
        return declined(tenant, &flow.request);
    }
    let Some(user) = user(tenant, place) else { return stale(tenant) };
    let missing = missing(tenant, &flow.request, user.id);
    if !user.is_admin && needs_admin(&missing) {
        return pages::approval(tenant, name, &keep(tenant, flow.request, None), &user.name, &missing);
    }
    if user.is_admin && form.get("organisation").is_some() {
        tenant.login.grants.add_organisation(&flow.request.requested.graph);
    } else {
        tenant.login.grants.add(user.id, &missing.into_iter().collect());
    }
    give_code(tenant, flow.request, user.id)
}

/// `GET …/oauth2/v2.0/logout`. There is no session to end, so only the answer matters.
pub(crate) fn logout(parameters: &Parameters) -> Reply {
    match parameters.get("post_logout_redirect_uri").and_then(registered) {
        Some(address) => Reply::redirect(&address),
        None => pages::signed_out(),
    }
}

/// Who may sign in under a user name.
fn sign_in(tenant: &Tenant, name: &str) -> Result<usize, SignInError> {
    let unknown = || {
        let text = format!("The user account '{}' does not exist in the Brightwater directory.", name.trim());
        SignInError::new(50_034, "invalid_grant", text)
    };
    tenant.with_directory(|directory| {
        let place = directory.place_of_user_name(name).ok_or_else(unknown)?;
        let account = directory.account(place).ok_or_else(unknown)?;
        match account.kind {
            Kind::Person | Kind::StatusUser => Ok(place),
            Kind::Room | Kind::Former => {
                Err(SignInError::new(50_057, "invalid_grant", "The user account is disabled."))
            }
            Kind::Guest => Err(SignInError::new(
                50_020,
                "invalid_grant",
                "The account belongs to another organisation. Sign in with an account of Brightwater.",
            )),
        }
    })
}

struct User {
    id: Uuid,
    name: String,
    is_admin: bool,
}

fn user(tenant: &Tenant, place: usize) -> Option<User> {
    tenant.with_directory(|directory| {
        let account = directory.account(place).filter(|account| !account.left)?;
        Some(User {
            id: account.id,
            name: account.user_principal_name.clone(),
            is_admin: is_admin(place, account.kind),
        })
    })
}

/// The first person hired is the administrator.
pub(crate) fn is_admin(place: usize, kind: Kind) -> bool {
    place == 0 && kind == Kind::Person
}

fn proceed(tenant: &Tenant, name: &str, request: Request, place: usize) -> Reply {
    let Some(user) = user(tenant, place) else { return stale(tenant) };
    let missing = missing(tenant, &request, user.id);
    if missing.is_empty() && !request.always_consent {
        return give_code(tenant, request, user.id);
    }
    if needs_admin(&missing) && !user.is_admin {
        return pages::approval(tenant, name, &keep(tenant, request, None), &user.name, &missing);
    }
    let asked: Vec<String> = request.requested.graph.iter().cloned().collect();
    let offline = request.requested.offline_access;
    let flow = keep(tenant, request, Some(place));
    pages::consent(name, &flow, &user.name, user.is_admin, &asked, offline)
}

/// What is asked for and neither the user nor the administrator has granted.
fn missing(tenant: &Tenant, request: &Request, user: Uuid) -> Vec<String> {
    let granted = tenant.login.grants.of(user);
    request.requested.graph.difference(&granted).cloned().collect()
}

fn needs_admin(names: &[String]) -> bool {
    names.iter().any(|name| permission(name).is_some_and(|permission| permission.admin_only))
}

fn give_code(tenant: &Tenant, request: Request, user: Uuid) -> Reply {
    let made_ms = tenant.clock.elapsed_ms();
    let code = format!("0.{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("code", &code);
    if let Some(state) = &request.state {
        query.append_pair("state", state);
    }
    query.append_pair("session_state", &Uuid::new_v4().to_string());
    let address = format!("{}?{}", request.redirect, query.finish());
    let mut codes = lock(&tenant.login.codes);
    codes.retain(|_, code| !code.is_stale(made_ms));
    codes.insert(code, Code { request, user, used: false, made_ms });
    Reply::redirect(&address).header("cache-control", "no-store, no-cache")
}

fn picker(tenant: &Tenant, name: &str, request: Request, trouble: Option<&str>) -> Reply {
    let hint = request.hint.clone();
    let accounts = tenant.with_directory(|directory| {
        let admin = format!("admin@{DOMAIN}");
        let status = directory.place_of_user_name(STATUS_USER);
        let hinted = hint.as_deref().and_then(|hint| directory.place_of_user_name(hint));
        let markup = usize::try_from(crate::directory::names::MARKUP_AT).ok();
        let mut places: Vec<usize> = Vec::new();
        let some = status.into_iter().chain(directory.place_of_user_name(&admin)).chain(1..5).chain(markup);
        for place in some.chain(hinted) {
            let able = directory.account(place).is_some_and(|account| {
                !account.left && matches!(account.kind, Kind::Person | Kind::StatusUser)
            });
            if able && !places.contains(&place) {
                places.push(place);
            }
        }
        places
            .into_iter()
            .filter_map(|place| directory.account(place))
            .map(|account| (account.user_principal_name.clone(), account.display_name.clone()))
            .collect::<Vec<_>>()
    });
    let flow = keep(tenant, request, None);
    pages::picker(name, &flow, &accounts, hint.as_deref(), trouble)
}

fn keep(tenant: &Tenant, request: Request, account: Option<usize>) -> String {
    let made_ms = tenant.clock.elapsed_ms();
    let id = Uuid::new_v4().simple().to_string();
    tenant.login.keep_flow(id.clone(), Flow { request, account, made_ms }, made_ms);
    id
}

fn take(tenant: &Tenant, form: &Parameters) -> Option<Flow> {
    tenant.login.take_flow(form.get("flow")?, tenant.clock.elapsed_ms())
}

fn stale(tenant: &Tenant) -> Reply {
    let text =
        "This sign-in page was used already or is too old. Start the sign-in again in the application.";
    pages::error(tenant, &SignInError::new(50_089, "invalid_grant", text))
}

fn declined(tenant: &Tenant, request: &Request) -> Reply {
    let error = SignInError::new(65_004, "access_denied", "The user declined to consent to the application.");
    refuse(tenant, &request.redirect, request.state.as_deref(), &error)
}

/// Sends an error back to the application.
fn refuse(tenant: &Tenant, redirect: &str, state: Option<&str>, error: &SignInError) -> Reply {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("error", error.class);
    query.append_pair("error_description", &error.description(&tenant.clock));
    if let Some(suberror) = error.suberror {
        query.append_pair("error_subcode", suberror);
    }
    if let Some(state) = state {
        query.append_pair("state", state);
    }
    Reply::redirect(&format!("{redirect}?{}", query.finish())).header("cache-control", "no-store, no-cache")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_port_of_the_redirect_may_differ() {
        assert_eq!(registered("http://localhost:5123").unwrap(), "http://localhost:5123/");
        assert_eq!(registered("http://localhost:5123/").unwrap(), "http://localhost:5123/");
        assert_eq!(registered("http://localhost").unwrap(), "http://localhost/");
        for address in [
            "https://localhost:5123",
            "http://127.0.0.1:5123",
            "http://localhost:5123/callback",
            "http://localhost:5123//",
            "http://localhost:99999",
            "http://localhost:0",
            "http://localhost:+80",
            "http://localhost.example/",
            "http://localhost@example.com/",
            "http://localhost:80@example.com/",
            "HTTP://localhost/",
            "",
        ] {
            assert_eq!(registered(address), None, "{address}");
        }
    }
}
