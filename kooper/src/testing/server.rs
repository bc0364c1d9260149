//! The server over TCP, for other processes and for tests in real time.

use std::{
    fs, io,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
};

use hyper_util::rt::TokioIo;
use tokio::{
    net::TcpListener,
    task::{AbortHandle, JoinSet},
};

use super::{cluster::Front, kubeconfig::kubeconfig};

/// A cluster served on loopback, until it is dropped.
///
/// Made by [`Cluster::serve`](super::Cluster::serve). Dropping it closes the port and all connections; the cluster and
/// its objects stay, and can be served again.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    accepting: AbortHandle,
}

impl Server {
    pub(super) async fn start(front: Front, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let address = listener.local_addr()?;
        let accepting = tokio::spawn(accept(listener, front)).abort_handle();
        Ok(Self { address, accepting })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// A kubeconfig (YAML) whose only context leads here.
    pub fn kubeconfig(&self) -> String {
        kubeconfig(&self.url())
    }

    /// Writes [`kubeconfig`](Self::kubeconfig) to a file.
    ///
    /// # Errors
    ///
    /// Those of writing the file.
    pub fn write_kubeconfig(&self, path: impl AsRef<Path>) -> io::Result<()> {
        fs::write(path, self.kubeconfig())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Accepts connections; they end with this future, which owns their tasks.
async fn accept(listener: TcpListener, front: Front) {
    let mut connections = JoinSet::new();
    loop {
        // A connection that fails before it is accepted is the client's affair.
        let Ok((stream, _)) = listener.accept().await else { continue };
        while connections.try_join_next().is_some() {}
        let _ = stream.set_nodelay(true);
        let front = front.clone();
        connections.spawn(async move {
            let service = hyper::service::service_fn(move |request| front.clone().answer(request));
            let served = hyper::server::conn::http1::Builder::new()
                .half_close(true)
                .serve_connection(TokioIo::new(stream), service);
            // A client that goes away, and a fault that breaks the connection, end here alike.
            let _ = served.await;
        });
    }
}
