//! Bad requests: whatever is sent to the embedded cluster, it answers as a server does.
//!
//! ```sh
//! cargo test -p kooper-tests --test cluster_fuzz                              # 2 s of each
//! KOOPER_FUZZ_SECONDS=600 cargo test -p kooper-tests --test cluster_fuzz      # for as long as is asked for
//! KOOPER_FUZZ_SEED=17 cargo test -p kooper-tests --test cluster_fuzz          # another sequence; 1 unless set
//! ```
//!
//! Method, path, query, headers and body are drawn from words that mean something to the server, then broken here and there:
//! what is only noise would not get past the first check. The clock is paused, so waits and watches take no time.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use fastrand::Rng;
use futures_util::FutureExt;
use http::{Method, Request, Response};
use http_body_util::BodyExt;
use kooper::testing::Cluster;
use kooper_tests::BadRequest;
use kube::{Client, client::Body};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    env, fs,
    panic::AssertUnwindSafe,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Seconds of each test unless the environment says otherwise.
const SECONDS: u64 = 2;
/// Requests after which a cluster has seen enough and a new one begins.
const OF_A_CLUSTER: usize = 3_000;
/// Requests that are sent however long they take, so that some of each kind are among them.
const AT_LEAST: u32 = 3_000;
/// Requests that the server keeps for tests.
const KEPT: usize = 10_000;
/// Requests that warm up the allocator.
const WARM_UP: usize = 500;
/// Megabytes that a process may come to hold by chance, by the fragments that its allocator keeps.
const CHANCE: f64 = 24.0;

/// What a real server answers with 500 as well: a version that is no number, and one on what is to be created.
const REAL_500: [&str; 3] = [
    "strconv.ParseUint: parsing",
    "resourceVersion should not be set on objects to be created",
    "failed to create typed patch object",
];

/// Held while a test runs: what the process holds is to be one test's.
static TURN: Mutex<()> = Mutex::new(());

fn number(variable: &str, otherwise: u64) -> u64 {
    env::var(variable).map_or(otherwise, |value| value.parse().expect(variable))
}

fn run(test: impl AsyncFn(Rng, Duration)) {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let rng = Rng::with_seed(number("KOOPER_FUZZ_SEED", 1));
    let time = Duration::from_secs(number("KOOPER_FUZZ_SECONDS", SECONDS));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    runtime.expect("a runtime").block_on(test(rng, time));
}

/// A cluster with some objects to aim at.
fn target() -> (Cluster, Client) {
    let cluster = Cluster::new();
    let client = cluster.client();
    let containers = json!([{ "name": "main", "image": "nginx" }]);
    for (api_version, kind, rest) in [
        ("v1", "Pod", json!({ "spec": { "containers": containers } })),
        ("v1", "ConfigMap", json!({ "data": { "key": "value" } })),
        (
            "apps/v1",
            "Deployment",
            json!({ "spec": {
            "selector": { "matchLabels": { "app": "web" } },
            "template": { "metadata": { "labels": { "app": "web" } }, "spec": { "containers": containers } },
        } }),
        ),
    ] {
        let mut object = json!({ "apiVersion": api_version, "kind": kind, "metadata": { "name": "web" } });
        for (field, value) in rest.as_object().unwrap() {
            object[field] = value.clone();
        }
        cluster.put(object);
    }
    let schema = json!({ "type": "object", "properties": { "spec": { "type": "object", "properties": {
        "host": { "type": "string" }, "replicas": { "type": "integer", "default": 1 },
    } } } });
    cluster.define(&json!({
        "metadata": { "name": "sites.example.com" },
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": { "plural": "sites", "singular": "site", "kind": "Site" },
            "versions": [{
                "name": "v1", "served": true, "storage": true, "schema": { "openAPIV3Schema": schema },
                "subresources": { "status": {}, "scale": {
                    "specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas",
                } },
            }],
        },
    }));
    (cluster, client)
}

