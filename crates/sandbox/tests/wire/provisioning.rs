//! Ring groups, users and operations; the rooms of 8x8 Work; the switches of 8x8 over HTTP.

use sandbox::{ChatField, Contradictions, Fault, FaultKind, Place};
use serde_json::{Value, json};

use crate::agents::center;
use crate::support::{ADMIN, Bench, list, text};

const GROUPS: &str = "application/vnd.ringgroups.v1+json";
const UPDATE: &str = "application/vnd.ringgroups.update-members.v1+json";
const OPERATIONS: &str = "application/vnd.operations.v1+json";
const USERS: &str = "application/vnd.users.v1+json";

impl Bench {
    async fn admin(&self, method: &str, path: &str, media: &str, body: &Value) -> (u16, Value) {
        let address = format!("{}/admin-provisioning/{path}", self.sandbox.eight());
        let request = self.http.request(method.parse().unwrap(), address).header("accept", media);
        let request =
            request.header("content-type", media).header("x-api-key", self.sandbox.provisioning_key());
        let request = if body.is_null() { request } else { request.body(body.to_string()) };
        let reply = request.send().await.unwrap();
        (reply.status().as_u16(), reply.json().await.unwrap_or_default())
    }

    async fn group(&self, id: &str) -> Value {
        let (status, body) = self.admin("GET", &format!("ring-groups/{id}"), GROUPS, &Value::Null).await;
        assert_eq!(status, 200, "{body}");
        body
    }
}

fn member<'v>(group: &'v Value, extension: &Value) -> Option<&'v Value> {
    list(&group["members"]).iter().find(|member| member["extensionNumber"] == *extension)
}

#[tokio::test]
async fn a_member_is_logged_out_by_an_operation() {
    let bench = Bench::start(100).await;
    let control = bench.sandbox.control();
    let (status, page) = bench.admin("GET", "ring-groups", GROUPS, &Value::Null).await;
    assert_eq!((status, list(&page["data"]).len()), (200, 2));
    let group = page["data"][0].clone();
    let id = text(&group["id"]);
    let first = list(&group["members"]).iter().find(|member| member["loggedIn"] == true).unwrap().clone();
    let path = format!("ring-groups/{id}/update-members");
    let change = json!({ "update": [{ "extensionId": first["extensionId"], "loggedIn": false }] });
    let (status, operation) = bench.admin("POST", &path, UPDATE, &change).await;
    assert_eq!((status, &operation["status"]), (202, &json!("PENDING")));
    assert_eq!(bench.admin("POST", &path, UPDATE, &change).await.0, 409);
    let follow = format!("operations/{}", text(&operation["operationId"]));
    control.advance(1.5);
    assert_eq!(bench.admin("GET", &follow, OPERATIONS, &Value::Null).await.1["status"], "IN_PROGRESS");
    assert_eq!(member(&bench.group(&id).await, &first["extensionNumber"]).unwrap()["loggedIn"], true);
    control.advance(15.0);
    assert_eq!(bench.admin("GET", &follow, OPERATIONS, &Value::Null).await.1["status"], "COMPLETED");
    assert_eq!(member(&bench.group(&id).await, &first["extensionNumber"]).unwrap()["loggedIn"], false);
    let told = control.memberships();
    let told = told.iter().find(|it| it.group_id == id && first["extensionNumber"] == it.extension.as_str());
    assert!(told.is_some_and(|it| it.ring_group && !it.logged_in));

    control.fail_operations(1);
    let change = json!({ "remove": [{ "extensionNumber": first["extensionNumber"] }] });
    let (_, operation) = bench.admin("POST", &path, UPDATE, &change).await;
    control.advance(20.0);
    let follow = format!("operations/{}", text(&operation["operationId"]));
    let (_, failed) = bench.admin("GET", &follow, OPERATIONS, &Value::Null).await;
    assert_eq!((&failed["status"], failed["error"].is_object()), (&json!("FAILED"), true));
    bench.admin("POST", &path, UPDATE, &change).await;
    control.advance(20.0);
    assert!(member(&bench.group(&id).await, &first["extensionNumber"]).is_none());
    let put = json!({ "members": [{ "extensionNumber": first["extensionNumber"], "loggedIn": true }] });
    assert_eq!(bench.admin("PUT", &format!("ring-groups/{id}"), GROUPS, &put).await.0, 202);
    control.advance(20.0);
    assert_eq!(list(&bench.group(&id).await["members"]).len(), 1);
    control.advance(20.0);
    for wrong in [
        json!({}),
        json!({ "update": [{ "extensionNumber": "nobody" }] }),
        json!({ "update": [{ "extensionNumber": first["extensionNumber"] }], "remove": [{ "extensionNumber": first["extensionNumber"] }] }),
    ] {
        assert_eq!(bench.admin("POST", &path, UPDATE, &wrong).await.0, 400, "{wrong}");
    }
}

