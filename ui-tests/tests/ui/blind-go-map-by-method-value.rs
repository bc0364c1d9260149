use k8s_openapi::api::core::v1::{Pod, Secret};
use kooper::{ObjectKey, controller};
use std::{collections::HashMap, sync::Mutex};

#[derive(Default)]
struct Web {
    users: Mutex<HashMap<String, Vec<ObjectKey>>>,
}

#[controller(resource = Pod, watches(Secret, map = self.users))]
impl Web {
    fn users(&self, secret: &Secret) -> Vec<ObjectKey> {
        let name = secret.metadata.name.as_deref().unwrap_or_default();
        self.users.lock().unwrap().get(name).cloned().unwrap_or_default()
    }

    async fn add(&self, pod: Pod) -> kooper::Result {
        let key = ObjectKey::of(&pod);
        self.users.lock().unwrap().entry("web-tls".to_owned()).or_default().push(key);
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web::default());
}
