//! How failures are told: to people as a [`Problem`], to the engine as a [`Failure`].

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

/// Something went wrong, in words for a person: what happened, the cause, what to do now.
///
/// None of the texts ever carries a secret, a token or a message; `detail` may carry a request id or an error code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct Problem {
    /// A code that stays the same from version to version, such as `microsoft.throttled`.
    pub code: String,
    /// One sentence: what happened.
    pub what: String,
    /// One sentence: why.
    pub cause: String,
    /// One sentence: what to do now, and who.
    pub remedy: String,
    /// For support: status, vendor's code, request id.
    pub detail: Option<String>,
}

impl Problem {
    /// A problem without further detail.
    pub fn new(code: &str, what: &str, cause: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            what: what.into(),
            cause: cause.into(),
            remedy: remedy.into(),
            detail: None,
        }
    }

    /// The same problem with a detail for support.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} {}", self.what, self.cause, self.remedy)?;
        if let Some(detail) = &self.detail {
            write!(formatter, " ({detail})")?;
        }
        write!(formatter, " [{}]", self.code)
    }
}

impl std::error::Error for Problem {}

/// Why a call to a vendor brought nothing, by what the engine must do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The vendor asked for a pause; nothing may be sent to it before the time is over.
    Throttled {
        /// How long to stay silent, from now.
        wait: Duration,
        /// In words.
        problem: Arc<Problem>,
    },
    /// The vendor could not be reached at all.
    Offline(Arc<Problem>),
    /// The vendor answered, but not with anything that can be used: a 5xx, or a reply that is no JSON.
    Broken(Arc<Problem>),
    /// A person has to sign in again.
    SignInNeeded(Arc<Problem>),
    /// A permission is missing; asking again soon is useless.
    Forbidden(Arc<Problem>),
    /// The keychain can not be read now; the sign-in itself is not lost.
    Vault(Arc<Problem>),
    /// The cursor is no longer valid (410): read everything again.
    Reset,
}

impl Failure {
    /// The words, if there are any.
    #[must_use]
    pub fn problem(&self) -> Option<&Arc<Problem>> {
        match self {
            Self::Throttled { problem, .. }
            | Self::Offline(problem)
            | Self::Broken(problem)
            | Self::SignInNeeded(problem)
            | Self::Forbidden(problem)
            | Self::Vault(problem) => Some(problem),
            Self::Reset => None,
        }
    }
}
