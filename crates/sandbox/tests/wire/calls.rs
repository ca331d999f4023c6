//! Calls, queues and what their members do.

use std::collections::HashSet;

use sandbox::{
    ActivityBody, Call, Contradictions, Fault, FaultKind, Options, Paging, Place, UserStatus, UserStatuses,
};
use serde_json::{Value, json};

use crate::support::{Bench, list, text};

/// A signed-in client of Work Analytics.
struct Analytics<'b> {
    bench: &'b Bench,
    token: String,
}

impl<'b> Analytics<'b> {
    async fn of(bench: &'b Bench) -> Self {
        let address = format!("{}/analytics/work/v1/oauth/token", bench.sandbox.eight());
        let form =
            [("username", bench.sandbox.analytics_user()), ("password", bench.sandbox.analytics_password())];
        let request = bench.http.post(address).header("8x8-apikey", bench.sandbox.analytics_key());
        let answer: Value = request.form(&form).send().await.unwrap().json().await.unwrap();
        Self { bench, token: text(&answer["access_token"]) }
    }

    async fn ask(&self, path: &str) -> (u16, Value) {
        let address = format!("{}/analytics/work/v2/pbxes{path}", self.bench.sandbox.eight());
        let request = self.bench.http.get(address).header("8x8-apikey", self.bench.sandbox.analytics_key());
        let reply = request.bearer_auth(&self.token).send().await.unwrap();
        (reply.status().as_u16(), reply.json().await.unwrap_or_default())
    }

    async fn calls(&self, pbx: &str, query: &str) -> Vec<Value> {
        let (status, body) = self.ask(&format!("/{pbx}/calls/active?{query}")).await;
        assert_eq!(status, 200, "{body}");
        list(&body["calls"]).clone()
    }
}

async fn bench(calls: usize) -> Bench {
    Bench::with(Options { people: 120, phone_systems: Some(3), calls, ..Options::default() }).await
}

/// Two people of one phone system, and one of another with the first one's short extension.
fn people(bench: &Bench) -> [String; 3] {
    let control = bench.sandbox.control();
    let all: Vec<_> = control
        .people()
        .into_iter()
        .filter_map(|truth| {
            let (pbx, extension, _) = control.extension(&truth.id).ok()?;
            Some((truth.user_principal_name, pbx, extension))
        })
        .collect();
    for (first, pbx, extension) in &all {
        let double = all.iter().find(|(_, other, same)| other != pbx && same == extension);
        let second = all.iter().find(|(name, other, _)| other == pbx && name != first);
        if let (Some(double), Some(second)) = (double, second) {
            return [first.clone(), second.0.clone(), double.0.clone()];
        }
    }
    panic!("nobody has a double");
}

