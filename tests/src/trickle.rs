//! A slow connection.

use bytes::Bytes;
use futures_util::stream;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody, combinators::UnsyncBoxBody};
use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tower_service::Service;

type Answer = http::Response<UnsyncBoxBody<Bytes, kube::Error>>;

/// A client whose answers come at most `bytes` at a time, each after a pause.
pub fn trickle(client: kube::Client, bytes: usize, pause: Duration) -> kube::Client {
    kube::Client::new(Slow { client, bytes, pause }, "default")
}

struct Slow {
    client: kube::Client,
    bytes: usize,
    pause: Duration,
}

impl Service<http::Request<kube::client::Body>> for Slow {
    type Response = Answer;
    type Error = kube::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Answer, kube::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), kube::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<kube::client::Body>) -> Self::Future {
        let Self { client, bytes, pause } = self;
        let (client, bytes, pause) = (client.clone(), *bytes, *pause);
        Box::pin(async move { Ok(client.send(request).await?.map(|body| slowed(body, bytes, pause))) })
    }
}

/// The same body, bit by bit.
fn slowed(body: kube::client::Body, bytes: usize, pause: Duration) -> UnsyncBoxBody<Bytes, kube::Error> {
    let bits = stream::unfold((body, Bytes::new()), move |(mut body, mut rest)| async move {
        while rest.is_empty() {
            match body.frame().await? {
                Ok(frame) => rest = frame.into_data().unwrap_or_default(),
                Err(error) => return Some((Err(error), (body, rest))),
            }
        }
        tokio::time::sleep(pause).await;
        let bit = rest.split_to(bytes.min(rest.len()));
        Some((Ok(Frame::data(bit)), (body, rest)))
    });
    StreamBody::new(bits).boxed_unsync()
}
