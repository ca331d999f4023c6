//! The client for all calls. It can be made anew while it is used: after sleep, on another network, or with another
//! proxy, connections that stand lead nowhere, and whoever waits on one of them would wait for a long time.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Body, Certificate, ClientBuilder, IntoUrl, Method, NoProxy, RequestBuilder};
use serde::Serialize;
use tokio::sync::watch;

use crate::desk::proxy_password;
use crate::error::Problem;
use crate::preferences::{Network, Proxy};

/// A whole call, from connecting to the last byte.
const CALL_LIMIT: Duration = Duration::from_mins(1);

/// Until a connection stands.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Between two parts of an answer.
const READ_LIMIT: Duration = Duration::from_secs(20);

/// A connection that nobody has used for so long is not used again: something between may have forgotten it.
const IDLE_LIMIT: Duration = Duration::from_secs(45);

/// How often the other end of a connection in use is asked whether it is there.
const KEEP_ALIVE: Duration = Duration::from_secs(10);

/// A file of certificates is never larger.
const LARGEST_FILE: u64 = 4 << 20;

/// The client; its copies are the same one.
#[derive(Clone, Debug)]
pub struct Client(Arc<watch::Sender<Pool>>);

/// Its connections.
#[derive(Clone, Debug)]
struct Pool {
    calls: reqwest::Client,
    /// Only HTTP/1.1 can become something else, such as a WebSocket.
    upgrades: reqwest::Client,
}

/// A request that is not sent yet.
#[derive(Debug)]
pub struct Request {
    builder: RequestBuilder,
    renewed: watch::Receiver<Pool>,
}

impl Client {
    pub(super) fn start() -> Self {
        #[expect(clippy::expect_used, reason = "fixed settings: this fails on every machine or on none")]
        let pool = Pool::build(&Network::default()).expect("the HTTP client's settings are valid");
        Self(Arc::new(watch::Sender::new(pool)))
    }

    /// Begins with new connections, made as the preferences have it. Whatever waits on an old one is interrupted.
    ///
    /// # Errors
    /// When the preferences can not be used; connections are then made as before.
    pub fn renew(&self, network: &Network) -> Result<(), Problem> {
        let built = Pool::build(network);
        // Even where nothing new can be built, nobody waits on a connection that leads nowhere.
        self.0.send_modify(|pool| {
            if let Ok(built) = &built {
                pool.clone_from(built);
            }
        });
        built.map(drop)
    }

    /// A request.
    pub fn request(&self, method: Method, url: impl IntoUrl) -> Request {
        self.make(|pool| pool.calls.request(method, url))
    }

    /// A GET request.
    pub fn get(&self, url: impl IntoUrl) -> Request {
        self.request(Method::GET, url)
    }

    /// A POST request.
    pub fn post(&self, url: impl IntoUrl) -> Request {
        self.request(Method::POST, url)
    }

    /// A PUT request.
    pub fn put(&self, url: impl IntoUrl) -> Request {
        self.request(Method::PUT, url)
    }

    /// A PATCH request.
    pub fn patch(&self, url: impl IntoUrl) -> Request {
        self.request(Method::PATCH, url)
    }

    /// A DELETE request.
    pub fn delete(&self, url: impl IntoUrl) -> Request {
        self.request(Method::DELETE, url)
    }

    /// A GET request on a connection that may become something else.
    pub(crate) fn upgrade(&self, url: impl IntoUrl) -> Request {
        self.make(|pool| pool.upgrades.get(url))
    }

    /// Waits until the connections of now are given up.
    pub(crate) fn renewal(&self) -> Renewal {
        Renewal(self.0.subscribe())
    }

    fn make(&self, build: impl FnOnce(&Pool) -> RequestBuilder) -> Request {
        let mut renewed = self.0.subscribe();
        let builder = build(&renewed.borrow_and_update());
        Request { builder, renewed }
    }
}

/// The end of connections.
#[derive(Debug)]
pub(crate) struct Renewal(watch::Receiver<Pool>);

impl Renewal {
    /// Comes back when the connections of before are given up.
    pub(crate) async fn come(&mut self) {
        if self.0.changed().await.is_err() {
            // The client is gone, and with it whoever could renew it.
            std::future::pending::<()>().await;
        }
    }
}

impl Request {
    fn with(self, change: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        Self { builder: change(self.builder), renewed: self.renewed }
    }

    /// With a bearer token.
    #[must_use]
    pub fn bearer_auth(self, token: &str) -> Self {
        self.with(|builder| builder.bearer_auth(token))
    }

    /// With a user and a password.
    #[must_use]
    pub fn basic_auth(self, user: &str, password: Option<&str>) -> Self {
        self.with(|builder| builder.basic_auth(user, password))
    }

    /// With a header.
    #[must_use]
    pub fn header(self, name: &str, value: impl AsRef<str>) -> Self {
        self.with(|builder| builder.header(name, value.as_ref()))
    }

    /// With parameters in the address.
    #[must_use]
    pub fn query<T: Serialize + ?Sized>(self, query: &T) -> Self {
        self.with(|builder| builder.query(query))
    }

    /// With a form.
    #[must_use]
    pub fn form<T: Serialize + ?Sized>(self, form: &T) -> Self {
        self.with(|builder| builder.form(form))
    }

    /// With JSON.
    #[must_use]
    pub fn json<T: Serialize + ?Sized>(self, json: &T) -> Self {
        self.with(|builder| builder.json(json))
    }

    /// With a body.
    #[must_use]
    pub fn body(self, body: impl Into<Body>) -> Self {
        self.with(|builder| builder.body(body))
    }

