//! Pictures of traces that are put together by hand.

use super::*;
use crate::telemetry::sink::Service;
use opentelemetry::{
    KeyValue, SpanId, TraceFlags,
    trace::{Event, SpanContext, SpanKind, Status, TraceState},
};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};
use std::time::UNIX_EPOCH;

/// A span by its own id, its parent's, its service and name, its start and end in microseconds.
fn span(id: u64, parent: u64, service: &str, name: &'static str, start: u64, end: u64) -> Ended {
    let at = |micros| UNIX_EPOCH + Duration::from_secs(1_000) + Duration::from_micros(micros);
    let trace = TraceId::from(0xfeed);
    let span_context =
        SpanContext::new(trace, SpanId::from(id), TraceFlags::SAMPLED, false, TraceState::default());
    Ended {
        service: Arc::new(Service { name: service.into(), resource: None }),
        span: SpanData {
            span_context,
            parent_span_id: SpanId::from(parent),
            parent_span_is_remote: false,
            span_kind: SpanKind::Internal,
            name: name.into(),
            start_time: at(start),
            end_time: at(end),
            attributes: Vec::new(),
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: opentelemetry::InstrumentationScope::default(),
        },
    }
}

fn failed(mut ended: Ended) -> Ended {
    ended.span.status = Status::error("randomly failed");
    ended
}

fn logged(
    mut ended: Ended,
    micros: u64,
    name: &'static str,
    fields: &[(&'static str, &'static str)],
) -> Ended {
    let fields = fields.iter().map(|(key, value)| KeyValue::new(*key, *value)).collect();
    let time = ended.span.start_time + Duration::from_micros(micros);
    ended.span.events.events.push(Event::new(name, time, fields, 0));
    ended
}

