//! What the members of call queues do (developer.8x8.com, "Work Analytics Agent Activity").

use std::collections::{BTreeMap, HashMap};

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::{Unserved, values};
use crate::chance::{Purpose, below, draw};
use crate::contradictions::{ActivityBody, Contradictions, UserStatuses};
use crate::eight::contacts::SYSTEMS;
use crate::eight::groups::{self, Group, GroupKind};
use crate::eight::telephone::{Label, Phone};
use crate::guard::read;
use crate::message::{Call, Reply};
use crate::tenant::Tenant;

/// What can be measured. Only what is under way is known here; the rest is nought.
const METRICS: &[&str] = &[
    "averageOnHoldInteractionsTime",
    "enteredInteractions",
    "rejectedInteractions",
    "missedInteractions",
    "rejectedInteractionsPercentage",
    "acceptedInteractions",
    "acceptedInteractionsPercentage",
    "ongoingHandlingInteractions",
    "ongoingAvgTalkingInteractionsTime",
    "ongoingAvgHandlingInteractionsTime",
    "ongoingOnHoldInteractions",
    "ongoingTalkingInteractions",
    "averageWrapUpTime",
    "missedInteractionsPercentage",
    "averageTalkingInteractionsTime",
    "totalInteractionTime",
    "ongoingOnHoldInteractionsTime",
    "ongoingTalkingInteractionsTime",
    "ongoingTotalHandlingInteractionsTime",
    "userStatusTime",
    "ongoingWrapUpInteractionsTime",
    "ongoingWrapUpInteractions",
    "agentAverageTimeToAnswer",
];
/// What an 8x8 application says of its user.
pub(crate) const STATUSES: &[&str] =
    &["AVAILABLE", "BUSY", "DND", "AWAY", "AUTO_AWAY", "OFFLINE", "ON_CALL", "INVISIBLE"];
/// How long somebody stays in one state while the simulated traffic is on.
const STATUS_MS: u64 = 480_000;

/// All that is needed to tell of one agent.
struct Picture<'a> {
    tenant: &'a Tenant,
    contradictions: Contradictions,
    queues: &'a [Group],
    busy: HashMap<usize, Label>,
    ringing: Vec<usize>,
    metrics: Vec<&'static str>,
    now_ms: u64,
}

/// `GET /v2/pbxes/{id}/agent-activity`.
pub(super) fn of_agents(tenant: &Tenant, call: &Call, system: usize) -> Result<Reply, Unserved> {
    let parameters = call.parameters();
    let given = |name: &str| parameters.given(name).is_some();
    if given("startDate") != given("endDate") || given("intraDayStart") != given("intraDayEnd") {
        return Err("A start and an end belong together.".to_owned().into());
    }
    let metrics = metrics(values(&parameters, "metrics"))?;
    let statuses = values(&parameters, "userStatuses");
    if let Some(wrong) = statuses.iter().flatten().find(|status| !STATUSES.contains(*status)) {
        return Err(format!("Invalid User Statuses Passed [{wrong}].").into());
    }
    let summary = match parameters.get("includeSummary") {
        None | Some("true") => true,
        Some("false") => false,
        Some(_) => return Err("The value of 'includeSummary' is not valid.".to_owned().into()),
    };
    let queues: Vec<Group> = groups::all(tenant)
        .into_iter()
        .filter(|group| group.pbx == system && group.kind == GroupKind::CallQueue)
        .collect();
    let now_ms = tenant.clock.simulated_ms();
    let picture = Picture {
        tenant,
        contradictions: tenant.contradictions(),
        queues: &queues,
        busy: tenant.telephone.busy(tenant, system, now_ms),
        ringing: tenant.telephone.ringing(tenant, system, now_ms),
        metrics,
        now_ms,
    };
    let queue_ids = values(&parameters, "queueIds");
    let site_ids = values(&parameters, "siteIds");
    let user_ids = values(&parameters, "userIds");
    let wanted =
        |list: &Option<Vec<&str>>, value: &str| list.as_ref().is_none_or(|list| list.contains(&value));
    let entry = |phone: &Phone| {
        let item = picture.item(phone);
        let status = item["userStatus"].as_str().unwrap_or_default();
        let passes = wanted(&statuses, status)
            && wanted(&user_ids, item["userId"].as_str().unwrap_or_default())
            && wanted(&site_ids, &groups::site_id(system, groups::site_of(phone)));
        passes.then_some(item)
    };
    let chosen: Vec<&Group> = queues.iter().filter(|queue| wanted(&queue_ids, &queue.id)).collect();
    let body = match picture.contradictions.activity_body {
        ActivityBody::Flat => {
            let mut people: BTreeMap<usize, &Phone> = BTreeMap::new();
            people.extend(chosen.iter().flat_map(|queue| &queue.members).map(|phone| (phone.place, phone)));
            if picture.contradictions.activity_of_everybody && queue_ids.is_none() {
                people.extend(tenant.telephone.phones(tenant).of(system).iter().map(|it| (it.place, it)));
            }
            let items: Vec<Value> = people.values().filter_map(|phone| entry(phone)).collect();
            let total = summary.then(|| json!({ "summary": picture.total(&items) }));
            with(json!({ "agentActivity": items }), total)
        }
        ActivityBody::Queues => {
            let queues = chosen.iter().map(|queue| {
                let items: Vec<Value> = queue.members.iter().filter_map(entry).collect();
                let total = summary.then(|| json!({ "metricsSummary": picture.total(&items) }));
                let body = json!({
                    "pbx": SYSTEMS[system].1,
                    "site": groups::site_name(queue.site),
                    "queueExtension": queue.extension,
                    "queueName": queue.name,
                    "autoLogin": false,
                    "agentActivity": items,
                });
                with(body, total)
            });
            json!({ "queuesAgentActivity": queues.collect::<Vec<_>>() })
        }
    };
    Ok(Reply::json(StatusCode::OK, &body))
}

