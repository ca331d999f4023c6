//! Other integrations of the same customer, which use up what 8x8 allows to all of them.

use presence::engine::event::Intent;
use presence::imports::{ImportWish, Phase};
use presence::setup::integration::Integration;
use sandbox::Options;
use tests::PATIENCE;
use tests::bench::wait_for;
use tests::site::{Installer, Site};

use super::phase;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_keeps_silent_while_others_use_the_limit_up_and_goes_on_by_itself() {
    let site = Site::with(Options::default()).await;
    let installer = Installer::patient(&site, 2 * PATIENCE);
    for integration in [Integration::TeamsToEight, Integration::Contacts] {
        installer.follow(&site, integration).await;
    }
    let control = site.sandbox.control();
    let known = |snapshot: &presence::snapshot::Snapshot| {
        phase(snapshot) == Some(Phase::Idle) && snapshot.matches.matched > 0 && snapshot.complete
    };
    installer.until("everybody and the import at rest", known).await;
    installer.handle.send(Intent::Import(ImportWish::Preview));
    let shown =
        installer.until("what would be done", |snapshot| phase(snapshot) == Some(Phase::Preview)).await;
    let creates = shown.import.as_ref().unwrap().plan.creates;
    assert!(creates > 0);

    control.clear_requests();
    // Somebody else reads until nothing is left of this minute.
    let address = format!("{}/directory-contacts/api/v3/contacts?size=1", site.sandbox.eight());
    let other = presence::http::client();
    let mut status = 200;
    while status != 429 {
        let answer = other.get(&address).header("x-api-key", site.sandbox.search_key()).send().await.unwrap();
        status = answer.status().as_u16();
    }
    let of_ours = || {
        let ours = control.requests().into_iter().filter(|request| request.endpoint == "contacts_write");
        ours.map(|request| request.status).collect::<Vec<_>>()
    };
    installer.handle.send(Intent::Import(ImportWish::Start));
    wait_for("the first refusal", || of_ours() == [429]).await;
    let told = installer
        .until("8x8's wish for silence", |snapshot| {
            snapshot.import.as_ref().is_some_and(|import| import.problem.is_some())
        })
        .await;
    assert_eq!(told.import.as_ref().unwrap().problem.as_ref().unwrap().code, "eight.throttled");
    // A minute later for 8x8; the client keeps its own half minute of silence all the same.
    control.advance(60.0);
    installer
        .until("the end of the import", |snapshot| {
            phase(snapshot) == Some(Phase::Idle)
                && snapshot.import.as_ref().is_some_and(|import| import.finished.is_some())
        })
        .await;
    let statuses = of_ours();
    assert_eq!(statuses.iter().filter(|status| **status == 429).count(), 1, "{statuses:?}");
    assert_eq!(control.contacts_written().len(), creates);
    installer.handle.stop().await;
}
