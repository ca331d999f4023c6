//! The sign-in pages: passwords, second factors, consent of one and of all, and every refusal.

use sandbox::{Guests, Visit, VisitError};
use serde_json::{Value, json};

use crate::install::*;
use crate::support::{ADMIN, Bench, between, location, query_of, text};

const SCOPE: &str = "openid Presence.Read.All";

/// A bare tenant with the status user and a registered application.
async fn prepared() -> (Bench, Registered, Visit) {
    let bench = bare().await;
    let token = bench.administrator(ADMIN).await;
    bench.post(&token, "users", status_user(STATUS)).await;
    let app = bench.register(&token, None).await;
    (bench, app, Visit { password: Some(PASSWORD.into()), ..Visit::of(STATUS) })
}

fn refused(outcome: Result<(std::collections::HashMap<String, String>, String), VisitError>) -> String {
    match outcome {
        Err(VisitError::Refused(text)) => text,
        other => panic!("{other:?}"),
    }
}

/// Opens an authorize address of the application and picks an account; gives the next page.
async fn pick(bench: &Bench, app: &Registered, account: &str) -> String {
    let changes = [("client_id", Some(app.app_id.as_str())), ("scope", Some(SCOPE))];
    let address =
        bench.authorize(&changes).replace("/organizations/", &format!("/{}/", bench.sandbox.tenant()));
    let page = bench.get(&address).await.text().await.unwrap();
    bench.post_form(&page, &[("account", account)]).await.text().await.unwrap()
}

#[tokio::test]
async fn a_password_set_through_graph_is_asked_for() {
    let (bench, app, visit) = prepared().await;
    let page = pick(&bench, &app, STATUS).await;
    assert_eq!(between(&page, "data-page=\"", "\""), "password");
    let again = bench.post_form(&page, &[("password", "wrong")]).await.text().await.unwrap();
    assert_eq!(between(&again, "data-page=\"", "\""), "password");
    assert!(between(&again, "role=\"alert\"", "</p>").contains("AADSTS50126"));
    let consent = bench.post_form(&again, &[("password", PASSWORD)]).await.text().await.unwrap();
    assert_eq!(between(&consent, "data-page=\"", "\""), "consent");
    let wrong = Visit { password: None, ..visit.clone() };
    assert!(refused(bench.authorize_as(&app.app_id, SCOPE, &wrong).await).contains("AADSTS50126"));
    assert!(bench.authorize_as(&app.app_id, SCOPE, &visit).await.unwrap().0.contains_key("code"));
    // No page can be skipped.
    for step in ["consent", "register", "approve", "change-password"] {
        let page = pick(&bench, &app, STATUS).await.replace("/password\"", &format!("/{step}\""));
        let reply = bench.post_form(&page, &[("decision", "accept"), ("account", STATUS)]).await;
        assert_eq!(reply.status(), 400, "{step}");
        assert!(reply.text().await.unwrap().contains("AADSTS50089"));
    }
    // Accounts that were there from the start need none.
    let person = bench.sandbox.control().people()[2].user_principal_name.clone();
    assert!(pick(&bench, &app, &person).await.contains("data-page=\"consent\""));
}

#[tokio::test]
async fn a_new_password_is_chosen_when_it_must_be() {
    let (bench, app, visit) = prepared().await;
    bench.sandbox.control().force_password_change(STATUS).unwrap();
    let page = pick(&bench, &app, STATUS).await;
    let mut page = bench.post_form(&page, &[("password", PASSWORD)]).await.text().await.unwrap();
    for (old, new, again) in [
        ("wrong", "Harbour-8-lights", "Harbour-8-lights"),
        (PASSWORD, "Harbour-8-lights", "Harbour-9-lights"),
        (PASSWORD, PASSWORD, PASSWORD),
        (PASSWORD, "easy", "easy"),
    ] {
        assert_eq!(between(&page, "data-page=\"", "\""), "change-password");
        let fields = [("password", old), ("new_password", new), ("new_password_again", again)];
        page = bench.post_form(&page, &fields).await.text().await.unwrap();
        assert!(page.contains("role=\"alert\""));
    }
    let visit = Visit { new_password: Some("Harbour-8-lights".into()), ..visit };
    bench.authorize_as(&app.app_id, SCOPE, &visit).await.unwrap();
    let changed = Visit { password: Some("Harbour-8-lights".into()), ..Visit::of(STATUS) };
    bench.authorize_as(&app.app_id, SCOPE, &changed).await.unwrap();
}

