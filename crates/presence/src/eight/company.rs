//! Contacts that customers write themselves: read to be compared, written one at a time
//! (developer.8x8.com, "Search contacts", "Create contact" and "Contact object structure").

use std::sync::Arc;

use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use super::directory::{Question, Reader};
use super::problem::{refused, trouble, unavailable};
use crate::clock::Clock;
use crate::error::{Failure, Problem};
use crate::http::{self, Gate, Trouble};
use crate::imports::{
    CompanyContact, ContactWrite, Directory, Fields, ID_TAG, MARK, MARK_TAG, STATE_TAG, WriteFault,
};
use crate::person::{PersonId, plain};
use crate::secret::Secret;
use crate::setup::installation::Key;

/// Any 8x8 user: the customer's id is on each of them.
const USER: Question = Question { filter: "contactType==corporate", details: "EMAIL", burst: 1 };

/// What customers write. Slower than reading users, because writing takes from the same limit.
const WRITTEN: Question = Question { filter: "contactType==company", details: "EMAIL,TAG", burst: 0 };

/// The client.
pub struct Company {
    http: http::Client,
    clock: Arc<Clock>,
    gate: Gate,
    api: String,
    reader: Reader,
    /// Product "Contact Management".
    management: Secret,
}

impl Company {
    /// A client; nothing is sent yet.
    #[must_use]
    pub fn new(
        http: http::Client,
        clock: Arc<Clock>,
        api: String,
        search: Secret,
        management: Secret,
    ) -> Self {
        let reader = Reader::new(http.clone(), Arc::clone(&clock), api.clone(), search);
        Self { http, clock, gate: Gate::default(), api, reader, management }
    }

    /// All company contacts, and the id of the customer.
    ///
    /// # Errors
    /// Why they could not be read.
    pub async fn read(&self) -> Result<Directory, Failure> {
        let mut directory = Directory::default();
        self.reader.one(&USER, |raw| directory.customer = customer(raw)).await?;
        let take = |raw: &RawValue| match contact(raw) {
            Some(contact) => directory.contacts.push(contact),
            None => directory.set_aside += 1,
        };
        self.reader.all(&WRITTEN, take).await?;
        Ok(directory)
    }

    /// Writes one contact, once: what came of an answer that got lost, the next reading tells.
    ///
    /// # Errors
    /// Whether 8x8 does not want it, or it could not be done now.
    pub async fn write(&self, write: &ContactWrite) -> Result<(), WriteFault> {
        // Each run reads first, so it is known where contacts are.
        let form = self.reader.form();
        let (id, removal) = match write {
            ContactWrite::Create { .. } => (None, false),
            ContactWrite::Update { id, .. } => (Some(id), false),
            ContactWrite::Remove { id, .. } => (Some(id), true),
        };
        let url = form.address(&self.api, id.map(String::as_str)).map_err(WriteFault::Unsent)?;
        let request = || {
            let request = match write {
                ContactWrite::Create { customer, fields } => {
                    self.http.post(url.clone()).json(&body(customer, fields, None, None))
                }
                ContactWrite::Update { id, customer, fields, tag } => {
                    self.http.put(url.clone()).json(&body(customer, fields, Some(id), tag.as_deref()))
                }
                ContactWrite::Remove { .. } => self.http.delete(url.clone()),
            };
            form.sign(request, &self.management).header("Accept", "application/json")
        };
        let answer = http::call_once(&self.gate, &self.clock, request).await;
        let answer = answer.map_err(fault)?;
        match answer.status {
            status if status.is_success() => Ok(()),
            // It is gone already, by whatever hand.
            StatusCode::NOT_FOUND if removal => Ok(()),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(WriteFault::Unsent(refused(Key::Management, answer.status.as_u16())))
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
            status => Err(WriteFault::Lost(unavailable(status.as_u16()))),
        }
    }
}

/// Why there is no answer, and whether 8x8 may have done it all the same.
fn fault(error: Trouble) -> WriteFault {
    let unsent = match &error {
        Trouble::Throttled(_) => true,
        Trouble::Unreachable(error) => error.is_connect(),
        Trouble::Incomplete | Trouble::Portal => false,
    };
    let failure = trouble(error);
    if unsent { WriteFault::Unsent(failure) } else { WriteFault::Lost(failure) }
}

/// A contact as a whole: what is left out of a replacement would be emptied.
fn body(customer: &str, fields: &Fields, id: Option<&str>, state: Option<&str>) -> serde_json::Value {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    let tag = |name: &str, value: &str| json!({ "name": name, "value": value });
    let mut tags = vec![tag(MARK_TAG, MARK), tag(ID_TAG, &fields.person.to_string())];
    tags.extend(state.map(|state| tag(STATE_TAG, state)));
    let mut body = json!({
        "contactType": "company",
        "customerId": customer,
        "firstName": text(&fields.first_name),
        "lastName": text(&fields.last_name),
        "department": text(&fields.department),
        "jobTitle": text(&fields.title),
        "emails": [{ "email": fields.email, "primary": true, "purposeType": "WORK" }],
        "tags": tags,
    });
    if let (Some(id), Some(object)) = (id, body.as_object_mut()) {
        object.insert("id".into(), id.into());
    }
    if let Some(object) = body.as_object_mut() {
        object.retain(|_, value| !value.is_null());
    }
    body
}

/// The id of the customer, as every contact names it.
fn customer(raw: &RawValue) -> Option<String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire {
        customer_id: Option<String>,
    }
    serde_json::from_str::<Wire>(raw.get()).ok()?.customer_id
}

fn contact(raw: &RawValue) -> Option<CompanyContact> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire {
        id: String,
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
    let state = tag(STATE_TAG).map(plain);
    Some(CompanyContact {
        id: plain(&wire.id),
        tag: state,
        ours,
        first_name: text(wire.first_name),
        last_name: text(wire.last_name),
        emails: wire.emails.unwrap_or_default().into_iter().filter_map(|email| email.email).collect(),
        department: text(wire.department),
        title: text(wire.job_title),
    })
}

#[cfg(test)]
mod tests {
    use super::super::directory::parse;
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
        let (mut ours, mut customers) = (Vec::new(), Vec::new());
        let take = &mut |raw: &RawValue| {
            ours.push(contact(raw).map(|contact| contact.ours.is_some()));
            customers.extend(customer(raw));
        };
        parse(body.as_bytes(), take).unwrap();
        assert_eq!(ours, [Some(true), Some(false), Some(false), None], "the last one can not be read");
        assert_eq!(customers, ["c"]);
    }
}
