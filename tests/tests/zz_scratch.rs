use k8s_openapi::api::core::v1::Pod;
use kooper::testing::Cluster;
use kube::{Api, api::*};
use std::time::Instant;
fn rss() -> String {
    std::fs::read_to_string("/proc/self/status")
        .unwrap()
        .lines()
        .filter(|l| l.starts_with("VmRSS") || l.starts_with("VmHWM"))
        .collect::<Vec<_>>()
        .join(" ")
}
#[tokio::test]
async fn measure() {
    let t = Instant::now();
    let cluster = Cluster::new();
    println!("new {:?}", t.elapsed());
    let client = cluster.client();
    let pods: Api<Pod> = Api::default_namespaced(client.clone());
    pods.list(&ListParams::default()).await.unwrap();
    println!("first answer {:?} {}", t.elapsed(), rss());
    let t = Instant::now();
    for n in 0..20000 {
        let body = serde_json::json!({"metadata":{"name":format!("pod-{n}"),"labels":{"app":"web"},"annotations":{"x":"y".repeat(2000)}},"spec":{"containers":[{"name":"main","image":"nginx","env":(0..40).map(|i|serde_json::json!({"name":format!("V{i}"),"value":"some value here"})).collect::<Vec<_>>()}]}});
        let request = http::Request::post("/api/v1/namespaces/default/pods")
            .header("content-type", "application/json")
            .body(serde_json::to_vec(&body).unwrap())
            .unwrap();
        let text = client.request_text(request).await.unwrap();
        if n == 0 {
            println!("size {}", text.len());
        }
    }
    println!("20000 creates {:?} {}", t.elapsed(), rss());
    let t = Instant::now();
    let mut token = String::new();
    let mut bytes = 0;
    loop {
        let uri = format!("/api/v1/pods?limit=500&continue={token}");
        let text = client.request_text(http::Request::get(uri).body(vec![]).unwrap()).await.unwrap();
        bytes += text.len();
        let head = &text[..400];
        match head.split("\"continue\":\"").nth(1) {
            Some(rest) => token = rest.split('"').next().unwrap().into(),
            None => break,
        }
    }
    println!(
        "pages {bytes} bytes in {:?} = {} MB/s {}",
        t.elapsed(),
        bytes as f64 / 1e6 / t.elapsed().as_secs_f64(),
        rss()
    );
}