#[tokio::test]
async fn a_call_is_followed_from_ringing_to_its_end() {
    let bench = bench(0).await;
    let control = bench.sandbox.control();
    let analytics = Analytics::of(&bench).await;
    let [ann, bob, double] = people(&bench);
    let (pbx, extension, _) = control.extension(&ann).unwrap();
    let (other, ..) = control.extension(&double).unwrap();
    let id = control.place_call(&Call::inbound("+18005551234", &ann)).unwrap();
    let ringing = analytics.calls(&pbx, "").await[0].clone();
    assert_eq!(ringing["callId"], id.as_str());
    assert_eq!((&ringing["latestLabel"], &ringing["connectedTime"]), (&json!("ALERTING"), &json!(0)));
    assert_eq!(
        (&ringing["direction"], &ringing["caller"]["address"]),
        (&json!("INBOUND"), &json!("+18005551234"))
    );
    assert_eq!(ringing["latestCallee"]["address"], extension.as_str());
    assert!(control.people_on_calls().is_empty());
    assert_eq!(control.calls()[0].ringing, std::slice::from_ref(&ann));

    control.advance(5.0);
    control.answer(&id).unwrap();
    control.advance(10.0);
    control.hold(&id).unwrap();
    control.advance(2.0);
    let held = analytics.calls(&pbx, "fields=callId,latestLabel,onHoldDuration,callerName").await[0].clone();
    assert_eq!(held["latestLabel"], "ONHOLD");
    assert!((2.0..3.0).contains(&held["onHoldDuration"].as_f64().unwrap()));
    assert_eq!((held.as_object().unwrap().len(), held["caller"].as_object().unwrap().len()), (4, 1));
    assert_eq!(control.people_on_calls(), std::slice::from_ref(&ann));
    assert!(analytics.calls(&other, "").await.is_empty(), "the double's phone system knows nothing of it");

    control.resume(&id).unwrap();
    control.transfer(&id, &bob).unwrap();
    assert!(control.people_on_calls().is_empty());
    let handed = analytics.calls(&pbx, "").await[0].clone();
    assert_eq!(
        (&handed["latestLabel"], &handed["labels"]),
        (
            &json!("ALERTING"),
            &json!(["WAITING", "ALERTING", "TALKING", "ONHOLD", "TALKING", "TRANSFERRED", "ALERTING"])
        )
    );
    assert_eq!(handed["latestCallee"]["address"], control.extension(&bob).unwrap().1.as_str());
    control.answer(&id).unwrap();
    assert_eq!(control.people_on_calls(), std::slice::from_ref(&bob));
    control.conference(&id, &ann).unwrap();
    let truth = control.calls()[0].clone();
    assert_eq!((truth.on_call.len(), truth.told), (2, vec![ann.clone()]), "who joined last hides the other");

    control.set_contradictions(Contradictions { active_calls_delay_ms: 10_000, ..Contradictions::default() });
    control.advance(1.0);
    control.hang_up(&id).unwrap();
    assert!(control.calls().is_empty());
    assert_eq!(analytics.calls(&pbx, "").await.len(), 1, "the picture is old");
    control.advance(10.0);
    assert!(analytics.calls(&pbx, "").await.is_empty());
    assert!(control.answer(&id).is_err() && control.place_call(&Call::outbound("x", "+1800")).is_err());
}

#[tokio::test]
async fn a_call_of_8x8_is_none_in_teams() {
    let bench = bench(0).await;
    let control = bench.sandbox.control();
    let [ann, bob, _] = people(&bench);
    control.set_presence(&ann, "Available", "Available", false, 600.0).unwrap();
    let id = control.place_call(&Call::internal(&ann, &bob)).unwrap();
    control.answer(&id).unwrap();
    let truth = control.people().into_iter().find(|truth| truth.user_principal_name == ann).unwrap();
    assert_eq!(truth.activity, "Available");
    assert_eq!(control.people_on_calls().len(), 2);
}

#[tokio::test]
async fn both_forms_of_paging_lead_to_every_call() {
    let bench = bench(18).await;
    let control = bench.sandbox.control();
    control.advance(1_000.0);
    let analytics = Analytics::of(&bench).await;
    let pbx = "pbx-brightwater-1";
    let all: HashSet<String> =
        analytics.calls(pbx, "").await.iter().map(|call| text(&call["callId"])).collect();
    assert!(all.len() >= 4, "{}", all.len());
    let (mut flat, mut after) = (HashSet::new(), String::new());
    loop {
        let query = format!("limit=2&sortingField=startTime&sortingDirection=ASC{after}");
        let page = analytics.calls(pbx, &query).await;
        flat.extend(page.iter().map(|call| text(&call["callId"])));
        if page.len() < 2 {
            break;
        }
        let last = &page[1];
        after = format!("&startingAfter={}&latestSortingValue={}", text(&last["callId"]), last["startTime"]);
    }
    let mut guide = HashSet::new();
    for number in 0.. {
        let page = analytics.calls(pbx, &format!("paging={number},2&sorting=startTime,desc")).await;
        guide.extend(page.iter().map(|call| text(&call["callId"])));
        if page.len() < 2 {
            break;
        }
    }
    assert!(flat.is_superset(&all) && guide.is_superset(&all), "{all:?} {flat:?} {guide:?}");

    let flat = "limit=2&sortingField=callId&sortingDirection=DESC";
    let guide = "paging=0,2&sorting=callId,desc";
    for (paging, query, status) in [
        (Paging::Flat, guide, 400),
        (Paging::Flat, "", 400),
        (Paging::Flat, flat, 200),
        (Paging::Guide, flat, 400),
        (Paging::Guide, guide, 200),
        (Paging::Guide, "", 200),
        (Paging::Both, "limit=0", 400),
        (Paging::Both, "paging=1", 400),
        (Paging::Both, "sortingField=caller.name", 400),
        (Paging::Both, "fields=shoeSize", 400),
    ] {
        control
            .set_contradictions(Contradictions { active_calls_paging: paging, ..Contradictions::default() });
        let (found, body) = analytics.ask(&format!("/{pbx}/calls/active?{query}")).await;
        assert_eq!(found, status, "{paging:?} {query}: {body}");
    }
    control.set_contradictions(Contradictions {
        active_calls_paging: Paging::Ignored,
        ..Contradictions::default()
    });
    assert!(analytics.calls(pbx, flat).await.len() >= 4);
}

