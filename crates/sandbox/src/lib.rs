//! The sandbox tenant: a made-up organisation that lives on loopback.
//!
//! One port answers for three clouds, close enough to the real ones that a client can not tell:
//!
//! | path | stands for |
//! |---|---|
//! | `/login/{tenant}/…` | Microsoft Entra: discovery, sign-in pages, tokens |
//! | `/graph/v1.0/…` | Microsoft Graph: organisation, users, roles, registrations, grants, presence, batch |
//! | `/8x8/directory-contacts/api/v3/contacts` | 8x8 directory contacts v3 |
//! | `/8x8/analytics/work/…` | 8x8 Work Analytics: tokens, phone systems, calls under way, agent activity |
//! | `/8x8/api/v1/tenants/…` | the agent status of 8x8's contact centre |
//! | `/8x8/ws/v2/…` | the contact centre's stream of events, over a WebSocket |
//! | `/8x8/admin-provisioning/…` | 8x8 admin provisioning: ring groups, users, operations |
//! | `/8x8/chat/api/chat/v1/messages` | the rooms of 8x8 Work |
//! | `/control/…` | the sandbox's own switches: faults, overrides, the request log |
//!
//! The organisation and its working day come from a seed: the same seed, the same people, doing the same
//! things at the same simulated time. What anybody shows at a moment is a pure function of
//! `(seed, person, time)`, so the size of the organisation costs memory but no background work.
//!
//! Every request comes in at one place, `reception`, where faults strike, and are answered by plain functions over
//! the shared tenant: no handler waits for anything.

mod chance;
mod clock;
mod contradictions;
mod control;
mod day;
mod directory;
mod eight;
pub mod faults;
mod graph;
mod guard;
mod journal;
mod login;
mod message;
mod organisation;
mod overrides;
mod policy;
mod reception;
mod register;
mod row;
mod server;
mod sessions;
mod tenant;
mod visitor;
mod window;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

pub use contradictions::{
    ActivityBody, AgentHost, BulkMethod, ChatField, ContactsPath, Contradictions, ErrorBody, EventValues,
    Paging, Unique, UserStatuses,
};
pub use control::{
    AgentTruth, AppRoleView, ApplicationView, Call, CallTruth, ContactsLoad, Control, ControlError,
    GrantView, Membership, PermissionView, PresenceSession, PrincipalView, RoleView, StreamCounts,
    StreamTruth, Truth, UserStatus, WrittenContact,
};
pub use eight::Product;
pub use eight::telephone::{Direction, Label};
pub use faults::{Fault, FaultKind, Place};
pub use journal::{Exchange, Request};
pub use policy::Guests;
pub use row::Row;
pub use visitor::{Visit, VisitError, visit, visit_as};

use login::SigningKey;
use server::Server;
use tenant::Tenant;

/// How the sandbox is set up.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// How many people work in the organisation at the start. Guests, rooms and other accounts come on top.
    pub people: usize,
    /// What the organisation and its day are made from.
    pub seed: u64,
    /// The loopback port; 0 lets the system choose.
    pub port: u16,
    /// Simulated seconds per real second.
    pub pace: f64,
    /// Faults that are set from the start.
    pub faults: Vec<Fault>,
    /// Whether whole exchanges are kept for [`Control::exchanges`].
    pub record: bool,
    /// Whether Presence Sync is installed already: its registration, its status user and the consent to it.
    /// If not, there are accounts for administrators instead: `apps@` (Cloud Application Administrator) and
    /// `helpdesk@` (User Administrator) besides `admin@` (Global Administrator).
    pub installed: bool,
    /// How long it takes until what is written to the directory can be read there.
    pub replication: Duration,
    /// Which reading is played where the vendors' pages contradict each other.
    pub contradictions: Contradictions,
    /// How many phone systems there are, three at most; if absent one, or two from 500 people on.
    pub phone_systems: Option<usize>,
    /// How many simulated 8x8 calls are under way at a time.
    pub calls: usize,
    /// Whether 8x8 has enabled the contact centre: the agent status, and the agents' extensions in contacts.
    pub contact_center: bool,
    /// Whether agents of the contact centre change their status by themselves.
    pub agents_work: bool,
    /// Whether contacts are limited to 60 requests in a rolling minute.
    pub contacts_limit: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            people: 1000,
            seed: 7,
            port: 0,
            pace: 1.0,
            faults: Vec::new(),
            record: false,
            installed: true,
            replication: Duration::ZERO,
            contradictions: Contradictions::default(),
            phone_systems: None,
            calls: 0,
            contact_center: false,
            agents_work: false,
            contacts_limit: true,
        }
    }
}

/// Why the sandbox could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port can not be had.
    #[error("the sandbox can not listen on 127.0.0.1:{port}; another program may have that port")]
    Port {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
}

