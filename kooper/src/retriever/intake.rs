//! Where what the streams read goes to, and how they are.

use super::accept::Refused;
use crate::{
    queue::WorkQueue,
    store::{Store, StreamId},
};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::watch;

/// Shared by all streams of a controller.
pub(crate) struct Intake {
    pub(crate) store: Arc<Store>,
    pub(crate) queue: Arc<WorkQueue>,
    health: Arc<watch::Sender<Health>>,
    /// The last trouble and its next step, for a start that takes too long.
    trouble: Arc<Mutex<Option<(String, String)>>>,
    /// What the server refuses to send objects in.
    pub(super) refused: Refused,
}

/// How the streams are.
#[derive(Debug, Default)]
pub(crate) struct Health {
    /// How many have not read everything once; `None` before the start.
    pending: Option<usize>,
    /// Whether the controller shuts down.
    stopped: bool,
    /// Those that were told to be in trouble.
    broken: HashSet<StreamId>,
}

impl Health {
    /// Whether everything has been read once.
    pub(crate) fn is_listed(&self) -> bool {
        self.pending == Some(0)
    }

    /// Whether everything has been read once, and nothing keeps a stream from following.
    pub(crate) fn is_ready(&self) -> bool {
        self.is_listed() && !self.stopped && self.broken.is_empty()
    }
}

impl Intake {
    /// For `streams` streams in all.
    pub(crate) fn new(
        store: Arc<Store>,
        queue: Arc<WorkQueue>,
        health: watch::Sender<Health>,
        streams: usize,
    ) -> Self {
        health.send_modify(|health| health.pending = Some(streams));
        Self { store, queue, health: Arc::new(health), trouble: Arc::default(), refused: Refused::default() }
    }

    /// For the streams of another kind, whose objects go elsewhere. How they are counts as well.
    pub(crate) fn beside(&self, store: Arc<Store>, queue: Arc<WorkQueue>) -> Self {
        Self {
            store,
            queue,
            health: self.health.clone(),
            trouble: self.trouble.clone(),
            refused: Refused::default(),
        }
    }

    /// How the streams are, and how they become.
    pub(crate) fn health(&self) -> watch::Receiver<Health> {
        self.health.subscribe()
    }

    /// The last trouble of any stream, with its next step.
    pub(crate) fn last_trouble(&self) -> Option<(String, String)> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From here on nothing is read.
    pub(crate) fn stop(&self) {
        self.health.send_modify(|health| health.stopped = true);
    }

    pub(super) fn listed(&self) {
        self.health.send_modify(|health| health.pending = health.pending.map(|pending| pending - 1));
    }

    pub(super) fn broken(&self, stream: StreamId) {
        self.health.send_modify(|health| {
            health.broken.insert(stream);
        });
    }

    pub(super) fn mended(&self, stream: StreamId) {
        self.health.send_modify(|health| {
            health.broken.remove(&stream);
        });
    }

    pub(super) fn note(&self, trouble: String, next_step: String) {
        *self.trouble.lock().unwrap_or_else(PoisonError::into_inner) = Some((trouble, next_step));
    }
}
