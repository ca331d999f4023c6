//! What runs behind the window: nothing on first run, or a driver for an organisation or the sandbox tenant.

use std::sync::Arc;
use std::time::Duration;

use presence::clock::Clock;
use presence::desktop::{Desktop, SystemBrowser};
use presence::driver::{self, Handle, Parts};
use presence::endpoints::Endpoints;
use presence::engine::Rules;
use presence::engine::event::Intent;
use presence::error::Problem;
use presence::settings::{Lock, Profile};
use presence::setup::installation::Installation;
use presence::vault::{MemoryVault, SystemVault, Vault};

use crate::desktop::{Surroundings, Visitor};
use crate::options::VaultKind;

/// People in the sandbox tenant.
pub(crate) const SANDBOX_PEOPLE: usize = 250;

/// What was made at Microsoft is known everywhere after a while; in a rehearsal after this long.
const REHEARSAL_REPLICATION: Duration = Duration::from_secs(2);

/// Calls under way at a time in a rehearsal.
const REHEARSAL_CALLS: usize = 12;

/// A running driver with what it needs to live.
pub(crate) struct Running {
    pub(crate) handle: Handle,
    /// Where it keeps what it keeps.
    pub(crate) profile: Profile,
    sandbox: Option<sandbox::Sandbox>,
    /// The sandbox tenant has a profile of its own, and with it a lock of its own.
    _lock: Option<Lock>,
}

impl Running {
    /// Starts for an organisation. The caller holds the profile's lock.
    pub(crate) fn organisation(
        profile: Profile,
        endpoints: Endpoints,
        vault: Option<VaultKind>,
        desktop: Arc<dyn Desktop>,
    ) -> Result<Self, Problem> {
        let vault = open_vault(vault.unwrap_or(VaultKind::Os), &profile);
        let mut installation = profile.installation();
        // A file that names a registration stands for an installation that somebody else made.
        let named = endpoints.microsoft.tenant.as_deref().zip(endpoints.microsoft.client_id.as_deref());
        if let Some((tenant, client_id)) = named
            && installation.organisation.is_none()
        {
            installation = Installation::by_hand(tenant, client_id);
        }
        let (rules, clock) = (Rules::default(), Arc::new(Clock::start()));
        let kept = profile.clone();
        let handle = driver::start(Parts { profile, endpoints, installation, vault, desktop, rules, clock })?;
        Ok(Self { handle, profile: kept, sandbox: None, _lock: None })
    }

    /// Opens a sandbox tenant in which nothing is installed, to rehearse the installation with the real browser.
    pub(crate) async fn rehearsal(profile: Profile, around: Surroundings<()>) -> Result<Self, Problem> {
        let lock = profile.lock("presence-sync-desktop")?;
        let options = sandbox::Options {
            people: SANDBOX_PEOPLE,
            installed: false,
            replication: REHEARSAL_REPLICATION,
            calls: REHEARSAL_CALLS,
            contact_center: true,
            agents_work: true,
            ..sandbox::Options::default()
        };
        let tenant = open_sandbox(options).await?;
        // The tenant is a new one each time, and nothing of the one before is in it.
        let installation = Installation::new();
        profile.save_installation(&installation)?;
        let handle = driver::start(Parts {
            endpoints: Endpoints::parse(&tenant.endpoints())?,
            installation,
            vault: Arc::new(MemoryVault::default()),
            desktop: around.over(SystemBrowser),
            profile: profile.clone(),
            rules: Rules::default(),
            clock: Arc::new(Clock::start()),
        })?;
        Ok(Self { handle, profile, sandbox: Some(tenant), _lock: Some(lock) })
    }

    /// What whoever rehearses has to enter, and nobody could know.
    pub(crate) fn notes(&self) -> Vec<(&'static str, String)> {
        let Some(tenant) = &self.sandbox else { return Vec::new() };
        vec![
            ("Domain", tenant.domain().to_owned()),
            ("Administrator", tenant.administrator().to_owned()),
            ("Application for administration", tenant.administration_client_id().to_owned()),
            ("8x8 key with “Contact Search”", tenant.search_key().to_owned()),
            ("8x8 key with “Contact Management”", tenant.management_key().to_owned()),
            ("8x8 key with “Work Analytics”", tenant.analytics_key().to_owned()),
            ("8x8 user name", tenant.analytics_user().to_owned()),
            ("Its password", tenant.analytics_password().to_owned()),
            ("Contact centre: platform", "na12".to_owned()),
            ("Contact centre: tenant name", tenant.contact_center_tenant().to_owned()),
            ("Contact centre: Action Request Token", tenant.control().action_token()),
            ("8x8 key with “Pulsar Event Stream”", tenant.events_key().to_owned()),
            ("8x8 key with “UC Ring Group Admin”", tenant.provisioning_key().to_owned()),
        ]
    }

    /// Opens the sandbox tenant in this process, and enters it.
    pub(crate) async fn sandbox(
        profile: Profile,
        vault: Option<VaultKind>,
        around: Surroundings<()>,
    ) -> Result<Self, Problem> {
        let lock = profile.lock("presence-sync-desktop")?;
        let options = sandbox::Options { people: SANDBOX_PEOPLE, ..sandbox::Options::default() };
        let tenant = open_sandbox(options).await?;
        let handle = driver::start(Parts {
            endpoints: Endpoints::parse(&tenant.endpoints())?,
            installation: Installation::by_hand(tenant.tenant(), tenant.client_id()),
            vault: open_vault(vault.unwrap_or(VaultKind::Memory), &profile),
            desktop: around.over(Visitor::new(tenant.status_user())),
            profile: profile.clone(),
            rules: Rules::default(),
            clock: Arc::new(Clock::start()),
        })?;
        // Whoever chooses the sandbox tenant wants to be in it: no browser is involved.
        handle.send(Intent::SignIn);
        Ok(Self { handle, profile, sandbox: Some(tenant), _lock: Some(lock) })
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

async fn open_sandbox(options: sandbox::Options) -> Result<sandbox::Sandbox, Problem> {
    sandbox::Sandbox::start(options).await.map_err(|error| {
        let cause = "No port of this computer could be opened for it.";
        let remedy = "Check that no security software forbids local connections, then try again.";
        Problem::new("sandbox.start", "The sandbox tenant could not open.", cause, remedy)
            .detail(error.to_string())
    })
}

fn open_vault(kind: VaultKind, profile: &Profile) -> Arc<dyn Vault> {
    match kind {
        VaultKind::Os => Arc::new(SystemVault::new(profile.name())),
        VaultKind::Memory => Arc::new(MemoryVault::default()),
    }
}
