//! Life in the tray: without a window, and on a desktop that has no tray.

use tests::desktop::{Desktop, until};

#[tokio::test(flavor = "multi_thread")]
async fn hidden_it_lives_in_the_tray_and_a_window_costs_something_only_while_it_is_open() {
    let desktop = Desktop::start().await;
    let mut program = desktop.run(&["--sandbox", "--hidden"]);
    let tray = desktop.tray();
    tray.wait_for_icon("live").await;

    let menu = tray
        .wait("the menu of a live board", |menu| {
            menu.first().is_some_and(|entry| entry.words.starts_with("Live, updated "))
        })
        .await;
    let words: Vec<&str> = menu.iter().map(|entry| entry.words.as_str()).collect();
    assert!(words[0].ends_with(", 250 people"), "{}", words[0]);
    assert!(words[1].starts_with("Sandbox tenant on this computer"), "{}", words[1]);
    assert!(!menu[0].enabled && !menu[1].enabled, "words can not be chosen");
    let rest = [
        "",
        "Open board",
        "",
        "Sync now",
        "Pause",
        "",
        "Setup…",
        "Health…",
        "Settings…",
        "",
        "Quit Presence Sync",
    ];
    assert_eq!(words[2..], rest);
    let pause = menu.iter().find(|entry| entry.words == "Pause").unwrap();
    let spans: Vec<&str> = pause.below.iter().map(|entry| entry.words.as_str()).collect();
    assert_eq!(spans, ["For an hour", "Until tomorrow", "Until I resume"]);
    assert_eq!(program.web_processes(), [], "no window, no web view");
    assert!(!desktop.display.shows_window());

    tray.press("Open board").await;
    until("the window and its page", async || {
        let processes = program.web_processes();
        let drawn = processes.iter().any(|process| process.name == "WebKitWebProcess");
        if drawn && desktop.display.shows_window() { Ok(()) } else { Err(processes) }
    })
    .await;

    desktop.display.close_window();
    until("no page", async || {
        let processes = program.web_processes();
        // WebKit keeps the process for its network.
        let gone = processes.iter().all(|process| process.name == "WebKitNetworkProcess");
        if gone && !desktop.display.shows_window() { Ok(()) } else { Err(processes) }
    })
    .await;
    assert_eq!(program.ended(), None, "it lives on without its window");

    tray.press("Quit Presence Sync").await;
    assert_eq!(program.end().await.code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tray_leads_to_every_page_and_pauses_and_quits() {
    let desktop = Desktop::start().await;
    let tray = desktop.tray();
    let (window, ()) = tokio::join!(desktop.open(&["--sandbox", "--hidden"]), tray.press("Health…"));
    window.wait("the health page", |view| view.is_on("health")).await;
    tray.press("Setup…").await;
    window.wait("the set-up page", |view| view.is_on("setup")).await;
    tray.press("Open board").await;
    window.wait("a live board", |view| view.is_on("board") && view.is_live()).await;

    tray.press("Until I resume").await;
    window.wait("paused", |view| view.banner.as_deref() == Some("paused")).await;
    tray.wait_for_icon("paused").await;
    tray.press("Resume").await;
    window.wait("a live board", |view| view.is_live()).await;
    tray.wait_for_icon("live").await;

    tray.press("Quit Presence Sync").await;
    window.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_tray_nobody_loses_the_program() {
    let mut desktop = Desktop::bare().await;
    desktop.add_notifications().await;
    let mut program = desktop.run(&["--sandbox", "--hidden"]);
    let shown = async |desktop: &Desktop, wanted: bool| {
        until(&format!("window shown: {wanted}"), async || {
            if desktop.display.shows_window() == wanted { Ok(()) } else { Err(()) }
        })
        .await;
    };
    shown(&desktop, true).await;

    desktop.display.close_window();
    shown(&desktop, false).await;
    assert!(desktop.display.has_window(), "minimised, so that it can be found again");
    assert_eq!(program.ended(), None);
    let told = desktop.notifications().wait("why it is only minimised", |shown| !shown.is_empty()).await;
    assert_eq!(told[0].title, "Presence Sync is still running");

    // A second start brings it back; and as soon as there is a tray, closing closes.
    let mut second = desktop.run(&[]);
    assert_eq!(second.end().await.code(), Some(0));
    shown(&desktop, true).await;
    desktop.add_tray().await;
    desktop.tray().wait_for_icon("live").await;
    desktop.display.close_window();
    until("no window at all", async || if desktop.display.has_window() { Err(()) } else { Ok(()) }).await;
    assert_eq!(program.ended(), None);

    // A host that starts anew gets the icon again, and without one there is no way to lose the window.
    desktop.tray = None;
    let mut third = desktop.run(&[]);
    assert_eq!(third.end().await.code(), Some(0));
    shown(&desktop, true).await;
    desktop.display.close_window();
    shown(&desktop, false).await;
    assert!(desktop.display.has_window(), "minimised again");
    desktop.add_tray().await;
    desktop.tray().wait_for_icon("live").await;
    desktop.tray().press("Open board").await;
    shown(&desktop, true).await;
    assert_eq!(desktop.notifications().count_ever(), 1, "it is said once");
}
