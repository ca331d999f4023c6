//! The company contacts that were written (developer.8x8.com, "Create contact", "Contact object structure").

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::contact::{Contact, Email, Phone, Tag};
use super::contacts::{WRITTEN_FROM, id};
use crate::organisation::CUSTOMER;

const PURPOSES_OF_MAIL: &[&str] = &["HOME", "WORK", "OTHER"];
const PURPOSES_OF_PHONES: &[&str] = &["HOME", "HOME_FAX", "WORK", "WORK_FAX", "MOBILE", "PAGER", "OTHER"];
const LONGEST_TAG: usize = 254;

/// A contact as it is written: the body of POST and PUT. What is left out is empty afterwards.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Company {
    contact_type: Option<String>,
    customer_id: Option<String>,
    branch_id: Option<String>,
    branch_name: Option<String>,
    company_name: Option<String>,
    department: Option<String>,
    first_name: Option<String>,
    middle_name: Option<String>,
    last_name: Option<String>,
    nick_name: Option<String>,
    job_title: Option<String>,
    locale: Option<String>,
    location: Option<String>,
    pbx_id: Option<String>,
    pbx_name: Option<String>,
    time_zone: Option<String>,
    addresses: Vec<Value>,
    emails: Vec<MailDraft>,
    phones: Vec<PhoneDraft>,
    tags: Vec<TagDraft>,
    #[serde(skip_serializing)]
    created_timestamp: Option<Value>,
    #[serde(skip_serializing)]
    updated_timestamp: Option<Value>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct MailDraft {
    email: String,
    primary: bool,
    purpose_type: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PhoneDraft {
    phone: String,
    primary: bool,
    purpose_type: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct TagDraft {
    name: String,
    value: Option<String>,
}

/// A contact and how it came about.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) company: Company,
    pub(crate) created_ms: u64,
    pub(crate) updated_ms: u64,
    /// How many times it was written.
    pub(crate) writes: u64,
}

/// All written contacts by their numbers.
#[derive(Debug, Default)]
pub(crate) struct Book {
    entries: BTreeMap<u64, Entry>,
    made: u64,
}

impl Book {
    /// The numbers there are.
    pub(crate) fn numbers(&self) -> impl DoubleEndedIterator<Item = u64> + use<'_> {
        self.entries.keys().copied()
    }

    /// The contact with a number.
    pub(crate) fn get(&self, number: u64) -> Option<&Entry> {
        self.entries.get(&number)
    }

    /// All contacts.
    pub(crate) fn all(&self) -> impl Iterator<Item = (u64, &Entry)> {
        self.entries.iter().map(|(number, entry)| (*number, entry))
    }

    /// Adds a contact and gives its number.
    pub(crate) fn add(&mut self, company: Company, now_ms: u64) -> u64 {
        let number = WRITTEN_FROM + self.made;
        self.made += 1;
        self.entries.insert(number, Entry { company, created_ms: now_ms, updated_ms: now_ms, writes: 1 });
        number
    }

    /// Replaces a contact that is there.
    pub(crate) fn replace(&mut self, number: u64, company: Company, now_ms: u64) {
        if let Some(entry) = self.entries.get_mut(&number) {
            *entry = Entry { company, updated_ms: now_ms, writes: entry.writes + 1, ..entry.clone() };
        }
    }

    /// Deletes a contact for good; false if there is none.
    pub(crate) fn remove(&mut self, number: u64) -> bool {
        self.entries.remove(&number).is_some()
    }
}

impl Company {
    /// Reads a body; the error says what is wrong with it.
    pub(crate) fn read(body: &[u8]) -> Result<Self, String> {
        let company: Self =
            serde_json::from_slice(body).map_err(|cause| format!("The contact can not be read: {cause}."))?;
        company.check()?;
        Ok(company)
    }

    /// Whether PUT was told a time stamp, which it must not be.
    pub(crate) fn tells_times(&self) -> bool {
        self.created_timestamp.is_some() || self.updated_timestamp.is_some()
    }

