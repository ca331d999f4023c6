//! Entra: discovery, pages, codes and tokens.

use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use sandbox::{Options, Sandbox, VisitError, visit};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::support::{ADMIN, Bench, REDIRECT, VERIFIER, between, location, query_of, text};

#[tokio::test]
async fn a_whole_sign_in_gives_a_verifiable_identity() {
    let bench = Bench::start(50).await;
    let answer = bench.sign_in(ADMIN).await;
    assert_eq!(answer["token_type"], "Bearer");
    assert!((3_600..=5_400).contains(&answer["expires_in"].as_i64().unwrap()));
    assert!(text(&answer["scope"]).contains("Presence.Read.All"));
    assert!((1_300..=1_500).contains(&text(&answer["refresh_token"]).len()));

    let domain =
        format!("{}/brightwater.example/v2.0/.well-known/openid-configuration", bench.sandbox.login());
    let metadata: Value = bench.get(&domain).await.json().await.unwrap();
    let keys: Value = bench.get(metadata["jwks_uri"].as_str().unwrap()).await.json().await.unwrap();
    let token = text(&answer["id_token"]);
    let header = jsonwebtoken::decode_header(&token).unwrap();
    let key = &keys["keys"][0];
    assert_eq!(Some(text(&key["kid"])), header.kid);
    let key =
        DecodingKey::from_rsa_components(key["n"].as_str().unwrap(), key["e"].as_str().unwrap()).unwrap();
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_audience(&[bench.sandbox.client_id()]);
    rules.set_issuer(&[metadata["issuer"].as_str().unwrap()]);
    let claims = jsonwebtoken::decode::<Value>(&token, &key, &rules).unwrap().claims;
    assert_eq!(claims["nonce"], "the-nonce");
    assert_eq!(claims["tid"], bench.sandbox.tenant());
    assert_eq!(claims["preferred_username"], ADMIN);
    assert_eq!(claims["wids"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn an_unknown_tenant_has_no_metadata() {
    let bench = Bench::start(1).await;
    let login = bench.sandbox.login();
    let reply = bench.get(&format!("{login}/contoso.example/v2.0/.well-known/openid-configuration")).await;
    assert_eq!(reply.status(), 400);
    let body: Value = reply.json().await.unwrap();
    assert_eq!(body["error_codes"], json!([90_002]));
    let template = bench.get(&format!("{login}/organizations/v2.0/.well-known/openid-configuration")).await;
    let template: Value = template.json().await.unwrap();
    assert_eq!(text(&template["issuer"]), format!("{login}/{{tenantid}}/v2.0"));
}

#[tokio::test]
async fn a_wrong_client_or_redirect_gets_a_page_and_never_a_redirect() {
    let bench = Bench::start(1).await;
    for (parameter, value, code) in [
        ("redirect_uri", Some("http://localhost:5123/callback"), "AADSTS50011"),
        ("redirect_uri", Some("https://evil.example/"), "AADSTS50011"),
        ("redirect_uri", None, "AADSTS900144"),
        ("client_id", Some("00000000-0000-0000-0000-000000000000"), "AADSTS700016"),
        ("client_id", None, "AADSTS900144"),
    ] {
        let reply = bench.get(&bench.authorize(&[(parameter, value)])).await;
        assert_eq!(reply.status(), 400);
        assert!(reply.headers().get("location").is_none());
        assert!(reply.text().await.unwrap().contains(code));
    }
}

#[tokio::test]
async fn other_mistakes_go_back_to_the_application_with_its_state() {
    let bench = Bench::start(1).await;
    for (parameter, value, error, code) in [
        ("code_challenge", None, "invalid_request", "AADSTS9002325"),
        ("code_challenge_method", Some("plain"), "invalid_request", "AADSTS9002325"),
        ("code_challenge", Some("short"), "invalid_request", "AADSTS501491"),
        ("response_type", Some("token"), "unsupported_response_type", "AADSTS700054"),
        ("response_mode", Some("fragment"), "invalid_request", "AADSTS70007"),
        ("scope", Some("openid Teleport.All"), "invalid_scope", "AADSTS70011"),
        ("prompt", Some("none"), "login_required", "AADSTS50058"),
        ("prompt", Some("maybe"), "invalid_request", "AADSTS90023"),
    ] {
        let reply = bench.get(&bench.authorize(&[(parameter, value)])).await;
        let address = location(&reply);
        assert!(address.starts_with("http://localhost:5123/?"), "{address}");
        let query = query_of(&address);
        assert_eq!(query["error"], error);
        assert!(
            query["error_description"].starts_with(&format!("{code}: ")),
            "{}",
            query["error_description"]
        );
        assert_eq!(query["state"], "the state");
    }
}

#[tokio::test]
async fn the_picker_lists_accounts_and_shows_hostile_names_as_text() {
    let bench = Bench::start(200).await;
    let hint = ("login_hint", Some(ADMIN));
    let reply = bench.get(&bench.authorize(&[hint])).await;
    let policy = reply.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"));
    let page = reply.text().await.unwrap();
    assert!(page.contains("<title>Sign in to your account (sandbox tenant)</title>"));
    assert_eq!(between(&page, "name=\"account\" value=\"", "\""), bench.sandbox.status_user());
    assert!(page.contains(&format!("data-account=\"{ADMIN}\" aria-current=\"true\"")));
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"));
    assert!(!page.contains("<img") && !page.contains("<script"));
}

#[tokio::test]
async fn accounts_that_may_not_sign_in_are_told_so_on_the_page() {
    let bench = Bench::start(50).await;
    let token = bench.access().await;
    let users: Value = bench
        .graph(&token, "users?$select=userPrincipalName,userType,accountEnabled&$top=999")
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let find = |test: &dyn Fn(&Value) -> bool| {
        let user = users["value"].as_array().unwrap().iter().find(|user| test(user)).unwrap();
        text(&user["userPrincipalName"])
    };
    let guest = find(&|user| user["userType"] == "Guest");
    let disabled = find(&|user| user["accountEnabled"] == false);
    for (account, code) in
        [("nobody@brightwater.example", "50034"), (guest.as_str(), "50020"), (&disabled, "50057"), ("", "")]
    {
        let page = bench.get(&bench.authorize(&[])).await.text().await.unwrap();
        let reply = bench.post_form(&page, &[("account", account)]).await;
        assert_eq!(reply.status(), 200);
        let again = reply.text().await.unwrap();
        assert!(between(&again, "role=\"alert\"", "</p>").contains(code));
        // The page still works.
        let reply = bench.post_form(&again, &[("account", ADMIN)]).await;
        assert!(query_of(&location(&reply)).contains_key("code"));
    }
}

#[tokio::test]
async fn a_page_works_once_and_cancelling_goes_back() {
    let bench = Bench::start(1).await;
    let page = bench.get(&bench.authorize(&[])).await.text().await.unwrap();
    let query = query_of(&location(&bench.post_form(&page, &[("cancel", "1")]).await));
    assert_eq!((query["error"].as_str(), query["state"].as_str()), ("access_denied", "the state"));
    assert!(query["error_description"].starts_with("AADSTS65004"));
    let again = bench.post_form(&page, &[("account", ADMIN)]).await;
    assert_eq!(again.status(), 400);
    assert!(again.text().await.unwrap().contains("AADSTS50089"));
}

#[tokio::test]
async fn consent_is_asked_once_and_only_of_those_who_may_give_it() {
    let bench = Bench::start(50).await;
    bench.sandbox.control().scopes(vec!["User.Read".to_owned()]);
    let person = bench.sandbox.control().people()[3].user_principal_name.clone();

    let page = bench.get(&bench.authorize(&[])).await.text().await.unwrap();
    let page = bench.post_form(&page, &[("account", &person)]).await.text().await.unwrap();
    assert!(page.contains("Need admin approval") && page.contains("AADSTS90094"));
    let query = query_of(&location(&bench.post_form(&page, &[("cancel", "1")]).await));
    assert_eq!(query["error"], "access_denied");

    let modest = [("scope", Some("openid User.ReadBasic.All Presence.Read.All"))];
    let page = bench.get(&bench.authorize(&modest)).await.text().await.unwrap();
    let page = bench.post_form(&page, &[("account", &person)]).await.text().await.unwrap();
    assert!(page.contains("Permissions requested") && !page.contains("on behalf of"));
    let reply = bench.post_form(&page, &[("decision", "accept")]).await;
    let code = query_of(&location(&reply))["code"].clone();
    let answer: Value = bench.redeem(&code).await.json().await.unwrap();
    assert_eq!(answer["scope"], "Presence.Read.All User.Read User.ReadBasic.All openid");
    assert!(answer.get("refresh_token").is_none());
    // The second time nobody asks.
    let page = bench.get(&bench.authorize(&modest)).await.text().await.unwrap();
    location(&bench.post_form(&page, &[("account", &person)]).await);

    let page = bench.get(&bench.authorize(&[])).await.text().await.unwrap();
    let page = bench.post_form(&page, &[("account", ADMIN)]).await.text().await.unwrap();
    location(&bench.post_form(&page, &[("decision", "accept"), ("organisation", "1")]).await);
    bench.sign_in(&person).await;
}

#[tokio::test]
async fn a_code_is_good_once_for_ten_minutes_and_with_its_verifier() {
    let bench = Bench::start(1).await;
    let code = bench.code(ADMIN).await;
    assert_eq!(bench.redeem(&code).await.status(), 200);
    assert_eq!(error_of(bench.redeem(&code).await).await, ("invalid_grant".to_owned(), 54_005));

    let code = bench.code(ADMIN).await;
    let grant = ("grant_type", "authorization_code");
    let redirect = ("redirect_uri", REDIRECT);
    let wrong = bench.token(&[grant, ("code", &code), redirect, ("code_verifier", "wrong")]).await;
    assert_eq!(error_of(wrong).await.1, 501_481);
    let code = bench.code(ADMIN).await;
    let other = ("redirect_uri", "http://localhost:9/");
    let wrong = bench.token(&[grant, ("code", &code), other, ("code_verifier", VERIFIER)]).await;
    assert_eq!(error_of(wrong).await.1, 500_112);

    let code = bench.code(ADMIN).await;
    bench.sandbox.control().advance(601.0);
    assert_eq!(error_of(bench.redeem(&code).await).await.1, 70_008);
    assert_eq!(error_of(bench.redeem("made up").await).await.1, 70_000);
}

#[tokio::test]
async fn a_public_client_sends_no_secret_and_knows_two_grants() {
    let bench = Bench::start(1).await;
    for (fields, error, code, status) in [
        (vec![("grant_type", "password")], "unsupported_grant_type", 70_003, 400),
        (vec![("grant_type", "refresh_token"), ("client_secret", "x")], "invalid_client", 700_025, 401),
        (vec![("grant_type", "refresh_token")], "invalid_request", 900_144, 400),
        (vec![("grant_type", "refresh_token"), ("client_id", "x")], "unauthorized_client", 700_016, 400),
        (vec![("grant_type", "refresh_token"), ("refresh_token", "x")], "invalid_grant", 70_000, 400),
        (vec![], "invalid_request", 900_144, 400),
    ] {
        let reply = bench.token(&fields).await;
        assert_eq!(reply.status(), status);
        assert_eq!(error_of(reply).await, (error.to_owned(), code));
    }
}

#[tokio::test]
async fn refresh_tokens_rotate_survive_a_restart_and_can_be_revoked() {
    let bench = Bench::start(50).await;
    let first = text(&bench.sign_in(bench.sandbox.status_user()).await["refresh_token"]);
    let answer: Value = bench.renew(&first).await.json().await.unwrap();
    let second = text(&answer["refresh_token"]);
    assert_ne!(first, second);
    assert_eq!(bench.renew(&first).await.status(), 200, "the old one stays good");

    let restarted = Bench::start(50).await;
    let answer: Value = restarted.renew(&second).await.json().await.unwrap();
    let access = text(&answer["access_token"]);
    assert_eq!(restarted.graph(&access, "me").send().await.unwrap().status(), 200);
    let other_seed = Bench::with(Options { people: 50, seed: 8, ..Options::default() }).await;
    assert_eq!(other_seed.renew(&second).await.status(), 400);

    bench.sandbox.control().revoke(Some(ADMIN)).unwrap();
    assert_eq!(bench.renew(&second).await.status(), 200, "somebody else was revoked");
    bench.sandbox.control().revoke(Some(bench.sandbox.status_user())).unwrap();
    assert_eq!(error_of(bench.renew(&second).await).await, ("invalid_grant".to_owned(), 50_173));
    let fresh = text(&bench.sign_in(bench.sandbox.status_user()).await["refresh_token"]);
    assert_eq!(bench.renew(&fresh).await.status(), 200);
    bench.sandbox.control().revoke(None).unwrap();
    assert_eq!(error_of(bench.renew(&fresh).await).await.1, 50_173);
}

#[tokio::test]
async fn consent_taken_back_ends_the_next_refresh() {
    let bench = Bench::start(1).await;
    let refresh = text(&bench.sign_in(ADMIN).await["refresh_token"]);
    bench.sandbox.control().scopes(Vec::new());
    let body: Value = bench.renew(&refresh).await.json().await.unwrap();
    assert_eq!((&body["error"], &body["suberror"]), (&json!("invalid_grant"), &json!("consent_required")));
}

#[tokio::test]
async fn a_visitor_signs_in_as_a_person_would() {
    let bench = Bench::start(50).await;
    bench.sandbox.control().scopes(Vec::new());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let redirect = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    let address = bench.authorize(&[("redirect_uri", Some(&redirect))]);
    let listening = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut buffer = [0; 4096];
        let length = stream.read(&mut buffer).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await.unwrap();
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    let (outcome, request) = tokio::join!(visit(&address, ADMIN), listening);
    outcome.unwrap();
    assert!(request.starts_with("GET /?code="), "{request}");
    assert!(request.contains("state=the+state"));

    let refused = visit(&address, "nobody@brightwater.example").await.unwrap_err();
    assert!(matches!(&refused, VisitError::Refused(text) if text.contains("AADSTS50034")), "{refused}");
    let wrong = bench.authorize(&[("client_id", Some("x"))]);
    assert!(matches!(visit(&wrong, ADMIN).await, Err(VisitError::Refused(_))));
    assert!(matches!(visit("nonsense", ADMIN).await, Err(VisitError::Address(_))));
    let elsewhere = format!("{}/organization", bench.sandbox.graph());
    assert!(matches!(visit(&elsewhere, ADMIN).await, Err(VisitError::Unknown)));
}

#[tokio::test]
async fn the_port_is_free_as_soon_as_the_sandbox_is_gone() {
    let bench = Bench::start(1).await;
    assert_eq!(bench.get(&format!("{}/control", bench.sandbox.base())).await.status(), 200);
    let port = bench.sandbox.address().port();
    let options = Options { people: 1, port, ..Options::default() };
    let taken = Sandbox::start(options.clone()).await.unwrap_err();
    assert!(taken.to_string().contains(&port.to_string()));
    drop(bench.sandbox);
    let again = Sandbox::start(options.clone()).await.unwrap();
    again.stop().await;
    Sandbox::start(options).await.unwrap();
}

async fn error_of(reply: reqwest::Response) -> (String, i64) {
    let body: Value = reply.json().await.unwrap();
    assert!(body["trace_id"].is_string() && body["correlation_id"].is_string());
    (text(&body["error"]), body["error_codes"][0].as_i64().unwrap())
}
