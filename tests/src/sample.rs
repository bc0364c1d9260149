//! Objects as Go writes them.

use base64::{Engine, prelude::BASE64_STANDARD};

/// An object in both encodings.
pub struct Sample<'a> {
    /// Such as `apps/v1`.
    pub api_version: &'a str,
    /// Such as `Deployment`.
    pub kind: &'a str,
    /// A whole answer in protobuf.
    pub protobuf: Vec<u8>,
    /// The same object in JSON.
    pub json: &'a str,
}

impl<'a> Sample<'a> {
    /// Reads a line of `kooper/table/samples`: apiVersion, kind, protobuf in base64, JSON.
    ///
    /// # Panics
    ///
    /// If it is none.
    pub fn parse(line: &'a str) -> Self {
        let mut parts = line.splitn(4, ' ');
        let mut next = || parts.next().expect("apiVersion, kind, protobuf, JSON");
        let (api_version, kind, protobuf, json) = (next(), next(), next(), next());
        let protobuf = BASE64_STANDARD.decode(protobuf).expect("base64");
        Self { api_version, kind, protobuf, json }
    }
}
