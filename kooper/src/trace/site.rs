//! A place in the user's source, and what is to be recorded there.

use std::fmt;
use tracing::{Level, level_filters::LevelFilter};

/// How many fields of their own a span may have.
pub(super) const OWN: usize = 16;

/// A place in the source: the name of a span and where the attribute, or the handler's `fn`, stands.
///
/// Made by [`site!`](crate::site). What `span(..)` says in the attribute is set by its methods:
///
/// ```
/// use kooper::{site, trace::Spans};
/// use tracing::level_filters::LevelFilter;
///
/// static SPANS: Spans = Spans::new(
///     &SPANS,
///     site!("processJob").target("ops::pods").fields(&["team"]),
///     site!("handleAddObject").level(LevelFilter::DEBUG).fields(&["node"]),
///     site!("handleDeleteObject"),
/// );
/// # let _ = &SPANS;
/// ```
#[derive(Clone, Copy)]
pub struct Site {
    pub(super) name: &'static str,
    pub(super) module: &'static str,
    target: Option<&'static str>,
    pub(super) file: &'static str,
    pub(super) line: u32,
    level: Option<LevelFilter>,
    pub(super) err: Option<Level>,
    pub(super) fields: &'static [&'static str],
}

impl Site {
    /// A span's name, its module (which is also its target), file and line.
    pub const fn new(name: &'static str, module: &'static str, file: &'static str, line: u32) -> Self {
        Self { name, module, file, line, target: None, level: None, err: Some(Level::WARN), fields: &[] }
    }

    /// The same place, where target and level are those of the controller's place unless they are set.
    pub(super) const fn within(self, controller: &Self) -> Self {
        let target = if self.target.is_some() { self.target } else { controller.target };
        let level = if self.level.is_some() { self.level } else { controller.level };
        Self { target, level, ..self }
    }

    /// The target in force.
    pub(super) const fn its_target(&self) -> &'static str {
        match self.target {
            Some(target) => target,
            None => self.module,
        }
    }

    /// The level in force.
    pub(super) const fn its_level(&self) -> Option<Level> {
        match self.level {
            Some(level) => level.into_level(),
            None => Some(Level::INFO),
        }
    }

    /// The name of the span: the one that [`site!`](crate::site) was given, unless set. Dashboards of Kooper look for `processJob`,
    /// `handleAddObject` and `handleDeleteObject`.
    #[must_use]
    pub const fn name(self, name: &'static str) -> Self {
        Self { name, ..self }
    }

    /// The target of the span, by which filters choose it; the module unless set. That of the controller is also that of
    /// its handlers, unless they have their own, and of its log lines.
    #[must_use]
    pub const fn target(self, target: &'static str) -> Self {
        Self { target: Some(target), ..self }
    }

    /// The level of the span, INFO unless set. That of the controller is also that of its handlers, unless they have their own.
    ///
    /// `OFF` makes no span: for the place of the controller none of its attempts at all, for that of a handler none
    /// around this handler, so that what it does stands below the root.
    #[must_use]
    pub const fn level(self, level: LevelFilter) -> Self {
        Self { level: Some(level), ..self }
    }

    /// The level of the log line of a failed attempt that is tried again, WARN unless set; `OFF` for no such line. Where an
    /// object is given up the line is an ERROR. Only the place of the controller is asked for it.
    #[must_use]
    pub const fn err(self, level: LevelFilter) -> Self {
        Self { err: level.into_level(), ..self }
    }

    /// Fields of a handler's span beyond those of the contract, none unless set and 16 at most, for
    /// [`Span::record`](tracing::Span::record) in the handler. The span of the whole attempt has none.
    ///
    /// # Panics
    ///
    /// Where the static is made, which is when the program is compiled: with more than 16 fields.
    #[must_use]
    pub const fn fields(self, fields: &'static [&'static str]) -> Self {
        assert!(fields.len() <= OWN, "a span has at most 16 fields of its own");
        Self { fields, ..self }
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site")
            .field("name", &self.name)
            .field("target", &self.its_target())
            .field("file", &self.file)
            .field("line", &self.line)
            .field("level", &self.its_level().map_or(LevelFilter::OFF, LevelFilter::from_level))
            .field("fields", &self.fields)
            .finish_non_exhaustive()
    }
}

/// The [`Site`](crate::trace::Site) of a span by its name, at the line where this stands.
#[macro_export]
macro_rules! site {
    ($name:literal) => {
        $crate::trace::Site::new($name, ::core::module_path!(), ::core::file!(), ::core::line!())
    };
}
