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
mod tests {
    use std::sync::OnceLock;

    use jsonwebtoken::{DecodingKey, TokenData, Validation, decode};
    use serde_json::Value;

    use super::*;

    const NOW: &str = "2026-10-09T11:22:33.444Z";
    const CLIENT: &str = "11111111-2222-3333-4444-555555555555";
    const ENDPOINT: &str = "https://login.microsoftonline.com/tenant/oauth2/v2.0/token";

    fn now() -> Timestamp {
        NOW.parse().unwrap()
    }

    /// Making one takes a while, so the tests share it.
    fn certificate() -> &'static Certificate {
        static ONE: OnceLock<Certificate> = OnceLock::new();
        ONE.get_or_init(|| Certificate::make("Presence Sync on RECEPTION-4", now()).unwrap())
    }

    /// Splits off the first element of DER: its tag, what is in it, what follows.
    fn element(der: &[u8]) -> (u8, &[u8], &[u8]) {
        let (length, start) = match der[1] {
            short @ 0..=0x7f => (usize::from(short), 2),
            long => {
                let end = 2 + usize::from(long & 0x7f);
                (der[2..end].iter().fold(0, |sum, byte| sum * 256 + usize::from(*byte)), end)
            }
        };
        (der[0], &der[start..start + length], &der[start + length..])
    }

    /// The fields of a certificate's body from the version on (RFC 5280, section 4.1).
    fn fields(certificate: &Certificate) -> Vec<&[u8]> {
        let (_, whole, rest) = element(&certificate.der);
        assert!(rest.is_empty());
        let (_, mut body, _) = element(whole);
        let mut fields = Vec::new();
        while !body.is_empty() {
            let (_, field, rest) = element(body);
            fields.push(field);
            body = rest;
        }
        fields
    }

    fn public_key(certificate: &Certificate) -> DecodingKey {
        let (_, _, rest) = element(fields(certificate)[6]);
        let (tag, bits, _) = element(rest);
        assert_eq!((tag, bits[0]), (3, 0), "a bit string without unused bits");
        DecodingKey::from_rsa_der(&bits[1..])
    }

    fn verified(certificate: &Certificate, token: &Secret, algorithm: Algorithm) -> TokenData<Value> {
        let mut rules = Validation::new(algorithm);
        // The token is of the time of the test, not of today.
        rules.validate_exp = false;
        rules.validate_aud = false;
        decode(token.expose(), &public_key(certificate), &rules).unwrap()
    }

    #[test]
    fn an_assertion_verifies_with_the_certificate_and_says_what_entra_asks_for() {
        let certificate = certificate();
        let token = certificate.assertion(CLIENT, ENDPOINT, now()).unwrap();
        let TokenData { header, claims, .. } = verified(certificate, &token, Algorithm::PS256);
        assert_eq!((header.alg, header.typ.as_deref()), (Algorithm::PS256, Some("JWT")));
        let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, &certificate.der));
        assert_eq!(header.x5t_s256, Some(hash.clone()));
        assert_eq!(certificate.thumbprint_sha256(), hash);
        let start = now().as_second();
        assert_eq!(
            (&claims["aud"], &claims["iss"], &claims["sub"]),
            (&ENDPOINT.into(), &CLIENT.into(), &CLIENT.into())
        );
        assert_eq!(
            (&claims["nbf"], &claims["iat"], &claims["exp"]),
            (&start.into(), &start.into(), &(start + 300).into())
        );
        let second = certificate.assertion(CLIENT, ENDPOINT, now()).unwrap();
        let second = verified(certificate, &second, Algorithm::PS256);
        assert!(Uuid::try_parse(claims["jti"].as_str().unwrap()).is_ok());
        assert_ne!(claims["jti"], second.claims["jti"], "each is used once");
    }

    #[test]
    fn a_proof_verifies_with_the_certificate_and_ends_after_ten_minutes() {
        let certificate = certificate();
        let token = certificate.proof(CLIENT, now()).unwrap();
        let TokenData { header, claims, .. } = verified(certificate, &token, Algorithm::RS256);
        assert_eq!(header.kid, Some(certificate.thumbprint_sha1_hex()));
        assert!(header.x5t.is_some());
        let start = now().as_second();
        assert_eq!(
            claims,
            serde_json::json!({ "aud": PROOF_AUDIENCE, "iss": CLIENT, "nbf": start, "exp": start + 600 })
        );
    }

    #[test]
    fn another_certificate_does_not_verify_it() {
        let other = Certificate::make("Other", now()).unwrap();
        let token = certificate().assertion(CLIENT, ENDPOINT, now()).unwrap();
        let mut rules = Validation::new(Algorithm::PS256);
        rules.validate_exp = false;
        rules.validate_aud = false;
        assert!(decode::<Value>(token.expose(), &public_key(&other), &rules).is_err());
        assert_ne!(other.thumbprint_sha256(), certificate().thumbprint_sha256());
    }

    #[test]
    fn it_lives_a_day_less_than_a_year_and_says_so_itself() {
        let certificate = certificate();
        assert_eq!(certificate.not_before, "2026-10-09T11:17:33Z".parse().unwrap());
        assert_eq!(certificate.expires(), "2027-10-08T11:17:33Z".parse().unwrap());
        let fields = fields(certificate);
        assert_eq!(fields[0], [2, 1, 2], "X.509 version 3");
        let (_, start, rest) = element(fields[4]);
        let (_, end, _) = element(rest);
        assert_eq!((start, end), (b"261009111733Z".as_slice(), b"271008111733Z".as_slice()));
        let name = |field: &[u8]| String::from_utf8_lossy(field).contains("Presence Sync on RECEPTION-4");
        assert!(name(fields[3]) && name(fields[5]), "issued by itself");
    }

    #[test]
    fn a_new_one_is_due_thirty_days_before_the_end() {
        let certificate = certificate();
        let edge = certificate.expires() - SignedDuration::from_hours(30 * 24);
        assert!(!certificate.renew_due(now()));
        assert!(!certificate.renew_due(edge - SignedDuration::from_secs(1)));
        assert!(certificate.renew_due(edge));
        assert!(certificate.renew_due(certificate.expires() + SignedDuration::from_hours(1)));
    }

    #[test]
    fn it_comes_back_whole_from_the_vault() {
        let certificate = certificate();
        let text = certificate.serialize();
        let back = Certificate::parse(&text).unwrap();
        assert_eq!(back.der, certificate.der);
        assert_eq!((back.not_before, back.not_after), (certificate.not_before, certificate.not_after));
        let token = back.assertion(CLIENT, ENDPOINT, now()).unwrap();
        verified(certificate, &token, Algorithm::PS256);
        for foreign in [
            String::new(),
            "{}".into(),
            text.expose().replace("\"version\":1", "\"version\":2"),
            text.expose().replace("BEGIN PRIVATE KEY", "BEGIN NOTHING"),
            text.expose()[..text.expose().len() / 2].to_owned(),
        ] {
            assert!(Certificate::parse(&Secret::new(foreign)).is_none());
        }
    }

    #[test]
    fn the_key_is_never_shown() {
        let certificate = certificate();
        // The first lines hold the modulus, which is public.
        let lines = certificate.key.expose().lines().filter(|line| !line.contains('-'));
        let key: Vec<&str> = lines.skip(8).collect();
        assert!(key.len() > 15);
        let shown = [
            format!("{certificate:?} {certificate:#?}"),
            certificate.pem(),
            certificate.der_base64(),
            format!("{:?}", certificate.serialize()),
        ];
        for text in shown {
            assert!(!text.contains("PRIVATE"), "{text}");
            assert!(key.iter().all(|line| !text.contains(line)), "{text}");
        }
        assert!(format!("{certificate:?}").contains(&certificate.thumbprint_sha1_hex()));
    }

    #[test]
    fn its_public_part_is_ready_for_the_portal() {
        let certificate = certificate();
        let pem = certificate.pem();
        assert!(
            pem.starts_with("-----BEGIN CERTIFICATE-----\n") && pem.ends_with("-----END CERTIFICATE-----\n")
        );
        assert!(pem.lines().all(|line| line.len() <= 64));
        let body: String = pem.lines().filter(|line| !line.contains('-')).collect();
        assert_eq!(body, certificate.der_base64());
        let thumbprint = certificate.thumbprint_sha1_hex();
        assert_eq!(thumbprint.len(), 40);
        assert!(thumbprint.chars().all(|letter| letter.is_ascii_digit() || ('A'..='F').contains(&letter)));
    }
}
