//! The token endpoint.

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::StatusCode;
use serde::Serialize;
use uuid::Uuid;

use super::authorize::is_admin;
use super::discovery::{issuer, no_key};
use super::error::SignInError;
use super::key::SigningKey;
use super::scopes::Requested;
use super::seal::{self, Access, Refresh};
use crate::chance::{Purpose, below, draw};
use crate::clock::shifted;
use crate::directory::account::Kind;
use crate::faults::Effects;
use crate::guard::lock;
use crate::message::{Call, Parameters, Reply};
use crate::tenant::Tenant;

/// Role template ids that `wids` carries: Global Administrator, and the mark of an ordinary member.
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
const MEMBER: &str = "b79fbf4d-3ef9-4689-8143-76b194e85509";

#[derive(Serialize)]
struct Answer {
    token_type: &'static str,
    scope: String,
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
    aud: &'a str,
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
    wids: Vec<&'static str>,
    uti: String,
    ver: &'static str,
}

/// `POST …/oauth2/v2.0/token`.
pub(crate) fn exchange(tenant: &Tenant, call: &Call, effects: &Effects) -> Reply {
    match grant(tenant, &call.form(), effects) {
        Ok(answer) => Reply::json(StatusCode::OK, &answer)
            .header("cache-control", "no-store, no-cache")
            .header("pragma", "no-cache"),
        Err(error) => error.json(&tenant.clock, call.header("client-request-id")),
    }
}

fn grant(tenant: &Tenant, form: &Parameters, effects: &Effects) -> Result<Answer, SignInError> {
    let need = |name| form.get(name).ok_or_else(|| SignInError::missing(name));
    let kind = need("grant_type")?;
    let client = need("client_id")?;
    if !client.eq_ignore_ascii_case(&tenant.organisation.client_id) {
        return Err(SignInError::client(client));
    }
    if form.names().any(|name| matches!(name, "client_secret" | "client_assertion")) {
        let text = "The client is public, so it must present neither a secret nor an assertion.";
        return Err(SignInError::new(700_025, "invalid_client", text));
    }
    match kind {
        "authorization_code" => {
            redeem(tenant, form, need("code")?, need("redirect_uri")?, form.get("code_verifier"), effects)
        }
        "refresh_token" => renew(tenant, form, need("refresh_token")?, effects),
        other => Err(SignInError::new(
            70_003,
            "unsupported_grant_type",
            format!("The grant type '{other}' is not supported for the application."),
        )),
    }
}

fn redeem(
    tenant: &Tenant,
    form: &Parameters,
    code: &str,
    redirect: &str,
    verifier: Option<&str>,
    effects: &Effects,
) -> Result<Answer, SignInError> {
    let invalid = |number, text: &str| SignInError::new(number, "invalid_grant", text);
    let (request, user) = {
        let mut codes = lock(&tenant.login.codes);
        let code = codes
            .get_mut(code)
            .ok_or_else(|| invalid(70_000, "The provided value for 'code' is malformed or not known."))?;
        if code.is_stale(tenant.clock.elapsed_ms()) {
            return Err(invalid(70_008, "The authorization code has expired. Send a new sign-in request."));
        }
        // A code is spent by the first try, good or bad, so that nobody can guess verifiers.
        if std::mem::replace(&mut code.used, true) {
            return Err(invalid(54_005, "The authorization code was already redeemed."));
        }
        (code.request.clone(), code.user)
    };
    if redirect != request.redirect_as_sent {
        let text = "The reply address is not the one given when the authorization code was requested.";
        return Err(SignInError::new(500_112, "invalid_client", text));
    }
    let verifier = verifier.unwrap_or_default();
    let digest = digest::digest(&digest::SHA256, verifier.as_bytes());
    if URL_SAFE_NO_PAD.encode(digest) != request.challenge {
        let text = "The code verifier does not match the code challenge of the authorization request.";
        return Err(invalid(501_481, text));
    }
    let mut requested = request.requested;
    narrow(tenant, form, &mut requested)?;
    issue(tenant, user, &requested, request.nonce.as_deref(), effects)
}