#[tokio::test]
async fn versions_pages_keys_and_limits_are_insisted_upon() {
    let bench = Bench::start(100).await;
    let control = bench.sandbox.control();
    assert_eq!(bench.admin("GET", "ring-groups", "*/*", &Value::Null).await.0, 406);
    let (_, page) = bench.admin("GET", "ring-groups?pageSize=1", GROUPS, &Value::Null).await;
    let id = text(&page["data"][0]["id"]);
    let path = format!("ring-groups/{id}/update-members");
    assert_eq!(bench.admin("POST", &path, GROUPS, &json!({})).await.0, 415);
    let scroll = text(&page["pagination"]["nextScrollId"]);
    let (_, second) =
        bench.admin("GET", &format!("ring-groups?scrollId={scroll}"), GROUPS, &Value::Null).await;
    assert_eq!((list(&second["data"]).len(), &second["pagination"]["hasMore"]), (1, &json!(false)));
    let both = format!("ring-groups?scrollId={scroll}&pageSize=1");
    let (status, body) = bench.admin("GET", &both, GROUPS, &Value::Null).await;
    assert_eq!((status, &body["errors"][0]["code"]), (400, &json!("CONFLICTING_QUERY_PARAMETER")));
    let (_, users) = bench.admin("GET", "users?pageSize=1", USERS, &Value::Null).await;
    let user = format!("users/{}", text(&users["data"][0]["basicInfo"]["userId"]));
    assert_eq!(bench.admin("PUT", &user, USERS, &json!({})).await.0, 405);
    control.set_contradictions(Contradictions {
        scroll_with_page_size: true,
        put_users: true,
        versioned_media: false,
        ..Contradictions::default()
    });
    assert_eq!(bench.admin("GET", &both, "*/*", &Value::Null).await.0, 200);
    assert_eq!(bench.admin("PUT", &user, USERS, &json!({})).await.0, 202);
    assert_eq!(bench.admin("GET", "ring-groups/none", GROUPS, &Value::Null).await.0, 404);
    control.replace_faults(vec![Fault::new(Place::Provisioning, FaultKind::Forbidden)]);
    let (status, body) = bench.admin("GET", "ring-groups", GROUPS, &Value::Null).await;
    assert_eq!((status, &body["errors"][0]["code"]), (403, &json!("FORBIDDEN")));
    control.clear_faults();
    control.advance(60.0);
    for _ in 0..20 {
        assert_eq!(bench.admin("GET", "ring-groups", GROUPS, &Value::Null).await.0, 200);
    }
    assert_eq!(bench.admin("GET", "ring-groups", GROUPS, &Value::Null).await.0, 429);
}

