//! The values of arguments: one function for each form, from an expression to what it means.

use crate::{args::Key, diag::Diag, duration, name, selector};
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use std::time::Duration;
use syn::{Error, Expr, ExprLit, ExprPath, GenericArgument, Lit, LitStr, PathArguments, Result, Type, UnOp};

/// A value that is known now, or a path to a constant that rustc will check.
pub(crate) enum Value<T> {
    Known(T, Span),
    Const(ExprPath),
}

impl<T: Copy> Value<T> {
    /// A default.
    pub(crate) fn of(value: T) -> Self {
        Self::Known(value, Span::call_site())
    }

    pub(crate) fn known(&self) -> Option<T> {
        match self {
            Self::Known(value, _) => Some(*value),
            Self::Const(_) => None,
        }
    }

    /// The token to underline where the value is at fault.
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Known(_, span) => *span,
            Self::Const(path) => {
                path.path.segments.last().map_or_else(Span::call_site, |last| last.ident.span())
            }
        }
    }
}

/// How often the objects are looked at again.
pub(crate) enum Resync {
    Every(Value<Duration>),
    Never,
}

/// Some namespaces, by name or by the path of a constant.
pub(crate) enum Namespaces {
    Names(Vec<LitStr>),
    Const(ExprPath),
}

/// Text, by itself or by the path of a constant.
pub(crate) enum Text {
    Literal(LitStr),
    Const(ExprPath),
}

/// `resource = Pod`
pub(crate) fn resource(key: &Key, ty: Type) -> Result<Type> {
    let itself = |inner: &dyn ToTokens| {
        format!("`resource` takes the type itself: write `resource = {}`", show(inner))
    };
    match &ty {
        Type::Reference(reference) => Err(Error::new_spanned(&ty, itself(&reference.elem))),
        Type::Path(path) if path.path.is_ident("Self") => {
            Err(Error::new_spanned(&ty, "`resource` names the watched type; `Self` is the controller"))
        }
        Type::Path(path) => match pointee(path) {
            Some((pointer, inner)) => {
                let given = show(&ty);
                let hint = if pointer == "Arc" {
                    format!("; `add` may still take `{given}`")
                } else {
                    String::new()
                };
                Err(Error::new_spanned(&ty, itself(inner) + &hint))
            }
            None => Ok(ty),
        },
        Type::Macro(_) | Type::Group(_) | Type::Paren(_) => Ok(ty),
        _ => Err(Error::new_spanned(
            &ty,
            format!("`resource` takes a type by its name, such as `{}`", key.example),
        )),
    }
}

/// The type inside of `Arc<..>`, `Box<..>` and the like.
fn pointee(path: &syn::TypePath) -> Option<(String, &Type)> {
    let last = path.path.segments.last()?;
    let pointer = last.ident.to_string();
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first() {
        Some(GenericArgument::Type(inner))
            if matches!(&*pointer, "Arc" | "Box" | "Rc" | "Option" | "Vec") =>
        {
            Some((pointer, inner))
        }
        _ => None,
    }
}

/// `name = "pod-printer"`
pub(crate) fn name(key: &Key, expr: Expr) -> Result<LitStr> {
    let name = literal(key, expr, "a string literal")?;
    match name::dns_label_fault(key.name, &name.value()) {
        _ if name.value().is_empty() => {
            Err(Error::new_spanned(&name, "`name` is empty; leave it out to use the name of the type"))
        }
        Some(fault) => Err(Error::new_spanned(&name, fault)),
        None => Ok(name),
    }
}

/// `namespace = "prod"`, `namespace = ["a", "b"]` or a path
pub(crate) fn namespaces(key: &Key, expr: Expr) -> Result<Namespaces> {
    let list = match expr {
        Expr::Path(path) => return Ok(Namespaces::Const(path)),
        Expr::Array(list) => list,
        expr => return namespace(key, expr).map(|name| Namespaces::Names(vec![name])),
    };
    if list.elems.is_empty() {
        return Err(Error::new_spanned(
            list,
            "`namespace` lists no namespace; leave it out to watch all of them",
        ));
    }
    let mut diag = Diag::default();
    let mut names: Vec<LitStr> = Vec::new();
    for element in list.elems {
        let Some(name) = diag.take(namespace(key, peel(element))) else { continue };
        if names.iter().any(|other| other.value() == name.value()) {
            diag.at(&name, format!("{:?} is listed twice", name.value()));
        }
        names.push(name);
    }
    diag.finish(Namespaces::Names(names))
}

