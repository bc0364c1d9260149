//! What TLS costs the side that reads: the pages through a connection in memory.

use super::PAGE;
use crate::{
    Result,
    figures::{Cost, peak_memory},
    pods::Pods,
    prepared::Prepared,
};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, ServerConfig, ServerConnection, crypto::ring,
    pki_types::PrivatePkcs8KeyDer,
};
use std::{
    io::{Read, Write},
    sync::Arc,
    time::{Duration, Instant},
};

const HOST: &str = "localhost";

/// What is written at a time.
const CHUNK: usize = 16 << 10;

/// Prints what it costs to decrypt all pages. The time is that of the one thread there is, of the reader's part alone.
pub(super) fn decrypt(count: usize) -> Result {
    let prepared = Prepared::new(Pods::new(count));
    let (mut client, mut server) = connected()?;
    let (mut wire, mut plain) = (Vec::new(), vec![0; CHUNK]);
    let (mut sent, mut read, mut time) = (0, 0, Duration::ZERO);
    for first in (0..count).step_by(PAGE) {
        let (head, items, tail) = prepared.page(false, first, Some(PAGE));
        for chunk in [head.as_bytes(), items, tail].into_iter().flat_map(|part| part.chunks(CHUNK)) {
            server.writer().write_all(chunk)?;
            sent += chunk.len();
            wire.clear();
            while server.wants_write() {
                server.write_tls(&mut wire)?;
            }
            let (start, mut wire) = (Instant::now(), &wire[..]);
            while !wire.is_empty() {
                client.read_tls(&mut wire)?;
                let state = client.process_new_packets()?;
                let mut left = state.plaintext_bytes_to_read();
                while left > 0 {
                    let count = client.reader().read(&mut plain)?;
                    read += count;
                    left -= count;
                }
            }
            time += start.elapsed();
        }
    }
    if read != sent {
        return Err("not all was decrypted".into());
    }
    println!("{}", Cost { time, cpu: time, peak: peak_memory()?, runs: 0, proof: 0 });
    Ok(())
}

/// The two ends of a connection that stands.
fn connected() -> Result<(ClientConnection, ServerConnection)> {
    let certified = rcgen::generate_simple_self_signed([HOST.to_owned()])?;
    let certificate = certified.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der());
    let mut roots = RootCertStore::empty();
    roots.add(certificate.clone())?;
    let provider = Arc::new(ring::default_provider());
    let client = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let server = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.into())?;
    let mut client = ClientConnection::new(Arc::new(client), HOST.try_into()?)?;
    let mut server = ServerConnection::new(Arc::new(server))?;
    let mut wire = Vec::new();
    while client.is_handshaking() || server.is_handshaking() {
        while client.wants_write() {
            client.write_tls(&mut wire)?;
        }
        receive(&mut wire, |wire| Ok(server.read_tls(wire).map(|_| ())?))?;
        server.process_new_packets()?;
        while server.wants_write() {
            server.write_tls(&mut wire)?;
        }
        receive(&mut wire, |wire| Ok(client.read_tls(wire).map(|_| ())?))?;
        client.process_new_packets()?;
    }
    Ok((client, server))
}

/// Hands all that is on the wire on.
fn receive(wire: &mut Vec<u8>, mut read: impl FnMut(&mut &[u8]) -> Result) -> Result {
    let mut left = &wire[..];
    while !left.is_empty() {
        read(&mut left)?;
    }
    wire.clear();
    Ok(())
}
