//! What users' mistakes look like: each case is a program with one mistake, and what the compiler says of it.
//!
//! The `.stderr` files are those of one compiler. Another one says things in other words, so there only our own errors
//! are compared, by message, line and column. `UI_TESTS_OURS_ONLY=1` does so on any compiler; `TRYBUILD=overwrite`
//! writes the files anew.

use std::{
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    process::Command,
};

/// The compiler that the `.stderr` files are of.
const COMPILER: &str = "rustc 1.95.";

/// Cases whose errors are rustc's own: that they come once, and where, is what they are about.
const RUSTC: [&str; 4] = ["add-not-send", "handler-attr-outside", "self-not-send", "syntax-error-in-body"];

/// Cases with more than one error: with how many, and why.
const SEVERAL: [(&str, usize, &str); 13] = [
    ("add-kube-style", 2, "two mistakes"),
    (
        "add-unresolved-error",
        2,
        "rustc looks the type up in the handler and in its wrapper, and says more of the first",
    ),
    ("args-and-handlers", 2, "two mistakes"),
    ("args-positional-and-more", 2, "two mistakes"),
    ("args-three-errors", 3, "three mistakes"),
    ("backoff-positional", 2, "two mistakes"),
    ("backoff-two-errors", 2, "two mistakes"),
    ("blind-go-state-without-sync", 3, "as self-not-send, in each of two handlers"),
    ("blind-kube-spec-as-resource", 2, "the object of a handler is not that of the wrong resource either"),
    ("namespace-not-k8s", 2, "rustc asks for the scope of what is no resource"),
    ("namespace-two-wrong", 2, "two mistakes"),
    ("self-not-send", 2, "rustc's error and ours"),
    ("two-handlers-wrong", 5, "five mistakes"),
];

#[test]
fn one_mistake_gives_one_error() {
    for stderr in files("stderr") {
        let name = stderr.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        let expected = SEVERAL.iter().find(|(case, ..)| *case == name).map_or(1, |(_, count, _)| *count);
        let found = errors(&fs::read_to_string(&stderr).expect("the file can be read"));
        assert_eq!(found.len(), expected, "{name}: {found:#?}");
    }
}

#[test]
fn each_error_stands_at_the_token_that_is_wrong() {
    if env::var_os("UI_TESTS_OURS_ONLY").is_none() && compiler().starts_with(COMPILER) {
        let cases = trybuild::TestCases::new();
        for case in files("rs") {
            cases.compile_fail(case);
        }
    } else {
        compare_ours();
    }
}

fn compiler() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("rustc runs");
    String::from_utf8(output.stdout).expect("a version is text")
}

/// Compiles copies of the cases, beside which no `.stderr` stands: `trybuild` then writes what comes of them to `wip`.
fn compare_ours() {
    let copies = Path::new(env!("CARGO_TARGET_TMPDIR")).join("ui");
    fs::create_dir_all(&copies).expect("the folder can be made");
    for case in files("rs") {
        fs::copy(&case, copies.join(case.file_name().expect("a file has a name")))
            .expect("a case can be copied");
    }
    let cases = trybuild::TestCases::new();
    cases.compile_fail(copies.join("*.rs"));
    // It panics, since what it wrote is to be looked at.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(cases)));
    let mut differences = Vec::new();
    for expected in files("stderr") {
        let name = expected.file_name().expect("a file has a name");
        let actual = fs::read_to_string(Path::new("wip").join(name)).unwrap_or_default();
        let (expected, actual) = (ours(&expected), errors(&actual));
        if !expected.iter().all(|error| actual.contains(error)) {
            differences.push(format!("{}: expected {expected:#?}, found {actual:#?}", name.display()));
        }
    }
    let _ = fs::remove_dir_all("wip");
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// The cases' files of one kind.
fn files(extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir("tests/ui").expect("the cases are there");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|found| found == extension));
    // Those are what `fixed.rs` compiles.
    files.retain(|file| !file.to_string_lossy().ends_with(".fixed.rs"));
    files.sort();
    files
}

/// The errors of an expected file that are not rustc's.
fn ours(stderr: &Path) -> Vec<(String, String)> {
    let name = stderr.file_stem().expect("a file has a name").to_string_lossy().into_owned();
    if RUSTC.contains(&name.as_str()) {
        return Vec::new();
    }
    let mut errors = errors(&fs::read_to_string(stderr).expect("the file can be read"));
    errors.retain(|(message, _)| message.starts_with("error: "));
    errors
}

/// Each error's message, and its line and column.
fn errors(stderr: &str) -> Vec<(String, String)> {
    let mut lines = stderr.lines();
    let mut errors = Vec::new();
    while let Some(line) = lines.next() {
        if line.starts_with("error")
            && let Some(place) = lines.by_ref().find(|line| line.trim_start().starts_with("--> "))
        {
            let place = place.rsplit_once(".rs:").map_or(place, |(_, place)| place);
            errors.push((line.to_owned(), place.to_owned()));
        }
    }
    errors
}

/// How an error may say what to do: by words for what is to be done, or by what is possible.
const ADVICE: [&str; 32] = [
    "write ",
    "did you mean",
    "rename it",
    "remove",
    "such as",
    "try ",
    "give",
    "must ",
    "goes on",
    "goes once",
    "put ",
    "move it",
    "the units are",
    "takes ",
    "use ",
    "expected ",
    "at least",
    "another name",
    "leave it out",
    "options are",
    "arguments are",
    "levels are",
    "name the constant",
    "is written as",
    "are possible",
    "from 0.0 to 1.0",
    "does not begin with",
    "fields of a handler's arguments go in",
    "return ",
    "; the ",
    "; what ",
    "is said by",
];

#[test]
fn our_errors_are_written_in_the_house_style() {
    for stderr in files("stderr") {
        for (message, _) in ours(&stderr) {
            let text = message.trim_start_matches("error: ");
            assert!(message.len() <= 107, "over 100 columns, {stderr:?}: {text}");
            assert!(!text.starts_with(char::is_uppercase), "begins with a capital, {stderr:?}: {text}");
            assert!(!text.ends_with('.'), "ends with a full stop, {stderr:?}: {text}");
            assert!(
                text.matches('`').count().is_multiple_of(2),
                "a backtick is left open, {stderr:?}: {text}"
            );
            let said = fs::read_to_string(&stderr).expect("the file can be read");
            assert!(
                ADVICE.iter().any(|advice| said.contains(advice)),
                "does not say what to do, {stderr:?}: {text}"
            );
        }
    }
}

#[test]
fn no_second_error_can_hide_for_want_of_a_use() {
    for case in files("rs") {
        let code = fs::read_to_string(&case).expect("a case can be read");
        // Where there is no type to be run.
        let nothing_to_run =
            ["on-fn", "on-mod", "on-method"].iter().any(|name| case.ends_with(format!("{name}.rs")));
        assert!(
            nothing_to_run || code.contains("kooper::run(") || code.contains("Controller::new(Web)"),
            "{case:?} runs nothing"
        );
    }
}
