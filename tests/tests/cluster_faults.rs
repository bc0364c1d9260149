//! The embedded cluster: faults of requests, the journal, and the front on TCP.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kooper::testing::Cluster;
use kube::{
    Api, Client, Error,
    api::ListParams,
    config::{KubeConfigOptions, Kubeconfig},
};
use serde_json::json;
use tokio::time::Instant;

fn pods(cluster: &Cluster) -> Api<Pod> {
    Api::default_namespaced(cluster.client())
}

async fn list(pods: &Api<Pod>) -> Result<usize, Error> {
    pods.list(&ListParams::default()).await.map(|list| list.items.len())
}

#[tokio::test]
async fn a_fault_meets_as_many_requests_as_it_says() {
    let cluster = Cluster::new();
    let pods = pods(&cluster);
    for code in [401, 403, 404, 410, 500, 503, 504] {
        cluster.faults().next(2).verb("list").resource("pods").status(code);
        for _ in 0..2 {
            assert!(matches!(list(&pods).await, Err(Error::Api(status)) if status.code == code), "{code}");
        }
        assert_eq!(list(&pods).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_fault_leaves_other_requests_alone_and_can_be_lifted() {
    let cluster = Cluster::new();
    let pods = pods(&cluster);
    cluster.faults().every().verb("get").resource("pods").name("web").status(500);
    assert_eq!(list(&pods).await.unwrap(), 0);
    assert!(matches!(pods.get("db").await, Err(Error::Api(status)) if status.code == 404));
    assert!(matches!(pods.get("web").await, Err(Error::Api(status)) if status.code == 500));
    cluster.faults().clear();
    assert!(matches!(pods.get("web").await, Err(Error::Api(status)) if status.code == 404));
}

#[tokio::test]
async fn connections_are_refused_broken_and_garbled() {
    let cluster = Cluster::new();
    let pods = pods(&cluster);
    cluster.faults().next(1).refuse();
    assert!(matches!(list(&pods).await, Err(Error::Service(_))));
    cluster.faults().next(1).cut(10);
    assert!(!matches!(list(&pods).await, Ok(_) | Err(Error::Api(_))));
    cluster.faults().next(1).garble();
    assert!(!matches!(list(&pods).await, Ok(_) | Err(Error::Api(_))));
    assert_eq!(list(&pods).await.unwrap(), 0);
}

#[tokio::test]
async fn too_many_requests_carry_how_long_to_wait() {
    let cluster = Cluster::new();
    cluster.faults().next(1).resource("pods").too_many_requests(Duration::from_secs(7));
    let request = http::Request::get("/api/v1/pods").body(kube::client::Body::empty()).unwrap();
    let response = cluster.client().send(request).await.unwrap();
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "7");
}

#[tokio::test(start_paused = true)]
async fn slow_and_hanging_answers_live_on_the_paused_clock() {
    let cluster = Cluster::new();
    let pods = pods(&cluster);
    let start = Instant::now();
    cluster.faults().next(1).slow(Duration::from_secs(7));
    assert_eq!(list(&pods).await.unwrap(), 0);
    assert_eq!(start.elapsed().as_secs(), 7);
    cluster.faults().next(1).hang();
    assert!(tokio::time::timeout(Duration::from_hours(1), list(&pods)).await.is_err());
}

#[tokio::test]
async fn the_same_seed_draws_the_same_faults() {
    let draw = async |seed: u64| {
        let cluster = Cluster::new();
        let pods = pods(&cluster);
        cluster.faults().every().chance(0.5, seed).status(500);
        let mut drawn = Vec::new();
        for _ in 0..64 {
            drawn.push(list(&pods).await.is_err());
        }
        drawn
    };
    let first = draw(7).await;
    assert_eq!(first, draw(7).await);
    assert_ne!(first, draw(8).await);
    let failed = first.iter().filter(|failed| **failed).count();
    assert!((16..48).contains(&failed), "about half of 64: {failed}");
}

#[tokio::test]
async fn a_list_after_a_silent_loss_does_not_show_the_object() {
    let cluster = Cluster::new();
    cluster.put(json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "web" } }));
    assert!(cluster.faults().vanish("pods", &"default/web".parse().unwrap()));
    assert_eq!(list(&pods(&cluster)).await.unwrap(), 0);
}

#[tokio::test]
async fn requests_are_told_as_they_were_asked() {
    let cluster = Cluster::new();
    let pods = pods(&cluster);
    let waiting = tokio::spawn({
        let requests = cluster.requests();
        async move { requests.wait_for_count(2, |request| request.is("list", "pods")).await }
    });
    list(&pods).await.unwrap();
    pods.list(&ListParams::default().limit(5).labels("app=web")).await.unwrap();
    let asked = waiting.await.unwrap();
    assert_eq!(asked[1].query_value("limit").as_deref(), Some("5"));
    assert_eq!(asked[1].query_value("labelSelector").as_deref(), Some("app=web"));
    assert_eq!(asked[1].namespace.as_deref(), Some("default"));
    assert!(asked[1].to_string().starts_with("list /api/v1/namespaces/default/pods?"), "{}", asked[1]);
    assert_eq!(cluster.requests().count("list", "pods"), 2);
    cluster.requests().clear();
    assert_eq!(cluster.requests().all().len(), 0);
}

#[tokio::test(start_paused = true)]
#[should_panic(expected = "list /api/v1/namespaces/default/pods")]
async fn waiting_in_vain_tells_what_was_asked_instead() {
    let cluster = Cluster::new();
    list(&pods(&cluster)).await.unwrap();
    cluster.requests().wait_for(|request| request.is("watch", "pods")).await;
}

#[tokio::test]
async fn the_front_on_tcp_serves_the_same_cluster() {
    let cluster = Cluster::new();
    cluster.put(json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "web" } }));
    let server = cluster.serve(0).await.unwrap();
    let kubeconfig = Kubeconfig::from_yaml(&server.kubeconfig()).unwrap();
    let config =
        kube::Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default()).await.unwrap();
    let remote: Api<Pod> = Api::default_namespaced(Client::try_from(config).unwrap());
    assert_eq!(list(&remote).await.unwrap(), 1);

    cluster.faults().next(1).refuse();
    assert!(!matches!(list(&remote).await, Ok(_) | Err(Error::Api(_))));
    assert_eq!(list(&remote).await.unwrap(), 1);

    drop(server);
    tokio::task::yield_now().await;
    assert!(list(&remote).await.is_err());
    assert_eq!(list(&pods(&cluster)).await.unwrap(), 1);
}
