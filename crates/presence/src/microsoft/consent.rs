//! Microsoft's consent page for administrators
//! (learn.microsoft.com, "Admin consent on the Microsoft identity platform").

use oauth2::CsrfToken;
use reqwest::Url;

use super::auth::{listen, wait};
use super::{Connection, problem};
use crate::auth::loopback::{Awaited, Listener};
use crate::error::Failure;

/// A consent page that is open: the listener waits, and the address can be opened.
pub struct PendingConsent {
    /// For the browser.
    pub address: String,
    listener: Listener,
    state: CsrfToken,
}

/// Starts to listen, and gives the page on which an administrator grants everything that the registration asks for.
///
/// # Errors
/// Why there is nothing to open.
pub async fn begin(connection: &Connection) -> Result<PendingConsent, Failure> {
    // Discovery proves that the tenant is there before a person is sent to it.
    connection.authority().await?;
    let listener = listen().await?;
    let state = CsrfToken::new_random();
    let page = format!("{}/{}/v2.0/adminconsent", connection.endpoints.login, connection.tenant);
    let mut address = Url::parse(&page).map_err(|_| problem::malformed("Microsoft's sign-in service"))?;
    address
        .query_pairs_mut()
        .append_pair("client_id", &connection.client_id)
        .append_pair("redirect_uri", &listener.redirect())
        .append_pair("state", state.secret())
        // The only way to include permissions that the application holds alone.
        .append_pair("scope", &format!("{}/.default", connection.endpoints.graph));
    Ok(PendingConsent { address: address.into(), listener, state })
}

/// Waits for the page's end. What it says is to be proved by a call.
///
/// # Errors
/// Declined, timed out, or refused.
pub async fn finish(pending: PendingConsent) -> Result<(), Failure> {
    wait(pending.listener, pending.state.secret(), Awaited::Consent).await.map(|_| ())
}
