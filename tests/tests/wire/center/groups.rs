//! Ring groups.

use presence::center::{ChangeFault, RingGroup, RingGroupMember};
use presence::eight::Groups;
use presence::error::Failure;
use presence::http;
use sandbox::{Contradictions, Fault, FaultKind, Options, Place, Product};
use tests::bench::{Bench, wait_for};

use super::{clock, contradict, secret, words};

/// Three phone systems with two ring groups each; an operation takes less than a second.
async fn bench() -> Bench {
    let options = Options { people: 300, pace: 20.0, phone_systems: Some(3), ..Options::default() };
    Bench::with(options).await
}

fn client(bench: &Bench, key: &str) -> Groups {
    Groups::new(http::client(), clock(), bench.sandbox.eight(), secret(key))
}

fn usual(bench: &Bench) -> Groups {
    client(bench, bench.sandbox.provisioning_key())
}

fn somebody(groups: &[RingGroup], logged_in: bool) -> (&RingGroup, &RingGroupMember) {
    let members = groups.iter().flat_map(|group| group.members.iter().map(move |member| (group, member)));
    members.into_iter().find(|(_, member)| member.logged_in == logged_in).expect("somebody")
}

fn is_logged_in(bench: &Bench, group: &RingGroup, member: &RingGroupMember) -> bool {
    let all = bench.control().memberships();
    let own = all.iter().find(|it| it.group_id == *group.id && it.extension == member.extension);
    own.expect("the member").logged_in
}

fn posts(bench: &Bench) -> usize {
    bench.requests("provisioning").iter().filter(|request| request.method == "POST").count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_are_read_page_by_page_in_either_reading() {
    let bench = bench().await;
    for lenient in [false, true] {
        contradict(&bench, |reading| {
            reading.scroll_with_page_size = lenient;
            reading.versioned_media = !lenient;
            reading.largest_provisioning_page = 4;
        });
        bench.control().clear_requests();
        let read = usual(&bench).read().await.unwrap();
        assert_eq!((read.groups.len(), read.set_aside), (6, 0));
        let mut told: Vec<_> = Vec::new();
        for group in &read.groups {
            assert!(group.may_log_out && !group.name.is_empty() && !group.extension.is_empty());
            told.extend(
                group.members.iter().map(|it| (group.id.to_string(), it.extension.clone(), it.logged_in)),
            );
            assert!(group.members.iter().all(|member| !member.name.trim().is_empty()));
        }
        let truth = bench.control().memberships().into_iter().filter(|member| member.ring_group);
        let truth: Vec<_> = truth.map(|it| (it.group_id, it.extension, it.logged_in)).collect();
        assert_eq!(told, truth);
        let queries: Vec<String> = bench.control().exchanges().into_iter().map(|one| one.query).collect();
        assert_eq!(queries, ["pageSize=100", "scrollId=scroll-4-4"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_is_logged_out_and_in_and_an_operation_that_fails_is_told() {
    let bench = bench().await;
    let groups = usual(&bench);
    let read = groups.read().await.unwrap();
    let (group, member) = somebody(&read.groups, true);
    groups.log(&group.id, &member.extension_id, false).await.unwrap();
    assert!(!is_logged_in(&bench, group, member), "it is done when the client says so");
    groups.log(&group.id, &member.extension_id, true).await.unwrap();
    assert!(is_logged_in(&bench, group, member));

    bench.control().fail_operations(1);
    match groups.log(&group.id, &member.extension_id, false).await {
        Err(ChangeFault::Failed(failure)) => {
            let problem = words(&failure, &[bench.sandbox.provisioning_key()]);
            assert_eq!(problem.code, "eight.operation_failed");
            assert!(problem.detail.as_ref().unwrap().contains("UNKNOWN"), "{problem}");
        }
        other => panic!("{other:?}"),
    }
    assert!(is_logged_in(&bench, group, member));
    groups.log(&group.id, &member.extension_id, false).await.unwrap();
    assert!(!is_logged_in(&bench, group, member));

    for (group, extension) in [("none", &*member.extension_id), (&group.id, "extNobody")] {
        match groups.log(group, extension, false).await {
            Err(ChangeFault::Refused(problem)) => assert_eq!(problem.code, "eight.group_refused"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_elses_change_is_waited_for_once() {
    let bench = bench().await;
    let (one, other) = (usual(&bench), usual(&bench));
    let read = one.read().await.unwrap();
    let (group, member) = somebody(&read.groups, true);
    let second = group.members.iter().find(|it| it.extension_id != member.extension_id).unwrap();
    let (first, waited) = tokio::join!(one.log(&group.id, &member.extension_id, false), async {
        wait_for("the first change", || posts(&bench) == 1).await;
        other.log(&group.id, &second.extension_id, !second.logged_in).await
    });
    first.unwrap();
    waited.unwrap();
    assert_eq!((posts(&bench), is_logged_in(&bench, group, member)), (3, false));
    assert_eq!(is_logged_in(&bench, group, second), !second.logged_in);

    bench.control().replace_faults(vec![Fault::new(Place::Provisioning, FaultKind::Status { status: 409 })]);
    match one.log(&group.id, &member.extension_id, true).await {
        Err(ChangeFault::Failed(failure)) => assert_eq!(words(&failure, &[]).code, "eight.group_occupied"),
        other => panic!("{other:?}"),
    }
    assert_eq!(posts(&bench), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_without_the_products_and_faults_are_told_in_words() {
    let bench = bench().await;
    let half = bench.control().add_key(&[Product::RingGroups]);
    let read = client(&bench, &half).read().await.unwrap();
    let (group, member) = somebody(&read.groups, true);
    match client(&bench, &half).log(&group.id, &member.extension_id, false).await {
        Err(ChangeFault::Failed(failure)) => {
            let problem = words(&failure, &[&half]);
            assert!(problem.cause.contains("UC & CC Admin Operations"), "{problem}");
        }
        other => panic!("{other:?}"),
    }
    for key in ["made up", bench.sandbox.search_key()] {
        let failure = client(&bench, key).read().await.unwrap_err();
        assert!(matches!(failure, Failure::Forbidden(_)));
        assert_eq!(words(&failure, &[key]).code, "eight.forbidden");
    }
    for (kind, code) in [
        (FaultKind::Status { status: 424 }, "eight.unavailable"),
        (FaultKind::Malformed, "eight.malformed"),
        (FaultKind::Drop, "eight.offline"),
        (FaultKind::Throttle { retry_after: 9 }, "eight.throttled"),
    ] {
        bench.control().replace_faults(vec![Fault::new(Place::Provisioning, kind.clone())]);
        let failure = usual(&bench).read().await.unwrap_err();
        assert_eq!(words(&failure, &[]).code, code, "{kind:?}");
        if let Failure::Throttled { wait, .. } = failure {
            assert!((7..=9).contains(&wait.as_secs()), "the second of the reset counts: {wait:?}");
        }
    }
    bench.control().set_contradictions(Contradictions::default());
    bench.control().replace_faults(vec![Fault::new(Place::Provisioning, FaultKind::MissingIds)]);
    let read = usual(&bench).read().await.unwrap();
    assert!(read.set_aside > 0 && !read.groups.is_empty(), "{read:?}");
}
