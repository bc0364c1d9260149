//! Settings: every setter of a controller wins over its attribute, and a handler written by hand is the same as one by
//! the attribute.

use k8s_openapi::api::core::v1::Pod;
use kooper::{
    Backoff, Context, Controller, Error, Handler, ObjectKey, Outcome, Queue, RateLimit, Requeue, Retriever,
    Spec, controller, site,
    testing::{Cluster, Traces},
    trace::Spans,
};
use kooper_tests::{Running, pod, traces_of_a_life};
use kube::{Api, api::PostParams};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// Its attribute sets everything.
struct Attributed;

#[controller(
    resource = Pod,
    name = "twin",
    retries = 2,
    workers = 2,
    resync = "10m",
    backoff(initial = "1s", max = "8s", factor = 2, jitter = 0.0),
    timeout = "5s",
    debounce = "250ms",
    rate_limit = "100/1m",
    namespace = ["default", "other"],
    labels = "app!=hidden",
    fields = "status.phase!=Failed"
)]
impl Attributed {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result<Requeue> {
        play(&ctx, &pod).await
    }

    async fn delete(&self, ctx: Context, _key: ObjectKey) -> kooper::Result {
        say_goodbye(&ctx)
    }
}

/// The same by hand.
struct ByHand;

static SPANS: Spans =
    Spans::new(&SPANS, site!("processJob"), site!("handleAddObject"), site!("handleDeleteObject"));

impl Handler for ByHand {
    type Resource = Pod;

    fn spec() -> Spec {
        let retriever = Retriever::of::<Pod>()
            .namespaces(["default", "other"])
            .labels("app!=hidden")
            .fields("status.phase!=Failed")
            .resync(SECOND * 600);
        let queue = Queue::new()
            .retries(2)
            .workers(2)
            .backoff(Backoff::new(SECOND, SECOND * 8, 2.0, 0.0))
            .debounce(SECOND / 4)
            .rate_limit(RateLimit::new(100, SECOND * 60));
        Spec::new("twin", retriever, queue).timeout(SECOND * 5)
    }

    fn spans() -> &'static Spans {
        &SPANS
    }

    async fn on_add(&self, ctx: Context, pod: Pod) -> Outcome {
        play(&ctx, &pod).await
    }

    async fn on_delete(&self, ctx: Context, _key: ObjectKey) -> Outcome {
        say_goodbye(&ctx)?;
        Ok(Requeue::none())
    }
}

/// What both do with a pod, by its name.
async fn play(ctx: &Context, pod: &Pod) -> kooper::Result<Requeue> {
    let first = ctx.attempt() == 1;
    match pod.metadata.name.as_deref() {
        Some("fails") if first => Err(Error::msg("not yet")),
        Some("gives-up") => Err(Error::msg("never")),
        Some("for-good") => Err(kooper::permanent("wrong").into()),
        Some("panics") if first => panic!("at the disco"),
        Some("hangs") if first => std::future::pending().await,
        Some("again") if ctx.trigger() != kooper::Trigger::Requeue => Ok(Requeue::after(SECOND * 30)),
        _ => Ok(Requeue::none()),
    }
}

fn say_goodbye(ctx: &Context) -> kooper::Result {
    let last: Pod = ctx.last_seen().ok_or_else(|| Error::msg("no last state"))?;
    if last.metadata.name.as_deref() == Some("fails") && ctx.attempt() < 3 {
        return Err(Error::msg("still in use"));
    }
    Ok(())
}

#[test]
fn the_attribute_says_what_a_spec_by_hand_says() {
    assert_eq!(Attributed::spec(), ByHand::spec());
}

