//! Shapes of controllers that compile, and what comes of them.

use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kooper::{
    Attempts, Backoff, Context, Controller, Handler, ObjectKey, Queue, RateLimit, Requeue, Retriever, Spec,
    controller,
};
use std::{sync::Arc, time::Duration};

/// What a controller of pods is where its attribute says nothing.
fn default_spec(name: &str) -> Spec {
    let retriever = Retriever::of::<Pod>().resync(Duration::from_mins(3));
    let backoff = Backoff::new(Duration::from_millis(5), Duration::from_secs(1000), 2.0, 0.1);
    Spec::new(name, retriever, Queue::new().retries(3).backoff(backoff).workers(3))
}

/// That `run` takes the handler. It is not polled, so that no cluster is asked for.
fn can_run<H: kooper::Runnable>(handler: H) {
    drop(kooper::run(handler));
}

mod first_page {
    use k8s_openapi::api::core::v1::Pod;
    use kooper::{Context, ObjectKey, controller};

    pub(crate) struct PodPrinter;

    #[controller(resource = Pod, retries = 3)]
    impl PodPrinter {
        async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
            println!("{} is {:?}", ctx.key(), pod.status.and_then(|s| s.phase));
            Ok(())
        }

        async fn delete(&self, _ctx: Context, key: ObjectKey) -> kooper::Result {
            println!("{key} is gone");
            Ok(())
        }
    }
}

#[test]
fn the_program_of_the_first_page_has_all_defaults() {
    can_run(first_page::PodPrinter);
    assert_eq!(first_page::PodPrinter::spec(), default_spec("pod-printer"));
}

struct Everything;

const EVERY: Duration = Duration::from_secs(90);

#[controller(
    resource = Pod,
    name = "all-of-it",
    retries = Self::RETRIES,
    workers = u32::MAX,
    resync = EVERY,
    backoff(initial = "100ms", max = self::EVERY, factor = 1.5, jitter = 0),
    timeout = "1m30s",
    debounce = "2s",
    rate_limit = "100/1m",
    namespace = ["a", "b"],
    labels = "app=web,tier in (a, b)",
    fields = FIELDS,
    crate = ::kooper,
)]
impl Everything {
    const RETRIES: u32 = 7;

    async fn add(&self, _: Context, _: Arc<Pod>) -> kooper::Result<Requeue> {
        Ok(Requeue::after(EVERY))
    }

    async fn delete(&self, _: ObjectKey) -> Result<Requeue, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Requeue::none())
    }
}

const FIELDS: &str = "status.phase=Running";

#[test]
fn each_argument_sets_what_it_names() {
    can_run(Everything);
    let retriever = Retriever::of::<Pod>()
        .namespaces(["a", "b"])
        .labels("app=web,tier in (a, b)")
        .fields("status.phase=Running")
        .resync(EVERY);
    let backoff = Backoff::new(Duration::from_millis(100), EVERY, 1.5, 0.0);
    let queue = Queue::new().retries(7).backoff(backoff).workers(u32::MAX);
    let queue =
        queue.debounce(Duration::from_secs(2)).rate_limit(RateLimit::new(100, Duration::from_mins(1)));
    assert_eq!(Everything::spec(), Spec::new("all-of-it", retriever, queue).timeout(EVERY));
}

struct Never;

#[controller(resource = Pod, resync = "never", backoff = "1s", namespace = PROD, retries = 0b11, workers = 1_0, debounce = EVERY, rate_limit = Self::LIMIT)]
impl Never {
    const LIMIT: RateLimit = RateLimit::new(5, EVERY);

    async fn add(&self, _: Pod) -> std::io::Result<()> {
        Ok(())
    }
}

const PROD: &str = "prod";

#[test]
fn the_other_forms_of_values_are_taken() {
    can_run(Never);
    let retriever = Retriever::of::<Pod>().namespaces("prod").resync(None);
    let queue = Queue::new().retries(3).backoff(Backoff::constant(Duration::from_secs(1))).workers(10);
    let queue = queue.debounce(EVERY).rate_limit(Never::LIMIT);
    assert_eq!(Never::spec(), Spec::new("never", retriever, queue));
}

