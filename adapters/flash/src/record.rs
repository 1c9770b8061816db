//! What is written for a result: a mark, its key, the number of its run, and the bytes.

use sequential_storage::map::{Key as MapKey, SerializationError, Value};

/// What stands before each key.
const MARK: [u8; 2] = *b"rg";
/// The length of a key, with its mark.
const KEY: usize = 6;
/// What stands before the bytes of a result.
pub(crate) const HEAD: usize = KEY + 4;

/// The key of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key(pub(crate) u32);

impl MapKey for Key {
    fn serialize_into(&self, buffer: &mut [u8]) -> Result<usize, SerializationError> {
        let (mark, rest) = buffer.split_first_chunk_mut::<2>().ok_or(SerializationError::BufferTooSmall)?;
        let key = rest.first_chunk_mut::<4>().ok_or(SerializationError::BufferTooSmall)?;
        (*mark, *key) = (MARK, self.0.to_le_bytes());
        Ok(KEY)
    }

    fn deserialize_from(buffer: &[u8]) -> Result<(Self, usize), SerializationError> {
        let (mark, rest) = buffer.split_first_chunk::<2>().ok_or(SerializationError::InvalidFormat)?;
        let key = rest.first_chunk::<4>().ok_or(SerializationError::InvalidFormat)?;
        if *mark == MARK { Ok((Self(u32::from_le_bytes(*key)), KEY)) } else { Err(SerializationError::InvalidFormat) }
    }
}

/// A result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Record<'b> {
    pub(crate) run: u32,
    pub(crate) bytes: &'b [u8],
}

impl<'b> Value<'b> for Record<'b> {
    fn serialize_into(&self, buffer: &mut [u8]) -> Result<usize, SerializationError> {
        let (run, rest) = buffer.split_first_chunk_mut::<4>().ok_or(SerializationError::BufferTooSmall)?;
        let bytes = rest.get_mut(..self.bytes.len()).ok_or(SerializationError::BufferTooSmall)?;
        *run = self.run.to_le_bytes();
        bytes.copy_from_slice(self.bytes);
        Ok(4 + self.bytes.len())
    }

    fn deserialize_from(buffer: &'b [u8]) -> Result<(Self, usize), SerializationError> {
        let (run, bytes) = buffer.split_first_chunk::<4>().ok_or(SerializationError::InvalidFormat)?;
        Ok((Self { run: u32::from_le_bytes(*run), bytes }, buffer.len()))
    }
}
