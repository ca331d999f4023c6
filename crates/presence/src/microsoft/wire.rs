//! Microsoft's JSON, read so that one bad entry harms no other.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::engine::event::Reading;
use crate::mapping::Term;
use crate::person::{Person, PersonId, plain};

/// Entra's error JSON (learn.microsoft.com, "Microsoft Entra authentication and authorization error codes", and
/// "Claims challenges, claims requests and client capabilities").
#[derive(Clone, Debug, Deserialize)]
pub struct EntraError {
    /// The class, such as `invalid_grant`: what to branch on.
    pub error: String,
    /// AADSTS numbers: for wording only, because Microsoft may change them.
    #[serde(default)]
    pub error_codes: Vec<u32>,
    #[serde(default, rename = "error_description")]
    description: String,
    /// For support: names the request in the sign-in logs.
    #[serde(default)]
    pub correlation_id: Option<String>,
    /// For support: names this answer.
    #[serde(default)]
    pub trace_id: Option<String>,
    /// For support: when it happened, by Microsoft's clock, as Microsoft writes it.
    #[serde(default)]
    pub timestamp: Option<String>,
    /// Divides the class further, such as `consent_required`.
    #[serde(default)]
    pub suberror: Option<String>,
    /// Whether a claims challenge came with it. What it holds is not kept: it is nobody's business but Entra's.
    #[serde(default, deserialize_with = "present")]
    pub claims: bool,
}

/// Whether there is a value at all.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Option::<serde::de::IgnoredAny>::deserialize(deserializer).map(|value| value.is_some())
}

/// What stands before the ids in a description.
const TRACE: &str = "Trace ID:";
const CORRELATION: &str = "Correlation ID:";
const TIMESTAMP: &str = "Timestamp:";

