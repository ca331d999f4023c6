//! The calls under way (developer.8x8.com, "Work Analytics Active Calls").

use std::cmp::Ordering;

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::{Unserved, number, values};
use crate::contradictions::Paging;
use crate::eight::telephone::{Label, Party, Talk};
use crate::message::{Call, Parameters, Reply};
use crate::tenant::Tenant;

/// The device of everybody inside; nothing is known of those outside.
const DEVICE: &str = "voo8x8";
const FLAT: &[&str] = &["limit", "startingAfter", "latestSortingValue", "sortingField", "sortingDirection"];
const GUIDE: &[&str] = &["paging", "sorting"];
/// Fields by the names under which they can be asked for, and where they are in the body.
const FIELDS: &[(&str, &str, &str)] = &[
    ("callId", "callId", ""),
    ("startTime", "startTime", ""),
    ("connectedTime", "connectedTime", ""),
    ("callerId", "caller", "id"),
    ("callerAddress", "caller", "address"),
    ("callerName", "caller", "name"),
    ("callerDeviceId", "caller", "deviceId"),
    ("callerDeviceModel", "caller", "deviceModel"),
    ("latestCalleeAddress", "latestCallee", "address"),
    ("latestCalleeName", "latestCallee", "name"),
    ("latestCalleeDeviceId", "latestCallee", "deviceId"),
    ("latestCalleeDeviceModel", "latestCallee", "deviceModel"),
    ("direction", "direction", ""),
    ("reference", "reference", ""),
    ("sip", "sip", ""),
    ("latestLabel", "latestLabel", ""),
    ("labels", "labels", ""),
    ("outcome", "outcome", ""),
    ("talkingDuration", "talkingDuration", ""),
    ("onHoldDuration", "onHoldDuration", ""),
    ("waitingDuration", "waitingDuration", ""),
    ("totalDuration", "totalDuration", ""),
];

/// Which part of the list is wanted.
#[derive(Debug, Default, PartialEq)]
struct Wanted<'p> {
    field: &'p str,
    descending: bool,
    size: Option<usize>,
    page: usize,
    after: Option<(&'p str, Option<&'p str>)>,
}

/// `GET /v2/pbxes/{id}/calls/active`.
pub(super) fn active(tenant: &Tenant, call: &Call, system: usize) -> Result<Reply, Unserved> {
    let contradictions = tenant.contradictions();
    if !contradictions.active_calls_allowed {
        return Err(Unserved::NoAccess);
    }
    if let Some(limit) = contradictions.active_calls_per_minute
        && tenant.active_calls_load.minutes(tenant.clock.elapsed_ms()).0 >= limit
    {
        return Err(Unserved::TooMany);
    }
    tenant.active_calls_load.count(tenant.clock.elapsed_ms());
    let parameters = call.parameters();
    let wanted = wanted(&parameters, contradictions.active_calls_paging)?;
    let now_ms = tenant.clock.simulated_ms().saturating_sub(contradictions.active_calls_delay_ms);
    let opened_ms = u64::try_from(tenant.clock.opened_at().as_millisecond()).unwrap_or_default();
    let talks = tenant.telephone.talks(tenant, Some(system), now_ms);
    let mut calls: Vec<Value> = talks.iter().map(|talk| show(talk, opened_ms, now_ms)).collect();
    calls.sort_by(|one, other| compare(one, other, &wanted));
    let calls = cut(calls, &wanted)?;
    let calls: Vec<Value> = match values(&parameters, "fields") {
        None => calls,
        Some(names) => {
            let names = names.iter().map(|name| field(name)).collect::<Result<Vec<_>, _>>()?;
            calls.iter().map(|call| select(call, &names)).collect()
        }
    };
    Ok(Reply::json(StatusCode::OK, &json!({ "calls": calls })))
}

fn wanted(parameters: &Parameters, paging: Paging) -> Result<Wanted<'_>, String> {
    let given =
        |names: &'static [&'static str]| names.iter().find(|name| parameters.given(name).is_some()).copied();
    let (flat, guide) = (given(FLAT), given(GUIDE));
    let unknown = |name: &str| format!("Unknown request parameter [{name}].");
    match (paging, flat, guide) {
        (Paging::Ignored, ..) => return Ok(Wanted { field: "startTime", ..Wanted::default() }),
        (Paging::Flat, _, Some(name)) | (Paging::Guide, Some(name), _) => return Err(unknown(name)),
        (Paging::Both, Some(_), Some(_)) => {
            return Err("Paging is given in two forms at once.".to_owned());
        }
        _ => {}
    }
    if let Some(text) = parameters.get("paging") {
        let numbers = text.split_once(',').and_then(|(page, size)| {
            Some((page.trim().parse().ok()?, size.trim().parse().ok().filter(|size| *size >= 1)?))
        });
        let (page, size) = numbers.ok_or("The value of 'paging' is not valid.")?;
        return Ok(Wanted { page, size: Some(size), ..guide_sorting(parameters)? });
    }
    if guide.is_some() {
        return guide_sorting(parameters);
    }
    let size = number(parameters, "limit", 1, usize::MAX)?;
    let field = parameters.get("sortingField");
    if paging == Paging::Flat && (size.is_none() || field.is_none()) {
        return Err("'limit' and 'sortingField' are required.".to_owned());
    }
    let field = field.unwrap_or("startTime");
    if !["callId", "startTime", "stopTime", "handlingDuration"].contains(&field) {
        return Err(format!("Sorting by [{field}] is not supported."));
    }
    let descending = match parameters.get("sortingDirection") {
        None | Some("ASC") => false,
        Some("DESC") => true,
        Some(_) => return Err("The sorting direction is ASC or DESC.".to_owned()),
    };
    let after = parameters.get("startingAfter").map(|id| (id, parameters.get("latestSortingValue")));
    Ok(Wanted { field, descending, size, page: 0, after })
}

