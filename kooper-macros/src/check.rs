//! What no single argument or handler can know: rules across them, and what stands for what is missing.

use crate::{
    args::{Args, Backoff, Delays},
    diag::Diag,
    duration,
    handler::{ADD, DELETE, Handler},
    item::{Block, Method},
    name, suggest,
    value::{Time, is_zero, show},
};
use proc_macro2::Span;
use std::time::Duration;
use syn::{FnArg, ItemImpl, Type};

/// A controller as it will be expanded. What was wrong is left out of it.
pub(crate) struct Controller<'a> {
    pub(crate) header: &'a ItemImpl,
    pub(crate) args: Args,
    pub(crate) name: String,
    /// The sound handlers. Several of one role are told apart by their `#[cfg]`s.
    pub(crate) handlers: Vec<Handler<'a>>,
}

/// `backoff(initial = .., max = ..)`, where they are left out.
pub(crate) const INITIAL: Duration = Duration::from_millis(5);
pub(crate) const MAX: Duration = Duration::from_secs(1000);

impl<'a> Controller<'a> {
    pub(crate) fn check(args: Args, block: &'a Block, diag: &mut Diag) -> Self {
        resource(&args, diag);
        backoff(&args, diag);
        let name = name(&args, &block.header, diag);
        let handlers = handlers(&args, block, diag);
        Self { header: &block.header, args, name, handlers }
    }

    /// A controller of nothing, so that what names its type as a handler gives no further error.
    pub(crate) fn stand_in(header: &'a ItemImpl) -> Self {
        Self { header, args: Args::default(), name: String::new(), handlers: Vec::new() }
    }
}

fn resource(args: &Args, diag: &mut Diag) {
    if args.given.is_empty() && diag.is_empty() {
        let fault =
            "`#[controller]` needs the resource to watch\n= help: write `#[controller(resource = Pod)]`";
        diag.on(Span::call_site(), fault);
    } else if !args.given.contains(&"resource") {
        let fault = "missing `resource`: name the type this controller watches, such as `resource = Pod`";
        diag.on(Span::call_site(), fault);
    }
}

fn backoff(args: &Args, diag: &mut Diag) {
    let Some(backoff) = &args.backoff else { return };
    if args.retries.as_ref().is_some_and(|retries| is_zero(&retries.value)) {
        diag.at(&backoff.key, "`backoff` has no effect with `retries = 0`");
    }
    let Backoff::Growing(delays) = &backoff.value else { return };
    let Delays { initial: Some(initial), max, .. } = &**delays else { return };
    let Time::Known(first, at) = initial.value else { return };
    let shown = |duration| duration::show(duration);
    match max.as_ref().map(|max| &max.value) {
        Some(Time::Known(longest, at)) if *longest < first => {
            diag.on(*at, format!("`max` ({}) is shorter than `initial` ({})", shown(*longest), shown(first)));
        }
        None if MAX < first => {
            diag.on(
                at,
                format!(
                    "`initial` ({}) is longer than `max`: give `max`, or it is {}",
                    shown(first),
                    shown(MAX)
                ),
            );
        }
        _ => {}
    }
}

/// The name that was given, or that of the type.
fn name(args: &Args, header: &ItemImpl, diag: &mut Diag) -> String {
    if let Some(name) = &args.name {
        return name.value.value();
    }
    let ident = match &*header.self_ty {
        Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()),
        _ => None,
    };
    let name = name::kebab_case(ident.as_deref().unwrap_or_default().trim_start_matches("r#"));
    if !name::is_dns_label(&name) && !args.given.contains(&"name") {
        let ty = show(&header.self_ty);
        let fault = format!("no name can be made of `{ty}`: give one, such as `name = \"pod-printer\"`");
        diag.at(&header.self_ty, fault);
    }
    name
}

fn handlers<'a>(args: &Args, block: &'a Block, diag: &mut Diag) -> Vec<Handler<'a>> {
    let resource = args.resource.as_ref().map_or_else(|| "Pod".into(), |resource| show(&resource.value));
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
        let is_meant = DELETE_ELSEWHERE.contains(&&*name) || suggest::nearest(&name, ["delete"]).is_some();
        if takes_key && is_meant && sig.asyncness.is_some() {
            let fault = "is not a handler name; rename it to `delete`, which runs when an object is gone";
            diag.at(&sig.ident, format!("`{name}` {fault}"));
        }
    }
}

/// Words of other libraries for what Kooper calls `delete`.
const DELETE_ELSEWHERE: [&str; 3] = ["deleted", "on_delete", "handle_delete"];

fn missing_add(block: &Block, resource: &str, diag: &mut Diag) {
    let meant = block.methods.iter().map(|method| &method.sig.ident).find(|name| {
        let name = name.to_string();
        ADD_ELSEWHERE.split(' ').any(|word| word == name) || suggest::nearest(&name, ["add"]).is_some()
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
