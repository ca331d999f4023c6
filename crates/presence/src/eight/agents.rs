//! The agent status of the contact centre: read, and changed one agent at a time
//! (developer.8x8.com, "Managing agent status").
//!
//! The guide wants all four fields of a status, the OpenAPI file only the first; what worked last is sent first.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use reqwest::{StatusCode, Url};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::problem::{malformed, trouble_within, unavailable};
use super::scalar::{Scalar, text};
use crate::center::{Agent, AgentStatus, AgentsRead, ChangeFault, StatusReason};
use crate::clock::Clock;
use crate::error::{Failure, Problem};
use crate::http::{self, Answer, Gate};
use crate::person::plain;
use crate::secret::Secret;

/// No limit is documented.
const LIMIT: &str = "Too many requests came to the contact centre at once.";

/// How a status without a reason is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// All four fields; those of the reason say that there is none, as the reading of agents has it.
    Whole,
    /// The status alone.
    Bare,
}

/// Which form worked; nothing is known at first.
const UNKNOWN: u8 = 0;
const WHOLE: u8 = 1;
const BARE: u8 = 2;

/// The client.
pub struct Agents {
    http: http::Client,
    clock: Arc<Clock>,
    gate: Gate,
    base: String,
    /// Name of the contact centre.
    tenant: String,
    /// The Action Request Token: there is one, and a new one ends it for everybody.
    token: Secret,
    worked: AtomicU8,
}

impl Agents {
    /// A client; nothing is sent yet. `base` is the platform's address, such as `https://vcc-na12.8x8.com`.
    #[must_use]
    pub fn new(http: http::Client, clock: Arc<Clock>, base: String, tenant: String, token: Secret) -> Self {
        Self { http, clock, gate: Gate::default(), base, tenant, token, worked: AtomicU8::new(UNKNOWN) }
    }

    /// Every agent at this moment.
    ///
    /// # Errors
    /// Why they could not be read.
    pub async fn read(&self) -> Result<AgentsRead, Failure> {
        let url = self.url(None)?;
        let request = || {
            self.http
                .get(url.clone())
                .basic_auth(&self.tenant, Some(self.token.expose()))
                .header("Accept", "application/json")
        };
        let answer = http::call(&self.gate, &self.clock, request).await;
        let answer = answer.map_err(|error| trouble_within(LIMIT, error))?;
        match answer.status {
            StatusCode::OK => agents(&answer.body).ok_or_else(malformed),
            StatusCode::NOT_FOUND => Err(no_agents_here()),
            status => Err(self.failure(status)),
        }
    }

    /// Sets what an agent does. Setting the same again is harmless.
    ///
    /// # Errors
    /// Whether 8x8 does not want it, or it could not be done now.
    pub async fn set(
        &self,
        agent: &str,
        status: AgentStatus,
        reason: Option<&StatusReason>,
    ) -> Result<(), ChangeFault> {
        if let Some(reason) = reason {
            return self.put(agent, &whole(status, reason)).await;
        }
        let worked = self.worked.load(Ordering::Relaxed);
        let first = if worked == BARE { Form::Bare } else { Form::Whole };
        let outcome = self.put(agent, &body(status, first)).await;
        let settled = match outcome {
            // It may be the form that is refused, and not the change.
            Err(ChangeFault::Refused(_)) if worked == UNKNOWN => {
                self.put(agent, &body(status, Form::Bare)).await?;
                BARE
            }
            outcome => {
                outcome?;
                if first == Form::Bare { BARE } else { WHOLE }
            }
        };
        self.worked.store(settled, Ordering::Relaxed);
        Ok(())
    }

    async fn put(&self, agent: &str, body: &Value) -> Result<(), ChangeFault> {
        let url = self.url(Some(agent)).map_err(ChangeFault::Failed)?;
        let request = || {
            self.http
                .put(url.clone())
                .basic_auth(&self.tenant, Some(self.token.expose()))
                .header("Accept", "application/json")
                .json(body)
        };
        let answer = http::call(&self.gate, &self.clock, request).await;
        let answer = answer.map_err(|error| ChangeFault::Failed(trouble_within(LIMIT, error)))?;
        let failed = |failure| Err(ChangeFault::Failed(failure));
        match answer.status {
            status if status.is_success() => match Verdict::of(&answer) {
                // A refusal in the body of an answer that looks well.
                Some(verdict) if verdict.is_refusal() => Err(verdict.refused(status)),
                _ => Ok(()),
            },
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::REQUEST_TIMEOUT => {
                failed(self.failure(answer.status))
            }
            status if status.is_client_error() => {
                Err(Verdict::of(&answer).unwrap_or_default().refused(status))
            }
            status => failed(unavailable(status.as_u16())),
        }
    }

