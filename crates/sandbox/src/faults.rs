//! Faults on demand: what they are, and how they are written in a file.
//!
//! ```toml
//! [[fault]]
//! at = "presence"
//! kind = "throttle"
//! retry_after = 5
//! after_seconds = 30
//! times = 3
//! ```

mod armed;
mod distortion;

use serde::{Deserialize, Serialize};

pub(crate) use armed::{Armed, Effects, Refusal};
pub(crate) use distortion::distort;

use crate::message::Endpoint;

/// Where a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Every endpoint but the control interface. Streams that are open already go on.
    Everything,
    /// Discovery, keys and the sign-in pages.
    Login,
    /// The token endpoint.
    Token,
    /// All of Graph.
    Graph,
    /// The list of users and single users.
    Users,
    /// The delta query of users.
    Delta,
    /// Everything that reads presence.
    Presence,
    /// The organisation.
    Organization,
    /// The batch endpoint as a whole; its parts are struck by their own places.
    Batch,
    /// All of 8x8.
    Eight,
    /// Writing contacts.
    ContactsWrite,
    /// Work Analytics: tokens and phone systems, without the two that follow.
    Analytics,
    /// The calls under way.
    Calls,
    /// Agent activity of Work Analytics.
    AgentActivity,
    /// The status of agents of the contact centre.
    Agents,
    /// Opening a stream of events.
    Events,
    /// The frames of a stream: faults of bodies hurt single frames, `drop` breaks the connection off.
    EventFrames,
    /// Admin provisioning: ring groups, users and operations.
    Provisioning,
    /// The rooms of 8x8 Work.
    Chat,
}

impl Place {
    /// Whether an endpoint lies in this place.
    pub(crate) fn covers(self, endpoint: Endpoint) -> bool {
        match self {
            Self::Everything => !matches!(endpoint, Endpoint::Control | Endpoint::EventFrames),
            Self::Login => endpoint == Endpoint::Login,
            Self::Token => endpoint == Endpoint::Token,
            Self::Graph => endpoint.is_graph(),
            Self::Users => endpoint == Endpoint::Users,
            Self::Delta => endpoint == Endpoint::Delta,
            Self::Presence => endpoint == Endpoint::Presence,
            Self::Organization => endpoint == Endpoint::Organization,
            Self::Batch => endpoint == Endpoint::Batch,
            Self::Eight => endpoint.is_eight(),
            Self::ContactsWrite => endpoint == Endpoint::ContactsWrite,
            Self::Analytics => endpoint == Endpoint::Analytics,
            Self::Calls => endpoint == Endpoint::Calls,
            Self::AgentActivity => endpoint == Endpoint::AgentActivity,
            Self::Agents => endpoint == Endpoint::Agents,
            Self::Events => endpoint == Endpoint::Events,
            Self::EventFrames => endpoint == Endpoint::EventFrames,
            Self::Provisioning => endpoint == Endpoint::Provisioning,
            Self::Chat => endpoint == Endpoint::Chat,
        }
    }
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// The answer comes late.
    Latency {
        /// How late.
        milliseconds: u64,
    },
    /// 429.
    Throttle {
        /// Seconds in `Retry-After`.
        retry_after: u64,
    },
    /// Any other status, with an error body.
    Status {
        /// From 400 to 599.
        status: u16,
    },
    /// The connection is closed without an answer.
    Drop,
    /// More bytes are announced than sent, then the connection is closed.
    HalfBody,
    /// The body breaks off in the middle of its JSON.
    Malformed,
    /// Values are of other JSON types than documented.
    WrongTypes,
    /// Enumerations have values nobody knows yet.
    UnknownValues,
    /// Some entries are missing, and one comes without its id.
    MissingIds,
    /// 401: the access token has expired.
    ExpiredToken,
    /// Tokens from before the fault are revoked: `invalid_grant` (AADSTS50173), and 401 at Graph.
    RevokedToken,
    /// `Date` headers and id tokens are off.
    ClockSkew {
        /// Seconds; negative for a clock that is behind.
        seconds: i64,
    },
    /// Delta tokens are no longer known: 410.
    DeltaReset,
    /// 403: the permission is missing.
    Forbidden,
}

