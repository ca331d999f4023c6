//! Which step comes next, and what a button does once.

use super::*;
use crate::setup::installation::{ConsentWay, Making, Reading};

fn steps(desk: &Desk, integration: Integration) -> Vec<StepId> {
    integration.steps(&desk.setup.installation).into_iter().map(|(step, _)| step).collect()
}

#[test]
fn each_way_has_its_own_steps_and_no_others() {
    use StepId::{Consent, Key, Organisation, Prepare, Register, SignIn, User, Verify, Way};
    let first = |reading, making, consent| {
        let desk = Desk::with(Installation { reading, making, consent, ..Installation::new() });
        (steps(&desk, FIRST), steps(&desk, Integration::EightToTeams), steps(&desk, Integration::Chat))
    };
    let (user, alone) = (Reading::StatusUser, Reading::Alone);
    let (wizard, hand) = (Making::Wizard, Making::ByHand);
    let way = ConsentWay::Administrator;
    let (one, two, four) = first(user, wizard, way);
    assert_eq!(one, [Organisation, Way, Prepare, SignIn, Key, Verify]);
    assert_eq!((two, four), (vec![Prepare, Key, Verify], vec![Prepare, Verify]));
    assert_eq!(first(alone, wizard, way).0, [Organisation, Way, Prepare, Key, Verify]);
    let (one, two, four) = first(user, hand, way);
    assert_eq!(one, [Organisation, Way, User, Register, SignIn, Consent, Key, Verify]);
    assert_eq!((two, four), (vec![Register, Consent, Key, Verify], vec![Register, Consent, Verify]));
    assert_eq!(first(alone, hand, way).0, [Organisation, Way, Register, Consent, Key, Verify]);
    assert_eq!(first(user, wizard, ConsentWay::Role).0, [Organisation, Way, Prepare, SignIn, Key, Verify]);
    assert_eq!(steps(&Desk::new(), Integration::Contacts), [Key, Verify]);
}

#[test]
fn a_button_that_is_pressed_twice_does_its_work_once() {
    let mut desk = Desk::at_prepare();
    let opens = |effect: &Effect| matches!(effect, Effect::OpenAdministrator { .. });
    desk.press(FIRST, Act::Prepare, &[("administrationClient", CLIENT)]);
    assert_eq!(desk.asks(opens), 1);
    for act in [Act::Prepare, Act::SignIn, Act::Verify, Act::SaveKey, Act::Disable, Act::OpenConsent] {
        desk.press(FIRST, act, &[("administrationClient", CLIENT), ("key", "k")]);
        assert!(desk.effects.is_empty(), "{act:?}: {:?}", desk.effects);
    }
    desk.press(FIRST, Act::Cancel, &[]);
    assert_eq!(desk.asks(|effect| matches!(effect, Effect::CloseBrowser)), 1);
    assert!(desk.setup.is_idle());
    // Whoever finishes a visit that was given up is not let in.
    desk.hear(Event::Administrator(Ok(administrator(&[AdministratorRole::Global]))));
    assert!(desk.setup.held_administrator().is_none() && desk.task().is_none());
    assert_eq!(desk.asks(|effect| matches!(effect, Effect::DropAdministrator)), 1);
}

#[test]
fn an_installation_from_the_disk_goes_on_at_the_step_where_it_was() {
    let on_disk = |desk: &Desk| {
        let text = toml::to_string(&*desk.setup.installation).unwrap();
        Desk::with(toml::from_str(&text).unwrap())
    };
    for (desk, step) in [
        (Desk::new(), StepId::Organisation),
        (Desk::at_prepare(), StepId::Prepare),
        (Desk::at_work(), StepId::Prepare),
        (Desk::at_sign_in(), StepId::SignIn),
    ] {
        assert_eq!(desk.setup.current(FIRST), Some(step));
        assert_eq!(on_disk(&desk).setup.current(FIRST), Some(step));
    }
    let again = on_disk(&Desk::verified());
    assert_eq!(again.setup.standing(FIRST), Standing::Verified);
    assert_eq!(again.setup.current(FIRST), None);
    assert_eq!(again.asks(|effect| matches!(effect, Effect::Adopt(_))), 0, "the sync runs with it already");
}

