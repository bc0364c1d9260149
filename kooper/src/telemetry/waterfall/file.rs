//! Pictures of traces from a file.

use super::{Traces, Waterfall};
use crate::telemetry::otlp_json::spans;
use std::io::{self, BufRead};

/// A trace file that cannot be drawn.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TraceFileError {
    /// It cannot be read.
    #[error("the traces cannot be read: {0}")]
    Io(#[from] io::Error),
    /// A line that is no line of OTLP JSON.
    #[error(
        "line {line} is not OTLP JSON ({source}): give a file that KOOPER_TRACE_FILE or a collector's file exporter has written"
    )]
    Line {
        /// Its number, from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

impl Waterfall {
    /// Draws the traces of lines of OTLP JSON, as `KOOPER_TRACE_FILE` and the file exporter of OpenTelemetry's collector write
    /// them, in the order in which their roots ended. Gives their number.
    ///
    /// Traces whose root is not there come last, as unfinished. A last line that is cut off, as a killed program leaves it, is
    /// left out.
    ///
    /// ```
    /// # fn main() -> Result<(), kooper::telemetry::TraceFileError> {
    /// use kooper::telemetry::Waterfall;
    ///
    /// let line = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0000000000000000000000000000feed",
    ///     "spanId":"0000000000000bee","name":"processJob","startTimeUnixNano":"1000","endTimeUnixNano":"5001000"}]}]}]}"#;
    /// let drawn = Waterfall::stdout().draw(line.replace('\n', "").as_bytes())?;
    /// assert_eq!(drawn, 1);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`TraceFileError`], after the traces that were complete before it.
    pub fn draw(&self, lines: impl BufRead) -> Result<usize, TraceFileError> {
        let (mut traces, mut drawn) = (Traces::default(), 0);
        let mut cut = None;
        for (number, line) in (1..).zip(lines.lines()) {
            // It was not the last.
            if let Some(error) = cut.take() {
                return Err(error);
            }
            let line = line?;
            if line.trim().is_empty() {
                continue;
            }
            match spans(&line) {
                Ok(spans) => {
                    let done: Vec<_> = spans.into_iter().flat_map(|ended| traces.take(ended)).collect();
                    drawn += done.len();
                    self.show(&done);
                }
                Err(source) => {
                    let eof = source.is_eof();
                    let error = TraceFileError::Line { line: number, source };
                    if !eof {
                        return Err(error);
                    }
                    cut = Some(error);
                }
            }
        }
        let rest = traces.take_all();
        self.show(&rest);
        Ok(drawn + rest.len())
    }
}
