//! What no single argument or handler can know: rules across them, and what stands for what is missing.

use crate::{
    args::{Args, Backoff, is_one_of},
    diag::Diag,
    handler::{ADD, DELETE, Handler},
    item::{Block, Method},
    suggest,
    value::{Time, is_zero, show},
};
use kooper_syntax::{duration, name};
use proc_macro2::{Literal, Span};
use std::time::Duration;
use syn::{FnArg, ItemImpl, Type, parse_quote};

/// A controller as it will be expanded. What was wrong is left out of it.
pub(crate) struct Controller<'a> {
    pub(crate) header: &'a ItemImpl,
    pub(crate) args: Args,
    pub(crate) name: String,
    /// The sound handlers. Several of one role are told apart by their `#[cfg]`s.
    pub(crate) handlers: Vec<Handler<'a>>,
}

impl<'a> Controller<'a> {
    pub(crate) fn check(args: Args, block: &'a Block, diag: &mut Diag) -> Self {
        resource(&args, diag);
        backoff(&args, diag);
        let name = name(&args, &block.header, diag);
        let handlers = handlers(&args, block, diag);
        Self { header: &block.header, args: args.or_defaults(), name, handlers }
    }

    /// A controller of nothing, so that what names its type as a handler gives no further error.
    pub(crate) fn stand_in(header: &'a ItemImpl) -> Self {
        Self { header, args: Args::default().or_defaults(), name: String::new(), handlers: Vec::new() }
    }
}

impl Args {
    /// With the default of each argument that was not given and has one.
    fn or_defaults(mut self) -> Self {
        let every = Time::Known(Duration::from_mins(3), Span::call_site());
        self.retries.get_or_insert_with(|| parse_quote!(3));
        self.workers.get_or_insert_with(|| parse_quote!(3));
        self.resync.get_or_insert(every);
        if let Backoff::Growing(delays) = self.backoff.get_or_insert_with(|| Backoff::Growing(Box::default()))
        {
            delays.initial.get_or_insert(Time::Known(Duration::from_millis(5), Span::call_site()));
            delays.max.get_or_insert(Time::Known(LONGEST, Span::call_site()));
            delays.factor.get_or_insert_with(|| Literal::f64_unsuffixed(2.0));
            delays.jitter.get_or_insert_with(|| Literal::f64_unsuffixed(0.1));
        }
        self
    }

    /// Where an argument was given, be its value right or wrong.
    pub(crate) fn place(&self, name: &str) -> Option<Span> {
        self.given.iter().find(|(given, _)| *given == name).map(|(_, place)| *place)
    }
}

/// `max` of a backoff for which none is given.
const LONGEST: Duration = Duration::from_secs(1000);

fn resource(args: &Args, diag: &mut Diag) {
    if args.given.is_empty() && diag.is_empty() {
        let fault =
            "`#[controller]` needs the resource to watch\n= help: write `#[controller(resource = Pod)]`";
        diag.on(Span::call_site(), fault);
    } else if args.place("resource").is_none() {
        let fault = "missing `resource`: name the type this controller watches, such as `resource = Pod`";
        diag.on(Span::call_site(), fault);
    }
}

fn backoff(args: &Args, diag: &mut Diag) {
    if let (Some(place), Some(retries)) = (args.place("backoff"), &args.retries)
        && is_zero(retries)
    {
        diag.on(place, "`backoff` has no effect with `retries = 0`");
    }
    let Some(Backoff::Growing(delays)) = &args.backoff else { return };
    let Some(Time::Known(initial, place)) = delays.initial else { return };
    let shown = duration::show(initial);
    match delays.max {
        Some(Time::Known(max, place)) if max < initial => {
            diag.on(place, format!("`max` ({}) is shorter than `initial` ({shown})", duration::show(max)));
        }
        None if LONGEST < initial => {
            let max = duration::show(LONGEST);
            diag.on(place, format!("`initial` ({shown}) is longer than `max`: give `max`, or it is {max}"));
        }
        _ => {}
    }
}

/// The name that was given, or that of the type.
fn name(args: &Args, header: &ItemImpl, diag: &mut Diag) -> String {
    if let Some(name) = &args.name {
        return name.value();
    }
    let ident = match &*header.self_ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    };
    let name = name::kebab_case(ident.as_deref().unwrap_or_default().trim_start_matches("r#"));
    if !name::is_dns_label(&name) && args.place("name").is_none() {
        let ty = show(&header.self_ty);
        let fault = format!("no name can be made of `{ty}`: give one, such as `name = \"pod-printer\"`");
        diag.at(&header.self_ty, fault);
    }
    name
}

fn handlers<'a>(args: &Args, block: &'a Block, diag: &mut Diag) -> Vec<Handler<'a>> {
    let resource = args.resource.as_ref().map_or_else(|| "Pod".into(), show);
    let mut handlers = Vec::new();
    for role in [&ADD, &DELETE] {
        let methods: Vec<_> = block.methods.iter().filter(|method| method.sig.ident == role.name).collect();
        match methods[..] {
            [] if *role == ADD => missing_add(block, &resource, diag),
            [] => misnamed_delete(block, diag),
            _ => {}
        }
        // Of two with one name and no `#[cfg]`, rustc tells by itself: once, if there is one wrapper for both.
        let told_apart = methods.iter().all(|method| !method.cfgs.is_empty());
        let seen = if told_apart { methods.len() } else { 1 };
        handlers.extend(
            methods.into_iter().take(seen).filter_map(|method| Handler::check(role, method, &resource, diag)),
        );
    }
    handlers
}

/// Words of other libraries for what Kooper calls `add`.
const ADD_ELSEWHERE: &str = "create created update updated upsert apply applied reconcile reconciled handle \
    handle_add sync on_add on_create on_update on_apply on_event resume process run added";

/// A `delete` by another name would never run. Only what takes a key for its last argument is taken for one.
fn misnamed_delete(block: &Block, diag: &mut Diag) {
    for Method { sig, .. } in &block.methods {
        let name = sig.ident.to_string();
        let takes_key =
            matches!(sig.inputs.last(), Some(FnArg::Typed(key)) if show(&key.ty).ends_with("ObjectKey"));
        let is_meant = is_one_of(DELETE_ELSEWHERE, &name) || suggest::nearest(&name, ["delete"]).is_some();
        if takes_key && is_meant && sig.asyncness.is_some() {
            let fault = "is not a handler name; rename it to `delete`, which runs when an object is gone";
            diag.at(&sig.ident, format!("`{name}` {fault}"));
        }
    }
}

/// Words of other libraries for what Kooper calls `delete`.
const DELETE_ELSEWHERE: &str = "deleted on_delete handle_delete";

fn missing_add(block: &Block, resource: &str, diag: &mut Diag) {
    let meant = block.methods.iter().map(|method| &method.sig.ident).find(|name| {
        let name = name.to_string();
        is_one_of(ADD_ELSEWHERE, &name) || suggest::nearest(&name, ["add"]).is_some()
    });
    if let Some(name) = meant {
        let fault = "is not a handler name; rename it to `add`, which runs for new and changed objects";
        return diag.at(name, format!("`{name}` {fault}"));
    }
    let mut fault = format!("this `impl` has no `add` handler\n= help: write {}", ADD.signature(resource));
    if block.calls_macro {
        fault += "\n= help: a macro call inside the `impl` is expanded after `#[controller]`, so handlers it makes are not seen";
    }
    diag.at(&block.header.self_ty, fault);
}
