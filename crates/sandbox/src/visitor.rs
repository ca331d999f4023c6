//! Plays a person with a browser, so that programs can sign in where no browser is.

use std::time::Duration;

use reqwest::{Client, Response, StatusCode, Url, redirect};

/// No page of the sandbox takes this long, and a listener that does is broken.
const PATIENCE: Duration = Duration::from_secs(10);
/// Picker, consent, a few redirects; more is a loop.
const MOST_STEPS: usize = 8;

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
    let browser =
        browser().map_err(|source| VisitError::Unreachable { address: address.to_owned(), source })?;
    let mut at = Url::parse(address).map_err(|_| VisitError::Address(address.to_owned()))?;
    let start = at.origin();
    let mut response = get(&browser, &at).await?;
    for _ in 0..MOST_STEPS {
        if response.status().is_redirection() {
            at = target(&at, &response)?;
            response = get(&browser, &at).await?;
            if at.origin() != start {
                // This is the listener; where it sends its visitor next is no concern of a sign-in.
                return Ok(());
            }
            continue;
        }
        let page = Page::read(&at, response).await?;
        let fields = page.answer(account)?;
        let form = Url::parse(at.as_str()).and_then(|at| at.join(&page.action));
        at = form.map_err(|_| VisitError::Address(page.action.clone()))?;
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
    action: String,
    flow: String,
    trouble: Option<String>,
}

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
        Ok(Self {
            kind: kind.to_owned(),
            action: plain(between(&html, "action=\"", "\"").unwrap_or_default()),
            flow: plain(between(&html, "name=\"flow\" value=\"", "\"").unwrap_or_default()),
            trouble,
        })
    }

    /// What a person who wants to sign in as `account` sends.
    fn answer<'a>(&'a self, account: &'a str) -> Result<[(&'static str, &'a str); 2], VisitError> {
        match (self.kind.as_str(), &self.trouble) {
            (_, Some(trouble)) => Err(VisitError::Refused(trouble.clone())),
            ("picker", None) => Ok([("flow", &self.flow), ("account", account)]),
            ("consent", None) => Ok([("flow", &self.flow), ("decision", "accept")]),
            _ => Err(VisitError::Unknown),
        }
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
