//! Following changes: one watch, from its request to its end.

use super::{
    Trouble, list,
    stream::{SHORT, Stream},
};
use crate::{
    Trigger,
    wire::{Part, WatchEvent},
};
use http::Request;
use kube::api::WatchParams;
use std::time::Duration;

/// How long a watch is asked to last; the server ends it then, and a new one takes over where it ended.
const WATCH: Duration = Duration::from_secs(290);

/// How long a watch may be silent: beyond this the connection is dead, whatever TCP says.
const SILENCE: Duration = Duration::from_secs(295);

/// How a watch ended.
pub(super) struct Ended {
    /// The version up to which it told; `None` if it began with everything and did not come to the end of it.
    pub(super) version: Option<String>,
    /// Why, unless the server ended it as it should.
    pub(super) trouble: Option<Trouble>,
    /// Whether it told nothing.
    pub(super) quiet: bool,
}

impl Ended {
    /// Everything was read as of a version, and nothing followed.
    pub(super) fn at(version: String) -> Self {
        Self { version: Some(version), trouble: None, quiet: false }
    }
}

impl Stream {
    /// One watch from a version.
    pub(super) async fn watch(&mut self, version: String) -> Ended {
        self.follows_from(&version);
        match self.request().watch(&self.watch_params(), &version) {
            Ok(request) => self.follow(request, Some(version)).await,
            Err(error) => {
                let trouble = Some(Trouble::Unreachable(error.to_string()));
                Ended { version: Some(version), trouble, quiet: true }
            }
        }
    }

    pub(super) fn watch_params(&self) -> WatchParams {
        WatchParams {
            label_selector: self.what.labels.clone(),
            field_selector: self.what.fields.clone(),
            timeout: Some(u32::try_from(WATCH.as_secs()).unwrap_or(u32::MAX)),
            bookmarks: true,
            ..WatchParams::default()
        }
    }

    /// Follows a watch to its end. Without a `version` it begins with everything, as a streaming list does.
    pub(super) async fn follow(&mut self, request: Request<Vec<u8>>, version: Option<String>) -> Ended {
        let mut ended = Ended { version, trouble: None, quiet: true };
        ended.trouble = self.read(request, &mut ended).await.err();
        ended
    }

    async fn read(&mut self, request: Request<Vec<u8>>, ended: &mut Ended) -> Result<(), Trouble> {
        let silence = if ended.version.is_some() { SILENCE } else { list::SILENCE };
        let part = if self.what.metadata_only { Part::Metadata } else { Part::Whole };
        let mut answer = self.ask(request, part, silence).await?;
        self.reading.answered(answer.encoding.name());
        if ended.version.is_some() {
            self.well();
        }
        let mut splitter = answer.encoding.watch(self.what.table, self.what.limits);
        let settling = tokio::time::sleep(SHORT);
        tokio::pin!(settling);
        loop {
            let chunk = tokio::select! {
                biased;
                chunk = answer.chunk() => chunk?,
                // An answer that begins well may yet be garbled, or break at once.
                () = &mut settling, if self.is_troubled() && ended.version.is_some() => {
                    self.recovered();
                    continue;
                }
            };
            let Some(chunk) = chunk else { break };
            let mut last = Ok(());
            splitter.feed(&chunk, |event| {
                ended.quiet &= matches!(event, WatchEvent::Bookmark { .. });
                if last.is_ok() {
                    last = self.take(event, &mut ended.version);
                }
                Ok(())
            })?;
            last?;
            if ended.version.is_some() {
                answer.may_be_silent_for(SILENCE);
            }
        }
        if let Some(status) = splitter.finish()? {
            return Err(status.into());
        }
        match ended.version {
            Some(_) => Ok(()),
            None => Err(Trouble::Lost("the streaming list ended before its end".into())),
        }
    }

    /// Takes one event. `version` is `None` for as long as everything is still coming.
    fn take(&mut self, event: WatchEvent, version: &mut Option<String>) -> Result<(), Trouble> {
        match event {
            WatchEvent::Applied(object) => {
                let trigger = if let Some(version) = version {
                    (*object.meta.resource_version).clone_into(version);
                    Trigger::Watch
                } else {
                    Trigger::List
                };
                self.apply(object, trigger);
            }
            WatchEvent::Deleted(object) => {
                if let Some(version) = version {
                    (*object.meta.resource_version).clone_into(version);
                }
                self.delete(object);
            }
            WatchEvent::Bookmark { version: newer, initial_end } => {
                if version.is_none() {
                    if !initial_end {
                        return Err(Trouble::NoStreamingList);
                    }
                    self.whole_list(&newer);
                    self.goes_on_from(&newer);
                }
                self.reading.bookmark();
                *version = Some(newer);
            }
            WatchEvent::Error(status) => return Err(status.into()),
        }
        Ok(())
    }
}
