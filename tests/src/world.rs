//! A cluster under a controller, with what is true of it.

use crate::{Bookkeeper, Ledger, Outcome, Run, Running};
use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{
    Controller, Encoding, ObjectKey,
    testing::{Cluster, Fault, RecordedRequest},
};
use kube::{
    Api,
    api::DeleteParams,
    core::{ApiResource, DynamicObject},
};
use serde_json::json;
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// An object that exists.
#[derive(Debug, Clone)]
pub struct Truth {
    /// Its uid.
    pub uid: String,
    /// Its version.
    pub version: String,
    /// Whether a config map can be made of it.
    pub decodable: bool,
}

impl Truth {
    /// Whether a run was given just this state.
    pub fn is(&self, run: &Run) -> bool {
        self.uid == run.uid && self.version == run.version
    }
}

/// How a controller reads: what may differ without a difference in what comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Way {
    /// Whether everything is read by streaming lists, else by pages.
    pub streaming: bool,
    /// What objects are asked for in.
    pub encoding: Encoding,
}

impl Way {
    /// Streaming lists of JSON.
    pub const STREAMING: Self = Self { streaming: true, encoding: Encoding::Json };
    /// Pages of JSON.
    pub const PAGES: Self = Self { streaming: false, encoding: Encoding::Json };

    fn set<H: kooper::Runnable>(self, controller: Controller<H>) -> Controller<H> {
        controller.streaming_lists(self.streaming).encoding(self.encoding)
    }
}

/// Config maps in the namespace `default`, and a [`Bookkeeper`] that handles them.
pub struct World {
    /// The cluster, for faults.
    pub cluster: Cluster,
    /// What was handled.
    pub ledger: Arc<Ledger>,
    /// The controller.
    pub running: Running,
    truth: BTreeMap<String, Truth>,
    writes: u64,
    way: Way,
}

/// Whether a request asks for everything. Which of the two ways it takes is the controller's to say: it leaves streaming
/// lists where they do not work.
fn is_list(request: &RecordedRequest) -> bool {
    request.is("list", "configmaps")
        || request.is("watch", "configmaps") && request.query_value("sendInitialEvents").is_some()
}

/// How long a controller may take to come to rest, on the paused clock.
const PATIENCE: Duration = Duration::from_mins(30);

impl World {
    /// A world with so many config maps at the start, `map-0` and so on. Each run takes 5 ms, and each fifth state fails at
    /// first.
    pub fn new(way: Way, count: usize) -> Self {
        Self::with(way, count, Cluster::client, |controller| controller)
    }

    /// The same with a client and settings of one's own.
    pub fn with(
        way: Way,
        count: usize,
        client: impl FnOnce(&Cluster) -> kube::Client,
        set: impl FnOnce(Controller<Bookkeeper>) -> Controller<Bookkeeper>,
    ) -> Self {
        Self::of(way, count, client, |client, ledger| {
            let handler = Bookkeeper::new(ledger, Duration::from_millis(5), 5);
            Running::start(set(way.set(Controller::new(handler).client(client))))
        })
    }

    /// The same with a controller of any kind, which `start` is given a client and a ledger for. `way` says how it lists.
    pub fn of(
        way: Way,
        count: usize,
        client: impl FnOnce(&Cluster) -> kube::Client,
        start: impl FnOnce(kube::Client, Arc<Ledger>) -> Running,
    ) -> Self {
        let cluster = Cluster::new();
        let ledger = Arc::<Ledger>::default();
        let running = start(client(&cluster), ledger.clone());
        let mut world = Self { cluster, ledger, running, truth: BTreeMap::new(), writes: 0, way };
        for number in 0..count {
            world.put(&format!("map-{number}"));
        }
        world
    }

    /// The names of all that exists.
    pub fn names(&self) -> Vec<String> {
        self.truth.keys().map(|key| key.trim_start_matches("default/").to_owned()).collect()
    }

    /// Creates a config map, or changes it if there is one of that name.
    pub fn put(&mut self, name: &str) {
        self.write(name, true, true);
    }

    /// Changes a label only, or creates a config map if there is none of that name.
    pub fn label(&mut self, name: &str) {
        self.write(name, true, false);
    }

