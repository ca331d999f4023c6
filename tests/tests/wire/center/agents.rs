//! The agent status.

use presence::center::{AgentStatus, ChangeFault, StatusReason};
use presence::eight::Agents;
use presence::error::Failure;
use presence::http;
use sandbox::{AgentHost, AgentTruth, BulkMethod, Fault, FaultKind, Place};
use tests::bench::Bench;

use super::{center, clock, contradict, secret, words};

fn client(bench: &Bench, base: String, token: &str) -> Agents {
    let tenant = bench.sandbox.contact_center_tenant().to_owned();
    Agents::new(http::client(), clock(), base, tenant, secret(token))
}

fn usual(bench: &Bench) -> Agents {
    client(bench, bench.sandbox.eight(), &bench.control().action_token())
}

fn truth(bench: &Bench, agent: &str) -> AgentTruth {
    bench.control().agents().into_iter().find(|truth| truth.id == agent).expect("the agent")
}

fn meet() -> StatusReason {
    StatusReason { list: 801, item: 1722, short_code: "Meet".into() }
}

fn puts(bench: &Bench) -> usize {
    bench.requests("agents").iter().filter(|request| request.method == "PUT").count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agents_are_read_as_they_are() {
    let bench = center().await;
    let ids: Vec<String> = bench.control().agents().into_iter().map(|truth| truth.id).collect();
    bench.control().set_agent_status(&ids[0], 5, Some(1726)).unwrap();
    bench.control().set_agent_status(&ids[1], 7, None).unwrap();
    let read = usual(&bench).read().await.unwrap();
    assert_eq!((read.agents.len(), read.set_aside), (ids.len(), 0));
    for (agent, truth) in read.agents.iter().zip(bench.control().agents()) {
        assert_eq!((&*agent.id, &agent.name, agent.status.0), (&*truth.id, &truth.name, truth.status));
        assert_eq!(agent.reason.as_ref().map(|reason| reason.item), truth.reason);
    }
    let train = StatusReason { list: 801, item: 1726, short_code: "Train".into() };
    assert_eq!(read.agents[0].reason, Some(train));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_status_is_set_whatever_fields_are_wanted_and_whatever_bulk_is() {
    let bench = center().await;
    let id = bench.control().agents()[0].id.clone();
    for (all_fields, bulk) in [
        (false, BulkMethod::Both),
        (true, BulkMethod::Put),
        (true, BulkMethod::Post),
        (false, BulkMethod::Post),
    ] {
        contradict(&bench, |reading| {
            reading.agent_all_fields = all_fields;
            reading.agent_bulk = bulk;
        });
        let agents = usual(&bench);
        agents.set(&id, AgentStatus::WORK_OFFLINE, Some(&meet())).await.unwrap();
        assert_eq!((truth(&bench, &id).status, truth(&bench, &id).reason), (5, Some(1722)));
        agents.set(&id, AgentStatus::AVAILABLE, None).await.unwrap();
        assert_eq!((truth(&bench, &id).status, truth(&bench, &id).reason), (4, None));
        // Once more is harmless.
        agents.set(&id, AgentStatus::AVAILABLE, None).await.unwrap();
    }
    assert_eq!(puts(&bench), 12, "the first form works in every reading");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_that_is_refused_is_left_for_the_other_and_that_is_remembered() {
    let bench = center().await;
    let id = bench.control().agents()[0].id.clone();
    let agents = usual(&bench);
    let refusal = Fault::new(Place::Agents, FaultKind::Status { status: 400 });
    bench.control().replace_faults(vec![refusal.times(1)]);
    agents.set(&id, AgentStatus::ON_BREAK, None).await.unwrap();
    agents.set(&id, AgentStatus::AVAILABLE, None).await.unwrap();
    agents.set(&id, AgentStatus::WORK_OFFLINE, Some(&meet())).await.unwrap();
    assert_eq!(truth(&bench, &id).reason, Some(1722));
    let sent = bench.control().exchanges().into_iter().map(|one| one.request_body);
    let fields: Vec<usize> = sent.map(|body| body.matches("status-code").count()).collect();
    assert_eq!(fields, [3, 0, 0, 3], "a reason always goes with all of its fields");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_8x8_does_not_want_is_refused_and_nothing_else() {
    let bench = center().await;
    let id = bench.control().agents()[0].id.clone();
    let agents = usual(&bench);
    let refused = async |agent: &str, status: AgentStatus, reason: Option<&StatusReason>| match agents
        .set(agent, status, reason)
        .await
    {
        Err(ChangeFault::Refused(problem)) => problem,
        other => panic!("{agent} {status:?}: {other:?}"),
    };
    for status in [2, 6, 7, 8, 9, 10, 11] {
        bench.control().set_agent_status(&id, status, None).unwrap();
        let problem = refused(&id, AgentStatus::WORK_OFFLINE, None).await;
        assert_eq!(problem.code, "eight.agent_refused");
        assert!(problem.detail.as_ref().unwrap().contains("400"), "{problem}");
        assert_eq!(truth(&bench, &id).status, status);
    }
    bench.control().set_agent_status(&id, 4, None).unwrap();
    refused(&id, AgentStatus::HANDLING, None).await;
    refused(&id, AgentStatus::ON_BREAK, Some(&StatusReason { item: 9, ..meet() })).await;
    let problem = refused("agNobody", AgentStatus::ON_BREAK, None).await;
    assert!(problem.cause.contains("no longer"), "{problem}");
    agents.set(&id, AgentStatus::ON_BREAK, None).await.unwrap();
    let before = puts(&bench);
    bench.control().set_agent_status(&id, 7, None).unwrap();
    refused(&id, AgentStatus::AVAILABLE, None).await;
    assert_eq!(puts(&bench), before + 1, "what worked is not doubted again");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_that_is_off_and_a_token_that_was_replaced_are_told_apart() {
    let bench = center().await;
    let id = bench.control().agents()[0].id.clone();
    let token = bench.control().action_token();
    let agents = usual(&bench);
    bench.control().set_contact_center(false);
    let failure = agents.read().await.unwrap_err();
    let problem = words(&failure, &[&token]);
    assert!(matches!(failure, Failure::Forbidden(_)));
    assert_eq!(problem.code, "eight.agents_off");
    assert!(problem.remedy.contains("8x8 support"), "{problem}");
    let Err(ChangeFault::Failed(failure)) = agents.set(&id, AgentStatus::ON_BREAK, None).await else {
        panic!("it is off");
    };
    assert_eq!(words(&failure, &[&token]).code, "eight.agents_off");

    bench.control().set_contact_center(true);
    agents.read().await.unwrap();
    let fresh = bench.control().renew_action_token();
    let failure = agents.read().await.unwrap_err();
    let problem = words(&failure, &[&token, &fresh]);
    assert_eq!(problem.code, "eight.agents_token");
    let Err(ChangeFault::Failed(failure)) = agents.set(&id, AgentStatus::ON_BREAK, None).await else {
        panic!("it ended");
    };
    assert_eq!(words(&failure, &[&token]).code, "eight.agents_token");
    usual(&bench).read().await.unwrap();

    let elsewhere = Agents::new(
        http::client(),
        clock(),
        bench.sandbox.eight(),
        "other".into(),
        secret(&bench.control().action_token()),
    );
    assert_eq!(words(&elsewhere.read().await.unwrap_err(), &[&fresh]).code, "eight.agents_token");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_platform_is_part_of_the_address() {
    let bench = center().await;
    for (host, path, there) in [
        (AgentHost::Any, "", true),
        (AgentHost::Any, "/vcc-na12", true),
        (AgentHost::Any, "/na12", true),
        (AgentHost::Prefixed, "/vcc-na12", true),
        (AgentHost::Prefixed, "/na12", false),
        (AgentHost::Bare, "/vcc-na12", false),
        (AgentHost::Bare, "/na12", true),
    ] {
        contradict(&bench, |reading| reading.agent_host = host);
        let base = format!("{}{path}", bench.sandbox.eight());
        let outcome = client(&bench, base, &bench.control().action_token()).read().await;
        match outcome {
            Ok(read) => assert!(there && !read.agents.is_empty(), "{host:?} {path}"),
            Err(failure) => {
                assert!(!there, "{host:?} {path}: {failure:?}");
                assert_eq!(words(&failure, &[]).code, "eight.agents_address");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_fault_of_the_agent_status_has_its_words_and_harms_no_other_agent() {
    let bench = center().await;
    for (kind, code) in [
        (FaultKind::Status { status: 503 }, "eight.unavailable"),
        (FaultKind::Malformed, "eight.malformed"),
        (FaultKind::HalfBody, "eight.malformed"),
        (FaultKind::Drop, "eight.offline"),
        (FaultKind::ExpiredToken, "eight.agents_token"),
        (FaultKind::Forbidden, "eight.agents_off"),
        (FaultKind::Throttle { retry_after: 7 }, "eight.throttled"),
    ] {
        bench.control().replace_faults(vec![Fault::new(Place::Agents, kind.clone())]);
        let failure = usual(&bench).read().await.unwrap_err();
        assert_eq!(words(&failure, &[&bench.control().action_token()]).code, code, "{kind:?}");
        if let Failure::Throttled { wait, .. } = failure {
            assert_eq!(wait.as_secs(), 7);
        }
    }
    let all = bench.control().agents().len();
    for kind in [FaultKind::WrongTypes, FaultKind::UnknownValues, FaultKind::MissingIds] {
        bench.control().replace_faults(vec![Fault::new(Place::Agents, kind.clone())]);
        let read = usual(&bench).read().await.unwrap();
        assert!(!read.agents.is_empty() && read.agents.len() <= all, "{kind:?}: {read:?}");
        if kind == FaultKind::WrongTypes {
            assert!(read.set_aside > 0);
            assert_eq!(read.agents.len() + usize::try_from(read.set_aside).unwrap(), all);
        }
    }
}
