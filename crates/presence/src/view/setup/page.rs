//! What the set-up page is made of.

use serde::{Deserialize, Serialize};

use super::super::import::Import;
use super::super::status::Tone;
use crate::error::Problem;
use crate::setup::event::Act;
use crate::setup::integration::{Integration, Standing};
use crate::setup::step::{AccountKind, StepId};

/// The set-up page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename = "Setup", rename_all = "camelCase"))]
pub struct Setup {
    /// "1 of 4 verified, 1 needs attention".
    pub headline: String,
    /// The organisation, once it is known.
    pub organisation: Option<String>,
    /// The integrations in install order.
    pub integrations: Vec<IntegrationView>,
    /// Which one deserves to be looked at.
    pub suggested: Integration,
    /// Who is signed in, and what signing out leaves at Microsoft; none when nobody is.
    pub sign_out: Option<Ask>,
}

/// One integration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename = "IntegrationView", rename_all = "camelCase"))]
pub struct IntegrationView {
    /// Which.
    pub id: Integration,
    /// Its name.
    pub name: String,
    /// What it does, in a sentence or two.
    pub purpose: String,
    /// What users should know before, if anything.
    pub caveat: Option<String>,
    /// Where it stands.
    pub standing: Standing,
    /// The same in words.
    pub standing_words: String,
    /// Why it can not begin yet.
    pub blocked: Option<String>,
    /// The panel above the steps: "Integration verified", "Admin Consent Needed", "1 of 6 checks failed".
    pub verdict: Option<Verdict>,
    /// The newest checks, appearing one by one.
    pub checks: Vec<CheckView>,
    /// What it does once it is installed, with buttons of its own.
    pub import: Option<Import>,
    /// What can be set of it, once it is installed.
    pub options: Vec<OptionGroup>,
    /// The steps.
    pub steps: Vec<StepView>,
    /// Buttons below: verify again, disable, enable, remove.
    pub buttons: Vec<Button>,
    /// Once it is verified: the next one that could be installed.
    pub next: Option<NextIntegration>,
}

/// Options that belong together. Its switches are sent at once with `setOption`; its entries with its buttons. Each request
/// carries the group's id as the value `group`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct OptionGroup {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it means and costs, a paragraph each.
    pub text: Vec<String>,
    /// How it stands, in a line.
    pub state: Option<String>,
    /// Switches.
    pub choices: Vec<Choice>,
    /// Entries.
    pub fields: Vec<Field>,
    /// Buttons, the primary one first.
    pub buttons: Vec<Button>,
    /// Why the last value was not taken.
    pub problem: Option<Problem>,
}

/// Where to go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(ts_rs::TS), ts(export))]
pub struct NextIntegration {
    /// Which.
    pub id: Integration,
    /// "Continue: 8x8 to Teams presence".
    pub label: String,
}

/// A panel that says how the whole stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct Verdict {
    /// How urgent.
    pub tone: Tone,
    /// In bold.
    pub title: String,
    /// Below, a paragraph each.
    pub text: Vec<String>,
    /// A path through a portal, such as "Enterprise applications", "8x8 Presence", "Permissions".
    pub path: Vec<String>,
    /// Its buttons.
    pub buttons: Vec<Button>,
}

/// Whether a step is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum StepState {
    /// Folded to one line with its result.
    Done,
    /// Open.
    Current,
    /// Not reached.
    Later,
}

/// One numbered step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct StepView {
    /// Which.
    pub id: StepId,
    /// Its title.
    pub title: String,
    /// Whether it is done.
    pub state: StepState,
    /// What came of it, in one line; for later steps, whose account it needs ("as the status user").
    pub result: Option<String>,
    /// Paragraphs. Only the current step has them and everything below.
    pub text: Vec<String>,
    /// Which account to use, and which not.
    pub card: Option<IdentityCard>,
    /// Radio groups and switches; each change is sent at once.
    pub choices: Vec<Choice>,
    /// Entries; sent with the step's primary button.
    pub fields: Vec<Field>,
    /// How to do it by hand.
    pub guide: Vec<Guide>,
    /// What the wizard does, line by line.
    pub items: Vec<Item>,
    /// Whether the new password can be shown and copied, once.
    pub password: bool,
    /// The browser is open.
    pub waiting: Option<Waiting>,
    /// Something is waited for.
    pub countdown: Option<Countdown>,
    /// What went wrong last.
    pub problem: Option<Problem>,
    /// Buttons, the primary one first.
    pub buttons: Vec<Button>,
}

/// Which account a step needs; the wrong one is shown struck out beside the right one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct IdentityCard {
    /// Whose account.
    pub kind: AccountKind,
    /// "Sign in as the status user".
    pub title: String,
    /// User name, when it is known.
    pub account: String,
    /// Below it: "The account you created in step 3".
    pub hint: String,
    /// "Not your administrator account".
    pub not_title: String,
    /// The account not to use, when it is known.
    pub not_account: String,
}

