//! Options of an installed integration, as a person sets them.

use jiff::Timestamp;

use super::*;
use crate::setup::installation::Key;
use crate::setup::integration::Standing;
use crate::view::setup as view;

fn at(seconds: i64) -> Moment {
    Moment { uptime: Uptime(seconds * 1_000), wall: Timestamp::from_second(1_800_000_000 + seconds).unwrap() }
}

/// Every integration is verified.
fn installed() -> Setup {
    let mut installation = Installation::by_hand("contoso.example", "11111111-1111-4111-8111-111111111111");
    for integration in Integration::ALL {
        let progress = installation.progress_mut(integration);
        progress.begun = true;
        progress.verified = Some(Timestamp::UNIX_EPOCH);
    }
    for key in [Key::Search, Key::Analytics, Key::Management] {
        installation.keys.insert(key);
    }
    let record = installation.record_mut(Registration::Writer);
    record.client_id = Some("22222222-2222-4222-8222-222222222222".into());
    installation.status_user.user_name = "8x8.status@contoso.example".into();
    installation.status_user.signed_in = true;
    Setup::new(installation, false, at(0))
}

fn ask(setup: &mut Setup, integration: Integration, act: Act, values: &[(&str, &str)]) -> Vec<Effect> {
    let mut request = Request::new(integration, act);
    for (name, value) in values {
        request = request.with(name, value);
    }
    setup.handle(Event::Request(request), at(1))
}

#[test]
fn a_switch_is_kept_and_told_to_the_running_sync_without_a_restart() {
    let mut setup = installed();
    let effects = ask(
        &mut setup,
        Integration::EightToTeams,
        Act::SetOption,
        &[("group", "activity"), ("activity", "on")],
    );
    assert!(
        matches!(&effects[..], [Effect::Save(_), Effect::Tune(known)] if known.options.activity),
        "{effects:?}"
    );
    let effects = ask(
        &mut setup,
        Integration::EightToTeams,
        Act::SetOption,
        &[("group", "activity"), ("activity", "on")],
    );
    assert!(effects.is_empty(), "nothing moved: {effects:?}");
}

#[test]
fn a_value_that_can_not_be_is_refused_where_it_was_entered() {
    let mut setup = installed();
    let effects =
        ask(&mut setup, Integration::Contacts, Act::SetOption, &[("group", "limits"), ("perMinute", "500")]);
    assert!(effects.is_empty(), "{effects:?}");
    let (of, group, problem) = setup.option_problem.clone().unwrap();
    assert_eq!((of, &*group, &*problem.code), (Integration::Contacts, "limits", "setup.option"));
    // Two limits that fit together are taken together, whichever comes first.
    let values = [("group", "limits"), ("perMinute", "10"), ("tagsPerMinute", "40")];
    ask(&mut setup, Integration::Contacts, Act::SetOption, &values);
    assert_eq!(
        (setup.installation.options.contacts.tags_per_minute, setup.option_problem.is_none()),
        (40, true)
    );
    let values = [("group", "limits"), ("perMinute", "45"), ("tagsPerMinute", "5")];
    ask(&mut setup, Integration::Contacts, Act::SetOption, &values);
    assert_eq!(setup.installation.options.contacts.per_minute, 45);
}

#[test]
fn a_key_of_an_option_is_tested_with_its_contact_centre_and_then_the_sync_begins_anew() {
    let mut setup = installed();
    let effects =
        ask(&mut setup, Integration::EightToTeams, Act::SaveKey, &[("group", "agents"), ("key", "token")]);
    assert!(effects.is_empty() && setup.is_idle(), "no contact centre was named: {effects:?}");
    assert_eq!(setup.option_problem.as_ref().unwrap().2.code, "setup.empty");
    let values = [("group", "agents"), ("key", "token"), ("platform", "na12"), ("tenant", "acme01")];
    let effects = ask(&mut setup, Integration::EightToTeams, Act::SaveKey, &values);
    let tested = effects.iter().any(|effect| {
        matches!(effect, Effect::TestKey { key: Key::Agents, center, .. } if center.tenant == "acme01")
    });
    assert!(tested && !setup.is_idle(), "{effects:?}");
    let refused = Arc::new(Problem::new("eight.forbidden", "", "", ""));
    setup.handle(Event::KeyTested { key: Key::Agents, result: Err(refused) }, at(2));
    assert!(setup.is_idle() && !setup.installation.keys.contains(&Key::Agents));
    assert_eq!(
        setup.standing(Integration::EightToTeams),
        Standing::Verified,
        "an option is no part of the proof"
    );
    ask(&mut setup, Integration::EightToTeams, Act::SaveKey, &values);
    let effects = setup.handle(Event::KeyTested { key: Key::Agents, result: Ok(()) }, at(3));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Adopt(_))), "{effects:?}");
    assert!(setup.installation.configuration().unwrap().center.agents);
    // Another token of the same contact centre is another token.
    ask(&mut setup, Integration::EightToTeams, Act::SaveKey, &values);
    let effects = setup.handle(Event::KeyTested { key: Key::Agents, result: Ok(()) }, at(4));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Adopt(_))), "{effects:?}");

    let effects = ask(&mut setup, Integration::EightToTeams, Act::ForgetKey, &[("group", "agents")]);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::ForgetKey(Key::Agents))), "{effects:?}");
    assert!(!setup.installation.configuration().unwrap().center.agents);
    let effects = ask(&mut setup, Integration::EightToTeams, Act::ForgetKey, &[("group", "analytics")]);
    assert!(effects.is_empty(), "an integration's own key is no option: {effects:?}");
}

#[test]
fn an_agent_is_said_to_be_somebody_in_the_middle_of_anything() {
    let mut setup = installed();
    ask(&mut setup, Integration::EightToTeams, Act::Verify, &[]);
    assert!(!setup.is_idle());
    let person = "33333333-3333-4333-8333-333333333333";
    let effects =
        ask(&mut setup, Integration::EightToTeams, Act::MapAgent, &[("agent", "agA"), ("person", person)]);
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Tune(_))), "{effects:?}");
    ask(&mut setup, Integration::EightToTeams, Act::MapAgent, &[("agent", "agA")]);
    assert!(setup.installation.options.agents.is_empty(), "the decision was taken back");
}

#[test]
fn options_are_shown_of_what_is_installed_only() {
    let mut engine = crate::engine::Engine::new(crate::engine::Rules::default(), at(0));
    let mut page = |setup: Setup| {
        let snapshot = crate::snapshot::Snapshot { setup: Arc::new(setup), ..engine.snapshot(at(0)) };
        view::setup(&snapshot)
    };
    let groups = |page: &view::Setup, of: Integration| -> Vec<String> {
        let view = page.integrations.iter().find(|view| view.id == of).unwrap();
        view.options.iter().map(|group| group.id.clone()).collect()
    };
    let shown = page(installed());
    assert_eq!(groups(&shown, Integration::EightToTeams), ["activity", "agents", "events", "groups"]);
    assert_eq!(groups(&shown, Integration::Contacts), ["limits", "tags"]);
    let fresh = page(Setup::new(Installation::new(), false, at(0)));
    assert!(fresh.integrations.iter().all(|view| view.options.is_empty()));
}
