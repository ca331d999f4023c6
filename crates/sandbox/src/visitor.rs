//! Plays a person with a browser, so that programs can sign in where no browser is.

use std::time::Duration;

use reqwest::{Client, Response, StatusCode, Url, redirect};

/// No page of the sandbox takes this long, and a listener that does is broken.
const PATIENCE: Duration = Duration::from_secs(10);
/// Picker, password, second factor, consent, a few redirects; more is a loop.
const MOST_STEPS: usize = 16;

/// Who visits, and what that person does on the pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visit {
    /// The user name to pick.
    pub account: String,
    /// The password, for accounts that have one.
    pub password: Option<String>,
    /// The password to choose where a new one is demanded.
    pub new_password: Option<String>,
    /// Whether to press "Cancel" on the page that asks for consent.
    pub decline: bool,
    /// Whether to press "Cancel" on the first page.
    pub leave: bool,
    /// Whether to consent for everybody, where that is offered.
    pub for_everybody: bool,
    /// Whether to press "Deny" where the second factor is asked for.
    pub deny: bool,
    /// Whether to go back to the application where a page refuses; if not, the refusal is the visit's error.
    pub go_back: bool,
}

impl Visit {
    /// Somebody who agrees to everything.
    pub fn of(account: &str) -> Self {
        Self { account: account.to_owned(), ..Self::default() }
    }
}

/// Why a visit did not reach the redirect address.
#[derive(Debug, thiserror::Error)]
pub enum VisitError {
    /// Something did not answer.
    #[error("the address {address} did not answer")]
    Unreachable {
        /// Which address, without its query.
        address: String,
        /// What went wrong.
        source: reqwest::Error,
    },
    /// The address is none.
    #[error("'{0}' is not an address that can be visited")]
    Address(String),
    /// The page refuses the sign-in.
    #[error("the sign-in page says: {0}")]
    Refused(String),
    /// The page is not one of the sandbox tenant.
    #[error("the page is not a sign-in page of the sandbox tenant")]
    Unknown,
    /// The sign-in goes round in circles.
    #[error("the sign-in did not end after {MOST_STEPS} pages")]
    Endless,
}

/// Opens an authorize address, picks `account`, consents if asked, and follows the redirect to the
/// application's own listener. It ends well when the listener has answered, whatever the answer says.
pub async fn visit(address: &str, account: &str) -> Result<(), VisitError> {
    visit_as(address, &Visit::of(account)).await.map(|_| ())
}

/// Opens an address of sign-in or of admin consent, goes through the pages as `visit` says, and follows the
/// redirect to the application's own listener. It ends well when the listener has answered, whatever the answer
/// says, and gives the address that the listener was called at.
pub async fn visit_as(address: &str, visit: &Visit) -> Result<String, VisitError> {
    let browser =
        browser().map_err(|source| VisitError::Unreachable { address: address.to_owned(), source })?;
    let mut at = Url::parse(address).map_err(|_| VisitError::Address(address.to_owned()))?;
    let start = at.origin();
    let mut response = get(&browser, &at).await?;
    for _ in 0..MOST_STEPS {
        if response.status().is_redirection() {
            at = target(&at, &response)?;
            let elsewhere = at.origin() != start;
            response = get(&browser, &at).await?;
            if elsewhere {
                // This is the listener; where it sends its visitor next is no concern of a sign-in.
                return Ok(at.into());
            }
            continue;
        }
        let page = Page::read(&at, response).await?;
        let (action, fields) = page.answer(visit)?;
        let form = Url::parse(at.as_str()).and_then(|at| at.join(action));
        at = form.map_err(|_| VisitError::Address(action.to_owned()))?;
        response = browser
            .post(at.clone())
            .form(&fields)
            .send()
            .await
            .map_err(|source| unreachable_at(&at, source))?;
    }
    Err(VisitError::Endless)
}

#[expect(clippy::disallowed_methods, reason = "the visitor's own client, with time-outs")]
fn browser() -> Result<Client, reqwest::Error> {
    Client::builder()
        .redirect(redirect::Policy::none())
        .connect_timeout(PATIENCE)
        .timeout(PATIENCE)
        .no_proxy()
        .build()
}

