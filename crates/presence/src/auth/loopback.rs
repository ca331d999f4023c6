//! The redirect listener: waits on this computer for one answer of the browser, and is gone when dropped.
//!
//! RFC 8252, sections 7.3 and 8.3: a port chosen by the system, loopback addresses only, open only while a sign-in is
//! under way. The browser may resolve `localhost` either way, so both loopback addresses listen on the same port.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use reqwest::Url;
use subtle::ConstantTimeEq;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::secret::Secret;

/// A request line with a code is well under this.
const LONGEST_REQUEST: usize = 16 << 10;

/// A connection that sends nothing is closed after this long.
const REQUEST_LIMIT: Duration = Duration::from_secs(5);

/// Ports that are tried until one is free on both addresses.
const TRIES: usize = 10;

/// What the browser brought.
#[derive(Debug)]
pub enum Redirect {
    /// A code to redeem.
    Code(Secret),
    /// An administrator accepted the consent page; to be proved by a call, not believed.
    Consented,
    /// The person or Entra refused.
    Refused {
        /// OAuth's error class.
        error: String,
        /// Entra's text, which starts with an AADSTS number.
        description: String,
    },
}

/// What is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// The end of a sign-in.
    Code,
    /// The end of a consent page (learn.microsoft.com, "Admin consent on the Microsoft identity platform").
    Consent,
}

/// Listens until it is dropped.
#[derive(Debug)]
pub struct Listener {
    port: u16,
    four: TcpListener,
    six: Option<TcpListener>,
}

impl Listener {
    /// Takes a free port on both loopback addresses; on a machine without IPv6, on one.
    ///
    /// # Errors
    /// When no port can be opened.
    pub async fn bind() -> io::Result<Self> {
        let mut last = io::Error::from(io::ErrorKind::AddrInUse);
        for _ in 0..TRIES {
            let four = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let port = four.local_addr()?.port();
            match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
                Ok(six) => return Ok(Self { port, four, six: Some(six) }),
                // Somebody else owns the port there and could receive the code: take another one.
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => last = error,
                Err(_) => return Ok(Self { port, four, six: None }),
            }
        }
        Err(last)
    }

    /// The address for `redirect_uri`. Entra ignores the port of `localhost`
    /// (learn.microsoft.com, "Redirect URI restrictions and limitations").
    #[must_use]
    pub fn redirect(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Waits for the answer that carries `state`; anything else is turned away and waiting goes on.
    pub async fn wait(self, state: &str, awaited: Awaited) -> Redirect {
        let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
        let mut visitors = tokio::task::JoinSet::new();
        loop {
            let six = async {
                match &self.six {
                    Some(six) => six.accept().await,
                    None => std::future::pending().await,
                }
            };
            let visitor = tokio::select! {
                accepted = self.four.accept() => accepted,
                accepted = six => accepted,
                Some(redirect) = receiver.recv() => {
                    // Lets the page reach the browser before the listener goes away.
                    while visitors.join_next().await.is_some() {}
                    return redirect;
                }
            };
            match visitor {
                Ok((stream, _)) => {
                    let (sender, state, port) = (sender.clone(), state.to_owned(), self.port);
                    visitors.spawn(async move {
                        let served =
                            tokio::time::timeout(REQUEST_LIMIT, serve(stream, &state, port, awaited)).await;
                        if let Ok(Ok(Some(redirect))) = served {
                            // A second answer finds the place taken; the first one counts.
                            let _ = sender.try_send(redirect);
                        }
                    });
                }
                Err(_) => crate::clock::pause(Duration::from_millis(50)).await,
            }
            while visitors.try_join_next().is_some() {}
        }
    }
}

