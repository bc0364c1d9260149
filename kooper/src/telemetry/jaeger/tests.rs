use super::*;
use opentelemetry::{
    KeyValue, SpanId, TraceId,
    trace::{Event, SpanContext, SpanKind, Status, TraceFlags, TraceState},
};
use opentelemetry_sdk::{
    Resource,
    trace::{SpanData, SpanEvents, SpanExporter as _, SpanLinks},
};
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, UdpSocket},
    time::{Duration, UNIX_EPOCH},
};

fn var<'a>(vars: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
    |name| vars.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
}

fn span(name: impl Into<String>, attributes: Vec<KeyValue>) -> SpanData {
    SpanData {
        span_context: SpanContext::new(
            TraceId::from(7),
            SpanId::from(8),
            TraceFlags::SAMPLED,
            false,
            TraceState::NONE,
        ),
        parent_span_id: SpanId::INVALID,
        parent_span_is_remote: false,
        span_kind: SpanKind::Consumer,
        name: name.into().into(),
        start_time: UNIX_EPOCH,
        end_time: UNIX_EPOCH + Duration::from_millis(5),
        attributes,
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: Status::Unset,
        instrumentation_scope: opentelemetry::InstrumentationScope::default(),
    }
}

/// An agent and the exporter to it.
fn agent() -> (UdpSocket, Agent) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    let exporter = exporter(socket.local_addr().expect("bound"));
    (socket, exporter)
}

fn exporter(address: SocketAddr) -> Agent {
    let mut agent = Agent::new(address.to_string(), 65_000, Arc::default());
    agent.set_resource(&Resource::builder_empty().with_service_name("pod-printer").build());
    agent
}

fn datagram(socket: &UdpSocket) -> Vec<u8> {
    let mut bytes = vec![0; 70_000];
    let length = socket.recv(&mut bytes).expect("a datagram");
    bytes.truncate(length);
    bytes
}

