use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, controller};

trait Store: Send + Sync + 'static {
    fn owner(&self, name: &str) -> impl std::future::Future<Output = kooper::Result<String>> + Send;
}

struct Ldap;

impl Store for Ldap {
    async fn owner(&self, name: &str) -> kooper::Result<String> {
        Ok(format!("owner of {name}"))
    }
}

struct Web<S> {
    store: S,
}

#[controller(resource = Pod)]
impl<S: Store> Web<S> {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        let owner = self.store.owner(ctx.key().name()).await?;
        println!("{owner}");
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web { store: Ldap });
}
