//! Work Analytics: who is on a call right now, phone system by phone system.
//!
//! It wants a key and an 8x8 user's token, which lives for half an hour (developer.8x8.com, "Work Analytics" and
//! "Active calls").

mod activity;

use std::sync::Arc;
use std::time::Duration;

use reqwest::{StatusCode, Url};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::Mutex;

use super::keys::Credential;
use super::problem::{malformed, no_access, refused, trouble, unavailable, user_refused};
use crate::clock::Clock;
use crate::engine::calls::{Call, CallsRead, PhoneSystem};
use crate::error::Failure;
use crate::http::{self, Answer, Gate};
use crate::moment::Uptime;
use crate::person::plain;
use crate::secret::Secret;
use crate::setup::installation::Key;

/// A token is asked for again when it has less than this to live.
const AHEAD: Duration = Duration::from_mins(5);

/// Calls a page; no maximum is documented.
const PAGE: usize = 100;

/// More pages than any phone system has at a moment.
const MOST_PAGES: usize = 200;

/// More phone systems than any company has.
const MOST_SYSTEMS: usize = 1_000;

/// How a server wants to be asked for pages; 8x8's guide and its specification differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Paging {
    /// As the specification has it: `limit`, `startingAfter`, `latestSortingValue`, and a sorting.
    Keyset,
    /// As the guide has it: `paging=0,100`.
    Numbered,
}

/// The client.
pub struct Analytics {
    http: http::Client,
    clock: Arc<Clock>,
    gate: Gate,
    api: String,
    credential: Credential,
    held: Mutex<Held>,
}

struct Held {
    token: Option<(Arc<Secret>, Uptime)>,
    /// What worked last.
    paging: Paging,
}

impl Analytics {
    /// A client; nothing is sent yet.
    #[must_use]
    pub fn new(http: http::Client, clock: Arc<Clock>, api: String, credential: Credential) -> Self {
        let held = Mutex::new(Held { token: None, paging: Paging::Keyset });
        Self { http, clock, gate: Gate::default(), api, credential, held }
    }

    /// All phone systems that are not deleted.
    ///
    /// # Errors
    /// Why they could not be read.
    pub async fn phone_systems(&self) -> Result<Vec<PhoneSystem>, Failure> {
        let mut found = Vec::new();
        for page in 0..MOST_SYSTEMS / PAGE {
            let url = self.url(
                "v2/pbxes/",
                &[("page", page.to_string()), ("size", PAGE.to_string()), ("sort", "name,ASC".into())],
            )?;
            let answer = self.get(&url).await?;
            match answer.status {
                StatusCode::OK => {}
                StatusCode::FORBIDDEN => return Err(no_access()),
                status => return Err(unavailable(status.as_u16())),
            }
            let (systems, more) = systems(&answer.body, page).ok_or_else(malformed)?;
            found.extend(systems);
            if !more {
                break;
            }
        }
        Ok(found)
    }

    /// Every call of a phone system at this moment.
    ///
    /// # Errors
    /// Why they could not be read.
    pub async fn active_calls(&self, system: &str) -> Result<CallsRead, Failure> {
        let first = self.held.lock().await.paging;
        match self.pages(system, first).await? {
            Some(read) => Ok(read),
            // Refused as a question: the other reading of the documents may be the right one.
            None => {
                let other = if first == Paging::Keyset { Paging::Numbered } else { Paging::Keyset };
                let read = self.pages(system, other).await?.ok_or_else(|| unavailable(400))?;
                self.held.lock().await.paging = other;
                Ok(read)
            }
        }
    }

    /// Follows the pages; `None` when the server does not take this form of the question.
    async fn pages(&self, system: &str, paging: Paging) -> Result<Option<CallsRead>, Failure> {
        let mut read = CallsRead::default();
        let mut first_of_page: Option<String> = None;
        let mut last: Option<(String, i64)> = None;
        for number in 0..MOST_PAGES {
            let url = self.calls_url(system, paging, number, last.as_ref())?;
            let answer = self.get(&url).await?;
            match answer.status {
                StatusCode::OK => {}
                StatusCode::BAD_REQUEST if number == 0 => return Ok(None),
                StatusCode::FORBIDDEN => return Err(no_access()),
                status => return Err(unavailable(status.as_u16())),
            }
            let page = calls(&answer.body).ok_or_else(malformed)?;
            // A server that takes no notice of paging gives the same page for ever.
            let first = page.calls.first().map(|call| call.id.clone());
            if number > 0 && first.is_some() && first == first_of_page {
                break;
            }
            first_of_page = first;
            let full = is_full(page.entries);
            read.set_aside += page.set_aside;
            let end = page.calls.last().map(|call| (call.id.clone(), call.started));
            let moved = end != last;
            last = end.or(last);
            for call in page.calls {
                // Calls move between pages while they are read.
                if !read.calls.iter().any(|known: &Call| known.id == call.id) {
                    read.calls.push(call);
                }
            }
            if !full || !moved {
                break;
            }
        }
        Ok(Some(read))
    }

