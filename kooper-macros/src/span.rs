//! What is recorded of attempts: `span(level = "debug", fields(node = %pod.node()))`.

use crate::args::{Arguments, Given, Row, Table, list, parse, rest};
use crate::diag::Diag;
use crate::value::{Value, expr, show};
use kooper_syntax::{field, meant, word};
use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Error, Expr, Ident, LitStr, Result, Token};

arguments! {
    /// What stands in the parentheses of `span(..)`.
    Recorded: "`span` option" {
        "level" level: TokenStream = expr(level), "level = \"debug\"";
        "name" name: String = expr(|text| text.text("takes a string", &word::is_lower)), "name = \"pod\"";
        "target" target: String = expr(|text| text.text("takes a string", &word::is_lower)), "target = \"ops::pods\"";
        "err" err: TokenStream = expr(level), "err = \"debug\"";
        "fields" fields: Vec<Field> = fields, "fields(node = %pod.node())";
    }
}

/// `node = %pod.node()`; without a value it is only declared.
pub(crate) struct Field {
    name: Punctuated<Ident, Token![.]>,
    /// The function that the sigil stands for.
    shown_by: Ident,
    value: Option<Expr>,
}

impl Recorded {
    /// What stands in the parentheses. That there is something is known.
    pub(crate) fn read_list(_: &Row, input: ParseStream<'_>) -> Result<Self> {
        let mut faults = Diag::default();
        let recorded: Self = parse(input.parse::<Group>()?.stream(), &mut faults);
        if show(&recorded.level).ends_with("LevelFilter::OFF") {
            for (name, place) in recorded.given.besides("level") {
                let fault = format!("`{name}` has no effect with `level = \"off\"`; remove it");
                faults.push(Error::new(*place, fault));
            }
        }
        faults.finish(recorded)
    }

    /// That no field needs what is not known: an argument, where these are those of all handlers, else a part of one.
    pub(crate) fn check_fields(&self, arguments: Option<&str>, diag: &mut Diag) {
        for value in self.own().filter_map(|field| field.value.as_ref()) {
            if let Some(fault) = field::unknown(&show(value), arguments) {
                diag.at(value, fault);
            }
        }
    }

    /// The fields of a handler's span: its own, then those of all.
    fn fields_with<'a>(&'a self, all: &'a Self) -> impl Iterator<Item = &'a Field> {
        let is_free = |field: &&Field| self.own().all(|other| other.name() != field.name());
        self.own().chain(all.own().filter(is_free))
    }

    fn own(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().flatten()
    }

    /// The calls that tell the place of a span of it.
    pub(crate) fn calls(&self) -> [Option<TokenStream>; 4] {
        setters!(self: name target level err)
    }

    /// The call that tells the place of a handler's span which fields it has.
    pub(crate) fn names(&self, all: &Self) -> Option<TokenStream> {
        let names: Vec<_> = self.fields_with(all).map(Field::name).collect();
        let setter = Ident::new("fields", if self.fields.is_some() { self } else { all }.place("fields"));
        (!names.is_empty()).then(|| quote!(.#setter(&[#(#names),*])))
    }

    /// What is recorded when a handler is called, if anything is.
    pub(crate) fn values(&self, all: &Self) -> Option<TokenStream> {
        let records = self.fields_with(all).filter_map(|field| {
            let (name, value, by) = (field.name(), field.value.as_ref()?, &field.shown_by);
            // What is wrong with the type of a value is told where the value stands.
            let value = quote_spanned!(value.span()=> &#value);
            Some(quote!(.record(#name, __kooper::#by(#value))))
        });
        let (records, span): (Vec<_>, _) = (records.collect(), Ident::new("span", Span::mixed_site()));
        // Where the names stand at the handler's own argument, this stands at that of all.
        let record = Ident::new("record", if self.fields.is_some() { all } else { self }.place("fields"));
        (!records.is_empty()).then(|| quote!(__kooper::#record(|#span| #span #(#records)*);))
    }
}

fn fields(_: &Row, input: ParseStream<'_>) -> Result<Vec<Field>> {
    let (mut faults, mut fields) = (Diag::default(), Vec::new());
    list(input.parse::<Group>()?.stream(), &mut faults, &mut |input| {
        Field::one(input).map(|field| fields.push(field))
    });
    for (at, field) in fields.iter().enumerate() {
        let name = field.name();
        if let Err(fault) = field::check(&name) {
            faults.at(&field.name, fault);
        } else if fields[..at].iter().any(|other| other.name() == name) {
            faults.at(&field.name, format!("the field `{name}` is given twice; remove one"));
        }
    }
    faults.finish(fields)
}

impl Field {
    fn one(input: ParseStream<'_>) -> Result<Self> {
        if !input.peek(Ident::peek_any) {
            let (mut tokens, is_row) = (rest(input)?, input.peek2(LitStr));
            if is_row {
                tokens.extend([input.parse::<TokenTree>()?]);
                tokens.extend(rest(input)?);
            }
            let written = meant::field(&show(&tokens));
            let fault = format!("a field begins with its name: write `{written}`");
            return Err(Error::new_spanned(tokens, fault));
        }
        let name = Punctuated::parse_separated_nonempty_with(input, Ident::parse_any)?;
        let (equals, mut by, mut value) = (input.parse::<Option<Token![=]>>()?, "plain", None);
        if input.peek(Token![:]) {
            return Err(input.error(format!("expected `=`: write `{} = %value`", show(&name))));
        }
        if equals.is_some() {
            if input.parse::<Option<Token![%]>>()?.is_some() {
                by = "display";
            } else if input.parse::<Option<Token![?]>>()?.is_some() {
                by = "debug";
            }
            let fault = format!("`{0}` has no value after the `=`: write `{0} = %value`", show(&name));
            value = Some(input.parse().map_err(|_| Error::new_spanned(&name, fault))?);
        }
        Ok(Self { name, shown_by: Ident::new(by, Span::mixed_site()), value })
    }

    /// Its name, as it is recorded.
    fn name(&self) -> String {
        self.name.iter().map(|part| part.unraw().to_string()).collect::<Vec<_>>().join(".")
    }
}

fn level(value: &Value<'_>) -> Result<TokenStream> {
    if value.shown.starts_with("Self") {
        return value.fail("a static holds the level: write the controller's type for `Self`");
    }
    if value.is_const() {
        let path = &value.expr;
        return Ok(quote!(__kooper::level(#path)));
    }
    let level = word::level(&value.text("takes a string or a path", &|text| word::level(text).is_ok())?)
        .or_else(|fault| value.fail(fault))?;
    let level = format_ident!("{}", level.to_uppercase());
    Ok(quote!(__kooper::LevelFilter::#level))
}
