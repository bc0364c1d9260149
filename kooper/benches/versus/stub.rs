//! A stub of the API server, in a process of its own: it serves prepared bytes over plain HTTP, and little else, so
//! that what is measured is the client.
//!
//! | request | answer |
//! |---|---|
//! | `GET /api/v1/pods?limit=&continue=` | a page of the list, all of it where no limit is asked for |
//! | `GET /api/v1/pods?watch=1` | an idle watch, with a bookmark a minute, and the events that are asked for |
//! | the same with `sendInitialEvents` | 422, as a server without streaming lists answers |
//! | each with `as=PartialObjectMetadata` in `Accept` | the metadata alone |
//! | `POST /events?count=&rate=` | 202, then so many changes of pods, so many a second |
//! | `POST /burst?count=` | 202, then so many changes of pods as fast as they are read |
//! | `POST /expire` | ends all watches with 410, and answers once each has been opened anew |
//! | anything else | 404 |

use crate::{pods::Pods, prepared::Prepared};
use std::{
    collections::HashMap,
    io::{self, BufRead, BufReader, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

/// How long a watch is silent before it is sent a bookmark: that of the API server.
const BOOKMARK_INTERVAL: Duration = Duration::from_mins(1);

/// How much of a burst is written at once.
const BATCH: usize = 64 << 10;

/// The state that all connections share.
struct Stub {
    prepared: Prepared,
    watches: Mutex<Watches>,
    opened: Condvar,
}

/// The open watches. They begin with the next event, whatever version was asked for.
#[derive(Default)]
struct Watches {
    open: HashMap<usize, Sender<Message>>,
    /// How many were ever opened.
    opened: usize,
    /// Whether one was opened since events were last asked for: else those would be lost on the one who asked.
    is_new: bool,
}

/// What a watch is to send.
#[derive(Clone, Copy)]
enum Message {
    /// This event.
    Event(usize),
    /// So many events, as fast as they are read.
    Burst(usize),
    /// That its version is no longer kept; nothing after that.
    Expired,
}

/// A request line, its query, and whether the metadata alone is wanted; the rest is of no interest.
struct Request {
    method: String,
    path: String,
    query: HashMap<String, String>,
    metadata: bool,
}

/// Serves on a free port of the loopback interface until the process is ended, and prints the address first.
pub(crate) fn serve(pods: Pods) -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let prepared = Prepared::new(pods);
    let stub = Arc::new(Stub { prepared, watches: Mutex::default(), opened: Condvar::new() });
    println!("http://{}", listener.local_addr()?);
    for connection in listener.incoming() {
        let (connection, stub) = (connection?, Arc::clone(&stub));
        // A client that goes away in the middle of an answer ends its own thread only.
        thread::spawn(move || drop(stub.answer_all(&connection)));
    }
    Ok(())
}

impl Stub {
    /// Answers the requests of one connection, one after the other.
    fn answer_all(self: &Arc<Self>, connection: &TcpStream) -> io::Result<()> {
        connection.set_nodelay(true)?;
        let mut lines = BufReader::new(connection);
        while let Some(request) = Request::read(&mut lines)? {
            let count = request.number("count").unwrap_or(0);
            match (request.method.as_str(), request.path.as_str()) {
                ("GET", "/api/v1/pods") if !request.is("watch") => {
                    let (first, limit) = (request.number("continue").unwrap_or(0), request.number("limit"));
                    let limit = limit.filter(|limit| *limit > 0);
                    let (head, items, tail) = self.prepared.page(request.metadata, first, limit);
                    respond(connection, "200 OK", &[head.as_bytes(), items, tail])?;
                }
                ("GET", "/api/v1/pods") if request.is("sendInitialEvents") => {
                    respond(connection, "422 Unprocessable Entity", &[&status(422, "Invalid")])?;
                }
                ("GET", "/api/v1/pods") => return self.watch(connection, request.metadata),
                ("POST", "/events") => {
                    let (stub, rate) = (Arc::clone(self), request.number("rate").unwrap_or(1));
                    thread::spawn(move || stub.send_events(count, rate));
                    respond(connection, "202 Accepted", &[b"{}"])?;
                }
                ("POST", "/burst") => {
                    self.with_a_new_watch().send(Message::Burst(count));
                    respond(connection, "202 Accepted", &[b"{}"])?;
                }
                ("POST", "/expire") => {
                    self.expire();
                    respond(connection, "202 Accepted", &[b"{}"])?;
                }
                _ => respond(connection, "404 Not Found", &[&status(404, "NotFound")])?,
            }
        }
        Ok(())
    }

    /// Sends a watch what it is to send, until the client goes away.
    fn watch(self: &Arc<Self>, mut connection: &TcpStream, metadata: bool) -> io::Result<()> {
        let (number, messages) = self.subscribe();
        let (stub, mut client) = (Arc::clone(self), connection.try_clone()?);
        thread::spawn(move || {
            drop(io::copy(&mut client, &mut io::sink()));
            stub.watches().open.remove(&number);
        });
        // Nothing can follow on this connection, since the thread above reads what comes.
        connection.write_all(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n",
        )?;
        loop {
            let mut out = Vec::new();
            match messages.recv_timeout(BOOKMARK_INTERVAL) {
                Ok(Message::Event(number)) => self.chunk(metadata, number, now(), &mut out),
                Ok(Message::Burst(count)) => self.burst(connection, metadata, count)?,
                Err(RecvTimeoutError::Timeout) => chunk(&self.bookmark(), &mut out),
                Ok(Message::Expired) => {
                    let status = status(410, "Expired");
                    chunk(&[b"{\"type\":\"ERROR\",\"object\":", &status[..], b"}\n"].concat(), &mut out);
                    out.extend_from_slice(b"0\r\n\r\n");
                    connection.write_all(&out)?;
                    return connection.shutdown(Shutdown::Both);
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            connection.write_all(&out)?;
        }
    }

    /// All events of a burst tell when its first byte was sent.
    fn burst(&self, mut connection: &TcpStream, metadata: bool, count: usize) -> io::Result<()> {
        let mut out = Vec::with_capacity(2 * BATCH);
        let began = now();
        for number in 0..count {
            self.chunk(metadata, number, began, &mut out);
            if out.len() >= BATCH {
                connection.write_all(&out)?;
                out.clear();
            }
        }
        connection.write_all(&out)
    }

    /// An event as a chunk of HTTP.
    fn chunk(&self, metadata: bool, number: usize, sent: u128, out: &mut Vec<u8>) {
        // Four digits and a line end, to be filled in.
        let begin = out.len();
        out.extend_from_slice(b"0000\r\n");
        self.prepared.event(metadata, number, sent, out);
        let size = format!("{:04x}", out.len() - begin - 6);
        out[begin..begin + 4].copy_from_slice(size.as_bytes());
        out.extend_from_slice(b"\r\n");
    }

    fn watches(&self) -> MutexGuard<'_, Watches> {
        self.watches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn subscribe(&self) -> (usize, Receiver<Message>) {
        let (sender, receiver) = mpsc::channel();
        let mut watches = self.watches();
        watches.opened += 1;
        watches.is_new = true;
        let number = watches.opened;
        watches.open.insert(number, sender);
        self.opened.notify_all();
        (number, receiver)
    }

    fn bookmark(&self) -> Vec<u8> {
        let version = self.prepared.pods.list_version();
        let metadata = format!(r#"{{"resourceVersion":"{version}","creationTimestamp":null}}"#);
        let object = format!(
            r#"{{"kind":"Pod","apiVersion":"v1","metadata":{metadata},"spec":{{"containers":null}},"status":{{}}}}"#
        );
        format!("{{\"type\":\"BOOKMARK\",\"object\":{object}}}\n").into_bytes()
    }

    /// The watches, once there is one that was sent no events yet.
    fn with_a_new_watch(&self) -> MutexGuard<'_, Watches> {
        let mut watches = self
            .opened
            .wait_while(self.watches(), |watches| !watches.is_new)
            .unwrap_or_else(PoisonError::into_inner);
        watches.is_new = false;
        watches
    }

    /// Changes pods, one after the other, `rate` a second, on all watches, once there is a new one.
    fn send_events(&self, count: usize, rate: usize) {
        drop(self.with_a_new_watch());
        let start = Instant::now();
        for number in 0..count {
            let due = start + Duration::from_nanos(number as u64 * 1_000_000_000 / rate as u64);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            self.watches().send(Message::Event(number));
        }
    }

    /// Ends all watches with 410, and waits until as many have been opened.
    fn expire(&self) {
        let watches = self.watches();
        let awaited = watches.opened + watches.open.len();
        watches.send(Message::Expired);
        drop(self.opened.wait_while(watches, |watches| watches.opened < awaited));
    }
}

impl Watches {
    fn send(&self, message: Message) {
        for watch in self.open.values() {
            // One that has just ended takes itself off the list.
            let _ = watch.send(message);
        }
    }
}

impl Request {
    /// The next request of a connection; `None` once the client has closed it.
    fn read(lines: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split_whitespace();
        let method = words.next().unwrap_or_default().to_owned();
        let target = words.next().unwrap_or_default();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let query = query.split('&').filter_map(|pair| pair.split_once('='));
        let mut request = Self {
            method,
            path: path.to_owned(),
            query: query.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            metadata: false,
        };
        // No client of the benchmark sends a body.
        while line != "\r\n" {
            line.clear();
            if lines.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            request.metadata |= line.contains("as=PartialObjectMetadata");
        }
        Ok(Some(request))
    }

    fn is(&self, flag: &str) -> bool {
        self.query.get(flag).is_some_and(|value| value == "true" || value == "1")
    }

    fn number(&self, name: &str) -> Option<usize> {
        self.query.get(name)?.parse().ok()
    }
}

/// The time of day in nanoseconds.
fn now() -> u128 {
    SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos()
}

/// Bytes as a chunk of HTTP.
fn chunk(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{:x}\r\n", bytes.len()).as_bytes());
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\r\n");
}

/// Writes a whole response. Its parts go out as they are: a page of the list is not copied.
fn respond(mut connection: &TcpStream, code: &str, body: &[&[u8]]) -> io::Result<()> {
    let length: usize = body.iter().map(|part| part.len()).sum();
    let mut head =
        format!("HTTP/1.1 {code}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n")
            .into_bytes();
    let Some((first, rest)) = body.split_first() else { return connection.write_all(&head) };
    head.extend_from_slice(first);
    connection.write_all(&head)?;
    rest.iter().try_for_each(|part| connection.write_all(part))
}

/// The body of a refusal.
fn status(code: u16, reason: &str) -> Vec<u8> {
    format!(
        r#"{{"kind":"Status","apiVersion":"v1","metadata":{{}},"status":"Failure","message":"the stub server has no such thing","reason":"{reason}","code":{code}}}"#
    )
    .into_bytes()
}
