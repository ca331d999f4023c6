//! 8x8's failures in words.

use std::sync::Arc;

use crate::error::{Failure, Problem};
use crate::http::{Trouble, portal, unreachable};
use crate::setup::installation::Key;

pub(super) fn refused(key: Key, status: u16) -> Failure {
    key_refused(key.product(), status)
}

/// A key that is not good for a product.
pub(super) fn key_refused(product: &str, status: u16) -> Failure {
    Failure::Forbidden(Arc::new(
        Problem::new(
            "eight.forbidden",
            "8x8 does not accept this key.",
            format!(
                "It is mistyped, or its app lacks the product “{product}”. A new key takes some minutes to work everywhere."
            ),
            "In 8x8 Admin Console, under API Keys, compare the key (not the secret) and its products; then try again.",
        )
        .detail(format!("status {status}")),
    ))
}

pub(super) fn user_refused(status: u16) -> Failure {
    Failure::Forbidden(Arc::new(
        Problem::new(
            "eight.login",
            "8x8 does not let this user in.",
            "The user name or the password is wrong, or the user signs in through single sign-on only.",
            "Use an 8x8 user with a password of its own, who has opened Analytics for Work in a browser once.",
        )
        .detail(format!("status {status}")),
    ))
}

pub(super) fn no_access() -> Failure {
    Failure::Forbidden(Arc::new(Problem::new(
        "eight.access",
        "This 8x8 user may not see the phone systems.",
        "It signed in, but has no access to Analytics for Work.",
        "In 8x8 Admin Console, give the user Analytics for Work (Essentials is enough), then try again.",
    )))
}

pub(super) fn unavailable(status: u16) -> Failure {
    Failure::Broken(Arc::new(Problem::new(
        "eight.unavailable",
        "8x8 has a problem of its own.",
        format!("It answered with status {status}."),
        "If it lasts, look whether 8x8 reports a disturbance.",
    )))
}

pub(super) fn malformed() -> Failure {
    Failure::Broken(Arc::new(Problem::new(
        "eight.malformed",
        "8x8's answer could not be read.",
        "It sent something incomplete or unexpected.",
        "If it lasts, look whether 8x8 reports a disturbance.",
    )))
}

pub(super) fn trouble(trouble: Trouble) -> Failure {
    trouble_within("All integrations of your company share 60 requests a minute.", trouble)
}

/// Trouble with an API that has a limit of its own.
pub(super) fn trouble_within(limit: &str, trouble: Trouble) -> Failure {
    match trouble {
        Trouble::Throttled(wait) => Failure::Throttled {
            wait,
            problem: Arc::new(Problem::new(
                "eight.throttled",
                "8x8 asks us to slow down.",
                limit,
                "Wait a minute; what runs by itself goes on by itself.",
            )),
        },
        Trouble::Unreachable(error) => Failure::Offline(Arc::new(unreachable("eight", "8x8", &error))),
        Trouble::Incomplete => malformed(),
        Trouble::Portal => Failure::Offline(Arc::new(portal("eight", "8x8"))),
    }
}
