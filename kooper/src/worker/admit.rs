//! What comes before and after a handler: the filter, and the finalizer.

use super::{Failed, Workers, caught, decode};
use crate::{
    Context, Outcome, Requeue, Trigger,
    finalizer::{Finalizer, Hold, Stage},
    handler::{Resource, Runnable},
    queue::{Handout, Verdict},
    store::Job,
    trace::{Failure, Place},
    wire::Object,
};
use kube::core::ObjectMeta;
use std::sync::{PoisonError, atomic::Ordering};

/// What filter and finalizer make of a job, before there is a span.
pub(super) enum Admitted<R> {
    /// Neither had to look at it.
    Unseen,
    /// It is to be handled. The metadata is there where the controller has a finalizer.
    Decoded(R, Option<Box<ObjectMeta>>),
    /// There is nothing to do for it, and no trace of that.
    Nothing,
}

impl<H: Runnable> Workers<H> {
    /// Asks filter and finalizer about a job.
    pub(super) fn admit(&self, handout: &Handout, job: &Job) -> Result<Admitted<H::Resource>, Failed> {
        let renewed = self.finalizer.as_ref().and_then(|_| self.forget_renewal(handout));
        let Job::Add { object, first, .. } = job else { return Ok(Admitted::Unseen) };
        let told_by_watch = handout.trigger == Trigger::Watch && handout.coalesced == 0;
        if told_by_watch && renewed.is_some_and(|version| version == object.meta.resource_version) {
            return Ok(Admitted::Nothing);
        }
        let ending = self.finalizer.as_ref().filter(|_| object.meta.deleting);
        if self.hooks.filter.is_none() && ending.is_none() {
            return Ok(Admitted::Unseen);
        }
        let (resource, meta) = self.decode(object, *first)?;
        let wanted = match ending.zip(meta.as_deref()).map(|(finalizer, meta)| finalizer.stage(meta)) {
            Some(stage) => Ok(stage == Stage::Finalize),
            None => self.ask_filter(&resource),
        };
        if matches!(wanted, Ok(true)) {
            return Ok(Admitted::Decoded(resource, meta));
        }
        self.unseen(object, *first);
        wanted.map(|_| Admitted::Nothing)
    }

    fn ask_filter(&self, resource: &H::Resource) -> Result<bool, Failed> {
        let Some(filter) = &self.hooks.filter else { return Ok(true) };
        match caught(|| (filter.call)(&self.handler, resource)) {
            Ok(wanted) => {
                self.filtered.fetch_add(u64::from(!wanted), Ordering::Relaxed);
                Ok(wanted)
            }
            Err(panic) => {
                let failure = Failure::panic("filter", &panic);
                Err(Failed { failure, verdict: Verdict::Failed, of: Place::Add })
            }
        }
    }

    /// The object as the handler takes it, and its metadata where there is a finalizer to look for.
    pub(super) fn decode(
        &self,
        object: &Object,
        first: bool,
    ) -> Result<(H::Resource, Option<Box<ObjectMeta>>), Failed> {
        let decoded = decode::<<H::Resource as Resource>::Object>(&object.body).map_err(|why| {
            self.store.spoil(&object.meta.key, &object.meta);
            self.unseen(object, first);
            Failed { failure: Failure::Decode(why), verdict: Verdict::Permanent, of: Place::Add }
        })?;
        let meta = self.finalizer.as_ref().map(|_| Box::new(kube::Resource::meta(&decoded).clone()));
        Ok((decoded.into(), meta))
    }

    /// No handler is given the object: its end is of no matter to any, unless one was given it before.
    fn unseen(&self, object: &Object, first: bool) {
        if first {
            self.store.unstart(&object.meta.key, &object.meta.uid);
        }
    }

    /// Puts the finalizer on an object that lacks it, and calls `add` with what it is then.
    pub(super) async fn add_held(
        &self,
        ctx: Context,
        finalizer: &Finalizer,
        resource: H::Resource,
        meta: Box<ObjectMeta>,
        object: &Object,
        first: bool,
    ) -> Outcome {
        let held = match finalizer.stage(&meta) {
            Stage::Hold => finalizer.hold(&self.client, *meta).await,
            _ => Ok(Hold::AsItWas),
        };
        let resource = match held {
            Ok(Hold::AsItWas) => resource,
            Ok(Hold::Renewed(renewed)) => {
                let decoded: <H::Resource as Resource>::Object = renewed.body.decode()?;
                self.renew(*renewed);
                decoded.into()
            }
            Ok(Hold::Gone) => {
                self.unseen(object, first);
                return Ok(Requeue::none());
            }
            Err(error) => {
                self.unseen(object, first);
                return Err(error);
            }
        };
        self.handler.on_add(ctx, resource).await
    }

    /// Calls `finalize`, and takes the finalizer off once it is through.
    pub(super) async fn finalize(
        &self,
        ctx: Context,
        finalizer: &Finalizer,
        resource: H::Resource,
        meta: Box<ObjectMeta>,
    ) -> Outcome {
        let requeue = self.handler.on_finalize(ctx, resource).await?;
        if requeue.delay().is_none() {
            finalizer.release(&self.client, *meta).await?;
        }
        Ok(requeue)
    }

    /// Keeps what came of the finalizer's own write, and that a handler is given it.
    fn renew(&self, object: Object) {
        let (key, version) = (object.meta.key.clone(), object.meta.resource_version.clone());
        self.store.renew(object);
        self.renewed.lock().unwrap_or_else(PoisonError::into_inner).insert(key, version);
    }

    /// Forgets which version came of the finalizer's own write.
    pub(super) fn forget_renewal(&self, handout: &Handout) -> Option<Box<str>> {
        self.renewed.lock().unwrap_or_else(PoisonError::into_inner).remove(&handout.key)
    }
}
