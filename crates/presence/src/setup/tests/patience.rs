//! Waits, limits, and what a late answer may do.

use super::*;
use crate::setup::event::{FaultKind, TaskFault};

fn fault(kind: FaultKind) -> TaskFault {
    TaskFault { problem: problem("x"), kind }
}

/// Fails one task until the wizard gives up; the waits between.
fn give_up(kind: FaultKind) -> (Desk, Vec<u64>) {
    let mut desk = Desk::at_work();
    let mut waits = Vec::new();
    while let Some(task) = desk.task() {
        desk.hear(Event::Performed { task, result: Err(fault(kind)) });
        if desk.setup.is_idle() {
            break;
        }
        waits.push(desk.sleep().as_secs());
        assert!(waits.len() < 100, "it never gives up");
    }
    assert!(desk.setup.problems.contains_key(&FIRST));
    (desk, waits)
}

#[test]
fn what_fails_is_tried_again_ever_more_slowly_and_given_up_in_the_end() {
    for (kind, limit) in [(FaultKind::Passing, SPREAD_LIMIT), (FaultKind::NotYet, Duration::from_mins(4))] {
        let (desk, waits) = give_up(kind);
        assert_eq!(waits[..6], [2, 4, 8, 15, 30, 30]);
        assert!(waits.iter().all(|wait| *wait <= 30));
        let total = Duration::from_secs(waits.iter().sum());
        assert!(total >= limit && total < limit + Duration::from_secs(31), "{kind:?}: {total:?}");
        assert!(desk.setup.held_administrator().is_some(), "another try needs no other visit");
    }
    for kind in [FaultKind::Final, FaultKind::SignIn] {
        let (desk, waits) = give_up(kind);
        assert!(waits.is_empty(), "{kind:?} is tried again");
        assert_eq!(desk.setup.held_administrator().is_some(), kind == FaultKind::Final);
    }
}

#[test]
fn another_try_goes_on_with_the_administrator_who_is_there_unless_it_needs_more() {
    let (mut desk, _) = give_up(FaultKind::Final);
    desk.press(FIRST, Act::Prepare, &[("administrationClient", CLIENT)]);
    assert_eq!(desk.task(), Some(Task::ReadOrganisation));
    let (mut desk, _) = give_up(FaultKind::Final);
    desk.press(FIRST, Act::Choose, &[("consent", "role")]);
    desk.press(FIRST, Act::Prepare, &[("administrationClient", CLIENT)]);
    assert!(desk.task().is_none());
    assert_eq!(desk.asks(|effect| matches!(effect, Effect::OpenAdministrator { .. })), 1);
}

#[test]
fn an_administrator_whom_nobody_needs_is_forgotten_after_ten_minutes() {
    let (mut desk, _) = give_up(FaultKind::Final);
    assert_eq!(desk.sleep(), ADMINISTRATOR_LIMIT);
    assert!(desk.setup.held_administrator().is_none());
    assert_eq!(desk.asks(|effect| matches!(effect, Effect::DropAdministrator)), 1);
    let mut desk = Desk::at_work();
    desk.do_everything();
    assert!(desk.setup.held_administrator().is_none(), "the work is done");
}

#[test]
fn nothing_wakes_the_wizard_that_has_to_wait_for_something_else() {
    // A visit that lasts over the hour of the daily look, and a task that hangs longer than a token is kept.
    let mut desk = Desk::at_prepare();
    desk.wait(RENEWAL_LOOK - Duration::from_secs(5));
    desk.press(FIRST, Act::Prepare, &[("administrationClient", CLIENT)]);
    desk.wait(Duration::from_secs(60));
    assert!(desk.setup.wake_at().is_none_or(|at| at > desk.now.uptime), "it spins");
    desk.hear(Event::Administrator(Ok(administrator(&[AdministratorRole::Global]))));
    desk.wait(ADMINISTRATOR_LIMIT * 2);
    assert!(desk.setup.held_administrator().is_some(), "it is used");
    assert!(desk.setup.wake_at().is_none_or(|at| at > desk.now.uptime), "it spins");
}

#[test]
fn a_late_answer_counts_and_begins_nothing_twice() {
    let mut desk = Desk::at_work();
    let first = desk.task().unwrap();
    desk.press(FIRST, Act::Cancel, &[]);
    assert!(desk.setup.held_administrator().is_none());
    desk.press(FIRST, Act::Prepare, &[("administrationClient", CLIENT)]);
    desk.hear(Event::Administrator(Ok(administrator(&[AdministratorRole::Global]))));
    let answer = |desk: &Desk| Event::Performed { task: first, result: Ok(outcome(first, desk.now)) };
    // Of the run before, and of this one.
    desk.hear(answer(&desk));
    assert!(desk.task().is_some_and(|next| next != first));
    desk.hear(answer(&desk));
    assert_eq!(desk.task(), None, "a second answer begins the next task again");
    assert_eq!(desk.setup.installation.organisation.as_ref().unwrap().name.as_deref(), Some("Contoso"));
}

