//! A local Work Analytics: its token, and the phone systems (developer.8x8.com, "Work Analytics").

use hyper::{Method, StatusCode};
use serde_json::{Value, json};

use super::contact::Contacts;
use super::keys::{self, Product};
use crate::guard::read;
use crate::login::{open_ticket, ticket};
use crate::message::{Call, Parameters, Reply};
use crate::organisation::ANALYTICS_USER;
use crate::tenant::Tenant;

const TOKEN: &str = "/8x8/analytics/work/v1/oauth/token";
const SYSTEMS: &str = "/8x8/analytics/work/v2/pbxes";
/// A token lives half an hour and can not be renewed.
const LIFE_SECONDS: i64 = 1_800;
const LARGEST_PAGE: usize = 100;
const DEFAULT_PAGE: usize = 50;

/// Answers a request below `/8x8/analytics/`.
pub(super) fn answer(tenant: &Tenant, call: &Call) -> Reply {
    match (&call.method, call.path.trim_end_matches('/')) {
        (&Method::POST, TOKEN) => token(tenant, call),
        (&Method::GET, SYSTEMS) => systems(tenant, call),
        (_, TOKEN | SYSTEMS) => {
            refuse(tenant, call, StatusCode::METHOD_NOT_ALLOWED, "The method is not allowed.")
        }
        _ => refuse(tenant, call, StatusCode::NOT_FOUND, "There is nothing at this address."),
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
    let known = form.get("username").is_some_and(|user| user.eq_ignore_ascii_case(ANALYTICS_USER))
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

fn systems(tenant: &Tenant, call: &Call) -> Reply {
    let key = call.header("8x8-apikey").unwrap_or_default();
    if let Some(reply) = keys::refusal(tenant, key, Product::WorkAnalytics) {
        return reply;
    }
    let token = call.header("authorization").and_then(|value| value.split_once(' '));
    let token =
        token.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")).map(|(_, token)| token.trim());
    let description = match token.map(|token| open_ticket(tenant, token)) {
        Some(Some(true)) => None,
        Some(Some(false)) => Some("Access token expired"),
        Some(None) => Some("Cannot convert access token to JSON"),
        None => Some("Full authentication is required to access this resource"),
    };
    if let Some(description) = description {
        let body = json!({ "error": "invalid_token", "error_description": description });
        return Reply::json(StatusCode::UNAUTHORIZED, &body);
    }
    if !read(&tenant.policy).analytics_access {
        let text = format!("user [{ANALYTICS_USER}] does not have access to make this request.");
        return refuse(tenant, call, StatusCode::FORBIDDEN, &text);
    }
    page(tenant, call).unwrap_or_else(|text| refuse(tenant, call, StatusCode::BAD_REQUEST, &text))
}

fn page(tenant: &Tenant, call: &Call) -> Result<Reply, String> {
    let parameters = call.parameters();
    let page = number(&parameters, "page", 0, usize::MAX)?.unwrap_or(0);
    let size = number(&parameters, "size", 1, LARGEST_PAGE)?.unwrap_or(DEFAULT_PAGE);
    let descending = match parameters.get("sort") {
        None | Some("name" | "name,ASC") => false,
        Some("name,DESC") => true,
        Some(_) => return Err("Sorting can be done by name.".into()),
    };
    let mut all: Vec<(&str, &str)> = Contacts::systems_of(tenant.people).to_vec();
    all.sort_by_key(|(_, name)| *name);
    if descending {
        all.reverse();
    }
    let entry = |(id, name): &(&str, &str)| json!({ "id": id, "name": name, "deleted": false });
    let shown: Vec<Value> = all.iter().skip(page.saturating_mul(size)).take(size).map(entry).collect();
    let address = format!("{}{SYSTEMS}/?page={page}&size={size}", tenant.base);
    Ok(Reply::json(
        StatusCode::OK,
        &json!({
            "_embedded": { "pbxList": shown },
            "_links": { "self": { "href": address } },
            "page": {
                "size": size,
                "totalElements": all.len(),
                "totalPages": all.len().div_ceil(size),
                "number": page,
            },
        }),
    ))
}

fn number(parameters: &Parameters, name: &str, least: usize, most: usize) -> Result<Option<usize>, String> {
    let Some(text) = parameters.get(name) else { return Ok(None) };
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.map(Some).ok_or_else(|| format!("The value of '{name}' is not valid."))
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
