//! The values of arguments: one reader for each form. A literal is checked here; a path is a constant, for rustc to check.

use crate::args::{Row, rest};
use crate::diag::Diag;
use kooper_syntax::selector::{check_fields, check_labels};
use kooper_syntax::{Checked, kind, meant, name, setting, word};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use std::{fmt::Display, ops::RangeInclusive, time::Duration};
use syn::parse::{Parse, ParseStream, discouraged::Speculative};
use syn::{Error, Expr, ExprLit, Ident, Lit, Result, Type, spanned::Spanned};

/// How long, or how often.
pub(crate) enum Time {
    Known(Duration, Span),
    Code(TokenStream),
}

/// An expression as the value of an argument.
pub(crate) struct Value<'a> {
    row: &'a Row,
    pub(crate) expr: &'a Expr,
    /// The expression as it would be written.
    pub(crate) shown: String,
}

/// The reader of an argument whose value is an expression, with what makes something of it.
pub(crate) fn expr<T>(make: impl Fn(&Value<'_>) -> Result<T>) -> impl Fn(&Row, ParseStream<'_>) -> Result<T> {
    move |row, input| make(&Value::new(row, &operand(row, input, "takes a value: write")?)?)
}

/// What stands here, if it is a `T`, else an error that says what the argument `takes`.
pub(crate) fn operand<T: Parse>(row: &Row, input: ParseStream<'_>, takes: &str) -> Result<T> {
    // Not `input` itself: `syn` would say once more what is left over in a group.
    let ahead = input.fork();
    let fault = |_| {
        let tokens = rest(&input.fork()).unwrap_or_default();
        let (name, text) = (row.name, meant::text(&show(&tokens)));
        let is_selector = name == "labels" && check_labels(&text).is_ok();
        let written = if is_selector { format!("{name} = {text:?}") } else { row.example.into() };
        Error::new_spanned(tokens, format!("`{name}` {takes} `{written}`"))
    };
    let operand = ahead.parse().map_err(fault)?;
    input.advance_to(&ahead);
    Ok(operand)
}

impl<'a> Value<'a> {
    fn new(row: &'a Row, mut expr: &'a Expr) -> Result<Self> {
        // `macro_rules!` puts its fragments into groups.
        while let Expr::Group(group) = expr {
            expr = &group.expr;
        }
        let value = Self { row, shown: show(expr), expr };
        let text = value.shown.trim_matches('"');
        word::tried(row.name, text).map_or(Ok(()), |fault| value.fail(fault))?;
        Ok(value)
    }

    pub(crate) fn fail<T>(&self, fault: impl Display) -> Result<T> {
        Err(Error::new_spanned(self.expr, fault))
    }

    /// Whether it is the path of a constant, not a word that lacks its quotes.
    pub(crate) fn is_const(&self) -> bool {
        matches!(self.expr, Expr::Path(_)) && !name::is_dns_label(&self.shown)
    }

    /// What the string literal says, if it is one.
    fn literal(&self) -> Option<String> {
        let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &self.expr else { return None };
        Some(text.value())
    }

    /// What the string literal says, else an error that says what the argument `takes`, with quotes around what `fits`.
    pub(crate) fn text(&self, takes: &str, fits: &dyn Fn(&str) -> bool) -> Result<String> {
        let (Row { name, example, .. }, text) = (self.row, meant::text(&self.shown));
        if let Some(text) = self.literal() {
            return Ok(text);
        }
        let is_meant = !matches!(self.expr, Expr::Lit(_)) && fits(&text);
        self.fail(setting::no_text(name, takes, is_meant.then_some(&text), &self.shown, example))
    }

    /// What the string literal says, if it is a DNS label.
    pub(crate) fn dns_label(&self, takes: &str, fits: &dyn Fn(&str) -> bool) -> Result<String> {
        let text = self.text(takes, fits)?;
        let checked = name::check_dns_label(&text);
        checked.map_or_else(|fault| self.fail(format!("`{}` {fault}", self.row.name)), |()| Ok(text))
    }
}

/// `resource = Pod`, and the type that comes first in `owns(..)` and `watches(..)`
pub(crate) fn kind(row: &Row, input: ParseStream<'_>) -> Result<Type> {
    let code = rest(&input.fork())?;
    match kind::no_type(row.name, &show(&code), row.example) {
        Some(fault) => Err(Error::new_spanned(rest(input)?, fault)),
        None => operand(row, input, kind::takes(row.name)),
    }
}

/// `namespace = "prod"`, `namespace = ["a", "b"]` or a path
pub(crate) fn namespaces(value: &Value<'_>) -> Result<TokenStream> {
    let (names, is_list) = match value.expr {
        _ if value.is_const() => return Ok(value.expr.to_token_stream()),
        Expr::Array(list) => (list.elems.iter().collect(), true),
        name => (vec![name], false),
    };
    let mut faults = Diag::default();
    let mut seen = Vec::new();
    for expr in names {
        let takes = "takes a string, a list of strings or a path";
        let fits = |text: &str| !is_list && name::is_dns_label(text);
        let name = Value::new(value.row, expr).and_then(|name| name.dns_label(takes, &fits));
        let Some(name) = faults.take(name) else { continue };
        if seen.contains(&name) {
            faults.at(expr, format!("{name:?} is listed twice; remove one"));
        }
        seen.push(name);
    }
    faults.finish(value.expr.to_token_stream())
}

/// What a text is not, and the check of that.
type Rule = (&'static str, fn(&str) -> Checked);
pub(crate) const LABELS: Rule = ("is not a label selector: ", check_labels);
pub(crate) const FIELDS: Rule = ("is not a field selector: ", check_fields);
pub(crate) const FINALIZER: Rule = ("", name::check_finalizer);

/// `labels = "app=web"` or a path
pub(crate) fn checked((not, check): &Rule) -> impl Fn(&Value<'_>) -> Result<TokenStream> {
    move |value| {
        if value.is_const() {
            return Ok(constant(value, "IsText"));
        }
        let checked = check(&value.text("takes a string or a path", &|text| check(text).is_ok())?);
        let told = |fault: String| format!("`{}` {not}{}", value.row.name, fault.replace("; ", "\n= help: "));
        checked.map_or_else(|fault| value.fail(told(fault)), |()| Ok(value.expr.to_token_stream()))
    }
}

/// `filter = Self::is_ours`
pub(crate) fn function(value: &Value<'_>) -> Result<TokenStream> {
    let Row { name, example, .. } = value.row;
    match value.expr {
        Expr::Path(path) if setting::may_be_function(&value.shown) => Ok(path.to_token_stream()),
        _ => value.fail(setting::no_function(name, &value.shown, example)),
    }
}

/// `retries = 3` or a path
pub(crate) fn count(value: &Value<'_>) -> Result<TokenStream> {
    let Row { name, example, .. } = value.row;
    match setting::count(name, &value.shown, example) {
        _ if matches!(value.expr, Expr::Path(_)) => Ok(constant(value, "IsCount")),
        Ok(()) => Ok(value.expr.to_token_stream()),
        Err(fault) => value.fail(fault),
    }
}

/// `"30s"` or a path
pub(crate) fn time(value: &Value<'_>) -> Result<Time> {
    let Row { name, example, .. } = value.row;
    match (value.expr, setting::time(name, value.literal().as_deref(), &value.shown, example)) {
        (Expr::Path(_), _) if *name == "backoff" => Ok(Time::Code(constant(value, "IsBackoff"))),
        (Expr::Path(_), _) => Ok(Time::Code(constant(value, "IsDuration"))),
        (text, Ok(duration)) => Ok(Time::Known(duration, text.span())),
        (_, Err(fault)) => value.fail(fault),
    }
}

/// `"10/s"` or a path
pub(crate) fn rate(value: &Value<'_>) -> Result<TokenStream> {
    let Row { name, example, .. } = value.row;
    match (value.expr, setting::rate(name, value.literal().as_deref(), example)) {
        (Expr::Path(_), _) => Ok(constant(value, "IsRate")),
        (text, Ok((count, per))) => {
            let (count, per) = (Literal::u32_unsuffixed(count), Time::Known(per, text.span()));
            Ok(quote!(__kooper::RateLimit::new(#count, #per)))
        }
        (_, Err(fault)) => value.fail(fault),
    }
}

/// `resync = "3m"`, `resync = "never"` or a path
pub(crate) fn resync(value: &Value<'_>) -> Result<Time> {
    match value.shown.as_str() {
        "\"never\"" => Ok(Time::Code(quote!(__kooper::NEVER))),
        "never" => value.fail("`never` is written as a string: `resync = \"never\"`"),
        _ => time(value),
    }
}

/// `factor = 2`, which is one of `range`
pub(crate) fn number(range: RangeInclusive<f64>, fault: &str) -> impl Fn(&Value<'_>) -> Result<Literal> {
    move |value| {
        let number = setting::number(value.row.name, &value.shown, &range, fault, value.row.example);
        number.map_or_else(|fault| value.fail(fault), |number| Ok(Literal::f64_unsuffixed(number)))
    }
}

/// `crate = ::kp`
pub(crate) fn krate(value: &Value<'_>) -> Result<TokenStream> {
    let is_absolute = ["::", "crate", "$crate"].iter().any(|start| value.shown.starts_with(start));
    match value.expr {
        Expr::Path(path) if is_absolute => Ok(path.to_token_stream()),
        _ => value.fail(format!("`crate` takes an absolute path, such as `{}`", value.row.example)),
    }
}

/// The call by which rustc tells, at a constant, that its type is wrong.
fn constant(value: &Value<'_>, by: &str) -> TokenStream {
    let (constant, by) = (value.expr, Ident::new(by, Span::call_site()));
    quote_spanned!(constant.span()=> __kooper::#by::it(#constant))
}

/// Tokens as they would be written in one line.
pub(crate) fn show(tokens: &dyn ToTokens) -> String {
    meant::tight(&tokens.to_token_stream().to_string())
}
