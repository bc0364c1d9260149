//! What `cargo bench --workspace --bench by_hand` compares is the same: the spans of an attempt, made by Kooper and by hand.

#[path = "../../kooper/benches/by_hand/attempt.rs"]
mod attempt;
#[path = "../../kooper/benches/by_hand/hand.rs"]
mod hand;

use kooper::testing::{RecordedTrace, Traces};
use opentelemetry::{KeyValue, baggage::BaggageExt as _};

/// How long a text is: that of a time does not change with it.
fn length(attribute: &KeyValue) -> usize {
    attribute.value.as_str().len()
}

/// All that a trace says, but for ids, times and the place in the source.
fn picture(trace: &RecordedTrace) -> Vec<String> {
    let spans = trace.spans().into_iter().map(|span| {
        let attributes = span.attrs().iter().filter(|attribute| !attribute.key.as_str().starts_with("code."));
        let attributes: Vec<_> = attributes
            .map(|attribute| match attribute.key.as_str() {
                time if time.starts_with("kooper.backoff.") => format!("{time}: {}", length(attribute)),
                _ => format!("{}={:?}", attribute.key, attribute.value),
            })
            .collect();
        let parent = span.parent().map(|parent| parent.name().to_owned());
        let (name, kind, logs, error) = (span.name(), span.kind(), span.logs(), span.error());
        let place =
            span.attrs().iter().filter(|attribute| attribute.key.as_str().starts_with("code.")).count();
        format!("{name} {kind:?} below {parent:?}: {attributes:#?} {logs:#?} {error:?} {place}")
    });
    spans.collect()
}

/// The key in the baggage of whoever does the work.
async fn work() {
    tokio::task::yield_now().await;
    let context = opentelemetry::Context::current();
    let key = context.baggage().get("kubernetes.object.key").map(ToString::to_string);
    assert_eq!(key.as_deref(), Some("default/web-7785f4d7dc-4brdg"));
}

#[tokio::test]
async fn kooper_and_the_hand_make_the_same_spans() {
    const FAILS: [bool; 4] = [false, true, true, false];
    let mut all = Vec::new();
    for kooper in [true, false] {
        let traces = Traces::new();
        let _recording = traces.install();
        let (mut ours, mut hand) = (attempt::by_kooper().await.expect("an object"), attempt::by_hand());
        for fails in FAILS {
            if kooper {
                ours.one(work(), fails).await;
            } else {
                hand.one(work(), fails.then_some(attempt::FAILURE)).await;
            }
        }
        let made = traces.all();
        assert_eq!(made.len(), FAILS.len());
        let retry = made[2].root();
        assert!(retry.links()[0].is_to(&made[1].root()), "{:?}", retry.links());
        let links: Vec<_> = made.iter().map(|trace| trace.root().links().len()).collect();
        all.push((links, made.iter().map(picture).collect::<Vec<_>>()));
    }
    assert_eq!(all[0], all[1]);
    assert!(all[0].1[2][0].contains("processJob") || all[0].1[2][1].contains("processJob"));
}
