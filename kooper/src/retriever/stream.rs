//! One stream: list, then watch, then watch again; list anew where the server has forgotten too much.
//!
//! ```text
//!        ┌────────── 410 Expired ─────────┐
//!        ▼                                │
//!  ──▶ List ── whole ──▶ Watch ── ended ──┤
//!       │ ▲               │ ▲             │
//!       └─┘ trouble       └─┴── trouble, ─┘
//!        rest              rest, from the last version
//! ```

use super::{Retriever, Trouble, answer::ask, pace::Pace};
use crate::{
    Trigger,
    queue::WorkQueue,
    store::{Epoch, Store, StreamId},
    wire::{Encoding, Envelope, Object, WatchEvent, WireError},
};
use kube::{
    Client,
    core::{DynamicObject, Request, Resource},
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{sync::watch, time::Instant};

/// Objects in one page of a list: client-go's and kube's number.
const PAGE: u32 = 500;

/// How long a list may be silent.
const LIST_SILENCE: Duration = Duration::from_mins(1);

/// How long a watch is asked to last; the server ends it then, and a new one takes over where it ended.
const WATCH: Duration = Duration::from_secs(290);

/// How long a watch may be silent: beyond this the connection is dead, whatever TCP says.
const WATCH_SILENCE: Duration = Duration::from_secs(295);

/// A watch that ends sooner than this, and told nothing, is not begun again at once.
const SHORT: Duration = Duration::from_secs(1);

/// Where what a stream reads goes to.
pub(crate) struct Intake {
    pub(crate) store: Arc<Store>,
    pub(crate) queue: Arc<WorkQueue>,
    /// How many streams have not finished their first list.
    pub(crate) pending: watch::Sender<usize>,
    /// The last trouble and its next step, for a start that takes too long.
    pub(crate) trouble: Mutex<Option<(String, String)>>,
}

/// One stream of a controller.
pub(crate) struct Stream {
    id: StreamId,
    controller: String,
    what: Arc<Retriever>,
    namespace: Option<String>,
    client: Client,
    intake: Arc<Intake>,
    epoch: Epoch,
    /// Whether a list has come to its end.
    listed: bool,
    pace: Pace,
    /// The cause that was told of and is not over.
    told: Option<&'static str>,
    /// Whether the pages of a list expired before their end, so that the next one is asked for in one piece.
    whole: bool,
}

impl Stream {
    pub(crate) fn new(
        id: StreamId,
        controller: String,
        what: Arc<Retriever>,
        namespace: Option<String>,
        client: Client,
        intake: Arc<Intake>,
    ) -> Self {
        Self {
            id,
            controller,
            what,
            namespace,
            client,
            intake,
            epoch: 0,
            listed: false,
            pace: Pace::default(),
            told: None,
            whole: false,
        }
    }

    /// Keeps the store true for as long as it is polled.
    pub(crate) async fn run(mut self) {
        loop {
            match self.list().await {
                Ok(version) => self.watch_on(version).await,
                Err(trouble) => self.rest(&trouble).await,
            }
        }
    }

    /// Lists everything, and gives the version from which to watch.
    async fn list(&mut self) -> Result<String, Trouble> {
        self.epoch = self.epoch.wrapping_add(1);
        let mut next = None;
        loop {
            let paged = next.is_some();
            let (envelope, encoding) = match self.page(next).await {
                Err(Trouble::Expired) if paged => {
                    self.whole = true;
                    return Err(Trouble::Expired);
                }
                page => page?,
            };
            if let Some(status) = envelope.status {
                return Err(status.into());
            }
            next = envelope.next;
            if next.is_some() {
                continue;
            }
            if envelope.resource_version.is_empty() {
                return Err(WireError::Garbled("a list without a version".into()).into());
            }
            self.whole = false;
            let Intake { store, queue, pending, .. } = &*self.intake;
            store.sweep(self.id, self.epoch, |change| queue.changed(change));
            tracing::debug!(
                controller = self.controller,
                version = envelope.resource_version,
                encoding = encoding.name(),
                "listed"
            );
            if !std::mem::replace(&mut self.listed, true) {
                pending.send_modify(|pending| *pending -= 1);
            }
            self.well();
            return Ok(envelope.resource_version);
        }
    }

    /// One page of a list, its objects handed on as they come. Gives what stood around them, and what it was written in.
    async fn page(&mut self, next: Option<String>) -> Result<(Envelope, Encoding), Trouble> {
        let mut params = kube::api::ListParams {
            label_selector: self.what.labels.clone(),
            field_selector: self.what.fields.clone(),
            ..kube::api::ListParams::default()
        };
        if !self.whole {
            params.limit = Some(PAGE);
            params.continue_token = next;
        }
        let request =
            self.request().list(&params).map_err(|error| Trouble::Unreachable(error.to_string()))?;
        let mut answer = ask(&self.client, request, self.what.encoding, LIST_SILENCE).await?;
        let mut splitter = answer.encoding.list();
        while let Some(chunk) = answer.chunk().await? {
            splitter.feed(&chunk, |object| self.apply(object, Trigger::List))?;
        }
        Ok((splitter.finish()?, answer.encoding))
    }

    /// Watches from a version, again and again, until the server no longer knows where it was.
    async fn watch_on(&mut self, mut version: String) {
        loop {
            let began = Instant::now();
            match self.watch(&mut version).await {
                Ok(quiet) if quiet && began.elapsed() < SHORT => {
                    let delay = self.pace.after(&Trouble::Lost("the watch ended at once".into()));
                    tokio::time::sleep(delay).await;
                }
                Ok(_) => {}
                Err(Trouble::Expired) => {
                    tracing::debug!(
                        controller = self.controller,
                        version,
                        "the version is no longer kept: listing again"
                    );
                    return;
                }
                Err(trouble) => self.rest(&trouble).await,
            }
        }
    }

    /// One watch, to its end. Gives whether it told nothing.
    async fn watch(&mut self, version: &mut String) -> Result<bool, Trouble> {
        let params = kube::api::WatchParams {
            label_selector: self.what.labels.clone(),
            field_selector: self.what.fields.clone(),
            timeout: Some(u32::try_from(WATCH.as_secs()).unwrap_or(u32::MAX)),
            bookmarks: true,
            ..kube::api::WatchParams::default()
        };
        let request = self
            .request()
            .watch(&params, version)
            .map_err(|error| Trouble::Unreachable(error.to_string()))?;
        let mut answer = ask(&self.client, request, self.what.encoding, WATCH_SILENCE).await?;
        self.well();
        let mut splitter = answer.encoding.watch();
        let (mut quiet, mut ended) = (true, None);
        while let Some(chunk) = answer.chunk().await? {
            quiet = false;
            splitter.feed(&chunk, |event| {
                match event {
                    WatchEvent::Applied(object) => {
                        (*object.meta.resource_version).clone_into(version);
                        self.apply(object, Trigger::Watch);
                    }
                    WatchEvent::Deleted(object) => {
                        (*object.meta.resource_version).clone_into(version);
                        if let Some(change) = self.intake.store.delete(object, Trigger::Watch) {
                            self.intake.queue.changed(change);
                        }
                    }
                    WatchEvent::Bookmark(newer) => *version = newer,
                    WatchEvent::Error(status) => ended = Some(Trouble::from(status)),
                }
                Ok(())
            })?;
            if let Some(trouble) = ended {
                return Err(trouble);
            }
        }
        splitter.finish()?;
        Ok(quiet)
    }

    fn request(&self) -> Request {
        Request::new(DynamicObject::url_path(&self.what.resource, self.namespace.as_deref()))
    }

    fn apply(&self, object: Object, trigger: Trigger) {
        if let Some(change) = self.intake.store.apply(object, (self.id, self.epoch), trigger) {
            self.intake.queue.changed(change);
        }
    }

    /// Something came as it should: what was told of is over.
    fn well(&mut self) {
        self.pace.well();
        if self.told.take().is_some() {
            let namespace = self.namespace.as_deref().unwrap_or("all");
            tracing::info!(
                controller = self.controller,
                resource = self.what.resource.plural,
                namespace,
                "reading again"
            );
        }
    }

    /// Tells of a trouble, once per cause, and waits.
    async fn rest(&mut self, trouble: &Trouble) {
        let delay = self.pace.after(trouble);
        let resource = &self.what.resource;
        let next_step = trouble.next_step(&resource.plural, &resource.group, self.namespace.as_deref());
        let namespace = self.namespace.as_deref().unwrap_or("all");
        let controller = self.controller.as_str();
        let ordinary = trouble.is_ordinary() && self.pace.in_a_row() < 3;
        if self.told == Some(trouble.cause()) || ordinary {
            tracing::debug!(controller, resource = resource.plural, namespace, error = %trouble, ?delay, "trying again");
        } else {
            tracing::warn!(
                controller,
                resource = resource.plural,
                namespace,
                error = %trouble,
                next_step,
                "cannot read {}: trying again, and telling when it works",
                resource.plural
            );
            self.told = Some(trouble.cause());
        }
        *self.intake.trouble.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((trouble.to_string(), next_step));
        tokio::time::sleep(delay).await;
    }
}
