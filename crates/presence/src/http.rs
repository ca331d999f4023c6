//! HTTP as both vendors' clients use it: one client with time limits, one retry policy, one gate per vendor.

mod client;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use reqwest::{StatusCode, Upgraded};

pub use client::{Client, Request};

use crate::clock::Clock;
use crate::error::Problem;
use crate::moment::Uptime;

/// No answer of either vendor is nearly this large: 999 users are well under 2 MB.
const LARGEST_BODY: usize = 32 << 20;

/// How often a call is made before its failure is told: the first time, and two more.
const ATTEMPTS: u32 = 3;

/// How often connections may be given up under a call before it fails.
const MOST_RENEWALS: u32 = 4;

/// A pause that a vendor asks for is never taken to be longer than this.
const LONGEST_PAUSE: Duration = Duration::from_hours(1);

/// The pause when a vendor asks for one and does not say how long.
const DEFAULT_PAUSE: Duration = Duration::from_secs(30);

/// The client for all calls: no redirects, because no API of either vendor needs one and tokens must not travel.
#[must_use]
pub fn client() -> Client {
    Client::start()
}

/// A complete answer.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// All of the body.
    pub body: Vec<u8>,
}

/// Why there is no complete answer.
#[derive(Debug)]
pub enum Trouble {
    /// The vendor wants silence for so long.
    Throttled(Duration),
    /// No connection, or it broke, after all attempts.
    Unreachable(reqwest::Error),
    /// The answer ended early or was absurdly large.
    Incomplete,
    /// Somebody else answered: a network that wants a sign-in of its own first.
    Portal,
}

/// Keeps a vendor's wish for silence for everybody who calls it.
#[derive(Debug, Default)]
pub struct Gate {
    closed_until: Mutex<Option<Uptime>>,
}

impl Gate {
    /// How long it is still closed.
    fn wait(&self, now: Uptime) -> Option<Duration> {
        let until = *self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.filter(|until| *until > now).map(|until| until.since(now))
    }

    fn close(&self, until: Uptime) {
        let mut closed = self.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        *closed = Some(closed.map_or(until, |before| before.max(until)));
    }
}

/// Makes a call under the one policy: nothing is sent while the gate is closed, a 429 or 503 with `Retry-After` closes
/// it, and a broken connection or a 5xx is tried again twice, each time after a longer and slightly random wait.
///
/// `request` makes the request anew for each attempt; all calls made through here may be repeated without harm.
///
/// # Errors
/// [`Trouble`], when no complete answer came. Any status that is not about throttling is an answer.
pub async fn call(gate: &Gate, clock: &Clock, request: impl Fn() -> Request) -> Result<Answer, Trouble> {
    attempt(gate, clock, ATTEMPTS, request).await
}

/// Makes a call that must not be repeated before somebody looked what came of it, such as one that makes something.
///
/// # Errors
/// As [`call`].
pub async fn call_once(gate: &Gate, clock: &Clock, request: impl Fn() -> Request) -> Result<Answer, Trouble> {
    attempt(gate, clock, 1, request).await
}

async fn attempt(
    gate: &Gate,
    clock: &Clock,
    attempts: u32,
    request: impl Fn() -> Request,
) -> Result<Answer, Trouble> {
    let mut attempt = 1;
    loop {
        if let Some(wait) = gate.wait(clock.now().uptime) {
            return Err(Trouble::Throttled(wait));
        }
        let Some(result) = once(request()).await else {
            // The connection was given up, not the call: it goes over a new one, unless it may be made only once.
            if attempts == 1 {
                return Err(Trouble::Incomplete);
            }
            attempt += 1;
            if attempt > MOST_RENEWALS {
                return Err(Trouble::Incomplete);
            }
            continue;
        };
        if let Ok(answer) = &result {
            hear_the_time(&answer.headers, clock);
            if is_portal(answer) {
                return Err(Trouble::Portal);
            }
            if let Some(wait) = throttled(answer.status, &answer.headers, clock) {
                gate.close(clock.now().uptime.plus(wait));
                return Err(Trouble::Throttled(wait));
            }
            if !answer.status.is_server_error() {
                return result;
            }
        }
        if attempt >= attempts {
            return result;
        }
        clock.pause(backoff(attempt)).await;
        attempt += 1;
    }
}

/// What came of asking for another protocol.
pub(crate) enum Opening {
    /// The connection is the other protocol's now.
    Open(Upgraded, HeaderMap),
    /// It stays HTTP.
    Refused(Answer),
}