#[tokio::test]
async fn active_calls_refuse_in_their_own_shapes() {
    let bench = bench(0).await;
    let control = bench.sandbox.control();
    let analytics = Analytics::of(&bench).await;
    let path = "/pbx-brightwater-1/calls/active";
    let (status, body) = analytics.ask("/pbx-nowhere/calls/active").await;
    assert_eq!((status, body["messages"].is_array()), (404, true));
    for (fault, status) in [
        (FaultKind::Status { status: 409 }, 409),
        (FaultKind::Status { status: 503 }, 503),
        (FaultKind::Throttle { retry_after: 4 }, 429),
    ] {
        control.replace_faults(vec![Fault::new(Place::Calls, fault)]);
        let (found, body) = analytics.ask(path).await;
        assert_eq!(found, status, "{body}");
        assert!(status == 429 || body["path"] == "/analytics/work/v2/pbxes/pbx-brightwater-1/calls/active");
    }
    control.replace_faults(vec![Fault::new(Place::Calls, FaultKind::ExpiredToken)]);
    assert_eq!(analytics.ask(path).await.1["error"], "invalid_token");
    control.replace_faults(vec![Fault::new(Place::Calls, FaultKind::Forbidden)]);
    assert!(text(&analytics.ask(path).await.1["messages"][0]).contains("pbxId [pbx-brightwater-1]"));
    assert_eq!(analytics.ask("/").await.0, 200, "other places are well");
    control.clear_faults();
    control.set_contradictions(Contradictions { active_calls_allowed: false, ..Contradictions::default() });
    assert_eq!((analytics.ask(path).await.0, analytics.ask("/pbx-brightwater-1/queues").await.0), (403, 200));
    control
        .set_contradictions(Contradictions { active_calls_per_minute: Some(2), ..Contradictions::default() });
    assert_eq!(
        [analytics.ask(path).await.0, analytics.ask(path).await.0, analytics.ask(path).await.0],
        [200, 200, 429]
    );
    control.set_contradictions(Contradictions::default());
    control.expire_access_tokens();
    assert_eq!(analytics.ask(path).await.0, 401);
}