/// A radio group (several options) or a switch (options "on" and "off").
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename = "SetupChoice", rename_all = "camelCase"))]
pub struct Choice {
    /// The key under which the value is sent.
    pub id: String,
    /// What is chosen.
    pub label: String,
    /// Whether it is a switch.
    pub switch: bool,
    /// The value now.
    pub value: String,
    /// What there is to choose from.
    pub options: Vec<ChoiceOption>,
}

/// An option of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct ChoiceOption {
    /// What is sent.
    pub value: String,
    /// In a few words.
    pub label: String,
    /// What it means.
    pub hint: String,
    /// Whether we recommend it.
    pub recommended: bool,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename = "SetupField", rename_all = "camelCase"))]
pub struct Field {
    /// The key under which the value is sent.
    pub id: String,
    /// What it is.
    pub label: String,
    /// Whether it is a secret, and not shown while typing.
    pub secret: bool,
    /// Value to start with; never a secret.
    pub value: String,
    /// An example, shown while it is empty.
    pub example: String,
    /// Below it.
    pub hint: String,
}

/// How to do a step by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct Guide {
    /// "In the Microsoft Entra admin center", "Manifest", "Script (PowerShell)".
    pub title: String,
    /// Folded until it is opened.
    pub folded: bool,
    /// Numbered instructions.
    pub lines: Vec<GuideLine>,
    /// A text to copy as a whole: manifest, script, certificate.
    pub block: Option<String>,
    /// A page to open in the browser, by name for the `open_page` command.
    pub page: Option<PortalPage>,
}

/// An instruction, with what has to be typed exactly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct GuideLine {
    /// In words.
    pub text: String,
    /// What to click through, one after the other.
    pub path: Vec<String>,
    /// What to type exactly; it can be copied.
    pub exact: Option<String>,
}

/// A page of a vendor that can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum PortalPage {
    /// The Microsoft Entra admin center.
    Entra,
    /// 8x8's Admin Console.
    EightAdmin,
}

/// Something the wizard does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename = "SetupItem", rename_all = "camelCase"))]
pub struct Item {
    /// "App registration 8x8 Presence".
    pub label: String,
    /// How it stands.
    pub state: Progress,
    /// "made", "was there already", "waiting for Microsoft, 8 s".
    pub result: String,
}

/// How something stands that is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename = "ItemState", rename_all = "camelCase"))]
pub enum Progress {
    /// Its turn has not come.
    Waiting,
    /// Under way.
    Running,
    /// It was done, or was there.
    Good,
    /// It failed.
    Bad,
    /// Left out on purpose, or not tried because another one failed.
    LeftOut,
}

/// The browser is open and waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct Waiting {
    /// Below "Waiting for your browser…".
    pub text: String,
    /// Whether the address is known and can be copied.
    pub can_copy: bool,
}

/// Something comes by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct Countdown {
    /// What is waited for.
    pub text: String,
    /// Seconds until the next attempt.
    #[cfg_attr(test, ts(type = "number"))]
    pub seconds: u64,
}

/// A check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename = "SetupCheck", rename_all = "camelCase"))]
pub struct CheckView {
    /// "Sign-in", "Permission".
    pub name: String,
    /// How it stands.
    pub state: Progress,
    /// What was found.
    pub result: String,
    /// Cause and remedy, when it failed.
    pub problem: Option<Problem>,
    /// Three people, to compare with what Teams shows.
    pub sample: Vec<SampleLine>,
}

/// A person of the sample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub struct SampleLine {
    /// Name.
    pub name: String,
    /// What Teams says.
    pub teams: String,
    /// What 8x8 gets.
    pub eight: String,
}

/// A button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename = "SetupButton", rename_all = "camelCase"))]
pub struct Button {
    /// What it asks for.
    pub act: Act,
    /// On it.
    pub label: String,
    /// How it looks.
    pub kind: ButtonKind,
    /// The step it belongs to.
    pub step: Option<StepId>,
    /// Why it can not be used now; none when it can.
    pub reason: Option<String>,
    /// What to ask before.
    pub ask: Option<Ask>,
}

/// How a button looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename_all = "camelCase"))]
pub enum ButtonKind {
    /// The one.
    Primary,
    /// Another.
    Plain,
    /// A quiet one, like a link.
    Quiet,
    /// It takes something away.
    Danger,
}

/// A question before something is taken away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(test, derive(ts_rs::TS), ts(export, rename = "SetupAsk", rename_all = "camelCase"))]
pub struct Ask {
    /// "Disable Teams to 8x8 presence?"
    pub title: String,
    /// What stops, what stays, what is removed.
    pub text: Vec<String>,
    /// The button that does it.
    pub yes: String,
    /// The button that does not.
    pub no: String,
}
