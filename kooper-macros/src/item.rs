//! The annotated `impl` block, read as far as its signatures. Bodies are not parsed: what is in them is rustc's business.

use crate::diag::Diag;
use crate::value::show;
use kooper_syntax::{answer, role::ROLES};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;
use syn::parse::{ParseStream, Parser, discouraged::Speculative};
use syn::{Attribute, Error, Generics, Item, ItemFn, ItemImpl, Result, Signature, Token, Visibility};

/// An inherent `impl` block.
pub(crate) struct Block {
    /// The block without what is between its braces.
    pub(crate) header: ItemImpl,
    pub(crate) methods: Vec<Method>,
    /// Whether a macro is called in it, which may make methods that cannot be seen here.
    pub(crate) calls_macro: bool,
    /// Where it is the `impl` of a trait: that this is wrong, and all of it without the trait.
    pub(crate) inherent: Option<(Error, TokenStream)>,
}

/// A function of the block.
pub(crate) struct Method {
    pub(crate) cfgs: Vec<Attribute>,
    /// `#[handler(..)]`
    pub(crate) settings: Vec<Attribute>,
    pub(crate) sig: Signature,
}

/// The annotated item.
pub(crate) enum Annotated {
    Block(Box<Block>),
    /// Something else, with what is wrong; the type that it names, if it names one; what stands in its place, unless it stays.
    Other(Error, Option<Box<ItemImpl>>, Option<TokenStream>),
}

const GOES_ON: &str = "`#[controller]` goes on an `impl` block that has an `async fn add`";

