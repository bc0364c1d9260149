//! One handler: the shape that its signature must have, and what of it the wrapper needs.

use crate::args::{Attempts, parse};
use crate::diag::Diag;
use crate::item::Method;
use crate::span::Recorded;
use crate::value::show;
use kooper_syntax::role::{DELETE, Role};
use kooper_syntax::{answer, meant};
use quote::{ToTokens, quote};
use syn::{
    Attribute, Error, FnArg, GenericParam, Meta, PatType, ReceiverKind, Result, ReturnType, Safety,
    Signature, Type,
};

/// A handler whose shape is right. Whether its types are, rustc checks.
pub(crate) struct Handler<'a> {
    pub(crate) role: &'static Role,
    pub(crate) method: &'a Method,
    /// The context, unless it is left out, then the object or key.
    pub(crate) arguments: (Option<&'a PatType>, &'a PatType),
    pub(crate) output: &'a Type,
    /// What `#[handler(..)]` says.
    pub(crate) attempts: Attempts,
    pub(crate) recorded: Recorded,
}

impl<'a> Handler<'a> {
    /// The handler that `method` is, or all that keeps it from being one.
    pub(crate) fn check(
        role: &'static Role,
        method: &'a Method,
        resource: &str,
        this: &str,
    ) -> Result<Option<Self>> {
        let mut shape = Shape { role, sig: &method.sig, resource, this, faults: Diag::default() };
        shape.qualifiers();
        shape.receiver();
        let types = shape.arguments().zip(shape.output());
        let mut attempts = shape.attempts(method);
        let recorded = attempts.span.take().unwrap_or_default();
        recorded.check_fields(Some(&show(&method.sig.inputs)), &mut shape.faults);
        let handler =
            types.map(|(arguments, output)| Self { role, method, arguments, output, attempts, recorded });
        shape.faults.finish(handler)
    }
}

/// The check of one signature.
struct Shape<'a, 'r> {
    role: &'static Role,
    sig: &'a Signature,
    resource: &'r str,
    /// The controller's type.
    this: &'r str,
    faults: Diag,
}

