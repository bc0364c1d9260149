//! What the tests beside this package share: handlers that do as they are told and say what they were asked, a controller
//! that runs in the background of a test, its log lines, and a world in which all goes wrong.

mod ledger;
mod log;
mod objects;
mod running;
mod script;
mod trickle;
mod world;

pub use ledger::{Bookkeeper, Ledger, Run};
pub use log::{Line, Log};
pub use objects::{pod, undecodable_pod};
pub use running::Running;
pub use script::{Act, Call, Calls, Script};
pub use trickle::trickle;
pub use world::{Truth, World};
