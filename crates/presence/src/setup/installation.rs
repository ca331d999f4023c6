//! What of an installation is kept on disk: choices, ids and dates. No secret is among them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::integration::Integration;
use super::options::{CenterName, Options};
use super::registration::Registration;
use crate::endpoints::Cloud;

/// The version this program writes.
pub const VERSION: u32 = 1;

/// How directory and presence are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reading {
    /// As a user that belongs to the sync alone, as in 8x8's guide.
    #[default]
    StatusUser,
    /// By the program itself with its certificate: no user, no password.
    Alone,
}

/// Who makes what is needed at Microsoft.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Making {
    /// The wizard, with an administrator's sign-in.
    #[default]
    Wizard,
    /// A person, in the Entra admin center.
    ByHand,
}

/// How the status user gets its consent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ConsentWay {
    /// The administrator grants it, for the status user only.
    #[default]
    Administrator,
    /// The status user gets the Application Developer role and consents itself.
    Role,
}

/// The application that an administrator signs in to for the wizard's work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Administration {
    /// A public client that the organisation chose.
    #[default]
    Own,
    /// Microsoft Graph Command Line Tools, which every organisation knows: only after an explicit yes.
    Microsoft,
}

/// "Microsoft Graph Command Line Tools" (learn.microsoft.com, "Authentication module cmdlets in Microsoft Graph PowerShell").
pub const MICROSOFT_TOOLS: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";

/// The organisation, as discovery confirmed it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Organisation {
    /// Directory (tenant) id.
    pub tenant: String,
    /// As a person entered it: a domain or the id.
    pub entered: String,
    /// Display name, once an administrator signed in.
    pub name: Option<String>,
    /// The domain that came with the tenant, such as `contoso.onmicrosoft.com`.
    pub initial_domain: Option<String>,
}

/// The user that belongs to the sync alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StatusUser {
    /// User name.
    pub user_name: String,
    /// Object id, once it is known.
    pub id: Option<String>,
    /// Whether the wizard made it.
    pub made: bool,
    /// Whether it has the Application Developer role.
    pub role: bool,
    /// Whether it has that from the wizard.
    pub role_made: bool,
    /// Whether its sign-in is in the vault.
    pub signed_in: bool,
}

/// One registration at Microsoft.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// Application (client) id.
    pub client_id: Option<String>,
    /// Object id of the application.
    pub application: Option<String>,
    /// Object id of its service principal.
    pub principal: Option<String>,
    /// Whether the wizard made it.
    pub made: bool,
    /// Its certificate.
    pub certificate: Option<CertificateRecord>,
    /// When its permissions were granted through the wizard.
    pub granted: Option<Timestamp>,
    /// Ids of the grants that the wizard made.
    pub grants: BTreeSet<String>,
}

/// What is known of a certificate whose key is in the vault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateRecord {
    /// SHA-1 in hexadecimal, as the portal shows it.
    pub thumbprint: String,
    /// When it stops being accepted.
    pub expires: Timestamp,
    /// Whether Microsoft has it.
    pub uploaded: bool,
}

/// How far one integration is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// Somebody began.
    pub begun: bool,
    /// Somebody switched it off.
    pub disabled: bool,
    /// An administrator's consent is what is missing.
    pub consent_needed: bool,
    /// When all checks passed last.
    pub verified: Option<Timestamp>,
    /// What a check found since, as a sentence.
    pub attention: Option<String>,
}

/// A key of 8x8, in the vault or deliberately not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum Key {
    /// Product "Contact Search": reads the directory.
    Search,
    /// Product "Contact Management": writes contacts.
    Management,
    /// Product "Work Analytics", with a user and a password.
    Analytics,
    /// The contact centre's Action Request Token: reads and sets the status of agents.
    Agents,
    /// Product "Pulsar Event Stream": tells at once what agents do.
    Events,
    /// Products "UC Ring Group Admin" and "UC & CC Admin Operations", for participants of 8x8's beta.
    Groups,
}

