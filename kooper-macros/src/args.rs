//! The arguments of `#[controller(..)]`: the table of all that may be given, and the parser that the table drives.
//!
//! A new argument is a row of the table and a line in [`expand`](crate::expand).

use crate::{
    diag::Diag,
    related::{self, Related},
    suggest,
    value::{self, Rate, Time, expr},
};
use kooper_syntax::{
    name::check_finalizer,
    selector::{check_fields, check_labels},
};
use proc_macro2::{Group, Literal, Span, TokenStream, TokenTree};
use quote::quote;
use std::collections::BTreeMap;
use syn::{
    Error, Expr, Ident, Result, Token,
    ext::IdentExt,
    parse::{ParseStream, Parser},
    token::{Brace, Paren},
};

arguments! {
    /// What stands in the parentheses of `#[controller(..)]`.
    Args: "argument", by default
        r#"retries = 3, workers = 3, resync = "3m", backoff(initial = "5ms"), crate = ::kooper"# {
        "resource" resource: syn::Type = value::resource, "the watched type is", "resource = Pod",
            "kind type object watch for reconciles crd api api_version group version plural";
        "name" name: String = expr(|name| name.dns_label("takes a string")),
            "the controller's name is", "name = \"pod-printer\"", "id controller controller_name named";
        "retries" retries: Expr = expr(value::count), "the retry limit is", "retries = 3",
            "retry max_retries max_retry max_attempts attempts retry_limit processing_job_retries";
        "workers" workers: Expr = expr(value::count), "the number of parallel handlers is", "workers = 4",
            "concurrency concurrent_workers max_concurrent_reconciles parallelism threads max_concurrency";
        "resync" resync: Time = expr(value::resync), "the resync interval is", "resync = \"3m\"",
            "interval resync_interval resync_period sync_period period requeue_interval requeue_after \
             max_reconciliation_interval";
        "backoff" backoff: Backoff = Backoff::read,
            "the time between retries is", "backoff(initial = \"1s\", max = \"5m\")",
            "delay retry_delay retry_backoff gradual_retry error_delays exponential_backoff";
        "timeout" timeout: Time = expr(value::time), "the time that one attempt may take is", "timeout = \"30s\"",
            "reconciliation_timeout reconcile_timeout deadline handler_timeout";
        "debounce" debounce: Time = expr(value::time),
            "the shortest time between two runs of an object is", "debounce = \"2s\"",
            "debounce_interval quiet_period min_interval throttle cooldown";
        "rate_limit" rate_limit: Rate = expr(value::rate), "the limit of retries is", "rate_limit = \"10/s\"",
            "rate rate_limiter rate_limited qps bucket token_bucket limit_for_period";
        "namespace" namespace: Expr = expr(value::namespaces),
            "the watched namespaces are", "namespace = [\"a\", \"b\"]",
            "namespaces ns in_namespace watch_namespace watch_namespaces";
        "labels" labels: Expr = expr(value::checked("is not a label selector: ", check_labels)),
            "the label selector is", "labels = \"app=web\"",
            "label selector label_selector labels_selector match_labels";
        "fields" fields: Expr = expr(value::checked("is not a field selector: ", check_fields)),
            "the field selector is", "fields = \"status.phase=Running\"",
            "field field_selector fields_selector";
        "filter" filter: Expr = expr(value::function),
            "what `add` is given is said by", "filter = Self::is_ours",
            "predicate predicates when event_filter filters generic_filter on_add_filter on_update_filter";
        "on_error" on_error: Expr = expr(value::function),
            "what becomes of a failure is said by", "on_error = Self::on_error",
            "error_policy error_handler errors on_failure update_error_status";
        "finalizer" finalizer: Expr = expr(value::checked("", check_finalizer)),
            "the finalizer is", "finalizer = \"example.com/cleanup\"", "finalizers finalizer_name with_finalizer";
        "shutdown" shutdown: Time = expr(value::time),
            "the time that running handlers have at shutdown is", "shutdown = \"30s\"",
            "drain drain_timeout graceful_shutdown graceful_shutdown_timeout grace_period termination_timeout";
        "crate" krate: syn::Path = expr(value::krate), "the path of Kooper is", "crate = ::kp",
            "krate kooper crates";
        each "owns" owns: Related<Selected> = Related::read,
            "the kinds of objects that its objects own are", "owns(ConfigMap)",
            "own owned owned_by depends_on dependents dependent";
        each "watches" watches: Related<Mapped> = Related::read,
            "the objects of other kinds that lead to its own are", "watches(Secret, map = Self::users)",
            "watch_also also_watches watches_with event_source event_sources informer informers";
    }
}