fn namespace(key: &Key, expr: Expr) -> Result<LitStr> {
    let name = literal(key, expr, "a string literal, a list of them or a path to a constant")?;
    match name.value().as_str() {
        "" => Err(Error::new_spanned(name, "`namespace` is empty; leave it out to watch all of them")),
        "*" => {
            Err(Error::new_spanned(name, "`namespace` takes no pattern; leave it out to watch all of them"))
        }
        text => match name::dns_label_fault(key.name, text) {
            Some(fault) => Err(Error::new_spanned(name, fault)),
            None => Ok(name),
        },
    }
}

/// `labels = "app=web"` or a path
pub(crate) fn labels(key: &Key, expr: Expr) -> Result<Text> {
    selector(key, expr, "label", selector::check_labels)
}

/// `fields = "status.phase=Running"` or a path
pub(crate) fn fields(key: &Key, expr: Expr) -> Result<Text> {
    selector(key, expr, "field", selector::check_fields)
}

fn selector(
    key: &Key,
    expr: Expr,
    kind: &str,
    check: fn(&str) -> std::result::Result<(), String>,
) -> Result<Text> {
    if let Expr::Path(path) = expr {
        return Ok(Text::Const(path));
    }
    let text = literal(key, expr, "a string literal or a path to a constant")?;
    match check(&text.value()) {
        Ok(()) => Ok(Text::Literal(text)),
        Err(fault) => {
            let message = format!("`{}` is not a {kind} selector: {fault}", key.name);
            Err(Error::new_spanned(text, message))
        }
    }
}

/// `retries = 3` or a path
pub(crate) fn count(key: &Key, expr: Expr) -> Result<Value<u32>> {
    let (name, example) = (key.name, key.example);
    let fault = match &expr {
        Expr::Path(path) => return Ok(Value::Const(path.clone())),
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) if matches!(int.suffix(), "" | "u32") => {
            match int.base10_parse() {
                Ok(count) => return Ok(Value::Known(count, int.span())),
                Err(_) => format!("`{name}` must fit in a `u32`"),
            }
        }
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => {
            format!("`{name}` is a `u32`: write `{name} = {}`", int.base10_digits())
        }
        Expr::Lit(ExprLit { lit: Lit::Float(_), .. }) => {
            format!("`{name}` takes an integer, such as `{example}`")
        }
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if text.value().parse::<u32>().is_ok() => {
            format!("`{name}` takes an integer, not a string: write `{name} = {}`", text.value())
        }
        Expr::Unary(unary) if matches!((&unary.op, &*unary.expr), (UnOp::Neg(_), Expr::Lit(_))) => {
            format!("`{name}` cannot be negative")
        }
        _ => format!("`{name}` takes an integer or a path to a `u32` constant, such as `{example}`"),
    };
    Err(Error::new_spanned(expr, fault))
}

/// `workers = 3` or a path
pub(crate) fn workers(key: &Key, expr: Expr) -> Result<Value<u32>> {
    match count(key, expr)? {
        Value::Known(0, span) => {
            Err(Error::new(span, "`workers` must be at least 1: with no workers no handler ever runs"))
        }
        workers => Ok(workers),
    }
}

/// `"30s"` or a path
pub(crate) fn time(key: &Key, expr: Expr) -> Result<Value<Duration>> {
    let name = key.name;
    let text = match expr {
        Expr::Path(path) => return Ok(Value::Const(path)),
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text,
        expr => {
            let fault = match spelled(&expr) {
                Some(meant) => format!("`{name}` takes a duration with a unit: write `{name} = {meant:?}`"),
                None => format!(
                    "`{name}` takes a duration or a path to a `Duration` constant, such as `{}`",
                    key.example
                ),
            };
            return Err(Error::new_spanned(expr, fault));
        }
    };
    let fault = match duration::parse(&text.value()) {
        Ok(duration) if duration.is_zero() => format!("`{name}` must be longer than zero"),
        Ok(duration) => return Ok(Value::Known(duration, text.span())),
        Err(fault) => format!("`{name}` is not a valid duration: {fault}"),
    };
    Err(Error::new_spanned(text, fault))
}

/// The duration that is meant by `30`, `30s` or `Duration::from_secs(30)`.
fn spelled(expr: &Expr) -> Option<String> {
    let text = match expr {
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) if int.suffix().is_empty() => format!("{int}s"),
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) => int.to_string(),
        Expr::Call(call) => {
            let Expr::Path(function) = &*call.func else { return None };
            let unit = match &*function.path.segments.last()?.ident.to_string() {
                "from_millis" => "ms",
                "from_secs" => "s",
                "from_mins" => "m",
                "from_hours" => "h",
                _ => return None,
            };
            format!("{}{unit}", call.args.first()?.to_token_stream())
        }
        _ => return None,
    };
    duration::parse(&text).ok().map(duration::show)
}

