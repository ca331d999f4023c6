//! Writing presence, which only the registration made for it may do.

use reqwest::{Method, StatusCode};

use super::{Microsoft, problem};
use crate::error::Failure;

impl Microsoft {
    /// Ends the presence session of this application for a user; whether there was one
    /// (learn.microsoft.com, "presence: clearPresence": 404 means that there was none).
    ///
    /// # Errors
    /// [`Failure::Forbidden`] when `Presence.ReadWrite.All` is not granted.
    pub async fn clear_presence(&self, user: &str) -> Result<bool, Failure> {
        let graph = &self.connection.endpoints.graph;
        let url = self.own(&format!("{graph}/v1.0/users/{user}/presence/clearPresence"))?;
        let body = serde_json::json!({ "sessionId": self.connection.client_id });
        let answer = self.authorized(|http| http.request(Method::POST, url.clone()).json(&body)).await?;
        match answer.status {
            status if status.is_success() => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            StatusCode::FORBIDDEN => {
                Err(problem::forbidden("Presence", "Presence.ReadWrite.All", &answer))
            }
            _ => Err(problem::broken("Microsoft Graph", &answer)),
        }
    }
}
