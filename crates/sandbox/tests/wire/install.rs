//! A small administrator: signs in, and installs things through Graph.

use std::collections::HashMap;

use reqwest::Method;
use sandbox::{Options, Visit, VisitError, visit_as};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::certificate::Certificate;
use crate::support::{Bench, CHALLENGE, VERIFIER, query_of, text};

pub(crate) const TOOLS: &str = "14d82eec-204b-4c2f-b7e8-296a70dab67e";
pub(crate) const APPS: &str = "apps@brightwater.example";
pub(crate) const HELP_DESK: &str = "helpdesk@brightwater.example";
pub(crate) const STATUS: &str = "sync.status@brightwater.example";
pub(crate) const PASSWORD: &str = "Harbour-7-lights";
pub(crate) const GRAPH_APP: &str = "00000003-0000-0000-c000-000000000000";
pub(crate) const PRESENCE_READ_ALL: &str = "9c7a330d-35b3-4aa1-963d-cb2b9f927841";
pub(crate) const PRESENCE_READ_ALL_ROLE: &str = "a70e0c2d-e793-494c-94c4-118fa0a67f42";
pub(crate) const PRESENCE_WRITE_ALL_ROLE: &str = "83cded22-8297-4ff6-a7fa-e97e9545a259";
pub(crate) const ADMIN_SCOPES: &str = "openid profile User.Read User.ReadWrite.All Application.ReadWrite.All \
     AppRoleAssignment.ReadWrite.All DelegatedPermissionGrant.ReadWrite.All \
     RoleManagement.ReadWrite.Directory Policy.Read.All Organization.Read.All Domain.Read.All";

/// A registration with its service principal.
pub(crate) struct Registered {
    pub(crate) id: String,
    pub(crate) app_id: String,
    pub(crate) principal: String,
}

pub(crate) async fn bare() -> Bench {
    Bench::with(Options { people: 50, installed: false, record: true, ..Options::default() }).await
}

