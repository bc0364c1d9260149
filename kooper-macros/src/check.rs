//! What no single argument or handler can know: rules across them, and what stands for what is missing.

use crate::args::{Args, Backoff, Given, parse};
use crate::diag::Diag;
use crate::handler::Handler;
use crate::item::{Block, Method};
use crate::span::Recorded;
use crate::value::{Time, show};
use kooper_syntax::role::{self, DELETE, FINALIZE, ROLES, Role};
use kooper_syntax::{duration, kind, meant, name, setting};
use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Error, ItemImpl, Signature, TypeParam};

/// A controller as it will be expanded. What was wrong is left out of it.
pub(crate) struct Controller<'a> {
    pub(crate) header: &'a ItemImpl,
    pub(crate) args: Args,
    /// What is recorded, unless a handler says otherwise.
    pub(crate) recorded: Recorded,
    pub(crate) name: String,
    /// The sound handlers. Several of one role are told apart by their `#[cfg]`s.
    pub(crate) handlers: Vec<Handler<'a>>,
}

impl<'a> Controller<'a> {
    pub(crate) fn check(mut args: Args, block: &'a Block, diag: &mut Diag) -> Self {
        if !args.given.has("resource") {
            diag.push(Error::new(Span::call_site(), setting::resource_missing(args.given.is_empty())));
        }
        let is_unbound = unbound(&mut args, block, diag);
        backoff(&args.given, args.retries.as_ref(), args.backoff.as_ref(), diag);
        let recorded = args.span.take().unwrap_or_default();
        recorded.check_fields(None, diag);
        owned(&args, diag);
        bare(&mut args, &block.methods, diag);
        debounce(&args, diag);
        let name = name(&args, &block.header, diag);
        let mut handlers = handlers(&args, block, diag);
        handlers.retain(|_| !is_unbound);
        Self { header: &block.header, args, recorded, name, handlers }
    }

    /// A controller of nothing, so that what names its type as a handler gives no further error.
    pub(crate) fn stand_in(header: &'a ItemImpl) -> Self {
        let args = parse(TokenStream::new(), &mut Diag::default());
        let (recorded, name, handlers) = Default::default();
        Self { header, args, recorded, name, handlers }
    }
}

/// Whether the resource is a parameter of the `impl` that does not say so. No resource stands for it, nor for one whose part is named.
fn unbound(args: &mut Args, Block { header, methods, .. }: &Block, diag: &mut Diag) -> bool {
    let (resource, clause) = (show(&args.resource), show(&header.generics.where_clause));
    let inputs = || methods.iter().map(|method| show(&method.sig.inputs)).collect::<String>();
    if let Some(fault) = kind::part(&resource, inputs) {
        diag.at(&args.resource.take(), fault);
    }
    let is_free = |param: &&TypeParam| param.ident == resource && !meant::mentions(&clause, &resource);
    let param = header.generics.type_params().find(is_free);
    let param = param.filter(|param| kind::are_no_resource(&show(&param.bounds)));
    if let Some(param) = param {
        diag.at(param, format!("`{resource}` is the resource: write `{resource}: kooper::Resource`"));
        args.resource = None;
    }
    param.is_some()
}

fn backoff(given: &Given, retries: Option<&TokenStream>, backoff: Option<&Backoff>, diag: &mut Diag) {
    for name in ["backoff", "rate_limit"] {
        if let (Some(place), Some(retries)) = (given.get(name), retries)
            && show(retries) == "0"
        {
            let fault = format!("`{name}` has no effect with `retries = 0`; remove it");
            diag.push(Error::new(place, fault));
        }
    }
    if let Some(Backoff::Growing(delays)) = backoff
        && let (Some(Time::Known(initial, start)), Some(Time::Known(max, end))) =
            (&delays.initial, &delays.max)
        && max < initial
    {
        let is_given = delays.given.has("max");
        let place = if is_given { end } else { start };
        diag.push(Error::new(*place, duration::no_growth(*initial, *max, is_given)));
    }
}

/// Each kind once, and none of them the controller's own.
fn owned(args: &Args, diag: &mut Diag) {
    let types: Vec<_> = args.owns.iter().map(|owned| show(&owned.ty)).collect();
    for (at, fault) in kind::owned_in_vain(&show(&args.resource), &types) {
        diag.at(&args.owns[at].ty, fault);
    }
}