#[tokio::test]
async fn second_factors_are_asked_for_and_registered() {
    let (bench, app, visit) = prepared().await;
    let control = bench.sandbox.control();
    control.require_mfa(STATUS, true).unwrap();
    let page = pick(&bench, &app, STATUS).await;
    let page = bench.post_form(&page, &[("password", PASSWORD)]).await.text().await.unwrap();
    assert_eq!(between(&page, "data-page=\"", "\""), "approve");
    let deny = Visit { deny: true, ..visit.clone() };
    let (told, _) = bench.authorize_as(&app.app_id, SCOPE, &deny).await.unwrap();
    assert_eq!(told["error"], "access_denied");
    assert!(bench.authorize_as(&app.app_id, SCOPE, &visit).await.unwrap().0.contains_key("code"));

    control.require_mfa(STATUS, false).unwrap();
    control.set_security_defaults(true);
    let page = pick(&bench, &app, STATUS).await;
    let page = bench.post_form(&page, &[("password", PASSWORD)]).await.text().await.unwrap();
    assert_eq!(between(&page, "data-page=\"", "\""), "register");
    assert!(page.contains("AADSTS50079"));
    let page = bench.post_form(&page, &[]).await.text().await.unwrap();
    assert_eq!(between(&page, "data-page=\"", "\""), "approve");
    assert_eq!(bench.post_form(&page, &[]).await.status(), 302);
    assert!(bench.authorize_as(&app.app_id, SCOPE, &visit).await.unwrap().0.contains_key("code"));
}

#[tokio::test]
async fn conditional_access_refuses_on_a_page_or_at_once() {
    let (bench, app, visit) = prepared().await;
    let control = bench.sandbox.control();
    for code in [53_003, 53_000, 50_131, 530_032, 530_035] {
        control.set_conditional_access(Some(code), Some(STATUS)).unwrap();
        let text = refused(bench.authorize_as(&app.app_id, SCOPE, &visit).await);
        assert!(text.contains(&format!("AADSTS{code}")) && text.contains("Correlation ID"), "{text}");
    }
    let back = Visit { go_back: true, ..visit.clone() };
    let (told, _) = bench.authorize_as(&app.app_id, SCOPE, &back).await.unwrap();
    assert!(told["error"] == "access_denied" && told["error_description"].starts_with("AADSTS530035"));
    bench.authorize_as(&app.app_id, SCOPE, &Visit::of(ADMIN)).await.unwrap();
    control.redirect_refusals(true);
    let (told, _) = bench.authorize_as(&app.app_id, SCOPE, &visit).await.unwrap();
    assert_eq!((told["error"].as_str(), told["state"].as_str()), ("access_denied", "the state"));
    control.set_conditional_access(None, Some(STATUS)).unwrap();
    assert!(bench.authorize_as(&app.app_id, SCOPE, &visit).await.unwrap().0.contains_key("code"));
    control.set_conditional_access(Some(53_003), None).unwrap();
    let (told, _) = bench.authorize_as(&app.app_id, SCOPE, &Visit::of(ADMIN)).await.unwrap();
    assert_eq!(told["error"], "access_denied");
}

#[tokio::test]
async fn a_refresh_is_refused_by_conditional_access_too() {
    let (bench, app, visit) = prepared().await;
    let answer = bench.tokens_as(&app.app_id, "openid offline_access Presence.Read.All", &visit).await;
    let refresh = text(&answer["refresh_token"]);
    let renew =
        [("grant_type", "refresh_token"), ("client_id", app.app_id.as_str()), ("refresh_token", &refresh)];
    assert_eq!(bench.token(&renew).await.status(), 200);
    bench.sandbox.control().set_conditional_access(Some(53_003), None).unwrap();
    let body: Value = bench.token(&renew).await.json().await.unwrap();
    assert_eq!((&body["error"], &body["error_codes"]), (&json!("invalid_grant"), &json!([53_003])));
    let other = bench.sandbox.administration_client_id();
    let stolen = [("grant_type", "refresh_token"), ("client_id", other), ("refresh_token", &refresh)];
    let body: Value = bench.token(&stolen).await.json().await.unwrap();
    assert_eq!(body["error_codes"], json!([70_000]), "a refresh token is its own client's");
}

