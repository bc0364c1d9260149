//! The code that stands beside the user's `impl`: nothing but quoting, so that it cannot fail.

use crate::{
    args::{Backoff, Delays, Given},
    check::{Controller, INITIAL, MAX},
    handler::{ADD, DELETE, Handler, Role},
    value::Time,
};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use std::time::Duration;
use syn::{Expr, Ident};

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
    let Controller { header, args, handlers, .. } = controller;
    let krate = args.krate.as_ref().map_or_else(|| quote!(::kooper), |krate| krate.value.to_token_stream());
    let resource = args.resource.as_ref().map(|resource| resource.value.to_token_stream());
    let cfgs = header.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    let (params, _, clause) = header.generics.split_for_impl();
    let ty = &header.self_ty;
    let spec = spec(controller);
    let spans = spans(handlers);
    let wrappers: Vec<_> = handlers.iter().map(|handler| wrapper(handler, resource.is_some())).collect();
    let stub = handlers.iter().all(|handler| *handler.role != ADD).then(stub);
    let resource = resource.unwrap_or_else(|| quote!(__kooper::StandIn));
    quote! {
        #(#cfgs)*
        const _: () = {
            use #krate::__private as __kooper;
            #[automatically_derived]
            impl #params __kooper::Handler for #ty #clause {
                type Resource = #resource;
                #spec
                #spans
                #(#wrappers)*
                #stub
            }
        };
    }
}

