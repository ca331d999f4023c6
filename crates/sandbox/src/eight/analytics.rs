//! A local Work Analytics: its token, and who may see what (developer.8x8.com, "Work Analytics").

pub(crate) mod activity;
mod calls;
mod structure;

use hyper::{Method, StatusCode};
use serde_json::json;

use super::contacts::SYSTEMS;
use super::keys::{self, Product};
use crate::faults::Refusal;
use crate::guard::read;
use crate::login::{open_ticket, ticket};
use crate::message::{Call, Parameters, Reply};
use crate::organisation::ANALYTICS_USER;
use crate::tenant::Tenant;

const TOKEN: &str = "/8x8/analytics/work/v1/oauth/token";
const ROOT: &str = "/8x8/analytics/work/v2/pbxes";
/// A token lives half an hour and can not be renewed.
const LIFE_SECONDS: i64 = 1_800;

/// Answers a request below `/8x8/analytics/`.
pub(super) fn answer(tenant: &Tenant, call: &Call) -> Reply {
    let path = call.path.trim_end_matches('/');
    if path == TOKEN {
        return match call.method {
            Method::POST => token(tenant, call),
            _ => refuse(tenant, call, StatusCode::METHOD_NOT_ALLOWED, "The method is not allowed."),
        };
    }
    let Some(rest) = path.strip_prefix(ROOT) else {
        return refuse(tenant, call, StatusCode::NOT_FOUND, "There is nothing at this address.");
    };
    if call.method != Method::GET {
        return refuse(tenant, call, StatusCode::METHOD_NOT_ALLOWED, "The method is not allowed.");
    }
    if let Some(reply) = stranger(tenant, call) {
        return reply;
    }
    let segments: Vec<&str> = rest.split('/').skip(1).collect();
    let [pbx, rest @ ..] = segments.as_slice() else {
        return served(tenant, call, structure::systems(tenant, call), "");
    };
    let known = SYSTEMS.iter().take(tenant.systems).position(|(id, _)| id == pbx);
    let Some(system) = known else {
        return refuse(tenant, call, StatusCode::NOT_FOUND, &format!("The pbxId [{pbx}] was not found."));
    };
    if !read(&tenant.policy).analytics_access {
        return no_access(tenant, call, pbx);
    }
    let outcome = match rest {
        ["sites"] => structure::sites(tenant, call, system),
        ["sites", site, "queues"] => structure::queues(tenant, call, system, Some(site)),
        ["queues"] => structure::queues(tenant, call, system, None),
        ["agents"] => structure::agents(tenant, call, system),
        ["calls", "active"] => calls::active(tenant, call, system),
        ["agent-activity"] => activity::of_agents(tenant, call, system),
        _ => return refuse(tenant, call, StatusCode::NOT_FOUND, "There is nothing at this address."),
    };
    served(tenant, call, outcome, pbx)
}

/// Why Work Analytics does not answer a question.
enum Unserved {
    /// 400, and what is wrong.
    Wrong(String),
    /// 403: the user's access does not include it.
    NoAccess,
    /// 429.
    TooMany,
}

impl From<String> for Unserved {
    fn from(text: String) -> Self {
        Self::Wrong(text)
    }
}

fn served(tenant: &Tenant, call: &Call, outcome: Result<Reply, Unserved>, pbx: &str) -> Reply {
    match outcome {
        Ok(reply) => reply,
        Err(Unserved::Wrong(text)) => refuse(tenant, call, StatusCode::BAD_REQUEST, &text),
        Err(Unserved::NoAccess) => no_access(tenant, call, pbx),
        Err(Unserved::TooMany) => super::quota(),
    }
}

fn no_access(tenant: &Tenant, call: &Call, pbx: &str) -> Reply {
    let text = format!("user [{ANALYTICS_USER}] does not have access to pbxId [{pbx}] to make this request.");
    refuse(tenant, call, StatusCode::FORBIDDEN, &text)
}

