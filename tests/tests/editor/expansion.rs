//! What the attribute writes, token by token.

use crate::{args, check::Controller, diag::Diag, expand::expand, item::Annotated};
use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{File, Item, Meta};

/// All names in what the attribute adds to the `impl` blocks of a text.
pub(crate) fn expansion(text: &str) -> Vec<Ident> {
    let mut found = Vec::new();
    for item in syn::parse_str::<File>(text).expect("the text is Rust").items {
        if let Item::Impl(mut block) = item
            && let Some(at) = block.attrs.iter().position(|attr| attr.path().is_ident("controller"))
            && let Meta::List(list) = block.attrs.remove(at).meta
        {
            idents(expanded(list.tokens, &block.into_token_stream()), &mut found);
        }
    }
    found
}

fn expanded(args: TokenStream, item: &TokenStream) -> TokenStream {
    let Annotated::Block(block) = Annotated::parse(item) else { panic!("not an `impl` block: {item}") };
    let mut faults = Diag::default();
    let args = args::parse(args, &mut faults);
    let expansion = expand(&Controller::check(args, &block, &mut faults));
    faults.finish(expansion).expect("nothing is wrong with it")
}

fn idents(tokens: TokenStream, found: &mut Vec<Ident>) {
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => found.push(ident),
            TokenTree::Group(group) => idents(group.stream(), found),
            _ => {}
        }
    }
}
