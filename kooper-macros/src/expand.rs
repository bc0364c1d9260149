//! The code that stands beside the user's `impl`: nothing but quoting, so that it cannot fail.

use crate::{
    check::{Controller, Delay},
    handler::{Handler, Role},
    value::{Namespaces, Resync, Text, Value},
};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use std::time::Duration;
use syn::Ident;

/// The `impl Handler` of a controller.
///
/// Input: `#[controller(resource = Pod)] impl PodPrinter { async fn add(..) .. }`
///
/// Output:
/// ```text
/// const _: () = {
///     use ::kooper::__private as __kooper;
///     impl __kooper::Handler for PodPrinter {
///         type Resource = Pod;
///         fn spec() -> __kooper::Spec { .. }
///         fn spans() -> &'static __kooper::Spans { .. }
///         async fn on_add(..) -> __kooper::Outcome { .. }
///     }
/// };
/// ```
pub(crate) fn expand(controller: &Controller<'_>) -> TokenStream {
    let krate = controller.krate.as_ref().map_or_else(|| quote!(::kooper), ToTokens::to_token_stream);
    let cfgs = controller.header.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    let (params, _, clause) = controller.header.generics.split_for_impl();
    let ty = &controller.header.self_ty;
    let resource =
        controller.resource.as_ref().map_or_else(|| quote!(__kooper::StandIn), ToTokens::to_token_stream);
    let spec = spec(controller);
    let spans = spans(controller);
    let handlers = controller.handlers.iter().map(|handler| wrapper(handler, controller.resource.is_some()));
    let stub = controller.handlers.iter().all(|handler| handler.role != Role::Add).then(stub);
    quote! {
        #(#cfgs)*
        const _: () = {
            use #krate::__private as __kooper;
            #[automatically_derived]
            impl #params __kooper::Handler for #ty #clause {
                type Resource = #resource;
                #spec
                #spans
                #(#handlers)*
                #stub
            }
        };
    }
}