    fn url(&self, agent: Option<&str>) -> Result<Url, Failure> {
        let mut url = Url::parse(&format!("{}/api/v1/tenants", self.base)).map_err(|_| no_agents_here())?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend([&self.tenant, "agentstatus", "agents"]).extend(agent);
        }
        Ok(url)
    }

    fn failure(&self, status: StatusCode) -> Failure {
        match status {
            StatusCode::UNAUTHORIZED => Failure::Forbidden(Arc::new(
                Problem::new(
                    "eight.agents_token",
                    "8x8's contact centre does not accept the Action Request Token.",
                    format!(
                        "It is mistyped, it does not belong to “{}”, or a new one was made: that ends the one before for everybody.",
                        plain(&self.tenant)
                    ),
                    "In 8x8 Configuration Manager, under Integration, API Token, copy the Action Request Token as it is now.",
                )
                .detail("status 401"),
            )),
            // The one answer that comes as XML, whatever was asked for.
            StatusCode::FORBIDDEN => Failure::Forbidden(Arc::new(
                Problem::new(
                    "eight.agents_off",
                    "8x8 does not let programs see the agents of the contact centre.",
                    "The Agent Status API is off until 8x8 switches it on for a contact centre.",
                    "Ask 8x8 support to enable “Agent Status API” for your contact centre; then try again.",
                )
                .detail("status 403"),
            )),
            status => unavailable(status.as_u16()),
        }
    }
}

fn no_agents_here() -> Failure {
    Failure::Forbidden(Arc::new(
        Problem::new(
            "eight.agents_address",
            "The agents of the contact centre are not at this address.",
            "8x8's platform is another one than was entered.",
            "Compare the platform, such as na12, with the beginning of the address of 8x8 Configuration Manager.",
        )
        .detail("status 404"),
    ))
}

fn body(status: AgentStatus, form: Form) -> Value {
    match form {
        Form::Whole => whole(status, &StatusReason { list: 0, item: 0, short_code: String::new() }),
        Form::Bare => json!({ "agent-status": status.0 }),
    }
}

fn whole(status: AgentStatus, reason: &StatusReason) -> Value {
    json!({
        "agent-status": status.0,
        "status-code-list-id": reason.list,
        "status-code-item-id": reason.item,
        "status-code-item-short-code": reason.short_code,
    })
}

/// What 8x8 says of a change.
#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Verdict {
    #[serde(default)]
    change_status: Option<Scalar>,
    #[serde(default)]
    reason: Option<Scalar>,
    #[serde(default)]
    message: Option<Scalar>,
}

impl Verdict {
    fn of(answer: &Answer) -> Option<Self> {
        serde_json::from_slice(&answer.body).ok()
    }

    fn is_refusal(&self) -> bool {
        let status = self.change_status.as_ref().and_then(Scalar::number::<u16>);
        status.is_some_and(|status| !(200..300).contains(&status))
    }

    fn refused(self, status: StatusCode) -> ChangeFault {
        let said = self.message.or(self.reason).map(|said| plain(&text(Some(said))));
        let said = said.filter(|said| !said.is_empty());
        let (cause, remedy) = match status {
            StatusCode::NOT_FOUND => {
                ("The agent is no longer there.", "Compare the agent in 8x8 Configuration Manager.")
            }
            _ => (
                "Only agents on break, available or working offline can be changed, and never during a call.",
                "Nothing to do: it is looked at again when the agent's status changes.",
            ),
        };
        let what = "8x8 did not change an agent's status.";
        let status = format!("status {}", status.as_u16());
        let detail = said.map_or_else(|| status.clone(), |said| format!("{status}: {said}"));
        ChangeFault::Refused(Arc::new(
            Problem::new("eight.agent_refused", what, cause, remedy).detail(detail),
        ))
    }
}

