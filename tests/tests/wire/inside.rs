//! The contact centre and what is changed inside 8x8, all the way: from a switch in Setup to 8x8's servers and back.

use std::time::Duration;

use presence::engine::event::Intent;
use presence::imports::{ImportWish, Phase};
use presence::setup::event::Act;
use presence::setup::integration::Integration;
use presence::snapshot::{Snapshot, SourceOf};
use presence::view::board::call_sources;
use presence::view::matches::{Query, Tab, matches};
use sandbox::{
    ActivityBody, AgentTruth, Contradictions, Control, EventValues, Options, UserStatuses, WrittenContact,
};
use tests::bench::wait_for;
use tests::site::{Installer, Site};

const BACK: Integration = Integration::EightToTeams;

/// An organisation with a contact centre, where calls are shown in Teams and agents are known.
async fn installed() -> (Site, Installer) {
    let options = Options { contact_center: true, contacts_limit: false, ..Options::default() };
    let mut site = Site::with(options).await;
    site.rules.interval = Duration::from_secs(1);
    let installer = Installer::at(&site);
    for integration in [Integration::TeamsToEight, BACK] {
        installer.follow(&site, integration).await;
    }
    (site, installer)
}

/// Enters a key of an option, as a person does in Setup.
async fn enter(site: &Site, installer: &Installer, group: &str, key: &str) {
    let tenant = site.sandbox.contact_center_tenant();
    installer.ask(
        BACK,
        Act::SaveKey,
        &[("group", group), ("platform", "na12"), ("tenant", tenant), ("key", key)],
    );
    let kept = |snapshot: &Snapshot| {
        let setup = &snapshot.setup;
        assert!(setup.option_problem.is_none(), "{:?}", setup.option_problem);
        setup.is_idle() && setup.installation.keys.iter().any(|kept| kept.keyword() == group)
    };
    installer.until(&format!("the key of {group}"), kept).await;
}

/// Says who an agent is.
async fn map(installer: &Installer, agent: &AgentTruth) {
    let user = agent.user.clone();
    let snapshot = installer.until("everybody", |snapshot| id(snapshot, &user).is_some()).await;
    let person = id(&snapshot, &user).unwrap();
    installer.ask(BACK, Act::MapAgent, &[("agent", &agent.id), ("person", &person)]);
    let mapped = |snapshot: &Snapshot| snapshot.setup.installation.options.person(&agent.id).is_some();
    installer.until("the agent as a person", mapped).await;
}

fn id(snapshot: &Snapshot, user: &str) -> Option<String> {
    let found = snapshot.people.iter().find(|state| state.card.person.user_name == user);
    found.map(|state| state.id().to_string())
}

fn sources(snapshot: &Snapshot, user: &str) -> Vec<&'static str> {
    let found = snapshot.people.iter().find(|state| state.card.person.user_name == user);
    found.map(call_sources).unwrap_or_default()
}

/// Who stands in Teams by our word.
fn sessions(control: &Control) -> Vec<String> {
    control.presence_sessions().into_iter().map(|one| one.user).collect()
}

fn status(control: &Control, agent: &AgentTruth) -> u8 {
    control.agents().into_iter().find(|one| one.id == agent.id).expect("the agent").status
}

/// Two agents who wait for work, and are free in Teams.
fn two(control: &Control) -> [AgentTruth; 2] {
    let agents = control.agents();
    let [one, two] = [&agents[0], &agents[1]];
    for agent in [one, two] {
        control.set_agent_status(&agent.id, 4, None).unwrap();
        teams(control, agent, "Available");
    }
    [one.clone(), two.clone()]
}

fn teams(control: &Control, agent: &AgentTruth, availability: &str) {
    control.set_presence(&agent.user, availability, availability, false, 100_000.0).unwrap();
}

