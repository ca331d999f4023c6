//! The little of an X.509 certificate that matters here: its key, its days and its thumbprints (RFC 5280).

use aws_lc_rs::digest;
use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const SEQUENCE: u8 = 0x30;
const BIT_STRING: u8 = 0x03;
const UTC_TIME: u8 = 0x17;
const VERSION: u8 = 0xA0;

/// A certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Certificate {
    /// The RSA key in the form of PKCS #1.
    key: Vec<u8>,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    sha1: Vec<u8>,
    sha256: Vec<u8>,
}

impl Certificate {
    /// Reads a certificate; none if it is none.
    pub(crate) fn read(der: &[u8]) -> Option<Self> {
        let (certificate, rest) = expect(der, SEQUENCE)?;
        if !rest.is_empty() {
            return None;
        }
        let (mut body, _) = expect(certificate, SEQUENCE)?;
        if body.first() == Some(&VERSION) {
            body = element(body)?.2;
        }
        // Serial number, algorithm, issuer.
        for _ in 0..3 {
            body = element(body)?.2;
        }
        let (validity, body) = expect(body, SEQUENCE)?;
        let (not_before, validity) = time(validity)?;
        let (not_after, _) = time(validity)?;
        let body = element(body)?.2;
        let (information, _) = expect(body, SEQUENCE)?;
        let (_, _, bits) = element(information)?;
        let (bits, _) = expect(bits, BIT_STRING)?;
        let key = bits.strip_prefix(&[0])?.to_vec();
        Some(Self {
            key,
            not_before,
            not_after,
            sha1: digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, der).as_ref().to_vec(),
            sha256: digest::digest(&digest::SHA256, der).as_ref().to_vec(),
        })
    }

    /// The SHA-1 thumbprint, as `customKeyIdentifier` carries it.
    pub(crate) fn thumbprint(&self) -> String {
        STANDARD.encode(&self.sha1)
    }

    /// Whether a token's `x5t` or `x5t#S256` names this certificate.
    pub(crate) fn is_named(&self, x5t: Option<&str>, x5t_s256: Option<&str>) -> bool {
        x5t.is_some_and(|text| text == URL_SAFE_NO_PAD.encode(&self.sha1))
            || x5t_s256.is_some_and(|text| text == URL_SAFE_NO_PAD.encode(&self.sha256))
    }

    /// Whether the key of this certificate signed it. `algorithm` is that of a token: `RS256` or `PS256`.
    pub(crate) fn signed(&self, algorithm: &str, message: &[u8], signature: &[u8]) -> bool {
        let algorithm: &RsaParameters = match algorithm {
            "RS256" => &RSA_PKCS1_2048_8192_SHA256,
            "PS256" => &RSA_PSS_2048_8192_SHA256,
            _ => return false,
        };
        UnparsedPublicKey::new(algorithm, &self.key).verify(message, signature).is_ok()
    }

    /// Whether the certificate is good at a moment.
    pub(crate) fn is_current(&self, now: Timestamp) -> bool {
        self.not_before <= now && now <= self.not_after
    }
}

/// The first element: its tag, its content, and what follows.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7F);
        if !(1..=4).contains(&count) || rest.len() < count {
            return None;
        }
        let (digits, rest) = rest.split_at(count);
        (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
    };
    (rest.len() >= length).then(|| (tag, &rest[..length], &rest[length..]))
}

/// The content of the first element, which must have that tag, and what follows.
fn expect(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    element(der).filter(|(found, ..)| *found == tag).map(|(_, content, rest)| (content, rest))
}

fn time(der: &[u8]) -> Option<(Timestamp, &[u8])> {
    let (tag, text, rest) = element(der)?;
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    // Two digits from 50 on are of the last century.
    let text = match (tag, text.get(..2)?.parse::<u8>().ok()?) {
        (UTC_TIME, 50..) => format!("19{text}"),
        (UTC_TIME, _) => format!("20{text}"),
        _ => text.to_owned(),
    };
    let at = DateTime::strptime("%Y%m%d%H%M%S", text).ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some((at.timestamp(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_no_certificate() {
        for der in [&[][..], &[0x30], &[0x30, 0x00], &[0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], &[0x30, 0x80]] {
            assert_eq!(Certificate::read(der), None);
        }
    }

    #[test]
    fn years_of_two_digits_fall_into_two_centuries() {
        let year = |text: &str| {
            let mut der = vec![UTC_TIME, text.len() as u8];
            der.extend_from_slice(text.as_bytes());
            time(&der).unwrap().0.strftime("%Y").to_string()
        };
        assert_eq!([year("500101000000Z"), year("491231235959Z")], ["1950", "2049"]);
    }
}
