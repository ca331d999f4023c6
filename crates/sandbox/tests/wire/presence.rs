//! Presence and batch.

use serde_json::{Value, json};

use crate::support::{ADMIN, Bench, json_of, list, text};

#[tokio::test]
async fn presence_is_the_truth_in_no_particular_order() {
    let bench = Bench::start(250).await;
    let token = bench.access().await;
    let mut ids = bench.ids();
    ids.push("00000000-0000-4000-8000-000000000000".to_owned());
    bench.sandbox.control().set_presence(ADMIN, "Busy", "InACall", true, 60.0).unwrap();
    let before = bench.sandbox.control().people();
    let body: Value = bench.presences(&token, &ids).await.json().await.unwrap();
    let after = bench.sandbox.control().people();
    assert_eq!(list(&body["value"]).len(), 250, "who is not known is left out");
    assert_ne!(list(&body["value"])[0]["id"], ids[0].as_str());
    for (before, after) in before.iter().zip(&after).filter(|(before, after)| before == after) {
        let told = list(&body["value"]).iter().find(|entry| entry["id"] == before.id.as_str()).unwrap();
        assert_eq!(told["availability"], after.availability.as_str());
        assert_eq!(told["activity"], after.activity.as_str());
        assert_eq!(told["outOfOfficeSettings"]["isOutOfOffice"], after.out_of_office);
        assert!(told["statusMessage"].is_null() && told["workLocation"].is_null());
    }
    assert_eq!(after[0].row, "On a call, out of office");
}

#[tokio::test]
async fn sequence_numbers_grow_with_each_change() {
    let bench = Bench::start(50).await;
    let token = bench.access().await;
    let id = bench.ids()[0].clone();
    let mut last = String::new();
    for (availability, activity) in [("Busy", "InACall"), ("Away", "Away"), ("Busy", "InACall")] {
        bench.sandbox.control().set_presence(&id, availability, activity, false, 60.0).unwrap();
        let presence = json_of(bench.graph(&token, &format!("users/{id}/presence"))).await;
        assert_eq!(presence["activity"], activity);
        let number = text(&presence["sequenceNumber"]);
        assert!(number > last, "{number} after {last}");
        last = number;
    }
    bench.sandbox.control().advance(120.0);
    let presence = json_of(bench.graph(&token, &format!("communications/presences/{id}"))).await;
    assert!(text(&presence["sequenceNumber"]) > last, "the end of an override is a change too");
}

#[tokio::test]
async fn at_most_650_well_formed_ids_are_taken() {
    let bench = Bench::start(50).await;
    let token = bench.access().await;
    let ids: Vec<String> = (0..651).map(|_| bench.ids()[0].clone()).collect();
    assert_eq!(bench.presences(&token, &ids[..650]).await.status(), 200);
    for ids in [ids, vec!["malformed".to_owned()], Vec::new(), vec![ADMIN.to_owned()]] {
        let reply = bench.presences(&token, &ids).await;
        assert_eq!(reply.status(), 400);
        let body: Value = reply.json().await.unwrap();
        assert_eq!(body["error"]["code"], "BadRequest");
    }
    let path = "communications/getPresencesByUserId";
    assert_eq!(bench.graph_post(&token, path, &json!({"id": 7})).send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn single_presences_are_found_by_id_only() {
    let bench = Bench::start(50).await;
    let token = bench.access().await;
    for (path, status) in [
        (format!("users/{}/presence", bench.ids()[1]), 200),
        (format!("users/{ADMIN}/presence"), 404),
        ("users/00000000-0000-4000-8000-000000000000/presence".to_owned(), 404),
        ("me/presence".to_owned(), 200),
    ] {
        assert_eq!(bench.graph(&token, &path).send().await.unwrap().status(), status, "{path}");
    }
}

#[tokio::test]
async fn the_limit_of_the_app_is_1500_requests_in_thirty_seconds() {
    let bench = Bench::start(1).await;
    let token = bench.access().await;
    for _ in 0..1_500 {
        assert_eq!(bench.graph(&token, "me/presence").send().await.unwrap().status(), 200);
    }
    let reply = bench.graph(&token, "me/presence").send().await.unwrap();
    assert_eq!(reply.status(), 429);
    let wait: u64 = reply.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=30).contains(&wait));
    let body: Value = reply.json().await.unwrap();
    assert_eq!(body["error"]["code"], "TooManyRequests");
    bench.sandbox.control().advance(30.0);
    assert_eq!(bench.graph(&token, "me/presence").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_batch_answers_its_parts_one_by_one() {
    let bench = Bench::start(50).await;
    let token = bench.access().await;
    let ids = bench.ids();
    let body = json!({ "requests": [
        { "id": "1", "method": "GET", "url": "/me" },
        { "id": "2", "method": "post", "url": "communications/getPresencesByUserId",
          "headers": { "Content-Type": "application/json" }, "body": { "ids": ids[..3] } },
        { "id": "3", "method": "GET", "url": "/users/nobody@brightwater.example" },
        { "id": "4", "method": "GET", "url": "/me", "dependsOn": ["3"] },
        { "id": "5", "method": "GET", "url": "/me", "dependsOn": ["1"] },
        { "id": "6", "method": "POST", "url": "/communications/getPresencesByUserId", "body": {} },
        { "id": "7", "method": "POST", "url": "/$batch" },
    ]});
    let answer = json_of(bench.graph_post(&token, "$batch", &body)).await;
    let part = |id: &str| list(&answer["responses"]).iter().find(|part| part["id"] == id).unwrap().clone();
    let statuses: Vec<Value> =
        ["1", "2", "3", "4", "5", "6", "7"].map(|id| part(id)["status"].clone()).into();
    assert_eq!(statuses, [200, 200, 404, 424, 200, 400, 400]);
    assert_eq!(part("1")["body"]["userPrincipalName"], bench.sandbox.status_user());
    assert_eq!(list(&part("2")["body"]["value"]).len(), 3);

    let get = |id: &str| json!({ "id": id, "method": "GET", "url": "/me" });
    let depends = |id: &str, on: &str| json!({ "id": id, "method": "GET", "url": "/me", "dependsOn": [on] });
    for requests in [
        (0..21).map(|n| get(&n.to_string())).collect(),
        vec![get("a"), get("A")],
        vec![depends("1", "2"), depends("2", "1")],
        vec![depends("1", "9")],
        Vec::new(),
    ] {
        let reply =
            bench.graph_post(&token, "$batch", &json!({ "requests": requests })).send().await.unwrap();
        assert_eq!(reply.status(), 400);
    }
}
