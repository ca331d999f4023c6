//! The rules of accessibility, held against the page as it is drawn, by axe-core.

use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::window::Window;

/// Where npm puts it.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/node_modules/axe-core/axe.min.js");

/// Every rule of WCAG 2.2 up to level AA and of good practice, those that axe-core leaves out by itself among them, but
/// not those that it is still trying out.
const CHECK: &str = r#"
const tell = arguments[arguments.length - 1];
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"];
const rules = axe.getRules(tags).filter((rule) => !rule.tags.includes("experimental"));
const values = rules.map((rule) => rule.ruleId);
axe
  .run(document, { runOnly: { type: "rule", values }, preload: false })
  .then(({ passes, violations, incomplete }) =>
    tell({
      held: [...passes, ...violations, ...incomplete].map((rule) => rule.id),
      broken: violations.flatMap(({ id, help, nodes }) =>
        nodes.map((node) => `${id}: ${help}\n    ${node.target.join(" ")}\n    ${node.failureSummary.replace(/\s+/g, " ")}`),
      ),
    }),
  )
  .catch((error) => tell(String(error)));
"#;

/// What came of it.
#[derive(Debug, Deserialize)]
struct Outcome {
    /// The rules that there was something to hold against.
    held: Vec<String>,
    broken: Vec<String>,
}

impl Window {
    /// The rules of accessibility that the page breaks as it is now: each with what is wrong, where, and with colours and
    /// sizes where they are what is wrong.
    ///
    /// # Panics
    /// When the rules are not there, or could not be held against the page.
    pub async fn broken_rules(&self) -> Vec<String> {
        if self.run("return typeof axe").await == "undefined" {
            let file = Path::new(AXE);
            let script = fs::read_to_string(file).unwrap_or_else(|error| {
                panic!("{}: {error}; `npm ci` in ui brings it, and so does `cargo xtask ui`", file.display())
            });
            self.run(&script).await;
        }
        self.settle().await;
        let seen = self.run_async(CHECK).await;
        let outcome: Outcome =
            serde_json::from_value(seen.clone()).unwrap_or_else(|error| panic!("{error}: {seen}"));
        let is_held = |rule: &str| outcome.held.iter().any(|held| held == rule);
        assert!(is_held("color-contrast") && is_held("target-size"), "{:?}", outcome.held);
        outcome.broken
    }
}
