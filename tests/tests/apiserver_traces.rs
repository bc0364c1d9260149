//! What a real kube-apiserver makes of the `traceparent` that a handler's calls carry: its spans stand in the handler's trace for
//! those in whom it trusts, and link to it for everyone else.

use k8s_openapi::api::{
    core::v1::Pod,
    rbac::v1::{ClusterRole, ClusterRoleBinding},
};
use kooper::{
    Context, Controller, controller,
    telemetry::{self, Otlp},
};
use kooper_tests::{ApiServer, Jaeger, JaegerSpan, Running, arrived, jaeger_spans, pod, testbed};
use kube::{Api, api::PostParams};
use serde_json::json;
use std::{
    path::Path,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::sync::mpsc;
use tracing_subscriber::layer::SubscriberExt as _;

/// The name under which kube-apiserver tells of itself.
const SERVER: &str = "apiserver";

/// Reads its pod once more, and tells that it has.
struct Reader(mpsc::UnboundedSender<()>);

#[controller(resource = Pod, name = "reader", namespace = "default", resync = "never")]
impl Reader {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        let pods: Api<Pod> = Api::default_namespaced(ctx.client());
        pods.get(ctx.key().name()).await?;
        Ok(self.0.send(())?)
    }
}

/// Runs the controller as a user until it has handled the pod. Gives the span of its call, as it is in Jaeger.
async fn call(server: &ApiServer, jaeger: &Jaeger, user: &str) -> JaegerSpan {
    let service = format!("controller-of-{user}");
    let telemetry = telemetry::builder(&*service)
        .otlp(Otlp::http().endpoint(jaeger.otlp_http()))
        .build()
        .expect("good settings");
    {
        let _set = tracing::subscriber::set_default(tracing_subscriber::registry().with(telemetry.layer()));
        let (done, mut read) = mpsc::unbounded_channel();
        let running = Running::start(Controller::new(Reader(done)).client(server.client_of(user).await));
        read.recv().await.expect("the controller runs");
        running.stop().await.expect("it stops");
    }
    tokio::task::spawn_blocking(move || drop(telemetry)).await.expect("it is flushed");
    let spans = arrived(jaeger, &[&service], 3);
    spans.into_values().find(|span| span.name == "get pods").expect("the call is a span")
}

/// The first of the server's own spans that is as wanted, once there is one.
fn server_span(jaeger: &Jaeger, since: u128, wanted: impl Fn(&JaegerSpan) -> bool) -> JaegerSpan {
    let began = Instant::now();
    loop {
        let path = format!("/api/traces?service={SERVER}&limit=5000&start={since}&end={}", micros());
        let spans = jaeger_spans(&jaeger.query(&path));
        let own: Vec<_> = spans.into_iter().filter(|span| span.service == SERVER).collect();
        if let Some(found) = own.iter().find(|span| wanted(span)) {
            return found.clone();
        }
        assert!(
            began.elapsed() < Duration::from_mins(1),
            "none of {} spans of the server's is it",
            own.len()
        );
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn micros() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_micros()
}

#[tokio::test]
async fn the_servers_spans_stand_in_the_trace_of_an_administrator_and_link_to_that_of_anyone_else() {
    let Some(folder) = testbed("kube-apiserver's own traces") else { return };
    let scratch = env!("CARGO_TARGET_TMPDIR");
    let jaeger = Jaeger::start(&folder, scratch);
    let config = Path::new(scratch).join(format!("tracing-{}.yaml", std::process::id()));
    let endpoint = jaeger.otlp_grpc().trim_start_matches("http://");
    let settings = format!(
        "apiVersion: apiserver.config.k8s.io/v1beta1\nkind: TracingConfiguration\nendpoint: {endpoint}\nsamplingRatePerMillion: 1000000\n"
    );
    std::fs::write(&config, settings).expect("a file");
    let server =
        ApiServer::start_with(&folder, scratch, &[&format!("--tracing-config-file={}", config.display())]);
    let admin = server.client().await;
    let pods: Api<Pod> = Api::default_namespaced(admin.clone());
    pods.create(&PostParams::default(), &pod("web")).await.expect("created");
    let role = json!({
        "metadata": { "name": "reader" },
        "rules": [{ "apiGroups": [""], "resources": ["pods", "namespaces"], "verbs": ["get", "list", "watch"] }],
    });
    let roles: Api<ClusterRole> = Api::all(admin.clone());
    roles
        .create(&PostParams::default(), &serde_json::from_value(role).expect("a role"))
        .await
        .expect("created");
    let binding = json!({
        "metadata": { "name": "reader" },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "reader" },
        "subjects": [{ "apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "plain" }],
    });
    let bindings: Api<ClusterRoleBinding> = Api::all(admin);
    let binding = serde_json::from_value(binding).expect("a binding");
    bindings.create(&PostParams::default(), &binding).await.expect("created");

    let since = micros();
    let of_admin = call(&server, &jaeger, "admin").await;
    let below = server_span(&jaeger, since, |span| span.ids[2] == of_admin.ids[1]);
    assert_eq!(below.ids[0], of_admin.ids[0], "it is in the handler's trace");

    let of_plain = call(&server, &jaeger, "plain").await;
    let to_call = [of_plain.ids[0].clone(), of_plain.ids[1].clone()];
    let beside = server_span(&jaeger, since, |span| span.links.contains(&to_call));
    assert_ne!(beside.ids[0], of_plain.ids[0], "it is in a trace of the server's own");
    assert_eq!(beside.ids[2], "", "as its root");
    let ours = jaeger_spans(&jaeger.query(&format!("/api/traces/{}", of_plain.ids[0])));
    assert!(
        ours.iter().all(|span| span.service != SERVER),
        "nothing of the server's stands in the handler's trace"
    );
    std::fs::remove_file(config).expect("it is there");
}
