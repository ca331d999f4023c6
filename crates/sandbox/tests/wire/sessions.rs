//! Presence that is written.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sandbox::{Contradictions, Fault, FaultKind, Place};
use serde_json::{Value, json};

use crate::certificate::Certificate;
use crate::support::{ADMIN, Bench, json_of, list, text};

/// An installed tenant whose application may write presence, and the application's own token.
pub(crate) async fn writer(people: usize) -> (Bench, String) {
    let bench = Bench::start(people).await;
    let certificate = Certificate::new(0);
    let der = STANDARD.decode(text(&certificate.credential()["key"])).unwrap();
    let roles = ["Presence.ReadWrite.All", "Presence.Read.All"];
    assert!(bench.sandbox.control().trust_certificate(&der, &roles));
    let client = bench.sandbox.client_id().to_owned();
    let assertion = certificate.sign("PS256", &bench.claims(&client));
    let (status, answer) = bench.credentials(&client, &assertion).await;
    assert_eq!(status, 200, "{answer}");
    let token = text(&answer["access_token"]);
    (bench, token)
}

impl Bench {
    async fn write(&self, token: &str, user: &str, action: &str, body: Value) -> u16 {
        self.call(token, "POST", &format!("users/{user}/presence/{action}"), body).await.0
    }

    async fn shows(&self, token: &str, user: &str) -> (String, String, String) {
        let presence = json_of(self.graph(token, &format!("users/{user}/presence"))).await;
        let part = |name: &str| text(&presence[name]);
        (part("availability"), part("activity"), part("sequenceNumber"))
    }

    fn says(&self, pair: (&str, &str), life: Option<&str>) -> Value {
        json!({
            "sessionId": self.sandbox.client_id(), "availability": pair.0, "activity": pair.1,
            "expirationDuration": life,
        })
    }
}

#[tokio::test]
async fn a_call_is_shown_until_it_is_cleared_or_expires() {
    let (bench, token) = writer(50).await;
    let control = bench.sandbox.control();
    let user = bench.ids()[3].clone();
    control.set_presence(&user, "Offline", "Offline", false, f64::INFINITY).unwrap();
    let (_, _, before) = bench.shows(&token, &user).await;
    let call = bench.says(("Busy", "InACall"), None);
    assert_eq!(bench.write(&token, &user, "clearPresence", call.clone()).await, 404);
    assert_eq!(bench.write(&token, &user, "setPresence", call.clone()).await, 200);
    let shown = bench.shows(&token, &user).await;
    assert_eq!((shown.0.as_str(), shown.1.as_str()), ("Busy", "InACall"));
    assert!(shown.2 > before);
    let session = control.presence_sessions()[0].clone();
    assert!((290_000..=300_000).contains(&session.expires_in_ms), "{session:?}");
    assert_eq!(control.own_presence(&user).unwrap().availability, "Offline");
    let many: Value = bench.presences(&token, std::slice::from_ref(&user)).await.json().await.unwrap();
    assert_eq!(list(&many["value"])[0]["activity"], "InACall");

    control.set_contradictions(Contradictions {
        call_reads_busy: true,
        presence_no_content: true,
        ..Contradictions::default()
    });
    assert_eq!(bench.shows(&token, &user).await.1, "Busy");
    control.advance(200.0);
    let again = bench.shows(&token, &user).await.2;
    assert_eq!(bench.write(&token, &user, "setPresence", call.clone()).await, 204);
    control.advance(200.0);
    let renewed = bench.shows(&token, &user).await;
    assert_eq!((renewed.0.as_str(), &renewed.2), ("Busy", &again), "a renewal is no change");
    control.advance(100.0);
    let ended = bench.shows(&token, &user).await;
    assert_eq!((ended.0.as_str(), ended.1.as_str()), ("Offline", "Offline"));
    assert!(ended.2 > renewed.2);
    assert_eq!(bench.write(&token, &user, "clearPresence", call.clone()).await, 404);
    bench.write(&token, &user, "setPresence", call.clone()).await;
    assert_eq!(bench.write(&token, &user, "clearPresence", call).await, 204);
    assert!(bench.shows(&token, &user).await.2 > ended.2);
}