impl Bench {
    /// Goes through the pages of `path` with a listener of its own; gives what the listener was told, and the
    /// redirect address.
    pub(crate) async fn arrive(
        &self,
        path: &str,
        parameters: &[(&str, &str)],
        visit: &Visit,
    ) -> Result<(HashMap<String, String>, String), VisitError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let redirect = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let answering = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut buffer = [0; 8192];
            let length = stream.read(&mut buffer).await.unwrap();
            assert!(buffer[..length].starts_with(b"GET /?"));
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
            stream.write_all(answer).await.unwrap();
        });
        let own = [("redirect_uri", redirect.as_str()), ("state", "the state")];
        let all = parameters.iter().copied().chain(own);
        let address = format!("{}/{path}", self.sandbox.login());
        let address = reqwest::Url::parse_with_params(&address, all).unwrap().to_string();
        let outcome = visit_as(&address, visit).await;
        answering.abort();
        outcome.map(|address| (query_of(&address), redirect))
    }

    /// Signs in to an application of the tenant and gives what the listener was told.
    pub(crate) async fn authorize_as(
        &self,
        client: &str,
        scope: &str,
        visit: &Visit,
    ) -> Result<(HashMap<String, String>, String), VisitError> {
        let path = format!("{}/oauth2/v2.0/authorize", self.sandbox.tenant());
        let parameters = [
            ("client_id", client),
            ("response_type", "code"),
            ("scope", scope),
            ("nonce", "the-nonce"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        self.arrive(&path, &parameters, visit).await
    }

    /// The answer of the token endpoint at the end of a sign-in.
    pub(crate) async fn tokens_as(&self, client: &str, scope: &str, visit: &Visit) -> Value {
        let (told, redirect) = self.authorize_as(client, scope, visit).await.unwrap();
        let code = told.get("code").unwrap_or_else(|| panic!("no code in {told:?}"));
        let reply = self
            .token(&[
                ("grant_type", "authorization_code"),
                ("client_id", client),
                ("code", code),
                ("redirect_uri", &redirect),
                ("code_verifier", VERIFIER),
            ])
            .await;
        reply.json().await.unwrap()
    }

    /// An access token of an administrator.
    pub(crate) async fn administrator(&self, account: &str) -> String {
        let client = self.sandbox.administration_client_id();
        text(&self.tokens_as(client, ADMIN_SCOPES, &Visit::of(account)).await["access_token"])
    }

    /// A call to Graph: the status and the body, if it has one.
    pub(crate) async fn call(&self, token: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        let address = format!("{}/v1.0/{path}", self.sandbox.graph());
        let method: Method = method.parse().unwrap();
        let mut request = self.http.request(method, address).bearer_auth(token);
        if !body.is_null() {
            request = request.json(&body);
        }
        let reply = request.send().await.unwrap();
        (reply.status().as_u16(), reply.json().await.unwrap_or_default())
    }

    pub(crate) async fn read(&self, token: &str, path: &str) -> Value {
        let (status, body) = self.call(token, "GET", path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    pub(crate) async fn post(&self, token: &str, path: &str, body: Value) -> Value {
        let (status, body) = self.call(token, "POST", path, body).await;
        assert_eq!(status, 201, "{path}: {body}");
        body
    }

    /// Registers an application like Presence Sync, with its service principal.
    pub(crate) async fn register(&self, token: &str, certificate: Option<&Certificate>) -> Registered {
        let mut draft = registration();
        if let Some(certificate) = certificate {
            draft["keyCredentials"] = json!([certificate.credential()]);
        }
        let application = self.post(token, "applications", draft).await;
        let app_id = text(&application["appId"]);
        let principal = self.post(token, "servicePrincipals", json!({ "appId": app_id })).await;
        Registered { id: text(&application["id"]), app_id, principal: text(&principal["id"]) }
    }

    /// The object id of Graph's own service principal.
    pub(crate) async fn graph_principal(&self, token: &str) -> String {
        text(&self.read(token, &format!("servicePrincipals(appId='{GRAPH_APP}')?$select=id")).await["id"])
    }

    /// Grants application permissions.
    pub(crate) async fn assign(&self, token: &str, principal: &str, role: &str) -> (u16, Value) {
        let graph = self.graph_principal(token).await;
        let body = json!({ "principalId": principal, "resourceId": graph, "appRoleId": role });
        self.call(token, "POST", &format!("servicePrincipals/{graph}/appRoleAssignedTo"), body).await
    }

    /// Asks for a token for an application itself.
    pub(crate) async fn credentials(&self, client: &str, assertion: &str) -> (u16, Value) {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        let reply = self
            .token(&[
                ("grant_type", "client_credentials"),
                ("client_id", client),
                ("scope", "https://graph.microsoft.com/.default"),
                ("client_assertion_type", kind),
                ("client_assertion", assertion),
            ])
            .await;
        (reply.status().as_u16(), reply.json().await.unwrap())
    }

    /// The claims of a good assertion.
    pub(crate) fn claims(&self, client: &str) -> Value {
        let now = jiff::Timestamp::from_millisecond(now_ms()).unwrap().as_second();
        json!({
            "aud": format!("{}/{}/oauth2/v2.0/token", self.sandbox.login(), self.sandbox.tenant()),
            "iss": client,
            "sub": client,
            "jti": uuid::Uuid::new_v4(),
            "nbf": now,
            "exp": now + 300,
        })
    }
}

#[expect(clippy::disallowed_methods, reason = "what is signed carries the real time")]
pub(crate) fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

pub(crate) fn registration() -> Value {
    json!({
        "displayName": "Presence Sync",
        "signInAudience": "AzureADMyOrg",
        "isFallbackPublicClient": true,
        "publicClient": { "redirectUris": ["http://localhost"] },
        "requiredResourceAccess": [{
            "resourceAppId": GRAPH_APP,
            "resourceAccess": [
                { "id": PRESENCE_READ_ALL, "type": "Scope" },
                { "id": PRESENCE_WRITE_ALL_ROLE, "type": "Role" },
            ],
        }],
    })
}

pub(crate) fn status_user(name: &str) -> Value {
    json!({
        "accountEnabled": true,
        "displayName": "Sync status",
        "mailNickname": "sync.status",
        "userPrincipalName": name,
        "passwordPolicies": "DisablePasswordExpiration",
        "passwordProfile": { "password": PASSWORD, "forceChangePasswordNextSignIn": false },
    })
}