fn guide_sorting(parameters: &Parameters) -> Result<Wanted<'_>, String> {
    let text = parameters.get("sorting").unwrap_or("startTime,asc");
    let (field, direction) = text.split_once(',').unwrap_or((text, "asc"));
    if !["callId", "startTime", "caller.name", "callee.name"].contains(&field) {
        return Err(format!("Sorting by [{field}] is not supported."));
    }
    let descending = match direction.to_ascii_lowercase().as_str() {
        "asc" => false,
        "desc" => true,
        _ => return Err("The sorting direction is asc or desc.".to_owned()),
    };
    Ok(Wanted { field, descending, ..Wanted::default() })
}

/// What a call is sorted by.
fn key(call: &Value, field: &str) -> Value {
    match field {
        "caller.name" => call["caller"]["name"].clone(),
        "callee.name" => call["latestCallee"]["name"].clone(),
        "handlingDuration" => call["totalDuration"].clone(),
        // A call under way has not stopped.
        "stopTime" => json!(0),
        _ => call[field].clone(),
    }
}

fn order(one: &Value, other: &Value) -> Ordering {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => one.total_cmp(&other),
        _ => one.as_str().unwrap_or_default().cmp(other.as_str().unwrap_or_default()),
    }
}

fn compare(one: &Value, other: &Value, wanted: &Wanted<'_>) -> Ordering {
    let ordering = order(&key(one, wanted.field), &key(other, wanted.field))
        .then_with(|| order(&one["callId"], &other["callId"]));
    if wanted.descending { ordering.reverse() } else { ordering }
}

/// The part that is wanted. A call that has ended since is found by its sorting value.
fn cut(calls: Vec<Value>, wanted: &Wanted<'_>) -> Result<Vec<Value>, String> {
    let size = wanted.size.unwrap_or(usize::MAX);
    let Some((id, value)) = wanted.after else {
        return Ok(calls.into_iter().skip(wanted.page.saturating_mul(size)).take(size).collect());
    };
    let place = calls.iter().position(|call| call["callId"] == id);
    let from = match (place, value) {
        (Some(place), _) => place + 1,
        (None, None) => return Err(format!("The item [{id}] was not found.")),
        (None, Some(text)) => {
            let value = text.parse::<f64>().map_or_else(|_| json!(text), |number| json!(number));
            let passed = |call: &Value| {
                let ordering =
                    order(&key(call, wanted.field), &value).then_with(|| order(&call["callId"], &json!(id)));
                let ordering = if wanted.descending { ordering.reverse() } else { ordering };
                ordering != Ordering::Greater
            };
            calls.iter().filter(|call| passed(call)).count()
        }
    };
    Ok(calls.into_iter().skip(from).take(size).collect())
}

fn field(name: &str) -> Result<(&'static str, &'static str), String> {
    let found = FIELDS.iter().find(|(known, ..)| *known == name);
    found.map(|(_, outer, inner)| (*outer, *inner)).ok_or_else(|| format!("Invalid fields passed [{name}]."))
}

fn select(call: &Value, names: &[(&str, &str)]) -> Value {
    let mut part = Map::new();
    for (outer, inner) in names {
        let Some(value) = call.get(outer) else { continue };
        if inner.is_empty() {
            part.insert((*outer).to_owned(), value.clone());
        } else if let Some(value) = value.get(inner)
            && let Some(object) = part.entry(*outer).or_insert_with(|| json!({})).as_object_mut()
        {
            object.insert((*inner).to_owned(), value.clone());
        }
    }
    Value::Object(part)
}

fn show(talk: &Talk, opened_ms: u64, now_ms: u64) -> Value {
    let lengths = talk.lengths(now_ms);
    let seconds = |milliseconds: u64| milliseconds as f64 / 1000.0;
    let started = opened_ms + talk.started_ms();
    let mut caller = party(&talk.caller);
    if let (Some(name), Some(address)) = (&talk.caller.name, &talk.caller.address) {
        caller["id"] = format!("{name},{address}").into();
    }
    let mut call = json!({
        "callId": talk.id,
        "startTime": started,
        "connectedTime": talk.connected_ms(now_ms).map_or(0, |connected| opened_ms + connected),
        "caller": caller,
        "direction": talk.direction,
        "sip": format!("sip-{}", talk.id),
        "latestLabel": talk.label(now_ms).map(Label::name),
        "labels": talk.labels(now_ms).into_iter().map(Label::name).collect::<Vec<_>>(),
        "outcome": "ONGOING",
        "talkingDuration": seconds(lengths.talking),
        "onHoldDuration": seconds(lengths.on_hold),
        "waitingDuration": seconds(lengths.waiting),
        "totalDuration": seconds(now_ms.saturating_sub(talk.started_ms())),
    });
    if let Some(latest) = talk.latest(now_ms) {
        call["latestCallee"] = party(latest);
        call["reference"] = latest.address.clone().into();
    }
    call
}

fn party(party: &Party) -> Value {
    let mut shown = Map::new();
    shown.extend(party.address.clone().map(|address| ("address".to_owned(), address.into())));
    shown.extend(party.name.clone().map(|name| ("name".to_owned(), name.into())));
    if party.place.is_some() {
        shown.insert("deviceModel".to_owned(), DEVICE.into());
    }
    shown.into()
}