/// Sends a request and checks its answer; gives the status and the body. `None` where no HTTP client could send it.
async fn send(client: &Client, bad: &BadRequest) -> Option<(u16, Vec<u8>)> {
    let mut request =
        Request::builder().method(Method::from_bytes(bad.method.as_bytes()).ok()?).uri(&bad.uri);
    for (name, value) in &bad.headers {
        request = request.header(*name, value);
    }
    let request = request.body(Body::from(bad.body.clone())).ok()?;
    let answer = AssertUnwindSafe(async {
        let response = client.send(request).await.expect("an answer, whatever was asked");
        let (parts, mut body) = response.into_parts();
        let mut bytes = Vec::new();
        // A watch goes on for long: some of it will do.
        for _ in 0..4 {
            match tokio::time::timeout(Duration::from_mins(2), body.frame()).await {
                Ok(Some(frame)) => {
                    bytes.extend(frame.expect("it does not break").into_data().unwrap_or_default());
                }
                Ok(None) => return (Response::from_parts(parts, bytes), true),
                Err(_) => break,
            }
        }
        (Response::from_parts(parts, bytes), false)
    });
    let Ok((response, whole)) = answer.catch_unwind().await else { panic!("this request panics: {bad}") };
    check(bad, &response, whole);
    Some((response.status().as_u16(), response.into_body()))
}

fn check(bad: &BadRequest, response: &Response<Vec<u8>>, whole: bool) {
    let status = response.status().as_u16();
    let text = String::from_utf8_lossy(response.body());
    let known = [200, 201, 400, 403, 404, 405, 406, 409, 410, 413, 415, 422, 500, 504];
    assert!(known.contains(&status), "{status} for {bad}\n{text}");
    assert!(status != 500 || REAL_500.iter().any(|real| text.contains(real)), "500 for {bad}\n{text}");
    let is_json = response.headers().get("content-type").is_some_and(|value| value == "application/json");
    if !is_json || !whole || bad.is_watch() {
        return;
    }
    let answer: Value = serde_json::from_slice(response.body())
        .unwrap_or_else(|error| panic!("{error} in the answer to {bad}\n{text}"));
    if status >= 400 {
        assert_eq!(answer["kind"], "Status", "of {bad}\n{text}");
        assert_eq!(answer["code"], status, "of {bad}\n{text}");
        assert!(answer["message"].is_string(), "of {bad}\n{text}");
    }
}

#[test]
fn no_request_makes_the_server_panic_or_answer_500() {
    run(async |mut rng, time| {
        let began = Instant::now();
        let mut sent = 0;
        let mut statuses = BTreeMap::<u16, u32>::new();
        while began.elapsed() < time || sent < AT_LEAST {
            let (_cluster, client) = target();
            let mut seen = Vec::new();
            for _ in 0..OF_A_CLUSTER {
                let bad = BadRequest::draw(&mut rng, &seen);
                if let Some((status, answer)) = send(&client, &bad).await {
                    sent += 1;
                    *statuses.entry(status).or_default() += 1;
                    BadRequest::learn(&mut seen, &answer);
                }
                if began.elapsed() >= time && sent >= AT_LEAST {
                    break;
                }
            }
        }
        eprintln!("{sent} requests in {:?}, their answers by status: {statuses:?}", began.elapsed());
        // They are bad in many ways, and some are not.
        for status in [200, 201, 400, 404, 405, 409, 415, 422] {
            assert!(statuses.get(&status).is_some_and(|count| *count > 1), "few of {status}: {statuses:?}");
        }
    });
}

/// Megabytes that the process holds; `None` where no kernel tells.
fn resident() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches("kB").trim().parse::<f64>().ok()? / 1024.0)
}

#[test]
fn requests_that_leave_no_object_leave_no_memory_behind() {
    run(async |mut rng, time| {
        let (cluster, client) = target();
        let ask = async |rng: &mut Rng| {
            let bad = BadRequest::draw(rng, &[]).that_leaves_nothing();
            send(&client, &bad).await;
        };
        for _ in 0..KEPT {
            let request = Request::get("/healthz").body(Body::empty()).unwrap();
            client.send(request).await.unwrap();
        }
        for _ in 0..WARM_UP {
            ask(&mut rng).await;
        }
        let Some(before) = resident() else {
            return eprintln!("SKIPPED: no kernel tells how much memory is held");
        };
        let (began, mut sent) = (Instant::now(), 0);
        while began.elapsed() < time {
            ask(&mut rng).await;
            sent += 1;
        }
        let after = resident().unwrap();
        eprintln!("{sent} requests in {:?}: {before:.1} MB before, {after:.1} MB after", began.elapsed());
        assert!(after - before < CHANCE, "{sent} requests that left no object hold {:.1} MB", after - before);
        assert_eq!(cluster.requests().all().len(), KEPT);
    });
}
