//! The socket: accepts connections, keeps them alive, and breaks them when a fault says so.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::eight::events;
use crate::eight::stream::serve;
use crate::guard::lock;
use crate::message::{Call, Endpoint, Reply};
use crate::reception::{Delivery, receive};
use crate::tenant::Tenant;

/// The largest request body that is read; 650 ids take 26 kB.
const LARGEST_BODY: usize = 4 * 1024 * 1024;
/// How long [`Server::stop`] waits for answers under way.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Open,
    Closing,
    Closed,
}

/// The running server. Dropping it frees the port before `drop` returns.
pub(crate) struct Server {
    /// Shared with the accepting task, but taken out from here: aborting the task would close the port at
    /// some later time only.
    listener: Arc<Mutex<Option<TcpListener>>>,
    mode: watch::Sender<Mode>,
}

impl Server {
    /// Binds a loopback port; 0 lets the system choose.
    pub(crate) async fn bind(port: u16) -> std::io::Result<(TcpListener, SocketAddr)> {
        let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    }

    /// Serves the tenant on tasks of the current runtime.
    pub(crate) fn run(listener: TcpListener, tenant: Arc<Tenant>) -> Self {
        let listener = Arc::new(Mutex::new(Some(listener)));
        let (mode, watcher) = watch::channel(Mode::Open);
        tokio::spawn(accept(Arc::clone(&listener), tenant, watcher));
        Self { listener, mode }
    }

    /// Accepts nothing new, lets answers under way finish, then closes.
    pub(crate) async fn stop(self) {
        drop(lock(&self.listener).take());
        self.mode.send_replace(Mode::Closing);
        if tokio::time::timeout(PATIENCE, self.mode.closed()).await.is_err() {
            tracing::debug!("connections of the sandbox were cut off");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(lock(&self.listener).take());
        self.mode.send_replace(Mode::Closed);
    }
}

async fn accept(
    listener: Arc<Mutex<Option<TcpListener>>>,
    tenant: Arc<Tenant>,
    mut watcher: watch::Receiver<Mode>,
) {
    loop {
        let next = std::future::poll_fn(|context| match lock(&listener).as_ref() {
            Some(listener) => listener.poll_accept(context).map(Some),
            None => Poll::Ready(None),
        });
        tokio::select! {
            accepted = next => match accepted {
                Some(Ok((stream, _))) => {
                    tokio::spawn(connection(stream, Arc::clone(&tenant), watcher.clone()));
                }
                // Out of file descriptors, most likely: let others run, then try again.
                Some(Err(error)) => {
                    tracing::warn!(%error, "the sandbox could not accept a connection");
                    crate::clock::pause(Duration::from_millis(50)).await;
                }
                None => return,
            },
            _ = watcher.changed() => return,
        }
    }
}

async fn connection(stream: TcpStream, tenant: Arc<Tenant>, mut watcher: watch::Receiver<Mode>) {
    // Answers are small; waiting to fill a packet would only delay them.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::trace!(%error, "no TCP_NODELAY");
    }
    let streams = watcher.clone();
    let serve = service_fn(move |request| respond(Arc::clone(&tenant), request, streams.clone()));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), serve)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    loop {
        tokio::select! {
            outcome = connection.as_mut() => {
                if let Err(error) = outcome {
                    tracing::trace!(%error, "a connection ended early");
                }
                return;
            }
            changed = watcher.changed() => match *watcher.borrow() {
                Mode::Closing if changed.is_ok() => connection.as_mut().graceful_shutdown(),
                _ => return,
            }
        }
    }
}

/// The connection is to be closed without an answer; hyper does so when a service fails.
#[derive(Debug, thiserror::Error)]
#[error("a fault drops the connection")]
struct Dropped;

async fn respond(
    tenant: Arc<Tenant>,
    mut request: Request<Incoming>,
    watcher: watch::Receiver<Mode>,
) -> Result<Response<ReplyBody>, Dropped> {
    let upgrade = hyper::upgrade::on(&mut request);
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, LARGEST_BODY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => return Ok(whole(Reply::empty(StatusCode::PAYLOAD_TOO_LARGE))),
    };
    // `$` may come escaped.
    let path = parts.uri.path().replace("%24", "$");
    let call = Call {
        endpoint: Endpoint::of_request(&parts.method, &path),
        path,
        query: parts.uri.query().unwrap_or_default().to_owned(),
        method: parts.method,
        headers: parts.headers,
        body,
    };
    let stream = (call.endpoint == Endpoint::Events).then(|| call.clone());
    let delivery = receive(&tenant, call).await;
    if let (Some(call), Delivery::Whole(reply)) = (stream, &delivery)
        && reply.status == StatusCode::SWITCHING_PROTOCOLS
        && let Ok((listener, delivery)) = events::open(&tenant, &call)
    {
        tokio::spawn(serve(Arc::clone(&tenant), upgrade, listener, delivery, watcher));
    }
    match delivery {
        Delivery::Whole(reply) => Ok(whole(reply)),
        Delivery::Half(reply) => {
            let announced = reply.body.len() as u64;
            let half = Bytes::from(reply.body).slice(..announced as usize / 2);
            let body = ReplyBody::Half { announced, half: Some(half), flushed: false };
            Ok(response(reply.status, reply.headers, body))
        }
        Delivery::Dropped => Err(Dropped),
    }
}

fn whole(reply: Reply) -> Response<ReplyBody> {
    response(reply.status, reply.headers, ReplyBody::Whole(Some(reply.body.into())))
}

fn response(status: StatusCode, headers: hyper::HeaderMap, body: ReplyBody) -> Response<ReplyBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}

/// A body in one piece, or half a body and then an error.
enum ReplyBody {
    Whole(Option<Bytes>),
    Half { announced: u64, half: Option<Bytes>, flushed: bool },
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Dropped;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Dropped>>> {
        match self.get_mut() {
            Self::Whole(body) => Poll::Ready(body.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Half { half, flushed, .. } => {
                if let Some(bytes) = half.take() {
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                if !*flushed {
                    // Gives hyper one turn to send what it has; an error at once would discard it.
                    *flushed = true;
                    context.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Poll::Ready(Some(Err(Dropped)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.as_ref().is_none_or(Bytes::is_empty),
            Self::Half { .. } => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(match self {
            Self::Whole(body) => body.as_ref().map_or(0, |bytes| bytes.len() as u64),
            Self::Half { announced, .. } => *announced,
        })
    }
}
