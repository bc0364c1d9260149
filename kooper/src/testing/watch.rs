//! Watches: a position in the log, shown as a stream of lines.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use bytes::Bytes;
use serde_json::json;
use tokio::{sync::watch, time::Instant};

use super::{
    cluster::Api,
    fault::{Command, EventEffect, OpenWatch, spoil},
    list::Versions,
    proto::Form,
    request::Request,
    selector::Selector,
    status::Status,
    store::{Entry, Object, Range},
    view::View,
};

/// Entries of the log that are read at once.
const BATCH: usize = 64;
/// How often a watch that wants bookmarks is told how far it is.
const BOOKMARK_EVERY: Duration = Duration::from_mins(1);
/// How long a watch lasts that names no time.
const LASTS: Duration = Duration::from_mins(45);

/// One open watch.
pub(super) struct Watch {
    api: Arc<Api>,
    request: Request,
    selector: Selector,
    form: Form,
    /// All changes up to this version have been told.
    position: u64,
    /// What is there at the start, still to be told.
    initial: VecDeque<Arc<Object>>,
    /// The version whose bookmark ends the initial events, where that was asked for.
    initial_end: Option<u64>,
    changed: watch::Receiver<u64>,
    bookmark: Option<Instant>,
    end: Instant,
    open: OpenWatch,
    /// The last event, for the fault that repeats it.
    last: Option<(&'static str, Arc<Object>)>,
    /// Until when a fault holds back what there is to tell, and the version that it has met.
    late: Option<Instant>,
    met: u64,
    ended: bool,
}

/// The stream broke, as a connection does.
#[derive(Debug, thiserror::Error)]
#[error("the connection broke (a fault that the test asked for)")]
pub(super) struct Broken;

impl Watch {
    pub(super) fn open(api: &Arc<Api>, request: Request, form: Form) -> Result<Self, Status> {
        let selector = Selector::of(&request)?;
        let versions = Versions::of(&request, true)?;
        let query = &request.query;
        let bookmarks = query.is_set("allowWatchBookmarks");
        let lasts = query.number("timeoutSeconds")?.filter(|seconds| *seconds > 0);
        let lasts = lasts.map_or(LASTS, Duration::from_secs);
        let asked = query.get("sendInitialEvents").map(|_| query.is_set("sendInitialEvents"));
        let from = versions.version.unwrap_or(0);

        let mut state = api.store.lock();
        let newest = state.version;
        let collection = state.collection(&request.resource.collection());
        let changed = collection.subscribe();
        let starts_with_all = asked.unwrap_or(from == 0);
        let range = Range { namespace: request.namespace.as_deref(), after: None };
        let initial: VecDeque<_> = if starts_with_all {
            collection.now(range).filter(|object| selector.matches(object)).cloned().collect()
        } else {
            VecDeque::new()
        };
        drop(state);
        let now = Instant::now();
        Ok(Self {
            initial_end: (asked == Some(true) && bookmarks).then_some(newest),
            position: if starts_with_all || from == 0 { newest } else { from },
            bookmark: bookmarks.then(|| now + BOOKMARK_EVERY),
            end: now + lasts,
            open: api.faults.open_watch(&request),
            api: Arc::clone(api),
            request,
            selector,
            form,
            initial,
            changed,
            last: None,
            late: None,
            met: 0,
            ended: false,
        })
    }

    /// The next lines; `None` when the watch has ended.
    pub(super) async fn next(&mut self) -> Option<Result<Bytes, Broken>> {
        loop {
            if self.ended {
                return None;
            }
            self.open.busy();
            match self.open.command() {
                Command::Run => {}
                Command::Hang => {
                    self.open.idle(self.position);
                    self.open.changed().await;
                    continue;
                }
                Command::End => return None,
                Command::Break => {
                    self.ended = true;
                    return Some(Err(Broken));
                }
                Command::Cut => {
                    self.open.break_next();
                    return Some(Ok(self.form.cut_event()));
                }
                Command::Garble => {
                    return Some(Ok(self.form.garbled_event()));
                }
                Command::Repeat => {
                    if let Some((kind, object)) = self.last.clone() {
                        let mut lines = Vec::new();
                        self.line(kind, &object, &mut lines);
                        return Some(Ok(lines.into()));
                    }
                }
                Command::Fail(code) => return Some(Ok(self.fail(&Status::of_code(code)))),
            }
            if self.late.is_none_or(|late| late <= Instant::now()) {
                self.late = None;
                if let Some(lines) = self.lines() {
                    return Some(Ok(lines));
                }
                if self.open.is_commanded() {
                    continue;
                }
            }
            let bookmark = self.bookmark.unwrap_or(self.end);
            if self.late.is_none() {
                self.open.idle(self.position);
            }
            tokio::select! {
                biased;
                _ = self.changed.changed(), if self.late.is_none() => {}
                () = tokio::time::sleep_until(self.late.unwrap_or(self.end)), if self.late.is_some() => {}
                () = self.open.changed() => {}
                () = tokio::time::sleep_until(self.end) => self.ended = true,
                () = tokio::time::sleep_until(bookmark), if bookmark < self.end => {
                    self.bookmark = Some(Instant::now() + BOOKMARK_EVERY);
                    return Some(Ok(self.bookmark_line(false)));
                }
            }
        }
    }

