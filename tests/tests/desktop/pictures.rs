//! The pictures of the README and of every other screen, taken anew by `cargo xtask screenshots`.

use std::path::PathBuf;

use tests::desktop::{Desktop, Window};

use super::screens;

/// Each picture is taken twice: what its name ends with, and whether the desktop is dark.
const THEMES: [(&str, bool); 2] = [("light", false), ("dark", true)];

/// Names the folder that the pictures go to.
const FOLDER: &str = "PRESENCE_SYNC_PICTURES";

async fn take(desktop: &Desktop, window: &Window, name: &str, (theme, dark): (&str, bool)) {
    let folder = std::env::var_os(FOLDER).unwrap_or_else(|| panic!("{FOLDER} names a folder, in full"));
    let scheme = "return matchMedia('(prefers-color-scheme: dark)').matches";
    assert_eq!(window.run(scheme).await, dark);
    // What comes and goes softly is there, or gone.
    window.settle().await;
    desktop.display.picture_of_window(&PathBuf::from(folder).join(format!("{name}-{theme}.png")));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it writes files instead of proving anything"]
async fn pictures_of_every_screen() {
    for theme in THEMES {
        screens::visit_all(theme.1, async |screen, desktop, window| {
            if screen.pictured {
                take(desktop, window, screen.name, theme).await;
            }
        })
        .await;
    }
}
