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
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\n") && pem.ends_with("-----END CERTIFICATE-----\n"));
    assert!(pem.lines().all(|line| line.len() <= 64));
    let body: String = pem.lines().filter(|line| !line.contains('-')).collect();
    assert_eq!(body, certificate.der_base64());
    let thumbprint = certificate.thumbprint_sha1_hex();
    assert_eq!(thumbprint.len(), 40);
    assert!(thumbprint.chars().all(|letter| letter.is_ascii_digit() || ('A'..='F').contains(&letter)));
}
