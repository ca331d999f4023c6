//! The sandbox tenant in a process of its own, and the switches that it offers over HTTP.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use presence::endpoints::Endpoints;
use presence::http;
use serde_json::{Value, json};

use super::Outcome;

/// The account that reads presence, as the sandbox tenant has it.
pub(crate) const STATUS_USER: &str = "8x8.status@brightwater.example";

/// 8x8 allows 60 calls a minute for contacts, 500 people each at our pace: a larger directory takes minutes to read,
/// so it is measured without them.
const CONTACTS_UP_TO: usize = 10_000;

/// The running process; it ends when this is dropped.
pub(crate) struct Tenant {
    process: Child,
    /// How many people were asked for.
    pub(crate) people: usize,
    /// The endpoints file that leads there.
    pub(crate) file: String,
    control: String,
    http: http::Client,
}

impl Tenant {
    pub(crate) fn start(program: &Path, people: usize) -> Outcome<Self> {
        let mut process = Command::new(program)
            .args(["sandbox", "--port", "0", "--people", &people.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{} can not be started: {error}", program.display()))?;
        let stdout = process.stdout.take().ok_or("the sandbox has no output")?;
        let mut tenant =
            Self { process, people, file: String::new(), control: String::new(), http: http::client() };
        let with_contacts = people <= CONTACTS_UP_TO;
        for line in BufReader::new(stdout).lines() {
            let line = line?;
            let key = line.starts_with("key ");
            if !key || with_contacts {
                tenant.file.push_str(&line);
                tenant.file.push('\n');
            }
            if key {
                break;
            }
        }
        let endpoints = tenant.endpoints()?;
        tenant.control = endpoints.microsoft.graph.replace("/graph", "/control");
        Ok(tenant)
    }

    /// Where it is, as the product reads it.
    pub(crate) fn endpoints(&self) -> Outcome<Endpoints> {
        Ok(Endpoints::parse(&self.file)?)
    }

    /// Skips simulated seconds.
    pub(crate) async fn advance(&self, seconds: u32) -> Outcome<()> {
        self.post("advance", json!({ "seconds": seconds })).await
    }

    /// Sets what somebody shows for the rest of the run.
    pub(crate) async fn set_presence(&self, user: &str, availability: &str, activity: &str) -> Outcome<()> {
        let body =
            json!({"user": user, "availability": availability, "activity": activity, "for_seconds": 3600});
        self.post("presence", body).await
    }

    /// Empties the log of requests.
    pub(crate) async fn clear_requests(&self) -> Outcome<()> {
        let answer = self.http.delete(format!("{}/requests", self.control)).send().await?;
        answer.error_for_status()?;
        Ok(())
    }

    /// How many presence calls it has answered well since then.
    pub(crate) async fn presence_calls(&self) -> Outcome<usize> {
        let answer = self.http.get(format!("{}/requests", self.control)).send().await?;
        let requests: Vec<Value> = answer.error_for_status()?.json().await?;
        let presence = |request: &&Value| {
            request["path"].as_str().is_some_and(|path| path.ends_with("getPresencesByUserId"))
                && request["status"] == 200
        };
        Ok(requests.iter().filter(presence).count())
    }

    async fn post(&self, switch: &str, body: Value) -> Outcome<()> {
        let answer = self.http.post(format!("{}/{switch}", self.control)).json(&body).send().await?;
        answer.error_for_status()?;
        Ok(())
    }
}

impl Drop for Tenant {
    fn drop(&mut self) {
        end(&mut self.process);
    }
}

/// Ends a process that was started here.
pub(crate) fn end(process: &mut Child) {
    // It may have ended already; then there is nothing to do.
    let _ = process.kill();
    let _ = process.wait();
}
