//! What the tests beside this package share: handlers that do as they are told and say what they were asked, a controller
//! that runs in the background of a test, its log lines, a world in which all goes wrong,
//! and real programs to test against.

mod bad_request;
mod collector;
mod example;
mod generated;
mod jaeger;
mod ledger;
mod life;
mod log;
mod next;
mod objects;
mod otlp_json;
mod replaced;
mod replay;
mod running;
mod sample;
mod script;
mod skipped;
mod testbed;
mod trickle;
mod world;

pub use bad_request::BadRequest;
pub use collector::{Collected, collector};
pub use example::example;
pub use generated::generated;
pub use jaeger::{Fields, JaegerSpan, Wire, arrived, expected, jaeger_spans};
pub use ledger::{Bookkeeper, Ledger, Outcome, Run};
pub use life::traces_of_a_life;
pub use log::{Line, Log};
pub use next::next;
pub use objects::{pod, undecodable_pod};
pub use otlp_json::read_otlp_json;
pub use replaced::{Answer, replaced};
pub use replay::{RECORDED, Recorded, replay};
pub use running::Running;
pub use sample::Sample;
pub use script::{Act, Call, Calls, Script};
pub use skipped::skipped;
pub use testbed::{ApiServer, Jaeger, Killed, programs, testbed};
pub use trickle::trickle;
pub use world::{Truth, Way, World};
