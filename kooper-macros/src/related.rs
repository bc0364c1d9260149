//! Objects of other kinds: `owns(ConfigMap, labels = "a=b")` and `watches(Secret, map = Self::users)`.

use crate::args::{Arguments, Row, Selected, parse, rest, separator};
use crate::diag::Diag;
use crate::value::show;
use kooper_syntax::meant;
use proc_macro2::{Group, Span, TokenStream};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::{Error, Ident, Result, Token, Type};

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
            separator(inside, &mut faults)?;
            if let Ok(second) = inside.fork().parse::<Type>()
                && show(&second).rsplit("::").next().is_some_and(|name| name.starts_with(char::is_uppercase))
            {
                let each = meant::each(row.example, &show(&second));
                let fault = format!("`{}` takes one type: write `{each}` beside it", row.name);
                return Err(Error::new_spanned(second, fault));
            }
            let args: Selected = parse(inside.parse()?, &mut faults);
            if let (Some(_), "owns") = (&args.map, row.name) {
                let fault = "`owns` takes no `map`, since owner references lead to the owner; remove it";
                faults.push(Error::new(args.place("map"), fault));
            } else if !args.given.contains_key("map") && row.name == "watches" {
                let written = meant::each(row.example, &show(&ty));
                let fault = format!("`watches` needs `map`, a function that gives keys: write `{written}`");
                faults.push(Error::new_spanned(&ty, fault));
            }
            Ok(Self { name: Ident::new(row.name, place), ty, args })
        };
        let related = of.parse2(list.stream());
        let related = faults.take(related);
        faults.finish(related)?.ok_or_else(|| input.error("expected a type"))
    }
}

/// The type that comes first.
fn kind(row: &Row, input: ParseStream<'_>) -> Result<Type> {
    let ahead = input.fork();
    match ahead.parse::<Type>() {
        Ok(ty @ (Type::Path(_) | Type::Macro(_) | Type::Group(_))) if !ahead.peek(Token![=]) => {
            syn::parse::discouraged::Speculative::advance_to(input, &ahead);
            let Some(inner) = meant::pointee(&show(&ty)).map(str::to_owned) else { return Ok(ty) };
            let written = meant::each(row.example, &inner);
            Err(Error::new_spanned(ty, format!("`{}` takes the type itself: write `{written}`", row.name)))
        }
        _ => {
            let fault = format!("`{}` begins with a type: write `{}`", row.name, row.example);
            Err(Error::new_spanned(rest(input)?, fault))
        }
    }
}

impl ToTokens for Related {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let (ty, args, namespaces) = (&self.ty, &self.args, self.args.namespace.iter());
        let selectors = setters!(args: labels fields);
        let (call, map) = (&self.name, args.map.iter());
        let within = Ident::new("namespaces", args.place("namespace"));
        let source = Ident::new(if args.map.is_some() { "mapped" } else { "source" }, args.place("map"));
        let source = quote!(__kooper::#source::<#ty>() #(.#within(#namespaces))* #(#selectors)*);
        tokens.extend(quote!(.#call(#source #(, #map)*)));
    }
}