    /// Mail addresses and telephone numbers, in lower case.
    pub(crate) fn points(&self) -> impl Iterator<Item = String> + use<'_> {
        let mail = self.emails.iter().map(|mail| mail.email.to_lowercase());
        mail.chain(self.phones.iter().map(|phone| phone.phone.clone()))
    }

    fn check(&self) -> Result<(), String> {
        if self.contact_type.as_deref() != Some("company") {
            return Err("Only contacts of type 'company' can be written.".to_owned());
        }
        if self.customer_id.as_deref() != Some(CUSTOMER) {
            return Err("'customerId' is missing or of another customer.".to_owned());
        }
        for (name, value, most) in [
            ("branchId", &self.branch_id, 64),
            ("branchName", &self.branch_name, 128),
            ("companyName", &self.company_name, 128),
            ("department", &self.department, 100),
            ("firstName", &self.first_name, 128),
            ("middleName", &self.middle_name, 30),
            ("lastName", &self.last_name, 30),
            ("nickName", &self.nick_name, 30),
            ("location", &self.location, 128),
            ("pbxId", &self.pbx_id, 32),
            ("pbxName", &self.pbx_name, 32),
        ] {
            if value.as_ref().is_some_and(|value| value.chars().count() > most) {
                return Err(format!("'{name}' has more than {most} characters."));
            }
        }
        if self.time_zone.as_ref().is_some_and(|zone| !zone.contains('/')) {
            return Err("'timeZone' takes the name of a region only, such as America/New_York.".to_owned());
        }
        if self.locale.as_ref().is_some_and(|locale| !is_locale(locale)) {
            return Err("'locale' must be like en_US or en-US.".to_owned());
        }
        self.check_points()?;
        for tag in &self.tags {
            let number = tag.name.strip_prefix("customField").and_then(|number| number.parse::<u8>().ok());
            if number.is_none_or(|number| !(1..=10).contains(&number)) {
                return Err(format!("The tag '{}' is none of customField1 to customField10.", tag.name));
            }
            if tag.value.as_ref().is_some_and(|value| value.chars().count() > LONGEST_TAG) {
                return Err(format!("The tag '{}' has more than {LONGEST_TAG} characters.", tag.name));
            }
        }
        let names: HashSet<&str> = self.tags.iter().map(|tag| tag.name.as_str()).collect();
        if names.len() < self.tags.len() {
            return Err("A tag is there twice.".to_owned());
        }
        Ok(())
    }

    fn check_points(&self) -> Result<(), String> {
        for mail in &self.emails {
            let whole = mail.email.split_once('@').is_some_and(|(local, domain)| {
                !local.is_empty() && domain.contains('.') && !domain.contains('@')
            });
            if !whole || mail.email.contains(char::is_whitespace) {
                return Err(format!("'{}' is not a valid email.", mail.email));
            }
            if !PURPOSES_OF_MAIL.contains(&mail.purpose_type.as_str()) {
                return Err(format!("'{}' is not a purpose of an email.", mail.purpose_type));
            }
        }
        for phone in &self.phones {
            let digits = phone.phone.strip_prefix('+').unwrap_or(&phone.phone);
            let valid = (3..=20).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            if !valid {
                return Err(format!("'{}' is not a valid phone.", phone.phone));
            }
            if !PURPOSES_OF_PHONES.contains(&phone.purpose_type.as_str()) {
                return Err(format!("'{}' is not a purpose of a phone.", phone.purpose_type));
            }
        }
        let primary_mail = self.emails.iter().filter(|mail| mail.primary).count();
        let primary_phones = self.phones.iter().filter(|phone| phone.primary).count();
        if primary_mail > 1 || primary_phones > 1 {
            return Err("Only one email and one phone can be primary.".to_owned());
        }
        let points: HashSet<String> = self.points().collect();
        if points.len() < self.emails.len() + self.phones.len() {
            return Err("An email or a phone is there twice.".to_owned());
        }
        Ok(())
    }
}

