//! Sites: a custom resource whose objects own config maps, and stand for something outside of the cluster that has to be
//! cleaned up. Each site has its page in a config map, which is made again if somebody deletes it, and as a file in a folder,
//! which is removed before the site may go.
//!
//! ```sh
//! cargo run --example sites
//! ```
//!
//! It runs on a cluster of its own, inside the process: a site comes, loses its config map, and goes. `--cluster` serves the
//! sites of yours instead, until Ctrl-C.

mod handler;
mod life;
mod site;

use clap::Parser;
use handler::Sites;
use kooper::{Client, Controller, testing::Cluster};
use std::path::PathBuf;

/// Publishes sites: custom resources of `example.com/v1`.
#[derive(Parser)]
struct Flags {
    /// Serve the cluster of your kubeconfig, instead of an own one inside the process
    #[arg(long)]
    cluster: bool,
    /// The folder in which the sites are published [default: one of the temporary files]
    #[arg(long, value_name = "FOLDER")]
    root: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> kooper::Result {
    let flags = Flags::parse();
    let _telemetry = kooper::telemetry::init("sites")?;
    let root =
        flags.root.unwrap_or_else(|| std::env::temp_dir().join(format!("sites-{}", std::process::id())));
    std::fs::create_dir_all(&root)?;

    let (sites, published) = Sites::new(root);
    let controller = Controller::new(sites);
    println!("{}", controller.spec());
    if flags.cluster {
        site::define(&Client::try_default().await?).await?;
        return controller.run().await;
    }
    let cluster = Cluster::new();
    site::define(&cluster.client()).await?;
    let mut lived = Ok(());
    let life = async { lived = life::live(cluster.client(), published).await };
    controller.client(cluster.client()).run_until(life).await?;
    lived
}
