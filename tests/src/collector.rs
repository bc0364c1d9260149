//! A collector of telemetry by OTLP over HTTP that answers as it is told.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc,
    thread,
};

/// What a collector was sent.
pub struct Collected {
    /// Its first line and its headers.
    pub head: Vec<String>,
    /// What follows them.
    pub body: Vec<u8>,
}

impl Collected {
    fn read(stream: &TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(stream);
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            match line.trim_end() {
                "" => break,
                line => head.push(line.to_owned()),
            }
        }
        let length = head.iter().find_map(|line| line.strip_prefix("content-length: "))?;
        let mut body = vec![0; length.parse().ok()?];
        reader.read_exact(&mut body).ok()?;
        Some(Self { head, body })
    }

    /// Whether these bytes are somewhere in the body.
    pub fn names(&self, bytes: impl AsRef<[u8]>) -> bool {
        let bytes = bytes.as_ref();
        self.body.windows(bytes.len()).any(|window| window == bytes)
    }
}

/// A collector that answers each request with `status`, one after the other. An empty status is no answer.
///
/// # Panics
///
/// If there is no free port.
pub fn collector(
    status: impl Fn(usize) -> &'static str + Send + 'static,
) -> (SocketAddr, mpsc::Receiver<Collected>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    let (requests, received) = mpsc::channel();
    thread::spawn(move || {
        let mut open = Vec::new();
        for (number, stream) in listener.incoming().enumerate() {
            let Ok(mut stream) = stream else { return };
            let Some(request) = Collected::read(&stream) else { continue };
            match status(number) {
                "" => open.push(stream),
                status => {
                    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n");
                    stream.write_all(answer.as_bytes()).expect("answered");
                }
            }
            if requests.send(request).is_err() {
                return;
            }
        }
    });
    (address, received)
}