/// What a fault prescribes, in the form of the data calls.
pub(super) fn refused(tenant: &Tenant, call: &Call, refusal: Refusal) -> Reply {
    match refusal {
        Refusal::Throttle { retry_after } => super::quota().header("retry-after", &retry_after.to_string()),
        Refusal::Status(status) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            refuse(tenant, call, status, "The service can not answer at the moment.")
        }
        Refusal::ExpiredToken => invalid_token("Access token expired"),
        Refusal::Forbidden => {
            let pbx = call.path.strip_prefix(ROOT).and_then(|rest| rest.split('/').nth(1));
            no_access(tenant, call, pbx.unwrap_or_default())
        }
    }
}

fn token(tenant: &Tenant, call: &Call) -> Reply {
    let key = call.header("8x8-apikey").unwrap_or_default();
    if !keys::is_known(tenant, key) {
        let hint = "Please provide a valid apikey.";
        let detail = json!({
            "type": "invalidValue", "location": "header", "path": ["8x8-apikey"], "hint": hint,
        });
        let body =
            json!({ "status": 400, "message": "Invalid 8x8-apikey", "code": "SHA001", "details": [detail] });
        return Reply::json(StatusCode::BAD_REQUEST, &body);
    }
    if let Some(reply) = keys::refusal(tenant, key, Product::WorkAnalytics) {
        return reply;
    }
    let form = call.form();
    let user = form.get("username").unwrap_or_default();
    // Everybody else signs in at Microsoft; whether 8x8 knows a password of such accounts is not documented.
    let single_sign_on = tenant.contradictions().single_sign_on_accounts
        && tenant.with_directory(|directory| directory.place_of_user_name(user).is_some());
    let known = (user.eq_ignore_ascii_case(ANALYTICS_USER) || single_sign_on)
        && form.get("password") == Some(&tenant.organisation.analytics_password);
    if !known {
        let body = json!({ "error": "invalid_grant", "error_description": "USER_NOTFOUND_ERROR" });
        return Reply::json(StatusCode::BAD_REQUEST, &body);
    }
    let expires = tenant.clock.wall().as_second() + LIFE_SECONDS;
    let token = ticket(tenant, expires);
    Reply::json(
        StatusCode::OK,
        &json!({ "access_token": token, "token_type": "bearer", "expires_in": LIFE_SECONDS }),
    )
}

/// Refuses whoever has no key, no token, or an old one.
fn stranger(tenant: &Tenant, call: &Call) -> Option<Reply> {
    let key = call.header("8x8-apikey").unwrap_or_default();
    if let Some(reply) = keys::refusal(tenant, key, Product::WorkAnalytics) {
        return Some(reply);
    }
    let token = call.header("authorization").and_then(|value| value.split_once(' '));
    let token =
        token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
    match token.map(|token| open_ticket(tenant, token)) {
        Some(Some(true)) => None,
        Some(Some(false)) => Some(invalid_token("Access token expired")),
        Some(None) => Some(invalid_token("Cannot convert access token to JSON")),
        None => Some(invalid_token("Full authentication is required to access this resource")),
    }
}

fn invalid_token(description: &str) -> Reply {
    let body = json!({ "error": "invalid_token", "error_description": description });
    Reply::json(StatusCode::UNAUTHORIZED, &body)
}

fn number(parameters: &Parameters, name: &str, least: usize, most: usize) -> Result<Option<usize>, String> {
    let Some(text) = parameters.get(name) else { return Ok(None) };
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.map(Some).ok_or_else(|| format!("The value of '{name}' is not valid."))
}

/// The values of a parameter that takes several.
fn values<'p>(parameters: &'p Parameters, name: &str) -> Option<Vec<&'p str>> {
    let text = parameters.get(name)?;
    Some(text.split(',').map(str::trim).filter(|value| !value.is_empty()).collect())
}

fn refuse(tenant: &Tenant, call: &Call, status: StatusCode, text: &str) -> Reply {
    let body = json!({
        "timestamp": tenant.clock.wall().strftime("%Y-%m-%dT%H:%M:%S%.3f+00:00").to_string(),
        "status": status.as_u16(),
        "messages": [text],
        "path": call.path.trim_start_matches("/8x8"),
    });
    Reply::json(status, &body)
}
