//! The embedded cluster against a real kube-apiserver: the same requests to both, the same answers from both.
//!
//! The requests are the scenarios of `cases/*.http`; `known.txt` lists what may differ, and why. Without the
//! testbed the test says loudly that it was skipped. `TRUTH=word` runs the scenarios whose title or
//! file holds the word, and prints what each step answered.

mod compare;
mod scenario;
mod side;

use std::{collections::BTreeMap, fs, path::Path};

use compare::Known;
use kooper::testing::Cluster;
use kooper_tests::{ApiServer, testbed};
use scenario::Scenario;
use side::Side;

/// Every mismatch is listed up to this number.
const TOLD: usize = 60;

#[tokio::test]
async fn the_same_requests_have_the_same_answers_as_from_a_real_server() {
    let Some(testbed) = testbed("the embedded cluster against a real kube-apiserver") else { return };
    let server = ApiServer::start(&testbed, env!("CARGO_TARGET_TMPDIR"));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cluster_truth");
    let scenarios = Scenario::read_all(&folder.join("cases"));
    let mut known =
        Known::read(&fs::read_to_string(folder.join("known.txt")).expect("the list of differences"));
    let only = std::env::var("TRUTH").unwrap_or_default();

    let real = server.client().await;
    let embedded = Cluster::builder().controllers(false).build();
    let (mut requests, mut errors, mut wrong) = (0, 0, Vec::new());
    let mut verbs: BTreeMap<String, usize> = BTreeMap::new();
    for (turn, scenario) in scenarios.iter().enumerate() {
        if !scenario.title.contains(&only) && !scenario.file.contains(&only) {
            continue;
        }
        let namespace = format!("truth-{turn}-{}", std::process::id());
        let mut real = Side::new(real.clone(), &namespace).await;
        let mut embedded = Side::new(embedded.client(), &namespace).await;
        for step in &scenario.steps {
            let (truth, answer) = tokio::join!(real.ask(step), embedded.ask(step));
            requests += 1;
            errors += usize::from(truth.code >= 400);
            *verbs.entry(step.verb.clone()).or_default() += 1;
            if !only.is_empty() {
                println!("{step}\n  real:     {truth}\n  embedded: {answer}");
            }
            let differences = known.differences(step, &truth, &answer);
            if !differences.is_empty() {
                wrong.push(format!(
                    "{} · {}\n  {step}\n    {}",
                    scenario.file,
                    scenario.title,
                    differences.join("\n    ")
                ));
            }
        }
        real.clean_up().await;
    }
    println!("{requests} requests, {errors} of them refused, {} differ; {verbs:?}", wrong.len());
    assert!(
        wrong.is_empty(),
        "{} of {requests} differ:\n\n{}",
        wrong.len(),
        wrong[..wrong.len().min(TOLD)].join("\n\n")
    );
    if only.is_empty() {
        known.all_needed();
    }
}
