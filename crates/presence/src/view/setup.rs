//! The set-up page and `presence-sync setup`: the same words, fields and buttons for window and terminal.

mod buttons;
mod guide;
mod options;
pub mod page;
mod steps;
mod verdict;
mod words;

pub use page::*;

use super::import;
use super::status::Tone;
use crate::error::Problem;
use crate::session::Session;
use crate::setup::check::Verdict as CheckVerdict;
use crate::setup::event::Act;
use crate::setup::integration::{Integration, Standing};
use crate::setup::step::StepId;
use crate::setup::{Setup as Machine, Work};
use crate::snapshot::Snapshot;
use buttons::{buttons, sign_out};
use verdict::verdict;

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
        options: options::options(machine, integration),
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

#[cfg(test)]
mod tests;