impl Entry {
    /// The contact as it is read.
    pub(crate) fn contact(&self, number: u64) -> Contact<'_> {
        let company = &self.company;
        // The parts get other ids with each write, as in the samples.
        let first = (number - WRITTEN_FROM + 1) * 1_000_000 + self.writes * 1_000;
        let part = |kind: u64, index: usize| first + kind * 100 + index as u64;
        let names = [&company.first_name, &company.last_name].into_iter().flatten();
        let name = names.map(String::as_str).collect::<Vec<_>>().join(" ");
        let others = [
            ("branchId", &company.branch_id),
            ("branchName", &company.branch_name),
            ("location", &company.location),
            ("middleName", &company.middle_name),
            ("nickName", &company.nick_name),
        ];
        Contact {
            id: id(number),
            assigned_user_id: None,
            contact_type: "company",
            created_timestamp: self.created_ms,
            updated_timestamp: self.updated_ms,
            customer_id: CUSTOMER,
            company_name: company.company_name.as_deref(),
            department: company.department.as_deref(),
            display_when_no_extension: false,
            first_name: company.first_name.as_deref().map(Into::into),
            last_name: company.last_name.as_deref().map(Into::into),
            name: name.into(),
            hide_in_aa: false,
            job_title: company.job_title.as_deref(),
            locale: company.locale.as_deref(),
            pbx_id: company.pbx_id.as_deref(),
            pbx_name: company.pbx_name.as_deref(),
            subscription_type: None,
            time_zone: company.time_zone.as_deref(),
            others: others.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))).collect(),
            tags: Some(numbered(&company.tags, |index, tag| Tag {
                id: part(1, index),
                name: &tag.name,
                value: tag.value.as_deref(),
            })),
            addresses: Some(company.addresses.clone()),
            phones: Some(numbered(&company.phones, |index, phone| Phone {
                id: part(2, index),
                phone: phone.phone.as_str().into(),
                primary: phone.primary,
                purpose_type: &phone.purpose_type,
                source: "EXTERNAL",
            })),
            emails: Some(numbered(&company.emails, |index, mail| Email {
                id: part(3, index),
                email: mail.email.as_str().into(),
                primary: mail.primary,
                purpose_type: &mail.purpose_type,
            })),
            extensions: Some(Vec::new()),
        }
    }
}

fn numbered<'a, T, U>(list: &'a [T], make: impl Fn(usize, &'a T) -> U) -> Vec<U> {
    list.iter().enumerate().map(|(index, entry)| make(index, entry)).collect()
}

fn is_locale(text: &str) -> bool {
    let parts = text.split_once(['_', '-']);
    let letters = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    parts.is_some_and(|(language, country)| letters(language) && letters(country))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_limits_are_those_of_the_table() {
        let with = |name: &str, value: Value| {
            let mut body = json!({ "contactType": "company", "customerId": CUSTOMER });
            body[name] = value;
            Company::read(body.to_string().as_bytes())
        };
        let mail = |address: &str| json!([{ "email": address, "primary": true, "purposeType": "WORK" }]);
        let tag = |name: &str| json!([{ "name": name, "value": "x" }]);
        for (name, value) in [
            ("lastName", json!("x".repeat(30))),
            ("firstName", json!("ä".repeat(128))),
            ("emails", mail("ann@corp.example")),
            ("tags", tag("customField10")),
            ("locale", json!("en-US")),
            ("createdTimestamp", json!(1)),
        ] {
            assert!(with(name, value).is_ok(), "{name}");
        }
        for (name, value) in [
            ("lastName", json!("x".repeat(31))),
            ("department", json!("x".repeat(101))),
            ("emails", mail("ann@corp")),
            ("emails", json!([{ "email": "ann@corp.example" }])),
            ("phones", json!([{ "phone": "+1 800", "primary": true, "purposeType": "WORK" }])),
            ("tags", tag("customField11")),
            ("tags", tag("presence")),
            ("tags", json!([{ "name": "customField1", "value": "x".repeat(255) }])),
            ("timeZone", json!("EST")),
            ("locale", json!("english")),
            ("contactType", json!("corporate")),
            ("customerId", json!("somebody else")),
        ] {
            assert!(with(name, value).is_err(), "{name}");
        }
    }
}
