//! An application that acts for itself: certificates, its tokens, rolling keys, writing presence.

use sandbox::Visit;
use serde_json::{Value, json};

use crate::certificate::Certificate;
use crate::install::*;
use crate::support::{ADMIN, Bench, text};

/// A registered application with a certificate and application permissions, and the administrator's token.
async fn installed(bench: &Bench, certificate: &Certificate) -> (Registered, String) {
    let token = bench.administrator(ADMIN).await;
    let app = bench.register(&token, Some(certificate)).await;
    for role in [PRESENCE_READ_ALL_ROLE, PRESENCE_WRITE_ALL_ROLE] {
        assert_eq!(bench.assign(&token, &app.principal, role).await.0, 201);
    }
    (app, token)
}

async fn own_token(bench: &Bench, app: &Registered, certificate: &Certificate) -> String {
    let assertion = certificate.sign("PS256", &bench.claims(&app.app_id));
    let (status, answer) = bench.credentials(&app.app_id, &assertion).await;
    assert_eq!(status, 200, "{answer}");
    text(&answer["access_token"])
}

#[tokio::test]
async fn an_application_proves_itself_with_its_certificate() {
    let bench = bare().await;
    let certificate = Certificate::new(0);
    let (app, token) = installed(&bench, &certificate).await;
    for algorithm in ["RS256", "PS256"] {
        let assertion = certificate.sign(algorithm, &bench.claims(&app.app_id));
        let (status, answer) = bench.credentials(&app.app_id, &assertion).await;
        assert_eq!((status, answer.get("refresh_token")), (200, None), "{answer}");
    }
    let path = format!("applications/{}?$select=keyCredentials", app.id);
    let shown = &bench.read(&token, &path).await["keyCredentials"][0];
    assert_eq!(shown["customKeyIdentifier"], certificate.thumbprint());
    assert!(shown["key"].is_string());
    let shown = &bench.read(&token, &format!("applications/{}", app.id)).await["keyCredentials"][0];
    assert!(shown["key"].is_null());

    let own = own_token(&bench, &app, &certificate).await;
    assert_eq!(bench.presences(&own, &bench.ids()[..2]).await.status(), 200);
    assert_eq!(bench.call(&own, "GET", "me", Value::Null).await.0, 400);
    assert_eq!(bench.call(&own, "GET", "users", Value::Null).await.0, 403);
    assert_eq!(bench.call(&own, "GET", "applications", Value::Null).await.0, 403);
}

#[tokio::test]
async fn assertions_that_prove_nothing_are_refused() {
    let bench = bare().await;
    let certificate = Certificate::new(0);
    let (app, _) = installed(&bench, &certificate).await;
    let good = bench.claims(&app.app_id);
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        certificate.sign("RS256", &claims)
    };
    let now = now_ms() / 1000;
    for (assertion, code) in [
        (Certificate::new(1).sign("RS256", &good), 700_027),
        (with("iss", json!("somebody")), 700_021),
        (with("aud", json!("https://login.example/token")), 700_023),
        (with("exp", json!(now - 3_600)), 700_024),
        (with("exp", json!(now + 7_200)), 700_024),
        (with("nbf", json!(now + 3_600)), 700_024),
        (with("jti", json!("")), 50_027),
        ("nonsense".to_owned(), 50_027),
    ] {
        let (status, answer) = bench.credentials(&app.app_id, &assertion).await;
        assert_eq!(
            (status, &answer["error_codes"][0], &answer["error"]),
            (401, &json!(code), &json!("invalid_client"))
        );
    }
    let mut forged = certificate.sign("RS256", &good);
    forged.truncate(forged.len() - 8);
    forged.push_str("AAAAAAAA");
    assert_eq!(bench.credentials(&app.app_id, &forged).await.1["error_codes"][0], 700_027);

    let client = ("client_id", app.app_id.as_str());
    let grant = ("grant_type", "client_credentials");
    let scope = ("scope", "https://graph.microsoft.com/.default");
    for (fields, code) in [
        (vec![grant, client, scope], 7_000_218),
        (vec![grant, client, scope, ("client_secret", "x")], 7_000_215),
        (vec![grant, scope, ("client_id", "3d5b6c5e-0000-4000-8000-000000000000")], 700_016),
        (vec![("grant_type", "refresh_token"), client, ("client_secret", "x")], 700_025),
    ] {
        let answer: Value = bench.token(&fields).await.json().await.unwrap();
        assert_eq!(answer["error_codes"][0], code, "{answer}");
    }
}

#[tokio::test]
async fn a_certificate_out_of_date_opens_nothing_and_a_fresh_one_only_once_it_is_seen() {
    let bench = bare().await;
    let old = Certificate::lasting(0, "200101000000Z", "210101000000Z");
    let token = bench.administrator(ADMIN).await;
    let mut credential = old.credential();
    credential["startDateTime"] = json!("2020-01-01T00:00:00Z");
    let app = bench.register(&token, None).await;
    let path = format!("applications/{}", app.id);
    let body = json!({ "keyCredentials": [credential] });
    assert_eq!(bench.call(&token, "PATCH", &path, body).await.0, 204);
    let assertion = |certificate: &Certificate| certificate.sign("RS256", &bench.claims(&app.app_id));
    assert_eq!(bench.credentials(&app.app_id, &assertion(&old)).await.1["error_codes"][0], 7_000_222);

    let fresh = Certificate::new(1);
    bench.sandbox.control().set_replication(std::time::Duration::from_secs(2));
    let body = json!({ "keyCredentials": [fresh.credential()] });
    assert_eq!(bench.call(&token, "PATCH", &path, body).await.0, 204);
    assert_eq!(bench.credentials(&app.app_id, &assertion(&fresh)).await.1["error_codes"][0], 700_027);
    bench.sandbox.control().advance(2.0);
    assert_eq!(bench.credentials(&app.app_id, &assertion(&fresh)).await.0, 200);
    assert_eq!(bench.credentials(&app.app_id, &assertion(&old)).await.1["error_codes"][0], 700_027);
    assert_eq!(bench.sandbox.control().applications().last().unwrap().credentials, 1);
}

