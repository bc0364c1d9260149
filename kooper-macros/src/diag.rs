//! The sink of errors: what is wrong with one part does not hide what is wrong with the next.

use quote::ToTokens;
use std::fmt::Display;

/// All that was found wrong so far.
#[derive(Default)]
pub(crate) struct Diag(Option<syn::Error>);

impl Diag {
    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// An error that underlines all of `tokens`.
    pub(crate) fn at(&mut self, tokens: &dyn ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// The value, if there is one; its error goes into the sink.
    pub(crate) fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// `value`, unless something is wrong.
    pub(crate) fn finish<T>(self, value: T) -> syn::Result<T> {
        self.0.map_or(Ok(value), Err)
    }
}
