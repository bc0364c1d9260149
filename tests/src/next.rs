//! What a handler tells a test.

use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;

/// The next thing that a handler sends.
///
/// # Panics
///
/// If nothing comes within ten minutes, which pass at once where time is paused, or the controller has ended.
pub async fn next<T>(seen: &mut UnboundedReceiver<T>) -> T {
    let next = tokio::time::timeout(Duration::from_mins(10), seen.recv()).await;
    next.expect("the handler tells something").expect("the controller runs")
}