#[test]
fn every_setter_wins_over_the_attribute() {
    let new = || Controller::new(Attributed);
    let retriever = || {
        Retriever::of::<Pod>()
            .namespaces(["default", "other"])
            .labels("app!=hidden")
            .fields("status.phase!=Failed")
            .resync(SECOND * 600)
    };
    let backoff = Backoff::new(SECOND, SECOND * 8, 2.0, 0.0);
    let limit = RateLimit::new(100, SECOND * 60);
    let queue = || Queue::new().retries(2).workers(2).backoff(backoff).debounce(SECOND / 4).rate_limit(limit);
    let spec = |retriever, queue| Spec::new("twin", retriever, queue).timeout(SECOND * 5);
    let unlabelled = Retriever::of::<Pod>()
        .namespaces(["default", "other"])
        .fields("status.phase!=Failed")
        .resync(SECOND * 600);
    let any_field =
        Retriever::of::<Pod>().namespaces(["default", "other"]).labels("app!=hidden").resync(SECOND * 600);
    for (what, set, wanted) in vec![
        ("name", new().name("other"), Spec::new("other", retriever(), queue()).timeout(SECOND * 5)),
        ("retries", new().retries(9), spec(retriever(), queue().retries(9))),
        ("workers", new().workers(9), spec(retriever(), queue().workers(9))),
        (
            "backoff",
            new().backoff(Backoff::default()),
            spec(retriever(), queue().backoff(Backoff::default())),
        ),
        ("debounce", new().debounce(SECOND), spec(retriever(), queue().debounce(SECOND))),
        ("no debounce", new().debounce(None), spec(retriever(), queue().debounce(None))),
        (
            "rate_limit",
            new().rate_limit(RateLimit::new(1, SECOND)),
            spec(retriever(), queue().rate_limit(RateLimit::new(1, SECOND))),
        ),
        ("no rate_limit", new().rate_limit(None), spec(retriever(), queue().rate_limit(None))),
        ("resync", new().resync(SECOND * 7), spec(retriever().resync(SECOND * 7), queue())),
        ("no resync", new().resync(None), spec(retriever().resync(None), queue())),
        ("timeout", new().timeout(SECOND), Spec::new("twin", retriever(), queue()).timeout(SECOND)),
        ("no timeout", new().timeout(None), Spec::new("twin", retriever(), queue())),
        ("a namespace", new().namespaces("one"), spec(retriever().namespaces("one"), queue())),
        ("all namespaces", new().namespaces([]), spec(retriever().namespaces([]), queue())),
        ("labels", new().labels("a=b"), spec(retriever().labels("a=b"), queue())),
        ("no labels", new().labels(None), spec(unlabelled, queue())),
        ("shutdown", new().shutdown(SECOND), spec(retriever(), queue()).shutdown(SECOND)),
        (
            "finalizer",
            new().finalizer("example.com/a"),
            spec(retriever(), queue()).finalizer("example.com/a"),
        ),
        ("fields", new().fields("a=b"), spec(retriever().fields("a=b"), queue())),
        ("no fields", new().fields(None), spec(any_field, queue())),
    ] {
        assert_eq!(*set.spec(), wanted, "{what}");
        assert_ne!(*set.spec(), Attributed::spec(), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_setters_say_is_what_the_controller_does() {
    let cluster = Cluster::new();
    let (reached, mut names) = tokio::sync::mpsc::unbounded_channel();
    struct Names(tokio::sync::mpsc::UnboundedSender<String>);
    #[controller(resource = Pod, name = "a", namespace = "elsewhere", labels = "app=none", retries = 0, timeout = "1s")]
    impl Names {
        async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
            self.0.send(format!("{} {} {}", ctx.controller(), ctx.key(), ctx.attempt()))?;
            tokio::time::sleep(SECOND * 2).await;
            if ctx.is_last_attempt() { Ok(()) } else { Err(Error::msg("again")) }
        }
    }
    let traces = Traces::new();
    let _recording = traces.install();
    let _running = Running::start(
        Controller::new(Names(reached))
            .client(cluster.client())
            .name("b")
            .namespaces("default")
            .labels("app=web")
            .fields("metadata.name=web")
            .retries(1)
            .workers(7)
            .timeout(SECOND * 3)
            .resync(SECOND * 90)
            .backoff(Backoff::constant(SECOND * 4)),
    );
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    for name in ["web", "db"] {
        pods.create(&PostParams::default(), &pod(name)).await.expect("created");
    }
    traces.wait(|traces| traces.of("default/web").attempts().len() == 2).await;
    assert_eq!(names.recv().await.as_deref(), Some("b default/web 1"));
    assert_eq!(names.recv().await.as_deref(), Some("b default/web 2"));
    // A server with streaming lists is asked for a watch that begins with everything.
    let list = cluster.requests().wait_for(|request| request.is("watch", "pods")).await;
    assert_eq!(list.namespace.as_deref(), Some("default"));
    assert_eq!(list.query_value("labelSelector").as_deref(), Some("app=web"));
    assert_eq!(list.query_value("fieldSelector").as_deref(), Some("metadata.name=web"));
    let root = traces.of("default/web").attempts()[1].root();
    assert_eq!(root.attr("controller.cfg.name"), "b");
    assert_eq!(root.attr("controller.cfg.max_retries").as_i64(), Some(1));
    assert_eq!(root.attr("controller.cfg.concurrent_workers").as_i64(), Some(7));
    assert_eq!(root.attr("controller.cfg.resync_interval"), "1m30s");
    assert_eq!(root.attr("kooper.outcome"), "done");
}

#[tokio::test(start_paused = true)]
async fn a_handler_by_hand_leaves_the_same_traces_as_one_by_the_attribute() {
    let (attributed, by_hand) = (traces_of_a_life(Attributed).await, traces_of_a_life(ByHand).await);
    assert_eq!(attributed, by_hand);
    let roots = attributed.iter().filter(|line| line.starts_with('0')).count();
    // again 2, fails 2, for-good 1, gives-up 3, hangs 2, panics 2, plain 2, broken 1, and a delete of each of the seven;
    // that of `fails` takes three attempts.
    assert_eq!(roots, 15 + 7 + 2, "{attributed:#?}");
}
