//! The 8x8 users, as far as identity and extensions go.

use serde_json::{Value, json};

use super::{Refused, not_found, page};
use crate::eight::contact::Contact;
use crate::eight::contacts::Contacts;
use crate::guard::read;
use crate::message::Call;
use crate::organisation::CUSTOMER;
use crate::tenant::Tenant;

pub(super) fn list(tenant: &Tenant, call: &Call) -> Result<Value, Refused> {
    page(tenant, call, all(tenant))
}

pub(super) fn one(tenant: &Tenant, id: &str) -> Result<Value, Refused> {
    let mut found = all(tenant).into_iter().filter(|user| user["basicInfo"]["userId"] == id);
    found.next().ok_or_else(|| not_found("User"))
}

/// `PUT /users/{id}`, where it exists: it is accepted, and changes nothing here.
pub(super) fn replace(tenant: &Tenant, id: &str) -> Result<Value, Refused> {
    one(tenant, id)?;
    tenant.provisioning.begin(tenant, ("UPDATE", "USER"), id, None)
}

fn all(tenant: &Tenant) -> Vec<Value> {
    let book = read(&tenant.book);
    tenant.with_directory(|directory| {
        let contacts = Contacts::of(tenant, directory, &book);
        let found = contacts.numbers().filter_map(|number| contacts.get(number));
        found
            .filter(|contact| contact.contact_type == "corporate")
            .filter_map(|contact| show(&contact))
            .collect()
    })
}

fn show(contact: &Contact<'_>) -> Option<Value> {
    let id = contact.assigned_user_id.as_ref()?;
    let email = contact.emails.as_ref()?.first()?.email.as_ref();
    let extensions = contact.extensions.iter().flatten().map(|extension| {
        json!({
            "id": format!("ext{}", extension.fq_extension),
            "extensionNumber": extension.extension,
            "fqExtensionNumber": extension.fq_extension,
            "extensionType": extension.extension_type,
            "doNotDisturb": false,
            "msTeamsEnabled": false,
            "displayInDirectory": true,
        })
    });
    Some(json!({
        "basicInfo": {
            "userId": id,
            "customerId": CUSTOMER,
            "userName": email,
            "primaryEmail": email,
            "status": "ACTIVE",
            "firstName": contact.first_name,
            "lastName": contact.last_name,
            "site": { "pbxName": contact.pbx_name },
        },
        "directoryInfo": { "department": contact.department, "jobTitle": contact.job_title },
        "serviceInfo": { "licenses": [], "extensions": extensions.collect::<Vec<_>>() },
    }))
}
