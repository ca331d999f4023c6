//! What an administrator's sign-in makes, finds and removes in the directory. Everything looks before it makes.

mod applications;
mod users;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use reqwest::{Method, StatusCode, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::wire::GraphError;
use super::{Connection, problem};
use crate::error::{Failure, Problem};
use crate::http::{self, Answer};
use crate::person::plain;
use crate::secret::Secret;
use crate::session::Account;
use crate::setup::event::{FaultKind, TaskFault};
use crate::setup::registration::{GRAPH, Held, Permission};
use crate::setup::task::{AdministratorRole, Outcome};

pub(super) use applications::key_credential;

const WHO: &str = "Microsoft Graph";

/// An administrator's token and what it is used with. It lives in memory only, and is wiped when this is dropped.
pub struct Administration {
    connection: Arc<Connection>,
    token: Secret,
    /// Object id of who signed in.
    account: String,
    graph: OnceCell<GraphPrincipal>,
}

/// Microsoft Graph itself, as the tenant knows it: the ids of its permissions by name.
struct GraphPrincipal {
    id: String,
    scopes: HashMap<String, String>,
    roles: HashMap<String, String>,
}

/// A collection of whatever.
#[derive(Deserialize)]
struct Collection<T> {
    value: Vec<T>,
}

impl Administration {
    /// With the token of a sign-in that was checked.
    #[must_use]
    pub fn new(connection: Arc<Connection>, token: Secret, account: &Account) -> Self {
        Self { connection, token, account: account.id.clone(), graph: OnceCell::new() }
    }

    /// Name and domains of the organisation (learn.microsoft.com, "List organizations").
    ///
    /// # Errors
    /// Why they could not be read.
    pub async fn organisation(&self) -> Result<Outcome, TaskFault> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Organisation {
            id: String,
            display_name: Option<String>,
            #[serde(default)]
            verified_domains: Vec<Domain>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Domain {
            name: String,
            #[serde(default)]
            is_initial: bool,
        }
        let found: Collection<Organisation> =
            self.read("organization", &[("$select", "id,displayName,verifiedDomains")]).await?;
        let first = found.value.into_iter().next().ok_or_else(unexpected)?;
        let initial = first.verified_domains.iter().find(|domain| domain.is_initial);
        Ok(Outcome::Organisation {
            tenant: plain(&first.id),
            name: plain(&first.display_name.unwrap_or_default()),
            initial_domain: initial.map(|domain| plain(&domain.name)),
        })
    }

