//! The example of owned objects and a finalizer: by itself, and against a real API server.

use crate::{
    cluster::Cluster,
    program::{Program, executable, wait_for},
};
use std::{env, fs, process::Command};

#[test]
fn a_site_lives_and_goes_on_the_cluster_inside_the_process() {
    let root = env::temp_dir().join(format!("kooper-sites-{}", std::process::id()));
    let output = Command::new(executable("examples", "sites"))
        .arg("--root")
        .arg(&root)
        .output()
        .expect("the example can be run");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}\n{}", String::from_utf8_lossy(&output.stderr));
    for text in
        ["finalizer      example.com/site", "taken down", "default/blog is gone", "handleFinalizeObject"]
    {
        assert!(printed.contains(text), "`{text}` in:\n{printed}");
    }
    let (_, again) = printed.split_once("somebody deletes the config map").expect("it is said");
    assert!(again.contains("default/blog is published"), "the config map was not made again:\n{printed}");
    let left: Vec<_> = fs::read_dir(&root).expect("the folder is there").collect();
    assert!(left.is_empty(), "what is outside was not cleaned up: {left:?}");
    fs::remove_dir(&root).expect("the folder is empty");
}

#[test]
fn a_config_map_is_made_again_and_a_site_goes_only_once_it_is_taken_down() {
    let Some(cluster) = Cluster::get() else { return };
    let root = cluster.path("sites");
    let folder = root.to_str().expect("the path is text");
    let mut program =
        Program::start("examples", "sites", &["--cluster", "--root", folder], &cluster.kubeconfig());
    program.has_printed("started controller=sites", 1);
    let file = root.join("default.web.html");
    cluster.apply("apiVersion: example.com/v1\nkind: Site\nmetadata: {name: web}\nspec: {title: One}\n");
    program.has_printed("default/web is published", 1);
    assert_eq!(fs::read_to_string(&file).ok().as_deref(), Some("<h1>One</h1>\n"));

    let before = program.printed().matches("default/web is published").count();
    cluster.kubectl(["delete", "configmap", "web"]);
    program.has_printed("default/web is published", before + 1);
    wait_for("the config map to be there again", || cluster.has(["configmap", "web"]).then_some(()));

    cluster.kubectl(["delete", "site", "web"]);
    program.has_printed("default/web is gone", 1);
    assert!(!file.exists(), "the site is gone, and its file is not");
    assert!(!cluster.has(["site", "web"]));
    program.ends_well();
}
