//! Certificates: made once, kept in the vault, renewed in time.

use std::sync::Arc;

use super::Shared;
use crate::checkup;
use crate::error::Problem;
use crate::microsoft::certificate::Certificate;
use crate::setup::installation::{CertificateRecord, Installation};
use crate::setup::registration::Registration;
use crate::vault::{VaultError, blocking};

/// The certificate that the vault holds, or a new one that it holds from now on.
pub(super) async fn own(shared: &Shared, registration: Registration) -> Result<Certificate, Arc<Problem>> {
    let now = shared.clock.now().wall;
    if let Some(known) = load(shared, registration).await.map_err(|error| told(&error))?
        && !known.renew_due(now)
    {
        return Ok(known);
    }
    let made = make(registration, shared).await?;
    store(shared, registration, &made).await.map_err(|error| told(&error))?;
    Ok(made)
}

/// The certificate for whoever uploads it by hand.
pub(super) async fn offer(
    shared: &Shared,
    registration: Registration,
) -> Result<(CertificateRecord, String), Arc<Problem>> {
    let certificate = own(shared, registration).await?;
    Ok((record(&certificate, false), certificate.pem()))
}

/// Replaces a certificate at Microsoft: the old one signs for the new one, and goes when the new one works.
pub(super) async fn renew(
    shared: &Shared,
    installation: &Installation,
    registration: Registration,
) -> Result<(CertificateRecord, String), Arc<Problem>> {
    let by_hand = || {
        let known = installation.record(registration).certificate.map(|known| known.expires);
        let until = known.map(|at| crate::locale::Writing::here().date_of(at)).unwrap_or_default();
        Arc::new(Problem::new(
            "certificate.renewal",
            "A certificate will expire.",
            format!("The one of {} is good until {until}, and was uploaded by hand.", registration.name()),
            "Open the registration step again, upload the new certificate and press Continue.",
        ))
    };
    let application = installation.record(registration).application.ok_or_else(by_hand)?;
    let old = load(shared, registration).await.map_err(|error| told(&error))?.ok_or_else(by_hand)?;
    let parts = (shared.http.clone(), Arc::clone(&shared.clock));
    let client =
        || checkup::alone(parts.clone(), &shared.endpoints, &shared.vault, installation, registration);
    let client = client().ok_or_else(by_hand)?;
    let new = make(registration, shared).await?;
    let failed = |failure: crate::error::Failure| super::told(&failure);
    client.add_certificate(&application, &old, &new).await.map_err(failed)?;
    // The vault holds one that Microsoft takes at any moment: the old one still counts until it is removed.
    store(shared, registration, &new).await.map_err(|error| told(&error))?;
    let parts = (shared.http.clone(), Arc::clone(&shared.clock));
    let fresh = checkup::alone(parts, &shared.endpoints, &shared.vault, installation, registration);
    let fresh = fresh.ok_or_else(by_hand)?;
    if let Err(failure) = fresh.prove_certificate().await {
        // Microsoft does not take the new one: back to the one that it takes.
        store(shared, registration, &old).await.map_err(|error| told(&error))?;
        return Err(super::told(&failure));
    }
    if let Err(failure) = fresh.remove_certificate(&application, &old, &new).await {
        tracing::warn!(problem = ?failure.problem().map(|problem| &problem.code), "the old certificate stays until it expires");
    }
    tracing::info!(registration = registration.name(), "the certificate was renewed");
    Ok((record(&new, true), new.pem()))
}

fn record(certificate: &Certificate, uploaded: bool) -> CertificateRecord {
    CertificateRecord {
        thumbprint: certificate.thumbprint_sha1_hex(),
        expires: certificate.expires(),
        uploaded,
    }
}

async fn make(registration: Registration, shared: &Shared) -> Result<Certificate, Arc<Problem>> {
    let now = shared.clock.now().wall;
    let name = format!("Presence Sync: {}", registration.name());
    let made = tokio::task::spawn_blocking(move || Certificate::make(&name, now)).await;
    made.map_err(|error| {
        let cause = "The work on its key was interrupted.";
        Arc::new(
            Problem::new("certificate.make", "No certificate could be made.", cause, "Try again.")
                .detail(error.to_string()),
        )
    })?
    .map_err(Arc::new)
}

async fn load(shared: &Shared, registration: Registration) -> Result<Option<Certificate>, VaultError> {
    let vault = Arc::clone(&shared.vault);
    let text = blocking(move || vault.get(registration.certificate_entry())).await?;
    Ok(text.as_ref().and_then(Certificate::parse))
}

async fn store(
    shared: &Shared,
    registration: Registration,
    certificate: &Certificate,
) -> Result<(), VaultError> {
    let (vault, text) = (Arc::clone(&shared.vault), certificate.serialize());
    blocking(move || vault.set(registration.certificate_entry(), &text)).await
}

fn told(error: &VaultError) -> Arc<Problem> {
    Arc::new(error.problem())
}
