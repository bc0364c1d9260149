//! The arguments of `#[controller(..)]`: the table of all that may be given, and the parser that the table drives.
//!
//! A new argument is a row of the table and a line in [`expand`](crate::expand).

use crate::diag::Diag;
use crate::related::Related;
use crate::span::Recorded;
use crate::value::{self, Time, expr};
use kooper_syntax::{meant, name::is_dns_label, setting, word};
use proc_macro2::{Group, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use std::time::Duration;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::token::Paren;
use syn::{Error, Ident, Result, Token};

arguments! {
    /// What stands in the parentheses of `#[controller(..)]`.
    Args: "argument" {
        "resource" resource: syn::Type = value::kind, "resource = Pod";
        "name" name: String = expr(|name| name.dns_label("takes a string", &is_dns_label)), "name = \"pod-printer\"";
        "retries" retries: TokenStream = expr(value::count), "retries = 3" or quote!(3);
        "workers" workers: TokenStream = expr(value::count), "workers = 4" or quote!(3);
        "resync" resync: Time = expr(value::resync), "resync = \"3m\"" or Time::Known(Duration::from_mins(3), Span::call_site());
        "backoff" backoff: Backoff = Backoff::read, "backoff(initial = \"1s\", max = \"5m\")" or Backoff::Growing(Box::default());
        "timeout" timeout: Time = expr(value::time), "timeout = \"30s\"";
        "debounce" debounce: Time = expr(value::time), "debounce = \"2s\"";
        "rate_limit" rate_limit: TokenStream = expr(value::rate), "rate_limit = \"10/s\"";
        "namespace" namespace: TokenStream = expr(value::namespaces), "namespace = [\"a\", \"b\"]";
        "labels" labels: TokenStream = expr(value::checked(&value::LABELS)), "labels = \"app=web\"";
        "fields" fields: TokenStream = expr(value::checked(&value::FIELDS)), "fields = \"status.phase=Running\"";
        "filter" filter: TokenStream = expr(value::function), "filter = Self::is_ours";
        "on_error" on_error: TokenStream = expr(value::function), "on_error = Self::on_error";
        "finalizer" finalizer: TokenStream = expr(value::checked(&value::FINALIZER)), "finalizer = \"example.com/cleanup\"";
        "shutdown" shutdown: Time = expr(value::time), "shutdown = \"30s\"";
        "span" span: Recorded = Recorded::read_list, "span(level = \"debug\")";
        "crate" krate: TokenStream = expr(value::krate), "crate = ::kp" or quote!(::kooper);
        each "owns" owns: Related = Related::read, "owns(ConfigMap)";
        each "watches" watches: Related = Related::read, "watches(Secret, map = Self::users)";
    }
}

arguments! {
    /// What stands behind the type in `watches(..)`.
    Mapped: "`watches` option" {
        "map" map: TokenStream = expr(value::function), "map = Self::users";
        "labels" labels: TokenStream = expr(value::checked(&value::LABELS)), "labels = \"app=web\"";
        "fields" fields: TokenStream = expr(value::checked(&value::FIELDS)), "fields = \"metadata.name=web\"";
        "namespace" namespace: TokenStream = expr(value::namespaces), "namespace = \"prod\"";
    }
}

arguments! {
    /// What stands behind the type in `owns(..)`.
    Selected: "`owns` option" {
        "labels" labels: TokenStream = expr(value::checked(&value::LABELS)), "labels = \"app=web\"";
        "fields" fields: TokenStream = expr(value::checked(&value::FIELDS)), "fields = \"metadata.name=web\"";
        "namespace" namespace: TokenStream = expr(value::namespaces), "namespace = \"prod\"";
    }
}

arguments! {
    /// What stands in the parentheses of `backoff(..)`.
    Delays: "`backoff` option" {
        "initial" initial: Time = expr(value::time), "initial = \"5ms\"" or Time::Known(Duration::from_millis(5), Span::call_site());
        "max" max: Time = expr(value::time), "max = \"5m\"" or Time::Known(Duration::from_secs(1000), Span::call_site());
        "factor" factor: Literal =
            expr(value::number(1.0..=f64::MAX, "must be at least 1: delays would shrink with every retry")),
            "factor = 2" or Literal::f64_unsuffixed(2.0);
        "jitter" jitter: Literal = expr(value::number(0.0..=1.0, "is a share of the delay, from 0.0 to 1.0")),
            "jitter = 0.1" or Literal::f64_unsuffixed(0.1);
    }
}

arguments! {
    /// What stands in the parentheses of `#[handler(..)]`.
    Attempts: "`#[handler]` argument" {
        "retries" retries: TokenStream = expr(value::count), "retries = 3";
        "backoff" backoff: Backoff = Backoff::read, "backoff(max = \"5m\")";
        "timeout" timeout: Time = expr(value::time), "timeout = \"30s\"";
        "span" span: Recorded = Recorded::read_list, "span(level = \"debug\")";
    }
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

/// Which arguments were given, be their values right or wrong, and where.
pub(crate) type Given = kooper_syntax::given::Given<Span>;

/// A set of arguments: the struct that [`arguments!`] makes of a table.
pub(crate) trait Arguments {
    fn table(&self) -> &'static Table;
    /// Reads the value of one of them.
    fn read(&mut self, row: &Row, input: ParseStream<'_>) -> Result<()>;
    /// Where the name of one of them stands.
    fn place(&self, name: &str) -> Span;
    fn given(&mut self) -> &mut Given;
}

/// The call of the setter of this name. It stands at the argument's name, so that an editor leads from one to the other.
pub(crate) fn set(name: &str, place: Span, value: &dyn ToTokens) -> TokenStream {
    let setter = Ident::new(name, place);
    quote!(.#setter(#value))
}

pub(crate) struct Table {
    /// What one of them is called in an error.
    pub(crate) noun: &'static str,
    pub(crate) rows: &'static [Row],
}

impl Table {
    /// What the arguments stand in, unless that is the attribute itself.
    pub(crate) fn inside(&self) -> &'static str {
        self.noun.split('`').nth(1).unwrap_or_default()
    }
}

/// One row of a table of arguments.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) example: &'static str,
    /// Whether it may be given several times.
    pub(crate) repeats: bool,
}

/// Reads all arguments. One that is wrong costs only itself: its default stands for it, as for one that is not given.
pub(crate) fn parse<A: Arguments + Default>(tokens: TokenStream, diag: &mut Diag) -> A {
    let mut args = A::default();
    list(tokens, diag, &mut |input| argument(&mut args, input));
    args
}

/// Reads a list, where an item that is wrong costs only itself.
pub(crate) fn list(tokens: TokenStream, diag: &mut Diag, one: &mut dyn FnMut(ParseStream<'_>) -> Result<()>) {
    let all = |input: ParseStream<'_>| {
        while !input.is_empty() {
            if let Err(error) = one(input) {
                diag.push(error);
                rest(input)?;
            }
            separator(input, diag)?;
        }
        Ok(())
    };
    let read = all.parse2(tokens);
    diag.take(read);
}

fn argument(args: &mut dyn Arguments, input: ParseStream<'_>) -> Result<()> {
    let rows = args.table().rows;
    if !input.peek(Ident::peek_any) {
        let mut value = TokenStream::from(input.parse::<TokenTree>()?);
        value.extend(if value.to_string() == "," { TokenStream::new() } else { rest(input)? });
        return Err(nameless(args, value));
    }
    let ident = input.call(Ident::parse_any)?;
    let word = ident.unraw().to_string();
    let Some(row) = rows.iter().find(|row| row.name == word) else {
        return Err(unknown(args, &ident, &word, input));
    };
    if args.given().insert(row.name, ident.span()) && !row.repeats {
        return Err(Error::new(ident.span(), setting::twice(&word)));
    }
    behind(&ident, row, args, input)
}

/// Reads what stands behind the name of an argument: `= value`, or a list where the example is one.
fn behind(ident: &Ident, row: &Row, args: &mut dyn Arguments, input: ParseStream<'_>) -> Result<()> {
    let Row { name, example, .. } = row;
    let is_list = example.starts_with(&format!("{name}("));
    if input.peek(Paren) {
        let list: Group = input.fork().parse()?;
        if is_list && !list.stream().is_empty() {
            return args.read(row, input);
        }
        let fault = setting::no_list(name, example, row.repeats, is_list, &value::show(&list));
        return Err(Error::new_spanned(quote!(#ident #list), fault));
    }
    if input.peek(Token![:]) {
        return Err(input.error(format!("expected `=`: write `{example}`")));
    }
    if !input.peek(Token![=]) || input.peek(Token![==]) {
        return Err(Error::new(ident.span(), format!("`{name}` needs a value: write `{example}`")));
    }
    let equals: Token![=] = input.parse()?;
    let value = rest(&input.fork())?;
    match setting::no_value(name, example, row.repeats, is_list, &value::show(&value)) {
        None => args.read(row, input),
        Some(fault) => rest(input).and(Err(Error::new_spanned(quote!(#ident #equals #value), fault))),
    }
}

/// The error for a value without a name. What it must be meant for counts as given.
fn nameless(args: &mut dyn Arguments, value: TokenStream) -> Error {
    let (Table { rows, .. }, shown) = (args.table(), value::show(&value));
    let first = (rows[0].name, args.given().has(rows[0].name));
    let (name, written) = meant::named(args.table().inside(), &shown, first, rows[0].example);
    let fault = Error::new_spanned(value, format!("expected an argument name{written}"));
    args.given().insert(name, fault.span());
    fault
}

/// The error for a name that is not in the table. Where it is clear what was meant, the value is taken for that.
fn unknown(args: &mut dyn Arguments, ident: &Ident, word: &str, input: ParseStream<'_>) -> Error {
    let Table { noun, rows } = args.table();
    let is_name = input.peek(Token![=]) || input.peek(Paren);
    if input.peek(Token![::]) || word.starts_with(char::is_uppercase) && !is_name {
        let rest = rest(input).unwrap_or_default();
        return nameless(args, quote!(#ident #rest));
    }
    let names = |rows: &'static [Row]| rows.iter().map(|row| row.name).collect::<Vec<_>>();
    let (inside, known) = (args.table().inside(), names(rows));
    let (slip, meant) = word::meant(inside, word, &known);
    let Some(row) = rows.iter().find(|row| Some(row.name) == meant) else {
        let all = names(Args::default().table().rows);
        return Error::new(ident.span(), word::no_setting(inside, word, noun, &all, &known));
    };
    let is_first = !args.given().insert(row.name, ident.span());
    if is_first {
        // What is wrong with the value will be told when the name is right.
        let _ = behind(ident, row, args, input);
    }
    let hint = match slip {
        _ if !is_first && !row.repeats => format!("`{}` is given already: remove one", row.name),
        true => format!("did you mean `{}`?", row.name),
        false => format!("{} `{}`", word::what(inside, row.name), row.example),
    };
    Error::new(ident.span(), word::unknown(noun, word, &hint))
}

/// Takes the comma, and says where one is missing.
pub(crate) fn separator(input: ParseStream<'_>, diag: &mut Diag) -> Result<()> {
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
