//! The values of arguments: one reader for each form. A literal is checked here; a path is a constant, for rustc to check.

use crate::{args::Row, diag::Diag};
use kooper_syntax::{Checked, duration, name, rate as rates, word};
use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote};
use std::{fmt::Display, ops::RangeInclusive, time::Duration};
use syn::{
    Error, Expr, ExprLit, Lit, LitStr, Path, Result, Type,
    parse::{Parse, ParseStream, discouraged::Speculative},
};

/// How long, or how often.
pub(crate) enum Time {
    Known(Duration, Span),
    Const(Expr),
    Never,
}

/// An expression as the value of an argument.
pub(crate) struct Value<'a> {
    row: &'a Row,
    pub(crate) expr: Expr,
    /// The expression as it would be written.
    pub(crate) shown: String,
}

/// The reader of an argument whose value is an expression, with what makes something of it.
pub(crate) fn expr<T>(make: impl Fn(&Value<'_>) -> Result<T>) -> impl Fn(&Row, ParseStream<'_>) -> Result<T> {
    move |row, input| make(&Value::new(row, operand(row, input, "takes a value: write")?)?)
}

/// What stands here, if it is a `T`, else an error that says what the argument `takes`.
fn operand<T: Parse>(row: &Row, input: ParseStream<'_>, takes: &str) -> Result<T> {
    // Not `input` itself: `syn` would say once more what is left over in a group.
    let ahead = input.fork();
    let fault = |_| input.error(format!("`{}` {takes} `{}`", row.name, row.example));
    let operand = ahead.parse().map_err(fault)?;
    input.advance_to(&ahead);
    Ok(operand)
}

impl<'a> Value<'a> {
    fn new(row: &'a Row, mut expr: Expr) -> Result<Self> {
        // `macro_rules!` puts its fragments into groups.
        while let Expr::Group(group) = expr {
            expr = *group.expr;
        }
        let value = Self { row, shown: show(&expr), expr };
        let text = value.shown.trim_matches('"');
        word::tried(row.name, text).map_or(Ok(()), |fault| value.fail(fault))?;
        Ok(value)
    }

    pub(crate) fn fail<T>(&self, fault: impl Display) -> Result<T> {
        Err(Error::new_spanned(&self.expr, fault))
    }

    /// Whether it is the path of a constant, not a word that lacks its quotes.
    pub(crate) fn is_const(&self) -> bool {
        matches!(self.expr, Expr::Path(_)) && !name::is_dns_label(&self.shown)
    }

    /// What the string literal says, else an error that says what the argument `takes`.
    pub(crate) fn text(&self, takes: &str) -> Result<String> {
        let Row { name, example, .. } = self.row;
        match &self.expr {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Ok(text.value()),
            // `name = pod-printer`, without the quotes.
            Expr::Path(_) | Expr::Binary(_) if name::is_dns_label(&self.shown) => {
                self.fail(format!("`{name}` {takes}: write `{name} = {:?}`", self.shown))
            }
            _ => self.fail(format!("`{name}` {takes}, such as `{example}`")),
        }
    }

    /// What the string literal says, if it is a DNS label.
    pub(crate) fn dns_label(&self, takes: &str) -> Result<String> {
        let text = self.text(takes)?;
        let checked = name::check_dns_label(&text);
        checked.map_or_else(|fault| self.fail(format!("`{}` {fault}", self.row.name)), |()| Ok(text))
    }
}

/// `resource = Pod`
pub(crate) fn resource(row: &Row, input: ParseStream<'_>) -> Result<Type> {
    if input.peek(LitStr) {
        let text: LitStr = input.parse()?;
        let named = text.value();
        let is_type = named.contains(char::is_uppercase) && syn::parse_str::<Type>(&named).is_ok();
        let ty = if is_type { &named } else { "Pod" };
        let fault = format!("`resource` takes a type, not a string: write `resource = {ty}`");
        return Err(Error::new_spanned(text, fault));
    }
    let ty = operand(row, input, "takes a type, such as")?;
    let shown = show(&ty);
    let pointer = ["Arc<", "Box<", "Rc<", "Option<", "Vec<"].iter().find_map(|start| shown.split_once(start));
    let inner = pointer.and_then(|(_, inner)| inner.strip_suffix('>')).or_else(|| shown.strip_prefix('&'));
    let fault = match (&ty, inner) {
        _ if shown == "Self" => "`resource` takes the watched type, such as `resource = Pod`".into(),
        (_, Some(inner)) => {
            let fault = format!("`resource` takes the type itself: write `resource = {inner}`");
            if shown.contains("Arc<") { format!("{fault}; `add` may still take `{shown}`") } else { fault }
        }
        (Type::Path(_) | Type::Macro(_) | Type::Group(_) | Type::Paren(_), None) => return Ok(ty),
        _ => format!("`resource` takes a type by its name, such as `{}`", row.example),
    };
    Err(Error::new_spanned(ty, fault))
}

/// `namespace = "prod"`, `namespace = ["a", "b"]` or a path
pub(crate) fn namespaces(value: &Value<'_>) -> Result<Expr> {
    let names = match &value.expr {
        _ if value.is_const() => return Ok(value.expr.clone()),
        Expr::Array(list) => list.elems.iter().collect(),
        name => vec![name],
    };
    let mut faults = Diag::default();
    let mut seen = Vec::new();
    for expr in names {
        let name = Value::new(value.row, expr.clone()).and_then(|name| namespace(&name));
        let Some(name) = faults.take(name) else { continue };
        if seen.contains(&name) {
            faults.at(expr, format!("{name:?} is listed twice; remove one"));
        }
        seen.push(name);
    }
    faults.finish(value.expr.clone())
}

fn namespace(value: &Value<'_>) -> Result<String> {
    let takes = "takes a string, a list of strings or a path";
    let text = value.text(takes)?;
    if text.contains(',') {
        let names: Vec<&str> = text.split(',').map(str::trim).collect();
        return value.fail(format!("`namespace` takes several as a list: write `namespace = {names:?}`"));
    }
    value.dns_label(takes)
}

/// `labels = "app=web"` or a path
pub(crate) fn checked(not: &str, check: fn(&str) -> Checked) -> impl Fn(&Value<'_>) -> Result<Expr> {
    move |value| {
        if !value.is_const()
            && let Err(fault) = check(&value.text("takes a string or a path")?)
        {
            let fault = fault.replace("; ", "\n= help: ");
            return value.fail(format!("`{}` {not}{fault}", value.row.name));
        }
        Ok(value.expr.clone())
    }
}

/// `filter = Self::is_ours`
pub(crate) fn function(value: &Value<'_>) -> Result<Expr> {
    let Row { name, example, .. } = value.row;
    let help = match &value.expr {
        Expr::Path(_) => return Ok(value.expr.clone()),
        Expr::Closure(_) => format!("\n= help: a closure can be given at run time, by `Controller::{name}`"),
        _ => String::new(),
    };
    value.fail(format!("`{name}` takes the path of a function, such as `{example}`{help}"))
}

/// `retries = 3` or a path
pub(crate) fn count(value: &Value<'_>) -> Result<Expr> {
    let Row { name, example, .. } = value.row;
    let fault = match &value.expr {
        Expr::Path(_) => return Ok(value.expr.clone()),
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => match int.base10_parse::<u32>() {
            Ok(_) if matches!(int.suffix(), "" | "u32") => return Ok(value.expr.clone()),
            Ok(count) => format!("`{name}` is a `u32`: write `{name} = {count}`"),
            Err(_) => format!("`{name}` must fit in a `u32`"),
        },
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if text.value().parse::<u32>().is_ok() => {
            format!("`{name}` takes an integer, not a string: write `{name} = {}`", text.value())
        }
        _ if value.shown.starts_with('-') => format!("`{name}` cannot be negative; write `{name} = 0`"),
        _ => format!("`{name}` takes an integer or a path to a `u32` constant, such as `{example}`"),
    };
    value.fail(fault)
}

/// `"30s"` or a path
pub(crate) fn time(value: &Value<'_>) -> Result<Time> {
    let Row { name, example, .. } = value.row;
    let fault = match &value.expr {
        Expr::Path(_) => return Ok(Time::Const(value.expr.clone())),
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => match duration::parse(&text.value()) {
            Ok(duration) if duration.is_zero() => format!("`{name}` must be longer than zero"),
            Ok(duration) => return Ok(Time::Known(duration, text.span())),
            Err(fault) => format!("`{name}` is not a valid duration: {fault}"),
        },
        _ => match duration::unquoted(&value.shown) {
            Some(meant) => format!("`{name}` takes a duration with a unit: write `{name} = {meant:?}`"),
            None => format!("`{name}` takes a duration or a path to one, such as `{example}`"),
        },
    };
    value.fail(fault)
}

/// `"10/s"` or a path
pub(crate) fn rate(value: &Value<'_>) -> Result<TokenStream> {
    let Row { name, example, .. } = value.row;
    let fault = match &value.expr {
        path @ Expr::Path(_) => return Ok(quote!(__kooper::rate_limit(#path))),
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => match rates::parse(&text.value()) {
            Ok((count, per)) => {
                let (count, per) = (Literal::u32_unsuffixed(count), Time::Known(per, text.span()));
                return Ok(quote!(__kooper::RateLimit::new(#count, #per)));
            }
            Err(_) if !text.value().contains('/') => {
                format!("`{name}` is a count per duration, such as `{example}`")
            }
            Err(fault) => format!("`{name}` is not a valid rate: {fault}"),
        },
        _ => format!("`{name}` takes a count per duration or a path to one, such as `{example}`"),
    };
    value.fail(fault)
}

/// `resync = "3m"`, `resync = "never"` or a path
pub(crate) fn resync(value: &Value<'_>) -> Result<Time> {
    match value.shown.as_str() {
        "\"never\"" => return Ok(Time::Never),
        "never" => return value.fail("`never` is written as a string: `resync = \"never\"`"),
        _ => {}
    }
    match time(value)? {
        Time::Known(interval, _) if interval < Duration::from_secs(1) => {
            value.fail("`resync` must be at least \"1s\": every object is processed again each time")
        }
        interval => Ok(interval),
    }
}

/// `factor = 2`, which is one of `range`
pub(crate) fn number(range: RangeInclusive<f64>, fault: &str) -> impl Fn(&Value<'_>) -> Result<Literal> {
    move |value| {
        let Row { name, example, .. } = value.row;
        match value.shown.replace(['_', ' '], "").parse() {
            Ok(number) if range.contains(&number) => Ok(Literal::f64_unsuffixed(number)),
            Ok(_) => value.fail(format!("`{name}` {fault}")),
            Err(_) => value.fail(format!("`{name}` takes a number, such as `{example}`")),
        }
    }
}

/// `crate = ::kp`
pub(crate) fn krate(value: &Value<'_>) -> Result<Path> {
    let is_absolute = ["::", "crate", "$crate"].iter().any(|start| value.shown.starts_with(start));
    match &value.expr {
        Expr::Path(path) if is_absolute => Ok(path.path.clone()),
        _ => value.fail(format!("`crate` takes an absolute path, such as `{}`", value.row.example)),
    }
}

/// Tokens as they would be written in one line.
pub(crate) fn show(tokens: impl ToTokens) -> String {
    let tight =
        [(" :: ", "::"), (":: ", "::"), (" < ", "<"), (" >", ">"), (" ,", ","), ("& ", "&"), (" - ", "-")];
    tight.iter().fold(tokens.to_token_stream().to_string(), |text, (from, to)| text.replace(from, to))
}
