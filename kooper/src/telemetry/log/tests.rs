//! What lines look like, in each form.

use super::{Out as To, *};
use crate::telemetry::filter::LineFilter;
use tracing::{Span, debug, info, info_span, warn};
use tracing_subscriber::{layer::SubscriberExt as _, registry};

#[derive(Clone, Default)]
struct Out(Arc<Mutex<Vec<u8>>>);

impl Write for Out {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no writer panicked").write(text)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The lines that `work` logs under a filter, without their times.
fn lines(filter: &str, work: impl FnOnce()) -> Vec<String> {
    let form = |out| -> Box<dyn Form> { Box::new(Text::new(out, false)) };
    let lines = written(form, filter, work);
    lines.iter().map(|line| line.split_once('Z').map_or(&**line, |(_, line)| line).to_owned()).collect()
}

/// The lines that `work` logs under a filter, in a form.
fn written(form: fn(To) -> Box<dyn Form>, filter: &str, work: impl FnOnce()) -> Vec<String> {
    let out = Out::default();
    let layer = Lines::new(vec![form(To::new(Box::new(out.clone())))]);
    let filter = LineFilter::new("logs", Some(filter)).expect("the filter is valid");
    tracing::subscriber::with_default(registry().with(layer.with_filter(filter)), work);
    let text = String::from_utf8(out.0.lock().expect("no writer panicked").clone()).expect("lines are text");
    text.lines().map(ToOwned::to_owned).collect()
}

/// The two spans of an attempt, as far as lines look at them.
fn attempt() -> (Span, Span) {
    let root = info_span!(
        "processJob",
        otel.kind = "consumer",
        kooper.controller = "pods",
        kubernetes.object.key = "default/web",
        kubernetes.object.total_processed_times = 2,
        error = tracing::field::Empty,
    );
    let child = info_span!(parent: &root, "handleAddObject", kooper.controller = "pods", error = true);
    (root, child)
}

#[test]
fn a_line_inside_a_handler_says_its_key_and_attempt() {
    let lines = lines("info", || {
        let (root, child) = attempt();
        let _inside = (root.enter(), child.enter());
        root.record("error", true);
        info!(phase = "Running", "seen");
    });
    assert_eq!(
        lines,
        ["  INFO kooper::telemetry::log::tests default/web #2: seen phase=Running controller=pods"]
    );
}

#[test]
fn a_stricter_filter_does_not_take_the_key_off_the_line() {
    let lines = lines("warn", || {
        let (root, _) = attempt();
        let _inside = root.enter();
        info!("not wanted");
        warn!("wanted");
    });
    assert_eq!(lines, ["  WARN kooper::telemetry::log::tests default/web #2: wanted controller=pods"]);
}

#[test]
fn the_programs_own_spans_stand_before_the_colon_with_their_fields() {
    let lines = lines("debug", || {
        let (root, _) = attempt();
        let span = info_span!(parent: &root, "getOrg", otel.service = "redis", org = %"a b", found = tracing::field::Empty);
        let _inside = span.enter();
        span.record("found", 3);
        debug!(why = "it is", empty = "", "asked");
    });
    let line = " DEBUG kooper::telemetry::log::tests default/web #2 getOrg{org=a b found=3}: asked why=\"it is\" empty=\"\" controller=pods";
    assert_eq!(lines, [line]);
}

#[test]
fn koopers_own_line_of_an_attempt_has_the_same_place() {
    let lines = lines("info", || {
        warn!(
            parent: None,
            controller = "pods",
            key = "default/web",
            attempt = 2,
            outcome = "retried",
            error = "randomly failed",
            next = "retry in 5ms, 4 left",
            trace_id = "feed",
            "attempt failed"
        );
    });
    let line = "  WARN kooper::telemetry::log::tests default/web #2: attempt failed outcome=retried \
                error=\"randomly failed\" next=\"retry in 5ms, 4 left\" controller=pods trace_id=feed";
    assert_eq!(lines, [line]);
}

#[test]
fn no_value_can_pass_for_a_line_or_reach_the_terminal() {
    let lines = lines("info", || info!(name = "a\nb", "first\n2026 ERROR forged\x1b[2J"));
    let first = "  INFO kooper::telemetry::log::tests: first";
    assert_eq!(lines, [first, "    2026 ERROR forged\\u{1b}[2J name=\"a\\nb\""]);
}

#[test]
fn a_filter_by_the_object_chooses_its_lines() {
    let lines = lines("warn,[processJob{kubernetes.object.key=default/web}]=debug", || {
        info!("outside");
        attempt().0.in_scope(|| info!("inside"));
    });
    assert_eq!(lines, ["  INFO kooper::telemetry::log::tests default/web #2: inside controller=pods"]);
}

#[test]
fn in_json_a_line_keeps_the_types_of_its_fields_and_says_what_it_is_about() {
    let form = |out| -> Box<dyn Form> { Box::new(Json::new(out)) };
    let lines = written(form, "info", || {
        let (root, _) = attempt();
        let span = info_span!(parent: &root, "getOrg", org = "acme", size = 3);
        let _inside = span.enter();
        warn!(after = ?std::time::Duration::from_secs(3), tries = 2, ok = false, "no \"answer\"\n");
        info!(parent: None, "outside");
    });
    let parsed: Vec<serde_json::Value> =
        lines.iter().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect();
    let mut first = parsed[0].clone();
    let time = first["timestamp"].take();
    assert!(time.as_str().is_some_and(|time| time.ends_with('Z')), "{time}");
    let expected = serde_json::json!({
        "timestamp": null, "level": "WARN", "target": "kooper::telemetry::log::tests", "message": "no \"answer\"\n",
        "fields": { "after": "3s", "tries": 2, "ok": false },
        "controller": "pods", "key": "default/web", "attempt": 2,
        "spans": [{ "name": "getOrg", "org": "acme", "size": 3 }],
    });
    assert_eq!(first, expected);
    assert_eq!(parsed[1]["message"], "outside");
    assert!(parsed[1].get("key").is_none() && parsed[1].get("spans").is_none(), "{}", parsed[1]);
}

#[cfg(feature = "testing")]
#[test]
fn a_line_says_in_which_trace_and_span_it_was_logged_even_where_the_filter_of_lines_hides_the_span() {
    let (out, traces) = (Out::default(), crate::testing::Traces::new());
    let text = Text::new(To::new(Box::new(out.clone())), false);
    let filter = LineFilter::new("logs", Some("warn")).expect("the filter is valid");
    let lines = Lines::new(vec![Box::new(text)]).with_filter(filter);
    tracing::subscriber::with_default(registry().with(traces.layer()).with(lines), || {
        let (root, child) = attempt();
        let _inside = (root.enter(), child.enter());
        warn!("wanted");
        let aside = info_span!(parent: &child, "aside");
        warn!(parent: &aside, "aside");
    });
    let text = String::from_utf8(out.0.lock().expect("no writer panicked").clone()).expect("lines are text");
    let trace = traces.all().remove(0);
    let child = trace.span("handleAddObject");
    let place = format!("controller=pods trace_id={} span_id={}", trace.id(), child.id());
    assert!(text.lines().next().is_some_and(|line| line.ends_with(&place)), "{text}");
    let place = format!("trace_id={} span_id={}", trace.id(), trace.span("aside").id());
    assert!(text.lines().nth(1).is_some_and(|line| line.ends_with(&place)), "{text}");
}
