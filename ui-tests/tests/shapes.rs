//! Shapes of controllers that compile, and what comes of them.

mod first_page {
    use k8s_openapi::api::core::v1::Pod;
    use kooper::{Context, ObjectKey, controller};

    pub(crate) struct PodPrinter;

    #[controller(resource = Pod, retries = 3)]
    impl PodPrinter {
        async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
            println!("{} is {:?}", ctx.key(), pod.status.and_then(|s| s.phase));
            Ok(())
        }

        async fn delete(&self, _ctx: Context, key: ObjectKey) -> kooper::Result {
            println!("{key} is gone");
            Ok(())
        }
    }
}

#[test]
fn the_program_of_the_first_page_compiles() {
    use kooper::Handler;
    let spec = first_page::PodPrinter::spec();
    assert_eq!(spec.name(), "pod-printer");
    let _ = kooper::run(first_page::PodPrinter);
    eprintln!("{spec:?} {:?}", first_page::PodPrinter::spans());
}
