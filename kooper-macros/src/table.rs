//! How a table of arguments becomes a struct with a field for each, and the rows that the parser reads.

macro_rules! arguments {
    (
        $(#[$doc:meta])*
        $struct:ident: $noun:literal {
            // With a value that stands for one that is not given, where there is one.
            $($name:literal $field:ident: $ty:ty = $read:expr, $example:literal $(or $default:expr)?;)*
            // Those that may be given several times.
            $(each $each:literal $list:ident: $item:ty = $one:expr, $each_example:literal;)*
        }
    ) => {
        $(#[$doc])*
        pub(crate) struct $struct {
            $(pub(crate) $field: Option<$ty>,)*
            $(pub(crate) $list: Vec<$item>,)*
            pub(crate) given: Given,
        }

        impl Default for $struct {
            fn default() -> Self {
                $(let $field = None::<$ty>$(.or(Some($default)))?;)*
                $(let $list = Vec::new();)*
                Self { $($field,)* $($list,)* given: Given::default() }
            }
        }

        impl Arguments for $struct {
            fn table(&self) -> &'static Table {
                const ROWS: &[Row] = &[
                    $(Row { name: $name, example: $example, repeats: false },)*
                    $(Row { name: $each, example: $each_example, repeats: true },)*
                ];
                &Table { noun: $noun, rows: ROWS }
            }

            fn read(&mut self, row: &Row, input: ParseStream<'_>) -> Result<()> {
                match row.name {
                    $($name => self.$field = Some($read(row, input)?),)*
                    $($each => self.$list.push($one(row, self.place(row.name), input)?),)*
                    _ => {}
                }
                Ok(())
            }

            fn place(&self, name: &str) -> Span {
                self.given.get(name).unwrap_or_else(Span::call_site)
            }

            fn given(&mut self) -> &mut Given {
                &mut self.given
            }
        }
    };
}

/// The calls of the setters of some arguments, in this order.
macro_rules! setters {
    ($args:ident: $($name:ident)*) => {
        [$(if let Some(it) = &$args.$name { Some($crate::args::set(stringify!($name), $args.place(stringify!($name)), it)) } else { None }),*]
    };
}
