//! The token endpoint.

use std::collections::BTreeSet;

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::StatusCode;
use serde::Serialize;
use uuid::Uuid;

use super::assertion;
use super::authorize::client;
use super::discovery::{issuer, no_key, other_issuer};
use super::error::SignInError;
use super::journey::{Who, may_sign_in};
use super::key::SigningKey;
use super::scopes::{Requested, of_graph};
use super::seal::{self, Access, Refresh};
use crate::chance::{Purpose, below, draw};
use crate::clock::shifted;
use crate::directory::account::Account;
use crate::faults::Effects;
use crate::guard::{lock, read};
use crate::message::{Call, Parameters, Reply};
use crate::organisation::STRANGER;
use crate::register::application::Application;
use crate::register::roles::MEMBER;
use crate::tenant::Tenant;

#[derive(Serialize)]
struct Answer {
    token_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    expires_in: i64,
    ext_expires_in: i64,
    access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

/// The claims of an id token (learn.microsoft.com, "ID token claims reference").
#[derive(Serialize)]
struct IdClaims<'a> {
    iss: String,
    aud: Uuid,
    iat: i64,
    nbf: i64,
    exp: i64,
    sub: String,
    oid: Uuid,
    tid: Uuid,
    name: &'a str,
    preferred_username: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wids: Option<Vec<Uuid>>,
    uti: String,
    ver: &'static str,
}

/// Who gets tokens, for which application, and what was granted to it on the way here.
struct Holder {
    who: Who,
    application: Application,
    carried: BTreeSet<String>,
}

/// `POST …/oauth2/v2.0/token`.
pub(crate) fn exchange(tenant: &Tenant, name: &str, call: &Call, effects: &Effects) -> Reply {
    match grant(tenant, name, &call.form(), effects) {
        Ok(answer) => Reply::json(StatusCode::OK, &answer)
            .header("cache-control", "no-store, no-cache")
            .header("pragma", "no-cache"),
        Err(error) => error.json(&tenant.clock, call.header("client-request-id")),
    }
}

fn grant(tenant: &Tenant, name: &str, form: &Parameters, effects: &Effects) -> Result<Answer, SignInError> {
    let need = |name| form.get(name).ok_or_else(|| SignInError::missing(name));
    let kind = need("grant_type")?;
    let application = client(tenant, name, form, true)?;
    if kind == "client_credentials" {
        return credentials(tenant, name, form, &application);
    }
    let proof = form.names().any(|name| matches!(name, "client_secret" | "client_assertion"));
    match kind {
        "authorization_code" => {
            redeem(tenant, form, application, need("code")?, need("redirect_uri")?, effects)
        }
        "refresh_token" => {
            if proof && application.web.redirect_uris.is_empty() {
                return Err(public());
            }
            renew(tenant, form, application, need("refresh_token")?, effects)
        }
        _ if proof => Err(public()),
        other => Err(SignInError::new(
            70_003,
            "unsupported_grant_type",
            format!("The grant type '{other}' is not supported for the application."),
        )),
    }
}

/// A client that keeps no secrets must not show any.
fn public() -> SignInError {
    let text = "The client is public, so it must present neither a secret nor an assertion.";
    SignInError::new(700_025, "invalid_client", text)
}

/// A token for the application itself.
fn credentials(
    tenant: &Tenant,
    name: &str,
    form: &Parameters,
    application: &Application,
) -> Result<Answer, SignInError> {
    if name.eq_ignore_ascii_case("organizations") {
        let text = "No tenant is named: a token for an application itself needs the address of its tenant.";
        return Err(SignInError::new(50_059, "invalid_request", text));
    }
    assertion::check(tenant, application, form)?;
    let scope = form.get("scope").ok_or_else(|| SignInError::missing("scope"))?;
    let asked = Requested::parse(scope, &format!("{}/graph", tenant.base))?;
    if !asked.listed || asked.openid || asked.offline_access {
        let text = "A token for an application itself needs the one scope '.default' of the resource.";
        return Err(SignInError::new(1_002_012, "invalid_scope", text));
    }
    let (principal, roles) = tenant
        .with_register(|register, now_ms| {
            let principal = register.principal(application.app_id, now_ms)?.id;
            Some((principal, register.roles_of_app(principal, now_ms)))
        })
        .ok_or_else(|| SignInError::client(&application.app_id.to_string()))?;
    let life = 3_599;
    let access = Access {
        user: principal,
        client: application.app_id,
        app_only: true,
        scopes: roles,
        issued: tenant.clock.stamp(),
        expires: tenant.clock.wall().as_second() + life,
    };
    Ok(Answer {
        token_type: "Bearer",
        scope: None,
        expires_in: life,
        ext_expires_in: life,
        access_token: seal::access(&tenant.organisation.seal, &access),
        refresh_token: None,
        id_token: None,
    })
}

