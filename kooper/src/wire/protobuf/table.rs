//! The table: the fields of each message by number, with the name and the shape that they have in JSON.

use std::{
    collections::HashMap,
    fmt, ptr,
    sync::{OnceLock, atomic::AtomicUsize},
};

/// What `kooper/table` made of Go's types; its README has the format.
const TEXT: &str = include_str!("table.txt");

/// Every message that a built-in kind is made of.
pub(crate) struct Table {
    messages: Vec<Message>,
    /// By `apiVersion/kind`.
    kinds: HashMap<&'static str, u16>,
}

/// A message: the fields in the order of their numbers.
#[derive(Debug)]
pub(super) struct Message {
    /// Such as `core.v1.Pod`.
    pub(super) name: &'static str,
    pub(super) fields: Box<[Field]>,
    /// Whether it is a kind of its own. Its JSON has `apiVersion` and `kind` then, also within another.
    pub(super) is_kind: bool,
    /// Where the last list of names lies that was found to be covered by the fields.
    pub(super) covered: AtomicUsize,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) number: u32,
    /// The name in JSON.
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    pub(super) count: Count,
    /// The message that a shape holds, where it holds one.
    pub(super) message: u16,
}

/// How often a field stands in its message, and what it is in JSON then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    One,
    /// One that is left out of JSON where it is zero.
    NonZero,
    /// A run of fields is an array.
    List,
    /// A run of fields is an object, each field an entry.
    Map,
}

/// What a value is in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    String,
    Bytes,
    Bool,
    Int,
    Double,
    Message,
    Inline,
    List,
    Time,
    MicroTime,
    Quantity,
    IntOrString,
    Json,
    OrArray,
    OrBool,
}

/// A kind of object, with its message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kind {
    pub(super) table: &'static Table,
    pub(super) message: u16,
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Its five thousand fields would say less.
        f.debug_struct("Table").field("messages", &self.messages.len()).finish_non_exhaustive()
    }
}

/// A table is the same as itself.
impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        ptr::eq(self, other)
    }
}

impl Kind {
    pub(super) fn message(self) -> &'static Message {
        self.table.message(self.message)
    }
}

impl Table {
    /// The table of this build; unpacked when it is first asked for.
    pub(crate) fn builtin() -> &'static Self {
        static TABLE: OnceLock<Table> = OnceLock::new();
        TABLE.get_or_init(|| Self::parse(TEXT).expect("the generator's own format, checked by a test"))
    }

    /// The table of this build without one field of one message, as it would be in a build of the past; for tests. It is
    /// never freed.
    ///
    /// # Panics
    ///
    /// If there is no such field.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn without(message: &str, field: &str) -> &'static Self {
        let mut table = Self::parse(TEXT).expect("the generator's own format, checked by a test");
        let cut =
            table.messages.iter_mut().find(|known| known.name == message).expect("a message of the table");
        let kept: Box<[Field]> = cut.fields.iter().filter(|known| known.name != field).copied().collect();
        assert_eq!(kept.len() + 1, cut.fields.len(), "one field of `{message}` is `{field}`");
        cut.fields = kept;
        Box::leak(Box::new(table))
    }

    /// A kind of built-in object.
    pub(crate) fn kind(&'static self, api_version: &str, kind: &str) -> Option<Kind> {
        let name = [api_version, "/", kind].concat();
        self.kinds.get(&*name).map(|&message| Kind { table: self, message })
    }

    pub(super) fn message(&self, index: u16) -> &Message {
        &self.messages[usize::from(index)]
    }

    /// A message by its name, such as `meta.v1.ListMeta`.
    #[cfg(feature = "testing")]
    pub(super) fn message_named(&self, name: &str) -> Option<u16> {
        self.messages.iter().position(|message| message.name == name).and_then(|at| u16::try_from(at).ok())
    }

    /// Reads the generator's text. An error is the line that is not in its format.
    pub(super) fn parse(text: &'static str) -> Result<Self, &'static str> {
        let lines = || text.lines().filter(|line| !line.starts_with('#'));
        // The text names messages before it says what is in them, so that the names come first.
        let (mut package, mut names) = ("", HashMap::new());
        for line in lines().filter(|line| !line.starts_with(' ')) {
            let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
            if first == "package" {
                package = rest;
            } else {
                let index = u16::try_from(names.len()).map_err(|_| line)?;
                names.insert((package, first), index);
            }
        }
        let (mut messages, mut kinds, mut fields) =
            (Vec::with_capacity(names.len()), HashMap::new(), Vec::new());
        let mut head = None;
        let mut end = |head: &mut Option<(&'static str, bool)>, fields: &mut Vec<Field>| {
            if let Some((name, is_kind)) = head.take() {
                messages.push(Message {
                    name,
                    fields: std::mem::take(fields).into(),
                    is_kind,
                    covered: AtomicUsize::new(0),
                });
            }
        };
        for line in lines() {
            if let Some(line) = line.strip_prefix(' ') {
                fields.push(Field::parse(line, package, &names).ok_or(line)?);
                continue;
            }
            end(&mut head, &mut fields);
            let mut words = line.split(' ');
            match words.next().ok_or(line)? {
                "package" => package = words.next().ok_or(line)?,
                short => {
                    let name: &str = [package, ".", short].concat().leak();
                    let before = kinds.len();
                    kinds.extend(words.map(|kind| (kind, names[&(package, short)])));
                    head = Some((name, kinds.len() > before));
                }
            }
        }
        end(&mut head, &mut fields);
        Ok(Self { messages, kinds })
    }
}