    fn calls_url(
        &self,
        system: &str,
        paging: Paging,
        number: usize,
        last: Option<&(String, i64)>,
    ) -> Result<Url, Failure> {
        let query: Vec<(&str, String)> = match paging {
            Paging::Keyset => {
                let mut query = vec![
                    ("limit", PAGE.to_string()),
                    ("sortingField", "startTime".into()),
                    ("sortingDirection", "ASC".into()),
                ];
                if let Some((id, started)) = last {
                    query.push(("startingAfter", id.clone()));
                    query.push(("latestSortingValue", started.to_string()));
                }
                query
            }
            Paging::Numbered => {
                vec![("paging", format!("{number},{PAGE}")), ("sorting", "startTime,asc".into())]
            }
        };
        let mut url = self.url("v2/pbxes", &[])?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend([system, "calls", "active"]);
        }
        url.query_pairs_mut().extend_pairs(query);
        Ok(url)
    }

    fn url(&self, path: &str, query: &[(&str, String)]) -> Result<Url, Failure> {
        let mut url = Url::parse(&format!("{}/analytics/work/{path}", self.api)).map_err(|_| malformed())?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    /// Makes a call with a token; a token that is refused is replaced once.
    async fn get(&self, url: &Url) -> Result<Answer, Failure> {
        for fresh in [false, true] {
            let token = self.token().await?;
            let request = || {
                self.with_key(self.http.get(url.clone()))
                    .bearer_auth(token.expose())
                    .header("Accept", "application/json")
            };
            let answer = http::call(&self.gate, &self.clock, request).await.map_err(trouble)?;
            if answer.status != StatusCode::UNAUTHORIZED {
                return Ok(answer);
            }
            if fresh {
                return Err(refused(Key::Analytics, 401));
            }
            self.held.lock().await.token = None;
        }
        Err(malformed())
    }

    fn with_key(&self, request: http::Request) -> http::Request {
        request.header("8x8-apikey", self.credential.key.expose())
    }

    /// A token that lives for some minutes more; whoever asks while one is fetched waits for the same.
    async fn token(&self) -> Result<Arc<Secret>, Failure> {
        #[derive(Deserialize)]
        struct Token {
            access_token: Secret,
            #[serde(default)]
            expires_in: Option<serde_json::Value>,
        }
        #[derive(Default, Deserialize)]
        struct Refusal {
            #[serde(default)]
            code: String,
            #[serde(default)]
            error: String,
            #[serde(default)]
            error_description: String,
        }
        let mut held = self.held.lock().await;
        let now = self.clock.now().uptime;
        if let Some((token, expires)) = &held.token
            && *expires > now.plus(AHEAD)
        {
            return Ok(Arc::clone(token));
        }
        let Some((user, password)) = &self.credential.login else { return Err(refused(Key::Analytics, 0)) };
        let url = self.url("v1/oauth/token", &[])?;
        let form = [("username", user.expose()), ("password", password.expose())];
        let request = || self.with_key(self.http.post(url.clone())).form(&form);
        let answer = http::call(&self.gate, &self.clock, request).await.map_err(trouble)?;
        let status = answer.status.as_u16();
        if answer.status.is_server_error() {
            return Err(unavailable(status));
        }
        if !answer.status.is_success() {
            let refusal = serde_json::from_slice::<Refusal>(&answer.body).unwrap_or_default();
            let about_key = refusal.code == "SHA001";
            let about_user = refusal.error == "invalid_grant" || refusal.error_description.contains("USER");
            return Err(if about_user && !about_key {
                user_refused(status)
            } else {
                refused(Key::Analytics, status)
            });
        }
        let token: Token = serde_json::from_slice(&answer.body).map_err(|_| malformed())?;
        let seconds = token.expires_in.as_ref().and_then(seconds).unwrap_or(1_800);
        let secret = Arc::new(token.access_token);
        held.token = Some((Arc::clone(&secret), now.plus(Duration::from_secs(seconds))));
        Ok(secret)
    }
}