arguments! {
    /// What stands behind the type in `owns(..)`.
    Selected: "`owns` option", by default "" {
        "labels" labels: Expr = expr(value::checked("is not a label selector: ", check_labels)),
            "the label selector is", "labels = \"app=web\"", "label selector label_selector match_labels";
        "fields" fields: Expr = expr(value::checked("is not a field selector: ", check_fields)),
            "the field selector is", "fields = \"metadata.name=web\"", "field field_selector";
        "namespace" namespace: Expr = expr(value::namespaces),
            "the watched namespaces are", "namespace = \"prod\"", "namespaces ns in_namespace";
    }
}

arguments! {
    /// What stands behind the type in `watches(..)`.
    Mapped: "`watches` option", by default "" {
        "map" map: Expr = expr(value::function), "the function that gives the keys is", "map = Self::users",
            "mapper map_fn with map_to to key keys handler enqueue map_func";
        "labels" labels: Expr = expr(value::checked("is not a label selector: ", check_labels)),
            "the label selector is", "labels = \"app=web\"", "label selector label_selector match_labels";
        "fields" fields: Expr = expr(value::checked("is not a field selector: ", check_fields)),
            "the field selector is", "fields = \"metadata.name=web\"", "field field_selector";
        "namespace" namespace: Expr = expr(value::namespaces),
            "the watched namespaces are", "namespace = \"prod\"", "namespaces ns in_namespace";
    }
}

arguments! {
    /// What stands in the parentheses of `backoff(..)`.
    Delays: "`backoff` option", by default r#"initial = "5ms", max = "1000s", factor = 2, jitter = 0.1"# {
        "initial" initial: Time = expr(value::time), "the first delay is", "initial = \"5ms\"",
            "min base start initial_interval delay";
        "max" max: Time = expr(value::time), "the longest delay is", "max = \"5m\"",
            "cap limit max_delay max_interval";
        "factor" factor: Literal =
            expr(value::number(1.0..=f64::MAX, "must be at least 1: delays would shrink with every retry")),
            "what each delay is multiplied by is", "factor = 2", "multiplier exponent interval_multiplier";
        "jitter" jitter: Literal = expr(value::number(0.0..=1.0, "is a share of the delay, from 0.0 to 1.0")),
            "the share of a delay that chance moves is", "jitter = 0.1", "randomness jitter_factor";
    }
}

