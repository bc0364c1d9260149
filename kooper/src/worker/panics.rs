//! Panics of a user's code, caught, with the place in the source where they happened.
//!
//! Only a panic hook is told of the place. [`install`] puts one before the hook that is there, once in a process: it notes the
//! place of a panic within [`caught`] and calls the hook before it, always. All other panics it passes on.

use std::{
    any::Any,
    cell::{Cell, RefCell},
    panic::{self, AssertUnwindSafe, catch_unwind},
    sync::Once,
    thread,
};

thread_local! {
    /// Whether this thread is within [`caught`].
    static WITHIN: Cell<bool> = const { Cell::new(false) };
    /// Where the panic happened that is on its way.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// What a panic said, and where it happened, where that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Panic {
    pub(crate) said: String,
    /// As `file:line:column`.
    pub(crate) place: Option<String>,
}

impl Panic {
    /// What it said, and where.
    pub(crate) fn message(&self) -> String {
        match &self.place {
            Some(place) => format!("{} (at {place})", self.said),
            None => self.said.clone(),
        }
    }
}

/// Has panics within [`caught`] tell their place, from now until the process ends. Once is enough.
pub(crate) fn install() {
    static INSTALLED: Once = Once::new();
    if thread::panicking() {
        // The hook cannot be changed now.
        return;
    }
    INSTALLED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if WITHIN.try_with(Cell::get).unwrap_or_default() {
                let place = panic.location().map(ToString::to_string);
                let _ = PLACE.try_with(|noted| noted.replace(place));
            }
            before(panic);
        }));
    });
}

/// Calls what may panic. What it breaks by that is not to be looked at afterwards.
pub(crate) fn caught<T>(call: impl FnOnce() -> T) -> Result<T, Panic> {
    let around = WITHIN.replace(true);
    let called = catch_unwind(AssertUnwindSafe(call));
    WITHIN.set(around);
    called.map_err(|payload| Panic { said: said(&*payload), place: PLACE.take() })
}

fn said(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        return (*text).to_owned();
    }
    payload.downcast_ref::<String>().cloned().unwrap_or_else(|| "a payload that is no text".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_panic_is_known_within_and_forgotten_afterwards() {
        install();
        install();
        let line = line!() + 1;
        let panic = caught(|| panic!("boom")).expect_err("it panicked");
        assert_eq!(panic.said, "boom");
        let place = panic.place.as_deref().expect("the hook is there");
        assert!(place.starts_with(&format!("{}:{line}:", file!())), "{place}");
        assert!(panic.message().starts_with("boom (at "), "{}", panic.message());

        let outside = catch_unwind(|| panic!("outside")).expect_err("it panicked");
        assert_eq!(said(&*outside), "outside");
        assert!(PLACE.take().is_none(), "only what is within is noted");
        assert_eq!(caught(|| 7), Ok(7));
        let number = caught(|| panic::panic_any(7)).expect_err("it panicked");
        assert_eq!(number.said, "a payload that is no text");
    }
}
