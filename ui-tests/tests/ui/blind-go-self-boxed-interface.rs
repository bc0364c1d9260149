use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, controller};

trait Notifier {
    fn notify(&self, text: &str);
}

struct Stdout;

impl Notifier for Stdout {
    fn notify(&self, text: &str) {
        println!("{text}");
    }
}

struct Web {
    notifier: Box<dyn Notifier>,
}

#[controller(resource = Pod, fields = "status.phase=Failed", debounce = "10s")]
impl Web {
    async fn add(&self, ctx: Context, _pod: Pod) -> kooper::Result {
        self.notifier.notify(&format!("{} has failed", ctx.key()));
        Ok(())
    }

    async fn delete(&self, key: ObjectKey) -> kooper::Result {
        self.notifier.notify(&format!("{key} is gone"));
        Ok(())
    }
}

fn main() {
    let _ = kooper::run(Web { notifier: Box::new(Stdout) });
}
