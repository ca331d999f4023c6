//! What identifies the made-up organisation, all of it derived from the seed.

use aws_lc_rs::{digest, hmac};
use uuid::Uuid;

use crate::chance::{Purpose, draw, guid};

/// The organisation's number as a customer of 8x8.
pub(crate) const CUSTOMER: &str = "0012J00002brightwater";
/// The name of its contact centre.
pub(crate) const CONTACT_CENTER: &str = "brightwater01";
/// The organisation's name.
pub(crate) const NAME: &str = "Brightwater";
/// The domain of user names.
pub(crate) const DOMAIN: &str = "brightwater.example";
/// The domain the tenant was born with.
pub(crate) const INITIAL_DOMAIN: &str = "brightwater.onmicrosoft.example";
/// A second mail domain: addresses here differ from the user name.
pub(crate) const POST_DOMAIN: &str = "post.brightwater.example";
/// Who administers the tenant.
pub(crate) const ADMIN: &str = "admin@brightwater.example";
/// Who manages applications, in a tenant where nothing is installed yet.
pub(crate) const APPLICATION_ADMIN: &str = "apps@brightwater.example";
/// Who manages users, in a tenant where nothing is installed yet.
pub(crate) const HELP_DESK: &str = "helpdesk@brightwater.example";
/// Somebody of another organisation.
pub(crate) const STRANGER: &str = "someone@northwind.example";
/// The 8x8 user whose password opens Work Analytics.
pub(crate) const ANALYTICS_USER: &str = "8x8.sync@brightwater.example";
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
    /// The client id of Presence Sync, where it is installed.
    pub(crate) client: Uuid,
    /// The same as text.
    pub(crate) client_id: String,
    /// The client id of the organisation's own client for administrators.
    pub(crate) administration: Uuid,
    /// The same as text.
    pub(crate) administration_id: String,
    /// Another organisation, and somebody there.
    pub(crate) northwind: Uuid,
    pub(crate) stranger: Uuid,
    /// The 8x8 API key for Contact Search.
    pub(crate) key: String,
    /// The 8x8 API key for Contact Management.
    pub(crate) management_key: String,
    /// The 8x8 API key for Work Analytics.
    pub(crate) analytics_key: String,
    /// The password of the 8x8 user for Work Analytics.
    pub(crate) analytics_password: String,
    /// The Admin Console key for the stream of events, which begins as all of them do.
    pub(crate) events_key: String,
    /// The contact centre's Data Request Token, which opens the stream too.
    pub(crate) data_token: String,
    /// The contact centre's first Action Request Token.
    pub(crate) action_token: String,
    /// The key for ring groups, users and operations.
    pub(crate) provisioning_key: String,
    /// The key for the rooms of 8x8 Work.
    pub(crate) chat_key: String,
    /// Seals tokens, so that those of an earlier run with the same seed stay valid.
    pub(crate) seal: hmac::Key,
}

impl Organisation {
    pub(crate) fn new(seed: u64) -> Self {
        let tenant = guid(seed, Purpose::Tenant, 0);
        let client = guid(seed, Purpose::Tenant, 1);
        let administration = guid(seed, Purpose::Register, 102);
        let secret_of = |purpose, index| {
            let half = |part| draw(seed, purpose, index, part);
            format!("sandbox_{:016x}{:016x}", half(0), half(1))
        };
        let mut secret = b"presence-sync sandbox seal ".to_vec();
        secret.extend_from_slice(&seed.to_be_bytes());
        Self {
            seed,
            tenant,
            tenant_text: tenant.to_string(),
            client,
            client_id: client.to_string(),
            administration,
            administration_id: administration.to_string(),
            northwind: guid(seed, Purpose::Register, 100),
            stranger: guid(seed, Purpose::Register, 101),
            key: secret_of(Purpose::Tenant, 2),
            management_key: secret_of(Purpose::Keys, 0),
            analytics_key: secret_of(Purpose::Keys, 1),
            analytics_password: secret_of(Purpose::Keys, 2),
            events_key: secret_of(Purpose::Keys, 3).replacen("sandbox_", "eght_", 1),
            data_token: secret_of(Purpose::Keys, 4),
            action_token: secret_of(Purpose::Keys, 5),
            provisioning_key: secret_of(Purpose::Keys, 6),
            chat_key: secret_of(Purpose::Keys, 7),
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
