//! The switches over HTTP, below `/control/`, in JSON.
//!
//! | call | does |
//! |---|---|
//! | `GET /control` | tells where everything is |
//! | `GET`, `PUT`, `DELETE /control/faults` | shows, replaces, clears the faults; the body is a list of faults |
//! | `POST /control/revoke` `{"user"?}` | revokes refresh tokens, everybody's if no user is named |
//! | `POST /control/expire-access-tokens` | lets access tokens expire |
//! | `POST /control/reset-delta` | forgets delta tokens |
//! | `GET`, `DELETE /control/requests` | shows, empties the request log |
//! | `GET /control/exchanges` | shows whole exchanges, if recorded |
//! | `GET /control/people` | shows what is true |
//! | `POST /control/presence` `{"user","availability","activity","out_of_office"?,"for_seconds"}` | sets a presence |
//! | `POST /control/join`, `POST /control/leave` `{"user"}` | hires, deletes |
//! | `POST /control/advance` `{"seconds"}` | skips simulated time |
//! | `PUT /control/scopes` `["User.Read", …]` | replaces what the administrator has granted |
//! | `PUT /control/policy` `{…}` | switches of sign-in; see [`PolicyChange`] |
//! | `PUT /control/mfa` `{"user","required"}` | says who needs a second factor |
//! | `POST /control/force-password-change` `{"user"}` | asks for a new password |
//! | `PUT /control/password` `{"user","password"}` | sets a password |
//! | `PUT /control/enabled` `{"user","enabled"}` | enables, disables an account |
//! | `PUT /control/conditional-access` `{"code"?,"user"?}` | refuses sign-ins |
//! | `PUT /control/replication` `{"seconds"}` | how long directory writes take to be seen |
//! | `POST /control/keys` `["Contact Search", …]` | makes an 8x8 API key |
//! | `GET /control/applications`, `…/service-principals`, `…/grants`, `…/app-role-assignments`, `…/users-created`, `…/role-assignments`, `…/presence-sessions` | show the register |
//! | `GET`, `DELETE /control/visits` | tells, forgets how many times a browser came |
//! | `GET`, `PUT /control/contradictions` `{…}` | which reading is played; see [`crate::Contradictions`] |
//! | `PUT /control/preferred` `{"user","availability"?,"activity"?,"for_seconds"}` | what somebody prefers to show |
//! | `GET`, `POST /control/calls` `{"pbx"?,"caller","callee","direction"}` | shows, places 8x8 calls |
//! | `POST /control/calls/{id}/{answer,hold,resume,voicemail,hang-up}`, `…/{transfer,conference}` `{"to"}` | goes on with one |
//! | `PUT /control/simulated-calls` `{"count"}` | how many simulated calls there are at a time |
//! | `GET /control/memberships`, `PUT /control/user-status` `{"user","status"}` | queues and their members |
//! | `PUT /control/contact-center`, `…/agents-work`, `…/silence-streams`, `…/contacts-limit` `{"on"}` | on or off |
//! | `GET /control/agents`, `PUT /control/agent-status` `{"agent","status","reason"?}` | agents of the contact centre |
//! | `POST /control/interactions` `{"agent"}`, `PUT …/{id}/hold` `{"on"}`, `DELETE …/{id}` | their calls |
//! | `POST /control/publish` `{…}` | tells an event |
//! | `GET /control/streams`, `…/stream-counts`, `POST /control/drop-streams`, `…/close-streams` `{"count"}` | streams |
//! | `GET /control/contacts-written`, `…/contacts-load` | contacts that were written, requests for contacts |
//! | `PUT /control/fail-operations` `{"count"}` | lets operations of admin provisioning fail |

mod eight;

use std::time::Duration;

