//! Visits of a person to the browser.

use std::sync::Arc;

use super::{Event, Shared};
use crate::error::{Failure, Problem};
use crate::microsoft::administration::{Administration, roles_of};
use crate::microsoft::expected::Expected;
use crate::microsoft::{auth, consent};
use crate::setup::CONSENT_CODE;
use crate::setup::event::Administrator;
use crate::setup::installation::Installation;
use crate::setup::registration::Registration;

/// Lets an administrator sign in, and keeps the token in memory.
pub(super) async fn administrator(
    shared: &Shared,
    installation: &Installation,
    client_id: &str,
    scope: &str,
) -> Result<Administrator, Failure> {
    let connection = shared.connection(installation, client_id).ok_or_else(nowhere)?;
    let status_user = installation.status_user.user_name.clone();
    let expected = Expected::Administrator { status_user };
    let pending = auth::begin(&connection, scope, &expected).await?;
    let address: Arc<str> = pending.address.as_str().into();
    shared.tell(Event::BrowserOpened(Arc::clone(&address))).await;
    shared.open_browser(address);
    let finished = auth::finish(&connection, pending, &expected).await;
    let (account, answer) = finished.map_err(|failure| match failure.problem() {
        Some(problem) if problem.code == CONSENT_CODE => no_administrator(problem),
        _ => failure,
    })?;
    let roles = roles_of(&connection, &answer.access_token).await?;
    shared.hold(Some(Administration::new(connection, answer.access_token, &account)));
    tracing::info!("an administrator signed in for set-up");
    Ok(Administrator { account, roles })
}

/// Lets an administrator consent to a registration.
pub(super) async fn consent(
    shared: &Shared,
    installation: &Installation,
    registration: Registration,
) -> Result<(), Failure> {
    let client_id = installation.record(registration).client_id.ok_or_else(nowhere)?;
    let connection = shared.connection(installation, &client_id).ok_or_else(nowhere)?;
    let pending = consent::begin(&connection).await?;
    let address: Arc<str> = pending.address.as_str().into();
    shared.tell(Event::BrowserOpened(Arc::clone(&address))).await;
    shared.open_browser(address);
    consent::finish(pending).await
}

/// Microsoft's page asked for an administrator's approval: whoever signed in is none.
fn no_administrator(problem: &Problem) -> Failure {
    let mut told = Problem::new(
        CONSENT_CODE,
        "That account may not allow what this step needs.",
        "Only an administrator can, and Microsoft's page said so. Nothing was kept.",
        "Sign in again as an administrator: choose “Use another account”.",
    );
    told.detail.clone_from(&problem.detail);
    Failure::SignInNeeded(Arc::new(told))
}

fn nowhere() -> Failure {
    Failure::SignInNeeded(Arc::new(Problem::new(
        "setup.incomplete",
        "Something before this step is missing.",
        "The organisation or the registration is not known.",
        "Open the steps before this one again.",
    )))
}
