//! kubectl takes the embedded cluster for a real one. It is the testbed's; without it, the test says loudly that it was skipped.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use kooper::testing::{Cluster, Server};
use kooper_tests::{programs, testbed};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Command,
};

const MANIFEST: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: applied}
data: {key: one}
";

const CHANGED: &str = "\
apiVersion: v1
kind: ConfigMap
metadata: {name: applied}
data: {key: two}
";

const WORKLOAD: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: served}
spec:
  replicas: 2
  selector: {matchLabels: {app: served}}
  template:
    metadata: {labels: {app: served}}
    spec: {containers: [{name: main, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: served}
spec:
  type: NodePort
  selector: {app: served}
  ports: [{port: 80}]
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

/// A command and what it is to print. `@` is the folder of the manifests; a command after `!` is to fail. A command that begins
/// with `EDITOR=` is `edit` with that command as the editor.
const SCRIPT: &[(&str, &str)] = &[
    ("version", "Server Version: v1.37.2"),
    ("api-versions", "apps/v1"),
    ("api-resources", "deploy"),
    ("get namespaces", "kube-node-lease   Active"),
    ("create configmap made --from-literal=k=v", "configmap/made created"),
    ("get configmap made", "made   1      "),
    ("get configmap made -o yaml", "k: v"),
    ("get configmap made -o json", "\"k\": \"v\""),
    ("get configmap made -o yaml --show-managed-fields", "manager: kubectl-create"),
    ("get configmap -o name", "configmap/made"),
    ("label configmap made tier=front", "configmap/made labeled"),
    ("get configmap -l tier=front", "made"),
    ("get configmap -l tier!=front", "No resources found"),
    ("annotate configmap made a=b", "configmap/made annotated"),
    ("get configmap -A --field-selector metadata.name=made --sort-by=.metadata.name", "default     made"),
    ("create configmap after --from-literal=k=v", "configmap/after created"),
    ("get configmap --sort-by=.metadata.name -o name", "configmap/after\nconfigmap/made"),
    ("get configmap --sort-by=.metadata.creationTimestamp", "made"),
    ("! create configmap after", "already exists"),
    ("EDITOR=sed -i s/k:/changed:/ edit configmap after", "configmap/after edited"),
    ("get configmap after -o yaml", "changed: v"),
    ("EDITOR=true edit configmap after", "Edit cancelled, no changes made."),
    ("delete configmap after --cascade=background", "configmap \"after\" deleted"),
    ("create deployment web --image=nginx --replicas=2", "deployment.apps/web created"),
    ("get deployment web", "web    0/2     0            0"),
    ("scale deployment web --replicas=3", "deployment.apps/web scaled"),
    ("set image deployment/web nginx=nginx:2", "deployment.apps/web image updated"),
    ("get deployment web -o wide", "nginx:2   app=web"),
    ("run box --image=nginx", "pod/box created"),
    ("get pod box", "box    0/1     Pending   0"),
    ("get pod box -o wide", "<none>"),
    ("describe pod box", "QoS Class:        BestEffort"),
    ("patch pod box -p {\"metadata\":{\"labels\":{\"a\":\"b\"}}}", "pod/box patched"),
    ("patch pod box --type=merge -p {\"metadata\":{\"labels\":{\"a\":\"c\"}}}", "pod/box patched"),
    (
        "patch pod box --type=json -p [{\"op\":\"replace\",\"path\":\"/metadata/labels/a\",\"value\":\"d\"}]",
        "pod/box patched",
    ),
    (
        "patch pod box --subresource=status --type=merge -p {\"status\":{\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]}}",
        "pod/box patched",
    ),
    ("wait pod/box --for=condition=Ready --timeout=5s", "pod/box condition met"),
    ("wait pod/box --for=jsonpath={.status.phase}=Pending --timeout=5s", "pod/box condition met"),
    ("delete pod box --wait", "pod \"box\" deleted"),
    ("wait pod/box --for=delete --timeout=5s", ""),
    ("apply -f @/manifest.yaml", "configmap/applied created"),
    ("apply -f @/manifest.yaml", "configmap/applied unchanged"),
    ("diff -f @/manifest.yaml", ""),
    ("! diff -f @/changed.yaml", "+  key: two"),
    ("! diff --server-side -f @/changed.yaml", "+  key: two"),
    ("apply -f @/changed.yaml", "configmap/applied configured"),
    ("apply --server-side -f @/manifest.yaml", "configmap/applied serverside-applied"),
    ("diff --server-side -f @/manifest.yaml", ""),
    ("get configmap applied -o yaml", "key: one"),
    ("! apply --server-side --field-manager=other -f @/changed.yaml", "conflict with \"kubectl\": .data.key"),
    (
        "apply --server-side --field-manager=other --force-conflicts -f @/changed.yaml",
        "configmap/applied serverside-applied",
    ),
    ("get configmap applied -o yaml", "key: two"),
    (
        "apply --server-side --dry-run=server -f @/workload.yaml",
        "deployment.apps/served serverside-applied (server dry run)",
    ),
    ("apply --server-side -f @/workload.yaml", "service/served serverside-applied"),
    ("apply --server-side -f @/workload.yaml", "deployment.apps/served serverside-applied"),
    ("get service served", "80:3"),
    ("apply -f @/workload.yaml", "deployment.apps/served"),
    ("delete -f @/workload.yaml", "service \"served\" deleted"),
    ("delete deployment web --cascade=foreground", "deployment.apps \"web\" deleted"),
    ("delete configmap made --cascade=orphan", "configmap \"made\" deleted"),
    ("! get configmap made", "NotFound"),
    (
        "create -f @/definition.yaml",
        "customresourcedefinition.apiextensions.k8s.io/sites.example.com created",
    ),
    ("wait crd/sites.example.com --for=condition=Established --timeout=5s", "condition met"),
    ("apply -f @/site.yaml", "site.example.com/a created"),
    ("apply --server-side -f @/site.yaml", "site.example.com/a serverside-applied"),
    ("! create -f @/odd-site.yaml", "unknown field \"spec.odd\""),
    ("create --validate=warn -f @/odd-site.yaml", "Warning: unknown field \"spec.odd\""),
    ("get st", "a      example.org"),
    ("get crd", "sites.example.com   "),
    ("delete -f @/site.yaml", "site.example.com \"a\" deleted"),
    ("auth whoami", "kooper"),
    ("auth can-i create pods", "yes"),
    ("create namespace team", "namespace/team created"),
    ("delete namespace team", "namespace \"team\" deleted"),
    ("get events", ""),
];

/// A cluster on a port, a kubeconfig that leads there and a folder of manifests.
struct Bench {
    kubectl: PathBuf,
    folder: PathBuf,
    _server: Server,
}

impl Bench {
    /// One of its own for the test called `name`; `None` without the testbed.
    async fn new(name: &str) -> Option<Self> {
        let testbed = testbed("kubectl against the embedded cluster")?;
        let kubectl = programs(&testbed, env!("CARGO_TARGET_TMPDIR")).join("kubectl");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let odd = SITE.replace("host:", "odd: 1, host:").replace("name: a", "name: odd");
        for (name, text) in [
            ("manifest", MANIFEST),
            ("changed", CHANGED),
            ("workload", WORKLOAD),
            ("definition", DEFINITION),
            ("site", SITE),
            ("odd-site", &odd),
        ] {
            std::fs::write(folder.join(format!("{name}.yaml")), text).unwrap();
        }
        let server = Cluster::new().serve(0).await.unwrap();
        server.write_kubeconfig(folder.join("kubeconfig")).unwrap();
        Some(Self { kubectl, folder, _server: server })
    }

    /// kubectl with these words.
    fn command(&self, words: &str) -> Command {
        let mut command = Command::new(&self.kubectl);
        let words = words.replace('@', &self.folder.to_string_lossy());
        command
            .args(words.split(' '))
            .env("KUBECONFIG", self.folder.join("kubeconfig"))
            .env("HOME", &self.folder);
        command
    }

    /// Runs a line of the script.
    async fn check(&self, line: &str, wanted: &str) {
        let (fails, words) = line.strip_prefix("! ").map_or((false, line), |words| (true, words));
        let (editor, words) = match words.strip_prefix("EDITOR=").and_then(|rest| rest.split_once(" edit ")) {
            Some((editor, rest)) => (editor, format!("edit {rest}")),
            None => ("false", words.to_owned()),
        };
        let run = self.command(&words).env("KUBE_EDITOR", editor).output().await.unwrap();
        let (out, err) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
        assert_eq!(run.status.success(), !fails, "kubectl {line}\n{out}{err}");
        let said = out.contains(wanted) || err.contains(wanted);
        assert!(said, "kubectl {line}\nprints no {wanted:?}:\n{out}{err}");
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // What is left are manifests, of no use after the test.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kubectl_works_with_no_flags_of_its_own() {
    let Some(bench) = Bench::new("kubectl").await else { return };
    for (line, wanted) in SCRIPT {
        bench.check(line, wanted).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kubectl_sees_changes_as_they_come() {
    let Some(bench) = Bench::new("kubectl-watch").await else { return };
    let mut watching = bench.command("get configmap -w --output-watch-events --no-headers");
    let mut watching = watching.stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut lines = BufReader::new(watching.stdout.take().unwrap()).lines();
    bench.check("create configmap seen --from-literal=k=v", "configmap/seen created").await;
    bench.check("label configmap seen a=b", "labeled").await;
    bench.check("delete configmap seen", "deleted").await;
    for wanted in ["ADDED", "MODIFIED", "DELETED"] {
        let line = tokio::time::timeout(Duration::from_secs(20), lines.next_line()).await;
        let line = line.expect("a change is printed in time").unwrap().unwrap_or_default();
        assert!(line.starts_with(wanted) && line.contains(" seen "), "{line}");
    }
}
