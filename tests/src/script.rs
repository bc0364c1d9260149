//! A handler that does as it is told.

use k8s_openapi::api::core::v1::Pod;
use kooper::{Context, ObjectKey, Requeue, Trigger, controller};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{sync::Notify, time::Instant};

/// What a [`Script`] is to do.
#[derive(Debug, Clone)]
pub enum Act {
    /// Succeed.
    Good,
    /// Fail, with this message.
    Fail(&'static str),
    /// Fail for good.
    Permanent(&'static str),
    /// Panic.
    Panic(&'static str),
    /// Await what never comes.
    Hang,
    /// Succeed after a time.
    Sleep(Duration),
    /// Ask for another run.
    RequeueAfter(Duration),
}

/// One call of a handler.
#[derive(Debug, Clone)]
pub struct Call {
    /// `add` or `delete`.
    pub handler: &'static str,
    /// The key.
    pub key: String,
    /// The attempt, from 1.
    pub attempt: u32,
    /// Whether it was the last.
    pub last: bool,
    /// Why.
    pub trigger: Trigger,
    /// The uid of the object, or in `delete` that of its last known state.
    pub uid: Option<String>,
    /// When.
    pub at: Instant,
}

/// The calls so far.
#[derive(Debug, Default)]
pub struct Calls {
    calls: Mutex<Vec<Call>>,
    more: Notify,
}

impl Calls {
    /// All calls so far.
    ///
    /// # Panics
    ///
    /// If another thread panicked while it wrote one down.
    pub fn all(&self) -> Vec<Call> {
        self.calls.lock().expect("no panic").clone()
    }

    /// The calls once there are `count`, each as `handler key`.
    ///
    /// # Panics
    ///
    /// If they do not come within ten minutes, which pass at once where time is paused.
    pub async fn wait(&self, count: usize) -> Vec<String> {
        let enough = async {
            loop {
                let more = self.more.notified();
                let calls = self.all();
                if calls.len() >= count {
                    return calls;
                }
                more.await;
            }
        };
        let calls = tokio::time::timeout(Duration::from_mins(10), enough).await;
        let calls = calls.unwrap_or_else(|_| panic!("waited for {count} calls, saw {:#?}", self.all()));
        calls.iter().map(|call| format!("{} {}", call.handler, call.key)).collect()
    }

    fn push(&self, call: Call) {
        self.calls.lock().expect("no panic").push(call);
        self.more.notify_waiters();
    }
}

/// A handler of pods that does what its plan says, and writes down each call.
pub struct Script {
    plan: Box<dyn Fn(&Call) -> Act + Send + Sync>,
    calls: Arc<Calls>,
}

impl Script {
    /// A handler with a plan, and what will be known of its calls.
    pub fn new(plan: impl Fn(&Call) -> Act + Send + Sync + 'static) -> (Self, Arc<Calls>) {
        let calls = Arc::<Calls>::default();
        (Self { plan: Box::new(plan), calls: calls.clone() }, calls)
    }

    async fn play(
        &self,
        handler: &'static str,
        ctx: &Context,
        uid: Option<String>,
    ) -> Result<Requeue, kooper::Error> {
        let call = Call {
            handler,
            key: ctx.key().to_string(),
            attempt: ctx.attempt(),
            last: ctx.is_last_attempt(),
            trigger: ctx.trigger(),
            uid,
            at: Instant::now(),
        };
        let act = (self.plan)(&call);
        self.calls.push(call);
        match act {
            Act::Good => Ok(Requeue::none()),
            Act::Fail(why) => Err(kooper::Error::msg(why)),
            Act::Permanent(why) => Err(kooper::permanent(why).into()),
            Act::Panic(why) => panic!("{why}"),
            Act::Hang => std::future::pending().await,
            Act::Sleep(time) => {
                tokio::time::sleep(time).await;
                Ok(Requeue::none())
            }
            Act::RequeueAfter(time) => Ok(Requeue::after(time)),
        }
    }
}

#[controller(resource = Pod, name = "script", retries = 2, resync = "never", backoff = "1s", timeout = "30s")]
impl Script {
    async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result<Requeue> {
        self.play("add", &ctx, pod.metadata.uid).await
    }

    async fn delete(&self, ctx: Context, _key: ObjectKey) -> kooper::Result<Requeue> {
        let last = ctx.last_seen::<Pod>();
        self.play("delete", &ctx, last.and_then(|pod| pod.metadata.uid)).await
    }
}
