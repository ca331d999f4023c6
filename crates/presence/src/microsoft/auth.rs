//! Signing in with the system browser: authorization code with PKCE (RFC 8252, RFC 7636).

use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use oauth2::{CsrfToken, PkceCodeChallenge};
use reqwest::Url;

use super::expected::{Expected, wrong_tenant};
use super::wire::{Claims, EntraError, TokenAnswer};
use super::{Connection, discovery::Authority, problem};
use crate::auth::loopback::{Awaited, Listener, Redirect};
use crate::clock::pause;
use crate::error::{Failure, Problem};
use crate::http::{self, Answer, Trouble};
use crate::session::Account;

/// What is asked for: the least that reads everybody's presence, all of it open to consent by the user alone
/// (learn.microsoft.com, "cloudCommunications: getPresencesByUserId" and "List users").
pub const SCOPES: [&str; 5] =
    ["openid", "profile", "offline_access", "User.ReadBasic.All", "Presence.Read.All"];

/// The same as one text.
#[must_use]
pub fn scope() -> String {
    SCOPES.join(" ")
}

/// A sign-in that nobody finishes ends after this long.
pub const SIGN_IN_LIMIT: Duration = Duration::from_mins(10);

/// Clock difference that is forgiven in id tokens.
const LEEWAY_SECONDS: u64 = 300;

const WHO: &str = "Microsoft's sign-in service";

/// A sign-in under way: the listener waits, and the address can be opened.
pub struct Pending {
    /// For the browser.
    pub address: String,
    scope: String,
    listener: Listener,
    state: CsrfToken,
    nonce: String,
    verifier: oauth2::PkceCodeVerifier,
    redirect: String,
}

/// Discovers Entra's endpoints and starts to listen.
///
/// # Errors
/// Why there is nothing to open.
pub async fn begin(connection: &Connection, scope: &str, expected: &Expected) -> Result<Pending, Failure> {
    let authority = connection.authority().await?;
    let listener = listen().await?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let state = CsrfToken::new_random();
    let nonce = CsrfToken::new_random().into_secret();
    let redirect = listener.redirect();
    let mut address = Url::parse(&authority.authorization_endpoint).map_err(|_| problem::malformed(WHO))?;
    {
        let mut query = address.query_pairs_mut();
        query
            .append_pair("client_id", &connection.client_id)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", &redirect)
            .append_pair("response_mode", "query")
            .append_pair("scope", scope)
            .append_pair("state", state.secret())
            .append_pair("nonce", &nonce)
            .append_pair("code_challenge", challenge.as_str())
            .append_pair("code_challenge_method", "S256");
        for (name, value) in expected.parameters() {
            query.append_pair(name, value);
        }
    }
    Ok(Pending {
        address: address.into(),
        scope: scope.to_owned(),
        listener,
        state,
        nonce,
        verifier,
        redirect,
    })
}

/// A port for the browser's answer.
pub(super) async fn listen() -> Result<Listener, Failure> {
    Listener::bind().await.map_err(|error| {
        let problem = Problem::new(
            "signIn.port",
            "The sign-in could not start.",
            "No port of this computer could be opened for the browser's answer.",
            "Check that no security software forbids local connections, then sign in again.",
        );
        Failure::SignInNeeded(std::sync::Arc::new(problem.detail(error.to_string())))
    })
}

/// The browser's answer, within the time that a person has for it.
pub(super) async fn wait(listener: Listener, state: &str, awaited: Awaited) -> Result<Redirect, Failure> {
    tokio::select! {
        redirect = listener.wait(state, awaited) => match redirect {
            Redirect::Refused { error, description } => {
                Err(problem::entra(&EntraError::redirected(error, description), None))
            }
            other => Ok(other),
        },
        () = pause(SIGN_IN_LIMIT) => Err(needed(
            "signIn.timeout",
            "The sign-in was not finished.",
            "Nobody finished it in the browser within ten minutes.",
            "Sign in again.",
        )),
    }
}

/// Waits for the browser's answer, redeems it, and checks who it is. Nothing is stored here.
///
/// # Errors
/// Cancelled, declined, timed out, refused, or the wrong account.
pub async fn finish(
    connection: &Connection,
    pending: Pending,
    expected: &Expected,
) -> Result<(Account, TokenAnswer), Failure> {
    let authority = connection.authority().await?;
    let Redirect::Code(code) = wait(pending.listener, pending.state.secret(), Awaited::Code).await? else {
        return Err(problem::malformed(WHO));
    };
    let form = [
        ("client_id", connection.client_id.as_str()),
        ("grant_type", "authorization_code"),
        ("code", code.expose()),
        ("redirect_uri", &pending.redirect),
        ("code_verifier", pending.verifier.secret()),
        ("scope", &pending.scope),
    ];
    let endpoint = &authority.token_endpoint;
    let answer =
        http::call(&connection.gate, &connection.clock, || connection.http.post(endpoint).form(&form))
            .await
            .map_err(trouble)?;
    let answer = token_answer(&answer, None)?;
    let account = account(connection, authority, &answer, &pending.nonce).await?;
    expected.check(connection, &account, &answer.access_token).await?;
    Ok((account, answer))
}