fn redeem(
    tenant: &Tenant,
    form: &Parameters,
    application: Application,
    code: &str,
    redirect: &str,
    effects: &Effects,
) -> Result<Answer, SignInError> {
    let invalid = |number, text: &str| SignInError::new(number, "invalid_grant", text);
    let (request, who, carried) = {
        let mut codes = lock(&tenant.login.codes);
        let code = codes
            .get_mut(code)
            .filter(|code| code.client == application.app_id)
            .ok_or_else(|| invalid(70_000, "The provided value for 'code' is malformed or not known."))?;
        if code.is_stale(tenant.clock.elapsed_ms()) {
            return Err(invalid(70_008, "The authorization code has expired. Send a new sign-in request."));
        }
        // A code is spent by the first try, good or bad, so that nobody can guess verifiers.
        if std::mem::replace(&mut code.used, true) {
            return Err(invalid(54_005, "The authorization code was already redeemed."));
        }
        (code.request.clone(), code.who, code.consented.clone())
    };
    if redirect != request.redirect_as_sent {
        let text = "The reply address is not the one given when the authorization code was requested.";
        return Err(SignInError::new(500_112, "invalid_client", text));
    }
    if request.confidential {
        assertion::check(tenant, &application, form)?;
    } else if form.names().any(|name| matches!(name, "client_secret" | "client_assertion")) {
        return Err(public());
    }
    let verifier = form.get("code_verifier").unwrap_or_default();
    let digest = digest::digest(&digest::SHA256, verifier.as_bytes());
    if URL_SAFE_NO_PAD.encode(digest) != request.challenge {
        let text = "The code verifier does not match the code challenge of the authorization request.";
        return Err(invalid(501_481, text));
    }
    let mut requested = request.requested;
    narrow(tenant, &application, form, &mut requested)?;
    issue(tenant, Holder { who, application, carried }, &requested, request.nonce.as_deref(), effects)
}

fn renew(
    tenant: &Tenant,
    form: &Parameters,
    application: Application,
    token: &str,
    effects: &Effects,
) -> Result<Answer, SignInError> {
    let refresh = seal::open_refresh(&tenant.organisation.seal, token)
        .filter(|refresh| refresh.client == application.app_id.to_string())
        .ok_or_else(|| {
            let text = "The refresh token is malformed or was not issued to this application.";
            SignInError::new(70_000, "invalid_grant", text)
        })?;
    let revoked = tenant.login.is_revoked(refresh.user, refresh.issued)
        || effects.revoked_before.is_some_and(|stamp| refresh.issued < stamp);
    if revoked {
        return Err(SignInError::revoked());
    }
    if let Some(code) = read(&tenant.policy).refusal(refresh.user) {
        return Err(SignInError { class: "invalid_grant", ..SignInError::conditional_access(code) });
    }
    if refresh.issued < tenant.clock.opened_at().as_millisecond() {
        // The sandbox forgot, when it ended, what people had consented to.
        tenant.change_register(|register, at| {
            let principal = register.adopt(&application, at);
            register.grant(principal, Some(refresh.user), &refresh.consented, at);
        });
    }
    let who =
        if refresh.user == tenant.organisation.stranger { Who::Stranger } else { Who::Account(refresh.user) };
    let mut requested = refresh.requested;
    narrow(tenant, &application, form, &mut requested)?;
    issue(tenant, Holder { who, application, carried: refresh.consented }, &requested, None, effects)
}

/// A token request may name other permissions of Graph than the sign-in did.
fn narrow(
    tenant: &Tenant,
    application: &Application,
    form: &Parameters,
    requested: &mut Requested,
) -> Result<(), SignInError> {
    if let Some(scope) = form.get("scope") {
        let asked = Requested::parse(scope, &format!("{}/graph", tenant.base))?;
        requested.graph = asked.graph;
        requested.openid |= asked.openid;
        if asked.listed {
            let (scopes, _) = application.listed();
            requested.graph = of_graph(scopes.iter().map(|permission| permission.name));
        }
    }
    Ok(())
}

