//! Every fault, as a client meets it.

use sandbox::{Fault, FaultKind, Place};
use serde_json::Value;

use crate::support::{ADMIN, Bench, list, text};

impl Bench {
    fn fault(&self, at: Place, kind: FaultKind) {
        self.sandbox.control().replace_faults(vec![Fault::new(at, kind)]);
    }

    async fn status(&self, token: &str, path: &str) -> u16 {
        self.graph(token, path).send().await.unwrap().status().as_u16()
    }

    async fn presence_text(&self, token: &str) -> String {
        self.presences(token, &self.ids()).await.text().await.unwrap()
    }
}

#[tokio::test]
async fn refusals_have_their_status_and_their_bodies() {
    let bench = Bench::start(50).await;
    let token = bench.access().await;
    bench.fault(Place::Presence, FaultKind::Throttle { retry_after: 7 });
    let reply = bench.presences(&token, &bench.ids()).await;
    assert_eq!((reply.status().as_u16(), reply.headers()["retry-after"].to_str().unwrap()), (429, "7"));
    assert_eq!(bench.status(&token, "me").await, 200, "other places are well");

    bench.fault(Place::Graph, FaultKind::Status { status: 503 });
    assert_eq!(bench.status(&token, "users").await, 503);
    assert_eq!(bench.contacts("").send().await.unwrap().status(), 200);

    bench.fault(Place::Organization, FaultKind::Forbidden);
    assert_eq!(bench.status(&token, "organization").await, 403);

    bench.sandbox.control().replace_faults(vec![Fault::new(Place::Users, FaultKind::ExpiredToken).times(2)]);
    let statuses = [
        bench.status(&token, "users").await,
        bench.status(&token, "users").await,
        bench.status(&token, "users").await,
    ];
    assert_eq!(statuses, [401, 401, 200]);

    bench.fault(Place::Eight, FaultKind::Throttle { retry_after: 3 });
    assert_eq!(bench.contacts("").send().await.unwrap().status(), 429);
    bench.fault(Place::Token, FaultKind::Status { status: 500 });
    let reply = bench.renew("x").await;
    assert_eq!(reply.status(), 500);
    bench.fault(Place::Login, FaultKind::Status { status: 502 });
    assert_eq!(bench.get(&bench.authorize(&[])).await.status(), 502);
    bench.fault(Place::Everything, FaultKind::Status { status: 504 });
    assert_eq!(bench.status(&token, "me").await, 504);
    bench.sandbox.control().clear_faults();
    assert_eq!(bench.status(&token, "me").await, 200);
}

#[tokio::test]
async fn a_part_of_a_batch_is_refused_on_its_own() {
    let bench = Bench::start(50).await;
    let token = bench.access().await;
    bench.fault(Place::Presence, FaultKind::Throttle { retry_after: 9 });
    let body = serde_json::json!({ "requests": [
        { "id": "1", "method": "GET", "url": "/me/presence" }, { "id": "2", "method": "GET", "url": "/me" }
    ]});
    let answer: Value = bench.graph_post(&token, "$batch", &body).send().await.unwrap().json().await.unwrap();
    let throttled = list(&answer["responses"]).iter().find(|part| part["id"] == "1").unwrap();
    assert_eq!((&throttled["status"], &throttled["headers"]["Retry-After"]), (&429.into(), &"9".into()));
    bench.fault(Place::Batch, FaultKind::Status { status: 500 });
    assert_eq!(bench.graph_post(&token, "$batch", &body).send().await.unwrap().status(), 500);
}

