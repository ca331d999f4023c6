//! Access and refresh tokens: sealed notes of the sandbox to itself.
//!
//! A token carries everything it stands for, sealed with a key made from the seed. So a token outlives a
//! restart of the sandbox with the same seed, as real ones outlive a restart of anything.

use std::collections::BTreeSet;

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::scopes::Requested;

/// What an access token for Graph stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Access {
    /// The user's id, or the service principal's if the application acts for itself.
    pub(crate) user: Uuid,
    /// The application.
    pub(crate) client: Uuid,
    /// Whether the application acts for itself.
    #[serde(default)]
    pub(crate) app_only: bool,
    /// Granted permissions: delegated ones, or application ones if it acts for itself.
    pub(crate) scopes: BTreeSet<String>,
    /// A stamp of the clock.
    pub(crate) issued: i64,
    /// Unix seconds.
    pub(crate) expires: i64,
}

/// What a refresh token stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refresh {
    /// The user's id.
    pub(crate) user: Uuid,
    /// The app it was given to.
    pub(crate) client: String,
    /// What was asked for at sign-in.
    pub(crate) requested: Requested,
    /// What the user had consented to personally; the sandbox forgets that when it ends.
    pub(crate) consented: BTreeSet<String>,
    /// A stamp of the clock.
    pub(crate) issued: i64,
    /// Makes the token as long as real ones are.
    #[serde(default)]
    pub(crate) padding: String,
}

/// Refresh tokens are about this long: stores that can not keep as much should fail here too.
const REFRESH_LENGTH: usize = 1_400;
/// The kind, two dots and the seal.
const OVERHEAD: usize = 1 + 2 + 43;

/// Seals an access token.
pub(crate) fn access(key: &hmac::Key, access: &Access) -> String {
    seal(key, 'a', access)
}

/// Seals a refresh token.
pub(crate) fn refresh(key: &hmac::Key, refresh: &Refresh) -> String {
    let bare = seal(key, 'r', refresh).len();
    // Three bytes of payload make four letters.
    let room = REFRESH_LENGTH.saturating_sub(bare) * 3 / 4;
    let digest = hmac::sign(key, &refresh.issued.to_be_bytes());
    let letters = URL_SAFE_NO_PAD.encode(digest.as_ref());
    let padding = letters.chars().cycle().take(room).collect();
    seal(key, 'r', &Refresh { padding, ..refresh.clone() })
}

/// Opens an access token; none if it is not one of ours.
pub(crate) fn open_access(key: &hmac::Key, token: &str) -> Option<Access> {
    open(key, 'a', token)
}

/// Opens a refresh token; none if it is not one of ours.
pub(crate) fn open_refresh(key: &hmac::Key, token: &str) -> Option<Refresh> {
    open(key, 'r', token)
}

/// Seals what any other token stands for.
pub(crate) fn other(key: &hmac::Key, kind: char, content: &impl Serialize) -> String {
    seal(key, kind, content)
}

/// Opens any other token; none if it is not one of ours.
pub(crate) fn open_other<T: DeserializeOwned>(key: &hmac::Key, kind: char, token: &str) -> Option<T> {
    open(key, kind, token)
}

fn seal(key: &hmac::Key, kind: char, content: &impl Serialize) -> String {
    let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(content).unwrap_or_default());
    let mut token = String::with_capacity(payload.len() + OVERHEAD);
    token.push(kind);
    token.push('.');
    token.push_str(&payload);
    let tag = hmac::sign(key, token.as_bytes());
    token.push('.');
    token.push_str(&URL_SAFE_NO_PAD.encode(tag.as_ref()));
    token
}

fn open<T: DeserializeOwned>(key: &hmac::Key, kind: char, token: &str) -> Option<T> {
    let (content, tag) = token.rsplit_once('.')?;
    hmac::verify(key, content.as_bytes(), &URL_SAFE_NO_PAD.decode(tag).ok()?).ok()?;
    let payload = content.strip_prefix(kind)?.strip_prefix('.')?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organisation::Organisation;

    fn refresh_note() -> Refresh {
        Refresh {
            user: Uuid::nil(),
            client: "app".to_owned(),
            requested: Requested::default(),
            consented: BTreeSet::new(),
            issued: 1,
            padding: String::new(),
        }
    }

    #[test]
    fn a_token_opens_with_the_key_of_the_same_seed_only() {
        let (one, same, other) = (Organisation::new(7), Organisation::new(7), Organisation::new(8));
        let token = refresh(&one.seal, &refresh_note());
        assert!((1_350..=1_450).contains(&token.len()), "{}", token.len());
        assert_eq!(open_refresh(&same.seal, &token).unwrap().client, "app");
        assert_eq!(open_refresh(&other.seal, &token), None);
        assert_eq!(open_access(&one.seal, &token), None);
    }

    #[test]
    fn nonsense_is_no_token() {
        let key = Organisation::new(7).seal;
        for token in ["", ".", "a.", "r.e.f", "a.{}.AAAA", "ä.ö.ü"] {
            assert_eq!(open_access(&key, token), None);
        }
    }
}
