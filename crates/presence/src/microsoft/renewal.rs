//! A certificate that is replaced in time: an application may roll its own keys, without an administrator
//! (learn.microsoft.com, "application: addKey" and "application: removeKey").

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::json;

use super::administration::key_credential;
use super::certificate::Certificate;
use super::{Microsoft, problem};
use crate::clock::pause;
use crate::error::{Failure, Problem};

/// A key that was added is tried so often, with these waits between, until Microsoft knows it everywhere.
const WAITS: [u64; 6] = [2, 5, 10, 20, 40, 60];

impl Microsoft {
    /// Gives Microsoft a new certificate, proved by possession of the old one.
    ///
    /// # Errors
    /// Why Microsoft does not have it.
    pub async fn add_certificate(
        &self,
        application: &str,
        old: &Certificate,
        new: &Certificate,
    ) -> Result<(), Failure> {
        let now = self.connection.clock.now().wall;
        let proof = old.proof(application, now).map_err(|problem| Failure::Forbidden(Arc::new(problem)))?;
        let body = json!({
            "keyCredential": key_credential(new),
            "passwordCredential": null,
            "proof": proof.expose(),
        });
        self.roll(&format!("applications/{application}/addKey"), &body).await
    }

    /// Takes the old certificate away from Microsoft; one that is gone already is as good.
    ///
    /// # Errors
    /// Why it is still there.
    pub async fn remove_certificate(
        &self,
        application: &str,
        old: &Certificate,
        new: &Certificate,
    ) -> Result<(), Failure> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Application {
            #[serde(default)]
            key_credentials: Vec<Key>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Key {
            key_id: Option<String>,
            custom_key_identifier: Option<String>,
        }
        let url = self.own(&format!(
            "{}/v1.0/applications/{application}?$select=id,keyCredentials",
            self.connection.endpoints.graph
        ))?;
        let answer = self.authorized(|http| http.request(Method::GET, url.clone())).await?;
        // Reading is a permission of its own, which we do not ask for: then the old one simply expires.
        if answer.status != StatusCode::OK {
            return Ok(());
        }
        let found: Application =
            serde_json::from_slice(&answer.body).map_err(|_| problem::malformed("Microsoft Graph"))?;
        let ours = |key: &&Key| {
            let identifier = key.custom_key_identifier.as_deref().unwrap_or_default();
            identifier.eq_ignore_ascii_case(&old.thumbprint_sha1_hex())
                || identifier == old.thumbprint_sha1_base64()
        };
        let Some(id) = found.key_credentials.iter().find(ours).and_then(|key| key.key_id.clone()) else {
            return Ok(());
        };
        let now = self.connection.clock.now().wall;
        let proof = new.proof(application, now).map_err(|problem| Failure::Forbidden(Arc::new(problem)))?;
        let body = json!({ "keyId": id, "proof": proof.expose() });
        self.roll(&format!("applications/{application}/removeKey"), &body).await
    }

    /// Waits until Microsoft takes the certificate that the vault holds now.
    ///
    /// # Errors
    /// The last refusal.
    pub async fn prove_certificate(&self) -> Result<(), Failure> {
        let mut last = None;
        for seconds in WAITS {
            match self.tokens.renewed().await {
                Ok(_) => return Ok(()),
                Err(failure) => last = Some(failure),
            }
            pause(Duration::from_secs(seconds)).await;
        }
        last.map_or(Ok(()), Err)
    }

    async fn roll(&self, path: &str, body: &serde_json::Value) -> Result<(), Failure> {
        let url = self.own(&format!("{}/v1.0/{path}", self.connection.endpoints.graph))?;
        let answer = self.authorized(|http| http.request(Method::POST, url.clone()).json(body)).await?;
        if answer.status.is_success() {
            return Ok(());
        }
        if answer.status.is_server_error() {
            return Err(problem::broken("Microsoft Graph", &answer));
        }
        let cause = format!("Microsoft did not take the new one (status {}).", answer.status.as_u16());
        let remedy = "Open Setup and prepare the integration again before the old certificate expires.";
        let problem =
            Problem::new("certificate.renewal", "The certificate could not be renewed.", cause, remedy);
        Err(Failure::Forbidden(Arc::new(problem)))
    }
}
