//! Who is on the board: delta query where permitted, the paged list where not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tests::bench::{Bench, is_live, until};
use tests::guide::{all_right, find, mistake, mistakes};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_joins_is_on_the_board_within_the_directory_interval_and_who_leaves_goes() {
    let bench = Bench::start(250).await;
    let handle = bench.live().await;
    assert!(bench.requests("users").is_empty(), "the permission for changes is there, so nothing is listed");

    let joiner = bench.control().join();
    bench.control().set_presence(&joiner.id, "Busy", "InACall", false, f64::INFINITY).unwrap();
    let snapshot = until(&handle, "the joiner", |snapshot| {
        find(snapshot, &joiner.id).is_some_and(|state| state.teams.is_some())
    })
    .await;
    assert_eq!(snapshot.people.len(), 251);
    until(&handle, "a true board", |snapshot| mistakes(snapshot, bench.control()).is_empty()).await;

    bench.control().leave(&joiner.id).unwrap();
    until(&handle, "the leaver's going", |snapshot| find(snapshot, &joiner.id).is_none()).await;
    let snapshot = until(&handle, "a live board", is_live).await;
    assert_eq!(snapshot.people.len(), 250);
    all_right(&snapshot, bench.control());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_the_least_permission_the_directory_is_listed_and_people_come_and_go_all_the_same() {
    let bench = Bench::start(250).await;
    bench.control().scopes(["User.Read", "User.ReadBasic.All", "Presence.Read.All"].map(Into::into).into());
    let handle = bench.live().await;
    assert!(bench.requests("delta").is_empty() && !bench.requests("users").is_empty());
    for truth in bench.control().people() {
        let snapshot = handle.snapshot();
        let state = find(&snapshot, &truth.id).unwrap_or_else(|| panic!("{} is missing", truth.display_name));
        assert_eq!(mistake(&snapshot, state, &truth), None);
    }
    let guest = |name: &str| name.to_lowercase().contains("#ext#");
    assert!(handle.snapshot().people.iter().all(|state| !guest(&state.card.person.user_name)));

    let joiner = bench.control().join();
    until(&handle, "the joiner", |snapshot| find(snapshot, &joiner.id).is_some()).await;
    bench.control().leave(&joiner.id).unwrap();
    until(&handle, "the leaver's going", |snapshot| find(snapshot, &joiner.id).is_none()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_delta_reset_reads_everybody_again_and_loses_nobody() {
    let bench = Bench::start(250).await;
    let handle = bench.live().await;
    let fewest = Arc::new(AtomicUsize::new(usize::MAX));
    let (least, mut snapshots) = (Arc::clone(&fewest), handle.snapshots());
    let watcher = tokio::spawn(async move {
        loop {
            let known =
                snapshots.borrow_and_update().people.iter().filter(|state| state.teams.is_some()).count();
            least.fetch_min(known, Ordering::Relaxed);
            if snapshots.changed().await.is_err() {
                return;
            }
        }
    });

    // Somebody leaves unseen: the lost track must not keep them on the board.
    let leaver = bench.control().people().swap_remove(5);
    bench.control().leave(&leaver.id).unwrap();
    bench.control().reset_delta();
    until(&handle, "the leaver's going", |snapshot| find(snapshot, &leaver.id).is_none()).await;
    let gone = bench.requests("delta").iter().filter(|request| request.status == 410).count();
    assert!(gone >= 1, "the lost track was met");
    until(&handle, "a live board", is_live).await;
    assert!(fewest.load(Ordering::Relaxed) >= 249, "somebody was off the board for a while");
    all_right(&handle.snapshot(), bench.control());

    let joiner = bench.control().join();
    until(&handle, "the joiner after the reset", |snapshot| find(snapshot, &joiner.id).is_some()).await;
    watcher.abort();
}
