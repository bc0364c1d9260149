//! What can be wrong with the settings of telemetry.

use std::path::PathBuf;

/// Telemetry could not be set up. The message says what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InitError {
    /// The program has a subscriber already.
    #[error(
        "the program has a `tracing` subscriber already: call `init` once and before any other, or add the layer of \
         `kooper::telemetry::builder(..).build()` to your own subscriber"
    )]
    AlreadySet,
    /// A filter that says nothing that can be understood.
    #[error("{origin}=`{filter}` is not a filter ({reason}): write it as in `info,my_app::pods=debug`")]
    Filter {
        /// The variable or the setter that it came from.
        origin: &'static str,
        /// The filter as it was given.
        filter: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A variable with a value that it does not have.
    #[error("{variable}=`{value}` is not known: use one of {known}")]
    Variable {
        /// The name of the variable.
        variable: &'static str,
        /// Its value.
        value: String,
        /// The values that it can have.
        known: &'static str,
    },
    /// A variable asks for something that is not compiled in.
    #[error("{variable}=`{value}` needs the feature `{feature}` of kooper: enable it in Cargo.toml")]
    Feature {
        /// The name of the variable.
        variable: &'static str,
        /// Its value.
        value: String,
        /// The missing feature.
        feature: &'static str,
    },
    /// An exporter that can never work as it is set.
    #[error("no spans can be exported ({destination}): {reason}")]
    Exporter {
        /// Where the spans were to go.
        destination: String,
        /// What is wrong, and what to do.
        reason: String,
    },
    /// The trace file cannot be opened.
    #[error(
        "the trace file {path:?} cannot be written: {source}; name another by KOOPER_TRACE_FILE, or none"
    )]
    TraceFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}
