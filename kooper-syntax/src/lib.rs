//! The texts that [`kooper`](https://docs.rs/kooper) reads: selectors, names, durations, rates and fields.
//!
//! The attribute `#[controller]` checks what stands in the source, the runtime what a program sets when it starts. Both
//! ask this crate, so that no text is good for one of them and bad for the other. It does nothing but look at strings.
//!
//! A fault is a sentence for the one who wrote the text: what is wrong, and the fix, where it is known.
//!
//! ```
//! use kooper_syntax::{duration, name, selector};
//!
//! assert!(selector::check_labels("app=web,tier in (a, b)").is_ok());
//! assert_eq!(name::kebab_case("PodPrinter"), "pod-printer");
//! assert_eq!(duration::parse("5 minutes"), Err("write \"5m\"".to_owned()));
//! ```

pub mod answer;
pub mod blocks;
pub mod duration;
pub mod field;
pub mod given;
mod instead;
pub mod kind;
pub mod meant;
pub mod name;
pub mod rate;
pub mod role;
pub mod selector;
pub mod setting;
pub mod word;

/// What the check of a text gives: nothing, or what is wrong with it.
pub type Checked = Result<(), String>;
