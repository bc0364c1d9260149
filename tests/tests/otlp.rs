//! Export by OTLP to collectors that answer, refuse, hang, or are not there. What arrives in a real one is in `jaeger.rs`.

use kooper::telemetry::{self, Otlp, Telemetry};
use kooper_tests::collector;
use opentelemetry::{KeyValue, trace::Tracer as _};
use std::{
    io::Write,
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

fn exporting(address: SocketAddr) -> Telemetry {
    let otlp = Otlp::http().endpoint(format!("http://{address}")).header("x-token", "secret");
    telemetry::builder("own")
        .attribute(KeyValue::new("team", "blue"))
        .otlp(otlp)
        .build()
        .expect("good settings")
}

/// One span of the program's own service and one of another.
fn spans(telemetry: &Telemetry) {
    let tracer = telemetry.services();
    tracer.build(tracer.span_builder("processJob"));
    tracer.build(tracer.span_builder("getOrg").with_attributes([KeyValue::new("otel.service", "redis")]));
}

const SOON: Duration = Duration::from_secs(30);

#[test]
fn a_drop_sends_what_each_service_holds_as_a_request_of_its_own() {
    let (address, received) = collector(|_| "200 OK");
    let telemetry = exporting(address);
    spans(&telemetry);
    drop(telemetry);
    let requests = [received.recv_timeout(SOON).expect("sent"), received.recv_timeout(SOON).expect("sent")];
    for request in &requests {
        assert_eq!(request.head[0], "POST /v1/traces HTTP/1.1");
        assert!(request.head.iter().any(|line| line == "content-type: application/x-protobuf"));
        assert!(request.head.iter().any(|line| line == "x-token: secret"));
        assert!(request.names("team") && request.names("blue"));
    }
    assert_eq!(
        requests.iter().filter(|request| request.names("processJob") && request.names("own")).count(),
        1
    );
    assert_eq!(
        requests.iter().filter(|request| request.names("getOrg") && request.names("redis")).count(),
        1
    );
}

#[tokio::test(flavor = "current_thread")]
async fn a_drop_on_the_only_thread_of_a_runtime_loses_nothing() {
    let (address, received) = collector(|_| "200 OK");
    let telemetry = exporting(address);
    spans(&telemetry);
    drop(telemetry);
    assert_eq!(received.iter().take(2).count(), 2);
}

#[test]
fn a_collector_that_asks_for_patience_gets_the_batch_again() {
    let (address, received) =
        collector(|number| if number == 0 { "503 Service Unavailable" } else { "200 OK" });
    let telemetry = exporting(address);
    let tracer = telemetry.services();
    tracer.build(tracer.span_builder("processJob"));
    drop(telemetry);
    let first = received.recv_timeout(SOON).expect("sent");
    let second = received.recv_timeout(SOON).expect("sent again");
    assert_eq!(first.body, second.body);
}

#[test]
fn a_collector_that_never_answers_holds_the_exit_up_by_five_seconds_at_most() {
    let (address, _received) = collector(|_| "");
    let telemetry = exporting(address);
    spans(&telemetry);
    let started = Instant::now();
    drop(telemetry);
    assert!(started.elapsed() < Duration::from_millis(6500), "{:?}", started.elapsed());
}

/// Lines that are logged.
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

// The only test here that makes a subscriber the program's: there can be one.
#[test]
fn a_collector_that_is_not_there_is_told_at_once_and_at_the_end_and_soon_given_up() {
    let gone = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("bound");
    let lines = Lines::default();
    let otlp = Otlp::http().endpoint(format!("http://{gone}"));
    let telemetry =
        telemetry::builder("own").otlp(otlp).logs_to(lines.clone()).init().expect("no other subscriber");
    for _ in 0..3 {
        spans(&telemetry);
        telemetry.provider().force_flush().expect("flushed in time, though in vain");
    }
    let started = Instant::now();
    drop(telemetry);
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    let lines = String::from_utf8(lines.0.lock().expect("no panic").clone()).expect("text");
    // Those of the other tests of this program are about other collectors.
    let is_ours =
        |line: &&str| line.contains("spans could not be exported") && line.contains(&gone.to_string());
    let lost: Vec<_> = lines.lines().filter(is_ours).collect();
    let [line, last] = lost.as_slice() else { panic!("{lines}") };
    assert!(line.contains("dropped=2") && last.contains("dropped=4"), "none is lost without a word: {lines}");
    assert!(line.contains("WARN") && line.contains(&format!("OTLP to http://{gone}/v1/traces")), "{line}");
    assert!(line.contains("Connection refused"), "{line}");
}
