//! One service's way to the agent.

use super::{convert, cut};
use opentelemetry_0_23::trace::TraceError;
use opentelemetry_sdk::{
    Resource,
    error::{OTelSdkError, OTelSdkResult},
    trace::{SpanData, SpanExporter},
};
use opentelemetry_sdk_0_23::{Resource as OldResource, export::trace::SpanExporter as _, trace::Config};
use std::{
    net::ToSocketAddrs as _,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// The encoder and its socket. The encoder calls itself deprecated.
#[allow(deprecated)]
type Socket = opentelemetry_jaeger::Exporter;

/// Splits batches into datagrams, cuts spans that fit in none, and tells what is lost.
#[derive(Debug)]
pub(super) struct Agent {
    address: String,
    datagram: usize,
    service: String,
    tags: OldResource,
    /// Whether it was told that a span was cut, by this or another service.
    told: Arc<AtomicBool>,
    /// None until the first span, and after a failure.
    socket: Mutex<Option<Socket>>,
}

/// Between two datagrams of a batch. A receiver's socket holds three of the longest by default, and what comes while it is full
/// is lost without a word.
const PAUSE: Duration = Duration::from_millis(1);

/// Why a datagram was not sent.
enum Failure {
    TooLong,
    Other(String),
}

impl Agent {
    pub(super) fn new(address: String, datagram: usize, told: Arc<AtomicBool>) -> Self {
        let (service, tags) = (String::new(), OldResource::empty());
        Self { address, datagram, service, tags, told, socket: Mutex::default() }
    }

    /// Sends all spans, or says why some of them were lost.
    async fn send(&self, mut spans: Vec<SpanData>) -> Result<(), String> {
        let mut result = Ok(());
        let mut open = cut::parts(&spans, self.datagram);
        while let Some(part) = open.pop() {
            match self.emit(&spans[part.clone()]).await {
                // The thread is that of the exporter, and has nothing else to do.
                Ok(()) if !open.is_empty() => std::thread::sleep(PAUSE),
                Ok(()) => {}
                Err(Failure::TooLong) if part.len() > 1 => {
                    let middle = part.start + part.len() / 2;
                    open.extend([middle..part.end, part.start..middle]);
                }
                Err(Failure::TooLong) => {
                    if cut::cut(&mut spans[part.start]) {
                        self.tell_cut(&spans[part.start].name);
                        open.push(part);
                    } else {
                        result = Err("a span fits in no datagram, though it was cut".to_owned());
                    }
                }
                Err(Failure::Other(reason)) => {
                    // A refusal is that of the datagram before: this one was not sent yet. It is, by another socket and another
                    // look-up, since the agent may have moved. Whether it arrives is not known.
                    self.socket().take();
                    let _ = self.emit(&spans[part]).await;
                    result = Err(reason);
                }
            }
        }
        result
    }

    fn tell_cut(&self, span: &str) {
        if !self.told.swap(true, Ordering::Relaxed) {
            tracing::warn!(parent: None, span, "a span too long for a datagram was cut for Jaeger; told only once");
        }
    }

    async fn emit(&self, spans: &[SpanData]) -> Result<(), Failure> {
        let sent = {
            let mut socket = self.socket();
            let socket = match &mut *socket {
                Some(socket) => socket,
                none => none.insert(self.open().map_err(Failure::Other)?),
            };
            socket.export(spans.iter().map(convert::span).collect())
        };
        sent.await.map_err(|error| {
            let reason = text(&error);
            if reason.to_lowercase().contains("message too long") {
                Failure::TooLong
            } else {
                Failure::Other(reason)
            }
        })
    }

    #[allow(deprecated)]
    fn open(&self) -> Result<Socket, String> {
        let mut addresses: Vec<_> =
            self.address.to_socket_addrs().map_err(|error| error.to_string())?.collect();
        // Jaeger listens at the IPv4 address of `localhost` alone, and the first one decides.
        addresses.sort_by_key(std::net::SocketAddr::is_ipv6);
        let address = addresses.first().ok_or("the name has no address")?;
        opentelemetry_jaeger::new_agent_pipeline()
            .with_endpoint(address.to_string())
            .with_max_packet_size(self.datagram)
            .with_auto_split_batch(false)
            .with_instrumentation_library_tags(false)
            .with_service_name(&self.service)
            .with_trace_config(Config::default().with_resource(self.tags.clone()))
            .build_sync_agent_exporter()
            .map_err(|error| text(&error))
    }

    fn socket(&self) -> std::sync::MutexGuard<'_, Option<Socket>> {
        self.socket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What it says, without the names of the layers that it came through.
fn text(error: &TraceError) -> String {
    let text = error.to_string();
    text.rsplit_once("layer, ").map_or(text.as_str(), |(_, reason)| reason).to_owned()
}

impl SpanExporter for Agent {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.send(batch).await.map_err(OTelSdkError::InternalFailure)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.service = resource.get(&"service.name".into()).map(|name| name.to_string()).unwrap_or_default();
        self.tags = convert::resource(resource);
        self.socket().take();
    }
}
