//! Agent activity of Work Analytics.

use std::collections::{BTreeMap, BTreeSet};

use presence::center::ActivityRead;
use presence::eight::Analytics;
use presence::eight::keys::Credential;
use presence::http;
use sandbox::{ActivityBody, Call, Fault, FaultKind, Options, Place, UserStatus, UserStatuses};
use tests::bench::{Bench, STILL};

use super::{clock, contradict, secret, words};

fn client(bench: &Bench) -> Analytics {
    let sandbox = &bench.sandbox;
    let login = Some((secret(sandbox.analytics_user()), secret(sandbox.analytics_password())));
    let credential = Credential { key: secret(sandbox.analytics_key()), login };
    Analytics::new(http::client(), clock(), sandbox.eight(), credential)
}

/// Who is in a call queue, by extension, with the queues they are logged in to.
fn queues(bench: &Bench) -> BTreeMap<String, BTreeSet<String>> {
    let mut queues: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for member in bench.control().memberships().into_iter().filter(|member| !member.ring_group) {
        let own = queues.entry(member.extension).or_default();
        if member.logged_in {
            own.insert(member.group_extension);
        }
    }
    queues
}

fn talking(read: &ActivityRead) -> BTreeSet<&str> {
    read.agents.iter().filter(|agent| agent.talking).map(|agent| agent.extension.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_shape_tells_the_same_of_everybody() {
    let bench = Bench::with(Options { people: 200, pace: STILL, ..Options::default() }).await;
    let control = bench.control();
    let expected = queues(&bench);
    let member = |number: usize| {
        let members = control.memberships();
        let extension = expected.keys().nth(number).unwrap();
        members.into_iter().find(|member| member.extension == *extension).unwrap()
    };
    let (caller, holder, quiet) = (member(0), member(3), member(5));
    let call = control.place_call(&Call::inbound("+1800", &caller.user)).unwrap();
    control.answer(&call).unwrap();
    let held = control.place_call(&Call::inbound("+1801", &holder.user)).unwrap();
    control.answer(&held).unwrap();
    control.hold(&held).unwrap();
    // Away by the application, and on a call all the same.
    control.set_user_status(&holder.user, UserStatus::Told("AWAY".into())).unwrap();
    control.set_user_status(&quiet.user, UserStatus::Told("DND".into())).unwrap();

    let analytics = client(&bench);
    let system = analytics.phone_systems().await.unwrap().remove(0).id;
    for body in [ActivityBody::Flat, ActivityBody::Queues] {
        for statuses in [UserStatuses::Always, UserStatuses::Sometimes, UserStatuses::Never] {
            contradict(&bench, |reading| {
                reading.activity_body = body;
                reading.user_statuses = statuses;
            });
            let read = analytics.agent_activity(&system).await.unwrap();
            let told: BTreeMap<String, BTreeSet<String>> = read
                .agents
                .iter()
                .map(|agent| (agent.extension.clone(), agent.queues.iter().cloned().collect()))
                .collect();
            assert_eq!(told, expected, "{body:?} {statuses:?}");
            assert_eq!((read.agents.len(), read.set_aside), (expected.len(), 0), "nobody is there twice");
            let on_calls = BTreeSet::from([caller.extension.as_str(), holder.extension.as_str()]);
            assert_eq!(talking(&read), on_calls, "{body:?} {statuses:?}");
            let of = |extension: &str| {
                read.agents
                    .iter()
                    .find(|agent| agent.extension == extension)
                    .and_then(|it| it.status.as_deref())
            };
            assert_eq!((of(&holder.extension), of(&quiet.extension)), (Some("AWAY"), Some("DND")));
            let known = read.agents.iter().filter(|agent| agent.status.is_some()).count();
            match statuses {
                UserStatuses::Always => assert_eq!(known, expected.len()),
                UserStatuses::Sometimes => assert!((3..expected.len()).contains(&known), "{known}"),
                UserStatuses::Never => assert_eq!(known, 2),
            }
        }
    }
    contradict(&bench, |reading| reading.activity_of_everybody = true);
    let read = analytics.agent_activity(&system).await.unwrap();
    assert!(read.agents.len() > expected.len());
    assert!(read.agents.iter().any(|agent| agent.queues.is_empty()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn few_metrics_are_asked_for_and_all_of_them_only_when_those_are_refused() {
    let bench = Bench::with(Options { people: 100, pace: STILL, ..Options::default() }).await;
    let analytics = client(&bench);
    let system = analytics.phone_systems().await.unwrap().remove(0).id;
    let asked = || -> Vec<String> {
        let all = bench.control().exchanges().into_iter();
        all.filter(|exchange| exchange.request.endpoint == "agent_activity").map(|it| it.query).collect()
    };
    analytics.agent_activity(&system).await.unwrap();
    let few = "metrics=ongoingTalkingInteractions%2CongoingOnHoldInteractions&includeSummary=false";
    assert_eq!(asked(), [few]);
    let refusal = || Fault::new(Place::AgentActivity, FaultKind::Status { status: 400 });
    bench.control().replace_faults(vec![refusal().times(1)]);
    analytics.agent_activity(&system).await.unwrap();
    assert_eq!(asked(), [few, few, "includeSummary=false"]);
    bench.control().replace_faults(vec![refusal()]);
    let failure = analytics.agent_activity(&system).await.unwrap_err();
    assert_eq!(words(&failure, &[bench.sandbox.analytics_key()]).code, "eight.unavailable");
    assert_eq!(asked().len(), 5);
    for (kind, code) in [(FaultKind::Malformed, "eight.malformed"), (FaultKind::Forbidden, "eight.access")] {
        bench.control().replace_faults(vec![Fault::new(Place::AgentActivity, kind)]);
        let failure = analytics.agent_activity(&system).await.unwrap_err();
        assert_eq!(words(&failure, &[]).code, code);
    }
    bench.control().replace_faults(vec![Fault::new(Place::AgentActivity, FaultKind::WrongTypes)]);
    let read = analytics.agent_activity(&system).await.unwrap();
    assert!(!read.agents.is_empty() && read.set_aside > 0, "{read:?}");
}
