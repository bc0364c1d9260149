//! Nothing but tests: see `tests/renamed.rs`.
