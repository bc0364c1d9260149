//! A stub of the API server, in a process of its own: it serves prepared bytes over plain HTTP, and little else, so
//! that what is measured is the client.
//!
//! | request | answer |
//! |---|---|
//! | `GET /api/v1/pods?limit=&continue=` | a page of the list, all of it where no limit is asked for |
//! | `GET /api/v1/pods?watch=1` | an idle watch, with a bookmark a minute, and the events that are asked for |
//! | the same with `sendInitialEvents` | 422, as a server without streaming lists answers |
//! | `POST /events?count=&rate=` | 202, then so many changes of pods, so many a second |
//! | anything else | 404 |

use crate::pods::Pods;
use std::{
    collections::HashMap,
    io::{self, BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

/// How long a watch is silent before it is sent a bookmark: that of the API server.
const BOOKMARK_INTERVAL: Duration = Duration::from_mins(1);

/// The state that all connections share.
struct Stub {
    pods: Pods,
    /// The JSON of all pods, separated by commas, and where each begins.
    items: Vec<u8>,
    starts: Vec<usize>,
    watches: Mutex<Watches>,
    opened: Condvar,
}

/// The open watches. They begin with the next event, whatever version was asked for.
#[derive(Default)]
struct Watches {
    senders: Vec<Sender<Arc<[u8]>>>,
    /// Whether one was opened since events were last asked for: else those would be lost on the one who asked.
    is_new: bool,
}

/// A request line and its query; headers and body are of no interest.
struct Request {
    method: String,
    path: String,
    query: HashMap<String, String>,
}

/// Serves on a free port of the loopback interface until the process is ended, and prints the address first.
pub(crate) fn serve(pods: Pods) -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let stub = Arc::new(Stub::prepare(pods));
    println!("http://{}", listener.local_addr()?);
    for connection in listener.incoming() {
        let (connection, stub) = (connection?, Arc::clone(&stub));
        // A client that goes away in the middle of an answer ends its own thread only.
        thread::spawn(move || drop(stub.answer_all(&connection)));
    }
    Ok(())
}

impl Stub {
    fn prepare(pods: Pods) -> Self {
        let mut items = Vec::with_capacity(pods.count() * (pods.size() + 1));
        let mut starts = Vec::with_capacity(pods.count() + 1);
        for index in 0..pods.count() {
            starts.push(items.len());
            items.extend(pods.items(index..index + 1));
            items.push(b',');
        }
        starts.push(items.len());
        Self { pods, items, starts, watches: Mutex::default(), opened: Condvar::new() }
    }

    /// Answers the requests of one connection, one after the other.
    fn answer_all(self: &Arc<Self>, connection: &TcpStream) -> io::Result<()> {
        connection.set_nodelay(true)?;
        let mut lines = BufReader::new(connection);
        while let Some(request) = Request::read(&mut lines)? {
            match (request.method.as_str(), request.path.as_str()) {
                ("GET", "/api/v1/pods") if !request.is("watch") => self.list(&request, connection)?,
                ("GET", "/api/v1/pods") if request.is("sendInitialEvents") => {
                    respond(connection, "422 Unprocessable Entity", &[&status(422, "Invalid")])?;
                }
                ("GET", "/api/v1/pods") => return self.watch(connection),
                ("POST", "/events") => {
                    let (stub, count, rate) =
                        (Arc::clone(self), request.number("count"), request.number("rate"));
                    thread::spawn(move || stub.send_events(count.unwrap_or(0), rate.unwrap_or(0)));
                    respond(connection, "202 Accepted", &[b"{}"])?;
                }
                _ => respond(connection, "404 Not Found", &[&status(404, "NotFound")])?,
            }
        }
        Ok(())
    }

    fn list(&self, request: &Request, connection: &TcpStream) -> io::Result<()> {
        let count = self.pods.count();
        let first = request.number("continue").unwrap_or(0).min(count);
        let limit = request.number("limit").filter(|limit| *limit > 0).unwrap_or(count);
        let end = (first + limit).min(count);
        let more = if end < count {
            format!(r#","continue":"{end}","remainingItemCount":{}"#, count - end)
        } else {
            String::new()
        };
        let head = format!(
            r#"{{"kind":"PodList","apiVersion":"v1","metadata":{{"resourceVersion":"{}"{more}}},"items":["#,
            self.pods.list_version(),
        );
        let items = self.items[self.starts[first]..self.starts[end]].strip_suffix(b",").unwrap_or_default();
        respond(connection, "200 OK", &[head.as_bytes(), items, b"]}\n"])
    }

    /// Sends a watch its events, until the client goes away.
    fn watch(&self, mut connection: &TcpStream) -> io::Result<()> {
        let events = self.subscribe();
        connection.write_all(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
        )?;
        loop {
            let event = match events.recv_timeout(BOOKMARK_INTERVAL) {
                Ok(event) => event,
                Err(RecvTimeoutError::Timeout) => self.bookmark(),
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            };
            let mut chunk = format!("{:x}\r\n", event.len()).into_bytes();
            chunk.extend_from_slice(&event);
            chunk.extend_from_slice(b"\r\n");
            connection.write_all(&chunk)?;
        }
    }

    fn subscribe(&self) -> Receiver<Arc<[u8]>> {
        let (sender, receiver) = mpsc::channel();
        let mut watches = self.watches.lock().unwrap_or_else(PoisonError::into_inner);
        watches.senders.push(sender);
        watches.is_new = true;
        self.opened.notify_all();
        receiver
    }

    fn bookmark(&self) -> Arc<[u8]> {
        let version = self.pods.list_version();
        let metadata = format!(r#"{{"resourceVersion":"{version}","creationTimestamp":null}}"#);
        let object = format!(
            r#"{{"kind":"Pod","apiVersion":"v1","metadata":{metadata},"spec":{{"containers":null}},"status":{{}}}}"#
        );
        format!("{{\"type\":\"BOOKMARK\",\"object\":{object}}}\n").into_bytes().into()
    }

    /// Changes pods, one after the other, `rate` a second (0: as fast as it goes), on all watches, once there is a new one.
    fn send_events(&self, count: usize, rate: usize) {
        let watches = self.watches.lock().unwrap_or_else(PoisonError::into_inner);
        let watches = self.opened.wait_while(watches, |watches| !watches.is_new);
        watches.unwrap_or_else(PoisonError::into_inner).is_new = false;
        let start = Instant::now();
        for number in 0..count {
            if let Some(due) = number.checked_mul(1_000_000_000).and_then(|nanos| nanos.checked_div(rate)) {
                let due = start + Duration::from_nanos(due as u64);
                thread::sleep(due.saturating_duration_since(Instant::now()));
            }
            let version = self.pods.list_version() + 1 + number as u64;
            let sent = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_nanos();
            let event: Arc<[u8]> = self.pods.modified(number % self.pods.count(), version, sent).into();
            let mut watches = self.watches.lock().unwrap_or_else(PoisonError::into_inner);
            watches.senders.retain(|watch| watch.send(Arc::clone(&event)).is_ok());
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
        let request = Self {
            method,
            path: path.to_owned(),
            query: query.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        };
        // No client of the benchmark sends a body.
        while line != "\r\n" {
            line.clear();
            if lines.read_line(&mut line)? == 0 {
                return Ok(None);
            }
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