#[tokio::test]
async fn people_of_elsewhere_and_disabled_accounts_are_told_so() {
    let (bench, app, visit) = prepared().await;
    let control = bench.sandbox.control();
    let stranger = Visit::of("someone@northwind.example");
    assert!(refused(bench.authorize_as(&app.app_id, SCOPE, &stranger).await).contains("AADSTS50020"));
    control.admit_foreigners(true);
    let answer = bench.tokens_as(&app.app_id, SCOPE, &stranger).await;
    let claims = text(&answer["id_token"]);
    let claims = jsonwebtoken::dangerous::insecure_decode::<Value>(&claims).unwrap().claims;
    assert_ne!(claims["tid"], bench.sandbox.tenant());
    assert_eq!(claims["preferred_username"], "someone@northwind.example");
    assert!(text(&claims["iss"]).contains(&text(&claims["tid"])) && claims.get("wids").is_none());

    let token = bench.administrator(ADMIN).await;
    let users = bench.read(&token, "users?$select=userPrincipalName,userType&$top=999").await;
    let all = users["value"].as_array().unwrap();
    let guest = text(&all.iter().find(|user| user["userType"] == "Guest").unwrap()["userPrincipalName"]);
    let guest = Visit::of(&guest);
    assert!(refused(bench.authorize_as(&app.app_id, SCOPE, &guest).await).contains("AADSTS50020"));
    control.set_guests(Guests::Refused);
    assert!(refused(bench.authorize_as(&app.app_id, SCOPE, &guest).await).contains("AADSTS90072"));
    control.set_guests(Guests::Admitted);
    assert!(bench.tokens_as(&app.app_id, SCOPE, &guest).await["access_token"].is_string());

    let path = format!("users/{STATUS}");
    let disabled = json!({ "accountEnabled": false });
    assert_eq!(bench.call(&token, "PATCH", &path, disabled).await.0, 204);
    assert!(refused(bench.authorize_as(&app.app_id, SCOPE, &visit).await).contains("AADSTS50057"));
}

#[tokio::test]
async fn users_consent_only_where_the_policy_lets_them() {
    let (bench, app, visit) = prepared().await;
    let control = bench.sandbox.control();
    let decline = Visit { decline: true, ..visit.clone() };
    let (told, _) = bench.authorize_as(&app.app_id, SCOPE, &decline).await.unwrap();
    assert!(told["error"] == "access_denied" && told["error_description"].starts_with("AADSTS65004"));
    control.set_user_consent(false);
    assert!(refused(bench.authorize_as(&app.app_id, SCOPE, &visit).await).contains("AADSTS90094"));
    let back = Visit { go_back: true, ..visit.clone() };
    let (told, _) = bench.authorize_as(&app.app_id, SCOPE, &back).await.unwrap();
    assert!(told["error"] == "access_denied" && told["error_description"].starts_with("AADSTS90094"));

    let token = bench.administrator(ADMIN).await;
    let user = bench.read(&token, &format!("users/{STATUS}?$select=id")).await;
    let role = json!({
        "roleDefinitionId": "cf1c38e5-3621-4004-a7cb-879624dced7c", "principalId": user["id"],
        "directoryScopeId": "/",
    });
    bench.post(&token, "roleManagement/directory/roleAssignments", role).await;
    let beyond = "openid User.Read.All";
    assert!(refused(bench.authorize_as(&app.app_id, beyond, &visit).await).contains("AADSTS90094"));
    assert!(bench.authorize_as(&app.app_id, SCOPE, &visit).await.unwrap().0.contains_key("code"));
    let grant = control.grants().pop().unwrap();
    assert_eq!((grant.consent_type.as_str(), grant.principal.as_deref()), ("Principal", Some(STATUS)));

    let everybody = Visit { for_everybody: true, ..Visit::of(ADMIN) };
    bench.authorize_as(&app.app_id, beyond, &everybody).await.unwrap();
    let grant = control.grants().pop().unwrap();
    assert_eq!(
        (grant.consent_type.as_str(), grant.scopes),
        ("AllPrincipals", vec!["User.Read.All".to_owned()])
    );
    // Nobody is asked any more, `.default` included.
    let answer = bench.tokens_as(&app.app_id, "https://graph.microsoft.com/.default openid", &visit).await;
    assert_eq!(answer["scope"], "Presence.Read.All User.Read.All openid");
}

