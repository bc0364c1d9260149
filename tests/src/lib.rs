//! What the tests beside this package share: a handler that does as it is told and says what it was asked, a controller
//! that runs in the background of a test, and the log lines of both.

mod log;
mod objects;
mod running;
mod script;

pub use log::{Line, Log};
pub use objects::{pod, undecodable_pod};
pub use running::Running;
pub use script::{Act, Call, Calls, Script};
