//! Direct calls and jumps in machine code, as far as they can lead out of a function; and words that may be addresses.

use object::{Architecture, Object, ObjectSection, ObjectSymbol, SectionKind};

use crate::Result;

/// One place in the code that leads somewhere else.
pub(crate) struct Call {
    pub(crate) from: u64,
    pub(crate) to: u64,
}

pub(crate) fn find(file: &object::File<'_>) -> Result<Vec<Call>> {
    let mut calls = Vec::new();
    for section in file.sections().filter(|section| section.kind() == SectionKind::Text) {
        let code = section.data()?;
        for range in ranges(file, section.address(), section.address() + code.len() as u64) {
            let offset = (range.start - section.address()) as usize;
            let bytes = &code[offset..offset + (range.end - range.start) as usize];
            match (file.architecture(), range.is_code) {
                (_, false) => words(bytes, range.start, &mut calls),
                (Architecture::Arm, true) => thumb(bytes, range.start, &mut calls),
                (Architecture::Riscv32, true) => riscv(bytes, range.start, &mut calls),
                (other, _) => return Err(format!("code for {other:?} is not known here").into()),
            }
        }
    }
    Ok(calls)
}

struct Range {
    start: u64,
    end: u64,
    is_code: bool,
}

/// The section cut where the mapping symbols say that code (`$t`, `$x`) or data (`$d`) begins.
fn ranges(file: &object::File<'_>, start: u64, end: u64) -> Vec<Range> {
    let mut cuts: Vec<(u64, bool)> = file
        .symbols()
        .filter(|symbol| (start..end).contains(&symbol.address()))
        .filter_map(|symbol| {
            let is_code = match symbol.name().ok()?.get(..2)? {
                "$t" | "$x" => true,
                "$d" => false,
                _ => return None,
            };
            Some((symbol.address(), is_code))
        })
        .collect();
    cuts.sort_unstable();
    if cuts.first().is_none_or(|&(first, _)| first > start) {
        cuts.insert(0, (start, true));
    }
    let ends = cuts.iter().skip(1).map(|&(cut, _)| cut).chain([end]);
    cuts.iter().zip(ends).map(|(&(start, is_code), end)| Range { start, end, is_code }).collect()
}

/// A constant in the midst of code may be the address of a function that is called through a register.
fn words(data: &[u8], start: u64, calls: &mut Vec<Call>) {
    for (at, word) in (start..).step_by(4).zip(data.chunks_exact(4)) {
        let to = u64::from(u32::from_le_bytes([word[0], word[1], word[2], word[3]]) & !1);
        calls.push(Call { from: at, to });
    }
}

fn half(code: &[u8], at: usize) -> Option<u32> {
    Some(u32::from(u16::from_le_bytes([*code.get(at)?, *code.get(at + 1)?])))
}

/// The lowest `bits` of `value`, the highest of them being the sign.
fn signed(value: u32, bits: u32) -> i64 {
    i64::from((value << (32 - bits)).cast_signed() >> (32 - bits))
}

/// BL and B, in all encodings (ARMv7-M Architecture Reference Manual, A7.7.12 and A7.7.18).
fn thumb(code: &[u8], start: u64, calls: &mut Vec<Call>) {
    let mut at = 0;
    while let Some(first) = half(code, at) {
        let is_long = first >> 11 >= 0b11101;
        let second = if is_long { half(code, at + 2).unwrap_or(0) } else { 0 };
        let offset = if is_long && first >> 11 == 0b11110 && second & 0x8000 != 0 {
            let (sign, j1, j2) = (first >> 10 & 1, second >> 13 & 1, second >> 11 & 1);
            match second >> 12 & 0b101 {
                // BL, and B far away.
                0b101 | 0b001 => {
                    let (i1, i2) = (!(j1 ^ sign) & 1, !(j2 ^ sign) & 1);
                    let value = sign << 24 | i1 << 23 | i2 << 22 | (first & 0x3FF) << 12 | (second & 0x7FF) << 1;
                    Some(signed(value, 25))
                }
                // B on a condition; the others of this row are no branches.
                0b000 if first >> 7 & 0b111 != 0b111 => {
                    let value = sign << 20 | j2 << 19 | j1 << 18 | (first & 0x3F) << 12 | (second & 0x7FF) << 1;
                    Some(signed(value, 21))
                }
                _ => None,
            }
        } else if first >> 11 == 0b11100 {
            Some(signed((first & 0x7FF) << 1, 12))
        } else if first >> 12 == 0b1101 && first >> 8 & 0xF < 0xE {
            Some(signed((first & 0xFF) << 1, 9))
        } else {
            None
        };
        let from = start + at as u64;
        if let Some(offset) = offset {
            calls.push(Call { from, to: (from + 4).wrapping_add_signed(offset) });
        }
        at += if is_long { 4 } else { 2 };
    }
}

/// JAL, AUIPC with JALR, C.JAL and C.J (RISC-V Unprivileged ISA, 2.5 and 28.4).
fn riscv(code: &[u8], start: u64, calls: &mut Vec<Call>) {
    let mut at = 0;
    // The register and the value that the instruction before has set.
    let mut upper: Option<(u32, u64)> = None;
    while let Some(first) = half(code, at) {
        let is_long = first & 0b11 == 0b11;
        let word = if is_long { half(code, at + 2).unwrap_or(0) << 16 | first } else { first };
        let from = start + at as u64;
        let before = upper.take();
        let to = match (is_long, word & 0x7F) {
            (true, 0b110_1111) => {
                let value =
                    (word >> 31) << 20 | (word >> 12 & 0xFF) << 12 | (word >> 20 & 1) << 11 | (word >> 21 & 0x3FF) << 1;
                Some(from.wrapping_add_signed(signed(value, 21)))
            }
            (true, 0b001_0111) => {
                upper = Some((word >> 7 & 0x1F, from.wrapping_add_signed(i64::from((word & !0xFFF).cast_signed()))));
                None
            }
            (true, 0b110_0111) => before
                .filter(|&(register, _)| register == word >> 15 & 0x1F)
                .map(|(_, base)| base.wrapping_add_signed(signed(word >> 20, 12)) & 0xFFFF_FFFF),
            (false, _) if matches!(word >> 13 << 2 | word & 0b11, 0b00101 | 0b10101) => {
                let bit = |from: u32, to: u32| (word >> from & 1) << to;
                let value = bit(12, 11)
                    | bit(11, 4)
                    | bit(10, 9)
                    | bit(9, 8)
                    | bit(8, 10)
                    | bit(7, 6)
                    | bit(6, 7)
                    | (word >> 3 & 0b111) << 1
                    | bit(2, 5);
                Some(from.wrapping_add_signed(signed(value, 12)))
            }
            _ => None,
        };
        if let Some(to) = to {
            calls.push(Call { from, to });
        }
        at += if is_long { 4 } else { 2 };
    }
}
