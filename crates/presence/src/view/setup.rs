//! The set-up page and `presence-sync setup`: the same words, fields and buttons for window and terminal.

mod guide;
mod steps;
mod words;

use serde::{Deserialize, Serialize};

use super::import::{self, Import};
use super::status::Tone;
use crate::error::Problem;
use crate::session::Session;
use crate::setup::check::Verdict as CheckVerdict;
use crate::setup::event::Act;
use crate::setup::installation::{Administration, Making, Reading};
use crate::setup::integration::{Integration, Standing};
use crate::setup::registration::Registration;
use crate::setup::step::{AccountKind, StepId};
use crate::setup::{Setup as Machine, Work, task};
use crate::snapshot::Snapshot;

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
    /// The steps.
    pub steps: Vec<StepView>,
    /// Buttons below: verify again, disable, enable, remove.
    pub buttons: Vec<Button>,
    /// Once it is verified: the next one that could be installed.
    pub next: Option<NextIntegration>,
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

/// The set-up page of a picture.
#[must_use]
pub fn setup(snapshot: &Snapshot) -> Setup {
    let machine = &snapshot.setup;
    let standings: Vec<Standing> =
        Integration::ALL.into_iter().map(|integration| machine.standing(integration)).collect();
    let verified = standings.iter().filter(|standing| **standing == Standing::Verified).count();
    let attention = standings
        .iter()
        .filter(|standing| matches!(standing, Standing::NeedsAttention | Standing::ConsentNeeded))
        .count();
    let mut headline =
        if verified == 0 { "None of 4 verified".to_owned() } else { format!("{verified} of 4 verified") };
    match attention {
        0 => {}
        1 => headline.push_str(", 1 needs attention"),
        several => headline.push_str(&format!(", {several} need attention")),
    }
    let organisation = machine.installation.organisation.as_ref().map(|known| {
        known
            .name
            .as_ref()
            .map_or_else(|| known.entered.clone(), |name| format!("{name} ({})", known.entered))
    });
    Setup {
        headline,
        organisation,
        integrations: Integration::ALL.into_iter().map(|integration| view(snapshot, integration)).collect(),
        suggested: suggested(machine),
        sign_out: sign_out(machine),
    }
}

/// The address of the browser visit that is waited for.
#[must_use]
pub fn address(snapshot: &Snapshot) -> Option<String> {
    match (&snapshot.setup.work, &snapshot.session) {
        (Work::Browser { address, .. }, _) => address.as_deref().map(Into::into),
        (Work::SignIn, Session::Waiting { address, .. }) => address.as_deref().map(Into::into),
        _ => None,
    }
}

/// The address of a vendor's page.
#[must_use]
pub fn page(snapshot: &Snapshot, page: PortalPage) -> &'static str {
    match page {
        PortalPage::Entra => snapshot.setup.installation.cloud.portal(),
        PortalPage::EightAdmin => "https://admin.8x8.com",
    }
}

/// The one that is under way, or the first that wants something.
fn suggested(machine: &Machine) -> Integration {
    let wants = |integration: &Integration| {
        !matches!(machine.standing(*integration), Standing::Verified | Standing::Disabled)
    };
    busy(machine).or_else(|| Integration::ALL.into_iter().find(wants)).unwrap_or(Integration::TeamsToEight)
}

/// The integration for which something is under way.
fn busy(machine: &Machine) -> Option<Integration> {
    match &machine.work {
        Work::Idle => None,
        Work::Discovering { .. } | Work::SignIn => Some(Integration::TeamsToEight),
        Work::Browser { integration, .. }
        | Work::Checks { integration, .. }
        | Work::Key { integration, .. } => Some(*integration),
        Work::Tasks(run) => Some(run.integration),
    }
}

fn view(snapshot: &Snapshot, integration: Integration) -> IntegrationView {
    let machine = &snapshot.setup;
    let standing = machine.standing(integration);
    let blocked = machine.blocked(integration).then(|| {
        format!("Install “{}” first: everything else builds on it.", Integration::TeamsToEight.name())
    });
    let mut view = IntegrationView {
        id: integration,
        name: integration.name().into(),
        purpose: words::purpose(integration).into(),
        caveat: words::caveat(integration).map(Into::into),
        standing,
        standing_words: standing.words().into(),
        verdict: verdict(machine, integration, standing),
        checks: checks(machine, integration),
        import: (integration == Integration::Contacts).then(|| import::import(snapshot)).flatten(),
        steps: steps::steps(snapshot, integration),
        buttons: if blocked.is_some() { Vec::new() } else { buttons(machine, integration, standing) },
        blocked,
        next: next(machine, integration, standing),
    };
    if view.blocked.is_some() {
        // What would be ignored is not offered.
        for step in &mut view.steps {
            step.buttons.clear();
            step.choices.clear();
            step.fields.clear();
        }
        view.verdict = view.verdict.map(|verdict| Verdict { buttons: Vec::new(), ..verdict });
    }
    let stops = |buttons: &[Button]| {
        buttons.iter().any(|button| button.act == Act::Cancel && button.reason.is_none())
    };
    let offered = view.steps.iter().any(|step| stops(&step.buttons))
        || view.verdict.as_ref().is_some_and(|verdict| stops(&verdict.buttons));
    if busy(machine) == Some(integration) && !offered {
        // No open step says so.
        let title = "Something is under way…".into();
        let (text, path, buttons) = (Vec::new(), Vec::new(), Vec::new());
        let verdict = view.verdict.get_or_insert(Verdict { tone: Tone::Plain, title, text, path, buttons });
        verdict.buttons = vec![steps::button(Act::Cancel, "Cancel", ButtonKind::Plain, StepId::Verify)];
    }
    view
}

