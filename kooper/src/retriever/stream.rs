//! One stream: everything once, then what changes, again and again; everything anew where the server has forgotten where
//! it was.
//!
//! ```text
//!        ┌──────────── 410 Expired ───────────┐
//!        ▼                                    │
//!  ──▶ List ── whole ──▶ Watch ── ended ──────┤
//!       │ ▲               │ ▲                 │
//!       └─┘ trouble:      └─┴── trouble: rest, ┘
//!          rest                 from the last version
//! ```
//!
//! [`list`](super::list) holds the two ways to read everything, [`watch`](super::watch) how changes are followed.

use super::{
    Intake, Retriever, Trouble,
    answer::{Answer, ask},
    pace::Pace,
    watch::Ended,
};
use crate::{
    Trigger,
    store::{Epoch, StreamId},
    trace::{Reading, ReadingPlace},
    wire::{Object, Part},
};
use kube::{
    Client,
    core::{DynamicObject, Resource},
};
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;

/// A watch that ends sooner than this, and told nothing, is not begun again at once.
pub(super) const SHORT: Duration = Duration::from_secs(1);

/// Whether a list is asked for as a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Streaming {
    /// So it is until the server shows otherwise.
    Wanted,
    /// One was silent. That may be the server, or a moment's trouble: another is not tried before this.
    NotBefore(Instant),
    /// The server has said that it has none, or the program wants none.
    Never,
}

