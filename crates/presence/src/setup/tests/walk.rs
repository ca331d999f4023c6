//! Random walks: whatever is pressed and answered in whatever order, the wizard and its page stay sound.

use proptest::prelude::*;

use super::*;
use crate::engine::{Engine, Rules};
use crate::setup::event::{FaultKind, TaskFault};
use crate::setup::installation::Organisation;
use crate::snapshot::Snapshot;
use crate::view::setup::{ButtonKind, IntegrationView, StepState, setup as page};

const ACTS: [Act; 18] = [
    Act::Begin,
    Act::SetOrganisation,
    Act::Choose,
    Act::Decide,
    Act::Prepare,
    Act::NewPassword,
    Act::Enter,
    Act::SignIn,
    Act::OpenConsent,
    Act::Granted,
    Act::SaveKey,
    Act::SkipKey,
    Act::Verify,
    Act::Cancel,
    Act::Reopen,
    Act::Disable,
    Act::Remove,
    Act::SignOut,
];

const STEPS: [StepId; 9] = [
    StepId::Organisation,
    StepId::Way,
    StepId::Prepare,
    StepId::User,
    StepId::Register,
    StepId::SignIn,
    StepId::Consent,
    StepId::Key,
    StepId::Verify,
];

/// What is entered, good and bad.
const VALUES: [(&str, &str); 14] = [
    ("organisation", "contoso.example"),
    ("organisation", "../\u{202E}"),
    ("statusUser", "sync@contoso.example"),
    ("statusUser", ""),
    ("administrationClient", CLIENT),
    ("clientId", CLIENT),
    ("clientId", "x"),
    ("key", "eght_1"),
    ("user", "a@b.example"),
    ("password", "a secret word"),
    ("reading", "alone"),
    ("making", "byHand"),
    ("consent", "role"),
    ("accept", "on"),
];

fn pick<T: Copy>(from: &[T], dice: u8) -> T {
    from[usize::from(dice) % from.len()]
}

/// What is asked for at random, sensible or not.
fn any_request(dice: [u8; 3]) -> Request {
    let mut request = Request::new(pick(&Integration::ALL, dice[0]), pick(&ACTS, dice[1]));
    request.step = (!dice[2].is_multiple_of(3)).then(|| pick(&STEPS, dice[2]));
    for (place, (name, value)) in VALUES.iter().enumerate() {
        if (usize::from(dice[0]) + usize::from(dice[2])) >> (place % 8) & 1 == 1 {
            request = request.with(name, value);
        }
    }
    request
}

/// An answer to an effect: mostly good.
fn answer(effect: &Effect, dice: u8, now: Moment) -> Option<Event> {
    let good = !dice.is_multiple_of(4);
    let wrong = || problem(if dice.is_multiple_of(8) { CONSENT_CODE } else { "x" });
    Some(match effect {
        Effect::Discover { entered, .. } => Event::Discovered(if good {
            let tenant = if dice > 200 { "tenant-2" } else { "tenant-1" };
            Ok(Organisation { tenant: tenant.into(), entered: entered.clone(), ..Organisation::default() })
        } else {
            Err(wrong())
        }),
        Effect::OpenAdministrator { .. } if dice % 16 == 1 => Event::BrowserOpened("http://x".into()),
        Effect::OpenAdministrator { .. } if dice % 16 == 2 => Event::BrowserMissing(wrong()),
        Effect::OpenAdministrator { .. } => Event::Administrator(match (good, dice % 5) {
            (true, 0) => Ok(administrator(&[])),
            (true, _) => Ok(administrator(&[AdministratorRole::Global])),
            _ => Err(wrong()),
        }),
        Effect::OpenConsent { registration, .. } => {
            Event::Consented { registration: *registration, result: if good { Ok(()) } else { Err(wrong()) } }
        }
        Effect::Perform { task, .. } => {
            let kinds = [FaultKind::Passing, FaultKind::NotYet, FaultKind::Final, FaultKind::SignIn];
            let fault = || TaskFault { problem: wrong(), kind: pick(&kinds, dice / 4) };
            Event::Performed {
                task: *task,
                result: if good { Ok(outcome(*task, now)) } else { Err(fault()) },
            }
        }
        Effect::Check { integration, check, .. } => {
            let fault = || check::Fault {
                problem: wrong(),
                consent: dice.is_multiple_of(8),
                not_yet: dice % 16 == 4,
            };
            let result = if good { Ok(check::Finding::default()) } else { Err(fault()) };
            Event::Checked { integration: *integration, check: *check, result }
        }
        Effect::TestKey { key, .. } => {
            Event::KeyTested { key: *key, result: if good { Ok(()) } else { Err(wrong()) } }
        }
        Effect::MakeCertificate(registration) | Effect::RenewCertificate { registration, .. } => {
            let uploaded = matches!(effect, Effect::RenewCertificate { .. });
            let Outcome::Certificate { record, .. } = outcome(Task::Certificate(*registration), now) else {
                return None;
            };
            let made = (CertificateRecord { uploaded, ..record }, "pem".to_owned());
            Event::CertificateReady {
                registration: *registration,
                result: if good { Ok(made) } else { Err(wrong()) },
            }
        }
        Effect::SignIn => Event::Session(match (good, dice % 5) {
            (true, 0) => Step::Opened("http://x".into()),
            (true, _) => Step::Done(Arc::new(account("8x8.status@contoso.example"))),
            _ => Step::Failed(wrong()),
        }),
        Effect::Adopt(installation) if installation.configuration().is_some() => {
            let user = &installation.status_user;
            let known = user.signed_in && good;
            Event::Session(if known {
                Step::Found(Arc::new(account(&user.user_name)))
            } else {
                Step::NotFound
            })
        }
        _ => return None,
    })
}

