//! One contact as 8x8 gives it (developer.8x8.com, "Contact object structure").

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

/// One contact. What is absent in a corporate contact is a field that only company contacts have.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Contact<'a> {
    pub(crate) id: String,
    pub(crate) assigned_user_id: Option<String>,
    pub(crate) contact_type: &'static str,
    pub(crate) created_timestamp: u64,
    pub(crate) updated_timestamp: u64,
    pub(crate) customer_id: &'a str,
    pub(crate) company_name: Option<&'a str>,
    pub(crate) department: Option<&'a str>,
    pub(crate) display_when_no_extension: bool,
    pub(crate) first_name: Option<Cow<'a, str>>,
    pub(crate) last_name: Option<Cow<'a, str>>,
    pub(crate) name: Cow<'a, str>,
    #[serde(rename = "hideInAA")]
    pub(crate) hide_in_aa: bool,
    pub(crate) job_title: Option<&'a str>,
    pub(crate) locale: Option<&'a str>,
    pub(crate) pbx_id: Option<&'a str>,
    pub(crate) pbx_name: Option<&'a str>,
    pub(crate) subscription_type: Option<&'static str>,
    pub(crate) time_zone: Option<&'a str>,
    /// Fields of company contacts only, such as `nickName`.
    #[serde(flatten)]
    pub(crate) others: BTreeMap<&'static str, &'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tags: Option<Vec<Tag<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) addresses: Option<Vec<Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) phones: Option<Vec<Phone<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) emails: Option<Vec<Email<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) extensions: Option<Vec<Extension>>,
}

/// A custom field.
#[derive(Debug, Serialize)]
pub(crate) struct Tag<'a> {
    pub(crate) id: u64,
    pub(crate) name: &'a str,
    pub(crate) value: Option<&'a str>,
}

/// A telephone number.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Phone<'a> {
    pub(crate) id: u64,
    pub(crate) phone: Cow<'a, str>,
    pub(crate) primary: bool,
    pub(crate) purpose_type: &'a str,
    pub(crate) source: &'static str,
}

/// A mail address.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Email<'a> {
    pub(crate) id: u64,
    pub(crate) email: Cow<'a, str>,
    pub(crate) primary: bool,
    pub(crate) purpose_type: &'a str,
}

/// An extension of a phone system.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Extension {
    pub(crate) id: u64,
    pub(crate) contact_id: String,
    pub(crate) display_in_directory: bool,
    pub(crate) extension: String,
    pub(crate) extension_type: &'static str,
    pub(crate) fq_extension: String,
    #[serde(rename = "hideInAA")]
    pub(crate) hide_in_aa: bool,
    pub(crate) pbx_id: &'static str,
    pub(crate) pbx_name: &'static str,
    pub(crate) subscription_type: &'static str,
}
