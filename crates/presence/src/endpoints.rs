//! Where the vendors are: the known cloud, or another address that is announced in every surface.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::Problem;
use crate::secret::Secret;

/// Microsoft's clouds; registrations and tokens are not shared between them
/// (learn.microsoft.com, "National cloud deployments").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Cloud {
    /// The global cloud, which GCC uses too.
    #[default]
    Global,
    /// US Government L4: GCC High.
    GccHigh,
    /// US Government L5: DoD.
    Dod,
    /// China, run by 21Vianet: there is no presence in its Graph.
    China,
}

impl Cloud {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Global, Self::GccHigh, Self::Dod, Self::China];

    /// The name in files and choices.
    #[must_use]
    pub fn keyword(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::GccHigh => "gccHigh",
            Self::Dod => "dod",
            Self::China => "china",
        }
    }

    /// The cloud of that name.
    #[must_use]
    pub fn from_keyword(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cloud| cloud.keyword().eq_ignore_ascii_case(text.trim()))
    }

    /// Entra's and Graph's addresses.
    #[must_use]
    pub fn addresses(self) -> (&'static str, &'static str) {
        match self {
            Self::Global => ("https://login.microsoftonline.com", "https://graph.microsoft.com"),
            Self::GccHigh => ("https://login.microsoftonline.us", "https://graph.microsoft.us"),
            Self::Dod => ("https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
            Self::China => {
                ("https://login.partner.microsoftonline.cn", "https://microsoftgraph.chinacloudapi.cn")
            }
        }
    }

    /// The Entra admin center, or the Azure portal where there is none of its own.
    #[must_use]
    pub fn portal(self) -> &'static str {
        match self {
            Self::Global => "https://entra.microsoft.com",
            Self::GccHigh | Self::Dod => "https://entra.microsoft.us",
            Self::China => "https://portal.azure.cn",
        }
    }
}

/// All addresses, without a slash at the end.
#[derive(Clone, Debug)]
pub struct Endpoints {
    /// Microsoft's side.
    pub microsoft: Microsoft,
    /// 8x8's side.
    pub eight: Eight,
}

/// Microsoft's side.
#[derive(Clone, Debug)]
pub struct Microsoft {
    /// Entra, such as `https://login.microsoftonline.com`.
    pub login: String,
    /// Graph without its version, such as `https://graph.microsoft.com`.
    pub graph: String,
    /// Tenant id or domain, when the file names one.
    pub tenant: Option<String>,
    /// The application's client id, when the file names one.
    pub client_id: Option<String>,
}

/// 8x8's side.
#[derive(Clone, Debug)]
pub struct Eight {
    /// The API host, such as `https://api.8x8.com`.
    pub api: String,
    /// The contact centre's API, when the file names one; otherwise it follows from the platform.
    pub contact_center: Option<String>,
    /// The contact centre's stream of events, the same.
    pub events: Option<String>,
    /// A key for directory contacts, when the file names one.
    pub key: Option<Secret>,
}

