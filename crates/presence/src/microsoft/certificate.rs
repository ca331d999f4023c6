//! The certificate with which an application signs in by itself: made on this computer, its key never leaves the vault.
//!
//! learn.microsoft.com, "Microsoft identity platform application authentication certificate credentials", "Create a
//! self-signed public certificate to authenticate your application" and "Generate proof-of-possession tokens for
//! rolling keys".

use std::fmt;
use std::time::Duration;

use aws_lc_rs::digest::{Algorithm as Digest, SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, RsaKeySize,
    date_time_ymd,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::Problem;
use crate::person::plain;
use crate::secret::Secret;

/// Microsoft's clock may be behind this computer's by so much.
const EARLIER: SignedDuration = SignedDuration::from_mins(5);

/// From the first to the last second. `endDateTime` may be one year after the start at most (learn.microsoft.com,
/// "keyCredential resource type" and "application: addKey"); a day less leaves room for what counts as a year.
const LIFE: SignedDuration = SignedDuration::from_hours(364 * 24);

/// A new certificate is due so long before the end.
const RENEWAL: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A client assertion is good for so long.
const ASSERTION_LIFE: SignedDuration = SignedDuration::from_mins(5);

/// A proof of possession is good for so long; Microsoft takes no longer one.
const PROOF_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// Whom a proof of possession is made out to, in every cloud.
const PROOF_AUDIENCE: &str = "00000002-0000-0000-c000-000000000000";

/// Longest common name in characters (RFC 5280, appendix A.1, `ub-common-name`).
const LONGEST_NAME: usize = 64;

/// A self-signed certificate and its private key. Printing it never shows the key.
#[derive(Clone)]
pub struct Certificate {
    /// PKCS#8 in PEM.
    key: Secret,
    /// The certificate, which is public: DER of X.509.
    pub der: Vec<u8>,
    /// First second of its life: `startDateTime` of the key credential.
    pub not_before: Timestamp,
    /// Last second of its life: `endDateTime` of the key credential.
    pub not_after: Timestamp,
}

/// Whether a certificate that ends then is due for replacement: thirty days before the end.
#[must_use]
pub fn renewal_due(expires: Timestamp, now: Timestamp) -> bool {
    now.duration_until(expires) <= RENEWAL
}

impl Certificate {
    /// Makes an RSA key of 2,048 bits, the size on Microsoft's own page, and a certificate for it, signed with SHA-256.
    ///
    /// The certificate begins five minutes before `now` and lives 364 days. Making the key takes up to some seconds of
    /// full work: call this through `tokio::task::spawn_blocking`.
    ///
    /// # Errors
    /// When the cryptographic library refuses, which no person can mend.
    pub fn make(common_name: &str, now: Timestamp) -> Result<Self, Problem> {
        let not_before = whole(now - EARLIER);
        let not_after = not_before + LIFE;
        let pair = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).map_err(not_made)?;
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name = DistinguishedName::new();
        parameters
            .distinguished_name
            .push(DnType::CommonName, plain(common_name).chars().take(LONGEST_NAME).collect::<String>());
        parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        parameters.not_before = date_time_ymd(1970, 1, 1) + since_epoch(not_before);
        parameters.not_after = date_time_ymd(1970, 1, 1) + since_epoch(not_after);
        let der = parameters.self_signed(&pair).map_err(not_made)?.der().to_vec();
        let key = Secret::new(armour("PRIVATE KEY", pair.serialized_der()));
        Ok(Self { key, der, not_before, not_after })
    }

    /// SHA-256 of the certificate in base64url: `x5t#S256` of an assertion.
    #[must_use]
    pub fn thumbprint_sha256(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.hash(&SHA256))
    }

    /// SHA-1 of the certificate in capital hexadecimal digits, as the Entra admin center shows it and
    /// `customKeyIdentifier` holds it. It only names the certificate; nothing trusts it.
    #[must_use]
    pub fn thumbprint_sha1_hex(&self) -> String {
        self.hash(&SHA1_FOR_LEGACY_USE_ONLY).iter().map(|byte| format!("{byte:02X}")).collect()
    }

    /// The same bytes in base64: some of Graph's answers hold `customKeyIdentifier` that way.
    #[must_use]
    pub fn thumbprint_sha1_base64(&self) -> String {
        STANDARD.encode(self.hash(&SHA1_FOR_LEGACY_USE_ONLY))
    }

    fn hash(&self, algorithm: &'static Digest) -> Vec<u8> {
        digest(algorithm, &self.der).as_ref().to_vec()
    }

    /// The certificate in base64: `key` of a key credential.
    #[must_use]
    pub fn der_base64(&self) -> String {
        STANDARD.encode(&self.der)
    }

    /// The certificate in PEM, for the upload by hand. The private key is not in it.
    #[must_use]
    pub fn pem(&self) -> String {
        armour("CERTIFICATE", &self.der)
    }

    /// When it ends.
    #[must_use]
    pub fn expires(&self) -> Timestamp {
        self.not_after
    }

    /// Whether it is time for a new one: thirty days before the end.
    #[must_use]
    pub fn renew_due(&self, now: Timestamp) -> bool {
        renewal_due(self.not_after, now)
    }

    /// One text for the vault, with the private key.
    #[must_use]
    pub fn serialize(&self) -> Secret {
        let kept = Keep {
            version: VERSION,
            key: self.key.expose(),
            certificate: self.der_base64(),
            not_before: self.not_before,
            not_after: self.not_after,
        };
        // Texts, numbers and times can always be written; an empty text would be read as no certificate.
        Secret::new(serde_json::to_string(&kept).unwrap_or_default())
    }

    /// Reads the text of [`Certificate::serialize`]; `None` for any other text, or one of a later version.
    #[must_use]
    pub fn parse(text: &Secret) -> Option<Self> {
        let kept: Kept = serde_json::from_str(text.expose()).ok()?;
        if kept.version != VERSION || EncodingKey::from_rsa_pem(kept.key.expose().as_bytes()).is_err() {
            return None;
        }
        let der = STANDARD.decode(kept.certificate).ok()?;
        Some(Self { key: kept.key, der, not_before: kept.not_before, not_after: kept.not_after })
    }

    /// A client assertion for the token endpoint: a JWT signed with PS256, good for five minutes.
    ///
    /// `token_endpoint` is the address to which it is sent. `now` must be close to Microsoft's time, or it answers
    /// AADSTS700024.
    ///
    /// # Errors
    /// When the key can not sign, which means that the vault's entry is damaged.
    pub fn assertion(
        &self,
        client_id: &str,
        token_endpoint: &str,
        now: Timestamp,
    ) -> Result<Secret, Problem> {
        let mut header = Header::new(Algorithm::PS256);
        header.x5t_s256 = Some(self.thumbprint_sha256());
        let claims = Assertion {
            aud: token_endpoint,
            iss: client_id,
            sub: client_id,
            jti: Uuid::new_v4(),
            nbf: now.as_second(),
            iat: now.as_second(),
            exp: (now + ASSERTION_LIFE).as_second(),
        };
        self.sign(&header, &claims)
    }

    /// A proof that this key is at hand, for `addKey` and `removeKey` of an application: a JWT good for ten minutes.
    ///
    /// `application_object_id` is the object id, not the client id. Header and algorithm are those of Microsoft's
    /// sample, RS256 with the SHA-1 thumbprint; the page names no others.
    ///
    /// # Errors
    /// When the key can not sign, which means that the vault's entry is damaged.
    pub fn proof(&self, application_object_id: &str, now: Timestamp) -> Result<Secret, Problem> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.thumbprint_sha1_hex());
        header.x5t = Some(URL_SAFE_NO_PAD.encode(self.hash(&SHA1_FOR_LEGACY_USE_ONLY)));
        let claims = Proof {
            aud: PROOF_AUDIENCE,
            iss: application_object_id,
            nbf: now.as_second(),
            exp: (now + PROOF_LIFE).as_second(),
        };
        self.sign(&header, &claims)
    }

    fn sign(&self, header: &Header, claims: &impl Serialize) -> Result<Secret, Problem> {
        EncodingKey::from_rsa_pem(self.key.expose().as_bytes())
            .and_then(|key| encode(header, claims, &key))
            .map(Secret::new)
            .map_err(|error| {
                Problem::new(
                    "certificate.sign",
                    "The certificate could not be used.",
                    "Its private key in the keychain can not sign.",
                    "Make a new certificate in Setup.",
                )
                .detail(format!("{:?}", error.kind()))
            })
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Certificate")
            .field("thumbprint", &self.thumbprint_sha1_hex())
            .field("not_before", &self.not_before)
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

/// Of the vault's text.
const VERSION: u32 = 1;

/// The vault's text as it is written: the key is not copied on the way.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Keep<'a> {
    version: u32,
    key: &'a str,
    certificate: String,
    not_before: Timestamp,
    not_after: Timestamp,
}

