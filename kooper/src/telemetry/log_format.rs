//! How log lines are written.

use super::InitError;

/// The form of log lines, for [`Builder::log_format`](super::Builder::log_format).
///
/// In both, a line that is logged inside a handler says the object's key, the number of the attempt, the controller, the trace
/// and the span.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogFormat {
    /// For people. Before the colon stands where it happened: the target, the object's key and the attempt, the spans of the
    /// program's own; at the end, which controller and in which trace:
    ///
    /// ```text
    /// 2026-04-01T08:15:30.123456Z  WARN my_app::pods default/web #2 getOrg{org=acme}: no answer after=3s controller=pods trace_id=… span_id=…
    /// ```
    #[default]
    Text,
    /// For programs: each line is an object of JSON. What is not there is left out.
    ///
    /// ```json
    /// {"timestamp":"2026-04-01T08:15:30.123456Z","level":"WARN","target":"my_app::pods","message":"no answer",
    ///  "fields":{"after":"3s"},"controller":"pods","key":"default/web","attempt":2,"trace_id":"…","span_id":"…",
    ///  "spans":[{"name":"getOrg","org":"acme"}]}
    /// ```
    Json,
}

impl LogFormat {
    /// That of the variable, else that of the program.
    pub(super) fn of(told: Option<&str>, program: Option<Self>) -> Result<Self, InitError> {
        match told {
            None => Ok(program.unwrap_or_default()),
            Some("text") => Ok(Self::Text),
            Some("json") => Ok(Self::Json),
            Some(value) => {
                let (variable, value) = ("KOOPER_LOG_FORMAT", value.to_owned());
                Err(InitError::Variable { variable, value, known: "`text`, `json`" })
            }
        }
    }
}