struct Hooked(bool);

#[controller(
    resource = Pod,
    filter = Self::is_ours,
    on_error = decide,
    finalizer = Self::FINALIZER,
    owns(ConfigMap, labels = "a=b", namespace = ["a", "b"]),
    owns(k8s_openapi::api::core::v1::Service),
    watches(ConfigMap, map = Self::pod_of, fields = "metadata.name=a"),
    shutdown = "5s",
)]
impl Hooked {
    fn pod_of(map: &ConfigMap) -> Option<ObjectKey> {
        map.metadata.name.as_ref().map(|name| ObjectKey::namespaced("a", name))
    }

    const FINALIZER: &str = "example.com/cleanup";

    fn is_ours(&self, pod: &Pod) -> bool {
        self.0 && pod.metadata.name.is_some()
    }

    async fn add(&self, _: Pod) -> std::io::Result<()> {
        Ok(())
    }

    #[cfg(unix)]
    async fn finalize(&self, _: Arc<Pod>) -> kooper::Result {
        Ok(())
    }

    #[cfg(not(unix))]
    async fn finalize(&self, _: Pod) -> kooper::Result {
        Ok(())
    }
}

fn decide(_: &std::io::Error, ctx: &Context) -> kooper::OnError {
    if ctx.is_last_attempt() { kooper::OnError::GiveUp } else { kooper::OnError::Retry }
}

#[test]
fn functions_and_finalizers_are_taken_by_path() {
    can_run(Hooked(true));
    assert_eq!(
        Hooked::spec(),
        default_spec("hooked").finalizer("example.com/cleanup").shutdown(Duration::from_secs(5))
    );
    let hooks = format!("{:?}", Hooked::hooks());
    for word in ["is_ours", "decide", "\"Service\"", "metadata.name=a"] {
        assert!(hooks.contains(word), "{hooks}");
    }
}

#[test]
fn setters_take_namespaces_of_any_collection_and_any_future_to_stop_by() {
    let controller = || Controller::new(first_page::PodPrinter);
    let two = ["staging", "production"];
    for chosen in
        [controller().namespaces(two.to_vec()), controller().namespaces(two.map(String::from).to_vec())]
    {
        assert_eq!(chosen.spec(), controller().namespaces(two).spec());
    }
    let by_variable = controller().namespaces(Some("staging".to_owned()));
    assert_eq!(by_variable.spec(), controller().namespaces("staging").spec());
    assert_eq!(controller().namespaces(None::<String>).spec(), &default_spec("pod-printer"), "all");

    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = controller().stop_when(stopped).run();
    assert!(!stop.is_closed(), "its receiver is what the controller waits for");
    drop(running);
    assert!(stop.is_closed());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    drop(controller().run_until(stopped));
    assert!(stop.is_closed());
}

#[test]
fn setters_take_durations_for_backoffs_and_texts_that_are_owned() {
    let controller = || Controller::new(first_page::PodPrinter);
    let minute = Duration::from_secs(60);
    assert_eq!(controller().backoff(minute).spec(), controller().backoff(Backoff::constant(minute)).spec());
    let selector = "app=web".to_owned();
    for chosen in [controller().labels(&selector), controller().labels(selector.clone())] {
        assert_eq!(chosen.spec(), controller().labels("app=web").spec());
    }
    assert_eq!(controller().labels("app=web").labels(None).spec(), controller().spec());
    assert_eq!(controller().shutdown(minute).spec(), &default_spec("pod-printer").shutdown(minute));
}

struct ByConstant;

impl ByConstant {
    const BACKOFF: Backoff = Backoff::constant(Duration::from_secs(7));
}

#[controller(resource = Pod, backoff = Self::BACKOFF)]
impl ByConstant {
    async fn add(&self, _: Pod) -> kooper::Result {
        Ok(())
    }
}