fn with(mut ended: Ended, attributes: &[(&'static str, opentelemetry::Value)]) -> Ended {
    ended.span.attributes.extend(attributes.iter().map(|(key, value)| KeyValue::new(*key, value.clone())));
    ended
}

/// The picture in `columns`, but for the title.
fn picture(spans: &[Ended], columns: usize) -> String {
    let picture = draw(spans, Style { columns, ..Style::plain() });
    let (_, picture) = picture.split_once('\n').expect("a picture has a title");
    format!("\n{picture}")
}

#[test]
fn a_plain_trace_is_a_ruler_a_bar_for_each_span_and_the_log_of_the_root() {
    let root = span(1, 0, "app", "processJob", 0, 214_090);
    let root = logged(root, 30, "baggage", &[("key", "kubernetes.object.key"), ("value", "default/web")]);
    let root = logged(root, 214_080, "", &[("success", "true")]);
    let spans = [root, span(2, 1, "app", "handleAddObject", 100, 214_000)];
    assert_eq!(
        picture(&spans, 72),
        "
––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–> 214.09ms
[ processJob ·············································]
[ handleAddObject ········································] 213.90ms
0.03ms: event=baggage, key=kubernetes.object.key, value=default/web
214.08ms: success=true
"
    );
}

#[test]
fn the_log_of_a_give_up_reads_as_in_koopers_document() {
    const KEY: (&str, &str) = ("kubernetes.object.key", "kube-system/kube-dns-7785f4d7dc-4brdg");
    let root = failed(span(1, 0, "app", "processJob", 0, 1_320_400));
    let root = logged(root, 30, "baggage", &[("key", KEY.0), ("value", KEY.1)]);
    let root = logged(root, 50, "process_object", &[KEY]);
    let root = logged(root, 1_320_000, "error", &[("message", "randomly failed")]);
    let forget = "max number of retries reached after failing, forgetting object key";
    let root = logged(root, 1_320_000, "forget", &[KEY, ("message", forget)]);
    let root = logged(root, 1_320_000, "", &[("success", "false")]);
    let root = with(
        root,
        &[
            (KEY.0, KEY.1.into()),
            ("kooper.outcome", "given_up".into()),
            ("kubernetes.object.total_processed_times", 6.into()),
            ("controller.cfg.max_retries", 5.into()),
            ("kooper.controller", "dns".into()),
        ],
    );
    assert_eq!(
        draw(&[root], Style { columns: 80, ..Style::plain() }),
        "kube-system/kube-dns-7785f4d7dc-4brdg · given up · attempt 6 of 6 · dns
––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–> 1.32s
[ processJob ✗ ···················································]
0.03ms: event=baggage, key=kubernetes.object.key, value=kube-system/kube-dns-7785f4d7dc-4brdg
0.05ms: event=process_object, kubernetes.object.key=kube-system/kube-dns-7785f4d7dc-4brdg
1.32s: event=error, message=randomly failed
1.32s: event=forget, kubernetes.object.key=kube-system/kube-dns-7785f4d7dc-4brdg, message=max number of retries \
         reached after failing, forgetting object key
1.32s: success=false
"
    );
}

/// Spans as the example has them: five calls of three services, the last of which failed.
fn several_services() -> [Ended; 8] {
    [
        failed(span(1, 0, "app", "processJob", 0, 214_090)),
        failed(span(2, 1, "app", "handleAddObject", 60, 214_030)),
        failed(span(3, 2, "app", "AddFunc", 110, 214_000)),
        span(4, 3, "redis", "getOrg", 120, 11_430),
        span(5, 3, "github", "getOrg", 11_500, 88_040),
        failed(span(6, 3, "aws", "ensureAWSResources", 103_500, 213_900)),
        failed(span(7, 6, "aws", "getEc2List", 104_000, 196_000)),
        failed(span(8, 6, "aws", "linkSGInALB", 196_400, 213_800)),
    ]
}

#[test]
fn a_span_of_another_service_says_which_and_a_failed_one_is_marked() {
    assert_eq!(
        picture(&several_services(), 72),
        "
––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–> 214.09ms
[ processJob ✗ ···········································]
[ handleAddObject ✗ ······································] 213.97ms
[ AddFunc ✗ ··············································] 213.89ms
[·] redis: getOrg 11.31ms
   [ github: getOrg ···] 76.54ms
                             [ aws: ensureAWSResources ✗ ·] 110.40ms
                             [ aws: getEc2List ✗ ····] 92.00ms
                           aws: linkSGInALB ✗ 17.40ms [···]
"
    );
}

#[test]
fn forty_columns_are_enough() {
    assert_eq!(
        picture(&several_services(), 40),
        "
––|–––––––|–––––––|–––––––|–> 214.09ms
[ processJob ✗ ···········]
[ handleAddObject ✗ ······] 213.97ms
[ AddFunc ✗ ··············] 213.89ms
| redis: getOrg 11.31ms
 [········] github: getOrg 76.54ms
             [ aws: en… ✗ ] 110.40ms
             [··········] aws: getEc2… ✗
      aws: linkSGInALB ✗ []
"
    );
}

#[test]
fn siblings_that_overlap_stand_below_each_other_in_the_order_of_their_start() {
    let spans = [
        span(3, 1, "app", "second", 300, 800),
        span(4, 2, "app", "below the first", 300, 600),
        span(2, 1, "app", "first", 100, 700),
        span(1, 0, "app", "both", 0, 1_000),
    ];
    assert_eq!(
        picture(&spans, 60),
        "
––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–> 1.00ms
[ both ···········································]
     [ first ······················] 0.60ms
               [··············] below the first 0.30ms
               [ second ················] 0.50ms
"
    );
}

#[test]
fn ten_microseconds_beside_ten_seconds_are_a_stroke() {
    let spans = [
        span(1, 0, "app", "long", 0, 10_000_000),
        span(2, 1, "app", "early", 0, 10),
        span(3, 1, "app", "late", 9_999_990, 10_000_000),
    ];
    assert_eq!(
        picture(&spans, 60),
        "
––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–> 10.00s
[ long ···········································]
| early 0.01ms
                                      late 0.01ms |
"
    );
}

#[test]
fn ascii_has_letters_of_its_own_for_all_that_it_lacks() {
    let root = logged(failed(span(1, 0, "app", "processJob", 0, 1_000)), 0, "été", &[]);
    let style = Style { columns: 40, ascii: true, color: false };
    assert_eq!(
        draw(&[root], style),
        "app | 0000000000000000000000000000feed
--|-------|-------|-------|-> 1.00ms
[ processJob x ...........]
0.00ms: event=\\u{e9}t\\u{e9}
"
    );
}

#[test]
fn control_characters_are_shown_and_do_nothing() {
    let root = span(1, 0, "app", "a\x1b[2Jb", 0, 1_000);
    let root = logged(root, 500, "error", &[("message", "one\n0.00ms: success=true")]);
    let picture = picture(&[root], 60);
    assert_eq!(
        picture,
        "
––|–––––––|–––––––|–––––––|–––––––|–––––––|–––––––|–> 1.00ms
[ a\\u{1b}[2Jb ····································]
0.50ms: event=error, message=one\\n0.00ms: success=true
"
    );
}

#[test]
fn colour_changes_nothing_but_colour() {
    let spans = several_services();
    let style = Style { columns: 72, ..Style::plain() };
    let colored = draw(&spans, Style { color: true, ..style });
    assert!(colored.contains("\x1b[31m[ processJob ✗ "), "{colored}");
    let mut plain = String::new();
    for part in colored.split('\x1b') {
        plain.push_str(part.split_once('m').filter(|_| part.starts_with('[')).map_or(part, |(_, text)| text));
    }
    assert_eq!(plain, draw(&spans, style));
}

#[test]
fn every_span_is_drawn_once_whatever_its_parent_is() {
    let spans = [
        span(1, 0, "app", "root", 100, 900),
        span(2, 77, "app", "orphan", 0, 400),
        span(3, 4, "app", "circle", 0, 200),
        span(4, 3, "app", "circle", 0, 300),
    ];
    let picture = picture(&spans, 60);
    let names: Vec<_> =
        picture.lines().filter_map(|line| line.split('[').nth(1)?.split(' ').nth(1)).collect();
    assert_eq!(names, ["root", "orphan", "circle", "circle"], "{picture}");
}

#[test]
fn a_clock_that_is_behind_or_ahead_moves_a_bar_and_breaks_nothing() {
    let spans = [
        span(1, 0, "app", "processJob", 10_000, 90_000),
        span(2, 1, "behind", "asked", 0, 30_000),
        span(3, 1, "ahead", "answered", 80_000, 100_000),
        // It ended before it began.
        span(4, 1, "back", "turned", 50_000, 40_000),
    ];
    assert_eq!(
        picture(&spans, 60),
        "
––|–––––––|–––––––|–––––––|–––––––|–––––––|–> 100.00ms
    [ processJob ·····················] 80.00ms
[···········] behind: asked 30.00ms
                      | back: turned 0.00ms
          ahead: answered 20.00ms [·······]
"
    );
}

#[test]
fn two_hundred_spans_are_drawn_each_in_a_line_of_its_own() {
    let calls = (0..199).map(|call| span(call + 2, 1, "app", "call", call, call + 2));
    let spans: Vec<_> = std::iter::once(span(1, 0, "app", "root", 0, 200)).chain(calls).collect();
    let picture = picture(&spans, 60);
    assert_eq!(picture.lines().filter(|line| line.contains("call")).count(), 199);
    assert!(!picture.contains('…'), "{picture}");
    assert!(picture.lines().all(|line| line.chars().count() <= 60), "{picture}");
}

#[test]
fn of_very_many_spans_two_hundred_are_drawn() {
    let calls = (0..500).map(|call| span(call + 2, 1, "app", "call", call, call + 1));
    let spans: Vec<_> = std::iter::once(span(1, 0, "app", "root", 0, 501)).chain(calls).collect();
    let picture = picture(&spans, 60);
    assert_eq!(picture.lines().filter(|line| line.contains("call")).count(), 199);
    assert!(picture.ends_with("\n… 301 more spans\n"), "{picture}");
}

/// A writer that tells how often it was called, and with what.
#[derive(Clone, Default)]
struct Writes(Arc<Mutex<Vec<String>>>);

impl Write for Writes {
    fn write(&mut self, text: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8(text.to_vec()).expect("pictures are text");
        self.0.lock().expect("no writer panicked").push(text);
        Ok(self.0.lock().expect("no writer panicked").last().map_or(0, String::len))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Writes {
    fn all(&self) -> Vec<String> {
        self.0.lock().expect("no writer panicked").clone()
    }
}

/// The same span in another trace.
fn of_trace(mut ended: Ended, trace: u128) -> Ended {
    let context = &ended.span.span_context;
    ended.span.span_context = SpanContext::new(
        TraceId::from(trace),
        context.span_id(),
        context.trace_flags(),
        false,
        TraceState::default(),
    );
    ended
}

#[test]
fn a_trace_is_drawn_by_one_write_when_its_root_ends() {
    let writes = Writes::default();
    let waterfall = Waterfall::to(writes.clone());
    waterfall.take(span(2, 1, "app", "child", 10, 20));
    waterfall.take(of_trace(span(2, 1, "app", "child", 10, 20), 7));
    assert_eq!(writes.all().len(), 0);
    waterfall.take(span(1, 0, "app", "root", 0, 30));
    assert_eq!(writes.all().len(), 1);
    assert_eq!(writes.all()[0].matches("child").count(), 1);
}

#[test]
fn what_has_not_ended_at_the_end_is_drawn_as_unfinished() {
    let writes = Writes::default();
    let waterfall = Waterfall::to(writes.clone());
    waterfall.take(span(2, 1, "app", "child", 10, 20));
    waterfall.end(Duration::ZERO);
    waterfall.end(Duration::ZERO);
    assert_eq!(writes.all().len(), 1);
    assert!(writes.all()[0].starts_with("app · unfinished · "), "{:?}", writes.all());
}

#[test]
fn the_spans_that_are_held_have_a_bound() {
    let mut traces = Traces::default();
    let mut drawn = 0;
    for trace in 0..3 * SPANS as u128 {
        drawn += traces.take(of_trace(span(2, 1, "app", "child", 0, 1), trace)).len();
        assert!(traces.held <= SPANS && traces.order.len() <= 2 * SPANS + 64);
    }
    assert_eq!(drawn, 2 * SPANS);
    for _ in 0..2 * SPANS_PER_TRACE {
        traces.take(span(2, 1, "app", "child", 0, 1));
    }
    assert_eq!(traces.spans[&TraceId::from(0xfeed)].len(), SPANS_PER_TRACE);
}

#[test]
fn nothing_is_left_of_a_trace_that_was_drawn() {
    let mut traces = Traces::default();
    for trace in 0..10_000 {
        traces.take(of_trace(span(2, 1, "app", "child", 0, 1), trace));
        assert_eq!(traces.take(of_trace(span(1, 0, "app", "root", 0, 1), trace)).len(), 1);
    }
    assert_eq!((traces.held, traces.spans.len()), (0, 0));
    assert!(traces.order.len() <= 64);
}
