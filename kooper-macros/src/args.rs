//! The arguments of `#[controller(..)]`: the table of all that may be given, and the parser that the table drives.
//!
//! A new argument is a row of the table, a line in [`check`](crate::check) and one in [`expand`](crate::expand).

use crate::{diag::Diag, suggest, value};
use proc_macro2::{Group, TokenStream, TokenTree};
use std::time::Duration;
use syn::{
    Error, Expr, Ident, Result, Token, Type,
    ext::IdentExt,
    parse::{ParseStream, Parser},
};
use value::{Namespaces, Resync, Text, Value};

arguments! {
    /// What stands in the parentheses of `#[controller(..)]`.
    Args: "argument" {
        "resource" resource: Type = Form::Type(value::resource),
            "the watched type", "resource = Pod",
            ["kind", "type", "object", "watch", "watches", "for", "reconciles", "crd", "api"];
        "name" name: syn::LitStr = Form::Value(value::name),
            "the controller's name", "name = \"pod-printer\"",
            ["id", "controller", "controller_name", "named"];
        "retries" retries: Value<u32> = Form::Value(value::count),
            "the retry limit", "retries = 3",
            ["retry", "max_retries", "max_retry", "max_attempts", "attempts", "retry_limit", "processing_job_retries"];
        "workers" workers: Value<u32> = Form::Value(value::workers),
            "the number of parallel handlers", "workers = 4",
            ["concurrency", "concurrent_workers", "max_concurrent_reconciles", "parallelism", "threads", "max_concurrency"];
        "resync" resync: Resync = Form::Value(value::resync),
            "the time after which every object is handled again", "resync = \"3m\"",
            ["interval", "resync_interval", "resync_period", "sync_period", "max_reconciliation_interval",
             "requeue_interval", "requeue_after", "period"];
        "backoff" backoff: Backoff = Form::Either(Backoff::constant, Backoff::list),
            "the time between retries", "backoff(initial = \"1s\", max = \"5m\")",
            ["delay", "retry_delay", "retry_backoff", "rate_limiter", "gradual_retry", "error_delays", "exponential_backoff"];
        "timeout" timeout: Value<Duration> = Form::Value(value::timeout),
            "the time that one attempt may take", "timeout = \"30s\"",
            ["reconciliation_timeout", "reconcile_timeout", "deadline", "handler_timeout"];
        "namespace" namespace: Namespaces = Form::Value(value::namespaces),
            "the watched namespaces are", "namespace = [\"a\", \"b\"]",
            ["namespaces", "ns", "in_namespace", "watch_namespace", "watch_namespaces"];
        "labels" labels: Text = Form::Value(value::labels),
            "the label selector", "labels = \"app=web\"",
            ["label", "selector", "label_selector", "labels_selector", "match_labels"];
        "fields" fields: Text = Form::Value(value::fields),
            "the field selector", "fields = \"status.phase=Running\"",
            ["field", "field_selector", "fields_selector"];
        "crate" krate: syn::Path = Form::Value(value::krate),
            "the path of Kooper", "crate = ::kp",
            ["krate", "kooper", "crates"];
    }
}

arguments! {
    /// What stands in the parentheses of `backoff(..)`.
    Delays: "`backoff` option" {
        "initial" initial: Value<Duration> = Form::Value(value::time),
            "the first delay", "initial = \"5ms\"", ["min", "base", "start", "initial_interval", "delay"];
        "max" max: Value<Duration> = Form::Value(value::time),
            "the longest delay", "max = \"5m\"", ["cap", "limit", "max_delay", "max_interval"];
        "factor" factor: f64 = Form::Value(value::factor),
            "what each delay is multiplied by", "factor = 2", ["multiplier", "exponent", "interval_multiplier"];
        "jitter" jitter: f64 = Form::Value(value::jitter),
            "the share of a delay that chance moves", "jitter = 0.1", ["randomness", "jitter_factor"];
    }
}

/// Arguments of `#[instrument]`, which people look for here, and what happens without them.
const INSTRUMENT: &[(&[&str], &str)] = &[
    (&["skip", "skip_all"], "spans record no arguments of a handler"),
    (&["err", "ret"], "the outcome of a handler is recorded by itself"),
    (&["parent", "follows_from"], "the parent of a handler's span is the span of its attempt"),
    (&["level", "target"], "the spans are at INFO, with your module as the target"),
];

