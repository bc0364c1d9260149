//! A message's fields in the order of their numbers, which is how Go writes them and how they are decoded.

use super::{
    Kind, Table,
    error::Fault,
    reader::{Reader, Wire, put_bytes},
    table::{Count, Field},
};
use std::collections::BTreeMap;

/// The same object in order. Where a field that may stand once stands again, the last counts; messages are merged, as
/// protobuf says, `depth` levels at most. Fields that the table does not know are left out, since nothing would read them.
pub(super) fn sorted(bytes: &[u8], kind: Kind, depth: u8) -> Result<Vec<u8>, Fault> {
    message(bytes, kind.table, kind.message, depth)
}

fn message(bytes: &[u8], table: &Table, index: u16, depth: u8) -> Result<Vec<u8>, Fault> {
    let depth = depth.checked_sub(1).ok_or(Fault::Deep)?;
    let fields = &table.message(index).fields;
    let mut by_number: BTreeMap<u32, Vec<(Wire<'_>, &[u8])>> = BTreeMap::new();
    let mut reader = Reader(bytes);
    loop {
        let before = reader;
        let Some((number, wire)) = reader.field()? else { break };
        by_number.entry(number).or_default().push((wire, before.up_to(reader)));
    }
    let mut out = Vec::with_capacity(bytes.len());
    for (number, values) in by_number {
        let Ok(at) = fields.binary_search_by_key(&number, |field| field.number) else { continue };
        put(&mut out, &fields[at], &values, table, depth)?;
    }
    Ok(out)
}

/// Writes all values of a field.
fn put(
    out: &mut Vec<u8>,
    field: &Field,
    values: &[(Wire<'_>, &[u8])],
    table: &Table,
    depth: u8,
) -> Result<(), Fault> {
    let inner = |bytes: &[u8]| message(bytes, table, field.message, depth);
    match (field.shape.holds_a_message(), field.count) {
        (false, Count::List | Count::Map) => {
            for (_, whole) in values {
                out.extend_from_slice(whole);
            }
        }
        (false, _) => out.extend_from_slice(values.last().map_or(&[], |(_, whole)| whole)),
        (true, Count::List) => {
            for (wire, _) in values {
                put_bytes(out, field.number, &inner(wire.bytes()?)?);
            }
        }
        (true, Count::Map) => {
            for (wire, _) in values {
                let mut entry = Vec::new();
                let mut reader = Reader(wire.bytes()?);
                while let Some((number, wire)) = reader.field()? {
                    match number {
                        2 => put_bytes(&mut entry, number, &inner(wire.bytes()?)?),
                        _ => put_bytes(&mut entry, number, wire.bytes()?),
                    }
                }
                put_bytes(out, field.number, &entry);
            }
        }
        (true, _) => {
            // One message behind the other is what protobuf means by merging them.
            let mut merged = Vec::new();
            for (wire, _) in values {
                merged.extend_from_slice(wire.bytes()?);
            }
            put_bytes(out, field.number, &inner(&merged)?);
        }
    }
    Ok(())
}
