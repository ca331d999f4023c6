//! The calls of the directory contacts: who may call, how often, and what is written (developer.8x8.com,
//! "Search contacts", "Create contact").

use hyper::{Method, StatusCode};
use serde_json::json;

use super::book::Company;
use super::contacts::{Contacts, WRITTEN_FROM, number_of_id};
use super::{fault, keys, page, quota};
use crate::contradictions::{ContactsPath, ErrorBody, Unique};
use crate::eight::Product;
use crate::guard::{read, write};
use crate::message::{Call, Reply};
use crate::tenant::Tenant;

const HYPHEN: &str = "/8x8/directory-contacts/api/v3/contacts";
const CAMEL: &str = "/8x8/directoryContacts/api/v3/contacts";

/// Why a call fails: the status, and a line about it.
struct Refused(StatusCode, String);

/// Answers a request for contacts.
pub(super) fn answer(tenant: &Tenant, call: &Call) -> Reply {
    let now_ms = tenant.clock.elapsed_ms();
    tenant.contacts_load.count(now_ms);
    let product =
        if call.method == Method::GET { Product::ContactSearch } else { Product::ContactManagement };
    let bearer = call.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    let camel = call.path.starts_with(CAMEL);
    let key = call.header("x-api-key").or(bearer.filter(|_| camel));
    let Some(key) = key else {
        return fault(
            StatusCode::UNAUTHORIZED,
            "Failed to resolve API Key variable request.header.x-api-key",
            "steps.oauth.v2.FailedToResolveAPIKey",
        );
    };
    if let Some(reply) = keys::refusal(tenant, key, product) {
        return reply;
    }
    let played = match tenant.contradictions().contacts_path {
        ContactsPath::Hyphen => !camel,
        ContactsPath::Camel => camel,
        ContactsPath::Both => true,
    };
    let rest = call.path.strip_prefix(HYPHEN).or_else(|| call.path.strip_prefix(CAMEL));
    let Some(rest) = rest.filter(|_| played) else {
        return fault(
            StatusCode::NOT_FOUND,
            "There is nothing at this address",
            "messaging.adaptors.http.flow.NotFound",
        );
    };
    // Unlike Graph, 8x8 does not say how long to wait. All keys and all calls count together.
    if tenant.limits_contacts() && tenant.contacts_window.pass(now_ms).is_err() {
        return quota();
    }
    let outcome = match (&call.method, rest.strip_prefix('/')) {
        (&Method::GET, None) if rest.is_empty() => page::search(tenant, &call.parameters())
            .map_err(|message| Refused(StatusCode::BAD_REQUEST, message)),
        (&Method::POST, None) if rest.is_empty() => create(tenant, call),
        (&Method::PUT, Some(id)) => replace(tenant, call, id),
        (&Method::DELETE, Some(id)) => delete(tenant, id),
        _ => Err(Refused(StatusCode::METHOD_NOT_ALLOWED, "The method is not allowed here.".to_owned())),
    };
    outcome.unwrap_or_else(|refused| refused.reply(tenant))
}

impl Refused {
    fn reply(self, tenant: &Tenant) -> Reply {
        let Self(status, message) = self;
        match tenant.contradictions().contact_errors {
            ErrorBody::Json => {
                let error = status.canonical_reason().unwrap_or_default();
                Reply::json(status, &json!({ "error": error, "status": status.as_u16(), "message": message }))
            }
            ErrorBody::Text => Reply::with_body(status, "text/plain; charset=utf-8", message.into_bytes()),
            ErrorBody::Empty => Reply::empty(status),
        }
    }
}

fn create(tenant: &Tenant, call: &Call) -> Result<Reply, Refused> {
    let company = draft(call)?;
    unique(tenant, &company, None)?;
    let now_ms = wall_ms(tenant);
    let number = write(&tenant.book).add(company, now_ms);
    Ok(show(tenant, number))
}

fn replace(tenant: &Tenant, call: &Call, id: &str) -> Result<Reply, Refused> {
    let number = writable(tenant, id)?;
    let company = draft(call)?;
    if company.tells_times() {
        let text = "'createdTimestamp' and 'updatedTimestamp' can not be written.";
        return Err(Refused(StatusCode::BAD_REQUEST, text.to_owned()));
    }
    unique(tenant, &company, Some(number))?;
    let now_ms = wall_ms(tenant);
    write(&tenant.book).replace(number, company, now_ms);
    Ok(show(tenant, number))
}

fn delete(tenant: &Tenant, id: &str) -> Result<Reply, Refused> {
    let number = writable(tenant, id)?;
    if write(&tenant.book).remove(number) { Ok(Reply::empty(StatusCode::OK)) } else { Err(missing(id)) }
}

fn draft(call: &Call) -> Result<Company, Refused> {
    Company::read(&call.body).map_err(|message| Refused(StatusCode::BAD_REQUEST, message))
}

/// The number of a contact that is there and may be written.
fn writable(tenant: &Tenant, id: &str) -> Result<u64, Refused> {
    let number = number_of_id(id).ok_or_else(|| missing(id))?;
    let book = read(&tenant.book);
    let found = tenant.with_directory(|directory| {
        Contacts::of(tenant, directory, &book).get(number).map(|contact| contact.contact_type)
    });
    match found {
        Some("company") => Ok(number),
        Some(kind) => {
            Err(Refused(StatusCode::FORBIDDEN, format!("Contacts of type '{kind}' are read-only.")))
        }
        None => Err(missing(id)),
    }
}

fn missing(id: &str) -> Refused {
    Refused(StatusCode::NOT_FOUND, format!("There is no contact '{id}'."))
}

/// Refuses an address or a number that another contact has.
fn unique(tenant: &Tenant, company: &Company, own: Option<u64>) -> Result<(), Refused> {
    let contradictions = tenant.contradictions();
    let status = StatusCode::from_u16(contradictions.duplicate_status).unwrap_or(StatusCode::BAD_REQUEST);
    let points: Vec<String> = company.points().collect();
    let taken = |point: &str| points.iter().any(|wanted| wanted.eq_ignore_ascii_case(point));
    let book = read(&tenant.book);
    let among_company = book
        .all()
        .filter(|(number, _)| Some(*number) != own)
        .any(|(_, entry)| entry.company.points().any(|point| taken(&point)));
    let clash = match contradictions.unique {
        Unique::WithinContact => false,
        Unique::AmongCompany => among_company,
        Unique::AmongAll => {
            among_company
                || tenant.with_directory(|directory| {
                    let contacts = Contacts::of(tenant, directory, &book);
                    let others = contacts.numbers().take_while(|number| *number < WRITTEN_FROM);
                    others.filter_map(|number| contacts.get(number)).any(|contact| {
                        contact.emails.iter().flatten().any(|mail| taken(&mail.email))
                            || contact.phones.iter().flatten().any(|phone| taken(&phone.phone))
                    })
                })
        }
    };
    if clash {
        return Err(Refused(status, "Another contact has that email or phone; both must be unique.".into()));
    }
    Ok(())
}

fn show(tenant: &Tenant, number: u64) -> Reply {
    match read(&tenant.book).get(number) {
        Some(entry) => Reply::json(StatusCode::OK, &entry.contact(number)),
        None => Reply::empty(StatusCode::OK),
    }
}

fn wall_ms(tenant: &Tenant) -> u64 {
    u64::try_from(tenant.clock.wall().as_millisecond()).unwrap_or_default()
}
