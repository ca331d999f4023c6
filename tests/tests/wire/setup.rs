//! Installing for real: the wizard, its calls and the browser's visits, against a tenant where nothing is installed.

mod accounts;
mod consent;
mod crash;
mod entries;
mod keys;
mod removal;
mod renewal;
mod ways;

use presence::setup::integration::Integration;
use tests::site::{Installer, Site};

const FIRST: Integration = Integration::TeamsToEight;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_administrator_installs_everything_in_two_visits() {
    let site = Site::start().await;
    let installer = Installer::at(&site);
    for integration in Integration::ALL {
        installer.follow(&site, integration).await;
    }
    assert_eq!(site.browser.opened().len(), 2, "an administrator and the status user, once each");
    assert_eq!(site.sandbox.control().sign_in_visits(), 2);
    installer.handle.stop().await;
}