    /// With a time limit of its own.
    #[must_use]
    pub fn timeout(self, limit: Duration) -> Self {
        self.with(|builder| builder.timeout(limit))
    }

    /// Sends it once, whatever becomes of the client in the meantime.
    ///
    /// # Errors
    /// When no answer begins.
    pub async fn send(self) -> reqwest::Result<reqwest::Response> {
        self.builder.send().await
    }

    /// Itself and the end of the connection it goes over.
    pub(super) fn parts(self) -> (RequestBuilder, Renewal) {
        (self.builder, Renewal(self.renewed))
    }
}

impl Pool {
    fn build(network: &Network) -> Result<Self, Problem> {
        let authorities = authorities(&network.authorities)?;
        let proxy = proxy(network)?;
        let settings = || {
            #[expect(clippy::disallowed_methods, reason = "the one owner of the client")]
            let builder = reqwest::Client::builder();
            let builder = builder
                .user_agent(concat!("PresenceSync/", env!("CARGO_PKG_VERSION")))
                .timeout(CALL_LIMIT)
                .connect_timeout(CONNECT_LIMIT)
                .pool_idle_timeout(IDLE_LIMIT)
                .redirect(reqwest::redirect::Policy::none())
                .tls_certs_merge(authorities.clone());
            match (network.proxy, proxy.clone()) {
                (Proxy::System, _) => builder,
                (_, None) => builder.no_proxy(),
                (_, Some(proxy)) => builder.no_proxy().proxy(proxy),
            }
        };
        let built = |settings: ClientBuilder| settings.build().map_err(|error| unusable(&error.to_string()));
        let calls = settings()
            .read_timeout(READ_LIMIT)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .http2_keep_alive_timeout(KEEP_ALIVE);
        Ok(Self { calls: built(calls)?, upgrades: built(settings().http1_only())? })
    }
}

fn proxy(network: &Network) -> Result<Option<reqwest::Proxy>, Problem> {
    if network.proxy != Proxy::Chosen || network.address.is_empty() {
        return Ok(None);
    }
    let address = if network.address.contains("://") {
        network.address.clone()
    } else {
        format!("http://{}", network.address)
    };
    let url = reqwest::Url::parse(&address).map_err(|error| no_proxy(&error.to_string()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(no_proxy("only http:// and https:// proxies can be used"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(proxy_password());
    }
    let proxy = reqwest::Proxy::all(url).map_err(|error| no_proxy(&error.to_string()))?;
    // What runs on this computer is reached by no proxy.
    Ok(Some(proxy.no_proxy(NoProxy::from_string("localhost,127.0.0.1,::1"))))
}

fn no_proxy(detail: &str) -> Problem {
    let cause = "Its address can not be understood.";
    let remedy = "Write it as http://proxy.example:8080, and try again.";
    Problem::new("network.proxy", "The proxy was not taken.", cause, remedy).detail(detail)
}

fn authorities(path: &str) -> Result<Vec<Certificate>, Problem> {
    if path.is_empty() {
        return Ok(Vec::new());
    }
    let failed = |detail: String| {
        let cause = "The file with further certificates can not be used.";
        let remedy = "Choose a PEM file with at least one certificate, which you may read.";
        Problem::new("network.authorities", "The certificates were not taken.", cause, remedy).detail(detail)
    };
    let length = std::fs::metadata(path).map_err(|error| failed(error.to_string()))?.len();
    if length > LARGEST_FILE {
        return Err(failed("it is absurdly large".into()));
    }
    let text = std::fs::read(path).map_err(|error| failed(error.to_string()))?;
    let certificates = Certificate::from_pem_bundle(&text).map_err(|error| failed(error.to_string()))?;
    if certificates.is_empty() { Err(failed("it holds no certificate".into())) } else { Ok(certificates) }
}

fn unusable(detail: &str) -> Problem {
    let cause = "Proxy or certificates do not fit this computer.";
    let remedy = "Look at the network settings again.";
    Problem::new("network.settings", "The network settings were not taken.", cause, remedy).detail(detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(address: &str) -> Network {
        Network { proxy: Proxy::Chosen, address: address.into(), authorities: String::new() }
    }

    #[test]
    fn a_proxy_is_an_address_without_a_password() {
        let client = Client::start();
        for address in ["http://proxy.example:8080", "proxy.example:3128", "https://proxy.example", ""] {
            assert_eq!(client.renew(&chosen(address)), Ok(()), "{address}");
        }
        for (address, code) in [
            ("http://ann:secret@proxy.example", "network.proxyPassword"),
            ("socks5://proxy.example", "network.proxy"),
            ("http://", "network.proxy"),
        ] {
            let problem = client.renew(&chosen(address)).unwrap_err();
            assert_eq!(problem.code, code);
            assert!(!problem.to_string().contains("secret"));
        }
    }

    #[test]
    fn certificates_come_from_a_file_that_holds_some() {
        let client = Client::start();
        let file = tempfile::NamedTempFile::new().unwrap();
        let path = file.path().display().to_string();
        let with = |path: &str| Network { authorities: path.into(), ..Network::default() };
        assert_eq!(client.renew(&with(&path)).unwrap_err().code, "network.authorities");
        assert_eq!(client.renew(&with("/there/is/none.pem")).unwrap_err().code, "network.authorities");
        let made = rcgen::generate_simple_self_signed(vec!["inspection.example".into()]).unwrap();
        let body = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, made.cert.der());
        let pem = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
        std::fs::write(&path, pem).unwrap();
        assert_eq!(client.renew(&with(&path)), Ok(()));
    }
}