fn has(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn a_batch_is_sent_in_as_many_datagrams_as_it_takes() {
    let (socket, exporter) = agent();
    let kilobyte = "x".repeat(1000);
    let spans = (0..400).map(|n| span(format!("<{n}>"), vec![KeyValue::new("text", kilobyte.clone())]));
    // The socket does not hold them all; somebody must read meanwhile, as Jaeger does.
    let address = socket.local_addr().expect("bound");
    let reader = std::thread::spawn(move || {
        std::iter::repeat_with(|| datagram(&socket))
            .take_while(|datagram| datagram != b"end")
            .collect::<Vec<_>>()
    });
    exporter.export(spans.collect()).await.expect("sent");
    UdpSocket::bind("127.0.0.1:0").expect("a free port").send_to(b"end", address).expect("sent");
    let datagrams = reader.join().expect("the end came");
    assert!(datagrams.iter().all(|datagram| datagram.len() <= 65_000 && has(datagram, "pod-printer")));
    let all = datagrams.concat();
    assert_eq!((0..400).find(|n| !has(&all, &format!("<{n}>"))), None);
}

#[tokio::test]
async fn a_span_longer_than_a_datagram_is_cut_and_its_neighbours_are_whole() {
    let (socket, exporter) = agent();
    let long = "ä".repeat(100_000);
    let mut spans = vec![span("<0>", vec![]), span("<1>", vec![KeyValue::new("text", long.clone())])];
    let mut many = span("<2>", vec![]);
    many.events.events = (0..5000)
        .map(|n| {
            Event::new(format!("event {n}"), UNIX_EPOCH, vec![KeyValue::new("text", "y".repeat(300))], 0)
        })
        .collect();
    many.status = Status::error(long);
    spans.extend([many, span("<3>", vec![])]);
    exporter.export(spans).await.expect("sent");
    let mut all = Vec::new();
    while !has(&all, "<3>") {
        all.extend(datagram(&socket));
    }
    for part in ["<0>", "<1>", "<2>", "kooper.span.cut", "(200000 bytes)", "event 0", "event 4999"] {
        assert!(has(&all, part), "{part}");
    }
}

#[tokio::test]
async fn a_span_that_nothing_makes_short_enough_is_lost_alone() {
    let (socket, _) = agent();
    let address = socket.local_addr().expect("bound").to_string();
    let exporter = Agent::new(address, 300, Arc::default());
    let tags = (0..100).map(|n| KeyValue::new(format!("a tag with a name {n}"), "z".repeat(60)));
    let spans = vec![span("<0>", vec![]), span("<1>", tags.collect()), span("<2>", vec![])];
    let error = exporter.export(spans).await.expect_err("one is lost").to_string();
    assert!(error.contains("fits in no datagram"), "{error}");
    let both = [datagram(&socket), datagram(&socket)].concat();
    assert!(has(&both, "<0>") && has(&both, "<2>") && !has(&both, "<1>"));
}

#[tokio::test]
async fn an_agent_that_is_gone_is_noticed_and_one_that_comes_back_misses_nothing_from_then_on() {
    let (socket, exporter) = agent();
    let address = socket.local_addr().expect("bound");
    drop(socket);
    exporter.export(vec![span("lost", vec![])]).await.expect("UDP does not know yet");
    let error = exporter.export(vec![span("lost", vec![])]).await.expect_err("refused").to_string();
    assert!(error.contains("refused"), "{error}");
    let socket = UdpSocket::bind(address).expect("the port is free again");
    socket.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    exporter.export(vec![span("<0>", vec![])]).await.expect_err("the refusal of the one before");
    assert!(has(&datagram(&socket), "<0>"));
    exporter.export(vec![span("<1>", vec![])]).await.expect("there again");
    assert!(has(&datagram(&socket), "<1>"));
}

#[tokio::test]
async fn a_name_that_nobody_knows_is_an_error_of_each_batch() {
    let agent = Agent::new("agent.invalid:6831".into(), 65_000, Arc::default());
    agent.export(vec![span("lost", vec![])]).await.expect_err("no such name");
}

#[test]
fn the_agent_is_that_of_the_program_before_that_of_the_variables() {
    let vars = [("JAEGER_AGENT_HOST", "b"), ("JAEGER_AGENT_PORT", "7")];
    let target = |jaeger: &Jaeger, vars: &[(&str, &str)]| match jaeger.target(var(vars)) {
        Where::Agent(address) | Where::Collector(address) => address,
    };
    let jaeger = Jaeger::new();
    assert_eq!(target(&jaeger, &[]), "localhost:6831");
    assert_eq!(target(&jaeger, &vars), "b:7");
    assert_eq!(target(&jaeger, &vars[1..]), "localhost:7");
    assert_eq!(target(&jaeger.agent("a:1"), &vars), "a:1");
    let Err(error) = Jaeger::new().to_agent("a".into()) else { panic!("no port") };
    assert!(error.to_string().contains("write HOST:6831"), "{error}");
}

#[test]
fn a_collector_goes_before_every_agent_and_the_programs_before_that_of_the_variables() {
    let url = "http://c:14268/api/traces";
    let vars = [("JAEGER_ENDPOINT", url), ("JAEGER_AGENT_HOST", "b")];
    assert_eq!(Jaeger::new().target(var(&vars)), Where::Collector(url.into()));
    assert_eq!(Jaeger::new().agent("a:1").target(var(&vars)), Where::Agent("a:1".into()));
    let own = Jaeger::new().collector("http://own/api/traces");
    let old = [("OTEL_EXPORTER_JAEGER_AGENT_HOST", "b")];
    assert_eq!(own.target(var(&old)), Where::Collector("http://own/api/traces".into()));
    for (url, said) in [
        ("http://c:14268", "write http://HOST:14268/api/traces"),
        ("c:14268/api/traces", "write http://HOST:PORT"),
        ("ftp://c/api/traces", "neither http nor https"),
    ] {
        let Err(error) = to_collector(url, var(&[])) else { panic!("{url} is accepted") };
        let error = error.to_string();
        assert!(error.contains(said) && error.contains(url), "{error}");
    }
}

#[test]
fn a_collector_is_posted_the_batch_with_name_and_password_and_what_it_refuses_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}/api/traces", listener.local_addr().expect("bound"));
    let server = std::thread::spawn(move || {
        ["202 Accepted\r\ncontent-length: 0\r\n\r\n", "401 Unauthorized\r\ncontent-length: 7\r\n\r\nno way\n"]
            .map(|answer| {
                let (mut stream, _) = listener.accept().expect("it comes");
                let mut reader = BufReader::new(stream.try_clone().expect("a second end"));
                let mut head = Vec::new();
                loop {
                    let mut line = String::new();
                    reader.read_line(&mut line).expect("a head");
                    match line.trim_end() {
                        "" => break,
                        line => head.push(line.to_owned()),
                    }
                }
                let length = head.iter().find_map(|line| line.strip_prefix("content-length: "));
                let mut body = vec![0; length.expect("a length").parse().expect("a number")];
                reader.read_exact(&mut body).expect("a body");
                write!(stream, "HTTP/1.1 {answer}").expect("answered");
                (head, body)
            })
    });
    let vars = [("JAEGER_USER", "me"), ("JAEGER_PASSWORD", "secret")];
    let mut collector = to_collector(&url, var(&vars)).expect("good")();
    collector.set_resource(&Resource::builder_empty().with_service_name("pod-printer").build());
    let export = |collector: &To<Blocking<Collector>>| {
        futures_util::FutureExt::now_or_never(collector.export(vec![span("<0>", vec![])])).expect("it blocks")
    };
    export(&collector).expect("taken");
    let error = export(&collector).expect_err("refused").to_string();
    assert!(
        error.contains(&format!("Jaeger collector at {url}: it answered 401 Unauthorized: no way")),
        "{error}"
    );
    let asked = server.join().expect("both came");
    for (head, body) in &asked {
        assert_eq!(head[0], "POST /api/traces HTTP/1.1");
        for line in ["content-type: application/x-thrift", "authorization: Basic bWU6c2VjcmV0"] {
            assert!(head.iter().any(|known| known == line), "{line}: {head:?}");
        }
        assert!(has(body, "pod-printer") && has(body, "<0>"));
    }
}

