//! The key that signs id tokens.

use std::sync::OnceLock;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use aws_lc_rs::{digest, error::Unspecified};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::json;

/// An RSA key pair of 2,048 bits.
pub(crate) struct SigningKey {
    pair: KeyPair,
    /// Names the key in tokens and in the key set.
    pub(crate) id: String,
}

impl SigningKey {
    /// The key of this process, made on first use. One serves all sandboxes: making one takes a noticeable
    /// part of a second, and nobody can tell.
    pub(crate) fn shared() -> Option<&'static Self> {
        static KEY: OnceLock<Option<SigningKey>> = OnceLock::new();
        KEY.get_or_init(|| Self::generate().ok()).as_ref()
    }

    fn generate() -> Result<Self, Unspecified> {
        let pair = KeyPair::generate(KeySize::Rsa2048)?;
        let fingerprint = digest::digest(&digest::SHA256, pair.public_key().as_ref());
        Ok(Self { id: URL_SAFE_NO_PAD.encode(&fingerprint.as_ref()[..20]), pair })
    }

    /// The public half as one entry of a key set (RFC 7517).
    pub(crate) fn public(&self, issuer: &str) -> serde_json::Value {
        let modulus = self.pair.public_key().modulus().big_endian_without_leading_zero();
        let exponent = self.pair.public_key().exponent().big_endian_without_leading_zero();
        json!({
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.id,
            "n": URL_SAFE_NO_PAD.encode(modulus),
            "e": URL_SAFE_NO_PAD.encode(exponent),
            "issuer": issuer,
        })
    }

    /// Signs claims as a compact JWT (RFC 7515, RS256).
    pub(crate) fn sign(&self, claims: &impl Serialize) -> Option<String> {
        let header = json!({ "typ": "JWT", "alg": "RS256", "kid": self.id });
        let mut token = URL_SAFE_NO_PAD.encode(header.to_string());
        token.push('.');
        token.push_str(&URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims).ok()?));
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), token.as_bytes(), &mut signature).ok()?;
        token.push('.');
        token.push_str(&URL_SAFE_NO_PAD.encode(signature));
        Some(token)
    }
}