fn issue(
    tenant: &Tenant,
    holder: Holder,
    requested: &Requested,
    nonce: Option<&str>,
    effects: &Effects,
) -> Result<Answer, SignInError> {
    let Holder { who, application, carried } = holder;
    let account = match who {
        Who::Stranger => Account::guest_of(tenant.organisation.stranger, STRANGER, "Someone at Northwind"),
        Who::Account(user) => account(tenant, user)?,
    };
    let user = account.id;
    let client = application.app_id;
    let granted = if who == Who::Stranger {
        // What is granted in the other tenant is not known here.
        requested.graph.clone()
    } else {
        let (seen, newest) = tenant.with_register(|register, now_ms| {
            (register.granted(client, user, now_ms), register.newest_granted(client, user, false))
        });
        // What was granted in this very sign-in counts, even where readers do not see it yet.
        let mut granted: BTreeSet<String> = newest.intersection(&carried).cloned().collect();
        granted.extend(seen);
        of_graph(granted.iter().map(String::as_str))
    };
    if !requested.graph.is_subset(&granted) {
        return Err(SignInError::consent(&client.to_string()));
    }
    let issued = tenant.clock.stamp();
    // Entra draws a life of 60 to 90 minutes for each token.
    let jitter = draw(tenant.organisation.seed, Purpose::TokenLife, user.as_u64_pair().0, issued as u64);
    let life = 3_600 + below(jitter, 1_800) as i64;
    let expires = tenant.clock.wall().as_second() + life;
    let access = Access { user, client, app_only: false, scopes: granted.clone(), issued, expires };
    let id_token = requested
        .openid
        .then(|| id_token(tenant, &account, who, &application, requested.email, nonce, effects))
        .transpose()?;
    let refresh = requested.offline_access.then(|| Refresh {
        user,
        client: client.to_string(),
        requested: requested.clone(),
        consented: tenant.with_register(|register, _| register.newest_granted(client, user, true)),
        issued,
        padding: String::new(),
    });
    Ok(Answer {
        token_type: "Bearer",
        scope: Some(requested.answer(&granted)),
        expires_in: life,
        ext_expires_in: life,
        access_token: seal::access(&tenant.organisation.seal, &access),
        refresh_token: refresh.map(|refresh| seal::refresh(&tenant.organisation.seal, &refresh)),
        id_token,
    })
}

fn account(tenant: &Tenant, user: Uuid) -> Result<Account, SignInError> {
    let found = tenant.with_directory(|directory| {
        let place = directory.place_of_id(user)?;
        directory.account(place).cloned()
    });
    let account = found.ok_or_else(|| {
        SignInError::new(50_034, "invalid_grant", "The user account does not exist any more.")
    })?;
    may_sign_in(tenant, &account)?;
    Ok(account)
}

fn id_token(
    tenant: &Tenant,
    account: &Account,
    who: Who,
    application: &Application,
    email: bool,
    nonce: Option<&str>,
    effects: &Effects,
) -> Result<String, SignInError> {
    let at = shifted(tenant.clock.wall(), effects.skew_seconds).as_second();
    let digest = digest::digest(&digest::SHA256, account.id.as_bytes());
    let mut roles = tenant.with_register(|register, now_ms| register.roles_of(account.id, now_ms));
    roles.push(MEMBER);
    let ours = who != Who::Stranger;
    let claims = IdClaims {
        iss: if ours { issuer(tenant) } else { other_issuer(tenant) },
        aud: application.app_id,
        iat: at - 5,
        nbf: at - 5,
        exp: at + 3_600,
        sub: URL_SAFE_NO_PAD.encode(digest),
        oid: account.id,
        tid: if ours { tenant.organisation.tenant } else { tenant.organisation.northwind },
        name: &account.display_name,
        preferred_username: &account.user_principal_name,
        email: account.mail.as_deref().filter(|_| email),
        nonce,
        wids: (ours && application.tells_roles()).then_some(roles),
        uti: URL_SAFE_NO_PAD.encode(Uuid::new_v4()),
        ver: "2.0",
    };
    let key = SigningKey::shared().ok_or_else(no_key)?;
    key.sign(&claims).ok_or_else(no_key)
}
