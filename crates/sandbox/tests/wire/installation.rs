//! The installation through Graph: users, registrations, grants and roles.

use std::time::Duration;

use sandbox::Visit;
use serde_json::{Value, json};

use crate::install::*;
use crate::support::{ADMIN, list, text};

#[tokio::test]
async fn a_bare_tenant_has_nothing_of_presence_sync() {
    let bench = bare().await;
    let file = bench.sandbox.endpoints();
    assert!(file.contains("login = ") && file.contains("events = "));
    assert!(
        !["tenant", "client_id", "\nkey"].iter().any(|word| file.contains(&format!("{word} = "))),
        "{file}"
    );
    let names: Vec<String> =
        bench.sandbox.control().applications().into_iter().map(|found| found.display_name).collect();
    assert_eq!(names, ["Brightwater Administration"]);
    assert!(bench.sandbox.control().grants().is_empty());
    let token = bench.administrator(ADMIN).await;
    assert_eq!(bench.read(&token, "applications").await["value"].as_array().unwrap().len(), 1);
    let path = format!("users/{}", bench.sandbox.status_user());
    assert_eq!(bench.call(&token, "GET", &path, Value::Null).await.0, 404);
    let refused = bench.authorize_as(bench.sandbox.client_id(), "openid", &Visit::of(ADMIN)).await;
    assert!(refused.unwrap_err().to_string().contains("AADSTS700016"));
}

#[tokio::test]
async fn an_administrator_installs_and_the_status_user_reads_presence() {
    let bench = bare().await;
    // Microsoft's own client works as well; its consent page shows its name.
    let answer = bench.tokens_as(TOOLS, ADMIN_SCOPES, &Visit::of(ADMIN)).await;
    let token = text(&answer["access_token"]);
    assert_eq!(bench.sandbox.control().grants()[0].client, "Microsoft Graph Command Line Tools");

    let user = bench.post(&token, "users", status_user(STATUS)).await;
    let found =
        bench.read(&token, &format!("users?$filter=userPrincipalName eq '{STATUS}'&$select=id")).await;
    assert_eq!(found["value"][0]["id"], user["id"]);
    let app = bench.register(&token, None).await;
    let graph = bench.graph_principal(&token).await;
    let grant = json!({
        "clientId": app.principal, "consentType": "AllPrincipals", "resourceId": graph,
        "scope": "Presence.Read.All User.ReadBasic.All offline_access",
    });
    let grant = bench.post(&token, "oauth2PermissionGrants", grant).await;
    let role = json!({
        "roleDefinitionId": "cf1c38e5-3621-4004-a7cb-879624dced7c", "principalId": user["id"],
        "directoryScopeId": "/",
    });
    bench.post(&token, "roleManagement/directory/roleAssignments", role).await;
    let roles =
        format!("roleManagement/directory/roleAssignments?$filter=principalId eq '{}'", text(&user["id"]));
    assert_eq!(list(&bench.read(&token, &roles).await["value"]).len(), 1);

    let visit = Visit { password: Some(PASSWORD.into()), ..Visit::of(STATUS) };
    let scope = "openid offline_access Presence.Read.All User.ReadBasic.All";
    let answer = bench.tokens_as(&app.app_id, scope, &visit).await;
    assert_eq!(answer["scope"], "Presence.Read.All User.ReadBasic.All openid");
    let access = text(&answer["access_token"]);
    assert_eq!(bench.presences(&access, &bench.ids()[..3]).await.status(), 200);
    // A grant of one application is none of another's.
    let denied = bench.tokens_as(bench.sandbox.administration_client_id(), "openid", &visit).await;
    assert_eq!(bench.presences(&text(&denied["access_token"]), &bench.ids()[..3]).await.status(), 403);

    let path = format!("oauth2PermissionGrants/{}", text(&grant["id"]));
    assert_eq!(bench.call(&token, "PATCH", &path, json!({ "scope": "User.Read" })).await.0, 204);
    assert_eq!(bench.sandbox.control().grants().last().unwrap().scopes, ["User.Read"]);
    assert_eq!(bench.call(&token, "DELETE", &path, Value::Null).await.0, 204);
    assert_eq!(bench.sandbox.control().users_created(), [STATUS]);
    assert_eq!(bench.sandbox.control().role_assignments().last().unwrap().role, "Application Developer");
    let exchanges = serde_json::to_string(&bench.sandbox.control().exchanges()).unwrap();
    assert!(exchanges.contains("passwordProfile") && !exchanges.contains(PASSWORD));
}

