//! The values of arguments: one reader for each form. A literal is checked here; a path is a constant, for rustc to check.

use crate::{
    args::{Key, attempt},
    diag::Diag,
};
use kooper_syntax::{duration, name, selector};
use proc_macro2::{Literal, Span};
use quote::ToTokens;
use std::time::Duration;
use syn::{Error, Expr, ExprLit, Lit, LitStr, Path, Result, Type, parse::ParseStream};

/// How long, or how often.
pub(crate) enum Time {
    Known(Duration, Span),
    Const(Expr),
    Never,
}

/// `resource = Pod`
pub(crate) fn resource(key: &Key, input: ParseStream<'_>) -> Result<Type> {
    if let Some(text) = attempt::<LitStr>(input) {
        let named = text.value();
        let is_type = named.contains(char::is_uppercase) && syn::parse_str::<Type>(&named).is_ok();
        let ty = if is_type { &named } else { "Pod" };
        return fail(text, format!("`resource` takes a type, not a string: write `resource = {ty}`"));
    }
    let Some(ty) = attempt::<Type>(input) else {
        return Err(input.error(format!("`resource` takes a type, such as `{}`", key.example)));
    };
    let shown = show(&ty);
    if shown == "Self" {
        return fail(ty, "`resource` names the watched type; `Self` is the controller");
    }
    let pointer =
        ["Arc<", "Box<", "Rc<", "Option<", "Vec<"].iter().find_map(|pointer| shown.split_once(pointer));
    let inner = pointer.and_then(|(_, inner)| inner.strip_suffix('>')).or_else(|| shown.strip_prefix('&'));
    if let Some(inner) = inner {
        let arc =
            if shown.contains("Arc<") { format!("; `add` may still take `{shown}`") } else { String::new() };
        return fail(ty, format!("`resource` takes the type itself: write `resource = {inner}`{arc}"));
    }
    match ty {
        Type::Path(_) | Type::Macro(_) | Type::Group(_) | Type::Paren(_) => Ok(ty),
        _ => fail(ty, format!("`resource` takes a type by its name, such as `{}`", key.example)),
    }
}

/// `name = "pod-printer"`
pub(crate) fn name(key: &Key, input: ParseStream<'_>) -> Result<LitStr> {
    let name = text(key, key.expr(input)?, "takes a string")?;
    match name.value().as_str() {
        "" => fail(name, "`name` is empty; leave it out to use the name of the type"),
        _ => dns_label(key, name),
    }
}

