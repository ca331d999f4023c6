//! The pictures of the README, taken anew by
//! `PRESENCE_SYNC_PICTURES=$PWD/docs cargo test -p tests --features desktop --test desktop pictures -- --ignored`.

use std::path::PathBuf;
use std::time::Duration;

use tests::desktop::{Desktop, Key, Window, Wizard};

use super::PEOPLE;
use super::installation::{Installer, bare_organisation};

/// Each picture is taken twice: what its name ends with, and whether the desktop is dark.
const THEMES: [(&str, bool); 2] = [("light", false), ("dark", true)];

async fn desktop(dark: bool) -> Desktop {
    let desktop = Desktop::start().await;
    if dark {
        desktop.darken();
    }
    desktop
}

async fn take(desktop: &Desktop, window: &Window, name: &str, (theme, dark): (&str, bool)) {
    let folder =
        std::env::var_os("PRESENCE_SYNC_PICTURES").expect("PRESENCE_SYNC_PICTURES names a folder, in full");
    let scheme = "return matchMedia('(prefers-color-scheme: dark)').matches";
    assert_eq!(window.run(scheme).await, dark);
    desktop.display.picture_of_window(&PathBuf::from(folder).join(format!("{name}-{theme}.png")));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it writes files instead of proving anything"]
async fn pictures_of_the_board() {
    for theme in THEMES {
        let desktop = desktop(theme.1).await;
        let window = desktop.open(&["--sandbox"]).await;
        window.wait("a live board", |view| view.is_live() && view.everybody == PEOPLE).await;
        desktop.display.press(Key("Down"));
        desktop.display.press(Key("Return"));
        window.wait("a detail", |view| view.detail.is_some()).await;
        take(&desktop, &window, "board", theme).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it writes files instead of proving anything"]
async fn pictures_of_the_installation() {
    for theme in THEMES {
        let (desktop, sandbox) = (desktop(theme.1).await, bare_organisation(Duration::ZERO).await);
        // Somebody whose name is markup works here, and would come first among the sample.
        let control = sandbox.control();
        for colleague in control.people().iter().filter(|colleague| colleague.display_name.starts_with('<')) {
            control.leave(&colleague.id).unwrap();
        }
        let mut person = Installer::new(&desktop, &sandbox);
        let window = person.begin().await;
        loop {
            let seen = window.wait_for_wizard("the next thing to do", Wizard::rests).await;
            if seen.step.as_deref() == Some("signIn") {
                break;
            }
            person.do_next(&window).await;
        }
        let password = window.read_password().await;
        // Hidden again, as it is when nobody looks.
        window.click("password-show").await;
        window.act("signIn").await;
        window.wait_for_wizard("a browser that is waited for", |wizard| wizard.waiting).await;
        window.run("document.activeElement.blur()").await;
        take(&desktop, &window, "setup", theme).await;

        person.visit(&person.status_user(), Some(&password)).await;
        window.wait_for_step("key").await;
        person.follow(&window, "teamsToEight").await;
        window.run("document.activeElement.blur(); document.querySelector('.work').scrollTop = 0;").await;
        take(&desktop, &window, "setup-verified", theme).await;
    }
}