    /// Whether users may consent to applications (learn.microsoft.com, "Get authorizationPolicy"). Without the right to
    /// read that it stays unknown, which does no harm.
    ///
    /// # Errors
    /// When nothing could be reached.
    pub async fn consent_policy(&self) -> Result<Outcome, TaskFault> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Policy {
            #[serde(default)]
            default_user_role_permissions: Permissions,
        }
        #[derive(Default, Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Permissions {
            #[serde(default)]
            permission_grant_policies_assigned: Vec<String>,
        }
        match self.read::<Policy>("policies/authorizationPolicy", &[]).await {
            Ok(policy) => {
                let own = |name: &String| name.to_lowercase().starts_with("managepermissiongrantsforself.");
                let policies = policy.default_user_role_permissions.permission_grant_policies_assigned;
                Ok(Outcome::Policy(Some(policies.iter().any(own))))
            }
            Err(fault) if fault.kind == FaultKind::Passing => Err(fault),
            Err(_) => Ok(Outcome::Policy(None)),
        }
    }

    /// The ids of permissions, resolved in this tenant and cloud.
    async fn graph(&self) -> Result<&GraphPrincipal, TaskFault> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Principal {
            id: String,
            #[serde(default)]
            app_roles: Vec<Named>,
            #[serde(default)]
            oauth2_permission_scopes: Vec<Named>,
        }
        #[derive(Deserialize)]
        struct Named {
            id: String,
            value: Option<String>,
        }
        self.graph
            .get_or_try_init(|| async {
                let filter = format!("appId eq '{GRAPH}'");
                let select = "id,appId,appRoles,oauth2PermissionScopes";
                let query = [("$filter", filter.as_str()), ("$select", select)];
                let found: Collection<Principal> = self.read("servicePrincipals", &query).await?;
                let first = found.value.into_iter().next().ok_or_else(unexpected)?;
                let by_name = |named: Vec<Named>| {
                    let pairs = named.into_iter().filter_map(|one| Some((one.value?.to_lowercase(), one.id)));
                    pairs.collect::<HashMap<_, _>>()
                };
                let (scopes, roles) = (by_name(first.oauth2_permission_scopes), by_name(first.app_roles));
                Ok(GraphPrincipal { id: first.id, scopes, roles })
            })
            .await
    }

    async fn permission_id(&self, permission: &Permission) -> Result<String, TaskFault> {
        let graph = self.graph().await?;
        let table = match permission.held {
            Held::Delegated => &graph.scopes,
            Held::Alone => &graph.roles,
        };
        // The identity permissions are not always listed; their ids are the same everywhere.
        Ok(table.get(&permission.name.to_lowercase()).cloned().unwrap_or_else(|| permission.id.to_owned()))
    }

    async fn read<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T, TaskFault> {
        let url = self.url(path, query)?;
        let answer = self.send(Method::GET, &url, None).await?;
        if answer.status == StatusCode::OK {
            serde_json::from_slice(&answer.body).map_err(|_| unexpected())
        } else {
            Err(self.fault(path, &answer))
        }
    }

    /// The object at a path; `None` when there is none (yet).
    async fn find<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Option<T>, TaskFault> {
        let url = self.url(path, query)?;
        let answer = self.send(Method::GET, &url, None).await?;
        match answer.status {
            StatusCode::OK => serde_json::from_slice(&answer.body).map(Some).map_err(|_| unexpected()),
            StatusCode::NOT_FOUND => Ok(None),
            _ => Err(self.fault(path, &answer)),
        }
    }

    /// Makes something, once. An answer that got lost is [`FaultKind::NotYet`]: the next attempt looks first.
    async fn make<T: DeserializeOwned>(&self, path: &str, body: &Value) -> Result<T, TaskFault> {
        let url = self.url(path, &[])?;
        let answer = self.send(Method::POST, &url, Some(body)).await?;
        if answer.status.is_success() {
            serde_json::from_slice(&answer.body).map_err(|_| unexpected())
        } else {
            Err(self.fault(path, &answer))
        }
    }

    async fn change(&self, path: &str, body: &Value) -> Result<(), TaskFault> {
        let url = self.url(path, &[])?;
        let answer = self.send(Method::PATCH, &url, Some(body)).await?;
        if answer.status.is_success() { Ok(()) } else { Err(self.fault(path, &answer)) }
    }

    /// Removes something; whether it was there.
    async fn remove(&self, path: &str) -> Result<bool, TaskFault> {
        let url = self.url(path, &[])?;
        let answer = self.send(Method::DELETE, &url, None).await?;
        match answer.status {
            status if status.is_success() => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            _ => Err(self.fault(path, &answer)),
        }
    }

    fn url(&self, path: &str, query: &[(&str, &str)]) -> Result<Url, TaskFault> {
        let text = format!("{}/v1.0/{path}", self.connection.endpoints.graph);
        let mut url = Url::parse(&text).map_err(|_| unexpected())?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    async fn send(&self, method: Method, url: &Url, body: Option<&Value>) -> Result<Answer, TaskFault> {
        let connection = &self.connection;
        let request = || {
            let request = connection
                .http
                .request(method.clone(), url.clone())
                .bearer_auth(self.token.expose())
                .header("Accept", "application/json")
                .header("client-request-id", uuid::Uuid::new_v4().to_string());
            match body {
                Some(body) => request.json(body),
                None => request,
            }
        };
        let sent = if method == Method::POST {
            http::call_once(&connection.gate, &connection.clock, request).await
        } else {
            http::call(&connection.gate, &connection.clock, request).await
        };
        sent.map_err(|trouble| {
            let problem = problem::trouble(WHO, trouble).problem().cloned();
            TaskFault { problem: problem.unwrap_or_else(|| unexpected().problem), kind: FaultKind::Passing }
        })
    }

    /// Graph refused (learn.microsoft.com, "Microsoft Graph error responses and resource types").
    fn fault(&self, path: &str, answer: &Answer) -> TaskFault {
        let code = plain(&GraphError::parse(&answer.body).code);
        let id = answer.headers.get("request-id").and_then(|id| id.to_str().ok()).unwrap_or("none");
        let room = path.split(['/', '(', '?']).next().unwrap_or_default();
        let detail = format!("{} {code}, {room}, request {}", answer.status.as_u16(), plain(id));
        let (kind, problem) = match answer.status.as_u16() {
            401 => (
                FaultKind::SignIn,
                Problem::new(
                    "setup.signIn",
                    "The administrator's sign-in has ended.",
                    "Microsoft no longer takes it; it lives for about an hour.",
                    "Sign in again; what is done stays done.",
                ),
            ),
            // Another administrator may be let.
            403 => (
                FaultKind::SignIn,
                Problem::new(
                    "setup.forbidden",
                    "Microsoft does not let this administrator do it.",
                    format!("It answered “insufficient privileges” for {room}."),
                    "Sign in again with a Global Administrator, or do this step by hand.",
                ),
            ),
            // Something that was made a moment ago is not known on every server yet; and who came second finds it by looking.
            400 | 404 | 409 | 412 | 422 => (
                FaultKind::NotYet,
                Problem::new(
                    "setup.notYet",
                    "Microsoft did not take it yet.",
                    "What was made before needs a while until all of Microsoft's servers know it.",
                    "If it lasts, try again later; what is done stays done.",
                ),
            ),
            _ => (
                FaultKind::Passing,
                Problem::new(
                    "microsoft.unavailable",
                    "Microsoft has a problem of its own.",
                    format!("{WHO} answered with status {}.", answer.status.as_u16()),
                    "If it lasts, look at Microsoft's service health page.",
                ),
            ),
        };
        TaskFault { problem: Arc::new(problem.detail(detail)), kind }
    }
}

