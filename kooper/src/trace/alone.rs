//! The traces of attempts and nothing else of them, for what measures them: `benches/by_hand`.

use super::{Attempt, Failure, Identity, Link, Place, Spans};
use crate::{
    Result, Spec, Trigger,
    queue::{Handout, Settlement, WorkQueue},
    store::{Job, Store},
    wire::{Limits, Object},
};
use std::{hint::black_box, pin::pin, time::Duration};

/// One object that is handled again and again, as the worker does it but for all that is no tracing.
#[derive(Debug)]
pub struct Traced {
    identity: Identity,
    handout: Handout,
    job: Job,
    failure: Failure,
}

impl Traced {
    /// Of an object in JSON; those that fail do so with this message.
    ///
    /// # Errors
    ///
    /// If it is none.
    ///
    /// # Panics
    ///
    /// Never: store and queue are new.
    pub async fn of(spec: Spec, spans: &'static Spans, object: &[u8], failure: &str) -> Result<Self> {
        let (store, queue) = (Store::default(), WorkQueue::new(spec.queue.clone()));
        let object = Object::read_json(object, Limits::default())?;
        let change = store.apply(object, (0, 0), Trigger::Watch).expect("the store was empty");
        queue.changed(change);
        let handout = queue.take().await.expect("the queue is open");
        let job = store.take(&handout.key).expect("it was put there");
        let failure = Failure::Handler(failure.to_owned());
        Ok(Self { identity: Identity::new(&spec, spans), handout, job, failure })
    }

    /// One attempt that does this work. If it fails, it is a retry of the one before that failed.
    pub async fn one(&mut self, work: impl Future<Output = ()>, fails: bool) {
        let settlement = self.hand_out(fails);
        let failure = fails.then_some(&self.failure);
        let mut attempt = Attempt::begin(&self.identity, &self.handout, &self.job);
        let child = attempt.child(Place::Add);
        {
            let work = pin!(async {
                work.await;
                if let Some(failure) = failure {
                    attempt.child_failed(&child, failure);
                }
            });
            attempt.around(&child, work).await;
        }
        drop(child);
        let link = attempt.settle(&settlement, failure);
        self.handout.link = fails.then_some(link);
    }

    /// The same without its trace: what [`one`](Self::one) has on top of this is the trace.
    pub async fn untraced(&mut self, work: impl Future<Output = ()>, fails: bool) {
        let settlement = self.hand_out(fails);
        let failure = fails.then_some(&self.failure);
        {
            let work = pin!(async {
                work.await;
                black_box(failure);
            });
            work.await;
        }
        black_box(&settlement);
        self.handout.link = fails.then(Link::default);
    }

    /// Makes the key's next hand-out; gives what will become of it.
    fn hand_out(&mut self, fails: bool) -> Settlement {
        let (settlement, attempt) = if fails {
            (Settlement::Retry { consumed: 2, remaining: 1, delay: Duration::from_secs(1) }, 2)
        } else {
            (Settlement::Done, 1)
        };
        (self.handout.attempt, self.handout.waited) = (attempt, Duration::from_millis(7));
        settlement
    }
}
