//! Directory contacts v3, page after page, for whoever wants which of them.
//!
//! The API is documented in prose only, and one page of it contradicts the others about path and sign-in: this reader
//! follows the majority (`directory-contacts`, `x-api-key`), and where there is nothing it asks as the other page does
//! (`directoryContacts`, a bearer token). It allows 60 requests a minute over all keys of a
//! customer, shared with every other integration, so far less is taken.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use reqwest::{StatusCode, Url};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::problem::{malformed, refused, trouble, unavailable};
use crate::clock::{Clock, pause};
use crate::error::Failure;
use crate::http::{self, Answer, Gate};
use crate::secret::Secret;
use crate::setup::installation::Key;

/// Contacts a page; no maximum is documented.
const PAGE: usize = 500;

/// The pause between pages: half of what the customer is allowed in all.
const PACE: Duration = Duration::from_secs(2);

/// More pages than any directory has.
const MOST_PAGES: usize = 2_000;

/// Which contacts, and with what of them.
pub(super) struct Question {
    /// `filter`.
    pub(super) filter: &'static str,
    /// `details`: what is absent unless it is asked for.
    pub(super) details: &'static str,
    /// Pages asked for without a pause between them.
    pub(super) burst: usize,
}

/// Where contacts are and how a key is shown there; 8x8's pages differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `directory-contacts` and `x-api-key`.
    Hyphen,
    /// `directoryContacts` and a bearer token.
    Camel,
}

impl Form {
    fn other(self) -> Self {
        match self {
            Self::Hyphen => Self::Camel,
            Self::Camel => Self::Hyphen,
        }
    }

    /// Where contacts are, or one of them is.
    pub(super) fn address(self, api: &str, contact: Option<&str>) -> Result<Url, Failure> {
        let folder = match self {
            Self::Hyphen => "directory-contacts",
            Self::Camel => "directoryContacts",
        };
        let mut url = Url::parse(&format!("{api}/{folder}/api/v3/contacts")).map_err(|_| malformed())?;
        if let Some(contact) = contact
            && let Ok(mut path) = url.path_segments_mut()
        {
            path.push(contact);
        }
        Ok(url)
    }

    /// Shows the key.
    pub(super) fn sign(self, request: http::Request, key: &Secret) -> http::Request {
        match self {
            Self::Hyphen => request.header("x-api-key", key.expose()),
            Self::Camel => request.bearer_auth(key.expose()),
        }
    }
}

/// The reader.
pub(super) struct Reader {
    http: http::Client,
    clock: Arc<Clock>,
    gate: Gate,
    api: String,
    /// Product "Contact Search".
    key: Secret,
    /// Whether contacts were found at the other place.
    camel: AtomicBool,
}

impl Reader {
    pub(super) fn new(http: http::Client, clock: Arc<Clock>, api: String, key: Secret) -> Self {
        Self { http, clock, gate: Gate::default(), api, key, camel: AtomicBool::new(false) }
    }

    /// Hands over every contact that fits, unread: one bad entry harms no other.
    pub(super) async fn all(
        &self,
        question: &Question,
        mut take: impl FnMut(&RawValue),
    ) -> Result<(), Failure> {
        let mut scroll: Option<String> = None;
        for number in 0..MOST_PAGES {
            if number >= question.burst {
                pause(PACE).await;
            }
            match self.page(question, PAGE, scroll.as_deref(), &mut take).await? {
                Some(next) if scroll.as_ref() != Some(&next) => scroll = Some(next),
                _ => return Ok(()),
            }
        }
        Err(malformed())
    }

    /// Hands over one contact, if any fits.
    pub(super) async fn one(
        &self,
        question: &Question,
        mut take: impl FnMut(&RawValue),
    ) -> Result<(), Failure> {
        self.page(question, 1, None, &mut take).await.map(|_| ())
    }

    async fn page(
        &self,
        question: &Question,
        size: usize,
        scroll: Option<&str>,
        take: &mut impl FnMut(&RawValue),
    ) -> Result<Option<String>, Failure> {
        let form = self.form();
        let mut answer = self.ask(form, question, size, scroll).await?;
        if answer.status == StatusCode::NOT_FOUND {
            answer = self.ask(form.other(), question, size, scroll).await?;
            if answer.status.is_success() {
                self.camel.store(form.other() == Form::Camel, Ordering::Relaxed);
            }
        }
        match answer.status {
            StatusCode::OK => parse(&answer.body, take).ok_or_else(malformed),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(refused(Key::Search, answer.status.as_u16()))
            }
            status => Err(unavailable(status.as_u16())),
        }
    }

    /// Where contacts were found last.
    pub(super) fn form(&self) -> Form {
        if self.camel.load(Ordering::Relaxed) { Form::Camel } else { Form::Hyphen }
    }

    async fn ask(
        &self,
        form: Form,
        question: &Question,
        size: usize,
        scroll: Option<&str>,
    ) -> Result<Answer, Failure> {
        let mut url = form.address(&self.api, None)?;
        url.query_pairs_mut()
            .append_pair("details", question.details)
            .append_pair("filter", question.filter)
            .append_pair("useScrollId", "true")
            .append_pair("size", &size.to_string())
            .append_pair("sort", "id,ASC");
        if let Some(scroll) = scroll {
            url.query_pairs_mut().append_pair("page", "0").append_pair("scrollId", scroll);
        }
        let request =
            || form.sign(self.http.get(url.clone()), &self.key).header("Accept", "application/json");
        http::call(&self.gate, &self.clock, request).await.map_err(trouble)
    }
}

/// Hands over the entries of a page; gives where the next one is, and `None` as a whole when it is no page.
pub(super) fn parse(body: &[u8], take: &mut impl FnMut(&RawValue)) -> Option<Option<String>> {
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
    page.data.into_iter().for_each(take);
    Some(page.meta.scroll_id.filter(|_| page.meta.has_more))
}
