//! The first steps: which organisation, and how to go about it.

use super::*;

pub(super) fn organisation(setup: &Setup, view: &mut StepView) {
    let installation = &setup.installation;
    view.text = vec![
        "Which organisation? Nothing is signed in yet; Microsoft is only asked whether it exists.".into(),
    ];
    let entered = installation.organisation.as_ref().map(|known| known.entered.clone());
    view.fields = vec![Field {
        value: entered.unwrap_or_default(),
        hint: "The part of your Microsoft user name behind the @, or the directory (tenant) id.".into(),
        ..field("organisation", "Domain or tenant id", "contoso.com")
    }];
    if !setup.fixed_cloud {
        // A choice that is sent with the button, so that it needs no other one.
        let option = |cloud: Cloud, label: &str, hint: &str| {
            option(cloud.keyword(), label, hint, cloud == Cloud::Global)
        };
        view.choices = vec![Choice {
            id: "cloud".into(),
            label: "Microsoft's cloud".into(),
            switch: false,
            value: setup.cloud.unwrap_or(installation.cloud).keyword().into(),
            options: vec![
                option(Cloud::Global, "Global", "Nearly everybody, and US Government GCC."),
                option(Cloud::GccHigh, "US Government: GCC High", "portal.azure.us, office365.us"),
                option(Cloud::Dod, "US Government: DoD", "For the Department of Defense."),
                option(
                    Cloud::China,
                    "China, run by 21Vianet",
                    "Has no Teams presence, so nothing can be set up there.",
                ),
            ],
        }];
    }
    view.buttons = vec![button(Act::SetOrganisation, "Check", ButtonKind::Primary, view.id)];
}

pub(super) fn way(setup: &Setup, view: &mut StepView) {
    let installation = &setup.installation;
    let reading = match installation.reading {
        Reading::StatusUser => "statusUser",
        Reading::Alone => "alone",
    };
    let making = match installation.making {
        Making::Wizard => "wizard",
        Making::ByHand => "byHand",
    };
    view.choices = vec![
        Choice {
            id: "reading".into(),
            label: "Who reads presence?".into(),
            switch: false,
            value: reading.into(),
            options: vec![
                option(
                    "statusUser",
                    "A status user",
                    "A Microsoft user that belongs to the sync alone, without licence and role, as in 8x8's guide. It sees what every colleague sees.",
                    true,
                ),
                option(
                    "alone",
                    "No user at all",
                    "The application itself, with a certificate made on this computer. No password, no MFA, nothing to expire but the certificate, which renews by itself. An administrator grants it once.",
                    false,
                ),
            ],
        },
        Choice {
            id: "making".into(),
            label: "Who prepares Microsoft's side?".into(),
            switch: false,
            value: making.into(),
            options: vec![
                option(
                    "wizard",
                    "This wizard, as an administrator",
                    "One sign-in of an administrator in the browser. The sign-in stays in memory and is forgotten when the work is done.",
                    true,
                ),
                option(
                    "byHand",
                    "I do it by hand",
                    "Exact steps through the Entra admin center, a manifest and a script to copy.",
                    false,
                ),
            ],
        },
    ];
    if installation.making == Making::Wizard {
        view.choices.push(Choice {
            id: "ahead".into(),
            label: "Prepare the other integrations in the same visit".into(),
            switch: true,
            value: if installation.ahead { "on" } else { "off" }.into(),
            options: vec![option(
                "on",
                "Fewer sign-ins",
                "Makes the registrations “8x8 Write Presence” and “8x8 Teams Chat” as well. They do nothing until you install their integrations, and can be removed here.",
                true,
            )],
        });
    }
    view.buttons = vec![button(Act::Decide, "Continue", ButtonKind::Primary, view.id)];
}