#[test]
fn nothing_else_begins_before_the_first_integration_works() {
    let mut desk = Desk::at_sign_in();
    for integration in [Integration::EightToTeams, Integration::Contacts, Integration::Chat] {
        assert!(desk.setup.blocked(integration));
        desk.press(integration, Act::Begin, &[]);
        assert_eq!(desk.setup.standing(integration), Standing::NotInstalled);
    }
    let mut desk = Desk::verified();
    desk.press(Integration::Chat, Act::Begin, &[]);
    desk.pass_checks();
    assert_eq!(desk.setup.standing(Integration::Chat), Standing::Verified);
    desk.press(FIRST, Act::Disable, &[]);
    assert!(desk.setup.blocked(Integration::Chat), "it rests while the first is off");
    desk.press(Integration::Chat, Act::Verify, &[]);
    assert!(desk.effects.is_empty());
}

#[test]
fn the_password_is_forgotten_with_the_sign_in_and_printed_by_nothing() {
    let mut desk = Desk::at_sign_in();
    assert!(desk.setup.password.is_some());
    assert!(!format!("{:?}", desk.setup).contains("Xy7-planted-word"));
    desk.press(FIRST, Act::SignIn, &[]);
    desk.hear(Event::Session(Step::Failed(problem("signIn.declined"))));
    assert!(desk.setup.password.is_some(), "it is still needed");
    desk.press(FIRST, Act::SignIn, &[]);
    desk.hear(Event::Session(Step::Done(Arc::new(account("8x8.status@contoso.example")))));
    assert!(desk.setup.password.is_none());
    assert!(desk.setup.installation.status_user.signed_in);
}

#[test]
fn a_failed_check_of_what_worked_needs_attention_and_a_missing_consent_says_so() {
    let fault = |consent| check::Fault { problem: problem("x"), consent, not_yet: false };
    let mut desk = Desk::verified();
    // Long after the grant nothing is only not spread yet.
    desk.wait(SPREAD_LIMIT);
    for (consent, standing) in [(false, Standing::NeedsAttention), (true, Standing::ConsentNeeded)] {
        desk.press(FIRST, Act::Verify, &[]);
        let (integration, check) = desk.check().unwrap();
        desk.hear(Event::Checked { integration, check, result: Err(fault(consent)) });
        desk.pass_checks();
        assert_eq!(desk.setup.standing(FIRST), standing);
        let lines = &desk.setup.checks[&FIRST];
        assert!(lines.iter().any(|(_, verdict)| matches!(verdict, Verdict::NotTried(_))), "{lines:?}");
        assert!(lines.iter().all(|(_, verdict)| !matches!(verdict, Verdict::Waiting | Verdict::Running)));
    }
    desk.press(FIRST, Act::Granted, &[]);
    desk.pass_checks();
    assert_eq!(desk.setup.standing(FIRST), Standing::Verified);
}

#[test]
fn another_organisation_keeps_only_the_keys_of_8x8_and_the_same_one_everything() {
    let mut desk = Desk::verified();
    let before = Arc::clone(&desk.setup.installation);
    desk.press(FIRST, Act::SetOrganisation, &[("organisation", "contoso.example")]);
    desk.hear(Event::Discovered(Ok(organisation("tenant-1"))));
    assert_eq!(desk.setup.installation.registrations, before.registrations);
    desk.press(FIRST, Act::SetOrganisation, &[("organisation", "northwind.example")]);
    desk.hear(Event::Discovered(Ok(organisation("tenant-2"))));
    let after = &desk.setup.installation;
    assert!(after.registrations.is_empty() && after.status_user.user_name.is_empty() && !after.decided);
    assert!(after.progress(FIRST).verified.is_none());
    assert_eq!(after.keys, before.keys);
    assert!(desk.setup.checks.is_empty() && desk.setup.run.is_none() && desk.setup.password.is_none());
    assert_eq!(desk.asks(|effect| matches!(effect, Effect::Adopt(_))), 1);
}