/// The delay between retries.
pub(crate) enum Backoff {
    Constant(Value<Duration>),
    Growing(Delays),
}

impl Backoff {
    /// `backoff = "1s"`
    fn constant(key: &Key, expr: Expr) -> Result<Self> {
        value::time(key, expr).map(Self::Constant)
    }

    /// `backoff(initial = "1s", max = "5m")`
    fn list(_: &Key, list: &Group) -> Result<Self> {
        let mut diag = Diag::default();
        let delays = parse(list.stream(), &mut diag);
        diag.finish(Self::Growing(delays))
    }
}

/// A set of arguments: the struct that [`arguments!`] makes of a table.
pub(crate) trait Arguments: Default + 'static {
    /// What one of them is called in an error.
    const NOUN: &'static str;
    const ROWS: &'static [Row<Self>];
    /// The arguments that were given, be their values right or wrong.
    fn given(&mut self) -> &mut Vec<&'static str>;
}

/// One row of a table of arguments.
pub(crate) struct Row<A> {
    name: &'static str,
    /// What it is, for those who know it by another word.
    what: &'static str,
    example: &'static str,
    /// What it is called in kopf, controller-runtime, Java Operator SDK, kube and Kooper for Go.
    aliases: &'static [&'static str],
    read: fn(&mut A, &Key, ParseStream<'_>) -> Result<()>,
}

/// The name of an argument as it stands in the source, with its example.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) example: &'static str,
    pub(crate) ident: Ident,
}

/// An argument that was given: its name in the source, and its value.
pub(crate) struct Given<T> {
    pub(crate) key: Ident,
    pub(crate) value: T,
}

/// How an argument is written.
enum Form<T> {
    /// `key = value`
    Value(fn(&Key, Expr) -> Result<T>),
    /// `key = Type`
    Type(fn(&Key, Type) -> Result<T>),
    /// `key = value` or `key(..)`
    Either(fn(&Key, Expr) -> Result<T>, fn(&Key, &Group) -> Result<T>),
}