    /// What there is to tell now.
    fn lines(&mut self) -> Option<Bytes> {
        if !self.initial.is_empty() {
            let mut lines = Vec::new();
            while let Some(object) = self.initial.pop_front() {
                self.line("ADDED", &object, &mut lines);
                if lines.len() > 64 << 10 {
                    break;
                }
            }
            return Some(lines.into());
        }
        if let Some(version) = self.initial_end.take() {
            self.position = version;
            return Some(self.bookmark_line(true));
        }
        loop {
            self.changed.borrow_and_update();
            let entries = {
                let mut state = self.api.store.lock();
                let newest = state.version;
                let collection = state.collection(&self.request.resource.collection());
                let entries = collection.since(self.position, BATCH).ok_or_else(|| collection.compacted());
                if entries.as_ref().is_ok_and(Vec::is_empty) {
                    self.position = self.position.max(newest);
                }
                entries
            };
            let entries = match entries {
                Ok(entries) => entries,
                Err(oldest) => {
                    let why = format!("too old resource version: {} ({oldest})", self.position);
                    return Some(self.fail(&Status::expired(why)));
                }
            };
            entries.last()?;
            let mut lines = Vec::new();
            for entry in &entries {
                if !self.tell(entry, &mut lines) {
                    return (!lines.is_empty()).then(|| lines.into());
                }
                self.position = entry.version;
            }
            if !lines.is_empty() {
                return Some(lines.into());
            }
        }
    }

    /// A change as this watch sees it: an object that begins or ceases to match is added or deleted. `false` where a fault
    /// keeps it, and what follows, back.
    fn tell(&mut self, entry: &Entry, lines: &mut Vec<u8>) -> bool {
        let inside =
            self.request.namespace.as_deref().is_none_or(|ns| entry.object.key.namespace() == Some(ns));
        if !inside {
            return true;
        }
        let was = entry.before.as_ref().is_some_and(|before| self.selector.matches(before));
        let is = !entry.removed && self.selector.matches(&entry.object);
        let kind = match (was, is) {
            (false, false) => return true,
            (false, true) => "ADDED",
            (true, true) => "MODIFIED",
            (true, false) => "DELETED",
        };
        let object = match &entry.before {
            // The last state that matched is shown, in the version of the change.
            Some(before) if kind == "DELETED" && !entry.removed => Arc::new(before.in_version(entry.version)),
            _ => Arc::clone(&entry.object),
        };
        if entry.version > self.met {
            self.met = entry.version;
            let resource = &self.request.resource.plural;
            if let Some(effect) = self.api.faults.rules.meet_event(resource, &object.key, kind) {
                return self.suffer(&effect, kind, &object, lines);
            }
        }
        self.line(kind, &object, lines);
        true
    }

    /// What a fault makes of an event; `false` where nothing more comes for now.
    fn suffer(
        &mut self,
        effect: &EventEffect,
        kind: &'static str,
        object: &Arc<Object>,
        lines: &mut Vec<u8>,
    ) -> bool {
        match *effect {
            EventEffect::Break => self.open.break_next(),
            EventEffect::Cut(after) => {
                let begin = lines.len();
                self.line(kind, object, lines);
                lines.truncate(begin + after.min(lines.len() - begin - 1));
                self.open.break_next();
            }
            EventEffect::Hang => self.open.hang(),
            EventEffect::Slow(by) => self.late = Some(Instant::now() + by),
            EventEffect::Fail(code) => {
                let line = self.fail(&Status::of_code(code));
                lines.extend_from_slice(&line);
            }
            EventEffect::Garble => {
                lines.extend_from_slice(&self.form.garbled_event());
                return true;
            }
            EventEffect::Lose => return true,
            EventEffect::Repeat => {
                self.line(kind, object, lines);
                self.line(kind, object, lines);
                return true;
            }
            EventEffect::Spoil => {
                let mut document = object.document();
                spoil(&mut document);
                let spoilt = Arc::new(Object::new(object.key.clone(), object.version, document));
                self.line(kind, &spoilt, lines);
                return true;
            }
        }
        false
    }

    fn line(&mut self, kind: &'static str, object: &Arc<Object>, lines: &mut Vec<u8>) {
        self.form.event(kind, &self.request.resource, object, lines);
        self.last = Some((kind, Arc::clone(object)));
    }

    fn bookmark_line(&self, ends_initial: bool) -> Bytes {
        let (kind, api_version) = match self.form.view {
            View::Whole => (self.request.resource.kind.clone(), self.request.resource.api_version()),
            View::Metadata => ("PartialObjectMetadata".into(), "meta.k8s.io/v1".into()),
            View::Table(_) => ("Table".into(), "meta.k8s.io/v1".into()),
        };
        let mut metadata = json!({ "resourceVersion": self.position.to_string() });
        if ends_initial {
            metadata["annotations"] = json!({ "k8s.io/initial-events-end": "true" });
        }
        let object = json!({ "kind": kind, "apiVersion": api_version, "metadata": metadata });
        self.form.other_event("BOOKMARK", &object)
    }

    /// An event that tells of a failure and ends the watch.
    fn fail(&mut self, status: &Status) -> Bytes {
        self.ended = true;
        self.form.other_event("ERROR", &status.to_value())
    }
}
