//! Microsoft's failures in words.

use std::sync::Arc;

use super::wire::{EntraError, GraphError};
use crate::error::{Failure, Problem};
use crate::http::{Answer, Trouble, unreachable};

/// No complete answer came.
pub(crate) fn trouble(who: &str, trouble: Trouble) -> Failure {
    match trouble {
        Trouble::Throttled(wait) => Failure::Throttled {
            wait,
            problem: Arc::new(Problem::new(
                "microsoft.throttled",
                "Microsoft asks us to slow down.",
                format!("It asked for {} s without a request.", wait.as_secs()),
                "Nothing to do: updates go on by themselves.",
            )),
        },
        Trouble::Unreachable(error) => Failure::Offline(Arc::new(unreachable("microsoft", who, &error))),
        Trouble::Incomplete => malformed(who),
    }
}

/// An answer that is no JSON, or not the expected one.
pub(crate) fn malformed(who: &str) -> Failure {
    Failure::Broken(Arc::new(Problem::new(
        "microsoft.malformed",
        "Microsoft's answer could not be read.",
        format!("{who} sent something incomplete or unexpected."),
        "Nothing to do: we ask again by ourselves. If it lasts, look at Microsoft's service health page.",
    )))
}

/// A 5xx, or another status that nobody expects.
pub(crate) fn broken(who: &str, answer: &Answer) -> Failure {
    let problem = Problem::new(
        "microsoft.unavailable",
        "Microsoft has a problem of its own.",
        format!("{who} answered with status {}.", answer.status.as_u16()),
        "Nothing to do: we ask again by ourselves. If it lasts, look at Microsoft's service health page.",
    );
    Failure::Broken(Arc::new(problem.detail(trace(answer))))
}

/// A permission is missing.
pub(crate) fn forbidden(what: &str, permission: &str, answer: &Answer) -> Failure {
    let code = GraphError::parse(&answer.body).code;
    let problem = Problem::new(
        "microsoft.forbidden",
        &format!("{what} could not be read."),
        format!(
            "Microsoft answered “insufficient privileges”: {permission} is not granted to this application."
        ),
        "A Microsoft administrator can grant it in the Entra admin center, under Enterprise applications, Permissions.",
    );
    let status = answer.status.as_u16();
    Failure::Forbidden(Arc::new(problem.detail(format!("{status} {code}, {}", trace(answer)))))
}

/// The token is refused although it is fresh.
pub(crate) fn refused(answer: &Answer) -> Failure {
    let problem = Problem::new(
        "microsoft.signInNeeded",
        "Sign-in needed.",
        "Microsoft no longer accepts this sign-in.",
        "Sign in again.",
    );
    Failure::SignInNeeded(Arc::new(problem.detail(trace(answer))))
}

/// The tenant is not there.
pub(crate) fn tenant(tenant: &str, error: Option<&EntraError>) -> Arc<Problem> {
    let shown: String = tenant.chars().take(80).collect();
    let problem = Problem::new(
        "microsoft.tenant",
        "The organisation was not found.",
        format!("Microsoft knows no tenant “{shown}” in this cloud."),
        "Check the domain or the directory (tenant) id; it is on the overview page of the Entra admin center.",
    );
    Arc::new(match error.and_then(EntraError::code) {
        Some(code) => problem.detail(format!("AADSTS{code}")),
        None => problem,
    })
}

/// Entra refused; the class says what kind of failure it is, the AADSTS number only chooses the words.
///
/// Classes and numbers: learn.microsoft.com, "Microsoft Entra authentication and authorization error codes".
pub(crate) fn entra(error: &EntraError, account: Option<&str>) -> Failure {
    let who = account.map_or_else(|| "this account".to_owned(), str::to_owned);
    let code = error.code().unwrap_or(0);
    let again = "Sign in again.";
    let administrator = "A Microsoft administrator must act, then sign in again.";
    let (cause, remedy) = match code {
        50_132 | 50_133 | 50_173 => {
            (format!("Microsoft ended the sign-in of {who}, as after a password change."), again)
        }
        70_008 | 700_082 => (format!("The sign-in of {who} was not used for too long."), again),
        70_043 => ("Your organisation asks for a new sign-in at certain times.".into(), again),
        50_055 | 50_144 => {
            (format!("The password of {who} has expired."), "Sign in and choose a new password.")
        }
        50_057 => (format!("The account {who} is disabled."), administrator),
        50_053 => {
            (format!("The account {who} is locked."), "Wait a while, or ask a Microsoft administrator.")
        }
        50_020 | 16_000 | 90_072 => ("That account belongs to another organisation.".into(), again),
        50_034 => ("That account does not exist in this organisation.".into(), again),
        50_072 | 50_074 | 50_076 | 50_078 | 50_079 => {
            ("Microsoft wants a second proof of who is signing in.".into(), again)
        }
        50_105 => (format!("{who} is not assigned to this application."), administrator),
        50_131 | 53_000..=53_004 | 530_032..=530_035 => {
            ("Your organisation's sign-in rules block this.".into(), administrator)
        }
        65_001 | 90_094 | 90_095 => {
            ("The permissions of this application are not granted yet.".into(), administrator)
        }
        65_004 => ("The request for permissions was declined.".into(), "Sign in again and accept it."),
        700_016 | 7_000_112 | 70_001 => (
            "This application does not exist in the organisation, or is disabled.".into(),
            "Check the application (client) id.",
        ),
        50_011 => (
            "The address http://localhost is not registered for this application.".into(),
            "Add http://localhost as a redirect of the kind “Mobile and desktop applications”.",
        ),
        7_000_218 | 700_025 => (
            "The application is not registered as a public client.".into(),
            "Turn on “Allow public client flows” for it.",
        ),
        50_059 | 90_002 => ("The organisation was not found.".into(), "Check the domain or the tenant id."),
        _ => (format!("Microsoft answered “{}”.", crate::person::plain(&error.error)), again),
    };
    let detail = [
        (code > 0).then(|| format!("AADSTS{code}")),
        error.correlation_id.as_deref().map(|id| format!("correlation id {}", crate::person::plain(id))),
    ];
    let detail: Vec<String> = detail.into_iter().flatten().collect();
    let make = |what: &str, code: &str| {
        let problem = Problem::new(code, what, cause.clone(), remedy);
        Arc::new(if detail.is_empty() { problem } else { problem.detail(detail.join(", ")) })
    };
    match error.error.as_str() {
        "temporarily_unavailable" | "server_error" => Failure::Broken(make(
            "Microsoft's sign-in service has a problem of its own.",
            "microsoft.unavailable",
        )),
        _ => Failure::SignInNeeded(make("Sign-in needed.", "microsoft.signInNeeded")),
    }
}

fn trace(answer: &Answer) -> String {
    let id = answer.headers.get("request-id").and_then(|id| id.to_str().ok()).unwrap_or("none");
    format!("request {}", crate::person::plain(id))
}
