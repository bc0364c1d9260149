//! The code that stands beside the user's `impl`: nothing but quoting, so that it cannot fail.

use crate::{
    args::{Args, Arguments, Backoff, Delays},
    check::Controller,
    handler::{ADD, DELETE, FINALIZE, Handler, ROLES, Role},
    item::Method,
    span::Recorded,
    value::Time,
};
use kooper_syntax::duration;
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Ident, Pat, PatType};

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
    let spans = spans(controller);
    let hooks = hooks(args);
    let wrappers = handlers.iter().map(|handler| wrapper(handler, controller));
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
    let of = match &args.namespace {
        None => quote!(for_handler::<Self>()),
        // The bound that asks for a resource with namespaces is told of at this argument.
        Some(names) => quote_spanned!(args.place("namespace")=> in_namespaces::<Self>(#names)),
    };
    let (labels, fields) = (args.set("labels", &args.labels), args.set("fields", &args.fields));
    let (resync, retries) = (args.set("resync", &args.resync), args.set("retries", &args.retries));
    let (backoff, workers) = (args.set("backoff", &args.backoff), args.set("workers", &args.workers));
    let (shutdown, debounce) = (args.set("shutdown", &args.shutdown), args.set("debounce", &args.debounce));
    let (timeout, finalizer) = (args.set("timeout", &args.timeout), args.set("finalizer", &args.finalizer));
    let rate_limit = args.set("rate_limit", &args.rate_limit);
    let attempts = ROLES.map(|role| attempts(&controller.handlers, role));
    quote! {
        fn spec() -> __kooper::Spec {
            __kooper::Spec::new(
                #name,
                __kooper::Retriever::#of #labels #fields #resync,
                __kooper::Queue::new() #retries #backoff #workers #debounce #rate_limit,
            )
            #timeout #finalizer #shutdown #(#attempts)*
        }
    }
}

/// How a handler is tried, where it says so itself.
fn attempts(handlers: &[Handler<'_>], role: &Role) -> Option<TokenStream> {
    let says = |handler: &Handler<'_>| handler.attempts.given.keys().any(|name| *name != "span");
    handlers.iter().any(|handler| handler.role == role && says(handler)).then(|| {
        let each = |handler: &Handler<'_>| {
            let own = &handler.attempts;
            let (retries, backoff) = (own.set("retries", &own.retries), own.set("backoff", &own.backoff));
            let timeout = own.set("timeout", &own.timeout);
            quote!(__kooper::Attempts::new() #retries #backoff #timeout)
        };
        let (set, attempts) = (
            format_ident!("{}_attempts", role.name),
            chosen(handlers, role, each, &quote!(__kooper::Attempts::new())),
        );
        quote!(.#set(#attempts))
    })
}

/// The functions that are asked beside the handlers, if there are any.
fn hooks(args: &Args) -> Option<TokenStream> {
    let hooks: Vec<_> = (args.set("filter", &args.filter).into_iter())
        .chain(args.set("on_error", &args.on_error))
        .chain(args.owns.iter().chain(&args.watches).map(ToTokens::to_token_stream))
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
                let (count, from) = duration::in_unit(*duration);
                let (from, count) = (Ident::new(from, Span::call_site()), Literal::u128_unsuffixed(count));
                quote!(__kooper::Duration::#from(#count))
            }
        });
    }
}

