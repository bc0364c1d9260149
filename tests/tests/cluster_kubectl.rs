//! kubectl takes the embedded cluster for a real one. It is the testbed's; without it, the test says loudly that it was skipped.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use kooper::testing::Cluster;
use kooper_tests::{programs, testbed};
use tokio::process::Command;

const MANIFEST: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: applied}
data: {key: one}
";

const DEFINITION: &str = "\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: sites.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: sites, kind: Site, shortNames: [st]}
  versions:
  - name: v1
    served: true
    storage: true
    additionalPrinterColumns: [{name: Host, type: string, jsonPath: .spec.host}]
    schema:
      openAPIV3Schema:
        type: object
        properties: {spec: {type: object, properties: {host: {type: string}}}}
";

const SITE: &str =
    "{apiVersion: example.com/v1, kind: Site, metadata: {name: a}, spec: {host: example.org}}\n";

/// A command and what it is to print. `@` is the folder of the manifests.
const SCRIPT: &[(&str, &str)] = &[
    ("version", "Server Version: v1.37.2"),
    ("api-versions", "apps/v1"),
    ("api-resources", "deploy"),
    ("get namespaces", "kube-node-lease   Active"),
    ("create configmap made --from-literal=k=v", "configmap/made created"),
    ("get configmap made", "made   1      "),
    ("get configmap made -o yaml", "k: v"),
    ("get configmap made -o json", "\"k\": \"v\""),
    ("get configmap -o name", "configmap/made"),
    ("label configmap made tier=front", "configmap/made labeled"),
    ("get configmap -l tier=front", "made"),
    ("annotate configmap made a=b", "configmap/made annotated"),
    ("get configmap -A --field-selector metadata.name=made --sort-by=.metadata.name", "default     made"),
    ("create deployment web --image=nginx --replicas=2", "deployment.apps/web created"),
    ("get deployment web", "web    0/2     0            0"),
    ("scale deployment web --replicas=3", "deployment.apps/web scaled"),
    ("set image deployment/web nginx=nginx:2", "deployment.apps/web image updated"),
    ("get deployment web -o wide", "nginx:2   app=web"),
    ("run box --image=nginx", "pod/box created"),
    ("get pod box", "box    0/1     Pending   0"),
    ("describe pod box", "QoS Class:        BestEffort"),
    ("patch pod box -p {\"metadata\":{\"labels\":{\"a\":\"b\"}}}", "pod/box patched"),
    ("patch pod box --type=merge -p {\"metadata\":{\"labels\":{\"a\":\"c\"}}}", "pod/box patched"),
    (
        "patch pod box --type=json -p [{\"op\":\"replace\",\"path\":\"/metadata/labels/a\",\"value\":\"d\"}]",
        "pod/box patched",
    ),
    ("wait pod/box --for=jsonpath={.status.phase}=Pending --timeout=5s", "pod/box condition met"),
    ("delete pod box --wait", "pod \"box\" deleted"),
    ("wait pod/box --for=delete --timeout=5s", ""),
    ("apply -f @/manifest.yaml", "configmap/applied created"),
    ("apply -f @/manifest.yaml", "configmap/applied unchanged"),
    ("diff -f @/manifest.yaml", ""),
    ("delete deployment web --cascade=foreground", "deployment.apps \"web\" deleted"),
    ("delete configmap made --cascade=orphan", "configmap \"made\" deleted"),
    (
        "create -f @/definition.yaml",
        "customresourcedefinition.apiextensions.k8s.io/sites.example.com created",
    ),
    ("wait crd/sites.example.com --for=condition=Established --timeout=5s", "condition met"),
    ("apply -f @/site.yaml", "site.example.com/a created"),
    ("get st", "a      example.org"),
    ("get crd", "sites.example.com   "),
    ("delete -f @/site.yaml", "site.example.com \"a\" deleted"),
    ("auth whoami", "kooper"),
    ("auth can-i create pods", "yes"),
    ("create namespace team", "namespace/team created"),
    ("delete namespace team", "namespace \"team\" deleted"),
    ("get events", ""),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kubectl_works_with_no_flags_of_its_own() {
    let Some(testbed) = testbed("kubectl against the embedded cluster") else { return };
    let kubectl = programs(&testbed, env!("CARGO_TARGET_TMPDIR")).join("kubectl");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("kubectl-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in [("manifest", MANIFEST), ("definition", DEFINITION), ("site", SITE)] {
        std::fs::write(folder.join(format!("{name}.yaml")), text).unwrap();
    }
    let server = Cluster::new().serve(0).await.unwrap();
    let kubeconfig = folder.join("kubeconfig");
    server.write_kubeconfig(&kubeconfig).unwrap();
    for (words, wanted) in SCRIPT {
        let words = words.replace('@', &folder.to_string_lossy());
        let run = Command::new(&kubectl)
            .args(words.split(' '))
            .env("KUBECONFIG", &kubeconfig)
            .env("HOME", &folder)
            .output()
            .await
            .unwrap();
        let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
        assert!(run.status.success(), "kubectl {words}\n{out}{err}");
        assert!(out.contains(wanted), "kubectl {words}\nprints no {wanted:?}:\n{out}{err}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}
