//! One step: what is done, what is to be done, and with which account.

mod choices;
mod preparing;
mod under_way;

use choices::{organisation, way};
use jiff::tz::TimeZone;
use preparing::prepare;
use under_way::under_way;

use super::{
    Button, ButtonKind, Choice, ChoiceOption, Countdown, Field, IdentityCard, Item, StepState, StepView,
    Waiting, guide, words,
};
use crate::endpoints::Cloud;
use crate::error::Problem;
use crate::locale::Writing;
use crate::session::Session;
use crate::setup::event::Act;
use crate::setup::installation::{
    Administration, ConsentWay, Installation, Key, MICROSOFT_TOOLS, Making, Reading,
};
use crate::setup::integration::Integration;
use crate::setup::step::{AccountKind, StepId};
use crate::setup::task::{self, Task};
use crate::setup::{Run, Setup, Visit, Work};
use crate::snapshot::Snapshot;

/// All steps of an integration.
pub(super) fn steps(snapshot: &Snapshot, integration: Integration) -> Vec<StepView> {
    let setup = &snapshot.setup;
    let current = setup.current(integration);
    let begun =
        setup.installation.progress(integration).begun && !setup.installation.progress(integration).disabled;
    let steps = integration.steps(&setup.installation);
    let mut steps: Vec<StepView> = steps
        .into_iter()
        .map(|(id, done)| {
            let is_current = current == Some(id) && begun;
            let state = match (is_current, done) {
                (true, _) => StepState::Current,
                (false, true) => StepState::Done,
                (false, false) => StepState::Later,
            };
            step(snapshot, integration, id, state)
        })
        .collect();
    // What is being taken back belongs to no step that leads anywhere.
    if removes(setup, integration) {
        steps.push(step(snapshot, integration, StepId::Remove, StepState::Current));
    }
    steps
}

/// Whether the wizard takes back what it made, or failed at that.
fn removes(setup: &Setup, integration: Integration) -> bool {
    let is_removal = |tasks: &[Task]| {
        let removes = |task: &Task| matches!(task, Task::RemoveApplication(_) | Task::RemoveRole);
        !tasks.is_empty() && tasks.iter().all(removes)
    };
    let under_way = match &setup.work {
        Work::Browser { integration: of, visit: Visit::Administrator(tasks), .. } => {
            *of == integration && is_removal(tasks)
        }
        Work::Tasks(run) => run.integration == integration && run.step == StepId::Remove,
        _ => false,
    };
    let failed = setup.problems.get(&integration).is_some_and(|(step, _)| *step == StepId::Remove);
    under_way || failed
}

fn step(snapshot: &Snapshot, integration: Integration, id: StepId, state: StepState) -> StepView {
    let setup = &snapshot.setup;
    let mut view = StepView {
        id,
        title: words::title(id, integration).into(),
        state,
        result: None,
        text: Vec::new(),
        card: None,
        choices: Vec::new(),
        fields: Vec::new(),
        guide: Vec::new(),
        items: Vec::new(),
        password: false,
        waiting: None,
        countdown: None,
        problem: None,
        buttons: Vec::new(),
    };
    match state {
        StepState::Later => view.result = words::as_whom(id).map(Into::into),
        StepState::Done => {
            view.result = result(&setup.installation, integration, id);
            // The checks are run again by a button of their own, and whoever is signed in signs out first.
            let progress = setup.installation.progress(integration);
            let open = progress.begun && !progress.disabled;
            if open && setup.is_idle() && !matches!(id, StepId::Verify | StepId::SignIn) {
                view.buttons = vec![button(Act::Reopen, "Change", ButtonKind::Quiet, id)];
            }
        }
        StepState::Current => {
            fill(snapshot, integration, &mut view);
            if let Some((of, problem)) = setup.problems.get(&integration)
                && *of == id
            {
                view.problem = Some(Problem::clone(problem));
            }
            under_way(snapshot, integration, &mut view);
        }
    }
    view
}

