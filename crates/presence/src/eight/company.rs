//! Contacts that customers write themselves: read to be compared, written one at a time
//! (developer.8x8.com, "Search contacts", "Create contact" and "Contact object structure").

use std::sync::Arc;
use std::time::Duration;

use reqwest::{StatusCode, Url};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::keys::{malformed, refused, trouble, unavailable};
use crate::clock::{Clock, pause};
use crate::error::{Failure, Problem};
use crate::http::{self, Gate};
use crate::imports::{CompanyContact, ContactWrite, Directory, Fields, ID_TAG, MARK, MARK_TAG, WriteFault};
use crate::person::{PersonId, plain};
use crate::secret::Secret;
use crate::setup::installation::Key;

/// Contacts a page; no maximum is documented.
const PAGE: usize = 500;

/// The pause between pages: a fraction of what the customer is allowed in all.
const PACE: Duration = Duration::from_secs(2);

/// More pages than any directory has.
const MOST_PAGES: usize = 2_000;

/// The client.
pub struct Company {
    http: reqwest::Client,
    clock: Arc<Clock>,
    gate: Gate,
    api: String,
    /// Product "Contact Search".
    search: Secret,
    /// Product "Contact Management".
    management: Secret,
}

impl Company {
    /// A client; nothing is sent yet.
    #[must_use]
    pub fn new(
        http: reqwest::Client,
        clock: Arc<Clock>,
        api: String,
        search: Secret,
        management: Secret,
    ) -> Self {
        Self { http, clock, gate: Gate::default(), api, search, management }
    }

    /// All company contacts, and the id of the customer.
    ///
    /// # Errors
    /// Why they could not be read.
    pub async fn read(&self) -> Result<Directory, Failure> {
        let mut directory = Directory::default();
        // The id is on every contact of the customer's users.
        let users = self.page("contactType==corporate", "EMAIL", 1, None).await?;
        directory.customer = users.customer;
        let mut scroll: Option<String> = None;
        for number in 0..MOST_PAGES {
            if number > 0 {
                pause(PACE).await;
            }
            let page = self.page("contactType==company", "EMAIL,TAG", PAGE, scroll.as_deref()).await?;
            directory.customer = directory.customer.or(page.customer);
            directory.contacts.extend(page.contacts);
            directory.set_aside += page.set_aside;
            match page.next {
                Some(next) if scroll.as_ref() != Some(&next) => scroll = Some(next),
                _ => return Ok(directory),
            }
        }
        Err(malformed())
    }

    async fn page(
        &self,
        filter: &str,
        details: &str,
        size: usize,
        scroll: Option<&str>,
    ) -> Result<Page, Failure> {
        let mut url = self.url(None)?;
        url.query_pairs_mut()
            .append_pair("details", details)
            .append_pair("filter", filter)
            .append_pair("useScrollId", "true")
            .append_pair("size", &size.to_string())
            .append_pair("sort", "id,ASC");
        if let Some(scroll) = scroll {
            url.query_pairs_mut().append_pair("page", "0").append_pair("scrollId", scroll);
        }
        let request = || {
            self.http
                .get(url.clone())
                .header("x-api-key", self.search.expose())
                .header("Accept", "application/json")
        };
        let answer = http::call(&self.gate, &self.clock, request).await.map_err(trouble)?;
        match answer.status {
            StatusCode::OK => parse(&answer.body).ok_or_else(malformed),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(refused(Key::Search, answer.status.as_u16()))
            }
            status => Err(unavailable(status.as_u16())),
        }
    }

    /// Writes one contact, once: what came of an answer that got lost, the next reading tells.
    ///
    /// # Errors
    /// Whether 8x8 does not want it, or it could not be done now.
    pub async fn write(&self, write: &ContactWrite) -> Result<(), WriteFault> {
        let failed = |failure: Failure| WriteFault::Failed(failure);
        let (url, removal) = match write {
            ContactWrite::Create { .. } => (self.url(None), false),
            ContactWrite::Update { id, .. } => (self.url(Some(id)), false),
            ContactWrite::Remove { id, .. } => (self.url(Some(id)), true),
        };
        let url = url.map_err(failed)?;
        let request = || {
            let request = match write {
                ContactWrite::Create { customer, fields } => {
                    self.http.post(url.clone()).json(&body(customer, fields, None))
                }
                ContactWrite::Update { id, customer, fields } => {
                    self.http.put(url.clone()).json(&body(customer, fields, Some(id)))
                }
                ContactWrite::Remove { .. } => self.http.delete(url.clone()),
            };
            request.header("x-api-key", self.management.expose()).header("Accept", "application/json")
        };
        let answer = http::call_once(&self.gate, &self.clock, request).await;
        let answer = answer.map_err(|error| failed(trouble(error)))?;
        match answer.status {
            status if status.is_success() => Ok(()),
            // It is gone already, by whatever hand.
            StatusCode::NOT_FOUND if removal => Ok(()),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(failed(refused(Key::Management, answer.status.as_u16())))
            }
            status if status.is_client_error() => Err(WriteFault::Refused(Arc::new(
                Problem::new(
                    "import.refused",
                    "8x8 did not take a contact.",
                    "Somebody else there has this address, or a value is not as 8x8 wants it.",
                    "Look for the address in the 8x8 directory.",
                )
                .detail(format!("status {}", status.as_u16())),
            ))),
            status => Err(failed(unavailable(status.as_u16()))),
        }
    }

    fn url(&self, id: Option<&str>) -> Result<Url, Failure> {
        let mut url = Url::parse(&format!("{}/directory-contacts/api/v3/contacts", self.api))
            .map_err(|_| malformed())?;
        if let Some(id) = id
            && let Ok(mut path) = url.path_segments_mut()
        {
            path.push(id);
        }
        Ok(url)
    }
}

