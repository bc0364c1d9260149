//! The fields of a message, one after another. Nothing is allocated, and no length is believed.

use super::error::Fault;

/// What is left of a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

/// The value of a field as it is encoded.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wire<'a> {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    Bytes(&'a [u8]),
}

impl<'a> Reader<'a> {
    #[inline]
    pub(super) fn varint(&mut self) -> Result<u64, Fault> {
        if let [byte, rest @ ..] = self.0
            && *byte < 0x80
        {
            self.0 = rest;
            return Ok(u64::from(*byte));
        }
        let mut value = 0;
        for (place, &byte) in self.0.iter().take(10).enumerate() {
            if place == 9 && byte > 1 {
                return Err(Fault::Varint);
            }
            value |= u64::from(byte & 0x7f) << (7 * place);
            if byte < 0x80 {
                self.0 = &self.0[place + 1..];
                return Ok(value);
            }
        }
        Err(Fault::Cut)
    }

    #[inline]
    fn take(&mut self, length: u64) -> Result<&'a [u8], Fault> {
        let length = usize::try_from(length).map_err(|_| Fault::Cut)?;
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Fault::Cut)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(Fault::Cut)?;
        self.0 = rest;
        Ok(*taken)
    }

    /// A field's number, and the number that tells how it is encoded.
    #[inline]
    pub(super) fn tag(&mut self) -> Result<(u32, u32), Fault> {
        let tag = u32::try_from(self.varint()?).map_err(|_| Fault::Tag)?;
        match (tag >> 3, tag & 7) {
            (0, _) => Err(Fault::Tag),
            tag => Ok(tag),
        }
    }

    /// The next field; `None` at the end.
    #[inline]
    pub(super) fn field(&mut self) -> Result<Option<(u32, Wire<'a>)>, Fault> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let (number, encoding) = self.tag()?;
        let wire = match encoding {
            0 => Wire::Varint(self.varint()?),
            1 => Wire::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => {
                let length = self.varint()?;
                Wire::Bytes(self.take(length)?)
            }
            5 => Wire::Fixed32(u32::from_le_bytes(self.array()?)),
            _ => return Err(Fault::Tag),
        };
        Ok(Some((number, wire)))
    }

    /// Passes the fields that follow with the same number. Gives how many they are. What is wrong behind them is found by
    /// whoever reads on.
    pub(super) fn skip_run(&mut self, number: u32) -> usize {
        let mut count = 0;
        loop {
            let mut ahead = *self;
            match ahead.field() {
                Ok(Some((next, _))) if next == number => {
                    *self = ahead;
                    count += 1;
                }
                _ => return count,
            }
        }
    }

    /// What lies between this reader and a later state of it.
    pub(super) fn up_to(self, later: Self) -> &'a [u8] {
        &self.0[..self.0.len() - later.0.len()]
    }
}

impl<'a> Wire<'a> {
    #[inline]
    pub(super) fn bytes(self) -> Result<&'a [u8], Fault> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            _ => Err(Fault::Mismatch),
        }
    }

    #[inline]
    pub(super) fn varint(self) -> Result<u64, Fault> {
        match self {
            Self::Varint(number) => Ok(number),
            _ => Err(Fault::Mismatch),
        }
    }

    /// A string that the runtime itself goes by, so that it must be one.
    pub(super) fn text(self) -> Result<&'a str, Fault> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Fault::Text)
    }

    #[inline]
    pub(super) fn is_zero(self) -> bool {
        match self {
            Self::Varint(number) | Self::Fixed64(number) => number == 0,
            Self::Fixed32(number) => number == 0,
            Self::Bytes(bytes) => bytes.is_empty(),
        }
    }
}

/// The last field of a number in a message: what counts where it stands more than once.
pub(super) fn find(message: &[u8], number: u32) -> Result<Option<Wire<'_>>, Fault> {
    let (mut reader, mut found) = (Reader(message), None);
    while let Some((next, wire)) = reader.field()? {
        if next == number {
            found = Some(wire);
        }
    }
    Ok(found)
}

/// Writes a varint.
pub(super) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            return out.push(low);
        }
        out.push(low | 0x80);
    }
}

/// Writes a field of bytes.
pub(super) fn put_bytes(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    put_varint(out, u64::from(number) << 3 | 2);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_as_they_were_written() {
        for value in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut bytes = Vec::new();
            put_varint(&mut bytes, value);
            let mut reader = Reader(&bytes);
            assert_eq!((reader.varint(), reader.0), (Ok(value), &[][..]));
            assert_eq!(Reader(&bytes[..bytes.len() - 1]).varint(), Err(Fault::Cut));
        }
        assert_eq!(Reader(&[0xff; 11]).varint(), Err(Fault::Varint));
    }

    #[test]
    fn a_length_beyond_the_bytes_is_a_cut() {
        let mut bytes = vec![0x0a];
        put_varint(&mut bytes, 1 << 63);
        assert_eq!(Reader(&bytes).field().err(), Some(Fault::Cut));
    }

    #[test]
    fn groups_and_the_number_zero_are_none_of_protobufs_fields() {
        for tag in [0x0b, 0x0c, 0x0e, 0x00] {
            assert_eq!(Reader(&[tag, 0]).field().err(), Some(Fault::Tag));
        }
    }
}