impl<'a> Shape<'a, '_> {
    fn fault(&mut self, tokens: &dyn ToTokens, rest: &str) {
        self.faults.at(tokens, format!("the `{}` handler {rest}", self.role.name));
    }

    /// `async`; not `const`, `unsafe` or `extern`; no types or constants of its own.
    fn qualifiers(&mut self) {
        let sig @ Signature { fn_token, constness, abi, .. } = self.sig;
        let instead = quote!(#constness #abi);
        if sig.asyncness.is_none() {
            let at: &dyn ToTokens = if instead.is_empty() { fn_token } else { &instead };
            self.fault(at, &answer::no_async(&show(&instead), &show(&sig.output)));
        } else if let Some(abi) = abi {
            self.fault(abi, "cannot be `extern`, since the runtime calls it; remove that");
        }
        if let Safety::Unsafe(token) = &sig.safety {
            self.fault(token, "cannot be `unsafe`, since the runtime calls it; remove that");
        }
        for param in sig.generics.params.iter().filter(|param| !matches!(param, GenericParam::Lifetime(_))) {
            let (name, inputs, output) = (show(param), show(&sig.inputs), show(&sig.output));
            let ty = self.role.ty(self.resource);
            self.fault(param, &answer::no_parameter(&name, &inputs, &output, ty));
        }
    }

    /// `&self`, and no other way to take it.
    fn receiver(&mut self) {
        let Some(receiver) = self.sig.receiver() else {
            if let Some(argument) = self.named_receiver() {
                let (pat, written) = (show(&argument.pat), show(argument));
                let rest = format!("takes `&self`: write `&self` for `{written}`, and `self` for `{pat}`");
                return self.fault(argument, &rest);
            }
            let rest = answer::no_self(self.role, &show(&self.sig.inputs), self.resource);
            return self.fault(&self.sig.ident, &rest);
        };
        match &receiver.kind {
            ReceiverKind::Reference(_, _, None) => {}
            ReceiverKind::Typed(_, ty) if meant::is_shared_self(&show(ty)) => {}
            ReceiverKind::Reference(_, _, Some(_)) => self.fault(
                receiver,
                "takes `&self`: handlers run concurrently\n= help: keep state that changes in a `Mutex` or an atomic",
            ),
            _ => self.fault(receiver, "takes `&self`, so that one controller value serves every object"),
        }
    }

    /// A first argument that must be meant for the receiver: `web: &Web`.
    fn named_receiver(&self) -> Option<&'a PatType> {
        let Some(FnArg::Typed(first)) = self.sig.inputs.first() else { return None };
        let shown = show(&first.ty);
        ["Self", self.this].contains(&meant::pointee(&shown).unwrap_or(&shown)).then_some(first)
    }

    /// Perhaps a context, then the object or key.
    fn arguments(&mut self) -> Option<(Option<&'a PatType>, &'a PatType)> {
        let subject = self.role.subject;
        let receivers = usize::from(self.sig.receiver().is_some() || self.named_receiver().is_some());
        let arguments: Vec<_> = (self.sig.inputs.iter().skip(receivers))
            .filter_map(|input| if let FnArg::Typed(argument) = input { Some(argument) } else { None })
            .collect();
        for (at, argument) in arguments.iter().take(2).enumerate() {
            let ty = if at + 1 < arguments.len() { "Context" } else { self.role.ty(self.resource) };
            if let Some(rest) = answer::no_argument(&show(&argument.ty), ty) {
                self.fault(&argument.ty, &rest);
            }
        }
        let is_context = |arg: &PatType| meant::is_context(&show(&arg.ty));
        let (at, fault) = match arguments[..] {
            [] | [_] if arguments.iter().all(|it| is_context(it) && self.resource != "Context") => {
                (self.sig.ident.to_token_stream(), self.role.takes("", self.resource))
            }
            [subject] => return Some((None, subject)),
            [first, last] if is_context(last) && !is_context(first) && self.resource != "Context" => {
                let written = [last, first].map(|it| show(it)).join(", ").replace("Arc<Context>", "Context");
                let fault = format!("takes the context first: write `{written}`");
                (quote!(#first, #last), fault)
            }
            [first, last]
                if !answer::are_neither(&show(&first.ty), &show(&last.ty), self.resource)
                    && (!self.is_subject(first) || self.is_subject(last)) =>
            {
                return Some((Some(first), last));
            }
            _ if !arguments.iter().any(|it| is_context(it) || self.is_subject(it)) => {
                (quote!(#(#arguments),*), self.role.takes("a context and ", self.resource))
            }
            _ => {
                let object = arguments.iter().position(|argument| self.is_subject(argument)).unwrap_or(1);
                let is_more = |(at, argument): &(usize, &&PatType)| {
                    *at != object && !is_context(argument) && (*at != 0 || object == 0)
                };
                let more: Vec<_> = arguments.iter().enumerate().filter(is_more).map(|(_, it)| it).collect();
                let help = more.first().map_or("", |it| answer::argument(&show(&it.pat), &show(&it.ty)));
                (quote!(#(#more),*), format!("takes a context and the {subject}, no more\n= help: {help}"))
            }
        };
        self.fault(&at, &fault);
        None
    }

    /// Whether it is the object or the key, by its type.
    fn is_subject(&self, argument: &PatType) -> bool {
        let shown = show(&argument.ty);
        let is_key = *self.role == DELETE && shown.ends_with("ObjectKey");
        is_key || *self.role != DELETE && meant::pointee(&shown).unwrap_or(&shown) == self.resource
    }

    /// What `#[handler(..)]` says.
    fn attempts(&mut self, method: &Method) -> Attempts {
        let attempts: Attempts = match &method.settings[..] {
            [Attribute { meta: Meta::List(list), .. }] => parse(list.tokens.clone(), &mut self.faults),
            settings => {
                let fault = "`#[handler(..)]` goes once on a handler, with what it sets; remove this one";
                settings.last().into_iter().for_each(|attr| self.faults.at(attr, fault));
                Attempts::default()
            }
        };
        if let Some(place) = attempts.span.as_ref().and_then(|span| span.given.get("err")) {
            let fault = "`err` belongs to the whole controller: move it to `#[controller(span(..))]`";
            self.faults.push(Error::new(place, fault));
        }
        attempts
    }

    fn output(&mut self) -> Option<&'a Type> {
        let ReturnType::Type(_, ty) = &self.sig.output else {
            // Of one that is not `async` either it is said there.
            if self.sig.asyncness.is_some() {
                self.fault(&self.sig.ident, "must return a `Result`, so that a failure can be retried");
            }
            return None;
        };
        if meant::mentions(&show(ty), "impl") && self.sig.asyncness.is_some() {
            self.fault(ty, "cannot return `impl Trait`: write the `Result`");
        }
        Some(ty)
    }
}
