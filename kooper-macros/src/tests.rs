//! The expansion as a whole: what it looks like, and that no input is too much for it.

use crate::{
    args::{Args, Arguments, Attempts, Delays, Mapped, Row, Selected, Table, parse},
    controller_impl,
    diag::Diag,
    item::without_settings,
    span::Recorded,
};
use kooper_syntax::word;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;
use std::{collections::HashSet, env, fs, path::Path};

/// What the macro adds, without the user's own `impl`.
fn expansion(args: TokenStream, item: &TokenStream) -> String {
    let mut file: syn::File = syn::parse2(controller_impl(args, item)).expect("the expansion is Rust");
    file.items.remove(0);
    prettyplease::unparse(&file)
}

fn first_page() -> String {
    expansion(
        quote!(resource = Pod, retries = 3),
        &quote! {
            impl PodPrinter {
                async fn add(&self, ctx: Context, pod: Pod) -> kooper::Result {
                    println!("{} is {:?}", ctx.key(), pod.status.and_then(|s| s.phase));
                    Ok(())
                }

                async fn delete(&self, _ctx: Context, key: ObjectKey) -> kooper::Result {
                    println!("{key} is gone");
                    Ok(())
                }
            }
        },
    )
}

fn everything() -> String {
    expansion(
        quote! {
            resource = Pod, name = "all-of-it", retries = Self::RETRIES, workers = 10, resync = "never",
            backoff(initial = "100ms", max = MAX, factor = 1.5, jitter = 0), timeout = "1m30s",
            debounce = "2s", rate_limit = "100/1m",
            namespace = ["a", "b"], labels = "app=web", fields = FIELDS, crate = ::kp,
            filter = Self::is_ours, on_error = Self::on_error, finalizer = "example.com/cleanup",
            span(target = "ops", level = "debug", err = "info", fields(team = "infra")),
            shutdown = "20s", owns(ConfigMap, labels = "role=address"), watches(Secret, map = Self::users, namespace = "b")
        },
        &quote! {
            impl Everything {
                async fn add(&self, pod: Arc<Pod>) -> Result<Requeue, Failure> { todo!() }
                #[handler(retries = 10, timeout = "5m", span(fields(node = %pod.node())))]
                async fn finalize(&self, pod: Pod) -> Result<(), Failure> { todo!() }
                async fn delete(&self, key: ObjectKey) -> Result<(), Failure> { todo!() }
            }
        },
    )
}

fn generic() -> String {
    expansion(
        quote!(resource = T, backoff = "1s"),
        &quote! {
            impl<T: kooper::Resource, const N: usize> Generic<T, N> where T: Clone {
                async fn add(&self, ctx: Context, object: T) -> kooper::Result { Ok(()) }
            }
        },
    )
}

fn cfgs() -> String {
    expansion(
        quote!(resource = Pod),
        &quote! {
            #[cfg(feature = "pods")]
            impl Cfgs {
                #[cfg(unix)]
                async fn add(&self, pod: Pod) -> kooper::Result { Ok(()) }
                #[cfg(not(unix))]
                async fn add(&self, pod: Arc<Pod>) -> kooper::Result { Ok(()) }
                #[cfg(feature = "audit")]
                async fn delete(&self, key: ObjectKey) -> kooper::Result { Ok(()) }
            }
        },
    )
}

fn wrong() -> String {
    expansion(
        quote!(resource = "Pod", retires = 5, workers = 0),
        &quote! {
            impl Wrong {
                fn add(&self, pod: Pod) -> kooper::Result { Ok(()) }
                async fn delete(&self, key: ObjectKey) -> kooper::Result { Ok(()) }
            }
        },
    )
}

/// `EXPANSIONS=overwrite cargo test -p kooper-macros` writes the files anew.
#[test]
fn expansions_are_those_that_were_reviewed() {
    for (name, printed) in [
        ("first_page", first_page()),
        ("everything", everything()),
        ("generic", generic()),
        ("cfgs", cfgs()),
        ("wrong", wrong()),
    ] {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expansions").join(name).with_extension("rs");
        if env::var_os("EXPANSIONS").is_some_and(|value| value == "overwrite") {
            fs::write(&path, &printed).expect("the file can be written");
        }
        let reviewed = fs::read_to_string(&path).unwrap_or_default();
        assert!(printed == reviewed, "{} differs; found:\n{printed}", path.display());
    }
}

#[test]
fn expansions_are_short_and_without_logic() {
    assert!(first_page().lines().count() < 60, "{}", first_page());
    assert!(everything().lines().count() <= 110, "{}", everything());
    for printed in [first_page(), everything(), generic(), cfgs()] {
        assert_eq!(printed.matches(" for ").count(), 1, "`impl Handler for` alone: {printed}");
        for word in ["match", "if", "loop", "while", "|", "?", "&&", "=>"] {
            assert!(!printed.split_whitespace().any(|token| token == word), "`{word}` in {printed}");
        }
    }
}

