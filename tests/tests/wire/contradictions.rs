//! Where 8x8's and Microsoft's pages contradict each other nobody can tell who is right, so each reading is played: with
//! every one of them an installation, a call that shows and is cleared, and a small import go well.

use std::time::Duration;

use presence::engine::event::Intent;
use presence::imports::{ImportWish, Phase};
use presence::setup::integration::Integration;
use presence::snapshot::Snapshot;
use presence::view::board::call_sources;
use sandbox::{Call, ContactsPath, Contradictions, ErrorBody, Options, Paging, Truth, Unique};
use serde_json::json;
use tests::PATIENCE;
use tests::bench::wait_for;
use tests::site::{Installer, Site};

/// How old a picture of calls may be, in simulated milliseconds.
const LATE: u64 = 1_000;

fn phase(snapshot: &Snapshot) -> Option<Phase> {
    snapshot.import.as_ref().map(|import| import.phase.clone())
}

fn shown(snapshot: &Snapshot, person: &Truth) -> Vec<&'static str> {
    let state = snapshot.people.iter().find(|state| state.id().to_string() == person.id);
    state.map(call_sources).unwrap_or_default()
}

/// The whole way, with one reading.
async fn all_goes_well(contradictions: Contradictions) {
    let mut site = Site::with(Options { contradictions, contacts_limit: false, ..Options::default() }).await;
    site.rules.interval = Duration::from_secs(1);
    let installer = Installer::patient(&site, 2 * PATIENCE);
    for integration in [Integration::TeamsToEight, Integration::EightToTeams, Integration::Contacts] {
        installer.follow(&site, integration).await;
    }
    a_call_shows_and_is_cleared(&site, &installer).await;
    some_people_are_imported(&site, &installer).await;
    installer.handle.stop().await;
}

async fn a_call_shows_and_is_cleared(site: &Site, installer: &Installer) {
    let control = site.sandbox.control();
    let snapshot =
        installer.until("extensions", |snapshot| snapshot.matches.matched > 0 && snapshot.complete).await;
    let with_phone = |truth: &&Truth| {
        let state = snapshot.people.iter().find(|state| state.id().to_string() == truth.id);
        state.is_some_and(|state| !state.card.extension().is_empty())
    };
    let person = control.people().iter().find(with_phone).expect("somebody with an extension").clone();
    control.set_presence(&person.id, "Available", "Available", false, 1_000_000.0).unwrap();
    let late = || control.advance(LATE as f64 / 1_000.0 + 1.0);
    let call = control.place_call(&Call::inbound("+4420", &person.user_principal_name)).unwrap();
    control.answer(&call).unwrap();
    late();
    let there = || {
        let sessions = control.presence_sessions();
        sessions.len() == 1
            && sessions[0].user == person.user_principal_name
            && sessions[0].activity == "InACall"
    };
    wait_for("the call in Teams", there).await;
    let polls = || control.requests().iter().filter(|request| request.endpoint == "presence").count();
    let before = polls();
    wait_for("two more polls", || polls() >= before + 2).await;
    let ours = |snapshot: &Snapshot| shown(snapshot, &person) == ["8x8"];
    installer.until("8x8's call, and none of Teams", ours).await;
    control.hang_up(&call).unwrap();
    late();
    wait_for("its end in Teams", || control.presence_sessions().is_empty()).await;
    installer.until("its end on the board", |snapshot| shown(snapshot, &person).is_empty()).await;
}

async fn some_people_are_imported(site: &Site, installer: &Installer) {
    let control = site.sandbox.control();
    installer.handle.send(Intent::Import(ImportWish::Preview));
    let preview =
        installer.until("what would be done", |snapshot| phase(snapshot) == Some(Phase::Preview)).await;
    let creates = preview.import.as_ref().unwrap().plan.creates;
    assert!(creates > 1);
    // Somebody else is quicker with one of them.
    let alone = preview.people.iter().find(|state| {
        let address = state.card.person.mail.as_deref().unwrap_or(&state.card.person.user_name);
        let clashes = &preview.import.as_ref().unwrap().plan.clashes;
        state.card.contact.is_none() && clashes.iter().all(|clash| clash.address != address)
    });
    let alone = &alone.expect("somebody without an 8x8 user").card.person;
    let address = alone.mail.as_deref().unwrap_or(&alone.user_name);
    quicker(site, address).await;
    installer.handle.send(Intent::Import(ImportWish::Start));
    let ended = installer
        .until("the end of the import", |snapshot| {
            phase(snapshot) == Some(Phase::Idle)
                && snapshot.import.as_ref().is_some_and(|import| import.finished.is_some())
        })
        .await;
    let import = ended.import.as_ref().unwrap();
    let ours = control.contacts_written().len() - 1;
    // Where two may share an address, both are there; elsewhere the refusal is told by name.
    let refused = usize::from(control.contradictions().unique != Unique::WithinContact);
    assert_eq!((ours, import.progress.failed), (creates - refused, refused));
    let told = import.plan.clashes.iter().filter(|clash| clash.address == address).count();
    assert_eq!(told, refused, "{:?}", import.plan.clashes);

    installer.handle.send(Intent::Import(ImportWish::Preview));
    let again = installer.until("a second look", |snapshot| phase(snapshot) == Some(Phase::Preview)).await;
    let plan = &again.import.as_ref().unwrap().plan;
    assert_eq!((plan.creates, plan.updates, plan.removals), (0, 0, 0), "{plan:?}");
}

