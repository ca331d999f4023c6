//! The agent status of the contact centre.

use sandbox::{AgentHost, BulkMethod, Contradictions, Fault, FaultKind, Options, Place};
use serde_json::{Value, json};

use crate::support::{Bench, json_of, list, text};

pub(crate) async fn center() -> Bench {
    Bench::with(Options { people: 80, contact_center: true, ..Options::default() }).await
}

impl Bench {
    async fn agents(&self, method: &str, host: &str, rest: &str, body: &Value) -> (u16, String) {
        let tenant = self.sandbox.contact_center_tenant();
        let address =
            format!("{}/{host}api/v1/tenants/{tenant}/agentstatus/agents{rest}", self.sandbox.eight());
        let request = self.http.request(method.parse().unwrap(), address);
        let request = request.basic_auth(tenant, Some(self.sandbox.control().action_token()));
        let reply = request.json(body).send().await.unwrap();
        (reply.status().as_u16(), reply.text().await.unwrap())
    }

    async fn change(&self, agent: &str, body: &Value) -> (u16, Value) {
        let (status, body) = self.agents("PUT", "", &format!("/{agent}"), body).await;
        (status, serde_json::from_str(&body).unwrap())
    }
}

#[tokio::test]
async fn agents_are_some_of_the_people_and_have_two_extensions() {
    let bench = center().await;
    let control = bench.sandbox.control();
    let agents = control.agents();
    assert!(agents.len() >= 5);
    let (status, body) = bench.agents("GET", "", "", &Value::Null).await;
    let body: Value = serde_json::from_str(&body).unwrap();
    assert_eq!((status, list(&body["data"]).len()), (200, agents.len()));
    assert_eq!(body["data"][0]["agent-id"], agents[0].id.as_str());
    let query = format!("details=EXTENSION,EMAIL&filter=extension.extension%3D%3D{}", agents[0].extension);
    let found = json_of(bench.contacts(&query)).await;
    assert_eq!(found["data"][0]["name"], agents[0].name.as_str());
    let kinds: Vec<String> = list(&found["data"][0]["extensions"])
        .iter()
        .map(|extension| text(&extension["extensionType"]))
        .collect();
    assert_eq!(kinds, ["UC", "CC"]);
    let (_, some) = bench.agents("GET", "", "?groupId=101", &Value::Null).await;
    let some: Value = serde_json::from_str(&some).unwrap();
    assert!((1..agents.len()).contains(&list(&some["data"]).len()));

    control.set_contact_center(false);
    let (status, body) = bench.agents("GET", "", "", &Value::Null).await;
    assert_eq!((status, body.as_str()), (403, "<API><Error>403 - Forbidden.</Error></API>"));
    assert!(list(&json_of(bench.contacts(&query)).await["data"]).is_empty());
    control.set_contact_center(true);
    let old = control.action_token();
    control.renew_action_token();
    let tenant = bench.sandbox.contact_center_tenant();
    for (tenant, token, path, status) in [
        (tenant, old, tenant, 401),
        (tenant, control.action_token(), "other", 403),
        ("other", control.action_token(), tenant, 401),
        (tenant, control.action_token(), tenant, 200),
    ] {
        let address = format!("{}/api/v1/tenants/{path}/agentstatus/agents", bench.sandbox.eight());
        let reply = bench.http.get(address).basic_auth(tenant, Some(token)).send().await.unwrap();
        assert_eq!(reply.status(), status);
    }
}

