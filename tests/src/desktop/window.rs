//! The application's window: what is on its page, and a hand to click with.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;

use super::display::{Display, Key};
use super::processes::{self, Process};
use super::webdriver::{Driver, Session};
use super::{program, until};

/// Everything a test looks at, read in one go so that it belongs together.
const LOOK: &str = r#"
const one = (id, within = document) => within.querySelector(`[data-testid="${id}"]`);
const all = (id) => [...document.querySelectorAll(`[data-testid="${id}"]`)];
const words = (element) => (element === null ? "" : element.textContent.replace(/\s+/g, " ").trim());
const number = (element) => Number(words(element?.querySelector(".count") ?? null).replace(",", ""));
const status = one("status-line");
const banner = one("banner");
const states = ["available", "busy", "onCall", "doNotDisturb", "away", "offline", "unknown"];
return {
  screens: ["first-run", "sign-in-screen", "setup", "board", "health"].filter((id) => one(id) !== null),
  source: status?.dataset.source ?? null,
  status: words(status),
  banner: banner?.dataset.code ?? null,
  bannerWords: words(banner),
  problem: one("problem")?.dataset.code ?? null,
  problemWords: words(one("problem")),
  everybody: number(one("filter-all")),
  counts: Object.fromEntries(states.map((state) => [state, number(one(`filter-${state}`))])),
  rows: all("row").map((row) => ({
    id: row.dataset.id,
    state: row.dataset.state,
    stale: row.dataset.stale === "true",
    name: words(row.querySelector(".who b")),
    age: words(row.querySelector(".age")),
    chosen: row.getAttribute("aria-selected") === "true",
  })),
  detail: one("detail")?.dataset.id ?? null,
  pictures: document.images.length,
};
"#;

/// Ends what moves, and waits until that was drawn.
const SETTLE: &str = r"
const tell = arguments[arguments.length - 1];
for (const animation of document.getAnimations()) {
  if (Number.isFinite(animation.effect?.getComputedTiming().endTime)) animation.finish();
}
requestAnimationFrame(() => requestAnimationFrame(() => tell(null)));
";

/// What the page shows.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// Which screens are there, by test id.
    pub screens: Vec<String>,
    /// State of the source, when the board is shown.
    pub source: Option<String>,
    /// The words of the status line.
    pub status: String,
    /// Code of the banner, if there is one.
    pub banner: Option<String>,
    /// Its words.
    pub banner_words: String,
    /// Code of a problem that is told beside what it is about.
    pub problem: Option<String>,
    /// Its words.
    pub problem_words: String,
    /// People that fit the search; 0 until that is known.
    pub everybody: usize,
    /// How many of them are in which state.
    pub counts: BTreeMap<String, usize>,
    /// The rows in and around what is in sight.
    pub rows: Vec<Row>,
    /// The person whose detail is open.
    pub detail: Option<String>,
    /// Images in the document.
    pub pictures: usize,
}

/// A row of the board.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Row {
    /// The person's id.
    pub id: String,
    /// What the badge shows.
    pub state: String,
    /// Whether that is old.
    pub stale: bool,
    /// The person's name.
    pub name: String,
    /// When it was checked, or how old it is.
    pub age: String,
    /// Whether the row is the chosen one.
    pub chosen: bool,
}

impl View {
    /// Whether a screen is shown.
    pub fn is_on(&self, screen: &str) -> bool {
        self.screens.iter().any(|shown| shown == screen)
    }

    /// Whether the board is there and its states are fresh.
    pub fn is_live(&self) -> bool {
        self.source.as_deref() == Some("live") && self.banner.is_none() && !self.rows.is_empty()
    }

    /// The row of a person.
    pub fn row(&self, id: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.id == id)
    }
}

/// The window of a running application.
pub struct Window {
    driver: Driver,
    session: Session,
}