/// Reads the token endpoint's answer.
pub(crate) fn token_answer(answer: &Answer, account: Option<&str>) -> Result<TokenAnswer, Failure> {
    if answer.status.is_success() {
        return serde_json::from_slice(&answer.body).map_err(|_| problem::malformed(WHO));
    }
    match EntraError::parse(&answer.body) {
        Some(error) if answer.status.is_client_error() => Err(problem::entra(&error, account)),
        _ => Err(problem::broken(WHO, answer)),
    }
}

/// No complete answer of the token endpoint came.
pub(crate) fn trouble(trouble: Trouble) -> Failure {
    problem::trouble(WHO, trouble)
}

/// There is no sign-in any more.
#[must_use]
pub fn refused() -> Problem {
    Problem::new("microsoft.signInNeeded", "Sign-in needed.", "Nobody is signed in.", "Sign in.")
}

/// Who the id token names. It came straight from the token endpoint, and its signature is checked all the same.
async fn account(
    connection: &Connection,
    authority: &Authority,
    answer: &TokenAnswer,
    nonce: &str,
) -> Result<Account, Failure> {
    let token = answer.id_token.as_ref().ok_or_else(|| problem::malformed(WHO))?;
    let keys = http::call(&connection.gate, &connection.clock, || connection.http.get(&authority.jwks_uri))
        .await
        .map_err(trouble)?;
    let keys: JwkSet = serde_json::from_slice(&keys.body).map_err(|_| problem::malformed(WHO))?;
    let doubtful = || {
        let cause = "Its proof of who signed in is not valid; the clock of this computer may be wrong.";
        needed(
            "signIn.token",
            "Microsoft's answer was refused.",
            cause,
            "Check this computer's date and time, then sign in again.",
        )
    };
    let header = decode_header(token.expose()).map_err(|_| doubtful())?;
    let key = header.kid.as_deref().and_then(|kid| keys.find(kid)).ok_or_else(doubtful)?;
    let key = DecodingKey::from_jwk(key).map_err(|_| doubtful())?;
    let mut rules = Validation::new(Algorithm::RS256);
    rules.leeway = LEEWAY_SECONDS;
    rules.validate_nbf = true;
    rules.set_audience(&[&connection.client_id]);
    rules.set_required_spec_claims(&["exp", "aud", "iss"]);
    let claims = decode::<serde_json::Value>(token.expose(), &key, &rules).map_err(|_| doubtful())?.claims;
    let issuer = claims.get("iss").and_then(|issuer| issuer.as_str()).unwrap_or_default().to_owned();
    let claims: Claims = serde_json::from_value(claims).map_err(|_| doubtful())?;
    let own = authority.tenant();
    let expected_issuer = authority.issuer.replace(own.as_deref().unwrap_or("{tenantid}"), &claims.tid);
    let same_nonce: bool = subtle::ConstantTimeEq::ct_eq(claims.nonce.as_bytes(), nonce.as_bytes()).into();
    if issuer != expected_issuer || !same_nonce {
        return Err(doubtful());
    }
    let plain = crate::person::plain;
    if own.is_some_and(|own| !own.eq_ignore_ascii_case(&claims.tid)) {
        return Err(wrong_tenant(&plain(&claims.preferred_username)));
    }
    Ok(Account {
        tenant: plain(&claims.tid),
        id: plain(&claims.oid),
        user_name: plain(&claims.preferred_username),
        name: plain(&claims.name),
    })
}

pub(super) fn needed(code: &str, what: &str, cause: &str, remedy: &str) -> Failure {
    Failure::SignInNeeded(std::sync::Arc::new(Problem::new(code, what, cause, remedy)))
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_browser_that_nobody_comes_back_from_is_given_up_after_ten_minutes() {
        let listener = listen().await.unwrap();
        let mut waiting = pin!(wait(listener, "state", Awaited::Code));
        let patient = timeout(SIGN_IN_LIMIT.checked_sub(Duration::from_secs(1)).unwrap(), waiting.as_mut());
        assert!(patient.await.is_err(), "it was given up early");
        let failure = waiting.await.err().unwrap();
        assert_eq!(failure.problem().unwrap().code, "signIn.timeout");
    }
}