impl Message {
    /// Whether a field has this name in JSON.
    pub(super) fn names(&self, table: &Table, name: &str) -> bool {
        self.fields.iter().any(|field| match field.shape {
            Shape::Inline => table.message(field.message).names(table, name),
            _ => field.name == name,
        })
    }
}

impl Field {
    fn parse(
        line: &'static str,
        package: &'static str,
        names: &HashMap<(&'static str, &'static str), u16>,
    ) -> Option<Self> {
        let mut words = line.split(' ');
        let (number, name, shape) = (words.next()?.parse().ok()?, words.next()?, words.next()?);
        let (count, shape) = if let Some(shape) = shape.strip_prefix("[]") {
            (Count::List, shape)
        } else if let Some(shape) = shape.strip_prefix("{}") {
            (Count::Map, shape)
        } else if let Some(shape) = shape.strip_suffix('?') {
            (Count::NonZero, shape)
        } else {
            (Count::One, shape)
        };
        let shape = match shape {
            "string" => Shape::String,
            "bytes" => Shape::Bytes,
            "bool" => Shape::Bool,
            "int" => Shape::Int,
            "double" => Shape::Double,
            "message" => Shape::Message,
            "inline" => Shape::Inline,
            "list" => Shape::List,
            "time" => Shape::Time,
            "microtime" => Shape::MicroTime,
            "quantity" => Shape::Quantity,
            "intorstring" => Shape::IntOrString,
            "json" => Shape::Json,
            "orarray" => Shape::OrArray,
            "orbool" => Shape::OrBool,
            _ => return None,
        };
        let message = match words.next() {
            None if shape.holds_a_message() => return None,
            None => 0,
            Some(name) => *names.get(&name.rsplit_once('.').unwrap_or((package, name)))?,
        };
        Some(Self { number, name, shape, count, message })
    }
}

impl Shape {
    pub(super) fn holds_a_message(self) -> bool {
        matches!(self, Self::Message | Self::Inline | Self::List | Self::OrArray | Self::OrBool)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_what_go_says() {
        let table = Table::builtin();
        let pod = table.kind("v1", "Pod").expect("pods").message();
        assert_eq!(pod.name, "core.v1.Pod");
        let spec = table.message(pod.fields[1].message);
        let policy = spec.fields.iter().find(|field| field.name == "restartPolicy").expect("a field of pods");
        assert_eq!((policy.number, policy.shape, policy.count), (3, Shape::String, Count::NonZero));
        assert!(table.kind("meta.k8s.io/v1", "PartialObjectMetadata").is_some());
        assert!(table.kind("apiextensions.k8s.io/v1", "CustomResourceDefinition").is_some());
        assert!(table.kind("apiregistration.k8s.io/v1", "APIService").is_some());
        assert!(table.kind("v1", "Crontab").is_none());
    }

    #[test]
    fn fields_are_in_the_order_of_their_numbers() {
        for message in &Table::builtin().messages {
            assert!(message.fields.is_sorted_by_key(|field| field.number), "{}", message.name);
        }
    }

    #[test]
    fn what_the_generator_would_not_write_is_refused() {
        for line in ["package a\nB\n 1 c strong", "package a\nB\n x c string", "package a\nB\n 1 c message"] {
            assert!(Table::parse(line).is_err(), "{line}");
        }
    }
}