/// Name, retriever and queue, with every default written out.
fn spec(controller: &Controller<'_>) -> TokenStream {
    let Controller { args, name, .. } = controller;
    let setter = |name: &str, value: Option<TokenStream>| {
        let name = Ident::new(name, Span::call_site());
        value.map(|value| quote!(.#name(#value)))
    };
    let of = retriever(args.namespace.as_ref());
    let labels = setter("labels", args.labels.as_ref().map(|labels| labels.value.to_token_stream()));
    let fields = setter("fields", args.fields.as_ref().map(|fields| fields.value.to_token_stream()));
    let resync = time(args.resync.as_ref(), Duration::from_mins(3));
    let retries = count(args.retries.as_ref());
    let backoff = backoff(args.backoff.as_ref().map(|backoff| &backoff.value));
    let workers = count(args.workers.as_ref());
    let timeout = setter("timeout", args.timeout.as_ref().map(|timeout| written(&timeout.value)));
    quote! {
        fn spec() -> __kooper::Spec {
            __kooper::Spec::new(
                #name,
                __kooper::Retriever::#of #labels #fields .resync(#resync),
                __kooper::Queue::new().retries(#retries).backoff(#backoff).workers(#workers),
            )
            #timeout
        }
    }
}

fn retriever(namespaces: Option<&Given<Expr>>) -> TokenStream {
    match namespaces {
        None => quote!(for_handler::<Self>()),
        Some(Given { key, value }) => {
            // The bound that asks for a resource with namespaces is told of at this argument.
            let of = quote_spanned!(key.span()=> in_namespaces::<Self>);
            quote!(#of(#value))
        }
    }
}

fn count(count: Option<&Given<Expr>>) -> TokenStream {
    count.map_or_else(|| quote!(3), |count| count.value.to_token_stream())
}

fn backoff(backoff: Option<&Backoff>) -> TokenStream {
    let none = Delays::default();
    let delays = match backoff {
        Some(Backoff::Constant(delay)) => {
            let delay = written(delay);
            return quote!(__kooper::Backoff::constant(#delay));
        }
        Some(Backoff::Growing(delays)) => delays,
        None => &none,
    };
    let (initial, max) = (time(delays.initial.as_ref(), INITIAL), time(delays.max.as_ref(), MAX));
    let number = |given: Option<&Given<f64>>, default| {
        Literal::f64_unsuffixed(given.map_or(default, |given| given.value))
    };
    let (factor, jitter) = (number(delays.factor.as_ref(), 2.0), number(delays.jitter.as_ref(), 0.1));
    quote!(__kooper::Backoff::new(#initial, #max, #factor, #jitter))
}

fn time(given: Option<&Given<Time>>, default: Duration) -> TokenStream {
    given.map_or_else(|| written(&Time::Known(default, Span::call_site())), |given| written(&given.value))
}

fn written(time: &Time) -> TokenStream {
    match time {
        Time::Never => quote!(__kooper::NEVER),
        Time::Const(path) => quote!(__kooper::duration(#path)),
        Time::Known(duration, _) => {
            let millis = duration.as_millis();
            let units = [("from_hours", 3_600_000), ("from_mins", 60_000), ("from_secs", 1000)];
            let unit = units.into_iter().find(|(_, unit)| millis.is_multiple_of(*unit));
            let (from, unit) = unit.unwrap_or(("from_millis", 1));
            let (from, count) =
                (Ident::new(from, Span::call_site()), Literal::u128_unsuffixed(millis / unit));
            quote!(__kooper::Duration::#from(#count))
        }
    }
}

/// The static with the place of each span in the source.
fn spans(handlers: &[Handler<'_>]) -> TokenStream {
    let (add, delete) = (site(handlers, &ADD), site(handlers, &DELETE));
    quote! {
        fn spans() -> &'static __kooper::Spans {
            static SPANS: __kooper::Spans =
                __kooper::Spans::new(&SPANS, __kooper::site!("processJob"), #add, #delete);
            &SPANS
        }
    }
}

/// A handler's place: the line of its `fn`, or of the attribute where it is left out.
fn site(handlers: &[Handler<'_>], role: &Role) -> TokenStream {
    let name = role.span;
    // `line!` tells the line of the span that its tokens have.
    let at = |span: Span| quote_spanned!(span=> __kooper::site!(#name));
    let here = at(Span::call_site());
    let handlers: Vec<_> = handlers.iter().filter(|handler| handler.role == role).collect();
    match handlers[..] {
        [] => here,
        [handler] if handler.cfgs.is_empty() => at(handler.name.span()),
        _ => {
            let cfgs = handlers.iter().map(|handler| handler.cfgs);
            let sites = handlers.iter().map(|handler| at(handler.name.span()));
            let all = handlers.iter().map(|handler| {
                let each = handler.cfgs.iter().filter_map(|cfg| cfg.parse_args::<TokenStream>().ok());
                quote!(all(#(#each),*))
            });
            quote!({
                #(#(#cfgs)* const SITE: __kooper::Site = #sites;)*
                #[cfg(not(any(#(#all),*)))]
                const SITE: __kooper::Site = #here;
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
    let ctx = Ident::new(if context.is_some() { "ctx" } else { "_ctx" }, span);
    let context = context.iter();
    let context = quote_spanned!(span=> #(let ctx = <#context as #k::ContextArg>::from_context(ctx);)*);
    let pass = (!context.is_empty()).then(|| quote_spanned!(span=> ctx,));
    let (method, arg) = (Ident::new(role.method, span), Ident::new(role.subject, span));
    let (given, converted) = if **role == DELETE {
        (quote_spanned!(span=> #k::ObjectKey), quote_spanned!(span=> <#subject as #k::KeyArg>::from_key(key)))
    } else if resource_known {
        (
            quote_spanned!(span=> Self::Resource),
            quote_spanned!(span=> <#subject as #k::ObjectArg<Self::Resource>>::from_object(object)),
        )
    } else {
        (quote_spanned!(span=> Self::Resource), quote_spanned!(span=> object.of_unknown_type::<#subject>()))
    };
    quote_spanned! {span=>
        #(#cfgs)*
        async fn #method(&self, #ctx: #k::Context, #arg: #given) -> #k::Outcome {
            #context
            let #arg = #converted;
            <#output as #k::HandlerOutput>::into_outcome(Self::#name(self, #pass #arg).await)
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
