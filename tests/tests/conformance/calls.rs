//! Everything that is asked of 8x8 and Microsoft while calls are shown and contacts are imported.

use std::collections::BTreeMap;

use presence::engine::event::Intent;
use presence::imports::{ImportWish, Phase};
use presence::setup::integration::Integration;
use sandbox::{Call, Exchange, Options};
use serde_json::Value;
use tests::bench::wait_for;
use tests::site::{Installer, Site};
use tests::specs::{Spec, folder};

use super::{check, specs};

/// Lives through a call, and through an import.
async fn live(site: &Site) {
    let installer = Installer::at(site);
    for integration in [Integration::TeamsToEight, Integration::EightToTeams, Integration::Contacts] {
        installer.follow(site, integration).await;
    }
    let control = site.sandbox.control();
    let snapshot = installer
        .until("everybody and the phone systems", |snapshot| {
            let calls = snapshot.calls.as_ref();
            let answered = |calls: &&std::sync::Arc<presence::snapshot::CallsPicture>| {
                calls.systems.iter().any(|(_, one)| one.last_success.is_some())
            };
            calls.is_some_and(|calls| answered(&calls)) && snapshot.matches.matched > 0
        })
        .await;
    let someone = snapshot.people.iter().find(|state| !state.card.extension().is_empty()).unwrap();
    let call = control.place_call(&Call::inbound("+4420", &someone.id().to_string())).unwrap();
    control.answer(&call).unwrap();
    wait_for("the call in Teams", || control.presence_sessions().len() == 1).await;
    control.hang_up(&call).unwrap();
    wait_for("its end", || control.presence_sessions().is_empty()).await;
    installer.handle.send(Intent::Import(ImportWish::Preview));
    let phase = |phase: Phase| {
        move |snapshot: &presence::snapshot::Snapshot| {
            snapshot.import.as_ref().is_some_and(|import| import.phase == phase)
        }
    };
    installer.until("what would be imported", phase(Phase::Preview)).await;
    installer.handle.send(Intent::Import(ImportWish::Start));
    wait_for("a contact", || !control.contacts_written().is_empty()).await;
    installer.handle.stop().await;
}

/// The parts of a batch as exchanges of their own: no file describes the batch itself.
fn parts(exchange: &Exchange) -> Vec<Exchange> {
    let asked: Value = serde_json::from_str(&exchange.request_body).unwrap();
    let said: Value = serde_json::from_str(&exchange.response_body).unwrap();
    let answers = said["responses"].as_array().unwrap();
    let asked = asked["requests"].as_array().unwrap();
    asked
        .iter()
        .map(|part| {
            let answer = answers.iter().find(|answer| answer["id"] == part["id"]).unwrap();
            let mut one = exchange.clone();
            one.request.method = part["method"].as_str().unwrap().to_owned();
            one.request.path = format!("/graph/v1.0{}", part["url"].as_str().unwrap());
            one.request.status = u16::try_from(answer["status"].as_u64().unwrap()).unwrap();
            one.request_body = part["body"].to_string();
            one.response_body =
                answer.get("body").filter(|body| !body.is_null()).map(Value::to_string).unwrap_or_default();
            one
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_and_contacts_are_read_and_written_as_the_vendors_document_it() {
    let (Some([graph, contacts]), Some(folder)) = (specs(), folder()) else { return };
    let base = "/8x8/analytics/work";
    let calls = Spec::read(&folder.join("8x8/work_analytics_active_calls.yaml"), base);
    let customer = Spec::read(&folder.join("8x8/work_analytics_customer_data.json"), base);
    let site = Site::with(Options::default()).await;
    live(&site).await;
    let (mut batched, mut active, mut systems, mut others) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for exchange in site.sandbox.control().exchanges() {
        let path = exchange.request.path.as_str();
        match path {
            "/graph/v1.0/$batch" => batched.extend(parts(&exchange)),
            _ if path.ends_with("/calls/active") => active.push(exchange),
            _ if path.ends_with("/v2/pbxes/") => systems.push(exchange),
            // The token has a test beside this one, and no file.
            _ if path.ends_with("/oauth/token") => {}
            _ => others.push(exchange),
        }
    }
    assert!(!batched.is_empty() && !active.is_empty() && !systems.is_empty());
    let mut counts = BTreeMap::new();
    check(&mut [calls], &active, &mut counts);
    check(&mut [customer], &systems, &mut counts);
    check(&mut [graph, contacts], &[batched, others].concat(), &mut counts);
}