/// The first one after it that nobody began.
fn next(machine: &Machine, integration: Integration, standing: Standing) -> Option<NextIntegration> {
    if standing != Standing::Verified {
        return None;
    }
    let free = |other: &Integration| machine.standing(*other) == Standing::NotInstalled;
    let id = Integration::ALL.into_iter().filter(|other| *other > integration).find(free)?;
    Some(NextIntegration { id, label: format!("Continue: {}", id.name()) })
}

fn checks(machine: &Machine, integration: Integration) -> Vec<CheckView> {
    let lines = machine.checks.get(&integration).map_or(&[][..], Vec::as_slice);
    lines
        .iter()
        .map(|(check, verdict)| {
            let (state, result) = words::check(verdict);
            let problem = match verdict {
                CheckVerdict::Failed(fault) => Some(Problem::clone(&fault.problem)),
                _ => None,
            };
            let sample = match verdict {
                CheckVerdict::Passed(finding) => finding.sample.as_slice(),
                _ => &[],
            };
            let sample = sample
                .iter()
                .map(|[name, teams, eight]| SampleLine {
                    name: name.clone(),
                    teams: teams.clone(),
                    eight: eight.clone(),
                })
                .collect();
            CheckView { name: check.name().into(), state, result, problem, sample }
        })
        .collect()
}

fn verdict(machine: &Machine, integration: Integration, standing: Standing) -> Option<Verdict> {
    let panel = |tone, title: &str, text: Vec<String>| Verdict {
        tone,
        title: title.into(),
        text,
        path: Vec::new(),
        buttons: Vec::new(),
    };
    let progress = machine.installation.progress(integration);
    if let Work::Checks { integration: of, retry_at, .. } = &machine.work
        && *of == integration
    {
        return Some(match retry_at {
            Some(_) => panel(
                Tone::Plain,
                "Waiting for Microsoft",
                vec!["Consent was given, and not all of Microsoft's servers know it yet. That is normal and may take some minutes; we try again by ourselves.".into()],
            ),
            None => panel(Tone::Plain, "Checking…", Vec::new()),
        });
    }
    match standing {
        Standing::Verified => {
            let at = progress.verified.map(steps::day).unwrap_or_default();
            let what = match integration {
                Integration::TeamsToEight => "Teams states reach the board within seconds.",
                Integration::EightToTeams => "Presence may be written, and calls can be read.",
                Integration::Contacts => "Contacts may be imported.",
                Integration::Chat => "Operators may connect their accounts.",
            };
            Some(panel(Tone::Good, "Integration verified", vec![format!("{what} Checked {at}.")]))
        }
        Standing::ConsentNeeded => {
            let registration = integration.registration();
            let organisation = machine
                .installation
                .organisation
                .as_ref()
                .map(|known| known.entered.clone())
                .unwrap_or_default();
            let text = vec![format!(
                "Microsoft does not let “{}” do its work until an administrator has allowed it once for {organisation}.",
                registration.name()
            )];
            let step = StepId::Consent;
            let buttons = vec![
                steps::button(Act::OpenConsent, "Open consent page", ButtonKind::Primary, step),
                steps::button(Act::Granted, "Permission granted. Try again", ButtonKind::Plain, step),
            ];
            let path = vec![
                "Enterprise applications".into(),
                registration.name().into(),
                "Permissions".into(),
                format!("Grant admin consent for {organisation}"),
            ];
            let mut panel = Verdict { path, ..panel(Tone::Warning, "Admin Consent Needed", text) };
            if machine.is_idle() {
                panel.buttons = buttons;
            }
            Some(panel)
        }
        Standing::Disabled => Some(panel(
            Tone::Plain,
            "Disabled",
            vec![
                "It is switched off. What was installed is still there, and can be switched on again.".into(),
            ],
        )),
        Standing::NeedsAttention | Standing::InProgress => {
            let lines = machine.checks.get(&integration)?;
            let failed =
                lines.iter().filter(|(_, verdict)| matches!(verdict, CheckVerdict::Failed(_))).count();
            if failed == 0 {
                let words = progress.attention?;
                return Some(panel(Tone::Warning, "Needs attention", vec![words]));
            }
            let title = format!("{failed} of {} checks failed", lines.len());
            let text = vec!["Nothing was changed in Teams or 8x8.".into()];
            let mut panel = panel(Tone::Bad, &title, text);
            if machine.is_idle() {
                let again = steps::button(Act::Verify, "Verify again", ButtonKind::Primary, StepId::Verify);
                panel.buttons = vec![again];
            }
            Some(panel)
        }
        Standing::NotInstalled => None,
    }
}