#[tokio::test]
async fn stronger_sessions_and_preferences_are_shown_first() {
    let (bench, token) = writer(50).await;
    let control = bench.sandbox.control();
    let user = bench.ids()[3].clone();
    let own = |availability: &str, activity: &str| {
        control.set_presence(&user, availability, activity, false, f64::INFINITY).unwrap();
    };
    own("DoNotDisturb", "Presenting");
    bench.write(&token, &user, "setPresence", bench.says(("Busy", "InACall"), Some("PT1H"))).await;
    assert_eq!(bench.shows(&token, &user).await.1, "Presenting");
    own("Available", "Available");
    assert_eq!(bench.shows(&token, &user).await.1, "InACall");
    let preferred = json!({ "availability": "BeRightBack", "activity": "BeRightBack" });
    assert_eq!(bench.write(&token, &user, "setUserPreferredPresence", preferred).await, 200);
    assert_eq!(bench.shows(&token, &user).await.1, "BeRightBack");
    assert_eq!(bench.write(&token, &user, "clearUserPreferredPresence", json!({})).await, 200);
    assert_eq!(bench.shows(&token, &user).await.1, "InACall");
    control.set_preferred(&user, Some(("Offline", "OffWork")), 60.0).unwrap();
    assert_eq!(bench.shows(&token, &user).await.1, "OffWork");
    control.advance(60.0);
    assert_eq!(bench.shows(&token, &user).await.1, "InACall");
    control.set_preferred(&user, Some(("Away", "Away")), 60.0).unwrap();
    control.set_preferred(&user, None, 0.0).unwrap();
    bench.write(&token, &user, "setPresence", bench.says(("Away", "Away"), None)).await;
    assert_eq!(bench.shows(&token, &user).await.0, "Available", "a weak session lowers nobody");

    own("Offline", "Offline");
    let available = bench.says(("Available", "Available"), Some("PT4H"));
    bench.write(&token, &user, "setPresence", available).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(bench.shows(&token, &user).await.1);
        control.advance(300.0);
    }
    assert_eq!(seen, ["Available", "AvailableInactive", "Away"]);
}

#[tokio::test]
async fn what_graph_does_not_allow_is_refused() {
    let (bench, token) = writer(50).await;
    let user = bench.ids()[3].clone();
    let good = bench.says(("Busy", "InACall"), Some("PT5M"));
    let with = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body
    };
    for body in [
        with("sessionId", json!("22222222-2222-4222-8222-222222222222")),
        with("sessionId", json!(null)),
        with("activity", json!("Busy")),
        with("activity", json!("InAMeeting")),
        with("availability", json!("Offline")),
        with("expirationDuration", json!("PT4M59S")),
        with("expirationDuration", json!("PT4H1S")),
        with("expirationDuration", json!("soon")),
    ] {
        assert_eq!(bench.write(&token, &user, "setPresence", body.clone()).await, 400, "{body}");
    }
    let preferred = json!({ "availability": "Busy", "activity": "InACall" });
    assert_eq!(bench.write(&token, &user, "setUserPreferredPresence", preferred).await, 400);
    assert_eq!(bench.write(&token, &user, "setEverything", good.clone()).await, 404);
    assert_eq!(bench.write(&token, ADMIN, "setPresence", good.clone()).await, 404);
    let status = bench.access().await;
    assert_eq!(bench.write(&status, &user, "setPresence", good.clone()).await, 403);
    let throttle = Fault::new(Place::Presence, FaultKind::Throttle { retry_after: 9 });
    bench.sandbox.control().replace_faults(vec![throttle]);
    assert_eq!(bench.write(&token, &user, "setPresence", good).await, 429);
    assert!(bench.sandbox.control().presence_sessions().is_empty());
}

#[tokio::test]
async fn a_batch_writes_for_many() {
    let (bench, token) = writer(50).await;
    let ids = bench.ids();
    let part = |number: usize, action: &str| {
        json!({
            "id": number.to_string(), "method": "POST",
            "url": format!("/users/{}/presence/{action}", ids[number]),
            "headers": { "Content-Type": "application/json" },
            "body": bench.says(("Busy", "InACall"), Some("PT10M")),
        })
    };
    let requests: Vec<Value> = (0..20).map(|number| part(number, "setPresence")).collect();
    let limit = Fault::new(Place::Presence, FaultKind::Throttle { retry_after: 3 }).times(2);
    bench.sandbox.control().replace_faults(vec![limit]);
    let answer = json_of(bench.graph_post(&token, "$batch", &json!({ "requests": requests }))).await;
    let refused: Vec<&Value> =
        list(&answer["responses"]).iter().filter(|response| response["status"] == 429).collect();
    assert_eq!(refused.len(), 2);
    assert_eq!(refused[0]["headers"]["Retry-After"], "3");
    assert_eq!(bench.sandbox.control().presence_sessions().len(), 18);
    let requests: Vec<Value> = (0..3).map(|number| part(number, "clearPresence")).collect();
    let answer = json_of(bench.graph_post(&token, "$batch", &json!({ "requests": requests }))).await;
    let mut statuses: Vec<u64> =
        list(&answer["responses"]).iter().map(|part| part["status"].as_u64().unwrap()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404, 404]);
}
