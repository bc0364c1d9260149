//! Exporters in trouble of every kind, all at once, while a controller works at full speed. A test of its own program: it sets up
//! telemetry for all of it.

use k8s_openapi::api::core::v1::Pod;
use kooper::{
    controller,
    telemetry::{self, Jaeger, Otlp},
    testing::Cluster,
};
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{Span, SpanData, SpanProcessor},
};
use std::{
    fs,
    io::{Read as _, Write},
    net::{SocketAddr, TcpListener, TcpStream, UdpSocket},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

const PODS: usize = 4_000;

/// Does nothing.
struct Idle(Arc<AtomicUsize>);

#[controller(resource = Pod, name = "idle", workers = 8, resync = "never")]
impl Idle {
    async fn add(&self, _pod: Pod) -> kooper::Result {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// Counts the spans that end.
#[derive(Debug, Clone, Default)]
struct Ended(Arc<AtomicUsize>);

impl SpanProcessor for Ended {
    fn on_start(&self, _: &mut Span, _: &opentelemetry::Context) {}

    fn on_end(&self, _: SpanData) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}

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

/// A server that does this with each connection, one after the other.
fn server(with: impl Fn(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    thread::spawn(move || listener.incoming().map_while(Result::ok).for_each(with));
    address
}

/// The most memory that this process has had, in kB.
fn peak() -> usize {
    let status = fs::read_to_string("/proc/self/status").expect("Linux tells it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// The sum of what the lines about a destination tell as dropped, and how many there are.
fn dropped(lines: &str, about: &str) -> (usize, usize) {
    let counts: Vec<usize> = lines
        .lines()
        .filter(|line| line.contains("spans could not be exported") && line.contains(about))
        .map(|line| {
            let (_, rest) = line.split_once("dropped=").expect("it says how many");
            rest.split(' ').next().and_then(|count| count.parse().ok()).expect("a number")
        })
        .collect();
    (counts.iter().sum(), counts.len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_befalls_exporters_attempts_go_on_memory_is_bounded_losses_are_told_and_the_end_comes() {
    let unreachable = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("bound");
    let open = Mutex::new(Vec::new());
    let silent = server(move |stream| open.lock().expect("no panic").push(stream));
    let refusing = server(|mut stream| {
        let _ = stream.read(&mut vec![0; 65_536]);
        let _ =
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    });
    let dying = server(|mut stream| {
        // In the middle of the request; closed with bytes unread, it is reset.
        let _ = stream.read(&mut [0; 100]);
    });
    // Its buffer is full after a few datagrams.
    let deaf = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let to = |address: SocketAddr| {
        Otlp::http().endpoint(format!("http://{address}")).timeout(Duration::from_secs(1))
    };
    let (lines, ended) = (Lines::default(), Ended::default());
    let counting = ended.clone();
    let telemetry = telemetry::builder("own")
        .otlp(to(unreachable))
        .otlp(to(silent).timeout(Duration::from_mins(1)))
        .otlp(to(refusing))
        .otlp(to(dying))
        .jaeger(Jaeger::new().agent(deaf.local_addr().expect("bound").to_string()))
        .processor(move || counting.clone())
        .logs_to(lines.clone())
        .init()
        .expect("no other subscriber");

    let cluster = Cluster::new();
    let put = |round: usize| {
        for number in 0..PODS {
            cluster.put(serde_json::json!({
                "apiVersion": "v1", "kind": "Pod",
                "metadata": { "name": format!("web-{number}"), "uid": number.to_string(), "labels": { "round": round.to_string() } },
            }));
        }
    };
    put(0);
    let runs = Arc::new(AtomicUsize::new(0));
    let run = cluster.run(Idle(runs.clone()));
    run.settle_within(Duration::from_mins(1)).await;
    assert_eq!(runs.load(Ordering::Relaxed), PODS);
    let (before, began) = (peak(), ended.0.load(Ordering::Relaxed));
    for round in 1..=3 {
        put(round);
        run.settle_within(Duration::from_mins(1)).await;
    }
    let grown = peak() - before;
    run.stop().await.expect("it stops");
    let spans = ended.0.load(Ordering::Relaxed);
    assert_eq!(spans, 2 * runs.load(Ordering::Relaxed), "each attempt has its two spans");
    assert!(spans - began >= 2 * PODS);
    assert!(grown < 32 << 10, "{grown} kB more for {} spans more", spans - began);

    let started = Instant::now();
    tokio::task::spawn_blocking(move || drop(telemetry)).await.expect("no panic");
    let took = started.elapsed();
    assert!(took < Duration::from_millis(6_500), "{took:?}, and the drain may take 30 s");

    let lines = String::from_utf8(lines.0.lock().expect("no panic").clone()).expect("text");
    for address in [unreachable, refusing, dying] {
        let (lost, told) = dropped(&lines, &address.to_string());
        assert_eq!(lost, spans, "every span is lost and counted: {address}\n{lines}");
        assert!(told <= 2, "told once, the minute is not over, and at the end: {lines}");
    }
    // That of the server that never answers is known only at the end, when nobody waits any longer.
    let (lost, told) = dropped(&lines, "does not answer");
    assert_eq!((lost, told), (spans, 1), "{lines}");
}
