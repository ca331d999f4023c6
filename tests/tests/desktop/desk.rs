//! The operator's day at the front desk: finding somebody, waiting for them, and what outlives the window.

use serde_json::json;
use tests::desktop::{Desktop, Key, until};

use super::{organisation, signed_in};

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_waited_for_is_told_once_and_the_notification_leads_to_them() {
    let (desktop, sandbox) = (Desktop::start().await, organisation().await);
    let window = signed_in(&desktop, &sandbox).await;
    let (control, display) = (sandbox.control(), &desktop.display);
    let person = control.people().into_iter().find(|person| person.display_name.is_ascii()).unwrap();
    let state = |availability: &str, activity: &str| {
        control.set_presence(&person.id, availability, activity, false, 3_600.0).unwrap();
    };
    state("Busy", "InACall");

    // Three letters, and perhaps some arrows: by keyboard alone.
    let letters: String = person.display_name.chars().take(3).collect();
    window.search(display, &letters).await;
    until("her among those found", async || {
        let view = window.look().await?;
        let found = view.row(&person.id).is_some_and(|row| row.state == "onCall");
        if found { Ok(()) } else { Err(format!("{:?}", view.rows)) }
    })
    .await;
    until("her chosen", async || {
        let view = window.look().await?;
        if view.row(&person.id).is_some_and(|row| row.chosen) {
            return Ok(());
        }
        display.press(Key("Down"));
        Err(format!("{:?}", view.rows))
    })
    .await;
    display.press(Key("ctrl+b"));
    let said = "return document.querySelector('[role=status]').textContent";
    until("the word that she is waited for", async || {
        let words = window.run(said).await;
        let name = &person.display_name;
        if words == json!(format!("You will be told when {name} is free")) { Ok(()) } else { Err(words) }
    })
    .await;
    let first = desktop.tray().wait("her in the tray", |menu| {
        menu.iter().any(|entry| {
            entry.words == "Waiting to be free"
                && entry.below.iter().any(|below| below.words.starts_with(&person.display_name))
        })
    });
    first.await;

    // Elsewhere in the meantime.
    display.press(Key("Escape"));
    window.click("page-health").await;
    window.wait("the health page", |view| view.is_on("health")).await;
    state("Available", "Available");
    let title = format!("{} is free", person.display_name);
    let told = desktop
        .notifications()
        .wait("the notification", |shown| shown.iter().any(|one| one.title == title && one.displayed))
        .await;
    let one = told.iter().find(|one| one.title == title).unwrap();
    assert!(one.silent, "no sound was wanted");
    desktop.notifications().press_action(one.id).await;
    let view = window.wait("her panel", |view| view.detail.as_deref() == Some(&*person.id)).await;
    assert!(view.is_on("board"));

    // Busy and free again: it was told, and that was it.
    for (availability, activity, state_then) in [
        ("Busy", "InACall", "onCall"),
        ("Available", "Available", "available"),
        ("Busy", "InACall", "onCall"),
    ] {
        state(availability, activity);
        window.wait(state_then, |view| view.row(&person.id).is_some_and(|row| row.state == state_then)).await;
    }
    assert_eq!(desktop.notifications().count_ever(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_opens_the_window_that_was_closed() {
    let (desktop, sandbox) = (Desktop::start().await, organisation().await);
    let window = signed_in(&desktop, &sandbox).await;
    let control = sandbox.control();
    let person = &control.people()[2];
    control.set_presence(&person.id, "Busy", "InACall", false, 3_600.0).unwrap();
    window
        .run_async(&wish(&json!({ "do": "watch", "target": { "person": person.id }, "wanted": true })))
        .await;
    desktop
        .tray()
        .wait("the wish", |menu| menu.iter().any(|entry| entry.words == "Waiting to be free"))
        .await;
    desktop.display.close_window();
    until("no window", async || if desktop.display.has_window() { Err(()) } else { Ok(()) }).await;

    control.set_presence(&person.id, "Available", "Available", false, 3_600.0).unwrap();
    let told = desktop.notifications().wait("the notification", |shown| !shown.is_empty()).await;
    desktop.notifications().press_action(told[0].id).await;
    until("the window", async || if desktop.display.shows_window() { Ok(()) } else { Err(()) }).await;
    assert_eq!(desktop.notifications().count_ever(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn pins_notes_and_the_look_of_the_board_outlive_the_program() {
    let desktop = Desktop::start().await;
    let window = desktop.open(&["--sandbox"]).await;
    let display = &desktop.display;
    let view = window.wait("a live board", super::is_live).await;
    // A keyboard without accents is all there is here.
    let colleague = view.rows.iter().find(|row| row.name.is_ascii()).expect("somebody with a plain name");
    window.search(display, &colleague.name).await;
    let found = window
        .wait("somebody found", |found| {
            found.everybody < view.everybody && found.rows.first().is_some_and(|row| row.chosen)
        })
        .await;
    let person = found.rows[0].clone();
    display.press(Key("ctrl+p"));
    display.press(Key("Return"));
    window.wait("the detail", |view| view.detail.as_deref() == Some(&*person.id)).await;
    window.fill("note", "Prefers a message.").await;
    display.press(Key("Escape"));
    window.click("view").await;
    window.click("dock").await;
    until("a narrow window", async || {
        let width = window.run("return innerWidth").await;
        if width == 360 { Ok(()) } else { Err(width) }
    })
    .await;
    desktop.tray().wait("the pin", |menu| menu.iter().any(|entry| entry.words == "Pinned")).await;
    desktop.tray().press("Quit Presence Sync").await;
    window.end().await;

    let window = desktop.open(&["--sandbox"]).await;
    let view = window.wait("a live board", |view| view.is_live()).await;
    assert_eq!(view.rows[0].id, person.id, "pinned people stand on top");
    until("the window where it was docked", async || {
        let width = window.run("return innerWidth").await;
        if width == 360 { Ok(()) } else { Err(width) }
    })
    .await;
    window.click_within("people", "row").await;
    window.wait("the detail", |view| view.detail.as_deref() == Some(&*person.id)).await;
    let note = "return document.querySelector('[data-testid=note]').value";
    until("the note", async || {
        let note = window.run(note).await;
        if note == "Prefers a message." { Ok(()) } else { Err(note) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_set_holds_at_once_and_what_is_exported_was_shown() {
    let desktop = Desktop::start().await;
    let window = desktop.open(&["--sandbox"]).await;
    window.wait("a live board", super::is_live).await;
    window.click("page-settings").await;
    window.click_within("theme", "theme-dark").await;
    until("a dark page", async || {
        let theme = window.run("return document.documentElement.dataset.theme").await;
        if theme == "dark" { Ok(()) } else { Err(theme) }
    })
    .await;
    window.click("settings-diagnostics").await;
    window.wait_for("diagnostics-file", true).await;
    window.click("diagnostics-save").await;
    let saved = until("the file", async || {
        let words = window
            .run("return document.querySelector('[data-testid=diagnostics-saved]')?.textContent ?? ''")
            .await;
        let words = words.as_str().unwrap_or_default().to_owned();
        if words.contains(".zip") { Ok(words) } else { Err(words) }
    })
    .await;
    println!("{saved}");
}

/// A script that sends a wish to the desk as the page does.
fn wish(wish: &serde_json::Value) -> String {
    format!(
        "const tell = arguments[arguments.length - 1]; window.__TAURI_INTERNALS__.invoke('desk', {{ wish: {wish} }}).then(() => tell(true), (error) => tell(String(error)))"
    )
}