fn buttons(machine: &Machine, integration: Integration, standing: Standing) -> Vec<Button> {
    let plain = |act, label: &str, kind| Button {
        act,
        label: label.into(),
        kind,
        step: None,
        reason: (!machine.is_idle()).then(|| "Something else is under way.".into()),
        ask: None,
    };
    let disable = || Button {
        ask: Some(disabling(integration)),
        ..plain(Act::Disable, &format!("Disable {}", noun(integration)), ButtonKind::Danger)
    };
    match standing {
        Standing::NotInstalled => vec![plain(Act::Begin, "Install", ButtonKind::Primary)],
        Standing::InProgress => Vec::new(),
        Standing::Verified => vec![plain(Act::Verify, "Verify again", ButtonKind::Plain), disable()],
        Standing::ConsentNeeded | Standing::NeedsAttention => vec![disable()],
        Standing::Disabled => {
            let mut buttons = vec![plain(Act::Begin, "Enable", ButtonKind::Primary)];
            let tasks = task::removal(&machine.installation, integration);
            if !tasks.is_empty() {
                let label = "Remove at Microsoft…";
                buttons.push(Button {
                    ask: Some(removing(machine, integration, &tasks)),
                    ..plain(Act::Remove, label, ButtonKind::Danger)
                });
            }
            buttons
        }
    }
}

fn noun(integration: Integration) -> &'static str {
    match integration {
        Integration::TeamsToEight | Integration::EightToTeams => "presence integration",
        Integration::Contacts => "contact import",
        Integration::Chat => "chat",
    }
}

fn disabling(integration: Integration) -> Ask {
    let stops = match integration {
        Integration::TeamsToEight => "The board stops showing Teams states, and nothing is read any more.",
        Integration::EightToTeams => {
            "Calls on 8x8 are no longer shown in Teams. What this program set there is cleared now."
        }
        Integration::Contacts => "No contacts are imported or changed any more. Imported ones stay in 8x8.",
        Integration::Chat => "Operators can no longer chat from the board. Messages stay in Teams.",
    };
    let others = match integration {
        Integration::TeamsToEight => "The other integrations need this one and rest as long.",
        _ => "The other integrations go on.",
    };
    Ask {
        title: format!("Disable “{}”?", integration.name()),
        text: vec![
            stops.into(),
            others.into(),
            "The sign-in, the keys and everything at Microsoft stay, so you can enable it again with one click. You can remove them afterwards.".into(),
        ],
        yes: "Disable".into(),
        no: "Keep it on".into(),
    }
}

fn removing(machine: &Machine, integration: Integration, tasks: &[task::Task]) -> Ask {
    let mut text =
        vec!["An administrator signs in once more. Then this is removed, and only this:".to_owned()];
    text.extend(tasks.iter().map(|task| words::task(*task)));
    let user = &machine.installation.status_user;
    if integration == Integration::TeamsToEight && user.made {
        text.push(format!(
            "The user {} stays; delete it in the Entra admin center if nothing else uses it.",
            user.user_name
        ));
    }
    if machine.installation.administration == Administration::Microsoft {
        text.push("What was granted to Microsoft Graph Command Line Tools stays until you take it back under Enterprise applications.".into());
    }
    Ask { title: "Remove what the wizard made?".into(), text, yes: "Remove".into(), no: "Keep it".into() }
}

fn sign_out(machine: &Machine) -> Option<Ask> {
    let installation = &machine.installation;
    if installation.reading == Reading::Alone || !installation.status_user.signed_in {
        return None;
    }
    let user = &installation.status_user.user_name;
    let mut text = vec![
        format!("The sign-in of {user} is forgotten on this computer, and the board stops."),
        "What remains at Microsoft: the user, the registrations and their permissions.".into(),
    ];
    if installation.making == Making::Wizard && installation.record(Registration::Reader).made {
        text.push("To remove what the wizard made, disable the integration first, then choose “Remove at Microsoft”.".into());
    }
    Some(Ask {
        title: format!("Sign out {user}?"),
        text,
        yes: "Sign out".into(),
        no: "Stay signed in".into(),
    })
}

#[cfg(test)]
mod tests;