/// One fault: what goes wrong, where, and how long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Entry")]
pub struct Fault {
    /// Where it strikes.
    pub at: Place,
    /// What goes wrong.
    #[serde(flatten)]
    pub kind: FaultKind,
    /// Seconds until it begins, counted from when it was set.
    pub after_seconds: f64,
    /// Seconds until it ends, counted from its beginning; for ever if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub for_seconds: Option<f64>,
    /// How many matching requests it strikes; all if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
    /// Share of entries (0 to 1) whose values are hurt; only for faults of values.
    pub share: f64,
}

impl Fault {
    /// A fault that begins at once and stays.
    pub fn new(at: Place, kind: FaultKind) -> Self {
        Self { at, kind, after_seconds: 0.0, for_seconds: None, times: None, share: DEFAULT_SHARE }
    }

    /// Begins that many seconds after it is set.
    #[must_use]
    pub fn after(self, seconds: f64) -> Self {
        Self { after_seconds: seconds, ..self }
    }

    /// Ends that many seconds after its beginning.
    #[must_use]
    pub fn lasting(self, seconds: f64) -> Self {
        Self { for_seconds: Some(seconds), ..self }
    }

    /// Strikes only the next `times` matching requests.
    #[must_use]
    pub fn times(self, times: u32) -> Self {
        Self { times: Some(times), ..self }
    }

    /// Hurts this share of entries (0 to 1).
    #[must_use]
    pub fn share(self, share: f64) -> Self {
        Self { share, ..self }
    }
}

const DEFAULT_SHARE: f64 = 0.2;

/// A faults file that can not be used.
#[derive(Debug, thiserror::Error)]
#[error("the faults can not be read: {message}")]
pub struct FaultsError {
    message: String,
}

/// Reads the text of a faults file: TOML with `[[fault]]` tables.
pub fn parse(text: &str) -> Result<Vec<Fault>, FaultsError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[serde(default)]
        fault: Vec<Fault>,
    }
    let file: File = toml::from_str(text)
        .map_err(|error| FaultsError { message: error.to_string().trim_end().to_owned() })?;
    Ok(file.fault)
}

/// A fault as written, before it is known whether its fields belong together.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    at: Place,
    kind: String,
    milliseconds: Option<u64>,
    retry_after: Option<u64>,
    status: Option<u16>,
    seconds: Option<i64>,
    #[serde(default)]
    after_seconds: f64,
    for_seconds: Option<f64>,
    times: Option<u32>,
    share: Option<f64>,
}

const KINDS: &[&str] = &[
    "latency",
    "throttle",
    "status",
    "drop",
    "half_body",
    "malformed",
    "wrong_types",
    "unknown_values",
    "missing_ids",
    "expired_token",
    "revoked_token",
    "clock_skew",
    "delta_reset",
    "forbidden",
];

impl TryFrom<Entry> for Fault {
    type Error = String;

