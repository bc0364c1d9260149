//! rust-analyzer as an editor talks to it: messages of JSON, each behind its length.

use serde_json::{Value, json};
use std::{
    env,
    ffi::OsString,
    io::{self, BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// How long it may take to build what it needs, and to answer, before a test gives up.
const PATIENCE: Duration = Duration::from_mins(10);

/// "Content modified" and "server cancelled": it was still reading when it was asked, and wants to be asked again.
const AGAIN: [i64; 2] = [-32801, -32802];

/// The folder in which it looks for the sources of the standard library, and complains that there are none.
const NO_SOURCES: &str = "no-sources";

/// A running rust-analyzer that has read a package.
pub(crate) struct Server {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    /// What it says on stderr, known once it has ended.
    complaints: Option<JoinHandle<String>>,
    deadline: Instant,
    asked: u64,
    is_quiet: bool,
    settings: Value,
}

/// A place in a file; line and column from 0.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) file: PathBuf,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// The rust-analyzer that is there, if there is one that works: rustup has a proxy of that name even without the component.
pub(crate) fn program() -> Option<OsString> {
    let named = env::var_os("RUST_ANALYZER");
    let program = named.clone().unwrap_or_else(|| "rust-analyzer".into());
    let works = Command::new(&program).arg("--version").output().is_ok_and(|it| it.status.success());
    assert!(works || named.is_none(), "RUST_ANALYZER names `{}`, which does not work", program.display());
    works.then_some(program)
}

impl Server {
    pub(crate) fn start(program: &OsString, package: &Path) -> Self {
        let mut child = Command::new(program)
            .current_dir(package)
            .env("CARGO_NET_OFFLINE", "true")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it did start a moment ago");
        let input = child.stdin.take().expect("its input is a pipe");
        let mut output = BufReader::new(child.stdout.take().expect("its output is a pipe"));
        let stderr = child.stderr.take().expect("its stderr is a pipe");
        let (sender, messages) = channel();
        thread::spawn(move || while read(&mut output).is_ok_and(|message| sender.send(message).is_ok()) {});
        let complaints = Some(thread::spawn(|| io::read_to_string(stderr).unwrap_or_default()));
        let settings = json!({
            // It stays, so that only the first run builds what the macros need.
            "cargo": {
                "targetDir": Path::new(env!("CARGO_TARGET_TMPDIR")).join("editor"),
                // Else it has rustup install the sources of the standard library, for which nobody asked.
                "sysrootSrc": package.join(NO_SOURCES),
            },
            "checkOnSave": false,
            "cachePriming": { "enable": false },
        });
        let (deadline, asked, is_quiet) = (Instant::now() + PATIENCE, 0, false);
        let mut server = Self { child, input, messages, complaints, deadline, asked, is_quiet, settings };
        let settings = server.settings.clone();
        server.ask(
            "initialize",
            &json!({
                "processId": null,
                "rootUri": uri(package),
                "initializationOptions": settings,
                "capabilities": {
                    "experimental": { "serverStatusNotification": true },
                    "textDocument": { "hover": { "contentFormat": ["markdown"] } },
                    "workspace": { "configuration": true },
                },
            }),
        );
        server.tell("initialized", &json!({}));
        server
    }

    /// Opens a file, and waits until all that it needs has been read and built.
    pub(crate) fn open(&mut self, file: &Path, text: &str) {
        let document = json!({ "uri": uri(file), "languageId": "rust", "version": 1, "text": text });
        self.tell("textDocument/didOpen", &json!({ "textDocument": document }));
        while !self.is_quiet {
            let message = self.next();
            self.heed(&message);
        }
    }

    /// What is shown where the mouse rests on a place, in one line.
    pub(crate) fn hover(&mut self, place: &Place) -> String {
        let found = self.ask("textDocument/hover", &place.asked());
        let shown = found["contents"]["value"].as_str().unwrap_or_default();
        shown.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// Where "go to definition" leads from a place.
    pub(crate) fn definitions(&mut self, place: &Place) -> Vec<Place> {
        let found = self.ask("textDocument/definition", &place.asked());
        found.as_array().into_iter().flatten().map(Place::told).collect()
    }

    fn ask(&mut self, method: &str, params: &Value) -> Value {
        loop {
            self.asked += 1;
            let id = self.asked;
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
            let answer = loop {
                let message = self.next();
                if message["id"] == id && message.get("method").is_none() {
                    break message;
                }
                self.heed(&message);
            };
            match answer["error"]["code"].as_i64() {
                None => return answer["result"].clone(),
                Some(code) => assert!(AGAIN.contains(&code), "`{method}` is answered by {answer}"),
            }
        }
    }

    fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Takes what it tells of itself, and answers what it asks, which is for its settings.
    fn heed(&mut self, message: &Value) {
        if message["method"] == "experimental/serverStatus" {
            let status = &message["params"];
            self.is_quiet = status["quiescent"] == true;
            let lacks = |text: &str| text.trim().lines().all(|line| line.contains(NO_SOURCES));
            let lacks_sources = status["message"].as_str().is_some_and(lacks);
            assert!(!self.is_quiet || lacks_sources || status["health"] == "ok", "{status}");
        } else if let (Some(id), Some(_)) = (message.get("id"), message.get("method")) {
            let items = message["params"]["items"].as_array();
            let result = items.map(|items| vec![self.settings.clone(); items.len()]);
            self.send(&json!({ "jsonrpc": "2.0", "id": id, "result": result }));
        }
    }

    fn next(&mut self) -> Value {
        let left = self.deadline.saturating_duration_since(Instant::now());
        self.messages.recv_timeout(left).unwrap_or_else(|error| {
            // Its stderr has an end only then.
            drop(self.child.kill());
            let complaints = self.complaints.take().and_then(|reader| reader.join().ok()).unwrap_or_default();
            panic!("rust-analyzer said nothing more ({error}). On stderr it said:\n{complaints}")
        })
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        // Where it has ended, that is told where its answer is waited for.
        let _ = write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len());
        let _ = self.input.flush();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It holds nothing that is worth an orderly end.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Place {
    /// As it is asked about.
    fn asked(&self) -> Value {
        let position = json!({ "line": self.line, "character": self.column });
        json!({ "textDocument": { "uri": uri(&self.file) }, "position": position })
    }

    /// As it is told of.
    fn told(found: &Value) -> Self {
        let start = &found["range"]["start"];
        let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok());
        Self {
            file: found["uri"].as_str().unwrap_or_default().trim_start_matches("file://").into(),
            line: number(&start["line"]).expect("a place has a line"),
            column: number(&start["character"]).expect("a place has a column"),
        }
    }
}

fn uri(file: &Path) -> String {
    format!("file://{}", file.display())
}

fn read(output: &mut BufReader<ChildStdout>) -> io::Result<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if let Some(count) = line.strip_prefix("Content-Length: ") {
            length = count.trim().parse().map_err(io::Error::other)?;
        } else if line.trim().is_empty() {
            break;
        }
    }
    let mut text = vec![0; length];
    output.read_exact(&mut text)?;
    serde_json::from_slice(&text).map_err(io::Error::other)
}
