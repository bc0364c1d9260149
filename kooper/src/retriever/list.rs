//! The ways to read everything.
//!
//! * A **streaming list** (KEP-3157, on by default since Kubernetes 1.34): a watch that begins with all objects, and a bookmark
//!   that says so. The server sends from its cache as it goes; nothing is held in one piece on either side.
//! * **Pages**, a first one of 500, then of 10,000: where the server refuses a stream, and then it is not asked for one again; where
//!   one was silent, until after an hour the next list is tried as a stream again; and for metadata alone, which is there sooner so.
//! * **The cache's list**, where the program asks for it, and for the first list alone: everything in one piece, as the
//!   server's watch cache has it (`resourceVersion=0`). That may be behind; what came after follows in the watch.
//!
//! The first two are consistent: what they hold is no older than the moment they were asked for.

use super::{
    Trouble,
    stream::{Stream, Streaming},
    watch::Ended,
};
use crate::{
    Trigger,
    wire::{Envelope, Part, WireError},
};
use kube::api::{ListParams, WatchParams};
use std::time::Duration;
use tokio::time::Instant;

/// Objects in the first page: so few that they come at once.
const PAGE: u32 = 500;

/// Objects in the pages that follow: so many that there are few round trips, and not so many that a server without a
/// cache has a whole cluster in one answer.
const MORE: u32 = 10_000;

/// How long a list may be silent.
pub(super) const SILENCE: Duration = Duration::from_mins(1);

/// How long lists are read by pages after a streaming list that was silent. Where the server is why, each try costs
/// [`SILENCE`]; where it was a moment's trouble, pages do as well meanwhile.
const AGAIN: Duration = Duration::from_hours(1);

impl Stream {
    /// Reads everything, follows it for as long as the same answer tells of changes, and gives how that ended, with the
    /// version from which to watch.
    pub(super) async fn list(&mut self) -> Result<Ended, Trouble> {
        self.epoch = self.epoch.wrapping_add(1);
        self.reads_everything();
        if self.what.cached && !self.listed {
            return self.cached().await.map(Ended::at);
        }
        let by_pages = match self.streaming {
            Streaming::Wanted => false,
            Streaming::NotBefore(at) => Instant::now() < at,
            Streaming::Never => true,
        };
        if self.what.one_piece || by_pages {
            return self.pages().await.map(Ended::at);
        }
        self.reading.way("streaming");
        let asked = WatchParams { send_initial_events: true, ..self.watch_params() };
        let request =
            self.request().watch(&asked, "").map_err(|error| Trouble::Unreachable(error.to_string()))?;
        let ended = self.follow(request, None).await;
        if ended.version.is_some() {
            // Everything was read: whatever came then, a watch takes over where it ended.
            return Ok(ended);
        }
        let trouble = ended.trouble.unwrap_or(Trouble::NoStreamingList);
        self.streaming = match trouble {
            _ if trouble.is_no_streaming_list() => Streaming::Never,
            Trouble::Silent(_) if ended.quiet => Streaming::NotBefore(Instant::now() + AGAIN),
            trouble => return Err(trouble),
        };
        tracing::debug!(controller = self.controller, error = %trouble, "no streaming list here: reading by pages");
        self.reading.failed(trouble.cause(), &trouble);
        self.reads_everything();
        self.pages().await.map(Ended::at)
    }

    /// Reads everything as the server's cache has it, and gives the version from which to watch.
    async fn cached(&mut self) -> Result<String, Trouble> {
        self.reading.way("cache");
        let envelope = self.page(self.list_params().match_any()).await?;
        if envelope.next.is_some() {
            // A server without a cache, which keeps to pages whatever it is asked for.
            return self.pages().await;
        }
        self.end_of_list(envelope)
    }

    /// Reads everything by pages, and gives the version from which to watch.
    async fn pages(&mut self) -> Result<String, Trouble> {
        self.reading.way("pages");
        let mut next = None;
        loop {
            let paged = next.is_some();
            let limit = match (self.whole || self.what.one_piece, paged) {
                (true, _) => None,
                (false, true) => Some(MORE),
                (false, false) => Some(PAGE),
            };
            // A server may keep to pages whatever it is asked for.
            let params = ListParams { limit, continue_token: next, ..self.list_params() };
            let mut envelope = match self.page(params).await {
                Err(Trouble::Expired) if paged => {
                    self.whole = true;
                    return Err(Trouble::Expired);
                }
                page => page?,
            };
            next = envelope.next.take();
            if next.is_none() {
                let version = self.end_of_list(envelope)?;
                self.whole = false;
                return Ok(version);
            }
        }
    }

    fn end_of_list(&mut self, envelope: Envelope) -> Result<String, Trouble> {
        if envelope.resource_version.is_empty() {
            return Err(WireError::Garbled("a list without a version".into()).into());
        }
        self.whole_list(&envelope.resource_version);
        Ok(envelope.resource_version)
    }

    fn list_params(&self) -> ListParams {
        ListParams {
            label_selector: self.what.labels.clone(),
            field_selector: self.what.fields.clone(),
            ..ListParams::default()
        }
    }

    /// One page, its objects handed on as they come.
    async fn page(&mut self, params: ListParams) -> Result<Envelope, Trouble> {
        let request =
            self.request().list(&params).map_err(|error| Trouble::Unreachable(error.to_string()))?;
        let part = if self.what.metadata_only { Part::MetadataList } else { Part::Whole };
        let mut answer = self.ask(request, part, SILENCE).await?;
        self.reading.answered(answer.encoding.name());
        let mut splitter = answer.encoding.list(self.what.table, self.what.limits);
        while let Some(chunk) = answer.chunk().await? {
            splitter.feed(&chunk, |object| self.apply(object, Trigger::List))?;
        }
        let envelope = splitter.finish()?;
        match envelope.status {
            Some(status) => Err(status.into()),
            None => Ok(envelope),
        }
    }
}
