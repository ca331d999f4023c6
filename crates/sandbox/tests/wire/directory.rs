//! Users, delta query and organisation.

use std::collections::HashSet;

use sandbox::Options;
use serde_json::Value;

use crate::support::{ADMIN, Bench, json_of, list, text};

#[tokio::test]
async fn the_same_seed_gives_the_same_directory_and_keys() {
    let (one, other) = (Bench::start(60).await, Bench::start(60).await);
    let stranger = Bench::with(Options { people: 60, seed: 8, ..Options::default() }).await;
    let names = |bench: &Bench| -> Vec<_> {
        bench
            .sandbox
            .control()
            .people()
            .into_iter()
            .map(|t| (t.id, t.display_name, t.user_principal_name))
            .collect()
    };
    assert_eq!(names(&one), names(&other));
    assert_ne!(names(&one), names(&stranger));
    assert_eq!(one.sandbox.key(), other.sandbox.key());
    assert_eq!(one.sandbox.tenant(), other.sandbox.tenant());
    assert_ne!(one.sandbox.client_id(), stranger.sandbox.client_id());
    let endpoints = one.sandbox.endpoints();
    assert!(endpoints.contains(&one.sandbox.graph()) && endpoints.contains(one.sandbox.key()));
}

#[tokio::test]
async fn pages_of_users_add_up_to_exactly_the_people_and_the_others() {
    let bench = Bench::start(1000).await;
    let token = bench.access().await;
    let select = "id,userPrincipalName,userType,accountEnabled,proxyAddresses,department";
    let mut next = Some(format!("users?$select={select}&$top=333"));
    let (mut ids, mut persons, mut pages) = (HashSet::new(), 0, 0);
    while let Some(address) = next {
        let page = json_of(bench.graph(&token, &address)).await;
        for user in list(&page["value"]) {
            assert!(ids.insert(text(&user["id"])));
            let status = user["userPrincipalName"] == bench.sandbox.status_user();
            persons += usize::from(user["accountEnabled"] == true && user["userType"] == "Member" && !status);
        }
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
        pages += 1;
    }
    assert_eq!((persons, pages), (1000, 4));
    assert!((1015..1040).contains(&ids.len()), "{}", ids.len());
}

#[tokio::test]
async fn list_parameters_and_permissions_are_checked() {
    let bench = Bench::start(50).await;
    let token = bench.access().await;
    let page = json_of(bench.graph(&token, "users")).await;
    assert_eq!(list(&page["value"])[0].as_object().unwrap().len(), 11);
    for query in ["$top=1000", "$top=0", "$top=x", "$skip=5", "$select=shoeSize", "$skiptoken=x", "$filter=a"]
    {
        let reply = bench.graph(&token, &format!("users?{query}")).send().await.unwrap();
        assert_eq!(reply.status(), 400, "{query}");
    }
    bench.sandbox.control().scopes(vec!["User.ReadBasic.All".to_owned()]);
    let scope = [("scope", Some("openid User.ReadBasic.All"))];
    let page = bench.get(&bench.authorize(&scope)).await.text().await.unwrap();
    let reply = bench.post_form(&page, &[("account", ADMIN)]).await;
    let code = crate::support::query_of(&crate::support::location(&reply))["code"].clone();
    let answer: Value = bench.redeem(&code).await.json().await.unwrap();
    let token = text(&answer["access_token"]);
    for (path, status) in [
        ("users?$select=id,mail", 200),
        ("users?$select=id,userType", 403),
        ("users?$select=proxyAddresses", 403),
        ("users/delta", 403),
        ("organization", 403),
        ("me/presence", 403),
        ("me", 200),
    ] {
        let reply = bench.graph(&token, path).send().await.unwrap();
        assert_eq!(reply.status(), status, "{path}");
    }
    let denied: Value = bench.graph(&token, "users/delta").send().await.unwrap().json().await.unwrap();
    assert_eq!(denied["error"]["code"], "Authorization_RequestDenied");
}