#[tokio::test]
async fn doubles_are_refused_where_graph_refuses_them() {
    let bench = bare().await;
    let token = bench.administrator(ADMIN).await;
    let first = bench.register(&token, None).await;
    bench.register(&token, None).await;
    let same =
        bench.read(&token, "applications?$filter=displayName eq 'Presence Sync'&$select=id,appId").await;
    assert_eq!(list(&same["value"]).len(), 2, "nothing keeps anybody from a second registration");
    let graph = bench.graph_principal(&token).await;
    let user = bench.post(&token, "users", status_user(STATUS)).await;
    let grant = json!({
        "clientId": first.principal, "consentType": "Principal", "principalId": user["id"],
        "resourceId": graph, "scope": "User.Read",
    });
    bench.post(&token, "oauth2PermissionGrants", grant.clone()).await;
    assert_eq!(bench.assign(&token, &first.principal, PRESENCE_READ_ALL_ROLE).await.0, 201);
    let role = json!({
        "roleDefinitionId": "cf1c38e5-3621-4004-a7cb-879624dced7c", "principalId": user["id"],
        "directoryScopeId": "/",
    });
    bench.post(&token, "roleManagement/directory/roleAssignments", role.clone()).await;
    for (path, body, status, word) in [
        ("servicePrincipals", json!({ "appId": first.app_id }), 409, "already in use"),
        ("oauth2PermissionGrants", grant, 409, "already exists"),
        ("roleManagement/directory/roleAssignments", role, 400, "conflicting object"),
        ("users", status_user(STATUS), 400, "property userPrincipalName already exists"),
    ] {
        let (found, body) = bench.call(&token, "POST", path, body).await;
        assert!(found == status && text(&body["error"]["message"]).contains(word), "{path}: {found} {body}");
    }
    let (status, body) = bench.assign(&token, &first.principal, PRESENCE_READ_ALL_ROLE).await;
    assert!(status == 400 && text(&body["error"]["message"]).contains("already exists"), "{body}");

    let path = format!("applications/{}", first.id);
    assert_eq!(bench.call(&token, "DELETE", &path, Value::Null).await.0, 204);
    assert!(bench.sandbox.control().app_role_assignments().is_empty());
    assert!(bench.sandbox.control().grants().iter().all(|grant| grant.client != "Presence Sync"));
    let path = format!("users/{STATUS}");
    assert_eq!(bench.call(&token, "DELETE", &path, Value::Null).await.0, 204);
    assert!(bench.sandbox.control().users_created().is_empty());
    bench.post(&token, "users", status_user(STATUS)).await;
}

