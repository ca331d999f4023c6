//! Bodies as a broken server would send them.
//!
//! Only faults come here, so the bodies may take the slow way through a tree of values.

use serde_json::{Map, Value, json};

use super::FaultKind;
use crate::chance::{Purpose, draw, share};

/// Values from a future in which the enumerations have grown.
const FUTURE: &[(&str, &str)] = &[
    ("availability", "InHolographicSpace"),
    ("activity", "InAHologram"),
    ("userType", "Synthetic"),
    ("contactType", "hologram"),
    ("subscriptionType", "HOLO"),
    ("extensionType", "HOLO"),
    ("latestLabel", "BEAMING"),
    ("userStatus", "HOLOGRAM"),
    ("activityStatus", "BEAMING"),
    ("token_type", "Hologram"),
];

/// Hurts a JSON body; anything that is no JSON is only cut.
pub(crate) fn distort(body: Vec<u8>, kind: &FaultKind, portion: f64, seed: u64) -> Vec<u8> {
    if *kind == FaultKind::Malformed {
        return cut(body);
    }
    let Ok(mut value) = serde_json::from_slice::<Value>(&body) else {
        return body;
    };
    match entries(&mut value) {
        Some(list) => distort_list(list, kind, portion, seed),
        None => distort_one(&mut value, kind),
    }
    serde_json::to_vec(&value).unwrap_or(body)
}

/// Breaks off after two thirds, at a place that leaves valid UTF-8 but no valid JSON.
fn cut(mut body: Vec<u8>) -> Vec<u8> {
    let mut end = body.len() * 2 / 3;
    while end > 0 && body.get(end).is_some_and(|byte| byte & 0xC0 == 0x80) {
        end -= 1;
    }
    body.truncate(end);
    if body.is_empty() {
        body.push(b'{');
    }
    body
}

fn entries(value: &mut Value) -> Option<&mut Vec<Value>> {
    let name = ["value", "data", "keys", "calls", "agentActivity"]
        .into_iter()
        .find(|name| value.get(name).is_some_and(Value::is_array))?;
    value.get_mut(name)?.as_array_mut()
}

fn distort_list(list: &mut Vec<Value>, kind: &FaultKind, portion: f64, seed: u64) {
    let chosen = |position: usize| share(draw(seed, Purpose::Distortion, position as u64, 0), portion);
    if *kind == FaultKind::MissingIds {
        let before = list.len();
        let mut position = 0;
        list.retain(|_| {
            position += 1;
            !chosen(position - 1)
        });
        if list.len() == before && before > 1 {
            list.pop();
        }
        if let Some(entry) = list.first_mut().and_then(Value::as_object_mut) {
            remove_id(entry);
        }
        return;
    }
    // However small the share, a fault that hurts nobody would be no fault.
    let somebody = (0..list.len()).find(|position| chosen(*position)).unwrap_or(0);
    for (position, entry) in list.iter_mut().enumerate() {
        if chosen(position) || position == somebody {
            distort_one(entry, kind);
        }
    }
}

fn distort_one(value: &mut Value, kind: &FaultKind) {
    let Some(object) = value.as_object_mut() else { return };
    match kind {
        FaultKind::WrongTypes => swap_types(object),
        FaultKind::UnknownValues => {
            for (name, future) in FUTURE {
                if let Some(slot) = object.get_mut(*name) {
                    *slot = json!(future);
                }
            }
            if let Some(slot) = object.get_mut("agent-status") {
                *slot = json!(42);
            }
            object.insert("holographicDistance".to_owned(), json!({ "unit": "parsec", "value": 1.5 }));
        }
        FaultKind::MissingIds => remove_id(object),
        _ => {}
    }
}

fn remove_id(object: &mut Map<String, Value>) {
    for name in ["id", "callId", "agent-id", "messageId"] {
        object.remove(name);
    }
}

/// Keeps ids, so that the damage can be told from a missing person.
fn swap_types(object: &mut Map<String, Value>) {
    for (name, value) in object.iter_mut().filter(|(name, _)| *name != "id") {
        *value = match value.take() {
            Value::String(text) => json!(text.len()),
            Value::Number(number) => json!(format!("about {number}")),
            Value::Bool(yes) => json!(if yes { "yes" } else { "no" }),
            Value::Null => json!([]),
            Value::Array(_) => json!("none"),
            Value::Object(_) if name.starts_with('@') => json!(0),
            Value::Object(_) => json!("object"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people() -> Vec<u8> {
        let value: Vec<Value> =
            (0..10).map(|n| json!({"id": n.to_string(), "availability": "Busy"})).collect();
        serde_json::to_vec(&json!({ "value": value })).unwrap()
    }

    fn distorted(kind: &FaultKind, portion: f64) -> Value {
        serde_json::from_slice(&distort(people(), kind, portion, 7)).unwrap()
    }

    #[test]
    fn values_are_hurt_for_some_but_not_all() {
        let value = distorted(&FaultKind::UnknownValues, 0.3);
        let hurt = value["value"].as_array().unwrap().iter().filter(|e| e["availability"] != "Busy").count();
        assert!((1..10).contains(&hurt));
        let value = distorted(&FaultKind::WrongTypes, 0.0);
        assert!(value["value"][0]["availability"].is_number());
        assert_eq!(value["value"][0]["id"], "0");
    }

    #[test]
    fn entries_and_an_id_go_missing() {
        let value = distorted(&FaultKind::MissingIds, 0.0);
        assert_eq!(value["value"].as_array().unwrap().len(), 9);
        assert!(value["value"][0].get("id").is_none());
    }

    #[test]
    fn what_is_malformed_is_no_json_whatever_it_was() {
        for body in [people(), "{\"n\":\"ääääää\"}".as_bytes().to_vec(), Vec::new(), b"7".to_vec()] {
            let cut = distort(body, &FaultKind::Malformed, 1.0, 7);
            assert!(std::str::from_utf8(&cut).is_ok());
            assert!(serde_json::from_slice::<Value>(&cut).is_err());
        }
    }
}