/// Asks once for another protocol on a connection of its own (RFC 9110, "Upgrade").
pub(crate) async fn upgrade(clock: &Clock, request: Request) -> Result<Opening, Trouble> {
    let (builder, _) = request.parts();
    let response = builder.send().await.map_err(Trouble::Unreachable)?;
    let headers = response.headers().clone();
    if response.status() == StatusCode::SWITCHING_PROTOCOLS {
        let upgraded = response.upgrade().await.map_err(Trouble::Unreachable)?;
        return Ok(Opening::Open(upgraded, headers));
    }
    match throttled(response.status(), &headers, clock) {
        Some(wait) => Err(Trouble::Throttled(wait)),
        None => Ok(Opening::Refused(whole(response).await?)),
    }
}

/// For how long a vendor wants silence, if it does.
fn throttled(status: StatusCode, headers: &HeaderMap, clock: &Clock) -> Option<Duration> {
    let asked = match status {
        StatusCode::TOO_MANY_REQUESTS => {
            retry_after(headers, clock).or_else(|| reset(headers, clock)).unwrap_or(DEFAULT_PAUSE)
        }
        StatusCode::SERVICE_UNAVAILABLE => retry_after(headers, clock)?,
        _ => return None,
    };
    Some(asked.clamp(Duration::from_secs(1), LONGEST_PAUSE))
}

/// Sends it once; nothing when the connection was given up before the whole answer was there.
async fn once(request: Request) -> Option<Result<Answer, Trouble>> {
    let (builder, mut renewal) = request.parts();
    let answer = async { whole(builder.send().await.map_err(Trouble::Unreachable)?).await };
    tokio::select! {
        answer = answer => Some(answer),
        () = renewal.come() => None,
    }
}

/// No API of either vendor answers a good call with a page, or leads elsewhere; the sign-in pages of hotels and trains
/// do (RFC 8910 has them use 511 besides).
fn is_portal(answer: &Answer) -> bool {
    let page = answer.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let page = page.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("text/html"));
    let status = answer.status;
    status == StatusCode::NETWORK_AUTHENTICATION_REQUIRED
        || (status.is_redirection() && status != StatusCode::NOT_MODIFIED)
        || (status.is_success() && page)
}

/// What the vendors' clocks say, for whoever wonders whether this computer's is right.
fn hear_the_time(headers: &HeaderMap, clock: &Clock) {
    let date = headers.get(DATE).and_then(|date| date.to_str().ok());
    if let Some(date) = date.and_then(|date| jiff::fmt::rfc2822::parse(date).ok()) {
        clock.hear(date.timestamp());
    }
}

async fn whole(mut response: reqwest::Response) -> Result<Answer, Trouble> {
    let expected = usize::try_from(response.content_length().unwrap_or(0)).unwrap_or(usize::MAX);
    if expected > LARGEST_BODY {
        return Err(Trouble::Incomplete);
    }
    let mut body = Vec::with_capacity(expected);
    loop {
        match response.chunk().await {
            Ok(Some(part)) if body.len() + part.len() <= LARGEST_BODY => body.extend_from_slice(&part),
            Ok(None) => break,
            _ => return Err(Trouble::Incomplete),
        }
    }
    Ok(Answer { status: response.status(), headers: response.headers().clone(), body })
}

/// 0.3 s, then 0.9 s, each up to a half longer.
fn backoff(attempt: u32) -> Duration {
    let base = Duration::from_millis(300) * 3_u32.pow(attempt - 1);
    base.mul_f64(1.0 + rand::random::<f64>() / 2.0)
}

/// `Retry-After` in whole seconds, as Microsoft documents it, or as a date, as HTTP allows it.
fn retry_after(headers: &HeaderMap, clock: &Clock) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?;
    Some(until(date.timestamp().as_millisecond(), clock))
}

/// The Unix second that 8x8's admin provisioning gives instead (developer.8x8.com, "Admin provisioning: rate limits").
fn reset(headers: &HeaderMap, clock: &Clock) -> Option<Duration> {
    let second: i64 = headers.get("x-ratelimit-reset")?.to_str().ok()?.trim().parse().ok()?;
    Some(until(second.checked_mul(1_000)?, clock))
}

fn until(milliseconds: i64, clock: &Clock) -> Duration {
    let wait = milliseconds.saturating_sub(clock.now().wall.as_millisecond());
    Duration::from_millis(u64::try_from(wait).unwrap_or(0))
}

