//! Spans of several services in one program.

use opentelemetry::{
    Context, InstrumentationScope, KeyValue, Value,
    trace::{SpanBuilder, Tracer, TracerProvider as _},
};
use opentelemetry_sdk::{
    Resource,
    trace::{SdkTracer, SdkTracerProvider, Span, TracerProviderBuilder},
};
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

/// The field of a span that names the service that it belongs to. It is taken off the span.
pub(super) const FIELD: &str = "otel.service";
/// Services beside the program's own. A name beyond them is kept as an attribute instead: somebody writes changing
/// values into the field.
const MOST: usize = 64;

/// The tracer of a program: it makes each span by the provider of the service that the span names.
///
/// A span belongs to the program's own service unless it has a field `otel.service`:
///
/// ```
/// use tracing::{Instrument, info_span};
///
/// async fn org(name: &str) {
///     let span = info_span!("getOrg", otel.service = "redis", otel.kind = "client", org = name);
///     async { /* ask Redis */ }.instrument(span).await;
/// }
/// ```
///
/// In Jaeger, and in the terminal, that span stands in the caller's trace under the service `redis`. It is meant for parts
/// of a program that are services of their own in all but their process, and for stand-ins of services that are not
/// there. A real service tells of itself.
///
/// Services need not be announced. Each has the resource attributes of `OTEL_RESOURCE_ATTRIBUTES` but for `service.*`,
/// and the exporters, sampler and limits of the program's own. There can be 64 of them.
#[derive(Clone)]
pub struct Services(Arc<Inner>);

struct Inner {
    own: (SdkTracerProvider, SdkTracer),
    others: RwLock<HashMap<String, (SdkTracerProvider, SdkTracer)>>,
    shared: Resource,
    scope: InstrumentationScope,
    make: Make,
}

/// What makes a provider, all but its resource.
pub(crate) type Make = Box<dyn Fn() -> TracerProviderBuilder + Send + Sync>;

impl Services {
    /// The program's own service by its resource, and what the others take from it.
    pub(crate) fn new(own: Resource, make: Make) -> Self {
        let scope = InstrumentationScope::builder(env!("CARGO_PKG_NAME"))
            .with_version(env!("CARGO_PKG_VERSION"))
            .build();
        let shared = own.iter().filter(|(key, _)| !key.as_str().starts_with("service."));
        let shared = shared.map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
        let shared = Resource::builder_empty().with_attributes(shared).build();
        let own = provider(&make, own, &scope);
        Self(Arc::new(Inner { own, others: RwLock::default(), shared, scope, make }))
    }

    /// The provider of the program's own service.
    pub(super) fn own(&self) -> &SdkTracerProvider {
        &self.0.own.0
    }

    /// Flushes and ends all providers, the program's own last.
    pub(super) fn shut_down(&self, timeout: Duration) {
        let deadline = Instant::now() + timeout;
        let others = self.0.others.read().unwrap_or_else(PoisonError::into_inner);
        for (provider, _) in others.values().chain([&self.0.own]) {
            // What cannot be sent in time is lost, and the exporter has said so.
            let _ = provider.shutdown_with_timeout(deadline.saturating_duration_since(Instant::now()));
        }
    }

    /// The tracer of another service, made at its first span; none where there are too many.
    fn other(&self, name: &str) -> Option<SdkTracer> {
        let others = self.0.others.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, tracer)) = others.get(name) {
            return Some(tracer.clone());
        }
        drop(others);
        let mut others = self.0.others.write().unwrap_or_else(PoisonError::into_inner);
        if others.len() >= MOST && !others.contains_key(name) {
            return None;
        }
        let (_, tracer) = others.entry(name.to_owned()).or_insert_with(|| {
            let attributes =
                self.0.shared.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
            let resource = Resource::builder_empty()
                .with_attributes(attributes)
                .with_service_name(name.to_owned())
                .build();
            provider(&self.0.make, resource, &self.0.scope)
        });
        Some(tracer.clone())
    }
}

fn provider(make: &Make, resource: Resource, scope: &InstrumentationScope) -> (SdkTracerProvider, SdkTracer) {
    let provider = make().with_resource(resource).build();
    let tracer = provider.tracer_with_scope(scope.clone());
    (provider, tracer)
}

impl Tracer for Services {
    type Span = Span;

    fn build_with_context(&self, mut builder: SpanBuilder, parent: &Context) -> Span {
        let own = &self.0.own;
        let Some(attributes) = builder.attributes.as_mut() else {
            return own.1.build_with_context(builder, parent);
        };
        let named = attributes.iter().position(|attribute| attribute.key.as_str() == FIELD);
        let Some(named) = named else {
            return own.1.build_with_context(builder, parent);
        };
        let name = attributes[named].value.as_str();
        match self.other(&name) {
            Some(tracer) => {
                attributes.remove(named);
                tracer.build_with_context(builder, parent)
            }
            None => own.1.build_with_context(builder, parent),
        }
    }
}

impl fmt::Debug for Services {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Services").finish_non_exhaustive()
    }
}

/// The pod that the program runs in, as far as its variables say: those that manifests take from the downward API.
fn pod(var: impl Fn(&str) -> Option<String>) -> impl Iterator<Item = KeyValue> {
    let names = [
        ("k8s.pod.name", "POD_NAME"),
        ("k8s.pod.uid", "POD_UID"),
        ("k8s.namespace.name", "POD_NAMESPACE"),
        ("k8s.node.name", "NODE_NAME"),
    ];
    names.into_iter().filter_map(move |(attribute, name)| {
        let value = var(name).filter(|value| !value.is_empty())?;
        Some(KeyValue::new(attribute, value))
    })
}

