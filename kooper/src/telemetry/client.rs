//! The HTTP client of exporters.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use tower::BoxError;

/// What an answer may have at most. A collector answers in a few bytes.
const ANSWER: usize = 4 << 20;

/// What makes connections; all clients of a destination share it.
#[cfg(feature = "rustls-tls")]
pub(super) type Connector = hyper_rustls::HttpsConnector<HttpConnector>;
#[cfg(not(feature = "rustls-tls"))]
pub(super) type Connector = HttpConnector;

/// A client with what the client for the API server is made of already: hyper and rustls.
#[derive(Debug)]
pub(super) struct Client(legacy::Client<Connector, Full<Bytes>>);

impl Client {
    pub(super) fn new(connector: Connector) -> Self {
        let client = legacy::Client::builder(TokioExecutor::new())
            // Nobody watches a connection between two batches: that the server closed it would be seen too late.
            .pool_max_idle_per_host(0)
            .build(connector);
        Self(client)
    }

    pub(super) async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, BoxError> {
        let answer = self.0.request(request.map(Full::new)).await?;
        let (head, body) = answer.into_parts();
        let body = Limited::new(body, ANSWER).collect().await?.to_bytes();
        Ok(Response::from_parts(head, body))
    }
}

/// What makes connections: with TLS the system's certificates are trusted, and only then are they read.
#[cfg(feature = "rustls-tls")]
pub(super) fn connector(tls: bool) -> Result<Connector, String> {
    let provider = rustls::crypto::ring::default_provider();
    let builder = hyper_rustls::HttpsConnectorBuilder::new();
    let builder = if tls {
        let trusted = builder.with_provider_and_native_roots(provider);
        trusted.map_err(|error| format!("the system's certificates cannot be read: {error}"))?
    } else {
        let config = rustls::ClientConfig::builder_with_provider(provider.into())
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        let none = rustls::RootCertStore::empty();
        builder.with_tls_config(config.with_root_certificates(none).with_no_client_auth())
    };
    Ok(builder.https_or_http().enable_http1().build())
}

#[cfg(not(feature = "rustls-tls"))]
#[expect(clippy::unnecessary_wraps, reason = "with TLS it can fail")]
pub(super) fn connector(_tls: bool) -> Result<Connector, String> {
    Ok(HttpConnector::new())
}

/// Whether an address is one of TLS, or what is wrong with it.
pub(super) fn check(endpoint: &str) -> Result<bool, String> {
    let uri: http::Uri = endpoint.parse().map_err(|error| format!("{error}; write http://HOST:PORT"))?;
    match uri.scheme_str() {
        _ if uri.host().is_none_or(str::is_empty) => {
            Err("it names no host; write http://HOST:PORT".to_owned())
        }
        Some("http") => Ok(false),
        Some("https") if cfg!(feature = "rustls-tls") => Ok(true),
        Some("https") => Err("https needs the feature `rustls-tls` of kooper".to_owned()),
        _ => Err("its scheme is neither http nor https; write http://HOST:PORT".to_owned()),
    }
}
