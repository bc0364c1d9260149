//! Scenarios: requests as data.
//!
//! ```text
//! == a title
//! GET /api/v1/namespaces/NS/pods?limit=1
//! POST /api/v1/namespaces/NS/pods {"metadata": {"name": "a"}}
//! PATCH:merge /api/v1/namespaces/NS/pods/a
//!   {"metadata": {"labels": {"a": "b"}}}
//! WATCH /api/v1/namespaces/NS/pods
//! ```
//!
//! A line that begins with a blank goes on with the one before; `#` begins a comment. `NS` is the scenario's own
//! namespace. `$rv:NAME`, `$uid:NAME` are the version and the uid that the object had when it was last seen, `$old:NAME`
//! the version at which it was first seen, `$list` and `$continue` the last list's. `WATCH` collects the events since the
//! scenario began, `READY` waits until a path is there. After a colon stands what the request needs beside: a patch type, `as=` a form of the answer, or a media type.

use std::{fmt, fs, path::Path};

pub(crate) struct Scenario {
    pub(crate) file: String,
    pub(crate) title: String,
    pub(crate) steps: Vec<Step>,
}

/// One request.
#[derive(Clone)]
pub(crate) struct Step {
    pub(crate) verb: String,
    /// What stands after the verb's colon.
    pub(crate) how: String,
    pub(crate) path: String,
    pub(crate) body: String,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colon = if self.how.is_empty() { "" } else { ":" };
        write!(f, "{}{colon}{} {} {}", self.verb, self.how, self.path, self.body)
    }
}

impl Scenario {
    /// All scenarios of the folder's `.http` files.
    pub(crate) fn read_all(folder: &Path) -> Vec<Self> {
        let mut files: Vec<_> = fs::read_dir(folder)
            .expect("the folder of cases")
            .map(|entry| entry.expect("a file").path())
            .collect();
        files.sort();
        let read = |path: &std::path::PathBuf| {
            let name = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
            Self::read(&name, &fs::read_to_string(path).expect("a file of cases is text"))
        };
        files.iter().flat_map(read).collect()
    }

    fn read(file: &str, text: &str) -> Vec<Self> {
        let mut scenarios: Vec<Self> = Vec::new();
        let mut lines: Vec<String> = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            match lines.last_mut() {
                Some(last) if line.starts_with(' ') => {
                    last.push(' ');
                    last.push_str(line.trim());
                }
                _ => lines.push(line.trim_end().into()),
            }
        }
        for line in lines {
            if let Some(title) = line.strip_prefix("== ") {
                scenarios.push(Self { file: file.into(), title: title.into(), steps: Vec::new() });
            } else {
                let scenario =
                    scenarios.last_mut().unwrap_or_else(|| panic!("{file}: no title before {line}"));
                scenario.steps.push(Step::read(&line));
            }
        }
        scenarios
    }
}

impl Step {
    fn read(line: &str) -> Self {
        let mut words = line.splitn(3, ' ');
        let verb = words.next().unwrap_or_default();
        let (verb, how) = verb.split_once(':').unwrap_or((verb, ""));
        Self {
            verb: verb.into(),
            how: how.into(),
            path: words.next().unwrap_or_default().into(),
            body: words.next().unwrap_or_default().into(),
        }
    }
}
