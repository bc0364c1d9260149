//! The attribute macro of `kooper`: use [`kooper::controller`](https://docs.rs/kooper).

#[macro_use]
mod table;

mod args;
mod check;
mod diag;
mod expand;
mod handler;
mod item;
mod related;
mod span;
mod value;

use check::Controller;
use diag::Diag;
use item::Annotated;
use kooper_syntax::{answer, blocks::Blocks};
use proc_macro2::TokenStream;
use quote::quote;
use value::show;

#[doc = include_str!("controller.md")]
#[proc_macro_attribute]
pub fn controller(args: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    controller_impl(args.into(), &item.into()).into()
}

#[doc = include_str!("handler.md")]
#[proc_macro_attribute]
pub fn handler(_: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let item = TokenStream::from(item);
    let error = syn::Error::new(proc_macro2::Span::call_site(), answer::NO_CONTROLLER).to_compile_error();
    quote!(#item #error).into()
}

/// The user's `impl`, untouched but for `#[handler(..)]`, then the code that makes a controller of it, then what is wrong.
fn controller_impl(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut diag = Diag::default();
    let (kept, expansion) = match Annotated::parse(item) {
        Annotated::Block(block) if is_second(&block.header) => {
            let ty = &block.header.self_ty;
            // Without the block, of which rustc would tell four times more.
            return syn::Error::new_spanned(ty, answer::second(&show(ty))).to_compile_error();
        }
        Annotated::Block(mut block) => {
            let inherent = block.inherent.take();
            let (error, kept) =
                inherent.map_or((Ok(()), item.clone()), |(error, inherent)| (Err(error), inherent));
            diag.take(error);
            let args = item::stacked(args, &block.header.attrs, &mut diag);
            let args = args::parse(args, &mut diag);
            let expansion = expand::expand(&Controller::check(args, &block, &mut diag));
            // A handler is `async` because the macro asks for it.
            (quote!(#[allow(clippy::unused_async)] #kept), Some(expansion))
        }
        Annotated::Other(error, header, kept) => {
            diag.push(error);
            let kept = kept.unwrap_or_else(|| item.clone());
            (kept, header.map(|header| expand::expand(&Controller::stand_in(&header))))
        }
    };
    let kept = item::without_settings(kept, false);
    let errors = diag.finish(()).err().map(|errors| errors.to_compile_error());
    quote!(#kept #expansion #errors)
}

/// The blocks that were annotated so far, in this run of the compiler.
static BLOCKS: Blocks = Blocks::new();

/// Whether a block of the same type stands above this one. Nobody knows where there is no file, as in a test.
fn is_second(header: &syn::ItemImpl) -> bool {
    let here = proc_macro::is_available().then(proc_macro::Span::call_site);
    let Some((here, file)) = here.and_then(|here| Some((here, here.local_file()?))) else { return false };
    let is_sure = header.attrs.iter().all(|attr| !attr.path().is_ident("cfg"));
    let text = || std::fs::read_to_string(&file).ok();
    let is_whole = |code: &str| code.parse::<TokenStream>().is_ok();
    is_sure && BLOCKS.is_second(&file, here.line(), &show(&header.self_ty), &text, &is_whole)
}

#[cfg(test)]
mod tests;