/// The file, as people write it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    microsoft: MicrosoftTable,
    eight: Option<EightTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MicrosoftTable {
    login: String,
    graph: String,
    tenant: Option<String>,
    client_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EightTable {
    api: String,
    contact_center: Option<String>,
    events: Option<String>,
    key: Option<Secret>,
}

impl Default for Endpoints {
    /// The global cloud, which GCC uses too.
    fn default() -> Self {
        Self {
            microsoft: Microsoft {
                login: "https://login.microsoftonline.com".into(),
                graph: "https://graph.microsoft.com".into(),
                tenant: None,
                client_id: None,
            },
            eight: Eight { api: "https://api.8x8.com".into(), contact_center: None, events: None, key: None },
        }
    }
}

/// An endpoints file is never larger than this.
const LARGEST: u64 = 64 << 10;

/// The hosts that need no announcement: Microsoft's clouds with presence (global, GCC High, DoD) and 8x8
/// (learn.microsoft.com, "National cloud deployments").
const KNOWN: [&str; 6] = [
    "https://login.microsoftonline.com",
    "https://graph.microsoft.com",
    "https://login.microsoftonline.us",
    "https://graph.microsoft.us",
    "https://dod-graph.microsoft.us",
    "https://api.8x8.com",
];

impl Endpoints {
    /// The same, in another of Microsoft's clouds; addresses that a file names stay as they are.
    #[must_use]
    pub fn in_cloud(mut self, cloud: Cloud) -> Self {
        if self.is_known_cloud() {
            let (login, graph) = cloud.addresses();
            self.microsoft.login = login.into();
            self.microsoft.graph = graph.into();
        }
        self
    }

    /// Whether Microsoft's side is one of its clouds, and not an address from a file.
    #[must_use]
    pub fn is_known_cloud(&self) -> bool {
        let own = (self.microsoft.login.as_str(), self.microsoft.graph.as_str());
        Cloud::ALL.into_iter().any(|cloud| cloud.addresses() == own)
    }

    /// Reads an endpoints file (TOML) from the disk.
    ///
    /// # Errors
    /// When it can not be read, or as [`Endpoints::parse`] says.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        let unreadable = |error: String| {
            let cause = format!("{} can not be read.", path.display());
            Problem::new(
                "endpoints.file",
                "The endpoints file can not be used.",
                cause,
                "Check its name and rights.",
            )
            .detail(error)
        };
        let size = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?.len();
        if size > LARGEST {
            return Err(unreadable("it is absurdly large".into()));
        }
        Self::parse(&std::fs::read_to_string(path).map_err(|error| unreadable(error.to_string()))?)
    }

    /// Takes the text of an endpoints file.
    ///
    /// # Errors
    /// What is wrong with it, by line; also an address that is not https, unless it is this computer.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let file: File = toml::from_str(text).map_err(|error| {
            // The message of the parser quotes the line, which may hold the key.
            refuse(&format!("It is not as expected{}: {}.", line(text, &error), error.message()))
        })?;
        let known = Self::default();
        let eight = file.eight.map_or(known.eight, |eight| Eight {
            api: trim(&eight.api),
            contact_center: eight.contact_center.as_deref().map(trim),
            events: eight.events.as_deref().map(trim),
            key: eight.key,
        });
        let endpoints = Self {
            microsoft: Microsoft {
                login: trim(&file.microsoft.login),
                graph: trim(&file.microsoft.graph),
                tenant: file.microsoft.tenant,
                client_id: file.microsoft.client_id,
            },
            eight,
        };
        for address in endpoints.all() {
            check(address)?;
        }
        Ok(endpoints)
    }

    /// What every surface says when an address is none of the known ones.
    #[must_use]
    pub fn notice(&self) -> Option<String> {
        let foreign: Vec<&str> = self.all().into_iter().filter(|address| !KNOWN.contains(address)).collect();
        let first = foreign.first()?;
        let host = host(first).unwrap_or_else(|| (*first).to_owned());
        if foreign.iter().all(|address| is_loopback(address)) {
            Some(format!("Sandbox tenant on this computer ({host}): not your organisation"))
        } else {
            Some(format!("Not Microsoft's cloud: signing in at {host}"))
        }
    }

    fn all(&self) -> Vec<&str> {
        let fixed = [&self.microsoft.login, &self.microsoft.graph, &self.eight.api];
        let named = self.eight.contact_center.iter().chain(&self.eight.events);
        fixed.into_iter().chain(named).map(String::as_str).collect()
    }
}

impl Eight {
    /// The API of a contact centre on a platform such as `na12` (developer.8x8.com, "Managing agent status"; its OpenAPI file
    /// has the prefix, its text has not).
    #[must_use]
    pub fn contact_center(&self, platform: &str) -> String {
        self.contact_center
            .clone()
            .unwrap_or_else(|| format!("https://vcc-{}.8x8.com", platform.to_ascii_lowercase()))
    }

    /// The stream of events of a platform; none where 8x8 has none yet (developer.8x8.com, "Event Streaming: connection").
    #[must_use]
    pub fn events(&self, platform: &str) -> Option<String> {
        self.events.clone().or_else(|| {
            let platform = platform.to_ascii_lowercase();
            let (letters, number) = platform.split_at_checked(2)?;
            let number = number.parse::<u32>().ok()?;
            let host = match (letters, number) {
                ("eu", 4..=14) => "pulsar-ws-euw2",
                ("na", 1..=6 | 11..=16) | ("sb", 1) => "pulsar-ws-use1",
                ("na", 7..=10 | 17..=20 | 27..=30 | 37..=39) => "pulsar-ws-usw2",
                _ => return None,
            };
            Some(format!("wss://{host}.8x8.com"))
        })
    }
}

