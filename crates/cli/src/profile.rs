//! From options to the parts of a driver: profile, endpoints, vault, browser.

use std::sync::Arc;

use presence::clock::Clock;
use presence::desktop::{Desktop, SystemBrowser};
use presence::driver::Parts;
use presence::endpoints::Endpoints;
use presence::engine::Rules;
use presence::error::Problem;
use presence::settings::Profile;
use presence::setup::installation::Installation;
use presence::vault::{MemoryVault, SystemVault, Vault};

use crate::options::{Common, Organisation, VaultKind};

/// Everything a driver needs for a real organisation, whether anything is installed or not.
pub(crate) fn bare_parts(common: &Common) -> Result<Parts, Problem> {
    let profile = Profile::open(common.profile.as_deref(), false)?;
    Ok(Parts {
        vault: vault(common.vault.unwrap_or(VaultKind::Os), &profile),
        desktop: browser(common),
        installation: profile.installation(),
        profile,
        endpoints: endpoints(common)?,
        rules: Rules::default(),
        clock: Arc::new(Clock::start()),
    })
}

/// The same for a command that reads: an organisation and an application are needed.
pub(crate) fn parts(common: &Common, organisation: &Organisation) -> Result<Parts, Problem> {
    let mut parts = bare_parts(common)?;
    let given = |option: &Option<String>, file: &Option<String>, known: Option<String>| {
        option.clone().or_else(|| file.clone()).or(known)
    };
    let known = parts.installation.configuration();
    let microsoft = &parts.endpoints.microsoft;
    let (tenant, client_id) = known.map(|known| (known.tenant, known.client_id)).unzip();
    let tenant = given(&organisation.tenant, &microsoft.tenant, tenant);
    let client_id = given(&organisation.client_id, &microsoft.client_id, client_id);
    let (Some(tenant), Some(client_id)) = (tenant, client_id) else {
        return Err(Problem::new(
            "cli.organisation",
            "Nothing is installed.",
            "Neither the installation nor the options name a tenant and an application.",
            "Run presence-sync setup, or give --tenant and --client-id once; they are kept. Or try --sandbox.",
        ));
    };
    let wanted = Some((tenant.as_str(), client_id.as_str()));
    let configuration = parts.installation.configuration();
    let known = configuration.as_ref().map(|known| (known.tenant.as_str(), known.client_id.as_str()));
    if known != wanted {
        parts.installation = Installation::by_hand(&tenant, &client_id);
        // What a file says is said again next time; what an option says is kept.
        if organisation.tenant.is_some() || organisation.client_id.is_some() {
            parts.profile.save_installation(&parts.installation)?;
        }
    }
    Ok(parts)
}

/// Everything a driver needs for the sandbox tenant that runs in this process.
pub(crate) fn sandbox_parts(common: &Common, tenant: &sandbox::Sandbox) -> Result<Parts, Problem> {
    let profile = Profile::open(common.profile.as_deref(), true)?;
    let endpoints = Endpoints::parse(&tenant.endpoints())?;
    let visitor =
        Visitor { account: tenant.status_user().to_owned(), runtime: tokio::runtime::Handle::current() };
    Ok(Parts {
        vault: vault(common.vault.unwrap_or(VaultKind::Memory), &profile),
        desktop: if common.no_browser { Arc::new(Printed) } else { Arc::new(visitor) },
        installation: Installation::by_hand(tenant.tenant(), tenant.client_id()),
        profile,
        endpoints,
        rules: Rules::default(),
        clock: Arc::new(Clock::start()),
    })
}

/// Everything a driver needs to rehearse the installation: the sandbox tenant, and nothing installed.
pub(crate) fn rehearsal_parts(common: &Common, tenant: &sandbox::Sandbox) -> Result<Parts, Problem> {
    let profile = Profile::open_rehearsal(common.profile.as_deref())?;
    Ok(Parts {
        vault: vault(common.vault.unwrap_or(VaultKind::Memory), &profile),
        desktop: browser(common),
        installation: Installation::new(),
        profile,
        endpoints: Endpoints::parse(&tenant.endpoints())?,
        rules: Rules::default(),
        clock: Arc::new(Clock::start()),
    })
}

fn endpoints(common: &Common) -> Result<Endpoints, Problem> {
    common.endpoints.as_deref().map_or_else(|| Ok(Endpoints::default()), Endpoints::read)
}

fn vault(kind: VaultKind, profile: &Profile) -> Arc<dyn Vault> {
    match kind {
        VaultKind::Os => Arc::new(SystemVault::new(profile.name())),
        VaultKind::Memory => Arc::new(MemoryVault::default()),
    }
}

fn browser(common: &Common) -> Arc<dyn Desktop> {
    if common.no_browser { Arc::new(Printed) } else { Arc::new(Announced) }
}

/// Opens the browser, and prints the address when that fails.
struct Announced;

impl Desktop for Announced {
    fn open_address(&self, address: &str) -> Result<(), Problem> {
        eprintln!("Waiting for your browser: finish signing in there.");
        SystemBrowser.open_address(address).inspect_err(|problem| eprintln!("{problem}\n{address}"))
    }
}

/// Prints the address.
struct Printed;

impl Desktop for Printed {
    fn open_address(&self, address: &str) -> Result<(), Problem> {
        eprintln!("Open this address in a browser on this computer to sign in:\n{address}");
        Ok(())
    }
}

/// Signs in to the sandbox tenant as its status user, by the same pages a browser would see.
struct Visitor {
    account: String,
    runtime: tokio::runtime::Handle,
}

impl Desktop for Visitor {
    fn open_address(&self, address: &str) -> Result<(), Problem> {
        self.runtime.block_on(sandbox::visit(address, &self.account)).map_err(|error| {
            let cause = "Its pages did not lead to a sign-in.";
            Problem::new("sandbox.visit", "The sandbox tenant could not be entered.", cause, "Try again.")
                .detail(error.to_string())
        })
    }
}