#[test]
fn every_example_of_the_table_can_be_read_and_every_word_leads_to_one_argument() {
    fn check<A: Arguments + Default>() {
        let mut words = HashSet::new();
        let table @ Table { noun, rows } = A::default().table();
        let inside = table.inside();
        for Row { name, example, .. } in *rows {
            let mut faults = Diag::default();
            let mut args: A = parse(example.parse().expect("an example is Rust"), &mut faults);
            assert!(faults.finish(()).is_ok(), "{example} is wrong");
            assert!(args.given().has(name) && args.given().besides(name).next().is_none(), "{name}");
            assert!(!word::what(inside, name).is_empty(), "no words for `{name}`");
            for word in word::others(inside, name).split(' ').chain([*name]) {
                let answer = word::unknown(noun, word, &format!("{} `{example}`", word::what(inside, name)));
                let line = |line: &str| line.chars().count() <= 100;
                assert!(format!("error: {answer}").lines().all(line), "over 100 columns: {answer}");
                assert!(words.insert(word), "`{word}` leads to two arguments");
            }
        }
    }
    check::<Args>();
    check::<Delays>();
    check::<Selected>();
    check::<Mapped>();
    check::<Attempts>();
    check::<Recorded>();
}

#[test]
fn the_argument_that_contributing_shows_is_added_by_these_lines_and_no_others() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &str| fs::read_to_string(root.join(path)).expect("the file can be read");
    let contributing = read("CONTRIBUTING.md");
    let (_, diff) = contributing.split_once("```diff\n").expect("a diff is shown");
    let (diff, _) = diff.split_once("```").expect("the diff has an end");
    let (mut files, mut shown) = (Vec::new(), String::new());
    for line in diff.lines() {
        if let Some(header) = line.strip_prefix("--- a/") {
            files.push(read(header.split(' ').next().unwrap_or_default()));
            shown.push('\n');
        } else if let Some(line) = line.strip_prefix('+') {
            shown += line;
            shown.push('\n');
        } else {
            let taken_out = line.strip_prefix('-').expect("a line goes or comes");
            assert!(!files.last().is_some_and(|file| file.contains(taken_out)), "still there: {taken_out}");
        }
    }
    assert!(files.len() <= 3, "a simple argument is added at three places at most");
    for (file, lines) in files.iter().zip(shown.split("\n\n")) {
        let lines = lines.trim_start_matches('\n').trim_end();
        assert!(file.contains(lines), "not so in the file:\n{lines}");
        let rest = file.replacen(lines, "", 1);
        let calls = ["\"debounce\" debounce", " debounce rate_limit", "setting(\n        \"debounce\""];
        assert!(calls.iter().all(|call| !rest.contains(call)), "and at another place besides");
    }
}

/// The texts of an answer are not compiled, so what they name is looked for where it stands.
#[test]
fn whatever_an_answer_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let read = |path: &str| fs::read_to_string(root.join(path)).expect("the file can be read");
    let files = |folder: &str| {
        let entries = fs::read_dir(root.join(folder)).expect("the folder is there");
        entries.map(|entry| fs::read_to_string(entry.expect("an entry").path()).expect("a file can be read"))
    };
    let mut texts: Vec<String> = files("kooper-syntax/src").chain(files("kooper-macros/src")).collect();
    texts.retain(|text| !text.starts_with("//! The expansion as a whole"));
    let mut seen = 0;
    for (begins, file) in [
        ("`Controller::", "kooper/src/controller.rs"),
        ("`kooper::", "kooper/src/lib.rs"),
        ("`ctx.", "kooper/src/context.rs"),
        ("Requeue::", "kooper/src/handler.rs"),
    ] {
        let file = read(file);
        let is_there = |name: &str| {
            let is_function = ["(", "<"].iter().any(|next| file.contains(&format!("fn {name}{next}")));
            is_function || begins == "`kooper::" && file.contains(name)
        };
        let is_of_name = |c: char| c.is_alphanumeric() || c == '_';
        for rest in texts.iter().flat_map(|text| text.split(begins).skip(1)) {
            let name = rest.split(|c| !is_of_name(c)).next().unwrap_or_default();
            // Where the name is put in, it is that of a setter.
            assert!(name.is_empty() || is_there(name), "nothing is called `{name}` behind {begins}");
            seen += 1;
        }
    }
    assert!(seen > 10, "only {seen} were found");
}

/// Numbers as if by chance, the same at each run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit.max(1)
    }
}

