//! The 8x8 directory contacts.

use std::collections::HashSet;

use serde_json::Value;

use crate::support::{Bench, json_of, list, text};

#[tokio::test]
async fn scrolling_visits_every_contact_once() {
    let bench = Bench::start(1000).await;
    let query =
        "details=EMAIL,EXTENSION&filter=contactType%3D%3Dcorporate&size=100&useScrollId=true&sort=id,ASC";
    let (mut seen, mut scroll, mut pages) = (HashSet::new(), String::new(), 0);
    loop {
        let page = json_of(bench.contacts(&format!("{query}{scroll}"))).await;
        for contact in list(&page["data"]) {
            assert!(seen.insert(text(&contact["id"])));
            assert_eq!(contact["contactType"], "corporate");
            assert!(contact["emails"].is_array() && contact["extensions"].is_array());
            assert!(contact.get("phones").is_none());
        }
        pages += 1;
        match page["meta"]["scrollId"].as_str() {
            Some(id) => scroll = format!("&page=0&scrollId={id}"),
            None => break assert_eq!(page["meta"]["hasMore"], false),
        }
    }
    assert!((900..=1_000).contains(&seen.len()), "{}", seen.len());
    assert_eq!(pages, seen.len().div_ceil(100));
}

#[tokio::test]
async fn numbered_pages_and_other_orders_work_too() {
    let bench = Bench::start(50).await;
    let all = json_of(bench.contacts("size=500")).await;
    let second = json_of(bench.contacts("size=10&page=1")).await;
    assert_eq!(list(&second["data"])[0], list(&all["data"])[10]);
    assert!(list(&all["data"])[0].get("emails").is_none());
    let backwards = json_of(bench.contacts("size=500&sort=id,DESC")).await;
    assert_eq!(list(&backwards["data"]).last(), list(&all["data"]).first());
    let service = json_of(bench.contacts("filter=contactType%3D%3Dservice&sort=name,ASC")).await;
    assert!(list(&service["data"]).iter().all(|contact| contact["contactType"] == "service"));
}

#[tokio::test]
async fn mistakes_are_refused_and_the_key_is_needed() {
    let bench = Bench::start(50).await;
    for query in
        ["size=x", "size=0", "details=SHOES", "filter=a", "sort=shoes", "useScrollId=true", "scrollId=x"]
    {
        assert_eq!(bench.contacts(query).send().await.unwrap().status(), 400, "{query}");
    }
    let address = format!("{}/directory-contacts/api/v3/contacts", bench.sandbox.eight());
    for request in [bench.http.get(&address), bench.http.get(&address).header("x-api-key", "wrong")] {
        let reply = request.send().await.unwrap();
        assert_eq!(reply.status(), 401);
        let body: Value = reply.json().await.unwrap();
        assert!(body["fault"]["faultstring"].is_string());
    }
}

#[tokio::test]
async fn sixty_requests_a_minute_are_the_limit() {
    let bench = Bench::start(1).await;
    for _ in 0..60 {
        assert_eq!(bench.contacts("").send().await.unwrap().status(), 200);
    }
    let reply = bench.contacts("").send().await.unwrap();
    assert_eq!(reply.status(), 429);
    assert!(!reply.headers().contains_key("retry-after"));
    bench.sandbox.control().advance(60.0);
    assert_eq!(bench.contacts("").send().await.unwrap().status(), 200);
}