/// Whether an address can only be answered by this computer.
#[must_use]
pub fn is_loopback(address: &str) -> bool {
    let Ok(address) = reqwest::Url::parse(address) else { return false };
    matches!(address.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"))
}

fn host(address: &str) -> Option<String> {
    let address = reqwest::Url::parse(address).ok()?;
    let host = address.host_str()?;
    Some(address.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

fn check(address: &str) -> Result<(), Problem> {
    let parsed = reqwest::Url::parse(address)
        .map_err(|error| refuse(&format!("“{address}” is no address: {error}.")))?;
    let encrypted = matches!(parsed.scheme(), "https" | "wss");
    let safe = encrypted || (matches!(parsed.scheme(), "http" | "ws") && is_loopback(address));
    if safe && parsed.host_str().is_some() && parsed.username().is_empty() {
        Ok(())
    } else {
        Err(refuse(&format!("“{address}” is not https. Plain http is only for this computer itself.")))
    }
}

fn trim(address: &str) -> String {
    address.trim().trim_end_matches('/').to_owned()
}

fn line(text: &str, error: &toml::de::Error) -> String {
    let line =
        error.span().and_then(|span| text.get(..span.start)).map(|before| before.lines().count().max(1));
    line.map(|line| format!(" in line {line}")).unwrap_or_default()
}

fn refuse(cause: &str) -> Problem {
    Problem::new(
        "endpoints.file",
        "The endpoints file can not be used.",
        cause,
        "Write [microsoft] with login and graph, and [eight] with api; `presence-sync sandbox` prints an example.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_known_clouds_need_no_notice_and_anything_else_gets_one() {
        assert_eq!(Endpoints::default().notice(), None);
        let file = "[microsoft]\nlogin = \"http://127.0.0.1:9400/login/\"\ngraph = \"http://127.0.0.1:9400/graph\"\n";
        assert!(Endpoints::parse(file).unwrap().notice().unwrap().contains("127.0.0.1:9400"));
        let file =
            "[microsoft]\nlogin = \"https://login.evil.example\"\ngraph = \"https://graph.microsoft.com\"\n";
        assert!(Endpoints::parse(file).unwrap().notice().unwrap().contains("login.evil.example"));
    }

    #[test]
    fn the_stream_of_events_is_where_the_platform_is_and_nowhere_if_8x8_has_none() {
        let eight = Endpoints::default().eight;
        let at = |platform: &str| eight.events(platform);
        assert_eq!(at("EU7").as_deref(), Some("wss://pulsar-ws-euw2.8x8.com"));
        assert_eq!(at("na12").as_deref(), Some("wss://pulsar-ws-use1.8x8.com"));
        assert_eq!(at("na38").as_deref(), Some("wss://pulsar-ws-usw2.8x8.com"));
        for none in ["ap1", "eu21", "ca1", "", "é", "na", "nax"] {
            assert_eq!(at(none), None, "{none}");
        }
        assert_eq!(eight.contact_center("NA12"), "https://vcc-na12.8x8.com");
    }

    #[test]
    fn a_file_that_can_not_be_used_says_where_and_keeps_the_key_to_itself() {
        let plain = "[microsoft]\nlogin = \"http://login.example\"\ngraph = \"https://graph.example\"\n";
        assert!(Endpoints::parse(plain).unwrap_err().cause.contains("not https"));
        let broken = "[microsoft]\nlogin = \"https://a\"\ngraph = \"https://b\"\n[eight]\napi = \"https://c\"\nkey = [\"s3cret\"]\n";
        let problem = Endpoints::parse(broken).unwrap_err();
        assert!(problem.cause.contains("line 6") && !problem.to_string().contains("s3cret"), "{problem}");
        assert!(Endpoints::parse("[microsoft]\nlogon = 1").is_err());
    }
}
