//! Ring groups of admin provisioning, which is open to participants of 8x8's beta only
//! (developer.8x8.com, "Ring Group Management API", "Common rules", "Operations").
//!
//! A change is answered with an operation that has to be asked after.

mod answer;

use std::sync::Arc;
use std::time::Duration;

use reqwest::{StatusCode, Url};
use serde_json::json;

use self::answer::{Operation, codes, operation, page};
use super::problem::{key_refused, malformed, trouble_within, unavailable};
use crate::center::{ChangeFault, RingGroupsRead};
use crate::clock::{Clock, pause};
use crate::error::{Failure, Problem};
use crate::http::{self, Answer, Gate, Trouble};
use crate::moment::Uptime;
use crate::person::plain;
use crate::secret::Secret;

/// Since September 2026 a request has to name the version it understands and sends.
const GROUPS: &str = "application/vnd.ringgroups.v1+json";
const UPDATE: &str = "application/vnd.ringgroups.update-members.v1+json";
const OPERATIONS: &str = "application/vnd.operations.v1+json";

/// The products that a key needs.
const PRODUCTS: &str = "UC Ring Group Admin” and “UC & CC Admin Operations";

const LIMIT: &str = "A key may make 100 requests a minute, and 20 in ten seconds.";

/// Groups a page: the guide allows 1,000, one sample says 100.
const PAGE: usize = 100;

/// More pages than any customer has.
const MOST_PAGES: usize = 200;

/// The pause between pages, well within the limit.
const PACE: Duration = Duration::from_secs(1);

/// An operation may not be asked after more often than once a second; it takes 2 to 15.
const FIRST_LOOK: Duration = Duration::from_secs(1);
const LATER_LOOKS: Duration = Duration::from_secs(3);

/// 8x8's own advice is to give up then.
const LONGEST_OPERATION: Duration = Duration::from_mins(5);

/// The pause after somebody else's change to the same group: most are done by then.
const CONFLICT: Duration = Duration::from_secs(10);

/// The client.
pub struct Groups {
    http: http::Client,
    clock: Arc<Clock>,
    gate: Gate,
    api: String,
    key: Secret,
}

impl Groups {
    /// A client; nothing is sent yet.
    #[must_use]
    pub fn new(http: http::Client, clock: Arc<Clock>, api: String, key: Secret) -> Self {
        Self { http, clock, gate: Gate::default(), api, key }
    }

    /// All ring groups at this moment.
    ///
    /// # Errors
    /// Why they could not be read.
    pub async fn read(&self) -> Result<RingGroupsRead, Failure> {
        match self.pages().await? {
            Some(read) => Ok(read),
            // The place of the next page was no longer known: from the start, once.
            None => self.pages().await?.ok_or_else(malformed),
        }
    }

