//! What `doctor` looks at, one thing after the other, without opening a browser or changing anything.

use std::sync::Arc;

use crate::clock::Clock;
use crate::eight::Contacts;
use crate::endpoints::Endpoints;
use crate::error::{Failure, Problem};
use crate::http;
use crate::microsoft::{Connection, Microsoft};
use crate::vault::{SystemVault, Vault};

/// One thing that was looked at.
#[derive(Clone, Debug)]
pub struct Check {
    /// What.
    pub name: &'static str,
    /// What was found, or what is wrong.
    pub result: Result<String, Problem>,
}

/// Checks the keychain by writing and removing a probe.
#[must_use]
pub fn vault(profile: &str) -> Check {
    let result = SystemVault::new(profile).probe().map(|()| "The keychain keeps and gives back.".to_owned());
    Check { name: "Keychain", result: result.map_err(|error| error.problem()) }
}

/// Checks network, sign-in, permissions and 8x8's key, in this order; what needs a failed one is left out.
pub async fn vendors(
    endpoints: Endpoints,
    tenant: String,
    client_id: String,
    vault: Arc<dyn Vault>,
) -> Vec<Check> {
    let mut checks = Vec::new();
    let (client, clock) = (http::client(), Arc::new(Clock::start()));
    let connection =
        Arc::new(Connection::new(client.clone(), Arc::clone(&clock), endpoints.microsoft, tenant, client_id));
    let mut note = |name, result: Result<String, Failure>| {
        let result = result.map_err(|failure| plain(&failure));
        let good = result.is_ok();
        checks.push(Check { name, result });
        good
    };
    let network = connection.authority().await.map(|_| "Microsoft's sign-in service answers.".to_owned());
    if note("Network", network) {
        let microsoft = Microsoft::new(connection, vault);
        let account =
            microsoft.tokens.find().await.map_err(|error| Failure::Vault(Arc::new(error.problem())));
        let signed_in = match account {
            Ok(account) => {
                let who = account.map_or_else(String::new, |account| account.user_name);
                microsoft.tokens.access().await.map(|_| format!("Signed in as {who}."))
            }
            Err(failure) => Err(failure),
        };
        if note("Sign-in", signed_in) {
            let directory = microsoft.read_directory(None).await;
            let someone =
                directory.as_ref().ok().and_then(|read| read.people.first()).map(|person| person.id);
            note(
                "Directory",
                directory.map(|read| format!("{} user objects can be read.", read.people.len())),
            );
            if let Some(id) = someone {
                let read = microsoft.read_presence(0, Arc::from([id])).await;
                note("Presence", read.map(|_| "Presence can be read.".to_owned()));
            }
        }
    }
    match endpoints.eight.key {
        Some(key) => {
            let contacts = Contacts::new(client, clock, endpoints.eight.api, key).read().await;
            note(
                "8x8 directory",
                contacts.map(|contacts| format!("{} corporate contacts can be read.", contacts.len())),
            );
        }
        None => checks.push(Check {
            name: "8x8 directory",
            result: Ok("No key is set: extensions are not shown, everything else works.".into()),
        }),
    }
    checks
}

fn plain(failure: &Failure) -> Problem {
    failure.problem().map_or_else(
        || Problem::new("microsoft.reset", "Microsoft asks to read everything again.", "", ""),
        |problem| Problem::clone(problem),
    )
}