/// All agents of a body; an entry that can not be read harms no other.
fn agents(body: &[u8]) -> Option<AgentsRead> {
    #[derive(Deserialize)]
    struct All<'a> {
        #[serde(borrow)]
        data: Vec<&'a RawValue>,
    }
    let all: All<'_> = serde_json::from_slice(body).ok()?;
    let mut read = AgentsRead::default();
    for raw in all.data {
        match agent(raw) {
            Some(agent) => read.agents.push(agent),
            None => read.set_aside += 1,
        }
    }
    Some(read)
}

fn agent(raw: &RawValue) -> Option<Agent> {
    #[derive(Deserialize)]
    #[serde(rename_all = "kebab-case")]
    struct Wire {
        agent_id: Scalar,
        agent_status: Scalar,
        #[serde(default)]
        status_code_list_id: Option<Scalar>,
        #[serde(default)]
        status_code_item_id: Option<Scalar>,
        #[serde(default)]
        status_code_item_short_code: Option<Scalar>,
        #[serde(default)]
        name: Option<Scalar>,
    }
    let wire: Wire = serde_json::from_str(raw.get()).ok()?;
    let id = plain(&wire.agent_id.0);
    let number = |scalar: &Option<Scalar>| scalar.as_ref().and_then(Scalar::number::<u32>).unwrap_or(0);
    let item = number(&wire.status_code_item_id);
    let reason = (item != 0).then(|| StatusReason {
        list: number(&wire.status_code_list_id),
        item,
        short_code: plain(&text(wire.status_code_item_short_code)),
    });
    let name = plain(&text(wire.name));
    let status = AgentStatus(wire.agent_status.number()?);
    (!id.is_empty()).then(|| Agent {
        name: if name.is_empty() { id.clone() } else { name },
        id: id.into(),
        status,
        reason,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agents_are_read_with_numbers_in_any_writing_and_a_bad_one_harms_no_other() {
        let body = br#"{"data":[
            {"agent-id":"agA","agent-status":5,"status-code-list-id":801,"status-code-item-id":1726,
             "status-code-item-short-code":"Train","name":"Padma Othertask","agent-sub-status":"none"},
            {"agent-id":"agB","agent-status":"4","status-code-list-id":"0","status-code-item-id":"0","status-code-item-short-code":""},
            {"agent-id":"agC","agent-status":"about 4"},{"agent-id":"agD","agent-status":300},
            {"agent-id":[],"agent-status":4},{"agent-id":" ","agent-status":4},{"agent-status":4},null,
            {"agent-id":17,"agent-status":42,"name":null,"status-code-item-id":null}]}"#;
        let read = agents(body).unwrap();
        let told: Vec<_> = read.agents.iter().map(|it| (&*it.id, it.name.as_str(), it.status.0)).collect();
        assert_eq!(told, [("agA", "Padma Othertask", 5), ("agB", "agB", 4), ("17", "17", 42)]);
        assert_eq!(read.set_aside, 6);
        let reason = StatusReason { list: 801, item: 1726, short_code: "Train".into() };
        assert_eq!(read.agents[0].reason, Some(reason));
        assert!(read.agents[1].reason.is_none() && read.agents[2].reason.is_none());
        assert!(agents(b"<API><Error>403 - Forbidden.</Error></API>").is_none());
        assert!(agents(b"{}").is_none());
    }

    #[test]
    fn a_refusal_in_a_body_is_one() {
        let said = |body: &[u8]| serde_json::from_slice::<Verdict>(body).unwrap();
        assert!(
            !said(br#"{"reason":"OK","change-status":200,"message":"Agent status change successful"}"#)
                .is_refusal()
        );
        assert!(said(br#"{"change-status":"400"}"#).is_refusal());
        assert!(!said(b"{}").is_refusal());
        let ChangeFault::Refused(problem) =
            said(br#"{"message":"Not from 7 to 5."}"#).refused(StatusCode::BAD_REQUEST)
        else {
            panic!("it is refused");
        };
        assert_eq!(problem.detail.as_deref(), Some("status 400: Not from 7 to 5."));
    }
}