#[test]
fn a_constant_for_the_backoff_may_be_a_backoff() {
    let spec = Controller::new(ByConstant).spec().clone();
    assert_eq!(&spec, Controller::new(ByConstant).backoff(Duration::from_secs(7)).spec());
}

struct Generic<T, const N: usize>(T);

#[controller(resource = T, name = "generic")]
impl<T, const N: usize> Generic<T, N>
where
    T: kooper::Resource,
{
    async fn add(&self, _: Context, object: Arc<T>) -> Result<(), Failure<N>> {
        drop(object);
        Err(Failure)
    }
}

#[derive(Debug)]
struct Failure<const N: usize>;

impl<const N: usize> std::fmt::Display for Failure<N> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "failure {N}")
    }
}

impl<const N: usize> std::error::Error for Failure<N> {}

#[test]
fn a_generic_controller_watches_what_it_is_made_for() {
    assert_eq!(Generic::<Pod, 3>::spec(), default_spec("generic"));
    assert_ne!(Generic::<ConfigMap, 3>::spec(), Generic::<Pod, 3>::spec());
}

macro_rules! controllers {
    ($($name:ident watches $resource:ty, $text:literal, $retries:expr;)*) => {$(
        struct $name;

        #[controller(resource = $resource, name = $text, retries = $retries)]
        impl $name {
            async fn add(&self, ctx: Context, object: $resource) -> kooper::Result {
                let _ = (ctx, object);
                Ok(())
            }
        }
    )*};
}

controllers! {
    One watches Pod, "one", 3;
    Two watches k8s_openapi::api::core::v1::ConfigMap, "two", 4;
}

macro_rules! whole {
    ($item:item) => {
        #[controller(resource = Pod)]
        $item
    };
}

struct Whole;

whole! {
    impl Whole {
        async fn add(&self, _: Pod) -> kooper::Result {
            Ok(())
        }
    }
}

#[test]
fn a_controller_may_come_out_of_a_macro() {
    assert_eq!(One::spec(), default_spec("one"));
    assert_eq!(Two::spec().name(), "two");
    assert_eq!(Whole::spec(), default_spec("whole"));
}

#[test]
fn a_controller_may_stand_in_the_body_of_a_function() {
    struct Inner;

    #[controller(resource = Pod)]
    impl Inner {
        async fn add(&self, _: Context, _: Pod) -> kooper::Result {
            Ok(())
        }
    }

    can_run(Inner);
    assert_eq!(Inner::spec(), default_spec("inner"));
}

mod renamed {
    use ::kooper as kp;
    use k8s_openapi::api::core::v1::Pod;

    pub(crate) mod out {
        pub(crate) use ::kooper as kp;
    }

    pub(crate) struct ByPath;

    #[kp::controller(resource = Pod, crate = crate::renamed::out::kp)]
    impl ByPath {
        async fn add(&self, _: kp::Context, _: Pod) -> kp::Result {
            Ok(())
        }
    }
}

#[test]
fn kooper_may_have_another_name() {
    can_run(renamed::ByPath);
}

#[allow(dead_code)]
mod shadowed {
    use ::kooper::controller;
    use k8s_openapi::api::core::v1::Pod as Object;

    pub(crate) struct Option;
    pub(crate) struct Result;
    pub(crate) struct Ok;
    pub(crate) struct Arc;
    pub(crate) struct Spec;
    pub(crate) struct Handler;
    pub(crate) struct Spans;
    pub(crate) trait ContextArg {}
    pub(crate) struct Context;
    pub(crate) const SPANS: u32 = 5;

    pub(crate) mod kooper {
        pub(crate) type Done = ::core::result::Result<(), ::std::io::Error>;
    }

    pub(crate) struct Web;

    #[controller(resource = Object, retries = SPANS)]
    impl Web {
        async fn add(&self, _: ::kooper::Context, _: Object) -> kooper::Done {
            kooper::Done::Ok(())
        }
    }
}

