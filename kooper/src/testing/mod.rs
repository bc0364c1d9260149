//! Testing.

mod traces;
pub use traces::{Attr, Link, ObjectTraces, RecordedSpan, RecordedTrace, Traces};
