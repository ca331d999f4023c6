//! Writing the 8x8 directory contacts.

use sandbox::{Contradictions, ErrorBody, Fault, FaultKind, Place, Unique};
use serde_json::{Value, json};

use crate::support::{Bench, json_of, list, text};

impl Bench {
    async fn contact(&self, method: &str, id: &str, body: &Value) -> (u16, Value) {
        self.contact_with(self.sandbox.management_key(), method, id, body).await
    }

    async fn contact_with(&self, key: &str, method: &str, id: &str, body: &Value) -> (u16, Value) {
        let address = format!("{}/directory-contacts/api/v3/contacts{id}", self.sandbox.eight());
        let request = self.http.request(method.parse().unwrap(), address).header("x-api-key", key);
        let reply = request.json(body).send().await.unwrap();
        (reply.status().as_u16(), reply.json().await.unwrap_or_default())
    }
}

fn ann() -> Value {
    json!({
        "contactType": "company",
        "customerId": "0012J00002brightwater",
        "firstName": "Ann",
        "lastName": "Poe",
        "companyName": "Northwind",
        "nickName": "Annie",
        "emails": [{ "email": "ann.poe@northwind.example", "primary": true, "purposeType": "WORK" }],
        "phones": [{ "phone": "+18005550100", "primary": true, "purposeType": "MOBILE", "source": "EXTERNAL" }],
        "tags": [
            { "name": "customField9", "value": "teams-presence-sync/1" },
            { "name": "customField10", "value": "00000000-0000-4000-8000-000000000001" },
        ],
    })
}

#[tokio::test]
async fn a_contact_is_made_found_replaced_and_deleted() {
    let bench = Bench::start(50).await;
    let (status, made) = bench.contact("POST", "", &ann()).await;
    assert_eq!((status, &made["contactType"]), (200, &json!("company")), "{made}");
    let id = text(&made["id"]);
    let filter = "details=TAG,EMAIL,PHONE&useScrollId=true&size=1&sort=id,ASC\
                  &filter=contactType%3D%3Dcompany;tag.name%3D%3DcustomField9;tag.value%3D%3Dteams-presence-sync*";
    let found = json_of(bench.contacts(filter)).await;
    assert_eq!(list(&found["data"]).len(), 1);
    assert_eq!((&found["data"][0]["id"], &found["data"][0]["nickName"]), (&json!(id), &json!("Annie")));
    assert_eq!(found["data"][0]["tags"], made["tags"]);
    let all = json_of(bench.contacts("size=1000&sort=id,ASC")).await;
    assert_eq!(list(&all["data"]).last().unwrap()["id"], id.as_str());

    let mut less = ann();
    less["lastName"] = json!("Roe");
    for name in ["nickName", "phones", "companyName"] {
        less.as_object_mut().unwrap().remove(name);
    }
    let (status, replaced) = bench.contact("PUT", &format!("/{id}"), &less).await;
    assert_eq!((status, &replaced["lastName"]), (200, &json!("Roe")));
    assert!(replaced.get("nickName").is_none() && replaced["companyName"].is_null());
    assert!(list(&replaced["phones"]).is_empty());
    assert_ne!(replaced["emails"][0]["id"], made["emails"][0]["id"], "parts get other ids");
    let truth = bench.sandbox.control().contacts_written();
    assert_eq!(
        (truth[0].id.as_str(), truth[0].writes, &truth[0].body["lastName"]),
        (id.as_str(), 2, &json!("Roe"))
    );

    assert_eq!(bench.contact("DELETE", &format!("/{id}"), &Value::Null).await.0, 200);
    for method in ["PUT", "DELETE"] {
        assert_eq!(bench.contact(method, &format!("/{id}"), &less).await.0, 404);
    }
    assert!(bench.sandbox.control().contacts_written().is_empty());
}

#[tokio::test]
async fn what_may_not_be_written_is_refused() {
    let bench = Bench::start(50).await;
    let control = bench.sandbox.control();
    let search = bench.sandbox.search_key().to_owned();
    assert_eq!(bench.contact_with(&search, "POST", "", &ann()).await.0, 403);
    assert_eq!(bench.contact_with("made up", "POST", "", &ann()).await.0, 401);
    let (_, made) = bench.contact("POST", "", &ann()).await;
    let id = format!("/{}", text(&made["id"]));
    let (status, body) = bench.contact("POST", "", &ann()).await;
    assert_eq!((status, &body["error"]), (400, &json!("Bad Request")));
    assert_eq!(bench.contact("PUT", &id, &ann()).await.0, 200, "a contact may keep what it has");
    let mut dated = ann();
    dated["createdTimestamp"] = json!(1);
    assert_eq!(bench.contact("PUT", &id, &dated).await.0, 400);
    let corporate = json_of(bench.contacts("size=1&filter=contactType%3D%3Dcorporate")).await;
    let other = format!("/{}", text(&corporate["data"][0]["id"]));
    for method in ["PUT", "DELETE"] {
        assert_eq!(bench.contact(method, &other, &ann()).await.0, 403);
    }
    let person = json!({ "contactType": "company", "customerId": "0012J00002brightwater", "emails": [
        { "email": "admin@brightwater.example", "primary": true, "purposeType": "WORK" }] });
    for (unique, own, hers) in
        [(Unique::WithinContact, 200, 200), (Unique::AmongCompany, 409, 200), (Unique::AmongAll, 409, 409)]
    {
        control.set_contradictions(Contradictions {
            unique,
            duplicate_status: 409,
            contact_errors: ErrorBody::Empty,
            ..Contradictions::default()
        });
        for (body, expected) in [(ann(), own), (person.clone(), hers)] {
            let (status, made) = bench.contact("POST", "", &body).await;
            assert_eq!(status, expected, "{unique:?}: {made}");
            if status == 200 {
                bench.contact("DELETE", &format!("/{}", text(&made["id"])), &Value::Null).await;
            }
        }
    }
    control.replace_faults(vec![Fault::new(Place::ContactsWrite, FaultKind::Status { status: 502 })]);
    assert_eq!(bench.contact("DELETE", &id, &Value::Null).await.0, 502);
    assert_eq!(bench.contacts("size=1").send().await.unwrap().status(), 200);
}

#[tokio::test]
async fn reading_and_writing_share_one_limit() {
    let bench = Bench::start(50).await;
    let control = bench.sandbox.control();
    for number in 0..60 {
        let (status, expected) = match number % 2 {
            0 => (bench.contacts("size=1").send().await.unwrap().status().as_u16(), 200),
            _ => (bench.contact("DELETE", "/bw000000000000", &Value::Null).await.0, 404),
        };
        assert_eq!(status, expected);
    }
    assert_eq!(bench.contact("POST", "", &ann()).await.0, 429);
    assert!(control.contacts_written().is_empty());
    let load = control.contacts_load();
    assert_eq!((load.last_minute, load.busiest_minute), (61, 61));
    control.set_contacts_limit(false);
    assert_eq!(bench.contact("POST", "", &ann()).await.0, 200);
    control.set_contacts_limit(true);
    assert_eq!(bench.contact("POST", "", &ann()).await.0, 429);
    control.advance(60.0);
    assert_eq!(control.contacts_load().last_minute, 0);
    assert_eq!(bench.contacts("size=1").send().await.unwrap().status(), 200);
}
