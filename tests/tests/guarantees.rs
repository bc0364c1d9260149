//! The page of guarantees names tests: that each of them exists.

use std::{fs, path::Path};

/// Where the tests of a name on the page stand.
fn place(module: &str) -> String {
    match module {
        "queue" => "kooper/src/queue/tests.rs".into(),
        "histories" => "kooper/src/queue/histories.rs".into(),
        "resync" | "pace" => format!("kooper/src/retriever/{module}.rs"),
        "tombstones" => "kooper/src/store/tests.rs".into(),
        "hand_out" => "tests/interleavings/tests/hand_out.rs".into(),
        module => format!("tests/tests/{module}.rs"),
    }
}

#[test]
fn every_test_that_the_page_of_guarantees_names_exists() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("it lies in the repository");
    let page = fs::read_to_string(repository.join("kooper/src/guarantees.md")).expect("the page");
    let mut count = 0;
    for row in page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| fault")) {
        for name in row.split('`').skip(1).step_by(2).filter_map(|code| code.split_once("::")) {
            let (module, test) = name;
            let source = fs::read_to_string(repository.join(place(module)))
                .unwrap_or_else(|_| panic!("`{module}` of `{module}::{test}` is no file of tests"));
            assert!(source.contains(&format!("fn {test}(")), "there is no test {module}::{test}");
            count += 1;
        }
    }
    assert!(count >= 40, "{count} names: the page is read as it is written");
}

#[test]
fn each_guarantee_names_a_test() {
    let page = include_str!("../../kooper/src/guarantees.md");
    let (guarantees, _) = page.split_once("# Beside kube-rs").expect("the page ends with the table");
    let rows = guarantees.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| Kooper"));
    for row in rows {
        assert!(row.contains("::"), "no test is named: {row}");
    }
}