#[tokio::test]
async fn rooms_keep_what_is_posted() {
    let bench = Bench::start(50).await;
    let control = bench.sandbox.control();
    let address = format!("{}/chat/api/chat/v1/messages", bench.sandbox.eight());
    let key = bench.sandbox.chat_key();
    let body = json!({ "messageRaw": "Ann is on a call", "room": "desk" });
    let posted =
        bench.http.post(format!("{address}/")).header("x-api-key", key).json(&body).send().await.unwrap();
    assert_eq!(posted.status(), 200);
    let read = async || -> Value {
        let request = bench.http.get(format!("{address}?pageSize=5&room=desk")).header("x-api-key", key);
        request.send().await.unwrap().json().await.unwrap()
    };
    assert_eq!(read().await[0]["parsed"], "Ann is on a call");
    control.set_contradictions(Contradictions {
        chat_field: ChatField::MessageParsed,
        ..Contradictions::default()
    });
    assert_eq!(read().await[0]["messageParsed"], "Ann is on a call");
    let denied = bench.http.get(&address).header("x-api-key", "made up").send().await.unwrap();
    let denied: Value = denied.json().await.unwrap();
    assert_eq!(denied["fault"]["detail"]["errorcode"], "oauth.v2.InvalidAccessToken");
}

#[tokio::test]
async fn the_switches_of_8x8_work_over_http() {
    let bench = center().await;
    let control = format!("{}/control", bench.sandbox.base());
    let send = async |method: &str, path: &str, body: Value| {
        let request = bench.http.request(method.parse().unwrap(), format!("{control}/{path}"));
        let reply = request.json(&body).send().await.unwrap();
        (reply.status().as_u16(), reply.json::<Value>().await.unwrap_or_default())
    };
    let call = json!({ "caller": "+1800", "callee": ADMIN, "direction": "INBOUND" });
    let (status, placed) = send("POST", "calls", call).await;
    assert_eq!(status, 201);
    let id = text(&placed["id"]);
    let agent = bench.sandbox.control().agents()[0].id.clone();
    for (method, path, body, expected) in [
        ("POST", format!("calls/{id}/answer"), json!(null), 204),
        ("POST", format!("calls/{id}/transfer"), json!({ "to": "+1801" }), 204),
        ("POST", format!("calls/{id}/juggle"), json!(null), 404),
        ("POST", format!("calls/{id}/hang-up"), json!(null), 204),
        ("POST", format!("calls/{id}/hang-up"), json!(null), 404),
        ("PUT", "contradictions".into(), json!({ "active_calls_paging": "flat" }), 204),
        ("PUT", "contradictions".into(), json!({ "shoe_size": 43 }), 400),
        ("PUT", "preferred".into(), json!({ "user": ADMIN }), 204),
        ("PUT", "simulated-calls".into(), json!({ "count": 3 }), 204),
        ("PUT", "user-status".into(), json!({ "user": ADMIN, "status": { "told": "DND" } }), 204),
        ("PUT", "contact-center".into(), json!({ "on": true }), 204),
        ("PUT", "agents-work".into(), json!({ "on": false }), 204),
        ("PUT", "agent-status".into(), json!({ "agent": agent, "status": 3 }), 204),
        ("PUT", "agent-status".into(), json!({ "agent": agent, "status": 12 }), 404),
        ("POST", "interactions".into(), json!({ "agent": agent }), 201),
        ("POST", "publish".into(), json!({ "Other": {} }), 201),
        ("POST", "drop-streams".into(), json!(null), 204),
        ("POST", "close-streams".into(), json!({ "count": 1000 }), 204),
        ("PUT", "silence-streams".into(), json!({ "on": false }), 204),
        ("PUT", "contacts-limit".into(), json!({ "on": true }), 204),
        ("PUT", "fail-operations".into(), json!({ "count": 0 }), 204),
        ("GET", "calls".into(), json!(null), 200),
        ("GET", "memberships".into(), json!(null), 200),
        ("GET", "agents".into(), json!(null), 200),
        ("GET", "stream-counts".into(), json!(null), 200),
        ("GET", "contacts-written".into(), json!(null), 200),
        ("GET", "shoe-size".into(), json!(null), 404),
    ] {
        let (status, answer) = send(method, &path, body).await;
        assert_eq!(status, expected, "{method} {path}: {answer}");
    }
    let (_, read) = send("GET", "contradictions", json!(null)).await;
    assert_eq!(read["active_calls_paging"], "flat");
}