#[test]
fn names_of_the_users_do_not_get_in_the_way() {
    can_run(shadowed::Web);
}

struct Attributed;

/// Documented.
#[controller(resource = Pod)]
#[cfg(not(windows))]
#[allow(clippy::needless_lifetimes, clippy::needless_arbitrary_self_type)]
impl Attributed {
    /// Handles a pod.
    #[tracing::instrument(skip_all)]
    #[expect(clippy::no_effect_underscore_binding, reason = "to see that it is kept")]
    pub(crate) async fn add<'a>(self: &'a Self, _ctx: Context, mut pod: Pod) -> kooper::Result {
        let _binding = 1;
        pod.status = None;
        Self::helper(pod.metadata.name)?;
        Ok(())
    }

    fn helper(name: Option<String>) -> Result<Label, std::fmt::Error> {
        name.map(Label).ok_or(std::fmt::Error)
    }
}

struct Label(#[allow(dead_code)] String);

#[controller(resource = Pod)]
#[cfg(windows)]
impl NotThere {
    async fn add(&self, _: Pod) -> kooper::Result {
        Ok(())
    }
}

#[test]
fn attributes_patterns_and_other_members_are_kept() {
    can_run(Attributed);
}

struct Cfgs;

#[controller(resource = Pod)]
impl Cfgs {
    #[cfg(windows)]
    async fn add(&self, _: NotThere) -> kooper::Result {
        Ok(())
    }

    #[cfg(not(windows))]
    #[handler(retries = 7)]
    async fn add(&self, _: Context, _: Pod) -> kooper::Result {
        Ok(())
    }

    #[cfg(all(windows, unix))]
    #[cfg(windows)]
    async fn delete(&self, _: NotThere) -> kooper::Result {
        Ok(())
    }
}

#[test]
fn a_handler_may_be_there_for_some_configurations_alone() {
    can_run(Cfgs);
    assert_eq!(Cfgs::spec(), default_spec("cfgs").add_attempts(Attempts::new().retries(7)));
    let (attribute, add, delete) = lines(Cfgs::spans());
    assert_eq!(add - attribute, 9);
    assert_eq!(delete, attribute, "no `delete` is left");
}

/// The lines of the attribute, of `add` and of `delete`.
fn lines(spans: &kooper::trace::Spans) -> (u32, u32, u32) {
    let text = format!("{spans:?}");
    let lines: Vec<u32> = text
        .split("line: ")
        .skip(1)
        .map(|rest| {
            rest.split([' ', ',']).next().and_then(|line| line.parse().ok()).expect("a line is a number")
        })
        .collect();
    (lines[0], lines[1], lines[2])
}

struct Lines;

const ATTRIBUTE: u32 = line!() + 2;

#[controller(
    resource = Pod,
)]
impl Lines {
    const ADD: u32 = line!() + 2;

    async fn add(&self, _: Pod) -> kooper::Result {
        Ok(())
    }

    const DELETE: u32 = line!() + 2;

    async fn delete(&self, _: ObjectKey) -> kooper::Result {
        Ok(())
    }
}

#[test]
fn spans_point_at_the_lines_of_the_attribute_and_of_each_handler() {
    assert_eq!(lines(Lines::spans()), (ATTRIBUTE, Lines::ADD, Lines::DELETE));
    let text = format!("{:?}", Lines::spans());
    assert!(text.contains(file!()) && text.contains(module_path!()), "{text}");
    assert!(text.contains("handleAddObject") && text.contains("handleDeleteObject"), "{text}");
}

mod elsewhere {
    pub(crate) enum Kind {
        Only,
    }
}

#[controller(resource = k8s_openapi::api::core::v1::Pod)]
impl elsewhere::Kind {
    async fn add(&self, _: Context, _: Pod) -> kooper::Result {
        Ok(())
    }
}

#[test]
fn the_name_is_that_of_the_type_without_its_path() {
    can_run(elsewhere::Kind::Only);
    assert_eq!(elsewhere::Kind::spec(), default_spec("kind"));
}
