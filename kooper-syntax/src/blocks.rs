//! The annotated blocks of a crate: whether two of them are of one type.

use std::{
    ffi::OsString,
    path::Path,
    sync::{Mutex, PoisonError},
};

/// Annotated blocks, each by where it stands and of which type it is.
#[derive(Debug)]
pub struct Blocks(Mutex<Vec<Block>>);

#[derive(Debug, PartialEq)]
struct Block {
    file: OsString,
    /// From 1.
    line: usize,
    ty: String,
}

impl Default for Blocks {
    fn default() -> Self {
        Self::new()
    }
}

impl Blocks {
    /// None so far.
    pub const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// Takes a block in; whether one of the same type stands above it in the same scope, so that `Web` of one module or function is not
    /// taken for that of another.
    ///
    /// They are in one scope where the code between `is_whole`: each bracket in it is closed. The text of the file is asked for only where a
    /// type of this name was annotated before. What stands no longer where it did, in an editor, is passed over.
    pub fn is_second(
        &self,
        file: &Path,
        line: usize,
        ty: &str,
        text: &dyn Fn() -> Option<String>,
        is_whole: &dyn Fn(&str) -> bool,
    ) -> bool {
        let block = Block { file: file.into(), line, ty: ty.to_owned() };
        let mut blocks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_of_type = |other: &Block| other.ty == ty && other.file == block.file;
        let is_alone = !blocks.iter().any(|other| other.line < line && is_of_type(other));
        let is_second = !is_alone
            && text().is_some_and(|text| {
                let is_annotated =
                    |above| blocks.iter().any(|other| other.line == above && is_of_type(other));
                stands_above(&text, line, is_annotated, is_whole)
            });
        if !blocks.contains(&block) {
            blocks.push(block);
        }
        is_second
    }
}

/// Whether one of the lines that `is_annotated` tells stands above `line` of a text, in the same scope.
///
/// The lines are gone through upwards, to the brace that opens the scope: a file may have hundreds of blocks, each in a module of its own.
fn stands_above(
    text: &str,
    line: usize,
    is_annotated: impl Fn(usize) -> bool,
    is_whole: &dyn Fn(&str) -> bool,
) -> bool {
    let start = |line: usize| text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let here: usize = start(line);
    let (mut depth, mut above) = (0, line);
    for code in text.get(..here).unwrap_or_default().lines().rev() {
        above -= 1;
        for brace in code.rmatches(['{', '}']) {
            depth += if brace == "{" { 1 } else { -1 };
            if depth > 0 {
                return false;
            }
        }
        // Braces may stand in texts and comments.
        if depth == 0 && code.trim_start().starts_with("#[") && is_annotated(above) {
            return text.get(start(above)..here).is_some_and(is_whole);
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the braces of a text are pairs.
    fn is_whole(text: &str) -> bool {
        let mut depth = 0;
        for c in text.chars() {
            depth += i32::from(c == '{') - i32::from(c == '}');
            if depth < 0 {
                return false;
            }
        }
        depth == 0
    }

    #[test]
    fn two_blocks_of_one_type_are_found_in_one_scope_alone() {
        let second = |text: &str| {
            let blocks = Blocks::new();
            let lines = text.lines().enumerate().filter(|(_, line)| line.contains("#[controller]"));
            let is_second = |(at, _)| {
                blocks.is_second(Path::new("web.rs"), at + 1, "Web", &|| Some(text.to_owned()), &is_whole)
            };
            lines.map(is_second).collect::<Vec<_>>()
        };
        assert_eq!(second("#[controller]\nimpl Web {}\n#[controller]\nimpl Web {}"), [false, true]);
        let functions = "fn a() {\n    #[controller]\n    impl Web {}\n}\nfn b() {\n    #[controller]\n    impl Web {}\n}";
        assert_eq!(second(functions), [false, false]);
        assert_eq!(
            second("#[controller]\nimpl Web {}\nmod b {\n#[controller]\nimpl Web {}\n}"),
            [false, false]
        );
    }

    #[test]
    fn a_block_that_is_expanded_again_is_no_second_one() {
        let blocks = Blocks::new();
        let is_second = |line, ty, text: Option<&str>| {
            blocks.is_second(Path::new("web.rs"), line, ty, &|| text.map(str::to_owned), &is_whole)
        };
        assert!(!is_second(2, "Web", None));
        assert!(!is_second(2, "Web", None), "the same again");
        let moved = Some("\n\n#[controller]\nimpl Web {}");
        assert!(!is_second(3, "Web", moved), "moved down by a line");
        assert!(!is_second(9, "Jobs", moved), "another type");
        assert!(!is_second(9, "Web", None), "a file that cannot be read");
    }
}