#[tokio::test]
async fn me_and_organisation_say_who_and_where() {
    let bench = Bench::start(50).await;
    let token = bench.access().await;
    let me = json_of(bench.graph(&token, "me")).await;
    assert_eq!(me["userPrincipalName"], bench.sandbox.status_user());
    let organisation = json_of(bench.graph(&token, "organization")).await;
    assert_eq!(organisation["value"][0]["id"], bench.sandbox.tenant());
    assert_eq!(organisation["value"][0]["verifiedDomains"][0]["name"], "brightwater.example");
    let request = bench.graph(&token, "me").header("client-request-id", "my-own-id");
    let reply = request.send().await.unwrap();
    assert_eq!(reply.headers()["client-request-id"], "my-own-id");
    assert!(reply.headers().contains_key("request-id") && reply.headers().contains_key("date"));
    let reply = bench.http.get(format!("{}/v1.0/me", bench.sandbox.graph())).send().await.unwrap();
    assert_eq!(reply.status(), 401);
    assert!(reply.headers().contains_key("www-authenticate"));
    let body: Value = reply.json().await.unwrap();
    assert_eq!(body["error"]["code"], "InvalidAuthenticationToken");
    assert_eq!(bench.graph(&token, "groups").send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn delta_tells_everybody_then_who_came_and_who_left() {
    let bench = Bench::start(450).await;
    let token = bench.access().await;
    let (all, delta, empty) = round(&bench, &token, "users/delta?$select=id,displayName,mail").await;
    let ids: HashSet<String> = all.iter().map(|user| text(&user["id"])).collect();
    assert_eq!(ids.len(), all.len());
    assert!(ids.len() > 450);
    assert!(empty >= 1, "an empty page with a next link");

    let (none, delta, _) = round(&bench, &token, &delta).await;
    assert!(none.is_empty());
    let newcomer = bench.sandbox.control().join();
    let leaver = bench.sandbox.control().people()[20].id.clone();
    bench.sandbox.control().leave(&leaver).unwrap();
    let (changes, delta, _) = round(&bench, &token, &delta).await;
    assert_eq!(changes.len(), 2);
    let find = |id: &str| changes.iter().find(|change| change["id"] == id).unwrap();
    assert_eq!(find(&newcomer.id)["displayName"], newcomer.display_name.as_str());
    assert_eq!(find(&leaver)["@removed"]["reason"], "changed");
    assert!(find(&leaver).get("displayName").is_none());
    assert_eq!(bench.graph(&token, &format!("users/{leaver}")).send().await.unwrap().status(), 404);
    assert_eq!(bench.graph(&token, &format!("users/{}", newcomer.id)).send().await.unwrap().status(), 200);

    // The working day brings changes by itself, and some of them are told twice.
    bench.sandbox.control().advance(7_200.0);
    let (changes, _, _) = round(&bench, &token, &delta).await;
    assert!((5..60).contains(&changes.len()), "{}", changes.len());
}

#[tokio::test]
async fn delta_starts_over_when_its_token_is_forgotten() {
    let bench = Bench::start(50).await;
    let token = bench.access().await;
    let (_, delta, _) = round(&bench, &token, "users/delta?$deltatoken=latest&$select=id").await;
    bench.sandbox.control().reset_delta();
    let reply = bench.graph(&token, &delta).send().await.unwrap();
    assert_eq!(reply.status(), 410);
    let address = reply.headers()["location"].to_str().unwrap().to_owned();
    let body: Value = reply.json().await.unwrap();
    assert_eq!(body["error"]["code"], "syncStateNotFound");
    let (all, _, _) = round(&bench, &token, &address).await;
    assert!(all.len() > 50);
    assert_eq!(all[0].as_object().unwrap().len(), 1, "the selection is kept");
    let restarted = Bench::start(50).await;
    let elsewhere = delta.replace(&bench.sandbox.base(), &restarted.sandbox.base());
    assert_eq!(restarted.graph(&token, &elsewhere).send().await.unwrap().status(), 410);
    for query in ["$deltatoken=x", "$skiptoken=x", "$top=5"] {
        let reply = bench.graph(&token, &format!("users/delta?{query}")).send().await.unwrap();
        assert_eq!(reply.status(), 400, "{query}");
    }
}

#[tokio::test]
async fn the_preferred_page_size_is_honoured() {
    let bench = Bench::start(50).await;
    let token = bench.access().await;
    let request = bench.graph(&token, "users/delta").header("prefer", "odata.maxpagesize=7");
    let reply = request.send().await.unwrap();
    assert_eq!(reply.headers()["preference-applied"], "odata.maxpagesize=7");
    let page: Value = reply.json().await.unwrap();
    assert_eq!(list(&page["value"]).len(), 7);
}

/// Follows a round to its end: all entries, the delta link, and how many pages were empty.
async fn round(bench: &Bench, token: &str, start: &str) -> (Vec<Value>, String, usize) {
    let (mut entries, mut empty, mut address) = (Vec::new(), 0, start.to_owned());
    loop {
        let page = json_of(bench.graph(token, &address)).await;
        entries.extend(list(&page["value"]).iter().cloned());
        match page["@odata.nextLink"].as_str() {
            Some(next) => {
                empty += usize::from(list(&page["value"]).is_empty());
                address = next.to_owned();
            }
            None => return (entries, text(&page["@odata.deltaLink"]), empty),
        }
    }
}