impl EntraError {
    /// Reads an error body; `None` when it is none.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Self>(body).ok().map(Self::complete)
    }

    /// From the parameters of a redirect. What support asks for stands in the description then.
    #[must_use]
    pub fn redirected(error: String, description: String) -> Self {
        // Some of Entra's pages encode it twice.
        let encoded = description.contains('+') && !description.contains(' ');
        let description = if encoded { description.replace('+', " ") } else { description };
        let error = Self {
            error,
            error_codes: Vec::new(),
            description,
            correlation_id: None,
            trace_id: None,
            timestamp: None,
            suberror: None,
            claims: false,
        };
        error.complete()
    }

    fn complete(mut self) -> Self {
        self.correlation_id = self.correlation_id.take().or_else(|| self.described(CORRELATION));
        self.trace_id = self.trace_id.take().or_else(|| self.described(TRACE));
        self.timestamp = self.timestamp.take().or_else(|| self.described(TIMESTAMP));
        self
    }

    fn described(&self, label: &str) -> Option<String> {
        let rest = self.description.split_once(label)?.1;
        let ends = [TRACE, CORRELATION, TIMESTAMP, "\r", "\n"].into_iter().filter_map(|end| rest.find(end));
        let value = plain(&rest[..ends.min().unwrap_or(rest.len())]);
        (!value.is_empty()).then_some(value)
    }

    /// The AADSTS number: from the list, or from the description, which starts with it.
    #[must_use]
    pub fn code(&self) -> Option<u32> {
        let described = || {
            let digits = self.description.split_once("AADSTS")?.1;
            let end = digits.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(digits.len());
            digits[..end].parse().ok()
        };
        self.error_codes.first().copied().or_else(described)
    }

    /// Whether the class says that the same request may succeed later.
    #[must_use]
    pub fn passes(&self) -> bool {
        matches!(self.error.as_str(), "temporarily_unavailable" | "server_error")
    }

    /// Entra's own first sentence, cut to a sane length; without the number and the ids.
    #[must_use]
    pub fn sentence(&self) -> Option<String> {
        let text = self.description.split("Trace ID").next().unwrap_or_default();
        let text = match text.trim_start().strip_prefix("AADSTS") {
            Some(rest) => rest.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == ':'),
            None => text,
        };
        let line = text.trim_start().split(['\r', '\n']).next().unwrap_or_default();
        let sentence = plain(line.find(". ").map_or(line, |end| &line[..=end]));
        (!sentence.is_empty()).then_some(sentence)
    }

    /// One line to copy for support: number, class, correlation id, trace id and time, as far as they came.
    #[must_use]
    pub fn support(&self) -> String {
        let named = |name: &str, id: &Option<String>| id.as_ref().map(|id| format!("{name} {}", short(id)));
        let parts = [
            self.code().map(|code| format!("AADSTS{code}")),
            Some(short(&self.error)),
            self.suberror.as_deref().map(short),
            named("correlation id", &self.correlation_id),
            named("trace id", &self.trace_id),
            self.timestamp.as_deref().map(short),
        ];
        parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

/// Ids and names of Entra are far shorter.
fn short(text: &str) -> String {
    plain(text).chars().take(64).collect()
}

/// Graph's error JSON (learn.microsoft.com, "Microsoft Graph error responses").
#[derive(Debug, Default, Deserialize)]
pub struct GraphError {
    /// What to branch on; may be empty.
    #[serde(default)]
    pub code: String,
}

impl GraphError {
    /// Reads an error body; empty when it is none.
    #[must_use]
    pub fn parse(body: &[u8]) -> Self {
        #[derive(Deserialize)]
        struct Outer {
            error: GraphError,
        }
        serde_json::from_slice::<Outer>(body).map(|outer| outer.error).unwrap_or_default()
    }
}

/// The token endpoint's answer.
#[derive(Deserialize)]
pub struct TokenAnswer {
    /// The token for calls.
    pub access_token: crate::secret::Secret,
    /// The newest refresh token, if `offline_access` was granted.
    pub refresh_token: Option<crate::secret::Secret>,
    /// Says who signed in.
    pub id_token: Option<crate::secret::Secret>,
    /// Seconds; some authorities send it as text.
    #[serde(deserialize_with = "seconds")]
    pub expires_in: u64,
    /// Granted permissions, divided by spaces; names may come as full addresses.
    #[serde(default)]
    pub scope: String,
}

fn seconds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(u64),
        Text(String),
    }
    match Either::deserialize(deserializer)? {
        Either::Number(seconds) => Ok(seconds),
        Either::Text(text) => text.parse().map_err(serde::de::Error::custom),
    }
}

/// A page of a collection, its entries not yet read.
#[derive(Deserialize)]
pub struct Page<'a> {
    /// The entries.
    #[serde(borrow, default)]
    pub value: Vec<&'a RawValue>,
    /// Where the next page is.
    #[serde(borrow, rename = "@odata.nextLink")]
    pub next: Option<Cow<'a, str>>,
    /// Where to ask for later changes.
    #[serde(borrow, rename = "@odata.deltaLink")]
    pub delta: Option<Cow<'a, str>>,
}

/// An entry of the directory.
pub enum UserEntry {
    /// A user object.
    Person(Box<Person>),
    /// It is gone.
    Removed(PersonId),
}

