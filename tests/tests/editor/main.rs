//! The attribute's arguments in an editor: the name of each resolves to what it sets, so that hover shows its documentation
//! and "go to definition" leads there.
//!
//! The attribute's own source is compiled here once more, with a `proc-macro2` that knows where tokens stand. rust-analyzer is
//! the one that `RUST_ANALYZER` names, else the one on the path. Where there is none, its test passes with a line that says so.

#[path = "../../../kooper-macros/src/table.rs"]
#[macro_use]
mod table;

#[path = "../../../kooper-macros/src/args.rs"]
#[allow(clippy::large_enum_variant, reason = "tokens that know their place are larger")]
mod args;
#[path = "../../../kooper-macros/src/check.rs"]
#[allow(dead_code, reason = "some of it is used by `lib.rs` alone")]
mod check;
#[path = "../../../kooper-macros/src/diag.rs"]
mod diag;
#[path = "../../../kooper-macros/src/expand.rs"]
mod expand;
#[path = "../../../kooper-macros/src/handler.rs"]
mod handler;
#[path = "../../../kooper-macros/src/item.rs"]
#[allow(dead_code, reason = "some of it is used by `lib.rs` alone")]
mod item;
#[path = "../../../kooper-macros/src/related.rs"]
mod related;
#[path = "../../../kooper-macros/src/span.rs"]
mod span;
#[path = "../../../kooper-macros/src/value.rs"]
#[allow(clippy::large_enum_variant, reason = "tokens that know their place are larger")]
mod value;

mod arguments;
mod expansion;
mod package;
mod program;
mod server;
mod setters;

use arguments::{Argument, arguments, tables};
use expansion::expansion;
use kooper::Handler as _;
use kooper_tests::skipped;
use package::Package;
use server::{Place, Server};
use setters::{SETTERS, Setter, setters};
use std::collections::HashSet;

const PROGRAM: &str = include_str!("program.rs");

/// Compares where each argument of the program leads with its setters; each of these must be led to by some argument.
fn each_leads_to_a_setter(mut problem: impl FnMut(&Argument, &Setter) -> Option<String>) {
    let (mut wrong, mut met) = (Vec::new(), HashSet::new());
    for argument in arguments(PROGRAM) {
        let mut problems = Vec::new();
        for setter in setters(&argument) {
            match problem(&argument, setter) {
                None => drop(met.insert(setter)),
                Some(problem) => problems.push(problem),
            }
        }
        if problems.len() == setters(&argument).count() {
            let (noun, name, line) = (argument.noun, argument.name, argument.place.line);
            wrong.push(format!("{noun} `{name}` in line {line}:\n{}", problems.join("\n")));
        }
    }
    let all = SETTERS.iter().flat_map(|(_, setters)| *setters);
    wrong.extend(
        all.filter(|setter| !met.contains(setter)).map(|setter| format!("nothing leads to {setter:?}")),
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_argument_of_every_table_stands_in_a_program_that_is_sound() {
    assert_eq!(program::Web::spec().name(), "web-pods");
    assert_eq!(program::Fields::spec().name(), "fields");
    let given: HashSet<_> = arguments(PROGRAM).iter().map(|it| (it.noun, it.name)).collect();
    for (noun, rows) in tables() {
        for row in rows {
            assert!(given.contains(&(noun, row.name)), "the {noun} `{}` is not in program.rs", row.name);
        }
    }
}

#[test]
fn the_expansion_has_the_name_of_its_setter_where_an_argument_stands() {
    let idents = expansion(PROGRAM);
    each_leads_to_a_setter(|argument, setter| {
        let end = argument.place.column + argument.name.len();
        let there: Vec<_> = idents.iter().filter(|ident| ident.span().start() == argument.place).collect();
        let is_there = there.iter().any(|ident| **ident == setter.name && ident.span().end().column == end);
        (!is_there).then(|| format!("should be the place of `{}`, not of {there:?}", setter.name))
    });
}

#[test]
fn an_editor_shows_the_documentation_of_each_argument_and_leads_to_its_setter() {
    let Some(program) = server::program() else {
        return skipped(
            "no editor looked at the attribute: there is no rust-analyzer (RUST_ANALYZER may name one)",
        );
    };
    let package = Package::new(PROGRAM);
    let mut server = Server::start(&program, package.folder());
    server.open(&package.file(), PROGRAM);
    each_leads_to_a_setter(|argument, setter| {
        // An editor counts lines from 0.
        let place =
            Place { file: package.file(), line: argument.place.line - 1, column: argument.place.column };
        let (shown, led_to) = (server.hover(&place), server.definitions(&place));
        if !shown.contains(setter.words) {
            return Some(format!("should show `{}`, not:\n{shown}", setter.words));
        }
        // Of `namespace` the second is the handler, whose `Self` stands there too.
        let is_led_to = led_to.first().is_some_and(|place| setter.is_at(place));
        (!is_led_to).then(|| format!("should lead to {setter:?}, not to {led_to:#?}"))
    });
}
