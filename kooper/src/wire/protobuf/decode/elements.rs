//! What is an array in JSON: a run of fields with one number, or an array of JSON within protobuf.

use super::{super::error::Error, one::Run, value::Value};
use serde::de::{DeserializeSeed, SeqAccess};

pub(super) enum Elements<'de> {
    Run(Run<'de>),
    Json(std::vec::IntoIter<serde_json::Value>),
}

impl<'de> Elements<'de> {
    fn advance(&mut self) -> Result<Option<Value<'de>>, Error> {
        Ok(match self {
            Self::Run(run) => run.next()?.map(Value::One),
            Self::Json(values) => values.next().map(Value::Json),
        })
    }
}

impl<'de> SeqAccess<'de> for Elements<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.advance()?.map(|value| seed.deserialize(value)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        // Counted, not announced; and serde allocates no more than a megabyte on a hint.
        Some(match self {
            Self::Run(run) => run.left,
            Self::Json(values) => values.len(),
        })
    }
}
