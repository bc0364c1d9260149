//! The controller: it writes down the last state of each key that it handled, and tells it when it is asked.

use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Context, Controller, ObjectKey, controller};
use kooper_tests::Running;
use kube::{Client, Config, core::PartialObjectMeta};
use serde::{Deserialize, Serialize};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tokio::io::{AsyncBufReadExt, BufReader};

/// What is known of a key: that is all that is kept, so that the book does not grow.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) uid: String,
    pub(crate) version: String,
    /// Of the object of this uid.
    pub(crate) deleted: bool,
}

/// By name.
pub(crate) type Book = HashMap<String, Known>;

struct Keeper(Arc<Mutex<Book>>);

#[controller(resource = ConfigMap, name = "soak", resync = "1m", workers = 16, backoff = "1s")]
impl Keeper {
    async fn add(&self, ctx: Context, map: ConfigMap) -> kooper::Result {
        let version = map.metadata.resource_version.unwrap_or_default();
        if ctx.attempt() == 1 && version.ends_with("00") {
            return Err(kooper::Error::msg("wanted"));
        }
        let known = Known { uid: map.metadata.uid.unwrap_or_default(), version, deleted: false };
        self.0.lock().expect("no panic").insert(ctx.key().name().to_owned(), known);
        Ok(())
    }

    async fn delete(&self, ctx: Context, key: ObjectKey) -> kooper::Result {
        let last: PartialObjectMeta<ConfigMap> =
            ctx.last_seen().ok_or_else(|| kooper::permanent("no last state"))?;
        let mut book = self.0.lock().expect("no panic");
        let known = book.entry(key.name().to_owned()).or_default();
        if Some(&known.uid) == last.metadata.uid.as_ref() {
            known.deleted = true;
        }
        Ok(())
    }
}

/// Runs it on a server until the input ends. For each line of input the book is printed, as one line of JSON.
pub(crate) async fn run(server: &str) -> kooper::Result {
    let book = Arc::new(Mutex::new(Book::new()));
    let client = Client::try_from(Config::new(server.parse()?))?;
    let running = Running::start(Controller::new(Keeper(book.clone())).client(client));
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while lines.next_line().await?.is_some() {
        println!("{}", serde_json::to_string(&*book.lock().expect("no panic"))?);
    }
    running.stop().await
}
