//! One request and one reply, whole in memory: handlers are plain functions from the one to the other.

use hyper::body::Bytes;
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use serde::Serialize;

/// What a request is for, as faults and the request log name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Endpoint {
    Login,
    Token,
    Organization,
    Me,
    Users,
    Delta,
    Presence,
    Batch,
    OtherGraph,
    Contacts,
    ContactsWrite,
    Analytics,
    Calls,
    AgentActivity,
    Agents,
    Events,
    EventFrames,
    Provisioning,
    Chat,
    Control,
    Unknown,
}

impl Endpoint {
    /// Sorts a request.
    pub(crate) fn of_request(method: &Method, path: &str) -> Self {
        match Self::of(path) {
            Self::Contacts if *method != Method::GET => Self::ContactsWrite,
            other => other,
        }
    }

    /// Sorts a path.
    pub(crate) fn of(path: &str) -> Self {
        if path.starts_with("/login/") {
            return if path.ends_with("/oauth2/v2.0/token") { Self::Token } else { Self::Login };
        }
        if let Some(rest) = path.strip_prefix("/graph/v1.0/") {
            return Self::of_graph(rest);
        }
        match path {
            _ if path.starts_with("/graph") => Self::OtherGraph,
            _ if path.starts_with("/8x8/") => Self::of_eight(path),
            _ if path.starts_with("/control") => Self::Control,
            _ => Self::Unknown,
        }
    }

    /// Sorts a path below `/8x8/`.
    fn of_eight(path: &str) -> Self {
        let rest = path.trim_start_matches("/8x8/").trim_end_matches('/');
        match rest.split('/').next().unwrap_or_default() {
            "analytics" if rest.ends_with("/calls/active") => Self::Calls,
            "analytics" if rest.ends_with("/agent-activity") => Self::AgentActivity,
            "analytics" => Self::Analytics,
            "ws" => Self::Events,
            "admin-provisioning" => Self::Provisioning,
            "chat" => Self::Chat,
            _ if rest.contains("api/v1/tenants/") => Self::Agents,
            _ => Self::Contacts,
        }
    }

    /// Sorts a path below `/graph/v1.0/`, as the parts of a batch name it too.
    pub(crate) fn of_graph(path: &str) -> Self {
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        let mut segments = path.trim_matches('/').split('/');
        match (segments.next().unwrap_or_default(), segments.next(), segments.next()) {
            ("users", Some("delta" | "delta()"), None) => Self::Delta,
            ("users", _, None) => Self::Users,
            ("users" | "me", Some("presence"), _) | ("users", _, Some("presence")) => Self::Presence,
            ("communications", ..) => Self::Presence,
            ("me", None, _) => Self::Me,
            ("organization", ..) => Self::Organization,
            ("$batch", None, _) => Self::Batch,
            _ => Self::OtherGraph,
        }
    }

    /// The name in the request log.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Token => "token",
            Self::Organization => "organization",
            Self::Me => "me",
            Self::Users => "users",
            Self::Delta => "delta",
            Self::Presence => "presence",
            Self::Batch => "batch",
            Self::OtherGraph => "graph",
            Self::Contacts => "eight",
            Self::ContactsWrite => "contacts_write",
            Self::Analytics => "analytics",
            Self::Calls => "calls",
            Self::AgentActivity => "agent_activity",
            Self::Agents => "agents",
            Self::Events | Self::EventFrames => "events",
            Self::Provisioning => "provisioning",
            Self::Chat => "chat",
            Self::Control => "control",
            Self::Unknown => "unknown",
        }
    }

    /// Whether 8x8 answers here.
    pub(crate) fn is_eight(self) -> bool {
        matches!(
            self,
            Self::Contacts
                | Self::ContactsWrite
                | Self::Analytics
                | Self::Calls
                | Self::AgentActivity
                | Self::Agents
                | Self::Events
                | Self::Provisioning
                | Self::Chat
        )
    }

    /// Whether Graph answers here.
    pub(crate) fn is_graph(self) -> bool {
        matches!(
            self,
            Self::Organization
                | Self::Me
                | Self::Users
                | Self::Delta
                | Self::Presence
                | Self::Batch
                | Self::OtherGraph
        )
    }
}

