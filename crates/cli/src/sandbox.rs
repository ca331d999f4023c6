//! `sandbox`: the made-up organisation's servers alone.

use std::path::Path;
use std::process::ExitCode;

use presence::error::Problem;
use sandbox::{Fault, Options};

use crate::Outcome;
use crate::options;

/// A faults file is never larger than this.
const LARGEST: u64 = 1 << 20;

pub(crate) async fn run(options: options::Sandbox) -> Outcome {
    let faults = options.faults.as_deref().map_or_else(|| Ok(Vec::new()), read)?;
    let options::Sandbox { port, people, seed, pace, bare, replication, .. } = options;
    let replication = replication.unwrap_or_default();
    let installed = !bare;
    let options = Options { people, seed, port, pace, faults, installed, replication, ..Options::default() };
    let tenant = start(options).await?;
    print!("{}", tenant.endpoints());
    eprintln!(
        "The sandbox tenant is open at {} with {people} people, seed {seed}. Ctrl-C closes it.",
        tenant.base()
    );
    if bare {
        eprintln!(
            "Nothing is installed. admin@, apps@ and helpdesk@brightwater.example administer it without a password.\n\
             8x8 keys: Contact Search {}, Contact Management {}, Work Analytics {}\n\
             Work Analytics user: {}, password {}",
            tenant.search_key(),
            tenant.management_key(),
            tenant.analytics_key(),
            tenant.analytics_user(),
            tenant.analytics_password(),
        );
    }
    crate::stop::asked().await;
    tenant.stop().await;
    Ok(ExitCode::SUCCESS)
}

/// Starts the servers.
pub(crate) async fn start(options: Options) -> Result<sandbox::Sandbox, Problem> {
    let port = options.port;
    sandbox::Sandbox::start(options).await.map_err(|error| {
        let cause = format!("Port {port} of this computer could not be used.");
        let remedy = "Close the program that uses it, or choose another with --port (0 takes a free one).";
        Problem::new("sandbox.start", "The sandbox tenant could not start.", cause, remedy)
            .detail(error.to_string())
    })
}

fn read(path: &Path) -> Result<Vec<Fault>, Problem> {
    let unusable = |detail: String| {
        let cause = format!("{} is not as expected.", path.display());
        let remedy = "Each fault is a [[fault]] table with `at` and `kind`; see the README.";
        Problem::new("sandbox.faults", "The faults file can not be used.", cause, remedy).detail(detail)
    };
    let size = std::fs::metadata(path).map_err(|error| unusable(error.to_string()))?.len();
    if size > LARGEST {
        return Err(unusable("it is absurdly large".into()));
    }
    let text = std::fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
    sandbox::faults::parse(&text).map_err(|error| unusable(error.to_string()))
}
