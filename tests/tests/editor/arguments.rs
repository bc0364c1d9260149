//! The arguments of the attributes in a text: what they are called, and where.

use crate::{
    args::{Args, Arguments, Attempts, Delays, Mapped, Row, Selected},
    span::Recorded,
};
use proc_macro2::{Delimiter, LineColumn, TokenStream, TokenTree};

/// An argument where it is given.
pub(crate) struct Argument {
    /// What its table calls its arguments, as in an error.
    pub(crate) noun: &'static str,
    pub(crate) name: &'static str,
    /// The beginning of its name.
    pub(crate) place: LineColumn,
}

/// All tables.
pub(crate) fn tables() -> [Table; 6] {
    let (owned, mapped) = (table::<Selected>(), table::<Mapped>());
    [table::<Args>(), table::<Attempts>(), table::<Delays>(), owned, mapped, table::<Recorded>()]
}

/// What its arguments are called, and which there are.
pub(crate) type Table = (&'static str, &'static [Row]);

fn table<A: Arguments + Default>() -> Table {
    let known = A::default().table();
    (known.noun, known.rows)
}

/// The table of what stands in the parentheses behind a name.
fn table_of(name: &str) -> Option<Table> {
    Some(match name {
        "controller" => table::<Args>(),
        "handler" => table::<Attempts>(),
        "backoff" => table::<Delays>(),
        "owns" => table::<Selected>(),
        "watches" => table::<Mapped>(),
        "span" => table::<Recorded>(),
        _ => return None,
    })
}

/// All that are given in the attributes of a text.
pub(crate) fn arguments(text: &str) -> Vec<Argument> {
    let mut found = Vec::new();
    attributes(text.parse().expect("the text is Rust"), &mut found);
    found
}

fn attributes(tokens: TokenStream, found: &mut Vec<Argument>) {
    for token in tokens {
        let TokenTree::Group(group) = token else { continue };
        if group.delimiter() == Delimiter::Bracket {
            list(group.stream(), ("attribute", &[]), found);
        } else {
            attributes(group.stream(), found);
        }
    }
}

/// Reads a list of arguments that are those of some rows, and the lists in it.
fn list(tokens: TokenStream, (noun, rows): Table, found: &mut Vec<Argument>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(sign) if sign.as_char() == ',');
    for item in tokens.split(is_comma) {
        let Some(TokenTree::Ident(ident)) = item.first() else { continue };
        let name = ident.to_string();
        if let Some(row) = rows.iter().find(|row| row.name == name) {
            found.push(Argument { noun, name: row.name, place: ident.span().start() });
        }
        if let (Some(TokenTree::Group(group)), Some(table)) = (item.get(1), table_of(&name)) {
            list(group.stream(), table, found);
        }
    }
}