use hyper::{Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{Control, ControlError};
use crate::Guests;
use crate::eight::Product;
use crate::faults::Fault;
use crate::message::{Call, Reply};
use crate::organisation::{ANALYTICS_USER, CONTACT_CENTER};

/// The names of the switches, for `GET /control`.
const SWITCHES: &[&str] = &[
    "faults",
    "revoke",
    "expire-access-tokens",
    "reset-delta",
    "requests",
    "exchanges",
    "people",
    "presence",
    "join",
    "leave",
    "advance",
    "scopes",
    "policy",
    "mfa",
    "force-password-change",
    "password",
    "enabled",
    "conditional-access",
    "replication",
    "keys",
    "applications",
    "service-principals",
    "grants",
    "app-role-assignments",
    "users-created",
    "role-assignments",
    "presence-sessions",
    "visits",
];

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Revoke {
    user: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Leave {
    user: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Presence {
    user: String,
    availability: String,
    activity: String,
    #[serde(default)]
    out_of_office: bool,
    for_seconds: f64,
}

/// Switches of sign-in; what is absent stays as it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyChange {
    user_consent: Option<bool>,
    security_defaults: Option<bool>,
    redirect_refusals: Option<bool>,
    admit_foreigners: Option<bool>,
    guests: Option<Guests>,
    analytics_access: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SecondFactor {
    user: String,
    required: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    user: String,
    password: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Enabled {
    user: String,
    enabled: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConditionalAccess {
    code: Option<u32>,
    user: Option<String>,
}

/// A switch that can not be thrown: the status, and why.
struct Refused(StatusCode, String);

/// Answers a request below `/control`.
pub(crate) fn answer(control: &Control, call: &Call) -> Reply {
    // A page of the web can make a browser send such requests here, but not without saying where it is from.
    if call.header("origin").is_some() {
        return error(StatusCode::FORBIDDEN, "The control interface is not for web pages.");
    }
    handle(control, call).unwrap_or_else(|Refused(status, text)| error(status, &text))
}

fn handle(control: &Control, call: &Call) -> Result<Reply, Refused> {
    let path = call.path.trim_start_matches("/control").trim_matches('/');
    match (&call.method, path) {
        (&Method::GET, "") => return Ok(places(control)),
        (&Method::GET, "faults") => return Ok(Reply::json(StatusCode::OK, &control.faults())),
        (&Method::PUT, "faults") => control.replace_faults(body::<Vec<Fault>>(call)?),
        (&Method::DELETE, "faults") => control.clear_faults(),
        (&Method::POST, "revoke") => {
            let revoke: Revoke = if call.body.is_empty() { Revoke::default() } else { body(call)? };
            control.revoke(revoke.user.as_deref())?;
        }
        (&Method::POST, "expire-access-tokens") => control.expire_access_tokens(),
        (&Method::POST, "reset-delta") => control.reset_delta(),
        (&Method::GET, "requests") => return Ok(Reply::json(StatusCode::OK, &control.requests())),
        (&Method::DELETE, "requests") => control.clear_requests(),
        (&Method::GET, "exchanges") => return Ok(Reply::json(StatusCode::OK, &control.exchanges())),
        (&Method::GET, "people") => return Ok(Reply::json(StatusCode::OK, &control.people())),
        (&Method::POST, "presence") => {
            let Presence { user, availability, activity, out_of_office, for_seconds } = body(call)?;
            control.set_presence(&user, &availability, &activity, out_of_office, for_seconds)?;
        }
        (&Method::POST, "join") => return Ok(Reply::json(StatusCode::CREATED, &control.join())),
        (&Method::POST, "leave") => control.leave(&body::<Leave>(call)?.user)?,
        (&Method::POST, "advance") => control.advance(body::<Advance>(call)?.seconds),
        (&Method::PUT, "scopes") => control.scopes(body(call)?),
        (&Method::GET, _) => return show(control, path),
        _ => return installation(control, call, path),
    }
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

fn no_switch() -> Refused {
    Refused(StatusCode::NOT_FOUND, "There is no such switch; see GET /control.".into())
}

/// What is in the register.
fn show(control: &Control, path: &str) -> Result<Reply, Refused> {
    let status = StatusCode::OK;
    Ok(match path {
        "applications" => Reply::json(status, &control.applications()),
        "service-principals" => Reply::json(status, &control.service_principals()),
        "grants" => Reply::json(status, &control.grants()),
        "app-role-assignments" => Reply::json(status, &control.app_role_assignments()),
        "users-created" => Reply::json(status, &control.users_created()),
        "role-assignments" => Reply::json(status, &control.role_assignments()),
        "presence-sessions" => Reply::json(status, &control.presence_sessions()),
        "visits" => Reply::json(status, &json!({ "visits": control.sign_in_visits() })),
        _ => return eight::show(control, path),
    })
}

/// The switches of sign-in and of the services.
fn installation(control: &Control, call: &Call, path: &str) -> Result<Reply, Refused> {
    match (&call.method, path) {
        (&Method::PUT, "policy") => change_policy(control, &body(call)?),
        (&Method::PUT, "mfa") => {
            let SecondFactor { user, required } = body(call)?;
            control.require_mfa(&user, required)?;
        }
        (&Method::POST, "force-password-change") => {
            control.force_password_change(&body::<Leave>(call)?.user)?;
        }
        (&Method::PUT, "password") => {
            let NewPassword { user, password } = body(call)?;
            control.set_password(&user, &password)?;
        }
        (&Method::PUT, "enabled") => {
            let Enabled { user, enabled } = body(call)?;
            control.set_enabled(&user, enabled)?;
        }
        (&Method::PUT, "conditional-access") => {
            let ConditionalAccess { code, user } = body(call)?;
            control.set_conditional_access(code, user.as_deref())?;
        }
        (&Method::PUT, "replication") => {
            let Advance { seconds } = body(call)?;
            let length = Duration::try_from_secs_f64(seconds)
                .map_err(|cause| Refused(StatusCode::BAD_REQUEST, cause.to_string()))?;
            control.set_replication(length);
        }
        (&Method::POST, "keys") => {
            let key = control.add_key(&body::<Vec<Product>>(call)?);
            return Ok(Reply::json(StatusCode::CREATED, &json!({ "key": key })));
        }
        (&Method::DELETE, "visits") => control.reset_visits(),
        _ => return eight::act(control, call, path),
    }
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

fn change_policy(control: &Control, change: &PolicyChange) {
    let throw = |value: Option<bool>, switch: &dyn Fn(bool)| {
        if let Some(value) = value {
            switch(value);
        }
    };
    throw(change.user_consent, &|on| control.set_user_consent(on));
    throw(change.security_defaults, &|on| control.set_security_defaults(on));
    throw(change.redirect_refusals, &|on| control.redirect_refusals(on));
    throw(change.admit_foreigners, &|on| control.admit_foreigners(on));
    throw(change.analytics_access, &|on| control.set_analytics_access(on));
    if let Some(guests) = change.guests {
        control.set_guests(guests);
    }
}

fn places(control: &Control) -> Reply {
    let tenant = control.tenant();
    let base = &tenant.base;
    Reply::json(
        StatusCode::OK,
        &json!({
            "login": format!("{base}/login"),
            "graph": format!("{base}/graph"),
            "eight": format!("{base}/8x8"),
            "tenant": tenant.organisation.tenant_text,
            "client_id": tenant.installed.then_some(&tenant.organisation.client_id),
            "administration_client_id": tenant.organisation.administration_id,
            "keys": {
                "contact_search": tenant.organisation.key,
                "contact_management": tenant.organisation.management_key,
                "analytics": tenant.organisation.analytics_key,
                "analytics_user": ANALYTICS_USER,
                "analytics_password": tenant.organisation.analytics_password,
                "events": tenant.organisation.events_key,
                "provisioning": tenant.organisation.provisioning_key,
                "chat": tenant.organisation.chat_key,
                "contact_center_tenant": CONTACT_CENTER,
                "action_token": control.action_token(),
            },
            "simulated_seconds": tenant.clock.simulated_ms() / 1000,
            "switches": SWITCHES.iter().chain(eight::NAMES).collect::<Vec<_>>(),
        }),
    )
}

fn body<T: DeserializeOwned>(call: &Call) -> Result<T, Refused> {
    serde_json::from_slice(&call.body).map_err(|cause| Refused(StatusCode::BAD_REQUEST, cause.to_string()))
}

impl From<ControlError> for Refused {
    fn from(cause: ControlError) -> Self {
        Self(StatusCode::NOT_FOUND, cause.to_string())
    }
}

fn error(status: StatusCode, text: &str) -> Reply {
    Reply::json(status, &json!({ "error": text }))
}
