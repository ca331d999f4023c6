//! Values whose JSON type 8x8 does not hold to: what is text in one answer is a number or a boolean in the next
//! (developer.8x8.com, release note of 10 August 2026).

use std::str::FromStr;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A value as text, digit for digit as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scalar(pub(super) String);

impl Scalar {
    /// The value as a number, if it is one that fits.
    pub(super) fn number<N: FromStr>(&self) -> Option<N> {
        self.0.trim().parse().ok()
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Not by way of a number: the digits of a long id would be lost.
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        match raw.get().as_bytes().first() {
            Some(b'"') => serde_json::from_str(raw.get()).map(Self).map_err(serde::de::Error::custom),
            Some(b'-' | b'0'..=b'9' | b't' | b'f') => Ok(Self(raw.get().to_owned())),
            _ => Err(serde::de::Error::custom("neither text nor a number nor a boolean")),
        }
    }
}

/// The text of what may be missing.
pub(super) fn text(scalar: Option<Scalar>) -> String {
    scalar.map(|scalar| scalar.0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_writing_is_read_as_text() {
        let read = |json: &str| serde_json::from_str::<Option<Scalar>>(json).ok().flatten().map(|it| it.0);
        for (json, expected) in [
            (r#""a\u00e9""#, Some("aé")),
            ("5", Some("5")),
            ("-1", Some("-1")),
            ("18005551234180055512341800", Some("18005551234180055512341800")),
            ("true", Some("true")),
            ("null", None),
            ("[]", None),
            ("{}", None),
        ] {
            assert_eq!(read(json).as_deref(), expected, "{json}");
        }
        assert_eq!(Scalar("7".into()).number::<u8>(), Some(7));
        assert_eq!(Scalar("300".into()).number::<u8>(), None);
    }
}