/// Whether another page may follow. No maximum is documented, so a server may give fewer than it was asked for; such limits
/// are round numbers, and one question too many costs less than a call that nobody sees.
fn is_full(entries: usize) -> bool {
    entries >= PAGE || (entries > 0 && entries.is_multiple_of(10))
}

/// Numbers come as numbers or as text.
fn seconds(value: &serde_json::Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str().and_then(|text| text.parse().ok()))
}

/// The phone systems of a page, and whether there is another one. `page` lies beside or inside `_embedded`.
fn systems(body: &[u8], number: usize) -> Option<(Vec<PhoneSystem>, bool)> {
    #[derive(Deserialize)]
    struct Wire {
        id: String,
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        deleted: bool,
    }
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    let embedded = value.get("_embedded")?;
    let list = embedded.get("pbxList")?.as_array()?;
    let systems = list.iter().filter_map(|one| serde_json::from_value::<Wire>(one.clone()).ok());
    let systems = systems.filter(|one| !one.deleted).map(|one| PhoneSystem {
        name: plain(one.name.as_deref().unwrap_or(&one.id)).into(),
        id: one.id.into(),
    });
    let page = value.get("page").or_else(|| embedded.get("page"));
    let pages = page.and_then(|page| page.get("totalPages")).and_then(seconds).unwrap_or(1);
    Some((systems.collect(), u64::try_from(number + 1).is_ok_and(|next| next < pages)))
}

struct Page {
    calls: Vec<Call>,
    entries: usize,
    set_aside: u64,
}

/// A page of calls; an entry that can not be read harms no other.
fn calls(body: &[u8]) -> Option<Page> {
    #[derive(Deserialize)]
    struct All<'a> {
        #[serde(borrow)]
        calls: Vec<&'a RawValue>,
    }
    let all: All<'_> = serde_json::from_slice(body).ok()?;
    let entries = all.calls.len();
    let calls: Vec<Call> = all.calls.into_iter().filter_map(call).collect();
    let set_aside = u64::try_from(entries - calls.len()).unwrap_or(u64::MAX);
    Some(Page { calls, entries, set_aside })
}

fn call(raw: &RawValue) -> Option<Call> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire {
        call_id: serde_json::Value,
        #[serde(default)]
        start_time: Option<i64>,
        #[serde(default)]
        connected_time: Option<i64>,
        #[serde(default)]
        caller: Option<Party>,
        #[serde(default)]
        latest_callee: Option<Party>,
        #[serde(default)]
        latest_label: Option<String>,
    }
    #[derive(Deserialize)]
    struct Party {
        #[serde(default)]
        address: Option<serde_json::Value>,
    }
    let wire: Wire = serde_json::from_str(raw.get()).ok()?;
    let text = |value: &serde_json::Value| match value {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let address = |party: Option<Party>| {
        let address = party?.address.as_ref().and_then(text)?;
        Some(plain(&address)).filter(|address| !address.is_empty())
    };
    Some(Call {
        id: plain(&text(&wire.call_id)?),
        started: wire.start_time.unwrap_or(0),
        connected: wire.connected_time.filter(|at| *at > 0),
        label: wire.latest_label.map(|label| plain(&label)),
        parties: [address(wire.caller), address(wire.latest_callee)].into_iter().flatten().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_can_not_be_read_harm_no_other() {
        let body = br#"{"calls":[
            {"callId":"1","startTime":5,"connectedTime":7,"caller":{"address":"1006"},"latestCallee":{"address":1014},"latestLabel":"TALKING"},
            {"callId":[]}, null, {"callId":2}]}"#;
        let page = calls(body).unwrap();
        assert_eq!((page.calls.len(), page.entries, page.set_aside), (2, 4, 2));
        assert_eq!(page.calls[0].parties, ["1006", "1014"]);
        assert!(page.calls[1].parties.is_empty());
        assert!(calls(b"{}").is_none());
    }

    #[test]
    fn phone_systems_are_read_with_the_page_in_either_place() {
        let beside = br#"{"_embedded":{"pbxList":[{"id":"a","name":"Main"},{"id":"b","deleted":true}]},"page":{"totalPages":2}}"#;
        let (found, more) = systems(beside, 0).unwrap();
        assert_eq!((found.len(), &*found[0].name, more), (1, "Main", true));
        let inside = br#"{"_embedded":{"pbxList":[{"id":"a"}],"page":{"totalPages":"1"}}}"#;
        let (found, more) = systems(inside, 0).unwrap();
        assert_eq!((&*found[0].name, more), ("a", false));
    }
}
