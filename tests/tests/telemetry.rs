//! Telemetry as a program has it: `init` in a process of its own, with variables, standard output and standard error.

use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SpanData, SpanExporter},
};
use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Command, Output, Stdio},
    sync::{Arc, Mutex},
};
use tracing::{debug, error, info, info_span, level_filters::LevelFilter, warn};
use tracing_subscriber::{Layer as _, layer::SubscriberExt as _};

/// The program: run by the tests below, each in a process of its own.
#[test]
#[ignore = "the tests run it in processes of their own"]
fn program() -> kooper::Result {
    let _telemetry = kooper::telemetry::init("program")?;
    let root = info_span!(
        "processJob",
        kooper.controller = "pods",
        kooper.outcome = "retried",
        kubernetes.object.key = "default/web",
        kubernetes.object.total_processed_times = 2,
        controller.cfg.max_retries = 5,
    );
    root.in_scope(|| {
        debug!("a debug line");
        info!("an info line");
        info_span!("getOrg", otel.service = "redis").in_scope(|| warn!(org = "acme", "a warning"));
        error!("an error line");
    });
    drop(root);
    if std::env::var_os("PROGRAM_WAITS").is_some() {
        println!("ready");
        std::io::stdin().read_to_end(&mut Vec::new())?;
    }
    if std::env::var_os("PROGRAM_INITS_TWICE").is_some() {
        kooper::telemetry::init("program").map(drop)?;
    }
    Ok(())
}

fn command(vars: &[(&str, &str)]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("a test knows its own file"));
    command.args(["--ignored", "--exact", "program", "--nocapture"]);
    for (name, _) in std::env::vars() {
        if name.starts_with("OTEL_") || name.starts_with("KOOPER_") || name.starts_with("LC_") {
            command.env_remove(name);
        }
    }
    for name in ["RUST_LOG", "NO_COLOR", "COLUMNS", "LANG"] {
        command.env_remove(name);
    }
    command.envs(vars.iter().copied()).stdin(Stdio::null());
    command
}

fn run(vars: &[(&str, &str)]) -> (Output, String, String) {
    let output = command(vars).output().expect("the program can be run");
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("it writes text");
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    (output, out, err)
}

#[test]
fn a_quiet_log_does_not_cut_traces_short() {
    let (output, out, err) = run(&[("RUST_LOG", "error")]);
    assert!(output.status.success());
    let lines: Vec<_> = err.lines().filter(|line| line.contains("telemetry")).collect();
    assert_eq!(lines.len(), 1, "{err}");
    assert!(
        lines[0].contains(" ERROR telemetry default/web #2: an error line controller=pods trace_id="),
        "{err}"
    );
    for part in [
        "default/web · retried · attempt 2 of 6 · pods",
        "[ processJob ·",
        "redis: getOrg",
        "event=an info line, level=INFO",
        "event=an error line, level=ERROR",
    ] {
        assert!(out.contains(part), "no `{part}` in\n{out}");
    }
    assert!(!out.contains("a debug line"), "{out}");
    assert!(!out.contains('✗'), "a line of level ERROR is no failure\n{out}");
}

#[test]
fn log_lines_are_those_of_info_and_say_where_they_are_from() {
    let (_, _, err) = run(&[("KOOPER_TRACES", "off")]);
    let lines: Vec<_> = err.lines().filter_map(|line| line.split_once("Z ")).map(|(_, line)| line).collect();
    assert_eq!(
        lines,
        [
            " INFO telemetry default/web #2: an info line controller=pods",
            " WARN telemetry default/web #2 getOrg: a warning org=acme controller=pods",
            "ERROR telemetry default/web #2: an error line controller=pods",
        ]
    );
}

#[test]
fn no_traces_are_drawn_where_they_are_not_wanted() {
    for vars in
        [("KOOPER_WATERFALL", "never"), ("KOOPER_TRACES", "off"), ("OTEL_TRACES_SAMPLER", "always_off")]
    {
        let (output, out, _) = run(&[vars]);
        assert!(output.status.success());
        assert!(!out.contains("processJob"), "{vars:?}\n{out}");
    }
}

#[test]
fn a_picture_keeps_to_the_columns_and_letters_of_its_place() {
    let (_, out, _) = run(&[("COLUMNS", "44"), ("LC_ALL", "C")]);
    let start = out.find("default/web").expect("a trace is drawn");
    let (picture, _) = out[start..].split_once("ms: ").expect("it has log lines");
    assert!(out.is_ascii(), "{out}");
    assert!(picture.lines().all(|line| line.len() <= 44), "{out}");
    assert!(picture.contains("[ processJob ."), "{out}");
}

#[test]
fn the_trace_file_has_every_span_while_the_program_runs_and_after_it_is_killed() {
    let path = std::env::temp_dir().join(format!("kooper-trace-file-{}.jsonl", std::process::id()));
    let file = path.to_str().expect("a path of a test is text").to_owned();
    let mut program =
        command(&[("KOOPER_TRACE_FILE", &file), ("PROGRAM_WAITS", "1"), ("OTEL_SERVICE_NAME", "named")])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program can be run");
    let out = program.stdout.take().expect("it is piped");
    let ready = BufReader::new(out).lines().map_while(Result::ok).any(|line| line.ends_with("ready"));
    assert!(ready, "the program ended before it was ready");
    program.kill().expect("it still runs");
    program.wait().expect("it was started here");

    let text = std::fs::read_to_string(&path).expect("the file is there");
    std::fs::remove_file(&path).expect("the file is there");
    let spans: Vec<_> = text
        .lines()
        .map(|line| {
            let data: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
            let spans = &data["resourceSpans"][0];
            let service = &spans["resource"]["attributes"][0];
            assert_eq!(service["key"], "service.name");
            let name =
                spans["scopeSpans"][0]["spans"][0]["name"].as_str().expect("a name is text").to_owned();
            (service["value"]["stringValue"].as_str().expect("a name is text").to_owned(), name)
        })
        .collect();
    assert_eq!(spans, [("redis".into(), "getOrg".into()), ("named".into(), "processJob".to_owned())]);
}

