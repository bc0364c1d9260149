//! The trace file: every ended span as a line of OTLP JSON.

use super::{
    InitError, otlp_json,
    sink::{Ended, Sink},
};
use std::{
    fs::{File, OpenOptions},
    io::Write as _,
    path::Path,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// An open trace file. Each span is written by one call when it ends, and nothing is held back: another process can
/// read along, and a killed program has lost nothing that had ended.
#[derive(Debug)]
pub(crate) struct TraceFile {
    file: Mutex<File>,
    failed: AtomicBool,
}

impl TraceFile {
    /// Opens the file to append to, and makes it if there is none.
    pub(crate) fn open(path: &Path) -> Result<Self, InitError> {
        let file = OpenOptions::new().create(true).append(true).open(path);
        match file {
            Ok(file) => Ok(Self { file: Mutex::new(file), failed: AtomicBool::new(false) }),
            Err(source) => Err(InitError::TraceFile { path: path.to_owned(), source }),
        }
    }
}

impl Sink for TraceFile {
    fn take(&self, ended: Ended) {
        let mut line = otlp_json::traces_data(&ended);
        line.push('\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(error) = file.write_all(line.as_bytes())
            && !self.failed.swap(true, Ordering::Relaxed)
        {
            drop(file);
            // Outside of every span, or the line would be one more event for a file that cannot be written.
            tracing::warn!(parent: None, %error, "a span could not be written to the trace file; told only once");
        }
    }
}
