//! The expansion as a whole: what it looks like, and that no input is too much for it.

use crate::controller_impl;
use proc_macro2::TokenStream;
use quote::quote;

/// What the macro adds, without the user's own `impl`.
fn expansion(args: TokenStream, item: &TokenStream) -> String {
    let output = controller_impl(args, item);
    let mut file: syn::File = syn::parse2(output).expect("the expansion is Rust");
    file.items.remove(0);
    prettyplease::unparse(&file)
}

#[test]
fn the_program_of_the_first_page_expands_to_code_like_by_hand() {
    let printed = expansion(
        quote!(resource = Pod, retries = 3),
        &quote! {
            impl PodPrinter {
                async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
                    println!("{} is {:?}", ctx.key(), pod.status.and_then(|s| s.phase));
                    Ok(())
                }

                async fn delete(&self, _ctx: Context, key: ObjectKey) -> kooper::Result {
                    println!("{key} is gone");
                    Ok(())
                }
            }
        },
    );
    println!("{printed}");
}