fn dns_label(key: &Key, name: LitStr) -> Result<LitStr> {
    let better = name::kebab_case(&name.value());
    let (argument, rule) = (key.name, "lower-case letters, digits and `-`, at most 63 characters");
    if name::is_dns_label(&name.value()) {
        Ok(name)
    } else if name::is_dns_label(&better) {
        let fault = format!("`{argument}` must be a DNS label; try {better:?}");
        fail(name, format!("{fault}\n= help: a DNS label is {rule}"))
    } else {
        fail(name, format!("`{argument}` must be a DNS label: {rule}"))
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
    let name = text(key, expr, "takes a string, a list of strings or a path")?;
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

type Check = fn(&str) -> std::result::Result<(), String>;

fn selector(key: &Key, input: ParseStream<'_>, kind: &str, check: Check) -> Result<Expr> {
    let expr = key.expr(input)?;
    if is_const(&expr) {
        return Ok(expr);
    }
    let text = text(key, expr.clone(), "takes a string or a path")?;
    match check(&text.value()) {
        Ok(()) => Ok(expr),
        Err(fault) => {
            let fault = fault.replace("; ", "\n= help: ");
            fail(text, format!("`{}` is not a {kind} selector: {fault}", key.name))
        }
    }
}

/// `retries = 3` or a path
pub(crate) fn count(key: &Key, input: ParseStream<'_>) -> Result<Expr> {
    let expr = key.expr(input)?;
    let (name, shown) = (key.name, show(&expr));
    let fault = match &expr {
        Expr::Path(_) => return Ok(expr),
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => match int.base10_parse::<u32>() {
            Ok(_) if matches!(int.suffix(), "" | "u32") => return Ok(expr),
            Ok(count) => format!("`{name}` is a `u32`: write `{name} = {count}`"),
            Err(_) => format!("`{name}` must fit in a `u32`"),
        },
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if text.value().parse::<u32>().is_ok() => {
            format!("`{name}` takes an integer, not a string: write `{name} = {}`", text.value())
        }
        _ if says(&expr, &["forever", "infinite", "unlimited", "always"]) => {
            format!("for no limit write `{name} = u32::MAX`")
        }
        _ if shown.starts_with('-') => format!("`{name}` cannot be negative"),
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
        Expr::Path(_) => return Ok(Time::Const(expr)),
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => match duration::parse(&text.value()) {
            Ok(duration) if duration.is_zero() => format!("`{name}` must be longer than zero"),
            Ok(duration) => return Ok(Time::Known(duration, text.span())),
            Err(fault) => format!("`{name}` is not a valid duration: {fault}"),
        },
        _ => match duration::unquoted(&show(&expr)) {
            Some(meant) => format!("`{name}` takes a duration with a unit: write `{name} = {meant:?}`"),
            None => format!("`{name}` takes a duration or a path to one, such as `{}`", key.example),
        },
    };
    fail(expr, fault)
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
    let never = says(&expr, &["never"]);
    if never && matches!(expr, Expr::Lit(_)) {
        return Ok(Time::Never);
    }
    if never {
        return fail(expr, "`never` is written as a string: `resync = \"never\"`");
    }
    if says(&expr, &["0", "0s", "0ms", "0m", "0h", "none", "None", "off", "Never", "false"]) {
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
pub(crate) fn factor(key: &Key, input: ParseStream<'_>) -> Result<Literal> {
    let fault = "`factor` must be at least 1: delays would shrink with every retry";
    number(key, input, |factor| factor >= 1.0 && factor.is_finite(), fault)
}

/// `jitter = 0.1`
pub(crate) fn jitter(key: &Key, input: ParseStream<'_>) -> Result<Literal> {
    let fault = "`jitter` is a share of the delay, from 0.0 to 1.0";
    number(key, input, |jitter| (0.0..=1.0).contains(&jitter), fault)
}

fn number(key: &Key, input: ParseStream<'_>, fits: fn(f64) -> bool, fault: &str) -> Result<Literal> {
    let expr = key.expr(input)?;
    match show(&expr).replace(['_', ' '], "").parse() {
        Ok(number) if fits(number) => Ok(Literal::f64_unsuffixed(number)),
        Ok(_) => fail(expr, fault),
        Err(_) => fail(expr, format!("`{}` takes a number, such as `{}`", key.name, key.example)),
    }
}

/// `crate = ::kp`
pub(crate) fn krate(key: &Key, input: ParseStream<'_>) -> Result<Path> {
    let expr = key.expr(input)?;
    let is_absolute = ["::", "crate", "$crate"].iter().any(|start| show(&expr).starts_with(start));
    match expr {
        Expr::Path(path) if is_absolute => Ok(path.path),
        expr => fail(expr, format!("`crate` takes an absolute path, such as `{}`", key.example)),
    }
}

/// A string literal, else an error that says what it `takes`.
fn text(key: &Key, expr: Expr, takes: &str) -> Result<LitStr> {
    if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = expr {
        return Ok(text);
    }
    let (name, bare) = (key.name, show(&expr));
    // `name = pod-printer`, without the quotes.
    if matches!(expr, Expr::Path(_) | Expr::Binary(_)) && name::is_dns_label(&bare) {
        return fail(expr, format!("`{name}` {takes}: write `{name} = {bare:?}`"));
    }
    fail(expr, format!("`{name}` {takes}, such as `{}`", key.example))
}

/// Whether it is the path of a constant, not a word that lacks its quotes.
fn is_const(expr: &Expr) -> bool {
    matches!(expr, Expr::Path(_)) && !name::is_dns_label(&show(expr))
}

/// Whether it is one of these words, in quotes or not.
fn says(expr: &Expr, words: &[&str]) -> bool {
    words.contains(&show(expr).trim_matches('"'))
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
