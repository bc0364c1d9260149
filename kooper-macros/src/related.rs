//! Objects of other kinds: `owns(ConfigMap, labels = "a=b")` and `watches(Secret, map = Self::users)`.

use crate::{
    args::{Arguments, Row, Selected, parse, rest},
    diag::Diag,
    value::show,
};
use proc_macro2::{Group, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    Error, Ident, Result, Token, Type,
    parse::{Parse, ParseStream, Parser},
};

/// A kind, and which objects of it.
pub(crate) struct Related {
    /// The argument's name, where it stands.
    name: Ident,
    pub(crate) ty: Type,
    args: Selected,
}

impl Related {
    /// What stands in the parentheses. That there is something is known.
    pub(crate) fn read(row: &Row, place: Span, input: ParseStream<'_>) -> Result<Self> {
        let list: Group = input.parse()?;
        let mut faults = Diag::default();
        let of = |inside: ParseStream<'_>| {
            let ty = kind(row, inside)?;
            if !inside.is_empty() && !inside.peek(Token![,]) {
                faults.push(inside.error("expected `,` between arguments"));
            }
            inside.parse::<Option<Token![,]>>()?;
            if let Ok(second) = inside.fork().parse::<Type>()
                && show(&second).rsplit("::").next().is_some_and(|name| name.starts_with(char::is_uppercase))
            {
                let each = row.example.replace(example_type(row.example), &show(&second));
                let fault = format!("`{}` takes one type: write `{each}` beside it", row.name);
                return Err(Error::new_spanned(second, fault));
            }
            let args: Selected = parse(inside.parse()?, &mut faults);
            let map = args.given.get("map");
            if let (Some(map), "owns") = (map, row.name) {
                let fault = "`owns` takes no `map`, since owner references lead to the owner; remove it";
                faults.push(Error::new(*map, fault));
            } else if map.is_none() && row.name == "watches" {
                let written = row.example.replace(example_type(row.example), &show(&ty));
                let fault = format!("`watches` needs `map`, a function that gives keys: write `{written}`");
                faults.push(Error::new_spanned(&ty, fault));
            }
            Ok(Self { name: Ident::new(row.name, place), ty, args })
        };
        let related = of.parse2(list.stream());
        let related = faults.take(related);
        match related {
            Some(related) => faults.finish(related),
            None => Err(faults.finish(()).err().unwrap_or_else(|| input.error("expected a type"))),
        }
    }
}

/// The type that comes first.
fn kind(row: &Row, input: ParseStream<'_>) -> Result<Type> {
    let ahead = input.fork();
    match ahead.parse::<Type>() {
        Ok(ty @ (Type::Path(_) | Type::Macro(_) | Type::Group(_))) if !ahead.peek(Token![=]) => {
            syn::parse::discouraged::Speculative::advance_to(input, &ahead);
            Ok(ty)
        }
        _ => {
            let fault = format!("`{}` begins with a type: write `{}`", row.name, row.example);
            Err(Error::new_spanned(rest(input)?, fault))
        }
    }
}

/// The type in the example of a row: `ConfigMap` in `owns(ConfigMap)`.
pub(crate) fn example_type(example: &str) -> &str {
    let (_, inside) = example.split_once('(').unwrap_or(("", example));
    inside.split([',', ')']).next().unwrap_or(inside)
}

/// What should have been written for `owns = ConfigMap` or `owns = [ConfigMap, Secret]`.
pub(crate) fn as_list(row: &Row, value: TokenStream) -> String {
    let one = |ty: &Type| row.example.replace(example_type(row.example), &show(ty));
    let list = |input: ParseStream<'_>| {
        let inside;
        syn::bracketed!(inside in input);
        inside.parse_terminated(Type::parse, Token![,])
    };
    if let Ok(types) = list.parse2(value.clone()) {
        return types.iter().map(one).collect::<Vec<_>>().join(", ");
    }
    syn::parse2(value).map_or_else(|_| row.example.into(), |ty| one(&ty))
}

impl ToTokens for Related {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let (ty, args, namespaces) = (&self.ty, &self.args, self.args.namespace.iter());
        let (labels, fields) = (args.set("labels", &args.labels), args.set("fields", &args.fields));
        let (call, map) = (&self.name, args.map.iter());
        let source = quote!(__kooper::source::<#ty>() #(.namespaces(#namespaces))* #labels #fields);
        tokens.extend(quote!(.#call(#source #(, #map)*)));
    }
}
