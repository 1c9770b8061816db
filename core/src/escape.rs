//! Names and errors as they stand in our lines: they cannot end a line, hide a part of it, or change its direction.

use core::fmt::{self, Write};

/// Longer names are cut in lines for people. Reports for machines hold them whole.
const LONGEST_NAME: usize = 100;

/// Writes text with each character escaped that a line cannot hold: `\n` for a line break, `\u{202e}` for an override of the
/// direction. Escaping twice is the same as once, because a backslash stays as it is.
pub(crate) struct Escape<'o>(pub(crate) &'o mut dyn Write);

impl Write for Escape<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut chars = text.chars();
        loop {
            let rest = chars.as_str();
            let Some(odd) = chars.find(|&c| !is_plain(c)) else { return self.0.write_str(rest) };
            let plain = rest.len() - chars.as_str().len() - odd.len_utf8();
            // `get`, because slicing keeps a panic for a position that cannot occur here.
            self.0.write_str(rest.get(..plain).unwrap_or_default())?;
            self.write_odd(odd)?;
        }
    }

    fn write_char(&mut self, c: char) -> fmt::Result {
        if is_plain(c) { self.0.write_char(c) } else { self.write_odd(c) }
    }
}

impl Escape<'_> {
    // By hand, because `char::escape_default` takes a board twice as much flash.
    fn write_odd(&mut self, odd: char) -> fmt::Result {
        let Self(out) = self;
        match odd {
            '\n' => out.write_str("\\n"),
            '\r' => out.write_str("\\r"),
            '\t' => out.write_str("\\t"),
            _ => write!(out, "\\u{{{:x}}}", u32::from(odd)),
        }
    }
}

/// The characters that a line cannot hold as they are, from and to: controls (among them the escape of terminals), breaks of
/// lines and paragraphs, marks that change the direction of the text, and characters that nobody sees. The joiners of emoji
/// and of some scripts are not among them.
const ODD: [(u16, u16); 11] = [
    (0, 0x1f),
    (0x7f, 0x9f),
    (0xad, 0xad),
    (0x61c, 0x61c),
    (0x180e, 0x180e),
    (0x200b, 0x200b),
    (0x200e, 0x200f),
    (0x2028, 0x202e),
    (0x2060, 0x206f),
    (0xfeff, 0xfeff),
    (0xfff9, 0xfffb),
];

/// Whether a line can hold a character as it is. Tags, which are invisible letters, are above the others.
fn is_plain(c: char) -> bool {
    let code = u32::from(c);
    !ODD.iter().any(|&(from, to)| (from.into()..=to.into()).contains(&code)) && code >> 7 != 0xe_0000 >> 7
}

/// Writes an error into a line. With `{:#}` the error is asked for its own `{:#}`.
pub(crate) fn write_error(f: &mut fmt::Formatter<'_>, error: &dyn fmt::Display) -> fmt::Result {
    let is_alternate = f.alternate();
    let mut line = Escape(f);
    if is_alternate { write!(line, "{error:#}") } else { write!(line, "{error}") }
}

/// A name in a line for people: escaped, cut if it is very long, and shown as `""` if it is empty.
#[derive(Clone, Copy)]
pub(crate) struct Name<'n>(pub(crate) &'n str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("\"\"");
        }
        let end = self.0.char_indices().nth(LONGEST_NAME).map(|(end, _)| end);
        match end.and_then(|end| self.0.get(..end)) {
            None => Escape(f).write_str(self.0),
            Some(start) => {
                Escape(f).write_str(start)?;
                f.write_str("…")
            }
        }
    }
}

#[cfg(feature = "alloc")]
pub(crate) use Name as StepName;
/// The name of a step or a pipeline in reports and events. Without a heap a step's is an identifier of Rust, and a pipeline's
/// is a literal of the program: they are written as they are, and a board has no code for what does not occur.
#[cfg(not(feature = "alloc"))]
pub(crate) use identifiers::StepName;

/// The columns of names in a table.
#[cfg(feature = "alloc")]
impl Name<'_> {
    /// How many columns of a terminal it takes: two for most characters of East Asia and for an emoji.
    pub(crate) fn width(self) -> usize {
        let mut columns = Columns(0);
        // Counting does not fail.
        let _ = write!(columns, "{self}");
        columns.0
    }

    /// Writes it into a column of this width.
    pub(crate) fn write_column(self, f: &mut fmt::Formatter<'_>, width: usize) -> fmt::Result {
        write!(f, "{self}{:1$}", "", width.saturating_sub(self.width()))
    }
}

/// Counts columns.
#[cfg(feature = "alloc")]
struct Columns(usize);

#[cfg(feature = "alloc")]
impl Write for Columns {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0 += unicode_width::UnicodeWidthStr::width(text);
        Ok(())
    }
}

#[cfg(not(feature = "alloc"))]
mod identifiers {
    use core::fmt;

    /// A name that the program's source holds.
    #[derive(Clone, Copy)]
    pub(crate) struct StepName<'n>(pub(crate) &'n str);

    impl fmt::Display for StepName<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    #[cfg(feature = "macros")]
    impl StepName<'_> {
        /// How many columns it takes, if no character of it is wide.
        pub(crate) fn width(self) -> usize {
            self.0.chars().count()
        }

        /// Writes it into a column of this width.
        pub(crate) fn write_column(self, f: &mut fmt::Formatter<'_>, width: usize) -> fmt::Result {
            write!(f, "{:width$}", self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{format, string::String};

    fn escaped(text: &str) -> String {
        let mut line = String::new();
        Escape(&mut line).write_str(text).expect("a String takes any text");
        line
    }

    #[test]
    fn what_a_line_cannot_hold_is_escaped() {
        for (text, line) in [
            ("", ""),
            ("plain text, C:\\new, \"quoted\"", "plain text, C:\\new, \"quoted\""),
            ("a\nb\r\nc\td", "a\\nb\\r\\nc\\td"),
            ("\0\u{b}\u{c}\u{1b}[31m", "\\u{0}\\u{b}\\u{c}\\u{1b}[31m"),
            ("\u{85}\u{2028}\u{2029}", "\\u{85}\\u{2028}\\u{2029}"),
            ("\u{202e}\u{2066}\u{200f}", "\\u{202e}\\u{2066}\\u{200f}"),
            ("größe 大小 👩\u{200d}🚀", "größe 大小 👩\u{200d}🚀"),
        ] {
            assert_eq!(escaped(text), line);
            assert_eq!(escaped(line), line, "escaping twice is the same as once");
        }
    }

    #[test]
    fn every_control_and_every_line_break_is_escaped() {
        for c in (0..=0x10_ffff).filter_map(char::from_u32) {
            let line = escaped(c.encode_utf8(&mut [0; 4]));
            assert_eq!(line.starts_with(c), is_plain(c), "{line}");
            assert!(!line.contains(char::is_control), "{line:?}");
        }
    }

    #[test]
    #[cfg(feature = "alloc")]
    fn names_have_a_width_and_an_end() {
        let long = "n".repeat(LONGEST_NAME);
        for (name, shown, width) in [
            ("", "\"\"", 2),
            ("step", "step", 4),
            ("大小", "大小", 4),
            ("👩\u{200d}🚀", "👩\u{200d}🚀", 2),
            ("e\u{301}", "e\u{301}", 1),
            ("a\nb", "a\\nb", 4),
            (&long, &long, LONGEST_NAME),
            (&format!("{long}n"), &format!("{long}…"), LONGEST_NAME + 1),
        ] {
            assert_eq!(format!("{}", Name(name)), shown);
            assert_eq!(Name(name).width(), width, "{shown}");
        }
    }
}
