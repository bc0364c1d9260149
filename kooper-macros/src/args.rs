//! The arguments of `#[controller(..)]`: the table of all that may be given, and the parser that the table drives.
//!
//! A new argument is a row of the table and a line in [`expand`](crate::expand).

use crate::{diag::Diag, suggest, value};
use proc_macro2::{Group, Literal, Span, TokenStream, TokenTree};
use quote::quote;
use syn::{
    Error, Expr, Ident, Result, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream, Parser, discouraged::Speculative},
    token::{Brace, Paren},
};
use value::Time;

arguments! {
    /// What stands in the parentheses of `#[controller(..)]`.
    Args: "argument" {
        "resource" resource: syn::Type = value::resource,
            "the watched type is", "resource = Pod",
            "kind type object watch for reconciles crd api api_version group version plural";
        "name" name: syn::LitStr = value::name,
            "the controller's name is", "name = \"pod-printer\"",
            "id controller controller_name named";
        "retries" retries: Expr = value::count,
            "the retry limit is", "retries = 3",
            "retry max_retries max_retry max_attempts attempts retry_limit processing_job_retries";
        "workers" workers: Expr = value::workers,
            "the number of parallel handlers is", "workers = 4",
            "concurrency concurrent_workers max_concurrent_reconciles parallelism threads max_concurrency";
        "resync" resync: Time = value::resync,
            "the resync interval is", "resync = \"3m\"",
            "interval resync_interval resync_period sync_period period requeue_interval requeue_after max_reconciliation_interval";
        "backoff" backoff: Backoff = Backoff::read,
            "the time between retries is", "backoff(initial = \"1s\", max = \"5m\")",
            "delay retry_delay retry_backoff rate_limiter gradual_retry error_delays exponential_backoff";
        "timeout" timeout: Time = value::timeout,
            "the time that one attempt may take is", "timeout = \"30s\"",
            "reconciliation_timeout reconcile_timeout deadline handler_timeout";
        "namespace" namespace: Expr = value::namespaces,
            "the watched namespaces are", "namespace = [\"a\", \"b\"]",
            "namespaces ns in_namespace watch_namespace watch_namespaces";
        "labels" labels: Expr = value::labels,
            "the label selector is", "labels = \"app=web\"",
            "label selector label_selector labels_selector match_labels";
        "fields" fields: Expr = value::fields,
            "the field selector is", "fields = \"status.phase=Running\"",
            "field field_selector fields_selector";
        "crate" krate: syn::Path = value::krate,
            "the path of Kooper is", "crate = ::kp",
            "krate kooper crates";
    }
}

arguments! {
    /// What stands in the parentheses of `backoff(..)`.
    Delays: "`backoff` option" {
        "initial" initial: Time = value::time,
            "the first delay is", "initial = \"5ms\"", "min base start initial_interval delay";
        "max" max: Time = value::time,
            "the longest delay is", "max = \"5m\"", "cap limit max_delay max_interval";
        "factor" factor: Literal = value::factor,
            "what each delay is multiplied by is", "factor = 2", "multiplier exponent interval_multiplier";
        "jitter" jitter: Literal = value::jitter,
            "the share of a delay that chance moves is", "jitter = 0.1", "randomness jitter_factor";
    }
}

/// Words that lead to no argument, most of them of `#[instrument]`, and what happens without one.
const ELSEWHERE: [(&str, &str); 5] = [
    ("skip skip_all", "spans record no arguments of a handler"),
    ("err ret", "the outcome of a handler is recorded by itself"),
    ("parent follows_from", "the parent of a handler's span is the span of its attempt"),
    ("level target", "the spans are at INFO, with your module as the target"),
    (
        "predicate predicates filter when generation_aware event_filter",
        "`add` is given every change; return `Ok(())` for what does not matter",
    ),
];