/// A contact as a whole: what is left out of a replacement would be emptied.
fn body(customer: &str, fields: &Fields, id: Option<&str>) -> serde_json::Value {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let mut body = json!({
        "contactType": "company",
        "customerId": customer,
        "firstName": text(&fields.first_name),
        "lastName": text(&fields.last_name),
        "department": text(&fields.department),
        "jobTitle": text(&fields.title),
        "emails": [{ "email": fields.email, "primary": true, "purposeType": "WORK" }],
        "tags": [
            { "name": MARK_TAG, "value": MARK },
            { "name": ID_TAG, "value": fields.person.to_string() },
        ],
    });
    if let (Some(id), Some(object)) = (id, body.as_object_mut()) {
        object.insert("id".into(), id.into());
    }
    if let Some(object) = body.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
    body
}

struct Page {
    customer: Option<String>,
    contacts: Vec<CompanyContact>,
    set_aside: u64,
    next: Option<String>,
}

fn parse(body: &[u8]) -> Option<Page> {
    #[derive(Deserialize)]
    struct Wire<'a> {
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
    let wire: Wire<'_> = serde_json::from_slice(body).ok()?;
    let mut page = Page { customer: None, contacts: Vec::new(), set_aside: 0, next: None };
    for raw in wire.data {
        match contact(raw) {
            Some((customer, contact)) => {
                page.customer = page.customer.or(customer);
                page.contacts.push(contact);
            }
            None => page.set_aside += 1,
        }
    }
    page.next = wire.meta.scroll_id.filter(|_| wire.meta.has_more);
    Some(page)
}

fn contact(raw: &RawValue) -> Option<(Option<String>, CompanyContact)> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire {
        id: String,
        customer_id: Option<String>,
        first_name: Option<String>,
        last_name: Option<String>,
        department: Option<String>,
        job_title: Option<String>,
        #[serde(default)]
        emails: Option<Vec<Email>>,
        #[serde(default)]
        tags: Option<Vec<Tag>>,
    }
    #[derive(Deserialize)]
    struct Email {
        email: Option<String>,
    }
    #[derive(Deserialize)]
    struct Tag {
        name: Option<String>,
        value: Option<String>,
    }
    let wire: Wire = serde_json::from_str(raw.get()).ok()?;
    let tags = wire.tags.unwrap_or_default();
    let tag = |name: &str| {
        let tag =
            tags.iter().find(|tag| tag.name.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(name)));
        tag.and_then(|tag| tag.value.as_deref())
    };
    // Ours is what carries both: the mark, and a person that can be told.
    let ours =
        tag(MARK_TAG).filter(|value| *value == MARK).and_then(|_| tag(ID_TAG)).and_then(PersonId::parse);
    let text = |text: Option<String>| text.map(|text| plain(&text)).unwrap_or_default();
    let contact = CompanyContact {
        id: plain(&wire.id),
        ours,
        first_name: text(wire.first_name),
        last_name: text(wire.last_name),
        emails: wire.emails.unwrap_or_default().into_iter().filter_map(|email| email.email).collect(),
        department: text(wire.department),
        title: text(wire.job_title),
    };
    Some((wire.customer_id, contact))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_contacts_with_our_mark_and_a_person_are_ours() {
        let id = "00000000-0000-0000-0000-000000000001";
        let body = format!(
            r#"{{"data":[
            {{"id":"1","customerId":"c","tags":[{{"name":"customField9","value":"presence-sync"}},{{"name":"customField10","value":"{id}"}}]}},
            {{"id":"2","tags":[{{"name":"customField9","value":"presence-sync"}}]}},
            {{"id":"3","tags":[{{"name":"customField9","value":"other"}},{{"name":"customField10","value":"{id}"}}]}},
            {{"id":4}}],"meta":{{"hasMore":false}}}}"#
        );
        let page = parse(body.as_bytes()).unwrap();
        let ours: Vec<bool> = page.contacts.iter().map(|contact| contact.ours.is_some()).collect();
        assert_eq!((ours, page.set_aside, page.customer), (vec![true, false, false], 1, Some("c".into())));
    }
}
