//! This program again, as the process of the controller.

use crate::keeper::Book;
use std::{env, fs, process::Stdio};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

/// Killed when dropped.
pub(crate) struct Process {
    child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Process {
    pub(crate) fn start(server: &str) -> Result<Self, String> {
        let program = env::current_exe().map_err(|error| error.to_string())?;
        let mut command = Command::new(program);
        command.args(["controller", server]).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let (input, output) = (child.stdin.take().ok_or("piped")?, child.stdout.take().ok_or("piped")?);
        Ok(Self { child, input, output: BufReader::new(output).lines() })
    }

    /// Its resident memory in MiB.
    pub(crate) fn memory(&self) -> Result<f64, String> {
        let id = self.child.id().ok_or("the controller has ended")?;
        let pages =
            fs::read_to_string(format!("/proc/{id}/statm")).map_err(|_| "the controller has ended")?;
        let pages = pages.split(' ').nth(1).and_then(|pages| pages.parse::<u32>().ok());
        Ok(f64::from(pages.ok_or("statm tells of pages")?) / 256.0)
    }

    /// What it has handled.
    pub(crate) async fn book(&mut self) -> Result<Book, String> {
        let ended = |error: std::io::Error| format!("the controller has ended: {error}");
        self.input.write_all(b"\n").await.map_err(ended)?;
        let line = self.output.next_line().await.map_err(ended)?.ok_or("the controller has ended")?;
        serde_json::from_str(&line).map_err(|error| error.to_string())
    }

    /// Stops it, as a signal would.
    pub(crate) async fn stop(self) -> Result<(), String> {
        let Self { mut child, input, .. } = self;
        drop(input);
        let status = child.wait().await.map_err(|error| error.to_string())?;
        if status.success() { Ok(()) } else { Err(format!("the controller ended with {status}")) }
    }
}
