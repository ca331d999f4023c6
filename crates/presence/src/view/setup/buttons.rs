//! The buttons of an integration, and what is asked before something is taken away.

use super::page::{Ask, Button, ButtonKind};
use super::words;
use crate::setup::event::Act;
use crate::setup::installation::{Administration, Making, Reading};
use crate::setup::integration::{Integration, Standing};
use crate::setup::registration::Registration;
use crate::setup::{Setup as Machine, task};

pub(super) fn buttons(machine: &Machine, integration: Integration, standing: Standing) -> Vec<Button> {
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

pub(super) fn sign_out(machine: &Machine) -> Option<Ask> {
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