#[tokio::test]
async fn administrators_consent_for_everybody() {
    let (bench, app, _) = prepared().await;
    let control = bench.sandbox.control();
    let tenant = bench.sandbox.tenant();
    let scope = "https://graph.microsoft.com/.default";
    let path = format!("{tenant}/v2.0/adminconsent");
    let parameters = [("client_id", app.app_id.as_str()), ("scope", scope)];
    let decline = Visit { decline: true, ..Visit::of(ADMIN) };
    let (told, _) = bench.arrive(&path, &parameters, &decline).await.unwrap();
    assert_eq!((told["error"].as_str(), told["admin_consent"].as_str()), ("access_denied", "True"));
    assert!(told["error_description"].starts_with("AADSTS65004") && told["state"] == "the state");
    // The list holds an application permission of Graph, for which this role is not enough.
    let apps = Visit { go_back: true, ..Visit::of(APPS) };
    let (told, _) = bench.arrive(&path, &parameters, &apps).await.unwrap();
    assert_eq!((told["error"].as_str(), told["admin_consent"].as_str()), ("permission_denied", "True"));
    assert!(refused(bench.arrive(&path, &parameters, &Visit::of(HELP_DESK)).await).contains("AADSTS90094"));
    assert!(control.app_role_assignments().is_empty());

    let (told, _) = bench.arrive(&path, &parameters, &Visit::of(ADMIN)).await.unwrap();
    assert_eq!((told["admin_consent"].as_str(), told["tenant"].as_str()), ("True", tenant));
    assert!(told["scope"] == scope && told["state"] == "the state" && !told.contains_key("error"));
    assert_eq!(control.app_role_assignments()[0].role, "Presence.ReadWrite.All");
    let grant = control.grants().pop().unwrap();
    assert_eq!((grant.client.as_str(), grant.consent_type.as_str()), ("Presence Sync", "AllPrincipals"));

    // Delegated permissions by name need a lesser role.
    let parameters = [("client_id", app.app_id.as_str()), ("scope", "User.Read.All offline_access")];
    bench.arrive(&path, &parameters, &Visit::of(APPS)).await.unwrap();
    assert_eq!(
        control.grants().pop().unwrap().scopes,
        ["Presence.Read.All", "User.Read.All", "offline_access"]
    );
    // The older address takes the registration's list and tells no scope.
    let parameters = [("client_id", app.app_id.as_str())];
    let (told, _) =
        bench.arrive(&format!("{tenant}/adminconsent"), &parameters, &Visit::of(ADMIN)).await.unwrap();
    assert!(told["admin_consent"] == "True" && !told.contains_key("scope"));
}

#[tokio::test]
async fn registrations_are_held_to_what_they_say() {
    let (bench, app, _) = prepared().await;
    let token = bench.administrator(ADMIN).await;
    let visit = Visit::of(ADMIN);
    let organizations = "organizations/oauth2/v2.0/authorize";
    let parameters = [("client_id", app.app_id.as_str())];
    assert!(refused(bench.arrive(organizations, &parameters, &visit).await).contains("AADSTS50194"));
    let path = format!("applications/{}", app.id);
    let none = json!({ "publicClient": { "redirectUris": [] }, "requiredResourceAccess": [] });
    assert_eq!(bench.call(&token, "PATCH", &path, none).await.0, 204);
    let consent = format!("{}/v2.0/adminconsent", bench.sandbox.tenant());
    assert!(refused(bench.authorize_as(&app.app_id, SCOPE, &visit).await).contains("AADSTS500113"));
    assert!(refused(bench.arrive(&consent, &parameters, &visit).await).contains("AADSTS500113"));
    let web = json!({ "web": { "redirectUris": ["http://localhost"] }, "isFallbackPublicClient": false });
    assert_eq!(bench.call(&token, "PATCH", &path, web).await.0, 204);
    // A client of the web must prove itself.
    let answer = bench.tokens_as(&app.app_id, SCOPE, &visit).await;
    assert_eq!(answer["error_codes"], json!([7_000_218]));
    let listed = [("client_id", app.app_id.as_str()), ("scope", "https://graph.microsoft.com/.default")];
    let (told, _) = bench.arrive(&consent, &listed, &visit).await.unwrap();
    assert!(told["error_description"].starts_with("AADSTS650056"));
    let (told, _) = bench.arrive(&consent, &parameters, &visit).await.unwrap();
    assert!(told["error_description"].starts_with("AADSTS900144"));
    let alone = bench.post(&token, "applications", registration()).await;
    assert!(
        refused(bench.authorize_as(&text(&alone["appId"]), SCOPE, &visit).await).contains("AADSTS700016")
    );
}