impl Key {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Search, Self::Management, Self::Analytics, Self::Agents, Self::Events, Self::Groups];

    /// Name of the vault's entry.
    #[must_use]
    pub fn entry(self) -> &'static str {
        match self {
            Self::Search => "eight-search",
            Self::Management => "eight-management",
            Self::Analytics => "eight-analytics",
            Self::Agents => "eight-agents",
            Self::Events => "eight-events",
            Self::Groups => "eight-groups",
        }
    }

    /// The product to tick in 8x8's Admin Console; an agent token comes from Configuration Manager instead.
    #[must_use]
    pub fn product(self) -> &'static str {
        match self {
            Self::Search => "Contact Search",
            Self::Management => "Contact Management",
            Self::Analytics => "Work Analytics",
            Self::Agents => "Action Request Token",
            Self::Events => "Pulsar Event Stream",
            Self::Groups => "UC Ring Group Admin",
        }
    }

    /// Whether an integration is nothing without it; the others belong to options.
    #[must_use]
    pub fn is_optional(self) -> bool {
        matches!(self, Self::Agents | Self::Events | Self::Groups)
    }

    /// The key of a keyword, as surfaces send it.
    #[must_use]
    pub fn from_keyword(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.keyword() == text)
    }

    /// The keyword.
    #[must_use]
    pub fn keyword(self) -> &'static str {
        self.entry().trim_start_matches("eight-")
    }
}

/// The installation, as it is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Installation {
    /// Version of the file.
    pub version: u32,
    /// Which of Microsoft's clouds.
    pub cloud: Cloud,
    /// Which organisation.
    pub organisation: Option<Organisation>,
    /// How it reads.
    pub reading: Reading,
    /// Who makes things.
    pub making: Making,
    /// How the status user gets its consent.
    pub consent: ConsentWay,
    /// Whether the two above are decided.
    pub decided: bool,
    /// Whether the first visit also prepares the later integrations.
    pub ahead: bool,
    /// The application that administrators sign in to.
    pub administration: Administration,
    /// Its client id, when it is the organisation's own.
    pub administration_client: Option<String>,
    /// Whether ordinary users may consent to applications; unknown until it could be read.
    pub users_may_consent: Option<bool>,
    /// The status user.
    pub status_user: StatusUser,
    /// The registrations.
    pub registrations: BTreeMap<Registration, Record>,
    /// How far each integration is.
    pub progress: BTreeMap<Integration, Progress>,
    /// Keys that are in the vault.
    pub keys: BTreeSet<Key>,
    /// Keys that somebody decided to do without for now.
    pub skipped: BTreeSet<Key>,
    /// How far the integrations go, and their limits.
    pub options: Options,
    /// What the administrator's visit began to make, and when: written down before it is asked for, and kept until the visit
    /// is through, so that after a crash it is looked for with patience.
    pub begun: BTreeMap<String, Timestamp>,
}

/// What the sync needs to know of an installation in order to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// Which cloud.
    pub cloud: Cloud,
    /// Tenant id or domain.
    pub tenant: String,
    /// The reader's client id.
    pub client_id: String,
    /// How it reads.
    pub reading: Reading,
    /// Who has to sign in, when that is decided: user name and, if known, object id.
    pub expected: Option<(String, Option<String>)>,
    /// Whether 8x8's calls are read.
    pub calls: bool,
    /// Whether they are shown in Teams.
    pub writes: bool,
    /// Whether contacts may be imported.
    pub imports: bool,
    /// The contact centre and the ring groups, as far as there are keys for them.
    pub center: CenterConfiguration,
}

/// What is read and changed beside calls.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CenterConfiguration {
    /// Which contact centre.
    pub name: CenterName,
    /// Whether the status of agents can be read and set.
    pub agents: bool,
    /// Whether its events can be heard.
    pub events: bool,
    /// Whether ring groups can be read and changed.
    pub groups: bool,
}

impl Installation {
    /// A new one, with the recommended choices.
    #[must_use]
    pub fn new() -> Self {
        Self { version: VERSION, ahead: true, ..Self::default() }
    }

    /// For an organisation whose registration somebody else made and named.
    #[must_use]
    pub fn by_hand(tenant: &str, client_id: &str) -> Self {
        let mut installation = Self { making: Making::ByHand, decided: true, ..Self::new() };
        installation.organisation =
            Some(Organisation { tenant: tenant.into(), entered: tenant.into(), ..Organisation::default() });
        installation.record_mut(Registration::Reader).client_id = Some(client_id.into());
        installation
    }

