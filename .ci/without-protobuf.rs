//! In the place of `kooper/src/wire/protobuf` where `.ci/binary-growth` measures what that adds to a program: no type has a
//! value, so that the compiler leaves out all that would read one.
#![allow(dead_code, missing_docs, unused_imports, clippy::all)]

use super::{Envelope, Limits, Object, Status, WatchEvent, WireError};
use serde::de::DeserializeOwned;

#[derive(Debug, PartialEq)]
pub(crate) struct Table;

#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {}

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::wire) enum Uncovered {
    #[error("this program reads no protobuf")]
    Kind,
}

#[derive(Debug)]
pub(crate) enum ListSplitter {}

#[derive(Debug)]
pub(crate) enum WatchSplitter {}

impl Table {
    pub(crate) fn builtin() -> &'static Self {
        &Self
    }
}

impl ListSplitter {
    pub(in crate::wire) fn new(_: &'static Table, _: Limits) -> Self {
        unreachable!("nothing is asked for in protobuf")
    }

    pub(in crate::wire) fn feed(&mut self, _: &[u8], _: impl FnMut(Object)) -> Result<(), WireError> {
        match *self {}
    }

    pub(in crate::wire) fn finish(self) -> Result<Envelope, WireError> {
        match self {}
    }
}

impl WatchSplitter {
    pub(in crate::wire) fn new(_: &'static Table, _: Limits) -> Self {
        unreachable!("nothing is asked for in protobuf")
    }

    pub(in crate::wire) fn feed(
        &mut self,
        _: &[u8],
        _: impl FnMut(WatchEvent) -> Result<(), WireError>,
    ) -> Result<(), WireError> {
        match *self {}
    }

    pub(in crate::wire) fn finish(self) -> Result<(), WireError> {
        match self {}
    }
}

pub(super) fn decode<T: DeserializeOwned>(_: &[u8], kind: Kind, _: u8) -> Result<T, Error> {
    match kind {}
}

pub(super) fn covers<T: DeserializeOwned>(_: &'static Table, _: &str, _: &str) -> Result<(), Uncovered> {
    Err(Uncovered::Kind)
}

pub(super) fn status(_: &[u8]) -> Option<Status> {
    None
}
