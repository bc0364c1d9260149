//! Every object that the real server has, after one of each kind that can be created was: its value from protobuf is its
//! value from JSON.

use super::{Cluster, client, get_as};
use kooper::testing::protobuf::decode_answer;
use kube::Client;
use serde::{Deserialize, de::DeserializeOwned};
use std::{collections::BTreeSet, fmt::Debug};

/// One object or more of each kind that kubectl can create, with as many fields as the server takes.
const OBJECTS: &str = include_str!("objects.json");

const PROTOBUF: &str = "application/vnd.kubernetes.protobuf";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    items: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    #[serde(default)]
    api_version: String,
    #[serde(default)]
    kind: String,
    metadata: Named,
}

#[derive(Deserialize)]
struct Named {
    name: String,
    namespace: Option<String>,
}

/// What was compared.
#[derive(Default)]
struct Compared {
    kinds: BTreeSet<String>,
    objects: usize,
}

/// Compares all objects of a kind; one that cannot be listed has none.
async fn compare<R: DeserializeOwned + PartialEq + Debug>(
    client: &Client,
    api_version: &str,
    (kind, plural): (&str, &str),
    compared: &mut Compared,
) {
    let root = if api_version.contains('/') { "/apis" } else { "/api" };
    let (code, _, body) = get_as(client, &format!("{root}/{api_version}/{plural}"), "application/json").await;
    if code != 200 || plural.is_empty() {
        return;
    }
    let list: List = serde_json::from_slice(&body).expect(plural);
    for Named { name, namespace } in list.items.into_iter().map(|item| item.metadata) {
        let within = namespace.map_or_else(String::new, |namespace| format!("/namespaces/{namespace}"));
        let path = format!("{root}/{api_version}{within}/{plural}/{name}");
        let (json, protobuf) =
            tokio::join!(get_as(client, &path, "application/json"), get_as(client, &path, PROTOBUF));
        assert_eq!((json.0, &*protobuf.1), (200, PROTOBUF), "{path}");
        let wanted: R = serde_json::from_slice(&json.2).expect(&path);
        let is: R = decode_answer(&protobuf.2).expect(&path);
        assert_eq!(is, wanted, "{path}");
        compared.objects += 1;
        compared.kinds.insert(format!("{api_version} {kind}"));
    }
}

macro_rules! compare_all {
    ($($api_version:literal $kind:literal => $type:ty,)*) => {
        async fn compare_all(client: &Client) -> Compared {
            let mut compared = Compared::default();
            $(
                let named = ($kind, <$type as k8s_openapi::Resource>::URL_PATH_SEGMENT);
                Box::pin(compare::<$type>(client, $api_version, named, &mut compared)).await;
            )*
            compared
        }
    };
}
kinds!(compare_all);

#[tokio::test]
async fn every_object_of_a_real_server_is_the_same_in_both_encodings() {
    let Some(cluster) = Cluster::get() else { return };
    cluster.kubectl(["create", "namespace", "everything"]);
    cluster.apply(OBJECTS);
    let compared = compare_all(&client(cluster).await).await;
    let created: List = serde_json::from_str(OBJECTS).expect("a list");
    assert!(compared.objects > created.items.len(), "{} objects", compared.objects);
    for Item { api_version, kind, .. } in created.items {
        assert!(
            compared.kinds.contains(&format!("{api_version} {kind}")),
            "{api_version} {kind} was not met"
        );
    }
    println!("{} objects of {} kinds", compared.objects, compared.kinds.len());
}