impl Annotated {
    pub(crate) fn parse(item: &TokenStream) -> Self {
        let (outer, body) = without_body(item.clone());
        let named = match syn::parse2(outer) {
            Ok(Item::Impl(header)) if header.trait_.is_none() => return Self::block(header, body),
            Ok(Item::Impl(header)) => return Self::of_trait(header, &body),
            Ok(Item::Fn(ItemFn { vis, sig, .. })) => {
                let (name, is_method) = (&sig.ident, sig.receiver().is_some());
                let fault = format!("{GOES_ON}{}", answer::around(&name.to_string(), is_method));
                if is_method {
                    return Self::Other(Error::new_spanned(name, fault), None, None);
                }
                let ty = quote!(#[allow(non_camel_case_types)] #vis struct #name;);
                // What runs the function runs a type of its name instead.
                let kept = quote!(#ty #[allow(dead_code)] const _: () = { #item };);
                let header = empty_impl(name, &Generics::default());
                return Self::Other(Error::new_spanned(name, fault), header, Some(kept));
            }
            Ok(Item::Struct(item)) => empty_impl(&item.ident, &item.generics),
            Ok(Item::Enum(item)) => empty_impl(&item.ident, &item.generics),
            _ => None,
        };
        let help = named.as_deref().map(|header| answer::beside_type(&show(&header.self_ty)));
        let fault = format!("{GOES_ON}{}", help.unwrap_or_default());
        // Without doc comments and other attributes.
        let is_attribute = |token: &TokenTree| match token {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Bracket,
            token => token.to_string() == "#",
        };
        let item: TokenStream = item.clone().into_iter().skip_while(is_attribute).collect();
        Self::Other(Error::new_spanned(item, fault), named, None)
    }

    /// An `impl` of a trait. Where it has handlers, it is taken for what it should be: rustc would say of each that the trait has none.
    fn of_trait(mut header: ItemImpl, body: &TokenStream) -> Self {
        let path = header.trait_.take().map(|(path, _)| path);
        let fault = "`#[controller]` goes on an inherent `impl`, not on a trait `impl`";
        let Self::Block(mut block) = Self::block(header, body.clone()) else {
            return Self::Other(Error::new_spanned(&path, fault), None, None);
        };
        let ItemImpl { attrs, generics, self_ty, .. } = &block.header;
        let (params, _, clause) = generics.split_for_impl();
        let is_handler = |sig: &Signature| ROLES.iter().any(|role| sig.ident == role.name);
        if block.methods.iter().any(|method| method.sig.asyncness.is_some() && is_handler(&method.sig)) {
            let help = format!("{fault}\n= help: write `impl {}`", show(self_ty));
            let inherent = quote!(#(#attrs)* impl #params #self_ty #clause { #body });
            block.inherent = Some((Error::new_spanned(&path, help), inherent));
            return Self::Block(block);
        }
        // One that is a handler by itself needs no other.
        let by_hand = block.methods.iter().any(|method| method.sig.ident == "on_add");
        Self::Other(Error::new_spanned(&path, fault), (!by_hand).then(|| Box::new(block.header)), None)
    }

    fn block(header: ItemImpl, body: TokenStream) -> Self {
        let mut block = Block { header, methods: Vec::new(), calls_macro: false, inherent: None };
        let members = |input: ParseStream<'_>| {
            input.call(Attribute::parse_inner)?;
            while !input.is_empty() {
                block.member(input)?;
            }
            Ok(())
        };
        match members.parse2(body) {
            Ok(()) => Self::Block(Box::new(block)),
            Err(error) => Self::Other(error, None, None),
        }
    }
}

/// An empty `impl` block of a type.
fn empty_impl(ident: &syn::Ident, generics: &Generics) -> Option<Box<ItemImpl>> {
    let (params, ty, clause) = generics.split_for_impl();
    syn::parse2(quote!(impl #params #ident #ty #clause {})).ok()
}

/// The item with nothing between its last braces, and what was there.
fn without_body(item: TokenStream) -> (TokenStream, TokenStream) {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    match tokens.pop() {
        // An item that went through `macro_rules!` is in a group of its own.
        Some(TokenTree::Group(group)) if tokens.is_empty() && group.delimiter() == Delimiter::None => {
            without_body(group.stream())
        }
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
            let mut empty = Group::new(Delimiter::Brace, TokenStream::new());
            empty.set_span(group.span());
            tokens.push(empty.into());
            (tokens.into_iter().collect(), group.stream())
        }
        last => (tokens.into_iter().chain(last).collect(), TokenStream::new()),
    }
}

/// Whether an attribute is `#[name]` or `#[kooper::name]`.
fn is_called(attr: &Attribute, name: &str) -> bool {
    attr.path().segments.last().is_some_and(|last| last.ident == name)
}

/// The arguments, and those of further `#[controller]`s, which are taken out of the item, where no name comes twice.
pub(crate) fn stacked(args: TokenStream, attrs: &[Attribute], diag: &mut Diag) -> TokenStream {
    let more: Vec<_> = attrs.iter().filter(|attr| is_called(attr, "controller")).collect();
    let Some(second) = more.first() else { return args };
    let mut all = args.clone();
    for list in more.iter().filter_map(|attr| attr.meta.require_list().ok()) {
        let (comma, more) = (answer::comma_behind(&show(&all)).then(<Token![,]>::default), &list.tokens);
        all.extend(quote!(#comma #more));
    }
    let (is_sum, fault) = answer::stacked(&show(&all));
    diag.at(second, fault);
    if is_sum { all } else { args }
}

/// The item without further `#[controller]`s, and without the `#[handler(..)]` of its members, which is nothing to rustc. Bodies are
/// none of our business.
pub(crate) fn without_settings(item: TokenStream, is_inside: bool) -> TokenStream {
    let mut kept: Vec<TokenTree> = Vec::new();
    for token in item {
        let TokenTree::Group(group) = &token else {
            kept.push(token);
            continue;
        };
        let is_word = |token: &TokenTree| !matches!(token, TokenTree::Group(_));
        let word = group.stream().into_iter().take_while(is_word).last().map(|word| word.to_string());
        let is_ours = word.is_some_and(|word| word == if is_inside { "handler" } else { "controller" });
        let is_attribute = matches!(kept.last(), Some(TokenTree::Punct(sign)) if sign.as_char() == '#');
        if is_attribute && is_ours {
            kept.pop();
        } else if !is_inside && matches!(group.delimiter(), Delimiter::Brace | Delimiter::None) {
            let is_inside = group.delimiter() == Delimiter::Brace;
            let mut inside = Group::new(group.delimiter(), without_settings(group.stream(), is_inside));
            inside.set_span(group.span());
            kept.push(inside.into());
        } else {
            kept.push(token);
        }
    }
    kept.into_iter().collect()
}

impl Block {
    /// Whether a `#[handler(..)]` has a setting, or what is to be one, of this name.
    pub(crate) fn sets(&self, name: &str) -> bool {
        self.methods.iter().flat_map(|method| &method.settings).any(|attr| show(attr).contains(name))
    }

    /// Reads a method's signature, and goes on to the end of whatever member stands here.
    fn member(&mut self, input: ParseStream<'_>) -> Result<()> {
        let attrs = input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let ahead = input.fork();
        if let Ok(sig) = ahead.parse() {
            input.advance_to(&ahead);
            let (cfgs, attrs): (_, Vec<_>) = attrs.into_iter().partition(|attr| attr.path().is_ident("cfg"));
            let settings = attrs.into_iter().filter(|attr| is_called(attr, "handler")).collect();
            self.methods.push(Method { cfgs, settings, sig });
        } else if input.peek2(Token![!]) || input.peek3(Token![!]) {
            self.calls_macro = true;
        }
        while !input.is_empty() {
            match input.parse::<TokenTree>()? {
                TokenTree::Punct(punct) if punct.as_char() == ';' => break,
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => break,
                _ => {}
            }
        }
        Ok(())
    }
}
