//! The program of the first page and the one that the page on the expansion shows in its place are one and the same in what they do.

use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, Handler, ObjectKey, controller};
use kooper_tests::traces_of_a_life;

struct PodPrinter;

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

mod by_hand {
    include!("../../kooper/src/expansion/by_hand.rs");

    pub(super) fn handler() -> impl kooper::Runnable {
        PodPrinter
    }

    pub(super) fn spec() -> Spec {
        PodPrinter::spec()
    }
}

#[test]
fn the_controller_above_is_that_of_the_example_which_is_expanded() {
    let example = include_str!("../../examples/examples/pod-printer.rs");
    let (_, example) = example.split_once("struct PodPrinter;").expect("the example has the controller");
    let (block, _) = example.split_once("#[tokio::main]").expect("the example has a main");
    assert!(include_str!("expansion.rs").contains(block));
}

#[tokio::test(start_paused = true)]
async fn the_controller_by_hand_of_the_page_does_what_the_attribute_does() {
    assert_eq!(PodPrinter::spec(), by_hand::spec());
    let (attributed, by_hand) =
        (traces_of_a_life(PodPrinter).await, traces_of_a_life(by_hand::handler()).await);
    assert_eq!(attributed, by_hand);
    for span in ["0 processJob", "1 handleAddObject", "1 handleDeleteObject"] {
        assert!(attributed.iter().any(|line| line.starts_with(span)), "no `{span}` in {attributed:#?}");
    }
}