/// One stream of a controller.
pub(crate) struct Stream {
    pub(super) id: StreamId,
    pub(super) controller: String,
    pub(super) what: Arc<Retriever>,
    pub(super) client: Client,
    pub(super) intake: Arc<Intake>,
    namespace: Option<String>,
    pub(super) epoch: Epoch,
    /// Whether everything was read once.
    pub(super) listed: bool,
    pub(super) streaming: Streaming,
    /// Whether the pages of a list expired before their end, so that the next one is asked for in one piece.
    pub(super) whole: bool,
    pace: Pace,
    /// The trace of what is read now.
    pub(super) reading: Reading,
    /// The causes that were told of and are not over.
    told: Vec<&'static str>,
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
        let streaming = if what.streaming { Streaming::Wanted } else { Streaming::Never };
        Self {
            id,
            controller,
            what,
            namespace,
            client,
            intake,
            epoch: 0,
            listed: false,
            streaming,
            whole: false,
            pace: Pace::default(),
            reading: Reading::none(),
            told: Vec::new(),
        }
    }

    /// Keeps the store true for as long as it is polled.
    pub(crate) async fn run(mut self) {
        loop {
            let began = Instant::now();
            match self.list().await {
                Ok(ended) => self.watch_on(ended, began).await,
                Err(trouble) => self.rest(&trouble).await,
            }
        }
    }

    /// Watches from where something that `began` then has ended, again and again, until the server no longer knows where that
    /// was.
    async fn watch_on(&mut self, mut ended: Ended, mut began: Instant) {
        let mut version = String::new();
        loop {
            version = ended.version.unwrap_or(version);
            match ended.trouble {
                None if ended.quiet && began.elapsed() < SHORT => {
                    let delay = self.pace.after(&Trouble::Lost("the watch ended at once".into()));
                    tokio::time::sleep(delay).await;
                }
                None => {}
                Some(Trouble::Expired) => {
                    let controller = self.controller.as_str();
                    tracing::debug!(controller, version, "the version is no longer kept: listing again");
                    self.reading.failed(Trouble::Expired.cause(), &Trouble::Expired);
                    if began.elapsed() < SHORT {
                        // A server that keeps no version at all would else be listed without a pause.
                        self.rest(&Trouble::Expired).await;
                    }
                    return;
                }
                Some(trouble) => self.rest(&trouble).await,
            }
            began = Instant::now();
            ended = self.watch(version.clone()).await;
        }
    }

    pub(super) fn request(&self) -> kube::core::Request {
        kube::core::Request::new(DynamicObject::url_path(&self.what.resource, self.namespace.as_deref()))
    }

    /// Sends a request. Where the server refuses what objects are asked for in, it is asked for the next best at once, and
    /// from then on.
    pub(super) async fn ask(
        &self,
        request: http::Request<Vec<u8>>,
        part: Part,
        silence: Duration,
    ) -> Result<Answer, Trouble> {
        let (wanted, refused) = (self.what.encoding, &self.intake.refused);
        let mut asked = refused.accept(wanted, part);
        loop {
            let answer = ask(&self.client, request.clone(), &self.reading, asked, silence).await;
            let Err(Trouble::Refused { code: 406, message }) = answer else { return answer };
            let Some(next) = refused.next(wanted, part, asked) else {
                return Err(Trouble::Refused { code: 406, message });
            };
            let (controller, resource) = (self.controller.as_str(), &self.what.resource.plural);
            tracing::info!(
                controller,
                resource,
                asked,
                next,
                said = message,
                "refused (406): asking for less"
            );
            asked = next;
        }
    }

    /// Hands an object on.
    pub(super) fn apply(&mut self, object: Object, trigger: Trigger) {
        let change = self.intake.store.apply(object, (self.id, self.epoch), trigger);
        self.reading.object(change.is_some());
        if let Some(change) = change {
            self.intake.queue.changed(change);
        }
    }

    /// Hands the end of an object on.
    pub(super) fn delete(&mut self, last: Object) {
        let change = self.intake.store.delete(last, Trigger::Watch);
        self.reading.deletion(change.is_some());
        if let Some(change) = change {
            self.intake.queue.changed(change);
        }
    }

    /// Begins the trace of a list.
    pub(super) fn reads_everything(&mut self) {
        self.reading = Reading::list(self.place(), self.listed);
    }

    /// Begins the trace of a watch.
    pub(super) fn follows_from(&mut self, version: &str) {
        self.reading = Reading::watch(self.place(), version);
    }

    /// Ends the trace of a list, and begins that of the watch that the same answer goes on as.
    pub(super) fn goes_on_from(&mut self, version: &str) {
        let mut reading = std::mem::replace(&mut self.reading, Reading::none());
        reading.goes_on(self.place(), version);
        self.reading = reading;
    }

    fn place(&self) -> ReadingPlace<'_> {
        ReadingPlace {
            controller: &self.controller,
            resource: &self.what.resource.plural,
            namespace: self.namespace.as_deref(),
        }
    }

    /// Everything has been read, as of a version.
    pub(super) fn whole_list(&mut self, version: &str) {
        let Intake { store, queue, .. } = &*self.intake;
        let reading = &mut self.reading;
        store.sweep(self.id, self.epoch, |change| {
            reading.deletion(true);
            queue.changed(change);
        });
        reading.whole(version);
        tracing::debug!(controller = self.controller, version, "listed");
        if !std::mem::replace(&mut self.listed, true) {
            self.intake.listed();
        }
        self.well();
    }

    /// Something came as it should.
    pub(super) fn well(&mut self) {
        self.pace.well();
    }

    /// Whether a trouble that was told of is not over.
    pub(super) fn is_troubled(&self) -> bool {
        !self.told.is_empty()
    }

    /// A watch stands: what was told of is over.
    pub(super) fn recovered(&mut self) {
        self.told.clear();
        self.intake.mended(self.id);
        let (resource, namespace) = (&self.what.resource.plural, self.namespace.as_deref().unwrap_or("all"));
        tracing::info!(controller = self.controller, resource, namespace, "reading again");
    }

    /// Tells of a trouble, once per cause, and waits.
    async fn rest(&mut self, trouble: &Trouble) {
        let delay = self.pace.after(trouble);
        self.reading.failed(trouble.cause(), trouble);
        self.reading = Reading::none();
        let resource = &self.what.resource;
        let next_step = trouble.next_step(&resource.plural, &resource.group, self.namespace.as_deref());
        let namespace = self.namespace.as_deref().unwrap_or("all");
        let (controller, plural) = (self.controller.as_str(), &resource.plural);
        let ordinary = trouble.is_ordinary() && self.pace.in_a_row() < 3;
        if self.told.contains(&trouble.cause()) || ordinary {
            tracing::debug!(controller, resource = plural, namespace, error = %trouble, ?delay, "trying again");
        } else {
            tracing::warn!(
                controller,
                resource = plural,
                namespace,
                error = %trouble,
                next_step,
                "cannot read {plural}: trying again, and telling when it works"
            );
            self.told.push(trouble.cause());
            self.intake.broken(self.id);
        }
        self.intake.note(trouble.to_string(), next_step);
        tokio::time::sleep(delay).await;
    }
}
