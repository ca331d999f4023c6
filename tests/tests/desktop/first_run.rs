//! From the first start to the board, by mouse and by keyboard.

use tests::desktop::{Desktop, Key, until};

use super::PEOPLE;

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_tenant_is_one_click_away_and_its_day_goes_on() {
    let desktop = Desktop::start().await;
    let window = desktop.open(&[]).await;
    window.wait("the first run", |view| view.is_on("first-run")).await;

    window.click("choose-sandbox").await;
    let board = window.wait("a live board", |view| view.is_live() && view.everybody == PEOPLE).await;
    assert!(board.status.contains("250 people"), "{}", board.status);
    assert!(desktop.browser.opened().is_empty(), "nobody has to sign in to the sandbox tenant");

    // Nothing is done here: the people in it change by themselves.
    window.wait("somebody who changes", |view| view.counts != board.counts).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_begins_with_the_wizard_and_says_what_to_enter() {
    let desktop = Desktop::start().await;
    let window = desktop.open(&[]).await;
    window.click("choose-rehearsal").await;
    window.wait_for_wizard("something to install", |wizard| wizard.offers("begin")).await;
    window.click_within("rehearsal-notes", "guide").await;
    let notes = "return document.querySelectorAll('[data-testid=rehearsal-notes] .exact').length";
    until("what to enter", async || match window.run(notes).await {
        count if count.as_u64() >= Some(3) => Ok(()),
        other => Err(other),
    })
    .await;
    assert!(desktop.browser.opened().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_found_and_read_about_without_a_mouse() {
    let desktop = Desktop::start().await;
    let window = desktop.open(&["--sandbox"]).await;
    window.wait("a live board", |view| view.is_live() && view.everybody == PEOPLE).await;

    // The search comes before anybody is chosen.
    window.search(&desktop.display, "ellery").await;
    let found = window.wait("fewer people", |view| (1..10).contains(&view.everybody)).await;
    // Free colleagues may be suggested after those who are found.
    assert!((found.everybody..=found.everybody + 5).contains(&found.rows.len()), "{:?}", found.rows);
    assert!(found.rows.iter().any(|row| row.name == "Morgan Ellery"), "{:?}", found.rows);

    desktop.display.press(Key("Down"));
    let chosen = window.wait("a chosen row", |view| view.rows.iter().any(|row| row.chosen)).await;
    let chosen = chosen.rows.iter().find(|row| row.chosen).unwrap().id.clone();
    desktop.display.press(Key("Return"));
    window.wait("the detail of the row", |view| view.detail.as_ref() == Some(&chosen)).await;

    // Each Escape takes one thing back, the newest choice last.
    desktop.display.press(Key("Escape"));
    window
        .wait("everybody, beside the detail", |view| view.everybody == PEOPLE && view.detail.is_some())
        .await;
    desktop.display.press(Key("Escape"));
    window.wait("no detail", |view| view.detail.is_none()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_name_is_only_text() {
    let desktop = Desktop::start().await;
    let window = desktop.open(&["--sandbox"]).await;
    window.wait("a live board", |view| view.is_live()).await;

    window.search(&desktop.display, "onerror").await;
    let found = window
        .wait("one person, who is chosen", |view| {
            view.everybody == 1 && view.rows.first().is_some_and(|row| row.chosen)
        })
        .await;
    assert_eq!(found.rows[0].name, "<img src=x onerror=alert(1)>");
    desktop.display.press(Key("Return"));
    let detail = window.wait("the detail", |view| view.detail.is_some()).await;
    assert_eq!((found.pictures, detail.pictures), (0, 0), "an image came into the document");
}