/// A running sandbox tenant. Dropping it stops it and frees the port at once.
pub struct Sandbox {
    address: SocketAddr,
    control: Control,
    server: Server,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Sandbox").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Binds a loopback port and serves on tasks of the current tokio runtime.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let port = options.port;
        let (listener, address) =
            Server::bind(port).await.map_err(|source| StartError::Port { port, source })?;
        let tenant = Arc::new(Tenant::new(options, format!("http://{address}")));
        // Ready before anybody signs in, and without keeping anybody waiting.
        tokio::task::spawn_blocking(SigningKey::shared);
        let server = Server::run(listener, Arc::clone(&tenant));
        Ok(Self { address, control: Control::new(tenant), server })
    }

    /// Where the sandbox listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address all others begin with, such as `http://127.0.0.1:9400`.
    pub fn base(&self) -> String {
        self.control.tenant().base.clone()
    }

    /// Where Entra is; a client appends `/{tenant}/v2.0/.well-known/openid-configuration`.
    pub fn login(&self) -> String {
        format!("{}/login", self.base())
    }

    /// Where Graph is; a client appends `/v1.0/…`.
    pub fn graph(&self) -> String {
        format!("{}/graph", self.base())
    }

    /// Where 8x8 is; a client appends `/directory-contacts/api/v3/contacts`.
    pub fn eight(&self) -> String {
        format!("{}/8x8", self.base())
    }

    /// The tenant's id.
    pub fn tenant(&self) -> &str {
        &self.control.tenant().organisation.tenant_text
    }

    /// The client id of Presence Sync where it is installed: public, redirecting to `http://localhost`.
    pub fn client_id(&self) -> &str {
        &self.control.tenant().organisation.client_id
    }

    /// The client id of "Brightwater Administration", a public client of the organisation's own with which
    /// administrators sign in; it redirects to `http://localhost` and may ask for any delegated permission.
    pub fn administration_client_id(&self) -> &str {
        &self.control.tenant().organisation.administration_id
    }

    /// The 8x8 API key for Contact Search.
    pub fn key(&self) -> &str {
        &self.control.tenant().organisation.key
    }

    /// The same: the 8x8 API key for Contact Search.
    pub fn search_key(&self) -> &str {
        self.key()
    }

    /// The 8x8 API key for Contact Management.
    pub fn management_key(&self) -> &str {
        &self.control.tenant().organisation.management_key
    }

    /// The 8x8 API key for Work Analytics.
    pub fn analytics_key(&self) -> &str {
        &self.control.tenant().organisation.analytics_key
    }

    /// The 8x8 user whose password opens Work Analytics.
    pub fn analytics_user(&self) -> &str {
        organisation::ANALYTICS_USER
    }

    /// The password of that user.
    pub fn analytics_password(&self) -> &str {
        &self.control.tenant().organisation.analytics_password
    }

    /// The name of the contact centre, which stands in its addresses.
    pub fn contact_center_tenant(&self) -> &str {
        organisation::CONTACT_CENTER
    }

    /// The 8x8 API key for the stream of events.
    pub fn events_key(&self) -> &str {
        &self.control.tenant().organisation.events_key
    }

    /// The contact centre's Data Request Token, which opens the stream of events too.
    pub fn data_token(&self) -> &str {
        &self.control.tenant().organisation.data_token
    }

    /// The 8x8 API key for ring groups, users and operations of admin provisioning.
    pub fn provisioning_key(&self) -> &str {
        &self.control.tenant().organisation.provisioning_key
    }

    /// The 8x8 API key for the rooms of 8x8 Work.
    pub fn chat_key(&self) -> &str {
        &self.control.tenant().organisation.chat_key
    }

    /// The domain that people's user names end with.
    pub fn domain(&self) -> &str {
        organisation::DOMAIN
    }

    /// The user name of a Global Administrator.
    pub fn administrator(&self) -> &str {
        organisation::ADMIN
    }

    /// The user name of the account that reads presence, where Presence Sync is installed.
    pub fn status_user(&self) -> &str {
        organisation::STATUS_USER
    }

    /// The endpoints file (TOML) that leads a client here. It names tenant, client and key only where Presence
    /// Sync is installed.
    pub fn endpoints(&self) -> String {
        let installed = self.control.tenant().installed;
        let line = |name: &str, value: &str| match installed {
            true => format!("{name} = \"{value}\"\n"),
            false => String::new(),
        };
        format!(
            "[microsoft]\nlogin = \"{login}\"\ngraph = \"{graph}\"\n{tenant}{client}\n[eight]\n\
             api = \"{eight}\"\ncontact_center = \"{eight}\"\nevents = \"{events}\"\n{key}",
            login = self.login(),
            graph = self.graph(),
            tenant = line("tenant", self.tenant()),
            client = line("client_id", self.client_id()),
            eight = self.eight(),
            events = self.eight().replacen("http", "ws", 1),
            key = line("key", self.key()),
        )
    }

    /// The switches behind `/control`, for callers in the same process.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Accepts nothing new, lets answers under way finish, then closes.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}
