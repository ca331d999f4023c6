//! Tokens for an application itself: client credentials with a certificate.
//!
//! Sources: learn.microsoft.com, "Microsoft identity platform and the OAuth 2.0 client credentials flow" and
//! "Microsoft identity platform application authentication certificate credentials".

use super::error::SignInError;
use crate::message::Parameters;
use crate::register::application::Application;
use crate::register::token::Signed;
use crate::tenant::Tenant;

const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// An assertion lives ten minutes at most; clocks may differ by five.
const LONGEST_SECONDS: i64 = 600;
const SKEW_SECONDS: i64 = 300;

/// Checks that the client has proved to be the application.
pub(super) fn check(
    tenant: &Tenant,
    application: &Application,
    form: &Parameters,
) -> Result<(), SignInError> {
    let fail = |code, text: &str| Err(SignInError::new(code, "invalid_client", text));
    if form.get("client_secret").is_some() {
        return fail(7_000_215, "Invalid client secret provided.");
    }
    let Some(token) = form.get("client_assertion") else {
        return Err(SignInError::unproved());
    };
    if form.get("client_assertion_type") != Some(KIND) {
        return fail(50_027, "The client assertion type is not supported.");
    }
    let Some(signed) = Signed::read(token) else {
        return fail(50_027, "The client assertion is not a valid token.");
    };
    let header = &signed.header;
    let now = tenant.clock.wall();
    let keys = application.key_credentials.iter();
    let mut named =
        keys.filter(|key| key.certificate.is_named(header.x5t.as_deref(), header.x5t_s256.as_deref()));
    let Some(key) = named.next() else {
        return fail(
            700_027,
            "The certificate with which the assertion was signed is not registered for the application. \
             [Reason - The key was not found.]",
        );
    };
    if !key.certificate.signed(&header.alg, signed.message.as_bytes(), &signed.signature) {
        return fail(
            700_027,
            "The client assertion contains an invalid signature. [Reason - The signature does not match.]",
        );
    }
    if !key.is_current(now) {
        return fail(7_000_222, "The provided client credential keys for the application are expired.");
    }
    check_claims(tenant, application, &signed)
}

fn check_claims(tenant: &Tenant, application: &Application, signed: &Signed<'_>) -> Result<(), SignInError> {
    let fail = |code, text: &str| Err(SignInError::new(code, "invalid_client", text));
    let claims = &signed.claims;
    let own = application.app_id.to_string();
    if claims.iss.as_deref() != Some(&own) || claims.sub.as_deref() != Some(&own) {
        return fail(700_021, "Issuer and subject of the client assertion must be the client id.");
    }
    let login = format!("{}/login/", tenant.base);
    let ours = claims.aud.as_deref().and_then(|audience| audience.strip_prefix(&login)).is_some_and(|rest| {
        rest.split_once('/').is_some_and(|(name, rest)| {
            tenant.organisation.answers_to(name) && matches!(rest, "oauth2/v2.0/token" | "v2.0")
        })
    });
    if !ours {
        return fail(700_023, "The audience of the client assertion is not this token endpoint.");
    }
    if claims.jti.as_deref().is_none_or(str::is_empty) {
        return fail(50_027, "The client assertion has no 'jti'.");
    }
    let now = tenant.clock.wall().as_second();
    let timely = claims.exp.is_some_and(|exp| {
        now < exp.saturating_add(SKEW_SECONDS) && exp <= now + LONGEST_SECONDS + SKEW_SECONDS
    }) && claims.nbf.is_none_or(|nbf| nbf <= now + SKEW_SECONDS);
    if !timely {
        return fail(700_024, "The client assertion is not within its valid time range. Check the clock.");
    }
    Ok(())
}
