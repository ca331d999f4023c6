//! Certificates and the tokens signed with them, as an application makes them.

use std::sync::OnceLock;

use aws_lc_rs::digest;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// A key pair with its own certificate.
pub(crate) struct Certificate {
    key: &'static KeyPair,
    der: Vec<u8>,
}

impl Certificate {
    /// One that is good now. Two numbers have two keys.
    pub(crate) fn new(number: usize) -> Self {
        Self::lasting(number, "200101000000Z", "491231235959Z")
    }

    pub(crate) fn lasting(number: usize, from: &str, until: &str) -> Self {
        static KEYS: [OnceLock<KeyPair>; 2] = [OnceLock::new(), OnceLock::new()];
        let key = KEYS[number].get_or_init(|| KeyPair::generate(KeySize::Rsa2048).unwrap());
        let algorithm = sequence(&[&[6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 11], &[5, 0]]);
        let encryption = sequence(&[&[6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1], &[5, 0]]);
        let common = sequence(&[&[6, 3, 0x55, 4, 3], &element(0x0C, b"Presence Sync")]);
        let name = sequence(&[&element(0x31, &common)]);
        let validity = sequence(&[&element(0x17, from.as_bytes()), &element(0x17, until.as_bytes())]);
        let information = sequence(&[&encryption, &bits(key.public_key().as_ref())]);
        let version = element(0xA0, &[2, 1, 2]);
        let body = sequence(&[&version, &[2, 1, 1], &algorithm, &name, &validity, &name, &information]);
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &body, &mut signature).unwrap();
        Self { key, der: sequence(&[&body, &algorithm, &bits(&signature)]) }
    }

    /// As Graph takes it.
    pub(crate) fn credential(&self) -> Value {
        json!({ "type": "AsymmetricX509Cert", "usage": "Verify", "key": STANDARD.encode(&self.der) })
    }

    pub(crate) fn thumbprint(&self) -> String {
        STANDARD.encode(digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &self.der))
    }

    /// A token with these claims, RS256 with `x5t` or PS256 with `x5t#S256`.
    pub(crate) fn sign(&self, algorithm: &str, claims: &Value) -> String {
        let thumb = |with| URL_SAFE_NO_PAD.encode(digest::digest(with, &self.der));
        let header = match algorithm {
            "PS256" => json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": thumb(&digest::SHA256) }),
            _ => json!({ "alg": "RS256", "typ": "JWT", "x5t": thumb(&digest::SHA1_FOR_LEGACY_USE_ONLY) }),
        };
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let message = format!("{}.{}", part(&header), part(claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        let random = SystemRandom::new();
        match algorithm {
            "PS256" => self.key.sign(&RSA_PSS_SHA256, &random, message.as_bytes(), &mut signature).unwrap(),
            _ => self.key.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature).unwrap(),
        }
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut der = vec![tag];
    match content.len() {
        length @ 0..0x80 => der.push(length as u8),
        length => der.extend([0x82, (length >> 8) as u8, length as u8]),
    }
    der.extend_from_slice(content);
    der
}

fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(0x30, &parts.concat())
}

fn bits(content: &[u8]) -> Vec<u8> {
    element(3, &[&[0], content].concat())
}
