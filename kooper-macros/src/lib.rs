//! The attribute macro of `kooper`.

/// Stub.
#[proc_macro_attribute]
pub fn controller(_args: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    item
}
