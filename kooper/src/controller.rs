//! The controller: wires the stages, runs, drains.

use crate::{Backoff, Result, Spec, handler::Runnable, retriever::Names};
use kube::Client;
use std::{future::Future, sync::Arc, time::Duration};
