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
use proc_macro2::TokenStream;
use quote::quote;

#[doc = include_str!("controller.md")]
#[proc_macro_attribute]
pub fn controller(args: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    controller_impl(args.into(), &item.into()).into()
}

/// The user's `impl`, untouched but for `#[handler(..)]`, then the code that makes a controller of it, then what is wrong.
fn controller_impl(args: TokenStream, item: &TokenStream) -> TokenStream {
    let mut diag = Diag::default();
    let (kept, expansion) = match Annotated::parse(item) {
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

#[cfg(test)]
mod tests;
