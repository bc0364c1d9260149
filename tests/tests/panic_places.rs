//! Without places of panics no hook is set. In a program of its own, since a hook is the process's.

use k8s_openapi::api::core::v1::Pod;
use kooper::{
    Controller, controller,
    testing::{Cluster, Traces},
};
use kooper_tests::{Running, pod};
use kube::{Api, api::PostParams};

struct Panics;

#[controller(resource = Pod, retries = 0)]
impl Panics {
    async fn add(&self, _pod: Pod) -> kooper::Result {
        panic!("boom")
    }
}

#[tokio::test(start_paused = true)]
async fn a_controller_that_leaves_the_hook_out_tells_no_place_and_sets_no_hook() {
    let (cluster, traces) = (Cluster::new(), Traces::new());
    let _recording = traces.install();
    let controller = Controller::new(Panics).client(cluster.client()).panic_places(false);
    let _running = Running::start(controller);
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    pods.create(&PostParams::default(), &pod("web")).await.expect("created");
    traces.wait(|traces| traces.of("default/web").attempts().len() == 1).await;
    let root = traces.of("default/web").attempts()[0].root();
    assert_eq!(root.error().as_deref(), Some("handler panicked: boom"));
    assert_eq!(root.attr("kooper.panic.location").as_str(), None);
}