/// The vault's text as it is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    version: u32,
    key: Secret,
    certificate: String,
    not_before: Timestamp,
    not_after: Timestamp,
}

#[derive(Serialize)]
struct Assertion<'a> {
    aud: &'a str,
    iss: &'a str,
    sub: &'a str,
    jti: Uuid,
    nbf: i64,
    iat: i64,
    exp: i64,
}

#[derive(Serialize)]
struct Proof<'a> {
    aud: &'a str,
    iss: &'a str,
    nbf: i64,
    exp: i64,
}

/// X.509 knows no fractions of a second.
fn whole(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

/// Nobody makes a certificate before 1970.
fn since_epoch(time: Timestamp) -> Duration {
    Duration::from_secs(u64::try_from(time.as_second()).unwrap_or_default())
}

/// PEM (RFC 7468): base64 in lines of 64 between its two marks.
fn armour(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    for (at, letter) in text.char_indices() {
        if at > 0 && at % 64 == 0 {
            pem.push('\n');
        }
        pem.push(letter);
    }
    pem.push_str(&format!("\n-----END {label}-----\n"));
    pem
}

/// The library's own words never hold the key.
#[allow(clippy::needless_pass_by_value, reason = "`map_err` gives it by value")]
fn not_made(error: rcgen::Error) -> Problem {
    Problem::new(
        "certificate.make",
        "No certificate could be made.",
        "The cryptographic library of this program refused.",
        "Install the newest version of Presence Sync and try again. If it lasts, report it with the line for support.",
    )
    .detail(error.to_string())
}

#[cfg(test)]
mod tests;