impl<T> Form<T> {
    /// Reads what stands behind the key.
    fn read(&self, key: &Key, input: ParseStream<'_>) -> Result<T> {
        let (name, example) = (key.name, key.example);
        if input.peek(syn::token::Paren) {
            let list: Group = input.parse()?;
            let whole = TokenStream::from_iter([TokenTree::from(key.ident.clone()), list.clone().into()]);
            return match self {
                Self::Either(_, _) if list.stream().is_empty() => {
                    let fault = format!("`{name}()` is empty; remove it to use the default");
                    Err(Error::new_spanned(whole, fault))
                }
                Self::Either(_, read) => read(key, &list),
                _ => Err(Error::new_spanned(whole, format!("`{name}` takes one value: write `{example}`"))),
            };
        }
        if input.peek(Token![:]) {
            let fault = format!("the value of `{name}` stands behind a `=`: write `{example}`");
            return Err(Error::new(input.span(), fault));
        }
        if !input.peek(Token![=]) || input.peek(Token![==]) {
            let fault = format!("`{name}` needs a value: write `{example}`");
            return Err(Error::new(key.ident.span(), fault));
        }
        let equals: Token![=] = input.parse()?;
        if input.is_empty() || input.peek(Token![,]) {
            let key = &key.ident;
            let fault = format!("`{name}` has no value after the `=`");
            return Err(Error::new_spanned(quote::quote!(#key #equals), fault));
        }
        match self {
            Self::Type(read) => read(key, ty(key, input)?),
            Self::Value(read) | Self::Either(read, _) => read(key, expression(key, input)?),
        }
    }
}

fn expression(key: &Key, input: ParseStream<'_>) -> Result<Expr> {
    let start = input.span();
    let unreadable = |_| Error::new(start, format!("`{}` takes a value such as `{}`", key.name, key.example));
    input.parse().map(value::peel).map_err(unreadable)
}

fn ty(key: &Key, input: ParseStream<'_>) -> Result<Type> {
    if input.peek(syn::LitStr) {
        let lit: syn::LitStr = input.parse()?;
        let fault =
            format!("`{}` takes a type, not a string: write `{0} = {}`", key.name, lit.value().trim());
        return Err(Error::new_spanned(lit, fault));
    }
    let start = input.span();
    let unreadable = |_| Error::new(start, format!("`{}` takes a type, such as `{}`", key.name, key.example));
    input.parse().map_err(unreadable)
}

/// Reads all arguments. One that is wrong costs only itself.
pub(crate) fn parse<A: Arguments>(tokens: TokenStream, diag: &mut Diag) -> A {
    let mut args = A::default();
    let all = |input: ParseStream<'_>| {
        while !input.is_empty() {
            if let Err(error) = argument(&mut args, input) {
                diag.push(error);
                skip(input)?;
            }
            separator(input, diag)?;
        }
        Ok(())
    };
    if let Err(error) = all.parse2(tokens) {
        diag.push(error);
    }
    args
}

fn argument<A: Arguments>(args: &mut A, input: ParseStream<'_>) -> Result<()> {
    let example = A::ROWS[0].example;
    if !input.peek(Ident::peek_any) {
        let token: TokenTree = input.parse()?;
        return Err(Error::new(token.span(), format!("expected an argument name, such as `{example}`")));
    }
    let ident = input.call(Ident::parse_any)?;
    let word = ident.unraw().to_string();
    let Some(row) = A::ROWS.iter().find(|row| row.name == word) else {
        return Err(unknown(args, &ident, &word, input));
    };
    if args.given().contains(&row.name) {
        return Err(Error::new(ident.span(), format!("`{word}` is given twice")));
    }
    args.given().push(row.name);
    (row.read)(args, &Key { name: row.name, example: row.example, ident }, input)
}

/// The error for a name that is not in the table. A slip is still taken for what was meant.
fn unknown<A: Arguments>(args: &mut A, ident: &Ident, word: &str, input: ParseStream<'_>) -> Error {
    let noun = A::NOUN;
    let fault = |rest: &str| Error::new(ident.span(), format!("unknown {noun} `{word}`{rest}"));
    let foreign = word.to_ascii_lowercase();
    let is_type =
        input.is_empty() || input.peek(Token![,]) || input.peek(Token![::]) || input.peek(Token![<]);
    let slip = suggest::nearest(&foreign, A::ROWS.iter().map(|row| row.name));
    let row = A::ROWS.iter().find(|row| Some(row.name) == slip || row.aliases.contains(&&*foreign));
    if let Some(row) = row {
        if !args.given().contains(&row.name) {
            args.given().push(row.name);
            // What is wrong with the value will be told when the name is right.
            let _ =
                (row.read)(args, &Key { name: row.name, example: row.example, ident: ident.clone() }, input);
        }
        return match slip {
            Some(slip) => fault(&format!("; did you mean `{slip}`?")),
            None => fault(&format!("; {} {}`{}`", row.what, is(row.what), row.example)),
        };
    }
    if is_type && word.starts_with(char::is_uppercase) {
        args.given().push(A::ROWS[0].name);
        let row = &A::ROWS[0];
        return fault(&format!("; {} is given as `{}`", row.what, row.example.replace("Pod", word)));
    }
    if let Some((_, instead)) = INSTRUMENT.iter().find(|(words, _)| words.contains(&word)) {
        return fault(&format!("; {instead}"));
    }
    let names: Vec<String> = A::ROWS.iter().map(|row| format!("`{}`", row.name)).collect();
    fault(&format!("\n= help: the {}s are {}", noun.replace('`', ""), names.join(", ")))
}

/// The verb, unless the row has one of its own.
fn is(what: &str) -> &'static str {
    if what.ends_with(" are") { "" } else { "is " }
}

/// Takes the comma, and says where one is missing.
fn separator(input: ParseStream<'_>, diag: &mut Diag) -> Result<()> {
    if input.is_empty() {
        return Ok(());
    }
    if !input.peek(Token![,]) {
        diag.on(input.span(), "expected `,` between arguments");
        if input.peek(Token![;]) {
            input.parse::<Token![;]>()?;
        } else if !input.peek(Ident::peek_any) {
            skip(input)?;
        }
    }
    input.parse::<Option<Token![,]>>()?;
    Ok(())
}

/// Goes on to the next comma.
fn skip(input: ParseStream<'_>) -> Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<TokenTree>()?;
    }
    Ok(())
}