/// What came of a step, in one line.
fn result(installation: &Installation, integration: Integration, id: StepId) -> Option<String> {
    let record = installation.record(integration.registration());
    match id {
        StepId::Organisation => installation.organisation.as_ref().map(|known| {
            known
                .name
                .as_ref()
                .map_or_else(|| known.entered.clone(), |name| format!("{name} ({})", known.entered))
        }),
        StepId::Way => {
            let reading = match installation.reading {
                Reading::StatusUser => "With a status user",
                Reading::Alone => "Without a user",
            };
            let making = match installation.making {
                Making::Wizard => "prepared by this wizard",
                Making::ByHand => "prepared by hand",
            };
            Some(format!("{reading}, {making}"))
        }
        StepId::Prepare => {
            Some(if installation.reading == Reading::StatusUser && integration == Integration::TeamsToEight {
                installation.status_user.user_name.clone()
            } else {
                integration.registration().name().to_owned()
            })
        }
        StepId::User => Some(installation.status_user.user_name.clone()),
        StepId::Register => record.client_id,
        StepId::SignIn => Some(format!("{} is signed in", installation.status_user.user_name)),
        StepId::Consent => record.granted.map(|at| format!("Granted {}", day(at))),
        StepId::Key => integration.key().map(|key| {
            if installation.keys.contains(&key) {
                "In this computer's keychain".into()
            } else {
                "Left out for now".into()
            }
        }),
        StepId::Remove => None,
        StepId::Verify => {
            installation.progress(integration).verified.map(|at| format!("Checked {}", day(at)))
        }
    }
}

/// A day and time on this computer's clock.
pub(super) fn day(at: jiff::Timestamp) -> String {
    Writing::here().moment(&at.to_zoned(TimeZone::system()))
}

fn fill(snapshot: &Snapshot, integration: Integration, view: &mut StepView) {
    let setup = &snapshot.setup;
    match view.id {
        StepId::Organisation => organisation(setup, view),
        StepId::Way => way(setup, view),
        StepId::Prepare => prepare(setup, integration, view),
        StepId::User => by_hand_user(setup, view),
        StepId::Register => by_hand_registration(setup, integration, view),
        StepId::SignIn => sign_in(setup, view),
        StepId::Consent => consent(setup, integration, view),
        StepId::Key => key(integration, view),
        StepId::Remove => {
            view.text = vec![
                "An administrator signs in, and what the wizard made is removed. Nothing else is touched."
                    .into(),
            ];
            view.card = Some(administrator_card(&setup.installation));
        }
        StepId::Verify => {
            view.text = vec!["Everything is there. The checks look whether it works.".into()];
            view.buttons = vec![button(Act::Verify, "Verify", ButtonKind::Primary, view.id)];
        }
    }
    let reopened = setup.reopened == Some((integration, view.id));
    if reopened {
        view.buttons.push(button(Act::Cancel, "Leave as it is", ButtonKind::Plain, view.id));
    }
}

fn by_hand_user(setup: &Setup, view: &mut StepView) {
    let installation = &setup.installation;
    let suggested = suggested_user(installation);
    view.text = vec!["Make one new Microsoft user that belongs to the sync alone.".into()];
    view.card = Some(administrator_card(installation));
    view.guide = guide::user(&suggested);
    view.fields = vec![Field {
        value: if installation.status_user.user_name.is_empty() {
            suggested
        } else {
            installation.status_user.user_name.clone()
        },
        hint: "As it is shown in the Entra admin center.".into(),
        ..field("statusUser", "User name", "8x8.status@contoso.onmicrosoft.com")
    }];
    view.buttons = vec![button(Act::Enter, "The user exists", ButtonKind::Primary, view.id)];
}

fn by_hand_registration(setup: &Setup, integration: Integration, view: &mut StepView) {
    let installation = &setup.installation;
    let registration = integration.registration();
    let certificate = setup.certificates.get(&registration).map(|pem| &**pem);
    view.text = vec![format!(
        "Register “{}” in your organisation. It is yours: nobody else can switch it off.",
        registration.name()
    )];
    view.card = Some(administrator_card(installation));
    view.guide = guide::registration(installation, registration, certificate);
    view.fields = vec![Field {
        value: installation.record(registration).client_id.unwrap_or_default(),
        ..field("clientId", "Application (client) id", "00000000-0000-0000-0000-000000000000")
    }];
    view.buttons = vec![button(Act::Enter, "Continue", ButtonKind::Primary, view.id)];
}

fn sign_in(setup: &Setup, view: &mut StepView) {
    let installation = &setup.installation;
    let user = &installation.status_user.user_name;
    let who = if user.is_empty() { "the status user" } else { user };
    view.text = vec![
        "Microsoft opens in your browser. Choose this account, then Accept. If Microsoft asks for a new password or a second proof first, set it and carry on.".into(),
    ];
    view.password = setup.password.is_some();
    let administrator = "your administrator account".to_owned();
    view.card = Some(IdentityCard {
        kind: AccountKind::StatusUser,
        title: "Sign in as the status user".into(),
        account: who.into(),
        hint: if installation.status_user.made {
            "Made by this wizard"
        } else {
            "The account that belongs to the sync alone"
        }
        .into(),
        not_title: "Not your administrator account".into(),
        not_account: administrator,
    });
    view.buttons = vec![button(Act::SignIn, "Open browser and sign in", ButtonKind::Primary, view.id)];
    if installation.making == Making::Wizard && setup.password.is_none() {
        if installation.status_user.made {
            view.text.push(
                "Its password was shown once. If it was not kept, an administrator can set another one here."
                    .into(),
            );
        }
        let mut another = button(Act::NewPassword, "Set a new password…", ButtonKind::Plain, view.id);
        another.reason = administration_missing(installation);
        view.buttons.push(another);
    }
}

