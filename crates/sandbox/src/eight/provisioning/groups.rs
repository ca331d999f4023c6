//! Ring groups and their members.

use std::collections::{HashMap, HashSet};

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Refused, not_found, page};
use crate::eight::contacts::SYSTEMS;
use crate::eight::groups::{self, Group, GroupKind};
use crate::eight::telephone::Phone;
use crate::guard::lock;
use crate::message::Call;
use crate::organisation::CUSTOMER;
use crate::tenant::Tenant;

const MOST_CHANGES: usize = 200;

/// A change to the members of a ring group: by place, taken out or logged in and out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Delta(Vec<(usize, Option<bool>)>);

impl Delta {
    /// Carries the change out.
    pub(super) fn apply(self, changes: &mut HashMap<(u64, usize), Option<bool>>, group: u64) {
        changes.extend(self.0.into_iter().map(|(place, state)| ((group, place), state)));
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Update {
    add: Vec<Member>,
    update: Vec<Member>,
    remove: Vec<Member>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Member {
    extension_id: Option<String>,
    extension_number: Option<String>,
    logged_in: Option<bool>,
}

#[derive(Deserialize)]
struct Replacement {
    members: Option<Vec<Member>>,
}

/// The id of a person's extension.
fn extension_id(phone: &Phone) -> String {
    format!("ext{}", phone.fq_extension)
}

/// Who is in a group now, and whether logged in.
pub(crate) fn members(tenant: &Tenant, group: &Group) -> Vec<(Phone, bool)> {
    let changes = lock(&tenant.provisioning.changes);
    let seed = tenant.organisation.seed;
    let first = group.members.iter().filter_map(|phone| {
        let logged_in = match changes.get(&(group.number, phone.place)) {
            None => groups::is_logged_in(seed, group, phone.place),
            Some(state) => (*state)?,
        };
        Some((phone.clone(), logged_in))
    });
    let all = tenant.telephone.phones(tenant).of(group.pbx);
    let added = all.iter().filter(|phone| group.members.iter().all(|member| member.place != phone.place));
    let added = added.filter_map(|phone| {
        let state = changes.get(&(group.number, phone.place)).copied().flatten()?;
        Some((phone.clone(), state))
    });
    first.chain(added).collect()
}

pub(super) fn list(tenant: &Tenant, call: &Call) -> Result<Value, Refused> {
    let parameters = call.parameters();
    let mut all = ring_groups(tenant);
    if let Some(filter) = parameters.get("filter") {
        let invalid =
            || Refused(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", "Invalid filter syntax".to_owned());
        let (field, value) = filter.split_once("==").ok_or_else(invalid)?;
        let value = value.trim_matches('\'').to_lowercase();
        let wanted = value.trim_matches('*');
        if field != "name" {
            return Err(invalid());
        }
        let open = value.contains('*');
        all.retain(|group| {
            let name = group.name.to_lowercase();
            if open { name.contains(wanted) } else { name == wanted }
        });
    }
    match parameters.get("sort") {
        Some("-name") => all.sort_by(|one, other| other.name.cmp(&one.name)),
        Some("name" | "+name" | " name") => all.sort_by(|one, other| one.name.cmp(&other.name)),
        _ => {}
    }
    page(tenant, call, all.iter().map(|group| show(tenant, group)).collect())
}

pub(super) fn one(tenant: &Tenant, id: &str) -> Result<Value, Refused> {
    find(tenant, id).map(|group| show(tenant, &group))
}

/// `POST /ring-groups/{id}/update-members`.
pub(super) fn update_members(tenant: &Tenant, call: &Call, id: &str) -> Result<Value, Refused> {
    let group = find(tenant, id)?;
    let bad = |text: &str| Refused(StatusCode::BAD_REQUEST, "BAD_REQUEST", text.to_owned());
    let update: Update = serde_json::from_slice(&call.body).map_err(|_| bad("The body is not valid"))?;
    let lists = [&update.add, &update.update, &update.remove];
    if lists.iter().all(|list| list.is_empty()) {
        return Err(bad("At least one of add, update, remove must not be empty"));
    }
    if lists.iter().any(|list| list.len() > MOST_CHANGES) {
        return Err(bad("At most 200 members can be changed at once"));
    }
    let current = members(tenant, &group);
    let mut seen = HashSet::new();
    let mut delta = Delta::default();
    for (kind, list) in ["add", "update", "remove"].into_iter().zip(lists) {
        for member in list {
            let phone =
                person(tenant, &group, member).ok_or_else(|| bad("A member has no such extension"))?;
            if !seen.insert(phone.place) {
                return Err(bad("An extension is there more than once"));
            }
            let now = current.iter().find(|(other, _)| other.place == phone.place).map(|(_, state)| *state);
            let state = match (kind, now) {
                ("add", None) => Some(member.logged_in.unwrap_or(true)),
                ("update", Some(now)) => Some(member.logged_in.unwrap_or(now)),
                ("remove", Some(_)) => None,
                ("add", Some(_)) => return Err(bad("The extension is a member already")),
                _ => return Err(bad("The extension is no member")),
            };
            delta.0.push((phone.place, state));
        }
    }
    let operation = ("UPDATE_MEMBERS", "RING_GROUP");
    tenant.provisioning.begin(tenant, operation, id, Some((group.number, delta)))
}

/// `PUT /ring-groups/{id}`: only the list of members is taken, as a whole.
pub(super) fn replace(tenant: &Tenant, call: &Call, id: &str) -> Result<Value, Refused> {
    let group = find(tenant, id)?;
    let bad = |text: &str| Refused(StatusCode::BAD_REQUEST, "VALIDATION_ERROR", text.to_owned());
    let wanted: Replacement = serde_json::from_slice(&call.body).map_err(|_| bad("The body is not valid"))?;
    let current = members(tenant, &group);
    let mut delta = Delta(current.iter().map(|(phone, _)| (phone.place, None)).collect());
    for member in wanted.members.iter().flatten() {
        let phone = person(tenant, &group, member).ok_or_else(|| bad("A member has no such extension"))?;
        delta.0.push((phone.place, Some(member.logged_in.unwrap_or(true))));
    }
    tenant.provisioning.begin(tenant, ("UPDATE", "RING_GROUP"), id, Some((group.number, delta)))
}

fn ring_groups(tenant: &Tenant) -> Vec<Group> {
    let mut all = groups::all(tenant);
    all.retain(|group| group.kind == GroupKind::RingGroup);
    all
}

fn find(tenant: &Tenant, id: &str) -> Result<Group, Refused> {
    ring_groups(tenant).into_iter().find(|group| group.id == id).ok_or_else(|| not_found("Ring group"))
}

fn person(tenant: &Tenant, group: &Group, member: &Member) -> Option<Phone> {
    let all = tenant.telephone.phones(tenant).of(group.pbx).iter();
    let mut found = all.filter(|phone| match (&member.extension_id, &member.extension_number) {
        (Some(id), _) => extension_id(phone) == *id,
        (None, Some(number)) => phone.extension == *number,
        (None, None) => false,
    });
    found.next().cloned()
}

fn show(tenant: &Tenant, group: &Group) -> Value {
    let members = members(tenant, group).into_iter().enumerate().map(|(index, (phone, logged_in))| {
        json!({
            "userId": phone.user_id,
            "extensionId": extension_id(&phone),
            "extensionNumber": phone.extension,
            "firstName": phone.first_name,
            "lastName": phone.last_name,
            "loggedIn": logged_in,
            "sequenceNumber": index + 1,
            "voicemailAccessEnabled": false,
        })
    });
    let (pbx_id, pbx_name) = SYSTEMS[group.pbx];
    json!({
        "id": group.id,
        "customerId": CUSTOMER,
        "name": group.name,
        "extensionNumber": group.extension,
        "allowLogInLogOut": true,
        "notifyIfBusy": false,
        "inboundCallerIdFormat": "RGNAME_CALLERNUMBER",
        "ringPattern": "ROUND_ROBIN",
        "ringTimeout": 15,
        "members": members.collect::<Vec<_>>(),
        "site": {
            "id": groups::site_id(group.pbx, group.site), "name": groups::site_name(group.site),
            "pbxId": pbx_id, "pbxName": pbx_name,
        },
    })
}