async fn get(browser: &Client, address: &Url) -> Result<Response, VisitError> {
    browser.get(address.clone()).send().await.map_err(|source| unreachable_at(address, source))
}

/// The query of a redirect carries the code, so it stays out of messages.
fn unreachable_at(address: &Url, source: reqwest::Error) -> VisitError {
    let mut address = address.clone();
    address.set_query(None);
    VisitError::Unreachable { address: address.into(), source: source.without_url() }
}

fn target(at: &Url, response: &Response) -> Result<Url, VisitError> {
    let location = response.headers().get("location").and_then(|value| value.to_str().ok());
    let location = location.ok_or(VisitError::Unknown)?;
    at.join(location).map_err(|_| VisitError::Address(location.to_owned()))
}

/// What matters of a page.
struct Page {
    kind: String,
    /// Where its forms go, in their order.
    actions: Vec<String>,
    flow: String,
    trouble: Option<String>,
    /// Whether it offers to consent for everybody.
    for_everybody: bool,
}

/// The fields of a form.
type Fields<'a> = Vec<(&'static str, &'a str)>;

impl Page {
    async fn read(at: &Url, response: Response) -> Result<Self, VisitError> {
        let status = response.status();
        let html = response.text().await.map_err(|source| unreachable_at(at, source))?;
        let kind = between(&html, "data-page=\"", "\"").ok_or(VisitError::Unknown)?;
        let trouble = between(&html, "role=\"alert\"", "</p>");
        let trouble = trouble.and_then(|text| text.split_once('>')).map(|(_, text)| plain(text));
        if status != StatusCode::OK {
            return Err(VisitError::Refused(trouble.unwrap_or_else(|| status.to_string())));
        }
        let forms = html.split("action=\"").skip(1).filter_map(|rest| rest.split_once('"'));
        Ok(Self {
            kind: kind.to_owned(),
            actions: forms.map(|(action, _)| plain(action)).collect(),
            flow: plain(between(&html, "name=\"flow\" value=\"", "\"").unwrap_or_default()),
            trouble,
            for_everybody: html.contains("id=\"organisation\""),
        })
    }

    /// Where a person answers, and what.
    fn answer<'a>(&'a self, visit: &'a Visit) -> Result<(&'a str, Fields<'a>), VisitError> {
        let refused = matches!(self.kind.as_str(), "approval" | "insufficient" | "blocked");
        let cancel = ("cancel", "1");
        let (first, fields): (bool, Fields<'a>) = match (self.kind.as_str(), &self.trouble) {
            ("picker" | "password", None) if visit.leave => (false, vec![cancel]),
            (_, Some(_)) if refused && visit.go_back => (false, vec![cancel]),
            (_, Some(trouble)) => return Err(VisitError::Refused(trouble.clone())),
            ("picker", None) => (true, vec![("account", visit.account.as_str())]),
            ("password", None) => (true, vec![("password", visit.password.as_deref().unwrap_or_default())]),
            ("change-password", None) => {
                let new = visit.new_password.as_deref().unwrap_or_default();
                let old = visit.password.as_deref().unwrap_or_default();
                (true, vec![("password", old), ("new_password", new), ("new_password_again", new)])
            }
            ("approve", None) if visit.deny => (false, vec![cancel]),
            ("register" | "approve", None) => (true, Vec::new()),
            ("consent" | "admin-consent", None) if visit.decline => (true, vec![("decision", "cancel")]),
            ("consent" | "admin-consent", None) => {
                let everybody = (visit.for_everybody && self.for_everybody).then_some(("organisation", "1"));
                (true, [("decision", "accept")].into_iter().chain(everybody).collect())
            }
            _ => return Err(VisitError::Unknown),
        };
        let action = if first { self.actions.first() } else { self.actions.last() };
        let action = action.ok_or(VisitError::Unknown)?;
        Ok((action, fields.into_iter().chain([("flow", self.flow.as_str())]).collect()))
    }
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}

fn plain(html: &str) -> String {
    html.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}