/// A connection that could not be made, for either vendor.
pub(crate) fn unreachable(vendor: &str, who: &str, error: &reqwest::Error) -> Problem {
    let mut source: Option<&dyn std::error::Error> = Some(error);
    let mut root = String::new();
    while let Some(error) = source {
        root = error.to_string();
        source = error.source();
    }
    let lower = root.to_lowercase();
    let (code, cause, remedy) = if lower.contains("expired")
        || lower.contains("not valid yet")
        || lower.contains("notvalidyet")
    {
        let remedy =
            "Check this computer's date and time, and whether your network wants a sign-in of its own.";
        ("tls", format!("The certificate of {who} is not valid at this computer's time."), remedy)
    } else if lower.contains("certificate") || lower.contains("tls") {
        let remedy = "If your network inspects encrypted traffic, install its certificate in this computer's certificate store, or name its file under Settings, Network. If it wants a sign-in of its own, open a web page first.";
        ("tls", format!("The certificate of {who} could not be verified."), remedy)
    } else if error.is_timeout() {
        ("timeout", format!("{who} did not answer in time."), "Nothing to do: we try again by ourselves.")
    } else {
        let remedy = "Check this computer's network and proxy; we try again by ourselves.";
        ("offline", format!("{who} can not be reached."), remedy)
    };
    Problem::new(&format!("{vendor}.{code}"), "No connection.", cause, remedy).detail(root)
}

/// The network between wants something first, for either vendor.
pub(crate) fn portal(vendor: &str, who: &str) -> Problem {
    let cause = format!("Instead of {who} this network answered with a page of its own.");
    let remedy = "Open any web page in your browser and sign in to the network; we go on by ourselves.";
    Problem::new(&format!("{vendor}.portal"), "This network wants a sign-in of its own.", cause, remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_call_that_hangs_on_an_old_connection_goes_over_a_new_one_at_once() {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/", server.local_addr().unwrap());
        let (client, clock, gate) = (client(), Clock::start(), Gate::default());
        let calling = call(&gate, &clock, || client.get(&address));
        let serving = async {
            // The first connection never says anything, as one from before a sleep.
            let (mut silent, _) = server.accept().await.unwrap();
            let _ = silent.read(&mut [0; 64]).await.unwrap();
            client.renew(&crate::preferences::Network::default()).unwrap();
            let (mut stream, _) = server.accept().await.unwrap();
            let _ = stream.read(&mut [0; 1_024]).await.unwrap();
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await.unwrap();
            (silent, stream)
        };
        let (answer, _held) = tokio::join!(calling, serving);
        assert_eq!(answer.unwrap().body, b"{}");
    }

    #[tokio::test]
    async fn what_must_not_be_repeated_is_given_up_with_its_connection() {
        let server = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/", server.local_addr().unwrap());
        let (client, clock, gate) = (client(), Clock::start(), Gate::default());
        let calling = call_once(&gate, &clock, || client.post(&address));
        let serving = async {
            let held = server.accept().await.unwrap();
            client.renew(&crate::preferences::Network::default()).unwrap();
            held
        };
        let (answer, _held) = tokio::join!(calling, serving);
        assert!(matches!(answer, Err(Trouble::Incomplete)));
    }

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let clock = Clock::start();
        let read = |text: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            retry_after(&headers, &clock)
        };
        assert_eq!(read("20"), Some(Duration::from_secs(20)));
        assert_eq!(read("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        assert_eq!(read("soon"), None);
    }

    #[test]
    fn a_limit_that_is_reset_at_a_second_is_waited_for() {
        let clock = Clock::start();
        let second = (clock.now().wall.as_second() + 20).to_string();
        let headers = HeaderMap::from_iter([("x-ratelimit-reset".parse().unwrap(), second.parse().unwrap())]);
        let wait = throttled(StatusCode::TOO_MANY_REQUESTS, &headers, &clock).unwrap();
        assert!(wait > Duration::from_secs(18) && wait <= Duration::from_secs(20), "{wait:?}");
        assert_eq!(throttled(StatusCode::SERVICE_UNAVAILABLE, &headers, &clock), None);
    }

    #[test]
    fn the_longest_wish_for_silence_counts() {
        let gate = Gate::default();
        gate.close(Uptime(20_000));
        gate.close(Uptime(5_000));
        assert_eq!(gate.wait(Uptime(1_000)), Some(Duration::from_secs(19)));
        assert_eq!(gate.wait(Uptime(20_000)), None);
    }
}
