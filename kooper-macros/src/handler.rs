//! One handler: the shape that its signature must have, and what of it the wrapper needs.

use crate::{diag::Diag, item::Method, value::show};
use quote::ToTokens;
use syn::{
    Attribute, FnArg, GenericParam, Ident, Receiver, ReceiverKind, ReturnType, Safety, Signature, Type,
};

/// What a handler is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Add,
    Delete,
}

impl Role {
    pub(crate) const ALL: [Self; 2] = [Self::Add, Self::Delete];

    /// The name of the handler.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Delete => "delete",
        }
    }

    /// What it is given beside the context.
    pub(crate) fn subject(self) -> &'static str {
        match self {
            Self::Add => "object",
            Self::Delete => "key",
        }
    }

    /// The whole signature, for a controller of `resource`.
    pub(crate) fn signature(self, resource: &str) -> String {
        let argument = match self {
            Self::Add => format!("object: {resource}"),
            Self::Delete => "key: ObjectKey".into(),
        };
        format!("`async fn {}(&self, ctx: Context, {argument}) -> kooper::Result`", self.name())
    }
}

/// A handler whose shape is right. Whether its types are, rustc checks.
pub(crate) struct Handler<'a> {
    pub(crate) role: Role,
    pub(crate) cfgs: &'a [Attribute],
    pub(crate) name: &'a Ident,
    /// The type of the context, unless it is left out.
    pub(crate) context: Option<&'a Type>,
    /// The type of the object or key.
    pub(crate) subject: &'a Type,
    pub(crate) output: &'a Type,
}

impl<'a> Handler<'a> {
    /// The handler that `method` is, or all that keeps it from being one.
    pub(crate) fn check(role: Role, method: &'a Method, resource: &str, diag: &mut Diag) -> Option<Self> {
        let mut faults = Diag::default();
        let sig = &method.sig;
        qualifiers(role, sig, &mut faults);
        generics(role, sig, &mut faults);
        let types = arguments(role, sig, resource, &mut faults);
        let output = output(role, sig, &mut faults);
        diag.take(faults.finish(()))?;
        let (context, subject) = types?;
        Some(Self { role, cfgs: &method.cfgs, name: &sig.ident, context, subject, output: output? })
    }
}

/// `async`, and neither `const`, `unsafe` nor `extern`.
fn qualifiers(role: Role, sig: &Signature, faults: &mut Diag) {
    let name = role.name();
    if let Some(constness) = &sig.constness {
        faults.at(constness, format!("the `{name}` handler cannot be `const`"));
    }
    if let Safety::Unsafe(token) = &sig.safety {
        faults.at(token, format!("the `{name}` handler cannot be `unsafe`: the runtime calls it"));
    }
    if let Some(abi) = &sig.abi {
        faults.at(abi, format!("the `{name}` handler cannot be `extern`: the runtime calls it"));
    }
    if sig.asyncness.is_none() && sig.constness.is_none() {
        faults.at(sig.fn_token, format!("the `{name}` handler must be an `async fn`"));
    }
}

/// No types or constants of its own.
fn generics(role: Role, sig: &Signature, faults: &mut Diag) {
    for param in &sig.generics.params {
        if !matches!(param, GenericParam::Lifetime(_)) {
            let name = role.name();
            let fault =
                format!("the `{name}` handler cannot be generic; put the parameter on the `impl` block");
            faults.at(param, fault);
        }
    }
}

/// `&self`, perhaps a context, and the object or key: the types of the last two.
fn arguments<'a>(
    role: Role,
    sig: &'a Signature,
    resource: &str,
    faults: &mut Diag,
) -> Option<(Option<&'a Type>, &'a Type)> {
    let (name, subject) = (role.name(), role.subject());
    match sig.receiver() {
        Some(given) => receiver(role, given, faults),
        None => faults
            .at(&sig.ident, format!("the `{name}` handler must take `&self`: {}", role.signature(resource))),
    }
    let mut types = Vec::new();
    for argument in &sig.inputs {
        let FnArg::Typed(argument) = argument else { continue };
        if mentions_impl(&argument.ty) {
            faults.at(&argument.ty, format!("the `{name}` handler cannot take `impl Trait`"));
        }
        if types.len() == 2 {
            let fault = format!(
                "the `{name}` handler takes a context and the {subject}; keep other state in the struct and reach it through `self`"
            );
            faults.at(argument, fault);
            return None;
        }
        types.push(&*argument.ty);
    }
    match types[..] {
        [subject] => Some((None, subject)),
        [context, subject] => Some((Some(context), subject)),
        _ => {
            let fault = format!("the `{name}` handler takes the {subject}: {}", role.signature(resource));
            faults.on(sig.paren_token.span.join(), fault);
            None
        }
    }
}

/// `&self`, and no other way to take it.
fn receiver(role: Role, receiver: &Receiver, faults: &mut Diag) {
    let name = role.name();
    match &receiver.kind {
        ReceiverKind::Reference(_, _, None) => {}
        ReceiverKind::Reference(_, _, Some(_)) => faults.at(
            receiver,
            format!(
                "the `{name}` handler takes `&self`: handlers run concurrently, so state that changes goes in a `Mutex` or an atomic"
            ),
        ),
        ReceiverKind::Typed(_, ty) if show(ty) == "&Self" => {}
        _ => faults.at(
            receiver,
            format!("the `{name}` handler takes `&self`, so that one controller value serves every object"),
        ),
    }
}

fn output<'a>(role: Role, sig: &'a Signature, faults: &mut Diag) -> Option<&'a Type> {
    let name = role.name();
    match &sig.output {
        ReturnType::Default => {
            let fault =
                format!("the `{name}` handler must return a `Result`, so that a failure can be retried");
            faults.at(&sig.ident, fault);
            None
        }
        ReturnType::Type(_, ty) if mentions_impl(ty) => {
            faults.at(ty, format!("the `{name}` handler cannot return `impl Trait`: write the `Result` out"));
            None
        }
        ReturnType::Type(_, ty) => Some(ty),
    }
}

/// Whether `impl Trait` stands anywhere in a type.
fn mentions_impl(ty: &Type) -> bool {
    fn within(tokens: proc_macro2::TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            proc_macro2::TokenTree::Ident(ident) => ident == "impl",
            proc_macro2::TokenTree::Group(group) => within(group.stream()),
            _ => false,
        })
    }
    within(ty.to_token_stream())
}
