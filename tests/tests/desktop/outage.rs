//! The other side goes away and comes back.

use sandbox::{Options, Sandbox};
use tests::desktop::Desktop;

use super::{PEOPLE, organisation, signed_in};

#[tokio::test(flavor = "multi_thread")]
async fn an_outage_is_told_and_ends_by_itself() {
    let (desktop, sandbox) = (Desktop::start().await, organisation().await);
    let window = signed_in(&desktop, &sandbox).await;

    let port = sandbox.address().port();
    sandbox.stop().await;
    let offline = window.wait("offline", |view| view.banner.as_deref() == Some("offline")).await;
    assert_eq!(offline.everybody, PEOPLE, "the last board stays");
    desktop.tray().wait_for_icon("offline").await;
    window
        .wait("rows that age", |view| view.rows.iter().all(|row| row.stale && row.age.ends_with("old")))
        .await;

    let _again = Sandbox::start(Options { people: PEOPLE, port, ..Options::default() }).await.unwrap();
    window.wait("a live board", |view| view.is_live() && view.rows.iter().all(|row| !row.stale)).await;
    desktop.tray().wait_for_icon("live").await;
    assert_eq!(desktop.browser.opened().len(), 1, "a browser was opened again");
}