/// Another integration makes a contact with this address.
async fn quicker(site: &Site, address: &str) {
    let folder = match site.sandbox.control().contradictions().contacts_path {
        ContactsPath::Camel => "directoryContacts",
        ContactsPath::Hyphen | ContactsPath::Both => "directory-contacts",
    };
    let root = format!("{}/{folder}/api/v3/contacts", site.sandbox.eight());
    let http = presence::http::client();
    let one = http
        .get(format!("{root}?size=1"))
        .header("x-api-key", site.sandbox.search_key())
        .send()
        .await
        .unwrap();
    let one: serde_json::Value = serde_json::from_slice(&one.bytes().await.unwrap()).unwrap();
    let body = json!({
        "contactType": "company",
        "customerId": one["data"][0]["customerId"],
        "lastName": "Quicker",
        "emails": [{ "email": address, "primary": true, "purposeType": "WORK" }],
    });
    let made =
        http.post(&root).header("x-api-key", site.sandbox.management_key()).json(&body).send().await.unwrap();
    assert!(made.status().is_success(), "{}", made.status());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_goes_well_as_8x8s_specification_and_its_paging_sample_have_it() {
    all_goes_well(Contradictions {
        active_calls_paging: Paging::Flat,
        active_calls_delay_ms: LATE,
        nested_pages: true,
        contacts_path: ContactsPath::Camel,
        unique: Unique::WithinContact,
        duplicate_status: 409,
        contact_errors: ErrorBody::Text,
        largest_contacts_page: 20,
        call_reads_busy: true,
        presence_no_content: true,
        ..Contradictions::default()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_goes_well_as_8x8s_guide_has_it_with_addresses_that_are_unique_everywhere() {
    all_goes_well(Contradictions {
        active_calls_paging: Paging::Guide,
        contacts_path: ContactsPath::Both,
        unique: Unique::AmongAll,
        duplicate_status: 409,
        contact_errors: ErrorBody::Empty,
        call_reads_busy: true,
        ..Contradictions::default()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_goes_well_where_paging_is_ignored_and_addresses_are_unique_among_company_contacts() {
    all_goes_well(Contradictions {
        active_calls_paging: Paging::Ignored,
        nested_pages: true,
        contacts_path: ContactsPath::Camel,
        unique: Unique::AmongCompany,
        duplicate_status: 400,
        contact_errors: ErrorBody::Json,
        presence_no_content: true,
        ..Contradictions::default()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_goes_well_with_either_paging_and_errors_in_plain_text() {
    all_goes_well(Contradictions {
        active_calls_paging: Paging::Both,
        contacts_path: ContactsPath::Hyphen,
        contact_errors: ErrorBody::Text,
        duplicate_status: 422,
        ..Contradictions::default()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_user_who_may_not_see_calls_is_told_so_and_nothing_is_written() {
    let mut site = Site::with(Options { contacts_limit: false, ..Options::default() }).await;
    site.rules.interval = Duration::from_secs(1);
    let installer = Installer::at(&site);
    for integration in [Integration::TeamsToEight, Integration::EightToTeams] {
        installer.follow(&site, integration).await;
    }
    let control = site.sandbox.control();
    control.set_contradictions(Contradictions { active_calls_allowed: false, ..Contradictions::default() });
    let told = |snapshot: &Snapshot| {
        let systems = snapshot.calls.iter().flat_map(|calls| &calls.systems);
        systems
            .filter_map(|(_, source)| source.problem.as_ref())
            .any(|problem| problem.code == "eight.access")
    };
    installer.until("what is missing", told).await;
    assert_eq!(control.presence_sessions(), []);
    installer.handle.stop().await;
}