#[test]
fn what_was_begun_is_known_until_its_visit_is_through() {
    let mut desk = Desk::at_work();
    let mut begun = BTreeSet::new();
    while let Some(task) = desk.task() {
        if task.makes() {
            begun.insert(task.key());
            assert!(desk.setup.installation.begun.contains_key(&task.key()), "{task:?}");
        }
        for known in &begun {
            assert!(desk.setup.installation.begun.contains_key(known), "{known} is forgotten at {task:?}");
        }
        desk.hear(Event::Performed { task, result: Ok(outcome(task, desk.now)) });
    }
    assert!(desk.setup.installation.begun.is_empty());
}

#[test]
fn the_sync_begins_anew_only_with_something_else_and_never_in_the_middle() {
    let adopts = |effect: &Effect| matches!(effect, Effect::Adopt(_));
    let mut desk = Desk::at_work();
    let mut adopted = 0;
    while let Some(task) = desk.task() {
        desk.hear(Event::Performed { task, result: Ok(outcome(task, desk.now)) });
        let done = desk.setup.is_idle();
        assert!(done || desk.asks(adopts) == 0, "in the middle of the tasks");
        adopted += desk.asks(adopts);
    }
    assert_eq!(adopted, 1);
    desk.press(FIRST, Act::SignIn, &[]);
    for step in [
        Step::Opened("http://x".into()),
        Step::Done(Arc::new(account("8x8.status@contoso.example"))),
        Step::SignedOut,
        Step::Found(Arc::new(account("8x8.status@contoso.example"))),
    ] {
        desk.hear(Event::Session(step));
        assert_eq!(desk.asks(adopts), 0, "who signs in or out changes nothing");
    }
    desk.press(FIRST, Act::Verify, &[]);
    assert_eq!(desk.asks(adopts), 0);
}

#[test]
fn whoever_signs_out_is_not_a_reason_to_begin_anew_even_if_nobody_was_named() {
    // A registration that somebody else named, and whoever signs in to it.
    let mut desk = Desk::with(Installation::by_hand("tenant-1", CLIENT));
    for step in [Step::Done(Arc::new(account("anybody@contoso.example"))), Step::SignedOut] {
        desk.hear(Event::Session(step));
        assert_eq!(
            desk.asks(|effect| matches!(effect, Effect::Adopt(_))),
            0,
            "what is under way would be dropped"
        );
    }
}

#[test]
fn what_has_not_spread_is_waited_for_as_long_as_it_may_take_and_not_longer() {
    let mut desk = Desk::verified();
    desk.press(FIRST, Act::Verify, &[]);
    let mut waited = Duration::ZERO;
    while let Some((integration, check)) = desk.check() {
        let fault = check::Fault { problem: problem("setup.permission"), consent: true, not_yet: false };
        desk.hear(Event::Checked { integration, check, result: Err(fault) });
        if let Work::Checks { retry_at: Some(_), .. } = desk.setup.work {
            assert_eq!(desk.setup.standing(FIRST), Standing::Verified, "that is no failure");
            waited += desk.sleep();
        }
    }
    assert!(desk.setup.is_idle());
    assert!(waited > SPREAD_LIMIT / 2 && waited <= SPREAD_LIMIT + Duration::from_secs(30), "{waited:?}");
    assert_eq!(desk.setup.standing(FIRST), Standing::ConsentNeeded);
}

#[test]
fn a_certificate_that_could_not_be_made_is_asked_for_again_by_pressing_on() {
    let makes = |effect: &Effect| matches!(effect, Effect::MakeCertificate(_));
    let mut desk = Desk::at_prepare();
    desk.press(FIRST, Act::Choose, &[("making", "byHand"), ("reading", "alone")]);
    assert_eq!(desk.asks(makes), 1);
    let result = Err(problem("vault.locked"));
    desk.hear(Event::CertificateReady { registration: Registration::Reader, result });
    assert_eq!(desk.asks(makes), 0, "not in circles");
    desk.press(FIRST, Act::Enter, &[("clientId", CLIENT)]);
    assert_eq!(desk.asks(makes), 1);
}
