#![doc = include_str!("expansion/first_page.md")]
//! ```
#![doc = include_str!("expansion/by_hand.rs")]
//! # let _ = kooper::run(PodPrinter);
//! ```
//!
#![doc = include_str!("expansion/more.md")]