#[tokio::test]
async fn an_application_rolls_its_own_keys() {
    let bench = bare().await;
    let (first, second) = (Certificate::new(0), Certificate::new(1));
    let (app, _) = installed(&bench, &first).await;
    let own = own_token(&bench, &app, &first).await;
    let now = now_ms() / 1000;
    let proof = |certificate: &Certificate, issuer: &str, exp: i64| {
        let audience = "00000002-0000-0000-c000-000000000000";
        certificate.sign("RS256", &json!({ "iss": issuer, "aud": audience, "nbf": now, "exp": exp }))
    };
    let path = format!("applications/{}/addKey", app.id);
    let add = |proof: String| json!({ "keyCredential": second.credential(), "passwordCredential": null, "proof": proof });
    for wrong in [
        proof(&second, &app.id, now + 600),
        proof(&first, &app.app_id, now + 600),
        proof(&first, &app.id, now + 3_600),
        proof(&first, &app.id, now - 1),
        "nonsense".to_owned(),
    ] {
        let (status, body) = bench.call(&own, "POST", &path, add(wrong)).await;
        assert_eq!((status, &body["error"]["code"]), (401, &json!("Authentication_MissingOrMalformed")));
    }
    let (status, added) = bench.call(&own, "POST", &path, add(proof(&first, &app.id, now + 600))).await;
    assert_eq!((status, &added["key"]), (200, &Value::Null), "{added}");
    own_token(&bench, &app, &second).await;
    let token = bench.administrator(ADMIN).await;
    let keys = bench.read(&token, &format!("applications/{}", app.id)).await["keyCredentials"].clone();
    let old =
        keys.as_array().unwrap().iter().find(|key| key["customKeyIdentifier"] == first.thumbprint()).unwrap();
    let path = format!("applications/{}/removeKey", app.id);
    let body = json!({ "keyId": old["keyId"], "proof": proof(&second, &app.id, now + 600) });
    assert_eq!(bench.call(&own, "POST", &path, body.clone()).await.0, 204);
    assert_eq!(bench.call(&own, "POST", &path, body).await.0, 400);
    let assertion = first.sign("RS256", &bench.claims(&app.app_id));
    assert_eq!(bench.credentials(&app.app_id, &assertion).await.1["error_codes"][0], 700_027);
    // Somebody else's application is not its business.
    let other = bench.register(&token, None).await;
    let path = format!("applications/{}/addKey", other.id);
    assert_eq!(bench.call(&own, "POST", &path, add(proof(&second, &other.id, now + 600))).await.0, 403);
}

#[tokio::test]
async fn an_application_writes_presence_in_its_own_session() {
    let bench = bare().await;
    let certificate = Certificate::new(0);
    let (app, _) = installed(&bench, &certificate).await;
    let own = own_token(&bench, &app, &certificate).await;
    let person = bench.sandbox.control().people()[4].clone();
    let set = format!("users/{}/presence/setPresence", person.id);
    let clear = format!("users/{}/presence/clearPresence", person.id);
    let body = |availability: &str, activity: &str, session: &str, life: Option<&str>| {
        json!({
            "sessionId": session, "availability": availability, "activity": activity, "expirationDuration": life,
        })
    };
    let good = body("Busy", "InACall", &app.app_id, Some("PT10M"));
    assert_eq!(bench.call(&own, "POST", &clear, json!({ "sessionId": app.app_id })).await.0, 404);
    for (wrong, status) in [
        (body("Busy", "Busy", &app.app_id, None), 400),
        (body("Busy", "InACall", bench.sandbox.client_id(), None), 400),
        (body("Busy", "InACall", &app.app_id, Some("PT1M")), 400),
        (body("Busy", "InACall", &app.app_id, Some("PT5H")), 400),
        (body("Busy", "InACall", &app.app_id, Some("soon")), 400),
        (good.clone(), 200),
    ] {
        assert_eq!(bench.call(&own, "POST", &set, wrong.clone()).await.0, status, "{wrong}");
    }
    let open = bench.sandbox.control().presence_sessions();
    assert_eq!((open.len(), open[0].user.as_str()), (1, person.user_principal_name.as_str()));
    assert_eq!(bench.call(&own, "POST", &clear, json!({ "sessionId": app.app_id })).await.0, 200);
    assert!(bench.sandbox.control().presence_sessions().is_empty());
    assert_eq!(bench.call(&own, "POST", &set, good.clone()).await.0, 200);
    bench.sandbox.control().advance(601.0);
    assert_eq!(bench.call(&own, "POST", &clear, json!({ "sessionId": app.app_id })).await.0, 404);
    let nobody = "users/3d5b6c5e-0000-4000-8000-000000000000/presence/setPresence";
    assert_eq!(bench.call(&own, "POST", nobody, good.clone()).await.0, 404);
    // A signed-in person may write the own presence only.
    let answer = bench.tokens_as(&app.app_id, "openid Presence.ReadWrite", &Visit::of(ADMIN)).await;
    assert_eq!(bench.call(&text(&answer["access_token"]), "POST", &set, good).await.0, 401);
}
