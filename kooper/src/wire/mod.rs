//! Encodings.
/// An object's bytes.
#[derive(Clone)]
pub(crate) struct Body(pub(crate) bytes::Bytes);
impl Body {
    pub(crate) fn decode<R: serde::de::DeserializeOwned>(&self) -> Result<R, serde_json::Error> {
        serde_json::from_slice(&self.0)
    }
}