    /// Follows the pages; `None` when 8x8 lost the thread.
    async fn pages(&self) -> Result<Option<RingGroupsRead>, Failure> {
        let mut read = RingGroupsRead::default();
        let mut scroll: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let mut url = self.url(&["ring-groups"])?;
            // Beside the place of the next page nothing else may stand; some pages of 8x8's show it otherwise.
            match &scroll {
                None => url.query_pairs_mut().append_pair("pageSize", &PAGE.to_string()),
                Some(scroll) => url.query_pairs_mut().append_pair("scrollId", scroll),
            };
            let answer = self.call(|| self.http.get(url.clone()).header("Accept", GROUPS)).await?;
            match answer.status {
                StatusCode::OK => {}
                StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND if scroll.is_some() => return Ok(None),
                status => return Err(failure(status)),
            }
            let page = page(&answer.body).ok_or_else(malformed)?;
            read.set_aside += page.set_aside;
            for group in page.groups {
                // Groups move between pages while they are read.
                if !read.groups.iter().any(|known| known.id == group.id) {
                    read.groups.push(group);
                }
            }
            match page.next {
                Some(next) if scroll.as_ref() != Some(&next) => scroll = Some(next),
                _ => return Ok(Some(read)),
            }
            pause(PACE).await;
        }
        Err(malformed())
    }

    /// Logs a member in to a group or out of it, and waits until 8x8 has done it. Doing the same again is harmless.
    ///
    /// # Errors
    /// Whether 8x8 does not want it, or it could not be done now.
    pub async fn log(&self, group: &str, extension_id: &str, logged_in: bool) -> Result<(), ChangeFault> {
        let url = self.url(&["ring-groups", group, "update-members"]).map_err(ChangeFault::Failed)?;
        let body = json!({ "update": [{ "extensionId": extension_id, "loggedIn": logged_in }] }).to_string();
        let request = || {
            let request = self.http.post(url.clone()).header("Accept", GROUPS);
            request.header("Content-Type", UPDATE).body(body.clone())
        };
        for again in [false, true] {
            let answer = self.call(request).await.map_err(ChangeFault::Failed)?;
            match answer.status {
                status if status.is_success() => {
                    let operation = operation(&answer.body).ok_or_else(malformed);
                    let operation = operation.map_err(ChangeFault::Failed)?;
                    return self.follow(operation).await.map_err(ChangeFault::Failed);
                }
                StatusCode::CONFLICT if !again => pause(CONFLICT).await,
                StatusCode::CONFLICT => return Err(ChangeFault::Failed(occupied())),
                StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND | StatusCode::UNPROCESSABLE_ENTITY => {
                    return Err(gone(&answer));
                }
                status => return Err(ChangeFault::Failed(failure(status))),
            }
        }
        Err(ChangeFault::Failed(occupied()))
    }

    /// Asks after an operation until it is done.
    async fn follow(&self, mut operation: Operation) -> Result<(), Failure> {
        let url = self.url(&["operations", &operation.id])?;
        let end = self.clock.now().uptime.plus(LONGEST_OPERATION);
        let mut wait = FIRST_LOOK;
        loop {
            match operation.status.to_ascii_uppercase().as_str() {
                "COMPLETED" => return Ok(()),
                "FAILED" | "UNKNOWN" => return Err(undone(&operation)),
                _ => {}
            }
            if self.clock.now().uptime.plus(wait) > end {
                return Err(unfinished());
            }
            pause(wait).await;
            wait = LATER_LOOKS;
            match self.call(|| self.http.get(url.clone()).header("Accept", OPERATIONS)).await {
                Ok(answer) if answer.status == StatusCode::OK => {
                    operation = answer::operation(&answer.body).ok_or_else(malformed)?;
                }
                Ok(answer) => return Err(failure(answer.status)),
                // The change goes on all the same: only the question has to wait.
                Err(Failure::Throttled { wait: asked, .. }) if self.may_wait(asked, end) => wait = asked,
                Err(failure) => return Err(failure),
            }
        }
    }

    fn may_wait(&self, asked: Duration, end: Uptime) -> bool {
        self.clock.now().uptime.plus(asked) < end
    }

    async fn call(&self, request: impl Fn() -> http::Request) -> Result<Answer, Failure> {
        let request = || request().header("x-api-key", self.key.expose());
        let answer = http::call(&self.gate, &self.clock, request).await;
        answer.map_err(|error: Trouble| trouble_within(LIMIT, error))
    }

    fn url(&self, segments: &[&str]) -> Result<Url, Failure> {
        let mut url = Url::parse(&format!("{}/admin-provisioning", self.api)).map_err(|_| malformed())?;
        if let Ok(mut path) = url.path_segments_mut() {
            path.extend(segments);
        }
        Ok(url)
    }
}

fn failure(status: StatusCode) -> Failure {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => key_refused(PRODUCTS, status.as_u16()),
        status => unavailable(status.as_u16()),
    }
}

fn gone(answer: &Answer) -> ChangeFault {
    ChangeFault::Refused(Arc::new(
        Problem::new(
            "eight.group_refused",
            "8x8 did not log a member of a ring group in or out.",
            "The ring group or its member is no longer there.",
            "Nothing to do: the groups are read again.",
        )
        .detail(plain(&format!("status {} {}", answer.status.as_u16(), codes(&answer.body)))),
    ))
}

fn occupied() -> Failure {
    Failure::Broken(Arc::new(Problem::new(
        "eight.group_occupied",
        "8x8 did not log a member of a ring group in or out.",
        "The ring group is being changed by somebody else.",
        "Nothing to do: we try again by ourselves.",
    )))
}

fn undone(operation: &Operation) -> Failure {
    let detail = format!("operation {}: {} {}", operation.id, operation.status, operation.codes);
    Failure::Broken(Arc::new(
        Problem::new(
            "eight.operation_failed",
            "8x8 could not carry out a change to a ring group.",
            "It took the change on, and failed with it.",
            "If it lasts, change the member in 8x8 Admin Console, or look whether 8x8 reports a disturbance.",
        )
        .detail(plain(&detail)),
    ))
}

fn unfinished() -> Failure {
    Failure::Broken(Arc::new(Problem::new(
        "eight.operation_slow",
        "8x8 has not carried out a change to a ring group.",
        "It took the change on five minutes ago, and is not done with it.",
        "If it lasts, look whether 8x8 reports a disturbance.",
    )))
}