#[test]
fn what_can_never_work_is_said_with_the_way_out() {
    for (vars, message) in [
        (("PROGRAM_INITS_TWICE", "1"), "the program has a `tracing` subscriber already: call `init` once"),
        (("RUST_LOG", "a=b=c"), "RUST_LOG=`a=b=c` is not a filter"),
        (("KOOPER_TRACES", "a=b=c"), "KOOPER_TRACES=`a=b=c` is not a filter"),
        (("KOOPER_WATERFALL", "maybe"), "use one of `always`, `auto`, `never`"),
        (
            ("KOOPER_TRACE_FILE", "/no/such/folder/file"),
            "the trace file \"/no/such/folder/file\" cannot be written",
        ),
    ] {
        let (output, _, err) = run(&[vars]);
        assert!(!output.status.success(), "{vars:?}");
        assert!(err.contains(message), "no `{message}` in\n{err}");
    }
}

/// Adds the service and name of each span that is exported.
#[derive(Debug, Clone, Default)]
struct Exported {
    service: String,
    spans: Arc<Mutex<Vec<(String, String)>>>,
}

impl SpanExporter for Exported {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let mut spans = self.spans.lock().expect("no test panicked");
        spans.extend(batch.into_iter().map(|span| (self.service.clone(), span.name.into_owned())));
        Ok(())
    }

    fn set_resource(&mut self, resource: &Resource) {
        let name = resource.get(&"service.name".into());
        self.service = name.map(|name| name.as_str().into_owned()).unwrap_or_default();
    }
}

#[test]
fn a_subscriber_of_ones_own_gets_the_layer_and_the_drop_sends_what_exporters_hold() {
    let exported = Exported::default();
    let make = exported.clone();
    let telemetry =
        kooper::telemetry::builder("own").exporter(move || make.clone()).build().expect("it can be built");
    // The strictest of other layers takes nothing off the traces.
    let strict = tracing_subscriber::fmt::layer().with_filter(LevelFilter::ERROR);
    let subscriber = tracing_subscriber::registry().with(telemetry.layer()).with(strict);
    tracing::subscriber::with_default(subscriber, || {
        let root = info_span!("root").entered();
        info_span!("getOrg", otel.service = "redis").in_scope(|| {});
        drop(root);
    });
    drop(telemetry);
    let mut spans = exported.spans.lock().expect("no test panicked").clone();
    spans.sort();
    assert_eq!(spans, [("own".to_owned(), "root".to_owned()), ("redis".into(), "getOrg".into())]);
}

#[test]
fn by_the_variable_log_lines_are_json() {
    let (_, _, err) = run(&[("KOOPER_TRACES", "off"), ("KOOPER_LOG_FORMAT", "json")]);
    let lines: Vec<serde_json::Value> =
        err.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let line = lines.iter().find(|line| line["message"] == "a warning").expect("it is logged");
    assert_eq!((&line["key"], &line["attempt"]), (&"default/web".into(), &2.into()));
    let (output, _, err) = run(&[("KOOPER_LOG_FORMAT", "xml")]);
    assert!(!output.status.success());
    assert!(err.contains("KOOPER_LOG_FORMAT=`xml` is not known: use one of `text`, `json`"), "{err}");
}

/// Pictures that are drawn into memory.
#[derive(Clone, Default)]
struct Drawn(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Drawn {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no test panicked").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_trace_file_is_drawn_again_as_the_terminal_showed_it() {
    let path = std::env::temp_dir().join(format!("kooper-drawn-again-{}.jsonl", std::process::id()));
    let file = path.to_str().expect("a path of a test is text");
    let (output, out, _) = run(&[("KOOPER_TRACE_FILE", file), ("KOOPER_WATERFALL", "always")]);
    assert!(output.status.success());
    let text = std::fs::read_to_string(&path).expect("the file is there");
    std::fs::remove_file(&path).expect("the file is there");

    let drawn = Drawn::default();
    let count =
        kooper::telemetry::Waterfall::to(drawn.clone()).draw(text.as_bytes()).expect("it is OTLP JSON");
    assert_eq!(count, 1);
    let drawn =
        String::from_utf8(drawn.0.lock().expect("no test panicked").clone()).expect("pictures are text");
    assert!(out.contains(drawn.trim_end()), "{drawn}\nis not in\n{out}");

    let cut = &text[..text.len() - 20];
    let waterfall = kooper::telemetry::Waterfall::to(std::io::sink());
    waterfall.draw(cut.as_bytes()).expect("a killed program leaves half a line");
    let error = waterfall.draw(format!("{cut}\n{text}").as_bytes()).expect_err("half a line in the middle");
    assert!(error.to_string().contains("is not OTLP JSON"), "{error}");
}
