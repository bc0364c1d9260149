//! The two ways to read everything.
//!
//! * A **streaming list** (KEP-3157, on by default since Kubernetes 1.34): a watch that begins with all objects, and a bookmark
//!   that says so. The server sends from its cache as it goes; nothing is held in one piece on either side.
//! * **Pages** of 500, where the server refuses that.
//!
//! Both are consistent: what they hold is no older than the moment they were asked for.

use super::{Trouble, answer::ask, stream::Stream, watch::Ended};
use crate::{
    Trigger,
    wire::{Envelope, Part, WireError},
};
use kube::api::{ListParams, WatchParams};
use std::time::Duration;

/// Objects in one page: client-go's and kube's number.
const PAGE: u32 = 500;

/// How long a list may be silent.
pub(super) const SILENCE: Duration = Duration::from_mins(1);

impl Stream {
    /// Reads everything, follows it for as long as the same answer tells of changes, and gives how that ended, with the
    /// version from which to watch.
    pub(super) async fn list(&mut self) -> Result<Ended, Trouble> {
        self.epoch = self.epoch.wrapping_add(1);
        if !self.streaming {
            return self.pages().await.map(Ended::at);
        }
        let asked = WatchParams { send_initial_events: true, ..self.watch_params() };
        let request =
            self.request().watch(&asked, "").map_err(|error| Trouble::Unreachable(error.to_string()))?;
        let ended = self.follow(request, None).await;
        if ended.version.is_some() {
            // Everything was read: whatever came then, a watch takes over where it ended.
            return Ok(ended);
        }
        match ended.trouble {
            Some(trouble) if trouble.is_no_streaming_list(ended.quiet) => {
                tracing::debug!(controller = self.controller, error = %trouble, "no streaming lists here: reading by pages");
                self.streaming = false;
                self.pages().await.map(Ended::at)
            }
            trouble => Err(trouble.unwrap_or(Trouble::NoStreamingList)),
        }
    }

    /// Reads everything by pages, and gives the version from which to watch.
    async fn pages(&mut self) -> Result<String, Trouble> {
        let mut next = None;
        loop {
            let paged = next.is_some();
            let envelope = match self.page(next).await {
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
            self.whole_list(&envelope.resource_version);
            return Ok(envelope.resource_version);
        }
    }

    /// One page, its objects handed on as they come.
    async fn page(&mut self, next: Option<String>) -> Result<Envelope, Trouble> {
        let mut params = ListParams {
            label_selector: self.what.labels.clone(),
            field_selector: self.what.fields.clone(),
            ..ListParams::default()
        };
        if !self.whole {
            params.limit = Some(PAGE);
            params.continue_token = next;
        }
        let request =
            self.request().list(&params).map_err(|error| Trouble::Unreachable(error.to_string()))?;
        let part = if self.what.metadata_only { Part::MetadataList } else { Part::Whole };
        let mut answer = ask(&self.client, request, self.what.encoding.accept(part), SILENCE).await?;
        let mut splitter = answer.encoding.list();
        while let Some(chunk) = answer.chunk().await? {
            splitter.feed(&chunk, |object| self.apply(object, Trigger::List))?;
        }
        Ok(splitter.finish()?)
    }
}
