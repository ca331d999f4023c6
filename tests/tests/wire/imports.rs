//! The import of contacts over real sockets: seen before it is written, within the limit, and only once.

mod crowd;
mod others;

use presence::engine::event::Intent;
use presence::imports::{ImportWish, Phase};
use presence::setup::integration::Integration;
use presence::snapshot::Snapshot;
use sandbox::Options;
use tests::site::{Installer, Site};

fn phase(snapshot: &Snapshot) -> Option<Phase> {
    snapshot.import.as_ref().map(|import| import.phase.clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_without_an_8x8_user_become_contacts_once_and_after_they_were_shown() {
    let site = Site::with(Options::default()).await;
    let installer = Installer::at(&site);
    for integration in [Integration::TeamsToEight, Integration::Contacts] {
        installer.follow(&site, integration).await;
    }
    let control = site.sandbox.control();
    let known = |snapshot: &Snapshot| {
        phase(snapshot) == Some(Phase::Idle) && snapshot.matches.matched > 0 && snapshot.complete
    };
    let snapshot = installer.until("everybody and the import at rest", known).await;
    let alone = snapshot.people.iter().filter(|state| state.card.contact.is_none()).count();
    assert!(alone > 0, "somebody has no 8x8 user");

    installer.handle.send(Intent::Import(ImportWish::Preview));
    let shown =
        installer.until("what would be done", |snapshot| phase(snapshot) == Some(Phase::Preview)).await;
    let plan = &shown.import.as_ref().unwrap().plan;
    assert_eq!(plan.creates + plan.clashes.len(), alone);
    let creates = plan.creates;
    assert_eq!(control.contacts_written().len(), 0, "nothing is written before a person says so");

    installer.handle.send(Intent::Import(ImportWish::Start));
    let done = |snapshot: &Snapshot| {
        phase(snapshot) == Some(Phase::Idle)
            && snapshot.import.as_ref().is_some_and(|import| import.finished.is_some())
    };
    installer.until("the end of the import", done).await;
    let written = control.contacts_written();
    assert_eq!(written.len(), creates);
    assert!(control.contacts_load().busiest_minute <= 60, "the limit that all integrations share");

    // A second look finds nothing to do.
    installer.handle.send(Intent::Import(ImportWish::Preview));
    let again = installer.until("a second look", |snapshot| phase(snapshot) == Some(Phase::Preview)).await;
    let plan = &again.import.as_ref().unwrap().plan;
    assert_eq!((plan.creates, plan.updates, plan.removals, plan.unchanged), (0, 0, 0, creates));
    assert_eq!(control.contacts_written(), written);
    installer.handle.stop().await;
}
