//! The way to the cluster, by the ordinary configuration.

use crate::{ConfigError, error::chain};
use kube::{Client, Config};

/// A client for the retriever, whose failures each stream handles itself, and one for handlers, which tries again by
/// itself what a server refused for the moment.
pub(crate) async fn clients() -> Result<(Client, Client), ConfigError> {
    let config = Config::infer().await.map_err(|error| ConfigError::NoCluster { reason: chain(&error) })?;
    let mut reading = config.clone();
    reading.default_retry = false;
    Ok((client(reading)?, client(config)?))
}

fn client(config: Config) -> Result<Client, ConfigError> {
    Client::try_from(config).map_err(|error| ConfigError::Client(Box::new(error)))
}
