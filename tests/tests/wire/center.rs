//! The clients of the contact centre, of queues and of ring groups, against servers that play every reading of 8x8's
//! documents.

mod activity;
mod agents;
mod events;
mod flood;
mod groups;

use std::sync::Arc;

use presence::clock::Clock;
use presence::error::{Failure, Problem};
use presence::secret::Secret;
use sandbox::{Contradictions, Options};
use tests::bench::{Bench, STILL};

/// An organisation with a contact centre, where nothing changes by itself.
async fn center() -> Bench {
    Bench::with(Options { people: 80, pace: STILL, contact_center: true, ..Options::default() }).await
}

fn clock() -> Arc<Clock> {
    Arc::new(Clock::start())
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

/// The reading that is usual, but for this.
fn contradict(bench: &Bench, change: impl FnOnce(&mut Contradictions)) {
    let mut contradictions = Contradictions::default();
    change(&mut contradictions);
    bench.control().set_contradictions(contradictions);
}

/// What a failure says, which is never a secret.
fn words<'f>(failure: &'f Failure, secrets: &[&str]) -> &'f Problem {
    let problem = failure.problem().expect("a failure in words");
    for secret in secrets {
        assert!(!problem.to_string().contains(secret), "{problem}");
    }
    problem
}
