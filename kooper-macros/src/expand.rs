//! The code that stands beside the user's `impl`: nothing but quoting, so that it cannot fail.

use crate::{
    args::{Args, Backoff, Delays},
    check::Controller,
    handler::{ADD, DELETE, FINALIZE, Handler, Role},
    item::Method,
    value::{Rate, Time},
};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Ident;

/// The `impl Handler` of a controller, as `tests/expansions/first_page.rs` shows it.
pub(crate) fn expand(controller: &Controller<'_>) -> TokenStream {
    let Controller { header, args, handlers, .. } = controller;
    let krate = &args.krate;
    let resource =
        args.resource.as_ref().map_or_else(|| quote!(__kooper::StandIn), ToTokens::to_token_stream);
    let cfgs = header.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    let (params, _, clause) = header.generics.split_for_impl();
    let ty = &header.self_ty;
    let spec = spec(controller);
    let spans = spans(handlers);
    let hooks = hooks(args);
    let wrappers = handlers.iter().map(|handler| wrapper(handler, args.resource.is_some()));
    // Stands for an `add` that is missing or wrong, so that the `impl` itself gives no further error.
    let stub = handlers.iter().all(|handler| *handler.role != ADD).then(|| {
        quote! {
            async fn on_add(&self, _: __kooper::Context, _: Self::Resource) -> __kooper::Outcome {
                ::core::unreachable!()
            }
        }
    });
    quote! {
        #(#cfgs)*
        const _: () = {
            use #krate::__private as __kooper;
            #[automatically_derived]
            impl #params __kooper::Handler for #ty #clause {
                type Resource = #resource;
                #spec
                #spans
                #hooks
                #(#wrappers)*
                #stub
            }
        };
    }
}

/// Name, retriever and queue, with every default written out.
fn spec(controller: &Controller<'_>) -> TokenStream {
    let Controller { args, name, .. } = controller;
    let Args { retries, workers, backoff, resync, .. } = args;
    let of = match &args.namespace {
        None => quote!(for_handler::<Self>()),
        // The bound that asks for a resource with namespaces is told of at this argument.
        Some(names) => {
            let place = args.given.get("namespace").copied().unwrap_or_else(Span::call_site);
            quote_spanned!(place=> in_namespaces::<Self>(#names))
        }
    };
    let (labels, fields) = (args.labels.iter(), args.fields.iter());
    let (timeout, finalizer, shutdown) = (args.timeout.iter(), args.finalizer.iter(), args.shutdown.iter());
    let (debounce, rate_limit) = (args.debounce.iter(), args.rate_limit.iter());
    quote! {
        fn spec() -> __kooper::Spec {
            __kooper::Spec::new(
                #name,
                __kooper::Retriever::#of #(.labels(#labels))* #(.fields(#fields))* .resync(#resync),
                __kooper::Queue::new().retries(#retries).backoff(#backoff).workers(#workers)
                    #(.debounce(#debounce))* #(.rate_limit(#rate_limit))*,
            )
            #(.timeout(#timeout))* #(.finalizer(#finalizer))* #(.shutdown(#shutdown))*
        }
    }
}

/// The functions that are asked beside the handlers, if there are any.
fn hooks(args: &Args) -> Option<TokenStream> {
    let given = [("filter", &args.filter), ("on_error", &args.on_error)];
    let hooks: Vec<_> = given
        .into_iter()
        .filter_map(|(name, function)| {
            let (name, function) = (Ident::new(name, Span::call_site()), function.as_ref()?);
            Some(quote!(.#name(#function)))
        })
        .chain(args.owns.iter().map(ToTokens::to_token_stream))
        .chain(args.watches.iter().map(ToTokens::to_token_stream))
        .collect();
    (!hooks.is_empty()).then(|| {
        quote! {
            fn hooks() -> __kooper::Hooks<Self> {
                __kooper::Hooks::<Self>::new() #(#hooks)*
            }
        }
    })
}

impl ToTokens for Backoff {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Self::Constant(delay) => quote!(__kooper::Backoff::constant(#delay)),
            Self::Growing(delays) => {
                let Delays { initial, max, factor, jitter, .. } = &**delays;
                quote!(__kooper::Backoff::new(#initial, #max, #factor, #jitter))
            }
        });
    }
}

impl ToTokens for Time {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Self::Never => quote!(__kooper::NEVER),
            Self::Const(path) => quote!(__kooper::duration(#path)),
            Self::Known(duration, _) => {
                let millis = duration.as_millis();
                let units = [("from_hours", 3_600_000), ("from_mins", 60_000), ("from_secs", 1000)];
                let unit = units.into_iter().find(|(_, unit)| millis.is_multiple_of(*unit));
                let (from, unit) = unit.unwrap_or(("from_millis", 1));
                let (from, count) =
                    (Ident::new(from, Span::call_site()), Literal::u128_unsuffixed(millis / unit));
                quote!(__kooper::Duration::#from(#count))
            }
        });
    }
}

impl ToTokens for Rate {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Self::Const(path) => quote!(__kooper::rate_limit(#path)),
            Self::Known(count, per) => {
                let count = Literal::u32_unsuffixed(*count);
                quote!(__kooper::RateLimit::new(#count, #per))
            }
        });
    }
}

/// The static with the place of each span in the source.
fn spans(handlers: &[Handler<'_>]) -> TokenStream {
    let (add, delete) = (site(handlers, &ADD), site(handlers, &DELETE));
    let finalize = handlers.iter().any(|handler| *handler.role == FINALIZE).then(|| {
        let finalize = site(handlers, &FINALIZE);
        quote!(.finalize(&SPANS, #finalize))
    });
    quote! {
        fn spans() -> &'static __kooper::Spans {
            static SPANS: __kooper::Spans =
                __kooper::Spans::new(&SPANS, __kooper::site!("processJob"), #add, #delete) #finalize;
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
        [handler] if handler.method.cfgs.is_empty() => at(handler.method.sig.ident.span()),
        _ => {
            let cfgs = handlers.iter().map(|handler| &handler.method.cfgs);
            let sites = handlers.iter().map(|handler| at(handler.method.sig.ident.span()));
            let all = handlers.iter().map(|handler| {
                let each = handler.method.cfgs.iter().filter_map(|cfg| cfg.parse_args::<TokenStream>().ok());
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

/// The method of the trait that calls one handler: it makes the arguments and the outcome what they are to be.
fn wrapper(handler: &Handler<'_>, resource_known: bool) -> TokenStream {
    let Handler { role, method: Method { cfgs, sig }, context, subject, output } = handler;
    let name = &sig.ident;
    // What rustc says of the wrapper's future, it says of the handler's name.
    let span = Span::mixed_site().located_at(name.span());
    let k = Ident::new("__kooper", span);
    let ctx = Ident::new(if context.is_some() { "ctx" } else { "_ctx" }, span);
    let context = context.iter();
    let context = quote_spanned!(span=> #(let ctx = <#context as #k::ContextArg>::from_context(ctx);)*);
    let pass = (!context.is_empty()).then(|| quote_spanned!(span=> ctx,));
    let method = format_ident!("on_{}", role.name, span = span);
    let arg = Ident::new(role.subject, span);
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
