//! Graph: the directory and everybody's presence.

use std::sync::Arc;

use reqwest::{Method, StatusCode, Url};

use super::{Microsoft, problem, wire};
use crate::engine::event::{DirectoryRead, PresenceRead, Reading};
use crate::error::Failure;
use crate::http::{self, Answer};
use crate::person::PersonId;

const WHO: &str = "Microsoft Graph";

/// What a reader with the least permission may ask of a user (`User.ReadBasic.All`).
const BASIC: &str = "id,displayName,userPrincipalName,mail";

/// What a reader with `User.Read.All` asks.
const FULL: &str = "id,displayName,userPrincipalName,mail,proxyAddresses,jobTitle,department,userType,accountEnabled,officeLocation,businessPhones,mobilePhone";

/// Permissions that allow reading changes of the directory.
const DELTA: [&str; 3] = ["User.Read.All", "Directory.Read.All", "User.ReadWrite.All"];

/// More pages than any directory has; a server that never ends is not followed for ever.
const MOST_PAGES: usize = 10_000;

/// Calls that a refused page of people may cost to find whom Microsoft refuses.
const MOST_BISECTIONS: usize = 80;

impl Microsoft {
    /// Reads the directory: changes where permitted, a full listing where not.
    ///
    /// # Errors
    /// [`Failure::Reset`] when `cursor` is no longer valid; others as they say.
    pub async fn read_directory(&self, cursor: Option<&str>) -> Result<DirectoryRead, Failure> {
        self.tokens.access().await?;
        if !DELTA.iter().any(|permission| self.tokens.grants(permission)) {
            return self.list_users().await;
        }
        match self.read_changes(cursor).await {
            Err(Failure::Forbidden(_)) => self.list_users().await,
            other => other,
        }
    }

    async fn read_changes(&self, cursor: Option<&str>) -> Result<DirectoryRead, Failure> {
        let first = format!("{}/v1.0/users/delta?$select={FULL}", self.connection.endpoints.graph);
        // A cursor of another address, as of a sandbox tenant that has moved, leads nowhere: begin anew.
        if cursor.is_some_and(|cursor| self.own(cursor).is_err()) {
            return Err(Failure::Reset);
        }
        let address = cursor.map_or(first, str::to_owned);
        let mut read = self.read_users(address, "User.Read.All").await?;
        // Without a place to go on from, the next reading would take these changes for everybody.
        if read.cursor.is_none() {
            return Err(problem::malformed(WHO));
        }
        read.full = cursor.is_none();
        Ok(read)
    }

    async fn list_users(&self) -> Result<DirectoryRead, Failure> {
        let address = format!("{}/v1.0/users?$select={BASIC}&$top=999", self.connection.endpoints.graph);
        let mut read = self.read_users(address, "User.ReadBasic.All").await?;
        read.full = true;
        read.cursor = None;
        Ok(read)
    }

    /// Follows the pages of a collection of users.
    async fn read_users(&self, address: String, permission: &str) -> Result<DirectoryRead, Failure> {
        let mut read = DirectoryRead::default();
        let mut address = address;
        for _ in 0..MOST_PAGES {
            let url = self.own(&address)?;
            let answer = self
                .authorized(|http| {
                    http.request(Method::GET, url.clone())
                        .header("x-ms-throttle-priority", "low")
                        .header("Prefer", "odata.maxpagesize=999")
                })
                .await?;
            match answer.status {
                StatusCode::OK => {}
                StatusCode::GONE => return Err(Failure::Reset),
                StatusCode::FORBIDDEN => {
                    return Err(problem::forbidden("The directory", permission, &answer));
                }
                status if status.is_client_error() && lost_track(&answer) => return Err(Failure::Reset),
                _ => return Err(problem::broken(WHO, &answer)),
            }
            let page: wire::Page<'_> =
                serde_json::from_slice(&answer.body).map_err(|_| problem::malformed(WHO))?;
            for entry in &page.value {
                match wire::user(entry) {
                    Some(wire::UserEntry::Person(person)) => read.people.push(*person),
                    Some(wire::UserEntry::Removed(id)) => read.removed.push(id),
                    None => read.set_aside += 1,
                }
            }
            let Some(next) = &page.next else {
                read.cursor = wire::cursor(&page);
                settle(&mut read);
                return Ok(read);
            };
            address = next.to_string();
        }
        Err(problem::malformed(WHO))
    }

    /// Reads the presence of at most 650 people.
    ///
    /// A 400 says that one of the ids is bad without saying which: the page is halved until it is found.
    ///
    /// # Errors
    /// Why nothing could be read.
    pub async fn read_presence(&self, page: usize, people: Arc<[PersonId]>) -> Result<PresenceRead, Failure> {
        let mut read = PresenceRead { page, asked: Arc::clone(&people), ..PresenceRead::default() };
        let mut parts: Vec<&[PersonId]> = vec![&people];
        let mut calls = 0;
        while let Some(part) = parts.pop() {
            calls += 1;
            match self.read_part(part).await? {
                Some((readings, set_aside)) => {
                    read.set_aside += set_aside;
                    if read.readings.is_empty() {
                        read.readings = readings;
                    } else {
                        read.readings.extend(readings);
                    }
                }
                None if part.len() > 1 && calls < MOST_BISECTIONS => {
                    let (left, right) = part.split_at(part.len() / 2);
                    parts.push(right);
                    parts.push(left);
                }
                None => read.set_aside += u64::try_from(part.len()).unwrap_or(u64::MAX),
            }
        }
        // If Microsoft refused everybody, it is not about single people.
        if read.readings.is_empty() && calls > 1 { Err(problem::malformed(WHO)) } else { Ok(read) }
    }

