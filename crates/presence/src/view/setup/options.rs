//! What can be set of an installed integration: switches, limits and the keys they need, each with what it costs.

use super::page::{Ask, Button, ButtonKind, Choice, Field, OptionGroup};
use super::steps::{field, option};
use crate::setup::event::Act;
use crate::setup::installation::Key;
use crate::setup::integration::{Integration, Standing};
use crate::setup::options::MOST_PER_MINUTE;
use crate::setup::{Setup as Machine, Work};

/// The groups of options of an integration; none before it is installed.
pub(super) fn options(machine: &Machine, integration: Integration) -> Vec<OptionGroup> {
    let installed = matches!(machine.standing(integration), Standing::Verified | Standing::NeedsAttention);
    if !installed {
        return Vec::new();
    }
    let mut groups = match integration {
        Integration::EightToTeams => {
            vec![queues(machine), agents(machine), events(machine), ring_groups(machine)]
        }
        Integration::Contacts => vec![limits(machine), tags(machine)],
        Integration::TeamsToEight | Integration::Chat => Vec::new(),
    };
    for group in &mut groups {
        if let Some((of, id, problem)) = &machine.option_problem
            && *of == integration
            && *id == group.id
        {
            group.problem = Some(crate::error::Problem::clone(problem));
        }
        let testing = matches!(machine.work, Work::Key { key, .. } if key.keyword() == group.id);
        if testing {
            group.state = Some("Asking 8x8…".into());
            group.buttons = vec![button(Act::Cancel, "Cancel", ButtonKind::Plain)];
        } else if !machine.is_idle() {
            let reason = Some("Something else is under way.".to_owned());
            let waits = |act| matches!(act, Act::SaveKey | Act::ForgetKey);
            for button in group.buttons.iter_mut().filter(|button| waits(button.act)) {
                button.reason.clone_from(&reason);
            }
        }
    }
    groups
}

fn queues(machine: &Machine) -> OptionGroup {
    OptionGroup {
        text: vec![
            "8x8 says more of people in call queues than of others: their own state, their queues, and calls that were handed on. It is asked every thirty seconds, so the end of a call that only this tells of shows half a minute later.".into(),
            "Whoever is in a queue or ring group: only Do not disturb in Teams keeps queue calls away, and only where it is passed on below. The match report lists them under “In queues”.".into(),
        ],
        choices: vec![switch(
            "activity",
            "Read what 8x8 says of queue users",
            machine.installation.options.activity,
            "Needs an 8x8 user with Analytics for Work at the level Supervisor.",
        )],
        ..group("activity", "People in queues")
    }
}

fn agents(machine: &Machine) -> OptionGroup {
    let options = &machine.installation.options;
    let mut group = OptionGroup {
        text: vec![
            "Agents of 8x8 Contact Center are on calls that phone systems do not show. 8x8 support has to enable “Agent Status API” for your tenant first; the token is in Configuration Manager under Integration, API Token (“Action Request Token”). Making a new one ends the old one everywhere.".into(),
            "8x8 knows no address of an agent: say who is who in the match report, under “Agents”.".into(),
        ],
        fields: center(machine),
        ..group("agents", "Contact centre: status of agents")
    };
    key(machine, Key::Agents, "Action Request Token", &mut group);
    if machine.installation.keys.contains(&Key::Agents) {
        group.choices = vec![
            switch(
                "onlyAvailable",
                "Show an agent's call in Teams only if the agent was available before it",
                options.only_available,
                "8x8's own rule: and no longer once the agent changes state by hand during the call.",
            ),
            switch(
                "quietAgents",
                "While Teams says Do not disturb, let the agent work offline",
                options.quiet_agents,
                "Changes 8x8: the status becomes “Working offline” after five seconds, and what it was before when Do not disturb ends. Never in the middle of a call, and never again after somebody changed it by hand until then.",
            ),
        ];
    }
    group
}

fn events(machine: &Machine) -> OptionGroup {
    let mut group = OptionGroup {
        text: vec![
            "With events a call of an agent shows at once; without them only direct calls can be told, every fifteen seconds. The key needs the product “Pulsar Event Stream”. 8x8 has events for platforms in the USA (NA) and the United Kingdom (EU4 to EU14).".into(),
        ],
        fields: center(machine),
        ..group("events", "Contact centre: events")
    };
    key(machine, Key::Events, "API key with “Pulsar Event Stream”", &mut group);
    group
}

fn ring_groups(machine: &Machine) -> OptionGroup {
    let mut group = OptionGroup {
        text: vec![
            "For participants of 8x8's beta of admin provisioning: the key needs “UC Ring Group Admin” and “UC & CC Admin Operations”.".into(),
        ],
        ..group("groups", "Ring groups")
    };
    key(machine, Key::Groups, "API key with “UC Ring Group Admin”", &mut group);
    if machine.installation.keys.contains(&Key::Groups) {
        group.choices = vec![switch(
            "quietGroups",
            "While Teams says Do not disturb, log the person out of ring groups",
            machine.installation.options.quiet_groups,
            "Changes 8x8: only where members may log in and out, and only whom this program logged out is logged in again. It may take some seconds, and 8x8 allows 100 changes a minute. Call queues can not be reached.",
        )];
    }
    group
}

