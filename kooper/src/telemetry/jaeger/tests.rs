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
    net::{SocketAddr, UdpSocket},
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
    let address = |jaeger: &Jaeger, vars: &[(&str, &str)]| jaeger.address(var(vars));
    let jaeger = Jaeger::new();
    assert_eq!(address(&jaeger, &[]), "localhost:6831");
    assert_eq!(address(&jaeger, &vars), "b:7");
    assert_eq!(address(&jaeger, &vars[1..]), "localhost:7");
    assert_eq!(address(&jaeger.agent("a:1"), &vars), "a:1");
    let Err(error) = Jaeger::new().agent("a").make(var(&[])) else { panic!("no port") };
    assert!(error.to_string().contains("write HOST:6831"), "{error}");
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