    /// One call; `None` when Microsoft refuses the question as a whole.
    async fn read_part(&self, people: &[PersonId]) -> Result<Option<(Vec<Reading>, u64)>, Failure> {
        let url = self
            .own(&format!("{}/v1.0/communications/getPresencesByUserId", self.connection.endpoints.graph))?;
        let body = question(people);
        let answer = self
            .authorized(|http| {
                http.request(Method::POST, url.clone())
                    .header("Content-Type", "application/json")
                    .body(body.clone())
            })
            .await?;
        match answer.status {
            StatusCode::OK => wire::presences(&answer.body).map(Some).map_err(|_| problem::malformed(WHO)),
            StatusCode::BAD_REQUEST => Ok(None),
            StatusCode::FORBIDDEN => Err(problem::forbidden("Presence", "Presence.Read.All", &answer)),
            _ => Err(problem::broken(WHO, &answer)),
        }
    }

    /// The organisation's name, for `doctor`.
    ///
    /// # Errors
    /// Why it could not be read.
    pub async fn organization(&self) -> Result<String, Failure> {
        #[derive(serde::Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Organization {
            display_name: Option<String>,
        }
        let url = self
            .own(&format!("{}/v1.0/organization?$select=id,displayName", self.connection.endpoints.graph))?;
        let answer = self.authorized(|http| http.request(Method::GET, url.clone())).await?;
        match answer.status {
            StatusCode::OK => {}
            StatusCode::FORBIDDEN => {
                return Err(problem::forbidden("The organisation", "User.Read", &answer));
            }
            _ => return Err(problem::broken(WHO, &answer)),
        }
        let page: wire::Page<'_> =
            serde_json::from_slice(&answer.body).map_err(|_| problem::malformed(WHO))?;
        let first = page.value.first().and_then(|raw| serde_json::from_str::<Organization>(raw.get()).ok());
        Ok(first
            .and_then(|first| first.display_name)
            .map(|name| crate::person::plain(&name))
            .unwrap_or_default())
    }

    /// Makes a call with a token; a token that is refused is replaced once.
    pub(super) async fn authorized(
        &self,
        request: impl Fn(&http::Client) -> http::Request,
    ) -> Result<Answer, Failure> {
        let connection = &self.connection;
        for fresh in [false, true] {
            let token = self.tokens.access().await?;
            let make = || {
                request(&connection.http)
                    .bearer_auth(token.expose())
                    .header("Accept", "application/json")
                    .header("client-request-id", uuid::Uuid::new_v4().to_string())
            };
            let answer = http::call(&connection.gate, &connection.clock, make)
                .await
                .map_err(|trouble| problem::trouble(WHO, trouble))?;
            if answer.status != StatusCode::UNAUTHORIZED {
                return Ok(answer);
            }
            if fresh {
                return Err(problem::refused(&answer));
            }
            self.tokens.discard(&token).await;
        }
        Err(problem::malformed(WHO))
    }

    /// Only Graph itself ever gets a token, wherever a link in an answer points.
    pub(super) fn own(&self, address: &str) -> Result<Url, Failure> {
        let parse = |text: &str| Url::parse(text).map_err(|_| problem::malformed(WHO));
        let (url, graph) = (parse(address)?, parse(&self.connection.endpoints.graph)?);
        if url.origin() == graph.origin() { Ok(url) } else { Err(problem::malformed(WHO)) }
    }
}

/// Delta may name an object several times and tell an addition before a removal: the last word counts.
fn settle(read: &mut DirectoryRead) {
    let mut last = std::collections::HashMap::new();
    for (at, person) in read.people.iter().enumerate() {
        last.insert(person.id, at);
    }
    if last.len() < read.people.len() {
        let mut at = 0;
        read.people.retain(|person| {
            at += 1;
            last.get(&person.id) == Some(&(at - 1))
        });
    }
    read.removed.retain(|id| !last.contains_key(id));
}

fn lost_track(answer: &Answer) -> bool {
    let code = wire::GraphError::parse(&answer.body).code;
    ["syncStateNotFound", "syncStateInvalid", "resyncRequired"]
        .iter()
        .any(|lost| code.eq_ignore_ascii_case(lost))
}

fn question(people: &[PersonId]) -> String {
    use std::fmt::Write as _;
    let mut body = String::with_capacity(10 + people.len() * 39);
    body.push_str("{\"ids\":[");
    for (at, id) in people.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        // Writing to a String can not fail.
        let _ = write!(body, "{comma}\"{id}\"");
    }
    body.push_str("]}");
    body
}