/// Functions of the block that are named as if they stood beside it.
fn bare(args: &mut Args, methods: &[Method], diag: &mut Diag) {
    let hooks = [("filter", &mut args.filter), ("on_error", &mut args.on_error)].into_iter();
    let hooks = hooks.chain(args.watches.iter_mut().map(|watched| ("map", &mut watched.map)));
    for (name, path) in hooks.filter_map(|(name, path)| Some((name, path.as_mut()?))) {
        if methods.iter().any(|method| method.sig.ident == path.to_string()) {
            diag.at(path, format!("`{path}` stands in this `impl`: write `{name} = Self::{path}`"));
            *path = quote!(Self::#path);
        }
    }
}

fn debounce(args: &Args, diag: &mut Diag) {
    if let (Some(Time::Known(interval, place)), Some(Time::Known(resync, _))) = (&args.debounce, &args.resync)
        && interval >= resync
    {
        diag.push(Error::new(*place, duration::not_shorter("debounce", *interval, "resync", *resync)));
    }
}

/// The name that was given, or that of the type.
fn name(args: &Args, header: &ItemImpl, diag: &mut Diag) -> String {
    let ty = show(&header.self_ty);
    let name = args.name.clone().unwrap_or_else(|| name::of_type(&ty));
    if !name::is_dns_label(&name) && !args.given.has("name") {
        let fault = format!("no name can be made of `{ty}`: give one, such as `name = \"pod-printer\"`");
        diag.at(&header.self_ty, fault);
    }
    name
}

fn handlers<'a>(args: &Args, block: &'a Block, diag: &mut Diag) -> Vec<Handler<'a>> {
    let resource = args.resource.as_ref().map_or_else(|| "Pod".into(), |ty| show(ty));
    let this = show(&block.header.self_ty);
    let mut handlers: Vec<Handler<'a>> = Vec::new();
    for role in ROLES {
        let methods: Vec<_> = block.methods.iter().filter(|method| method.sig.ident == role.name).collect();
        if methods.is_empty() {
            missing(role, args, block, &resource, diag);
        } else if *role == FINALIZE && !args.given.has("finalizer") && !block.sets("finalizer") {
            let fault = "`finalize` never runs without a finalizer\n= help: write `#[controller(.., finalizer = \"example.com/cleanup\")]`";
            diag.at(&methods[0].sig.ident, fault);
        }
        // Of two with one name and no `#[cfg]`, rustc tells by itself: once, if there is one wrapper for both.
        let told_apart = methods.iter().all(|method| !method.cfgs.is_empty());
        let seen = if told_apart { methods.len() } else { 1 };
        for method in methods.into_iter().take(seen) {
            handlers.extend(diag.take(Handler::check(role, method, &resource, &this)).flatten());
        }
    }
    for own in handlers.iter().map(|handler| &handler.attempts) {
        backoff(&own.given, own.retries.as_ref(), own.backoff.as_ref(), diag);
    }
    for (Method { sig, .. }, attr) in block.methods.iter().filter_map(|it| Some((it, it.settings.first()?))) {
        let is_there = |role: &Role| block.methods.iter().any(|method| method.sig.ident == role.name);
        let is_due = |role: &Role| *role != FINALIZE || args.given.has("finalizer");
        let meant = ROLES.into_iter().find(|role| sig.ident == role.name || meant_for(sig, role));
        let is_told = meant.is_some_and(|role| sig.ident == role.name || !is_there(role) && is_due(role));
        if !is_told {
            diag.at(attr, role::no_handler(&sig.ident.to_string(), meant));
        }
    }
    handlers
}

fn meant_for(sig: &Signature, role: &Role) -> bool {
    let last = sig.inputs.last().map(|input| show(input)).unwrap_or_default();
    role.is_meant_by(&sig.ident.to_string(), &last) && (*role != DELETE || sig.asyncness.is_some())
}

/// Tells of the method that must be meant for a handler that is missing, else that there is none though it is needed.
fn missing(role: &Role, args: &Args, block: &Block, resource: &str, diag: &mut Diag) {
    let finalizer = args.given.get("finalizer");
    if *role == FINALIZE && finalizer.is_none() {
        return;
    }
    let meant = block.methods.iter().map(|method| &method.sig).filter(|sig| meant_for(sig, role));
    let meant: Vec<_> = meant.map(|sig| &sig.ident).collect();
    if let Some(first) = meant.first() {
        return diag.at(first, role.renamed(&meant.iter().map(|name| show(name)).collect::<Vec<_>>()));
    }
    if *role == DELETE {
        return;
    }
    let fault = role.missing(resource, block.calls_macro);
    match finalizer {
        Some(finalizer) if *role == FINALIZE => diag.push(Error::new(finalizer, fault)),
        _ => diag.at(&block.header.self_ty, fault),
    }
}