#[tokio::test]
async fn sites_queues_and_agents_are_listed() {
    let bench = bench(0).await;
    let analytics = Analytics::of(&bench).await;
    let (_, systems) = analytics.ask("/?page=0&size=2&sort=name,ASC").await;
    assert_eq!(
        (list(&systems["_embedded"]["pbxList"]).len(), &systems["page"]["totalPages"]),
        (2, &json!(2))
    );
    let (_, sites) = analytics.ask("/pbx-brightwater-2/sites").await;
    let site = text(&sites["_embedded"]["siteList"][0]["id"]);
    let (_, queues) = analytics.ask("/pbx-brightwater-2/queues").await;
    let names: Vec<String> =
        list(&queues["_embedded"]["queueList"]).iter().map(|queue| text(&queue["name"])).collect();
    assert_eq!(names, ["Customer care queue", "Reception queue"]);
    let (_, some) = analytics.ask(&format!("/pbx-brightwater-2/sites/{site}/queues")).await;
    assert!(list(&some["_embedded"]["queueList"]).len() < 2);
    let (_, agents) = analytics.ask("/pbx-brightwater-2/agents?size=100").await;
    let extensions: HashSet<String> =
        list(&agents["_embedded"]["agentList"]).iter().map(|agent| text(&agent["extension"])).collect();
    let members = bench.sandbox.control().memberships();
    let expected: HashSet<String> = members
        .iter()
        .filter(|member| member.pbx == "pbx-brightwater-2" && !member.ring_group)
        .map(|member| member.extension.clone())
        .collect();
    assert_eq!(extensions, expected);
    bench
        .sandbox
        .control()
        .set_contradictions(Contradictions { nested_pages: true, ..Contradictions::default() });
    let (_, nested) = analytics.ask("/").await;
    assert_eq!(nested["_embedded"]["page"]["totalElements"], 3);
}

#[tokio::test]
async fn agent_activity_has_two_shapes_and_gaps() {
    let bench = bench(0).await;
    let control = bench.sandbox.control();
    let analytics = Analytics::of(&bench).await;
    let members = control.memberships();
    let member = members.iter().find(|member| !member.ring_group && member.logged_in).unwrap().clone();
    let path = format!("/{}/agent-activity", member.pbx);
    let query = "metrics=ongoingTalkingInteractions,ongoingOnHoldInteractions&includeSummary=false";
    let set = |contradictions| control.set_contradictions(contradictions);
    set(Contradictions { user_statuses: UserStatuses::Always, ..Contradictions::default() });
    let id = control.place_call(&Call::outbound(&member.user, "+18005551234")).unwrap();
    control.answer(&id).unwrap();
    let find = async |query: &str| {
        let (status, body) = analytics.ask(&format!("{path}?{query}")).await;
        assert_eq!(status, 200, "{body}");
        let found = list(&body["agentActivity"])
            .iter()
            .find(|item| item["agentExtension"] == member.extension.as_str());
        (found.cloned(), body)
    };
    let (item, body) = find(query).await;
    let item = item.unwrap();
    assert_eq!(item["metrics"], json!({ "ongoingTalkingInteractions": 1, "ongoingOnHoldInteractions": 0 }));
    assert_eq!((&item["activityStatus"], body.get("summary")), (&json!("HANDLING"), None));
    assert!(list(&item["loggedInQueues"]).contains(&json!(member.group_extension)));
    control.hang_up(&id).unwrap();
    control.set_user_status(&member.user, UserStatus::Told("DND".to_owned())).unwrap();
    assert_eq!(find("").await.0.unwrap()["userStatus"], "DND");
    assert!(find("userStatuses=AVAILABLE").await.0.is_none());
    control.set_user_status(&member.user, UserStatus::Missing).unwrap();
    assert!(find("").await.0.unwrap().get("userStatus").is_none());

    set(Contradictions { activity_of_everybody: true, ..Contradictions::default() });
    assert!(list(&find("").await.1["agentActivity"]).len() > 30);
    set(Contradictions { activity_body: ActivityBody::Queues, ..Contradictions::default() });
    let (_, body) = analytics.ask(&path).await;
    let queues = list(&body["queuesAgentActivity"]);
    assert!(
        queues.len() == 2 && queues[0]["metricsSummary"].is_object() && queues[0]["agentActivity"].is_array()
    );
    let (status, body) = analytics.ask(&format!("{path}?metrics=random,notSupported")).await;
    assert_eq!(
        (status, &body["messages"][0]),
        (400, &json!("Invalid Metrics Passed [random,notSupported]."))
    );
    assert_eq!(analytics.ask(&format!("{path}?startDate=2023-06-14T00:00:00-0700")).await.0, 400);
}