/// Reads an entry of `/users` or `/users/delta`; `None` when it can not be used.
#[must_use]
pub fn user(raw: &RawValue) -> Option<UserEntry> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct User<'a> {
        #[serde(borrow)]
        id: Cow<'a, str>,
        #[serde(borrow, rename = "@removed")]
        removed: Option<&'a RawValue>,
        display_name: Option<String>,
        user_principal_name: Option<String>,
        mail: Option<String>,
        proxy_addresses: Option<Vec<String>>,
        job_title: Option<String>,
        department: Option<String>,
        user_type: Option<String>,
        account_enabled: Option<bool>,
        // For show only: a value of another kind must not cost the whole entry.
        office_location: Option<Value>,
        business_phones: Option<Value>,
        mobile_phone: Option<Value>,
    }
    let user: User<'_> = serde_json::from_str(raw.get()).ok()?;
    let id = PersonId::parse(&user.id)?;
    if user.removed.is_some() {
        return Some(UserEntry::Removed(id));
    }
    let text = |text: Option<String>| text.map(|text| plain(&text)).filter(|text| !text.is_empty());
    let user_name = text(user.user_principal_name)?;
    let proxies = user.proxy_addresses.unwrap_or_default();
    Some(UserEntry::Person(Box::new(Person {
        id,
        name: text(user.display_name).unwrap_or_else(|| user_name.clone()),
        user_name,
        mail: text(user.mail),
        proxy_addresses: proxies.iter().take(50).filter_map(|address| mail_address(address)).collect(),
        title: text(user.job_title),
        department: text(user.department),
        site: shown(user.office_location.as_ref()),
        direct: shown(user.business_phones.as_ref().and_then(|phones| phones.get(0))),
        mobile: shown(user.mobile_phone.as_ref()),
        guest: user.user_type.map(|kind| kind.eq_ignore_ascii_case("guest")),
        enabled: user.account_enabled,
    })))
}

/// A value that is only shown.
fn shown(value: Option<&Value>) -> Option<String> {
    value?.as_str().map(plain).filter(|text| !text.is_empty())
}

/// `smtp:ann@x.example` without its prefix; other kinds of address are of no use here.
fn mail_address(proxy: &str) -> Option<String> {
    let (kind, address) = proxy.split_once(':')?;
    kind.eq_ignore_ascii_case("smtp").then(|| plain(address))
}

/// An entry of a presence answer as it comes; only what is used is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Presence<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    availability: Option<Text<'a>>,
    #[serde(borrow)]
    activity: Option<Text<'a>>,
    out_of_office_settings: Option<OutOfOffice>,
    #[serde(borrow)]
    sequence_number: Option<Text<'a>>,
}

/// A text that is borrowed from the reply where it holds no escapes; serde copies a `Cow` inside an `Option`.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct OutOfOffice {
    is_out_of_office: Option<bool>,
}

/// Reads a presence answer: the readings, and how many entries could not be used.
///
/// # Errors
/// When the body as a whole is no such answer.
pub fn presences(body: &[u8]) -> Result<(Vec<Reading>, u64), serde_json::Error> {
    #[derive(Deserialize)]
    struct All<'a> {
        #[serde(borrow)]
        value: Vec<Presence<'a>>,
    }
    #[derive(Deserialize)]
    struct OneByOne<'a> {
        #[serde(borrow)]
        value: Vec<&'a RawValue>,
    }
    // Nearly every answer is sound, so the fast way is tried first.
    if let Ok(all) = serde_json::from_slice::<All<'_>>(body) {
        let count = all.value.len();
        let readings: Vec<Reading> = all.value.into_iter().filter_map(reading).collect();
        let bad = count - readings.len();
        return Ok((readings, u64::try_from(bad).unwrap_or(u64::MAX)));
    }
    let entries = serde_json::from_slice::<OneByOne<'_>>(body)?.value;
    let count = entries.len();
    let read = |raw: &RawValue| serde_json::from_str::<Presence<'_>>(raw.get()).ok().and_then(reading);
    let readings: Vec<Reading> = entries.into_iter().filter_map(read).collect();
    let bad = count - readings.len();
    Ok((readings, u64::try_from(bad).unwrap_or(u64::MAX)))
}

fn reading(presence: Presence<'_>) -> Option<Reading> {
    let term = |text: Option<Text<'_>>| text.map_or(Term::Missing, |text| Term::parse(&text.0));
    Some(Reading {
        id: PersonId::parse(&presence.id.0)?,
        availability: term(presence.availability),
        activity: term(presence.activity),
        out_of_office: presence
            .out_of_office_settings
            .and_then(|away| away.is_out_of_office)
            .unwrap_or(false),
        sequence: presence
            .sequence_number
            .filter(|stamp| stamp.0.len() <= 64)
            .map(|stamp| stamp.0.into_owned().into()),
    })
}