/// The static with the place of each span in the source.
fn spans(controller: &Controller<'_>) -> TokenStream {
    let handlers = &controller.handlers;
    let (all, nothing) = (&controller.recorded, Recorded::default());
    // `line!` tells the line of the span that its tokens have.
    let site = |role: &'static str, place: Span, recorded: &Recorded| {
        let (name, calls) = (recorded.name.as_deref().unwrap_or(role), recorded.calls());
        let site = quote_spanned!(place=> __kooper::site!(#name));
        quote!(#site #calls)
    };
    let of = |role: &Role| {
        let each = |handler: &Handler<'_>| {
            let site = site(role.span, handler.method.sig.ident.span(), &handler.recorded);
            let names = handler.recorded.names(all);
            quote!(#site #names)
        };
        chosen(handlers, role, each, &site(role.span, Span::call_site(), &nothing))
    };
    let (root, add, delete) = (site("processJob", Span::call_site(), all), of(&ADD), of(&DELETE));
    let finalize = handlers.iter().any(|handler| *handler.role == FINALIZE).then(|| {
        let finalize = of(&FINALIZE);
        quote!(.finalize(&SPANS, #finalize))
    });
    quote! {
        fn spans() -> &'static __kooper::Spans {
            static SPANS: __kooper::Spans =
                __kooper::Spans::new(&SPANS, #root, #add, #delete) #finalize;
            &SPANS
        }
    }
}

/// What holds for a role: of its handler or, where several stand under `#[cfg]`s, of the one that is there, or else `none`.
fn chosen(
    handlers: &[Handler<'_>],
    role: &Role,
    each: impl Fn(&Handler<'_>) -> TokenStream,
    none: &TokenStream,
) -> TokenStream {
    let handlers: Vec<_> = handlers.iter().filter(|handler| handler.role == role).collect();
    match handlers[..] {
        [] => none.clone(),
        [handler] if handler.method.cfgs.is_empty() => each(handler),
        _ => {
            let cfgs = handlers.iter().map(|handler| &handler.method.cfgs);
            let values = handlers.iter().map(|handler| each(handler));
            let all = handlers.iter().map(|handler| {
                let each = handler.method.cfgs.iter().filter_map(|cfg| cfg.parse_args::<TokenStream>().ok());
                quote!(all(#(#each),*))
            });
            quote!({
                #(#(#cfgs)* let chosen = #values;)*
                #[cfg(not(any(#(#all),*)))]
                let chosen = #none;
                chosen
            })
        }
    }
}

/// The method of the trait that calls one handler: it makes the arguments and the outcome what they are to be.
fn wrapper(handler: &Handler<'_>, controller: &Controller<'_>) -> TokenStream {
    let Handler { role, method: Method { cfgs, sig, .. }, context, subject, output, recorded, .. } = handler;
    let name = &sig.ident;
    // What rustc says of the wrapper's future, it says of the handler's name.
    let span = Span::mixed_site().located_at(name.span());
    let k = Ident::new("__kooper", span);
    // The user's own `self`, so that fields of spans can name it.
    let this = Ident::new("self", name.span());
    let record = recorded.values(&controller.recorded);
    let bound = |argument: &PatType, otherwise: &Ident| match &*argument.pat {
        Pat::Ident(pat) if record.is_some() => pat.ident.clone(),
        _ => otherwise.clone(),
    };
    let ctx = Ident::new(if context.is_some() { "ctx" } else { "_ctx" }, span);
    let context = context.map(|context| {
        let (ty, bound) = (&context.ty, bound(context, &ctx));
        let adapted = quote_spanned!(span=> let #bound = <#ty as #k::ContextArg>::from_context(#ctx););
        (adapted, quote_spanned!(span=> #bound,))
    });
    let (context, pass) = context.unzip();
    let method = format_ident!("on_{}", role.name, span = span);
    let arg = Ident::new(role.subject, span);
    let (ty, object) = (&subject.ty, bound(subject, &arg));
    let (given, converted) = if **role == DELETE {
        (quote_spanned!(span=> #k::ObjectKey), quote_spanned!(span=> <#ty as #k::KeyArg>::from_key(key)))
    } else if controller.args.resource.is_some() {
        (
            quote_spanned!(span=> Self::Resource),
            quote_spanned!(span=> <#ty as #k::ObjectArg<Self::Resource>>::from_object(object)),
        )
    } else {
        (quote_spanned!(span=> Self::Resource), quote_spanned!(span=> object.of_unknown_type::<#ty>()))
    };
    quote_spanned! {span=>
        #(#cfgs)*
        async fn #method(&#this, #ctx: #k::Context, #arg: #given) -> #k::Outcome {
            #context
            let #object = #converted;
            #record
            <#output as #k::HandlerOutput>::into_outcome(Self::#name(#this, #pass #object).await)
        }
    }
}
