//! The body of an answer.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

use super::{
    list::Page,
    watch::{Broken, Watch},
};

/// What is sent after the head of an answer.
pub(super) struct Payload {
    source: Source,
    /// Bytes that still go out before the connection breaks, where a fault asks for it.
    left: Option<usize>,
}

enum Source {
    Whole(Option<Bytes>),
    Page(Page),
    Watch(Pin<Box<dyn Future<Output = Step> + Send>>),
    End,
}

/// The watch is moved into the future of its next lines and comes back with them.
type Step = (Watch, Option<Result<Bytes, Broken>>);

async fn step(mut watch: Watch) -> Step {
    let lines = watch.next().await;
    (watch, lines)
}

impl Payload {
    pub(super) fn break_after(mut self, bytes: usize) -> Self {
        self.left = Some(bytes);
        self
    }

    /// The body, where it is in one piece.
    pub(super) fn whole(&self) -> Option<&Bytes> {
        match &self.source {
            Source::Whole(bytes) => bytes.as_ref(),
            _ => None,
        }
    }

    pub(super) fn watch(watch: Watch) -> Self {
        Self { source: Source::Watch(Box::pin(step(watch))), left: None }
    }

    pub(super) fn page(page: Page) -> Self {
        Self { source: Source::Page(page), left: None }
    }
}

impl From<Bytes> for Payload {
    fn from(bytes: Bytes) -> Self {
        Self { source: Source::Whole(Some(bytes)), left: None }
    }
}

impl Source {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Broken>>> {
        match self {
            Self::Whole(bytes) => Poll::Ready(bytes.take().filter(|bytes| !bytes.is_empty()).map(Ok)),
            Self::Page(page) => Poll::Ready(page.next_frame().map(Ok)),
            Self::Watch(next) => {
                let Poll::Ready((watch, lines)) = next.as_mut().poll(context) else { return Poll::Pending };
                *self = match lines {
                    Some(Ok(_)) => Self::Watch(Box::pin(step(watch))),
                    _ => Self::End,
                };
                Poll::Ready(lines)
            }
            Self::End => Poll::Ready(None),
        }
    }
}

impl Body for Payload {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if self.left == Some(0) {
            self.source = Source::End;
            self.left = None;
            return Poll::Ready(Some(Err(Broken)));
        }
        let Poll::Ready(bytes) = self.source.poll(context) else { return Poll::Pending };
        Poll::Ready(match (bytes, &mut self.left) {
            (Some(Ok(mut bytes)), Some(left)) => {
                bytes.truncate(*left);
                *left -= bytes.len();
                Some(Ok(Frame::data(bytes)))
            }
            (Some(Ok(bytes)), None) => Some(Ok(Frame::data(bytes))),
            (None, Some(_)) => Some(Err(Broken)),
            (bytes, _) => bytes.map(|bytes| bytes.map(Frame::data)),
        })
    }

    fn size_hint(&self) -> SizeHint {
        match (&self.source, self.left) {
            (Source::Whole(bytes), None) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            _ => SizeHint::default(),
        }
    }
}
