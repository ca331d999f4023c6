//! Who sits at the browser: somebody who signs in, declines, or does nothing.

use std::sync::{Mutex, PoisonError};

use presence::desktop::{Desktop, Notification};
use presence::error::Problem;
use tokio::runtime::Handle;

/// What the person at the browser does with the next sign-in.
#[derive(Clone, Debug)]
pub enum Habit {
    /// Signs in with this account.
    SignIn(String),
    /// Presses "Cancel" on the page.
    Decline,
    /// Goes for coffee.
    Nothing,
}

/// A browser that counts how often it was opened.
#[derive(Debug)]
pub struct Browser {
    habit: Mutex<Habit>,
    opened: Mutex<Vec<String>>,
    notified: Mutex<Vec<Notification>>,
    runtime: Handle,
}

impl Browser {
    /// A browser on the current runtime.
    #[must_use]
    pub fn new(habit: Habit) -> Self {
        Self {
            habit: Mutex::new(habit),
            opened: Mutex::default(),
            notified: Mutex::default(),
            runtime: Handle::current(),
        }
    }

    /// Changes what happens from now on.
    pub fn change(&self, habit: Habit) {
        *self.habit.lock().unwrap_or_else(PoisonError::into_inner) = habit;
    }

    /// The addresses it was sent to.
    #[must_use]
    pub fn opened(&self) -> Vec<String> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was shown besides.
    #[must_use]
    pub fn notified(&self) -> Vec<Notification> {
        self.notified.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Desktop for Browser {
    fn open_address(&self, address: &str) -> Result<(), Problem> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner).push(address.to_owned());
        let habit = self.habit.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let failed = |error: String| Problem::new("test.visit", "The visit failed.", error, "");
        match habit {
            Habit::SignIn(account) => self
                .runtime
                .block_on(sandbox::visit(address, &account))
                .map_err(|error| failed(error.to_string())),
            Habit::Decline => self.runtime.block_on(decline(address)).map_err(failed),
            Habit::Nothing => Ok(()),
        }
    }

    fn notify(&self, notification: &Notification) {
        self.notified.lock().unwrap_or_else(PoisonError::into_inner).push(notification.clone());
    }
}

/// Presses "Cancel" on the account picker and follows the redirect.
async fn decline(address: &str) -> Result<(), String> {
    let client = presence::http::client();
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let page = client.get(address).send().await.map_err(|error| told(&error))?;
    let origin = page.url().origin().ascii_serialization();
    let html = page.text().await.map_err(|error| told(&error))?;
    let form = [("flow", between(&html, "name=\"flow\" value=\"")), ("cancel", "1")];
    let action = format!("{origin}{}", between(&html, "action=\""));
    let reply = client.post(action).form(&form).send().await.map_err(|error| told(&error))?;
    let location = reply.headers().get("location").ok_or("the page does not redirect")?;
    let location = location.to_str().map_err(|error| told(&error))?;
    client.get(location).send().await.map_err(|error| told(&error)).map(|_| ())
}

fn between<'t>(text: &'t str, before: &str) -> &'t str {
    let (_, rest) = text.split_once(before).unwrap_or(("", ""));
    rest.split_once('"').map_or("", |(found, _)| found)
}
