//! The few calls of WebDriver that a test needs, for the application's window and for the browser.

use std::fmt::Display;
use std::net::TcpListener;
use std::process::Command;

use presence::http::{self, Client};
use reqwest::Method;
use serde_json::{Value, json};

use super::processes::Group;
use super::until;

/// What WebDriver names an element with.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A running driver, which starts what it drives.
pub(crate) struct Driver {
    address: String,
    http: Client,
    pub(crate) group: Group,
}

/// A page in the hands of a driver.
pub(crate) struct Session {
    address: String,
    http: Client,
}

impl Driver {
    /// Starts a driver on a free port; all of them take it by the same option.
    pub(crate) fn start(command: &mut Command) -> Self {
        // Free now; nothing else on this machine is likely to take it in the meantime.
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let group = Group::start(command.arg(format!("--port={port}")));
        Self { address: format!("http://127.0.0.1:{port}"), http: http::client(), group }
    }

    /// Starts what is to be driven, and waits until it can be.
    pub(crate) async fn session(&self, capabilities: Value) -> Session {
        let status = format!("{}/status", self.address);
        until("a driver that answers", async || call(&self.http, Method::GET, &status, None).await).await;
        let body = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let begin = format!("{}/session", self.address);
        let begun = call(&self.http, Method::POST, &begin, Some(body)).await.unwrap();
        let id = begun["sessionId"].as_str().unwrap_or_else(|| panic!("no session: {begun}"));
        Session { address: format!("{begin}/{id}"), http: self.http.clone() }
    }
}

impl Session {
    /// Goes to an address.
    pub(crate) async fn go(&self, address: &str) -> Result<(), String> {
        self.post("url", json!({ "url": address })).await.map(|_| ())
    }

    /// Runs a script in the page; what it returns comes back.
    pub(crate) async fn run(&self, script: &str) -> Result<Value, String> {
        self.post("execute/sync", json!({ "script": script, "args": [] })).await
    }

    /// Runs a script in the page that calls its last argument with what is to come back.
    pub(crate) async fn run_async(&self, script: &str) -> Result<Value, String> {
        self.post("execute/async", json!({ "script": script, "args": [] })).await
    }

    /// Clicks the element that a selector finds.
    pub(crate) async fn click(&self, selector: &str) -> Result<(), String> {
        let element = self.find(selector).await?;
        self.post(&format!("element/{element}/click"), json!({})).await.map(|_| ())
    }

    /// Types into the field that a selector finds, in place of what is there.
    pub(crate) async fn fill(&self, selector: &str, text: &str) -> Result<(), String> {
        let element = self.find(selector).await?;
        self.post(&format!("element/{element}/clear"), json!({})).await?;
        self.post(&format!("element/{element}/value"), json!({ "text": text })).await.map(|_| ())
    }

    async fn find(&self, selector: &str) -> Result<String, String> {
        let found = self.post("element", json!({ "using": "css selector", "value": selector })).await?;
        Ok(found[ELEMENT].as_str().ok_or("no element")?.to_owned())
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value, String> {
        call(&self.http, Method::POST, &format!("{}/{path}", self.address), Some(body)).await
    }
}

async fn call(http: &Client, method: Method, address: &str, body: Option<Value>) -> Result<Value, String> {
    let told = |error: &dyn Display| format!("{address}: {error}");
    let mut request = http.request(method, address);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let reply = request.send().await.map_err(|error| told(&error))?;
    let status = reply.status();
    let mut answer: Value = reply.json().await.map_err(|error| told(&error))?;
    let value = answer["value"].take();
    if status.is_success() { Ok(value) } else { Err(told(&value)) }
}
