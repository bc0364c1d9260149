//! The clients of a controller: one by which the retriever reads, and one that handlers are given.
//!
//! They share their connections. The retriever's has no retries of its own, so that each answer reaches its stream's
//! backoff; that of the handlers tries again what the server refused for the moment, and traces each call.

mod call;
mod retry;
mod traced;

use crate::{ConfigError, error::chain};
use kube::{Client, Config, client::Body};
use retry::Retries;
use std::{
    pin::Pin,
    task::{Context, Poll},
};
use tower::{BoxError, Service, retry::Retry};
use traced::{Server, Traced};

/// The target of the spans of calls, by which a filter chooses them.
pub(crate) const TARGET: &str = "kooper::client";

type Request = http::Request<Body>;
type Response = http::Response<Body>;
type Answer = Pin<Box<dyn Future<Output = Result<Response, BoxError>> + Send>>;

/// The clients by the ordinary configuration: the retriever's, and the handlers'.
pub(crate) async fn inferred() -> Result<(Client, Client), ConfigError> {
    let config = Config::infer().await.map_err(|error| ConfigError::NoCluster { reason: chain(&error) })?;
    of(config)
}

/// The clients by a configuration.
fn of(mut config: Config) -> Result<(Client, Client), ConfigError> {
    config.default_retry = false;
    let server = Server::of(&config.cluster_url);
    let reader = Client::try_from(config).map_err(|error| ConfigError::Client(Box::new(error)))?;
    let handlers = like(&reader, Retry::new(Retries::default(), Sending(reader.clone())), Some(server));
    Ok((reader, handlers))
}

/// A client that traces the calls made by one that the user has built, which keeps its ways, and does not tell its server.
pub(crate) fn traced(client: &Client) -> Client {
    like(client, Sending(client.clone()), None)
}

/// A client whose calls are traced and go through `inner`, with the namespace and the expiry of `client`.
fn like<S>(client: &Client, inner: S, server: Option<Server>) -> Client
where
    S: Service<Request, Response = Response, Error = BoxError> + Clone + Send + 'static,
    S::Future: Send,
{
    Client::new(Traced::new(inner, server), client.default_namespace())
        .with_valid_until(*client.valid_until())
}

/// A client as a service of HTTP requests.
#[derive(Clone)]
struct Sending(Client);

impl Service<Request> for Sending {
    type Response = Response;
    type Error = BoxError;
    type Future = Answer;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        // `send` waits for its turn.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Answer {
        let client = self.0.clone();
        Box::pin(async move { Ok(client.send(request).await?) })
    }
}

#[cfg(all(test, feature = "testing"))]
mod tests {
    use super::*;
    use crate::testing::{Cluster, Traces};
    use k8s_openapi::api::core::v1::ConfigMap;
    use kube::Api;
    use std::time::Duration;
    use tracing::Instrument;

    #[tokio::test]
    async fn what_the_server_refuses_for_the_moment_is_tried_again_by_handlers_and_not_by_the_retriever() {
        let cluster = Cluster::new();
        let server = cluster.serve(0).await.expect("it serves");
        let config = Config::new(server.url().parse().expect("a URL"));
        let (reader, handlers) = of(config).expect("a client");
        let traces = Traces::new();
        let _recording = traces.install();

        cluster.faults().next(2).resource("configmaps").too_many_requests(Duration::ZERO);
        let list = async {
            let maps: Api<ConfigMap> = Api::all(handlers);
            maps.list(&kube::api::ListParams::default()).await
        };
        list.instrument(tracing::info_span!("handler")).await.expect("the third time it is answered");
        let call = traces.all()[0].span("list configmaps");
        assert_eq!(call.attr("http.request.resend_count"), 2);
        assert_eq!(call.attr("http.response.status_code"), 200);
        let url: http::Uri = server.url().parse().expect("a URL");
        assert_eq!(call.attr("server.address"), "127.0.0.1");
        assert_eq!(call.attr("server.port").as_i64(), url.port_u16().map(i64::from));
        let full = format!("{}/api/v1/configmaps?", server.url().trim_end_matches('/'));
        assert_eq!(call.attr("url.full").as_str(), Some(&*full));

        cluster.faults().next(1).resource("configmaps").too_many_requests(Duration::ZERO);
        let maps: Api<ConfigMap> = Api::all(reader);
        let refused = maps.list(&kube::api::ListParams::default()).await.expect_err("once is enough");
        assert!(matches!(refused, kube::Error::Api(status) if status.code == 429));
    }
}
