//! The control interface, the request log and recorded exchanges.

use sandbox::{ControlError, Options, Request, Truth};
use serde_json::{Value, json};

use crate::support::{ADMIN, Bench, text};

#[tokio::test]
async fn every_switch_works_over_http() {
    let bench = Bench::start(60).await;
    let control = format!("{}/control", bench.sandbox.base());
    let send = async |method: &str, path: &str, body: Value| {
        let method = method.parse().unwrap();
        bench.http.request(method, format!("{control}/{path}")).json(&body).send().await.unwrap()
    };
    let fault = json!([{ "at": "users", "kind": "status", "status": 503, "times": 1 }]);
    assert_eq!(send("PUT", "faults", fault.clone()).await.status(), 204);
    let shown: Value = bench.get(&format!("{control}/faults")).await.json().await.unwrap();
    assert_eq!(shown[0]["status"], 503);
    assert_eq!(send("DELETE", "faults", json!(null)).await.status(), 204);
    assert!(bench.sandbox.control().faults().is_empty());

    let newcomer: Truth = send("POST", "join", json!({})).await.json().await.unwrap();
    let presence =
        json!({ "user": newcomer.id, "availability": "Away", "activity": "Away", "for_seconds": 60 });
    assert_eq!(send("POST", "presence", presence).await.status(), 204);
    let people: Vec<Truth> = bench.get(&format!("{control}/people")).await.json().await.unwrap();
    assert_eq!(people.len(), 61);
    assert_eq!(people.last().unwrap().row, "Away");
    assert_eq!(send("POST", "leave", json!({ "user": newcomer.user_principal_name })).await.status(), 204);
    assert_eq!(bench.sandbox.control().people().len(), 60);
    for (method, path, body, status) in [
        ("POST", "advance", json!({ "seconds": 30 }), 204),
        ("POST", "revoke", json!({}), 204),
        ("POST", "revoke", json!({ "user": ADMIN }), 204),
        ("POST", "expire-access-tokens", json!({}), 204),
        ("POST", "reset-delta", json!({}), 204),
        ("PUT", "scopes", json!(["User.Read"]), 204),
        ("GET", "exchanges", json!(null), 200),
        ("GET", "", json!(null), 200),
        ("POST", "leave", json!({ "user": "nobody" }), 404),
        ("PUT", "faults", json!([{ "at": "users", "kind": "explode" }]), 400),
        ("POST", "advance", json!({ "hours": 1 }), 400),
        ("POST", "nothing", json!({}), 404),
    ] {
        assert_eq!(send(method, path, body).await.status(), status, "{method} {path}");
    }
    let page = bench.http.get(format!("{control}/people")).header("origin", "https://evil.example");
    assert_eq!(page.send().await.unwrap().status(), 403);
    let rebound = bench.http.get(format!("{control}/people")).header("host", "evil.example");
    assert_eq!(rebound.send().await.unwrap().status(), 421);
}

#[tokio::test]
async fn nobody_that_does_not_exist_can_be_switched() {
    let bench = Bench::start(50).await;
    let control = bench.sandbox.control();
    assert!(matches!(control.leave("x"), Err(ControlError::UnknownUser { .. })));
    assert!(control.revoke(Some("x")).is_err());
    assert!(control.set_presence("x", "Busy", "Busy", false, 1.0).is_err());
}

#[tokio::test]
async fn access_tokens_expire_on_demand() {
    let bench = Bench::start(50).await;
    let answer = bench.sign_in(ADMIN).await;
    let token = text(&answer["access_token"]);
    assert_eq!(bench.graph(&token, "me").send().await.unwrap().status(), 200);
    bench.sandbox.control().expire_access_tokens();
    assert_eq!(bench.graph(&token, "me").send().await.unwrap().status(), 401);
    let renewed: Value = bench.renew(&text(&answer["refresh_token"])).await.json().await.unwrap();
    let token = text(&renewed["access_token"]);
    assert_eq!(bench.graph(&token, "me").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn requests_are_logged_and_exchanges_recorded_without_secrets() {
    let bench = Bench::with(Options { people: 50, record: true, ..Options::default() }).await;
    let answer = bench.sign_in(ADMIN).await;
    let token = text(&answer["access_token"]);
    bench.presences(&token, &bench.ids()[..2]).await;
    bench.contacts("size=1").send().await.unwrap();
    bench.get(&format!("{}/control/people", bench.sandbox.base())).await;
    let requests: Vec<Request> = bench.sandbox.control().requests();
    let endpoints: Vec<&str> = requests.iter().map(|request| request.endpoint.as_str()).collect();
    assert_eq!(endpoints, ["login", "login", "token", "presence", "eight"]);
    assert!(requests.iter().all(|request| request.status < 400));
    let exchanges = bench.sandbox.control().exchanges();
    assert!(exchanges[3].request_body.contains("\"ids\""));
    assert!(exchanges[3].response_body.contains("availability"));
    let everything = serde_json::to_string(&exchanges).unwrap();
    for secret in [&token, &text(&answer["refresh_token"]), &text(&answer["id_token"])] {
        assert!(!everything.contains(secret.as_str()));
    }
    assert!(!everything.contains(bench.sandbox.key()));
    bench.sandbox.control().clear_requests();
    assert!(bench.sandbox.control().requests().is_empty());
    assert!(bench.sandbox.control().exchanges().is_empty());
}

#[tokio::test]
async fn connections_are_kept_alive() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let bench = Bench::start(1).await;
    let mut stream = tokio::net::TcpStream::connect(bench.sandbox.address()).await.unwrap();
    for _ in 0..3 {
        stream.write_all(b"GET /nothing HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        let mut buffer = [0; 2048];
        let length = stream.read(&mut buffer).await.unwrap();
        assert!(String::from_utf8_lossy(&buffer[..length]).starts_with("HTTP/1.1 404"));
    }
}