fn limits(machine: &Machine) -> OptionGroup {
    let limits = machine.installation.options.contacts;
    OptionGroup {
        text: vec![format!(
            "8x8 allows your company 60 requests a minute over all its integrations together. Importing and tags may take {MOST_PER_MINUTE} of them."
        )],
        fields: vec![
            number(
                "perMinute",
                "Requests a minute for importing",
                limits.per_minute,
                "30 takes 34 minutes for a thousand people, once.",
            ),
            number(
                "graceDays",
                "Days until a contact of somebody who left is removed",
                limits.grace_days,
                "Whoever comes back before keeps the contact.",
            ),
            number(
                "mostRemovals",
                "Share of removals that needs your word, in percent",
                limits.most_removals,
                "More than that at once, and nothing is removed before you look at it.",
            ),
        ],
        buttons: vec![button(Act::SetOption, "Save", ButtonKind::Primary)],
        ..group("limits", "Limits")
    }
}

fn tags(machine: &Machine) -> OptionGroup {
    let options = &machine.installation.options;
    let mut group = OptionGroup {
        text: vec![
            "Imported contacts can carry the last known Teams state, in 8x8 words, in the tag customField8. 8x8 does not say whether its programs show tags, and each change is one of the requests above: this is for other programs that read the directory.".into(),
        ],
        choices: vec![switch(
            "tags",
            "Keep the last state in a tag",
            options.tags,
            "Only of contacts that this program imported. A state has to last ten seconds.",
        )],
        ..group("tags", "State in the directory")
    };
    if options.tags {
        let per_minute = options.contacts.tags_per_minute;
        group.fields = vec![number(
            "tagsPerMinute",
            "Requests a minute for tags",
            per_minute,
            "Beyond that, states come later.",
        )];
        group.buttons = vec![button(Act::SetOption, "Save", ButtonKind::Primary)];
    }
    group
}

/// The entries that say which contact centre.
fn center(machine: &Machine) -> Vec<Field> {
    let center = &machine.installation.options.center;
    let entry = |id: &str, label: &str, value: &str, example: &str, hint: &str| Field {
        value: value.into(),
        hint: hint.into(),
        ..field(id, label, example)
    };
    vec![
        entry(
            "platform",
            "Platform",
            &center.platform,
            "na12",
            "The part after vcc- in the address of Configuration Manager.",
        ),
        entry("tenant", "Tenant name", &center.tenant, "acmecorp01", ""),
    ]
}

/// The entry for a key, or that it is kept.
fn key(machine: &Machine, key: Key, label: &str, group: &mut OptionGroup) {
    let kept = machine.installation.keys.contains(&key);
    let hint = if kept { "One is kept. Enter another to replace it." } else { "" };
    group.fields.push(Field { secret: true, hint: hint.into(), ..field("key", label, "") });
    let label = if kept { "Test and replace" } else { "Test and keep" };
    let kind = if kept { ButtonKind::Plain } else { ButtonKind::Primary };
    group.buttons.push(button(Act::SaveKey, label, kind));
    if kept {
        group.state = Some("The key is kept in this computer's keychain.".into());
        let ask = Ask {
            title: "Forget this key?".into(),
            text: vec![
                "It is removed from this computer. What this program changed with it is taken back first."
                    .into(),
            ],
            yes: "Forget it".into(),
            no: "Keep it".into(),
        };
        group
            .buttons
            .push(Button { ask: Some(ask), ..button(Act::ForgetKey, "Forget the key", ButtonKind::Danger) });
    }
}

fn group(id: &str, title: &str) -> OptionGroup {
    OptionGroup {
        id: id.into(),
        title: title.into(),
        text: Vec::new(),
        state: None,
        choices: Vec::new(),
        fields: Vec::new(),
        buttons: Vec::new(),
        problem: None,
    }
}

fn switch(id: &str, label: &str, on: bool, hint: &str) -> Choice {
    Choice {
        id: id.into(),
        label: label.into(),
        switch: true,
        value: if on { "on" } else { "off" }.into(),
        options: vec![option("on", "On", hint, false), option("off", "Off", "", false)],
    }
}

fn number(id: &str, label: &str, value: u32, hint: &str) -> Field {
    Field { value: value.to_string(), hint: hint.into(), ..field(id, label, "") }
}

fn button(act: Act, label: &str, kind: ButtonKind) -> Button {
    Button { act, label: label.into(), kind, step: None, reason: None, ask: None }
}
