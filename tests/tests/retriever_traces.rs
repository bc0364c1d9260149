//! The retriever's own traces: one for each list, watch and round of resync.

use k8s_openapi::api::core::v1::Pod;
use kooper::{
    Controller, Encoding,
    testing::{Cluster, RecordedTrace, Traces},
};
use kooper_tests::{Act, Running, Script, pod};
use kube::{Api, api::PostParams};
use opentelemetry::trace::SpanKind;
use std::time::Duration;

async fn create(cluster: &Cluster, names: &[&str]) {
    let pods: Api<Pod> = Api::default_namespaced(cluster.client());
    for name in names {
        pods.create(&PostParams::default(), &pod(name)).await.expect("created");
    }
}

/// The traces of a name, once there are so many.
async fn named(traces: &Traces, name: &str, count: usize) -> Vec<RecordedTrace> {
    let of = |traces: &Traces| -> Vec<_> {
        traces.all().into_iter().filter(|trace| trace.root().name() == name).collect()
    };
    traces.wait(|traces| of(traces).len() >= count).await;
    of(traces)
}

fn controller(cluster: &Cluster) -> Controller<Script> {
    let (script, _) = Script::new(|_| Act::Good);
    Controller::new(script).client(cluster.client()).resync(None)
}

#[tokio::test(start_paused = true)]
async fn lists_and_watches_tell_in_which_encoding_they_were_answered() {
    for encoding in [Encoding::Protobuf, Encoding::Json] {
        for streaming in [true, false] {
            let (cluster, traces) = (Cluster::new(), Traces::new().filter("info,kooper::retriever=debug"));
            let _recording = traces.install();
            create(&cluster, &["a"]).await;
            let controller = controller(&cluster).encoding(encoding).streaming_lists(streaming);
            let running = Running::start(controller);
            cluster.faults().watches().opened(1).await;
            traces.wait(|traces| !traces.of("default/a").attempts().is_empty()).await;
            cluster.faults().watches().cut();
            for name in ["listObjects", "watchObjects"] {
                let root = named(&traces, name, 1).await[0].root();
                assert_eq!(root.attr("kooper.encoding"), encoding.name(), "{name}, streaming: {streaming}");
            }
            running.stop().await.expect("it stops");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_list_and_the_watch_that_it_goes_on_as_are_two_traces_with_counts() {
    let (cluster, traces) = (Cluster::new(), Traces::new().filter("info,kooper::retriever=debug"));
    let _recording = traces.install();
    create(&cluster, &["a", "b", "c"]).await;
    let running = Running::start(controller(&cluster));
    let list = named(&traces, "listObjects", 1).await[0].root();
    assert_eq!(list.kind(), SpanKind::Client);
    assert!(list.parent().is_none() && list.error().is_none());
    for (name, value) in [
        ("component", "kooper"),
        ("kooper.controller", "script"),
        ("kubernetes.resource", "pods"),
        ("kooper.list.way", "streaming"),
    ] {
        assert_eq!(list.attr(name), value, "{name}");
    }
    assert_eq!(list.attr("kooper.encoding"), "protobuf");
    assert!(!list.attr("kubernetes.namespace").exists(), "none stands for all");
    assert_eq!(list.attr("kooper.relist"), false);
    for (name, count) in [
        ("kooper.list.pages", 1),
        ("kooper.objects.received", 3),
        ("kooper.objects.changed", 3),
        ("kooper.objects.deleted", 0),
    ] {
        assert_eq!(list.attr(name), count, "{name}");
    }

    create(&cluster, &["d"]).await;
    traces.wait(|traces| !traces.of("default/d").attempts().is_empty()).await;
    cluster.faults().watches().cut();
    let watch = named(&traces, "watchObjects", 1).await[0].root();
    assert_eq!(
        watch.attr("kubernetes.resource_version"),
        list.attr("kubernetes.resource_version").as_str().expect("a version")
    );
    assert_eq!(watch.attr("kooper.encoding"), list.attr("kooper.encoding").as_str().expect("an encoding"));
    assert_eq!(watch.attr("kooper.objects.received"), 1);
    assert_eq!(watch.attr("kooper.objects.changed"), 1);
    assert!(!watch.attr("kooper.list.way").exists());

    let asked = cluster.requests().wait_for(|request| request.is("watch", "pods")).await;
    let told =
        asked.headers.get("traceparent").expect("it says in which trace it is asked").to_str().expect("text");
    assert_eq!(told, format!("00-{}-{}-01", list.trace_id(), list.id()));
    running.stop().await.expect("it stops");
}

#[tokio::test(start_paused = true)]
async fn a_relist_says_what_it_changed_and_why_it_was_needed() {
    let (cluster, traces) = (Cluster::new(), Traces::new().filter("info,kooper::retriever=debug"));
    let _recording = traces.install();
    create(&cluster, &["a", "b"]).await;
    let running = Running::start(controller(&cluster).streaming_lists(false));
    traces.wait(|traces| !traces.of("default/b").attempts().is_empty()).await;
    cluster.requests().wait_for(|request| request.is("watch", "pods")).await;
    assert!(cluster.faults().vanish("pods", &kooper::ObjectKey::namespaced("default", "b")));
    create(&cluster, &["c"]).await;
    cluster.faults().watches().fail(410);
    let relist = named(&traces, "listObjects", 2).await[1].root();
    assert_eq!(relist.attr("kooper.relist"), true);
    assert_eq!(relist.attr("kooper.list.way"), "pages");
    assert_eq!(relist.attr("kooper.objects.received"), 2);
    assert_eq!(relist.attr("kooper.objects.deleted"), 1);
    let watch = named(&traces, "watchObjects", 1).await[0].root();
    assert_eq!(watch.attr("error.type"), "expired");
    assert!(watch.error().is_some());
    running.stop().await.expect("it stops");
}

#[tokio::test(start_paused = true)]
async fn a_round_of_resync_is_a_trace_and_unless_asked_for_there_is_none_of_all_these() {
    for (filter, rounds) in [("info,kooper::retriever=debug", 1), ("info", 0)] {
        let (cluster, traces) = (Cluster::new(), Traces::new().filter(filter));
        let _recording = traces.install();
        create(&cluster, &["a"]).await;
        let running = Running::start(controller(&cluster).resync(Duration::from_mins(3)));
        traces.wait(|traces| traces.of("default/a").attempts().len() >= 3).await;
        let resync: Vec<_> =
            traces.all().into_iter().filter(|trace| trace.root().name() == "resync").collect();
        assert!(resync.len() >= rounds && (rounds > 0 || resync.is_empty()), "{filter}: {resync:?}");
        if let Some(round) = resync.first() {
            assert_eq!(round.root().attr("kooper.objects.known"), 1);
        }
        running.stop().await.expect("it stops");
    }
}
