//! Networks with something in between: an inspecting proxy, a chosen proxy, and a hotel's sign-in page.

use std::io::Write as _;
use std::sync::Arc;

use presence::preferences::{Network, Proxy};
use presence::snapshot::SourceState;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tests::bench::{Bench, code, until};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

const HELLO: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";

/// Reads a request's head; its first line comes back.
async fn head(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).await.unwrap();
    let mut line = String::from("x");
    while !line.trim().is_empty() {
        line.clear();
        reader.read_line(&mut line).await.unwrap();
    }
    first
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_that_a_file_names_is_trusted_besides_the_systems() {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".into()]).unwrap().signed_by(&key, &authority).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from(leaf.der().to_vec())],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let acceptor = TlsAcceptor::from(Arc::new(config));
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                // Whoever does not trust us hangs up.
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                head(&mut stream).await;
                stream.write_all(HELLO.as_bytes()).await.unwrap();
                let _ = stream.shutdown().await;
            });
        }
    });

    let client = presence::http::client();
    let address = format!("https://localhost:{port}/");
    assert!(client.get(&address).send().await.is_err(), "nobody vouches for it");
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(authority.pem().as_bytes()).unwrap();
    let authorities = file.path().display().to_string();
    client.renew(&Network { authorities, ..Network::default() }).unwrap();
    assert_eq!(client.get(&address).send().await.unwrap().status(), 200);
    client.renew(&Network::default()).unwrap();
    assert!(client.get(&address).send().await.is_err(), "and no longer than that");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_chosen_proxy_is_used_at_once_and_this_computer_is_reached_without_it() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (sender, mut asked) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let first = head(&mut stream).await;
            stream.write_all(HELLO.as_bytes()).await.unwrap();
            let _ = sender.send(first);
        }
    });
    let client = presence::http::client();
    client.renew(&Network { proxy: Proxy::Chosen, address, authorities: String::new() }).unwrap();
    assert_eq!(client.get("http://graph.brightwater.example/v1.0/me").send().await.unwrap().status(), 200);
    assert_eq!(asked.recv().await.unwrap().trim(), "GET http://graph.brightwater.example/v1.0/me HTTP/1.1");
    let bench = Bench::start(5).await;
    assert!(client.get(bench.sandbox.base()).send().await.is_ok());
    assert!(asked.try_recv().is_err(), "what runs here needs no proxy");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hotels_sign_in_page_is_named_and_its_end_is_noticed() {
    let bench = Bench::start(30).await;
    let handle = bench.live().await;
    let mut parts = bench.parts();
    handle.stop().await;
    // Between the program and the tenant stands somebody who answers everything with a page, until they let it through.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let between = format!("http://{}", listener.local_addr().unwrap());
    let tenant = bench.sandbox.address();
    let (open, opened) = tokio::sync::watch::channel(false);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let opened = opened.clone();
            tokio::spawn(async move {
                if *opened.borrow() {
                    let mut other = TcpStream::connect(tenant).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut stream, &mut other).await;
                    return;
                }
                head(&mut stream).await;
                let page = "<html>Welcome to the hotel</html>";
                let answer = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{page}",
                    page.len()
                );
                let _ = stream.write_all(answer.as_bytes()).await;
            });
        }
    });
    parts.endpoints.microsoft.graph =
        parts.endpoints.microsoft.graph.replace(&format!("http://{tenant}"), &between);
    let handle = presence::driver::start(parts).unwrap();
    let told = until(&handle, "the hotel's page", |snapshot| code(snapshot) == "microsoft.portal").await;
    assert_eq!(told.source.state, SourceState::Offline);
    assert!(!told.people.is_empty(), "the last board stays");
    open.send(true).unwrap();
    until(&handle, "the live board", tests::bench::is_live).await;
    assert_eq!(bench.browser.opened().len(), 1);
    handle.stop().await;
}
