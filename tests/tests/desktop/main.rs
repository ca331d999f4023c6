//! The product as a person has it: the real window, the real tray protocol, a real keychain and a real browser, on a
//! display that nobody sees. The organisation is the sandbox tenant, here in the test, where it can be made to misbehave.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can not go on should panic")]

mod accessibility;
mod accounts;
mod center;
mod desk;
mod first_run;
mod installation;
mod interrupted;
mod keychain;
mod organisation;
mod outage;
mod pictures;
mod screens;
mod setup_page;
mod tray;

use sandbox::{Options, Sandbox};
use tests::desktop::{Desktop, Window};

/// People in the organisation.
const PEOPLE: usize = 250;

/// An organisation that the test holds in its hands.
async fn organisation() -> Sandbox {
    Sandbox::start(Options { people: PEOPLE, ..Options::default() }).await.unwrap()
}

/// A window that has just gone through the first run and the sign-in: the board is live.
async fn signed_in(desktop: &Desktop, sandbox: &Sandbox) -> Window {
    let window = desktop.open(&["--endpoints", &desktop.endpoints(sandbox)]).await;
    window.click("choose-organisation").await;
    // The endpoints file says which organisation it is, so there is nothing to set up.
    window.click("sign-in").await;
    desktop.browser.sign_in(sandbox.status_user(), 1).await;
    window.wait("a live board", |view| view.is_live() && view.everybody == PEOPLE).await;
    window
}

/// A live board of the sandbox tenant.
fn is_live(view: &tests::desktop::View) -> bool {
    view.is_live() && view.everybody == PEOPLE
}
