//! Whose a range of the flash is, found out without a write: sequential-storage mends what it takes for damage by erasing it.
//!
//! The first thing that is ever written is a mark, which stays in the range for good, as any key of a map does. A range that has
//! it somewhere is ours, whatever else has happened to it. A range without it is erased, or holds a part of the first mark, or is
//! foreign.

use crate::{
    Error,
    record::{Key, Record},
    word,
};
use embedded_storage_async::nor_flash::NorFlash;
use sequential_storage::{cache::CacheImpl, map::MapStorage};

/// The mark: a result like any other, with the key and the run here.
const MARK: [u8; 16] = *b"rg\xff\xff\xff\xff\x01\0\0\0rungs!";
const KEY: Key = Key(u32::MAX);
const RECORD: Record<'static> = Record { run: 1, bytes: b"rungs!" };

/// What sequential-storage 8 writes before the mark: checksum, length, and checksum of the length.
const HEADER: [u8; 8] = [0xb3, 0x69, 0x06, 0x92, 16, 0, 0xf8, 0xe8];

const ERASED: u8 = 0xff;

/// What a range holds.
enum Content {
    /// The mark.
    Ours,
    /// Nothing.
    Nothing,
    /// A part of the first mark: the power was lost while it was written.
    PartOfMark,
    Foreign,
}

/// Makes an erased range ours.
///
/// # Errors
/// The range holds something else, or the flash fails.
pub(crate) async fn own<F: NorFlash, C: CacheImpl<Key>>(
    map: &mut MapStorage<Key, F, C>,
    buffer: &mut [u8],
) -> Result<(), Error<F::Error>> {
    match look(map, buffer).await? {
        Content::Ours => return Ok(()),
        Content::Nothing => {}
        Content::PartOfMark => map.erase_all().await.map_err(Error::of)?,
        Content::Foreign => return Err(Error::Foreign),
    }
    map.store_item_generic(buffer, &KEY, &RECORD).await.map_err(Error::of)
}

/// Reads the range until the mark is found. Pieces overlap, as the mark may begin at any word.
async fn look<F: NorFlash, C: CacheImpl<Key>>(
    map: &mut MapStorage<Key, F, C>,
    buffer: &mut [u8],
) -> Result<Content, Error<F::Error>> {
    let (word, range) = (word::<F>(), map.flash_range());
    let overlap = MARK.len().next_multiple_of(word);
    let piece = buffer.len() / word * word;
    let (mut is_erased, mut may_be_part) = (true, true);
    let mut at = range.start;
    while at < range.end {
        let length = piece.min((range.end - at) as usize);
        let bytes = buffer.get_mut(..length).unwrap_or_default();
        map.flash().read(at, bytes).await.map_err(Error::Flash)?;
        // At any byte, not only where a word begins: by chance it is at neither.
        if bytes.windows(MARK.len()).any(|window| *window == MARK) {
            return Ok(Content::Ours);
        }
        is_erased &= bytes.iter().all(|&byte| byte == ERASED);
        let offset = (at - range.start) as usize;
        may_be_part &= (offset..).zip(bytes.iter()).all(|(offset, &byte)| is_part_of_mark::<F>(offset, byte));
        // Without an overlap only at the end of the range.
        at += if at + length as u32 == range.end { length } else { length - overlap } as u32;
    }
    Ok(match (is_erased, may_be_part) {
        (true, _) => Content::Nothing,
        (false, true) => Content::PartOfMark,
        (false, false) => Content::Foreign,
    })
}

/// Whether the byte at this offset in the range may be what is left of the first mark, if the power was lost while it was written
/// or erased. Before it are a word for the state of the page, all of zeros, and a header. Of a byte that is half written, each bit
/// is set that its value has set.
fn is_part_of_mark<F: NorFlash>(offset: usize, byte: u8) -> bool {
    let word = word::<F>();
    let (header, mark) = (word, word + HEADER.len().next_multiple_of(word));
    let end = mark + MARK.len().next_multiple_of(word);
    let written = match offset {
        _ if byte == ERASED => return true,
        _ if offset >= end => return false,
        _ if offset >= mark => MARK.get(offset - mark),
        _ if offset >= header => HEADER.get(offset - header),
        _ => return byte == 0,
    };
    // What fills up a word has no meaning.
    written.is_none_or(|&bits| byte & bits == bits)
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use crate::nor::Nor;
    use futures_lite::future::block_on;
    use sequential_storage::{
        cache::Cache,
        map::{Key as _, MapConfig, Value as _},
    };

    #[test]
    fn the_mark_is_written_as_any_result() {
        let mut buffer = [0; MARK.len()];
        let written = KEY.serialize_into(&mut buffer).and_then(|key| {
            let value = buffer.get_mut(key..).unwrap_or_default();
            RECORD.serialize_into(value).map(|value| key + value)
        });
        assert_eq!((written.ok(), buffer), (Some(MARK.len()), MARK));
    }

    #[test]
    fn the_mark_is_the_first_item_of_an_erased_range() {
        let nor = Nor::<4>::new(2 * Nor::<4>::PAGE);
        let mut map =
            MapStorage::<Key, _, _>::new(&nor, MapConfig::new(0..2 * Nor::<4>::PAGE as u32), Cache::new_uncached());
        assert_eq!(block_on(own(&mut map, &mut [0; 64])), Ok(()));
        let expected = [&[0; 4][..], &HEADER, &MARK, &[ERASED; 4]].concat();
        assert_eq!(nor.bytes().get(..expected.len()), Some(&expected[..]));
    }
}