/// Whether `word` is one of these, which blanks part.
pub(crate) fn is_one_of(words: &str, word: &str) -> bool {
    words.split(' ').any(|known| known == word)
}

/// The delay between retries.
pub(crate) enum Backoff {
    Constant(Time),
    Growing(Box<Delays>),
}

impl Backoff {
    /// `backoff = "1s"` or `backoff(initial = "1s", max = "5m")`
    fn read(key: &Key, input: ParseStream<'_>) -> Result<Self> {
        if !input.peek(Paren) {
            return value::time(key, input).map(Self::Constant);
        }
        let list: Group = input.parse()?;
        if list.stream().is_empty() {
            let key = &key.ident;
            return Err(Error::new_spanned(
                quote!(#key #list),
                "`backoff()` is empty; remove it to use the default",
            ));
        }
        let mut faults = Diag::default();
        let delays = parse(list.stream(), &mut faults);
        faults.finish(Self::Growing(Box::new(delays)))
    }
}

/// A set of arguments: the struct that [`arguments!`] makes of a table.
pub(crate) trait Arguments: Default + 'static {
    /// What one of them is called in an error.
    const NOUN: &'static str;
    const ROWS: &'static [Row<Self>];
    /// The arguments that were given, be their values right or wrong, and where.
    fn given(&mut self) -> &mut Vec<(&'static str, Span)>;

    /// Notes an argument; whether it is the first of its name.
    fn note(&mut self, name: &'static str, at: Span) -> bool {
        let is_first = self.given().iter().all(|(given, _)| *given != name);
        self.given().push((name, at));
        is_first
    }
}

/// One row of a table of arguments.
pub(crate) struct Row<A> {
    pub(crate) name: &'static str,
    /// What it is, for those who know it by another word.
    what: &'static str,
    pub(crate) example: &'static str,
    /// What it is called in kopf, controller-runtime, Java Operator SDK, kube and Kooper for Go.
    pub(crate) aliases: &'static str,
    read: fn(&mut A, &Key, ParseStream<'_>) -> Result<()>,
}

/// The name of an argument as it stands in the source, with its example.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) example: &'static str,
    ident: Ident,
}

impl Key {
    /// The expression that stands here.
    pub(crate) fn expr(&self, input: ParseStream<'_>) -> Result<Expr> {
        match attempt(input) {
            Some(expr) => Ok(value::peel(expr)),
            None => Err(input.error(format!("`{}` takes a value: write `{}`", self.name, self.example))),
        }
    }
}

/// What stands here, if it is a `T`. Else nothing is taken.
pub(crate) fn attempt<T: Parse>(input: ParseStream<'_>) -> Option<T> {
    let ahead = input.fork();
    let parsed = ahead.parse().ok()?;
    input.advance_to(&ahead);
    Some(parsed)
}

impl<A> Row<A> {
    /// Reads what stands behind the key, which is `= value`, or a list where the example is one.
    fn read(&self, args: &mut A, ident: Ident, input: ParseStream<'_>) -> Result<()> {
        let Self { name, example, .. } = *self;
        let key = Key { name, example, ident };
        let ident = &key.ident;
        let is_list = example.starts_with(&format!("{name}("));
        if input.peek(Paren) && is_list {
            return (self.read)(args, &key, input);
        }
        if input.peek(Paren) {
            let list: Group = input.parse()?;
            let fault = format!("`{name}` takes one value: write `{example}`");
            return Err(Error::new_spanned(quote!(#ident #list), fault));
        }
        if input.peek(Token![:]) {
            return Err(Error::new(input.span(), format!("expected `=`: write `{example}`")));
        }
        if !input.peek(Token![=]) || input.peek(Token![==]) {
            return Err(Error::new(ident.span(), format!("`{name}` needs a value: write `{example}`")));
        }
        let equals: Token![=] = input.parse()?;
        if input.is_empty() || input.peek(Token![,]) {
            let fault = format!("`{name}` has no value after the `=`");
            return Err(Error::new_spanned(quote!(#ident #equals), fault));
        }
        if (input.peek(Paren) || input.peek(Brace)) && is_list {
            return Err(Error::new_spanned(
                rest(input)?,
                format!("`{name}` takes a list without `=`: write `{example}`"),
            ));
        }
        (self.read)(args, &key, input)
    }
}

/// Reads all arguments. One that is wrong costs only itself.
pub(crate) fn parse<A: Arguments>(tokens: TokenStream, diag: &mut Diag) -> A {
    let mut args = A::default();
    let all = |input: ParseStream<'_>| {
        while !input.is_empty() {
            if let Err(error) = argument(&mut args, input) {
                diag.push(error);
                rest(input)?;
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
    if !input.peek(Ident::peek_any) {
        let fault = format!("expected an argument name, such as `{}`", A::ROWS[0].example);
        let token: TokenTree = input.parse()?;
        args.note(A::ROWS[0].name, token.span());
        return Err(Error::new(token.span(), fault));
    }
    let ident = input.call(Ident::parse_any)?;
    let word = ident.unraw().to_string();
    let Some(row) = A::ROWS.iter().find(|row| row.name == word) else {
        return Err(unknown(args, ident, &word, input));
    };
    if !args.note(row.name, ident.span()) {
        return Err(Error::new(ident.span(), format!("`{word}` is given twice")));
    }
    row.read(args, ident, input)
}

/// The error for a name that is not in the table. Where it is clear what was meant, the value is taken for that.
fn unknown<A: Arguments>(args: &mut A, ident: Ident, word: &str, input: ParseStream<'_>) -> Error {
    let lower = word.to_lowercase();
    let slip = suggest::nearest(&lower, A::ROWS.iter().map(|row| row.name));
    let is_meant = |row: &&Row<A>| is_one_of(row.aliases, &lower) || Some(row.name) == slip;
    let names = || A::ROWS.iter().map(|row| format!("`{}`", row.name)).collect::<Vec<_>>().join(", ");
    let span = ident.span();
    let rest = if let Some(row) = A::ROWS.iter().find(is_meant) {
        if args.note(row.name, span) {
            // What is wrong with the value will be told when the name is right.
            let _ = row.read(args, ident, input);
        }
        match slip {
            Some(slip) => format!("; did you mean `{slip}`?"),
            None => format!("; {} `{}`", row.what, row.example),
        }
    } else if input.peek(Token![::]) || word.starts_with(char::is_uppercase) && !input.peek(Token![=]) {
        let row = &A::ROWS[0];
        args.note(row.name, span);
        let rest = rest(input).unwrap_or_default();
        let ty = quote!(#ident #rest);
        let fault = format!("expected an argument name: write `{} = {}`", row.name, value::show(&ty));
        return Error::new_spanned(ty, fault);
    } else if let Some((_, instead)) = ELSEWHERE.iter().find(|(words, _)| is_one_of(words, word)) {
        format!("\n= help: {instead}")
    } else {
        format!("\n= help: the {}s are {}", A::NOUN.replace('`', ""), names())
    };
    Error::new(span, format!("unknown {} `{word}`{rest}", A::NOUN))
}

/// Takes the comma, and says where one is missing.
fn separator(input: ParseStream<'_>, diag: &mut Diag) -> Result<()> {
    if !input.is_empty() && !input.peek(Token![,]) {
        diag.on(input.span(), "expected `,` between arguments");
        if input.peek(Token![;]) {
            input.parse::<Token![;]>()?;
        } else if !input.peek(Ident::peek_any) {
            rest(input)?;
        }
    }
    input.parse::<Option<Token![,]>>()?;
    Ok(())
}

/// All up to the next comma.
fn rest(input: ParseStream<'_>) -> Result<TokenStream> {
    let mut rest = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        rest.extend([input.parse::<TokenTree>()?]);
    }
    Ok(rest)
}
