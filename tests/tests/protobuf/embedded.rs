//! The embedded cluster speaks protobuf as the real server does.

use super::{CRON, CRONS, Cluster, client, get_as};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kooper::testing::{self, protobuf::refusal};
use kube::Api;

const BOTH: &str = "application/vnd.kubernetes.protobuf,application/json";
const ALONE: &str = "application/vnd.kubernetes.protobuf";
const JSON_FIRST: &str = "application/json,application/vnd.kubernetes.protobuf";
const METADATA: &str = "application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const METADATA_LIST: &str =
    "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
const TABLE: &str = "application/vnd.kubernetes.protobuf;as=Table;g=meta.k8s.io;v=v1";

/// Requests whose answers are of one kind.
const ASKED: [(&str, &[&str]); 12] = [
    ("/api/v1/namespaces", &[BOTH, ALONE, JSON_FIRST, METADATA_LIST, TABLE, "text/html"]),
    ("/api/v1/namespaces/default", &[BOTH, ALONE, JSON_FIRST, METADATA, TABLE]),
    ("/api/v1/namespaces/nowhere", &[BOTH, ALONE, JSON_FIRST, METADATA]),
    ("/api/v1/namespaces?watch=1&timeoutSeconds=1", &[BOTH, ALONE, JSON_FIRST, METADATA]),
    ("/api/v1/namespaces?limit=x", &[BOTH, ALONE]),
    ("/api/v1/namespaces?limit=1&continue=x", &[BOTH]),
    ("/api/v1/nopes", &[BOTH, ALONE]),
    ("/apis/kooper.test/v1/crons", &[BOTH, ALONE, METADATA_LIST]),
    ("/apis/kooper.test/v1/namespaces/default/crons/none", &[BOTH, ALONE, METADATA]),
    ("/apis/kooper.test/v1/crons?watch=1&timeoutSeconds=1", &[BOTH, ALONE, METADATA]),
    ("/version", &[BOTH]),
    ("/apis/nope/v1/things", &[BOTH]),
];

#[tokio::test]
async fn the_embedded_cluster_answers_in_the_encodings_of_the_real_server() {
    let Some(cluster) = Cluster::get() else { return };
    cluster.apply(CRONS);
    cluster.kubectl(["wait", "--for=condition=Established", "crd/crons.kooper.test"]);
    // kubectl waits until the resource is there.
    cluster.apply(&CRON.replace("nightly", "first"));
    let real = client(cluster).await;
    let embedded = testing::Cluster::new();
    let definitions = Api::<CustomResourceDefinition>::all(real.clone());
    embedded.define(&definitions.get("crons.kooper.test").await.expect("it is there"));
    let within = embedded.client();
    let mut differ = Vec::new();
    for (path, accepted) in ASKED {
        for accept in accepted {
            let (wanted, is) = tokio::join!(get_as(&real, path, accept), get_as(&within, path, accept));
            let told = |(code, media_type, body): (u16, String, Vec<u8>)| {
                let reason = if code < 400 { String::new() } else { refusal(code, &body).1 };
                (code, media_type, reason)
            };
            let (wanted, is) = (told(wanted), told(is));
            if wanted != is {
                differ.push(format!("{path} as {accept}: {is:?} where the real one has {wanted:?}"));
            }
        }
    }
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}
