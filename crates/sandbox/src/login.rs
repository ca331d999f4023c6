//! A local Microsoft Entra: discovery, sign-in pages and tokens.
//!
//! Source: learn.microsoft.com, "Microsoft identity platform and OAuth 2.0 authorization code flow".

mod admin_consent;
mod assertion;
mod authorize;
mod consent;
mod credentials;
mod discovery;
mod error;
mod journey;
mod key;
mod pages;
mod scopes;
mod seal;
mod token;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, RwLock};

use hyper::{Method, StatusCode};
use uuid::Uuid;

use crate::faults::{Effects, Refusal};
use crate::guard::{lock, read, write};
use crate::message::{Call, Endpoint, Reply};
use crate::tenant::Tenant;
use authorize::Code;
pub(crate) use credentials::is_strong;
use error::SignInError;
use journey::Flow;
pub(crate) use key::SigningKey;
pub(crate) use scopes::of_graph;
pub(crate) use seal::Access;

/// What Entra remembers. Tokens are not among it: they carry their own content.
#[derive(Default)]
pub(crate) struct Login {
    /// Sign-in pages that wait for a click, by their one-time id.
    flows: Mutex<HashMap<String, Flow>>,
    /// Authorization codes, used ones included until they expire.
    codes: Mutex<HashMap<String, Code>>,
    /// Who signed in with which browser, by cookie.
    sessions: Mutex<HashMap<String, Session>>,
    visits: AtomicUsize,
    revoked: RwLock<Revoked>,
}

/// The cookie by which a browser is known again.
const COOKIE: &str = "sandbox_session";

/// Who signed in with a browser.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    user: Uuid,
    second_factor: bool,
}

/// Stamps before which tokens are no longer good.
#[derive(Default)]
struct Revoked {
    everybody: i64,
    users: HashMap<Uuid, i64>,
    access: i64,
}

impl Login {
    /// Revokes the refresh tokens of a user, or of everybody.
    pub(crate) fn revoke(&self, user: Option<Uuid>, stamp: i64) {
        let mut revoked = write(&self.revoked);
        match user {
            Some(user) => {
                revoked.users.insert(user, stamp);
            }
            None => revoked.everybody = stamp,
        }
    }

    /// Lets all access tokens expire that were issued so far.
    pub(crate) fn expire_access(&self, stamp: i64) {
        write(&self.revoked).access = stamp;
    }

    fn is_revoked(&self, user: Uuid, issued: i64) -> bool {
        let revoked = read(&self.revoked);
        issued < revoked.everybody || revoked.users.get(&user).is_some_and(|stamp| issued < *stamp)
    }

    /// How many times a browser came to sign in or to consent.
    pub(crate) fn visits(&self) -> usize {
        self.visits.load(Ordering::Relaxed)
    }

    pub(crate) fn reset_visits(&self) {
        self.visits.store(0, Ordering::Relaxed);
    }

    fn count_visit(&self) {
        self.visits.fetch_add(1, Ordering::Relaxed);
    }

    fn session(&self, call: &Call) -> Option<Session> {
        lock(&self.sessions).get(cookie(call)?).cloned()
    }

    fn forget(&self, call: &Call) {
        if let Some(id) = cookie(call) {
            lock(&self.sessions).remove(id);
        }
    }
}

fn cookie(call: &Call) -> Option<&str> {
    let cookies = call.header("cookie")?.split(';');
    cookies.filter_map(|pair| pair.trim().split_once('=')).find(|(name, _)| *name == COOKIE).map(|(_, id)| id)
}

/// Opens the access token of a request to Graph; none if it is not (or no longer) good.
pub(crate) fn bearer(tenant: &Tenant, call: &Call, effects: &Effects) -> Option<Access> {
    let value = call.header("authorization")?;
    let (scheme, token) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let access = seal::open_access(&tenant.organisation.seal, token.trim())?;
    let good = access.expires > tenant.clock.wall().as_second()
        && access.issued >= read(&tenant.login.revoked).access
        && effects.revoked_before.is_none_or(|stamp| access.issued >= stamp);
    good.then_some(access)
}

