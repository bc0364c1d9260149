//! Random operations on both servers: equal answers, equal final states, equal events.
//!
//! A failure names its seed. `RANDOM_SEED` is another one than the usual, `RANDOM_SEED=new` one that nobody chose;
//! `RANDOM_OPERATIONS` is another number of operations.

use std::{
    collections::HashMap,
    env, fs,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use http::Request;
use http_body_util::BodyExt;
use kooper::testing::Cluster;
use kooper_tests::{ApiServer, testbed};
use kube::client::Body;
use serde_json::{Value, json};
use tokio::task::AbortHandle;

use crate::{
    compare::{Known, compare, normal},
    operations::{Kind, Operations, definition},
    scenario::Step,
    side::Side,
};

const OPERATIONS: usize = 2000;
const SEED: u64 = 137;
/// How long the last event may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// The name of the objects whose events are the last.
const LAST: &str = "the-last";

fn number<T: std::str::FromStr>(name: &str) -> Option<T> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

#[tokio::test]
async fn random_operations_leave_equal_objects_and_equal_events() {
    let what = "random operations on the embedded cluster and a real kube-apiserver";
    let Some(testbed) = testbed(what) else { return };
    // One of its own: what it defines would show in the discovery of others.
    let server = ApiServer::start(&testbed, env!("CARGO_TARGET_TMPDIR"));
    let seed = match env::var("RANDOM_SEED").as_deref() {
        Ok("new") => fastrand::u64(..),
        _ => number("RANDOM_SEED").unwrap_or(SEED),
    };
    let count = number("RANDOM_OPERATIONS").unwrap_or(OPERATIONS);
    let again = format!("RANDOM_SEED={seed} repeats it");
    println!("{again}");

    let namespace = format!("random-{}", std::process::id());
    let mut real = Side::new(server.client().await, &namespace).await;
    let mut embedded = Side::new(Cluster::builder().controllers(false).build().client(), &namespace).await;
    for side in [&mut real, &mut embedded] {
        begin(side).await;
    }
    let (real_events, embedded_events) = (Events::watch(&real).await, Events::watch(&embedded).await);

    let known = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cluster_truth/known.txt");
    let mut known = Known::read(&fs::read_to_string(known).expect("the list of differences"));
    let mut operations = Operations::new(seed);
    let (mut refused, mut wrong) = (0, Vec::new());
    // What made each version of the real server.
    let mut written: Vec<(String, String)> = Vec::new();
    for turn in 0..count {
        let step = operations.next();
        let (truth, answer) = tokio::join!(real.ask(&step), embedded.ask(&step));
        written.push((version(&truth.body).to_owned(), step.to_string()));
        refused += usize::from(truth.code >= 400);
        let differences = known.differences(&step, &truth, &answer);
        if !differences.is_empty() {
            wrong.push(format!("operation {turn}: {step}\n    {}", differences.join("\n    ")));
        }
        // What follows from a difference tells nothing.
        assert!(wrong.len() < 5, "{again}\n\n{}", wrong.join("\n\n"));
    }
    assert!(wrong.is_empty(), "{again}\n\n{}", wrong.join("\n\n"));
    assert!(refused > 0 && refused * 2 < count, "{refused} of {count} were refused: {again}");

    let mut events = 0;
    for (at, kind) in Kind::ALL.into_iter().enumerate() {
        let list =
            Step { verb: "GET".into(), how: String::new(), path: kind.path().into(), body: String::new() };
        let (truth, answer) = tokio::join!(real.ask(&list), embedded.ask(&list));
        assert_eq!(known.differences(&list, &truth, &answer), [""; 0], "the objects at the end; {again}");
        let body = last(kind);
        let end = Step { verb: "POST".into(), body, ..list };
        let (truth, answer) = tokio::join!(real.ask(&end), embedded.ask(&end));
        assert_eq!((truth.code, answer.code), (201, 201), "{truth}\n{answer}");
        let (truths, seens) = (changes(real_events.all(at).await), embedded_events.all(at).await);
        events += truths.len();
        for (turn, (truth, seen)) in truths.iter().zip(&seens).enumerate() {
            let mut found = Vec::new();
            compare("", &normal(truth), &normal(seen), &mut found);
            let by = |event: &Value| {
                let version = version(&event["object"]);
                written.iter().find(|(known, _)| known == version).map_or("", |(_, step)| step)
            };
            let what = || {
                let (truth, seen) = (outline(&truths[turn..]), outline(&seens[turn..]));
                format!("from {truth}\nis {seen}\nby {}", by(&truths[turn]))
            };
            assert!(found.is_empty(), "event {turn} of {kind:?}: {}\n{found:#?}; {again}", what());
        }
        assert_eq!(truths.len(), seens.len(), "events of {kind:?}; {again}");
    }
    println!("{count} operations, {refused} refused, {events} events");
    let definition =
        format!("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.{namespace}.example");
    let delete = Step { verb: "DELETE".into(), how: String::new(), path: definition, body: String::new() };
    real.ask(&delete).await;
    real.clean_up().await;
}

fn version(object: &Value) -> &str {
    object["metadata"]["resourceVersion"].as_str().unwrap_or_default()
}

/// The events that tell a change. A real server stores what is empty in an applied custom resource, does not show it, and
/// leaves it out the next time that it writes the object: also where nothing else changes.
fn changes(events: Vec<Value>) -> Vec<Value> {
    let mut states: HashMap<String, Value> = HashMap::new();
    let mut changed = |event: &Value| {
        let name = event["object"]["metadata"]["name"].to_string();
        let state = normal(event);
        states.insert(name, state.clone()).is_none_or(|before| before != state)
    };
    events.into_iter().filter(|event| changed(event) || event["type"] != "MODIFIED").collect()
}

/// The next events in short.
fn outline(events: &[Value]) -> String {
    let short = events.iter().take(5).map(|event| {
        let metadata = &event["object"]["metadata"];
        format!("{} {} in version {}", event["type"], metadata["name"], metadata["resourceVersion"])
    });
    short.collect::<Vec<_>>().join(", ")
}

/// Defines the custom resource and waits for it.
async fn begin(side: &mut Side) {
    let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions".into();
    let define = Step { verb: "POST".into(), how: String::new(), path, body: definition().to_string() };
    let made = side.ask(&define).await;
    assert_eq!(made.code, 201, "{made}");
    let path = "/apis/NS.example/v1/namespaces/NS/things".into();
    side.ask(&Step { verb: "READY".into(), how: String::new(), path, body: String::new() }).await;
}

fn last(kind: Kind) -> String {
    let (api_version, name) = kind.head();
    let mut object = json!({ "apiVersion": api_version, "kind": name, "metadata": { "name": LAST } });
    if kind == Kind::Pod {
        object["spec"] = json!({ "containers": [{ "name": "main", "image": "i" }] });
    }
    object.to_string()
}

/// The events of one side, as they come in, one list a kind.
struct Events {
    seen: Vec<Arc<Mutex<Vec<Value>>>>,
    tasks: Vec<AbortHandle>,
}

impl Events {
    async fn watch(side: &Side) -> Self {
        let (mut seen, mut tasks) = (Vec::new(), Vec::new());
        for kind in Kind::ALL {
            let path = kind.path().replace("NS", side.namespace());
            let request = Request::get(format!("{path}?watch=true&resourceVersion=0")).body(Body::empty());
            let request = request.expect("the path is sound");
            let mut body = side.client().send(request).await.expect("a watch is answered").into_body();
            let events = Arc::new(Mutex::new(Vec::new()));
            let kept = Arc::clone(&events);
            let task = tokio::spawn(async move {
                let mut rest = Vec::new();
                while let Some(Ok(frame)) = body.frame().await {
                    rest.extend_from_slice(frame.data_ref().expect("a watch sends data"));
                    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                        let line: Vec<u8> = rest.drain(..=end).collect();
                        let event = serde_json::from_slice(&line).expect("a line is an event");
                        kept.lock().expect("nothing panics while it holds it").push(event);
                    }
                }
            });
            seen.push(events);
            tasks.push(task.abort_handle());
        }
        Self { seen, tasks }
    }

    /// All events of a kind up to the last.
    async fn all(&self, kind: usize) -> Vec<Value> {
        let done = async {
            loop {
                let seen = self.seen[kind].lock().expect("nothing panics while it holds it").clone();
                if seen.last().is_some_and(|event| event["object"]["metadata"]["name"] == LAST) {
                    return seen;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let seen = tokio::time::timeout(PATIENCE, done).await;
        seen.unwrap_or_else(|_| {
            let seen = self.seen[kind].lock().expect("nothing panics while it holds it");
            panic!("after {} events no last one came, but {:#?}", seen.len(), seen.last());
        })
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}