async fn serve(
    mut stream: TcpStream,
    state: &str,
    port: u16,
    awaited: Awaited,
) -> io::Result<Option<Redirect>> {
    let mut request = Vec::new();
    while !request.windows(4).any(|window| window == b"\r\n\r\n") && request.len() < LONGEST_REQUEST {
        let mut part = [0; 2048];
        let count = stream.read(&mut part).await?;
        if count == 0 {
            break;
        }
        request.extend_from_slice(&part[..count]);
    }
    let verdict = judge(&request, state, port, awaited);
    let (status, title, words) = match &verdict {
        Ok(Redirect::Code(_)) => (
            "200 OK",
            "Almost done",
            "You can close this page and go back to Presence Sync. It checks the account now.",
        ),
        Ok(Redirect::Consented) => (
            "200 OK",
            "Consent was given",
            "You can close this page and go back to Presence Sync. It checks the permissions now.",
        ),
        Ok(Redirect::Refused { .. }) if awaited == Awaited::Consent => {
            ("200 OK", "No consent", "You can close this page. Presence Sync says what to do.")
        }
        Ok(Redirect::Refused { .. }) => {
            ("200 OK", "Not signed in", "You can close this page. Presence Sync says what to do.")
        }
        Err(Turned::NotFound) => ("404 Not Found", "Nothing here", "This address only serves a sign-in."),
        Err(Turned::Refused) => {
            ("400 Bad Request", "Refused", "This is not the answer that Presence Sync waits for.")
        }
    };
    stream.write_all(page(status, title, words).as_bytes()).await?;
    stream.shutdown().await?;
    Ok(verdict.ok())
}

/// Why a request is turned away.
#[derive(Debug, PartialEq, Eq)]
enum Turned {
    NotFound,
    Refused,
}

/// Only a GET of `/` for this host and port that carries the state is the answer.
fn judge(request: &[u8], state: &str, port: u16, awaited: Awaited) -> Result<Redirect, Turned> {
    let mut headers = [httparse::EMPTY_HEADER; 100];
    let mut parsed = httparse::Request::new(&mut headers);
    let complete = parsed.parse(request).map_err(|_| Turned::Refused)?.is_complete();
    let (Some("GET"), Some(path), true) = (parsed.method, parsed.path, complete) else {
        return Err(Turned::Refused);
    };
    let host = parsed.headers.iter().find(|header| header.name.eq_ignore_ascii_case("host"));
    let host = host.and_then(|header| std::str::from_utf8(header.value).ok()).ok_or(Turned::Refused)?;
    // A page elsewhere whose name was rebound to this computer has another host name.
    if ![format!("localhost:{port}"), format!("127.0.0.1:{port}"), format!("[::1]:{port}")]
        .contains(&host.to_owned())
    {
        return Err(Turned::Refused);
    }
    let url = Url::parse("http://localhost").and_then(|base| base.join(path)).map_err(|_| Turned::Refused)?;
    if url.path() != "/" || url.host_str() != Some("localhost") {
        return Err(Turned::NotFound);
    }
    let value =
        |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let given =
        value("state").ok_or(if url.query().is_none() { Turned::NotFound } else { Turned::Refused })?;
    if !bool::from(given.as_bytes().ct_eq(state.as_bytes())) {
        return Err(Turned::Refused);
    }
    // The error answer of a consent page carries `admin_consent=True` as well: the error comes first.
    if let Some(error) = value("error") {
        return Ok(Redirect::Refused { error, description: value("error_description").unwrap_or_default() });
    }
    if awaited == Awaited::Consent {
        let yes = value("admin_consent").is_some_and(|given| given.eq_ignore_ascii_case("true"));
        return yes.then_some(Redirect::Consented).ok_or(Turned::Refused);
    }
    value("code")
        .filter(|code| !code.is_empty())
        .map(|code| Redirect::Code(Secret::new(code)))
        .ok_or(Turned::Refused)
}

