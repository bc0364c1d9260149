//! What the trace of an attempt costs, in instructions, beside the same spans written by hand.
//!
//! ```sh
//! cargo bench --workspace --bench by_hand              # needs valgrind
//! cargo bench --workspace --bench by_hand -- --check   # fails where a bar is missed
//! ```
//!
//! Both sides have the same subscriber, whose spans go nowhere: that of `kooper::telemetry`, and the leanest there is, a registry and a layer
//! of `tracing-opentelemetry` with the same settings. `tests/tests/by_hand.rs` shows that they make the same spans. What is counted is the tracing of an attempt alone, with a handler that does nothing.

mod attempt;
mod count;
mod hand;

use count::Counted;
use opentelemetry::Context;
use opentelemetry_sdk::{
    error::OTelSdkResult,
    trace::{Sampler, SdkTracerProvider, Span, SpanData, SpanProcessor},
};
use std::{env, error::Error, time::Duration};
use tracing::Level;
use tracing_subscriber::{
    Layer as _, filter::filter_fn, layer::SubscriberExt as _, util::SubscriberInitExt as _,
};

type Result<T = (), E = Box<dyn Error>> = std::result::Result<T, E>;

/// What makes the spans, and who listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Nothing makes any: what all others have on top of them.
    Bare,
    /// Kooper, and nobody listens.
    Off,
    /// Kooper, and the filters leave the controller out.
    Filtered,
    /// Kooper, and the sampler takes none.
    Out,
    /// Kooper.
    On,
    /// By hand, with the same subscriber.
    Hand,
    /// Kooper, with a registry and a layer of `tracing-opentelemetry` and nothing else.
    OnLean,
    /// By hand, with the same.
    HandLean,
}

const KINDS: [(&str, Kind); 8] = [
    ("bare", Kind::Bare),
    ("off", Kind::Off),
    ("filtered", Kind::Filtered),
    ("out", Kind::Out),
    ("on", Kind::On),
    ("hand", Kind::Hand),
    ("on-lean", Kind::OnLean),
    ("hand-lean", Kind::HandLean),
];

fn main() -> Result {
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => table(false),
        ["--check"] => table(true),
        // For valgrind to look at.
        ["once", kind, fails, count] => {
            let kind = KINDS.iter().find(|(name, _)| *name == kind).ok_or("no such kind")?.1;
            make(kind, fails.parse()?, count.parse()?)
        }
        _ => Err("usage: cargo bench --workspace --bench by_hand [-- --check]".into()),
    }
}

fn table(check: bool) -> Result {
    let mut missed = Vec::new();
    println!("\n{:<38} | {:>21} | {:>21}", "", "it succeeds", "it fails, as a retry");
    println!(
        "{:<38} | {:>12} {:>8} | {:>12} {:>8}",
        "the trace of an attempt", "instructions", "allocs", "instructions", "allocs"
    );
    let mut all = Vec::new();
    for (name, kind) in KINDS {
        let both = [Counted::of(name, false)?, Counted::of(name, true)?];
        let bare = *all.first().map_or(&both, |(_, bare)| bare);
        let own = [both[0].less(bare[0]), both[1].less(bare[1])];
        all.push((kind, if kind == Kind::Bare { both } else { own }));
        if kind != Kind::Bare {
            let [good, fails] = own;
            println!(
                "{:<38} | {:>12.0} {:>8.1} | {:>12.0} {:>8.1}",
                label(kind),
                good.instructions,
                good.allocations,
                fails.instructions,
                fails.allocations
            );
        }
    }
    let of = |wanted| {
        all.iter().find(|(kind, _)| *kind == wanted).map(|(_, counted)| *counted).expect("it was counted")
    };
    println!();
    let mut bar = |what: &str, measured: f64, bar: f64| {
        println!("{what:<60} {measured:>8.2}  bar {bar}");
        if measured > bar {
            missed.push(what.to_owned());
        }
    };
    for (case, name) in ["it succeeds", "it fails"].into_iter().enumerate() {
        let at = |kind| of(kind)[case];
        bar(
            &format!("on, beside by hand: {name}"),
            at(Kind::On).instructions / at(Kind::Hand).instructions,
            1.0,
        );
        bar(
            &format!("on, beside by hand, with a layer alone: {name}"),
            at(Kind::OnLean).instructions / at(Kind::HandLean).instructions,
            1.0,
        );
        bar(
            &format!("sampled out, beside on: {name}"),
            at(Kind::Out).instructions / at(Kind::On).instructions,
            0.35,
        );
        for kind in [Kind::Off, Kind::Filtered] {
            bar(&format!("instructions, {}: {name}", label(kind)), at(kind).instructions, 300.0);
            bar(&format!("allocations, {}: {name}", label(kind)), at(kind).allocations, 0.0);
        }
    }
    if check && !missed.is_empty() {
        return Err(format!("missed: {}", missed.join("; ")).into());
    }
    Ok(())
}

