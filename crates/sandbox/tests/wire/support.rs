//! A small client of the sandbox.

use std::collections::HashMap;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response, redirect};
use sandbox::{Options, Sandbox};
use serde_json::{Value, json};

/// A verifier and its challenge: the example of RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
pub(crate) const REDIRECT: &str = "http://localhost:5123";
pub(crate) const ADMIN: &str = "admin@brightwater.example";
pub(crate) const SCOPE: &str =
    "openid profile offline_access User.Read User.ReadBasic.All User.Read.All Presence.Read.All";

/// A sandbox and a client of it.
pub(crate) struct Bench {
    pub(crate) sandbox: Sandbox,
    pub(crate) http: Client,
}

#[expect(clippy::disallowed_methods, reason = "the tests' one client, with a time-out")]
fn client() -> Client {
    Client::builder()
        .redirect(redirect::Policy::none())
        .timeout(Duration::from_secs(10))
        .no_proxy()
        .build()
        .unwrap()
}

impl Bench {
    pub(crate) async fn start(people: usize) -> Self {
        Self::with(Options { people, ..Options::default() }).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        Self { sandbox: Sandbox::start(options).await.unwrap(), http: client() }
    }

    /// The authorize address with some parameters changed (`None` leaves one out).
    pub(crate) fn authorize(&self, changes: &[(&str, Option<&str>)]) -> String {
        let mut parameters = vec![
            ("client_id", self.sandbox.client_id().to_owned()),
            ("response_type", "code".to_owned()),
            ("redirect_uri", REDIRECT.to_owned()),
            ("scope", SCOPE.to_owned()),
            ("state", "the state".to_owned()),
            ("nonce", "the-nonce".to_owned()),
            ("code_challenge", CHALLENGE.to_owned()),
            ("code_challenge_method", "S256".to_owned()),
        ];
        for (name, value) in changes {
            parameters.retain(|(known, _)| known != name);
            parameters.extend(value.map(|value| (*name, value.to_owned())));
        }
        let address = format!("{}/organizations/oauth2/v2.0/authorize", self.sandbox.login());
        reqwest::Url::parse_with_params(&address, parameters).unwrap().to_string()
    }

    pub(crate) async fn get(&self, address: &str) -> Response {
        self.http.get(address).send().await.unwrap()
    }

    /// Sends a form of a sign-in page.
    pub(crate) async fn post_form(&self, page: &str, fields: &[(&str, &str)]) -> Response {
        let action = format!("{}{}", self.sandbox.base(), between(page, "action=\"", "\""));
        let flow = between(page, "name=\"flow\" value=\"", "\"");
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("flow", flow)]).collect();
        self.http.post(action).form(&fields).send().await.unwrap()
    }

    /// Signs in up to the code.
    pub(crate) async fn code(&self, account: &str) -> String {
        let page = self.get(&self.authorize(&[])).await.text().await.unwrap();
        let reply = self.post_form(&page, &[("account", account)]).await;
        query_of(&location(&reply))["code"].clone()
    }

    /// Asks the token endpoint.
    pub(crate) async fn token(&self, fields: &[(&str, &str)]) -> Response {
        let client = self.sandbox.client_id().to_owned();
        let address = format!("{}/{}/oauth2/v2.0/token", self.sandbox.login(), self.sandbox.tenant());
        let mut all = vec![("client_id", client.as_str())];
        all.retain(|(name, _)| !fields.iter().any(|(given, _)| given == name));
        all.extend(fields);
        self.http.post(address).form(&all).send().await.unwrap()
    }

    pub(crate) async fn redeem(&self, code: &str) -> Response {
        let grant = ("grant_type", "authorization_code");
        self.token(&[grant, ("code", code), ("redirect_uri", REDIRECT), ("code_verifier", VERIFIER)]).await
    }

    pub(crate) async fn renew(&self, refresh: &str) -> Response {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await
    }

    /// Signs in and returns the token answer.
    pub(crate) async fn sign_in(&self, account: &str) -> Value {
        let reply = self.redeem(&self.code(account).await).await;
        assert_eq!(reply.status(), 200);
        reply.json().await.unwrap()
    }

    /// An access token of the status user.
    pub(crate) async fn access(&self) -> String {
        text(&self.sign_in(self.sandbox.status_user()).await["access_token"])
    }

    /// A request to Graph with a token.
    pub(crate) fn graph(&self, token: &str, path: &str) -> RequestBuilder {
        self.http.get(self.graph_address(path)).bearer_auth(token)
    }

    pub(crate) fn graph_post(&self, token: &str, path: &str, body: &Value) -> RequestBuilder {
        self.http.post(self.graph_address(path)).bearer_auth(token).json(body)
    }

    fn graph_address(&self, path: &str) -> String {
        if path.starts_with("http") {
            path.to_owned()
        } else {
            format!("{}/v1.0/{path}", self.sandbox.graph())
        }
    }

    pub(crate) async fn presences(&self, token: &str, ids: &[String]) -> Response {
        let path = "communications/getPresencesByUserId";
        self.graph_post(token, path, &json!({ "ids": ids })).send().await.unwrap()
    }

    /// A request for contacts with the key.
    pub(crate) fn contacts(&self, query: &str) -> RequestBuilder {
        let address = format!("{}/directory-contacts/api/v3/contacts?{query}", self.sandbox.eight());
        self.http.get(address).header("x-api-key", self.sandbox.key())
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.sandbox.control().people().into_iter().map(|truth| truth.id).collect()
    }
}

pub(crate) async fn json_of(request: RequestBuilder) -> Value {
    let reply = request.send().await.unwrap();
    assert!(reply.status().is_success(), "{}", reply.text().await.unwrap());
    reply.json().await.unwrap()
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

pub(crate) fn list(value: &Value) -> &Vec<Value> {
    value.as_array().unwrap()
}

pub(crate) fn location(reply: &Response) -> String {
    assert_eq!(reply.status(), 302);
    reply.headers()["location"].to_str().unwrap().to_owned()
}

pub(crate) fn query_of(address: &str) -> HashMap<String, String> {
    reqwest::Url::parse(address).unwrap().query_pairs().into_owned().collect()
}

pub(crate) fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    rest.split_once(after).unwrap().0
}