/// The tokens with some of them taken out, doubled, moved or replaced.
fn mutated(tokens: TokenStream, words: &[TokenTree], chance: &mut Chance) -> TokenStream {
    let mut mutated = Vec::new();
    for token in tokens {
        let token = match token {
            TokenTree::Group(group) => {
                let delimiters =
                    [Delimiter::Parenthesis, Delimiter::Brace, Delimiter::Bracket, Delimiter::None];
                let delimiter =
                    if chance.below(12) == 0 { delimiters[chance.below(4)] } else { group.delimiter() };
                Group::new(delimiter, self::mutated(group.stream(), words, chance)).into()
            }
            token => token,
        };
        match chance.below(24) {
            0 => {}
            1 => mutated.extend([token.clone(), token]),
            2 => mutated.extend([token, words[chance.below(words.len())].clone()]),
            3 => mutated.push(words[chance.below(words.len())].clone()),
            4 => mutated.insert(chance.below(mutated.len() + 1), token),
            _ => mutated.push(token),
        }
    }
    mutated.into_iter().collect()
}

/// Tokens in any order, in groups of up to `depth` levels.
fn random(words: &[TokenTree], depth: usize, chance: &mut Chance) -> TokenStream {
    let mut tokens = Vec::new();
    for _ in 0..chance.below(12) {
        let word = words[chance.below(words.len())].clone();
        tokens.push(match word {
            TokenTree::Group(group) if depth > 0 => {
                Group::new(group.delimiter(), random(words, depth - 1, chance)).into()
            }
            word => word,
        });
    }
    tokens.into_iter().collect()
}

/// As many inputs as each of several threads tries.
const ROUNDS: u32 = 25_000;

#[test]
fn no_input_is_too_much() {
    std::thread::scope(|scope| {
        for seed in [42, 7, 1971, 2026] {
            scope.spawn(move || try_inputs(seed));
        }
    });
}

/// Whether behind some tokens of `output` stands `item`. Cheaper than comparing their texts.
fn begins_with(output: TokenStream, skipped: usize, item: TokenStream) -> bool {
    let mut output = output.into_iter().skip(skipped);
    item.into_iter().all(|wanted| match (output.next(), wanted) {
        (Some(TokenTree::Ident(found)), TokenTree::Ident(wanted)) => found == wanted,
        (Some(TokenTree::Punct(found)), TokenTree::Punct(wanted)) => found.as_char() == wanted.as_char(),
        (Some(TokenTree::Literal(found)), TokenTree::Literal(wanted)) => {
            found.to_string() == wanted.to_string()
        }
        (Some(TokenTree::Group(found)), TokenTree::Group(wanted)) => {
            found.delimiter() == wanted.delimiter() && begins_with(found.stream(), 0, wanted.stream())
        }
        _ => false,
    })
}

fn try_inputs(seed: u64) {
    let args = quote! {
        resource = Pod, name = "all-of-it", retries = Self::RETRIES, workers = 10, resync = "never", timeout = 30,
        debounce = "2s", rate_limit = "10/s",
        backoff(initial = "100ms", max = MAX, factor = 1.5, jitter = 0), namespace = ["a", "b"], labels = "app=web",
        fields = FIELDS, crate = ::kp, filter = |x| y, finalizer = "a/b", owns(A, labels = "a"), owns(B, C), watches(D, map = E),
        watches(labels = 3), watches = F, span(target = "a", level = DEBUG, fields(team = "infra", x = 1)), skip(x), Pod, "pods", retries: -1; workers == 1h30m
    };
    let item = quote! {
        #[cfg(unix)]
        impl<T: Clone, const N: usize> Web<T, N> where T: Send {
            #![allow(x)]
            const A: u8 = { 1 };
            make!();
            #[cfg(all(unix, x))]
            #[handler(retries = 1, timeout = "1s", span(level = "off", fields(a.b = %c, d, ?e = f(), error)))]
            pub(crate) async fn add(&self, _: Context, Key { a, .. }: Arc<Pod<'_>>) -> Result<(), E> { let x = ; }
            async fn finalize(self: &Self, x: Y) -> Z {}
            unsafe extern "C" fn delete<'a, T>(self: &mut Self, x: impl A, b: &'a str) -> impl B where T: C;
        }
    };
    let more = quote!(# ! -> :: é 'a r#type 1.5e400 "\u{0}" impl for Web async fn handler controller);
    let words: Vec<TokenTree> = args.clone().into_iter().chain(item.clone()).chain(more).collect();
    let mut chance = Chance(seed);
    for round in 0..ROUNDS {
        // Of four rounds, one has arguments by chance alone, and one of eight an item so too.
        let args = if round % 4 == 0 { random(&words, 3, &mut chance) } else { args.clone() };
        let item = if round % 8 == 0 { random(&words, 3, &mut chance) } else { item.clone() };
        let item = mutated(item, &words, &mut chance);
        let output = controller_impl(mutated(args, &words, &mut chance), &item);
        // At its beginning, perhaps behind one attribute.
        let item = without_settings(item, false);
        let kept = [0, 2].into_iter().any(|skipped| begins_with(output.clone(), skipped, item.clone()));
        // Of an `impl` of a trait with handlers, the trait is left out, and an error says so.
        let is_told = || output.to_string().contains("inherent");
        assert!(kept || is_told(), "round {round} of {seed} lost the user's item: {output}");
    }
}