    fn try_from(entry: Entry) -> Result<Self, String> {
        let name = entry.kind.as_str();
        let kind = match name {
            "latency" => {
                FaultKind::Latency { milliseconds: needed(entry.milliseconds, name, "milliseconds")? }
            }
            "throttle" => {
                FaultKind::Throttle { retry_after: needed(entry.retry_after, name, "retry_after")? }
            }
            "status" => FaultKind::Status { status: needed(entry.status, name, "status")? },
            "drop" => FaultKind::Drop,
            "half_body" => FaultKind::HalfBody,
            "malformed" => FaultKind::Malformed,
            "wrong_types" => FaultKind::WrongTypes,
            "unknown_values" => FaultKind::UnknownValues,
            "missing_ids" => FaultKind::MissingIds,
            "expired_token" => FaultKind::ExpiredToken,
            "revoked_token" => FaultKind::RevokedToken,
            "clock_skew" => FaultKind::ClockSkew { seconds: needed(entry.seconds, name, "seconds")? },
            "delta_reset" => FaultKind::DeltaReset,
            "forbidden" => FaultKind::Forbidden,
            _ => return Err(format!("unknown kind `{name}`, expected one of {}", KINDS.join(", "))),
        };
        for (field, given, owner) in [
            ("milliseconds", entry.milliseconds.is_some(), "latency"),
            ("retry_after", entry.retry_after.is_some(), "throttle"),
            ("status", entry.status.is_some(), "status"),
            ("seconds", entry.seconds.is_some(), "clock_skew"),
        ] {
            if given && name != owner {
                return Err(format!("`{field}` belongs to kind `{owner}`, not to `{name}`"));
            }
        }
        if let FaultKind::Status { status } = kind
            && !(400..600).contains(&status)
        {
            return Err(format!("`status` must be from 400 to 599, not {status}"));
        }
        let share = entry.share.unwrap_or(DEFAULT_SHARE);
        if !(0.0..=1.0).contains(&share) {
            return Err(format!("`share` must be from 0 to 1, not {share}"));
        }
        for (field, value) in
            [("after_seconds", Some(entry.after_seconds)), ("for_seconds", entry.for_seconds)]
        {
            if value.is_some_and(|value| !value.is_finite() || value < 0.0) {
                return Err(format!("`{field}` must be zero or more seconds"));
            }
        }
        Ok(Self {
            at: entry.at,
            kind,
            after_seconds: entry.after_seconds,
            for_seconds: entry.for_seconds,
            times: entry.times,
            share,
        })
    }
}

fn needed<T>(value: Option<T>, kind: &str, field: &str) -> Result<T, String> {
    value.ok_or_else(|| format!("kind `{kind}` needs `{field}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read() {
        let faults = parse(
            "[[fault]]\nat = \"presence\"\nkind = \"throttle\"\nretry_after = 5\ntimes = 3\n\
             [[fault]]\nat = \"eight\"\nkind = \"drop\"\nafter_seconds = 2.5\n",
        )
        .unwrap();
        assert_eq!(
            faults,
            [
                Fault::new(Place::Presence, FaultKind::Throttle { retry_after: 5 }).times(3),
                Fault::new(Place::Eight, FaultKind::Drop).after(2.5)
            ]
        );
        assert!(parse("").unwrap().is_empty());
    }

    #[test]
    fn mistakes_are_named() {
        for (text, part) in [
            ("[[fault]]\nat = \"graph\"\nkind = \"explode\"", "unknown kind `explode`"),
            ("[[fault]]\nat = \"grap\"\nkind = \"drop\"", "unknown variant `grap`"),
            ("[[fault]]\nat = \"graph\"\nkind = \"drop\"\nspeed = 1", "unknown field `speed`"),
            ("[[fault]]\nat = \"graph\"\nkind = \"latency\"", "needs `milliseconds`"),
            ("[[fault]]\nat = \"graph\"\nkind = \"drop\"\nseconds = 1", "belongs to kind `clock_skew`"),
            ("[[fault]]\nat = \"graph\"\nkind = \"status\"\nstatus = 200", "400 to 599"),
            ("[[fault]]\nat = \"graph\"\nkind = \"drop\"\nshare = 2.0", "from 0 to 1"),
            ("[[fault]]\nat = \"graph\"\nkind = \"drop\"\nafter_seconds = -1", "zero or more"),
            ("[[faults]]\n", "unknown field `faults`"),
            ("this is not TOML", "can not be read"),
        ] {
            let message = parse(text).unwrap_err().to_string();
            assert!(message.contains(part), "{text}: {message}");
        }
    }

    #[test]
    fn a_fault_survives_the_journey_through_json() {
        let fault = Fault::new(Place::Token, FaultKind::ClockSkew { seconds: -300 }).times(1).lasting(9.0);
        let text = serde_json::to_string(&fault).unwrap();
        assert_eq!(serde_json::from_str::<Fault>(&text).unwrap(), fault);
    }
}