#[tokio::test]
async fn a_browser_is_known_again_unless_the_client_wants_otherwise() {
    let (bench, app, _) = prepared().await;
    let control = bench.sandbox.control();
    control.reset_visits();
    let address = |prompt: Option<&str>| {
        let changes =
            [("client_id", Some(app.app_id.as_str())), ("scope", Some("openid")), ("prompt", prompt)];
        bench.authorize(&changes).replace("/organizations/", &format!("/{}/", bench.sandbox.tenant()))
    };
    let page = bench.get(&address(None)).await.text().await.unwrap();
    assert!(!page.contains("aria-current=\"true\""));
    let page = bench.post_form(&page, &[("account", STATUS)]).await.text().await.unwrap();
    let reply = bench.post_form(&page, &[("password", PASSWORD)]).await;
    let cookie = reply.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"));
    location(&reply);
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let visit = async |prompt: Option<&str>| {
        bench.http.get(address(prompt)).header("cookie", &cookie).send().await.unwrap()
    };
    let page = visit(None).await.text().await.unwrap();
    assert!(page.contains(&format!("data-account=\"{STATUS}\" aria-current=\"true\"")));
    location(&bench.post_form(&page, &[("account", STATUS)]).await);
    assert!(query_of(&location(&visit(Some("none")).await)).contains_key("code"));
    let page = visit(Some("login")).await.text().await.unwrap();
    assert!(!page.contains("aria-current=\"true\""));
    let page = bench.post_form(&page, &[("account", STATUS)]).await.text().await.unwrap();
    assert_eq!(between(&page, "data-page=\"", "\""), "password");
    let logout = format!("{}/{}/oauth2/v2.0/logout", bench.sandbox.login(), bench.sandbox.tenant());
    bench.http.get(logout).header("cookie", &cookie).send().await.unwrap();
    assert_eq!(query_of(&location(&visit(Some("none")).await))["error"], "login_required");
    assert_eq!(control.sign_in_visits(), 5);
    let exchanges = serde_json::to_string(&control.exchanges()).unwrap();
    assert!(!exchanges.contains(&cookie) && !exchanges.contains(PASSWORD));
}

#[tokio::test]
async fn the_new_switches_work_over_http() {
    let (bench, ..) = prepared().await;
    let control = format!("{}/control", bench.sandbox.base());
    for (method, path, body, status) in [
        ("PUT", "policy", json!({ "user_consent": false, "guests": "admitted" }), 204),
        ("PUT", "policy", json!({ "shoe_size": 43 }), 400),
        ("PUT", "mfa", json!({ "user": ADMIN, "required": true }), 204),
        ("PUT", "mfa", json!({ "user": "nobody", "required": true }), 404),
        ("POST", "force-password-change", json!({ "user": STATUS }), 204),
        ("PUT", "password", json!({ "user": STATUS, "password": "x" }), 204),
        ("PUT", "enabled", json!({ "user": STATUS, "enabled": false }), 204),
        ("PUT", "conditional-access", json!({ "code": 53_003, "user": STATUS }), 204),
        ("PUT", "replication", json!({ "seconds": 1.5 }), 204),
        ("PUT", "replication", json!({ "seconds": -1 }), 400),
        ("POST", "keys", json!(["Contact Search", "analytics product"]), 201),
        ("GET", "applications", json!(null), 200),
        ("GET", "service-principals", json!(null), 200),
        ("GET", "grants", json!(null), 200),
        ("GET", "app-role-assignments", json!(null), 200),
        ("GET", "users-created", json!(null), 200),
        ("GET", "role-assignments", json!(null), 200),
        ("GET", "presence-sessions", json!(null), 200),
        ("GET", "visits", json!(null), 200),
        ("DELETE", "visits", json!(null), 204),
    ] {
        let method = method.parse().unwrap();
        let reply = bench.http.request(method, format!("{control}/{path}")).json(&body).send().await.unwrap();
        assert_eq!(reply.status(), status, "{path}");
    }
    assert_eq!(bench.sandbox.control().service_principals().len(), 3);
}
