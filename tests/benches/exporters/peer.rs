//! Whom an exporter sends to, and what befalls it.

use crate::Result;
use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream, UdpSocket},
    thread,
    time::Duration,
};

/// The other end of an exporter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A collector that takes what it is sent.
    Good,
    /// Nobody listens.
    Unreachable,
    /// It answers late.
    Slow,
    /// It refuses each request.
    Refusing,
    /// It dies in the middle of each.
    Dying,
    /// An agent that reads its datagrams.
    Agent,
    /// An agent that does not, so that the buffer of its socket is full.
    Full,
    /// No agent.
    Absent,
}

/// The exporters in good health, each before those in trouble.
pub(crate) const KINDS: [(&str, Kind); 8] = [
    ("good", Kind::Good),
    ("unreachable", Kind::Unreachable),
    ("slow", Kind::Slow),
    ("refusing", Kind::Refusing),
    ("dying", Kind::Dying),
    ("agent", Kind::Agent),
    ("full", Kind::Full),
    ("absent", Kind::Absent),
];

impl Kind {
    pub(crate) fn named(name: &str) -> Result<Self> {
        Ok(KINDS.iter().find(|(known, _)| *known == name).ok_or("no such exporter")?.1)
    }

    /// Whether it is reached by UDP.
    pub(crate) fn is_agent(self) -> bool {
        matches!(self, Self::Agent | Self::Full | Self::Absent)
    }

    /// Whether nothing befalls it.
    pub(crate) fn is_good(self) -> bool {
        matches!(self, Self::Good | Self::Agent)
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Good => "OTLP, in good health",
            Self::Unreachable => "OTLP, unreachable",
            Self::Slow => "OTLP, slow",
            Self::Refusing => "OTLP, refusing",
            Self::Dying => "OTLP, dying in the middle",
            Self::Agent => "Jaeger's agent, in good health",
            Self::Full => "Jaeger's agent, its buffer full",
            Self::Absent => "Jaeger's agent, not there",
        }
    }

    /// Makes it, until the end of this program, and gives its address.
    pub(crate) fn start(self) -> Result<SocketAddr> {
        Ok(match self {
            Self::Unreachable => TcpListener::bind("127.0.0.1:0")?.local_addr()?,
            Self::Absent => UdpSocket::bind("127.0.0.1:0")?.local_addr()?,
            Self::Full => {
                let socket = UdpSocket::bind("127.0.0.1:0")?;
                let address = socket.local_addr()?;
                // It stays open, and is never read.
                std::mem::forget(socket);
                address
            }
            Self::Agent => {
                let socket = UdpSocket::bind("127.0.0.1:0")?;
                let address = socket.local_addr()?;
                thread::spawn(move || while socket.recv(&mut vec![0; 70_000]).is_ok() {});
                address
            }
            Self::Good | Self::Slow | Self::Refusing | Self::Dying => {
                let listener = TcpListener::bind("127.0.0.1:0")?;
                let address = listener.local_addr()?;
                thread::spawn(move || {
                    listener.incoming().map_while(Result::ok).for_each(|it| self.answer(it));
                });
                address
            }
        })
    }

    fn answer(self, mut stream: TcpStream) {
        let _ = if self == Self::Dying { stream.read(&mut [0; 100]).map(drop) } else { whole(&mut stream) };
        let status = match self {
            // Closed with bytes unread, it is reset.
            Self::Dying => return,
            Self::Refusing => "400 Bad Request",
            Self::Slow => {
                thread::sleep(Duration::from_secs(2));
                "200 OK"
            }
            _ => "200 OK",
        };
        let _ = write!(stream, "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    }
}

/// Reads a request to its end.
fn whole(stream: &mut TcpStream) -> std::io::Result<()> {
    let (mut request, mut bytes) = (Vec::new(), vec![0; 65_536]);
    loop {
        let read = stream.read(&mut bytes)?;
        request.extend_from_slice(&bytes[..read]);
        let text = String::from_utf8_lossy(&request);
        let Some((head, _)) = text.split_once("\r\n\r\n") else {
            if read == 0 {
                return Ok(());
            }
            continue;
        };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if read == 0 || request.len() >= head.len() + 4 + length.unwrap_or(0_usize) {
            return Ok(());
        }
    }
}
