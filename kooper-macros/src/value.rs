//! The values of arguments: one reader for each form, from tokens to what they mean.
//!
//! A path is a constant, which rustc checks. A literal is checked here.

use crate::{
    args::{Key, attempt},
    diag::Diag,
    duration, name, selector,
};
use proc_macro2::Span;
use quote::ToTokens;
use std::time::Duration;
use syn::{
    Error, Expr, ExprLit, ExprPath, GenericArgument, Lit, LitStr, PathArguments, Result, Type, UnOp,
    parse::ParseStream,
};

/// How long, or how often.
pub(crate) enum Time {
    Known(Duration, Span),
    Const(ExprPath),
    Never,
}

/// `resource = Pod`
pub(crate) fn resource(key: &Key, input: ParseStream<'_>) -> Result<Type> {
    if let Some(text) = attempt::<LitStr>(input) {
        let kind = text.value();
        let ty = if syn::parse_str::<Type>(&kind).is_ok() { &kind } else { "Pod" };
        return fail(text, format!("`resource` takes a type, not a string: write `resource = {ty}`"));
    }
    let Some(ty) = attempt::<Type>(input) else {
        return Err(input.error(format!("`resource` takes a type, such as `{}`", key.example)));
    };
    match &ty {
        Type::Path(path) if path.path.is_ident("Self") => {
            fail(&ty, "`resource` names the watched type; `Self` is the controller")
        }
        Type::Path(_) | Type::Reference(_) => match pointee(&ty) {
            Some(inner) => {
                let fault = format!("`resource` takes the type itself: write `resource = {}`", show(inner));
                let is_arc = show(&ty).starts_with("Arc<");
                let hint =
                    if is_arc { format!("; `add` may still take `{}`", show(&ty)) } else { String::new() };
                fail(&ty, fault + &hint)
            }
            None => Ok(ty),
        },
        Type::Macro(_) | Type::Group(_) | Type::Paren(_) => Ok(ty),
        _ => fail(&ty, format!("`resource` takes a type by its name, such as `{}`", key.example)),
    }
}

/// The type behind `&`, or inside of `Arc<..>`, `Box<..>` and the like.
fn pointee(ty: &Type) -> Option<&Type> {
    let path = match ty {
        Type::Reference(reference) => return Some(&reference.elem),
        Type::Path(path) => path.path.segments.last()?,
        _ => return None,
    };
    match &path.arguments {
        PathArguments::AngleBracketed(arguments)
            if ["Arc", "Box", "Rc", "Option", "Vec"].iter().any(|pointer| path.ident == pointer) =>
        {
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(inner) => Some(inner),
                _ => None,
            })
        }
        _ => None,
    }
}

/// `name = "pod-printer"`
pub(crate) fn name(key: &Key, input: ParseStream<'_>) -> Result<LitStr> {
    let name = literal(key, key.expr(input)?, "takes a string")?;
    if name.value().is_empty() {
        return fail(name, "`name` is empty; leave it out to use the name of the type");
    }
    dns_label(key, name)
}

fn dns_label(key: &Key, name: LitStr) -> Result<LitStr> {
    match name::dns_label_fault(key.name, &name.value()) {
        Some(fault) => fail(name, fault),
        None => Ok(name),
    }
}

/// `namespace = "prod"`, `namespace = ["a", "b"]` or a path
pub(crate) fn namespaces(key: &Key, input: ParseStream<'_>) -> Result<Expr> {
    let expr = key.expr(input)?;
    let names = match &expr {
        _ if is_const(&expr) => return Ok(expr),
        Expr::Array(list) if list.elems.is_empty() => {
            return fail(list, "`namespace` lists no namespace; leave it out to watch all of them");
        }
        Expr::Array(list) => list.elems.iter().cloned().map(peel).collect(),
        _ => vec![expr.clone()],
    };
    let mut faults = Diag::default();
    let mut seen = Vec::new();
    for name in names {
        let Some(name) = faults.take(namespace(key, name)) else { continue };
        if seen.contains(&name.value()) {
            faults.at(&name, format!("{:?} is listed twice", name.value()));
        }
        seen.push(name.value());
    }
    faults.finish(expr)
}

fn namespace(key: &Key, expr: Expr) -> Result<LitStr> {
    let name = literal(key, expr, "takes a string, a list of strings or a path")?;
    match name.value().as_str() {
        "" => fail(name, "`namespace` is empty; leave it out to watch all of them"),
        "*" => fail(name, "`namespace` takes no pattern; leave it out to watch all of them"),
        list if list.contains(',') => {
            let names: Vec<&str> = list.split(',').map(str::trim).collect();
            fail(name, format!("`namespace` takes several as a list: write `namespace = {names:?}`"))
        }
        _ => dns_label(key, name),
    }
}

/// `labels = "app=web"` or a path
pub(crate) fn labels(key: &Key, input: ParseStream<'_>) -> Result<Expr> {
    selector(key, input, "label", selector::check_labels)
}