/// The claims of an id token that are used.
#[derive(Clone, Debug, Deserialize)]
pub struct Claims {
    /// Tenant id.
    pub tid: String,
    /// Object id.
    pub oid: String,
    /// User name.
    #[serde(default)]
    pub preferred_username: String,
    /// Display name.
    #[serde(default)]
    pub name: String,
    /// What we sent, given back.
    #[serde(default)]
    pub nonce: String,
}

/// Whether a list of granted permissions holds one; names may come as full addresses and in any case.
#[must_use]
pub fn grants(scope: &str, permission: &str) -> bool {
    scope.split_whitespace().any(|name| {
        let name = name.rsplit('/').next().unwrap_or(name);
        name.eq_ignore_ascii_case(permission)
    })
}

/// A cursor that later readings go on from.
#[must_use]
pub fn cursor(page: &Page<'_>) -> Option<Arc<str>> {
    page.delta.as_deref().map(Arc::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bad_entry_harms_no_other() {
        let body = br#"{"value":[
            {"id":"00000000-0000-0000-0000-000000000001","availability":"Busy","activity":"InACall"},
            {"id":"00000000-0000-0000-0000-000000000002","availability":7},
            {"availability":"Away"}, 3, null,
            {"id":"not a guid","availability":"Away"},
            {"id":"00000000-0000-0000-0000-000000000003","availability":"Levitating","activity":null,
             "outOfOfficeSettings":{"isOutOfOffice":true},"sequenceNumber":"A0001"}]}"#;
        let (readings, bad) = presences(body).unwrap();
        assert_eq!((readings.len(), bad), (2, 5));
        assert_eq!(readings[1].availability.as_str(), "Levitating");
        assert!(readings[1].out_of_office && readings[1].activity == Term::Missing);
        assert!(presences(b"{\"value\":").is_err() && presences(b"[]").is_err());
    }

    #[test]
    fn a_user_without_name_is_called_by_the_user_name_and_removal_is_told() {
        let raw = |text: &str| RawValue::from_string(text.into()).unwrap();
        let id = "00000000-0000-0000-0000-000000000001";
        let text = format!(
            r#"{{"id":"{id}","displayName":null,"userPrincipalName":"a@x.example","proxyAddresses":["SMTP:b@x.example","x500:/o=y"]}}"#
        );
        let Some(UserEntry::Person(person)) = user(&raw(&text)) else { panic!() };
        assert_eq!(
            (person.name.as_str(), person.proxy_addresses),
            ("a@x.example", vec!["b@x.example".into()])
        );
        let gone = raw(&format!(r#"{{"id":"{id}","@removed":{{"reason":"deleted"}}}}"#));
        assert!(matches!(user(&gone), Some(UserEntry::Removed(_))));
        assert!(user(&raw(r#"{"id":5}"#)).is_none());
    }

    #[test]
    fn granted_permissions_are_compared_by_their_last_part() {
        assert!(grants("openid https://graph.microsoft.com/presence.read.all", "Presence.Read.All"));
        assert!(!grants("User.ReadBasic.All", "User.Read.All"));
    }

    #[test]
    fn the_aadsts_number_is_found_in_list_or_text() {
        let listed =
            EntraError::parse(br#"{"error":"invalid_grant","error_codes":[50173],"error_description":""}"#)
                .unwrap();
        let told = EntraError::redirected("access_denied".into(), "AADSTS65004: declined".into());
        assert_eq!((listed.code(), told.code()), (Some(50173), Some(65004)));
        assert!(!listed.claims && !told.claims);
    }

    #[test]
    fn a_claims_challenge_is_noticed_and_not_kept() {
        let error = EntraError::parse(
            br#"{"error":"interaction_required","error_codes":[50076],"suberror":"basic_action",
                "claims":"{\"access_token\":{\"capolids\":\"hush\"}}"}"#,
        )
        .unwrap();
        assert!(error.claims);
        assert!(!format!("{error:?}").contains("hush"));
        let without = EntraError::parse(br#"{"error":"invalid_grant","claims":null}"#).unwrap();
        assert!(!without.claims);
    }
}
