//! Pages of contacts, by number or by scroll id.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::StatusCode;
use serde::Serialize;

use super::contact::Contact;
use super::contacts::Contacts;
use super::filter::Filter;
use crate::guard::read;
use crate::message::{Parameters, Reply};
use crate::tenant::Tenant;

const DEFAULT_SIZE: usize = 100;

#[derive(Serialize)]
struct Page<'a> {
    data: Vec<Contact<'a>>,
    meta: Meta,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Meta {
    has_more: bool,
    scroll_id: Option<String>,
}

/// Parts of a contact that only come when asked for.
#[derive(Debug, Default, Clone, Copy)]
struct Details {
    tag: bool,
    address: bool,
    phone: bool,
    email: bool,
    extension: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SortField {
    Id,
    FirstName,
    LastName,
    Name,
}

#[derive(Debug, Clone, Copy)]
struct Sort {
    field: SortField,
    descending: bool,
}

/// `GET /contacts`; the error says what is wrong with the parameters.
pub(super) fn search(tenant: &Tenant, parameters: &Parameters) -> Result<Reply, String> {
    let details = details(parameters.get("details"))?;
    let filter = Filter::parse(parameters.get("filter").unwrap_or_default())?;
    let size = number(parameters, "size", DEFAULT_SIZE)?;
    if size == 0 {
        return Err("'size' must be at least 1.".to_owned());
    }
    // No maximum is documented; this one is quiet, so clients must go by `hasMore`.
    let size = size.min(tenant.contradictions().largest_contacts_page.max(1));
    let page = number(parameters, "page", 0)?;
    let sort = sort(parameters.get("sort"))?;
    let scrolling = parameters.get("useScrollId").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let after = parameters.get("scrollId").map(open_scroll_id).transpose()?;
    if scrolling && sort.is_none_or(|sort| sort.field != SortField::Id) {
        return Err("Scrolling needs 'id' among the sort fields, as in 'sort=id,ASC'.".to_owned());
    }
    if after.is_some() && page != 0 {
        return Err("'page' must be 0 whenever 'scrollId' is sent.".to_owned());
    }
    let after = after.filter(|_| scrolling);
    let sort = sort.unwrap_or(Sort { field: SortField::Id, descending: false });
    let skip = if scrolling { 0 } else { page.saturating_mul(size) };
    let book = read(&tenant.book);
    tenant.with_directory(|directory| {
        let contacts = Contacts::of(tenant, directory, &book);
        let mut found = matching(contacts, &filter, sort, after, skip, size.saturating_add(1));
        let has_more = found.len() > size;
        found.truncate(size);
        let last = found.last().map(|(number, _)| *number).filter(|_| scrolling && has_more);
        let data = found.into_iter().map(|(_, contact)| details.strip(contact)).collect();
        let meta = Meta { has_more, scroll_id: last.map(scroll_id) };
        Ok(Reply::json(StatusCode::OK, &Page { data, meta }))
    })
}

/// The contacts of a page with their numbers, and one more if there is one.
fn matching<'a>(
    contacts: Contacts<'a>,
    filter: &Filter,
    sort: Sort,
    after: Option<u64>,
    skip: usize,
    take: usize,
) -> Vec<(u64, Contact<'a>)> {
    let entry = |number| Some((number, contacts.get(number)?)).filter(|(_, contact)| filter.passes(contact));
    if sort.field == SortField::Id && !sort.descending {
        let later = contacts.numbers().filter(|number| after.is_none_or(|after| *number > after));
        return later.filter_map(entry).skip(skip).take(take).collect();
    }
    if sort.field == SortField::Id {
        let earlier = contacts.numbers().rev().filter(|number| after.is_none_or(|after| *number < after));
        return earlier.filter_map(entry).skip(skip).take(take).collect();
    }
    let mut all: Vec<(u64, Contact<'a>)> = contacts.numbers().filter_map(entry).collect();
    all.sort_by_cached_key(|(_, contact)| match sort.field {
        SortField::FirstName => contact.first_name.as_deref().unwrap_or_default().to_lowercase(),
        SortField::LastName => contact.last_name.as_deref().unwrap_or_default().to_lowercase(),
        SortField::Name | SortField::Id => contact.name.to_lowercase(),
    });
    if sort.descending {
        all.reverse();
    }
    all.into_iter().skip(skip).take(take).collect()
}

impl Details {
    fn strip(self, mut contact: Contact<'_>) -> Contact<'_> {
        contact.tags = contact.tags.filter(|_| self.tag);
        contact.addresses = contact.addresses.filter(|_| self.address);
        contact.phones = contact.phones.filter(|_| self.phone);
        contact.emails = contact.emails.filter(|_| self.email);
        contact.extensions = contact.extensions.filter(|_| self.extension);
        contact
    }
}

fn details(text: Option<&str>) -> Result<Details, String> {
    let mut details = Details::default();
    for name in text.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty()) {
        match name {
            "TAG" => details.tag = true,
            "ADDRESS" => details.address = true,
            "PHONE" => details.phone = true,
            "EMAIL" => details.email = true,
            "EXTENSION" => details.extension = true,
            _ => return Err(format!("'{name}' is not one of TAG, ADDRESS, PHONE, EMAIL, EXTENSION.")),
        }
    }
    Ok(details)
}

fn sort(text: Option<&str>) -> Result<Option<Sort>, String> {
    let Some(text) = text else { return Ok(None) };
    let (field, direction) = text.split_once(',').unwrap_or((text, "ASC"));
    let field = match field.trim() {
        "id" => SortField::Id,
        "firstName" => SortField::FirstName,
        "lastName" => SortField::LastName,
        "name" => SortField::Name,
        other => return Err(format!("The sandbox can not sort by '{other}'.")),
    };
    match direction.trim().to_ascii_uppercase().as_str() {
        "ASC" => Ok(Some(Sort { field, descending: false })),
        "DESC" => Ok(Some(Sort { field, descending: true })),
        other => Err(format!("'{other}' is neither ASC nor DESC.")),
    }
}

fn number(parameters: &Parameters, name: &str, default: usize) -> Result<usize, String> {
    parameters.get(name).map_or(Ok(default), |text| {
        text.parse().map_err(|_| format!("'{name}' must be a number of zero or more, not '{text}'."))
    })
}

fn scroll_id(number: u64) -> String {
    URL_SAFE_NO_PAD.encode(format!("after:{number}"))
}

fn open_scroll_id(text: &str) -> Result<u64, String> {
    let bytes = URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
    std::str::from_utf8(&bytes)
        .ok()
        .and_then(|text| text.strip_prefix("after:")?.parse().ok())
        .ok_or_else(|| "The scroll id is not known.".to_owned())
}
