//! The set-up page for everybody: without a mouse, in a narrow window, in the dark.

use std::time::Duration;

use tests::desktop::{Desktop, Key, Window, Wizard, until};

use super::installation::{Installer, bare_organisation};

/// More stops than any page has.
const MOST_STOPS: usize = 40;

/// Goes from stop to stop until something is in focus.
async fn tab_to(desktop: &Desktop, window: &Window, id: &str) {
    let mut stops = Vec::new();
    for _ in 0..MOST_STOPS {
        let stop = focus(window).await;
        if stop == id {
            return;
        }
        stops.push(stop);
        desktop.display.press(Key("Tab"));
    }
    panic!("“{id}” can not be reached by keyboard, only {stops:?}");
}

async fn focus(window: &Window) -> String {
    let focus = window.run("return document.activeElement?.dataset.testid ?? ''").await;
    focus.as_str().unwrap_or_default().to_owned()
}

async fn wait_for_focus(window: &Window, id: &str) {
    until(&format!("“{id}” in focus"), async || match focus(window).await {
        found if found == id => Ok(()),
        other => Err(other),
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_steps_and_every_question_can_be_answered_without_a_mouse() {
    let (desktop, sandbox) = (Desktop::start().await, bare_organisation(Duration::ZERO).await);
    let mut person = Installer::new(&desktop, &sandbox);
    let window = person.open().await;
    tab_to(&desktop, &window, "choose-organisation").await;
    desktop.display.press(Key("Return"));
    window.wait_for_wizard("the set-up page", |wizard| wizard.offers("begin")).await;
    tab_to(&desktop, &window, "act-begin").await;
    desktop.display.press(Key("space"));
    window.wait_for_step("organisation").await;
    tab_to(&desktop, &window, "field-organisation").await;
    desktop.display.write(sandbox.domain());
    // What is typed is sent from where it was typed.
    desktop.display.press(Key("Return"));
    window.wait_for_step("way").await;
    // A choice, and back.
    tab_to(&desktop, &window, "choice-making-wizard").await;
    desktop.display.press(Key("Down"));
    window.wait_for_wizard("the other way", |wizard| wizard.steps.contains_key("register")).await;
    desktop.display.press(Key("Up"));
    window.wait_for_wizard("the way back", |wizard| wizard.steps.contains_key("prepare")).await;
    tab_to(&desktop, &window, "act-decide").await;
    desktop.display.press(Key("space"));
    window.wait_for_step("prepare").await;
    assert_eq!(window.run("return document.activeElement.textContent").await, "Prepare at Microsoft");

    person.follow(&window, "teamsToEight").await;
    tab_to(&desktop, &window, "act-disable").await;
    desktop.display.press(Key("Return"));
    // What takes nothing away comes first.
    wait_for_focus(&window, "ask-no").await;
    desktop.display.press(Key("Escape"));
    wait_for_focus(&window, "act-disable").await;
    desktop.display.press(Key("Return"));
    wait_for_focus(&window, "ask-no").await;
    // By now a yes would have been heard.
    let seen = window.wizard().await.unwrap();
    assert!(seen.is_verified(), "no was taken for yes: {seen:#?}");
    desktop.display.press(Key("Tab"));
    wait_for_focus(&window, "ask-yes").await;
    desktop.display.press(Key("Return"));
    let disabled = |seen: &Wizard| seen.verdict == "Disabled" && seen.offers("begin");
    window.wait_for_wizard("an integration that is disabled", disabled).await;
}

/// What is wider than the window, among what belongs to the page.
const TOO_WIDE: &str = r#"
const root = document.scrollingElement;
const wide = root.scrollWidth > root.clientWidth ? [`the page, ${root.scrollWidth} px`] : [];
const scrolls = (element) =>
  element !== null && (["auto", "scroll"].includes(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
for (const element of document.querySelectorAll("[data-testid=setup] .work *")) {
  const { right, width } = element.getBoundingClientRect();
  const within = element.closest("pre, nav, table, .unseen") !== null;
  if (width > 0 && right > innerWidth + 1 && !within) wide.push(`${element.outerHTML.slice(0, 120)} up to ${right}`);
}
return [innerWidth, wide];
"#;

async fn nothing_is_cut_off(window: &Window) {
    let seen = window.run(TOO_WIDE).await;
    assert_eq!(seen, serde_json::json!([360, []]), "in {:?}", window.wizard().await.map(|seen| seen.step));
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_narrow_dark_window_no_step_is_cut_off() {
    let (desktop, sandbox) = (Desktop::start().await, bare_organisation(Duration::ZERO).await);
    desktop.darken();
    let mut person = Installer::new(&desktop, &sandbox);
    let window = person.begin().await;
    assert_eq!(window.run("return matchMedia('(prefers-color-scheme: dark)').matches").await, true);
    desktop.display.resize_window(360, 720);
    until("a narrow window", async || match window.run("return innerWidth").await {
        width if width == 360 => Ok(()),
        other => Err(other),
    })
    .await;
    nothing_is_cut_off(&window).await;
    for _ in 0..9 {
        let seen = window.wait_for_wizard("the next thing to do", Wizard::rests).await;
        nothing_is_cut_off(&window).await;
        if seen.is_verified() {
            assert_eq!(seen.sample, 3);
            return;
        }
        person.do_next(&window).await;
        nothing_is_cut_off(&window).await;
    }
    panic!("it was never verified");
}
