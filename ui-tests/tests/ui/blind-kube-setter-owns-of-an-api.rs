use k8s_openapi::api::core::v1::{ConfigMap, Pod};
use kooper::{Context, Controller, controller};
use kube::{Api, Client, runtime::watcher::Config};

struct Web;

#[controller(resource = Pod)]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        println!("{} because of {}", ctx.key(), ctx.trigger());
        Ok(())
    }
}

async fn start() -> kooper::Result {
    let client = Client::try_default().await?;
    Controller::new(Web)
        .client(client.clone())
        .owns(Api::<ConfigMap>::all(client), Config::default().labels("app=web"))
        .run()
        .await
}

fn main() {
    drop(start());
}
