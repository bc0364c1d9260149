//! The main job, as a program of its own: its traces arrive whole in two real Jaegers, by UDP in the one and by OTLP in the
//! other, and are those that it has recorded itself.

use kooper_tests::{Jaeger, Wire, arrived, example, expected, read_otlp_json, testbed};
use opentelemetry::{KeyValue, SpanId};
use opentelemetry_sdk::trace::SpanData;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const SERVICES: [&str; 4] = ["traced-pod-controller", "redis", "github", "aws"];

/// The program, with nothing set.
fn command() -> Command {
    let mut command = Command::new(example("traced-controller"));
    for (name, _) in std::env::vars() {
        if ["OTEL_", "JAEGER_", "KOOPER_", "RUST_LOG", "KUBECONFIG"]
            .iter()
            .any(|start| name.starts_with(start))
        {
            command.env_remove(name);
        }
    }
    command
}

#[test]
fn forty_traces_arrive_by_udp_and_by_otlp_with_nothing_lost_and_nothing_added() {
    let Some(folder) = testbed("the traces of traced-controller in two real Jaegers") else { return };
    let [udp, otlp] = [(); 2].map(|()| Jaeger::start(&folder, env!("CARGO_TARGET_TMPDIR")));
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("traced-{}.jsonl", std::process::id()));
    let (_, port) =
        udp.agent().rsplit_once(':').map(|(host, port)| (host.to_owned(), port.to_owned())).expect("a port");
    let ended = command()
        .args(["--traces", "40", "--seed", "7", "--trace-file"])
        .arg(&file)
        .env("OTEL_TRACES_EXPORTER", "otlp,jaeger")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", otlp.otlp_http())
        .envs([("JAEGER_AGENT_HOST", "127.0.0.1"), ("JAEGER_AGENT_PORT", &port)])
        .output()
        .expect("it can be run");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}");
    assert!(!said.contains("WARN"), "{said}");
    let recorded = read_otlp_json(&fs::read_to_string(&file).expect("it has written its traces"));
    fs::remove_file(&file).expect("it is there");

    let roots: Vec<_> =
        recorded.iter().map(|(_, span)| span).filter(|span| span.name == "processJob").collect();
    assert!(roots.len() >= 40, "{}", roots.len());
    assert!(roots.iter().any(|root| !root.links.is_empty()), "no retry has a link");
    for (_, span) in &recorded {
        in_order(span);
    }
    for (jaeger, way) in [(&udp, Wire::Thrift), (&otlp, Wire::Otlp)] {
        let spans = arrived(jaeger, &SERVICES, recorded.len());
        for (service, span) in &recorded {
            let expected = expected(service, span, way);
            assert_eq!(spans.get(&expected.ids[1]), Some(&expected), "by {way:?}");
        }
        assert_eq!(spans.len(), recorded.len(), "by {way:?} a span arrived that nobody made");
        let mut services: Vec<_> =
            serde_json::from_value::<Vec<String>>(jaeger.query("/api/services")).expect("names");
        services.sort();
        let mut wanted = SERVICES.map(str::to_owned);
        wanted.sort();
        assert_eq!(services, wanted);
    }
    let of = |jaeger| arrived(jaeger, &SERVICES, recorded.len());
    differences(&of(&udp), &of(&otlp));
}

#[test]
fn a_signal_in_the_middle_ends_the_program_well_and_no_span_is_lost() {
    let Some(folder) = testbed("the traces of a traced-controller that was ended") else { return };
    let jaeger = Jaeger::start(&folder, env!("CARGO_TARGET_TMPDIR"));
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("ended-{}.jsonl", std::process::id()));
    let mut program = command()
        .args(["--seed", "7", "--trace-file"])
        .arg(&file)
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", jaeger.otlp_http())
        .env("KOOPER_WATERFALL", "always")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it can be run");
    let mut drawn = BufReader::new(program.stdout.take().expect("piped")).lines().map_while(Result::ok);
    // Others are in the middle of their calls by then.
    assert_eq!(drawn.by_ref().filter(|line| line.contains("[ processJob")).take(3).count(), 3);
    let began = Instant::now();
    let sent = Command::new("kill").args(["-TERM", &program.id().to_string()]).status();
    assert!(sent.expect("kill is there").success());
    drawn.for_each(drop);
    let ended = program.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}");
    assert!(!said.contains("could not be exported"), "{said}");
    // The calls take 1.3 s together, the flush 5 s at most.
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    let recorded = read_otlp_json(&fs::read_to_string(&file).expect("it has written its traces"));
    fs::remove_file(&file).expect("it is there");
    assert!(recorded.iter().filter(|(_, span)| span.name == "processJob").count() > 3, "none ran meanwhile");
    let spans = arrived(&jaeger, &SERVICES, recorded.len());
    let ids = recorded.iter().map(|(_, span)| span.span_context.span_id().to_string());
    assert_eq!(ids.collect::<BTreeSet<_>>(), spans.into_keys().collect());
}

/// What a root and its child say is in the order of the contract, which only the record keeps.
fn in_order(span: &SpanData) {
    let times: Vec<_> = span.events.iter().map(|event| event.timestamp).collect();
    assert!(
        times.is_sorted() && times.iter().all(|time| (span.start_time..=span.end_time).contains(time)),
        "{span:?}"
    );
    let names: Vec<_> = span.events.iter().map(|event| &*event.name).collect();
    match &*span.name {
        "processJob" => {
            assert_eq!(span.parent_span_id, SpanId::INVALID);
            let known: [&[&str]; 4] = [
                &["baggage", "process_object", "forget", ""],
                &["baggage", "process_object", "error", "reenqueued", ""],
                &["baggage", "process_object", "error", "forget", ""],
                // Cut off when there were traces enough.
                &["baggage", "process_object", "error", ""],
            ];
            assert!(known.contains(&&names[..]), "{names:?}");
            let success = &span.events.events.last().expect("some").attributes;
            let failed = names.contains(&"error");
            assert_eq!(*success, [KeyValue::new("success", !failed)]);
        }
        "handleAddObject" => assert_eq!(names[0], "add"),
        "handleDeleteObject" => assert_eq!(names[0], "delete"),
        _ => {}
    }
}

/// The two differ by the tags that thrift has no place for, and by nothing else.
fn differences(
    udp: &BTreeMap<String, kooper_tests::JaegerSpan>,
    otlp: &BTreeMap<String, kooper_tests::JaegerSpan>,
) {
    for (id, otlp) in otlp {
        let mut otlp = otlp.clone();
        for lost in ["otel.scope.name", "otel.scope.version"] {
            assert!(otlp.tags.remove(lost).is_some(), "{lost}");
        }
        if otlp.tag("span.kind") == "internal" {
            otlp.tags.remove("span.kind");
        }
        assert_eq!(udp.get(id), Some(&otlp));
    }
}