#[tokio::test]
async fn a_dropped_connection_has_no_answer_and_half_a_body_breaks_off() {
    let bench = Bench::start(50).await;
    let token = bench.access().await;
    bench.fault(Place::Presence, FaultKind::Drop);
    let path = "communications/getPresencesByUserId";
    let body = serde_json::json!({ "ids": bench.ids() });
    assert!(bench.graph_post(&token, path, &body).send().await.is_err());
    assert_eq!(bench.sandbox.control().requests().last().unwrap().status, 0);

    bench.fault(Place::Presence, FaultKind::HalfBody);
    let mut reply = bench.graph_post(&token, path, &body).send().await.unwrap();
    assert_eq!(reply.status(), 200);
    let announced = reply.content_length().unwrap() as usize;
    let mut received = 0;
    let ended = loop {
        match reply.chunk().await {
            Ok(Some(chunk)) => received += chunk.len(),
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    assert!(ended.is_err());
    assert_eq!(received, announced / 2);
    bench.sandbox.control().clear_faults();
    assert_eq!(bench.graph_post(&token, path, &body).send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn late_answers_are_late() {
    let bench = Bench::start(1).await;
    bench.fault(Place::Login, FaultKind::Latency { milliseconds: 60_000 });
    let patience = std::time::Duration::from_millis(50);
    assert!(tokio::time::timeout(patience, bench.get(&bench.authorize(&[]))).await.is_err());
    bench.fault(Place::Login, FaultKind::Latency { milliseconds: 1 });
    assert_eq!(bench.get(&bench.authorize(&[])).await.status(), 200);
}

#[tokio::test]
async fn bodies_are_hurt_in_every_way() {
    let bench = Bench::start(50).await;
    let token = bench.access().await;
    bench.fault(Place::Presence, FaultKind::Malformed);
    assert!(serde_json::from_str::<Value>(&bench.presence_text(&token).await).is_err());

    bench.fault(Place::Presence, FaultKind::WrongTypes);
    let body: Value = serde_json::from_str(&bench.presence_text(&token).await).unwrap();
    let wrong = list(&body["value"]).iter().filter(|entry| !entry["availability"].is_string()).count();
    assert!((1..50).contains(&wrong), "{wrong}");

    bench.fault(Place::Presence, FaultKind::UnknownValues);
    let body: Value = serde_json::from_str(&bench.presence_text(&token).await).unwrap();
    let strange = list(&body["value"]).iter().filter(|entry| entry["activity"] == "InAHologram").count();
    assert!((1..50).contains(&strange), "{strange}");

    bench.fault(Place::Presence, FaultKind::MissingIds);
    let body: Value = serde_json::from_str(&bench.presence_text(&token).await).unwrap();
    assert!((1..50).contains(&list(&body["value"]).len()));
    assert_eq!(list(&body["value"]).iter().filter(|entry| entry.get("id").is_none()).count(), 1);

    bench.fault(Place::Eight, FaultKind::WrongTypes);
    let contacts: Value = bench.contacts("size=20").send().await.unwrap().json().await.unwrap();
    assert!(list(&contacts["data"]).iter().any(|contact| !contact["contactType"].is_string()));
}

#[tokio::test]
async fn revoked_tokens_need_a_new_sign_in_which_then_works() {
    let bench = Bench::start(50).await;
    let answer = bench.sign_in(ADMIN).await;
    bench.fault(Place::Everything, FaultKind::RevokedToken);
    assert_eq!(bench.status(&text(&answer["access_token"]), "me").await, 401);
    let refused: Value = bench.renew(&text(&answer["refresh_token"])).await.json().await.unwrap();
    assert_eq!(refused["error_codes"][0], 50_173);
    let answer = bench.sign_in(ADMIN).await;
    assert_eq!(bench.status(&text(&answer["access_token"]), "me").await, 200);
}

#[tokio::test]
async fn a_skewed_clock_shows_in_headers_and_id_tokens() {
    let bench = Bench::start(1).await;
    bench.fault(Place::Everything, FaultKind::ClockSkew { seconds: 86_400 * 365 });
    let answer = bench.sign_in(ADMIN).await;
    let token = text(&answer["id_token"]);
    let claims = jsonwebtoken::dangerous::insecure_decode::<Value>(&token).unwrap().claims;
    let skewed = claims["iat"].as_i64().unwrap();
    let date = |reply: &reqwest::Response| reply.headers()["date"].to_str().unwrap().to_owned();
    let far = date(&bench.get(&bench.authorize(&[])).await);
    bench.sandbox.control().clear_faults();
    let near = date(&bench.get(&bench.authorize(&[])).await);
    assert_ne!(far.get(12..16), near.get(12..16), "{far} and {near} are a year apart");
    let answer = bench.sign_in(ADMIN).await;
    let claims = jsonwebtoken::dangerous::insecure_decode::<Value>(text(&answer["id_token"])).unwrap().claims;
    assert!(skewed - claims["iat"].as_i64().unwrap() > 86_400 * 364);
}

#[tokio::test]
async fn a_delta_reset_asks_to_start_over() {
    let bench = Bench::start(50).await;
    let token = bench.access().await;
    let latest = bench.graph(&token, "users/delta?$deltatoken=latest").send().await.unwrap();
    let latest: Value = latest.json().await.unwrap();
    let delta = text(&latest["@odata.deltaLink"]);
    bench.fault(Place::Delta, FaultKind::DeltaReset);
    let reply = bench.graph(&token, &delta).send().await.unwrap();
    assert_eq!(reply.status(), 410);
    let address = reply.headers()["location"].to_str().unwrap().to_owned();
    assert_eq!(bench.status(&token, &address).await, 200);
}
