//! The contact centre in the window: keys among the options, and who an agent is in the match report.

use sandbox::{AgentTruth, Options, Sandbox};
use tests::desktop::{Desktop, Window, until};

use super::PEOPLE;
use super::installation::Installer;

/// An organisation with a contact centre, where nothing is installed.
pub(crate) async fn with_agents() -> Sandbox {
    let options = Options { people: PEOPLE, installed: false, contact_center: true, ..Options::default() };
    Sandbox::start(options).await.unwrap()
}

/// Enters a key of a group of options.
pub(crate) async fn enter(window: &Window, group: &str, fields: &[(&str, &str)]) {
    window.choose_integration("eightToTeams").await;
    // A group that has something to say is open already.
    let open = format!("return document.querySelector('[data-group={group}]').dataset.open");
    if window.run(&open).await != "true" {
        window.click(&format!("option-{group}")).await;
    }
    for (field, text) in fields {
        window.fill(&format!("option-{group}-{field}"), text).await;
    }
    window.click(&format!("option-{group}-saveKey")).await;
    let state = format!("return document.querySelector('[data-group={group}] .state')?.textContent ?? ''");
    until(&format!("the key of {group}"), async || match window.run(&state).await {
        words if words.as_str().is_some_and(|words| words.contains("keychain")) => Ok(()),
        other => Err(other),
    })
    .await;
}

/// Everything installed that agents need, and their part of the match report open.
pub(crate) async fn agents_in_the_report(person: &mut Installer<'_>, sandbox: &Sandbox) -> Window {
    let window = person.begin().await;
    for integration in ["teamsToEight", "eightToTeams"] {
        person.follow(&window, integration).await;
    }
    enter_keys(&window, sandbox).await;
    look_at_agents(&window).await;
    window
}

/// Enters the keys of the contact centre, and waits until its events come.
pub(crate) async fn enter_keys(window: &Window, sandbox: &Sandbox) {
    let (tenant, token) = (sandbox.contact_center_tenant(), sandbox.control().action_token());
    enter(window, "agents", &[("platform", "na12"), ("tenant", tenant), ("key", &token)]).await;
    enter(window, "events", &[("key", sandbox.events_key())]).await;
    until("the stream of events", async || match sandbox.control().streams().len() {
        0 => Err(0),
        _ => Ok(()),
    })
    .await;
}

/// Opens the agents' part of the match report.
pub(crate) async fn look_at_agents(window: &Window) {
    window.click("page-matches").await;
    window.click("match-tab-agents").await;
}

/// The first agent who waits for a decision, as the page has it: rows of the part before may still be there.
async fn first(window: &Window) -> String {
    let name =
        "return document.querySelector('[data-testid=match-row].agent .who b')?.textContent?.trim() ?? ''";
    until("agents", async || match window.run(name).await.as_str() {
        Some(name) if !name.is_empty() => Ok(name.to_owned()),
        other => Err(format!("{other:?}")),
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_is_named_in_the_match_report_and_then_her_calls_show() {
    let (desktop, sandbox) = (Desktop::start().await, with_agents().await);
    let control = sandbox.control();
    let mut person = Installer::new(&desktop, &sandbox);
    let window = agents_in_the_report(&mut person, &sandbox).await;
    let name = first(&window).await;
    let agent: AgentTruth =
        control.agents().into_iter().find(|agent| agent.name == name).expect("an agent of that name");
    control.set_agent_status(&agent.id, 4, None).unwrap();
    control.set_presence(&agent.user, "Available", "Available", false, 100_000.0).unwrap();

    // What is suggested is taken with one press.
    window.click_within("match-row", "match-action-0").await;
    let mapped = "return [...document.querySelectorAll('[data-testid=match-row]')].map(row => row.textContent).join('|')";
    until("the agent as a person", async || match window.run(mapped).await {
        rows if rows.as_str().is_some_and(|rows| rows.contains("This is ")) => Ok(()),
        other => Err(other),
    })
    .await;
    let talk = control.begin_interaction(&agent.id).unwrap();
    let shown = || control.presence_sessions().iter().any(|session| session.user == agent.user);
    until("the call in Teams", async || if shown() { Ok(()) } else { Err("not there") }).await;
    control.end_interaction(&talk).unwrap();
    until("its end in Teams", async || if shown() { Err("still there") } else { Ok(()) }).await;

    window.click("page-health").await;
    let sources = "return [...document.querySelectorAll('[data-testid=source], [data-testid^=latency]')].map(row => row.textContent).join('|')";
    until("the sources of the contact centre", async || match window.run(sources).await.as_str() {
        Some(words) if words.contains("contact centre events") && words.contains(" ms") => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
}