#[tokio::test]
async fn only_some_moves_are_allowed() {
    let bench = center().await;
    let control = bench.sandbox.control();
    let agent = control.agents()[0].id.clone();
    let meet = json!({ "agent-status": 5, "status-code-list-id": 801, "status-code-item-id": 1722,
                       "status-code-item-short-code": "Meet" });
    let (status, body) = bench.change(&agent, &meet).await;
    assert_eq!(
        (status, body),
        (
            200,
            json!({
        "reason": "OK", "change-status": 200, "message": "Agent status change successful" })
        )
    );
    let (_, shown) = bench.agents("GET", "", &format!("/{agent}"), &Value::Null).await;
    let shown: Value = serde_json::from_str(&shown).unwrap();
    assert_eq!((&shown["agent-status"], &shown["status-code-item-short-code"]), (&json!(5), &json!("Meet")));
    for (from, to, expected) in [
        (5, 4, 200),
        (4, 3, 200),
        (3, 5, 200),
        (3, 1, 200),
        (1, 4, 400),
        (7, 5, 400),
        (2, 4, 400),
        (10, 1, 400),
        (4, 7, 400),
        (4, 2, 400),
        (4, 0, 400),
    ] {
        control.set_agent_status(&agent, from, None).unwrap();
        let (status, body) = bench.change(&agent, &json!({ "agent-status": to })).await;
        assert_eq!(status, expected, "{from} to {to}: {body}");
        assert_eq!(control.agents()[0].status, if status == 200 { to } else { from });
    }
    control.set_agent_status(&agent, 4, None).unwrap();
    for wrong in [
        json!({}),
        json!({ "agent-status": 5, "status-code-list-id": 7 }),
        json!({ "agent-status": 5, "status-code-list-id": 801, "status-code-item-id": 9 }),
        json!({ "agent-status": "five" }),
    ] {
        assert_eq!(bench.change(&agent, &wrong).await.0, 400, "{wrong}");
    }
    assert_eq!(bench.change("agNobody", &meet).await.0, 404);
    control.set_contradictions(Contradictions { agent_all_fields: true, ..Contradictions::default() });
    assert_eq!(bench.change(&agent, &json!({ "agent-status": 5 })).await.0, 400);
    assert_eq!(bench.change(&agent, &meet).await.0, 200);
}

#[tokio::test]
async fn the_contradictions_of_the_agent_status_can_be_played() {
    let bench = center().await;
    let control = bench.sandbox.control();
    let agents: Vec<Value> =
        control.agents().iter().take(3).map(|it| json!({ "agent-id": it.id, "agent-status": 3 })).collect();
    let mut agents = agents;
    agents.push(json!({ "agent-id": "agNobody", "agent-status": 3 }));
    let bulk = json!({ "agents": agents });
    for (host, bulk_method, path, method, expected) in [
        (AgentHost::Any, BulkMethod::Both, "", "PUT", 207),
        (AgentHost::Any, BulkMethod::Put, "vcc-na12/", "POST", 405),
        (AgentHost::Any, BulkMethod::Post, "na12/", "POST", 207),
        (AgentHost::Any, BulkMethod::Post, "na12/", "PUT", 405),
        (AgentHost::Prefixed, BulkMethod::Both, "na12/", "PUT", 404),
        (AgentHost::Bare, BulkMethod::Both, "vcc-na12/", "PUT", 404),
        (AgentHost::Bare, BulkMethod::Both, "na12/", "PUT", 207),
    ] {
        control.set_contradictions(Contradictions {
            agent_host: host,
            agent_bulk: bulk_method,
            ..Contradictions::default()
        });
        let (status, body) = bench.agents(method, path, "/bulk", &bulk).await;
        assert_eq!(status, expected, "{host:?} {bulk_method:?} {path} {method}: {body}");
        if status == 207 {
            let body: Value = serde_json::from_str(&body).unwrap();
            let codes: Vec<&Value> = list(&body["data"]).iter().map(|part| &part["change-status"]).collect();
            assert_eq!(codes, [200, 200, 200, 400]);
        }
    }
    let too_many = json!({ "agents": vec![json!({ "agent-id": "x", "agent-status": 3 }); 101] });
    assert_eq!(bench.agents("PUT", "", "/bulk", &too_many).await.0, 400);
    control.replace_faults(vec![Fault::new(Place::Agents, FaultKind::Throttle { retry_after: 2 })]);
    assert_eq!(bench.agents("GET", "", "", &Value::Null).await.0, 429);
    control.replace_faults(vec![Fault::new(Place::Agents, FaultKind::Forbidden)]);
    assert!(bench.agents("GET", "", "", &Value::Null).await.1.starts_with("<API>"));
}

#[tokio::test]
async fn agents_at_work_change_by_themselves() {
    let bench = center().await;
    let control = bench.sandbox.control();
    control.let_agents_work(true);
    let mut seen = std::collections::HashSet::new();
    for _ in 0..60 {
        control.advance(20.0);
        seen.extend(control.agents().into_iter().map(|agent| agent.status));
    }
    assert!(seen.len() >= 5, "{seen:?}");
    control.let_agents_work(false);
    let before = control.agents();
    control.advance(600.0);
    assert_eq!(control.agents(), before);
}
