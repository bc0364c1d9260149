//! The pictures of the documentation are drawn, not written: from a file of traces that `traced-controller --seed 7` left.

use kooper::telemetry::Waterfall;
use std::{
    fs,
    io::Write,
    path::Path,
    sync::{Arc, Mutex},
};

#[derive(Clone, Default)]
struct Drawn(Arc<Mutex<Vec<u8>>>);

impl Write for Drawn {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The pictures of the file, one for each trace.
fn pictures() -> Vec<String> {
    let drawn = Drawn::default();
    let lines = include_str!("pictures.jsonl");
    let count = Waterfall::to(drawn.clone()).columns(72).draw(lines.as_bytes()).expect("a file of traces");
    let text = String::from_utf8(drawn.0.lock().expect("no panic").clone()).expect("text");
    let pictures: Vec<_> = text.split_terminator("\n\n").map(|it| it.trim_end().to_owned()).collect();
    assert_eq!(pictures.len(), count);
    pictures
}

/// The blocks of a page that show a trace with its time, without what makes the page a comment.
fn shown(page: &str) -> Vec<String> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(page)).expect(page);
    let plain = |line: &str| match line.strip_prefix("//!").or_else(|| line.strip_prefix("///")) {
        Some(comment) => comment.strip_prefix(' ').unwrap_or(comment).to_owned(),
        None => line.to_owned(),
    };
    let lines: Vec<_> = text.lines().map(plain).collect();
    lines
        .split(|line| line.starts_with("```"))
        .filter(|block| block.iter().any(|line| line.starts_with("––|") && line.ends_with('s')))
        .map(|block| block.join("\n"))
        .collect()
}

#[test]
fn every_picture_in_the_documentation_is_one_that_the_waterfall_drew() {
    let pictures = pictures();
    for page in ["README.md", "kooper/src/trace/guide.rs", "kooper/src/telemetry/waterfall/mod.rs"] {
        let shown = shown(page);
        assert!(!shown.is_empty(), "{page} shows none");
        for picture in shown {
            assert!(
                pictures.contains(&picture),
                "{page} shows\n{picture}\nand drawn were\n{}",
                pictures.join("\n\n")
            );
        }
    }
}
