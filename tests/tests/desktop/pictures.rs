//! The pictures of the README, taken anew by
//! `PRESENCE_SYNC_PICTURES=$PWD/docs cargo test -p tests --features desktop --test desktop pictures -- --ignored`.

use std::path::PathBuf;

use tests::desktop::{Desktop, Key};

use super::PEOPLE;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "it writes files instead of proving anything"]
async fn pictures() {
    let folder =
        std::env::var_os("PRESENCE_SYNC_PICTURES").expect("PRESENCE_SYNC_PICTURES names a folder, in full");
    for (name, dark) in [("board-light.png", false), ("board-dark.png", true)] {
        let desktop = Desktop::start().await;
        if dark {
            desktop.darken();
        }
        let window = desktop.open(&["--sandbox"]).await;
        window.wait("a live board", |view| view.is_live() && view.everybody == PEOPLE).await;
        let scheme = "return matchMedia('(prefers-color-scheme: dark)').matches";
        assert_eq!(window.run(scheme).await, dark);
        desktop.display.press(Key("Down"));
        desktop.display.press(Key("Return"));
        window.wait("a detail", |view| view.detail.is_some()).await;
        desktop.display.picture_of_window(&PathBuf::from(&folder).join(name));
    }
}
