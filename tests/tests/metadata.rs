//! Controllers of metadata alone, on the embedded cluster.

use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Controller, Encoding, ObjectKey, controller, testing::Cluster};
use kooper_tests::{Running, pod};
use kube::{
    Api,
    api::{DeleteParams, Patch, PatchParams, PostParams},
    core::PartialObjectMeta,
};
use serde_json::json;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

struct Labels(UnboundedSender<String>);

#[controller(resource = PartialObjectMeta<Pod>, resync = "never")]
impl Labels {
    async fn add(&self, ctx: Context, pod: PartialObjectMeta<Pod>) -> kooper::Result {
        let stored = ctx.store().get(ctx.key()).await.expect("it is known");
        let whole = stored.decode::<Pod>().expect_err("there is no more than metadata");
        assert!(whole.to_string().contains("`spec`"), "it says what is missing: {whole}");
        let same: PartialObjectMeta<Pod> = stored.decode()?;
        assert_eq!(same.metadata, pod.metadata);
        let labels = pod.metadata.labels.unwrap_or_default();
        Ok(self.0.send(format!("{} {labels:?}", ctx.key()))?)
    }

    async fn delete(&self, ctx: Context, key: ObjectKey) -> kooper::Result {
        assert!(ctx.last_seen::<Pod>().is_none(), "there was never more than metadata");
        let last: PartialObjectMeta<Pod> = ctx.last_seen().expect("its last state");
        Ok(self.0.send(format!("{key} is gone, {:?}", last.metadata.labels.unwrap_or_default()))?)
    }
}

#[tokio::test(start_paused = true)]
async fn a_controller_of_metadata_is_sent_no_more_than_that() {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        for streaming in [true, false] {
            let cluster = Cluster::new();
            let pods = Api::<Pod>::namespaced(cluster.client(), "default");
            pods.create(&PostParams::default(), &pod("web")).await.expect("it can be made");
            let (told, mut telling) = unbounded_channel();
            let controller = Controller::new(Labels(told)).encoding(encoding).streaming_lists(streaming);
            let running = Running::start(controller.client(cluster.client()));
            let mut next = async || telling.recv().await.expect("the controller runs");
            assert_eq!(next().await, r#"default/web {"app": "web"}"#);

            let patch = Patch::Merge(json!({ "metadata": { "labels": { "app": "api" } } }));
            pods.patch("web", &PatchParams::default(), &patch).await.expect("it can be changed");
            assert_eq!(next().await, r#"default/web {"app": "api"}"#);
            pods.delete("web", &DeleteParams::default().grace_period(0)).await.expect("it can be deleted");
            assert_eq!(next().await, r#"default/web is gone, {"app": "api"}"#);
            running.stop().await.expect("it drains");

            let asked = cluster.requests().matching(|request| request.resource.as_deref() == Some("pods"));
            let of_controller = asked.iter().filter(|request| matches!(&*request.verb, "list" | "watch"));
            for request in of_controller {
                let form = if request.verb == "list" {
                    "as=PartialObjectMetadataList;"
                } else {
                    "as=PartialObjectMetadata;"
                };
                let accept = request.accept.as_deref().unwrap_or_default();
                assert!(accept.contains(form), "{} asks for `{accept}`", request.verb);
            }
        }
    }
}
