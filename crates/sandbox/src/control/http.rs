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

use hyper::{Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::{Control, ControlError};
use crate::faults::Fault;
use crate::message::{Call, Reply};

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
        _ => return Err(Refused(StatusCode::NOT_FOUND, "There is no such switch; see GET /control.".into())),
    }
    Ok(Reply::empty(StatusCode::NO_CONTENT))
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
            "client_id": tenant.organisation.client_id,
            "simulated_seconds": tenant.clock.simulated_ms() / 1000,
            "switches": [
                "faults", "revoke", "expire-access-tokens", "reset-delta", "requests", "exchanges", "people",
                "presence", "join", "leave", "advance", "scopes"
            ],
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
