//! What no single argument or handler can know: rules across them, and what stands for what is missing.

use crate::args::{Args, Backoff, Given, parse};
use crate::diag::Diag;
use crate::handler::Handler;
use crate::item::{Block, Method};
use crate::span::Recorded;
use crate::value::{Time, show};
use kooper_syntax::role::{self, DELETE, FINALIZE, ROLES, Role};
use kooper_syntax::{answer, duration, kind, meant, name};
use proc_macro2::{Span, TokenStream};
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
        resource(&args, diag);
        let is_unbound = unbound(&mut args, block, diag);
        backoff(&args.given, args.retries.as_ref(), args.backoff.as_ref(), diag);
        let recorded = args.span.take().unwrap_or_default();
        recorded.check_fields(diag);
        owned(&args, diag);
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

fn resource(args: &Args, diag: &mut Diag) {
    if !args.given.contains_key("resource") {
        diag.push(Error::new(Span::call_site(), answer::resource_missing(args.given.is_empty())));
    }
}

/// Whether the resource is a parameter of the `impl` that does not say so. No resource stands for it, nor for one whose part is named.
fn unbound(args: &mut Args, Block { header, methods, .. }: &Block, diag: &mut Diag) -> bool {
    let (resource, clause) = (show(&args.resource), show(&header.generics.where_clause));
    let inputs = || methods.iter().map(|method| show(&method.sig.inputs)).collect::<String>();
    if let Some(fault) = kind::part(&resource, inputs) {
        diag.at(args.resource.take(), fault);
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
            diag.push(Error::new(*place, fault));
        }
    }
    if let Some(Backoff::Growing(delays)) = backoff
        && let (Some(Time::Known(initial, start)), Some(Time::Known(max, end))) =
            (&delays.initial, &delays.max)
        && max < initial
    {
        let is_given = delays.given.contains_key("max");
        let place = if is_given { end } else { start };
        diag.push(Error::new(*place, duration::no_growth(*initial, *max, is_given)));
    }
}

/// Each kind once, and none of them the controller's own.
fn owned(args: &Args, diag: &mut Diag) {
    let resource = args.resource.as_ref().map(show);
    let mut seen = Vec::new();
    for ty in args.owns.iter().map(|owned| &owned.ty) {
        let shown = show(ty);
        if Some(&shown) == resource.as_ref() {
            diag.at(ty, format!("a controller does not own its own resource; remove `owns({shown})`"));
        } else if seen.contains(&shown) {
            diag.at(ty, format!("`{shown}` is already owned; remove one of the two"));
        }
        seen.push(shown);
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
    if !name::is_dns_label(&name) && !args.given.contains_key("name") {
        let fault = format!("no name can be made of `{ty}`: give one, such as `name = \"pod-printer\"`");
        diag.at(&header.self_ty, fault);
    }
    name
}

fn handlers<'a>(args: &Args, block: &'a Block, diag: &mut Diag) -> Vec<Handler<'a>> {
    let resource = args.resource.as_ref().map_or_else(|| "Pod".into(), show);
    let this = show(&block.header.self_ty);
    let mut handlers: Vec<Handler<'a>> = Vec::new();
    for role in ROLES {
        let methods: Vec<_> = block.methods.iter().filter(|method| method.sig.ident == role.name).collect();
        if methods.is_empty() {
            missing(role, args, block, &resource, diag);
        } else if *role == FINALIZE && !args.given.contains_key("finalizer") && !block.sets("finalizer") {
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
        let is_due = |role: &Role| *role != FINALIZE || args.given.contains_key("finalizer");
        let meant = ROLES.into_iter().find(|role| sig.ident == role.name || meant_for(sig, role));
        let is_told = meant.is_some_and(|role| sig.ident == role.name || !is_there(role) && is_due(role));
        if !is_told {
            diag.at(attr, role::no_handler(&sig.ident.to_string(), meant));
        }
    }
    handlers
}

fn meant_for(sig: &Signature, role: &Role) -> bool {
    let last = sig.inputs.last().map(show).unwrap_or_default();
    role.is_meant_by(&sig.ident.to_string(), &last) && (*role != DELETE || sig.asyncness.is_some())
}

/// Tells of the method that must be meant for a handler that is missing, else that there is none though it is needed.
fn missing(role: &Role, args: &Args, block: &Block, resource: &str, diag: &mut Diag) {
    let finalizer = args.given.get("finalizer");
    if *role == FINALIZE && finalizer.is_none() {
        return;
    }
    if let Some(Method { sig, .. }) = block.methods.iter().find(|method| meant_for(&method.sig, role)) {
        let (Role { name, runs, .. }, ident) = (role, &sig.ident);
        let fault = format!("`{ident}` is not a handler name; rename it to `{name}`, which runs {runs}");
        return diag.at(ident, fault);
    }
    if *role == DELETE {
        return;
    }
    let fault = role.missing(resource, block.calls_macro);
    match finalizer {
        Some(finalizer) if *role == FINALIZE => diag.push(Error::new(*finalizer, fault)),
        _ => diag.at(&block.header.self_ty, fault),
    }
}
