//! What identifies the made-up organisation, all of it derived from the seed.

use aws_lc_rs::{digest, hmac};
use uuid::Uuid;

use crate::chance::{Purpose, draw, guid};

/// The organisation's name.
pub(crate) const NAME: &str = "Brightwater";
/// The domain of user names.
pub(crate) const DOMAIN: &str = "brightwater.example";
/// The domain the tenant was born with.
pub(crate) const INITIAL_DOMAIN: &str = "brightwater.onmicrosoft.example";
/// A second mail domain: addresses here differ from the user name.
pub(crate) const POST_DOMAIN: &str = "post.brightwater.example";
/// The account that reads presence.
pub(crate) const STATUS_USER: &str = "8x8.status@brightwater.example";

/// Names and keys of one organisation.
pub(crate) struct Organisation {
    /// What everything is derived from.
    pub(crate) seed: u64,
    /// The tenant's id.
    pub(crate) tenant: Uuid,
    /// The tenant's id as text.
    pub(crate) tenant_text: String,
    /// The client id of the one app registered here.
    pub(crate) client_id: String,
    /// The 8x8 API key.
    pub(crate) key: String,
    /// Seals tokens, so that those of an earlier run with the same seed stay valid.
    pub(crate) seal: hmac::Key,
}

impl Organisation {
    pub(crate) fn new(seed: u64) -> Self {
        let tenant = guid(seed, Purpose::Tenant, 0);
        let mut secret = b"presence-sync sandbox seal ".to_vec();
        secret.extend_from_slice(&seed.to_be_bytes());
        Self {
            seed,
            tenant,
            tenant_text: tenant.to_string(),
            client_id: guid(seed, Purpose::Tenant, 1).to_string(),
            key: format!(
                "sandbox_{:016x}{:016x}",
                draw(seed, Purpose::Tenant, 2, 0),
                draw(seed, Purpose::Tenant, 2, 1)
            ),
            seal: hmac::Key::new(hmac::HMAC_SHA256, digest::digest(&digest::SHA256, &secret).as_ref()),
        }
    }

    /// Whether `name` is the tenant in an address: its id, one of its domains, or `organizations`.
    pub(crate) fn answers_to(&self, name: &str) -> bool {
        name.parse::<Uuid>().is_ok_and(|id| id == self.tenant)
            || [DOMAIN, INITIAL_DOMAIN, POST_DOMAIN, "organizations"]
                .iter()
                .any(|domain| domain.eq_ignore_ascii_case(name))
    }
}
