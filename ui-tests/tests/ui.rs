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

/// What rustc says of its own accord. That it comes once, and where, is what those cases are about.
const RUSTC: [&str; 7] = [
    "cannot be sent between threads safely",
    "cannot be shared between threads safely",
    "cannot find attribute",
    "couldn't convert the error",
    "expected expression",
    "is not a future",
    "the trait bound",
];

/// Cases with more than one error: with how many, and why.
const SEVERAL: [(&str, usize, &str); 20] = [
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
    ("blind-go-backoff-positional", 2, "two mistakes"),
    ("blind-go-object-key-as-a-struct", 2, "rustc's, of the fields of a key, which are private"),
    ("blind-kube-requeue-in-plain-result", 2, "rustc's, at each of two returns"),
    ("blind-kube-boxed-error-without-send", 2, "one alias of a type, in the signatures of two handlers"),
    (
        "blind-kube-context-of-anyhow",
        2,
        "rustc tells of a trait that stands for a type in the handler and in its wrapper",
    ),
    (
        "blind-kube-resource-as-associated-type",
        2,
        "rustc's, that an `impl` has no types of its own, and ours, that the resource is missing",
    ),
    (
        "blind-kube-setter-owns-of-an-api",
        2,
        "two mistakes in one call: what is owned, and how many arguments say so",
    ),
    (
        "blind-kopf-decorated-function",
        2,
        "within an `impl` the attribute cannot tell whose it is, so rustc asks for the handler too",
    ),
    (
        "blind-kube-controller-typed-by-resource",
        4,
        "rustc asks for the bound of `Controller` wherever it is named",
    ),
    (
        "blind-kube-generic-over-kube-resource",
        4,
        "a bound that is called `Resource` too: rustc tells of each thing that it lacks",
    ),
    (
        "blind-kube-key-within-a-namespace",
        3,
        "rustc says what `new` takes, how many of them, and that there is no `within`",
    ),
    ("namespace-not-k8s", 2, "rustc asks for the scope of what is no resource"),
    ("namespace-two-wrong", 2, "two mistakes"),
    ("two-handlers-wrong", 4, "five mistakes, of which one error tells two"),
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
        let (shown, cases): (Vec<_>, Vec<_>) = files("rs").into_iter().partition(|case| shows_sources(case));
        let differences = differences(&shown, "ui-sources", all);
        assert!(differences.is_empty(), "{}", differences.join("\n"));
        let trials = trybuild::TestCases::new();
        for case in cases {
            trials.compile_fail(case);
        }
    } else {
        let differences = differences(&files("rs"), "ui", ours);
        assert!(differences.is_empty(), "{}", differences.join("\n"));
    }
}

fn compiler() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("--version").output().expect("rustc runs");
    String::from_utf8(output.stdout).expect("a version is text")
}

/// Whether rustc points at its standard library in a case, of which it says more where the component `rust-src` is installed.
fn shows_sources(case: &Path) -> bool {
    fs::read_to_string(case.with_extension("stderr")).is_ok_and(|text| text.contains("$RUST/"))
}

/// The errors of an expected file that are compared.
type Wanted = fn(&Path) -> Vec<(String, String)>;

/// What differs in the wanted errors, by message, line and column, where the rest may be in other words.
///
/// It compiles copies of the cases, beside which no `.stderr` stands: `trybuild` then writes what comes of them to `wip`.
fn differences(cases: &[PathBuf], copies: &str, wanted: Wanted) -> Vec<String> {
    let copies = Path::new(env!("CARGO_TARGET_TMPDIR")).join(copies);
    let _ = fs::remove_dir_all(&copies);
    fs::create_dir_all(&copies).expect("the folder can be made");
    for case in cases {
        fs::copy(case, copies.join(case.file_name().expect("a file has a name")))
            .expect("a case can be copied");
    }
    let trials = trybuild::TestCases::new();
    trials.compile_fail(copies.join("*.rs"));
    // It panics, since what it wrote is to be looked at.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(trials)));
    let compare = |case: &PathBuf| {
        let expected = case.with_extension("stderr");
        let name = expected.file_name().expect("a file has a name");
        let actual = Path::new("wip").join(name);
        // With `TRYBUILD=overwrite` it stands beside the copy.
        let found = fs::read_to_string(&actual).or_else(|_| fs::read_to_string(copies.join(name)));
        let _ = fs::remove_file(actual);
        difference(&wanted(&expected), &expected, &found.unwrap_or_default())
    };
    let differences = cases.iter().filter_map(compare).collect();
    // Only if nothing of another run is in it.
    let _ = fs::remove_dir("wip");
    differences
}

/// Which of the wanted errors is not in what a compiler printed.
fn difference(wanted: &[(String, String)], expected: &Path, printed: &str) -> Option<String> {
    let found = errors(printed);
    let is_there = !printed.is_empty() && wanted.iter().all(|error| found.contains(error));
    (!is_there).then(|| format!("{}: expected {wanted:#?}, found {found:#?}", expected.display()))
}

/// The whole way of another compiler, with some cases: what is ours alone, ours in rustc's frame, and rustc's own.
#[test]
fn on_another_compiler_our_own_lines_are_compared() {
    let cases = ["args-three-errors", "add-ok-type", "syntax-error-in-body"]
        .map(|case| Path::new("tests/ui").join(case).with_extension("rs"));
    assert_eq!(differences(&cases, "ui-some", ours), Vec::<String>::new());

    let expected = Path::new("tests/ui/add-ok-type.stderr");
    let printed = fs::read_to_string(expected).expect("the file can be read");
    let other_words = printed.replace("= help:", "= advice:").replace("note:", "remark:");
    assert_ne!(other_words, printed);
    assert_eq!(
        difference(&ours(expected), expected, &other_words),
        None,
        "what rustc adds may be said in other words"
    );
    for (own, other) in [("a handler cannot succeed", "a handler can not succeed"), (":8:", ":9:")] {
        let changed = printed.replace(own, other);
        assert_ne!(changed, printed, "`{own}` is in the file");
        assert!(difference(&ours(expected), expected, &changed).is_some(), "`{other}` for `{own}`");
    }
    assert!(difference(&ours(expected), expected, "").is_some(), "a case that was not compiled");
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

/// All errors of an expected file.
fn all(stderr: &Path) -> Vec<(String, String)> {
    errors(&fs::read_to_string(stderr).expect("the file can be read"))
}

/// The errors of an expected file that are ours: those of the macro, and those of the traits that have a message of ours.
fn ours(stderr: &Path) -> Vec<(String, String)> {
    let mut errors = all(stderr);
    errors.retain(|(message, _)| {
        let is_of_rustc = RUSTC.iter().any(|words| message.contains(words));
        !is_of_rustc && (message.starts_with("error: ") || message.starts_with("error[E0277]: "))
    });
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
const ADVICE: [&str; 44] = [
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
    "are judged by",
    "run at once are",
    "delays are",
    "attempts end after",
    "spans are set by",
    "are logged at",
    "moves delays by",
    "is multiplied by",
    "are parted by",
    "may run on for",
    "objects own is",
    "related kinds are",
];

#[test]
fn our_errors_are_written_in_the_house_style() {
    for stderr in files("stderr") {
        for (message, _) in ours(&stderr) {
            let (_, text) = message.split_once(": ").expect("an error has a text");
            assert!(message.chars().count() <= 100, "over 100 columns, {stderr:?}: {message}");
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
            nothing_to_run || code.contains("kooper::run(") || code.contains("Controller::new(Web"),
            "{case:?} runs nothing"
        );
    }
}
