//! A keychain that is locked, and none at all: told apart, in words that say what to do.

use tests::desktop::Desktop;

use super::{PEOPLE, organisation, signed_in};

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_keychain_is_waited_for() {
    let (desktop, sandbox) = (Desktop::start().await, organisation().await);
    signed_in(&desktop, &sandbox).await.kill();
    desktop.keychain.lock().await;

    let window = desktop.open(&["--endpoints", &desktop.endpoints(&sandbox)]).await;
    let locked = window
        .wait("the last board, and a banner", |view| view.banner.is_some() && view.everybody == PEOPLE)
        .await;
    assert_eq!(locked.banner.as_deref(), Some("vault.locked"), "{}", locked.banner_words);
    assert!(locked.banner_words.contains("Your keychain is locked."), "{}", locked.banner_words);
    assert!(locked.banner_words.contains("was not lost"), "{}", locked.banner_words);

    desktop.keychain.unlock().await;
    window.wait("a live board", |view| view.is_live()).await;
    assert_eq!(desktop.browser.opened().len(), 1, "a browser was opened again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_keychain_is_named_with_what_to_do_before_anybody_signs_in() {
    let (desktop, sandbox) = (Desktop::bare().await, organisation().await);
    let window = desktop.open(&["--endpoints", &desktop.endpoints(&sandbox)]).await;
    window.click("choose-organisation").await;
    let missing = window.wait("a banner", |view| view.banner.is_some()).await;
    assert_eq!(missing.banner.as_deref(), Some("vault.missing"), "{}", missing.banner_words);
    for words in ["There is no keychain.", "Install and start one", "--vault memory"] {
        assert!(missing.banner_words.contains(words), "{}", missing.banner_words);
    }
    window.kill();

    // At the next start it is told at once.
    let window = desktop.open(&["--endpoints", &desktop.endpoints(&sandbox)]).await;
    let missing = window.wait("a banner", |view| view.banner.is_some()).await;
    assert_eq!(missing.banner.as_deref(), Some("vault.missing"), "{}", missing.banner_words);
    assert!(desktop.browser.opened().is_empty(), "somebody was sent to sign in for nothing");
}
