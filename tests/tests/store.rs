//! What handlers can read of the objects that their controller knows.

use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Controller, ObjectKey, controller, testing::Cluster};
use kooper_tests::{Running, pod, undecodable_pod};
use kube::{
    Api,
    api::PostParams,
    core::{Expression, ObjectMeta},
};
use serde::Deserialize;
use tokio::sync::mpsc;

/// Says what the store holds when it is given a pod.
/// The metadata of an object, whatever else it has.
#[derive(Deserialize)]
#[expect(dead_code, reason = "that it can be read is what matters")]
struct Tagged {
    metadata: ObjectMeta,
}

struct Reader(mpsc::UnboundedSender<Seen>);

#[derive(Debug, PartialEq)]
struct Seen {
    all: Vec<String>,
    here: usize,
    labelled: Vec<String>,
    decoded: usize,
    metadata: usize,
    absent: bool,
}

#[controller(resource = Pod)]
impl Reader {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        let store = ctx.store();
        let all = store.all().await;
        let labelled = store.labelled(&Expression::Equal("app".into(), "b".into()).into()).await;
        self.0.send(Seen {
            here: store.in_namespace("default").await.len(),
            labelled: labelled.iter().map(|object| object.key().to_string()).collect(),
            decoded: all.iter().filter(|object| object.decode::<Pod>().is_ok()).count(),
            metadata: all.iter().filter(|object| object.decode::<Tagged>().is_ok()).count(),
            absent: store.get(&ObjectKey::namespaced("default", "nobody")).await.is_none(),
            all: all.iter().map(|object| object.key().to_string()).collect(),
        })?;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_reads_all_that_is_known_though_it_is_given_the_first_object() {
    let cluster = Cluster::new();
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    for name in ["c", "a", "b"] {
        pods.create(&PostParams::default(), &pod(name)).await.expect("created");
    }
    let system: Api<Pod> = Api::namespaced(cluster.client(), "kube-system");
    system.create(&PostParams::default(), &pod("b")).await.expect("created");
    cluster.put(undecodable_pod("d"));
    let (sender, mut seen) = mpsc::unbounded_channel();
    let _running = Running::start(Controller::new(Reader(sender)).client(cluster.client()));
    for _ in 0..4 {
        let wanted = Seen {
            all: ["default/a", "default/b", "default/c", "default/d", "kube-system/b"]
                .map(String::from)
                .into(),
            here: 4,
            labelled: ["default/b", "kube-system/b"].map(String::from).into(),
            decoded: 4,
            metadata: 5,
            absent: true,
        };
        assert_eq!(seen.recv().await, Some(wanted));
    }
}