/// Words that lead to no argument, most of them of `#[instrument]`, and what happens without one.
const ELSEWHERE: [(&str, &str); 4] = [
    ("skip skip_all", "spans record no arguments of a handler"),
    ("err ret", "the outcome of a handler is recorded by itself"),
    ("level target parent follows_from", "spans are INFO, with your module as target, below their attempt"),
    (
        "generation_aware generation_aware_event_processing generation_changed",
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
    fn read(row: &Row, input: ParseStream<'_>) -> Result<Self> {
        if !input.peek(Paren) {
            return expr(value::time)(row, input).map(Self::Constant);
        }
        let mut faults = Diag::default();
        let delays = parse(input.parse::<Group>()?.stream(), &mut faults);
        faults.finish(Self::Growing(Box::new(delays)))
    }
}

/// A set of arguments: the struct that [`arguments!`] makes of a table.
pub(crate) trait Arguments: Default {
    /// What one of them is called in an error.
    const NOUN: &'static str;
    /// What stands for those that are not given, as a user would write it.
    const DEFAULTS: &'static str;
    const ROWS: &'static [Row];
    /// Reads the value of one of them.
    fn read(&mut self, row: &Row, input: ParseStream<'_>) -> Result<()>;
    /// The arguments that were given, be their values right or wrong, and where.
    fn given(&mut self) -> &mut BTreeMap<&'static str, Span>;
}

/// One row of a table of arguments.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// What it is, for those who know it by another word.
    what: &'static str,
    pub(crate) example: &'static str,
    /// What it is called in kopf, controller-runtime, Java Operator SDK, kube and Kooper for Go.
    pub(crate) aliases: &'static str,
    /// Whether it may be given several times.
    pub(crate) repeats: bool,
}

/// Reads all arguments. One that is wrong costs only itself: its default stands for it, as for one that is not given.
pub(crate) fn parse<A: Arguments>(tokens: TokenStream, diag: &mut Diag) -> A {
    let mut args = A::default();
    let defaults = A::DEFAULTS.parse().expect("a table's defaults are Rust");
    for tokens in [defaults, tokens] {
        args.given().clear();
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
    }
    args
}

fn argument<A: Arguments>(args: &mut A, input: ParseStream<'_>) -> Result<()> {
    if !input.peek(Ident::peek_any) {
        let fault = format!("expected an argument name, such as `{}`", A::ROWS[0].example);
        let token: TokenTree = input.parse()?;
        args.given().insert(A::ROWS[0].name, token.span());
        return Err(Error::new(token.span(), fault));
    }
    let ident = input.call(Ident::parse_any)?;
    let word = ident.unraw().to_string();
    let Some(row) = A::ROWS.iter().find(|row| row.name == word) else {
        return Err(unknown(args, &ident, &word, input));
    };
    if args.given().insert(row.name, ident.span()).is_some() && !row.repeats {
        return Err(Error::new(ident.span(), format!("`{word}` is given twice")));
    }
    behind(&ident, row, args, input)
}

/// Reads what stands behind the name of an argument: `= value`, or a list where the example is one.
fn behind<A: Arguments>(ident: &Ident, row: &Row, args: &mut A, input: ParseStream<'_>) -> Result<()> {
    let Row { name, example, .. } = row;
    let is_list = example.starts_with(&format!("{name}("));
    if input.peek(Paren) {
        let list: Group = input.fork().parse()?;
        if is_list && !list.stream().is_empty() {
            return args.read(row, input);
        }
        let fault = if row.repeats {
            format!("`{name}` needs a type: write `{example}`")
        } else if is_list {
            format!("`{name}()` is empty; remove it to use the default")
        } else {
            format!("`{name}` takes one value: write `{example}`")
        };
        return Err(Error::new_spanned(quote!(#ident #list), fault));
    }
    if input.peek(Token![:]) {
        return Err(input.error(format!("expected `=`: write `{example}`")));
    }
    if !input.peek(Token![=]) || input.peek(Token![==]) {
        return Err(Error::new(ident.span(), format!("`{name}` needs a value: write `{example}`")));
    }
    let equals: Token![=] = input.parse()?;
    if input.is_empty() || input.peek(Token![,]) {
        let fault = format!("`{name}` has no value after the `=`");
        return Err(Error::new_spanned(quote!(#ident #equals), fault));
    }
    if row.repeats {
        let value = rest(input)?;
        let written = related::as_list(row, value.clone());
        let fault = format!("`{name}` takes a list: write `{written}`");
        return Err(Error::new_spanned(quote!(#ident #equals #value), fault));
    }
    if is_list && (input.peek(Paren) || input.peek(Brace)) {
        let fault = format!("`{name}` takes a list without `=`: write `{example}`");
        return Err(Error::new_spanned(rest(input)?, fault));
    }
    args.read(row, input)
}

/// The error for a name that is not in the table. Where it is clear what was meant, the value is taken for that.
fn unknown<A: Arguments>(args: &mut A, ident: &Ident, word: &str, input: ParseStream<'_>) -> Error {
    let lower = word.to_lowercase();
    let slip = suggest::nearest(&lower, A::ROWS.iter().map(|row| row.name));
    let meant = A::ROWS.iter().find(|row| is_one_of(row.aliases, &lower) || Some(row.name) == slip);
    let hint = if let Some(row) = meant {
        if args.given().insert(row.name, ident.span()).is_none() {
            // What is wrong with the value will be told when the name is right.
            let _ = behind(ident, row, args, input);
        }
        match slip {
            Some(slip) => format!("; did you mean `{slip}`?"),
            None => format!("; {} `{}`", row.what, row.example),
        }
    } else if input.peek(Token![::]) || word.starts_with(char::is_uppercase) && !input.peek(Token![=]) {
        let name = A::ROWS[0].name;
        args.given().insert(name, ident.span());
        let rest = rest(input).unwrap_or_default();
        let ty = quote!(#ident #rest);
        let fault = format!("expected an argument name: write `{name} = {}`", value::show(&ty));
        return Error::new_spanned(ty, fault);
    } else if let Some((_, instead)) = ELSEWHERE.iter().find(|(words, _)| is_one_of(words, word)) {
        format!("\n= help: {instead}")
    } else {
        let names: Vec<_> = A::ROWS.iter().map(|row| format!("`{}`", row.name)).collect();
        format!("\n= help: the {}s are {}", A::NOUN.replace('`', ""), names.join(", "))
    };
    Error::new(ident.span(), format!("unknown {} `{word}`{hint}", A::NOUN))
}

/// Takes the comma, and says where one is missing.
fn separator(input: ParseStream<'_>, diag: &mut Diag) -> Result<()> {
    if !input.is_empty() && !input.peek(Token![,]) {
        diag.push(input.error("expected `,` between arguments"));
        if !input.peek(Ident::peek_any) {
            rest(input)?;
        }
    }
    input.parse::<Option<Token![,]>>().map(drop)
}

/// All up to the next comma.
pub(crate) fn rest(input: ParseStream<'_>) -> Result<TokenStream> {
    let mut rest = TokenStream::new();
    while !input.is_empty() && !input.peek(Token![,]) {
        rest.extend([input.parse::<TokenTree>()?]);
    }
    Ok(rest)
}
