//! The setter behind each argument: what the expansion calls where the argument stands.

use crate::{arguments::Argument, server::Place};
use std::{fs, path::Path};

/// What an argument sets by.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Setter {
    argument: &'static str,
    pub(crate) name: &'static str,
    /// The file in `kooper/src` where it is defined.
    file: &'static str,
    /// What its documentation says of the default, or else of what it is for.
    pub(crate) words: &'static str,
}

/// By tables. An argument that stands there twice leads to one or the other, by what else is given.
pub(crate) const SETTERS: [(&str, &[Setter]); 6] = [
    (
        "argument",
        &[
            setter("resource", "Resource", "handler.rs", "type Resource = Pod"),
            setter(
                "name",
                "new",
                "spec.rs",
                "Unless its argument is given, the attribute writes the name of the type, in kebab-case",
            ),
            setter("retries", "retries", "queue/policy.rs", "3 unless set"),
            setter("workers", "workers", "queue/policy.rs", "3 unless set"),
            setter("resync", "resync", "retriever/selection.rs", "3 minutes unless set"),
            setter("backoff", "backoff", "queue/policy.rs", "grows from 5 ms"),
            setter("timeout", "timeout", "spec.rs", "`None`, the default, is without limit"),
            setter("debounce", "debounce", "queue/policy.rs", "`None`, the default"),
            setter("rate_limit", "rate_limit", "queue/policy.rs", "`None`, the default"),
            setter(
                "namespace",
                "in_namespaces",
                "retriever/selection.rs",
                "in all of them where it is not called",
            ),
            setter("labels", "labels", "retriever/selection.rs", "whatever their labels unless set"),
            setter("fields", "fields", "retriever/selection.rs", "whatever their fields unless set"),
            setter("filter", "filter", "hooks.rs", "Nothing is left out unless it is set"),
            setter("on_error", "on_error", "hooks.rs", "it is tried again unless this is set"),
            setter("finalizer", "finalizer", "spec.rs", "`None`, the default, for none"),
            setter("shutdown", "shutdown", "spec.rs", "30 s unless set"),
            setter("span", "new", "trace/spans.rs", "Unless `span(..)` says otherwise, the spans are INFO"),
            setter(
                "crate",
                "__private",
                "__private.rs",
                "at `::kooper`, unless `crate = ..` says where Kooper is",
            ),
            setter("owns", "owns", "hooks.rs", "nothing is owned unless it is"),
            setter("watches", "watches", "hooks.rs", "nothing else is watched unless it is"),
        ],
    ),
    (
        "`#[handler]` argument",
        &[
            setter("retries", "retries", "attempts.rs", "the controller's `retries` unless set"),
            setter("backoff", "backoff", "attempts.rs", "the controller's `backoff` unless set"),
            setter("timeout", "timeout", "attempts.rs", "the controller's `timeout` unless set"),
            setter(
                "span",
                "span",
                "__private.rs",
                "its level and its target are the controller's unless set",
            ),
        ],
    ),
    (
        "`backoff` option",
        &[
            setter("initial", "initial", "queue/policy.rs", "5 ms unless set"),
            setter("max", "max", "queue/policy.rs", "1000 s unless set"),
            setter("factor", "factor", "queue/policy.rs", "2 unless set"),
            setter("jitter", "jitter", "queue/policy.rs", "0.1 unless set"),
        ],
    ),
    (
        "`owns` option",
        &[
            setter("labels", "labels", "source.rs", "whatever their labels unless set"),
            setter("fields", "fields", "source.rs", "whatever their fields unless set"),
            setter("namespace", "namespaces", "source.rs", "in the controller's own unless set"),
        ],
    ),
    (
        "`watches` option",
        &[
            setter("map", "mapped", "__private.rs", "What each of them leads to, `map` says"),
            setter("labels", "labels", "source.rs", "whatever their labels unless set"),
            setter("fields", "fields", "source.rs", "whatever their fields unless set"),
            setter("namespace", "namespaces", "source.rs", "in the controller's own unless set"),
        ],
    ),
    (
        "`span` option",
        &[
            setter("level", "level", "trace/site.rs", "INFO unless set"),
            setter("name", "name", "trace/site.rs", "the one that [`site!`]"),
            setter("target", "target", "trace/site.rs", "the module unless set"),
            setter("err", "err", "trace/site.rs", "WARN unless set"),
            setter("fields", "fields", "trace/site.rs", "none unless set and 16 at most"),
            // Of the controller, where each handler has fields of its own, at which that setter stands.
            setter(
                "fields",
                "record",
                "__private.rs",
                "that `span(fields(..))` asks for, none unless it does",
            ),
        ],
    ),
];

const fn setter(
    argument: &'static str,
    name: &'static str,
    file: &'static str,
    words: &'static str,
) -> Setter {
    Setter { argument, name, file, words }
}

/// Those that an argument may lead to.
pub(crate) fn setters(argument: &Argument) -> impl Iterator<Item = &'static Setter> {
    let of_table = SETTERS.iter().filter(|(noun, _)| *noun == argument.noun);
    let name = argument.name;
    of_table.flat_map(|(_, setters)| *setters).filter(move |setter| setter.argument == name)
}

impl Setter {
    /// Whether a place is the one where it is defined: its name there or, of a module, the beginning of its file.
    pub(crate) fn is_at(&self, Place { file, line, column }: &Place) -> bool {
        let text = fs::read_to_string(file).unwrap_or_default();
        let there = text.lines().nth(*line).and_then(|line| line.get(*column..)).unwrap_or_default();
        let is_module = file.file_stem().is_some_and(|stem| stem == self.name) && (*line, *column) == (0, 0);
        file.ends_with(Path::new("kooper/src").join(self.file)) && (is_module || there.starts_with(self.name))
    }
}
