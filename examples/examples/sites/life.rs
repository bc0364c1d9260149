//! The life of a site, in the cluster inside the process.

use crate::{handler::Done, site::Site};
use k8s_openapi::api::core::v1::ConfigMap;
use kooper::{Client, Error};
use kube::{
    Api,
    api::{DeleteParams, PostParams},
};
use tokio::sync::mpsc::UnboundedReceiver;

/// A site comes, loses its config map, and goes.
pub(crate) async fn live(client: Client, mut told: UnboundedReceiver<Done>) -> kooper::Result {
    let sites: Api<Site> = Api::default_namespaced(client.clone());
    let maps: Api<ConfigMap> = Api::default_namespaced(client);
    sites.create(&PostParams::default(), &Site::new("blog", "All about controllers")).await?;
    until(&mut told, &Done::Published).await?;

    println!("somebody deletes the config map");
    maps.delete("blog", &DeleteParams::default()).await?;
    // A run that began before may end after: only the one that comes of the deletion makes the map again.
    while maps.get_opt("blog").await?.is_none() {
        until(&mut told, &Done::Published).await?;
    }

    println!("somebody deletes the site");
    sites.delete("blog", &DeleteParams::default()).await?;
    until(&mut told, &Done::TakenDown).await?;
    until(&mut told, &Done::Gone).await
}

async fn until(told: &mut UnboundedReceiver<Done>, wanted: &Done) -> kooper::Result {
    while let Some(done) = told.recv().await {
        if done == *wanted {
            return Ok(());
        }
    }
    Err(Error::msg("the controller has ended"))
}
