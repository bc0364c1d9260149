//! Life in the embedded cluster: pods come, change and go.

use k8s_openapi::api::core::v1::{Namespace, Pod};
use kube::{
    Api, Client,
    api::{DeleteParams, Patch, PatchParams, PostParams},
};
use serde_json::json;
use std::{collections::VecDeque, time::Duration};

/// How many pods there are at the beginning, and about as many at any time.
const PODS: usize = 4;
/// From one step to the next. In five steps two pods go, two come, and one changes: new names draw new failures, so that
/// hardly ever all goes well for long.
const STEP: Duration = Duration::from_millis(800);

/// Lets pods live until it is dropped.
pub(crate) async fn live(client: Client, namespace: Option<String>, speed: f64) -> kube::Result<()> {
    let namespace = namespace.unwrap_or_else(|| "default".into());
    make_namespace(&client, &namespace).await?;
    let pods: Api<Pod> = Api::namespaced(client, &namespace);
    let mut names = (1..).map(|number| format!("web-{number}"));
    let mut living = VecDeque::new();
    for name in names.by_ref().take(PODS) {
        come(&pods, &name).await?;
        living.push_back(name);
    }
    let mut step = tokio::time::interval(STEP.div_f64(speed));
    step.tick().await;
    for (turn, name) in names.enumerate() {
        step.tick().await;
        if let Some(oldest) = living.pop_front() {
            pods.delete(&oldest, &DeleteParams::default()).await?;
        }
        step.tick().await;
        come(&pods, &name).await?;
        living.push_back(name);
        if turn % 2 == 0 {
            continue;
        }
        step.tick().await;
        if let Some(changed) = living.get(PODS / 2) {
            let patch = json!({"metadata": {"labels": {"turn": turn.to_string()}}});
            pods.patch(changed, &PatchParams::default(), &Patch::Merge(patch)).await?;
        }
    }
    Ok(())
}

async fn come(pods: &Api<Pod>, name: &str) -> kube::Result<()> {
    let pod = json!({
        "metadata": {"name": name, "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "web", "image": "nginx:1.29"}]},
    });
    let pod = serde_json::from_value(pod).map_err(kube::Error::SerdeError)?;
    pods.create(&PostParams::default(), &pod).await.map(drop)
}

/// Makes the namespace, unless the cluster has it from its beginning.
async fn make_namespace(client: &Client, name: &str) -> kube::Result<()> {
    let namespaces: Api<Namespace> = Api::all(client.clone());
    if namespaces.get_opt(name).await?.is_some() {
        return Ok(());
    }
    let mut namespace = Namespace::default();
    namespace.metadata.name = Some(name.to_owned());
    namespaces.create(&PostParams::default(), &namespace).await.map(drop)
}
