//! What an administrator's sign-in is used for, and how it is asked for.

use super::*;

pub(super) fn prepare(setup: &Setup, integration: Integration, view: &mut StepView) {
    let installation = &setup.installation;
    let tasks = task::preparation(installation, integration);
    let names: Vec<String> = tasks
        .iter()
        .filter(|task| matches!(task, Task::StatusUser | Task::Application(_) | Task::Role))
        .map(|task| match task {
            Task::StatusUser => "the status user".to_owned(),
            Task::Role => "its role Application Developer".to_owned(),
            other => words::task(*other).replace("App registration", "the registration"),
        })
        .collect();
    view.text = vec![format!(
        "An administrator signs in once, and the wizard makes {}, or finds what is there already. What it makes is marked, and can be removed here.",
        list(&names)
    )];
    view.card = Some(administrator_card(installation));
    if integration == Integration::TeamsToEight && installation.reading == Reading::StatusUser {
        let suggestion = installation.organisation.as_ref().and_then(|known| known.initial_domain.as_ref());
        view.fields.push(Field {
            value: installation.status_user.user_name.clone(),
            hint: "Left empty, it becomes 8x8.status@ the domain that came with your tenant, where no federation can get in its way.".into(),
            ..field(
                "statusUser",
                "Name of the status user",
                &format!("8x8.status@{}", suggestion.map_or("contoso.onmicrosoft.com", String::as_str)),
            )
        });
        consent_choice(installation, view);
    }
    administration(setup, view);
    let again = setup.problems.get(&integration).is_some_and(|(step, _)| *step == StepId::Prepare);
    let label = match (setup.held_administrator().is_some(), again) {
        (true, _) => "Try again",
        (false, true) => "Open browser and sign in again",
        (false, false) => "Open browser and sign in",
    };
    view.buttons = vec![button(Act::Prepare, label, ButtonKind::Primary, view.id)];
}

fn consent_choice(installation: &Installation, view: &mut StepView) {
    let allowed = installation.users_may_consent;
    let note = match allowed {
        Some(true) => " Users of your organisation may consent to applications.",
        Some(false) => {
            " Users of your organisation may not consent to applications, so one of these is needed."
        }
        None => "",
    };
    let value = match installation.consent {
        ConsentWay::Administrator => "administrator",
        ConsentWay::Role => "role",
    };
    view.choices.push(Choice {
        id: "consent".into(),
        label: format!("Who consents for the status user?{note}"),
        switch: false,
        value: value.into(),
        options: vec![
            option(
                "administrator",
                "The administrator, in this visit",
                "For the status user only. It gets no role, and the grant can be seen and taken back in one place.",
                true,
            ),
            option(
                "role",
                "The status user itself, with the role Application Developer",
                "As in 8x8's guide for organisations where users may not consent. The role is privileged: it may register applications. Microsoft takes a minute or so until it is effective.",
                false,
            ),
        ],
    });
}

/// Which application an administrator signs in to.
pub(super) fn administration(setup: &Setup, view: &mut StepView) {
    let installation = &setup.installation;
    if setup.held_administrator().is_some() {
        return;
    }
    let own = installation.administration == Administration::Own;
    view.choices.push(Choice {
        id: "administration".into(),
        label: "The administrator signs in to".into(),
        switch: false,
        value: if own { "own" } else { "microsoft" }.into(),
        options: vec![
            option(
                "own",
                "An application of your organisation",
                "A public client that you registered, or a colleague did. You see its name while signing in, and decide about it.",
                true,
            ),
            option(
                "microsoft",
                "Microsoft Graph Command Line Tools",
                "Microsoft's own tool for administrators. No registration is needed for it.",
                false,
            ),
        ],
    });
    if own {
        view.fields.push(Field {
            value: installation.administration_client.clone().unwrap_or_default(),
            hint: "Its application (client) id.".into(),
            ..field(
                "administrationClient",
                "Application for administration",
                "00000000-0000-0000-0000-000000000000",
            )
        });
        view.guide.push(guide::administration());
    } else {
        view.text.push(format!(
            "What that means: the consent page and your sign-in logs show Microsoft's name ({MICROSOFT_TOOLS}), not ours. What you consent to there stays granted to that tool in your organisation until you take it back under Enterprise applications."
        ));
        view.choices.push(Choice {
            id: "accept".into(),
            label: "I understand what this means".into(),
            switch: true,
            value: if setup.accepted { "on" } else { "off" }.into(),
            options: vec![option("on", "I understand what this means", "", false)],
        });
    }
}