fn label(kind: Kind) -> &'static str {
    match kind {
        Kind::Bare => "nothing",
        Kind::Off => "Kooper, off: no subscriber",
        Kind::Filtered => "Kooper, off: filtered",
        Kind::Out => "Kooper, sampled out",
        Kind::On => "Kooper, on",
        Kind::Hand => "by hand",
        Kind::OnLean => "Kooper, with a layer and nothing else",
        Kind::HandLean => "by hand, with a layer and nothing else",
    }
}

/// Makes so many attempts.
fn make(kind: Kind, fails: bool, count: usize) -> Result {
    let failure = fails.then_some(attempt::FAILURE);
    let _telemetry = match kind {
        Kind::Bare | Kind::Off => None,
        Kind::OnLean | Kind::HandLean => {
            lean()?;
            None
        }
        Kind::Filtered => Some(telemetry().traces("off").logs("off").init().map_err(|error| told(&error))?),
        Kind::Out => Some(telemetry().sampler(Sampler::AlwaysOff).init().map_err(|error| told(&error))?),
        Kind::On | Kind::Hand => Some(telemetry().init().map_err(|error| told(&error))?),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        let (mut kooper, mut hand) =
            (attempt::by_kooper().await.map_err(|error| told(&error))?, attempt::by_hand());
        // The first one of a process registers its callsites.
        for number in 0..=count {
            match kind {
                Kind::Bare => kooper.untraced(work(number), fails).await,
                Kind::Hand | Kind::HandLean => hand.one(work(number), failure).await,
                _ => kooper.one(work(number), fails).await,
            }
        }
        Ok(())
    })
}

fn told(error: &kooper::Error) -> String {
    error.to_string()
}

/// What a handler does.
fn work(number: usize) -> impl Future<Output = ()> {
    std::hint::black_box(number);
    std::future::ready(())
}

fn telemetry() -> kooper::telemetry::Builder {
    // Failed attempts are told by a log line, which is no part of the trace.
    kooper::telemetry::builder("bench").logs("off").without_waterfall().processor(|| Nowhere)
}

/// The least that exports the same.
fn lean() -> Result {
    use opentelemetry::trace::TracerProvider as _;
    let provider = SdkTracerProvider::builder().with_span_processor(Nowhere).build();
    let layer = tracing_opentelemetry::layer()
        .with_threads(false)
        .with_target(false)
        .with_level(false)
        .with_tracked_inactivity(false)
        .with_tracer(provider.tracer("bench"))
        // The line of a failed attempt is no part of the trace.
        .with_filter(filter_fn(|metadata| metadata.is_span() && *metadata.level() <= Level::INFO));
    Ok(tracing_subscriber::registry().with(layer).try_init()?)
}

/// Where spans end.
#[derive(Debug)]
struct Nowhere;

impl SpanProcessor for Nowhere {
    fn on_start(&self, _: &mut Span, _: &Context) {}

    fn on_end(&self, span: SpanData) {
        std::hint::black_box(span);
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }
}
