use k8s_openapi::api::core::v1::Pod;
use kooper::{
    Backoff, Context, Handler, ObjectKey, Outcome, Queue, Requeue, Retriever, Spec, site, trace::Spans,
};
use std::time::Duration;

struct PodPrinter;

impl Handler for PodPrinter {
    type Resource = Pod;

    fn spec() -> Spec {
        Spec::new(
            "pod-printer",
            Retriever::of::<Pod>().resync(Duration::from_mins(3)),
            Queue::new()
                .retries(3)
                .backoff(Backoff::new(Duration::from_millis(5), Duration::from_secs(1000), 2.0, 0.1))
                .workers(3),
        )
    }

    fn spans() -> &'static Spans {
        static SPANS: Spans =
            Spans::new(&SPANS, site!("processJob"), site!("handleAddObject"), site!("handleDeleteObject"));
        &SPANS
    }

    async fn on_add(&self, ctx: Context, pod: Pod) -> Outcome {
        println!("{} is {:?}", ctx.key(), pod.status.and_then(|s| s.phase));
        Ok(Requeue::none())
    }

    async fn on_delete(&self, _ctx: Context, key: ObjectKey) -> Outcome {
        println!("{key} is gone");
        Ok(Requeue::none())
    }
}
