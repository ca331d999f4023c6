//! The authorize endpoint: what is asked for, and whether the client may ask it.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::error::SignInError;
use super::journey::{self, Errand, Flow, LIFE_MS, Step, Who, send_error};
use super::scopes::Requested;
use super::{consent, pages};
use crate::message::{Call, Parameters, Reply};
use crate::register::application::Application;
use crate::tenant::Tenant;

/// A checked authorization request.
#[derive(Debug, Clone)]
pub(crate) struct SignIn {
    /// As the client sent it; the token request must repeat it.
    pub(crate) redirect_as_sent: String,
    /// Whether the address is registered for a client that keeps a secret.
    pub(crate) confidential: bool,
    pub(crate) nonce: Option<String>,
    pub(crate) challenge: String,
    pub(crate) requested: Requested,
    pub(crate) always_consent: bool,
}

/// An authorization code that was given out.
pub(crate) struct Code {
    pub(crate) request: SignIn,
    pub(crate) client: Uuid,
    pub(crate) who: Who,
    /// What was granted on the way, which may not be seen yet.
    pub(crate) consented: BTreeSet<String>,
    pub(crate) used: bool,
    pub(super) made_ms: u64,
}

impl Code {
    pub(crate) fn is_stale(&self, now_ms: u64) -> bool {
        now_ms.saturating_sub(self.made_ms) > LIFE_MS
    }
}

/// `GET …/oauth2/v2.0/authorize`.
pub(super) fn begin(tenant: &Tenant, name: &str, call: &Call) -> Reply {
    let parameters = call.parameters();
    // Until client and redirect address are known to belong together nothing may be sent anywhere.
    let application = match client(tenant, name, &parameters, true) {
        Ok(application) => application,
        Err(error) => return pages::error(tenant, &error),
    };
    let (redirect, confidential) = match answer_address(&application, &parameters) {
        Ok(found) => found,
        Err(error) => return pages::error(tenant, &error),
    };
    let state = parameters.get("state");
    let prompt = parameters.get("prompt");
    match check(tenant, &application, &parameters, confidential) {
        Err(error) => send_error(tenant, &redirect, state, &error, false),
        Ok(request) => {
            tenant.login.count_visit();
            // The two exclude each other; the explicit choice is the safer one.
            let hint = parameters.get("login_hint").filter(|_| prompt != Some("select_account"));
            let flow = Flow {
                tenant_name: name.to_owned(),
                client: application.app_id,
                redirect,
                state: state.map(str::to_owned),
                hint: hint.map(str::to_owned),
                always_ask: prompt == Some("login"),
                session: tenant.login.session(call),
                errand: Errand::SignIn(request.clone()),
                who: None,
                password_given: false,
                factor_given: false,
                refusal: None,
                step: Step::Picker,
                made_ms: 0,
            };
            if prompt == Some("none") {
                silent(tenant, &flow, request)
            } else {
                journey::proceed(tenant, flow)
            }
        }
    }
}

/// `prompt=none`: a code for whoever is signed in, or an error; never a page.
fn silent(tenant: &Tenant, flow: &Flow, request: SignIn) -> Reply {
    let Some(session) = &flow.session else {
        let text = "A silent sign-in was asked for, but nobody is signed in.";
        return journey::refuse(tenant, flow, &SignInError::new(50_058, "login_required", text));
    };
    if let Some(error) = journey::obstacle(tenant, session) {
        let error = SignInError { class: "interaction_required", ..error };
        return journey::refuse(tenant, flow, &error);
    }
    if !consent::missing(tenant, flow.client, &request, session.user).is_empty() {
        let error =
            SignInError { class: "consent_required", ..SignInError::consent(&flow.client.to_string()) };
        return journey::refuse(tenant, flow, &error);
    }
    consent::give_code(tenant, flow, request, Who::Account(session.user), BTreeSet::new())
}

/// The application that a request names. `principal` demands that it has its place in this tenant already;
/// an application of another tenant gets one by the first consent.
pub(super) fn client(
    tenant: &Tenant,
    name: &str,
    parameters: &Parameters,
    principal: bool,
) -> Result<Application, SignInError> {
    let id = parameters.get("client_id").ok_or_else(|| SignInError::missing("client_id"))?;
    let found = id.parse().ok().and_then(|app_id: Uuid| {
        tenant.with_register(|register, now_ms| {
            let known = register.principal(app_id, now_ms).is_some();
            let application = register.application(app_id, now_ms)?;
            (known || !principal || !application.home).then(|| application.clone())
        })
    });
    let application = found.ok_or_else(|| SignInError::client(id))?;
    if name.eq_ignore_ascii_case("organizations") && !application.is_multi_tenant() {
        let text = format!(
            "Application '{id}' is not configured as a multi-tenant application. \
             Use the address of its own tenant instead of 'organizations'."
        );
        return Err(SignInError::new(50_194, "invalid_request", text));
    }
    if application.sign_in_audience == "PersonalMicrosoftAccount" {
        let text = format!("Application '{id}' is configured for personal accounts only.");
        return Err(SignInError::new(9_002_331, "invalid_request", text));
    }
    Ok(application)
}

