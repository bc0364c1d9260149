//! What can be wrong with protobuf's bytes, and where.

use std::{error, fmt};

/// What is wrong, without saying where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("the bytes break off")]
    Cut,
    #[error("a number of more than 64 bits")]
    Varint,
    #[error("a field with an impossible number or type of encoding")]
    Tag,
    #[error("the value is encoded in another way than its type is")]
    Mismatch,
    #[error("the type expects another kind of value")]
    Unfit,
    #[error(
        "a newer server's field, which is unknown here and the type may want: read this resource as JSON, by `.encoding(Encoding::Json)`"
    )]
    Unknown,
    #[error("a key, a name or a version that is no UTF-8")]
    Text,
    #[error("no time that a calendar has")]
    Time,
    #[error("messages lie in each other deeper than `max_object_depth` of the controller allows")]
    Deep,
    #[error("the magic number `k8s\\0` is missing")]
    Magic,
    #[error("the metadata stands there twice")]
    Twice,
    /// Legal, but never written by Go; answered by sorting.
    #[error("fields that are not in the order of their numbers")]
    Order,
}

/// What a type has and the table does not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(in crate::wire) enum Gap {
    #[error("the field `{field}` of `{owner}` is none that this version of Kooper knows of `{message}`")]
    Field { owner: &'static str, field: &'static str, message: &'static str },
    /// What the table lacks would be lost in it without a word.
    #[error(
        "the type does not say which fields of `{message}` it reads (`#[serde(flatten)]`, a map or any value)"
    )]
    Open { message: &'static str },
}

/// An object that cannot be decoded: what is wrong, in which field of which message, and at which byte of the object.
#[derive(Debug)]
pub(crate) struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    what: What,
    place: Option<Place>,
}

#[derive(Debug)]
enum What {
    Fault(Fault),
    Gap(Gap),
    /// What the type's own `Deserialize` said.
    Said(String),
}

#[derive(Debug)]
struct Place {
    message: &'static str,
    field: Option<&'static str>,
    offset: usize,
}

impl Error {
    /// The same error with its place, unless it has one: the innermost is the exact one.
    #[cold]
    pub(super) fn at(mut self, message: &'static str, field: Option<&'static str>, offset: usize) -> Self {
        self.0.place.get_or_insert(Place { message, field, offset });
        self
    }

    /// What the type has and the table does not, if that is it.
    pub(super) fn gap(&self) -> Option<&Gap> {
        match &self.0.what {
            What::Gap(gap) => Some(gap),
            _ => None,
        }
    }

    pub(super) fn is_order(&self) -> bool {
        matches!(self.0.what, What::Fault(Fault::Order))
    }
}

impl From<Gap> for Error {
    #[cold]
    fn from(gap: Gap) -> Self {
        Self(Box::new(Inner { what: What::Gap(gap), place: None }))
    }
}

impl From<Fault> for Error {
    #[cold]
    fn from(fault: Fault) -> Self {
        Self(Box::new(Inner { what: What::Fault(fault), place: None }))
    }
}

impl serde::de::Error for Error {
    #[cold]
    fn custom<T: fmt::Display>(said: T) -> Self {
        Self(Box::new(Inner { what: What::Said(said.to_string()), place: None }))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Place { message, field, offset }) = &self.0.place {
            f.write_str(message)?;
            if let Some(field) = field {
                write!(f, ".{field}")?;
            }
            write!(f, " at byte {offset}: ")?;
        }
        match &self.0.what {
            What::Fault(fault) => fault.fmt(f),
            What::Gap(gap) => write!(f, "{gap}: read this resource as JSON, by `.encoding(Encoding::Json)`"),
            What::Said(said) => f.write_str(said),
        }
    }
}

impl error::Error for Error {}
