//! The code that stands beside the user's `impl`: nothing but quoting, so that it cannot fail.

use crate::args::{Args, Arguments, Backoff, Delays};
use crate::check::Controller;
use crate::handler::Handler;
use crate::item::Method;
use crate::value::Time;
use kooper_syntax::duration;
use kooper_syntax::role::{ADD, DELETE, FINALIZE, ROLES, Role};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Ident, Pat, PatType};

/// The `impl Handler` of a controller, as `tests/expansions/first_page.rs` shows it.
pub(crate) fn expand(controller: &Controller<'_>) -> TokenStream {
    let Controller { header, args, handlers, .. } = controller;
    let (krate, ty) = (&args.krate, &header.self_ty);
    // Each name of an argument is somewhere the place of what it sets, so that an editor leads there and shows its documentation.
    let private = Ident::new("__private", args.place("crate"));
    let associated = Ident::new("Resource", args.place("resource"));
    let kind = args.resource.as_ref().map_or_else(|| quote!(__kooper::StandIn), ToTokens::to_token_stream);
    let cfgs = header.attrs.iter().filter(|attr| attr.path().is_ident("cfg"));
    let (params, _, clause) = header.generics.split_for_impl();
    let (spec, spans, hooks) = (spec(controller), spans(controller), hooks(args));
    let wrappers = handlers.iter().map(|handler| wrapper(handler, controller));
    // Stands for an `add` that is missing or wrong, so that the `impl` itself gives no further error.
    let stub = handlers.iter().all(|handler| *handler.role != ADD).then(|| {
        quote! {
            fn on_add(&self, _: __kooper::Context, _: Self::Resource) -> __kooper::Pending {
                ::core::future::pending()
            }
        }
    });
    quote! {
        #(#cfgs)*
        const _: () = {
            use #krate::#private as __kooper;
            #[automatically_derived]
            impl #params __kooper::Handler for #ty #clause {
                type #associated = #kind;
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
    let retriever = setters!(args: labels fields resync);
    let queue = setters!(args: retries backoff workers debounce rate_limit);
    let rest = setters!(args: timeout finalizer shutdown);
    let attempts = ROLES.map(|role| attempts(&controller.handlers, role));
    let new = Ident::new("new", args.place("name"));
    quote! {
        fn spec() -> __kooper::Spec {
            __kooper::Spec::#new(
                #name,
                __kooper::Retriever::#of #(#retriever)*,
                __kooper::Queue::new() #(#queue)*,
            )
            #(#rest)* #(#attempts)*
        }
    }
}

/// How a handler is tried, where it says so itself.
fn attempts(handlers: &[Handler<'_>], role: &Role) -> Option<TokenStream> {
    let says = |handler: &Handler<'_>| handler.attempts.given.besides("span").next().is_some();
    handlers.iter().any(|handler| handler.role == role && says(handler)).then(|| {
        let each = |handler: &Handler<'_>| {
            let own = &handler.attempts;
            let setters = setters!(own: retries backoff timeout);
            quote!(__kooper::Attempts::new() #(#setters)*)
        };
        let set = format_ident!("{}_attempts", role.name);
        let attempts = chosen(handlers, role, each, &quote!(__kooper::Attempts::new()));
        quote!(.#set(#attempts))
    })
}

/// The functions that are asked beside the handlers, if there are any.
fn hooks(args: &Args) -> Option<TokenStream> {
    let related = args.owns.iter().chain(&args.watches).map(ToTokens::to_token_stream);
    let hooks: Vec<_> = setters!(args: filter on_error).into_iter().flatten().chain(related).collect();
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
            Self::Constant(Time::Code(backoff)) => backoff.clone(),
            Self::Constant(delay) => quote!(__kooper::Backoff::constant(#delay)),
            Self::Growing(delays) if delays.given.is_empty() => {
                let Delays { initial, max, factor, jitter, .. } = &**delays;
                quote!(__kooper::Backoff::new(#initial, #max, #factor, #jitter))
            }
            Self::Growing(delays) => {
                let setters = setters!(delays: initial max factor jitter);
                quote!(__kooper::Backoff::growing() #(#setters)*)
            }
        });
    }
}

impl ToTokens for Time {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.extend(match self {
            Self::Code(code) => code.clone(),
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
    let Controller { args, recorded: all, handlers, .. } = controller;
    // `line!` tells the line of the span that its tokens have.
    let site = |role: &'static str, place: Span| quote_spanned!(place=> __kooper::site!(#role));
    let of = |role: &Role| {
        let each = |Handler { method, attempts, recorded, .. }: &Handler<'_>| {
            let (site, names) = (site(role.span, method.sig.ident.span()), recorded.names(all));
            let Some(place) = attempts.given.get("span") else { return quote!(#site #names) };
            let (span, calls) = (Ident::new("span", place), recorded.calls());
            quote!(__kooper::#span(#site #(#calls)* #names))
        };
        chosen(handlers, role, each, &site(role.span, Span::call_site()))
    };
    let (root, add, delete) = (site("processJob", Span::call_site()), of(&ADD), of(&DELETE));
    let calls = all.calls();
    let finalize =
        handlers.iter().any(|handler| *handler.role == FINALIZE).then(|| of(&FINALIZE)).into_iter();
    let new = Ident::new("new", args.place("span"));
    quote! {
        fn spans() -> &'static __kooper::Spans {
            static SPANS: __kooper::Spans =
                __kooper::Spans::#new(&SPANS, #root #(#calls)*, #add, #delete) #(.finalize(&SPANS, #finalize))*;
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
    let Handler { role, method: Method { cfgs, sig, .. }, output, recorded, .. } = handler;
    let (context, subject) = handler.arguments;
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
    let (method, arg) = (format_ident!("on_{}", role.name, span = span), Ident::new(role.subject, span));
    let (ty, object) = (&subject.ty, bound(subject, &arg));
    let resource = quote_spanned!(span=> Self::Resource);
    let (given, converted) = if **role == DELETE {
        (quote_spanned!(span=> #k::ObjectKey), quote_spanned!(span=> <#ty as #k::KeyArg>::from_key(key)))
    } else if controller.args.resource.is_some() {
        (resource, quote_spanned!(span=> <#ty as #k::ObjectArg<Self::Resource>>::from_object(object)))
    } else {
        (resource, quote_spanned!(span=> object.of_unknown_type::<#ty>()))
    };
    quote_spanned! {span=>
        #(#cfgs)*
        fn #method(&#this, #ctx: #k::Context, #arg: #given) -> impl #k::Future<Output = #k::Outcome> {
            #context
            let #object = #converted;
            #record
            <#output as #k::HandlerOutput>::of(Self::#name(#this, #pass #object))
        }
    }
}