#[tokio::test]
async fn roles_and_scopes_decide_who_may_do_what() {
    let bench = bare().await;
    let admin = bench.administrator(ADMIN).await;
    let app = bench.register(&admin, None).await;
    // An administrator has consented for everybody, so that the others have the scopes but not the roles.
    let everybody = Visit { for_everybody: true, ..Visit::of(ADMIN) };
    let scope = format!("{ADMIN_SCOPES} Directory.Read.All");
    bench.tokens_as(bench.sandbox.administration_client_id(), &scope, &everybody).await;
    let apps = bench.administrator(APPS).await;
    let desk = bench.administrator(HELP_DESK).await;
    let person = bench.administrator(&bench.sandbox.control().people()[3].user_principal_name).await;
    let graph = bench.graph_principal(&admin).await;
    let grant = json!({
        "clientId": app.principal, "consentType": "AllPrincipals", "resourceId": graph, "scope": "User.Read",
    });
    let role = json!({
        "roleDefinitionId": "cf1c38e5-3621-4004-a7cb-879624dced7c",
        "principalId": bench.sandbox.control().people()[0].id, "directoryScopeId": "/",
    });
    let assignment =
        json!({ "principalId": app.principal, "resourceId": graph, "appRoleId": PRESENCE_READ_ALL_ROLE });
    let assigned = format!("servicePrincipals/{graph}/appRoleAssignedTo");
    for (path, body, expected) in [
        ("users", status_user(STATUS), [403, 201, 403]),
        ("applications", registration(), [201, 403, 403]),
        ("oauth2PermissionGrants", grant, [201, 403, 403]),
        (&assigned, assignment, [403, 403, 403]),
        ("roleManagement/directory/roleAssignments", role, [403, 403, 403]),
    ] {
        for (token, expected) in [&apps, &desk, &person].into_iter().zip(expected) {
            let (status, answer) = bench.call(token, "POST", path, body.clone()).await;
            assert_eq!(status, expected, "{path}: {answer}");
            if status == 403 {
                assert_eq!(answer["error"]["code"], "Authorization_RequestDenied");
            }
        }
    }
    let admins = json!({ "accountEnabled": false });
    assert_eq!(bench.call(&desk, "PATCH", &format!("users/{ADMIN}"), admins).await.0, 403);
    // A role without the scope is not enough either.
    let client = bench.sandbox.administration_client_id();
    let modest = Visit::of(ADMIN);
    bench.sandbox.control().set_replication(Duration::ZERO);
    let app_token = text(&bench.tokens_as(&app.app_id, "openid User.Read", &modest).await["access_token"]);
    assert_eq!(
        bench.call(&app_token, "POST", "users", status_user("other@brightwater.example")).await.0,
        403
    );
    let ids =
        json!({ "ids": ["62e90394-69f5-4237-9190-012177145e10", "fe930be7-5e62-47db-91af-98c3a49a38b1"] });
    let (_, held) = bench.call(&app_token, "POST", "me/checkMemberObjects", ids).await;
    assert_eq!(held["value"], json!(["62e90394-69f5-4237-9190-012177145e10"]));
    assert!(!client.is_empty());
}

#[tokio::test]
async fn what_is_written_is_seen_after_the_replication_only() {
    let bench = bare().await;
    let token = bench.administrator(ADMIN).await;
    let control = bench.sandbox.control();
    control.set_replication(Duration::from_secs(3));
    let user = bench.post(&token, "users", status_user(STATUS)).await;
    let application = bench.post(&token, "applications", registration()).await;
    let (path, app_id) = (format!("applications/{}", text(&application["id"])), text(&application["appId"]));
    assert_eq!(bench.call(&token, "GET", &format!("users/{STATUS}"), Value::Null).await.0, 404);
    assert_eq!(bench.call(&token, "GET", &path, Value::Null).await.0, 404);
    assert_eq!(bench.call(&token, "PATCH", &path, json!({ "tags": ["x"] })).await.0, 404);
    assert_eq!(list(&bench.read(&token, "applications").await["value"]).len(), 1);
    let (status, body) = bench.call(&token, "POST", "servicePrincipals", json!({ "appId": app_id })).await;
    assert!(
        status == 400 && text(&body["error"]["message"]).contains("does not reference a valid"),
        "{body}"
    );
    assert_eq!(
        bench.call(&token, "POST", "users", status_user(STATUS)).await.0,
        400,
        "taken, though not seen"
    );

    control.advance(3.0);
    assert_eq!(bench.read(&token, &format!("users/{STATUS}")).await["id"], user["id"]);
    let principal = bench.post(&token, "servicePrincipals", json!({ "appId": app_id })).await;
    let id = text(&principal["id"]);
    let (status, body) = bench.assign(&token, &id, PRESENCE_READ_ALL_ROLE).await;
    assert!(status == 400 && body["error"]["message"] == "Not a valid reference update.", "{body}");
    let visit = Visit { password: Some(PASSWORD.into()), ..Visit::of(STATUS) };
    let refused = bench.authorize_as(&app_id, "openid", &visit).await.unwrap_err();
    assert!(refused.to_string().contains("AADSTS700016"), "{refused}");

    control.advance(3.0);
    let graph = bench.graph_principal(&token).await;
    let grant = json!({
        "clientId": id, "consentType": "AllPrincipals", "resourceId": graph, "scope": "Presence.Read.All",
    });
    bench.post(&token, "oauth2PermissionGrants", grant).await;
    let answer = bench.tokens_as(&app_id, "openid", &visit).await;
    assert_eq!(bench.presences(&text(&answer["access_token"]), &bench.ids()[..1]).await.status(), 403);
    control.advance(3.0);
    let answer = bench.tokens_as(&app_id, "openid", &visit).await;
    assert_eq!(bench.presences(&text(&answer["access_token"]), &bench.ids()[..1]).await.status(), 200);
}