/// The resource of the program's own service.
///
/// By the rules of OpenTelemetry `OTEL_SERVICE_NAME` wins over `OTEL_RESOURCE_ATTRIBUTES`, and both over what the program
/// says; the SDK has the first two the wrong way round.
pub(super) fn own_resource(
    service: &str,
    attributes: Vec<KeyValue>,
    var: impl Fn(&str) -> Option<String>,
) -> Resource {
    let told = Resource::builder().build();
    let from_attributes = told.get(&"service.name".into()).map(|name| name.as_str().into_owned());
    let in_attributes = var("OTEL_RESOURCE_ATTRIBUTES")
        .is_some_and(|all| all.split(',').any(|one| one.trim_start().starts_with("service.name=")));
    let name = var("OTEL_SERVICE_NAME")
        .filter(|name| !name.is_empty())
        .or(from_attributes.filter(|_| in_attributes))
        .or_else(|| var("JAEGER_SERVICE_NAME").filter(|_| cfg!(feature = "jaeger")))
        .unwrap_or_else(|| service.to_owned());
    Resource::builder_empty()
        .with_attributes(pod(&var))
        .with_attributes(attributes)
        .with_attributes(told.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone())))
        .with_attribute(KeyValue::new("service.name", Value::from(name)))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::sink::{Ended, Sink, Tap};
    use std::sync::Mutex;

    #[derive(Debug, Default)]
    struct Names(Mutex<Vec<(String, bool)>>);

    impl Sink for Names {
        fn take(&self, ended: Ended) {
            let named = ended.attribute(FIELD).is_some();
            self.0.lock().expect("no test panicked").push((ended.service.name.clone(), named));
        }
    }

    fn services(own: Resource) -> (Services, Arc<Names>) {
        let names = Arc::new(Names::default());
        let sink = Arc::clone(&names);
        let make = move || SdkTracerProvider::builder().with_span_processor(Tap::new(Arc::clone(&sink)));
        (Services::new(own, Box::new(make)), names)
    }

    #[test]
    fn a_span_goes_to_the_service_that_it_names_and_the_name_is_taken_off() {
        let (services, names) = services(own_resource("app", Vec::new(), |_| None));
        for service in [None, Some("redis"), Some("redis"), Some("aws")] {
            let attributes = service.map(|service| KeyValue::new(FIELD, service));
            let span = SpanBuilder::from_name("work").with_attributes(attributes);
            drop(services.build_with_context(span, &Context::new()));
        }
        let names = names.0.lock().expect("no test panicked").clone();
        assert_eq!(names, ["app", "redis", "redis", "aws"].map(|name| (name.to_owned(), false)));
        assert_eq!(services.0.others.read().expect("no test panicked").len(), 2);
    }

    #[test]
    fn changing_values_in_the_field_do_not_make_services_without_end() {
        let (services, names) = services(own_resource("app", Vec::new(), |_| None));
        for number in 0..2 * MOST {
            let attribute = KeyValue::new(FIELD, number.to_string());
            let span = SpanBuilder::from_name("work").with_attributes([attribute]);
            drop(services.build_with_context(span, &Context::new()));
        }
        assert_eq!(services.0.others.read().expect("no test panicked").len(), MOST);
        let names = names.0.lock().expect("no test panicked").clone();
        assert_eq!(names.last(), Some(&("app".to_owned(), true)));
    }

    #[test]
    fn a_service_shares_the_resource_but_for_what_is_about_the_programs_own() {
        let attributes =
            vec![KeyValue::new("service.version", "1.2.3"), KeyValue::new("k8s.pod.name", "app-0")];
        let (services, _) = services(own_resource("app", attributes, |_| None));
        let shared: Vec<_> = services.0.shared.iter().map(|(key, _)| key.as_str().to_owned()).collect();
        assert!(shared.contains(&"k8s.pod.name".to_owned()), "{shared:?}");
        assert!(!shared.iter().any(|key| key.starts_with("service.")), "{shared:?}");
    }

    #[test]
    fn the_pod_is_known_by_its_variables_unless_the_program_says_another() {
        let var = |name: &str| match name {
            "POD_NAME" => Some("app-0".to_owned()),
            "NODE_NAME" => Some("n7".to_owned()),
            "POD_NAMESPACE" => Some(String::new()),
            _ => None,
        };
        let resource = own_resource("app", vec![KeyValue::new("k8s.node.name", "mine")], var);
        let value = |key: &'static str| resource.get(&key.into()).map(|value| value.as_str().into_owned());
        assert_eq!(value("k8s.pod.name").as_deref(), Some("app-0"));
        assert_eq!(value("k8s.node.name").as_deref(), Some("mine"));
        assert_eq!(value("k8s.namespace.name"), None);
    }

    #[test]
    fn the_variable_of_the_service_name_wins_over_all() {
        let name = |vars: &[(&str, &str)]| {
            let var =
                |name: &str| vars.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            let resource = own_resource("app", Vec::new(), var);
            resource.get(&"service.name".into()).map(|name| name.as_str().into_owned())
        };
        assert_eq!(name(&[]).as_deref(), Some("app"));
        assert_eq!(name(&[("OTEL_SERVICE_NAME", "")]).as_deref(), Some("app"));
        assert_eq!(name(&[("OTEL_SERVICE_NAME", "told")]).as_deref(), Some("told"));
        let jaeger = ("JAEGER_SERVICE_NAME", "jaeger's");
        let by_jaeger = if cfg!(feature = "jaeger") { "jaeger's" } else { "app" };
        assert_eq!(name(&[jaeger]).as_deref(), Some(by_jaeger));
        assert_eq!(name(&[("OTEL_SERVICE_NAME", "told"), jaeger]).as_deref(), Some("told"));
    }
}
