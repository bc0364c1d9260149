//! From what was written to a controller that can work: rules across arguments and handlers, and the defaults.

use crate::{
    args::{Args, Backoff, Delays, Given},
    diag::Diag,
    duration,
    handler::{Handler, Role},
    item::Block,
    name, suggest,
    value::{Namespaces, Resync, Text, Value, show},
};
use proc_macro2::Span;
use std::time::Duration;
use syn::{ItemImpl, Type};

/// A controller as it will be expanded. Where something was wrong, a default stands in its place.
pub(crate) struct Controller<'a> {
    pub(crate) header: &'a ItemImpl,
    pub(crate) krate: Option<syn::Path>,
    pub(crate) name: String,
    /// `None` where it is missing or wrong.
    pub(crate) resource: Option<Type>,
    pub(crate) namespaces: Option<Given<Namespaces>>,
    pub(crate) labels: Option<Text>,
    pub(crate) fields: Option<Text>,
    pub(crate) resync: Resync,
    pub(crate) retries: Value<u32>,
    pub(crate) backoff: Delay,
    pub(crate) workers: Value<u32>,
    pub(crate) timeout: Option<Value<Duration>>,
    /// The sound handlers of each role. Several are told apart by their `#[cfg]`s.
    pub(crate) handlers: Vec<Handler<'a>>,
}

/// The delay between retries, with its defaults.
pub(crate) enum Delay {
    Constant(Value<Duration>),
    Growing { initial: Value<Duration>, max: Value<Duration>, factor: f64, jitter: f64 },
}

impl<'a> Controller<'a> {
    /// All rules. Every argument has been read, so that what is wrong with it is in `diag` already.
    pub(crate) fn check(args: Args, block: &'a Block, diag: &mut Diag) -> Self {
        let mut controller = Self::of(args, &block.header, diag);
        controller.add_handlers(block, diag);
        controller
    }

    /// A controller of nothing, so that what names its type as a handler gives no further error.
    pub(crate) fn stand_in(header: &'a ItemImpl) -> Self {
        Self::of(Args::default(), header, &mut Diag::default())
    }

    /// A controller without handlers.
    fn of(args: Args, header: &'a ItemImpl, diag: &mut Diag) -> Self {
        missing_resource(&args, diag);
        useless_backoff(&args, diag);
        Self {
            header,
            name: controller_name(&args, header, diag),
            backoff: delay(args.backoff.map(|backoff| backoff.value), diag),
            krate: args.krate.map(|krate| krate.value),
            resource: args.resource.map(|resource| resource.value),
            namespaces: args.namespace,
            labels: args.labels.map(|labels| labels.value),
            fields: args.fields.map(|fields| fields.value),
            resync: args
                .resync
                .map_or(Resync::Every(Value::of(Duration::from_secs(180))), |resync| resync.value),
            retries: args.retries.map_or(Value::of(3), |retries| retries.value),
            workers: args.workers.map_or(Value::of(3), |workers| workers.value),
            timeout: args.timeout.map(|timeout| timeout.value),
            handlers: Vec::new(),
        }
    }
}

fn missing_resource(args: &Args, diag: &mut Diag) {
    if args.given.contains(&"resource") {
        return;
    }
    if args.given.is_empty() && diag.is_empty() {
        let fault =
            "`#[controller]` needs the resource to watch\n= help: write `#[controller(resource = Pod)]`";
        diag.on(Span::call_site(), fault);
    } else {
        let fault = "missing `resource`: name the type this controller watches, such as `resource = Pod`";
        diag.on(Span::call_site(), fault);
    }
}

fn useless_backoff(args: &Args, diag: &mut Diag) {
    if let (Some(retries), Some(backoff)) = (&args.retries, &args.backoff)
        && retries.value.known() == Some(0)
    {
        diag.at(&backoff.key, "`backoff` has no effect with `retries = 0`");
    }
}

/// The name that was given, or that of the type.
fn controller_name(args: &Args, header: &ItemImpl, diag: &mut Diag) -> String {
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
        let fault = format!("no name can be made of `{ty}`; give one, such as `name = \"pod-printer\"`");
        diag.at(&header.self_ty, fault);
    }
    name
}

fn delay(backoff: Option<Backoff>, diag: &mut Diag) -> Delay {
    let delays = match backoff {
        Some(Backoff::Constant(delay)) => return Delay::Constant(delay),
        Some(Backoff::Growing(delays)) => delays,
        None => Delays::default(),
    };
    let Delays { initial, max, factor, jitter, .. } = delays;
    let max_key = max.as_ref().map(|max| max.key.clone());
    let initial = initial.map_or(Value::of(Duration::from_millis(5)), |initial| initial.value);
    let max = max.map_or(Value::of(Duration::from_secs(1000)), |max| max.value);
    if let (Some(first), Some(longest)) = (initial.known(), max.known())
        && longest < first
    {
        let (first, longest) = (duration::show(first), duration::show(longest));
        match max_key {
            Some(_) => diag.on(max.span(), format!("`max` ({longest}) is shorter than `initial` ({first})")),
            None => diag.on(
                initial.span(),
                format!("`initial` ({first}) is longer than `max`, which is {longest} unless it is given"),
            ),
        }
    }
    Delay::Growing {
        initial,
        max,
        factor: factor.map_or(2.0, |factor| factor.value),
        jitter: jitter.map_or(0.1, |jitter| jitter.value),
    }
}

/// Words of other libraries for what Kooper calls `add`.
const ADD_ELSEWHERE: [&str; 21] = [
    "create",
    "created",
    "update",
    "updated",
    "upsert",
    "apply",
    "applied",
    "reconcile",
    "reconciled",
    "handle",
    "handle_add",
    "sync",
    "on_add",
    "on_create",
    "on_update",
    "on_apply",
    "on_event",
    "resume",
    "process",
    "run",
    "added",
];

impl<'a> Controller<'a> {
    /// Finds and checks the handlers.
    fn add_handlers(&mut self, block: &'a Block, diag: &mut Diag) {
        let resource = self.resource.as_ref().map_or_else(|| "Pod".into(), show);
        for role in Role::ALL {
            let methods: Vec<_> =
                block.methods.iter().filter(|method| method.sig.ident == role.name()).collect();
            for (at, method) in methods.iter().enumerate() {
                // rustc tells of two methods with one name, once if there is one wrapper for both.
                let again = at > 0 && methods[..at].iter().any(|other| other.cfgs.is_empty());
                if !again && (at == 0 || !method.cfgs.is_empty()) {
                    self.handlers.extend(Handler::check(role, method, &resource, diag));
                }
            }
            if methods.is_empty() && role == Role::Add {
                missing_add(block, &resource, diag);
            }
        }
    }
}

fn missing_add(block: &Block, resource: &str, diag: &mut Diag) {
    let meant = block.methods.iter().map(|method| &method.sig.ident).find(|name| {
        let name = name.to_string();
        ADD_ELSEWHERE.contains(&&*name) || suggest::nearest(&name, ["add"]).is_some()
    });
    if let Some(name) = meant {
        let fault = format!(
            "`{name}` is not a handler name; rename it to `add`, which runs for new and changed objects"
        );
        return diag.at(name, fault);
    }
    let mut fault = format!("this `impl` has no `add` handler: {}", Role::Add.signature(resource));
    if block.calls_macro {
        fault += "\n= help: a macro call inside the `impl` is expanded after `#[controller]`, so handlers it makes are not seen";
    }
    diag.at(&block.header.self_ty, fault);
}