#[tokio::test]
async fn wrong_bodies_are_refused() {
    let bench = bare().await;
    let token = bench.administrator(ADMIN).await;
    let with = |mut body: Value, name: &str, value: Value| {
        body[name] = value;
        body
    };
    let user = |name: &str, value: Value| with(status_user(STATUS), name, value);
    let app = |name: &str, value: Value| with(registration(), name, value);
    for (path, body, word) in [
        ("users", user("mailNickname", json!(null)), "mailNickname"),
        ("users", user("accountEnabled", json!(null)), "accountEnabled"),
        ("users", user("passwordProfile", json!({ "password": "short" })), "complexity"),
        ("users", user("passwordProfile", json!({ "password": "Sync.status-99" })), "complexity"),
        ("users", user("userPrincipalName", json!("status@elsewhere.example")), "domain"),
        ("users", user("userPrincipalName", json!("sta tus@brightwater.example")), "userPrincipalName"),
        ("users", user("passwordPolicies", json!("Never")), "passwordPolicies"),
        ("users", user("shoeSize", json!(43)), "shoeSize"),
        ("applications", app("displayName", json!(null)), "displayName"),
        ("applications", app("signInAudience", json!("Everybody")), "signInAudience"),
        (
            "applications",
            app("publicClient", json!({ "redirectUris": ["http://evil.example"] })),
            "redirectUris",
        ),
        ("applications", app("shoeSize", json!(43)), "shoeSize"),
        ("applications", app("keyCredentials", json!([{ "key": "AAAA" }])), "type and usage"),
        ("applications?$filter=shoeSize eq '43'", json!(null), "shoeSize"),
        ("applications?$select=shoeSize", json!(null), "shoeSize"),
    ] {
        let method = if body.is_null() { "GET" } else { "POST" };
        let (status, answer) = bench.call(&token, method, path, body).await;
        assert!(status == 400 && text(&answer["error"]["message"]).contains(word), "{path} {word}: {answer}");
    }
    assert!(bench.sandbox.control().users_created().is_empty());
}

#[tokio::test]
async fn the_directory_tells_what_an_installer_looks_up() {
    let bench = bare().await;
    let token = bench.administrator(ADMIN).await;
    let graph = bench.read(&token, &format!("servicePrincipals(appId='{GRAPH_APP}')")).await;
    let role =
        list(&graph["appRoles"]).iter().find(|role| role["value"] == "Presence.ReadWrite.All").unwrap();
    assert_eq!(role["id"], PRESENCE_WRITE_ALL_ROLE);
    let scopes = list(&graph["oauth2PermissionScopes"]);
    assert!(scopes.iter().any(|scope| scope["id"] == PRESENCE_READ_ALL && scope["type"] == "User"));
    let organization = bench.read(&token, "organization").await;
    let domains = list(&organization["value"][0]["verifiedDomains"]);
    assert!(domains.iter().any(|domain| domain["isInitial"] == true));
    assert!(
        list(&bench.read(&token, "domains").await["value"]).iter().any(|domain| domain["isDefault"] == true)
    );
    let policy = bench.read(&token, "policies/authorizationPolicy").await;
    let assigned = &policy["defaultUserRolePermissions"]["permissionGrantPoliciesAssigned"];
    assert_eq!(list(assigned).len(), 1);
    bench.sandbox.control().set_user_consent(false);
    let policy = bench.read(&token, "policies/authorizationPolicy").await;
    assert!(list(&policy["defaultUserRolePermissions"]["permissionGrantPoliciesAssigned"]).is_empty());
    let path = "roleManagement/directory/roleDefinitions?$filter=displayName eq 'Application Developer'";
    assert_eq!(bench.read(&token, path).await["value"][0]["id"], "cf1c38e5-3621-4004-a7cb-879624dced7c");
}
