//! Microsoft's failures in words.

use std::sync::Arc;

use super::aadsts;
use super::wire::{EntraError, GraphError};
use crate::error::{Failure, Problem};
use crate::http::{Answer, Trouble, portal, unreachable};

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
        Trouble::Portal => Failure::Offline(Arc::new(portal("microsoft", who))),
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
    Arc::new(match error {
        Some(error) => problem.detail(error.support()),
        None => problem,
    })
}

/// Entra refused; the class says what kind of failure it is, the AADSTS number only chooses the words ([`aadsts`]).
///
/// Classes: learn.microsoft.com, "Microsoft Entra authentication and authorization error codes".
pub(crate) fn entra(error: &EntraError, account: Option<&str>) -> Failure {
    let problem = Arc::new(aadsts::problem(error, account));
    if error.passes() { Failure::Broken(problem) } else { Failure::SignInNeeded(problem) }
}

fn trace(answer: &Answer) -> String {
    let id = answer.headers.get("request-id").and_then(|id| id.to_str().ok()).unwrap_or("none");
    format!("request {}", crate::person::plain(id))
}
