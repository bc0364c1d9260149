//! How a table of arguments becomes a struct with a field for each, and the rows that the parser reads.

macro_rules! arguments {
    (
        $(#[$doc:meta])*
        $struct:ident: $noun:literal {
            $($name:literal $field:ident: $ty:ty = $read:expr, $what:literal, $example:literal, $aliases:literal;)*
        }
    ) => {
        $(#[$doc])*
        #[derive(Default)]
        pub(crate) struct $struct {
            $(pub(crate) $field: Option<$ty>,)*
            pub(crate) given: Vec<(&'static str, Span)>,
        }

        impl Arguments for $struct {
            const NOUN: &'static str = $noun;
            const ROWS: &'static [Row<Self>] = &[$(
                Row {
                    name: $name,
                    what: $what,
                    example: $example,
                    aliases: $aliases,
                    read: |args, key, input| {
                        args.$field = Some($read(key, input)?);
                        Ok(())
                    },
                },
            )*];

            fn given(&mut self) -> &mut Vec<(&'static str, Span)> {
                &mut self.given
            }
        }
    };
}
