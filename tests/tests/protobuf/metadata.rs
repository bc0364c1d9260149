//! Metadata alone, of built-in kinds and of custom resources.

use super::{CRON, CRONS, Cluster, Cron, Seen, Sink, added, answered, client, deleted, named};
use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, Controller, Encoding, ObjectKey, Runnable, controller};
use kooper_tests::{Log, Running};
use kube::core::PartialObjectMeta;
use tokio::sync::mpsc::unbounded_channel;

struct Maps(Sink<PartialObjectMeta<ConfigMap>>);

#[controller(resource = PartialObjectMeta<ConfigMap>, resync = "never")]
impl Maps {
    async fn add(&self, _ctx: Context, map: PartialObjectMeta<ConfigMap>) -> kooper::Result {
        Ok(self.0.send(Seen::Added(map))?)
    }

    async fn delete(&self, ctx: Context, key: ObjectKey) -> kooper::Result {
        let last: PartialObjectMeta<ConfigMap> = ctx.last_seen().expect("what it was");
        assert_eq!(last.metadata.name.as_deref(), Some(key.name()));
        Ok(self.0.send(Seen::Deleted(key))?)
    }
}

struct Crons(Sink<PartialObjectMeta<Cron>>);

#[controller(resource = PartialObjectMeta<Cron>, resync = "never")]
impl Crons {
    async fn add(&self, _ctx: Context, cron: PartialObjectMeta<Cron>) -> kooper::Result {
        Ok(self.0.send(Seen::Added(cron))?)
    }
}

/// Every way to ask: each encoding, by a streaming list and by pages.
fn ways<H: Runnable>(handler: impl Fn() -> H) -> impl Iterator<Item = (Controller<H>, &'static str)> {
    let ways = [Encoding::Protobuf, Encoding::Json]
        .into_iter()
        .flat_map(|encoding| [(encoding, true), (encoding, false)]);
    ways.map(move |(encoding, streaming)| {
        (Controller::new(handler()).encoding(encoding).streaming_lists(streaming), encoding.name())
    })
}

#[tokio::test]
async fn a_controller_of_metadata_is_sent_nothing_else_and_follows_it() {
    let Some(cluster) = Cluster::get() else { return };
    cluster.kubectl(["create", "namespace", "alone"]);
    cluster.kubectl(["create", "configmap", "kept", "--namespace=alone", "--from-literal=key=value"]);
    let client = client(cluster).await;
    let (sink, mut seen) = unbounded_channel();
    for (controller, encoding) in ways(|| Maps(sink.clone())) {
        let (log, _logging) = Log::install();
        let running = Running::start(controller.namespaces("alone").client(client.clone()));
        let listed = added(&mut seen, named("kept")).await;
        let types = listed.types.map(|types| types.kind);
        let in_json = (encoding == "json").then(|| "PartialObjectMetadata".to_owned());
        assert_eq!(types, in_json, "the kind stands in the items of JSON alone");
        assert!(listed.metadata.managed_fields.is_none() && listed.metadata.uid.is_some());

        cluster.kubectl(["create", "configmap", "new", "--namespace=alone", "--from-literal=key=value"]);
        added(&mut seen, named("new")).await;
        cluster.kubectl(["label", "configmap", "new", "--namespace=alone", "a=b"]);
        added(&mut seen, |map| map.metadata.labels.as_ref().is_some_and(|labels| labels["a"] == "b")).await;
        cluster.kubectl(["delete", "configmap", "new", "--namespace=alone"]);
        deleted(&mut seen, "alone/new").await;
        running.stop().await.expect("it drains");
        assert_eq!(answered(&log), [encoding]);
        assert!(log.warnings().is_empty(), "nothing is wrong: {log:?}");
    }
}

#[tokio::test]
async fn the_metadata_of_a_custom_resource_comes_in_protobuf() {
    let Some(cluster) = Cluster::get() else { return };
    cluster.apply(CRONS);
    cluster.kubectl(["wait", "--for=condition=Established", "crd/crons.kooper.test"]);
    cluster.apply(&CRON.replace("nightly", "weekly"));
    let client = client(cluster).await;
    let (sink, mut seen) = unbounded_channel();
    for (controller, encoding) in ways(|| Crons(sink.clone())) {
        let (log, _logging) = Log::install();
        let running = Running::start(controller.client(client.clone()));
        let cron = added(&mut seen, named("weekly")).await;
        assert_eq!(cron.metadata.generation, Some(1));
        running.stop().await.expect("it drains");
        assert_eq!(answered(&log), [encoding]);
        assert!(log.warnings().is_empty(), "nothing is wrong: {log:?}");
    }
}
