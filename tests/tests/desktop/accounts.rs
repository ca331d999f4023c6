//! The wrong account in the browser: said by name, with nothing kept, and put right by one more visit.

use std::time::Duration;

use sandbox::Visit;
use tests::desktop::{Desktop, Wizard};

use super::installation::{Installer, bare_organisation};

#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_account_is_named_nothing_of_it_is_kept_and_another_try_helps() {
    let (desktop, sandbox) = (Desktop::start().await, bare_organisation(Duration::ZERO).await);
    let mut person = Installer::new(&desktop, &sandbox);
    let window = person.begin().await;
    window.act("begin").await;
    for step in ["organisation", "way"] {
        let seen = window.wait_for_step(step).await;
        person.press_on(&window, &seen).await;
    }
    let refused = |seen: &Wizard| !seen.problem.is_empty() && seen.rests();

    // Somebody who works here, where an administrator is asked for.
    let seen = window.wait_for_step("prepare").await;
    person.enter(&window, &seen).await;
    window.act("prepare").await;
    let colleague = sandbox.control().people()[5].user_principal_name.clone();
    person.visit_as(&Visit { go_back: true, ..Visit::of(&colleague) }).await;
    let seen = window.wait_for_wizard("a refusal", refused).await;
    assert!(seen.problem.contains("Only an administrator can"), "{}", seen.problem);
    assert!(sandbox.control().users_created().is_empty(), "something was made");

    // So that nothing but the program itself will turn away whoever comes next.
    window.act("prepare").await;
    person.visit_as(&Visit { for_everybody: true, ..Visit::of(sandbox.administrator()) }).await;
    window.wait_for_step("signIn").await;
    let (user, administrator) = (person.status_user(), sandbox.administrator());
    let password = window.read_password().await;

    // The administrator, where the status user is asked for.
    window.act("signIn").await;
    person.visit(administrator, None).await;
    let seen = window.wait_for_wizard("a refusal", refused).await;
    let both = [
        format!("That was {administrator}, an administrator."),
        format!("This step needs {user}."),
        "Nothing was kept.".into(),
    ];
    for words in both {
        assert!(seen.problem.contains(&words), "{}", seen.problem);
    }
    assert!(!desktop.keychain.entries().await.contains_key("microsoft-sign-in"), "a sign-in was kept");

    // The status user, where the administrator is asked for.
    window.click_within("step-prepare", "act-reopen").await;
    window.wait_for_step("prepare").await;
    window.act("prepare").await;
    person.visit(&user, Some(&password)).await;
    let seen = window.wait_for_wizard("a refusal", refused).await;
    for words in [format!("That was {user}, the status user."), "This step needs an administrator.".into()] {
        assert!(seen.problem.contains(&words), "{}", seen.problem);
    }
    assert!(!desktop.keychain.entries().await.contains_key("microsoft-sign-in"), "a sign-in was kept");
    window.act("cancel").await;

    // It is still the same password, and the right account is all it takes.
    window.wait_for_step("signIn").await;
    window.act("signIn").await;
    person.visit(&user, Some(&password)).await;
    let seen = window.wait_for_step("key").await;
    assert_eq!(seen.problem, "");
    assert!(desktop.keychain.entries().await.contains_key("microsoft-sign-in"), "the sign-in was not kept");
}