    /// A registration.
    #[must_use]
    pub fn record(&self, registration: Registration) -> Record {
        self.registrations.get(&registration).cloned().unwrap_or_default()
    }

    /// A registration, to change.
    pub fn record_mut(&mut self, registration: Registration) -> &mut Record {
        self.registrations.entry(registration).or_default()
    }

    /// How far an integration is.
    #[must_use]
    pub fn progress(&self, integration: Integration) -> Progress {
        self.progress.get(&integration).cloned().unwrap_or_default()
    }

    /// How far an integration is, to change.
    pub fn progress_mut(&mut self, integration: Integration) -> &mut Progress {
        self.progress.entry(integration).or_default()
    }

    /// What the sync runs with, as soon as that is known; nothing while the integration is switched off.
    #[must_use]
    pub fn configuration(&self) -> Option<Configuration> {
        let organisation = self.organisation.as_ref()?;
        if self.progress(Integration::TeamsToEight).disabled {
            return None;
        }
        let record = self.record(Registration::Reader);
        if self.reading == Reading::Alone && record.certificate.as_ref().is_none_or(|known| !known.uploaded) {
            return None;
        }
        let user = &self.status_user;
        let back = self.progress(Integration::EightToTeams);
        let calls = back.begun && !back.disabled && self.keys.contains(&Key::Analytics);
        let named = self.reading == Reading::StatusUser && !user.user_name.is_empty();
        Some(Configuration {
            cloud: self.cloud,
            tenant: organisation.tenant.clone(),
            client_id: record.client_id?,
            reading: self.reading,
            expected: named.then(|| (user.user_name.clone(), user.id.clone())),
            calls,
            writes: calls && back.verified.is_some(),
            imports: {
                let contacts = self.progress(Integration::Contacts);
                contacts.verified.is_some() && !contacts.disabled && self.keys.contains(&Key::Management)
            },
            center: self.center(back.begun && !back.disabled),
        })
    }
}

impl Installation {
    fn center(&self, on: bool) -> CenterConfiguration {
        let has = |key: Key| on && self.keys.contains(&key);
        let known = self.options.center.is_known();
        let center = CenterConfiguration {
            name: CenterName::default(),
            agents: known && has(Key::Agents),
            events: known && has(Key::Events),
            groups: has(Key::Groups),
        };
        // A name that nothing is asked of changes nothing.
        let used = center.agents || center.events;
        let name = if used { self.options.center.clone() } else { CenterName::default() };
        CenterConfiguration { name, ..center }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_back_from_the_disk_as_it_was() {
        let mut installation = Installation::by_hand("contoso.example", "0000");
        installation.keys.insert(Key::Search);
        installation.begun.insert("Application(Reader)".into(), Timestamp::UNIX_EPOCH);
        let certificate =
            CertificateRecord { thumbprint: "AB".into(), expires: Timestamp::UNIX_EPOCH, uploaded: true };
        installation.record_mut(Registration::Writer).certificate = Some(certificate);
        installation.progress_mut(Integration::Chat).verified = Some(Timestamp::UNIX_EPOCH);
        let text = toml::to_string(&installation).unwrap();
        assert_eq!(toml::from_str::<Installation>(&text).unwrap(), installation);
    }

    #[test]
    fn the_sync_runs_as_soon_as_the_reader_is_known_and_stops_when_it_is_disabled() {
        assert_eq!(Installation::new().configuration(), None);
        let mut installation = Installation::by_hand("contoso.example", "0000");
        assert_eq!(installation.configuration().unwrap().client_id, "0000");
        installation.progress_mut(Integration::TeamsToEight).disabled = true;
        assert_eq!(installation.configuration(), None);
    }

    #[test]
    fn without_a_user_it_runs_only_with_a_certificate_that_microsoft_has() {
        let mut installation = Installation { reading: Reading::Alone, ..Installation::by_hand("t", "0000") };
        assert_eq!(installation.configuration(), None);
        let mut certificate =
            CertificateRecord { thumbprint: "AB".into(), expires: Timestamp::UNIX_EPOCH, uploaded: false };
        installation.record_mut(Registration::Reader).certificate = Some(certificate.clone());
        assert_eq!(installation.configuration(), None);
        certificate.uploaded = true;
        installation.record_mut(Registration::Reader).certificate = Some(certificate);
        assert!(installation.configuration().is_some());
    }
}
