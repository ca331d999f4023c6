//! An organisation with a real sign-in: through the browser, kept in the keychain, over a crash, and when it ends.

use tests::desktop::{Desktop, until};

use super::{PEOPLE, organisation, signed_in};

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_leads_to_a_board_that_follows_teams_and_leaves_its_token_in_the_keychain_only() {
    let (desktop, sandbox) = (Desktop::start().await, organisation().await);
    let window = signed_in(&desktop, &sandbox).await;

    let control = sandbox.control();
    let person = &control.people()[3];
    let (name, _) = person.user_principal_name.split_once('@').unwrap();
    window.search(&desktop.display, name).await;
    for (availability, activity, state) in
        [("Busy", "InACall", "onCall"), ("DoNotDisturb", "Presenting", "doNotDisturb")]
    {
        control.set_presence(&person.id, availability, activity, false, 600.0).unwrap();
        window
            .wait(state, |view| {
                view.row(&person.id).is_some_and(|row| row.state == state && row.name == person.display_name)
            })
            .await;
    }

    let token = refresh_token(&desktop).await;
    let planted = desktop.plant("note", &format!("my token: {token}"));
    assert_eq!(desktop.files_with(&token), [planted], "the refresh token is on the disk");
    assert_eq!(desktop.browser.opened().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_the_last_board_is_there_at_once_and_the_sign_in_still_holds() {
    let (desktop, sandbox) = (Desktop::start().await, organisation().await);
    let window = signed_in(&desktop, &sandbox).await;
    window.kill();

    // Whatever is asked now takes so long that what is seen first can only be what was kept.
    sandbox.control().replace_faults(vec![sandbox::Fault::new(
        sandbox::Place::Everything,
        sandbox::FaultKind::Latency { milliseconds: 3_000 },
    )]);
    let window = desktop.open(&["--endpoints", &desktop.endpoints(&sandbox)]).await;
    let kept = window.wait("the last board", |view| view.everybody == PEOPLE && !view.rows.is_empty()).await;
    assert_ne!(kept.source.as_deref(), Some("live"));
    assert!(kept.rows.iter().all(|row| row.stale && row.age.ends_with("old")), "{:?}", kept.rows);

    sandbox.control().clear_faults();
    let live =
        window.wait("a live board", |view| view.is_live() && view.rows.iter().all(|row| !row.stale)).await;
    assert_eq!(live.everybody, PEOPLE);
    assert_eq!(desktop.browser.opened().len(), 1, "a browser was opened again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_sign_in_asks_for_a_person_and_the_tray_leads_back() {
    let (desktop, sandbox) = (Desktop::start().await, organisation().await);
    let window = signed_in(&desktop, &sandbox).await;
    let tray = desktop.tray();
    tray.wait_for_icon("live").await;

    sandbox.control().revoke(None).unwrap();
    sandbox.control().expire_access_tokens();
    let needed = window.wait("sign-in needed", |view| view.banner.as_deref() == Some("signIn")).await;
    assert_eq!(needed.source.as_deref(), Some("signInNeeded"));
    assert_eq!(needed.everybody, PEOPLE, "the last board stays");
    tray.wait_for_icon("attention").await;
    let menu = tray
        .wait("a way to sign in", |menu| {
            menu.first().is_some_and(|entry| entry.words == "Sign in…" && entry.enabled)
        })
        .await;
    let state = &menu[1].words;
    assert!(state.starts_with("Sign-in needed, states stopped at "), "{state}");
    assert_eq!(tray.tooltip().await, format!("Presence Sync: {state}"));
    window.wait("old rows", |view| view.rows.iter().all(|row| row.stale)).await;
    assert_eq!(desktop.browser.opened().len(), 1, "a browser was opened by itself");

    tray.press("Sign in…").await;
    desktop.browser.sign_in(sandbox.status_user(), 2).await;
    window.wait("a live board", |view| view.is_live() && view.rows.iter().all(|row| !row.stale)).await;
    tray.wait_for_icon("live").await;
}

/// The refresh token, from the keychain.
async fn refresh_token(desktop: &Desktop) -> String {
    until("the sign-in in the keychain", async || {
        let entries = desktop.keychain.entries().await;
        let text = entries.get("microsoft-sign-in").ok_or_else(|| format!("{:?}", entries.keys()))?;
        let kept: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        kept["refresh_token"].as_str().map(ToOwned::to_owned).ok_or("no token".to_owned())
    })
    .await
}
