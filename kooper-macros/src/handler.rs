//! One handler: the shape that its signature must have, and what of it the wrapper needs.

use crate::{diag::Diag, item::Method, value::show};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, FnArg, GenericParam, Ident, ReceiverKind, ReturnType, Safety, Signature, Type};

/// What a handler is for.
#[derive(PartialEq)]
pub(crate) struct Role {
    /// Its name.
    pub(crate) name: &'static str,
    /// The method of `Handler` that calls it.
    pub(crate) method: &'static str,
    /// The name of its span.
    pub(crate) span: &'static str,
    /// What it is given beside the context.
    pub(crate) subject: &'static str,
}

pub(crate) const ADD: Role =
    Role { name: "add", method: "on_add", span: "handleAddObject", subject: "object" };
pub(crate) const DELETE: Role =
    Role { name: "delete", method: "on_delete", span: "handleDeleteObject", subject: "key" };

impl Role {
    /// The whole signature, for a controller of `resource`.
    pub(crate) fn signature(&self, resource: &str) -> String {
        let ty = if *self == DELETE { "ObjectKey" } else { resource };
        format!("`async fn {}(&self, ctx: Context, {}: {ty}) -> kooper::Result`", self.name, self.subject)
    }
}

/// A handler whose shape is right. Whether its types are, rustc checks.
pub(crate) struct Handler<'a> {
    pub(crate) role: &'static Role,
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
    pub(crate) fn check(
        role: &'static Role,
        method: &'a Method,
        resource: &str,
        diag: &mut Diag,
    ) -> Option<Self> {
        let mut shape = Shape { role, sig: &method.sig, resource, faults: Diag::default() };
        shape.qualifiers();
        shape.receiver();
        let arguments = shape.arguments();
        let output = shape.output();
        diag.take(shape.faults.finish(()))?;
        let (context, subject) = arguments?;
        Some(Self { role, cfgs: &method.cfgs, name: &method.sig.ident, context, subject, output: output? })
    }
}

/// The check of one signature.
struct Shape<'a, 'r> {
    role: &'static Role,
    sig: &'a Signature,
    resource: &'r str,
    faults: Diag,
}

impl<'a> Shape<'a, '_> {
    fn fault(&mut self, tokens: impl ToTokens, rest: &str) {
        self.faults.at(tokens, format!("the `{}` handler {rest}", self.role.name));
    }

    /// `async`; not `const`, `unsafe` or `extern`; no types or constants of its own.
    fn qualifiers(&mut self) {
        let sig = self.sig;
        if let Some(constness) = &sig.constness {
            self.fault(constness, "cannot be `const`: write `async fn`");
        } else if sig.asyncness.is_none() {
            self.fault(sig.fn_token, "must be an `async fn`");
        }
        if let Safety::Unsafe(token) = &sig.safety {
            self.fault(token, "cannot be `unsafe`: the runtime calls it");
        }
        if let Some(abi) = &sig.abi {
            self.fault(abi, "cannot be `extern`: the runtime calls it");
        }
        for param in &sig.generics.params {
            if !matches!(param, GenericParam::Lifetime(_)) {
                self.fault(param, "cannot be generic; put the parameter on the `impl` block");
            }
        }
    }

    /// `&self`, and no other way to take it.
    fn receiver(&mut self) {
        let Some(receiver) = self.sig.receiver() else {
            let rest = format!("must take `&self`\n= help: write {}", self.role.signature(self.resource));
            return self.fault(&self.sig.ident, &rest);
        };
        match &receiver.kind {
            ReceiverKind::Reference(_, _, None) => {}
            ReceiverKind::Typed(_, ty) if is_shared_self(ty) => {}
            ReceiverKind::Reference(_, _, Some(_)) => self.fault(
                receiver,
                "takes `&self`: handlers run concurrently\n= help: keep state that changes in a `Mutex` or an atomic",
            ),
            _ => self.fault(receiver, "takes `&self`, so that one controller value serves every object"),
        }
    }

    /// Perhaps a context, then the object or key: their types.
    fn arguments(&mut self) -> Option<(Option<&'a Type>, &'a Type)> {
        let subject = self.role.subject;
        let mut types = Vec::new();
        for argument in &self.sig.inputs {
            let FnArg::Typed(argument) = argument else { continue };
            if types.len() == 2 {
                self.fault(
                    argument,
                    &format!("takes a context and the {subject}, no more\n= help: keep other state in the struct and reach it through `self`"),
                );
                return None;
            }
            if mentions_impl(argument.ty.to_token_stream()) {
                self.fault(&argument.ty, "cannot take `impl Trait`: write the type");
            }
            types.push(&*argument.ty);
        }
        match types[..] {
            [subject] => Some((None, subject)),
            [context, subject] => Some((Some(context), subject)),
            _ => {
                let rest =
                    format!("takes the {subject}\n= help: write {}", self.role.signature(self.resource));
                self.fault(&self.sig.ident, &rest);
                None
            }
        }
    }

    fn output(&mut self) -> Option<&'a Type> {
        match &self.sig.output {
            ReturnType::Default => {
                self.fault(&self.sig.ident, "must return a `Result`, so that a failure can be retried");
                None
            }
            ReturnType::Type(_, ty) => {
                if mentions_impl(ty.to_token_stream()) && self.sig.asyncness.is_some() {
                    self.fault(ty, "cannot return `impl Trait`: write the `Result`");
                }
                Some(ty)
            }
        }
    }
}

/// `&Self`
fn is_shared_self(ty: &Type) -> bool {
    matches!(ty, Type::Reference(reference) if reference.mutability.is_none() && show(&reference.elem) == "Self")
}

/// Whether `impl Trait` stands anywhere in a type.
fn mentions_impl(ty: TokenStream) -> bool {
    ty.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => ident == "impl",
        TokenTree::Group(group) => mentions_impl(group.stream()),
        _ => false,
    })
}