/// The stream is open.
async fn listening(control: &Control) {
    wait_for("the stream of events", || !control.streams().is_empty()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agents_call_shows_at_once_and_goes_with_its_end_although_the_stream_breaks_off() {
    agents_call(Contradictions::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_with_bare_values_and_a_reader_that_need_not_acknowledge() {
    agents_call(Contradictions {
        event_values: EventValues::Bare,
        reader_acknowledges: false,
        activity_body: ActivityBody::Queues,
        user_statuses: UserStatuses::Never,
        nested_pages: true,
        ..Contradictions::default()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_with_quoted_values_and_all_that_differs_beside_them() {
    agents_call(Contradictions {
        event_values: EventValues::Quoted,
        user_statuses: UserStatuses::Always,
        activity_of_everybody: true,
        activity_user_id_is_contact: false,
        agent_all_fields: true,
        call_reads_busy: true,
        presence_no_content: true,
        ..Contradictions::default()
    })
    .await;
}

async fn agents_call(contradictions: Contradictions) {
    let (site, installer) = installed().await;
    let control = site.sandbox.control();
    control.set_contradictions(contradictions);
    installer.ask(BACK, Act::SetOption, &[("group", "activity"), ("activity", "on")]);
    let [ann, bob] = two(control);
    // 8x8 knows no address of an agent: nobody is guessed.
    enter(&site, &installer, "agents", &control.action_token()).await;
    enter(&site, &installer, "events", site.sandbox.events_key()).await;
    listening(control).await;
    let unmapped = |snapshot: &Snapshot| {
        let query = Query { tab: Tab::Agents, search: String::new(), offset: 0, limit: 500 };
        let rows = matches(snapshot, &query).rows;
        rows.iter().any(|row| row.agent.as_deref() == Some(&*ann.id) && row.why.starts_with("Perhaps "))
    };
    installer.until("agents in the match report, with a suggestion", unmapped).await;
    let talk = control.begin_interaction(&ann.id).unwrap();
    let heard =
        |snapshot: &Snapshot| snapshot.center.as_ref().is_some_and(|center| center.heard.applied >= 3);
    let read = |snapshot: &Snapshot| {
        let sources = snapshot.center.iter().flat_map(|center| &center.sources);
        let mut activity = sources.filter(|(of, _)| matches!(of, SourceOf::Activity(_)));
        heard(snapshot) && activity.any(|(_, source)| source.last_success.is_some())
    };
    installer.until("its events, and what queue users do", read).await;
    assert_eq!(sources(&installer.handle.snapshot(), &ann.user), Vec::<&str>::new());
    control.end_interaction(&talk).unwrap();

    map(&installer, &ann).await;
    map(&installer, &bob).await;
    let talk = control.begin_interaction(&ann.id).unwrap();
    installer.until("the call on the board", |snapshot| sources(snapshot, &ann.user) == ["8x8"]).await;
    wait_for("the call in Teams", || sessions(control) == [ann.user.clone()]).await;
    control.hold_interaction(&talk, true).unwrap();
    // What is told while nobody listens is told afterwards, from where it was left.
    control.drop_streams();
    control.end_interaction(&talk).unwrap();
    let other = control.begin_interaction(&bob.id).unwrap();
    installer
        .until("the other call", |snapshot| {
            sources(snapshot, &ann.user).is_empty() && sources(snapshot, &bob.user) == ["8x8"]
        })
        .await;
    wait_for("the other call in Teams", || sessions(control) == [bob.user.clone()]).await;
    control.end_interaction(&other).unwrap();
    wait_for("the end of it in Teams", || sessions(control).is_empty()).await;
    wait_for("every message acknowledged", || control.stream_counts().unacknowledged == 0).await;
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agents_call_shows_in_teams_only_by_8x8s_own_rule_unless_that_is_switched_off() {
    let (site, installer) = installed().await;
    let control = site.sandbox.control();
    let [ann, _] = two(control);
    enter(&site, &installer, "agents", &control.action_token()).await;
    enter(&site, &installer, "events", site.sandbox.events_key()).await;
    listening(control).await;
    map(&installer, &ann).await;
    // On break before the call.
    control.set_agent_status(&ann.id, 3, Some(1734)).unwrap();
    let talk = control.begin_interaction(&ann.id).unwrap();
    installer.until("the call on the board", |snapshot| sources(snapshot, &ann.user) == ["8x8"]).await;
    assert_eq!(sessions(control), Vec::<String>::new(), "not available before the call");
    installer.ask(BACK, Act::SetOption, &[("group", "agents"), ("onlyAvailable", "off")]);
    wait_for("the call in Teams", || sessions(control) == [ann.user.clone()]).await;
    installer.ask(BACK, Act::SetOption, &[("group", "agents"), ("onlyAvailable", "on")]);
    wait_for("the call out of Teams", || sessions(control).is_empty()).await;
    control.end_interaction(&talk).unwrap();
    installer.until("its end", |snapshot| sources(snapshot, &ann.user).is_empty()).await;
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_works_offline_while_teams_says_do_not_disturb_unless_somebody_says_otherwise() {
    let (site, installer) = installed().await;
    let control = site.sandbox.control();
    // 8x8's two pages differ in what a change must hold.
    control.set_contradictions(Contradictions { agent_all_fields: true, ..Contradictions::default() });
    let [ann, bob] = two(control);
    control.set_agent_status(&bob.id, 3, Some(1730)).unwrap();
    enter(&site, &installer, "agents", &control.action_token()).await;
    enter(&site, &installer, "events", site.sandbox.events_key()).await;
    listening(control).await;
    for agent in [&ann, &bob] {
        map(&installer, agent).await;
        teams(control, agent, "DoNotDisturb");
    }
    let dnd = |snapshot: &Snapshot| {
        let quiet = |user: &str| {
            let found = snapshot.people.iter().find(|state| state.card.person.user_name == user);
            found.is_some_and(|state| snapshot.presence(state).as_str() == "doNotDisturb")
        };
        quiet(&ann.user) && quiet(&bob.user)
    };
    installer.until("do-not-disturb", dnd).await;
    assert_eq!(
        (status(control, &ann), status(control, &bob)),
        (4, 3),
        "nothing is changed before it is wanted"
    );
    installer.ask(BACK, Act::SetOption, &[("group", "agents"), ("quietAgents", "on")]);
    wait_for("both working offline", || [&ann, &bob].map(|agent| status(control, agent)) == [5, 5]).await;
    // Bob comes back by hand: nobody takes that from him while it lasts.
    control.set_agent_status(&bob.id, 4, None).unwrap();
    teams(control, &ann, "Available");
    wait_for("what was before", || status(control, &ann) == 4).await;
    assert_eq!(status(control, &bob), 4);
    teams(control, &ann, "DoNotDisturb");
    wait_for("offline again", || status(control, &ann) == 5).await;
    assert_eq!(status(control, &bob), 4, "a person's own word was overruled");
    // Quitting gives back what is ours once 8x8 has shown it; what it leaves, the next run gives back.
    installer.handle.stop().await;
    let installer = Installer::at(&site);
    teams(control, &ann, "Available");
    wait_for("what was before, by the next run", || status(control, &ann) == 4).await;
    // The key is taken away while somebody is offline by our hand.
    teams(control, &ann, "DoNotDisturb");
    wait_for("offline once more", || status(control, &ann) == 5).await;
    installer.ask(BACK, Act::ForgetKey, &[("group", "agents")]);
    wait_for("what was before, without the key", || status(control, &ann) == 4).await;
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_is_logged_out_of_ring_groups_while_teams_says_do_not_disturb() {
    let (site, installer) = installed().await;
    let control = site.sandbox.control();
    enter(&site, &installer, "groups", site.sandbox.provisioning_key()).await;
    let memberships = || control.memberships().into_iter().filter(|one| one.ring_group && one.logged_in);
    let member = memberships().next().expect("somebody in a ring group");
    // The day stands still, and with it what 8x8 takes its time for.
    let logged_in = || {
        control.advance(0.5);
        memberships().any(|one| one.user == member.user && one.group_id == member.group_id)
    };
    let listed = |snapshot: &Snapshot| {
        let query = Query { tab: Tab::Queues, search: String::new(), offset: 0, limit: 500 };
        matches(snapshot, &query)
            .rows
            .iter()
            .any(|row| row.address == member.user && row.why.contains(&member.group))
    };
    installer.until("the member in the match report", listed).await;
    control.set_presence(&member.user, "DoNotDisturb", "DoNotDisturb", false, 100_000.0).unwrap();
    installer.ask(BACK, Act::SetOption, &[("group", "groups"), ("quietGroups", "on")]);
    wait_for("the member logged out", || !logged_in()).await;
    control.set_presence(&member.user, "Available", "Available", false, 100_000.0).unwrap();
    wait_for("the member logged in again", logged_in).await;
    installer.handle.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_imported_contact_carries_the_last_state_within_the_limit() {
    let mut site = Site::with(Options::default()).await;
    site.rules.interval = Duration::from_secs(1);
    let installer = Installer::at(&site);
    for integration in [Integration::TeamsToEight, Integration::Contacts] {
        installer.follow(&site, integration).await;
    }
    let control = site.sandbox.control();
    let set = |values: &[(&str, &str)]| installer.ask(Integration::Contacts, Act::SetOption, values);
    set(&[("group", "limits"), ("perMinute", "30")]);
    set(&[("group", "tags"), ("tagsPerMinute", "20")]);
    let phase = |snapshot: &Snapshot| snapshot.import.as_ref().map(|import| import.phase.clone());
    let known = |snapshot: &Snapshot| {
        phase(snapshot) == Some(Phase::Idle) && snapshot.matches.matched > 0 && snapshot.complete
    };
    installer.until("everybody", known).await;
    installer.handle.send(Intent::Import(ImportWish::Preview));
    installer.until("what would be done", |snapshot| phase(snapshot) == Some(Phase::Preview)).await;
    installer.handle.send(Intent::Import(ImportWish::Start));
    let done = |snapshot: &Snapshot| snapshot.import.as_ref().is_some_and(|import| import.finished.is_some());
    installer.until("the end of the import", done).await;
    assert!(control.contacts_written().iter().all(|contact| tag(contact).is_none()), "nobody asked for tags");

    set(&[("group", "tags"), ("tags", "on")]);
    wait_for("a state in every contact", || {
        control.contacts_written().iter().all(|contact| tag(contact).is_some())
    })
    .await;
    let written = control.contacts_written();
    let first = written.first().expect("a contact");
    let person = control
        .people()
        .into_iter()
        .find(|person| ours(first).is_some_and(|id| id == person.id))
        .expect("the person");
    control.set_presence(&person.id, "DoNotDisturb", "DoNotDisturb", false, 100_000.0).unwrap();
    let now = || control.contacts_written().into_iter().find(|contact| contact.id == first.id);
    wait_for("the new state", || now().and_then(|contact| tag(&contact)).as_deref() == Some("doNotDisturb"))
        .await;
    let after = now().unwrap();
    for field in ["firstName", "lastName", "emails"] {
        assert_eq!(after.body[field], first.body[field], "a tag changed {field}");
    }
    assert!(control.contacts_load().busiest_minute <= 60, "the limit that all integrations share");
    installer.handle.stop().await;
}

fn tag(contact: &WrittenContact) -> Option<String> {
    value(contact, "customField8")
}

fn ours(contact: &WrittenContact) -> Option<String> {
    value(contact, "customField10")
}

fn value(contact: &WrittenContact, name: &str) -> Option<String> {
    let tags = contact.body["tags"].as_array()?;
    let tag = tags.iter().find(|tag| tag["name"] == name)?;
    tag["value"].as_str().map(Into::into)
}