fn renew(tenant: &Tenant, form: &Parameters, token: &str, effects: &Effects) -> Result<Answer, SignInError> {
    let refresh = seal::open_refresh(&tenant.organisation.seal, token)
        .filter(|refresh| refresh.client == tenant.organisation.client_id)
        .ok_or_else(|| {
            let text = "The refresh token is malformed or was not issued to this application.";
            SignInError::new(70_000, "invalid_grant", text)
        })?;
    let revoked = tenant.login.is_revoked(refresh.user, refresh.issued)
        || effects.revoked_before.is_some_and(|stamp| refresh.issued < stamp);
    if revoked {
        return Err(SignInError::revoked());
    }
    tenant.login.grants.add(refresh.user, &refresh.consented);
    let mut requested = refresh.requested;
    narrow(tenant, form, &mut requested)?;
    issue(tenant, refresh.user, &requested, None, effects)
}

/// A token request may name other permissions of Graph than the sign-in did.
fn narrow(tenant: &Tenant, form: &Parameters, requested: &mut Requested) -> Result<(), SignInError> {
    if let Some(scope) = form.get("scope") {
        let asked = Requested::parse(scope, &format!("{}/graph", tenant.base))?;
        requested.graph = asked.graph;
        requested.openid |= asked.openid;
    }
    Ok(())
}

fn issue(
    tenant: &Tenant,
    user: Uuid,
    requested: &Requested,
    nonce: Option<&str>,
    effects: &Effects,
) -> Result<Answer, SignInError> {
    let account = tenant
        .with_directory(|directory| {
            let place = directory.place_of_id(user)?;
            directory.account(place).cloned().map(|account| (place, account))
        })
        .ok_or_else(|| {
            SignInError::new(50_034, "invalid_grant", "The user account does not exist any more.")
        })?;
    let (place, account) = account;
    if !matches!(account.kind, Kind::Person | Kind::StatusUser) {
        return Err(SignInError::new(50_057, "invalid_grant", "The user account is disabled."));
    }
    let granted = tenant.login.grants.of(user);
    if !requested.graph.is_subset(&granted) {
        return Err(SignInError::consent(&tenant.organisation.client_id));
    }
    let issued = tenant.clock.stamp();
    // Entra draws a life of 60 to 90 minutes for each token.
    let jitter = draw(tenant.organisation.seed, Purpose::TokenLife, user.as_u64_pair().0, issued as u64);
    let life = 3_600 + below(jitter, 1_800) as i64;
    let now = tenant.clock.wall();
    let access = Access { user, scopes: granted.clone(), issued, expires: now.as_second() + life };
    let id_token = if requested.openid {
        let at = shifted(now, effects.skew_seconds).as_second();
        let digest = digest::digest(&digest::SHA256, user.as_bytes());
        let claims = IdClaims {
            iss: issuer(tenant),
            aud: &tenant.organisation.client_id,
            iat: at - 5,
            nbf: at - 5,
            exp: at + 3_600,
            sub: URL_SAFE_NO_PAD.encode(digest),
            oid: user,
            tid: tenant.organisation.tenant,
            name: &account.display_name,
            preferred_username: &account.user_principal_name,
            email: account.mail.as_deref().filter(|_| requested.email),
            nonce,
            wids: if is_admin(place, account.kind) {
                vec![GLOBAL_ADMINISTRATOR, MEMBER]
            } else {
                vec![MEMBER]
            },
            uti: URL_SAFE_NO_PAD.encode(Uuid::new_v4()),
            ver: "2.0",
        };
        let key = SigningKey::shared().ok_or_else(no_key)?;
        Some(key.sign(&claims).ok_or_else(no_key)?)
    } else {
        None
    };
    let refresh = requested.offline_access.then(|| Refresh {
        user,
        client: tenant.organisation.client_id.clone(),
        requested: requested.clone(),
        consented: tenant.login.grants.own(user),
        issued,
        padding: String::new(),
    });
    Ok(Answer {
        token_type: "Bearer",
        scope: requested.answer(&granted),
        expires_in: life,
        ext_expires_in: life,
        access_token: seal::access(&tenant.organisation.seal, &access),
        refresh_token: refresh.map(|refresh| seal::refresh(&tenant.organisation.seal, &refresh)),
        id_token,
    })
}