#[test]
fn tags_are_those_of_the_variable_with_values_from_the_environment() {
    let vars = [("JAEGER_TAGS", "team=blue, zone=${ZONE:none},host=${HOST}"), ("HOST", "n7")];
    let tags = variables::tags(var(&vars));
    let expected = [("team", "blue"), ("zone", "none"), ("host", "n7")];
    assert_eq!(tags, expected.map(|(key, value)| KeyValue::new(key, value)));
}

#[test]
fn a_sampler_that_cannot_be_is_an_error_that_says_what_can() {
    let sampler = |kind, param| {
        variables::sampler(var(&[("JAEGER_SAMPLER_TYPE", kind), ("JAEGER_SAMPLER_PARAM", param)]))
    };
    for (kind, param) in [("const", "1"), ("probabilistic", "0.1"), ("ratelimiting", "20")] {
        assert!(sampler(kind, param).expect("good").is_some(), "{kind}");
    }
    for (kind, param, said) in [
        ("const", "", "0 or 1 for `const`"),
        ("probabilistic", "7", "a share from 0 to 1"),
        ("remote", "1", "`remote` is not supported"),
    ] {
        let error = sampler(kind, param).expect_err("wrong").to_string();
        assert!(error.contains(said), "{error}");
    }
    let both = [("JAEGER_SAMPLER_TYPE", "const"), ("OTEL_TRACES_SAMPLER", "always_on")];
    assert!(variables::sampler(var(&both)).expect("not asked").is_none());
}
