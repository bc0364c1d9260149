//! Which encoding is asked for, and which one an answer came in.

use super::{
    Limits, ListSplitter, WatchSplitter, json,
    protobuf::{self, Table, Uncovered},
};
use crate::ConfigError;
use serde::de::DeserializeOwned;
use std::env;

/// The variable by which an operator chooses.
const VARIABLE: &str = "KOOPER_ENCODING";

const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

/// `apiVersion` and `kind` of an object of which there is the metadata alone, whatever kind it is of.
pub(crate) const METADATA_ALONE: (&str, &str) = ("meta.k8s.io/v1", "PartialObjectMetadata");

/// How much of each object is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Whole,
    /// The metadata alone, in the events of a watch.
    Metadata,
    /// The metadata alone, in a list.
    MetadataList,
}

/// What objects are written in on their way from the API server; see [the page on encodings](crate::encodings).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Encoding {
    /// Kubernetes' protobuf where server, resource and type allow for it, else JSON. The default.
    #[default]
    Protobuf,
    /// JSON, as every API server speaks it.
    Json,
}

impl Encoding {
    /// The name, as in `KOOPER_ENCODING` and in log lines: `protobuf` or `json`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Protobuf => "protobuf",
            Self::Json => "json",
        }
    }

    /// What to ask for, in HTTP's words. The server takes the first that it can do: whole objects where it cannot do their
    /// metadata alone, which an aggregated API may not.
    pub(crate) const fn accept(self, part: Part) -> &'static str {
        match (self, part) {
            (Self::Protobuf, Part::Whole) => "application/vnd.kubernetes.protobuf,application/json",
            (Self::Json, Part::Whole) => "application/json",
            (Self::Protobuf, Part::Metadata) => concat!(
                "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,",
                "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
            ),
            (Self::Json, Part::Metadata) => {
                "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
            }
            (Self::Protobuf, Part::MetadataList) => concat!(
                "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,",
                "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
            ),
            (Self::Json, Part::MetadataList) => {
                "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
            }
        }
    }

    /// The encoding of an answer, by its `Content-Type`. What was asked for does not count: a custom resource, an older
    /// server or a proxy may answer otherwise.
    pub(crate) fn of(content_type: Option<&str>) -> Self {
        let kind = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
        if kind.trim().eq_ignore_ascii_case(PROTOBUF) { Self::Protobuf } else { Self::Json }
    }

    /// What the operator says by `KOOPER_ENCODING`, if anything.
    pub(crate) fn of_operator() -> Result<Option<Self>, ConfigError> {
        env::var_os(VARIABLE).map_or(Ok(None), |value| Self::named(&value.to_string_lossy()))
    }

    fn named(name: &str) -> Result<Option<Self>, ConfigError> {
        match name {
            "" => Ok(None),
            "protobuf" => Ok(Some(Self::Protobuf)),
            "json" => Ok(Some(Self::Json)),
            other => Err(ConfigError::Range {
                setting: VARIABLE,
                problem: format!("is `{other}`: it must be `json` or `protobuf`"),
            }),
        }
    }

    /// This encoding, or JSON where a type could not be read from it without loss. A type that should have been covered is
    /// told, with the field.
    pub(crate) fn for_type<T: DeserializeOwned>(
        self,
        table: &'static Table,
        controller: &str,
        api_version: &str,
        kind: &str,
    ) -> Self {
        if self == Self::Json {
            return self;
        }
        match protobuf::covers::<T>(table, api_version, kind) {
            Ok(()) => Self::Protobuf,
            Err(Uncovered::Kind) => Self::Json,
            Err(reason) => {
                tracing::warn!(
                    controller,
                    "type" = std::any::type_name::<T>(),
                    %reason,
                    next_step = "none is needed; a newer Kooper may know more, and `.encoding(Encoding::Json)` silences this",
                    "{kind} of {api_version} is read as JSON"
                );
                Self::Json
            }
        }
    }

    /// A splitter for a list's body.
    pub(crate) fn list(self, table: &'static Table, limits: Limits) -> ListSplitter {
        match self {
            Self::Json => ListSplitter::Json(json::ListSplitter::new(limits)),
            Self::Protobuf => ListSplitter::Protobuf(protobuf::ListSplitter::new(table, limits)),
        }
    }

    /// A splitter for a watch's stream.
    pub(crate) fn watch(self, table: &'static Table, limits: Limits) -> WatchSplitter {
        match self {
            Self::Json => WatchSplitter::Json(json::WatchSplitter::new(limits)),
            Self::Protobuf => WatchSplitter::Protobuf(protobuf::WatchSplitter::new(table, limits)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_type_of_an_answer_decides() {
        for value in [
            "application/vnd.kubernetes.protobuf",
            "application/vnd.kubernetes.protobuf;stream=watch",
            "Application/vnd.kubernetes.protobuf; charset=utf-8",
        ] {
            assert_eq!(Encoding::of(Some(value)), Encoding::Protobuf, "{value}");
        }
        for value in [
            None,
            Some(""),
            Some("application/json"),
            Some("application/json;stream=watch"),
            Some("text/html"),
        ] {
            assert_eq!(Encoding::of(value), Encoding::Json, "{value:?}");
        }
    }

    #[test]
    fn the_operators_word_is_json_or_protobuf() {
        assert!(matches!(Encoding::named("json"), Ok(Some(Encoding::Json))));
        assert!(matches!(Encoding::named("protobuf"), Ok(Some(Encoding::Protobuf))));
        assert!(matches!(Encoding::named(""), Ok(None)));
        let error = Encoding::named("yaml").expect_err("no such encoding").to_string();
        assert!(error.contains("KOOPER_ENCODING") && error.contains("`yaml`"), "{error}");
    }
}
