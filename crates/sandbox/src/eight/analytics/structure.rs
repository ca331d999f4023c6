//! The phone systems, their sites, queues and agents (developer.8x8.com, "Work Analytics customer data").

use hyper::StatusCode;
use serde_json::{Value, json};

use super::{Unserved, number};
use crate::eight::contacts::SYSTEMS;
use crate::eight::groups::{self, GroupKind};
use crate::guard::read;
use crate::message::{Call, Reply};
use crate::tenant::Tenant;

const LARGEST_PAGE: usize = 100;
const DEFAULT_PAGE: usize = 50;

/// `GET /v2/pbxes/`.
pub(super) fn systems(tenant: &Tenant, call: &Call) -> Result<Reply, Unserved> {
    if !read(&tenant.policy).analytics_access {
        return Err(Unserved::NoAccess);
    }
    let all = SYSTEMS.iter().take(tenant.systems);
    let entries = all.map(|(id, name)| json!({ "id": id, "name": name, "deleted": false }));
    page(tenant, call, "pbxList", entries.collect())
}

/// `GET /v2/pbxes/{id}/sites`.
pub(super) fn sites(tenant: &Tenant, call: &Call, system: usize) -> Result<Reply, Unserved> {
    let pbx = SYSTEMS[system].0;
    let entry = |(id, name)| json!({ "id": id, "pbxId": pbx, "name": name, "deleted": false });
    page(tenant, call, "siteList", groups::sites(system).map(entry).collect())
}

/// `GET /v2/pbxes/{id}/queues` and `GET /v2/pbxes/{id}/sites/{id}/queues`.
pub(super) fn queues(
    tenant: &Tenant,
    call: &Call,
    system: usize,
    site: Option<&str>,
) -> Result<Reply, Unserved> {
    let all = groups::all(tenant);
    let queues = all.iter().filter(|group| group.pbx == system && group.kind == GroupKind::CallQueue);
    let entries = queues.filter_map(|queue| {
        let own = groups::site_id(system, queue.site);
        // The example says `extension` and the schema `extensionNumber`; both have the same value here.
        site.is_none_or(|site| site == own).then(|| {
            json!({
                "id": queue.id,
                "pbxId": SYSTEMS[system].0,
                "siteId": own,
                "name": queue.name,
                "extension": queue.extension,
                "extensionNumber": queue.extension,
                "deleted": false,
            })
        })
    });
    page(tenant, call, "queueList", entries.collect())
}

/// `GET /v2/pbxes/{id}/agents`.
pub(super) fn agents(tenant: &Tenant, call: &Call, system: usize) -> Result<Reply, Unserved> {
    let all = groups::all(tenant);
    let queues = all.iter().filter(|group| group.pbx == system && group.kind == GroupKind::CallQueue);
    let mut agents: Vec<_> = queues.flat_map(|queue| &queue.members).collect();
    agents.sort_by_key(|phone| phone.place);
    agents.dedup_by_key(|phone| phone.place);
    let entry = |phone: &&crate::eight::telephone::Phone| {
        json!({
            "id": phone.user_id,
            "pbxId": SYSTEMS[system].0,
            "siteId": groups::site_id(system, groups::site_of(phone)),
            "name": phone.name,
            "firstName": phone.first_name,
            "lastName": phone.last_name,
            "extension": phone.extension,
            "deleted": false,
        })
    };
    page(tenant, call, "agentList", agents.iter().map(entry).collect())
}

/// One page of a list, in the order of the names.
fn page(tenant: &Tenant, call: &Call, list: &str, mut all: Vec<Value>) -> Result<Reply, Unserved> {
    let parameters = call.parameters();
    let page = number(&parameters, "page", 0, usize::MAX)?.unwrap_or(0);
    let size = number(&parameters, "size", 1, LARGEST_PAGE)?.unwrap_or(DEFAULT_PAGE);
    let descending = match parameters.get("sort") {
        None | Some("name" | "name,ASC") => false,
        Some("name,DESC") => true,
        Some(_) => return Err("Sorting can be done by name.".to_owned().into()),
    };
    let name = |entry: &Value| entry["name"].as_str().unwrap_or_default().to_owned();
    all.sort_by_key(name);
    if descending {
        all.reverse();
    }
    let total = all.len();
    let pages = total.div_ceil(size);
    let mut shown: Vec<Value> = all.into_iter().skip(page.saturating_mul(size)).take(size).collect();
    if list == "agentList" {
        for entry in shown.iter_mut().filter_map(Value::as_object_mut) {
            entry.remove("name");
        }
    }
    let path = call.path.trim_end_matches('/');
    let slash = if path.ends_with("/pbxes") { "/" } else { "" };
    let link =
        |page: usize| json!({ "href": format!("{}{path}{slash}?page={page}&size={size}", tenant.base) });
    let mut links = json!({ "self": link(page) });
    if pages > 1 {
        links["first"] = link(0);
        links["last"] = link(pages - 1);
        if page + 1 < pages {
            links["next"] = link(page + 1);
        }
    }
    let place = json!({ "size": size, "totalElements": total, "totalPages": pages, "number": page });
    let body = match tenant.contradictions().nested_pages {
        false => json!({ "_embedded": { list: shown }, "_links": links, "page": place }),
        true => json!({ "_embedded": { list: shown, "_links": links, "page": place } }),
    };
    Ok(Reply::json(StatusCode::OK, &body))
}
