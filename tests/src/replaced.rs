//! What stands between a controller and its server: answers that no server should give, and requests that arrive otherwise
//! than they were sent.

use bytes::Bytes;
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};
use std::{
    pin::Pin,
    task::{Context, Poll},
};
use tower_service::Service;

type Request = http::Request<kube::client::Body>;

/// The body of an answer.
pub type Answer = http::Response<UnsyncBoxBody<Bytes, kube::Error>>;

type Instead = Box<dyn Fn(&mut Request) -> Option<Answer> + Send + Sync>;

/// A client some of whose requests are answered by `instead`; the others go where those of `client` go, as it left them.
pub fn replaced(
    client: kube::Client,
    instead: impl Fn(&mut Request) -> Option<Answer> + Send + Sync + 'static,
) -> kube::Client {
    kube::Client::new(Replaced { client, instead: Box::new(instead) }, "default")
}

struct Replaced {
    client: kube::Client,
    instead: Instead,
}

impl Service<Request> for Replaced {
    type Response = Answer;
    type Error = kube::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Answer, kube::Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), kube::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request) -> Self::Future {
        let (client, instead) = (self.client.clone(), (self.instead)(&mut request));
        Box::pin(async move {
            match instead {
                Some(answer) => Ok(answer),
                None => Ok(client.send(request).await?.map(BodyExt::boxed_unsync)),
            }
        })
    }
}
