//! Directory contacts v3: who has which extension.
//!
//! The API is documented in prose only, and one page of it contradicts the others about host path and sign-in; this
//! client follows the majority (`directory-contacts`, `x-api-key`). It allows 60 requests a minute over all keys of a
//! customer, shared with every other integration, so this client takes far less.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{StatusCode, Url};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::clock::{Clock, pause};
use crate::error::{Failure, Problem};
use crate::http::unreachable;
use crate::http::{self, Gate, Trouble};
use crate::person::{Contact, plain};
use crate::secret::Secret;

/// Contacts a page; no maximum is documented.
const PAGE: usize = 500;

/// Pages asked for without a pause between them.
const BURST: usize = 20;

/// The pause after that: half of what the customer is allowed in all.
const PACE: Duration = Duration::from_secs(2);

/// More extensions than any person has.
const MOST_EXTENSIONS: usize = 20;

/// More pages than any directory has.
const MOST_PAGES: usize = 2_000;

/// The client.
pub struct Contacts {
    http: reqwest::Client,
    clock: Arc<Clock>,
    gate: Gate,
    api: String,
    key: Secret,
}

impl Contacts {
    /// A client; nothing is sent yet.
    #[must_use]
    pub fn new(http: reqwest::Client, clock: Arc<Clock>, api: String, key: Secret) -> Self {
        Self { http, clock, gate: Gate::default(), api, key }
    }

    /// Reads all corporate contacts, which are the 8x8 users, licensed or not.
    ///
    /// # Errors
    /// Why they could not be read.
    pub async fn read(&self) -> Result<Vec<Contact>, Failure> {
        let mut contacts = Vec::new();
        let mut scroll: Option<String> = None;
        for number in 0..MOST_PAGES {
            if number >= BURST {
                pause(PACE).await;
            }
            let answer = self.page(scroll.as_deref()).await?;
            contacts.extend(answer.contacts);
            match answer.next {
                Some(next) if scroll.as_ref() != Some(&next) => scroll = Some(next),
                _ => return Ok(contacts),
            }
        }
        Err(malformed())
    }

    /// Whether the key is good: one contact, once.
    ///
    /// # Errors
    /// Why nothing could be read.
    pub async fn probe(&self) -> Result<(), Failure> {
        self.sized_page(None, 1).await.map(|_| ())
    }

    async fn page(&self, scroll: Option<&str>) -> Result<Answered, Failure> {
        self.sized_page(scroll, PAGE).await
    }

    async fn sized_page(&self, scroll: Option<&str>, size: usize) -> Result<Answered, Failure> {
        let mut url = Url::parse(&format!("{}/directory-contacts/api/v3/contacts", self.api))
            .map_err(|_| malformed())?;
        url.query_pairs_mut()
            .append_pair("details", "EMAIL,EXTENSION")
            .append_pair("filter", "contactType==corporate")
            .append_pair("useScrollId", "true")
            .append_pair("size", &size.to_string())
            .append_pair("sort", "id,ASC");
        if let Some(scroll) = scroll {
            url.query_pairs_mut().append_pair("page", "0").append_pair("scrollId", scroll);
        }
        let request = || {
            self.http
                .get(url.clone())
                .header("x-api-key", self.key.expose())
                .header("Accept", "application/json")
        };
        let answer = http::call(&self.gate, &self.clock, request).await.map_err(trouble)?;
        match answer.status {
            StatusCode::OK => parse(&answer.body).ok_or_else(malformed),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(Failure::Forbidden(Arc::new(
                Problem::new(
                    "eight.forbidden",
                    "8x8's directory could not be read.",
                    "8x8 does not accept the key, or the key lacks the product “Contact Search”. A new key takes some minutes to work.",
                    "In 8x8 Admin Console, under API Keys, check the key and its products.",
                )
                .detail(format!("status {}", answer.status.as_u16())),
            ))),
            status => Err(Failure::Broken(Arc::new(
                Problem::new(
                    "eight.unavailable",
                    "8x8 has a problem of its own.",
                    format!("Its directory answered with status {}.", status.as_u16()),
                    "Nothing to do: we ask again by ourselves.",
                ),
            ))),
        }
    }
}

struct Answered {
    contacts: Vec<Contact>,
    next: Option<String>,
}