fn with(mut body: Value, more: Option<Value>) -> Value {
    if let (Some(object), Some(Value::Object(more))) = (body.as_object_mut(), more) {
        object.extend(more);
    }
    body
}

fn metrics(asked: Option<Vec<&str>>) -> Result<Vec<&'static str>, String> {
    let Some(asked) = asked else { return Ok(METRICS.to_vec()) };
    let wrong: Vec<&str> = asked.iter().filter(|name| !METRICS.contains(*name)).copied().collect();
    if !wrong.is_empty() {
        return Err(format!("Invalid Metrics Passed [{}].", wrong.join(",")));
    }
    Ok(METRICS.iter().filter(|name| asked.contains(*name)).copied().collect())
}

impl Picture<'_> {
    fn item(&self, phone: &Phone) -> Value {
        let label = self.busy.get(&phone.place).copied();
        let ringing = self.ringing.contains(&phone.place);
        let activity = match label {
            Some(_) => "HANDLING",
            None if ringing => "ALERTING",
            None => "AVAILABLE_IDLE",
        };
        let seed = self.tenant.organisation.seed;
        let member = self.queues.iter().filter(|queue| {
            queue.members.iter().any(|member| member.place == phone.place)
                && groups::is_logged_in(seed, queue, phone.place)
        });
        let queues: Vec<&str> = member.map(|queue| queue.extension.as_str()).collect();
        let user_id = match self.contradictions.activity_user_id_is_contact {
            true => phone.user_id.clone(),
            false => format!("user_{}", phone.place),
        };
        let metrics: Map<String, Value> =
            self.metrics.iter().map(|name| ((*name).to_owned(), self.measure(name, label))).collect();
        let mut item = json!({
            "userId": user_id,
            "agentExtension": phone.extension,
            "agentName": phone.name,
            "activityStatus": activity,
            "loggedInQueues": queues,
            "metrics": metrics,
        });
        if let Some(status) = self.status(phone, label.is_some()) {
            item["userStatus"] = status.into();
        }
        if label.is_some() {
            item["interaction"] = json!({ "caller": "Caller", "address": "CallerPhone" });
        }
        item
    }

    /// What the person's 8x8 application says, if it is told.
    fn status(&self, phone: &Phone, on_call: bool) -> Option<String> {
        let place = phone.place;
        if let Some(set) = read(&self.tenant.telephone.statuses).get(&place) {
            return set.clone();
        }
        match self.contradictions.user_statuses {
            UserStatuses::Never => return None,
            UserStatuses::Sometimes if place % 5 == 4 => return None,
            _ => {}
        }
        // A newer example has somebody AVAILABLE who handles a call.
        if on_call && !place.is_multiple_of(3) {
            return Some("ON_CALL".to_owned());
        }
        if self.tenant.telephone.traffic() == 0 {
            return Some("AVAILABLE".to_owned());
        }
        let dice = draw(self.tenant.organisation.seed, Purpose::Agent, place as u64, self.now_ms / STATUS_MS);
        let status = match below(dice, 100) {
            0..60 => "AVAILABLE",
            60..72 => "BUSY",
            72..78 => "DND",
            78..86 => "AWAY",
            86..92 => "AUTO_AWAY",
            92..97 => "OFFLINE",
            _ => "INVISIBLE",
        };
        Some(status.to_owned())
    }

    fn measure(&self, name: &str, label: Option<Label>) -> Value {
        let count = |yes: bool| json!(u8::from(yes));
        match name {
            "ongoingTalkingInteractions" => count(label == Some(Label::Talking)),
            "ongoingOnHoldInteractions" => count(label == Some(Label::OnHold)),
            "ongoingHandlingInteractions" => count(label.is_some()),
            "agentAverageTimeToAnswer" => Value::Null,
            _ => json!(0),
        }
    }

    fn total(&self, items: &[Value]) -> Value {
        let sum =
            |name: &str| -> u64 { items.iter().filter_map(|item| item["metrics"][name].as_u64()).sum() };
        self.metrics.iter().map(|name| ((*name).to_owned(), json!(sum(name)))).collect::<Map<_, _>>().into()
    }
}
