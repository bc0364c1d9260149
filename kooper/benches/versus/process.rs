//! This program again, as a process of its own: the stub server, or one side of the comparison.

use crate::{Result, side::PATIENCE};
use std::{
    env,
    ffi::OsStr,
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
    str::FromStr,
    sync::mpsc::{self, Receiver},
    thread,
};

/// A process in a role. It ends when this is dropped, and when its input does: with the program that started it.
pub(crate) struct Process {
    child: Child,
    lines: Receiver<String>,
}

impl Process {
    /// Starts this program with other arguments.
    pub(crate) fn start(arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<Self> {
        let mut child = Command::new(env::current_exe()?)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().ok_or("a piped output is there")?;
        let (sender, lines) = mpsc::channel();
        // A thread, since the standard library's pipes have no read with a deadline.
        thread::spawn(move || {
            BufReader::new(output).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Ok(Self { child, lines })
    }

    /// The next line that it prints, read as a `T`.
    pub(crate) fn next<T: FromStr>(&self) -> Result<T>
    where
        T::Err: std::fmt::Display,
    {
        let line = self
            .lines
            .recv_timeout(PATIENCE)
            .map_err(|_| format!("a process has ended, or said nothing for {PATIENCE:?}"))?;
        line.parse().map_err(|error| format!("{error}").into())
    }

    /// Writes it a line, and reads the next that it prints.
    pub(crate) fn ask<T: FromStr>(&mut self) -> Result<T>
    where
        T::Err: std::fmt::Display,
    {
        self.child.stdin.as_mut().ok_or("a piped input is there")?.write_all(b"\n")?;
        self.next()
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