/// Where the answer goes, in the form it is answered at, and whether that is a client that keeps a secret.
pub(super) fn answer_address(
    application: &Application,
    parameters: &Parameters,
) -> Result<(String, bool), SignInError> {
    let platforms = [
        (&application.public_client.redirect_uris, false),
        (&application.spa.redirect_uris, false),
        (&application.web.redirect_uris, true),
    ];
    if platforms.iter().all(|(addresses, _)| addresses.is_empty()) {
        let text = "No reply address is registered for the application.";
        return Err(SignInError::new(500_113, "invalid_request", text));
    }
    let sent = parameters.get("redirect_uri").ok_or_else(|| SignInError::missing("redirect_uri"))?;
    let found = platforms.iter().find_map(|(addresses, confidential)| {
        Some((
            registered(sent, addresses)?,
            *confidential && application.is_fallback_public_client != Some(true),
        ))
    });
    found.ok_or_else(|| {
        let text = format!(
            "The redirect URI '{sent}' does not match the one registered for the application. \
             Register http://localhost; its port may differ, its path may not."
        );
        SignInError::new(50_011, "invalid_request", text)
    })
}

/// A redirect address that is registered, in the form it is answered at.
///
/// On this computer the port is ignored when matching, the path is not (learn.microsoft.com, "Redirect URI
/// restrictions").
fn registered(sent: &str, addresses: &[String]) -> Option<String> {
    let (host, port, path) = match local(sent) {
        Some(parts) => parts,
        None => return addresses.iter().any(|address| address == sent).then(|| sent.to_owned()),
    };
    let matches =
        |address: &String| local(address).is_some_and(|(known, _, own)| known == host && own == path);
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    let path = if path.is_empty() { "/" } else { path };
    addresses.iter().any(matches).then(|| format!("{host}{port}{path}"))
}

/// Scheme and name, port and path of an address on this computer; a path of `/` counts as none.
fn local(address: &str) -> Option<(&str, Option<u16>, &str)> {
    let host = ["http://localhost", "http://127.0.0.1"].into_iter().find(|host| address.starts_with(host))?;
    let rest = &address[host.len()..];
    let (port, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => None,
        Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => {
            Some(digits.parse().ok().filter(|port| *port > 0)?)
        }
        _ => return None,
    };
    Some((host, port, if path == "/" { "" } else { path }))
}

fn check(
    tenant: &Tenant,
    application: &Application,
    parameters: &Parameters,
    confidential: bool,
) -> Result<SignIn, SignInError> {
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
    let mut requested = Requested::parse(scope, &format!("{}/graph", tenant.base))?;
    if requested.listed {
        let (scopes, _) = application.listed();
        requested.graph = super::scopes::of_graph(scopes.iter().map(|permission| permission.name));
    }
    let prompt = parameters.get("prompt");
    if !matches!(prompt, None | Some("login" | "consent" | "select_account" | "none")) {
        return invalid(90_023, "The value of 'prompt' is not supported.");
    }
    Ok(SignIn {
        redirect_as_sent: parameters.get("redirect_uri").unwrap_or_default().to_owned(),
        confidential,
        nonce: parameters.get("nonce").map(str::to_owned),
        challenge: challenge.to_owned(),
        requested,
        always_consent: prompt == Some("consent"),
    })
}

/// `GET …/oauth2/v2.0/logout`: the browser forgets who signed in.
pub(super) fn logout(tenant: &Tenant, call: &Call) -> Reply {
    tenant.login.forget(call);
    let local = ["http://localhost".to_owned()];
    let target = call.parameters().get("post_logout_redirect_uri").and_then(|sent| registered(sent, &local));
    target.map_or_else(pages::signed_out, |address| Reply::redirect(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_port_of_the_redirect_may_differ() {
        let known = ["http://localhost".to_owned()];
        let registered = |sent: &str| registered(sent, &known);
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

    #[test]
    fn a_registered_path_must_be_met() {
        let known = ["http://localhost:3000/back".to_owned(), "https://app.example/in".to_owned()];
        assert_eq!(registered("http://localhost:9/back", &known).unwrap(), "http://localhost:9/back");
        assert_eq!(registered("https://app.example/in", &known).unwrap(), "https://app.example/in");
        assert_eq!(registered("http://localhost:9/Back", &known), None);
        assert_eq!(registered("http://localhost:9", &known), None);
        assert_eq!(registered("https://app.example/in/", &known), None);
    }
}