    /// Creates an object, or changes it to one, that no config map can be made of.
    pub fn put_undecodable(&mut self, name: &str) {
        self.write(name, false, true);
    }

    /// Writes past the API's rules, with the uid of what is there.
    fn write(&mut self, name: &str, decodable: bool, spec: bool) {
        self.writes += 1;
        let key = format!("default/{name}");
        let uid =
            self.truth.get(&key).map_or_else(|| format!("uid-{}", self.writes), |truth| truth.uid.clone());
        let data = match (decodable, spec) {
            (true, true) => json!({ "write": self.writes.to_string() }),
            (true, false) => json!({ "write": "the same" }),
            (false, _) => json!(7),
        };
        let version = self.cluster.put(json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": { "name": name, "uid": uid, "labels": { "write": self.writes.to_string() } },
            "data": data,
        }));
        self.truth.insert(key, Truth { uid, version: version.to_string(), decodable });
    }

    /// Deletes a config map, in good order.
    ///
    /// # Panics
    ///
    /// If there is none, or the cluster refuses.
    pub async fn delete(&mut self, name: &str) {
        let resource = ApiResource::erase::<ConfigMap>(&());
        let maps: Api<DynamicObject> = Api::namespaced_with(self.cluster.client(), "default", &resource);
        maps.delete(name, &DeleteParams::default()).await.expect("deleted");
        self.truth.remove(&format!("default/{name}")).expect("it was there");
    }

    /// Removes a config map with no event.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn vanish(&mut self, name: &str) {
        assert!(self.cluster.faults().vanish("configmaps", &ObjectKey::namespaced("default", name)));
        self.truth.remove(&format!("default/{name}")).expect("it was there");
    }

    /// What has become of all that is true so far.
    pub fn outcome(&self) -> Outcome {
        self.ledger.outcome(&self.truth)
    }

    /// Waits until a watch is open.
    pub async fn watched(&self) {
        self.cluster.faults().watches().resource("configmaps").opened(1).await;
    }

    /// Waits until all that is true was handled, and nothing else: see [`Ledger::check`].
    ///
    /// # Panics
    ///
    /// If it does not come to that within half an hour of the paused clock.
    pub async fn at_rest(&self) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while let Err(wrong) = self.ledger.check(&self.truth) {
            assert!(tokio::time::Instant::now() < deadline, "{wrong}");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// Has the next `count` lists meet a fault, be they streaming lists or pages.
    pub fn next_lists(&self, count: usize, effect: impl FnOnce(Fault<'_>)) {
        effect(self.of_lists(self.cluster.faults().next(count)));
    }

    /// The same for all lists, until faults are lifted.
    pub fn every_list(&self, effect: impl FnOnce(Fault<'_>)) {
        effect(self.of_lists(self.cluster.faults().every()));
    }

    fn of_lists<'a>(&self, fault: Fault<'a>) -> Fault<'a> {
        let fault = fault.resource("configmaps");
        if self.way.streaming {
            fault.verb("watch").query("sendInitialEvents", "true")
        } else {
            fault.verb("list")
        }
    }

    /// How often the controller has asked for everything, or for a page of it.
    pub fn lists(&self) -> usize {
        self.cluster.requests().matching(is_list).len()
    }

    /// Has the controller list anew.
    pub async fn relist(&self) {
        self.watched().await;
        let lists = self.lists();
        self.cluster.faults().watches().resource("configmaps").fail(410);
        self.cluster.requests().wait_for_count(lists + 1, is_list).await;
        tokio::time::sleep(Duration::from_secs(5)).await;
        self.watched().await;
    }

    /// Lifts all faults; checks that the controller comes to rest, stays there, and runs nothing for a list that tells
    /// nothing new.
    ///
    /// # Panics
    ///
    /// If anything of this is not so.
    pub async fn verify(self) {
        self.cluster.faults().clear();
        self.at_rest().await;
        let count = self.ledger.count();
        tokio::time::sleep(Duration::from_mins(2)).await;
        self.relist().await;
        tokio::time::sleep(Duration::from_mins(10)).await;
        self.at_rest().await;
        assert_eq!(
            self.ledger.count(),
            count,
            "what was at rest was run again: {:#?}",
            self.ledger.runs()[count]
        );
        self.running.stop().await.expect("nothing ran, so nothing was aborted");
    }
}
