//! Microsoft's side: Entra for signing in, Graph for directory and presence.

pub mod aadsts;
pub mod administration;
pub mod auth;
pub mod certificate;
pub mod consent;
pub mod discovery;
pub mod expected;
pub mod graph;
mod problem;
mod renewal;
pub mod wire;
mod writing;

use std::sync::Arc;

use tokio::sync::OnceCell;

use crate::auth::tokens::Tokens;
use crate::clock::Clock;
use crate::endpoints;
use crate::error::Failure;
use crate::http::Gate;
use crate::setup::registration::Registration;
use crate::vault::Vault;
use discovery::Authority;

/// What the two clients of Microsoft share: address, registration, connection, and Microsoft's wish for silence.
pub struct Connection {
    pub(crate) http: crate::http::Client,
    pub(crate) gate: Gate,
    pub(crate) clock: Arc<Clock>,
    pub(crate) endpoints: endpoints::Microsoft,
    /// Tenant id or domain.
    pub tenant: String,
    /// The application's client id.
    pub client_id: String,
    authority: OnceCell<Authority>,
}

impl Connection {
    /// A connection; nothing is sent yet.
    #[must_use]
    pub fn new(
        http: crate::http::Client,
        clock: Arc<Clock>,
        endpoints: endpoints::Microsoft,
        tenant: String,
        client_id: String,
    ) -> Self {
        Self { http, gate: Gate::default(), clock, endpoints, tenant, client_id, authority: OnceCell::new() }
    }

    /// Entra's endpoints for this tenant, discovered once.
    ///
    /// # Errors
    /// Why they could not be discovered.
    pub async fn authority(&self) -> Result<&Authority, Failure> {
        self.authority.get_or_try_init(|| discovery::discover(self)).await
    }
}

/// Everything that can be asked of Microsoft with a sign-in.
pub struct Microsoft {
    /// The connection.
    pub connection: Arc<Connection>,
    /// The sign-in.
    pub tokens: Tokens,
}

impl Microsoft {
    /// A client that finds its sign-in in `vault`.
    #[must_use]
    pub fn new(connection: Arc<Connection>, vault: Arc<dyn Vault>) -> Self {
        Self { tokens: Tokens::new(Arc::clone(&connection), vault), connection }
    }

    /// A client for a registration that acts alone, with its certificate in `vault`.
    #[must_use]
    pub fn alone(connection: Arc<Connection>, vault: Arc<dyn Vault>, registration: Registration) -> Self {
        Self { tokens: Tokens::alone(Arc::clone(&connection), vault, registration), connection }
    }
}