impl Window {
    pub(crate) async fn open(driver: Driver, display: &Display, arguments: &[&str]) -> Self {
        let options = json!({ "binary": program::binary(), "args": arguments });
        let session = driver.session(json!({ "webkitgtk:browserOptions": options })).await;
        until("a window", async || if display.shows_window() { Ok(()) } else { Err("none is shown") }).await;
        let window = Self { driver, session };
        window.wait("a page", |view| !view.screens.is_empty()).await;
        window
    }

    /// What is shown now.
    pub async fn look(&self) -> Result<View, String> {
        let seen = self.session.run(LOOK).await?;
        serde_json::from_value(seen.clone()).map_err(|error| format!("{error}: {seen}"))
    }

    /// Waits until the page shows something.
    pub async fn wait(&self, what: &str, is_so: impl Fn(&View) -> bool) -> View {
        until(what, async || match self.look().await {
            Ok(view) if is_so(&view) => Ok(view),
            other => Err(other),
        })
        .await
    }

    /// Waits until something with this test id is there, and clicks it.
    pub async fn click(&self, id: &str) {
        let selector = format!("[data-testid=\"{id}\"]");
        until(&format!("“{id}” to click"), async || self.session.click(&selector).await).await;
    }

    /// Waits until something with the second test id is in something with the first, and clicks it.
    pub async fn click_within(&self, outer: &str, id: &str) {
        let selector = format!("[data-testid=\"{outer}\"] [data-testid=\"{id}\"]");
        until(&format!("“{id}” to click"), async || self.session.click(&selector).await).await;
    }

    /// Waits until a field with this test id is there, and types into it in place of what is there.
    pub async fn fill(&self, id: &str, text: &str) {
        let selector = format!("[data-testid=\"{id}\"]");
        until(&format!("“{id}” to type into"), async || self.session.fill(&selector, text).await).await;
    }

    /// Runs a script in the page.
    pub async fn run(&self, script: &str) -> serde_json::Value {
        self.session.run(script).await.unwrap()
    }

    /// Runs a script in the page that calls its last argument with what is to come back.
    pub async fn run_async(&self, script: &str) -> serde_json::Value {
        self.session.run_async(script).await.unwrap()
    }

    /// Has everything that still moves, and that will come to rest, drawn as it will be then.
    pub async fn settle(&self) {
        self.run_async(SETTLE).await;
    }

    /// Waits until something with this test id is there, or is not.
    pub async fn wait_for(&self, id: &str, there: bool) {
        let script = format!("return document.querySelector('[data-testid=\"{id}\"]') !== null");
        until(&format!("“{id}” there: {there}"), async || match self.run(&script).await {
            found if found == there => Ok(()),
            other => Err(other),
        })
        .await;
    }

    /// Runs a script in the page, which may be gone.
    pub(crate) async fn try_run(&self, script: &str) -> Result<serde_json::Value, String> {
        self.session.run(script).await
    }

    /// Searches by keyboard.
    pub async fn search(&self, display: &Display, words: &str) {
        display.press(Key("ctrl+k"));
        until("the search field in focus", async || {
            let focused = self.run("return document.activeElement.id").await;
            if focused == "search" { Ok(()) } else { Err(focused) }
        })
        .await;
        display.write(words);
        until("the words in the search field", async || {
            let written = self.run("return document.querySelector('#search').value").await;
            if written == words { Ok(()) } else { Err(written) }
        })
        .await;
    }

    /// Kills the application, and nothing else, as `kill -9` does.
    pub fn kill(self) {
        processes::kill(&self.application());
    }

    /// Waits until the application has ended by itself.
    pub async fn end(self) {
        until("the end of the program", async || {
            let members = self.driver.group.members();
            if members.iter().all(|process| !is_application(process)) { Ok(()) } else { Err(members) }
        })
        .await;
    }

    /// Measures the application and everything it has started, by its number.
    pub fn application_memory(&self, measure: impl Fn(u32) -> Option<u64>) -> Option<u64> {
        measure(u32::try_from(self.application().id).ok()?)
    }

    fn application(&self) -> Process {
        let members = self.driver.group.members();
        members.into_iter().find(is_application).expect("the application runs")
    }
}

fn is_application(process: &Process) -> bool {
    process.name == "presence-sync-desktop"
}