/// A token of another service, good until `expires` in Unix seconds.
pub(crate) fn ticket(tenant: &Tenant, expires: i64) -> String {
    seal::other(&tenant.organisation.seal, 'w', &(tenant.clock.stamp(), expires))
}

/// Whether such a token is still good; none if it is not one of ours.
pub(crate) fn open_ticket(tenant: &Tenant, token: &str) -> Option<bool> {
    let (issued, expires): (i64, i64) = seal::open_other(&tenant.organisation.seal, 'w', token)?;
    let expired = expires <= tenant.clock.wall().as_second() || issued < read(&tenant.login.revoked).access;
    Some(!expired)
}

/// Answers a request below `/login/`.
pub(crate) fn answer(tenant: &Tenant, call: &Call, effects: &Effects) -> Reply {
    if let Some(refusal) = effects.refusal {
        return refused(tenant, call, refusal);
    }
    let rest = call.path.strip_prefix("/login/").unwrap_or_default();
    let (name, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let page = matches!(
        rest,
        "oauth2/v2.0/authorize"
            | "oauth2/v2.0/logout"
            | "v2.0/adminconsent"
            | "adminconsent"
            | "pick"
            | "password"
            | "change-password"
            | "register"
            | "approve"
            | "consent"
    );
    if !tenant.organisation.answers_to(name) {
        let error = SignInError::tenant(name);
        return if page {
            pages::error(tenant, &error)
        } else {
            error.json(&tenant.clock, call.header("client-request-id"))
        };
    }
    match (&call.method, rest) {
        (&Method::GET, "v2.0/.well-known/openid-configuration") => discovery::metadata(tenant, name),
        (&Method::GET, "discovery/v2.0/keys") => discovery::keys(tenant),
        (&Method::GET, "oauth2/v2.0/authorize") => authorize::begin(tenant, name, call),
        (&Method::GET, "v2.0/adminconsent") => admin_consent::begin(tenant, name, call, false),
        (&Method::GET, "adminconsent") => admin_consent::begin(tenant, name, call, true),
        (&Method::POST, "pick") => journey::picked(tenant, &call.form()),
        (&Method::POST, "password") => credentials::password(tenant, &call.form()),
        (&Method::POST, "change-password") => credentials::change_password(tenant, &call.form()),
        (&Method::POST, "register") => credentials::registered(tenant, &call.form()),
        (&Method::POST, "approve") => credentials::approved(tenant, &call.form()),
        (&Method::POST, "consent") => journey::consented(tenant, &call.form()),
        (&Method::GET, "oauth2/v2.0/logout") => authorize::logout(tenant, call),
        (&Method::POST, "oauth2/v2.0/token") => token::exchange(tenant, name, call, effects),
        (_, "oauth2/v2.0/token") => {
            SignInError::new(900_561, "invalid_request", "This endpoint only takes POST requests.")
                .json(&tenant.clock, None)
        }
        _ => Reply::empty(StatusCode::NOT_FOUND),
    }
}

/// The answer that a fault prescribes.
fn refused(tenant: &Tenant, call: &Call, refusal: Refusal) -> Reply {
    let error = |code, class, text: &str| {
        SignInError::new(code, class, text).json(&tenant.clock, call.header("client-request-id"))
    };
    match refusal {
        Refusal::Throttle { retry_after } => Reply {
            status: StatusCode::TOO_MANY_REQUESTS,
            ..error(90_055, "temporarily_unavailable", "The tenant has too many requests under way.")
                .header("retry-after", &retry_after.to_string())
        },
        Refusal::Status(status) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Reply { status, ..error(90_033, "temporarily_unavailable", "A transient error has occurred.") }
        }
        Refusal::ExpiredToken if call.endpoint == Endpoint::Token => {
            error(700_082, "invalid_grant", "The refresh token has expired after too long without use.")
        }
        Refusal::ExpiredToken | Refusal::Forbidden => {
            error(53_003, "access_denied", "Access was blocked by Conditional Access.")
        }
    }
}
