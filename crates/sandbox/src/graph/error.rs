//! Errors in the form Graph gives them.

use hyper::StatusCode;
use jiff::Timestamp;
use serde::Serialize;

use crate::message::Reply;

/// A refusal of Graph.
#[derive(Debug)]
pub(crate) struct GraphError {
    status: StatusCode,
    code: &'static str,
    message: String,
    retry_after: Option<u64>,
    location: Option<String>,
}

#[derive(Serialize)]
struct Body<'a> {
    error: MainError<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MainError<'a> {
    code: &'a str,
    message: &'a str,
    inner_error: InnerError<'a>,
}

#[derive(Serialize)]
struct InnerError<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'a str>,
    date: String,
    #[serde(rename = "request-id")]
    request_id: &'a str,
    #[serde(rename = "client-request-id")]
    client_request_id: &'a str,
}

impl GraphError {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None, location: None }
    }

    /// 400, with a message.
    pub(crate) fn request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Request_BadRequest", message)
    }

    /// 400 as the presence calls give it: without a word of what was wrong.
    pub(crate) fn presence_request() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BadRequest", "Bad request.")
    }

    /// 401.
    pub(crate) fn token(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message)
    }

    /// 403: a permission is missing.
    pub(crate) fn denied() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        )
    }

    /// 404: the address leads nowhere.
    pub(crate) fn no_segment(path: &str) -> Self {
        let segment = path.rsplit('/').next().unwrap_or_default();
        Self::new(
            StatusCode::NOT_FOUND,
            "BadRequest",
            format!("Resource not found for the segment '{segment}'."),
        )
    }

    /// 404: there is no such user.
    pub(crate) fn no_user(id: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "Request_ResourceNotFound",
            format!("No user is found under '{id}'."),
        )
    }

    /// 404: there is no such object, or not yet.
    pub(crate) fn no_object(id: &str) -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "Request_ResourceNotFound",
            format!(
                "Resource '{id}' does not exist or one of its queried reference-property objects are not present."
            ),
        )
    }

    /// 409: there is one already.
    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, "Request_MultipleObjectsWithSameKeyValue", message)
    }

    /// 401: a proof of possession proves nothing.
    pub(crate) fn proof() -> Self {
        let text = "Access Token missing or malformed.";
        Self::new(StatusCode::UNAUTHORIZED, "Authentication_MissingOrMalformed", text)
    }

    /// 401: a signed-in person tries to write somebody else's presence.
    pub(crate) fn other_presence() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "Unauthorized", "Cannot set the presence of another user.")
    }

    /// 404: the application has no presence session of that user.
    pub(crate) fn no_session() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NotFound", "The application has no presence session of the user.")
    }

    /// 410: the delta token is not known any more; `location` starts over.
    pub(crate) fn resync(location: String) -> Self {
        let error = Self::new(
            StatusCode::GONE,
            "syncStateNotFound",
            "The sync state is not found. Start a full synchronisation at the given location.",
        );
        Self { location: Some(location), ..error }
    }

    /// 424: a part of a batch depends on one that failed.
    pub(crate) fn dependency() -> Self {
        Self::new(
            StatusCode::FAILED_DEPENDENCY,
            "FailedDependency",
            "A request that this one depends on failed.",
        )
    }

    /// 429.
    pub(crate) fn throttled(seconds: u64) -> Self {
        let error = Self::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", "Please retry again later.");
        Self { retry_after: Some(seconds), ..error }
    }

    /// Any other status, as a fault asks for it.
    pub(crate) fn of_status(status: u16) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let code = match status.as_u16() {
            502 => "BadGateway",
            503 => "ServiceUnavailable",
            504 => "GatewayTimeout",
            400..500 => "BadRequest",
            _ => "InternalServerError",
        };
        Self::new(status, code, "The service can not answer at the moment.")
    }

    /// The error as a reply.
    pub(crate) fn reply(&self, now: Timestamp, request_id: &str, client_request_id: &str) -> Reply {
        let throttled = self.status == StatusCode::TOO_MANY_REQUESTS;
        let body = Body {
            error: MainError {
                code: self.code,
                message: &self.message,
                inner_error: InnerError {
                    code: throttled.then_some("429"),
                    message: throttled.then_some("Please retry after"),
                    status: throttled.then_some("429"),
                    date: now.strftime("%Y-%m-%dT%H:%M:%S").to_string(),
                    request_id,
                    client_request_id,
                },
            },
        };
        let mut reply = Reply::json(self.status, &body);
        if let Some(seconds) = self.retry_after {
            reply = reply.header("retry-after", &seconds.to_string());
        }
        if let Some(location) = &self.location {
            reply = reply.header("location", location);
        }
        if self.status == StatusCode::UNAUTHORIZED {
            reply = reply.header(
                "www-authenticate",
                "Bearer realm=\"\", authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\"",
            );
        }
        reply
    }
}
