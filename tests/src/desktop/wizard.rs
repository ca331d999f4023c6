//! The set-up page in the window: what is on it, and a person's hands on it.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::until;
use super::window::Window;

/// Everything of the set-up page that a test looks at, read in one go so that it belongs together.
const LOOK: &str = r#"
const page = document.querySelector("[data-testid=setup]");
if (page === null) return null;
const one = (selector, within = page) => within.querySelector(selector);
const all = (selector, within = page) => [...within.querySelectorAll(selector)];
const words = (element) => (element === null ? "" : element.textContent.replace(/\s+/g, " ").trim());
const named = (start, within = page) => all(`[data-testid^="${start}"]`, within);
const after = (element, start) => element.dataset.testid.slice(start.length);
const lines = (start, label) =>
  named(start).map((line) => ({
    label: words(one(label, line)),
    state: line.dataset.state,
    result: words(one(".result", line)) || words(one(".what", line)),
  }));
const open = one("[data-testid^=step-][data-state=current]");
const verdict = one("[data-testid=verdict]");
const card = one("[data-testid=card]");
const usable = (button) => button.getAttribute("aria-disabled") !== "true" && button.offsetParent !== null;
return {
  integration: one("nav [aria-current=true]")?.dataset.testid.slice("integration-".length) ?? "",
  standings: Object.fromEntries(
    named("standing-").map((chip) => [after(chip, "standing-"), words(chip)]),
  ),
  step: open === null ? null : after(open, "step-"),
  steps: Object.fromEntries(named("step-").map((step) => [after(step, "step-"), step.dataset.state])),
  fields: named("field-").map((field) => after(field, "field-")),
  items: lines("item-", ".label"),
  checks: lines("check-", "b"),
  sample: all("[data-testid^=check-] tbody tr").length,
  verdict: verdict === null ? "" : words(one("h3", verdict)),
  card: card === null ? null : card.dataset.kind,
  cardWords: words(card),
  waiting: one("[data-testid=waiting]") !== null,
  countdown: one("[data-testid=countdown]") !== null,
  password: one("[data-testid=password][data-shown=true]")?.value ?? null,
  hasPassword: one("[data-testid=password]") !== null,
  problem: words(one("[data-testid=problem]")),
  acts: named("act-").filter(usable).map((button) => after(button, "act-")),
};
"#;

/// How an integration stands that was installed and works.
const VERIFIED: &str = "Integration verified";

/// What the set-up page shows.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wizard {
    /// The integration that is looked at.
    pub integration: String,
    /// Where each integration stands, in words.
    pub standings: BTreeMap<String, String>,
    /// The open step.
    pub step: Option<String>,
    /// All steps, and whether each is done.
    pub steps: BTreeMap<String, String>,
    /// What can be entered.
    pub fields: Vec<String>,
    /// What the wizard does at Microsoft.
    pub items: Vec<Line>,
    /// The checks.
    pub checks: Vec<Line>,
    /// People in the sample.
    pub sample: usize,
    /// How the whole stands.
    pub verdict: String,
    /// Whose account is asked for.
    pub card: Option<String>,
    /// The words of that.
    pub card_words: String,
    /// Whether the browser is waited for.
    pub waiting: bool,
    /// Whether something comes by itself.
    pub countdown: bool,
    /// The password, while it is shown.
    pub password: Option<String>,
    /// Whether there is one to show.
    pub has_password: bool,
    /// The words of a problem.
    pub problem: String,
    /// The buttons that can be used.
    pub acts: Vec<String>,
}

/// Something that is done or checked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Line {
    /// What.
    pub label: String,
    /// How it stands.
    pub state: String,
    /// What came of it.
    pub result: String,
}

impl Wizard {
    /// Whether a button can be used.
    pub fn offers(&self, act: &str) -> bool {
        self.acts.iter().any(|offered| offered == act)
    }

    /// Whether nothing is under way, as far as a person can see.
    pub fn rests(&self) -> bool {
        let runs = |line: &Line| line.state == "running";
        let under_way = self.items.iter().any(runs) || self.checks.iter().any(runs);
        !(under_way || self.waiting || self.countdown || self.acts.is_empty())
    }

    /// Whether the integration that is looked at is verified.
    pub fn is_verified(&self) -> bool {
        self.verdict == VERIFIED
    }

    /// Whether every integration is.
    pub fn all_verified(&self) -> bool {
        self.standings.values().all(|standing| standing == VERIFIED)
    }

    /// Where an integration stands.
    pub fn standing(&self, integration: &str) -> &str {
        self.standings.get(integration).map_or("", String::as_str)
    }
}

impl Window {
    /// What the set-up page shows now.
    pub async fn wizard(&self) -> Result<Wizard, String> {
        let seen = self.try_run(LOOK).await?;
        serde_json::from_value(seen.clone()).map_err(|error| format!("{error}: {seen}"))
    }

    /// Waits until the set-up page shows something.
    pub async fn wait_for_wizard(&self, what: &str, is_so: impl Fn(&Wizard) -> bool) -> Wizard {
        until(what, async || match self.wizard().await {
            Ok(wizard) if is_so(&wizard) => Ok(wizard),
            other => Err(other),
        })
        .await
    }

    /// Waits until a step is open and nothing is under way.
    pub async fn wait_for_step(&self, step: &str) -> Wizard {
        let what = format!("step “{step}”");
        self.wait_for_wizard(&what, |wizard| wizard.step.as_deref() == Some(step) && wizard.rests()).await
    }

    /// Waits until a button of the wizard can be used, and presses it.
    pub async fn act(&self, act: &str) {
        self.wait_for_wizard(&format!("a button for “{act}”"), |wizard| wizard.offers(act)).await;
        self.click(&format!("act-{act}")).await;
    }

    /// Types into an entry of the wizard.
    pub async fn enter(&self, field: &str, text: &str) {
        self.fill(&format!("field-{field}"), text).await;
    }

    /// Looks at an integration.
    pub async fn choose_integration(&self, integration: &str) {
        self.click(&format!("integration-{integration}")).await;
        self.wait_for_wizard(integration, |wizard| wizard.integration == integration).await;
    }

    /// Has the new password shown, and reads it.
    pub async fn read_password(&self) -> String {
        self.click("password-show").await;
        let shown = self.wait_for_wizard("the password", |wizard| wizard.password.is_some()).await;
        shown.password.unwrap_or_default()
    }
}