fn parse(body: &[u8]) -> Option<Answered> {
    #[derive(Deserialize)]
    struct Page<'a> {
        #[serde(borrow)]
        data: Vec<&'a RawValue>,
        meta: Meta,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Meta {
        #[serde(default)]
        has_more: bool,
        scroll_id: Option<String>,
    }
    let page: Page<'_> = serde_json::from_slice(body).ok()?;
    let contacts = page.data.into_iter().filter_map(contact).collect();
    Some(Answered { contacts, next: page.meta.scroll_id.filter(|_| page.meta.has_more) })
}

/// One contact; `None` when it is not a person's or can not be read, which harms no other.
fn contact(raw: &RawValue) -> Option<Contact> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire {
        id: String,
        contact_type: Option<String>,
        name: Option<String>,
        first_name: Option<String>,
        last_name: Option<String>,
        department: Option<String>,
        job_title: Option<String>,
        pbx_name: Option<String>,
        #[serde(default)]
        emails: Option<Vec<Email>>,
        #[serde(default)]
        extensions: Option<Vec<Extension>>,
    }
    #[derive(Deserialize)]
    struct Email {
        email: Option<String>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Extension {
        extension: Option<String>,
        fq_extension: Option<String>,
        extension_type: Option<String>,
        pbx_name: Option<String>,
    }
    let wire: Wire = serde_json::from_str(raw.get()).ok()?;
    if wire.contact_type.is_some_and(|kind| !kind.eq_ignore_ascii_case("corporate")) {
        return None;
    }
    let text = |text: Option<String>| text.map(|text| plain(&text)).filter(|text| !text.is_empty());
    let full = [wire.first_name, wire.last_name].into_iter().filter_map(text).collect::<Vec<_>>().join(" ");
    let mut extensions = wire.extensions.unwrap_or_default();
    // A phone's extension is what colleagues dial; a contact centre's is for its agents.
    extensions.sort_by_key(|extension| extension.extension_type.as_deref() != Some("UC"));
    let mut others = Vec::new();
    let mut first = None;
    for (at, one) in extensions.into_iter().take(MOST_EXTENSIONS).enumerate() {
        let (short, long) = (text(one.extension), text(one.fq_extension));
        if at == 0 {
            first = Some((short, text(one.pbx_name)));
        } else {
            others.extend(short);
        }
        others.extend(long);
    }
    let (extension, pbx) = first.unwrap_or_default();
    others.retain(|other| extension.as_ref() != Some(other));
    Some(Contact {
        id: plain(&wire.id),
        name: text(wire.name).unwrap_or(full),
        emails: wire.emails.unwrap_or_default().into_iter().filter_map(|email| text(email.email)).collect(),
        extension,
        other_extensions: others,
        pbx: pbx.or_else(|| text(wire.pbx_name)),
        department: text(wire.department),
        title: text(wire.job_title),
    })
}

fn malformed() -> Failure {
    Failure::Broken(Arc::new(Problem::new(
        "eight.malformed",
        "8x8's answer could not be read.",
        "Its directory sent something incomplete or unexpected.",
        "Nothing to do: we ask again by ourselves.",
    )))
}

fn trouble(trouble: Trouble) -> Failure {
    match trouble {
        Trouble::Throttled(wait) => Failure::Throttled {
            wait,
            problem: Arc::new(Problem::new(
                "eight.throttled",
                "8x8 asks us to slow down.",
                "All integrations of your company share 60 requests a minute.",
                "Nothing to do: we ask again by ourselves.",
            )),
        },
        Trouble::Unreachable(error) => Failure::Offline(Arc::new(unreachable("eight", "8x8", &error))),
        Trouble::Incomplete => malformed(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contacts_that_can_not_be_read_harm_no_other() {
        let body = br#"{"data":[
            {"id":"1","contactType":"corporate","firstName":"Ann","lastName":"Bee","emails":[{"email":"a@x.example"}],
             "extensions":[{"extension":"9001","extensionType":"CC"},{"extension":"4021","extensionType":"UC","pbxName":"main"}]},
            {"id":2}, null, {"id":"3","contactType":"service","name":"Queue"},
            {"id":"4","emails":null,"name":"No mail"}],
            "meta":{"hasMore":true,"scrollId":"next"}}"#;
        let answered = parse(body).unwrap();
        assert_eq!(answered.next.as_deref(), Some("next"));
        assert_eq!(answered.contacts.len(), 2);
        let ann = &answered.contacts[0];
        assert_eq!(
            (ann.name.as_str(), ann.extension.as_deref(), ann.pbx.as_deref()),
            ("Ann Bee", Some("4021"), Some("main"))
        );
        assert!(parse(b"{}").is_none());
    }
}