/// A text inside an OData filter.
fn quoted(text: &str) -> String {
    text.replace('\'', "''")
}

/// An answer that is none.
fn unexpected() -> TaskFault {
    let problem = problem::malformed(WHO).problem().cloned();
    let kind = FaultKind::Passing;
    match problem {
        Some(problem) => TaskFault { problem, kind },
        None => TaskFault { problem: Arc::new(Problem::new("microsoft.malformed", "", "", "")), kind },
    }
}

/// The administrator roles of whoever a token is for (learn.microsoft.com, "directoryObject: checkMemberObjects").
///
/// # Errors
/// Why they could not be read.
pub async fn roles_of(
    connection: &Connection,
    token: &Secret,
) -> Result<BTreeSet<AdministratorRole>, Failure> {
    let ids: Vec<&str> = AdministratorRole::ALL.into_iter().map(AdministratorRole::template).collect();
    let body = json!({ "ids": ids });
    let address = format!("{}/v1.0/me/checkMemberObjects", connection.endpoints.graph);
    let request = || connection.http.post(&address).bearer_auth(token.expose()).json(&body);
    let answer = http::call(&connection.gate, &connection.clock, request)
        .await
        .map_err(|trouble| problem::trouble(WHO, trouble))?;
    if answer.status != StatusCode::OK {
        return Err(problem::broken(WHO, &answer));
    }
    let found: Collection<String> =
        serde_json::from_slice(&answer.body).map_err(|_| problem::malformed(WHO))?;
    let roles = AdministratorRole::ALL.into_iter();
    Ok(roles.filter(|role| found.value.iter().any(|id| id.eq_ignore_ascii_case(role.template()))).collect())
}
