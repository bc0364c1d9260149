//! Nothing but tests: see the files beside `src`.