/// A button that can be pressed: what it asks for, with the fields of its step as they are drawn or filled.
fn offered(view: &IntegrationView, dice: u8) -> Vec<Request> {
    let mut found = Vec::new();
    let verdict = view.verdict.iter().flat_map(|verdict| &verdict.buttons);
    for button in view.buttons.iter().chain(verdict).filter(|button| button.reason.is_none()) {
        found.push(Request { step: button.step, ..Request::new(view.id, button.act) });
    }
    for step in &view.steps {
        for button in step.buttons.iter().filter(|button| button.reason.is_none()) {
            let mut request = Request { step: button.step, ..Request::new(view.id, button.act) };
            for field in &step.fields {
                let fills = VALUES.iter().find(|(name, _)| *name == field.id).map_or("x", |(_, value)| value);
                let value = if dice.is_multiple_of(3) { &*field.value } else { fills };
                request = request.with(&field.id, value);
            }
            found.push(request);
        }
        for choice in &step.choices {
            let options =
                choice.options.iter().map(|option| &*option.value).chain(choice.switch.then_some("off"));
            for value in options {
                found.push(Request::new(view.id, Act::Choose).with(&choice.id, value));
            }
        }
    }
    found
}

fn picture(desk: &Desk) -> Snapshot {
    let snapshot = Engine::new(Rules::default(), desk.now).snapshot(desk.now);
    Snapshot { setup: Arc::new(desk.setup.clone()), ..snapshot }
}

/// What is true of every page that can be reached by its own buttons.
fn is_sound(desk: &Desk) {
    let snapshot = picture(desk);
    let view = page(&snapshot);
    let usable =
        |view: &IntegrationView| offered(view, 0).into_iter().map(|request| request.act).collect::<Vec<_>>();
    for view in &view.integrations {
        let open: Vec<_> = view.steps.iter().filter(|step| step.state == StepState::Current).collect();
        assert!(open.len() <= 1, "{:?} has several open steps", view.id);
        if view.blocked.is_some() {
            assert_eq!(usable(view), [], "{:?} waits for the first integration, and can be pressed", view.id);
            continue;
        }
        if desk.setup.is_idle() {
            assert!(
                !usable(view).contains(&Act::Cancel) || desk.setup.reopened.is_some(),
                "nothing is to be stopped"
            );
            // What is taken back is tried again with the button that asks before.
            for step in open.iter().filter(|step| step.id != StepId::Remove) {
                let primary =
                    step.buttons.iter().filter(|one| one.kind == ButtonKind::Primary && one.reason.is_none());
                assert_eq!(primary.count(), 1, "{:?} of {:?}", step.id, view.id);
                assert!(step.waiting.is_none() && step.countdown.is_none());
            }
            assert!(!open.is_empty() || !usable(view).is_empty(), "{:?} is a dead end", view.id);
        } else {
            for act in usable(view) {
                assert_eq!(act, Act::Cancel, "{:?} offers what would be ignored", view.id);
            }
        }
    }
    if !desk.setup.is_idle() {
        let stops = view.integrations.iter().filter(|view| usable(view).contains(&Act::Cancel)).count();
        assert_eq!(stops, 1, "{:?} can not be stopped", desk.setup.work);
    }
    let told = format!("{:?} {view:?}", desk.setup);
    assert!(!told.contains("Xy7-planted-word") && !told.contains("a secret word"), "a secret is told");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_order_of_requests_and_answers_breaks_the_wizard_or_loses_a_change(
        script in prop::collection::vec(any::<[u8; 4]>(), 1..120),
    ) {
        let mut desk = Desk::new();
        let mut asked: Vec<Effect> = Vec::new();
        for [what, one, two, three] in script {
            match what % 8 {
                0 => desk.wait(Duration::from_secs(u64::from(one) * 8)),
                // The same effect may be answered twice, or long after it was taken back.
                1..5 if !asked.is_empty() => {
                    let place = asked.len() - 1 - usize::from(two) % asked.len().min(4);
                    let Some(event) = answer(&asked[place], one, desk.now) else { continue };
                    desk.hear(event);
                }
                _ => desk.hear(Event::Request(any_request([one, two, three]))),
            }
            asked.append(&mut desk.effects);
            prop_assert!(desk.setup.wake_at().is_none_or(|at| at > desk.now.uptime), "it spins");
            let _ = page(&picture(&desk));
        }
    }

    #[test]
    fn every_page_that_is_reached_has_one_way_on_and_a_way_to_stop(
        script in prop::collection::vec(any::<[u8; 3]>(), 1..150),
    ) {
        let mut desk = Desk::new();
        let mut asked: Vec<Effect> = Vec::new();
        for [what, one, two] in script {
            match what % 8 {
                0 => desk.wait(Duration::from_secs(u64::from(one))),
                1..5 if !asked.is_empty() => {
                    let place = usize::from(two) % asked.len();
                    let effect = asked.swap_remove(place);
                    let Some(event) = answer(&effect, one, desk.now) else { continue };
                    desk.hear(event);
                }
                _ => {
                    let view = page(&picture(&desk));
                    let mut all: Vec<Request> =
                        view.integrations.iter().flat_map(|view| offered(view, two)).collect();
                    if view.sign_out.is_some() {
                        all.push(Request::new(FIRST, Act::SignOut));
                    }
                    if !all.is_empty() {
                        desk.hear(Event::Request(all.swap_remove(usize::from(one) % all.len())));
                    }
                }
            }
            asked.append(&mut desk.effects);
            is_sound(&desk);
        }
    }
}