/// `timeout = "30s"` or a path
pub(crate) fn timeout(key: &Key, expr: Expr) -> Result<Value<Duration>> {
    if says(&expr, &["never", "none", "None", "off"]) {
        return Err(Error::new_spanned(expr, "`timeout` is off unless it is given; remove it"));
    }
    time(key, expr)
}

/// `resync = "3m"`, `resync = "never"` or a path
pub(crate) fn resync(key: &Key, expr: Expr) -> Result<Resync> {
    if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &expr {
        if text.value() == "never" {
            return Ok(Resync::Never);
        }
        if duration::parse(&text.value()).is_ok_and(|interval| interval.is_zero()) {
            let fault = "`resync` must be longer than zero; to switch it off write `resync = \"never\"`";
            return Err(Error::new_spanned(text, fault));
        }
    }
    if matches!(&expr, Expr::Path(path) if path.path.is_ident("never")) {
        return Err(Error::new_spanned(expr, "`never` is written as a string: `resync = \"never\"`"));
    }
    if says(&expr, &["0", "none", "None", "off", "Never", "false"]) {
        return Err(Error::new_spanned(expr, "to switch `resync` off write `resync = \"never\"`"));
    }
    match time(key, expr)? {
        Value::Known(interval, span) if interval < Duration::from_secs(1) => Err(Error::new(
            span,
            "`resync` must be at least \"1s\": every object is processed again each time",
        )),
        interval => Ok(Resync::Every(interval)),
    }
}

/// `factor = 2`
pub(crate) fn factor(key: &Key, expr: Expr) -> Result<f64> {
    let (factor, expr) = number(key, expr)?;
    if factor >= 1.0 && factor.is_finite() {
        return Ok(factor);
    }
    Err(Error::new_spanned(expr, "`factor` must be at least 1: delays would shrink with every retry"))
}

/// `jitter = 0.1`
pub(crate) fn jitter(key: &Key, expr: Expr) -> Result<f64> {
    let (jitter, expr) = number(key, expr)?;
    if (0.0..=1.0).contains(&jitter) {
        return Ok(jitter);
    }
    Err(Error::new_spanned(expr, "`jitter` is a share of the delay, from 0.0 to 1.0"))
}

fn number(key: &Key, expr: Expr) -> Result<(f64, Expr)> {
    let digits = match &expr {
        Expr::Lit(ExprLit { lit: Lit::Float(float), .. }) if matches!(float.suffix(), "" | "f64") => {
            float.base10_digits()
        }
        Expr::Lit(ExprLit { lit: Lit::Int(int), .. }) if int.suffix().is_empty() => int.base10_digits(),
        _ => "",
    };
    match digits.parse() {
        Ok(number) => Ok((number, expr)),
        Err(_) => Err(Error::new_spanned(
            &expr,
            format!("`{}` takes a number, such as `{}`", key.name, key.example),
        )),
    }
}

/// `crate = ::kp`
pub(crate) fn krate(key: &Key, expr: Expr) -> Result<syn::Path> {
    let fault = match &expr {
        Expr::Path(path) if path.qself.is_none() => {
            let path = &path.path;
            let first = path.segments.first().map(|first| first.ident.to_string()).unwrap_or_default();
            if path.leading_colon.is_some() || matches!(&*first, "crate" | "$crate") {
                return Ok(path.clone());
            }
            match &*first {
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
    Err(Error::new_spanned(expr, fault))
}

/// A string literal, else an error that says what is taken.
fn literal(key: &Key, expr: Expr, what: &str) -> Result<LitStr> {
    if let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = expr {
        return Ok(text);
    }
    let (name, bare) = (key.name, show(&expr));
    let example = match expr {
        Expr::Path(_) | Expr::Binary(_) if name::is_dns_label(&bare) => format!("write `{name} = {bare:?}`"),
        _ => format!("such as `{}`", key.example),
    };
    Err(Error::new_spanned(expr, format!("`{name}` takes {what}, {example}").replace(", write", ": write")))
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

/// Tokens as they would be written in one line.
pub(crate) fn show(tokens: &(impl ToTokens + ?Sized)) -> String {
    tidy(tokens.to_token_stream())
}

fn tidy(tokens: TokenStream) -> String {
    let text = tokens.to_string();
    [(" :: ", "::"), (":: ", "::"), (" < ", "<"), (" >", ">"), (" ,", ","), ("& ", "&"), (" - ", "-")]
        .iter()
        .fold(text, |text, (from, to)| text.replace(from, to))
}