/// `fields = "status.phase=Running"` or a path
pub(crate) fn fields(key: &Key, input: ParseStream<'_>) -> Result<Expr> {
    selector(key, input, "field", selector::check_fields)
}

fn selector(
    key: &Key,
    input: ParseStream<'_>,
    kind: &str,
    check: fn(&str) -> std::result::Result<(), String>,
) -> Result<Expr> {
    let expr = key.expr(input)?;
    if !is_const(&expr) {
        let text = literal(key, expr.clone(), "takes a string or a path")?;
        if let Err(fault) = check(&text.value()) {
            let fault = fault.replace("; ", "\n= help: ");
            return fail(text, format!("`{}` is not a {kind} selector: {fault}", key.name));
        }
    }
    Ok(expr)
}

/// `retries = 3` or a path
pub(crate) fn count(key: &Key, input: ParseStream<'_>) -> Result<Expr> {
    let expr = key.expr(input)?;
    let name = key.name;
    let fault = match &expr {
        Expr::Path(_) => return Ok(expr),
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => match int.base10_parse::<u32>() {
            Ok(_) if matches!(int.suffix(), "" | "u32") => return Ok(expr),
            Ok(count) => format!("`{name}` is a `u32`: write `{name} = {count}`"),
            Err(_) => format!("`{name}` must fit in a `u32`"),
        },
        Expr::Lit(ExprLit { lit: Lit::Float(_), .. }) => {
            format!("`{name}` takes an integer, such as `{}`", key.example)
        }
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if text.value().parse::<u32>().is_ok() => {
            format!("`{name}` takes an integer, not a string: write `{name} = {}`", text.value())
        }
        _ if says(&expr, &["forever", "infinite", "unlimited", "always", "-1"]) => {
            format!("for no limit write `{name} = u32::MAX`")
        }
        Expr::Unary(unary) if matches!((unary.op, &*unary.expr), (UnOp::Neg(_), Expr::Lit(_))) => {
            format!("`{name}` cannot be negative")
        }
        _ => format!("`{name}` takes an integer or a path to a `u32` constant, such as `{}`", key.example),
    };
    fail(expr, fault)
}

/// `workers = 3` or a path
pub(crate) fn workers(key: &Key, input: ParseStream<'_>) -> Result<Expr> {
    let workers = count(key, input)?;
    if is_zero(&workers) {
        return fail(workers, "`workers` must be at least 1: with no workers no handler ever runs");
    }
    Ok(workers)
}

/// Whether a count is the literal 0.
pub(crate) fn is_zero(count: &Expr) -> bool {
    matches!(count, Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) if int.base10_digits() == "0")
}

/// `"30s"` or a path
pub(crate) fn time(key: &Key, input: ParseStream<'_>) -> Result<Time> {
    time_of(key, key.expr(input)?)
}

fn time_of(key: &Key, expr: Expr) -> Result<Time> {
    let name = key.name;
    let fault = match &expr {
        Expr::Path(path) => return Ok(Time::Const(path.clone())),
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => match duration::parse(&text.value()) {
            Ok(duration) if duration.is_zero() => format!("`{name}` must be longer than zero"),
            Ok(duration) => return Ok(Time::Known(duration, text.span())),
            Err(fault) => format!("`{name}` is not a valid duration: {fault}"),
        },
        _ => match unquoted_time(&expr) {
            Some(meant) => format!("`{name}` takes a duration with a unit: write `{name} = {meant:?}`"),
            None => {
                format!(
                    "`{name}` takes a duration or a path to a `Duration` constant, such as `{}`",
                    key.example
                )
            }
        },
    };
    fail(expr, fault)
}

/// The duration that is meant by `30`, `30s` or `Duration::from_secs(30)`.
fn unquoted_time(expr: &Expr) -> Option<String> {
    let text = match expr {
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) if int.suffix().is_empty() => format!("{int}s"),
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => int.to_string(),
        Expr::Call(call) => {
            let function = show(&call.func);
            let units = [("from_millis", "ms"), ("from_secs", "s"), ("from_mins", "m"), ("from_hours", "h")];
            let (_, unit) = units.iter().find(|(name, _)| function.ends_with(name))?;
            show(call.args.first()?) + unit
        }
        _ => return None,
    };
    duration::parse(&text).ok().map(duration::show)
}

/// `timeout = "30s"` or a path
pub(crate) fn timeout(key: &Key, input: ParseStream<'_>) -> Result<Time> {
    let expr = key.expr(input)?;
    if says(&expr, &["never", "none", "None", "off"]) {
        return fail(expr, "`timeout` is off unless it is given; remove it");
    }
    time_of(key, expr)
}

