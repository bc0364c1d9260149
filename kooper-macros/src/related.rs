//! Objects of other kinds: `owns(ConfigMap, labels = "a=b")` and `watches(Secret, map = Self::users)`.

use crate::args::{Arguments, Mapped, Row, Selected, parse, rest, separator};
use crate::diag::Diag;
use crate::value::{self, show};
use kooper_syntax::{kind, setting};
use proc_macro2::{Group, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::{Error, Ident, Result, Type};

/// A kind, and which objects of it.
pub(crate) struct Related {
    /// The argument's name, where it stands.
    name: Ident,
    pub(crate) ty: Type,
    selected: Selected,
    pub(crate) map: Option<TokenStream>,
}

impl Related {
    /// What stands in the parentheses. That there is something is known.
    pub(crate) fn read(row: &Row, place: Span, input: ParseStream<'_>) -> Result<Self> {
        let list: Group = input.parse()?;
        let mut faults = Diag::default();
        let of = |inside: ParseStream<'_>| {
            let ty = value::kind(row, inside)?;
            separator(inside, &mut faults)?;
            let second = rest(&inside.fork())?;
            if let Some(fault) = kind::second(row.name, &show(&second), row.example) {
                return Err(Error::new_spanned(second, fault));
            }
            let (name, rest) = (Ident::new(row.name, place), inside.parse()?);
            if row.name == "owns" {
                return Ok(Self { name, ty, selected: parse(rest, &mut faults), map: None });
            }
            let Mapped { map, labels, fields, namespace, given } = parse(rest, &mut faults);
            if !given.has("map") {
                faults.at(&ty, setting::no_map(row.example, &show(&ty)));
            }
            Ok(Self { name, ty, selected: Selected { labels, fields, namespace, given }, map })
        };
        let related = of.parse2(list.stream());
        let related = faults.take(related);
        faults.finish(related)?.ok_or_else(|| input.error("expected a type"))
    }
}

impl ToTokens for Related {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let Self { name, ty, selected, map } = self;
        let (selectors, namespaces) = (setters!(selected: labels fields), selected.namespace.iter());
        let source = Ident::new(if map.is_some() { "mapped" } else { "source" }, selected.place("map"));
        let (within, map) = (Ident::new("namespaces", selected.place("namespace")), map.iter());
        // A kind that has no namespace is told of where its type stands.
        let namespaces = namespaces.map(|names| quote!(__kooper::within::<#ty>(#names)));
        let source = quote!(__kooper::#source::<#ty>() #(.#within(#namespaces))* #(#selectors)*);
        tokens.extend(quote!(.#name(#source #(, #map)*)));
    }
}
