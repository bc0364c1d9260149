//! How a table of arguments becomes a struct with a field for each, and the rows that the parser reads.

macro_rules! arguments {
    (
        $(#[$doc:meta])*
        $struct:ident: $noun:literal, by default $defaults:literal {
            $($name:literal $field:ident: $ty:ty = $read:expr, $what:literal, $example:literal, $aliases:literal;)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Default)]
        pub(crate) struct $struct {
            $(pub(crate) $field: Option<$ty>,)*
            pub(crate) given: BTreeMap<&'static str, Span>,
        }

        impl Arguments for $struct {
            const NOUN: &'static str = $noun;
            const DEFAULTS: &'static str = $defaults;
            const ROWS: &'static [Row] =
                &[$(Row { name: $name, what: $what, example: $example, aliases: $aliases },)*];

            fn read(&mut self, row: &Row, input: ParseStream<'_>) -> Result<()> {
                match row.name {
                    $($name => self.$field = Some($read(row, input)?),)*
                    _ => {}
                }
                Ok(())
            }

            fn given(&mut self) -> &mut BTreeMap<&'static str, Span> {
                &mut self.given
            }
        }
    };
}