/// `resync = "3m"`, `resync = "never"` or a path
pub(crate) fn resync(key: &Key, input: ParseStream<'_>) -> Result<Time> {
    let expr = key.expr(input)?;
    if says(&expr, &["never"]) {
        return match &expr {
            Expr::Path(_) => fail(expr, "`never` is written as a string: `resync = \"never\"`"),
            _ => Ok(Time::Never),
        };
    }
    if says(&expr, &["0s", "0ms", "0m", "0h", "0"]) {
        return fail(expr, "`resync` must be longer than zero; to switch it off write `resync = \"never\"`");
    }
    if says(&expr, &["none", "None", "off", "Never", "false"]) {
        return fail(expr, "to switch `resync` off write `resync = \"never\"`");
    }
    match time_of(key, expr)? {
        Time::Known(interval, span) if interval < Duration::from_secs(1) => Err(Error::new(
            span,
            "`resync` must be at least \"1s\": every object is processed again each time",
        )),
        interval => Ok(interval),
    }
}

/// `factor = 2`
pub(crate) fn factor(key: &Key, input: ParseStream<'_>) -> Result<f64> {
    let fault = "`factor` must be at least 1: delays would shrink with every retry";
    number(key, input, |factor| factor >= 1.0 && factor.is_finite(), fault)
}

/// `jitter = 0.1`
pub(crate) fn jitter(key: &Key, input: ParseStream<'_>) -> Result<f64> {
    let fault = "`jitter` is a share of the delay, from 0.0 to 1.0";
    number(key, input, |jitter| (0.0..=1.0).contains(&jitter), fault)
}

fn number(key: &Key, input: ParseStream<'_>, fits: fn(f64) -> bool, fault: &str) -> Result<f64> {
    let expr = key.expr(input)?;
    let (digits, suffix) = match &expr {
        Expr::Lit(ExprLit { lit: Lit::Float(float), .. }) => (float.base10_digits(), float.suffix()),
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => (int.base10_digits(), int.suffix()),
        _ => ("", ""),
    };
    match digits.parse() {
        Ok(number) if suffix.is_empty() && fits(number) => Ok(number),
        Ok(_) if suffix.is_empty() => fail(expr, fault),
        _ => fail(expr, format!("`{}` takes a number, such as `{}`", key.name, key.example)),
    }
}

/// `crate = ::kp`
pub(crate) fn krate(key: &Key, input: ParseStream<'_>) -> Result<syn::Path> {
    let expr = key.expr(input)?;
    let fault = match &expr {
        Expr::Path(ExprPath { path, qself: None, .. }) => {
            let first = path.segments.first().map(|first| first.ident.to_string()).unwrap_or_default();
            match &*first {
                "crate" | "$crate" => return Ok(path.clone()),
                _ if path.leading_colon.is_some() => return Ok(path.clone()),
                "super" | "self" | "Self" => {
                    "`crate` must not be relative: write a path that starts with `::` or `crate::`".into()
                }
                _ => format!("`crate` must not be relative: write `crate = ::{}`", show(path)),
            }
        }
        Expr::Lit(ExprLit { lit: Lit::Str(path), .. }) => {
            let path = path.value();
            format!("`crate` takes a path, not a string: write `crate = ::{}`", path.trim_start_matches("::"))
        }
        _ => format!("`crate` takes a path, such as `{}`", key.example),
    };
    fail(expr, fault)
}

/// A string literal, else an error that says what it `takes`.
fn literal(key: &Key, expr: Expr, takes: &str) -> Result<LitStr> {
    if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = expr {
        return Ok(text);
    }
    let (name, bare) = (key.name, show(&expr));
    // `name = pod-printer`, without the quotes.
    let forgot_quotes = matches!(expr, Expr::Path(_) | Expr::Binary(_)) && name::is_dns_label(&bare);
    let fix = if forgot_quotes {
        format!(": write `{name} = {bare:?}`")
    } else {
        format!(", such as `{}`", key.example)
    };
    fail(expr, format!("`{name}` {takes}{fix}"))
}

/// Whether it is the path of a constant, not a word that lacks its quotes.
fn is_const(expr: &Expr) -> bool {
    matches!(expr, Expr::Path(_)) && !name::is_dns_label(&show(expr))
}

/// Whether it is one of these words, in quotes or not.
fn says(expr: &Expr, words: &[&str]) -> bool {
    let text = match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.value(),
        expr => show(expr),
    };
    words.contains(&&*text)
}

/// The expression inside of the groups that `macro_rules!` puts around its fragments.
pub(crate) fn peel(expr: Expr) -> Expr {
    match expr {
        Expr::Group(group) => peel(*group.expr),
        expr => expr,
    }
}

fn fail<T>(tokens: impl ToTokens, fault: impl std::fmt::Display) -> Result<T> {
    Err(Error::new_spanned(tokens, fault))
}

/// Tokens as they would be written in one line.
pub(crate) fn show(tokens: impl ToTokens) -> String {
    let tight =
        [(" :: ", "::"), (":: ", "::"), (" < ", "<"), (" >", ">"), (" ,", ","), ("& ", "&"), (" - ", "-")];
    tight.iter().fold(tokens.to_token_stream().to_string(), |text, (from, to)| text.replace(from, to))
}
