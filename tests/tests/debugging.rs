//! What helps to find a fault in a handler: its place in the trace and in backtraces.

use k8s_openapi::api::core::v1::Pod;
use kooper::{
    Context, Controller, Handler, ObjectKey, controller,
    testing::{Cluster, RecordedSpan, Traces},
};
use kooper_tests::{Running, pod};
use kube::{Api, api::PostParams};
use std::{
    backtrace::Backtrace,
    panic,
    sync::{Mutex, PoisonError},
    time::Duration,
};

const KEY: &str = "default/web";

/// The place where `Faulty` panics.
static PANIC: Mutex<u32> = Mutex::new(0);

struct Faulty;

const ADD: u32 = line!() + 5;

#[controller(resource = Pod, retries = 2, backoff = "1s", timeout = "5s")]
impl Faulty {
    #[handler(retries = 2)]
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        match ctx.attempt() {
            1 => {
                *PANIC.lock().unwrap_or_else(PoisonError::into_inner) = line!() + 1;
                panic!("out of order")
            }
            2 => std::future::pending().await,
            _ => Err(kooper::Error::msg("no")),
        }
    }

    async fn delete(&self, _key: ObjectKey) -> kooper::Result {
        Ok(())
    }
}

async fn roots(count: usize) -> Vec<RecordedSpan> {
    let (cluster, traces) = (Cluster::new(), Traces::new());
    let _recording = traces.install();
    let _running = Running::start(Controller::new(Faulty).client(cluster.client()));
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    pods.create(&PostParams::default(), &pod("web")).await.expect("created");
    traces.wait(|traces| traces.of(KEY).attempts().len() >= count).await;
    traces.of(KEY).attempts().iter().map(kooper::testing::RecordedTrace::root).collect()
}

#[tokio::test(start_paused = true)]
async fn a_panic_a_timeout_and_an_error_lead_to_the_handler() {
    // The hook that was there before is called as ever. Frames of the user's code are those that stand in this file.
    static FRAMES: Mutex<Vec<String>> = Mutex::new(Vec::new());
    panic::set_hook(Box::new(|_| {
        *FRAMES.lock().unwrap_or_else(PoisonError::into_inner) = frames(&Backtrace::force_capture());
    }));
    let roots = roots(3).await;
    let _ = panic::take_hook();

    let line = *PANIC.lock().unwrap_or_else(PoisonError::into_inner);
    let place = format!("{}:{line}:17", file!());
    for span in [roots[0].clone(), roots[0].child("handleAddObject")] {
        assert_eq!(span.attr("kooper.panic.location").as_str(), Some(place.as_str()));
        assert_eq!(span.error(), Some(format!("handler panicked: out of order (at {place})")));
    }
    // The function's name and the line of the panic: nothing generated stands before them.
    let frames = FRAMES.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let handler = frames.iter().take(3).find(|frame| frame.contains("Faulty::add"));
    assert!(handler.is_some_and(|frame| frame.contains(&format!("debugging.rs:{line}:"))), "{frames:#?}");
    assert_eq!(roots[1].error().as_deref(), Some("handler timed out after 5s"));
    assert_eq!(roots[2].error().as_deref(), Some("no"));
    for root in &roots {
        let child = root.child("handleAddObject");
        assert_eq!(child.attr("code.line.number"), i64::from(ADD));
        assert!(child.attr("code.file.path").as_str().is_some_and(|file| file.ends_with("debugging.rs")));
    }
}

/// The frames of a program: without those of the standard library and of the test's own hook.
fn frames(trace: &Backtrace) -> Vec<String> {
    let text = trace.to_string();
    let mut frames: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim) {
        match (line.strip_prefix("at "), frames.last_mut()) {
            (Some(place), Some(frame)) => frame.extend([" at ", place]),
            _ => frames.push(line.to_owned()),
        }
    }
    let library = ["/rustc/", "std::", "core::", "__rustc", "alloc::"];
    frames.retain(|frame| !library.iter().any(|name| frame.contains(name)) && !frame.contains("set_hook"));
    frames
}

#[test]
fn a_spec_prints_what_the_attribute_the_handlers_and_the_setters_came_to() {
    let controller = Spec::of();
    for row in [
        "name           faulty",
        "retries        2",
        "timeout        5s",
        "workers        9",
        "add.retries    2",
    ] {
        assert!(controller.contains(row), "`{row}` in\n{controller}");
    }
    assert!(Faulty::spec().to_string().contains("workers        3"), "the setter changed the attribute's");
}

struct Spec;

impl Spec {
    fn of() -> String {
        Controller::new(Faulty).workers(9).resync(Duration::from_secs(7)).spec().to_string()
    }
}
