//! The panel above the steps.

use super::super::status::Tone;
use super::page::{ButtonKind, Verdict};
use super::steps;
use crate::setup::check::Verdict as CheckVerdict;
use crate::setup::event::Act;
use crate::setup::integration::{Integration, Standing};
use crate::setup::step::StepId;
use crate::setup::{Setup as Machine, Work};

pub(super) fn verdict(machine: &Machine, integration: Integration, standing: Standing) -> Option<Verdict> {
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
