use k8s_openapi::api::core::v1::Pod;
use kooper::controller;

struct Web {
    node: String,
}

#[controller(resource = Pod, filter = [Self::is_scheduled, Self::is_ours])]
impl Web {
    fn is_scheduled(&self, pod: &Pod) -> bool {
        pod.spec.as_ref().and_then(|spec| spec.node_name.as_ref()) == Some(&self.node)
    }

    fn is_ours(&self, pod: &Pod) -> bool {
        pod.metadata.annotations.as_ref().is_some_and(|all| all.contains_key("example.com/web"))
    }

    async fn add(&self, pod: Pod) -> kooper::Result {
        println!("{:?} is ours", pod.metadata.name);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web { node: "node-1".to_owned() });
}
