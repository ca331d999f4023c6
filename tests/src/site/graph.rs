//! What a colleague does at Microsoft besides the wizard.

use std::sync::Arc;

use presence::clock::Clock;
use presence::endpoints::Endpoints;
use presence::microsoft::expected::Expected;
use presence::microsoft::{Connection, auth};
use presence::secret::Secret;
use sandbox::{Visit, visit_as};
use serde_json::Value;

use super::Site;

/// Everything that an administrator's portal may do.
const SCOPE: &str = "openid profile User.Read User.ReadWrite.All Application.ReadWrite.All AppRoleAssignment.ReadWrite.All \
                     DelegatedPermissionGrant.ReadWrite.All RoleManagement.ReadWrite.Directory Organization.Read.All \
                     Policy.Read.All";

/// Graph, with a Global Administrator's token.
pub struct Graph {
    http: presence::http::Client,
    base: String,
    token: Secret,
}

impl Site {
    /// Lets the administrator sign in besides the wizard, who accepts the client for administration for everybody.
    ///
    /// # Panics
    /// When that fails.
    pub async fn graph(&self) -> Graph {
        let endpoints = Endpoints::parse(&self.sandbox.endpoints()).expect("endpoints").microsoft;
        let http = presence::http::client();
        let (tenant, client) =
            (self.sandbox.tenant().to_owned(), self.sandbox.administration_client_id().to_owned());
        let connection = Connection::new(http.clone(), Arc::new(Clock::start()), endpoints, tenant, client);
        let pending = auth::begin(&connection, SCOPE, &Expected::Anybody).await.expect("a sign-in");
        let address = pending.address.clone();
        let visit = Visit { for_everybody: true, ..Visit::of(self.sandbox.administrator()) };
        let (finished, visited) =
            tokio::join!(auth::finish(&connection, pending, &Expected::Anybody), visit_as(&address, &visit));
        visited.expect("a visit");
        let (_, answer) = finished.expect("a token");
        Graph { http, base: format!("{}/v1.0", self.sandbox.graph()), token: answer.access_token }
    }
}

impl Graph {
    /// Reads something.
    pub async fn get(&self, path: &str) -> Value {
        self.send(self.http.get(format!("{}/{path}", self.base))).await
    }

    /// Makes something.
    pub async fn post(&self, path: &str, body: &Value) -> Value {
        self.send(self.http.post(format!("{}/{path}", self.base)).json(body)).await
    }

    /// Changes something.
    pub async fn patch(&self, path: &str, body: &Value) -> Value {
        self.send(self.http.patch(format!("{}/{path}", self.base)).json(body)).await
    }

    async fn send(&self, request: presence::http::Request) -> Value {
        let answer = request.bearer_auth(self.token.expose()).send().await.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("a body");
        assert!(status.is_success(), "{status}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }
}
