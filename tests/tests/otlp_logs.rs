//! Log lines by OTLP. A test of its own program: it sets up telemetry for all of it.

use k8s_openapi::api::core::v1::Pod;
use kooper::{
    Controller, controller,
    telemetry::{self, LogFormat, Otlp, Waterfall},
    testing::Cluster,
};
use kooper_tests::{Running, collector, pod};
use kube::{Api, api::PostParams};
use std::{
    io::Write,
    sync::{Arc, Mutex},
    time::Duration,
};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

struct Logger;

#[controller(resource = Pod, name = "logger")]
impl Logger {
    async fn add(&self, _pod: Pod) -> kooper::Result {
        tracing::warn!(size = 3, "looked into it");
        Ok(())
    }

    async fn delete(&self, _key: kooper::ObjectKey) -> kooper::Result {
        Ok(())
    }
}

#[tokio::test]
async fn a_line_of_a_handler_reaches_a_collector_with_its_trace_its_key_and_its_controller() {
    let (address, received) = collector(|_| "200 OK");
    let lines = Lines::default();
    let telemetry = telemetry::builder("own")
        .logs_to(lines.clone())
        .log_format(LogFormat::Json)
        .otlp_logs(Otlp::http().endpoint(format!("http://{address}")))
        .waterfall(Waterfall::to(std::io::sink()))
        .init()
        .expect("no other subscriber");
    let cluster = Cluster::new();
    let running = Running::start(Controller::new(Logger).client(cluster.client()));
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    pods.create(&PostParams::default(), &pod("web")).await.expect("created");
    cluster.requests().wait_for(|request| request.is("watch", "pods")).await;
    let logged = || String::from_utf8(lines.0.lock().expect("no panic").clone()).expect("text");
    tokio::time::timeout(Duration::from_secs(30), async {
        while !logged().contains("looked into it") {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the handler runs");
    running.stop().await.expect("it stops");
    drop(telemetry);

    let logged = logged();
    let line = logged.lines().find(|line| line.contains("looked into it")).expect("it is written");
    let line: serde_json::Value = serde_json::from_str(line).expect("it is JSON");
    assert_eq!((line["key"].as_str(), line["controller"].as_str()), (Some("default/web"), Some("logger")));
    let trace = line["trace_id"].as_str().expect("it stands in a trace");
    let trace = opentelemetry::TraceId::from_hex(trace).expect("an id").to_bytes();
    let span = line["span_id"].as_str().expect("it stands in a span");
    let span = opentelemetry::SpanId::from_hex(span).expect("an id").to_bytes();

    let sent = received.recv_timeout(Duration::from_secs(30)).expect("sent");
    assert_eq!(sent.head[0], "POST /v1/logs HTTP/1.1");
    for part in [
        "looked into it",
        "size",
        "kubernetes.object.key",
        "default/web",
        "kooper.controller",
        "logger",
        "own",
    ] {
        assert!(sent.names(part), "{part}");
    }
    assert!(sent.names(trace) && sent.names(span));
}