/// Name, retriever and queue, with every default written out.
fn spec(controller: &Controller<'_>) -> TokenStream {
    let name = &controller.name;
    let retriever = retriever(controller);
    let retries = count(&controller.retries);
    let backoff = backoff(&controller.backoff);
    let workers = count(&controller.workers);
    let timeout = controller.timeout.as_ref().map(time).map(|timeout| quote!(.timeout(#timeout)));
    quote! {
        fn spec() -> __kooper::Spec {
            __kooper::Spec::new(
                #name,
                #retriever,
                __kooper::Queue::new().retries(#retries).backoff(#backoff).workers(#workers),
            )
            #timeout
        }
    }
}

fn retriever(controller: &Controller<'_>) -> TokenStream {
    let of = match &controller.namespaces {
        None => quote!(__kooper::Retriever::for_handler::<Self>()),
        Some(given) => {
            let names = match &given.value {
                Namespaces::Const(path) => path.to_token_stream(),
                Namespaces::Names(names) if names.len() == 1 => quote!(#(#names)*),
                Namespaces::Names(names) => quote!([#(#names),*]),
            };
            // The bound stands here, so that a resource without namespaces is told at this argument.
            let of = quote_spanned!(given.key.span()=> in_namespaces::<Self>);
            quote!(__kooper::Retriever::#of(#names))
        }
    };
    let labels = controller.labels.as_ref().map(text).map(|labels| quote!(.labels(#labels)));
    let fields = controller.fields.as_ref().map(text).map(|fields| quote!(.fields(#fields)));
    let resync = match &controller.resync {
        Resync::Every(interval) => time(interval),
        Resync::Never => quote!(__kooper::NEVER),
    };
    quote!(#of #labels #fields .resync(#resync))
}

fn backoff(delay: &Delay) -> TokenStream {
    match delay {
        Delay::Constant(delay) => {
            let delay = time(delay);
            quote!(__kooper::Backoff::constant(#delay))
        }
        Delay::Growing { initial, max, factor, jitter } => {
            let (initial, max) = (time(initial), time(max));
            let (factor, jitter) = (Literal::f64_unsuffixed(*factor), Literal::f64_unsuffixed(*jitter));
            quote!(__kooper::Backoff::new(#initial, #max, #factor, #jitter))
        }
    }
}

fn count(count: &Value<u32>) -> TokenStream {
    match count {
        Value::Known(count, _) => Literal::u32_unsuffixed(*count).to_token_stream(),
        Value::Const(path) => path.to_token_stream(),
    }
}

fn time(time: &Value<Duration>) -> TokenStream {
    let duration = match time {
        Value::Known(duration, _) => duration,
        Value::Const(path) => return quote!(__kooper::duration(#path)),
    };
    if duration.subsec_millis() == 0 {
        let seconds = Literal::u64_unsuffixed(duration.as_secs());
        quote!(__kooper::Duration::from_secs(#seconds))
    } else {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        let millis = Literal::u64_unsuffixed(millis);
        quote!(__kooper::Duration::from_millis(#millis))
    }
}

fn text(text: &Text) -> TokenStream {
    match text {
        Text::Literal(text) => text.to_token_stream(),
        Text::Const(path) => path.to_token_stream(),
    }
}

/// The static with the place of each span in the source.
fn spans(controller: &Controller<'_>) -> TokenStream {
    let add = site(controller, Role::Add);
    let delete = site(controller, Role::Delete);
    quote! {
        fn spans() -> &'static __kooper::Spans {
            static SPANS: __kooper::Spans =
                __kooper::Spans::new(&SPANS, __kooper::site!("processJob"), #add, #delete);
            &SPANS
        }
    }
}

/// A handler's place: the line of its `fn`, or of the attribute where it is left out.
fn site(controller: &Controller<'_>, role: Role) -> TokenStream {
    let name = match role {
        Role::Add => "handleAddObject",
        Role::Delete => "handleDeleteObject",
    };
    // `line!` tells the line of the span that its tokens have.
    let at = |span: Span| quote_spanned!(span=> __kooper::site!(#name));
    let of = |handler: &&Handler<'_>| handler.role == role;
    let handlers: Vec<_> = controller.handlers.iter().filter(of).collect();
    match handlers[..] {
        [] => at(Span::call_site()),
        [handler] if handler.cfgs.is_empty() => at(handler.name.span()),
        _ => {
            let sites = handlers.iter().map(|handler| {
                let (cfgs, site) = (handler.cfgs, at(handler.name.span()));
                quote!(#(#cfgs)* const SITE: __kooper::Site = #site;)
            });
            let none = at(Span::call_site());
            let predicates = handlers.iter().map(|handler| {
                let each = handler.cfgs.iter().filter_map(|cfg| cfg.parse_args::<TokenStream>().ok());
                quote!(all(#(#each),*))
            });
            quote!({
                #(#sites)*
                #[cfg(not(any(#(#predicates),*)))]
                const SITE: __kooper::Site = #none;
                SITE
            })
        }
    }
}

/// The method of the trait that calls one handler.
///
/// Input: `async fn delete(&self, ctx: Context, key: ObjectKey) -> kooper::Result`
///
/// Output:
/// ```text
/// async fn on_delete(&self, ctx: __kooper::Context, key: __kooper::ObjectKey) -> __kooper::Outcome {
///     let ctx = <Context as __kooper::ContextArg>::from_context(ctx);
///     let key = <ObjectKey as __kooper::KeyArg>::from_key(key);
///     <kooper::Result as __kooper::HandlerOutput>::into_outcome(Self::delete(self, ctx, key).await)
/// }
/// ```
fn wrapper(handler: &Handler<'_>, resource_known: bool) -> TokenStream {
    let Handler { role, cfgs, name, context, subject, output } = handler;
    // What rustc says of the wrapper's future, it says of the handler's name.
    let span = Span::mixed_site().located_at(name.span());
    let k = Ident::new("__kooper", span);
    let ctx_used = context.is_some();
    let ctx = Ident::new(if ctx_used { "ctx" } else { "_ctx" }, span);
    let context =
        context.map(|ty| quote_spanned!(span=> let #ctx = <#ty as #k::ContextArg>::from_context(#ctx);));
    let pass = ctx_used.then(|| quote_spanned!(span=> #ctx,));
    let (method, argument, given, convert) = match role {
        Role::Add => {
            let convert = if resource_known {
                quote_spanned!(span=> <#subject as #k::ObjectArg<Self::Resource>>::from_object(object))
            } else {
                quote_spanned!(span=> object.of_unknown_type::<#subject>())
            };
            ("on_add", "object", quote_spanned!(span=> Self::Resource), convert)
        }
        Role::Delete => (
            "on_delete",
            "key",
            quote_spanned!(span=> #k::ObjectKey),
            quote_spanned!(span=> <#subject as #k::KeyArg>::from_key(key)),
        ),
    };
    let (method, argument) = (Ident::new(method, span), Ident::new(argument, span));
    quote_spanned! {span=>
        #(#cfgs)*
        async fn #method(&self, #ctx: #k::Context, #argument: #given) -> #k::Outcome {
            #context
            let #argument = #convert;
            <#output as #k::HandlerOutput>::into_outcome(Self::#name(self, #pass #argument).await)
        }
    }
}

/// Stands for an `add` that is missing or wrong, so that the `impl` itself gives no further error.
fn stub() -> TokenStream {
    quote! {
        async fn on_add(&self, _: __kooper::Context, _: Self::Resource) -> __kooper::Outcome {
            ::core::unreachable!()
        }
    }
}
