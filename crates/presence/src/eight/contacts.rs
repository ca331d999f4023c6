//! The 8x8 users of the directory: who has which extension.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::directory::{Question, Reader};
use crate::clock::Clock;
use crate::error::Failure;
use crate::person::{Contact, plain};
use crate::secret::Secret;

/// Corporate contacts are the 8x8 users, licensed or not.
const USERS: Question = Question { filter: "contactType==corporate", details: "EMAIL,EXTENSION", burst: 20 };

/// More extensions than any person has.
const MOST_EXTENSIONS: usize = 20;

/// The client.
pub struct Contacts(Reader);

impl Contacts {
    /// A client; nothing is sent yet.
    #[must_use]
    pub fn new(http: crate::http::Client, clock: Arc<Clock>, api: String, key: Secret) -> Self {
        Self(Reader::new(http, clock, api, key))
    }

    /// Reads all of them.
    ///
    /// # Errors
    /// Why they could not be read.
    pub async fn read(&self) -> Result<Vec<Contact>, Failure> {
        let mut contacts = Vec::new();
        self.0.all(&USERS, |raw| contacts.extend(contact(raw))).await?;
        Ok(contacts)
    }

    /// Whether the key is good: one contact, once.
    ///
    /// # Errors
    /// Why nothing could be read.
    pub async fn probe(&self) -> Result<(), Failure> {
        self.0.one(&USERS, |_| {}).await
    }
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

#[cfg(test)]
mod tests {
    use super::super::directory::parse;
    use super::*;

    #[test]
    fn contacts_that_can_not_be_read_harm_no_other() {
        let body = br#"{"data":[
            {"id":"1","contactType":"corporate","firstName":"Ann","lastName":"Bee","emails":[{"email":"a@x.example"}],
             "extensions":[{"extension":"9001","extensionType":"CC"},{"extension":"4021","extensionType":"UC","pbxName":"main"}]},
            {"id":2}, null, {"id":"3","contactType":"service","name":"Queue"},
            {"id":"4","emails":null,"name":"No mail"}],
            "meta":{"hasMore":true,"scrollId":"next"}}"#;
        let mut contacts = Vec::new();
        let next = parse(body, &mut |raw| contacts.extend(contact(raw))).unwrap();
        assert_eq!(next.as_deref(), Some("next"));
        assert_eq!(contacts.len(), 2);
        let ann = &contacts[0];
        assert_eq!(
            (ann.name.as_str(), ann.extension.as_deref(), ann.pbx.as_deref()),
            ("Ann Bee", Some("4021"), Some("main"))
        );
        assert!(parse(b"{}", &mut |_| {}).is_none());
    }
}
