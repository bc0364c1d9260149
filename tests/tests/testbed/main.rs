//! Kooper against the real thing: programs as processes, a real kube-apiserver and etcd, and kubectl in the user's hand.
//!
//! They are taken from the folder that `TESTBED` names, else from `../shared/testbed` beside the repository. Where neither
//! is there, the tests pass with a line that says that they were skipped.

mod cluster;
mod program;
mod traces;

mod arguments;
mod mistakes;
mod objects;
mod shutdown;
mod sites;