/// A request as handlers see it.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) endpoint: Endpoint,
}

impl Call {
    /// A header's value, if it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The parameters of the query.
    pub(crate) fn parameters(&self) -> Parameters {
        Parameters::parse(self.query.as_bytes())
    }

    /// The fields of a form; none if the body is of another type.
    pub(crate) fn form(&self) -> Parameters {
        let content = self.header("content-type").unwrap_or_default();
        if content.to_ascii_lowercase().starts_with("application/x-www-form-urlencoded") {
            Parameters::parse(&self.body)
        } else {
            Parameters(Vec::new())
        }
    }
}

/// Decoded names and values of a query or a form.
#[derive(Debug, Clone)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// The first value of that name; an empty one counts as absent.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.given(name).filter(|value| !value.is_empty())
    }

    /// The first value of that name, also if it is empty.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The names that are there.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}

/// A reply as handlers give it.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// A reply without a body.
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), body: Vec::new() }
    }

    /// A reply with a ready body.
    pub(crate) fn with_body(status: StatusCode, content: &'static str, body: Vec<u8>) -> Self {
        let mut reply = Self { body, ..Self::empty(status) };
        reply.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content));
        reply
    }

    /// A value as JSON, written straight into the body's buffer.
    pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Self {
        let mut body = Vec::with_capacity(256);
        match serde_json::to_writer(&mut body, value) {
            Ok(()) => Self::with_body(status, "application/json; charset=utf-8", body),
            // Only a map with keys that are no text can fail, and no reply has one.
            Err(_) => Self::empty(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }

    /// A redirect (302) to `address`.
    pub(crate) fn redirect(address: &str) -> Self {
        Self::empty(StatusCode::FOUND).header("location", address)
    }

    /// Adds a header; a value that a header can not carry is left out.
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(HeaderName::from_static(name), value);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_sorted_by_what_they_are_for() {
        for (path, endpoint) in [
            ("/login/organizations/oauth2/v2.0/token", Endpoint::Token),
            ("/login/x/v2.0/.well-known/openid-configuration", Endpoint::Login),
            ("/graph/v1.0/users", Endpoint::Users),
            ("/graph/v1.0/users/delta", Endpoint::Delta),
            ("/graph/v1.0/users/7/presence", Endpoint::Presence),
            ("/graph/v1.0/me/presence", Endpoint::Presence),
            ("/graph/v1.0/me", Endpoint::Me),
            ("/graph/v1.0/communications/getPresencesByUserId", Endpoint::Presence),
            ("/graph/v1.0/$batch", Endpoint::Batch),
            ("/graph/v1.0/organization", Endpoint::Organization),
            ("/graph/beta/users", Endpoint::OtherGraph),
            ("/8x8/directory-contacts/api/v3/contacts", Endpoint::Contacts),
            ("/8x8/analytics/work/v2/pbxes/", Endpoint::Analytics),
            ("/8x8/analytics/work/v2/pbxes/p/calls/active", Endpoint::Calls),
            ("/8x8/analytics/work/v2/pbxes/p/agent-activity", Endpoint::AgentActivity),
            ("/8x8/api/v1/tenants/t/agentstatus/agents", Endpoint::Agents),
            ("/8x8/vcc-na12/api/v1/tenants/t/agentstatus/agents/a", Endpoint::Agents),
            ("/8x8/ws/v2/reader/persistent/t/event-v1/all", Endpoint::Events),
            ("/8x8/admin-provisioning/ring-groups", Endpoint::Provisioning),
            ("/8x8/chat/api/chat/v1/messages", Endpoint::Chat),
            ("/control/faults", Endpoint::Control),
            ("/favicon.ico", Endpoint::Unknown),
        ] {
            assert_eq!(Endpoint::of(path), endpoint, "{path}");
        }
    }
}
