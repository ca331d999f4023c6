//! Sign-in errors, as Entra words them: an OAuth class, an AADSTS number, and a text for people.
//!
//! Source: learn.microsoft.com, "Microsoft Entra authentication and authorization error codes". The texts are
//! the sandbox's own; clients must not branch on them.

use hyper::StatusCode;
use serde::Serialize;
use uuid::Uuid;

use crate::clock::Clock;
use crate::message::Reply;

/// Why a sign-in or a token request failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SignInError {
    pub(crate) code: u32,
    pub(crate) class: &'static str,
    pub(crate) text: String,
    pub(crate) suberror: Option<&'static str>,
}

#[derive(Serialize)]
struct Body<'a> {
    error: &'a str,
    error_description: &'a str,
    error_codes: [u32; 1],
    timestamp: &'a str,
    trace_id: Uuid,
    correlation_id: Uuid,
    error_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    suberror: Option<&'a str>,
}

impl SignInError {
    pub(crate) fn new(code: u32, class: &'static str, text: impl Into<String>) -> Self {
        Self { code, class, text: text.into(), suberror: None }
    }

    /// A parameter that must be there is not.
    pub(crate) fn missing(parameter: &str) -> Self {
        Self::new(
            900_144,
            "invalid_request",
            format!("The request must contain the parameter '{parameter}'."),
        )
    }

    /// The tenant in the address is not this one.
    pub(crate) fn tenant(name: &str) -> Self {
        Self::new(
            90_002,
            "invalid_tenant",
            format!("Tenant '{name}' was not found. Check the tenant id or domain, and the cloud."),
        )
    }

    /// The client id is not registered here.
    pub(crate) fn client(id: &str) -> Self {
        Self::new(
            700_016,
            "unauthorized_client",
            format!("Application '{id}' was not found in the directory 'Brightwater'."),
        )
    }

    /// The account is of another organisation.
    pub(crate) fn other_organisation() -> Self {
        Self::new(
            50_020,
            "invalid_grant",
            "The account belongs to another organisation. Sign in with an account of Brightwater.",
        )
    }

    /// Somebody pressed "Cancel".
    pub(crate) fn declined() -> Self {
        Self::new(65_004, "access_denied", "The user declined to consent to the application.")
    }

    /// The client must prove who it is, and did not.
    pub(crate) fn unproved() -> Self {
        Self::new(
            7_000_218,
            "invalid_client",
            "The request must contain the parameter 'client_assertion' or 'client_secret'.",
        )
    }

    /// Only an administrator can consent.
    pub(crate) fn needs_admin() -> Self {
        Self::new(
            90_094,
            "access_denied",
            "An administrator has to consent to the permissions that the application asks for.",
        )
    }

    /// Conditional Access or another policy of the organisation refuses the sign-in.
    pub(crate) fn conditional_access(code: u32) -> Self {
        let text = match code {
            53_000 => "The device is not in the required state; it must be compliant.",
            53_001 => "The device is not in the required state; it must be joined to the domain.",
            53_003 => "Access was blocked by Conditional Access.",
            50_131 => "A Conditional Access policy does not allow access from here.",
            530_032 => "Blocked by the security policy of the organisation.",
            530_035 => "Access was blocked by security defaults.",
            _ => "Access was blocked by a policy of the organisation.",
        };
        Self::new(code, "access_denied", text)
    }

    /// The user has no session left: signing in again is the remedy.
    pub(crate) fn revoked() -> Self {
        Self::new(
            50_173,
            "invalid_grant",
            "The grant was revoked, so it is no longer valid. The user has to sign in again.",
        )
    }

    /// Somebody has to consent first.
    pub(crate) fn consent(client: &str) -> Self {
        Self {
            suberror: Some("consent_required"),
            ..Self::new(
                65_001,
                "invalid_grant",
                format!("Neither the user nor an administrator has consented to what '{client}' asks for."),
            )
        }
    }

    /// The number and the text, as a page shows them.
    pub(crate) fn headline(&self) -> String {
        format!("AADSTS{}: {}", self.code, self.text)
    }

    /// The whole description with the ids that support asks for.
    pub(crate) fn description(&self, clock: &Clock) -> String {
        self.described(Uuid::new_v4(), Uuid::new_v4(), &timestamp(clock))
    }

    fn described(&self, trace: Uuid, correlation: Uuid, timestamp: &str) -> String {
        format!("{} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}", self.headline())
    }

    /// The error as JSON. `correlation` is the client's own id of the request, if it sent one.
    pub(crate) fn json(&self, clock: &Clock, correlation: Option<&str>) -> Reply {
        let status = match self.class {
            "invalid_client" => StatusCode::UNAUTHORIZED,
            "temporarily_unavailable" => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        };
        let trace_id = Uuid::new_v4();
        let correlation_id = correlation.and_then(|id| id.parse().ok()).unwrap_or_else(Uuid::new_v4);
        let timestamp = timestamp(clock);
        let body = Body {
            error: self.class,
            error_description: &self.described(trace_id, correlation_id, &timestamp),
            error_codes: [self.code],
            timestamp: &timestamp,
            trace_id,
            correlation_id,
            error_uri: format!("https://login.microsoftonline.com/error?code={}", self.code),
            suberror: self.suberror,
        };
        Reply::json(status, &body).header("cache-control", "no-store, no-cache")
    }
}

fn timestamp(clock: &Clock) -> String {
    clock.wall().strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}