/// Why no administrator can sign in without more being entered first.
fn administration_missing(installation: &Installation) -> Option<String> {
    let known = installation.administration == Administration::Microsoft
        || installation.administration_client.is_some();
    (!known).then(|| {
        "Open “Prepare at Microsoft” again and name the application for administration first.".into()
    })
}

fn consent(setup: &Setup, integration: Integration, view: &mut StepView) {
    let installation = &setup.installation;
    let registration = integration.registration();
    view.text = vec![
        format!("Microsoft lets “{}” do its work when an administrator has allowed it once.", registration.name()),
        "Open the consent page. If Microsoft shows the status user, choose “Use another account”. Choose Accept and come back here.".into(),
    ];
    view.card = Some(administrator_card(installation));
    view.guide = guide::consent(installation, registration);
    view.buttons = vec![
        button(Act::OpenConsent, "Open consent page", ButtonKind::Primary, view.id),
        button(Act::Granted, "Permission granted. Try again", ButtonKind::Plain, view.id),
    ];
}

fn key(integration: Integration, view: &mut StepView) {
    let Some(key) = integration.key() else { return };
    let for_what = match key {
        Key::Search => "It reads the 8x8 directory: who has which extension, and who belongs to whom.",
        Key::Management => "It writes the imported contacts, and only those.",
        Key::Analytics => "It reads who is on a call.",
        // Keys of options have no step.
        Key::Agents | Key::Events | Key::Groups => "It belongs to an option.",
    };
    view.text =
        vec![for_what.into(), "The key is tested at once, and kept in this computer's keychain only.".into()];
    view.guide = guide::key(key);
    view.fields = vec![Field {
        secret: true,
        ..field("key", &format!("API key with “{}”", key.product()), "eght_…")
    }];
    if key == Key::Analytics {
        view.fields.push(field("user", "8x8 user name", "sync@contoso.com"));
        view.fields.push(Field { secret: true, ..field("password", "Its password", "") });
    }
    view.buttons = vec![button(Act::SaveKey, "Test and keep", ButtonKind::Primary, view.id)];
    if key == Key::Search {
        view.buttons.push(button(Act::SkipKey, "Go on without", ButtonKind::Plain, view.id));
    }
}

fn administrator_card(installation: &Installation) -> IdentityCard {
    let user = &installation.status_user.user_name;
    IdentityCard {
        kind: AccountKind::Administrator,
        title: "Sign in as an administrator".into(),
        account: "Your administrator account".into(),
        hint: installation
            .organisation
            .as_ref()
            .map(|known| format!("Global Administrator of {}", known.entered))
            .unwrap_or_default(),
        not_title: "Not the status user".into(),
        not_account: if installation.reading == Reading::Alone { String::new() } else { user.clone() },
    }
}

fn suggested_user(installation: &Installation) -> String {
    let known = installation.organisation.as_ref();
    let domain = known.and_then(|known| {
        known
            .initial_domain
            .clone()
            .or_else(|| Some(known.entered.clone()).filter(|entered| entered.contains('.')))
    });
    format!("8x8.status@{}", domain.unwrap_or_else(|| "contoso.onmicrosoft.com".into()))
}

pub(super) fn button(act: Act, label: &str, kind: ButtonKind, step: StepId) -> Button {
    Button { act, label: label.into(), kind, step: Some(step), reason: None, ask: None }
}

pub(super) fn option(value: &str, label: &str, hint: &str, recommended: bool) -> ChoiceOption {
    ChoiceOption { value: value.into(), label: label.into(), hint: hint.into(), recommended }
}

pub(super) fn field(id: &str, label: &str, example: &str) -> Field {
    Field {
        id: id.into(),
        label: label.into(),
        secret: false,
        value: String::new(),
        example: example.into(),
        hint: String::new(),
    }
}

fn list(names: &[String]) -> String {
    match names {
        [] => "what is needed".into(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}
