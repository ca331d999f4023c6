//! What runs behind the window: nothing on first run, or a driver for an organisation or the sandbox tenant.

use std::sync::Arc;

use presence::desktop::{Desktop, SystemBrowser};
use presence::driver::{self, Handle, Parts};
use presence::endpoints::Endpoints;
use presence::engine::Rules;
use presence::engine::event::Intent;
use presence::error::Problem;
use presence::settings::{Lock, Profile};
use presence::vault::{MemoryVault, SystemVault, Vault};

use crate::desktop::Visitor;
use crate::options::VaultKind;

/// People in the sandbox tenant.
pub(crate) const SANDBOX_PEOPLE: usize = 250;

/// A running driver with what it needs to live.
pub(crate) struct Running {
    pub(crate) handle: Handle,
    sandbox: Option<sandbox::Sandbox>,
    /// The sandbox tenant has a profile of its own, and with it a lock of its own.
    _lock: Option<Lock>,
}

impl Running {
    /// Starts for an organisation. The caller holds the profile's lock.
    pub(crate) fn organisation(
        profile: Profile,
        endpoints: Endpoints,
        tenant: String,
        client_id: String,
        vault: Option<VaultKind>,
    ) -> Result<Self, Problem> {
        let vault = open_vault(vault.unwrap_or(VaultKind::Os), &profile);
        let desktop: Arc<dyn Desktop> = Arc::new(SystemBrowser);
        let rules = Rules::default();
        let handle = driver::start(Parts { profile, endpoints, tenant, client_id, vault, desktop, rules })?;
        Ok(Self { handle, sandbox: None, _lock: None })
    }

    /// Opens the sandbox tenant in this process, and enters it.
    pub(crate) async fn sandbox(profile: Profile, vault: Option<VaultKind>) -> Result<Self, Problem> {
        let lock = profile.lock("presence-sync-desktop")?;
        let options = sandbox::Options { people: SANDBOX_PEOPLE, ..sandbox::Options::default() };
        let tenant = sandbox::Sandbox::start(options).await.map_err(|error| {
            let cause = "No port of this computer could be opened for it.";
            let remedy = "Check that no security software forbids local connections, then try again.";
            Problem::new("sandbox.start", "The sandbox tenant could not open.", cause, remedy)
                .detail(error.to_string())
        })?;
        let handle = driver::start(Parts {
            endpoints: Endpoints::parse(&tenant.endpoints())?,
            tenant: tenant.tenant().to_owned(),
            client_id: tenant.client_id().to_owned(),
            vault: open_vault(vault.unwrap_or(VaultKind::Memory), &profile),
            desktop: Arc::new(Visitor::new(tenant.status_user())),
            profile,
            rules: Rules::default(),
        })?;
        // Whoever chooses the sandbox tenant wants to be in it: no browser is involved.
        handle.send(Intent::SignIn);
        Ok(Self { handle, sandbox: Some(tenant), _lock: Some(lock) })
    }

    /// Ends everything, and removes the sign-in from the vault.
    pub(crate) async fn leave(self) -> Result<(), Problem> {
        let left = self.handle.leave().await;
        if let Some(sandbox) = self.sandbox {
            sandbox.stop().await;
        }
        left
    }

    /// Ends everything, and waits for it.
    pub(crate) async fn stop(self) {
        self.handle.stop().await;
        if let Some(sandbox) = self.sandbox {
            sandbox.stop().await;
        }
    }
}

fn open_vault(kind: VaultKind, profile: &Profile) -> Arc<dyn Vault> {
    match kind {
        VaultKind::Os => Arc::new(SystemVault::new(profile.name())),
        VaultKind::Memory => Arc::new(MemoryVault::default()),
    }
}