fn page(status: &str, title: &str, words: &str) -> String {
    let style = "body{font:16px/1.5 system-ui,sans-serif;display:grid;place-content:center;min-height:90vh;margin:0;padding:1rem;\
                 text-align:center;color-scheme:light dark}h1{font-size:1.4rem;margin:0}";
    let body = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} - Presence Sync</title>\
         <style>{style}</style></head><body><main><h1>{title}</h1><p>{words}</p></main></body></html>"
    );
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'\r\n\
         Referrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(request: &str) -> Result<Redirect, Turned> {
        judge(request.replace('\n', "\r\n").as_bytes(), "right", 5000, Awaited::Code)
    }

    fn consent(query: &str) -> Result<Redirect, Turned> {
        let request = format!("GET /?{query}&state=right HTTP/1.1\r\nHost: localhost:5000\r\n\r\n");
        judge(request.as_bytes(), "right", 5000, Awaited::Consent)
    }

    #[test]
    fn a_declined_consent_is_not_taken_for_one_although_it_says_so_too() {
        assert!(matches!(consent("admin_consent=True&tenant=t"), Ok(Redirect::Consented)));
        let declined = "error=access_denied&error_description=AADSTS65004%3A+no&admin_consent=True&tenant=t";
        assert!(matches!(consent(declined), Ok(Redirect::Refused { error, .. }) if error == "access_denied"));
        assert!(matches!(consent("admin_consent=False"), Err(Turned::Refused)));
        // A code is no consent, and a consent is no code.
        assert!(matches!(consent("code=abc"), Err(Turned::Refused)));
        let answer = ask("GET /?admin_consent=True&state=right HTTP/1.1\nHost: localhost:5000\n\n");
        assert!(matches!(answer, Err(Turned::Refused)));
    }

    #[test]
    fn the_answer_is_recognised_by_its_state() {
        let answer = ask("GET /?code=abc&state=right HTTP/1.1\nHost: localhost:5000\n\n");
        assert!(matches!(answer, Ok(Redirect::Code(code)) if code.expose() == "abc"));
        let refused = ask(
            "GET /?error=access_denied&error_description=AADSTS65004%3A+no&state=right HTTP/1.1\nHost: localhost:5000\n\n",
        );
        assert!(matches!(refused, Ok(Redirect::Refused { error, .. }) if error == "access_denied"));
    }

    #[test]
    fn whatever_else_comes_to_the_port_is_turned_away() {
        for (request, turned) in [
            ("GET /?code=abc&state=wrong HTTP/1.1\nHost: localhost:5000\n\n", Turned::Refused),
            ("GET /?code=abc HTTP/1.1\nHost: localhost:5000\n\n", Turned::Refused),
            ("GET /?state=right HTTP/1.1\nHost: localhost:5000\n\n", Turned::Refused),
            ("POST /?code=abc&state=right HTTP/1.1\nHost: localhost:5000\n\n", Turned::Refused),
            ("GET /?code=abc&state=right HTTP/1.1\nHost: evil.example:5000\n\n", Turned::Refused),
            ("GET /?code=abc&state=right HTTP/1.1\n\n", Turned::Refused),
            ("GET /callback?code=abc&state=right HTTP/1.1\nHost: localhost:5000\n\n", Turned::NotFound),
            ("GET //evil.example/?code=abc&state=right HTTP/1.1\nHost: localhost:5000\n\n", Turned::NotFound),
            ("GET /favicon.ico HTTP/1.1\nHost: localhost:5000\n\n", Turned::NotFound),
            ("\u{0}\u{1}garbage\n\n", Turned::Refused),
        ] {
            assert_eq!(ask(request).unwrap_err(), turned, "{request}");
        }
    }

    #[tokio::test]
    async fn a_foreign_request_does_not_end_the_wait_and_the_port_is_free_afterwards() {
        let listener = Listener::bind().await.unwrap();
        let (port, redirect) = (listener.port, listener.redirect());
        let waiting = tokio::spawn(async move { listener.wait("right", Awaited::Code).await });
        let client = crate::http::client();
        let get = |query: &'static str| client.get(format!("{redirect}/{query}")).send();
        assert_eq!(get("?code=a&state=wrong").await.unwrap().status(), 400);
        let accepted = get("?code=a&state=right").await.unwrap();
        assert!(
            accepted.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'")
        );
        assert!(matches!(waiting.await.unwrap(), Redirect::Code(code) if code.expose() == "a"));
        assert!(TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.is_ok());
    }
}
